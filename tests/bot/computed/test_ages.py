"""How old somebody is or was, from the sentences that say when he was born and when something happened."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.computed.ages import age_answer, years
from bot.computed.computed import Computed
from bot.question.question import Question
from bot.text.dates import Date
from ingest.sync import sync
from vectorstore.library import Library

TEXT = """# Staff

Karl Brenner was born in Graz on 3 March 1968. He signed the purchase agreement on 12 May 2021.

Amira Nasser (born 1979) leads the port. Her brother Sami was born in 1981.

Henrik Dahl (4 May 1869 - 2 June 1934) built the lighthouse.

Ida Moen is 34 years old. Ida Moen was born in 1991.

Olga Falk was born in 1950. A letter says that Olga Falk was born in 1951.

Karl Brenner's daughter Lena was born in 1999.
"""
Asked = Callable[[str], Computed | None]


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    folder: Path = tmp_path_factory.mktemp("ages")
    (folder / "documents").mkdir()
    (folder / "documents" / "staff.md").write_text(TEXT, encoding="utf-8")
    with Library.open(folder / "library", create=True) as library:
        sync(library, [folder / "documents"])
        yield lambda question: age_answer(Question(question), library, None)


@pytest.mark.parametrize(
    ("question", "said", "footnotes"),
    [
        ("How old was Karl Brenner on 2 March 2020?", "51 years old on 2 March 2020: born on 3 March 1968.", 1),
        ("How old was Karl Brenner in 2020?", "51 or 52 years old in 2020: born on 3 March 1968.", 1),
        (
            "How old was Karl Brenner when he signed the purchase agreement?",
            "53 years old on 12 May 2021, when he signed the purchase agreement: born on 3 March 1968.",
            2,
        ),
        ("How old was Amira Nasser in 2000?", "20 or 21 years old in 2000: born in 1979.", 1),
        ("How old was Henrik Dahl when he died?", "65 years old on 2 June 1934, when he died: born on 4 May 1869.", 1),
        ("How old is Henrik Dahl?", "65 years old on 2 June 1934, the time of death: born on 4 May 1869.", 1),
    ],
)
def test_an_age_is_worked_out(asked: Asked, question: str, said: str, footnotes: int) -> None:
    """The line says the age, the day and the birth; the sentences that give these are its footnotes."""
    found = asked(question)
    assert found is not None
    (line,) = found.lines
    assert line.text == said
    assert len(line.quotes) == footnotes


def test_an_age_of_today_says_which_day_that_is(asked: Asked) -> None:
    """Without a day in the question it is today's, which the answer names."""
    found = asked("How old is Karl Brenner?")
    assert found is not None
    today = date.today()
    assert f"today, {today.day} {today:%B %Y}: born on 3 March 1968." in found.lines[0].text


@pytest.mark.parametrize(
    "question",
    [
        "How old is Ida Moen?",  # a sentence says it: quoted, not counted
        "How old is Olga Falk?",  # two births
        "How old is Sven Tore?",  # none
        "How old was Amira Nasser when she signed the purchase agreement?",  # it was another
        "How old is the lighthouse?",
        "How old must one be to drive?",
    ],
)
def test_what_is_not_sure_is_not_counted(asked: Asked, question: str) -> None:
    """Nothing is worked out where a sentence says the age, where births differ, or where something is missing."""
    assert asked(question) is None


@given(st.dates(date(1900, 1, 1), date(2020, 1, 1)), st.dates(date(2020, 1, 2), date(2100, 1, 1)))
def test_an_age_lies_between_what_the_years_alone_say(born: date, day: date) -> None:
    """With whole dates there is one age; with years alone the two that hold it."""
    exact = years(Date(0, 0, "", born.year, born.month, born.day), Date(0, 0, "", day.year, day.month, day.day))
    loose = years(Date(0, 0, "", born.year), Date(0, 0, "", day.year))
    assert exact is not None
    assert loose is not None
    assert exact[0] == exact[1]
    assert loose[0] <= exact[0] <= loose[1] == loose[0] + 1
