"""Score a run of questions: what was found, what was answered, and whether its footnotes stand.

Figures are per cent, one decimal, and mean what the scorer beside the public sets means by the same names
(a test holds the two against each other):

    recall@C, precision@C, iou@C   on characters, reading whole passages, best first, while they fit into C
                                   characters (the first always counts)
    hit@k                          one of the first k passages overlaps a reference
    answered, abstained, balanced  share of answerable questions answered, of unanswerable ones refused, mean
    correct, wrong_when_shown      whether the shown answer holds a gold answer
    false_answer                   share of unanswerable questions that got an answer
    cited, exact, supports         of shown answers: with a footnote; of footnotes: verbatim; of answers to
                                   answerable questions: with a footnote that overlaps a reference

A reference may name a document only ("start": null): it counts for hit@k and supports, not for characters.
Every figure is a sum over questions divided by another, so a question is scored once (`tallies`) and figures,
intervals and comparisons are sums of the same numbers.
"""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.errors import SettingError
from bot.evaluation.sets import Question, read_questions, rows

BUDGETS = (1000, 2000, 4000)
RANKS = (1, 3, 5)
RETRIEVAL = (
    *(f"{name}@{budget}" for budget in BUDGETS for name in ("recall", "precision", "iou")),
    *(f"hit@{rank}" for rank in RANKS),
)
ANSWERS = ("answered", "abstained", "correct", "wrong_when_shown", "false_answer", "cited", "exact", "supports")
Figures = dict[str, float | int | None]
Span = Mapping[str, Any]
Run = Mapping[str, Any]
Runs = Mapping[str, Run]
Tally = tuple[float, float]
"""What one question adds to a figure: above and below the line."""

_ARTICLES = frozenset({"a", "an", "the"})
NOT_ASKED: Run = {"abstained": True, "answer": "", "citations": []}


def score_run(runs_path: Path, set_dir: Path) -> Figures:
    """Return the figures of a run file against its set.

    Raises:
        SettingError: No question of the set is in the run.
    """
    questions = read_questions(set_dir)
    runs = {row["id"]: row for row in rows(runs_path)}
    known = {question.id for question in questions}
    if not known & runs.keys():
        raise SettingError(f"No question of {set_dir} is in {runs_path}.", remedy="Name the set that the run is of.")
    figures: Figures = {"questions": len(questions), "missing": len(known - runs.keys())}
    if any("passages" in run for run in runs.values()):
        figures |= retrieval(questions, runs)
    if any("answer" in run for run in runs.values()):
        figures |= answers(questions, runs, read_texts(set_dir))
    return figures


def read_texts(set_dir: Path) -> dict[str, str]:
    """Return the text of each document of a set by its id."""
    return {row["id"]: row["text"] for row in rows(set_dir / "documents.jsonl")}


def retrieval(questions: Sequence[Question], runs: Runs) -> Figures:
    """Return recall, precision and IoU at each budget, and hits at each rank."""
    scored = [retrieval_tallies(question, runs.get(question.id, {})) for question in questions]
    return {name: share(tally[name] for tally in scored if name in tally) for name in RETRIEVAL}


def answers(questions: Sequence[Question], runs: Runs, texts: Mapping[str, str] | None) -> Figures:
    """Return how often was answered, rightly, and how well the footnotes stand, and how long it took.

    Args:
        questions: Of the set; one that was not asked counts as refused.
        runs: Rows of the run file by the question's id.
        texts: Documents' texts by id; None takes the run's own word for whether a footnote is verbatim.
    """
    scored = [answer_tallies(question, runs.get(question.id, NOT_ASKED), texts) for question in questions]
    figures: Figures = {name: share(tally[name] for tally in scored if name in tally) for name in ANSWERS}
    if figures["answered"] is not None and figures["abstained"] is not None:
        figures["balanced"] = round((figures["answered"] + figures["abstained"]) / 2, 1)
    seconds = sorted(run["seconds"] for q in questions if "seconds" in (run := runs.get(q.id, {})))
    if seconds:
        figures["seconds_p50"] = round(statistics.median(seconds), 4)
        figures["seconds_p95"] = round(seconds[int(0.95 * (len(seconds) - 1))], 4)
    return figures


def retrieval_tallies(question: Question, run: Run) -> dict[str, Tally]:
    """Return what a question adds to the figures of retrieval; nothing where there is no reference."""
    if not (question.answerable and question.references):
        return {}
    passages = list(run.get("passages") or ())
    found: dict[str, Tally] = {}
    want = 0 if any(r.get("start") is None for r in question.references) else _length(question.references)
    for budget in BUDGETS if want else ():
        kept = _within(passages, budget)
        got, size = _covered(kept, question.references), _length(kept)
        found[f"recall@{budget}"] = (got / want, 1)
        found[f"precision@{budget}"] = (got / size if size else 0.0, 1)
        found[f"iou@{budget}"] = (got / (size + want - got), 1)
    for rank in RANKS:
        hit = any(touches(p, r) for p in passages[:rank] for r in question.references)
        found[f"hit@{rank}"] = (float(hit), 1)
    return found


def answer_tallies(question: Question, run: Run, texts: Mapping[str, str] | None) -> dict[str, Tally]:
    """Return what a question adds to the figures of answering."""
    shown = not run["abstained"]
    found: dict[str, Tally] = {}
    if question.answerable:
        found["answered"] = (float(shown), 1)
        if question.answers:
            right = shown and holds(run["answer"], question.answers)
            found["correct"] = (float(right), 1)
            if shown:
                found["wrong_when_shown"] = (float(not right), 1)
    else:
        found["abstained"] = (float(not shown), 1)
        found["false_answer"] = (float(shown), 1)
    if shown:
        citations = list(run.get("citations") or ())
        found["cited"] = (float(bool(citations)), 1)
        exact = [verdict for c in citations if (verdict := is_exact(c, texts)) is not None]
        if exact:
            found["exact"] = (float(sum(exact)), len(exact))
        if question.answerable and question.references:
            found["supports"] = (float(supported(question, run)), 1)
    return found


def is_exact(citation: Span, texts: Mapping[str, str] | None) -> bool | None:
    """Return whether a footnote is its document's text at its place; None where nothing tells."""
    if texts is None:
        return citation.get("exact")
    text = texts.get(citation["doc_id"], "")
    return bool(text[citation["start"] : citation["end"]] == citation["quote"])


def supported(question: Question, run: Run) -> bool:
    """Return whether a footnote overlaps a reference."""
    return any(touches(c, r) for c in run.get("citations") or () for r in question.references)


def touches(span: Span, reference: Span) -> bool:
    """Return whether a span overlaps a reference, or lies in the document that a reference names."""
    if reference.get("start") is None:
        return bool(span["doc_id"] == reference["doc_id"])
    return len(_shared(span, reference)) > 0


def holds(answer: str, gold: Iterable[str]) -> bool:
    """Return whether a text holds one of the accepted answers, but for case, punctuation and articles."""
    shown = _plain(answer)
    return any(words in shown for words in map(_plain, gold) if words)


def share(tallies: Iterable[Tally]) -> float | None:
    """Return a figure from what each question adds to it, in per cent; None where none adds anything."""
    kept = list(tallies)
    below = math.fsum(tally[1] for tally in kept)
    return round(100 * (math.fsum(tally[0] for tally in kept) / below), 1) if below else None


def _within(passages: Sequence[Span], budget: int) -> list[Span]:
    kept: list[Span] = []
    room = budget
    for passage in passages:
        length = passage["end"] - passage["start"]
        if kept and length > room:
            break
        kept.append(passage)
        room -= length
    return kept


def _covered(passages: Sequence[Span], references: Sequence[Span]) -> int:
    """Return how many characters of the references the passages hold."""
    return sum(len(set[int]().union(*(_shared(p, r) for p in passages))) for r in references)


def _length(spans: Sequence[Span]) -> int:
    return sum(span["end"] - span["start"] for span in spans)


def _shared(span: Span, reference: Span) -> range:
    """Return the offsets that two spans share; empty where they lie in different documents."""
    if span["doc_id"] != reference["doc_id"]:
        return range(0)
    return range(max(span["start"], reference["start"]), min(span["end"], reference["end"]))


def _plain(text: str) -> str:
    return " ".join(word for word in re.sub(r"[^\w\s]", " ", text.lower()).split() if word not in _ARTICLES)
