"""Lists told whole and counted: "Who are the members of the board?", where sixty items stand under a line that says so.

A list answers where what introduces it, with the headings above it and the title, holds every word of the question
that carries content. Nothing of it is left out; where two lists would answer, none does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.computed.computed import Computed, Line, quote
from bot.computed.documents import plain
from bot.text.lists import is_item
from bot.text.shown import one_line
from vectorstore.words.tokens import query_terms, tokens

if TYPE_CHECKING:
    from bot.question.question import Question
    from vectorstore.library import Library
    from vectorstore.passage import Filter, Passage

LOOKED_AT = 8
"""Passages found for a question whose documents are looked through."""
MOST_DOCUMENTS = 4
LONGEST_DOCUMENT = 400_000
"""Characters of a document that is looked through."""
FEWEST = 2
LONGEST_LEAD = 200
LEAST_OF_LEAD = 0.2
"""Of the words that carry content in what introduces a list, the share that a question must have: a list of "the
minimum required browser software for the web chat" is not what "What are the requirements?" asks for."""
MOST_SHOWN = 200
ALIKE = 4
"""Letters that the beginnings of two words share to be forms of one: "decided", "decisions"."""
_ASKS = re.compile(
    r"(?!(?:what|who) is (?!(?:on|in|included|part|there|present|all)\b))"  # one thing: "What is encryption?"
    r"(?:(?:who|which|what|list|name|show)\b(?!.*\b(?:first|last|next|most|least|best|only|why|when|how much)\b)"
    r"|how many\b)",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"\b(?:it|its|they|them)\b|\bhow many\b.*\b(?:can|could|may|might|must|should)\b", re.IGNORECASE
)
"""What no list in a document answers: what is asked of a thing that the question does not name ("What benefits does it
offer?"), and how many there may be, which is a limit ("How many skills can I create?")."""
_COUNTS = re.compile(r"how many\b", re.IGNORECASE)
_ASKING = frozenset(
    stem
    for word in "list name show all every whole there many have include contain are is".split()
    for stem in tokens(word)
)


@dataclass(frozen=True, slots=True)
class Listed:
    """A list in a document.

    Attributes:
        document: Its id.
        lead: Where what introduces it stands: a line that ends in a colon, or a heading.
        items: Where the items stand.
        lead_words, words: Stems of the lead, and with it of the headings above and the title.
        about: How many stems of the lead carry content.
    """

    document: str
    lead: tuple[int, int]
    items: tuple[tuple[int, int], ...]
    lead_words: frozenset[str]
    words: frozenset[str]
    about: int


def list_answer(question: Question, library: Library, filter: Filter | None) -> Computed | None:
    """Return all items of the one list that a question asks for, or how many they are; None for other questions."""
    asked = plain(question.text)
    if not asked or not _ASKS.match(asked) or _ELSEWHERE.search(asked):
        return None
    wanted = frozenset(query_terms(asked)) - _ASKING
    if not wanted:
        return None
    with library.catalog.snapshot():
        passages = library.search(question.text, limit=LOOKED_AT, filter=filter).passages
        found = [listed for listed in _lists(library, passages) if _answers(listed, wanted)]
        found.sort(key=lambda listed: -_shared(listed.lead_words, wanted))
        if not found or (
            len(found) > 1 and _shared(found[0].lead_words, wanted) == _shared(found[1].lead_words, wanted)
        ):
            return None
        return _told(library, found[0], counted=_COUNTS.match(asked) is not None)


def _lists(library: Library, passages: Sequence[Passage]) -> Iterator[Listed]:
    for document_id in list(dict.fromkeys(passage.document for passage in passages))[:MOST_DOCUMENTS]:
        (info,) = [p for p in passages if p.document == document_id][:1]
        text = library.text(document_id)
        if len(text) > LONGEST_DOCUMENT:
            continue
        headings = {heading.start: heading for heading in library.catalog.headings(document_id)}
        above: dict[int, str] = {}
        lead: tuple[int, int] | None = None
        items: list[tuple[int, int]] = []
        start = 0
        for line in [*text.split("\n"), ""]:
            span = (start, start + len(line))
            start = span[1] + 1
            if is_item(line) and lead is not None:
                items.append(span)
                continue
            if not line.strip() and span[0] < len(text):
                continue
            if lead is not None and len(items) >= FEWEST:
                yield _listed(document_id, info.title, text, lead, tuple(items), above)
            items, lead = [], None
            if heading := headings.get(span[0]):
                above = {level: words for level, words in above.items() if level < heading.level}
                above[heading.level] = line
                lead = span
            elif line.rstrip().endswith(":") and len(line) <= LONGEST_LEAD:
                lead = span


def _listed(
    document: str,
    title: str,
    text: str,
    lead: tuple[int, int],
    items: tuple[tuple[int, int], ...],
    above: dict[int, str],
) -> Listed:
    own = frozenset(tokens(text[slice(*lead)]))
    around = frozenset(tokens(" ".join([title, *above.values()])))
    return Listed(document, lead, items, own, own | around, len(set(query_terms(text[slice(*lead)]))))


def _answers(listed: Listed, wanted: frozenset[str]) -> bool:
    """Tell whether what introduces a list holds all that is asked for, and the lead itself is about that."""
    shared = _shared(listed.lead_words, wanted)
    return all(_is_in(word, listed.words) for word in wanted) and shared > 0 and shared >= LEAST_OF_LEAD * listed.about


def _shared(words: frozenset[str], wanted: frozenset[str]) -> int:
    return sum(_is_in(word, words) for word in wanted)


def _is_in(word: str, words: frozenset[str]) -> bool:
    if word in words:
        return True
    return word.isalpha() and len(word) >= ALIKE and any(other[:ALIKE] == word[:ALIKE] for other in words)


def _told(library: Library, listed: Listed, *, counted: bool) -> Computed:
    count = len(listed.items)
    shown = listed.items[:MOST_SHOWN]
    passages = library.passages_at(listed.document, [start for start, _ in (listed.lead, *shown)])
    spans = [(p, (s, min(e, p.end))) for p, (s, e) in zip(passages, (listed.lead, *shown), strict=True)]
    lead, *items = (quote(passage, span) for passage, span in spans)
    more = f" The first {MOST_SHOWN} are shown." if count > MOST_SHOWN else ""
    words = one_line(library.text(listed.document, *listed.lead)).rstrip(" :")
    said = f"{count:,} items stand under “{words}”.{more}"
    if counted:
        return Computed((Line(said, (lead, *items)),))
    return Computed((Line("", (lead,)), *(Line("", (item,)) for item in items)), notice=said)
