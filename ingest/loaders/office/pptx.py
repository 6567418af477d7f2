"""PPTX: slides in order, each with its title, text in reading order, tables, charts and notes.

Slides are places. Text of master and layout that every slide repeats is left out unless it stands on
the slide itself (footers: once). Embedded files are never opened; a chart's text is read from the
values that the chart itself keeps.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ingest.document import Loaded, LoadOptions
from ingest.loaders.builder import TextBuilder, add_table, one_line
from ingest.loaders.office.chart import add_chart, diagram_texts
from ingest.loaders.office.formula import formula_text
from ingest.loaders.office.package import Package, open_package
from ingest.loaders.office.pictures import COMMENTS, caption_of
from ingest.loaders.office.xml_tree import Element, all_text, attribute, child, name_of
from ingest.loaders.pdf.reading_order import Box, reading_order

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
MAX_DEPTH = 20
GAP = 60_000
"""Empty band in English Metric Units (1.7 mm) that parts boxes on a slide."""


@dataclass(slots=True)
class _Shape:
    """A shape that holds text, with its box on the slide."""

    element: Element
    kind: str
    role: str
    box: Box | None


@dataclass(slots=True)
class _Reader:
    package: Package
    builder: TextBuilder
    options: LoadOptions
    footers: set[str] = field(default_factory=set)
    backgrounds: set[str] = field(default_factory=set)
    layouts: dict[str, dict[tuple[str, str], Box]] = field(default_factory=dict)


def load(path: Path, options: LoadOptions) -> Loaded:
    """Read a PPTX file (also PPTM, PPSX, POTX: macros are never run)."""
    builder = TextBuilder(MEDIA_TYPE)
    with open_package(path, options) as package:
        reader = _Reader(package, builder, options)
        relations = package.relations(package.main)
        slide_ids = child(package.root(package.main), "sldIdLst")
        for number, item in enumerate(slide_ids if slide_ids is not None else (), start=1):
            relation = next((str(v) for k, v in item.attrib.items() if str(k).endswith("}id")), "")
            _, part = relations.get(relation, ("", ""))
            builder.place("slide", number)
            if part in package.archive:
                _slide(reader, part)
        title = package.title()
    return builder.finish(title=builder.title or title, empty="The slides hold no text.")


def _slide(reader: _Reader, part: str) -> None:
    package, builder = reader.package, reader.builder
    tree = child(package.root(part), "cSld", "spTree")
    if tree is None:
        return
    boxes = _layout_boxes(reader, part)
    shapes = list(_shapes(tree, boxes, (1.0, 1.0, 0.0, 0.0), 0))
    titles = [shape for shape in shapes if shape.role in ("title", "ctrTitle")]
    for shape in titles:
        words = one_line(" ".join(text for text, _ in _paragraphs(shape.element)))
        builder.title = builder.title or words
        builder.heading(words, 1)
    rest = [shape for shape in shapes if shape not in titles]
    for shape in _ordered(rest):
        _shape(reader, shape, part)
    _background(reader, part)
    for notes in package.related(part, "notesSlide"):
        _notes(reader, notes)
    for comments in package.related(part, "comments"):
        for item in package.root(comments).iter():
            if name_of(item) not in ("text", "txBody"):  # newer programs write paragraphs
                continue
            if reader.options.comments:
                builder.paragraph(f"Comment: {one_line(all_text(item))}")
            else:
                builder.unread("comment", why=COMMENTS)


def _background(reader: _Reader, part: str) -> None:
    """Add what layout and master write on every slide, once; their placeholders are not shown."""
    for layout in reader.package.related(part, "slideLayout"):
        for source in (layout, *reader.package.related(layout, "slideMaster")):
            if source in reader.backgrounds:
                continue
            reader.backgrounds.add(source)
            tree = child(reader.package.root(source), "cSld", "spTree")
            for shape in _shapes(tree, {}, (1.0, 1.0, 0.0, 0.0), 0) if tree is not None else ():
                if not shape.role and shape.kind == "sp":
                    _shape(reader, shape, source)


def _layout_boxes(reader: _Reader, part: str) -> dict[tuple[str, str], Box]:
    """Return the boxes that the slide's layout gives to placeholders, by role and index."""
    for layout in reader.package.related(part, "slideLayout"):
        if layout not in reader.layouts:
            tree = child(reader.package.root(layout), "cSld", "spTree")
            found: dict[tuple[str, str], Box] = {}
            for shape in _shapes(tree, {}, (1.0, 1.0, 0.0, 0.0), 0) if tree is not None else ():
                if shape.box and shape.role:
                    found[shape.role, _placeholder(shape.element)[1]] = shape.box
            reader.layouts[layout] = found
        return reader.layouts[layout]
    return {}


def _placeholder(element: Element) -> tuple[str, str]:
    """Return role and index of a placeholder; ("", "") for other shapes."""
    for holder in element:
        if name_of(holder) in ("nvSpPr", "nvGraphicFramePr", "nvPicPr"):
            mark = child(holder, "nvPr", "ph")
            if mark is not None:
                return attribute(mark, "type", "body"), attribute(mark, "idx", "0")
    return "", ""


Scale = tuple[float, float, float, float]


def _shapes(tree: Element, defaults: dict[tuple[str, str], Box], scale: Scale, depth: int) -> Iterator[_Shape]:
    """Yield shapes with text, those of groups too, with their boxes on the slide."""
    if depth > MAX_DEPTH:
        return
    for item in tree:
        name = name_of(item)
        if name == "AlternateContent":
            chosen = child(item, "Choice")
            fallback = child(item, "Fallback")
            found = list(_shapes(chosen, defaults, scale, depth + 1)) if chosen is not None else []
            yield from found or (_shapes(fallback, defaults, scale, depth + 1) if fallback is not None else ())
        elif name == "grpSp":
            yield from _shapes(item, defaults, _group_scale(item, scale), depth + 1)
        elif name in ("sp", "graphicFrame", "cxnSp", "pic"):
            role, index = _placeholder(item)
            frame = child(item, "spPr", "xfrm") if name != "graphicFrame" else child(item, "xfrm")
            box = _box(frame, scale) or defaults.get((role, index))
            yield _Shape(item, name, role, box)


def _group_scale(group: Element, scale: Scale) -> Scale:
    frame = child(group, "grpSpPr", "xfrm")
    try:
        off, ext = child(frame, "off"), child(frame, "ext")
        inner, inner_ext = child(frame, "chOff"), child(frame, "chExt")
        sx = float(attribute(ext, "cx")) / (float(attribute(inner_ext, "cx")) or 1.0)
        sy = float(attribute(ext, "cy")) / (float(attribute(inner_ext, "cy")) or 1.0)
        dx = float(attribute(off, "x")) - float(attribute(inner, "x")) * sx
        dy = float(attribute(off, "y")) - float(attribute(inner, "y")) * sy
    except ValueError:
        return scale
    return (scale[0] * sx, scale[1] * sy, scale[0] * dx + scale[2], scale[1] * dy + scale[3])


def _box(frame: Element | None, scale: Scale) -> Box | None:
    try:
        x, y = (float(attribute(child(frame, "off"), key)) for key in ("x", "y"))
        w, h = (float(attribute(child(frame, "ext"), key)) for key in ("cx", "cy"))
    except ValueError:
        return None
    sx, sy, dx, dy = scale
    return Box(x * sx + dx, y * sy + dy, (x + w) * sx + dx, (y + h) * sy + dy)


def _ordered(shapes: list[_Shape]) -> list[_Shape]:
    """Return shapes in reading order; those without a box keep their place behind the one before."""
    placed = [shape for shape in shapes if shape.box is not None]
    # Boxes overlap by their frames' margins: shrink them so that gaps show.
    boxes = [
        Box(b.x0 + GAP, b.y0 + GAP, max(b.x1 - GAP, b.x0 + GAP), max(b.y1 - GAP, b.y0 + GAP))
        for b in (shape.box for shape in placed)
        if b is not None
    ]
    order = [placed[i] for i in reading_order(boxes, row_gap=1, column_gap=1)] if placed else []
    for index, shape in enumerate(shapes):
        if shape.box is None:
            before = next((s for s in reversed(shapes[:index]) if s in order), None)
            order.insert(order.index(before) + 1 if before else 0, shape)
    feet = [shape for shape in order if shape.role in ("ftr", "dt", "sldNum", "hdr")]
    return [shape for shape in order if shape not in feet] + feet


def _shape(reader: _Reader, shape: _Shape, part: str) -> None:
    builder = reader.builder
    if shape.role in ("dt", "sldNum"):
        return
    if shape.role in ("ftr", "hdr"):
        words = one_line(" ".join(text for text, _ in _paragraphs(shape.element)))
        if words not in reader.footers:
            reader.footers.add(words)
            builder.paragraph(words)
        return
    if shape.kind == "graphicFrame":
        _graphic(reader, shape.element, part)
        return
    if shape.kind == "pic":
        _picture(reader, shape.element)
    first = True
    for text, bullet in _paragraphs(shape.element):
        words = f"{bullet}{text}"
        (builder.paragraph if first or not bullet else builder.line)(words)
        first = False


def _picture(reader: _Reader, element: Element) -> None:
    """Add what is said of a picture, or count it; the picture of a film or sound is its first frame."""
    properties = child(element, "nvPicPr", "cNvPr")
    caption = caption_of(attribute(properties, "descr"))
    reader.builder.paragraph(caption)
    kinds = {name_of(item) for item in element.iter()}
    decorative = any(name_of(i) == "decorative" and attribute(i, "val") in ("1", "true") for i in element.iter())
    if kinds & {"videoFile", "audioFile", "wavAudioFile"}:
        reader.builder.unread("recording")
    elif not caption and not decorative:
        reader.builder.unread("picture")


def _paragraphs(element: Element) -> Iterator[tuple[str, str]]:
    """Yield the text of each paragraph with its bullet: "• ", "1. " or ""."""
    count = 0
    for paragraph in element.iter():
        if name_of(paragraph) != "p":
            continue
        text = "".join(_runs(paragraph))
        if not text.strip():
            continue
        properties = child(paragraph, "pPr")
        if child(properties, "buAutoNum") is not None:
            count += 1
            yield text, f"{count}. "
        elif child(properties, "buChar") is not None or attribute(properties, "lvl", "0") > "0":
            yield text, "• "
        else:
            yield text, ""


def _runs(paragraph: Element) -> Iterator[str]:
    for item in paragraph:
        match name_of(item):
            case "r" | "fld":
                yield from (inner.text or "" for inner in item if name_of(inner) == "t")
            case "br":
                yield "\n"
            case "m" | "oMath" | "oMathPara" | "AlternateContent":
                yield formula_text(item)


def _graphic(reader: _Reader, frame: Element, part: str) -> None:
    """Add a table, chart or diagram."""
    tables = [item for item in frame.iter() if name_of(item) == "tbl"]
    for table in tables:
        rows = [
            [" ".join(text for text, _ in _paragraphs(cell)) for cell in row if name_of(cell) == "tc"]
            for row in table
            if name_of(row) == "tr"
        ]
        add_table(reader.builder, rows, header=len(rows) > 1)
    if tables:
        return
    if any(name_of(item) == "oleObj" for item in frame.iter()):
        reader.builder.unread("embedded object")
        return
    relations = reader.package.relations(part)
    for item in frame.iter():
        for key, value in item.attrib.items():
            kind, target = relations.get(str(value), ("", "")) if "relationships" in str(key) else ("", "")
            if target not in reader.package.archive:
                continue
            if kind in ("chart", "chartEx"):
                add_chart(reader.builder, reader.package.root(target))
            elif kind == "diagramData":
                for text in diagram_texts(reader.package.root(target)):
                    reader.builder.paragraph(text)


def _notes(reader: _Reader, part: str) -> None:
    tree = child(reader.package.root(part), "cSld", "spTree")
    lines: list[str] = []
    for shape in _shapes(tree, {}, (1.0, 1.0, 0.0, 0.0), 0) if tree is not None else ():
        if shape.role == "body":
            lines.extend(text for text, _ in _paragraphs(shape.element))
    for index, line in enumerate(lines):
        reader.builder.paragraph(f"Notes: {line}" if index == 0 else line)
