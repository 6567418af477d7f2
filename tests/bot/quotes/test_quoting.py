"""Which sentences are quoted, and in what order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bot.question.fit import defines, fits, identifies
from bot.question.question import Question
from bot.quotes.choose import choose
from vectorstore.passage import Passage, Signals
from vectorstore.search.search import SearchResult
from vectorstore.words.tokens import query_terms


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
    return [q.text for q in choose(Question(question), result(question, *passages), **options)]  # type: ignore[arg-type]


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


def test_the_list_wins_where_it_is_near() -> None:
    """A clear list that holds as much of the question as the best sentence is shown in its place."""
    listing = "Its fields are energy, steel, chips, ships, rail and 6G."
    found = chosen(
        "Which fields does the pact name?",
        passage("Many fields of our life matter in the long run of things.", score=1.35),
        passage(listing, score=1.1, start=200),
    )
    assert found == [listing]


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


def test_a_sentence_goes_on_about_what_the_last_one_named() -> None:
    """Of two sentences that hold the same words of the question, the one that follows on its subject is better."""
    found = chosen(
        "What does the Ouse ferry carry?",
        passage("Brown owns the Ouse ferry.|The boat can carry corn.", score=1.0),
        passage("A mill can carry corn.", score=1.0, document="b"),
        limit=2,
    )
    assert found == ["Brown owns the Ouse ferry.", "The boat can carry corn."]


def test_an_amount_of_what_is_asked_comes_first() -> None:
    """Where two sentences of like score hold a number, the one that counts the thing asked about is shown."""
    text = "The mill study has four parts.|In the mill sixty-one participants slept."
    assert chosen("How many participants were in the mill study?", passage(text, score=1.0), limit=1) == [
        "In the mill sixty-one participants slept."
    ]
    text = "The mill is 400 years old in rent books.|The mill pays a rent of 30 euros."
    assert chosen("How much rent does the mill pay?", passage(text, score=1.0), limit=1) == [
        "The mill pays a rent of 30 euros."
    ]


def test_a_dated_answer_is_not_padded() -> None:
    """Where the best sentence holds the date asked for, one without any date does not stand beside it."""
    text = "The mill was built in 1780.|The mill was built of oak."
    assert chosen("When was the mill built?", passage(text, score=1.0)) == ["The mill was built in 1780."]


def test_a_date_or_a_place_comes_along_where_the_best_sentence_has_none() -> None:
    """The best sentence says who signed; the one that says when and where stands before it, where both have room."""
    text = "Three agreements were signed in Tokyo on October 28, 2025.|The deal was signed by Kimi Onoda."
    for question in ("When was the deal signed?", "Where was the deal signed?"):
        assert chosen(question, passage(text, score=1.0)) == text.split("|")
        assert chosen(question, passage(text, score=1.0), limit=1) == ["The deal was signed by Kimi Onoda."]
    assert chosen("Who signed the deal?", passage(text, score=1.0)) == ["The deal was signed by Kimi Onoda."]


def test_the_question_itself_is_no_answer() -> None:
    """In a list of questions the answer below is quoted; where the question is an example, nothing is."""
    asked = "How do I reset the pump?"
    below = "Press the red button for five seconds."
    assert chosen(asked, passage(f"{asked}|{below}", score=1.0)) == [below]
    assert chosen(asked, passage(f'$ ask "{asked}"', score=1.0, kind="code")) == []


def test_who_somebody_is_is_told_where_a_contract_defines_it() -> None:
    """A contract says who the landlord is where it gives the name in quotation marks."""
    found = chosen(
        "Who is the landlord of the mill?",
        passage("The Landlord lets the Mill to the Tenant.", score=1.1),
        passage('Brown Estates plc of Bristol (the "Landlord"); and', score=1.0, start=200),
        limit=1,
    )
    assert found == ['Brown Estates plc of Bristol (the "Landlord"); and']
    assert defines('"Deliverables" means software', {"deliver"})
    assert not defines('(the "Landlord")', {"tenant"})


def test_fragments_are_no_answers() -> None:
    """An introduction without its list, a question and a label do not stand beside an answer."""
    text = "Fixed:|Measured.|What did the mill grind?|The mill ground corn.|In the mill:"
    assert chosen("Tell me about the mill", passage(text, score=1.0)) == ["The mill ground corn."]


def test_a_line_that_nobody_filled_in_is_no_answer() -> None:
    """A blank before or behind a choice was left empty; one inside a sentence is part of it."""
    text = "____ in the mill|Owner of the mill: ______|The mill code is a____b."
    assert chosen("Tell me about the mill", passage(text, score=1.0)) == ["The mill code is a____b."]


def test_a_yes_comes_along() -> None:
    """The "Yes." that a sentence explains is shown before it, in other questions too."""
    found = chosen("Is mill water safe to drink?", passage("Yes.|Mill water is safe to drink.", score=1.0))
    assert found == ["Yes.", "Mill water is safe to drink."]


BOX = (
    "What is in the box\n\nThe box holds the following:\n\n- one saw\n- two nails\n- a hammer, "
    "small\n  and black\n\nKeep it dry."
)


def piece(text: str, part: str, **more: Any) -> Passage:
    """Return the passage of a document that holds a part of its text."""
    return passage(part, score=1.0, start=text.index(part.split("|")[0]), **more)


def read_from(text: str) -> Callable[[str, int, int], str]:
    """Return a reader of one document."""
    return lambda _, start, end: text[start:end]


def test_a_list_is_quoted_whole() -> None:
    """An item that is no better than the others, or the introduction, brings the whole list as one quote."""
    whole = BOX[BOX.index("The box") : BOX.index("\n\nKeep")]
    for part in ("- two nails", "The box holds the following:"):
        found = choose(
            Question("What is in the box?"),
            result("What is in the box?", piece(BOX, part)),
            limit=1,
            read=read_from(BOX),
        )
        assert [(q.text, BOX[q.start : q.end]) for q in found] == [(whole, whole)]


def test_the_item_that_is_asked_for_stands_alone() -> None:
    """An item that holds the question's words is the answer; the list around it is not."""
    part = "- one saw|- two nails"
    assert chosen("Tell me about nails", piece(BOX, part), read=read_from(BOX)) == ["- two nails"]
    assert chosen("How many nails are there?", piece(BOX, part), limit=1, read=read_from(BOX)) == ["- two nails"]


def test_reasons_counted_in_words_are_a_list() -> None:
    """ "First, … Second, …" is quoted whole with the sentence before it."""
    text = "The study has limits. First, it was small. Second, it was short. Third, it was dear. We thank all."
    found = chosen("What are the limits of the study?", piece(text, "The study has limits."), read=read_from(text))
    assert found == [text[: text.index(" We thank")]]


def test_a_long_list_stays_in_pieces() -> None:
    """A list of more items than a person reads at once is not quoted whole."""
    text = "\n".join(f"- part {n}" for n in range(30))
    assert chosen("What are the parts?", piece(text, "- part 7"), read=read_from(text)) == ["- part 7"]


TERMINALS = "Terminal\t2023\t2024\nWest\t1,640\t1,460\nCity\t1,420\t1,210\nPort\t1,980\t2,020"


def test_a_row_brings_the_names_of_its_columns_as_its_footnote() -> None:
    """A row of three cells or more is not understood without the first row of its table, which is no sentence of its
    own."""
    question = "How did the City terminal do in 2024?"
    row = piece(TERMINALS, "City\t1,420\t1,210", kind="table")
    (found,) = choose(Question(question), result(question, row), read=read_from(TERMINALS))
    assert found.text == "City\t1,420\t1,210"
    assert found.header is not None and found.header.text == "Terminal\t2023\t2024"
    assert TERMINALS[found.header.start : found.header.end] == found.header.text
    small = "Property\tValue\nWeight\t21 kg\nHeight\t2 m"
    row = piece(small, "Weight\t21 kg", kind="table")
    question = "How much does the weight come to?"
    (found,) = choose(Question(question), result(question, row), read=read_from(small))
    assert (found.text, found.header) == ("Weight\t21 kg", None)


def test_a_first_row_is_no_answer_beside_a_sentence() -> None:
    """It only names columns, though a country in it is a place; where nothing else is found it is shown."""
    text = "The pact was signed by Ada Byron.\nPact\tFor Chile\tFor Peru\nTrade\tByron\tQuispe"
    first = piece(text, "Pact\tFor Chile\tFor Peru", kind="table")
    question = "Where was the pact signed?"
    sentence = piece(text, "The pact was signed by Ada Byron.")
    assert chosen(question, sentence, first, read=read_from(text)) == ["The pact was signed by Ada Byron."]
    assert chosen(question, first, read=read_from(text)) == ["Pact\tFor Chile\tFor Peru"]


def test_neither_first_row_nor_other_rows_stand_beside_the_row_that_answers() -> None:
    """Rows that hold less of the question than the one shown are left out; rows that hold something else of it stay."""
    rows = "|".join(TERMINALS.split("\n"))
    table = piece(TERMINALS, rows, kind="table")
    read = read_from(TERMINALS)
    assert chosen("How many came to City in 2024?", table, read=read) == ["City\t1,420\t1,210"]
    both = chosen("How many came to City and to Port?", table, read=read)
    assert both == ["City\t1,420\t1,210", "Port\t1,980\t2,020"]


def test_the_row_that_a_question_names_is_quoted_and_not_its_table() -> None:
    """A short table is quoted whole unless the question names one of its rows, also where it says more of the head."""
    table = "Field | What the two sides plan\nQuantum | Training of people\nFusion | A leading industry"
    head = piece(table, "Field | What the two sides plan", kind="table")
    read = read_from(table)
    assert chosen("What do the two sides plan on fusion?", head, read=read) == ["Fusion | A leading industry"]
    assert chosen("What do the two sides plan?", head, read=read) == [table]


def test_an_amendment_is_shown_beside_what_it_changes() -> None:
    """A sentence of another document that says that a value is replaced is shown, though its score is lower."""
    found = chosen(
        "Who is the manager of the mill?",
        passage("The manager of the mill is Brown.", score=1.5),
        passage("As manager of the mill Brown is replaced by Green.", score=1.1, document="b"),
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
    assert {question: Question(question).kind for question in asked} == asked


def test_a_sentence_fits_by_what_it_adds() -> None:
    """A number that the question says itself answers no "how many"."""
    assert fits("number", "It has 40 rooms.", Question("How many rooms?")) == 1
    assert fits("number", "In 1780 it had rooms.", Question("How many rooms in 1780?")) == 0
    assert fits("list", "AI, space, fusion, quantum, 6G and ships", Question("Which fields?")) > fits(
        "list", "It was broad.", Question("Which fields?")
    )


@pytest.mark.parametrize(
    ("text", "question", "told"),
    [
        (
            "It was signed by Ada Byron, minister of state, and Max Blum, director of the office.",
            "Who is Max Blum?",
            True,
        ),
        ("It was signed by Ada Byron, minister of state, and Max Blum, director of the office.", "who is byron", True),
        ("Prime Minister Ada Byron arrived.", "Who is Ada Byron?", True),
        ("Byron, Japan's minister of land, agreed.", "Who's Byron?", True),
        ("Ada Byron (1815–1852) was a clerk.", "Who was Ada Byron?", True),
        ("Byron, who leads the team, agreed.", "Who is Byron?", True),
        ("In the talks, Byron named AI and space.", "Who is Byron?", False),
        ("Byron, and others, agreed.", "Who is Byron?", False),
        ("Byron, however, left.", "Who is Byron?", False),
        ("Lady Byronson, a clerk, left.", "Who is Byron?", False),
        ("He, a clerk, left.", "Who is he?", False),
        ("The director, a clerk once, left.", "Who is the director?", False),
        ("Ada Byron, a clerk, left.", "When did Ada Byron leave?", False),
    ],
)
def test_who_somebody_is_is_told_beside_the_name(text: str, question: str, told: bool) -> None:
    """A role before the name or behind it says who that is; a name that merely stands there does not."""
    assert identifies(text, Question(question)) == told
