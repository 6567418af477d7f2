"""Formats that are text inside: tables, markup, data, code, subtitles, notebooks, RTF."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from format_files import rtf

from ingest.document import Loaded
from ingest.errors import TooLarge, Unreadable
from ingest.reading.load import load


def write(tmp_path: Path, name: str, content: str | bytes) -> Path:
    """Write a file and return its path."""
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def titles(loaded: Loaded) -> list[str]:
    """Return the words of the headings."""
    return [loaded.text[h.start : h.end] for h in loaded.headings]


@pytest.mark.parametrize(
    "content",
    [
        "name,price\nPear,2\nFig,3\n",
        "name;price\nPear;2\nFig;3\n",
        "name\tprice\nPear\t2\nFig\t3\n",
        "name|price\nPear|2\nFig|3\n",
        "sep=;\nname;price\nPear;2\nFig;3\n",
        '"name","price"\r\n"Pear","2"\r\n"Fig","3"\r\n',
        "\ufeffname,price\nPear,2\nFig,3\n",
    ],
)
def test_csv_delimiters_are_found(tmp_path: Path, content: str) -> None:
    """The same table is read whatever parts its cells."""
    assert load(write(tmp_path, "t.csv", content)).text == "name | price\nPear | 2\nFig | 3"


def test_csv_cells_may_hold_delimiters_and_line_ends(tmp_path: Path) -> None:
    """Quoted commas and line ends belong to their cell; times do not make a colon the delimiter."""
    content = 'who,when\n"Doe, Ann",10:30\n"Roe\nBob",11:45\n'
    loaded = load(write(tmp_path, "q.csv", content))
    assert loaded.text == "who | when\nDoe, Ann | 10:30\nRoe Bob | 11:45"
    assert [p.number for p in loaded.places] == [1, 2, 3]


def test_csv_in_another_encoding(tmp_path: Path) -> None:
    """A table saved by a program on Windows in Japan is read."""
    rows = "名前,住所\n" + "山田太郎,東京都千代田区丸の内一丁目\n" * 5
    assert "山田太郎 | 東京都千代田区丸の内一丁目" in load(write(tmp_path, "j.csv", rows.encode("cp932"))).text


def test_rtf_code_pages_headings_tables_and_footnotes(tmp_path: Path) -> None:
    """Bytes are read in the code page of their font; structure is kept; hidden text is not."""
    body = (
        r"{\stylesheet{\s1 heading 1;}}\pard\s1 Title\par\pard\f1 \'83\'65\'83\'58\'83\'67\f0\par "
        r"Caf\'e9 \u8364? {\v hidden}paid{\footnote See note.}\par"
        r"\trowd\intbl Name\cell Age\cell\row\intbl Ann\cell 41\cell\row\pard End\par"
    )
    loaded = load(write(tmp_path, "a.rtf", rtf(body)))
    assert loaded.text == "Title\n\nテスト\n\nCafé € paid\n\nFootnote: See note.\n\nName | Age\nAnn | 41\n\nEnd"
    assert titles(loaded) == ["Title"]


def test_json_becomes_lines_tables_and_paragraphs(tmp_path: Path) -> None:
    """Keys name their values, lists of like objects are tables, long strings are paragraphs."""
    long = "A long story. " * 20
    data = {
        "title": "Report", "year": 2024, "ok": True, "none": None,
        "staff": [{"name": "Ann", "age": 41}, {"name": "Bob", "age": 37}],
        "place": {"city": "Oslo"}, "story": long,
    }  # fmt: skip
    loaded = load(write(tmp_path, "d.json", json.dumps(data)))
    assert loaded.title == "Report"
    assert "year: 2024\nok: true" in loaded.text
    assert "name | age\nAnn | 41\nBob | 37" in loaded.text
    assert "city: Oslo" in loaded.text
    assert long.strip() in loaded.text
    assert titles(loaded) == ["Report", "staff", "place"]


def test_json_lines_are_rows(tmp_path: Path) -> None:
    """Each line is a place, also under the name .json."""
    for name in ("a.jsonl", "a.json"):
        loaded = load(write(tmp_path, name, '{"q": "What?"}\n{"q": "Why?"}\n'))
        assert loaded.text == "q: What?\n\nq: Why?"
        assert [(p.kind, p.number) for p in loaded.places] == [("row", 1), ("row", 2)]


def test_damaged_json_names_the_line(tmp_path: Path) -> None:
    """The message says where it breaks, since that is what a person needs to mend it."""
    with pytest.raises(Unreadable, match="line 2"):
        load(write(tmp_path, "b.json", '{"a": 1,\n "b": }'))


def test_deeply_nested_json_is_refused(tmp_path: Path) -> None:
    """A hundred thousand brackets are too deep, not a crash."""
    with pytest.raises(TooLarge):
        load(write(tmp_path, "deep.json", "[" * 100_000 + "]" * 100_000))


def test_a_feed_is_parts_with_titles(tmp_path: Path) -> None:
    """Entries of a feed carry title, date and the text of their HTML."""
    feed = (
        "<rss><channel><title>News</title><item><title>One &amp; all</title><pubDate>Mon, 1"
        " Jan 2024</pubDate>"
        "<description>&lt;p&gt;Rain &lt;b&gt;fell&lt;/b&gt;.&lt;/p&gt;</description></item></channel></rss>"
    )
    loaded = load(write(tmp_path, "f.xml", feed))
    assert loaded.title == "News"
    assert loaded.text == "News\n\nOne & all\n\nMon, 1 Jan 2024\n\nRain fell."
    assert [(p.kind, p.number) for p in loaded.places] == [("part", 1)]


def test_an_article_in_xml_is_prose(tmp_path: Path) -> None:
    """Titles of sections are headings by depth; inline marks vanish; tables are rows."""
    article = (
        "<article><front><article-meta><title-group><article-title>On Ducks</article-title></title-group>"
        "</article-meta></front><body><sec><title>Methods</title><p>We <italic>watched</italic> ducks.</p>"
        "<table-wrap><table><tr><th>Kind</th><th>N</th></tr><tr><td>Mallard</td><td>9</td></tr></table>"
        "</table-wrap></sec></body></article>"
    )
    loaded = load(write(tmp_path, "a.xml", article))
    assert loaded.title == "On Ducks"
    assert loaded.text == "On Ducks\n\nMethods\n\nWe watched ducks.\n\nKind | N\nMallard | 9"


def test_records_in_xml_are_lines_with_paths(tmp_path: Path) -> None:
    """Data without prose keeps its paths, each record a row."""
    data = "<people><person id='7'><name>Ann</name></person><person id='8'><name>Bob</name></person></people>"
    loaded = load(write(tmp_path, "p.xml", data))
    assert "person › id: 7\nperson › name: Ann" in loaded.text
    assert [p.number for p in loaded.places] == [1, 2]


def test_notebooks_keep_text_code_and_results(tmp_path: Path) -> None:
    """Cells are parts; Markdown is read as such, pictures are left out."""
    cells = [
        {"cell_type": "markdown", "source": ["# Study\n", "Some **bold** words."]},
        {"cell_type": "code", "source": "x = 1\nprint(x)", "outputs": [
            {"output_type": "stream", "text": ["1\n"]},
            {"output_type": "display_data", "data": {"image/png": "iVBORw0KGgo="}}]},
    ]  # fmt: skip
    loaded = load(write(tmp_path, "n.ipynb", json.dumps({"cells": cells, "nbformat": 4})))
    assert loaded.text == "Study\n\nSome bold words.\n\nx = 1\nprint(x)\n\n1"
    assert loaded.title == "Study"


def test_subtitles_make_whole_sentences_with_cue_places(tmp_path: Path) -> None:
    """Cues that follow closely are joined; a pause begins a new paragraph with its time."""
    srt = (
        "1\n00:00:01,000 --> 00:00:03,000\nThe river was\n\n2\n00:00:03,100 -->"
        " 00:00:05,000\n<i>very</i> wide.\n\n"
        "3\n00:01:00,000 --> 00:01:02,000\nThen it froze.\n"
    )
    loaded = load(write(tmp_path, "s.srt", srt))
    assert loaded.text == "[00:00:01] The river was very wide.\n\n[00:01:00] Then it froze."
    second = loaded.text.index("very")
    assert next(p for p in loaded.places if p.start == second).number == 2


def test_webvtt_names_speakers(tmp_path: Path) -> None:
    """A voice span becomes the name of the speaker; repeated rolling captions are written once."""
    vtt = (
        "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ann>Hello there.\n\n00:02.000 --> 00:03.000"
        "\n<v Ann>Hello there.\n\n"
        "00:03.000 --> 00:04.000\n<v Bob>Hi &amp; bye.\n"
    )
    text = load(write(tmp_path, "s.vtt", vtt)).text
    assert text == "[00:00:01] Ann: Hello there.\n\n[00:00:03] Bob: Hi & bye."


def test_restructured_text(tmp_path: Path) -> None:
    """Titles by their adornment, roles and links as words, code kept, tables as rows, comments gone."""
    source = (
        "Guide\n=====\n\nSee :ref:`the start <x>` and ``code``.\n\n.. a comment\n\nSteps"
        "\n-----\n\n1. One\n2. Two\n\n"
        ".. code-block:: python\n\n   print(1)\n\n.. note:: Mind *this*.\n\n===== =====\nA "
        "    B\n===== =====\n1     2\n"
        "===== =====\n"
    )
    loaded = load(write(tmp_path, "g.rst", source))
    assert loaded.text == (
        "Guide\n\nSee the start and code.\n\nSteps\n\n1. One\n2. Two\n\nprint(1)\n\nMind this.\n\nA | B\n1 | 2"
    )
    assert [(h.level) for h in loaded.headings] == [1, 2]


def test_asciidoc(tmp_path: Path) -> None:
    """Sections, attributes, lists, links and tables; an include is not followed."""
    source = (
        "= Manual\n:product: Lamp\n\n== Setup\n\nThe {product} is *bright*, see"
        " https://x.org[the site].\n\n* One\n"
        "* Two\n\ninclude::secret.txt[]\n\n|===\n|Part |Cost\n\n|Bulb |2\n|===\n"
    )
    loaded = load(write(tmp_path, "m.adoc", source))
    assert loaded.text == (
        "Manual\n\nSetup\n\nThe Lamp is bright, see the site.\n\n• One\n• Two\n\nPart | Cost\nBulb | 2"
    )
    assert titles(loaded) == ["Manual", "Setup"]


def test_latex(tmp_path: Path) -> None:
    """Commands vanish, accents and dashes become characters, macros are replaced, formulas stay."""
    source = (
        "\\documentclass{article}\n\\newcommand{\\name}{Tool}\n\\title{On \\name}\n"
        "\\begin{document}\n% hidden\n"
        "\\section{Intro}\\label{i}\nCaf\\'e \\textbf{bold} pages 3--4, $x^2$.\\footnote{A note.}\n"
        "\\begin{itemize}\\item First\\item Second\\end{itemize}\n"
        "\\begin{tabular}{ll}a & b \\\\ 1 & 2 \\\\\\end{tabular}\n\\end{document}\n"
    )
    loaded = load(write(tmp_path, "p.tex", source))
    assert loaded.title == "On Tool"
    assert loaded.text == (
        "On Tool\n\nIntro\n\nCafé bold pages 3–4, $x^2$.\n\nFootnote: A note.\n\n• First\n• Second\n\na | b\n1 | 2"
    )


def test_source_code_is_kept_with_names_as_headings(tmp_path: Path) -> None:
    """The text is the file; classes and functions are headings, methods below their class."""
    source = 'class Duck:\n    def quack(self):\n        return "quack"\n\ndef main():\n    pass\n'
    loaded = load(write(tmp_path, "duck.py", source))
    assert loaded.text == source
    assert titles(loaded) == ["class Duck:", "def quack(self):", "def main():"]
    assert loaded.headings[1].level > loaded.headings[0].level
