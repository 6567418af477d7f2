"""Questions for a numbered place: "What does section 4.2 say?", "§ 5", "Art. 12(3)", "Table 2", "page 7 of report.pdf".

They go to that place and quote it; no search by likeness finds a number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from bot.computed.computed import Computed, Line, quote
from bot.computed.documents import called, plain
from bot.text.shown import TITLE_LENGTH, one_line
from vectorstore.passage import Filter

if TYPE_CHECKING:
    from bot.question.question import Question
    from vectorstore.library import Library
    from vectorstore.records import DocumentInfo

MOST_SENTENCES = 20
"""Sentences of a place that are quoted; the answer says how many more there are."""
LONGEST_PLACE = 20_000
"""Characters of a place whose end no number and no heading marks."""
MOST_DOCUMENTS = 20
"""Documents that hold the number and are looked through."""
NOT_QUOTED = frozenset({"navigation", "byline"})

_SECTION = (
    r"sections?|sec\.?|clauses?|articles?|art\.?|paragraphs?|para\.?|§§?|chapters?|ch\.?|rules?|items?|steps?|parts?"
)
_LETTERED = r"annex(?:e)?|appendix|schedule|exhibit"
_DRAWN = r"tables?|figures?|fig\.?"
_PAGE = r"pages?|p\.|slides?"
_PLACE = (
    rf"(?:the )?(?P<noun>{_SECTION}|{_LETTERED}|{_DRAWN}|{_PAGE}) ?(?:no\.? |number )?"
    r"(?P<number>\d+(?:\.\d+)*|(?-i:[A-Z](?:\.\d+)*|[IVX]+))(?!\w)(?P<part>(?:\s?\([a-z0-9]{1,3}\))*)"
    r"(?: (?:of|in) (?P<document>.+?))?"
)
_ASKS = (
    rf"what does {_PLACE} (?:say|state|contain|cover|mean|provide|require|show|regulate|deal with|specify)",
    rf"what (?:is|are|stands?)(?: written| said| stated| regulated| shown)?(?: in| on| under| at)? {_PLACE}(?: about)?",
    rf"(?:show|quote|read|open|give|cite|print|display)(?: me)?(?: the (?:text|content|wording) of)? {_PLACE}",
    _PLACE,
)
_MAY_ASK = re.compile(rf"(?:{_SECTION}|{_LETTERED}|{_DRAWN}|{_PAGE}) ?(?:no\.? |number )?[\dA-Z]", re.IGNORECASE)
_HEADED = r"^[ \t#*]*"


@dataclass(frozen=True, slots=True)
class NumberedPlace:
    """A place that a question names.

    Attributes:
        noun: "section", "table", "page" … in lower case, as it was written.
        number: "4.2", "B", "IV".
        part: What stands in brackets behind it: ("3", "a").
        document: How the document was called, or "".
    """

    noun: str
    number: str
    part: tuple[str, ...] = ()
    document: str = ""

    @property
    def shown(self) -> str:
        """The place as a person writes it."""
        part = "".join(f"({part})" for part in self.part)
        return f"{self.noun.capitalize()} {self.number}{part}"


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def numbered_place(text: str) -> NumberedPlace | None:
    """Return the place that a question asks for and for nothing else; None where it asks for something else."""
    asked = plain(text)
    if not asked or not _MAY_ASK.search(asked):
        return None
    for pattern in _ASKS:
        if match := _compiled(pattern).fullmatch(asked):
            parts = tuple(re.findall(r"[a-z0-9]+", match["part"].lower()))
            return NumberedPlace(match["noun"].lower(), match["number"], parts, match["document"] or "")
    return None


def place_answer(question: Question, library: Library, filter: Filter | None) -> Computed | None:
    """Return what stands at the numbered place that a question asks for; None where there is none."""
    place = numbered_place(question.text)
    if place is None:
        return None
    filter = filter or Filter()
    if place.document:
        document = called(library.documents(filter), place.document)
        if document is None:
            return None
        filter = Filter(documents=(document.id,))
    found = _pages(library, filter, place) if re.fullmatch(_PAGE, place.noun) else _sections(library, filter, place)
    if not found:
        return None
    if len(found) > 1:
        return Computed(notice=_several(place, [document for document, _, _ in found]))
    document, start, end = found[0]
    return _quoted(library, document, start, end, place)


def _several(place: NumberedPlace, documents: list[DocumentInfo]) -> str:
    names = [f"“{one_line(document.title, limit=TITLE_LENGTH)}”" for document in documents[:MOST_DOCUMENTS]]
    example = f"“{place.shown} of {one_line(documents[0].title, limit=TITLE_LENGTH)}”"
    return f"{place.shown} stands in {len(documents)} documents: {', '.join(names)}. Name one, as in {example}."


def _quoted(library: Library, document: DocumentInfo, start: int, end: int, place: NumberedPlace) -> Computed | None:
    """Return the sentences between two offsets of a document."""
    spans = [
        (passage, (max(first, start), min(last, end)))
        for passage in library.passages_between(document.id, max(0, start - LONGEST_PLACE), end)
        if passage.kind not in NOT_QUOTED
        for first, last in (passage.sentences or ((passage.start, passage.end),))
        if first < end and last > start
    ]
    lines = [Line("", (quote(passage, span),)) for passage, span in spans if span[1] > span[0]]
    if not lines:
        return None
    more = len(lines) - MOST_SENTENCES
    goes_on = f"{place.shown} goes on for {more} more sentence{'' if more == 1 else 's'}." if more > 0 else ""
    return Computed(tuple(lines[:MOST_SENTENCES]), notice=goes_on)


# ---- pages and slides


def _pages(library: Library, filter: Filter, place: NumberedPlace) -> list[tuple[DocumentInfo, int, int]]:
    if not place.number.isdigit():
        return []
    kind = "slide" if place.noun.startswith("slide") else "page"
    found = []
    for document in library.documents(filter)[: 10 * MOST_DOCUMENTS]:
        places = library.places(document.id)
        ends = [other.start for other in places[1:]] + [document.characters]
        found += [
            (document, here.start, end)
            for here, end in zip(places, ends, strict=True)
            if here.kind == kind and here.number == int(place.number)
        ][:1]
    return found


# ---- sections, clauses, tables


def _sections(library: Library, filter: Filter, place: NumberedPlace) -> list[tuple[DocumentInfo, int, int]]:
    holding = library.mentions(place.number, filter).passages
    ids = list(dict.fromkeys(passage.document for passage in holding))[:MOST_DOCUMENTS]
    documents = {document.id: document for document in library.documents(Filter(documents=tuple(ids)))} if ids else {}
    found = []
    for id in ids:
        text = library.text(id)
        if span := section_span(text, place):
            found.append((documents[id], *span))
    return found


def section_span(text: str, place: NumberedPlace) -> tuple[int, int] | None:
    """Return where a numbered section of a text begins and ends; None where no line begins with its number."""
    nouns = _written(place.noun)
    number = re.escape(place.number)
    named = re.compile(rf"{_HEADED}(?:{nouns})\s*{number}(?![\w]|\.\d)[.):]?", re.IGNORECASE | re.MULTILINE)
    bare = re.compile(rf"{_HEADED}{number}(?![\w]|\.\d)[.):]?(?=\s)", re.MULTILINE)
    drawn = re.fullmatch(rf"{_DRAWN}|{_LETTERED}", place.noun)
    starts = list(named.finditer(text)) or ([] if drawn else list(bare.finditer(text)))
    if not starts:
        return None
    # A table of contents names it first, and a line may begin with a reference to it: "section 3 shall apply".
    headed = [match for match in starts if not re.match(r"[ \t]*[a-z]", text[match.end() : match.end() + 9])]
    start, after = (headed or starts)[-1].span()
    end = _end(text, after, place, nouns)
    for part in place.part:
        inside = _part(text, start, end, part)
        if inside is None:
            return None
        start, end = inside
    return start, end


def _written(noun: str) -> str:
    """Return the ways in which a text writes a noun, as a pattern."""
    for names in (
        r"sections?|sec\.?|clauses?|paragraphs?|para\.?|§§?|articles?|art\.?",
        _LETTERED,
        r"tables?",
        r"figures?|fig\.?",
    ):
        if re.fullmatch(names, noun):
            return names
    return re.escape(noun.rstrip("s.")) + r"s?\.?"


def _end(text: str, after: int, place: NumberedPlace, nouns: str) -> int:
    """Return where the section ends: at the line that begins with the number that follows, of its level or above."""
    numbers = "|".join(re.escape(number) for number in following(place.number))
    follows = re.compile(
        rf"{_HEADED}(?:(?:{nouns}|{_SECTION})\s*)?(?:{numbers})(?![\w]|\.\d)[.):]?(?=\s)|^#{{1,2}} |\f",
        re.IGNORECASE | re.MULTILINE,
    )
    match = follows.search(text, after)
    return match.start() if match else min(len(text), after + LONGEST_PLACE)


def following(number: str) -> list[str]:
    """Return the numbers that may follow a section: after 4.2 come 4.3 and 5, and 5.1 where 5 has no line."""
    parts = number.split(".")
    found = []
    for level in range(len(parts), 0, -1):
        last = parts[level - 1]
        raised = str(int(last) + 1) if last.isdigit() else chr(ord(last[0]) + 1) if len(last) == 1 else ""
        if raised:
            found.append(".".join([*parts[: level - 1], raised]))
            found.append(".".join([*parts[: level - 1], raised, "1"]))
    return found


def _part(text: str, start: int, end: int, part: str) -> tuple[int, int] | None:
    """Return where a numbered or lettered part stands inside [start, end)."""
    after = str(int(part) + 1) if part.isdigit() else chr(ord(part[0]) + 1)
    begins = re.compile(rf"(?:^|(?<=\s))(?:\({re.escape(part)}\)|{re.escape(part)}[.)])(?=\s)", re.MULTILINE)
    ends = re.compile(rf"(?:^|(?<=\s))(?:\({re.escape(after)}\)|{re.escape(after)}[.)])(?=\s)", re.MULTILINE)
    match = begins.search(text, start, end)
    if match is None:
        return None
    last = ends.search(text, match.end(), end)
    return match.start(), last.start() if last else end
