"""Which of two versions holds: where a text says that it replaces or amends another, what is now, and what it was."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.computed.changes.align import Change, align
from bot.computed.changes.answer import shown_name
from bot.computed.changes.clauses import clauses
from bot.computed.computed import Computed, Line, quote
from bot.computed.documents import plain
from bot.quotes.quoted import Quoted
from bot.text.shown import one_line
from vectorstore.words.tokens import query_terms, tokens

if TYPE_CHECKING:
    from bot.question.question import Question
    from vectorstore.library import Library
    from vectorstore.passage import Filter
    from vectorstore.records import DocumentInfo

_NOW = r"current(?:ly)?|now|nowadays|today|at present|presently|still|valid|appl(?:y|ies)|in force|in effect"
_BEFORE = r"before|previous(?:ly)?|formerly|former|earlier|used to"
_MAY_ASK = re.compile(rf"\b(?:{_NOW}|{_BEFORE})\b", re.IGNORECASE)
_ABOUT_TIME = frozenset(
    stem
    for words in "current currently now nowadays today present presently still valid apply applies force effect before "
    "previous previously formerly former earlier used much many cost costs may can up".split()
    for stem in tokens(words)
)
_ENDS = ("replaces", "supersedes", "amends", "repeals", "takes the place of")
"""What a text says of the one that it is the newer version of."""
_ENDED = ("is replaced by", "was replaced by", "is superseded by", "was superseded by", "has been replaced by")
SHORTEST_TITLE = 5
"""Characters of a title that a sentence is taken to name."""
COVERED = 0.6
"""Share of a question's words that the sentence it is about must hold."""


@dataclass(frozen=True, slots=True)
class Replaced:
    """That one document replaces or amends another, and the sentence that says so."""

    old: DocumentInfo
    new: DocumentInfo
    says: Quoted


def holds_answer(question: Question, library: Library, filter: Filter | None) -> Computed | None:
    """Return what holds now and what did before, where the documents say which replaces which; None otherwise."""
    asked = plain(question.text)
    if not asked or not _MAY_ASK.search(asked):
        return None
    wanted = frozenset(query_terms(asked)) - _ABOUT_TIME
    if not wanted:
        return None
    with library.catalog.snapshot():
        for replaced in _replaced(library, filter):
            if found := _told(library, replaced, wanted):
                return found
    return None


def _replaced(library: Library, filter: Filter | None) -> Iterator[Replaced]:
    """Yield each pair of documents of which one says that it replaces the other."""
    documents: list[DocumentInfo] | None = None
    for words in (*_ENDS, *_ENDED):
        for passage in library.mentions(words, filter).passages:
            documents = library.documents(filter) if documents is None else documents
            own = next((document for document in documents if document.id == passage.document), None)
            for start, end in passage.sentences:
                sentence = passage.text[start - passage.start : end - passage.start]
                _, found, after = sentence.casefold().partition(words)
                other = _named(after, documents, but=passage.document) if found else None
                if own and other:
                    old, new = (own, other) if words in _ENDED else (other, own)
                    yield Replaced(old, new, quote(passage, (start, end)))


def _named(text: str, documents: list[DocumentInfo], *, but: str) -> DocumentInfo | None:
    """Return the one document whose title stands in a text."""
    found = [
        document
        for document in documents
        if document.id != but and len(document.title) >= SHORTEST_TITLE and document.title.casefold() in text
    ]
    longest = max((len(document.title) for document in found), default=0)
    found = [document for document in found if len(document.title) == longest]
    return found[0] if len(found) == 1 else None


def _told(library: Library, replaced: Replaced, wanted: frozenset[str]) -> Computed | None:
    old, new = replaced.old, replaced.new
    if wanted <= set(tokens(f"{old.title} {new.title}")):
        said = f"{shown_name(new)} holds: it replaces or amends {shown_name(old)}."
        return Computed((Line(said, (replaced.says,)),))
    change = _about(align(clauses(library, old.id), clauses(library, new.id)), wanted, f"{old.title} {new.title}")
    if change is None or change.old is None or change.new is None:
        return None
    return Computed(
        (
            Line(f"Now, in {shown_name(new)}: {one_line(change.new.text)}", (change.new.quoted,)),
            Line(f"Before, in {shown_name(old)}: {one_line(change.old.text)}", (change.old.quoted,)),
            Line("", (replaced.says,)),
        )
    )


def _about(changes: list[Change], wanted: frozenset[str], titles: str) -> Change | None:
    """Return the changed sentence that holds most of what is asked for; None where there is no single one."""
    named = set(tokens(titles))
    scored = []
    for change in changes:
        if change.new is None:
            continue
        words = set(tokens(change.new.text))
        own = len(wanted & words)
        if own and len(wanted & (words | named)) >= COVERED * len(wanted):
            scored.append((own, change))
    if not scored:
        return None
    most = max(score for score, _ in scored)
    best = [change for score, change in scored if score == most and change.kind == "changed"]
    return best[0] if len(best) == 1 else None
