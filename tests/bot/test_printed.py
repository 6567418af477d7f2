"""Printed pages of a library's documents: where a footnote's words stand, pictures, and lit pages as one PDF."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from counting_encoder import CountingEncoder
from fpdf import FPDF
from pypdfium2 import PdfDocument

from bot.answer import Citation
from bot.printed import MOST_FOOTNOTES, PrintedPages
from bot.settings.settings import Settings
from ingest.errors import LoadError, OriginalChanged, OriginalGone
from ingest.options import SyncOptions
from ingest.sync import sync
from vectorstore.document import Scan
from vectorstore.library import Library
from vectorstore.records import DocumentInfo

CROSSING = "A sentence that is not finished at the end of the first page of the document goes on here."
FERRY = "The ferry leaves at nine."


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """A library of a PDF of two pages, with a sentence over both, and a text file."""
    papers = tmp_path / "papers"
    papers.mkdir()
    pdf = FPDF(unit="pt", format="A4")
    pdf.set_auto_page_break(False)
    pdf.set_font("Helvetica", size=10)
    pdf.add_page()
    pdf.text(60, 100, FERRY)
    pdf.text(60, 700, CROSSING.partition(" document")[0])
    pdf.add_page()
    pdf.text(60, 100, "document goes on here.")
    pdf.output(str(papers / "crossing.pdf"))
    (papers / "note.txt").write_text(FERRY, encoding="utf-8")
    with Library.open(tmp_path / "library", create=True, encoder=CountingEncoder()) as opened:
        assert not sync(opened, [papers], SyncOptions(workers=1)).failed
        yield opened


@pytest.fixture
def pages(library: Library) -> Iterator[PrintedPages]:
    """What draws them."""
    with PrintedPages(library, Settings()) as drawn:
        yield drawn


def info_of(library: Library, name: str) -> DocumentInfo:
    """Return the document of a file."""
    return next(info for info in library.documents() if info.source.endswith(name))


def cited(library: Library, name: str, quote: str, number: int = 1) -> Citation:
    """Return a footnote to a run of a document."""
    info = info_of(library, name)
    start = library.text(info.id).index(quote)
    return Citation(number, info.id, info.title, info.source, None, start, start + len(quote), quote)


def test_a_sentence_over_two_pages_is_lit_on_both(library: Library, pages: PrintedPages) -> None:
    """One box on each page, in shares of it: at the foot of the first, at the head of the second."""
    citation = cited(library, "crossing.pdf", CROSSING)
    found = pages.marks(info_of(library, "crossing.pdf"), citation.start, citation.end)
    assert [(page.number, page.lit, len(page.boxes)) for page in found] == [(1, "all", 1), (2, "all", 1)]
    (first,), (second,) = found[0].boxes, found[1].boxes
    assert first[1] == pytest.approx(690 / 842, abs=0.02) and second[1] == pytest.approx(90 / 842, abs=0.02)
    assert all(0 < share < 1 for box in (first, second) for share in box)
    assert pages.picture(info_of(library, "crossing.pdf"), 2, 400).startswith(b"\x89PNG")


def test_what_is_no_pdf_has_no_pages(library: Library, pages: PrintedPages) -> None:
    """No process is started for it."""
    citation = cited(library, "note.txt", FERRY)
    assert pages.marks(info_of(library, "note.txt"), citation.start, citation.end) == []
    assert pages.pdf([citation]).pages == 0


def test_a_page_that_an_earlier_version_read_by_ocr_is_shown_without_light(
    library: Library, pages: PrintedPages, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says that it is a scan; where its words stand was not kept, and nothing on it is guessed."""
    places = library.places
    monkeypatch.setattr(library, "places", lambda id: [replace(place, by_ocr=True) for place in places(id)])
    citation = cited(library, "crossing.pdf", FERRY)
    (page,) = pages.marks(info_of(library, "crossing.pdf"), citation.start, citation.end)
    assert (page.number, page.scanned, page.lit, page.boxes) == (1, True, "none", ())
    assert page.width == pytest.approx(595, abs=1)
    assert pages.pdf([citation]).pages == 1


def test_the_words_of_a_scan_are_lit(library: Library, pages: PrintedPages, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where OCR read each word is kept, and a footnote lights just its words, on a page and in the PDF of pages."""
    places = library.places
    words = [*FERRY.split(), *CROSSING.partition(" document")[0].split()]
    kept = tuple((word, 500 * at, 1000, 500 * at + 450, 1200) for at, word in enumerate(words))
    monkeypatch.setattr(library, "places", lambda id: [replace(place, by_ocr=True) for place in places(id)])
    monkeypatch.setattr(library, "scan", lambda id, page: Scan(page, kept) if page == 1 else None)
    citation = cited(library, "crossing.pdf", FERRY)
    (page,) = pages.marks(info_of(library, "crossing.pdf"), citation.start, citation.end)
    assert (page.scanned, page.lit) == (True, "all")
    assert page.boxes == (pytest.approx((0.0, 0.1, 0.245, 0.02), abs=0.001),)
    assert pages.pdf([citation]).pages == 1


def test_the_pages_of_an_answer_are_one_pdf(library: Library, pages: PrintedPages) -> None:
    """The page of each footnote in their order, each time it is cited; what has no page is left out."""
    citations = [
        cited(library, "note.txt", FERRY, 1),
        cited(library, "crossing.pdf", CROSSING, 2),
        cited(library, "crossing.pdf", FERRY, 3),
    ]
    lit = pages.pdf(citations)
    texts = [page.get_textpage().get_text_range() for page in PdfDocument(lit.pdf)]
    assert lit.pages == len(texts) == 3 and lit.left_out == ()
    assert "[2]" in texts[0] and "[2]" in texts[1] and "[3]" in texts[2]
    assert pages.pdf([]).pages == 0
    front = FPDF()
    front.add_page()
    front.set_font("Helvetica", size=12)
    front.cell(text="The answer itself.")
    whole = PdfDocument(pages.pdf(citations[1:], after=bytes(front.output())).pdf)
    assert len(whole) == 4 and "The answer itself." in whole[0].get_textpage().get_text_range()
    many = pages.pdf([replace(citations[2], number=number) for number in range(1, MOST_FOOTNOTES + 2)])
    assert many.pages == MOST_FOOTNOTES and str(MOST_FOOTNOTES) in many.left_out[0]


def test_a_file_that_is_another_now_is_not_drawn(library: Library, pages: PrintedPages) -> None:
    """Changed, then gone: an error that says so, and a sentence beside the PDF of an answer."""
    info = info_of(library, "crossing.pdf")
    citation = cited(library, "crossing.pdf", FERRY, 4)
    path = Path(info.source)
    path.write_bytes(path.read_bytes() + b"\n")
    with pytest.raises(OriginalChanged):
        pages.marks(info, citation.start, citation.end)
    assert pages.pdf([citation]).left_out == ("[4] The file has changed since it was read.",)
    path.unlink()
    with pytest.raises(OriginalGone):
        pages.picture(info, 1, 400)


def test_the_name_of_a_file_is_not_told(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """An upload has a name of ours, which says nothing to anybody; without the time for it the file is given up."""
    monkeypatch.setattr("bot.printed.SECONDS", 0.001)
    with PrintedPages(library, Settings()) as pages, pytest.raises(LoadError) as caught:
        pages.picture(info_of(library, "crossing.pdf"), 1, 400)
    assert caught.value.message.startswith("The file was given up")
