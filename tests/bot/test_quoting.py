"""Which sentences are quoted, and in what order."""

from __future__ import annotations

from bot.question import answer_type, fits
from bot.quote import choose
from vectorstore.passage import Passage, Signals
from vectorstore.search import SearchResult
from vectorstore.words import query_terms


def passage(text: str, *, score: float, document: str = "a", start: int = 0, **more: object) -> Passage:
    sentences = []
    position = 0
    for part in text.split("|"):
        sentences.append((start + position, start + position + len(part)))
        position += len(part) + 1
    return Passage(
        document=document,
        title="Title",
        source=f"/{document}.txt",
        start=start,
        end=start + len(text),
        text=text.replace("|", " "),
        score=score,
        rank=1,
        sentences=tuple(sentences),
        signals=Signals(),
        **more,  # type: ignore[arg-type]
    )


def result(question: str, *passages: Passage) -> SearchResult:
    terms = query_terms(question)
    return SearchResult(question, passages, tuple(terms), tuple(1 / len(terms) for _ in terms))


def chosen(question: str, *passages: Passage, **options: object) -> list[str]:
    return [q.text for q in choose(question, result(question, *passages), **options)]  # type: ignore[arg-type]


def test_one_clear_sentence_is_enough() -> None:
    """Where one sentence stands far above the rest, it alone is shown."""
    found = chosen(
        "When was the mill built?",
        passage("The mill was built in 1780.|It ground corn.", score=1.6),
        passage("Sheep graze here.", score=0.7, document="b"),
    )
    assert found == ["The mill was built in 1780."]


def test_never_more_than_the_limit() -> None:
    """Sentences of like score are shown together, up to the limit."""
    many = [passage(f"Mill {n} stands here.", score=1.0, start=n * 100) for n in range(6)]
    assert len(chosen("Which mill stands?", *many)) == 3
    assert len(chosen("Which mill stands?", *many, limit=1)) == 1


def test_reading_order_within_a_document() -> None:
    """Sentences of one document are shown as they stand there, not by score."""
    later = passage("The mill was sold in 1900.", score=1.05, start=200)
    earlier = passage("The mill was built in 1780.", score=1.0, start=0)
    assert chosen("What happened to the mill in the years?", later, earlier) == [
        "The mill was built in 1780.",
        "The mill was sold in 1900.",
    ]


def test_a_pronoun_brings_the_sentence_before_it() -> None:
    """A sentence that begins with "It" is not left without what "it" is."""
    found = chosen(
        "Who runs the ferry service?",
        passage("The Ouse line is old.|It runs the ferry service for Brown.", score=1.2),
        before=lambda _: None,
    )
    assert found == ["The Ouse line is old.", "It runs the ferry service for Brown."]


def test_the_antecedent_may_stand_in_the_passage_before() -> None:
    """Where the pronoun opens its passage, the last sentence of the one before comes along."""
    earlier = passage("The mill stands by the river.", score=0.2)
    opening = passage("It grinds corn for bakers.", score=1.2, start=40)
    found = chosen("What grinds corn for bakers?", opening, before=lambda _: earlier)
    assert found == ["The mill stands by the river.", "It grinds corn for bakers."]


def test_a_clear_list_is_not_padded() -> None:
    """Where a list is asked for and one sentence is it, sentences of like score that list nothing stay away."""
    listing = "The pact covers energy, steel, chips, ships, rail and 6G."
    found = chosen(
        "Which fields does the pact cover?",
        passage(listing, score=1.0),
        passage("The pact covers new ground for all fields.", score=1.05, start=200),
    )
    assert found == [listing]
    unclear = passage("The pact covers energy and steel fields.", score=1.1)
    beside = passage("The pact covers new ground for all fields.", score=1.1, start=200)
    assert len(chosen("Which fields does the pact cover?", unclear, beside)) == 2


def test_places_are_never_quoted() -> None:
    """A heading or caption is no answer, however well it fits."""
    heading = passage("When the mill was built", score=2.0, kind="heading")
    caption = passage("Photo: the mill, built 1780", score=1.9, kind="caption")
    assert chosen("When was the mill built?", heading, caption) == []


def test_a_copy_is_shown_once() -> None:
    """The same sentence in two documents is not repeated."""
    same = "The mill was built in 1780."
    assert chosen("When was the mill built?", passage(same, score=1.2), passage(same, score=1.2, document="b")) == [
        same
    ]


def test_another_value_for_the_same_thing_is_shown_too() -> None:
    """Two documents that give different amounts are both quoted, though one scores much lower."""
    found = chosen(
        "How much did the mill cost?",
        passage("The mill cost 300 dollars.", score=1.5),
        passage("According to the parish the mill cost 450 dollars.", score=1.1, document="b"),
    )
    assert len(found) == 2


def test_types_of_questions() -> None:
    """What a question asks for is told by its words."""
    asked = {
        "When was it signed?": "when",
        "In which year did it start?": "when",
        "How many people came?": "number",
        "Who signed it?": "who",
        "Where was it signed?": "where",
        "Why did it fail?": "why",
        "Which technologies does it cover?": "list",
        "What is a quorum?": "definition",
        "Is the mill open?": "yes-no",
        "Tell me about the mill": "other",
        "いつ署名されましたか": "when",
    }
    assert {question: answer_type(question) for question in asked} == asked


def test_a_sentence_fits_by_what_it_adds() -> None:
    """A number that the question says itself answers no "how many"."""
    assert fits("number", "It has 40 rooms.", "How many rooms?") == 1
    assert fits("number", "In 1780 it had rooms.", "How many rooms in 1780?") == 0
    assert fits("list", "AI, space, fusion, quantum, 6G and ships", "Which fields?") > fits(
        "list", "It was broad.", "Which fields?"
    )
