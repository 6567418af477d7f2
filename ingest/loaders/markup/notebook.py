"""Jupyter notebooks: text cells as Markdown, code as code, printed results; pictures left out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ingest.document import Loaded, LoadOptions
from ingest.errors import NoText, Unreadable
from ingest.loaders.builder import TextBuilder
from ingest.loaders.markup.html import read as read_html
from ingest.loaders.markup.markdown import read as read_markdown
from ingest.reading.decode import decode

MEDIA_TYPE = "application/x-ipynb+json"
MAX_OUTPUT = 20_000


def load(path: Path, options: LoadOptions) -> Loaded:  # noqa: ARG001
    """Read a notebook of version 3 or 4; cells are parts. Nothing is run."""
    try:
        decoded = decode(path.read_bytes())
        notebook = json.loads(decoded.text)
        cells = notebook.get("cells")
        if cells is None:
            cells = [cell for sheet in notebook["worksheets"] for cell in sheet["cells"]]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Unreadable("The file is not a Jupyter notebook.", remedy="Save it again in Jupyter.") from error
    builder = TextBuilder(MEDIA_TYPE)
    builder.notes.extend(decoded.notes)
    for number, cell in enumerate(cells, start=1):
        if isinstance(cell, dict):
            builder.place("part", number)
            _cell(builder, cell)
    title = builder.title
    return builder.finish(title=title, empty="The notebook holds no text.")


def _cell(builder: TextBuilder, cell: dict[str, Any]) -> None:
    source = _joined(cell.get("source", cell.get("input", "")))
    match cell.get("cell_type"):
        case "markdown":
            _include_markdown(builder, source)
        case "heading":
            level = cell.get("level", 1)
            builder.heading(source, level if isinstance(level, int) else 1)
        case "code":
            builder.verbatim(source)
            for output in cell.get("outputs", []):
                if isinstance(output, dict):
                    _output(builder, output)
        case _:
            builder.paragraph(source)


def _include_markdown(builder: TextBuilder, source: str) -> None:
    try:
        loaded = read_markdown(source)
    except NoText:
        return
    builder.title = builder.title or loaded.title
    if not builder.title and loaded.headings:
        builder.title = loaded.text[loaded.headings[0].start : loaded.headings[0].end]
    builder.include(loaded)


def _output(builder: TextBuilder, output: dict[str, Any]) -> None:
    """Add what a cell printed: plain text, or a table that is kept only as HTML."""
    data = output.get("data", output)
    text = _joined(output.get("text", "")) or (_joined(data.get("text/plain", "")) if isinstance(data, dict) else "")
    html = _joined(data.get("text/html", "")) if isinstance(data, dict) else ""
    if output.get("output_type") == "error":
        text = f"{output.get('ename', 'Error')}: {output.get('evalue', '')}"
    if "<table" in html:
        try:
            builder.include(read_html(html[: 10 * MAX_OUTPUT], whole=True))
            return
        except NoText:
            pass
    if isinstance(data, dict) and any(key.startswith("image/") for key in data):
        builder.unread("picture")
    if len(text) > MAX_OUTPUT:
        builder.note(f"Only the first {MAX_OUTPUT:,} characters of a cell's output were read.")
    builder.verbatim(text[:MAX_OUTPUT])


def _joined(value: object) -> str:
    if isinstance(value, list):
        return "".join(piece for piece in value if isinstance(piece, str))
    return value if isinstance(value, str) else ""
