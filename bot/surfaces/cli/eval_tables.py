"""What `footnote eval` prints: figures, the worst questions, and how two runs differ."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.surfaces.cli.options import table
from bot.text.shown import one_line, shown_source

if TYPE_CHECKING:
    from bot.evaluation.cases import Case, Place
    from bot.evaluation.compare import Comparison
    from bot.evaluation.gate import Standing
    from bot.evaluation.results import Figure, Results

LONGEST_LINE = 240
CHANGES = 20
"""Changed questions that are printed; --json has them all."""
_REPEATED = frozenset(
    {"false_answer", "cited", "precision@1000", "precision@2000", "precision@4000", "iou@2000", "iou@4000"}
)
"""Figures that the others already say; --json has them."""


def print_figures(results: Results, figures: Sequence[Figure]) -> None:
    """Print the figures with their intervals, and how many questions each is a share of."""
    from bot.evaluation.results import WORDS

    unanswerable = sum(not question.answerable for question in results.questions)
    asked = len(results.questions)
    print(f"\n{one_line(results.title)}: {asked:,} questions, {asked - unanswerable:,} answered by the documents.\n")
    rows = [
        (title(f.name), amount(f), between(f), f"{f.of:,}", WORDS[f.name]) for f in figures if f.name not in _REPEATED
    ]
    table(("figure", "", "95 % interval", "of", ""), rows, right=(1, 2, 3))


def title(name: str) -> str:
    """Return a figure's name for a person."""
    return {"auroc": "AUROC", "seconds_p50": "seconds", "abstained": "refused"}.get(name, name.replace("_", " "))


def amount(figure: Figure) -> str:
    """Return a figure's value: "92.3 %", "0.013 s"."""
    return _value(figure.name, figure.value)


def between(figure: Figure) -> str:
    """Return a figure's interval: "89.2 to 95.2"."""
    if figure.low is None or figure.high is None:
        return ""
    return f"{_bare(figure.name, figure.low)} to {_bare(figure.name, figure.high)}"


def _value(name: str, value: float) -> str:
    return f"{_bare(name, value)} {'s' if name.startswith('seconds') else '%'}"


def _bare(name: str, value: float, *, sign: bool = False) -> str:
    digits = 4 if name.startswith("seconds") else 1
    text = f"{value:+.{digits}f}" if sign else f"{value:.{digits}f}"
    return f"{0:.{digits}f}" if float(text) == 0 else text


def print_cases(cases: Sequence[Case]) -> None:
    """Print the worst questions with what was expected, shown and found."""
    if not cases:
        print("\nEvery question came out right.")
        return
    print("\nThe worst questions")
    for case in cases:
        print(f"\n{one_line(case.question.id)}  {one_line(case.question.text, limit=LONGEST_LINE)}")
        print("\n".join(f"  {name:<10} {words}" for name, words in case_lines(case)))


def case_lines(case: Case) -> list[tuple[str, str]]:
    """Return what is to be said of a question, each line with its heading."""
    from bot.evaluation.cases import MEANINGS

    lines = [("outcome", MEANINGS[case.outcome] + sureness(case))]
    if case.inexact:
        lines.append(("footnotes", f"{case.inexact} of {len(case.cited)} are not the document's words"))
    if case.question.answers and case.question.answerable:
        lines.append(("expected", one_line(" | ".join(case.question.answers), limit=LONGEST_LINE)))
    if case.shown:
        sources = ", ".join(dict.fromkeys(_source(place) for place in case.cited))
        lines.append(("shown", one_line(case.shown, limit=LONGEST_LINE) + (f"  [{sources}]" if sources else "")))
    if case.gold:
        lines.append(("stands in", _place(case.gold)))
    if case.question.answerable:
        lines.append(("found", _place(case.holding) if case.holding else "not among the passages found"))
    if case.first and (case.holding is None or case.holding.rank != 1):
        lines.append(("first", _place(case.first)))
    return lines


def sureness(case: Case) -> str:
    """Return how sure it was and had to be: " (confidence .41, needed .50)"."""
    if case.confidence is None:
        return ""
    needed = "" if case.threshold is None else f", needed {case.threshold:.2f}"
    return f" (confidence {case.confidence:.2f}{needed})"


def _place(place: Place) -> str:
    rank = f"rank {place.rank}" if place.rank else ""
    score = f"score {place.score:.2f}" if place.score is not None else ""
    at = _source(place) + (f" at {place.start:,}" if place.start is not None else "")
    words = f": “{one_line(place.text, limit=LONGEST_LINE)}”" if place.text else ""
    return ", ".join(part for part in (rank, score, at) if part) + words


def _source(place: Place) -> str:
    return shown_source(place.source, folder=str(Path.cwd()))


def case_dict(case: Case) -> dict[str, Any]:
    """Return a question for programs."""
    return {
        "id": case.question.id,
        "question": case.question.text,
        "outcome": case.outcome,
        "expected": list(case.question.answers),
        "shown": case.shown,
        "confidence": case.confidence,
        "threshold": case.threshold,
        "rank": case.holding.rank if case.holding else None,
        "gold": _place_dict(case.gold),
        "holding": _place_dict(case.holding),
        "first": _place_dict(case.first),
    }


def _place_dict(place: Place | None) -> dict[str, Any] | None:
    return None if place is None else {name: getattr(place, name) for name in place.__slots__}


def print_comparison(comparison: Comparison, first: str, second: str) -> None:
    """Print each figure of two runs with its difference, and the questions that came out differently."""
    print(f"{comparison.questions:,} questions that both asked", end="")
    print(f"; {comparison.left_out:,} that only one asked are left out." if comparison.left_out else ".")
    print(f"First: {one_line(first)}. Second: {one_line(second)}.\n")
    rows = []
    for d in comparison.differences:
        low_high = ""
        if d.low is not None and d.high is not None:
            low_high = f"{_bare(d.name, d.low, sign=True)} to {_bare(d.name, d.high, sign=True)}"
        values = (_value(d.name, d.first), _value(d.name, d.second), _bare(d.name, d.difference, sign=True))
        rows.append((title(d.name), *values, low_high, d.verdict))
    table(("figure", "first", "second", "difference", "95 % interval", ""), rows, right=(1, 2, 3, 4))
    changes = comparison.changes
    if not changes:
        print("\nNo question came out differently.")
        return
    counts = ", ".join(
        f"{count} {verdict}"
        for verdict in ("better", "worse", "different")
        if (count := sum(change.verdict == verdict for change in changes))
    )
    print(f"\nQuestions that came out differently: {len(changes)} ({counts}).\n")
    changed = [
        (c.verdict, f"{c.before} → {c.after}", f"{one_line(c.question.id)}  {one_line(c.question.text, limit=100)}")
        for c in changes[:CHANGES]
    ]
    table(("", "from → to", "question"), changed)
    if len(changes) > CHANGES:
        print(f"… and {len(changes) - CHANGES} more; --json has them all.")


def comparison_dict(comparison: Comparison) -> dict[str, Any]:
    """Return a comparison for programs."""
    names = ("first", "second", "difference", "low", "high", "verdict")
    return {
        "questions": comparison.questions,
        "left_out": comparison.left_out,
        "figures": {d.name: {name: getattr(d, name) for name in names} for d in comparison.differences},
        "changes": [
            {
                "id": c.question.id,
                "question": c.question.text,
                "before": c.before,
                "after": c.after,
                "verdict": c.verdict,
            }
            for c in comparison.changes
        ],
    }


def standing_words(standing: Standing) -> str:
    """Return how a run stands to a gate: "Gate: right 92.3 % of 65, at least 90.0 %: passed"."""
    from bot.evaluation.results import LESS_IS_BETTER

    name, level = standing.gate.figure, standing.gate.level
    bound = "at most" if name in LESS_IS_BETTER else "at least"
    end = "passed" if standing.passed else "FAILED"
    return (
        f"Gate: {title(name)} {_value(name, standing.value)} of {standing.of:,}, {bound} {_value(name, level)}: {end}"
    )


def standing_dict(standing: Standing) -> dict[str, Any]:
    """Return how a run stands to a gate, for programs."""
    return {
        "figure": standing.gate.figure,
        "level": standing.gate.level,
        "value": standing.value,
        "of": standing.of,
        "passed": standing.passed,
    }
