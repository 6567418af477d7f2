"""What became of each question, and the worst of them with their passages, so that a person can see why."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal

from bot.evaluation.results import Results, is_short
from bot.evaluation.score import Run, Span, holds, is_exact, supported, touches
from bot.evaluation.sets import Question

Outcome = Literal["right", "shown", "wrong", "refused", "rightly refused", "answered in vain"]
"""What became of a question. "right": an accepted answer, if one is short, is in what is shown; else a footnote lies
where the answer is. "shown": answered, and nothing says what would be right. "answered in vain": the
documents do not answer it."""
GOOD: frozenset[Outcome] = frozenset({"right", "shown", "rightly refused"})
MEANINGS: dict[Outcome, str] = {
    "right": "answered, rightly",
    "shown": "answered; nothing says what would be right",
    "wrong": "answered, but what is expected is not in it",
    "refused": "refused, although the documents answer it",
    "rightly refused": "refused, rightly",
    "answered in vain": "answered, although the documents do not say",
}


@dataclass(frozen=True, slots=True)
class Place:
    """A run of a document: where, what it says (as far as the run or its set tells), rank and score."""

    source: str
    text: str
    start: int | None = None
    rank: int | None = None
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A question with all that was seen of it.

    Attributes:
        question: As it was asked, with what was expected.
        outcome: What became of it.
        shown: The answer that was shown, or "".
        cited: Its footnotes.
        inexact: How many of them are not the document's words.
        gold: Where the set says that the answer stands; None where it does not say.
        holding: The first passage found that holds the answer; None where none of those in the run does.
        first: The passage ranked first.
        confidence, threshold: How sure it was, and how sure it had to be; None where the run does not tell.
    """

    question: Question
    outcome: Outcome
    shown: str
    cited: tuple[Place, ...]
    inexact: int
    gold: Place | None
    holding: Place | None
    first: Place | None
    confidence: float | None
    threshold: float | None


def outcome(question: Question, run: Run) -> Outcome:
    """Return what became of a question."""
    if not question.answerable:
        return "rightly refused" if run["abstained"] else "answered in vain"
    if run["abstained"]:
        return "refused"
    if is_short(question) or (question.answers and not question.references):
        return "right" if holds(run["answer"], question.answers) else "wrong"
    if question.references:
        return "right" if supported(question, run) else "wrong"
    return "shown"


def rank_of(question: Question, run: Run) -> int | None:
    """Return the rank of the first passage that holds the answer; None where none of those in the run does."""
    if "rank" in run:
        rank = run["rank"]
        return None if rank is None else int(rank)
    for rank, passage in enumerate(run.get("passages") or (), 1):
        if any(touches(passage, reference) for reference in question.references):
            return rank
    return None


def worst(results: Results, limit: int) -> list[Case]:
    """Return the cases that went most wrong, the kinds of wrong in turn; in each, where it was surest comes first.

    A footnote that is not the document's words is the worst that can happen, and comes before all else.
    """
    cases = [case_of(results, question) for question in results.questions if question.id in results.runs]
    false = [case for case in cases if case.inexact]
    kinds: dict[Outcome, list[Case]] = {"wrong": [], "answered in vain": [], "refused": []}
    for case in cases:
        if case.outcome in kinds and not case.inexact:
            kinds[case.outcome].append(case)
    for kind, found in kinds.items():
        found.sort(key=lambda case: case.confidence or 0.0, reverse=kind != "refused")
    turns = (case for turn in zip_longest(*kinds.values()) for case in turn if case is not None)
    return [*false, *turns][:limit]


def case_of(results: Results, question: Question) -> Case:
    """Return a question with all that was seen of it."""
    run = results.run(question)
    passages = list(run.get("passages") or ())
    rank = rank_of(question, run)
    references = question.references if question.answerable else ()
    cited = list(run.get("citations") or ())
    return Case(
        question=question,
        outcome=outcome(question, run),
        shown=str(run["answer"] or ""),
        cited=tuple(Place(str(c["doc_id"]), str(c["quote"]), c["start"]) for c in cited),
        inexact=sum(is_exact(citation, results.texts) is False for citation in cited),
        gold=_reference(results, references[0]) if references else None,
        holding=_passage(results, passages, rank),
        first=_passage(results, passages, 1),
        confidence=run.get("confidence"),
        threshold=run.get("threshold"),
    )


def _reference(results: Results, reference: Span) -> Place:
    return Place(str(reference["doc_id"]), reference.get("text") or _text(results, reference), reference.get("start"))


def _passage(results: Results, passages: list[Span], rank: int | None) -> Place | None:
    if rank is None or rank > len(passages):
        return None
    passage = passages[rank - 1]
    text = passage.get("text") or _text(results, passage)
    return Place(str(passage["doc_id"]), text, passage["start"], rank, passage.get("score"))


def _text(results: Results, span: Span) -> str:
    if results.texts is None or span.get("start") is None:
        return ""
    return results.texts.get(span["doc_id"], "")[span["start"] : span["end"]]
