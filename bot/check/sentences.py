"""Passages read once for checking: sentences with their terms, facts and places.

Reading costs about a millisecond a passage and is kept, so that the second statement of an answer pays
nothing for it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import NamedTuple

from bot.text import facts
from ingest.splitting.split import sentences
from vectorstore.passage import Passage
from vectorstore.words.scripts import HAN, HANGUL, HIRAGANA, KATAKANA
from vectorstore.words.tokens import STOP_WORDS, tokens

_WIDE = f"{HIRAGANA}{KATAKANA}{HAN}{HANGUL}"
_CHUNK = re.compile(rf"[{_WIDE}]+|[^\s\-–—/|(),;:\"“”«»\[\]、。・「」『』（）！？，：；＝=…{_WIDE}]+")
_KANA = re.compile(f"[{HIRAGANA}]+")
_CJK = re.compile(rf"[{_WIDE}]")

PASSAGES_KEPT = 512
"""Passages whose reading is kept in memory, so that the next statement of an answer pays nothing for it."""
STEMS_KEPT = 100_000
"""Words whose stems are kept in memory."""

BEGINNING = 4
"""Letters that two stems must begin with alike to be compared at all."""
LONG_BEGINNING = 5
"""Letters from which an equal beginning is a long one, of which less of the word is asked."""
LEAST_OF_LONG = 0.6
"""Share of the longer stem that a long equal beginning must exceed: "econom" and "economi" (6 of 7) are related."""
LEAST_OF_SHORT = 0.66
"""Share of the longer stem that a beginning of `BEGINNING` letters must reach: "decid" and "decis" (4 of 5) are
related, "consid" and "consequ" (4 of 7) are not."""
RELATED = 0.5
"""Degree of a related word before what its share adds: above `alignment.MISSING`, so that none is called missing."""
RELATED_BY_SHARE = 0.4
"""What the share of the equal beginning adds to that degree, so that even the nearest stays below the word itself."""


@dataclass(frozen=True, slots=True)
class Term:
    """A stem and where its word stands in the text. `content` is False for words that carry none."""

    stem: str
    start: int
    end: int
    content: bool


@lru_cache(maxsize=1)
def _stop_stems() -> frozenset[str]:
    more = [
        "also",
        "one",
        "two",
        "would",
        "like",
        "well",
        "even",
        "every",
        "many",
        "much",
        "another",
        "within",
        "among",
        "since",
    ]
    return frozenset(stem for word in [*STOP_WORDS, *more] for stem in tokens(word))


_NOT = re.compile(r"(\w*?)n['’]t$|(can)not$", re.IGNORECASE)
_BEFORE_NOT = {"ca": "can", "wo": "will", "sha": "shall", "ai": "be"}


@lru_cache(maxsize=STEMS_KEPT)
def _stems(chunk: str) -> tuple[tuple[str, bool], ...]:
    stop = _stop_stems()
    contracted = _NOT.match(chunk.rstrip(".!?'"))
    if contracted:  # "isn't" is "is" and "not"
        verb = (contracted.group(1) or contracted.group(2) or "").lower()
        return ((_BEFORE_NOT.get(verb, verb), False), ("not", False)) if verb else (("not", False),)
    return tuple(
        (stem, stem not in stop and not _KANA.fullmatch(stem) and not _KANA.match(stem)) for stem in tokens(chunk)
    )


def terms(text: str) -> list[Term]:
    """Return the terms of `text` in order with their places, of every script."""
    found = []
    for match in _CHUNK.finditer(text):
        stems = _stems(match.group())
        if len(stems) == 1:
            found.append(Term(stems[0][0], match.start(), match.end(), stems[0][1]))
            continue
        for i, (stem, content) in enumerate(stems):  # scripts without spaces: one gram a character
            start = min(match.start() + i, match.end() - 1)
            found.append(Term(stem, start, min(start + len(stem), match.end()), content))
    return found


@dataclass(frozen=True)
class Facts:
    """All facts of one text."""

    numbers: tuple[facts.Number, ...]
    dates: tuple[facts.Date, ...]
    names: tuple[facts.Name, ...]
    negations: tuple[facts.Negation, ...]
    quotations: tuple[facts.Quotation, ...]


def read_facts(text: str) -> Facts:
    """Return the facts of `text`."""
    dates = facts.dates(text)
    return Facts(
        tuple(facts.numbers(text, except_in=dates)), tuple(dates), tuple(facts.names(text)),
        tuple(facts.negations(text)), tuple(facts.quotations(text)),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a passage, read.

    Attributes:
        passage: Index of its passage.
        start, end: Offsets into the document's text.
        text: Verbatim.
        places: Stem → offsets into `text` where it stands.
        prefixes: First letters (`BEGINNING` of them) → stems that begin so.
        facts: Its facts, with offsets into `text`.
        run: All its stems in order, joined by blanks, for quotations.
        order: Its terms in order.
    """

    passage: int
    start: int
    end: int
    text: str
    places: dict[str, list[int]] = field(repr=False)
    prefixes: dict[str, list[str]] = field(repr=False)
    facts: Facts = field(repr=False)
    run: str = field(repr=False)
    order: tuple[Term, ...] = field(repr=False, default=())


def _read_sentence(text: str, passage: int, start: int, end: int) -> Sentence:
    places: dict[str, list[int]] = {}
    prefixes: dict[str, list[str]] = {}
    order = tuple(terms(text))
    for term in order:
        if term.stem not in places:
            prefixes.setdefault(term.stem[:BEGINNING], []).append(term.stem)
        places.setdefault(term.stem, []).append(term.start)
    return Sentence(passage, start, end, text, places, prefixes, read_facts(text), " ".join(tokens(text)), order)


@lru_cache(maxsize=PASSAGES_KEPT)
def _read_passage(text: str, start: int, spans: tuple[tuple[int, int], ...]) -> tuple[Sentence, ...]:
    cut = [(max(s, start) - start, min(e, start + len(text)) - start) for s, e in spans] or sentences(text)
    return tuple(_read_sentence(text[s:e], 0, start + s, start + e) for s, e in cut if s < e)


def read_passages(passages: Sequence[Passage]) -> list[Sentence]:
    """Return the sentences of `passages`, in order, read."""
    found = []
    for index, passage in enumerate(passages):
        for s in _read_passage(passage.text, passage.start, passage.sentences):
            found.append(s if index == 0 else replace(s, passage=index))
    return found


class Holding(NamedTuple):
    """How a sentence holds something.

    Attributes:
        degree: How well, 0 (not at all) to 1 (exactly).
        places: At which offsets into the sentence's text.
    """

    degree: float
    places: Sequence[int]


NOT_HELD = Holding(0.0, ())


def hold_stem(stem: str, sentence: Sentence) -> Holding:
    """Return how `sentence` holds `stem`.

    A word of the same beginning counts a little less: "economy" for "economic".
    """
    exact = sentence.places.get(stem)
    if exact is not None:
        return Holding(1.0, exact)
    if len(stem) < BEGINNING or not stem.isalpha() or _CJK.match(stem):
        return NOT_HELD
    best, found = 0.0, ""
    for other in sentence.prefixes.get(stem[:BEGINNING], ()):
        share = _related(stem, other)
        if share > best:
            best, found = share, other
    return Holding(RELATED + RELATED_BY_SHARE * best, sentence.places[found]) if found else NOT_HELD


def _related(one: str, other: str) -> float:
    """Return the share of the longer of two words that is their equal beginning; 0 where that is too little."""
    equal = _equal_beginning(one, other)
    share = equal / max(len(one), len(other))
    enough = share > LEAST_OF_LONG if equal >= LONG_BEGINNING else equal == BEGINNING and share >= LEAST_OF_SHORT
    return share if enough else 0.0


def _equal_beginning(one: str, other: str) -> int:
    count = 0
    for x, y in zip(one, other, strict=False):
        if x != y:
            break
        count += 1
    return count
