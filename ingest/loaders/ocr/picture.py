"""Pictures (PNG, JPEG, TIFF …): the words on them, read by OCR."""

from __future__ import annotations

from pathlib import Path

from ingest.document import Loaded, LoadOptions
from ingest.errors import NoText, Unreadable
from ingest.loaders.builder import TextBuilder
from ingest.loaders.ocr.find import find_reader
from ingest.loaders.ocr.lines import lines_of
from ingest.loaders.ocr.words import SECONDS
from ingest.loaders.pdf.paragraphs import paragraphs
from ingest.loaders.pdf.style import style_of

MAX_BYTES = 100_000_000


def load(path: Path, options: LoadOptions) -> Loaded:
    """Read the words on a picture.

    Raises:
        NoText: No OCR engine is installed, or it finds no words.
    """
    reader, how = find_reader(options.ocr_languages)
    if reader is None:
        raise NoText(f"{path.name} is a picture.", remedy=how)
    data = path.read_bytes()
    if len(data) > MAX_BYTES:
        raise Unreadable("The picture is too large.", remedy="Save it smaller.")
    builder = TextBuilder("image/*")
    options.more_time(SECONDS)
    for number, reading in enumerate(reader.pages(data), start=1):
        builder.place("page", number, by_ocr=True)
        lines = lines_of(reading)
        for paragraph in paragraphs([lines], style_of([lines], {})) if lines else ():
            text = "\n".join(piece for _, piece in paragraph.pieces)
            builder.heading(text, paragraph.level) if paragraph.level else builder.ready(text)
    builder.note(f"Read by OCR ({reader.name}), which may err.")
    return builder.finish(empty=f"{path.name} is a picture on which no words were found.")
