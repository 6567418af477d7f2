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
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from evals.sets import Question, read_questions, rows

BUDGETS = (1000, 2000, 4000)
RANKS = (1, 3, 5)
Figures = dict[str, float | int | None]
Span = Mapping[str, Any]
Runs = Mapping[str, Mapping[str, Any]]

_ARTICLES = frozenset({"a", "an", "the"})


def score_run(runs_path: Path, set_dir: Path) -> Figures:
    """Return the figures of a run file against its set."""
    questions = read_questions(set_dir)
    runs = {row["id"]: row for row in rows(runs_path)}
    asked = [question for question in questions if question.id in runs]
    figures: Figures = {"questions": len(questions), "missing": len(questions) - len(asked)}
    if any("passages" in run for run in runs.values()):
        figures |= retrieval(questions, runs)
    if any("answer" in run for run in runs.values()):
        texts = {row["id"]: row["text"] for row in rows(set_dir / "documents.jsonl")}
        figures |= answers(questions, runs, texts)
    return figures


def retrieval(questions: Sequence[Question], runs: Runs) -> Figures:
    """Return recall, precision and IoU at each budget, and hits at each rank."""
    wanted = [question for question in questions if question.answerable and question.references]
    found = {q.id: list(runs.get(q.id, {}).get("passages", [])) for q in wanted}
    figures: Figures = {}
    for budget in BUDGETS:
        parts = [_overlap_parts(_within(found[q.id], budget), q.references) for q in wanted]
        figures[f"recall@{budget}"] = _mean(got / want for got, _, want in parts)
        figures[f"precision@{budget}"] = _mean(got / size if size else 0.0 for got, size, _ in parts)
        figures[f"iou@{budget}"] = _mean(got / (size + want - got) for got, size, want in parts)
    for rank in RANKS:
        figures[f"hit@{rank}"] = _mean(
            any(_shared(p, r) for p in found[q.id][:rank] for r in q.references) for q in wanted
        )
    return figures


def answers(questions: Sequence[Question], runs: Runs, texts: Mapping[str, str]) -> Figures:
    """Return how often was answered, rightly, and how well the footnotes stand."""
    missing = {"abstained": True, "answer": "", "citations": []}
    run_of = {q.id: runs.get(q.id, missing) for q in questions}
    shown = [q for q in questions if not run_of[q.id]["abstained"]]
    able = [q for q in questions if q.answerable]
    unable = [q for q in questions if not q.answerable]
    shown_able = [q for q in shown if q.answerable]
    right = {q.id: _holds(run_of[q.id]["answer"], q.answers) for q in shown_able if q.answers}
    figures: Figures = {
        "answered": _mean(not run_of[q.id]["abstained"] for q in able),
        "abstained": _mean(bool(run_of[q.id]["abstained"]) for q in unable),
        "correct": _mean(right.get(q.id, False) for q in able if q.answers),
        "wrong_when_shown": _mean(not value for value in right.values()),
        "false_answer": _mean(not run_of[q.id]["abstained"] for q in unable),
    }
    if figures["answered"] is not None and figures["abstained"] is not None:
        figures["balanced"] = round((figures["answered"] + figures["abstained"]) / 2, 1)
    cited = {q.id: list(run_of[q.id].get("citations", [])) for q in shown}
    figures["cited"] = _mean(bool(cited[q.id]) for q in shown)
    figures["exact"] = _mean(
        texts.get(c["doc_id"], "")[c["start"] : c["end"]] == c["quote"] for q in shown for c in cited[q.id]
    )
    figures["supports"] = _mean(
        any(_shared(c, r) for c in cited[q.id] for r in q.references) for q in shown_able if q.references
    )
    seconds = sorted(run["seconds"] for q in questions if "seconds" in (run := runs.get(q.id, {})))
    if seconds:
        figures["seconds_p50"] = round(statistics.median(seconds), 4)
        figures["seconds_p95"] = round(seconds[int(0.95 * (len(seconds) - 1))], 4)
    return figures


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


def _overlap_parts(passages: Sequence[Span], references: Sequence[Span]) -> tuple[int, int, int]:
    """Return characters found of the references, characters read, characters wanted."""
    got = sum(len(set().union(*(_shared(p, r) for p in passages))) for r in references)
    size = sum(p["end"] - p["start"] for p in passages)
    want = sum(r["end"] - r["start"] for r in references)
    return got, size, want


def _shared(span: Span, reference: Span) -> range:
    """Return the offsets that two spans share; empty where they lie in different documents."""
    if span["doc_id"] != reference["doc_id"] or reference.get("start") is None:
        return range(0)
    return range(max(span["start"], reference["start"]), min(span["end"], reference["end"]))


def _holds(answer: str, gold: Iterable[str]) -> bool:
    shown = _plain(answer)
    return any(words in shown for words in map(_plain, gold) if words)


def _plain(text: str) -> str:
    return " ".join(word for word in re.sub(r"[^\w\s]", " ", text.lower()).split() if word not in _ARTICLES)


def _mean(values: Iterable[float]) -> float | None:
    kept = list(values)
    return round(100 * statistics.fmean(kept), 1) if kept else None
