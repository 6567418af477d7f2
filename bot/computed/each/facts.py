"""What a document says of one thing: the date or amount that stands by a word of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Literal

from bot.text.facts import Date, Number, dates, numbers
from vectorstore.passage import Filter
from vectorstore.words.tokens import tokens

if TYPE_CHECKING:
    from vectorstore.library import Library
    from vectorstore.passage import Passage

Kind = Literal["date", "number"]
SAME = {"end": ("end", "expir", "termin"), "expir": ("end", "expir"), "begin": ("begin", "start", "commenc"),
        "start": ("begin", "start", "commenc")}  # fmt: skip
"""Stems of words that say the same of a contract."""
NEAR = 5
"""Words from a value to what it is given for, which stands behind it: "On 5 May 2026 the lease ends"."""
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Fact:
    """A date or a number that a sentence gives for something.

    Attributes:
        passage: That the sentence stands in.
        span: Of the sentence, in the document.
        value: What it gives.
    """

    passage: Passage
    span: tuple[int, int]
    value: Date | Number

    @property
    def text(self) -> str:
        """The value in the sentence's words."""
        return self.value.text


def forms(stem: str) -> tuple[str, ...]:
    """Return the stems by which the same is said."""
    return tuple(form for word in SAME.get(stem, (stem,)) for form in (tokens(word) or [word]))


def sentences_with(
    library: Library, documents: Sequence[str], stems: Sequence[str]
) -> Iterator[tuple[Passage, tuple[int, int]]]:
    """Yield the sentences of documents that hold each of some words, or what says the same, by document and place."""
    import numpy as np

    found = library.lookup.chunks_matching(Filter(documents=tuple(documents)))
    for stem in stems:
        postings = [library.lookup.postings(form) for form in forms(stem)]
        either = reduce(np.union1d, postings)
        found = either if found is None else np.intersect1d(found, either)
    for passage in library.lookup.passages(found) if found is not None else ():
        for start, end in passage.sentences or ((passage.start, passage.end),):
            held = set(tokens(passage.text[start - passage.start : end - passage.start]))
            if all(held & set(forms(stem)) for stem in stems):
                yield passage, (start, end)


def facts(library: Library, documents: Sequence[str], stems: Sequence[str], kind: Kind) -> dict[str, list[Fact]]:
    """Return what documents say of something: for each that does, the different values.

    Args:
        library: Where they are.
        documents: Their ids.
        stems: Of the words for it; the value is the one that follows the last of them in a sentence.
        kind: Of the value.
    """
    found: dict[str, list[Fact]] = {}
    for passage, span in sentences_with(library, documents, stems):
        value = value_by(passage.text[span[0] - passage.start : span[1] - passage.start], stems, kind)
        if value is None:
            continue
        known = found.setdefault(passage.document, [])
        if not any(_same(fact.value, value) for fact in known):
            known.append(Fact(passage, span, value))
    return found


def value_by(sentence: str, stems: Sequence[str], kind: Kind) -> Date | Number | None:
    """Return the value that follows the last word of some in a sentence, or the only one before it."""
    wanted = {form for stem in stems for form in forms(stem)}
    at = max((match.end() for match in _WORD.finditer(sentence) if set(tokens(match.group())) & wanted), default=-1)
    values: list[Date] | list[Number] = (
        [date for date in dates(sentence) if date.year]
        if kind == "date"
        else [n for n in numbers(sentence) if not n.ordinal and not n.soft and n.other is None]
    )
    after = [value for value in values if value.start >= at]
    if after or len(values) != 1:
        return after[0] if after else None
    near = len(_WORD.findall(sentence[values[0].end : at])) <= NEAR
    return values[0] if near else None


def _same(one: Date | Number, other: Date | Number) -> bool:
    if isinstance(one, Date) and isinstance(other, Date):
        return (one.year, one.month, one.day) == (other.year, other.month, other.day)
    if isinstance(one, Number) and isinstance(other, Number):
        return (one.value, one.unit) == (other.value, other.unit)
    return False


Test = Callable[[Date | Number], bool | None]
"""Whether a value is so; None where it does not say."""
