"""Charts of Office files as table rows: categories down, series across."""

from __future__ import annotations

from ingest.loaders.builder import one_line
from ingest.loaders.office.number_format import shown
from ingest.loaders.office.xml_tree import Element, child, name_of

MAX_POINTS = 5_000


def diagram_texts(root: Element) -> list[str]:
    """Return the text of each box of a diagram (SmartArt) in the order of its data."""
    boxes = (point for point in root.iter() if name_of(point) == "t" and len(point) and name_of(point[0]) == "bodyPr")
    texts = (one_line(" ".join("".join(_texts(p)) for p in box if name_of(p) == "p")) for box in boxes)
    return [text for text in texts if text]


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


def _shown(value: str, code: str) -> str:
    """Return a number as the chart shows it: 0.25 as "25%" where its format says so."""
    try:
        return shown(float(value), code) if code else value
    except ValueError:
        return value


def _points(element: Element | None) -> dict[int, str]:
    """Return cached values by index; categories of several levels are joined."""
    points: dict[int, list[str]] = {}
    code = ""
    for item in element.iter() if element is not None else ():
        if name_of(item) == "formatCode":
            code = item.text or ""
        value = child(item, "v") if name_of(item) == "pt" else None
        index = str(item.attrib.get("idx", "")) if value is not None else ""
        if value is not None and index.isdigit():
            words = _shown(value.text or "", str(item.attrib.get("formatCode", code)))
            points.setdefault(int(index), []).insert(0, words)
    return {index: " ".join(values) for index, values in points.items()}
