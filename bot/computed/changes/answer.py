"""The question "What changed between the lease of 2022 and the lease of 2026?", answered by code."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from bot.computed.changes.align import Change, Kind, align
from bot.computed.changes.clauses import Clause, clauses
from bot.computed.computed import Computed, Line
from bot.computed.documents import called, plain
from bot.text.shown import TITLE_LENGTH, one_line
from vectorstore.document import file_name
from vectorstore.words.tokens import query_terms, tokens

if TYPE_CHECKING:
    from bot.question.question import Question
    from vectorstore.library import Library
    from vectorstore.passage import Filter
    from vectorstore.records import DocumentInfo

MOST_EDITS = 6
"""Runs of changed words that a line names; the footnotes show both sentences whole."""

_OLD, _NEW = r"(?P<old>.+?)", r"(?P<new>.+)"
_DIFFERENCE = r"(?:differences?|changes?)"
_ASKS = (
    rf"what(?: has| have| is| was)?(?: been)? (?:changed|different|new) (?:between|from) {_OLD} (?:and|to) {_NEW}",
    rf"what (?:is|are|were) (?:the )?{_DIFFERENCE} (?:between|from) {_OLD} (?:and|to) {_NEW}",
    rf"(?:compare|show (?:me )?(?:the )?{_DIFFERENCE} between|list (?:all )?(?:the )?{_DIFFERENCE} between) {_OLD} "
    rf"(?:and|to|with|against) {_NEW}",
    rf"how (?:do|did|does|are) {_OLD} (?:and|from) {_NEW} (?:differ|different)",
    r"how does (?P<new>.+?) differ from (?P<old>.+)",
    r"what (?:is|was) (?:new|different|changed) in (?P<new>.+?) (?:compared (?:to|with)|since|against) (?P<old>.+)",
)
_TWO = (
    r"what(?: has| have| is| was)? (?:changed|different) (?:between|in) {both}",
    rf"what (?:is|are|were) (?:the )?{_DIFFERENCE} between {{both}}",
    r"compare {both}",
    r"how do {both} differ",
)
_BOTH = r"(?:the )?(?:two|both)(?: the)?(?: versions of(?: the)?)? (?P<both>.+)"
_MAY_ASK = re.compile(r"\b(?:changed?|changes|differences?|different|differs?|compare|new)\b", re.IGNORECASE)


@cache
def _compiled() -> tuple[re.Pattern[str], ...]:
    patterns = (*(pattern.format(both=_BOTH) for pattern in _TWO), *_ASKS)
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)


def changes_answer(question: Question, library: Library, filter: Filter | None) -> Computed | None:
    """Return what differs between the two documents that a question names; None for all other questions."""
    asked = plain(question.text)
    if not asked or not _MAY_ASK.search(asked):
        return None
    documents: Sequence[DocumentInfo] | None = None
    for pattern in _compiled():
        if match := pattern.fullmatch(asked):
            documents = library.documents(filter) if documents is None else documents
            if pair := _meant(documents, match.groupdict()):
                return told(*pair, changes(library, *pair))
    return None


def changes(library: Library, old: DocumentInfo, new: DocumentInfo) -> list[Change]:
    """Return every sentence of two documents once, with what became of it."""
    return align(clauses(library, old.id), clauses(library, new.id))


def in_order(found: Sequence[Change]) -> list[Change]:
    """Return what differs: in reading order, and last what has another number only."""
    told = [change for change in found if change.kind != "same"]
    return sorted(told, key=lambda change: change.kind == "renumbered")  # stable


def _meant(documents: Sequence[DocumentInfo], named: dict[str, str]) -> tuple[DocumentInfo, DocumentInfo] | None:
    if "both" in named:
        two = sorted((document for document in documents if _has_words(document, named["both"])), key=_age)
        return (two[0], two[1]) if len(two) == 2 else None
    old, new = (document_named(documents, named[side]) for side in ("old", "new"))
    return (old, new) if old and new and old.id != new.id else None


def document_named(documents: Sequence[DocumentInfo], name: str) -> DocumentInfo | None:
    """Return the one document of this name, or the one whose title or file has all its words; None where two do."""
    if exact := called(documents, name):
        return exact
    found = [document for document in documents if _has_words(document, name)]
    return found[0] if len(found) == 1 else None


def _has_words(document: DocumentInfo, name: str) -> bool:
    wanted = set(query_terms(name))
    names = re.sub(r"[\W_]+", " ", f"{document.title} {file_name(document.source)}")
    return bool(wanted) and wanted <= set(tokens(names))


def _age(document: DocumentInfo) -> tuple[str, str]:
    """Order two versions: by a year in their names, else by their last change."""
    years = re.findall(r"(?<!\d)(?:19|20)\d{2}(?!\d)", f"{file_name(document.source)} {document.title}")
    return (max(years, default=""), document.modified)


# ---- in words


def told(old: DocumentInfo, new: DocumentInfo, found: Sequence[Change]) -> Computed:
    """Return the differences as lines of an answer, both sides as footnotes."""
    lines = [
        Line(words(change), tuple(side.quoted for side in (change.old, change.new) if side))
        for change in in_order(found)
    ]
    return Computed(tuple(lines), notice=summary(old, new, found))


def summary(old: DocumentInfo, new: DocumentInfo, found: Sequence[Change]) -> str:
    """Return how many sentences became what, in a sentence that names both documents."""
    counted = Counter(change.kind for change in found)
    kinds: tuple[Kind, ...] = ("changed", "added", "removed", "moved", "renumbered")
    parts = [f"{counted[kind]:,} {kind}" for kind in kinds if counted[kind]]
    names = f"{shown_name(old)} → {shown_name(new)}"
    if not parts:
        return f"{names}: no difference, all {counted['same']:,} sentences are the same."
    return f"{names}: {', '.join(parts)}, {counted['same']:,} the same."


def shown_name(document: DocumentInfo) -> str:
    """Return title and file of a document."""
    title, name = one_line(document.title, limit=TITLE_LENGTH), one_line(file_name(document.source))
    return name if not title or title in (name, name.rpartition(".")[0]) else f"{title} ({name})"


def words(change: Change) -> str:
    """Return a change as a sentence."""
    old, new = change.old, change.new
    if old and new:
        if change.kind in ("moved", "renumbered"):
            numbers = _numbers(old, new)
            return f"{change.kind.capitalize()}{f' ({numbers})' if numbers else ''}: “{one_line(new.text)}”"
        return f"Changed{' and moved' if change.moved else ''}{_at(old, new)}: {_became(change)}."
    clause = new or old
    assert clause is not None  # one side always is there
    return f"{change.kind.capitalize()}{f' in {clause.number}' if clause.number else ''}: “{one_line(clause.text)}”"


def _numbers(old: Clause, new: Clause) -> str:
    return f"{old.number or 'no number'} → {new.number or 'no number'}" if old.number != new.number else ""


def _at(old: Clause, new: Clause) -> str:
    if numbers := _numbers(old, new):
        return f" ({numbers})"
    return f" in {new.number}" if new.number else ""


def _became(change: Change) -> str:
    assert change.old and change.new
    parts = []
    for edit in change.edits:
        before = one_line(change.old.text[edit.old_start : edit.old_end])
        after = one_line(change.new.text[edit.new_start : edit.new_end])
        if before and after:
            parts.append(f"“{before}” became “{after}”")
        else:
            parts.append(f"“{after}” added" if after else f"“{before}” left out")
    if len(parts) > MOST_EDITS:
        return f"“{one_line(change.old.text)}” became “{one_line(change.new.text)}”"
    return "; ".join(parts)
