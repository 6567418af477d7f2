"""CSV files of questions and answers become questions, or a sentence that names the row."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.errors import SettingError
from bot.evaluation.csv_questions import place, read_csv
from bot.evaluation.sets import Question
from vectorstore.records import DocumentInfo


def read(folder: Path, text: str | bytes, *, longest: int = 4_000) -> list[Question]:
    path = folder / "my.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_csv(path, longest=longest)


def info(source: str, *, id: str = "0" * 16, title: str = "") -> DocumentInfo:
    return DocumentInfo(id, source, title, "text/plain", "default", "", 0, "", "", 0, 0)


@pytest.mark.parametrize(
    "text",
    [
        "question,answer\nWho?,Ann|Anna\nWhen?,\n",
        "Question;Expected answer\nWho?;Ann | Anna\nWhen?;\n",
        "Answer\tQUERY\tnotes\nAnn|Anna\tWho?\tx\n\tWhen?\t\n",
        "question,answer 1,answer_2\nWho?,Ann,Anna\nWhen?,,\n",
        "\ufeffQuestion,Answers\r\n\r\nWho?,Ann|Anna|Ann\r\n,,\r\nWhen?\r\n",
        "Frage;Antwort\nWho?;Ann|Anna\nWhen?;\n",
        "質問,回答\nWho?,Ann|Anna\nWhen?,\n",
        "Who?,Ann|Anna\nWhen?,\n",
    ],
)
def test_forms_that_people_write(text: str, tmp_path: Path) -> None:
    """Delimiters, orders, spellings, several answers, blank rows, no header: all mean the same."""
    who, when = read(tmp_path, text)
    assert (who.text, who.answers, who.answerable) == ("Who?", ("Ann", "Anna"), True)
    assert (when.text, when.answers, when.answerable) == ("When?", (), False)


def test_a_question_is_known_by_its_row_in_the_spreadsheet(tmp_path: Path) -> None:
    """The header is row 1, blank rows count, a cell of two lines is in one row."""
    questions = read(tmp_path, 'question,answer\n"Who,\nor what?",Ann\n\nWhen?,1780\n')
    assert [q.id for q in questions] == ["row 2", "row 4"]
    assert questions[0].text == "Who,\nor what?"


def test_encodings_are_told_apart(tmp_path: Path) -> None:
    """UTF-8, UTF-16 and the code page of a spreadsheet give the same text."""
    text = "question;answer\nWo liegt Köln? Und für wen?;am Rhein\nWer grüßt?;Frau Müller\n"
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp1252"):
        assert read(tmp_path, text.encode(encoding))[1].answers == ("Frau Müller",)


def test_a_column_says_what_is_answerable(tmp_path: Path) -> None:
    """Yes without an answer is answerable; an empty cell leaves it to the answer; a document alone suffices."""
    questions = read(tmp_path, "question,answer,answerable\na?,,yes\nb?,x,\nc?,,No\nd?,,\n")
    assert [q.answerable for q in questions] == [True, True, False, False]
    questions = read(tmp_path, "question,document\na?,lease.pdf\nb?,\n")
    assert [q.answerable for q in questions] == [True, False]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("\n\n , \n", "is empty"),
        ("question,answer\n", "a header and no questions"),
        ("who,answer\nx,y\n", "no column `question`"),
        ("question,note\nx,y\n", "no column `answer`"),
        ("words\nx\n", "one column"),
        ("question,question,answer\na,b,c\n", "2 columns for question"),
        ("question,answer\nWho?,Ann\nWho, now?,Ann\n", "Row 3 of"),
        ("question,answer\n,Ann\n", "Row 2 of"),
        ("question,answer\nWho?,Ann\n\n,Ann\n", "Row 4 of"),
        ('question,answer\nWho?,Ann\n"When?,1780\n', "Row 3 of"),
        ('question,answer\n"Who"?,Ann\n', "Row 2 of"),
        ("question,answer,answerable\nWho?,Ann,no\n", "gives an answer and says that it is not answerable"),
        ("question,answer,answerable\nWho?,Ann,perhaps\n", "says 'perhaps' for answerable"),
        ("question,answer\n" + "w" * 4_001 + ",Ann\n", "4,001 characters"),
        (b"PK\x03\x04" + bytes(100), "not a text file"),
    ],
)
def test_what_is_wrong_is_said_with_its_row(text: str | bytes, words: str, tmp_path: Path) -> None:
    """One sentence names the file, the row where there is one, and what to do."""
    with pytest.raises(SettingError) as caught:
        read(tmp_path, text)
    assert words in str(caught.value) and "my.csv" in str(caught.value)
    assert caught.value.remedy


@given(data=st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_questions_or_a_setting_error(data: bytes, tmp_path: Path) -> None:
    """Nothing in a file raises anything else."""
    try:
        questions = read(tmp_path, data)
    except SettingError:
        return
    assert questions and all(q.text.strip() for q in questions)


def test_documents_are_found_by_any_of_their_names(tmp_path: Path) -> None:
    """Id, path, file name, stem and title, in any case; a name for two means both; an unknown one is said."""
    documents = [info("/a/Lease.pdf", id="1" * 16, title="The lease"), info("/b/lease.PDF"), info("/a/brief.md")]
    names = ["lease.pdf", "BRIEF", "/a/lease.pdf", "1" * 16, "the  lease", "gone.txt", "brief.md|gone.txt"]
    asked = read(tmp_path, "question,answer,file\n" + "".join(f"q?,x,{name}\n" for name in names))
    placed, notes = place(asked, documents)
    found = [[r["doc_id"] for r in q.references] for q in placed]
    assert found[:5] == [
        ["/a/Lease.pdf", "/b/lease.PDF"],
        ["/a/brief.md"],
        ["/a/Lease.pdf"],
        ["/a/Lease.pdf"],
        ["/a/Lease.pdf"],
    ]
    assert found[5:] == [["gone.txt"], ["/a/brief.md", "gone.txt"]]
    assert notes == [f"row {row} names 'gone.txt', which is not in the library." for row in (7, 8)]
