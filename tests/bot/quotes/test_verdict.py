"""Yes and no are said of quotes where a reader is sure of it, and only then."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from bot.answer import Answer, Conflict
from bot.passages.reading import Readings
from bot.question.question import Question
from bot.quotes.answer import quoted
from bot.quotes.quoted import Quoted
from bot.quotes.verdict import SURE, verdicts
from bot.reader.reading import Readable, Support
from vectorstore.passage import Passage

ASKED = Question("Does vitamin D prevent colds?")
YES, NO, UNSURE = Support(0.95, 0.02, 0.03), Support(0.02, 0.95, 0.03), Support(0.8, 0.1, 0.1)
NEITHER, LEANS_TO_NO = Support(0.1, 0.1, 0.8), Support(0.1, 0.6, 0.3)


class Reads:
    """A reader whose word on a text is set by the text's first word; remembers what it was given."""

    def __init__(self, **supports: Support) -> None:
        self.supports_by, self.given = supports, []  # type: ignore[var-annotated]

    def supports(self, statement: str, passages: Sequence[Readable]) -> list[Support]:
        """Return what is set."""
        assert statement == ASKED.text
        self.given += [passage.text for passage in passages]
        return [self.supports_by[passage.text.split()[0]] for passage in passages]


def quote(text: str, *, score: float = 1.0, before: str = "", kind: Any = "body", leading: bool = False) -> Quoted:
    """Return a sentence that is quoted from a passage in which `before` stands before it."""
    passage = Passage("d" * 16, "Title", "/a.txt", 0, len(before + text), before + text, 1.0, 1, kind=kind)
    return Quoted(passage, len(before), len(before + text), score=score, leading=leading)


FEWER = quote("Fewer colds were counted.", score=2.0)
ELSE = quote("Else more was seen.")


def said(quotes: Sequence[Quoted], reader: Reads, question: Question = ASKED) -> Any:
    """Return what `verdicts` does."""
    return verdicts(question, quotes, reader)  # type: ignore[arg-type]


def test_a_sure_sentence_says_yes_or_no() -> None:
    """What entails the question says yes, what contradicts it no; which of the quotes says it is told."""
    assert said([FEWER], Reads(Fewer=YES)) == ("yes", ["yes"])
    assert said([ELSE, FEWER], Reads(Fewer=NO, Else=NEITHER)) == ("no", [None, "no"])


def test_where_the_reader_is_not_sure_nothing_is_said() -> None:
    """Four of five is not enough."""
    assert max(UNSURE.entails, UNSURE.contradicts) < SURE
    assert said([FEWER], Reads(Fewer=UNSURE)) == (None, [None])


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Vitamin D does not prevent colds.", "no"),  # the reader overlooks the "not"
        ("Vitamin D doesn't prevent colds.", "no"),
        ("Vitamin D prevents colds, not in adults who smoke.", None),  # what is denied is something else
        ("Vitamin D never did prevent a cold, nor did zinc.", None),  # two of them
        ("Vitamin D failed to prevent colds.", None),  # no "not" to go by
        ("Vitamin D prevents colds.", "yes"),
    ],
)
def test_a_not_is_not_overlooked(text: str, word: str | None) -> None:
    """A sentence that may say the opposite never says yes; its one "not" about what is asked says no."""
    sure = Support(0.96, 0.01, 0.03)
    assert said([quote(text)], Reads(Vitamin=sure)) == (word, [word])


def test_a_sentence_that_says_neither_alone_is_read_with_its_passage() -> None:
    """ "It did." means something after what stands before it only; one that says it alone is read once."""
    it_did = quote("It did.", before="Vitamin D was tried against colds. ", score=2.0)
    reads = Reads(It=NEITHER, Vitamin=YES)
    assert said([it_did], reads) == ("yes", ["yes"])
    assert reads.given == ["It did.", "Vitamin D was tried against colds. It did."]
    reads = Reads(It=UNSURE, Vitamin=YES)
    assert said([it_did], reads) == (None, [None]) and reads.given == ["It did."]


def test_the_best_sentence_decides() -> None:
    """What is surely said beside a best sentence that says nothing is not the answer's word."""
    assert said([FEWER, ELSE], Reads(Fewer=NEITHER, Else=YES)) == (None, [None, "yes"])


def test_sentences_that_disagree_say_nothing() -> None:
    """Nor does one beside which another leans to the opposite."""
    assert said([FEWER, ELSE], Reads(Fewer=YES, Else=NO))[0] is None
    assert said([FEWER, ELSE], Reads(Fewer=YES, Else=LEANS_TO_NO))[0] is None
    assert said([FEWER, ELSE], Reads(Fewer=YES, Else=NEITHER))[0] == "yes"


def test_a_documents_own_no_outweighs_the_readers_yes() -> None:
    """ "No." before a sentence is the document's word; beside the same word of the reader it stands as it is."""
    own = quote("No.", leading=True)
    assert said([own, FEWER], Reads(Fewer=YES))[0] is None
    assert said([own, FEWER], Reads(Fewer=NO)) == ("no", [None, "no"])


def test_rows_code_and_lists_are_not_read() -> None:
    """The reader learned from sentences."""
    for other in (quote("a | b", kind="table", score=3.0), quote("- a\n- b", score=3.0)):
        reads = Reads()
        assert said([other], reads) == (None, [None]) and not reads.given


@pytest.mark.parametrize(
    "asked",
    [
        "Does vitamin D prevent colds?",
        "Is the framework legally binding or not?",
        "Can I sublet the flat?",
        "Can you end the lease early?",
        "Was Clause No. 5 deleted?",
        "Are pets allowed",
        "Did the trial not only help children?",
    ],
)
def test_questions_for_yes_or_no(asked: str) -> None:
    """Each begins with its verb, and either answer means one thing."""
    assert Question(asked).asks_yes_or_no


@pytest.mark.parametrize(
    "asked",
    [
        "Who signed the deal?",
        "Can you tell me who signed the deal?",
        "Could you please list the parties?",
        "Do you know when it ends?",
        "Is it a lease or a licence?",
        "Isn't the deposit returned?",
        "Is the deposit not returned?",
        "Did nobody sign?",
        "The deposit is returned, isn't it?",
        "It doesn't end, does it?",
        "Does the report say how many people took part?",
        "Is it binding? And for how long?",
        "Have a look at the lease.",
        "Vitamin D and colds",
    ],
)
def test_questions_for_something_else(asked: str) -> None:
    """Requests, alternatives, questions within questions; and negated ones, to which yes and no may mean the same."""
    reads = Reads()
    assert not Question(asked).asks_yes_or_no
    assert said([FEWER], reads, Question(asked)) == (None, [None]) and not reads.given


def answered(quotes: Sequence[Quoted], reader: Reads | None) -> Answer:
    """Return the answer in quotes."""
    footnotes = SimpleNamespace(citations=[], number=lambda *_: 1)
    readings = Readings(1.0, ("e" * 16, 0, 1), 0.9)
    *_, last = quoted(Answer(ASKED.text), ASKED, quotes, footnotes, readings=readings, reader=reader)  # type: ignore[arg-type]
    assert isinstance(last, Answer)
    return last


def test_the_answer_carries_it_and_its_statements_stay_verbatim() -> None:
    """It is a field of the answer; no statement and no footnote is made for it."""
    answer = answered([FEWER, ELSE], Reads(Fewer=YES, Else=NEITHER))
    assert answer.verdict == "yes" and [s.verdict for s in answer.statements] == ["yes", None]
    assert [statement.text for statement in answer.statements] == [FEWER.text, ELSE.text]
    assert answer.as_dict()["verdict"] == "yes" and answer.as_dict()["statements"][0]["verdict"] == "yes"


def test_without_a_reader_or_an_answer_nothing_is_said() -> None:
    """Off, in a language that it cannot read, and for an answer that is none."""
    assert answered([FEWER], None).verdict is None
    none = answered([], Reads())
    assert none.abstained and none.verdict is None


def test_values_that_differ_are_no_yes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where documents give different numbers, these are the answer."""
    differ = (Conflict("number", ("12", "40"), (0, 1)),)
    monkeypatch.setattr("bot.quotes.disagreement.conflicts", lambda *_: differ)
    answer = answered([FEWER, ELSE], Reads(Fewer=YES, Else=NEITHER))
    assert answer.conflicts and answer.verdict is None
