"""A document as its sentences, each with the number of the clause that it stands in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from bot.computed.computed import quote
from bot.text.fold import fold

if TYPE_CHECKING:
    from bot.quotes.quoted import Quoted
    from vectorstore.library import Library

_NOUN = r"(?:section|clause|article|art\.|§§?|chapter|annex|appendix|schedule|paragraph|para\.|rule|part)"
_NUMBER = re.compile(
    rf"[#*\s]*(?:{_NOUN}\s*(?P<named>\d{{1,3}}(?:\.\d{{1,3}})*|[A-Z]|[IVX]+)(?![\w%])[.):]?"
    r"|(?P<levels>\d{1,3}(?:\.\d{1,2})+)(?![\w%])[.):]?(?=\s+(?-i:[^\Wa-z\d])|\s*$)"
    r"|(?P<single>\d{1,3})[.):](?=\s)"
    r"|\(?(?P<letter>[a-z]|[ivx]{1,4})\)(?=\s))\s*[*]*\s*",
    re.IGNORECASE,
)
_WORD = re.compile(r"\d+(?:[.,:]\d+)*|\w+(?:['-]\w+)*")


@dataclass(frozen=True)
class Clause:
    """One sentence, heading or row of a document.

    Attributes:
        quoted: Where it stands.
        number: Of the clause that it stands in, such as "4.2" or "4.2(a)"; "" where none is numbered.
        lead: Characters of its text that are its own number: "4.2 " is 4; 0 where it has none.
    """

    quoted: Quoted
    number: str = ""
    lead: int = 0

    @cached_property
    def text(self) -> str:
        """The verbatim sentence."""
        return self.quoted.text

    @cached_property
    def bare(self) -> str:
        """Its words without the number, with blanks, quotes and dashes in one form: what is compared."""
        return " ".join(fold(self.text[self.lead :]).split())

    @cached_property
    def words(self) -> frozenset[str]:
        """Its words, in any case."""
        return frozenset(_WORD.findall(self.bare.casefold()))


def clauses(library: Library, document: str) -> list[Clause]:
    """Return every sentence of a document in order, with the number that it stands under.

    Args:
        library: Holds it.
        document: Its id.
    """
    text = library.text(document)
    found, number = [], ""
    for passage in library.passages_between(document, 0, len(text) + 1):
        for start, end in passage.sentences or ((passage.start, passage.end),):
            own, lead = own_number(text, start, end)
            if own:
                number = _under(number, own)
            found.append(Clause(quote(passage, (start, end)), number, lead))
    return found


def own_number(text: str, start: int, end: int) -> tuple[str, int]:
    """Return the number that a sentence begins with and how many characters it takes; ("", 0) where it has none.

    Only what begins a line is numbered: "… as in 4.2 above" is not.
    """
    if text[text.rfind("\n", 0, start) + 1 : start].strip(" \t#*>"):
        return "", 0
    match = _NUMBER.match(text, start, end)
    if match is None:
        return "", 0
    letter = match["letter"]
    number = f"({letter.lower()})" if letter else match["named"] or match["levels"] or match["single"]
    return number, match.end() - start


def _under(current: str, own: str) -> str:
    """Return a number in full: "(b)" under 4.2(a) is 4.2(b)."""
    return current.partition("(")[0] + own if own.startswith("(") else own
