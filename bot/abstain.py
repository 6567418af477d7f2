"""How likely it is that the passages hold an answer: the calibrated score behind "the documents don't say".

A logistic model over what a search gives for free: the parts of the best passage's score, how far it stands
above the rest, and which of the question's words and names stand nowhere. The coefficients were fitted by
`python -m evals.fit_abstention` on public question sets, each held out in turn; docs/benchmarks.md says on
which and with what result.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Literal

from bot.question import AnswerType, answer_type, fits
from bot.settings import Settings
from vectorstore.search import SearchResult
from vectorstore.words import query_terms

Level = Literal["strict", "balanced", "open"]

THRESHOLDS: dict[Level, float] = {"strict": 0.7, "balanced": 0.5, "open": 0.3}
"""Least confidence at which an answer is shown, by level."""


@dataclass(frozen=True, slots=True)
class Features:
    """What the confidence is computed from; all between about -1 and 2."""

    best: float  # absolute score of the best passage before lifting
    cosine: float  # best cosine among the first five
    coverage: float  # best coverage among the first five
    section_cosine: float
    section_coverage: float
    margin: float  # best score above the mean of ranks 2 to 10
    second: float  # score of the second best
    type_fit: float  # 1 where one of the first three passages holds what the question asks for
    unknown: float  # share of the question's weight in words that stand nowhere
    names: float  # share of the question's names that stand nowhere near the best passages
    terms: float  # number of content words, log scale


def features(question: str, result: SearchResult) -> Features:
    """Return what a search says about whether its passages answer the question."""
    passages = result.passages
    if not passages:
        return Features(*([0.0] * 11))
    scores = [passage.score for passage in passages]
    first = passages[:5]
    weights = dict(zip(result.terms, result.weights, strict=True))
    rest = scores[1:10] or [scores[0]]
    return Features(
        best=scores[0],
        cosine=max(p.signals.cosine for p in first),
        coverage=max(p.signals.coverage for p in first),
        section_cosine=max(p.signals.section_cosine for p in first),
        section_coverage=max(p.signals.section_coverage for p in first),
        margin=scores[0] - sum(rest) / len(rest),
        second=scores[1] if len(scores) > 1 else 0.0,
        type_fit=_type_fit(question, result),
        unknown=sum(weights[term] for term in result.unknown),
        names=_names_missing(question, result),
        terms=math.log1p(len(result.terms)),
    )


def _type_fit(question: str, result: SearchResult) -> float:
    wanted: AnswerType = answer_type(question)
    return max((fits(wanted, p.text, question) for p in result.passages[:3]), default=0.0)


_NAME = re.compile(r"(?<![.?!]\s)(?<!^)\b[A-Z][\w’'.-]*|\b[A-Z]{2,}\b|\b\d[\d.,]*\b")


def _names_missing(question: str, result: SearchResult) -> float:
    """Share of the question's names and numbers that the first three passages' surroundings lack."""
    names = [match.group() for match in _NAME.finditer(question)]
    terms = [term for name in names for term in query_terms(name)]
    terms = [term for term in dict.fromkeys(terms) if term in result.terms]
    if not terms:
        return 0.0
    held = frozenset[str]().union(*result.held[:3])
    return sum(term not in held for term in terms) / len(terms)


INTERCEPT = 0.0
COEFFICIENTS = Features(*([0.0] * 11))


def confidence(question: str, result: SearchResult) -> float:
    """Return the probability, 0 to 1, that the passages hold an answer."""
    if not result.passages:
        return 0.0
    return logistic(astuple(features(question, result)))


def logistic(values: Sequence[float]) -> float:
    """Return the model's probability for the values of `Features`, in their order."""
    total = INTERCEPT + sum(a * b for a, b in zip(astuple(COEFFICIENTS), values, strict=True))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


def threshold(settings: Settings) -> float:
    """Return the least confidence at which an answer is shown."""
    if settings.threshold_value is not None:
        return settings.threshold_value
    return THRESHOLDS[settings.threshold]
