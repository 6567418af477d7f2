"""The answer that several documents give together, each with its sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from bot.computed.computed import Computed, Line, quote
from bot.computed.documents import plain
from bot.computed.each.facts import Fact, facts, sentences_with
from bot.computed.each.tests import tested
from bot.text.facts import Date, Number
from bot.text.shown import TITLE_LENGTH, one_line
from vectorstore.document import file_name
from vectorstore.passage import Filter
from vectorstore.search.mentions import phrase_pattern
from vectorstore.words.tokens import query_terms, tokens

if TYPE_CHECKING:
    from bot.question.question import Question
    from vectorstore.library import Library
    from vectorstore.records import DocumentInfo

MOST_LINES = 200
FEWEST = 2
"""Documents that are called by the noun of the question; one alone is asked the ordinary way."""
_NOUN = r"(?:of (?:the|our|my|all) )?(?P<noun>[a-z][a-z-]+)"
_ASKS = r"(?P<asks>which|how many|list all|list the|list|show(?: me)?(?: all)?)"
_SPEAK = r"(?:mention|mentions|name|names|contain|contains|include|includes|refer to|cite|cites|talk about)"
_HIGH = r"highest|largest|biggest|longest|greatest|most expensive|latest"
_LOW = r"lowest|smallest|shortest|least|cheapest|earliest"
_FORMS = (
    ("mention", rf"{_ASKS} {_NOUN} (?:that )?{_SPEAK} (?P<what>.+)"),
    ("silent", rf"{_ASKS} {_NOUN} (?:do not|don't|does not|doesn't) (?:say|state) "
               r"(?:when they|when it|what|the|an?|any) ?"
               r"(?P<what>.+)"),
    ("by", rf"{_ASKS} {_NOUN} (?:that )?(?:was|were|are|is|has been|have been) "
           r"(?P<verb>[a-z]+ed|written|made) by (?P<what>.+)"),
    ("tested", rf"{_ASKS} {_NOUN} (?:that )?(?:(?:have|has|with|do|does|did|will|are|is|were|was)(?: been)? )?"
               r"(?:an? |the )?"
               r"(?P<what>[a-z][a-z -]*?) (?P<test>(?:in|on|before|after|by|since|until|between|from|over|above|under|"
               r"below|"
               r"more than|less than|at least|at most|fewer than|exceeding|of) .*\d.*)"),
    ("extreme", rf"which {_NOUN} (?:has|have) the (?P<most>{_HIGH}|{_LOW}) (?P<what>[a-z][a-z -]+)"),
    ("extreme", rf"which {_NOUN} (?P<what>end|begin|start|expire)s? (?P<most>first|last|earliest|latest)"),
    ("sum", r"what (?:is|are) the (?P<most>total|sum|average) (?:of (?:all )?(?:the )?)?(?P<what>[a-z][a-z -]*?)"
            r" (?:in|of|over|across) (?:all )?(?:the |our |my )?(?P<noun>[a-z-]+)"),
)  # fmt: skip


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def each_answer(question: Question, library: Library, filter: Filter | None) -> Computed | None:
    """Return what each of the documents that a question calls by a noun says; None for other questions."""
    asked = plain(question.text).casefold()
    for form, pattern in _FORMS:
        match = _compiled(pattern).fullmatch(asked) if asked else None
        if match is None:
            continue
        documents = called(library.documents(filter), match["noun"])
        if len(documents) < FEWEST:
            return None
        with library.catalog.snapshot():
            return _Each(library, documents, match).answer(form)
    return None


def called(documents: Sequence[DocumentInfo], noun: str) -> list[DocumentInfo]:
    """Return the documents that have a word in title or file name."""
    wanted = set(tokens(noun))
    return [
        document
        for document in documents
        if wanted and wanted <= set(tokens(re.sub(r"[\W_]+", " ", f"{document.title} {file_name(document.source)}")))
    ]


class _Each:
    """One question asked of several documents."""

    def __init__(self, library: Library, documents: Sequence[DocumentInfo], match: re.Match[str]) -> None:
        self.library, self.match = library, match
        self.documents = {document.id: document for document in documents}
        self.noun = match["noun"] if match["noun"].endswith("s") else f"{match['noun']}s"
        self.stems = tuple(query_terms(match["what"])) or tuple(tokens(match["what"]))

    def answer(self, form: str) -> Computed | None:
        """Return the answer to a question of some form."""
        ways = {
            "mention": self._mention, "silent": self._silent, "by": self._by, "tested": self._tested,
            "extreme": self._extreme, "sum": self._sum,
        }  # fmt: skip
        return ways[form]()

    def _told(self, held: dict[str, list[Line]], *, others: str) -> Computed:
        """Return the documents of which something holds, and how many there are."""
        lines = [line for some in held.values() for line in some]
        if not held:
            return Computed(notice=f"None of {len(self.documents):,} {self.noun} do{_and(others)}.", none=True)
        more = f" The first {MOST_LINES} are shown." if len(lines) > MOST_LINES else ""
        said = f"{len(held):,} of {len(self.documents):,} {self.noun} do{_and(others)}.{more}"
        return Computed(tuple(lines[:MOST_LINES]), notice=said)

    def _mention(self) -> Computed | None:
        words = self.match["what"]
        found = self.library.mentions(words, Filter(documents=tuple(self.documents)))
        if not found.complete:
            return None
        held: dict[str, list[Line]] = {}
        pattern = phrase_pattern(words)
        for passage in found.passages:
            if passage.document in held or not (match := pattern.search(passage.text)):
                continue
            at = passage.start + match.start()
            spans = [s for s in passage.sentences if s[0] <= at < s[1]] or [(passage.start, passage.end)]
            held[passage.document] = [Line("", (quote(passage, spans[0]),))]
        silent = len(self.documents) - len(held)
        return self._told(held, others=f"{silent:,} don't mention it" if silent else "")

    def _by(self) -> Computed | None:
        """ "Which contracts were signed by Marta Olsen?" """
        verb, pattern = tokens(self.match["verb"]), phrase_pattern(self.match["what"])
        held: dict[str, list[Line]] = {}
        says = set()
        for passage, (start, end) in sentences_with(self.library, tuple(self.documents), verb):
            says.add(passage.document)
            if pattern.search(passage.text[start - passage.start : end - passage.start]):
                held.setdefault(passage.document, [Line("", (quote(passage, (start, end)),))])
        if not says:
            return None
        otherwise = len(says) - len(held)
        return self._told(held, others=self._rest(otherwise, len(self.documents) - len(says)))

    def _tested(self) -> Computed | None:
        """ "Which leases end in 2026?", "Which have a rent over 2,000 EUR?" """
        kind, test = tested(self.match["test"])
        if kind is None:
            return None
        found = self._facts(kind)
        held: dict[str, list[Line]] = {}
        otherwise = 0
        for document, known in found.items():
            said = {test(fact.value) for fact in known}
            if said == {True}:
                held[document] = [self._line(fact) for fact in known]
            elif said == {False}:
                otherwise += 1
        if not found:
            return None
        return self._told(held, others=self._rest(otherwise, len(self.documents) - len(held) - otherwise))

    def _facts(self, kind: str) -> dict[str, list[Fact]]:
        """Return what the documents say; where none has all the words, of the last of them."""
        wanted = "date" if kind == "date" else "number"
        found = facts(self.library, tuple(self.documents), self.stems, "date" if wanted == "date" else "number")
        if not found and len(self.stems) > 1:
            for stem in self.stems:
                found = found or facts(
                    self.library, tuple(self.documents), (stem,), "date" if wanted == "date" else "number"
                )
        return found

    def _silent(self) -> Computed | None:
        """ "Which leases do not say when they end?" """
        found = self._facts("date") if "when" in self.match.group() else {}
        if not found:
            return None
        silent = [document for document in self.documents if document not in found]
        begins = self.library.first_passages(silent)
        held = {d: [Line(self._name(d), (quote(begins[d], begins[d].sentences[0]),))] for d in silent if d in begins}
        return self._told(held, others=f"{len(found):,} say")

    def _extreme(self) -> Computed | None:
        """ "Which lease has the highest rent?" """
        most = self.match["most"]
        dated = most in ("first", "last", "latest", "earliest")
        known = {d: some[0] for d, some in self._facts("date" if dated else "number").items() if len(some) == 1}
        keys = {d: _key(fact) for d, fact in known.items()}
        if len(known) < FEWEST or len({unit for unit, _ in keys.values()}) != 1:
            return None
        high = re.fullmatch(rf"{_HIGH}|last", most) is not None
        best = (max if high else min)(key for _, key in keys.values())
        held = {d: [self._line(known[d])] for d, (_, key) in keys.items() if key == best}
        silent = len(self.documents) - len(known)
        lines = tuple(line for some in held.values() for line in some)
        return Computed(lines, notice=f"{len(known):,} {self.noun} say{f', {silent:,} don’t' if silent else ''}.")

    def _sum(self) -> Computed | None:
        """ "What is the total of all rents in the leases?" """
        known = {d: some[0] for d, some in self._facts("number").items() if len(some) == 1}
        keys = [_key(fact) for fact in known.values()]
        if len(known) < FEWEST or len({unit for unit, _ in keys}) != 1:
            return None
        values = [key[0] for _, key in keys]
        mean = self.match["most"] == "average"
        result = sum(values) / (len(values) if mean else 1)
        unit = keys[0][0].upper() if len(keys[0][0]) == 3 else keys[0][0]
        written = f"{result:,.2f}".removesuffix(".00")
        said = f"{'Average' if mean else 'Total'} of {len(known):,} {self.noun}: {written} {unit}".rstrip() + "."
        silent = len(self.documents) - len(known)
        quotes = tuple(quote(fact.passage, fact.span) for fact in known.values())
        return Computed((Line(said, quotes[:MOST_LINES]),), notice=f"{silent:,} don't say." if silent else "")

    def _rest(self, otherwise: int, silent: int) -> str:
        parts = [f"{otherwise:,} say otherwise" if otherwise else "", f"{silent:,} don't say" if silent else ""]
        return ", ".join(filter(None, parts))

    def _name(self, document: str) -> str:
        info = self.documents[document]
        return one_line(info.title, limit=TITLE_LENGTH) or file_name(info.source)

    def _line(self, fact: Fact) -> Line:
        return Line(f"{self._name(fact.passage.document)}: {fact.text}", (quote(fact.passage, fact.span),))


def _and(others: str) -> str:
    return f"; {others}" if others else ""


def _key(fact: Fact) -> tuple[str, tuple[float, ...]]:
    """Return the unit of a fact and what orders it."""
    value = fact.value
    if isinstance(value, Date):
        return "date", (float(value.year or 0), float(value.month or 0), float(value.day or 0))
    assert isinstance(value, Number)
    return value.unit, (value.value,)
