"""A sheet as a PDF: footnotes at the foot of each page, tagged for screen readers, set by Typst.

Typst sets every script for which the machine has a font, from right to left where the text runs so; Latin, Greek,
Cyrillic, Hebrew and Arabic letters come with it. Where a character has no font, the first lines of the PDF say so.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from bot.errors import ExportError, ExtraMissing
from bot.exports.sheet import Sentence, Sheet, right_to_left

MOST_NOTES = 3_000
"""A PDF of so many footnotes takes half a minute of a core and a gigabyte."""
SECONDS = 300.0
_AT_ONCE = BoundedSemaphore(2)


def available() -> bool:
    """Return whether the package that sets PDFs is installed; it is not loaded."""
    from importlib.util import find_spec

    return find_spec("typst") is not None


def require() -> None:
    """Raise ExtraMissing, with the line that installs it, where the package that sets PDFs is not installed."""
    if not available():
        raise ExtraMissing("Writing a PDF needs the package typst.", remedy='Run: pip install "footnote-bot[pdf]"')


def write(sheet: Sheet) -> bytes:
    """Return a sheet as a PDF.

    Raises:
        ExtraMissing: Typst is not installed.
        ExportError: It is too long, or Typst cannot set it.
    """
    require()
    elsewhere = "Save it as Word or HTML instead."
    if len(sheet.notes) > MOST_NOTES:
        raise ExportError(f"A PDF holds at most {MOST_NOTES:,} footnotes, and here are more.", remedy=elsewhere)
    command = [sys.executable, "-P", str(Path(__file__).with_name("typeset.py"))]
    try:
        with _AT_ONCE:
            done = subprocess.run(
                command, input=json.dumps(_data(sheet)).encode(), capture_output=True, timeout=SECONDS, check=True
            )
    except (subprocess.SubprocessError, OSError) as error:
        raise ExportError("The PDF could not be made.", remedy=elsewhere) from error
    return done.stdout


def _data(sheet: Sheet) -> dict[str, Any]:
    pointed: set[int] = set()
    return {
        "title": sheet.title,
        "turned": right_to_left(sheet.title),
        "single": sheet.single,
        "notes": {str(note.number): {**asdict(note), "turned": right_to_left(note.quote)} for note in sheet.notes},
        "entries": [
            {
                "question": entry.question,
                "turned": right_to_left(entry.question),
                "said": entry.said,
                "paragraphs": [_paragraph(paragraph, pointed) for paragraph in entry.paragraphs],
                "remarks": [*entry.remarks, *filter(None, (entry.about,))],
            }
            for entry in sheet.entries
        ],
    }


def _paragraph(paragraph: tuple[Sentence, ...], pointed: set[int]) -> dict[str, Any]:
    return {
        "turned": right_to_left(paragraph[0].text),
        "sentences": [_sentence(sentence, pointed) for sentence in paragraph],
    }


def _sentence(sentence: Sentence, pointed: set[int]) -> dict[str, Any]:
    marks = [{"number": number, "first": number not in pointed} for number in sentence.notes]
    pointed.update(sentence.notes)
    return {"verdict": sentence.verdict, "pieces": sentence.pieces(), "notes": marks}
