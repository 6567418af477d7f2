"""Which engine reads scans: RapidOCR where the extra `ocr` is installed, Tesseract where that is."""

from __future__ import annotations

from ingest.loaders.ocr.rapid import find_rapid
from ingest.loaders.ocr.tesseract import find_tesseract
from ingest.loaders.ocr.words import Reader

INSTALL = 'To read scans: pip install "footnote-bot[ocr]", or install Tesseract (apt or brew install tesseract-ocr).'
LACKING = "To read scans, install Tesseract's data for: {}."


def find_reader(languages: tuple[str, ...]) -> tuple[Reader | None, str]:
    """Return the engine for these languages, or None and what to do, in one line.

    RapidOCR comes first: whoever installed the extra wants it used. Languages whose letters it does not know are
    Tesseract's.

    Args:
        languages: Tesseract's codes ("eng", "jpn"); empty uses English.
    """
    if rapid := find_rapid(languages):
        return rapid, ""
    tesseract, missing = find_tesseract(languages)
    if tesseract:
        return tesseract, ""
    return None, LACKING.format(missing) if missing else INSTALL
