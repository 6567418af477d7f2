"""How likely it is that the passages hold an answer: the calibrated score behind "the documents don't say".

A logistic model over what a search gives for free. The score of the best passage means the same in every
library, but a library of look-alike documents scores high on everything: so the model also sees how far the
best passage leads what was found elsewhere, and which of the question's words and names are not held there.
The coefficients lie in abstention.json, written by `python -m evals.fit_abstention`, which also says how
they do on the set that was left out of the fit.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import astuple, dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from bot.settings import Settings
from vectorstore.passage import Passage
from vectorstore.words import query_terms

if TYPE_CHECKING:
    from vectorstore.search import SearchResult

SEEN = 30
"""Passages that the features are computed from; a search for an answer asks for as many."""
FITTED = Path(__file__).with_name("abstention.json")
_NAME = re.compile(r"(?<![.?!]\s)(?<!^)\b[A-Z][\w’'.-]*|\b[A-Z]{2,}\b|\b\d[\d.,]*\b")


@dataclass(frozen=True, slots=True)
class Features:
    """What the confidence is computed from.

    Attributes:
        best: Score of the best passage.
        lead: How far it lies above the best passage elsewhere: in another document, or in another section
            where only one document is searched.
        cosine_lead: The same for the cosine alone.
        section_coverage: Share of the question's weight that the best passage's section holds.
        evidence: Sum of the rarities of the question's words that a section among the first five holds.
        missing: Sum of the rarities of those that it does not hold.
        unknown: Share of the question's weight in words that stand nowhere in the documents searched.
        names: Share of the question's names and numbers that the first three sections lack.
        margin: How far the best passage lies above the mean of the rest.
    """

    best: float
    lead: float
    cosine_lead: float
    section_coverage: float
    evidence: float
    missing: float
    unknown: float
    names: float
    margin: float


def features(question: str, result: SearchResult) -> Features:
    """Return what a search says about whether its passages answer the question."""
    passages = result.passages[:SEEN]
    first, rest = passages[0], passages[1:]
    inside, other, other_cosine = _apart(result)
    whole = sum(result.rarity)
    evidence = whole * max(p.signals.section_coverage for p in passages[:5])
    return Features(
        best=first.score,
        lead=first.score - other,
        cosine_lead=max(p.signals.cosine for p in inside) - other_cosine,
        section_coverage=first.signals.section_coverage,
        evidence=evidence,
        missing=whole - evidence,
        unknown=sum(w for t, w in zip(result.terms, result.weights, strict=True) if t in result.unknown),
        names=_names_missing(question, result),
        margin=first.score - (sum(p.score for p in rest) / len(rest) if rest else 0.0),
    )


def _apart(result: SearchResult) -> tuple[list[Passage], float, float]:
    """Return the passages that stand with the best one, and the best score and cosine found elsewhere."""
    first = result.passages[0]
    if result.rival_score is not None and result.rival_cosine is not None:
        inside = [p for p in result.passages if p.document == first.document]
        return inside, result.rival_score, result.rival_cosine
    inside = [p for p in result.passages if p.section == first.section]
    outside = [p for p in result.passages if p.section != first.section]
    return (
        inside,
        max((p.score for p in outside), default=0.0),
        max((p.signals.cosine for p in outside), default=0.0),
    )


def _names_missing(question: str, result: SearchResult) -> float:
    names = [match.group() for match in _NAME.finditer(question)]
    terms = {term for name in names for term in query_terms(name)} & set(result.terms)
    held = frozenset[str]().union(*result.held[:3])
    return len(terms - held) / len(terms) if terms else 0.0


@dataclass(frozen=True, slots=True)
class _Model:
    intercept: float
    coefficients: tuple[float, ...]
    levels: dict[str, float]
    measured: dict[str, dict[str, list[float]]]


@lru_cache(maxsize=1)
def _models() -> dict[str, _Model]:
    fitted = json.loads(FITTED.read_text(encoding="utf-8"))
    names = [field.name for field in fields(Features)]
    return {
        kind: _Model(
            fitted[kind]["intercept"],
            tuple(fitted[kind]["coefficients"][name] for name in names),
            fitted[kind]["levels"],
            fitted[kind]["measured"],
        )
        for kind in ("several", "single")
    }


def _model_for(result: SearchResult) -> _Model:
    """One document alone has no other to lead, so it has a model of its own."""
    return _models()["single" if result.rival_score is None else "several"]


def confidence(question: str, result: SearchResult) -> float:
    """Return the probability, 0 to 1, that the passages hold an answer."""
    if not result.passages:
        return 0.0
    model = _model_for(result)
    values = astuple(features(question, result))
    total = model.intercept + sum(a * b for a, b in zip(model.coefficients, values, strict=True))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


def threshold(settings: Settings, result: SearchResult) -> float:
    """Return the least confidence at which an answer is shown."""
    return threshold_for(settings, single=result.rival_score is None)


def threshold_for(settings: Settings, *, single: bool) -> float:
    """Return the least confidence at which an answer is shown, of one document alone or of several."""
    if isinstance(settings.threshold, float):
        return settings.threshold
    return _models()["single" if single else "several"].levels[settings.threshold]


def level_words(settings: Settings, *, single: bool) -> str:
    """Return what the threshold in use does, as it was measured on sets that the model was not fitted on."""
    least = threshold_for(settings, single=single)
    if isinstance(settings.threshold, float):
        return f"An answer is shown from a confidence of {least:.2f}."
    rates = _models()["single" if single else "several"].measured[settings.threshold]
    told = ", ".join(f"{name} {answered:.0f} / {refused:.0f}" for name, (answered, refused) in rates.items())
    return (
        f"An answer is shown from a confidence of {least:.2f} ({settings.threshold}). Measured on public sets that this "
        f"was not fitted on, answered when they say / refused when they don't, %: {told}."
    )
