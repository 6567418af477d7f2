"""Compare two runs question by question, with a paired bootstrap: is the second better, or was it luck?"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from bot.errors import SettingError
from bot.evaluation.bootstrap import draws, interval
from bot.evaluation.cases import GOOD, Outcome, outcome
from bot.evaluation.results import LESS_IS_BETTER, ORDER, Results, Table
from bot.evaluation.sets import Question


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure in both runs.

    Attributes:
        name: The figure.
        first, second: Its value in each run, over the questions that both asked.
        difference: second minus first.
        low, high: 95 % interval of the difference; None where too few questions tell.
    """

    name: str
    first: float
    second: float
    difference: float
    low: float | None
    high: float | None

    @property
    def verdict(self) -> str:
        """Return "better", "worse", or "" where the interval holds zero."""
        if self.low is None or self.high is None or self.low <= 0 <= self.high:
            return ""
        return "better" if (self.low > 0) != (self.name in LESS_IS_BETTER) else "worse"


@dataclass(frozen=True, slots=True)
class Change:
    """A question that came out differently."""

    question: Question
    before: Outcome
    after: Outcome

    @property
    def verdict(self) -> str:
        """Return "better", "worse" or "different"."""
        if (self.before in GOOD) == (self.after in GOOD):
            return "different"
        return "better" if self.after in GOOD else "worse"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs of the same questions.

    Attributes:
        questions: How many both asked.
        left_out: How many only one of them asked.
        differences: One for each figure that both have.
        changes: The questions that came out differently, the worse ones first.
    """

    questions: int
    left_out: int
    differences: tuple[Difference, ...]
    changes: tuple[Change, ...]


def compare(first: Results, second: Results) -> Comparison:
    """Compare two runs over the questions that both asked.

    Every resample draws the same questions for both, so what is hard in both does not blur the difference.

    Raises:
        SettingError: No question is in both.
    """
    both = first.runs.keys() & second.runs.keys()
    theirs = {question.id: question for question in second.questions}
    shared = [q for q in first.questions if q.id in both and _same(q, theirs.get(q.id))]
    if not shared:
        raise SettingError("The two runs have no question in common.", remedy="Compare runs of the same questions.")
    one, two = (replace(results, questions=tuple(shared)) for results in (first, second))
    changes = [
        Change(question, before, after)
        for question in shared
        if (before := outcome(question, one.run(question))) != (after := outcome(question, two.run(question)))
    ]
    return Comparison(
        questions=len(shared),
        left_out=len({*first.runs, *second.runs}) - len(shared),
        differences=tuple(_differences(Table.of(one), Table.of(two))),
        changes=tuple(sorted(changes, key=lambda change: ("worse", "better", "different").index(change.verdict))),
    )


def _same(question: Question, other: Question | None) -> bool:
    return other is not None and (question.text, question.answerable) == (other.text, other.answerable)


def _differences(one: Table, two: Table) -> list[Difference]:
    whole = np.ones((1, len(one.answerable)))
    first, second = one.figures(whole)[0], two.figures(whole)[0]
    drawn = np.concatenate([two.figures(counts) - one.figures(counts) for counts in draws(len(one.answerable))])
    found = []
    for index, name in enumerate(one.all_names):
        before, after = float(first[index]), float(second[index])
        if np.isnan(before) or np.isnan(after):
            continue
        low, high = interval(drawn[:, index]) or (None, None)
        found.append(Difference(name, before, after, after - before, low, high))
    return sorted(found, key=lambda difference: ORDER.index(difference.name))
