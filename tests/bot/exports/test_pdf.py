"""PDF: set by Typst in a process of its own, whole, tagged, with footnotes; plain words where it cannot be."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from sample_answers import counted, differing, hostile, notice, refused, scripts

from bot.errors import ExportError, ExtraMissing
from bot.exports import pdf
from bot.exports.save import available, format_of, save, written
from bot.exports.sheet import Sheet, sheet_of_answer, sheet_of_turns
from bot.exports.typeset import missing_words, typeset

LINK = "https://page.example/#document=dddddddddddddddd&start=0&end=9"
needs_typst = pytest.mark.skipif(not pdf.available(), reason="the extra pdf is not installed")


def sheet_of(*answers: object) -> Sheet:
    """Return a conversation whose footnotes have a link."""
    turns = [(answer.question, answer) for answer in answers]  # type: ignore[attr-defined]
    return sheet_of_turns("The lease", turns, link=lambda found: LINK)


def pages_of(content: bytes) -> list[str]:
    """Return the text of each page, without blanks."""
    import pypdfium2

    document = pypdfium2.PdfDocument(content)
    return [re.sub(r"\s+", "", page.get_textpage().get_text_range()) for page in document]


def squeezed(text: str) -> str:
    """Return text without blanks."""
    return re.sub(r"\s+", "", text)


@needs_typst
def test_every_word_of_a_conversation_is_on_its_pages() -> None:
    """Questions, sentences, remarks, and each quotation with title, place and link; tagged, with a title."""
    from pypdf import PdfReader

    sheet = sheet_of(notice(), refused(), differing(), notice())
    content = written(sheet, "pdf")
    text = "".join(pages_of(content))
    for entry in sheet.entries:
        for words in (entry.question, entry.said, *entry.remarks, entry.about):
            assert squeezed(words) in text
        assert all(squeezed(sentence.text) in text for part in entry.paragraphs for sentence in part)
        assert all(squeezed(f"{n.number}“{n.quote}” — {n.where}") in text for n in entry.notes)
    read = PdfReader(io.BytesIO(content))
    assert read.metadata is not None and read.metadata.title == "The lease"
    assert "/StructTreeRoot" in read.trailer["/Root"] and read.trailer["/Root"]["/Lang"] == "en"
    notes = [a.get_object() for page in read.pages for a in page.get("/Annots", ())]
    assert {a["/A"]["/URI"] for a in notes if "/URI" in a.get("/A", {})} == {LINK}


@needs_typst
def test_hundreds_of_footnotes_run_over_the_pages() -> None:
    """None is lost, each is there once."""
    pages = pages_of(written(sheet_of(counted(300)), "pdf"))
    quoted = re.findall(r"“Project(\d+)\.Status:onhold\.”", "".join(pages))
    assert sorted(map(int, quoted)) == list(range(1, 301)) and len(pages) > 3


@needs_typst
def test_hostile_text_is_set_as_it_is() -> None:
    """Nothing of it is read as markup of Typst, and what has no glyph does not stop it."""
    text = "".join(pages_of(written(sheet_of_answer(hostile(), link=lambda found: LINK), "pdf")))
    assert "*bold*[a](javascript:b)`x`[^1]:{{x}}#let$x$\\input" in text


@needs_typst
def test_characters_without_a_font_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the machine has no font for them: the first lines of the PDF say which scripts, and the rest is there."""
    import typst

    fonts = typst.Fonts(include_system_fonts=False)
    monkeypatch.setattr(typst, "Fonts", lambda: fonts)
    text = "".join(pages_of(typeset(pdf._data(sheet_of(scripts())))))
    assert "(CJK,Hiragana,signs)" in text and "Ημίσθωσηαρχίζει" in text
    assert "Nofont" not in "".join(pages_of(typeset(pdf._data(sheet_of(notice())))))


def test_scripts_are_named_once_and_signs_are_signs() -> None:
    """For a person: Thai, CJK, signs."""
    assert "(CJK, Thai, signs)" in missing_words("東京ไทย😀→")


def test_without_typst_the_install_line_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is asked or written; the other formats are there."""
    monkeypatch.setattr(pdf, "available", lambda: False)
    assert available() == ("docx", "html", "markdown")
    for attempt in (lambda: format_of("a.pdf"), lambda: save(notice(), "a.pdf"), lambda: pdf.write(sheet_of(notice()))):
        with pytest.raises(ExtraMissing, match=r'pip install "footnote-bot\[pdf\]"'):
            attempt()


def test_a_pdf_that_would_be_too_long_or_fails_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """With what to do instead."""
    monkeypatch.setattr(pdf, "available", lambda: True)
    sheet = sheet_of(notice())
    long = replace(sheet, entries=(replace(sheet.entries[0], notes=sheet.notes * pdf.MOST_NOTES),))
    with pytest.raises(ExportError, match=r"at most 3,000 footnotes.*Save it as Word or HTML instead"):
        pdf.write(long)
    monkeypatch.setattr(pdf, "SECONDS", 0.001)
    with pytest.raises(ExportError, match="could not be made"):
        pdf.write(sheet)
