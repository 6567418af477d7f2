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
from collections.abc import Collection, Sequence
from pathlib import PurePath

from bot.question.question import Question
from vectorstore.passage import Passage
from vectorstore.search.search import PLACES
from vectorstore.words.tokens import query_terms, tokens

Span = tuple[int, int]
"""Start and end of a sentence in its document's text."""

_KEY = re.compile(r"(?P<key>[^\W\d_][^:=|\n]{0,60}?)(?::[ \n]|[ ]?=[ ]?(?!=))\s*")
_KEYS = 5
_AMOUNT = re.compile(r"(?P<key>[A-Z][A-Za-z ]{1,40}?)\s+(?P<value>(?:[$€£¥]\s?\d[\d.,]*|\d[\d.,]*[.,]\d\d)(?:\s?\S{1,3})?)")
_COLUMNS = re.compile(r"(?P<key>[^\W\d_][^|\t\n]{0,60}?)(?: \| |\t+| {2,}|\s?\.{3,}\s?)(?P<value>[^|\t\n ]+(?: [^|\t\n ]+)*)")
_ASSIGNED = re.compile(
    r"(?:(?:export|const|let|var|val|final|static|public|private|protected|readonly|pub|int|float|double|bool|string)\s+)*"
    r"(?P<key>[A-Za-z_]\w*)(?:\s*:\s*[\w\[\], .|<>?&']+)?\s*:?=\s*(?P<value>[^=\s].*)",
    re.DOTALL,
)
_WROTE = re.compile(
    r"\bwhat (?:does|did|do|has|is|was) (?P<name>[\w .'’-]+?) (?:want|say|write|written|ask|asking|need|think|propose|suggest"
    r"|answer|reply|report|request|offer|saying)\w*\b",
    re.IGNORECASE,
)
_WRITER = re.compile(r"(?P<name>.+), \d{1,2} \w+ \d{4}\b")
"""The heading of a mail's text, as `ingest/loaders/messages/` writes it."""


def _stems(words: str) -> frozenset[str]:
    return frozenset(tokens(words))


_GENERAL = _stems(
    "number no amount date day time name value figure current default max maximum min minimum most least total mb gb kb ms"
    " sec seconds minutes hours days percent rate id"
)
"""What labels and questions say beside the thing itself."""
_DOING = _stems(
    "happen happened take place use used pay paid charge charged cost make made set configured hold allow allowed contain"
    " given need listen run last return connect send belong work live call called issue issued open accept valid apply"
    " start begin end finish book order due there want like reach"
)
"""Verbs and the like that ask for what a label names, and seldom stand in it."""
_KINDS = {
    "when": (_stems("date time when day"), re.compile(r"\d")),
    "where": (_stems("place location where address venue"), re.compile(r"[^\W\d_]")),
    "who": (_stems("name by who"), re.compile(r"[^\W\d_]{2}")),
    "number": (frozenset[str](), re.compile(r"\d")),
}
"""Labels that name the kind of answer, and what such an answer looks like."""


def plain_answers(question: Question, passages: Sequence[Passage]) -> frozenset[tuple[str, int]]:
    """Return document and start of each sentence among what was found that answers a question by its form."""
    found = set[tuple[str, int]]()
    named: dict[str, frozenset[str]] = {}
    for passage in passages:
        if passage.kind in PLACES:
            continue
        if passage.document not in named:
            named[passage.document] = _named(passage.document, passages)
        spans = passage.sentences or ((passage.start, passage.end),)
        found |= {(passage.document, span[0]) for span in _plain(question, passage, spans, named[passage.document])}
    return frozenset(found)


def _plain(question: Question, passage: Passage, spans: Sequence[Span], named: Collection[str]) -> list[Span]:
    if _is_under(question, passage.heading.rpartition(" › ")[2]):
        return list(spans)
    found = []
    asked = False
    for start, end in spans:
        text = passage.text[start - passage.start : end - passage.start]
        if text.endswith("?"):
            asked = _same(question, text)
        elif asked or _is_labelled(question, text, {*named, *tokens(passage.heading)}):
            found.append((start, end))
    return found


def _is_under(question: Question, heading: str) -> bool:
    """Tell whether what stands under a heading answers: the heading asks the same, or names who wrote it."""
    if heading.endswith("?"):
        return _same(question, heading)
    writer = _WRITER.match(heading)
    asked = _WROTE.search(question.text) if writer else None
    return bool(writer and asked and _stems(asked["name"]) <= _stems(writer["name"]))


def _same(question: Question, other: str) -> bool:
    """Tell whether another question asks the same: nearly all words that carry content are those of this one."""
    terms = frozenset(query_terms(other))
    return bool(terms) and 4 * len(terms & question.terms) >= 3 * len(terms | question.terms)


def _named(document: str, passages: Sequence[Passage]) -> frozenset[str]:
    """Return the words that a document is called by, and those of its headings and labels among what was found."""
    own = [passage for passage in passages if passage.document == document]
    words = [own[0].title, re.sub(r"[\W_]+", " ", PurePath(own[0].source).stem)]
    for passage in own:
        words.append(passage.text if passage.kind == "heading" else "")
        for start, end in passage.sentences:
            pair = labelled(passage.text[start - passage.start : end - passage.start])
            words.append(" ".join(pair[0]) if pair else "")
    return _stems(" ".join(words))


def labelled(text: str) -> tuple[tuple[str, ...], str] | None:
    """Return the keys that lead to a value, outermost first, and the value; None for what is no labelled line."""
    if len(text) > 2_000 or text.count("\n") > 40:
        return None
    line = text.strip().removesuffix(",").removesuffix(";")
    keys: list[str] = []
    rest = line
    while len(keys) < _KEYS and (match := _KEY.match(rest)) and len(match["key"].split()) <= 6:
        keys.append(match["key"])
        rest = rest[match.end() :]
    if keys and rest.strip() and line.count("\n") <= 1:
        return tuple(keys), rest
    for pattern in (_AMOUNT, _COLUMNS, _ASSIGNED):
        if found := pattern.fullmatch(line):
            return (found["key"],), found["value"]
    return None


def _is_labelled(question: Question, text: str, named: Collection[str]) -> bool:
    """Tell whether a line's label is what is asked for, and its value such an answer."""
    pair = labelled(text)
    if pair is None:
        return False
    (*path, last), value = pair
    kinds, form = _KINDS.get(question.kind, (frozenset[str](), re.compile(r"\S")))
    label = frozenset(query_terms(last))
    wanted = label - _GENERAL or label
    asked = question.terms - _GENERAL - _DOING
    if not form.search(value) or not (wanted <= question.words or label <= kinds):
        return False
    missing = asked - label - _stems(" ".join(path)) - _stems(value) - frozenset(named)
    return not missing and bool(asked or wanted <= question.words)
