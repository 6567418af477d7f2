"""A chat model may propose a query where the grammar of tables refuses; code asks it and shows the rows used."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from scripted_model import ScriptedModel

from bot import Bot
from bot.errors import ModelError
from bot.question.question import Question
from bot.written.query import query_answer
from ingest.sync import SyncOptions, sync
from vectorstore.library import Library
from vectorstore.passage import Filter

CUSTOMERS = (
    "Name,City,Status,Turnover (EUR)\nAlder Clinic,Lunden,active,12400\nBay Hotel,Tarn,blocked,8300\n"
    "City Library,Lunden,active,5150\nDune Camping,Port Ellery,blocked,970\nEaston School,Tarn,active,15800\n"
)
SECRET = "Name,Salary (EUR)\nAda Prince,91000\nBen Stark,88000\n"
ASKED = "In which city is the turnover of customers per head, all statuses mixed, largest?"
GOOD = 'SELECT "City", avg("Turnover (EUR)") FROM rows GROUP BY "City" ORDER BY avg("Turnover (EUR)") DESC LIMIT 1'


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("queries")
    for name, text in (("open/customers.csv", CUSTOMERS), ("secret/salaries.csv", SECRET)):
        path = folder / name
        path.parent.mkdir()
        path.write_text(text, encoding="utf-8")
    with Library.open(folder / "library", create=True) as opened:
        for collection in ("open", "secret"):
            sync(opened, [folder / collection], SyncOptions(collection=collection))
        yield opened


def test_the_query_is_asked_and_told(library: Library) -> None:
    """The value is SQLite's, the query stands in the answer, and each row that it used is a verbatim footnote."""
    model = ScriptedModel(f"```sql\n{GOOD}\n```")
    found = query_answer(Question(ASKED), library, None, lambda: model)
    assert found is not None
    (line,) = found.lines
    assert line.text == f"Tarn, 12,050 ({GOOD})"
    assert [quote.text for quote in line.quotes][1:] == [row.replace(",", " | ") for row in CUSTOMERS.splitlines()[1:]]
    assert found.notice == "The query was proposed by scripted and asked of the table as it stands."
    prompt = str(model.prompts[0])
    assert "Turnover (EUR)" in prompt
    assert "Salary" not in prompt


@pytest.mark.parametrize(
    "proposed",
    [
        "NONE",
        "The answer is Tarn.",
        'SELECT "Region" FROM rows',
        "SELECT Name FROM rows WHERE City = 'Oslo'",  # in neither the question nor the table
        'SELECT Name FROM rows WHERE "Turnover (EUR)" > 9999',
        "DELETE FROM rows",
        "SELECT 1; ATTACH 'other.sqlite3' AS other",
        "PRAGMA table_list",
        "SELECT a.Name FROM rows a, rows b, rows c",
        "SELECT Name FROM salaries",
        'SELECT "Salary (EUR)" FROM rows',
        "SELECT sum(\"Turnover (EUR)\") FROM rows WHERE Status = 'blocked' AND City = 'Lunden'",  # meets no row
        ModelError("The model is away."),
    ],
)  # fmt: skip
def test_nothing_else_is_an_answer(library: Library, proposed: str | Exception) -> None:
    """What is no query, invents, writes, or reaches further gives no answer; the question goes the ordinary way."""
    assert query_answer(Question(ASKED), library, None, lambda: ScriptedModel(proposed)) is None


def test_a_name_of_the_question_is_not_left_out(library: Library) -> None:
    """A total of all is no total of Oslo."""
    model = ScriptedModel('SELECT sum("Turnover (EUR)") FROM rows')
    asked = Question("What turnover, customers of every status mixed, comes from Oslo?")
    assert query_answer(asked, library, None, lambda: model) is None


def test_a_table_that_may_not_be_seen_is_not_shown_to_the_model(library: Library) -> None:
    """The filter holds for the search, so that neither its columns nor its rows reach the prompt."""
    model = ScriptedModel('SELECT max("Salary (EUR)") FROM rows')
    asked = Question("What is the median salary of Ada Prince and the others?")
    mine = Filter(collections=("open",))
    assert query_answer(asked, library, mine, lambda: model) is None
    assert "91000" not in str(model.prompts)
    assert "Prince |" not in str(model.prompts)


def test_a_bot_asks_the_model_where_the_grammar_refuses(library: Library) -> None:
    """What the grammar understands costs no call; without a chat model there is no query."""
    model = ScriptedModel(GOOD)
    with Bot(library, model=model) as bot:
        assert bot.ask("What is the total turnover?").statements[0].support == "computed"
        assert not model.prompts
        answer = bot.ask(ASKED)
        assert answer.statements[0].text.startswith("Tarn, 12,050 (")
        assert answer.statements[0].support == "computed"
    with Bot(library) as bot:
        assert not any("SELECT" in statement.text for statement in bot.ask(ASKED).statements)
