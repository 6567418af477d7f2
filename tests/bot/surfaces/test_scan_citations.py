"""A footnote whose words OCR read says so, from the file to the terminal and JSON; other footnotes don't."""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from pathlib import Path

import pytest
from fpdf import FPDF
from pypdfium2 import PdfDocument

from bot.surfaces.cli.app import run
from ingest.document import Loaded
from ingest.reading.load import load
from ingest.reading.wire import loaded_from_json, loaded_to_json
from vectorstore.document import Place

pytestmark = pytest.mark.skipif(shutil.which("tesseract") is None, reason="Tesseract is not installed")
TYPED, SCANNED = "The lighthouse was built in 1851.", "The ferry costs two pounds for adults."


def paper() -> FPDF:
    """Return an empty document with a font."""
    pdf = FPDF(unit="pt", format=(400, 400))
    pdf.set_font("Helvetica", size=16)
    return pdf


def picture_of(words: str) -> FPDF:
    """Return a page that is written on, to be made a picture of."""
    pdf = paper()
    pdf.add_page()
    pdf.text(40, 100, words)
    return pdf


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder with a paper of a typed and a scanned page; no setting from outside."""
    for name in [name for name in os.environ if name.startswith("FOOTNOTE_")]:
        monkeypatch.delenv(name)
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    pdf = picture_of(TYPED)
    picture = PdfDocument(bytes(picture_of(SCANNED).output()))[0].render(scale=200 / 72).to_pil()
    pdf.add_page()
    pdf.image(picture, 0, 0, pdf.w, pdf.h)
    pdf.output(tmp_path / "island.pdf")
    picture.save(tmp_path / "poster.png")
    return tmp_path


def test_the_footnote_of_a_scanned_page_says_so(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In JSON `place` says it and `page` stays a number; the quote is the text at its place; so in the terminal."""
    assert run(["ingest", "island.pdf", "--json"]) == 0
    capsys.readouterr()
    assert run(["ask", "How much does the ferry cost?", "--json"]) == 0
    cited = json.loads(capsys.readouterr().out)["citations"][0]
    assert (cited["page"], cited["place"], cited["quote"]) == (2, "p. 2, read by OCR", SCANNED)
    assert run(["ask", "How much does the ferry cost?"]) == 0
    assert "p. 2, read by OCR" in capsys.readouterr().out
    assert run(["ask", "When was the lighthouse built?", "--json"]) == 0
    cited = json.loads(capsys.readouterr().out)["citations"][0]
    assert (cited["page"], cited["place"], cited["quote"]) == (1, "p. 1", TYPED)


def test_pictures_and_scans_inside_other_files_say_so(folder: Path) -> None:
    """The page of a picture is read by OCR; in a ZIP, the part is where OCR read it, and what follows is not."""
    assert load(folder / "poster.png").places == (Place(0, "page", 1, by_ocr=True),)
    with zipfile.ZipFile(folder / "all.zip", "w") as archive:
        archive.write(folder / "island.pdf", "island.pdf")
        archive.writestr("note.txt", "The inn is closed.")
    loaded = load(folder / "all.zip")
    typed, scanned, note = (loaded.text.index(words) for words in (TYPED, SCANNED, "The inn"))

    def label(offset: int) -> str:
        return [place.label for place in loaded.places if place.start <= offset][-1]

    assert (label(typed), label(scanned), label(note)) == ("part 1", "part 1, read by OCR", "part 2")
    assert all(0 <= a.start <= b.start for a, b in zip(loaded.places, loaded.places[1:], strict=False))


def test_it_comes_through_the_worker() -> None:
    """What a loader says of OCR survives the way from its process, and places without it travel as before."""
    loaded = Loaded("One. Two.", "x/y", places=(Place(0, "page", 1), Place(5, "page", 2, by_ocr=True)))
    sent = loaded_to_json(loaded)
    assert sent["places"] == [(0, "page", 1), (5, "page", 2, True)]
    assert loaded_from_json(json.loads(json.dumps(sent)), loaded.text) == loaded
