"""What real files hold beside plain prose: footnotes, spans, hidden sheets, broken lines, names that climb."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest
from format_files import docx_parts, make_zip, text_row, xlsx_parts

from ingest.document import Loaded
from ingest.errors import Unreadable
from ingest.reading.load import load
from ingest.splitting.split import split


def loaded(tmp_path: Path, name: str, source: str) -> Loaded:
    path = tmp_path / name
    path.write_text(source, encoding="utf-8")
    return load(path)


def test_footnotes_of_markdown_are_sentences_of_their_own(tmp_path: Path) -> None:
    """The mark goes from the text, the note stands as one; brackets of other kinds stay."""
    text = loaded(tmp_path, "a.md", "Frost ended[^1] in May. Use `[^a-z]`.\n\nMore.\n[^1]: On the fourth.\n").text
    assert text == "Frost ended in May. Use [^a-z].\n\nMore.\n\nFootnote: On the fourth."


def test_footnotes_of_asciidoc_are_sentences_of_their_own(tmp_path: Path) -> None:
    """A footnote does not run into the sentence that it belongs to; macros end a list item."""
    source = "The ferry leaves.footnote:[Not on Sundays.] It is blue.\n\n* one\n* two\ninclude::other.adoc[]\n"
    assert loaded(tmp_path, "a.adoc", source).text == (
        "The ferry leaves. It is blue.\n\nFootnote: Not on Sundays.\n\n• one\n• two"
    )


def test_latex_commands_with_arguments_are_filled(tmp_path: Path) -> None:
    """A command of the author's own shows its words, and a citation leaves no gap before the stop."""
    source = (
        r"\newcommand{\tide}[2]{tide of #1 metres in #2}\begin{document}"
        r"The highest was a \tide{4.2}{March}~\cite{x}. \tide{a} is cut.\end{document}"
    )
    assert loaded(tmp_path, "a.tex", source).text.startswith("The highest was a tide of 4.2 metres in March. ")


def test_a_cell_that_spans_rows_stands_in_each(tmp_path: Path) -> None:
    """So that each row says what it is about."""
    source = (
        "<table><tr><th>Bread<th>Price<tr><td rowspan=2>Rye<td>4.20<tr><td>2.90<tr><td>Spelt<td>5.10"
        "<tr><td rowspan=99999999>Oat<td>1</table>"
    )
    assert "Bread | Price\nRye | 4.20\nRye | 2.90\nSpelt | 5.10\nOat | 1" in loaded(tmp_path, "a.html", source).text


def test_a_log_of_json_lines_that_breaks_off_is_read(tmp_path: Path) -> None:
    """The line that is no JSON is left out and named; a file of such lines is refused."""
    found = loaded(tmp_path, "a.jsonl", '{"fee": 12}\n{"fee": 13}\n{"fee":')
    assert found.text == "fee: 12\n\nfee: 13"
    assert found.notes == ("Line 3 is not JSON and left out.",)
    with pytest.raises(Unreadable, match="Line 1 is not JSON"):
        loaded(tmp_path, "b.jsonl", "one\ntwo\n{}")


def test_a_hidden_sheet_is_read_and_said(tmp_path: Path) -> None:
    """Nothing that a workbook holds is found without a word about where it hides."""
    parts = xlsx_parts({"Shown": text_row(1, "a", "b"), "Secret": text_row(1, "zebra", "c")})
    book = str(parts["xl/workbook.xml"])
    parts["xl/workbook.xml"] = book.replace('name="Secret"', 'name="Secret" state="hidden"')
    found = load(make_zip(tmp_path / "a.xlsx", parts))
    assert "zebra" in found.text
    assert found.notes == ("The sheet 'Secret' is hidden in the file; it was read too.",)


@pytest.mark.parametrize("name", ["../../plan.txt", "..\\..\\plan.txt", "/etc/plan.txt", "C:\\x\\plan.txt"])
def test_names_of_members_that_climb_are_shown_without_it(tmp_path: Path, name: str) -> None:
    """An attachment's name is words for a person; nothing in it looks like a way out."""
    mail = EmailMessage()
    mail["Subject"] = "Plan"
    mail.set_content("See the plan.")
    mail.add_attachment(b"The plan is green.", maintype="text", subtype="plain", filename=name)
    (tmp_path / "a.eml").write_bytes(bytes(mail))
    found = load(tmp_path / "a.eml")
    heading = next(found.text[h.start : h.end] for h in found.headings if "plan.txt" in found.text[h.start : h.end])
    assert not heading.startswith((".", "/", "C:")) and ".." not in heading


def test_drawings_in_svg_are_their_words(tmp_path: Path) -> None:
    """A drawing is read as XML, not as its markup."""
    source = '<svg xmlns="http://www.w3.org/2000/svg"><text>Chart of herons</text></svg>'
    assert "<" not in loaded(tmp_path, "a.svg", source).text


def test_merged_header_cells_name_each_of_their_columns(tmp_path: Path) -> None:
    """Two rows of header, groups above names, become one; a merged title stays one cell."""
    rows = [
        ["Budget of the library"],
        ["Department", "First half", "", "Second half", ""],
        ["", "Planned", "Spent", "Planned", "Spent"],
        ["Books", "12", "9", "11", "10"],
        ["Repairs", "30", "41", "15", "9"],
    ]
    sheet = "".join(text_row(number, *row) for number, row in enumerate(rows, start=1))
    parts, name = xlsx_parts({"Budget": sheet}), "xl/sheet0.xml"
    merged = "".join(f'<mergeCell ref="{ref}"/>' for ref in ("A1:E1", "A2:A3", "B2:C2", "D2:E2"))
    content = str(parts[name]).replace("</sheetData>", f"</sheetData><mergeCells>{merged}</mergeCells>")
    text = load(make_zip(tmp_path / "a.xlsx", {**parts, name: content})).text
    head = "Department | First half Planned | First half Spent | Second half Planned | Second half Spent"
    assert text.endswith(f"Budget of the library\n\n{head}\nBooks | 12 | 9 | 11 | 10\nRepairs | 30 | 41 | 15 | 9")


def test_consent_banners_and_other_extras_are_left_out(tmp_path: Path) -> None:
    """A cookie banner, share buttons and an advertisement go; a recipe in a box named for its cookies stays."""
    page = (
        '<body><div id="cookie-banner"><div class="cookie-text"><h2>Privacy</h2>We use cookies.</div></div>'
        '<div role="dialog"><p>Sign in to read on.</p></div><div class="page"><h1>Bridge closed</h1>'
        '<p>The bridge opens in May.</p><div class="ad box">Buy a kayak!</div><div class="share"><a>Share</a></div>'
        '<div class="cookie-recipe">Mix flour, butter and sugar.</div></div>'
    )
    assert loaded(tmp_path, "a.html", page).text == (
        "Bridge closed\n\nThe bridge opens in May.\n\nMix flour, butter and sugar."
    )
    assert (
        loaded(tmp_path, "b.html", "<body><dialog open><p>All that there is.</p></dialog>").text == "All that there is."
    )


def test_raised_numbers_stay_raised(tmp_path: Path) -> None:
    """2 to the 64th is not 264, in HTML and DOCX; a note's number after a full stop does not join two sentences."""
    page = (
        "<p>Up to 2<sup>64</sup> bytes on 3 m<sup>2</sup>. Fergus came.<a epub:type='noteref'>1</a> He left on the "
        "21<sup>st</sup>.</p><table><tr><td>10<sup>-6</sup><td>b</table>"
    )
    found = loaded(tmp_path, "a.html", page).text
    assert found == "Up to 2⁶⁴ bytes on 3 m². Fergus came.¹ He left on the 21st.\n\n10⁻⁶ | b"
    assert [found[a:b] for chunk in split(found) for a, b in chunk.sentences][:2] == [
        "Up to 2⁶⁴ bytes on 3 m².",
        "Fergus came.¹",
    ]
    run = '<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:t>64</w:t></w:r>'
    body = f"<w:p><w:r><w:t>Up to 2</w:t></w:r>{run}<w:r><w:t> bytes.</w:t></w:r></w:p>"
    assert load(make_zip(tmp_path / "a.docx", docx_parts(body))).text == "Up to 2⁶⁴ bytes."


def test_line_ends_of_the_source_do_not_break_sentences(tmp_path: Path) -> None:
    """A line end between inline elements is a blank, `br` is a line end; a mark after a tag leaves the tag whole."""
    path = tmp_path / "page.html"
    path.write_text(
        "<p>The shell is <b>bash</b>\n<i>or dash</i> on\nUnix.<br>On Windows it is <b>\u0338cmd</b>.</p>", "utf-8"
    )
    assert load(path).text == "The shell is bash or dash on Unix.\nOn Windows it is \u0338cmd."
