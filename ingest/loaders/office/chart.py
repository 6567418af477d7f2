"""Charts of Office files as table rows: categories down, series across."""

from __future__ import annotations

from ingest.loaders.builder import one_line
from ingest.loaders.office.xml_tree import Element, child, name_of

MAX_POINTS = 5_000


def chart_rows(root: Element) -> tuple[str, list[list[str]]]:
    """Return a chart's title and its rows: a header of series names, then a row a category.

    Only the values that the chart itself keeps are read; its embedded workbook is never opened.
    """
    title = ""
    series: list[tuple[str, dict[int, str], dict[int, str]]] = []
    for item in root.iter():
        if name_of(item) == "title" and not title:
            title = one_line(" ".join(_texts(item)))
        elif name_of(item) == "ser":
            names = child(item, "tx")
            name = one_line(" ".join(_texts(names))) if names is not None else ""
            parts = {name_of(inner): inner for inner in item}
            categories = _points(parts.get("cat", parts.get("xVal")))
            series.append((name, categories, _points(parts.get("val", parts.get("yVal")))))
    if not series:
        return title, []
    labels: dict[int, str] = {}
    for _, categories, _ in series:
        labels = {**categories, **labels}
    indexes = sorted(set(labels).union(*(values for _, _, values in series)))[:MAX_POINTS]
    rows = [["", *(name for name, _, _ in series)]]
    rows += [
        [labels.get(index, str(index + 1)), *(values.get(index, "") for _, _, values in series)] for index in indexes
    ]
    return title, rows


def _texts(element: Element) -> list[str]:
    return [item.text or "" for item in element.iter() if name_of(item) in ("t", "v")]


def _points(element: Element | None) -> dict[int, str]:
    """Return cached values by index; categories of several levels are joined."""
    points: dict[int, list[str]] = {}
    for item in element.iter() if element is not None else ():
        value = child(item, "v") if name_of(item) == "pt" else None
        index = str(item.attrib.get("idx", "")) if value is not None else ""
        if value is not None and index.isdigit():
            points.setdefault(int(index), []).insert(0, value.text or "")
    return {index: " ".join(values) for index, values in points.items()}
