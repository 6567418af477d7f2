"""A run with its figures and their intervals.

A run file written by this package holds its questions, so it can be read by itself; an older or foreign one
needs its set beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from bot.errors import SettingError
from bot.evaluation.bootstrap import Array, aurocs, columns, draws, interval, medians, ratios, wilson
from bot.evaluation.score import (
    ANSWERS,
    BUDGETS,
    NOT_ASKED,
    RANKS,
    RETRIEVAL,
    Run,
    Runs,
    Tally,
    answer_tallies,
    answers,
    read_texts,
    retrieval,
    retrieval_tallies,
)
from bot.evaluation.sets import Question, question_from_row, read_questions, rows

WORDS = {
    "answered": "of what the documents answer",
    "abstained": "of what they don't answer",
    "balanced": "their mean",
    "correct": "an accepted answer is shown",
    "wrong_when_shown": "of answers shown",
    "supports": "a footnote is at the answer",
    "exact": "footnotes, word for word",
    "cited": "answers with a footnote",
    "false_answer": "of what they don't answer",
    "auroc": "confidence ranks them rightly",
    "seconds_p50": "median of an answer",
} | {
    "hit@1": "the first passage has it",
    **{f"hit@{rank}": f"one of the first {rank} has it" for rank in RANKS[1:]},
    **{f"recall@{budget}": f"answer found, reading {budget:,}" for budget in BUDGETS},
    **{f"precision@{budget}": f"answer's share of {budget:,}" for budget in BUDGETS},
    **{f"iou@{budget}": f"overlap with {budget:,} read" for budget in BUDGETS},
}
ORDER = (
    *("answered", "abstained", "balanced", "correct", "wrong_when_shown", "supports", "exact", "cited"),
    *("false_answer", "auroc", "hit@1", "hit@3", "hit@5", *RETRIEVAL[:9], "seconds_p50"),
)
YES_OR_NO = frozenset({*ANSWERS, *(f"hit@{rank}" for rank in RANKS)})
"""Figures that are shares of yes or no: resampling a handful that all agree would call them certain."""
SHORT = 100
"""Characters of an accepted answer that may be expected to stand in an answer word for word."""
LESS_IS_BETTER = frozenset({"wrong_when_shown", "false_answer", "seconds_p50"})


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a run: per cent, or seconds.

    Attributes:
        name: As in the run's score.
        value: The figure.
        low, high: Its 95 % interval; None where too few questions tell.
        of: How many questions (for "exact": footnotes) it is a share of.
    """

    name: str
    value: float
    low: float | None
    high: float | None
    of: int


@dataclass(frozen=True, slots=True)
class Results:
    """A run and its questions.

    Attributes:
        title: What was asked, for a person.
        questions: In the order of the set.
        runs: Rows of the run file by the question's id.
        texts: Documents' texts by id, where a set tells; None takes the run's word for its footnotes.
    """

    title: str
    questions: tuple[Question, ...]
    runs: Runs
    texts: Mapping[str, str] | None = field(default=None, repr=False)

    def run(self, question: Question) -> Run:
        """Return the row of a question; one that was not asked counts as refused."""
        return self.runs.get(question.id, NOT_ASKED)


def read_results(runs_path: Path, set_dir: Path | None = None, *, title: str = "") -> Results:
    """Return a run file with its questions.

    Args:
        runs_path: The run file.
        set_dir: The set that it is of; None where the run file holds the questions.
        title: What to call it; its name if empty.

    Raises:
        SettingError: The file is no run file, or holds no questions and no set is named, or is of another set.
    """
    found = list(rows(runs_path))
    runs = {row["id"]: row for row in found if "id" in row}
    if not runs or not any("abstained" in row for row in runs.values()):
        raise SettingError(f"{runs_path} is not a run file.", remedy="`footnote eval` writes one.")
    if set_dir:
        questions, texts = read_questions(set_dir), read_texts(set_dir)
        if not {q.id for q in questions} & runs.keys():
            raise SettingError(f"No question of {set_dir} is in {runs_path}.", remedy="Name the set that it is of.")
    elif any("question" not in row for row in runs.values()):
        raise SettingError(
            f"{runs_path} does not hold its questions.", remedy="Name the set that it is of: --set SET_DIR."
        )
    else:
        wanted = ("id", "question", "answers", "references", "answerable")
        kept = [{name: row[name] for name in wanted if name in row} for row in runs.values()]
        questions, texts = [question_from_row(row, where=f"A line of {runs_path}") for row in kept], None
    return Results(title or runs_path.stem, tuple(questions), runs, texts)


def is_short(question: Question) -> bool:
    """Return whether an accepted answer is short enough to stand in an answer word for word.

    Where all are sentences and more, what is shown is judged by where its footnotes lie.
    """
    return any(len(answer) <= SHORT for answer in question.answers)


def against(run: Results, absent: Results) -> Results:
    """Return one run of the answerable questions, as they were asked and with their documents left out."""
    left_out = {f"{question.id} without": question for question in absent.questions}
    able = [question for question in run.questions if question.answerable]
    return Results(
        run.title,
        (*able, *(replace(question, id=name) for name, question in left_out.items())),
        {
            **{question.id: run.run(question) for question in able},
            **{name: absent.run(question) for name, question in left_out.items()},
        },
        run.texts,
    )


def figures(results: Results) -> list[Figure]:
    """Return the figures that the run has, each with its interval.

    Where the expected answers are paragraphs, no answer holds one word for word: "correct" is left out then.
    """
    table = Table.of(results)
    whole = table.figures(np.ones((1, len(results.questions))))[0]
    points = dict(zip(table.all_names, whole, strict=True)) | _as_scored(results)
    if not _answers_are_short(results):
        points |= {"correct": None, "wrong_when_shown": None}
    drawn = np.concatenate([table.figures(counts) for counts in draws(len(results.questions))])
    found = []
    for index, name in enumerate(table.all_names):
        value = points[name]
        if value is None or np.isnan(value):
            continue
        counted = index < len(table.names)
        of = int(table.below[:, index].sum()) if counted else len(results.runs)
        yes = table.above[:, index].sum() if name in YES_OR_NO else None
        ends = interval(drawn[:, index]) if yes is None else wilson(yes, of)
        low, high = ends or (None, None)
        found.append(Figure(name, float(value), low, high, of))
    return sorted(found, key=lambda figure: ORDER.index(figure.name))


def _answers_are_short(results: Results) -> bool:
    """Return whether at least half of the answers that are expected may stand in an answer word for word."""
    expected = [question for question in results.questions if question.answers and question.answerable]
    return 2 * sum(map(is_short, expected)) >= len(expected)


def _as_scored(results: Results) -> dict[str, float | None]:
    """Return the figures as the scorer rounds them."""
    scored = answers(results.questions, results.runs, results.texts)
    if any("passages" in run for run in results.runs.values()):
        scored |= retrieval(results.questions, results.runs)
    return {name: value for name, value in scored.items() if name in ORDER}


@dataclass(frozen=True, slots=True)
class Table:
    """What each question of a run adds to each figure, ready to be resampled.

    Attributes:
        names: Figures that are one sum divided by another.
        above, below: (questions, figures).
        seconds, confidence: (questions,), NaN where a run does not tell.
        answerable: (questions,).
    """

    names: tuple[str, ...]
    above: Array
    below: Array
    seconds: Array
    confidence: Array
    answerable: np.ndarray[tuple[int], np.dtype[np.bool_]]

    @classmethod
    def of(cls, results: Results) -> Table:
        """Return the table of a run."""
        names = tuple(dict.fromkeys((*ANSWERS, *RETRIEVAL)))
        above, below = columns([_tallies(results, question) for question in results.questions], names)
        runs = [results.run(question) for question in results.questions]
        return cls(
            names,
            above,
            below,
            seconds=np.array([run.get("seconds", np.nan) for run in runs], dtype=float),
            confidence=np.array([run.get("confidence", np.nan) for run in runs], dtype=float),
            answerable=np.array([question.answerable for question in results.questions], dtype=bool),
        )

    @property
    def all_names(self) -> tuple[str, ...]:
        """Names of the columns of `figures`."""
        return (*self.names, "balanced", "auroc", "seconds_p50")

    def figures(self, counts: Array) -> Array:
        """Return every figure of each resample: (resamples, len(all_names))."""
        shares = ratios(counts, self.above, self.below)
        answered, abstained = (shares[:, self.names.index(name)] for name in ("answered", "abstained"))
        more = [
            (answered + abstained) / 2,
            aurocs(counts, self.confidence, self.answerable),
            medians(counts, self.seconds),
        ]
        return np.column_stack([shares, *more])


def _tallies(results: Results, question: Question) -> dict[str, Tally]:
    run = results.run(question)
    found = answer_tallies(question, run, results.texts)
    return found | retrieval_tallies(question, run) if "passages" in run or run is NOT_ASKED else found
