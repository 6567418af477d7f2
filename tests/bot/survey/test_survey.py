"""Each document asked the same questions: of a real library with the real models, kept through a kill."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from bot import Bot
from bot.answer import Answer, Statement, Words
from bot.computed.value import Value, date_beside, value_in
from bot.errors import QuestionRefused, SettingError
from bot.question.kind import AnswerType
from bot.surfaces.cli.app import run
from bot.survey.cell import Cell
from bot.survey.kept_cells import KeptCells, LatestCells
from bot.survey.survey import ask_each, from_answer, survey
from bot.survey.table import Row, Survey
from ingest.splitting.split import split
from vectorstore.document import Document
from vectorstore.library import Library
from vectorstore.passage import Filter
from vectorstore.records import DocumentInfo

ROOT = Path(__file__).parents[3]
ENDS, TENANT = "When does the lease end?", "Who is the tenant?"
TORN = '{"key": ["north0'
TEXTS = {
    "north": "This lease begins on 1 March 2022. It ends on 28 February 2031. The tenant is Amir Nasser.",
    "east": "The flat has a balcony. The lease ends on 30 June 2026. Dogs are not allowed.",
    "south": "This lease ends on 31 December 2028. The tenant is Petra | Vogel.",
    "menu": "Soup is served at noon. The bread is baked in the house every morning.",
}


def build(folder: Path) -> Path:
    with Library.open(folder, create=True) as library:
        documents = [
            Document(
                id=name.ljust(16, "0"),
                source=f"/leases/{name}.txt",
                title=f"=Lease {name}",
                media_type="text/plain",
                text=text,
                sha256=name,
                collection="kitchen" if name == "menu" else "leases",
            )
            for name, text in TEXTS.items()
        ]
        library.add([(d, split(d.text, count_tokens=library.encoder.count_tokens)) for d in documents])
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("survey") / "library")


@pytest.fixture(scope="module")
def bot(folder: Path) -> Iterator[Bot]:
    with Bot(folder) as opened:
        yield opened


@pytest.fixture(scope="module")
def found(bot: Bot) -> Survey:
    return survey(bot, [ENDS, TENANT])


def cells(found: Survey) -> dict[str, tuple[Cell, ...]]:
    return {row.document.id.rstrip("0"): row.cells for row in found.rows}


def test_each_cell_is_the_answer_of_that_document_alone(bot: Bot, found: Survey) -> None:
    """Every document has a row; a footnote is verbatim and of the row's document; silence is said."""
    assert set(cells(found)) == set(TEXTS)
    for row in found.rows:
        for cell in row.cells:
            assert cell.says == bool(cell.citations)
            for citation in cell.citations:
                assert citation.document == row.document.id
                assert bot.library.text(citation.document, citation.start, citation.end) == citation.quote
    assert [c.number for c in found.citations] == list(range(1, len(found.citations) + 1))
    assert [cell.text for cell in cells(found)["menu"]] == ["doesn't say", "doesn't say"]
    assert cells(found)["east"][1].text == "doesn't say"
    assert found.summary[0] == f"{ENDS} 3 of 4 documents say."


def test_a_cell_is_what_the_document_answers_when_it_is_asked_alone(bot: Bot, found: Survey) -> None:
    """Asked at the same time as others, and with a question whose vector is remembered, nothing else comes out."""
    for row in found.rows:
        for cell in row.cells:
            answer = bot.ask(cell.question, filter=Filter(documents=(row.document.id,)))
            alone = from_answer(cell.question, answer)
            assert (alone.words, alone.value) == (cell.words, cell.value)
            assert [c.quote for c in alone.citations] == [c.quote for c in cell.citations]


def test_rows_come_in_order_and_what_is_not_begun_is_left(bot: Bot) -> None:
    """However many are asked at a time; closed early, nothing further is asked."""
    documents = bot.library.documents()
    began: list[str] = []

    class Slow(ThreadPoolExecutor):
        def submit(self, work: Any, /, *arguments: Any, **named: Any) -> Future[Any]:
            began.append(arguments[1].id)
            return super().submit(work, *arguments, **named)

    with Slow(3) as workers:
        rows = list(ask_each(bot, documents, (ENDS,), workers=workers))
        assert [row.document for row in rows] == documents
        began.clear()
        many = documents * 20
        coming = ask_each(bot, many, (ENDS,), workers=workers)
        next(coming)
        coming.close()
        assert len(began) < len(many)


def test_the_latest_cells_are_remembered(bot: Bot) -> None:
    """So many, and those that were used last."""
    cells = LatestCells(2)
    keys = [(name, "", "", "") for name in "abc"]
    for key in keys[:2]:
        cells.put(key, {"words": key[0]})
    assert cells.get(keys[0]) == {"words": "a"}
    cells.put(keys[2], {"words": "c"})
    assert [cells.get(key) is not None for key in keys] == [True, False, True]
    kept = LatestCells(100)
    first = survey(bot, [ENDS], kept=kept)
    assert survey(bot, [ENDS], kept=kept) == first


def test_the_words_that_answer_are_shown_with_their_value(found: Survey) -> None:
    """Where the reader names them it is these words, not the sentence; a date has a form that sorts."""
    ends = {name: row[0] for name, row in cells(found).items()}
    assert ends["east"].value == Value("2026-06-30", "date")
    assert ends["north"].value == Value("2031-02-28", "date")
    assert ends["east"].words == "30 June 2026"
    assert ends["east"].citations[0].quote == "The lease ends on 30 June 2026."


def test_rows_are_sorted_by_value_and_silence_comes_last(found: Survey) -> None:
    """By the date, not by its words; footnotes are numbered anew in the new order."""
    ordered = found.sorted_by(0)
    assert list(cells(ordered)) == ["east", "south", "north", "menu"]
    assert list(cells(found.sorted_by(0, descending=True))) == ["north", "south", "east", "menu"]
    assert [c.number for c in ordered.citations] == list(range(1, len(found.citations) + 1))


def test_a_filter_asks_its_documents_only(bot: Bot) -> None:
    """A person limited to one collection sees rows of no other."""
    assert set(cells(survey(bot, [ENDS], filter=Filter(collections=("kitchen",))))) == {"menu"}


def test_questions_are_checked_before_the_first_is_asked(bot: Bot) -> None:
    """None, an empty one or one too long is refused in words; one asked twice is asked once."""
    for questions in ([], [ENDS, "  "], ["x" * 100_000]):
        with pytest.raises(QuestionRefused):
            survey(bot, questions)
    assert survey(bot, [ENDS, f" {ENDS}"]).questions == (ENDS,)


def test_csv_holds_words_value_and_footnote(found: Survey) -> None:
    """A column each; a title that a spreadsheet would run as a formula is defused."""
    rows = {row["source"]: row for row in csv.DictReader(io.StringIO(found.csv()))}
    east = rows["/leases/east.txt"]
    assert east[f"{ENDS} (value)"] == "2026-06-30"
    assert east[f"{ENDS} (quote)"] == "The lease ends on 30 June 2026."
    assert east[TENANT] == "doesn't say" and east[f"{TENANT} (quote)"] == ""
    assert east["document"] == "'=Lease east"


def test_markdown_is_a_table_that_no_document_breaks(found: Survey) -> None:
    """A bar in a document's text is escaped: every row has as many cells as there are columns."""
    rows = [line for line in found.markdown().splitlines() if line.startswith("|")]
    assert len(rows) == 2 + len(TEXTS)
    assert any("Petra \\| Vogel" in row for row in rows)
    assert {row.replace("\\|", "").count("|") for row in rows} == {4}


@pytest.mark.parametrize(
    ("words", "kind", "value"),
    [
        ("28 February 2027", "when", Value("2027-02-28", "date")),
        ("May 2019", "when", Value("2019-05", "date")),
        ("in 2026", "other", Value("2026", "date")),
        ("1 March 2022 to 28 February 2027", "when", None),
        ("03/05/2019", "when", None),
        ("thirty days after notice", "when", None),
        ("2,400 EUR a month", "number", Value(2400.0, "eur")),
        ("5 years", "number", Value(60.0, "month")),
        ("1.234 EUR", "number", None),
        ("5 to 7 people", "number", None),
        ("Amir Nasser", "who", None),
    ],
)
def test_values_are_read_only_where_there_is_one(words: str, kind: AnswerType, value: Value | None) -> None:
    """Two values, or one that may be read in two ways, are no value; nothing is guessed."""
    assert value_in(words, kind) == value


@pytest.mark.parametrize(
    ("sentence", "question", "day"),
    [
        ("It begins on 1 May 2020 and ends on 30 June 2026, unless ended earlier.", "When does it end?", "2026-06-30"),
        ("It begins on 1 May 2020 and ends on 30 June 2026.", "When does it start?", "2020-05-01"),
        ("It expires on 30 June 2026; signed on 1 May 2020.", "When does the lease end?", "2026-06-30"),
        ("It ends on 30 June 2026, the sublease ends on 1 May 2025.", "When does it end?", None),
        ("Built 1 May 2020, sold 30 June 2026.", "When was it painted?", None),
    ],
)
def test_of_two_dates_the_one_beside_the_word_is_the_value(sentence: str, question: str, day: str | None) -> None:
    """Where the question asks for a beginning or an end, and the sentence gives one date for it."""
    found = date_beside(sentence, question)
    assert (found.value if found else None) == day


def test_words_inside_a_date_or_amount_are_shown_as_the_whole_of_it() -> None:
    """The reader's "2027" of "7 August 2027" would sort wrongly, and its "975" of "975 EUR" say too little."""
    for sentence, part, whole, value in (
        ("It ends on 7 August 2027.", "2027", "7 August 2027", Value("2027-08-07", "date")),
        ("The rent is 975 EUR.", "975", "975 EUR", Value(975.0, "eur")),
        ("The tenant is Amir Nasser.", "Amir Nasser", "Amir Nasser", None),
    ):
        start = sentence.index(part)
        answer = Answer(ENDS, (Statement(sentence, (), answer=Words(part, start, start + len(part))),))
        cell = from_answer("What is said?", answer)
        assert (cell.words, cell.value) == (whole, value)


def test_a_kept_cell_is_not_asked_again_until_its_document_changes(bot: Bot, tmp_path: Path) -> None:
    """Each cell is written once; another digest of a document makes it be asked anew."""
    path = tmp_path / "kept.jsonl"
    with KeptCells(path) as kept:
        first = survey(bot, [ENDS], kept=kept)
    assert path.stat().st_mode & 0o077 == 0
    ids = [row.document.id for row in first.rows]
    lines = sorted(path.read_text().splitlines(), key=lambda line: ids.index(json.loads(line)["key"][0]))
    assert len(lines) == len(TEXTS)
    told = json.loads(lines[0])
    told["cell"]["words"] = "kept words"
    old = json.loads(lines[1])
    old["key"][1] = "another digest"
    path.write_text("\n".join([json.dumps(told), json.dumps(old), *lines[2:]]) + "\n")
    with KeptCells(path) as kept:
        again = survey(bot, [ENDS], kept=kept)
    assert [row.cells[0].words for row in again.rows] == ["kept words", *(r.cells[0].words for r in first.rows[1:])]
    assert len(path.read_text().splitlines()) == len(TEXTS) + 1


def test_another_file_is_not_taken_for_kept_cells(tmp_path: Path) -> None:
    """It is refused by its name, and left as it was."""
    path = tmp_path / "notes.txt"
    path.write_text("dear diary\n")
    with pytest.raises(SettingError, match=r"notes\.txt"):
        KeptCells(path)
    assert path.read_text() == "dear diary\n"


def test_a_survey_that_was_killed_goes_on_where_it_was(folder: Path, found: Survey, tmp_path: Path) -> None:
    """Killed after its first cell, and with half a line in the file, it ends with the same table, asked once each."""
    path = tmp_path / "kept.jsonl"
    command = [
        sys.executable, "-m", "bot.surfaces.cli.app", "survey", ENDS, TENANT,
        "--library", str(folder), "--keep", str(path), "--json",
    ]  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.DEVNULL) as run:
        while run.poll() is None and not (path.exists() and path.read_bytes().count(b"\n")):
            time.sleep(0.005)
        run.send_signal(signal.SIGKILL)
    before = path.read_bytes()
    whole = before[: before.rindex(b"\n") + 1]
    path.write_bytes(whole + TORN.encode())
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    table = json.loads(done.stdout)
    assert [d["cells"] for d in table["documents"]] == [[c.as_dict() for c in row.cells] for row in found.rows]
    keys = [json.loads(line)["key"] for line in path.read_text().splitlines() if line != TORN]
    assert len(keys) == len({tuple(key) for key in keys}) == 2 * len(TEXTS)


def test_the_command_line_shows_saves_and_filters(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--where` leaves rows and the counts stay whole; `--save` writes them; what cannot be is refused at once."""
    file = tmp_path / "leases.xlsx"
    asked = ["survey", ENDS, TENANT, "--library", str(folder)]
    assert run([*asked, "--where", "1>2026", "--sort=-1", "--save", str(file)]) == 0
    out, err = capsys.readouterr()
    assert out.index("Lease north") < out.index("Lease south") and "Lease east" not in out
    assert "2 of 4 documents are shown." in out and f"{ENDS} 3 of 4 documents say." in out
    assert file.read_bytes().startswith(b"PK") and "leases.xlsx" in err
    for wrong, words in (
        (["--save", str(file)], "already"),
        (["--save", str(tmp_path / "leases.docx")], ".xlsx"),
        (["--where", "3=2026"], "no number 3"),
        (["--sort", "3"], "There are 2 questions"),
    ):
        assert run([*asked, *wrong]) != 0
        assert words in "".join(capsys.readouterr())


def test_an_empty_survey_has_a_table() -> None:
    """A row without answers is shown; a title that is missing is the source."""
    document = DocumentInfo("a" * 16, "/x/a.txt", "", "text/plain", "default", "s", 1, "", "", 1, 1)
    shown = Survey((ENDS,), (Row(document, (Cell(ENDS),)),))
    assert "| /x/a.txt | doesn't say |" in shown.markdown()
