"""Questions are brought together by meaning, and never across another name or number."""

from __future__ import annotations

import random
from datetime import date

import pytest

from bot.desk.gaps import Unanswered, gaps
from bot.desk.groups import grouped, names_in, same_names
from vectorstore.embedding.encoder import Encoder
from vectorstore.embedding.open import open_encoder

APART = [
    ["How do I reset my password?", "I forgot my password, how do I get a new one?", "How can a password be reset?"],
    [
        "How many days of paternity leave do I get?",
        "How long is paternity leave?",
        "What is the length of paternity leave?",
    ],
    ["How many days of maternity leave do I get?", "How long is maternity leave?", "Duration of the maternity leave?"],
    ["Who is the data protection officer?", "What is the name of the data protection officer?"],
    ["When was Acme Corp founded?", "In what year was Acme Corp founded?", "What is the founding year of Acme Corp?"],
    [
        "When was Zenith Ltd founded?",
        "In what year was Zenith Ltd founded?",
        "What is the founding year of Zenith Ltd?",
    ],
    ["What was the revenue in 2023?", "How high was the revenue in 2023?", "How much revenue was there in 2023?"],
    ["What was the revenue in 2024?", "How high was the revenue in 2024?", "How much revenue was there in 2024?"],
    ["Can I bring my dog to the office?", "Are dogs allowed in the office?", "Is it permitted to bring dogs to work?"],
    ["Can I smoke in the office?", "Is smoking allowed in the office?", "Where is smoking permitted?"],
    ["Is the gym subsidised?", "Does the company pay for the gym?", "Do we get money for a gym membership?"],
    ["Does the company pay for glasses?", "Are reading glasses paid for?", "Do I get money for new glasses?"],
    ["What is the wifi password for guests?", "How do guests get into the wifi?", "Guest wifi password?"],
]


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    """The bundled model."""
    return open_encoder(None)


@pytest.mark.parametrize("seed", range(4))
def test_thirteen_gaps_asked_in_three_ways_are_found(seed: int, encoder: Encoder) -> None:
    """Whatever the order in which they were asked; years and names that differ keep what is near apart. Only maternity
    and paternity leave, which the encoder takes for much the same, are one group."""
    asked = [question for group in APART for question in group]
    random.Random(seed).shuffle(asked)
    found = [{asked[index] for index in group} for group in grouped(asked, encoder)]
    leave = [group for group in APART if "leave" in group[0]]
    others = [group for group in APART if group not in leave]
    assert len(leave) == 2
    assert sorted(map(sorted, found)) == sorted(map(sorted, [*others, [*leave[0], *leave[1]]]))


def test_the_same_question_is_counted_and_leads(encoder: Encoder) -> None:
    """Case and punctuation make no other question; the largest group comes first."""
    asked = ["Who signed?", "is there a gym", "Is there a gym?", "IS THERE A GYM"]
    assert grouped(asked, encoder) == [[1, 2, 3], [0]]
    assert grouped([], encoder) == []


def test_languages_that_the_model_does_not_know_are_grouped_by_their_words(encoder: Encoder) -> None:
    """A cosine of Japanese or German would say nothing in a model of English."""
    asked = [
        "育児休業は何日ですか",
        "育児休業は何日",
        "駐車場の料金はいくらですか",
        "Wie lange ist die Kündigungsfrist für die Wohnung?",
    ]
    assert grouped(asked, encoder) == [[0, 1], [2], [3]]


def test_names_and_numbers() -> None:
    """A capital inside, an acronym, a digit; not the first word, and not "I"."""
    assert names_in("When may I call Acme about form B12 in 2024?") == {"acm", "b12", "2024"}
    assert names_in("Who is in charge?") == frozenset()
    assert same_names("when was acme founded", "When was Acme founded?")
    assert not same_names("When was Acme founded?", "When was it founded?")


def test_gaps_have_counts_and_a_trend(encoder: Encoder) -> None:
    """The last seven days, and the seven before; what was asked most often stands for the group."""
    days = ["2026-11-10", "2026-11-16", "2026-11-17", "2026-11-23", "2026-11-24", "2026-11-30"]
    asked = [Unanswered(f"q{n}", "Is there a gym?", "", day) for n, day in enumerate(days)]
    asked.append(Unanswered("q9", "and in Lisbon?", "Who runs the office?", "2026-11-30"))
    first, second = gaps(asked, encoder, today=date(2026, 11, 30))
    assert (first.question, len(first.asked), first.week, first.week_before) == ("Is there a gym?", 6, 2, 2)
    assert second.texts == ("Who runs the office? … and in Lisbon?",)
    assert gaps([], encoder, today=date(2026, 11, 30)) == []
