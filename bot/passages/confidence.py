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
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from bot.question.fit import identifies
from bot.question.plain import plain_answers
from bot.question.question import Question
from bot.settings.settings import Settings
from vectorstore.passage import Passage

if TYPE_CHECKING:
    from vectorstore.search.search import SearchResult

SEEN = 30
"""Passages that the features are computed from; a search for an answer asks for as many."""
ECHOES = 10
"""Passages among which another document that says the same as the best one is looked for."""
SERIES = 2
"""Other documents that say the same from which on they are a series; fewer are a copy or another version."""
IDENTIFIED = 0.9
"""The least confidence where a passage says who the person is that is asked for by name, or answers plainly by its form
(bot/question/plain.py). Set by hand: such a line has few words, which are little evidence to the model, and such
questions are few in the sets that it is fitted on."""
QUOTED_FROM = 5
"""Passages in which that is looked for."""
FITTED = Path(__file__).with_name("abstention.json")
READ = Path(__file__).with_name("reading.json")
"""How the confidence changes once the passages were read; written by `python -m evals.fit_reading`."""
SUREST_READING = 4.0
"""The highest logit that the reader gave to any passage of the sets that it was measured on, rounded up."""
_SUREST = 9.0
"""The logit of a confidence is held within this."""
_WORD = re.compile(r"\w+")


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


def features(question: Question, result: SearchResult) -> Features:
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
    """Return the passages that stand with the best one, and the best score and cosine found elsewhere.

    A document that says the same as the best one does not stand against it.
    """
    first, passages = result.passages[0], result.passages[:SEEN]
    if result.rival_score is None or result.rival_cosine is None:
        inside = [p for p in result.passages if p.section == first.section]
        outside = [p for p in result.passages if p.section != first.section]
    else:
        inside = [p for p in result.passages if p.document == first.document]
        echoes = echoing(passages)
        outside = [p for p in passages if p.document not in echoes and p.document != first.document]
        if not echoes or not outside:
            return inside, result.rival_score, result.rival_cosine
    return (
        inside,
        max((p.score for p in outside), default=0.0),
        max((p.signals.cosine for p in outside), default=0.0),
    )


def echoing(passages: Sequence[Passage]) -> frozenset[str]:
    """Return the other documents of which a passage has most of its words in common with the best passage.

    Such a document is a copy, another version, or another report of the same series.
    """
    first = passages[0]
    words = frozenset(_WORD.findall(first.text.casefold()))
    return frozenset(
        passage.document
        for passage in passages[1:ECHOES]
        if passage.document != first.document and _alike(words, frozenset(_WORD.findall(passage.text.casefold())))
    )


def _alike(words: frozenset[str], others: frozenset[str]) -> bool:
    return 2 * len(words & others) >= len(words | others) > 0


def _names_missing(question: Question, result: SearchResult) -> float:
    terms = question.names & set(result.terms)
    held = frozenset[str]().union(*result.held[:3])
    return len(terms - held) / len(terms) if terms else 0.0


@dataclass(frozen=True, slots=True)
class _Model:
    intercept: float
    coefficients: tuple[float, ...]
    levels: dict[str, float]
    measured: dict[str, dict[str, list[float]]]


@dataclass(frozen=True, slots=True)
class _Reading:
    intercept: float
    confidence: float
    answers: float
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


def has_no_rival(passages: Sequence[Passage], *, alone: bool) -> bool:
    """Return whether the best passage has no other document to lead.

    So it is where one document alone is searched, where nothing but copies of it was found, and in a series of
    documents that say the same: leading them would mean nothing.

    Args:
        passages: What was found, best first; not empty.
        alone: Whether one document alone was searched.
    """
    echoes = echoing(passages)
    documents = {passage.document for passage in passages[:SEEN]} - {passages[0].document}
    return alone or len(echoes) >= SERIES or (bool(echoes) and documents <= echoes)


def _single(result: SearchResult) -> bool:
    return has_no_rival(result.passages, alone=result.rival_score is None) if result.passages else True


def _model_for(result: SearchResult) -> _Model:
    """What cannot lead another document has a model of its own."""
    return _models()["single" if _single(result) else "several"]


def confidence(question: Question, result: SearchResult) -> float:
    """Return the probability, 0 to 1, that the passages hold an answer."""
    if not result.passages:
        return 0.0
    model = _model_for(result)
    values = astuple(features(question, result))
    total = model.intercept + sum(a * b for a, b in zip(model.coefficients, values, strict=True))
    likely = 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))
    if likely < IDENTIFIED and (
        any(identifies(passage.text, question) for passage in result.passages[:QUOTED_FROM])
        or plain_answers(question, result.passages[:SEEN])
    ):
        return IDENTIFIED
    return likely


@lru_cache(maxsize=1)
def _read_models() -> dict[str, _Reading]:
    fitted = json.loads(READ.read_text(encoding="utf-8"))
    return {
        kind: _Reading(
            fitted[kind]["intercept"],
            fitted[kind]["coefficients"]["confidence"],
            fitted[kind]["coefficients"]["answers_best"],
            fitted[kind]["measured"],
        )
        for kind in ("several", "single")
    }


def may_answer(likely: float, least: float, result: SearchResult) -> bool:
    """Tell whether passages could still be found to answer once they are read, so that reading them is worth its time.

    Args:
        likely: What `confidence` says before.
        least: The confidence from which on an answer is shown.
        result: What was searched.
    """
    return bool(result.passages) and confidence_read(likely, SUREST_READING, result) >= least


def confidence_read(likely: float, answers: float, result: SearchResult) -> float:
    """Return the probability, 0 to 1, that the passages hold an answer, once they were read.

    Args:
        likely: What `confidence` says before.
        answers: The highest logit of the reader over the first passages.
        result: What was searched.
    """
    model = _read_models()["single" if _single(result) else "several"]
    before = max(-_SUREST, min(_SUREST, math.log(max(likely, 1e-4) / max(1 - likely, 1e-4))))
    return 1 / (1 + math.exp(-(model.intercept + model.confidence * before + model.answers * answers)))


def threshold(settings: Settings, result: SearchResult) -> float:
    """Return the least confidence at which an answer is shown."""
    return threshold_for(settings, single=_single(result))


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
    kind = "single" if single else "several"
    measured = (_models() if settings.reader == "off" else _read_models())[kind].measured
    rates = measured[settings.threshold]
    told = ", ".join(f"{name} {answered:.0f} / {refused:.0f}" for name, (answered, refused) in rates.items())
    return (
        f"An answer is shown from a confidence of {least:.2f} ({settings.threshold}). Measured on public "
        f"sets that this "
        f"was not fitted on, answered when they say / refused when they don't, %: {told}."
    )
