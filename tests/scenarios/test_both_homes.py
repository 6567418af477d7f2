"""The samples ingested into a folder and into PostgreSQL: questions find the same passages and get the same answers."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from postgresql import PostgresqlServer

from bot.ask import Bot
from bot.settings.settings import Settings
from ingest.sync import sync
from vectorstore.library import Library
from vectorstore.passage import Filter, Passage

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
QUESTIONS = 40
ANSWERED = 8
"""Questions that are answered too, with the reader, after the search was compared."""
FILTERS = (
    None,
    Filter(sources=("*/*.md",)),
    Filter(sources=("*[a-d]?al-*",), media_types=("text/*",)),
    Filter(authors=("nobody",)),
    Filter(modified_after="2020-01-01"),
)


def questions() -> list[str]:
    """Return the questions that the samples are measured with."""
    with (ROOT / "evals" / "sample_questions.csv").open(encoding="utf-8") as file:
        return [row["question"] for row in csv.DictReader(file)][:QUESTIONS]


def told(passage: Passage) -> tuple[object, ...]:
    """Return what a person sees of a passage, and its score."""
    place = passage.document, passage.start, passage.end, passage.text, passage.page, passage.heading
    return *place, round(passage.score, 4)


def test_the_same_questions_find_the_same_passages(
    postgresql: PostgresqlServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All passages with their scores are equal but for the order of ties; so are words, rarities and answers."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    places = (str(tmp_path / "library"), postgresql.library())
    libraries = [Library.open(place, create=True) for place in places]
    for library in libraries:
        sync(library, [ROOT / "documents"])
    here, there = libraries
    asked = questions()
    assert len(asked) == QUESTIONS
    for number, question in enumerate(asked):
        filter = FILTERS[number % len(FILTERS)]
        one, other = (library.search(question, limit=20, filter=filter) for library in (here, there))
        assert sorted(map(told, one.passages), key=repr) == sorted(map(told, other.passages), key=repr), question
        assert (one.terms, one.weights, one.unknown, one.held) == (
            other.terms,
            other.weights,
            other.unknown,
            other.held,
        )
        assert here.respelled(one) == there.respelled(other)
    settings = [Settings(library=place) for place in places]
    bots = [Bot(library, settings=chosen) for library, chosen in zip(libraries, settings, strict=True)]
    for question in asked[:ANSWERED]:
        first, second = (bot.ask(question) for bot in bots)
        assert (first.text, first.abstained) == (second.text, second.abstained)
    for library in libraries:
        library.close(update_index=False)
