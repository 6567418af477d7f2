"""Documents that a question chooses itself: "in report.pdf", "the latest report", "the policy of 2022".

Only those of the documents that may be seen are chosen from. What is chosen is told with the answer, and nothing else
is searched: an answer from another year's policy would be wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.text.dates import Date, dates
from bot.text.shown import one_line
from vectorstore.document import file_name
from vectorstore.words.calendar_words import MONTHS
from vectorstore.words.tokens import tokens

if TYPE_CHECKING:
    from vectorstore.library import Library
    from vectorstore.passage import Filter
    from vectorstore.records import DocumentInfo

LONGEST = 400
MOST = 10_000
"""Documents that are chosen, at most."""
MOST_NAMED = 3
"""Chosen documents that are told by name; of more, how many."""
MAILS = frozenset({"message/rfc822", "application/vnd.ms-outlook", "application/mbox"})
_IN = r"(?:,? ?\b(?P<in>in|within|inside|from|according to|as per|per) )?"
_FILE = re.compile(
    rf"{_IN}(?:the )?(?:file |document )?[\"“]?(?P<file>[^\W_][\w()-]*(?:\.[\w()-]+)*\.[A-Za-z]\w{{1,4}})\b[\"”]?,?",
    re.IGNORECASE,
)
_NEWEST = r"(?P<order>latest|newest|most recent|oldest|earliest)"
_LATEST = re.compile(rf"\bthe {_NEWEST} (?P<noun>[a-z][\w-]+(?: (?:list|report|sheet|plan|letter|minutes|note))?)\b")
_MONTH = "|".join(name for forms in MONTHS["en"] for name in forms.split() if len(name) > 2)
_WHEN = rf"(?:(?:{_MONTH})\b\.?(?: (?:of )?[12]\d{{3}}\b)?|[12]\d{{3}}\b)"
_OF_TIME = re.compile(
    rf"\bthe (?:(?P<noun>[a-z][\w-]+) (?:of|from|for) (?P<when>{_WHEN})|(?P<when2>[12]\d{{3}}) (?P<noun2>[a-z][\w-]+))",
    re.IGNORECASE,
)
_NAME = r"(?-i:[A-Z][\w.’-]+(?: [A-Z][\w’-]+){0,3})"
_MAIL = re.compile(
    rf"{_IN}\b(?:(?:the |a |an |any |all )?(?:(?:e-?)?mails?|messages?)"
    rf"(?: (?:from|by|of|sent by) (?P<who>{_NAME}))?(?: (?:sent )?(?:in|of|from) (?P<when>{_WHEN}))?"
    rf"|(?P<whose>{_NAME})['’]s (?:(?:e-?)?mails?|messages?)(?: (?:of|from|in) (?P<when2>{_WHEN}))?)",
    re.IGNORECASE,
)
_MAY_CHOOSE = re.compile(rf"\.\w{{2,5}}\b|\b{_NEWEST}\b|\b[12]\d{{3}}\b|mail|message", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a question chooses.

    Attributes:
        documents: Ids.
        question: The question without the words that choose.
        told: Which documents these are, for a person.
    """

    documents: tuple[str, ...]
    question: str
    told: str


class _Shelf:
    """The documents that may be chosen, read once."""

    def __init__(self, library: Library, filter: Filter | None) -> None:
        self.documents = library.documents(filter)
        self.said = library.said(filter)

    def called(self, noun: str) -> list[DocumentInfo]:
        """Return the documents that have a word in title or file name."""
        wanted = set(tokens(noun))
        return [document for document in self.documents if wanted and wanted <= set(tokens(_names(document)))]

    def created(self, document: DocumentInfo) -> str:
        """Return the day that a document gives as its own, or ""."""
        return self.said.get(document.id, {}).get("created", "")

    def author(self, document: DocumentInfo) -> str:
        """Return the author that a document names, or ""."""
        return self.said.get(document.id, {}).get("author", "")


def chosen(text: str, library: Library, filter: Filter | None) -> Chosen | None:
    """Return which documents a question chooses; None where it chooses none, or none that there is.

    Args:
        text: The question.
        library: Whose documents.
        filter: Which of them the person may see, and wants.
    """
    if len(text) > LONGEST or not _MAY_CHOOSE.search(text):
        return None
    shelf = _Shelf(library, filter)
    for way in (_by_file, _by_mail, _by_order, _by_time):
        if found := way(text, shelf):
            documents, match, instead = found
            ids = tuple(document.id for document in documents[:MOST])
            return Chosen(ids, _without(text, match, instead), _told(documents))
    return None


_Found = tuple[Sequence["DocumentInfo"], re.Match[str], str]


def _by_file(text: str, shelf: _Shelf) -> _Found | None:
    for match in _FILE.finditer(text):
        name = match["file"].casefold()
        found = [document for document in shelf.documents if file_name(document.source).casefold() == name]
        if len(found) == 1:
            return found, match, "" if match["in"] else "the document"
    return None


def _by_order(text: str, shelf: _Shelf) -> _Found | None:
    match = _LATEST.search(text)
    found = shelf.called(match["noun"]) if match else []
    if match is None or len(found) < 2:
        return None
    keys: tuple[Callable[[DocumentInfo], str], ...] = (_day_in_name, shelf.created, lambda document: document.modified)
    key = next((key for key in keys if all(key(document) for document in found)), None)
    if key is None:
        return None
    best = (min if match["order"].casefold() in ("oldest", "earliest") else max)(map(key, found))
    first = [document for document in found if key(document) == best]
    return (first, match, f"the {match['noun']}") if len(first) == 1 else None


def _by_time(text: str, shelf: _Shelf) -> _Found | None:
    for match in _OF_TIME.finditer(text):
        noun, when = match["noun"] or match["noun2"], match["when"] or match["when2"]
        among = shelf.called(noun)
        found = [document for document in among if _is_of(document, when, shelf)]
        if 0 < len(found) < len(among):
            return found, match, f"the {noun}"
    return None


def _by_mail(text: str, shelf: _Shelf) -> _Found | None:
    for match in _MAIL.finditer(text):
        who, when = match["who"] or match["whose"], match["when"] or match["when2"]
        if not who and not when:
            continue
        found = [
            document
            for document in shelf.documents
            if document.media_type in MAILS
            and (not who or set(tokens(who)) <= set(tokens(shelf.author(document))))
            and (not when or _is_of(document, when, shelf))
        ]
        if found:
            return found, match, "" if match["in"] else "the mails"
    return None


def _is_of(document: DocumentInfo, when: str, shelf: _Shelf) -> bool:
    """Tell whether a document's name, or the day that it gives, is of a month or year."""
    wanted = next((date for date in dates(f"in {when}") if date.year or date.month), None)
    own = [*dates(_names(document)), *dates(f"on {shelf.created(document)[:10]}")]
    return wanted is not None and any(_within(date, wanted) for date in own)


def _within(own: Date, wanted: Date) -> bool:
    return all(want in (None, has) for want, has in ((wanted.year, own.year), (wanted.month, own.month)))


def _day_in_name(document: DocumentInfo) -> str:
    """Return the last day that a document's name gives, so that days compare; "" where it gives none."""
    given = [date for date in dates(_names(document)) if date.year]
    return max((f"{date.year:04}-{date.month or 0:02}-{date.day or 0:02}" for date in given), default="")


def _names(document: DocumentInfo) -> str:
    """Return title and file name in words: "policy-2022.pdf" holds the year."""
    return re.sub(r"[\W_]+", " ", f"{document.title} , {file_name(document.source)}")


def _without(text: str, match: re.Match[str], instead: str) -> str:
    """Return a question without the words that chose."""
    rest = f"{text[: match.start()]} {instead} {text[match.end() :]}"
    rest = re.sub(r"\s+([?.!,])", r"\1", " ".join(rest.split())).lstrip(" ,")
    return rest[:1].upper() + rest[1:]


def _told(documents: Sequence[DocumentInfo]) -> str:
    names = [one_line(file_name(document.source)) for document in documents]
    more = len(names) - MOST_NAMED
    return f"Asked of {', '.join(names[:MOST_NAMED])}{f' and {more} more' if more > 0 else ''}."
