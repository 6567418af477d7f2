"""Question and passage as the network takes them: numbers of word pieces, long passages in overlapping windows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tokenizers import Tokenizer

from bot.reader.reading import Readable

MOST_TOKENS = 224
"""Word pieces that are read at once; the network was trained on as many."""
QUESTION = 64
TITLE = 28
"""Word pieces of a question and of a title; what is longer is cut."""
OVERLAP = 48
"""Word pieces that two windows share, so that an answer is whole in one of them."""
WINDOWS = 64
"""Windows of one passage; what comes after them is not read."""
SEPARATOR = "|"
"""What stands between a title and its passage, as in training."""
READ = 0.6
"""Share of a question's letters that must be of the Latin script."""
PIECES = 2.3
"""Word pieces a word from which on a text is taken to be in a language that the vocabulary does not know."""
FOREIGN = 1.35
"""The same for a text without a single one of the commonest English words."""
ENGLISH = frozenset(
    "the what which who whom whose how why when where is are were did does of and for to from with "
    "by on at has have".split()
)
FEW_WORDS = 4
"""Words from which on that is judged: one rare name is no foreign language."""


@dataclass(frozen=True, slots=True)
class Window:
    """A part of a passage as it is read.

    Attributes:
        ids, types: Numbers of the word pieces, and 1 where title and passage stand, else 0.
        first: Place of the passage's first piece among them.
        spans: Offsets into the passage's text of each of the passage's pieces in this window.
    """

    ids: tuple[int, ...]
    types: tuple[int, ...]
    first: int
    spans: tuple[tuple[int, int], ...]


def windows(tokenizer: Tokenizer, question: str, passage: Readable) -> Iterator[Window]:
    """Yield the windows of a passage, the first one first; one without pieces where it has no word."""
    asked = tokenizer.encode(_encodable(question), add_special_tokens=False).ids[:QUESTION]
    before: list[int] = []
    if passage.title:
        before = tokenizer.encode(_encodable(passage.title), add_special_tokens=False).ids[:TITLE]
        before = before + tokenizer.encode(SEPARATOR, add_special_tokens=False).ids
    pieces = tokenizer.encode(_encodable(passage.text), add_special_tokens=False)
    begin, end = (tokenizer.token_to_id(mark) or 0 for mark in ("[CLS]", "[SEP]"))
    head = [begin, *asked, end, *before]
    room = MOST_TOKENS - len(head) - 1
    step = room - OVERLAP
    count = max(1, min(WINDOWS, 1 + -(-(len(pieces.ids) - room) // step)))
    for number in range(count):
        start = number * step
        ids = pieces.ids[start : start + room]
        yield Window(
            ids=(*head, *ids, end),
            types=(0,) * (len(asked) + 2) + (1,) * (len(before) + len(ids) + 1),
            first=len(head),
            spans=tuple(pieces.offsets[start : start + room]),
        )


def can_read(tokenizer: Tokenizer, text: str) -> bool:
    """Return whether a text is in a script and, as far as its pieces tell, a language that the reader knows."""
    letters = [letter for letter in text if letter.isalpha()]
    if not letters or sum(letter < "\u0250" for letter in letters) < READ * len(letters):
        return False
    words = [word for word in text.split() if any(letter.isalpha() for letter in word)]
    pieces = tokenizer.encode(_encodable(" ".join(words)), add_special_tokens=False).tokens
    known = [piece for piece in pieces if any(letter.isalpha() for letter in piece)]
    english = ENGLISH.intersection(word.strip("?,.!").casefold() for word in words)
    return len(words) < FEW_WORDS or len(known) < (PIECES if english else FOREIGN) * len(words)


def best_span(start: Sequence[float], end: Sequence[float], longest: int) -> tuple[int, int]:
    """Return the places (first, last) whose logits sum highest, at most `longest` places apart."""
    best, chosen = float("-inf"), (0, 0)
    for first, begins in enumerate(start):
        for last in range(first, min(len(end), first + longest)):
            if begins + end[last] > best:
                best, chosen = begins + end[last], (first, last)
    return chosen


def _encodable(text: str) -> str:
    """Return text of the same length without halves of surrogate pairs, which cannot be encoded."""
    return "".join("?" if "\ud800" <= letter <= "\udfff" else letter for letter in text)
