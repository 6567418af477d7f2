"""Sentences, chunks and sections: where text is cut, and where it is not."""

from __future__ import annotations

import pytest

from ingest.splitting.split import MAX_SENTENCES, sentences, split
from ingest.splitting.structure import blocks, kind_of
from vectorstore.document import Heading


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Dr. Smith met J. R. Jones. He left.", ["Dr. Smith met J. R. Jones.", "He left."]),
        ("The U.S. economy grew 3.5 percent. It slowed.", ["The U.S. economy grew 3.5 percent.", "It slowed."]),
        ("It opens at 5 p.m. The gate closes later.", ["It opens at 5 p.m.", "The gate closes later."]),
        ("See Fig. 3 for it. Then go on.", ["See Fig. 3 for it.", "Then go on."]),
        ("It ended in 2019.[3][4] The rest followed.", ["It ended in 2019.[3][4]", "The rest followed."]),
        ('He said "Stop." Then he left.', ['He said "Stop."', "Then he left."]),
        ("Really? Yes! Good.", ["Really?", "Yes!", "Good."]),
        ("Wait... what happened then", ["Wait... what happened then"]),
        ("It was e.g. red. Others were not.", ["It was e.g. red.", "Others were not."]),
        ("standards.The next sentence was glued.", ["standards.", "The next sentence was glued."]),
        ("Visit example.com. It is free.", ["Visit example.com.", "It is free."]),
        ("Das war z.B. gut. Danach kam er.", ["Das war z.B. gut.", "Danach kam er."]),
        ("Am 3. Oktober kam er. Der 4. Bezirk blieb.", ["Am 3. Oktober kam er.", "Der 4. Bezirk blieb."]),
        ("Es geschah 12. Februar, z. B. Montag.", ["Es geschah 12. Februar, z. B. Montag."]),
        ("Im 6. Jahrhundert v. Chr. entstand es.", ["Im 6. Jahrhundert v. Chr. entstand es."]),
        ("Es kostet 1,4 Mrd. Euro. Mehr nicht.", ["Es kostet 1,4 Mrd. Euro.", "Mehr nicht."]),
        ("Er sagt: „Nein.“ Dann ging er.", ["Er sagt: „Nein.“", "Dann ging er."]),
        ("The answer is 45. London agreed.", ["The answer is 45.", "London agreed."]),
        ("« Il le faut. » Elle rit.", ["« Il le faut. »", "Elle rit."]),
        ("Murió en el 49 a. C. en Roma. Fin.", ["Murió en el 49 a. C. en Roma.", "Fin."]),
        ("En EE. UU. vive. Habla poco.", ["En EE. UU. vive.", "Habla poco."]),
        ("डॉ. ली आए। वे गए।", ["डॉ. ली आए।", "वे गए।"]),
        ("高い!でも買う?たぶん。", ["高い!", "でも買う?", "たぶん。"]),
        ("彼は来た。“鶴”は飛んだ。", ["彼は来た。", "“鶴”は飛んだ。"]),
        ("今日は晴れ。明日は雨？たぶん！", ["今日は晴れ。", "明日は雨？", "たぶん！"]),
        ("「はい。」と言った。彼は来た。", ["「はい。」と言った。", "彼は来た。"]),
        ("यह पहला है। यह दूसरा है।", ["यह पहला है।", "यह दूसरा है।"]),
        ("ما هذا؟ هذا كتاب.", ["ما هذا؟", "هذا كتاب."]),
        ("The end of the year . Next one .", ["The end of the year .", "Next one ."]),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str, expected: list[str]) -> None:
    """Abbreviations, initials, decimals, quotes and marks of other scripts are told from ends of sentences."""
    assert cut(text) == expected


def test_hard_wrapped_lines_are_one_paragraph() -> None:
    """A line end inside hard-wrapped text is a blank, so a sentence is whole."""
    text = (
        "The committee met in the morning and looked at the plan for\n"
        "the coming year, which had been sent round a week before by the\n"
        "secretary. It agreed.\n"
    )
    found = [text[b.start : b.end] for b in blocks(text)]
    assert len(found) == 1
    assert cut(found[0])[1] == "It agreed."


def test_paragraphs_on_lines_of_their_own_are_apart() -> None:
    """Text with a paragraph a line has no sentence that crosses a line end."""
    text = "A heading that is no sentence\n" + "A long first paragraph. " * 12 + "\n" + "A second one. " * 12
    assert len(list(blocks(text))) == 3


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Setting Global Standards & Technological Leadership", "heading"),
        ("(Image: Officials shake hands. [PHOTO: Agency])", "caption"),
        ("Figure 3: Growth by region", "caption"),
        ("By Jane Miller and Tom Brown", "byline"),
        ("Published: 3 May 2024", "byline"),
        ("Read more: other stories", "navigation"),
        ("revenue | 12 | 14", "table"),
        ("The rent is 4,200 EUR a month.", "body"),
        ("It was small", "body"),
    ],
)
def test_lines_that_are_places_are_told_by_their_look(line: str, kind: str) -> None:
    """Headings, captions, bylines and menus are no statements, and are known without markup."""
    assert kind_of(line) == kind


def test_known_headings_stand_alone() -> None:
    """A heading that the loader found is a chunk of its own, whatever it looks like."""
    text = "money\nThe rent is 4,200 EUR a month. It is due on the first."
    chunks = split(text, headings=[Heading(0, 5, 1)])
    assert [(c.kind, text[c.start : c.end][:8]) for c in chunks] == [("heading", "money"), ("body", "The rent")]


def test_rows_of_a_table_stand_together() -> None:
    """Rows are grouped, since one alone says little."""
    text = "\n".join(f"item {n} | {n} | {n * 2}" for n in range(6))
    chunks = split(text)
    assert [c.kind for c in chunks] == ["table"]
    assert len(chunks[0].sentences) == 6


def test_rows_set_with_blanks_are_rows() -> None:
    """Lines whose cells stand under one another are rows of a table; lines drawn out to an edge are prose."""
    table = "Part            Qty    Price\nPaint roller      2    18.50\nTape             13     6.00"
    assert [(c.kind, len(c.sentences)) for c in split(table)] == [("table", 3)]
    prose = "The  mill ground corn  for the\nwhole town and  for  its ships\nuntil the river  froze in  May."
    assert [c.kind for c in split(prose)] == ["body"]


def test_a_name_belongs_to_its_label_though_an_address_follows() -> None:
    """Under "Bill to:" stands a name, and under that where it lives."""
    text = "Bill to:\nMill Lane School\n9 Mill Lane, Leeds"
    (chunk,) = split(text)
    assert text[slice(*chunk.sentences[0])] == "Bill to:\nMill Lane School"
    assert kind_of("Bill to: Mill Lane School") == "body"


def test_a_sentence_longer_than_the_window_is_cut_and_nothing_lost() -> None:
    """Only a sentence that the encoder could not read whole is cut, at clause ends, and every part is kept."""
    text = "word and word, " * 400
    chunks = split(text, max_tokens=64)
    assert len(chunks) > 5
    assert "".join(text[c.start : c.end] for c in chunks).replace(" ", "") == text.replace(" ", "")


def test_a_line_of_a_megabyte_without_blanks_is_cut_quickly() -> None:
    """Text without any place to cut is cut anywhere, and does not hang."""
    chunks = split("x" * 1_000_000, max_tokens=256)
    assert sum(c.end - c.start for c in chunks) == 1_000_000


def test_chunks_and_sections_count_up() -> None:
    """Ordinals count up by one, sections never go back, and a chunk has at most three sentences."""
    text = "\n\n".join("This is a sentence of the text. " * 9 for _ in range(12))
    chunks = split(text)
    assert [c.ordinal for c in chunks] == list(range(len(chunks)))
    sections = [c.section for c in chunks]
    assert sections == sorted(sections) and sections[-1] > 3
    assert set(sections) == set(range(sections[-1] + 1))
    assert max(len(c.sentences) for c in chunks) <= MAX_SENTENCES
