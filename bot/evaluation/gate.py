"""A level that a run must reach, for a build that fails when answers get worse.

right=90      at least so many per cent came out right (what `90` alone means)
abstained=95  any other figure by its name; of those where less is better, at most so much
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.errors import SettingError
from bot.evaluation.cases import GOOD, outcome
from bot.evaluation.results import LESS_IS_BETTER, ORDER, Figure, Results

RIGHT = "right"
_OTHER_NAMES = {"refused": "abstained", "seconds": "seconds_p50"}
"""What the table calls figures otherwise."""


@dataclass(frozen=True, slots=True)
class Gate:
    """A figure and its level: per cent, or seconds."""

    figure: str
    level: float


@dataclass(frozen=True, slots=True)
class Standing:
    """How a run stands to a gate."""

    gate: Gate
    value: float
    of: int

    @property
    def passed(self) -> bool:
        """Whether the level is reached; to one decimal, as it is shown."""
        value = round(self.value, 4 if self.gate.figure == "seconds_p50" else 1)
        return value <= self.gate.level if self.gate.figure in LESS_IS_BETTER else value >= self.gate.level


def read_gate(text: str) -> Gate:
    """Return the gate that is written `90`, `correct=80` or `wrong_when_shown=5`.

    Raises:
        SettingError: It is none.
    """
    name, _, level = text.rpartition("=")
    name = name.strip().replace(" ", "_").casefold() or RIGHT
    name = _OTHER_NAMES.get(name, name)
    known = (RIGHT, *ORDER)
    if name not in known:
        raise SettingError(f"There is no figure {name!r} to hold a run to.", remedy=f"Figures: {', '.join(known)}.")
    try:
        number = float(level.strip().removesuffix("%"))
    except ValueError:
        number = -1.0
    if not 0 <= number <= 100:
        raise SettingError(f"{text!r} names no level.", remedy="Write a number from 0 to 100: --gate correct=80")
    return Gate(name, number)


def standings(results: Results, figures: Sequence[Figure], gates: Sequence[Gate]) -> list[Standing]:
    """Return how a run stands to each gate.

    Raises:
        SettingError: Nothing in the questions tells a figure.
    """
    found = {figure.name: (figure.value, figure.of) for figure in figures}
    asked = [question for question in results.questions if question.id in results.runs]
    if asked:
        good = sum(outcome(question, results.run(question)) in GOOD for question in asked)
        found[RIGHT] = (100 * good / len(asked), len(asked))
    for gate in gates:
        if gate.figure not in found:
            raise SettingError(
                f"These questions do not tell {gate.figure!r}.", remedy=f"They tell: {', '.join(sorted(found))}."
            )
    return [Standing(gate, *found[gate.figure]) for gate in gates]
