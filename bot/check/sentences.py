"""Passages read once for checking: sentences with their terms, facts and places.

Reading costs about a millisecond a passage and is kept, so that the second statement of an answer pays
nothing for it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from bot.text import facts
from ingest.splitting.split import sentences
from vectorstore.passage import Passage
from vectorstore.words.scripts import HAN, HANGUL, HIRAGANA, KATAKANA
from vectorstore.words.tokens import STOP_WORDS, tokens

_WIDE = f"{HIRAGANA}{KATAKANA}{HAN}{HANGUL}"
_CHUNK = re.compile(rf"[{_WIDE}]+|[^\s\-–—/|(),;:\"“”«»\[\]、。・「」『』（）！？，：；＝=…{_WIDE}]+")
_KANA = re.compile(f"[{HIRAGANA}]+")
_CJK = re.compile(rf"[{_WIDE}]")


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


@lru_cache(maxsize=100_000)
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
        prefixes: First four letters → stems that begin so.
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
            prefixes.setdefault(term.stem[:4], []).append(term.stem)
        places.setdefault(term.stem, []).append(term.start)
    return Sentence(passage, start, end, text, places, prefixes, read_facts(text), " ".join(tokens(text)), order)


@lru_cache(maxsize=512)
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


def place_of(stem: str, sentence: Sentence) -> tuple[float, list[int]]:
    """Return how well `stem` is found in `sentence` (0 to 1) and where.

    A word of the same beginning counts a little less: "seasonality" for "seasonal".
    """
    exact = sentence.places.get(stem)
    if exact is not None:
        return 1.0, exact
    if len(stem) >= 4 and stem.isalpha() and not _CJK.match(stem):
        best, found = 0.0, ""
        for other in sentence.prefixes.get(stem[:4], ()):
            shared = _shared(stem, other)
            share = shared / max(len(stem), len(other))
            if (shared >= 5 and share > 0.6 and share > best) or (shared == 4 and share >= 0.66 and share > best):
                best, found = share, other
        if found:
            return 0.5 + 0.4 * best, sentence.places[found]
    return 0.0, []


def _shared(a: str, b: str) -> int:
    count = 0
    for x, y in zip(a, b, strict=False):
        if x != y:
            break
        count += 1
    return count
