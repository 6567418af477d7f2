"""Figures with intervals, two runs compared by a paired bootstrap, and the worst questions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bot.errors import SettingError
from bot.evaluation.bootstrap import aurocs, columns, draws, interval, medians, ratios, wilson
from bot.evaluation.cases import outcome, worst
from bot.evaluation.compare import compare
from bot.evaluation.results import Results, figures, read_results
from bot.evaluation.sets import Question

SPAN = {"doc_id": "d", "start": 10, "end": 20}


def question(number: int, *, answerable: bool = True) -> Question:
    answers = ("yes",) if answerable else ()
    return Question(f"q{number}", f"Question {number}?", answers, (SPAN,) if answerable else (), answerable)


def row(question: Question, *, answer: str = "", confidence: float = 0.5, rank: int = 1, **more: Any) -> dict[str, Any]:
    elsewhere = {"doc_id": "e", "start": 0, "end": 5, "score": 0.1}
    return {
        "id": question.id,
        "question": question.text,
        "answerable": question.answerable,
        "answers": list(question.answers),
        "references": list(question.references),
        "passages": [*[elsewhere] * (rank - 1), {**SPAN, "score": 1.0, "text": "yes, it is"}],
        "answer": answer,
        "abstained": not answer,
        "citations": [{**SPAN, "quote": "yes, it is", "exact": True}] if answer else [],
        "confidence": confidence,
        "threshold": 0.5,
        "seconds": 0.01 * rank,
        **more,
    }


def results(rows: list[dict[str, Any]], questions: list[Question]) -> Results:
    return Results("test", tuple(questions), {r["id"]: r for r in rows})


def many(right: int, of: int = 40) -> Results:
    questions = [question(n) for n in range(of)] + [question(of + n, answerable=False) for n in range(10)]
    rows = [row(q, answer="yes" if n < right else "no", confidence=0.9) for n, q in enumerate(questions[:of])]
    return results(rows + [row(q, confidence=0.1) for q in questions[of:]], questions)


def test_resampling_is_the_plain_loop_done_at_once() -> None:
    """The product of matrices gives what drawing questions one by one and dividing sums gives."""
    random = np.random.default_rng(1)
    tallies = [{"x": (float(random.integers(0, 3)), float(random.integers(0, 4)))} for _ in range(30)]
    counts = np.concatenate(list(draws(30, resamples=1_500, seed=7)))
    assert counts.shape == (1_500, 30) and (counts.sum(axis=1) == 30).all()
    found = ratios(counts, *columns(tallies, ["x"]))[:, 0]
    for drawn, share in zip(counts[:50], found, strict=False):
        chosen = [tally["x"] for tally, often in zip(tallies, drawn, strict=True) for _ in range(int(often))]
        assert share == pytest.approx(100 * sum(a for a, _ in chosen) / sum(b for _, b in chosen))


def test_medians_and_aurocs_of_resamples() -> None:
    """Both agree with repeating each question as often as it was drawn."""
    random = np.random.default_rng(2)
    values = random.integers(0, 6, 25) / 10  # with ties
    positive = random.random(25) < 0.5
    counts = np.concatenate(list(draws(25, resamples=60)))
    half, ranked = medians(counts, values), aurocs(counts, values, positive)
    for drawn, median, area in zip(counts.astype(int), half, ranked, strict=True):
        assert median == pytest.approx(np.median(np.repeat(values, drawn)))
        good, bad = (np.repeat(values[kind], drawn[kind]) for kind in (positive, ~positive))
        won = (good[:, None] > bad).mean() + (good[:, None] == bad).mean() / 2
        assert area == pytest.approx(100 * won)


def test_intervals_are_the_same_each_time_and_hold_what_is_true() -> None:
    """The seed is fixed; of 200 samples of a share, its interval misses the truth in about one of twenty."""
    first, second = (np.concatenate(list(draws(10, resamples=50))) for _ in range(2))
    assert (first == second).all()
    random = np.random.default_rng(3)
    inside = 0
    for _ in range(200):
        low, high = wilson(float(random.binomial(40, 0.8)), 40)
        inside += low <= 80 <= high
    assert 180 <= inside <= 200
    assert wilson(5, 5)[0] < 60, "five of five is no certainty"
    assert interval(np.full(10, np.nan)) is None


def test_figures_of_a_run() -> None:
    """Value, interval and how many it is of; AUROC and median seconds are among them."""
    found = {figure.name: figure for figure in figures(many(30))}
    assert (found["correct"].value, found["correct"].of) == (75.0, 40)
    assert found["abstained"].value == 100.0 and found["abstained"].of == 10
    assert found["auroc"].value == 100.0
    assert found["exact"].value == 100.0
    assert found["seconds_p50"].value == 0.01
    assert all(f.low is not None and f.high is not None and f.low <= f.value <= f.high for f in found.values())


def test_a_run_compared_with_itself_does_not_differ() -> None:
    """Every difference is nought, with an interval of nought."""
    comparison = compare(many(30), many(30))
    assert {(d.difference, d.low, d.high, d.verdict) for d in comparison.differences} == {(0.0, 0.0, 0.0, "")}
    assert comparison.changes == () and comparison.questions == 50


def test_pairing_finds_a_difference_that_intervals_apart_would_hide() -> None:
    """Eight of forty questions come out better and none worse: the interval leaves nought out."""
    comparison = compare(many(20), many(28))
    found = {d.name: d for d in comparison.differences}
    assert found["correct"].difference == 20.0 and found["correct"].verdict == "better"
    assert found["wrong_when_shown"].difference == -20.0 and found["wrong_when_shown"].verdict == "better"
    assert found["answered"].verdict == ""
    assert [c.verdict for c in comparison.changes] == ["better"] * 8
    assert {(c.before, c.after) for c in comparison.changes} == {("wrong", "right")}
    worse = {d.name: d.verdict for d in compare(many(28), many(20)).differences}
    assert worse["correct"] == "worse"


def test_only_questions_that_both_asked_are_compared() -> None:
    """Others are counted as left out; none in common is refused; another question of the same name is another one."""
    questions = [question(n) for n in range(4)]
    whole = results([row(q, answer="yes") for q in questions], questions)
    part = results([row(q, answer="no") for q in questions[1:]], questions[1:])
    comparison = compare(whole, part)
    assert (comparison.questions, comparison.left_out) == (3, 1)
    renamed = [Question(q.id, "Another?", q.answers, q.references, q.answerable) for q in questions]
    with pytest.raises(SettingError, match="no question in common"):
        compare(whole, results([row(q) for q in renamed], renamed))


def test_the_worst_questions_come_first() -> None:
    """A false footnote, then the kinds of wrong in turn, the surest first; what came out right is not among them."""
    asked = [question(n, answerable=n != 3) for n in range(6)]
    rows = [
        row(asked[0], answer="yes", confidence=0.9),
        row(asked[1], answer="no", confidence=0.95),
        row(asked[2], confidence=0.45, rank=3),
        row(asked[3], answer="something", confidence=0.7),
        row(asked[4], answer="yes", citations=[{**SPAN, "quote": "other words", "exact": False}]),
        row(asked[5], answer="no", confidence=0.6),
    ]
    cases = worst(results(rows, asked), 10)
    assert [case.question.id for case in cases] == ["q4", "q1", "q3", "q2", "q5"]
    assert [case.outcome for case in cases] == ["right", "wrong", "answered in vain", "refused", "wrong"]
    refused = cases[3]
    assert refused.holding and (refused.holding.rank, refused.holding.text) == (3, "yes, it is")
    assert refused.first and refused.first.source == "e"
    assert refused.gold and (refused.gold.source, refused.gold.start) == ("d", 10)
    assert outcome(asked[3], rows[3]) == "answered in vain"


def test_a_run_file_is_read_by_itself_or_with_its_set(tmp_path: Path) -> None:
    """What holds its questions needs no set; what does not says that one must be named."""
    asked = [question(0), question(1, answerable=False)]
    path = tmp_path / "runs.jsonl"
    path.write_text("".join(json.dumps(row(q, answer="yes")) + "\n" for q in asked), encoding="utf-8")
    assert read_results(path).questions == tuple(asked)
    bare = tmp_path / "bare.jsonl"
    bare.write_text(json.dumps({"id": "q0", "answer": "", "abstained": True}) + "\n", encoding="utf-8")
    with pytest.raises(SettingError, match="--set"):
        read_results(bare)
    other = tmp_path / "other.jsonl"
    other.write_text('{"a": 1}\n', encoding="utf-8")
    with pytest.raises(SettingError, match="not a run file"):
        read_results(other)


def test_paragraphs_are_not_expected_word_for_word() -> None:
    """Where the accepted answers are long, a footnote at the place is right, and "correct" is no figure."""
    long = Question("q0", "Why?", ("because " * 30,), (SPAN,), True)
    run = results([row(long, answer="yes, it is")], [long])
    assert outcome(long, run.run(long)) == "right"
    assert {"correct", "wrong_when_shown"}.isdisjoint(figure.name for figure in figures(run))
    elsewhere = row(long, answer="no", citations=[{"doc_id": "e", "start": 0, "end": 2, "quote": "no", "exact": True}])
    assert outcome(long, elsewhere) == "wrong"
    unplaced = Question("q0", "Why?", long.answers, (), True)
    assert outcome(unplaced, row(unplaced, answer="no")) == "wrong"
