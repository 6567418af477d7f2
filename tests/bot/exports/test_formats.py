"""Word, HTML and Markdown: valid, whole when they are read back, and nothing of a document acts in them."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree, html
from markdown_it import MarkdownIt
from sample_answers import citation, code, counted, differing, hostile, notice, refused, scripts

from bot.answer import Answer, Statement
from bot.exports.save import FORMATS, written
from bot.exports.sheet import Sheet, sheet_of_answer, sheet_of_turns
from ingest.document import LoadOptions
from ingest.reading.load import load
from vectorstore.passage import Passage

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/package/2006/relationships}"
PLAIN = [format for format in FORMATS if format != "pdf"]
ENDINGS = {"docx": ".docx", "html": ".html", "markdown": ".md"}


def page(found: object) -> str:
    """Link to a page."""
    return f"https://page.example/#document={'d' * 16}&start=0&end=9"


def talk() -> Sheet:
    """A conversation of all kinds of answers."""
    answers = (notice(), refused(), differing(), counted(40), hostile(), code(), scripts(), notice())
    return sheet_of_turns("The lease", [(answer.question, answer) for answer in answers], link=page)


def parts(content: bytes) -> dict[str, bytes]:
    """Return the parts of a DOCX."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return {name: package.read(name) for name in package.namelist()}


def squeezed(text: str) -> str:
    """Return text without blanks."""
    return re.sub(r"\s+", "", text)


@pytest.mark.parametrize("format", PLAIN)
def test_what_was_saved_is_read_back_by_our_own_loaders(format: str, tmp_path: Path) -> None:
    """Every question, sentence, quotation, title and remark stands in the text, each quotation with its place."""
    sheet = talk()
    file = tmp_path / f"talk{ENDINGS[format]}"
    file.write_bytes(written(sheet, format))
    text = squeezed(load(file, LoadOptions()).text).replace("”—", "”")
    assert squeezed(sheet.title) in text
    for entry in sheet.entries:
        if entry.question == sheet.entries[4].question:
            continue  # hostile text is read as what it seems to be; that it is whole is tested below
        for words in (entry.question, entry.said, *entry.remarks, entry.about):
            assert squeezed(words) in text
        for paragraph in entry.paragraphs:
            assert all(squeezed(sentence.text) in text for sentence in paragraph)
        for note in entry.notes:
            assert squeezed(f"“{note.quote}”{note.where}") in text


def test_word_has_footnotes_of_its_own() -> None:
    """A part with the two separators, a reference for each footnote, its link, and what names all of these."""
    sheet = talk()
    found = parts(written(sheet, "docx"))
    root = etree.fromstring(found["word/footnotes.xml"])
    assert [(n.get(f"{W}id"), n.get(f"{W}type")) for n in root[:2]] == [
        ("-1", "separator"),
        ("0", "continuationSeparator"),
    ]
    numbers = [str(note.number) for note in sheet.notes]
    assert [n.get(f"{W}id") for n in root[2:]] == numbers
    assert all(next(n.iter(f"{W}footnoteRef"), None) is not None for n in root[2:])
    body = etree.fromstring(found["word/document.xml"])
    assert [n.get(f"{W}id") for n in body.iter(f"{W}footnoteReference")] == numbers
    settings = etree.fromstring(found["word/settings.xml"]).find(f"{W}footnotePr")
    assert [n.get(f"{W}id") for n in settings] == ["-1", "0"]
    links = etree.fromstring(found["word/_rels/footnotes.xml.rels"])
    assert links.nsmap == {None: R[1:-1]}  # LibreOffice opens no file whose relationships have a prefix
    assert {link.get("Target") for link in links} == {page(None)} and len(links) == len(numbers)
    assert b"/word/footnotes.xml" in found["[Content_Types].xml"]
    assert b'Target="footnotes.xml"' in found["word/_rels/document.xml.rels"]


def test_word_points_again_at_a_footnote_with_a_cross_reference() -> None:
    """A mark that was there before is a field that names the bookmark around the first."""
    body = etree.fromstring(parts(written(sheet_of_answer(notice(), link=page), "docx"))["word/document.xml"])
    (field,) = body.iter(f"{W}fldSimple")
    marks = {n.get(f"{W}name") for n in body.iter(f"{W}bookmarkStart")}
    assert field.get(f"{W}instr").split()[:2] == ["NOTEREF", "_RefFootnote2"] and "_RefFootnote2" in marks
    assert "".join(field.itertext()) == "2"


def test_every_style_that_word_text_names_is_there() -> None:
    """And python-docx, which holds to the standard, opens the file and knows them."""
    content = written(talk(), "docx")
    found = parts(content)
    named = set()
    for name in ("word/document.xml", "word/footnotes.xml"):
        root = etree.fromstring(found[name])
        named |= {n.get(f"{W}val") for kind in ("pStyle", "rStyle") for n in root.iter(f"{W}{kind}")}
    styles = {n.get(f"{W}styleId") for n in etree.fromstring(found["word/styles.xml"]).iter(f"{W}style")}
    assert named and named <= styles
    opened = docx.Document(io.BytesIO(content))
    assert opened.paragraphs[0].style.name == "Title" and opened.core_properties.title == "The lease"
    headings = [p.text for p in opened.paragraphs if p.style.name == "Heading 1"]
    assert headings == [entry.question for entry in talk().entries]


def test_word_turns_what_is_written_from_right_to_left() -> None:
    """The paragraph and its runs, in the text and in the footnote; code keeps lines and tabs."""
    found = parts(written(sheet_of_answer(scripts(), link=page), "docx"))
    for name in ("word/document.xml", "word/footnotes.xml"):
        (turned,) = etree.fromstring(found[name]).iter(f"{W}bidi")
        runs = turned.getparent().getparent().iter(f"{W}rtl")
        assert "".join(next(runs).getparent().getparent().itertext()).strip("“”") == "مدة الإشعار 30 يوما."
    body = etree.fromstring(parts(written(sheet_of_answer(code(), link=page), "docx"))["word/document.xml"])
    assert len(list(body.iter(f"{W}br"))) == 2 and len(list(body.iter(f"{W}tab"))) == 1


def test_html_is_one_file_in_which_marks_and_footnotes_lead_to_each_other() -> None:
    """No script, nothing from elsewhere but links, every target there, and a policy that says the same."""
    root = html.document_fromstring(written(talk(), "html"))
    assert not root.xpath("//script | //img | //link | //iframe | //*[@style or @onclick or @src]")
    policy = root.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert policy == ["default-src 'none'; style-src 'unsafe-inline'"]
    ids = root.xpath("//@id")
    assert len(ids) == len(set(ids))
    inner = {address[1:] for address in root.xpath("//a/@href") if address.startswith("#")}
    assert inner == set(ids) and set(root.xpath("//a[@rel]/@href")) == {page(None)}


def test_markdown_is_read_as_it_was_written() -> None:
    """Headings are the questions; every mark has a footnote; nothing of a document is a link, an image or HTML."""
    text = written(talk(), "markdown").decode()
    marks = re.findall(r"(?<!\\)\[\^(\d+)\](?!:)", text)
    texts = re.findall(r"^\[\^(\d+)\]:", text, re.MULTILINE)
    assert texts == [str(note.number) for note in talk().notes] and set(marks) == set(texts)
    tokens = MarkdownIt("commonmark").enable("table").parse(re.sub(r"^\[\^\d+\]: ", "", text, flags=re.MULTILINE))
    inline = [child for token in tokens for child in token.children or ()]
    assert {child.attrs["href"] for child in inline if child.type == "link_open"} == {page(None)}
    kinds = {token.type for token in (*tokens, *inline)}
    assert not kinds & {"html_inline", "html_block", "image", "code_inline", "fence", "code_block", "table_open"}


def test_word_and_html_show_every_character_of_hostile_text() -> None:
    """As text, with what cannot be shown in a form that can; the files can be parsed."""
    sheet = sheet_of_answer(hostile(), link=page)
    quote = squeezed(sheet.notes[0].quote)
    assert "<script>alert(1)</script>" in quote and "␛[31m␀␋" in quote and "\u202e" not in quote
    footnotes = etree.fromstring(parts(written(sheet, "docx"))["word/footnotes.xml"])
    assert quote in squeezed("".join(footnotes.itertext()))
    root = html.document_fromstring(written(sheet, "html"))
    assert quote in squeezed(root.xpath("string(//blockquote)"))


def test_an_answer_with_hundreds_of_footnotes_is_whole() -> None:
    """Each is pointed at and each is there."""
    sheet = sheet_of_answer(counted(700), link=page)
    found = parts(written(sheet, "docx"))
    assert found["word/document.xml"].count(b"<w:footnoteReference ") == 700
    assert len(html.document_fromstring(written(sheet, "html")).xpath("//li")) == 700
    assert written(sheet, "markdown").count(b"\n[^") == 700


@pytest.mark.parametrize("format", PLAIN)
@given(text=st.text(max_size=60))
def test_any_text_can_be_written(format: str, text: str) -> None:
    """Whatever characters a question, a sentence, a quotation, a title or a name is made of."""
    quote = citation(1, text, title=text, source=text, place=text)
    passage = Passage("d" * 16, text, text, 0, len(text), text, 1.0, 1, kind="code")
    answer = Answer(text, (Statement(text, (1,)), Statement(text, (1,), "partly", text)), (quote,), (passage,))
    content = written(sheet_of_turns(text, [(text, answer), (text, None)], link=page), format)
    readers: dict[str, Callable[[bytes], object]] = {
        "docx": lambda made: [etree.fromstring(part) for part in parts(made).values()],
        "html": html.document_fromstring,
        "markdown": lambda made: made.decode(),
    }
    assert readers[format](content) is not None


@pytest.mark.parametrize("format", PLAIN)
def test_a_verdict_stands_before_the_first_quote(format: str) -> None:
    """In bold, outside the quotation marks; a short one alone, with the quote in its footnote."""
    first = replace(notice().statements[0], verdict="no")
    answer = replace(notice(), statements=(first, notice().statements[1]), verdict="no")

    def text(answer: Answer) -> str:
        made = written(sheet_of_answer(answer, link=page), format)
        if format == "docx":
            return "\n".join(paragraph.text for paragraph in docx.Document(io.BytesIO(made)).paragraphs)
        return html.fromstring(made).text_content() if format == "html" else made.decode().replace("**", "")

    assert "No. “It ends with a notice period of 30 days.”" in text(answer)
    assert text(answer).count("No. “") == 1
    short = text(replace(answer, short=True))
    assert "No." in short and "The tenant may leave earlier." not in short
