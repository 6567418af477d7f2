"""Charts of Office files as tables: categories down, series across, and the chart's title over the categories.

So the heading that is quoted with a row of it says which chart it is of.
"""

from __future__ import annotations

from ingest.loaders.builder import TextBuilder, add_table, one_line
from ingest.loaders.office.number_format import shown
from ingest.loaders.office.xml_tree import Element, child, name_of
from vectorstore.tables.parse import SEPARATOR

MAX_POINTS = 5_000


def diagram_texts(root: Element) -> list[str]:
    """Return the text of each box of a diagram (SmartArt) in the order of its data."""
    boxes = (point for point in root.iter() if name_of(point) == "t" and len(point) and name_of(point[0]) == "bodyPr")
    texts = (one_line(" ".join("".join(_texts(p)) for p in box if name_of(p) == "p")) for box in boxes)
    return [text for text in texts if text]


UNTITLED = "Chart"
UNNAMED = "Values"


def add_chart(builder: TextBuilder, root: Element) -> None:
    """Add a chart's rows, or its title alone where it keeps no values; the titles of its axes stand before them.

    Only the values that the chart itself keeps are read; its embedded workbook is never opened.
    """
    title, axes, rows = chart_rows(root)
    builder.paragraph("; ".join(axes))
    if rows:
        add_table(builder, headed(title, rows), header=True)
    else:
        builder.paragraph(title)


def headed(title: str, rows: list[list[str]]) -> list[list[str]]:
    """Return the rows of a chart with a name over each column: the chart's own over the categories."""
    (_, *names), *body = rows
    head = [title or UNTITLED, *(name or UNNAMED for name in names)]
    return [[cell.replace(SEPARATOR, " / ") for cell in row] for row in (head, *body)]


def chart_rows(root: Element) -> tuple[str, list[str], list[list[str]]]:
    """Return a chart's title, those of its axes, and its rows: a header of series names, then a row a category."""
    title = ""
    axes: list[str] = []
    series: list[tuple[str, dict[int, str], dict[int, str]]] = []
    for item in root.iter():
        if name_of(item) == "title":
            words = one_line(" ".join(_texts(item)))
            if name_of(item.getparent()) == "chart":
                title = title or words
            elif words:
                axes.append(words)
        elif name_of(item) == "ser":
            names = child(item, "tx")
            name = one_line(" ".join(_texts(names))) if names is not None else ""
            parts = {name_of(inner): inner for inner in item}
            categories = _points(parts.get("cat", parts.get("xVal")))
            series.append((name, categories, _points(parts.get("val", parts.get("yVal")))))
    if not series:
        return title, axes, []
    labels: dict[int, str] = {}
    for _, categories, _ in series:
        labels = {**categories, **labels}
    indexes = sorted(set(labels).union(*(values for _, _, values in series)))[:MAX_POINTS]
    rows = [["", *(name for name, _, _ in series)]]
    rows += [
        [labels.get(index) or str(index + 1), *(values.get(index, "") for _, _, values in series)] for index in indexes
    ]
    return title, axes, rows


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
