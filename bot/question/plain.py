"""What answers a question plainly, by its form: a labelled line, the text under the same question, a mail's writer.

    "What is the invoice total?"       Total: 128.40 GBP
    "Which port does the cache use?"   cache: port: 6380
    "Can I return an item?"            the text under the heading "Can I return an item?"
    "What does Petra Vogel want?"      what a mail says whose heading names her as its writer

A search weighs words, and such a line has few; its form says more than they do. A label must be asked for whole, and
what the question says beside it must be named above or around the line, so that prose hardly ever counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from bot.question.question import Question
from vectorstore.passage import Passage
from vectorstore.search.search import PLACES
from vectorstore.words.tokens import query_terms, tokens

LONGEST = 1_000
"""Characters of a labelled line, at most."""
LABEL_WORDS = 6
BETWEEN = 4
"""Characters between two passages that follow each other: blanks and line ends."""
FIRST = 80
"""Characters of a first line that says what a text is, at most."""
SURE = 1_000
"""What a form is worth that leaves no doubt, and …"""
MANY = 100
"""… what a label is worth that says nothing of the question beside itself."""
LONG_NUMBER = 8
"""Digits from which on a number in a question (a telephone, an account) is what it is about."""
SHORT = 2
"""Words of a greeting: what somebody wrote is longer."""

Span = tuple[int, int]
"""Start and end of a sentence in its document's text."""

_KEY = re.compile(r"(?P<key>[^\W\d_][^:=|\n]{0,60}?)(?::[ \n]|[ ]?=[ ]?(?!=))\s*")
_KEYS = 5
_AMOUNT = re.compile(
    r"(?P<key>[A-Z][A-Za-z ]{1,40}?)\s+(?P<value>(?:[$€£¥]\s?\d[\d.,]*|\d[\d.,]*[.,]\d\d)(?:\s?\S{1,3})?)"
)
_COLUMNS = re.compile(
    r"(?P<key>[^\W\d_][^|\t\n]{0,60}?)(?: \| |\t+| {2,}|\s?\.{3,}\s?)(?P<value>[^|\t\n ]+(?: [^|\t\n ]+)*)"
)
_ROW = re.compile(r"(?P<key>[^\W\d_][^|\t\n]{0,60}?)(?:\t+| {2,})(?P<value>(?=[^\n]*\d)[^|\n]+)")
"""A row of a table set with tabs or blanks: what stands first is what its numbers are said of."""
_IN_CODE = re.compile(
    r"(?P<key>[A-Za-z_]\w*)(?:\s*:\s*[\w\[\]|. ]+?)?\s*(?::=|=(?![=>])|(?<![:\w] ):(?!:))"
    r"\s*(?P<value>[^\s,(){}=:][^,){}\n]*)"
)
"""A name and what it is set to: an assignment, a parameter with its default, a field of a record."""
_HUMP = re.compile(r"(?<=[a-z\d])(?=[A-Z])|_")
_WHAT_IT_DOES = re.compile(r"\bwhat (?:does|do|did)\b.*\b(?:do|return|returns)\b", re.IGNORECASE)
_EXPLAINS = ('"""', "'''", "/*", "//", "#")
_LEADS = re.compile(r"(?:Q|A|Question|Answer|Frage|Antwort|\d{1,3}[.)])[:.]?\s+")
_WROTE = re.compile(
    r"\bwhat (?:does|did|do|has|is|was) (?P<name>[\w .'’-]+?) (?:want|sa[iy]|write|written|ask|need|think|propose"
    r"|suggest|answer|reply|report|request|offer)\w*\b",
    re.IGNORECASE,
)
_WRITER = re.compile(r"(?P<name>.+), \d{1,2} \w+ \d{4}\b")
"""The heading of a mail's text, as `ingest/loaders/messages/` writes it."""


@dataclass(frozen=True, slots=True)
class _Pair:
    """A label, the words that lead to it, and its value."""

    path: str
    label: str
    value: str


def _stems(words: str) -> frozenset[str]:
    return frozenset(tokens(words))


_GENERAL = _stems(
    "number no amount date day time name value figure current default max maximum min minimum most least percent rate"
    " id per mb gb kb ms sec seconds minutes hours days"
)
"""What labels and questions say beside the thing itself."""
_NUMBER = _stems("number no nr num id")
_DOING = _stems(
    "happen happened take place use used pay paid charge charged cost make made set configured hold allow allowed need"
    " contain given listen run last return connect send belong work live call called issue issued open accept valid"
    " apply start begin end finish book order due there want like reach"
)
"""Verbs and the like that ask for what a label names, and seldom stand in it."""
_KINDS = {
    "when": (_stems("date time when day"), re.compile(r"\d")),
    "where": (_stems("place location where address venue"), re.compile(r"[^\W\d_]")),
    "who": (_stems("name by who"), re.compile(r"\A[^\d$€£¥]*[^\W\d_]{2}")),
    "number": (frozenset[str](), re.compile(r"\d")),
}
"""Labels that name the kind of answer, and what such an answer looks like."""


def plain_answers(question: Question, passages: Sequence[Passage]) -> frozenset[tuple[str, int]]:
    """Return document and start of each sentence among what was found that answers a question by its form.

    Of labels that are asked for, those that say most of what the question says.
    """
    found: dict[tuple[str, int], int] = {}
    named: dict[str, frozenset[str]] = {}
    before: Passage | None = None
    asked = False
    for passage in sorted(passages, key=lambda passage: (passage.document, passage.start)):
        if passage.kind in PLACES:
            continue
        if passage.document not in named:
            named[passage.document] = _named(passage.document, passages)
        # A question may end one passage, and its answer begin the next.
        asked = asked and before is not None and before.document == passage.document
        asked = asked and before is not None and passage.start - before.end <= BETWEEN
        for (start, _), text in _sentences(passage):
            if text.endswith("?"):
                asked = _same(question, text)
            elif asked:
                found[passage.document, start] = SURE
            elif worth := _worth(question, passage, text, named[passage.document]):
                found[passage.document, start] = worth
        before = passage
    most = max(found.values(), default=0)
    return frozenset(place for place, worth in found.items() if worth == most)


def _sentences(passage: Passage) -> list[tuple[Span, str]]:
    spans = passage.sentences or ((passage.start, passage.end),)
    return [(span, passage.text[span[0] - passage.start : span[1] - passage.start]) for span in spans]


def _worth(question: Question, passage: Passage, text: str, named: frozenset[str]) -> int:
    """Return how plainly a sentence answers, 0 where its form does not say so."""
    heading = passage.heading.rpartition(" › ")[2]
    if heading.endswith("?") and _same(question, heading):
        return SURE
    if _wrote(question, heading):
        return SURE * (len(text.split()) > SHORT and not text.endswith(","))
    if passage.kind == "code" and _WHAT_IT_DOES.search(question.text) and text.startswith(_EXPLAINS):
        return SURE * (question.terms - _DOING <= _stems(heading))
    numbers = {term for term in question.terms if sum(map(str.isdigit, term)) >= LONG_NUMBER}
    if numbers and numbers <= set(tokens(text)):
        return SURE
    above = named | _stems(passage.heading)
    return max((_asked_for(question, pair, above) for pair in _pairs(question, passage, text, heading)), default=0)


def _wrote(question: Question, heading: str) -> bool:
    """Tell whether a question asks what somebody wrote whom a heading names."""
    writer = _WRITER.match(heading)
    asked = _WROTE.search(question.text) if writer else None
    return bool(writer and asked and _stems(asked["name"]) <= _stems(writer["name"]))


def _same(question: Question, other: str) -> bool:
    """Tell whether another question asks the same: nearly all words that carry content are those of this one."""
    terms = frozenset(query_terms(_LEADS.sub("", other, count=1) if _LEADS.match(other) else other))
    return bool(terms) and 4 * len(terms & question.terms) >= 3 * len(terms | question.terms)


def _named(document: str, passages: Sequence[Passage]) -> frozenset[str]:
    """Return the words that a document is called by: its title, file, first line, and headings among what was found."""
    own = [passage for passage in passages if passage.document == document]
    words = [own[0].title, re.sub(r"[\W_]+", " ", PurePath(own[0].source).stem)]
    words += [text for passage in own if not passage.start for _, text in _sentences(passage)[:1] if len(text) < FIRST]
    return _stems(" ".join([*words, *(passage.text for passage in own if passage.kind == "heading")]))


def labelled(text: str) -> tuple[tuple[str, ...], str] | None:
    """Return the keys that lead to a value, outermost first, and the value; None for what is no labelled line."""
    line = text.strip()
    if len(line) > LONGEST or line.count("\n") > 1:
        return None
    keys: list[str] = []
    rest = line
    while len(keys) < _KEYS and (match := _KEY.match(rest)) and len(match["key"].split()) <= LABEL_WORDS:
        keys.append(match["key"])
        rest = rest[match.end() :]
    if keys and rest.strip():
        return tuple(keys), rest
    found = _AMOUNT.fullmatch(line) or _COLUMNS.fullmatch(line)
    return ((found["key"],), found["value"]) if found else None


def _pairs(question: Question, passage: Passage, text: str, heading: str) -> Iterator[_Pair]:
    """Yield each label in a statement with what leads to it and its value."""
    if passage.kind == "code":
        for match in _IN_CODE.finditer(text[:LONGEST]) if not _WHAT_IT_DOES.search(question.text) else ():
            yield _Pair(text[:LONGEST], _HUMP.sub(" ", match["key"]), match["value"])
    elif passage.kind == "table" and " | " in text:
        head = heading if " | " in heading else passage.text.partition("\n")[0]
        for column, cell in zip(head.split(" | "), text.split(" | "), strict=False) if head != text else ():
            yield _Pair(text, column, cell)
    elif passage.kind == "table" and (row := _ROW.fullmatch(text)):
        yield _Pair("", row["key"], row["value"])
    elif pair := labelled(text):
        yield _Pair(" ".join(pair[0][:-1]), pair[0][-1], pair[1])
        if heading and question.kind in ("definition", "other"):  # a record: what stands above it names all of it
            yield _Pair("", heading, text)


def _asked_for(question: Question, pair: _Pair, above: frozenset[str]) -> int:
    """Return how much of a question a label that it asks for says; 0 where it does not, or its value is none such."""
    kinds, form = _KINDS.get(question.kind, (frozenset[str](), re.compile(r"\S")))
    words = frozenset(query_terms(pair.label))
    wanted = words - _GENERAL or words
    asked = question.terms - _GENERAL - _DOING
    if not form.search(pair.value) or not (wanted <= question.words or (asked and words <= kinds)):
        return 0
    own = words | _stems(pair.path) | _stems(pair.value)
    if _stems(pair.label) & _NUMBER:
        own |= _NUMBER
    if not asked <= own | above:
        return 0
    missing = question.terms - own - above
    extra = (words | (_stems(pair.label) & _GENERAL)) - question.words - kinds
    return max(1, MANY + 2 * len(question.terms & own) - len(missing) - len(extra))
