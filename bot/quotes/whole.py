"""What stands around a sentence and answers with it: the list that is quoted whole, the row of a table with its first
row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median

from bot.question.fit import fits
from bot.question.kind import AnswerType
from bot.question.question import Question
from bot.quotes.quoted import Quoted, cut, is_row
from bot.quotes.rows import COLUMNS, cells, named
from bot.text.lists import AROUND, Listing, listing, too_long
from vectorstore.passage import Passage
from vectorstore.words.tokens import tokens

SOME_ITEMS = "{shown} of the {all} items of a list are quoted."
SOME_ROWS = "{shown} of the {all} rows of a table are quoted."
LONGEST_READ = 30_000
"""Characters before and after an item that are read to count its list."""


def not_all(quotes: Sequence[Quoted], read: Read) -> str:
    """Return, in words, that only some items of a list or rows of a table stand among quotes; "" where not two do."""
    seen: dict[tuple[str, int], set[int]] = {}
    lists: dict[tuple[str, int], Listing] = {}
    for quoted in quotes:
        begin = max(0, quoted.start - LONGEST_READ)
        text = read(quoted.passage.document, begin, quoted.end + LONGEST_READ)
        found = listing(text, quoted.start - begin, quoted.end - begin)
        if found is None:
            continue
        if found.table:
            found = replace(found, items=found.items[1:])
        at = [item[0] for item in found.items if quoted.start < begin + item[1] and begin + item[0] < quoted.end]
        key = (quoted.passage.document, begin + found.items[0][0])
        seen.setdefault(key, set()).update(begin + start for start in at)
        lists[key] = found
    return " ".join(
        (SOME_ROWS if found.table else SOME_ITEMS).format(shown=len(seen[key]), all=f"{len(found.items):,}")
        for key, found in lists.items()
        if 1 < len(seen[key]) < len(found.items)
    )


A_LIST = 0.9
"""Where a list is asked for and the best sentence is one this clearly, only other lists stand beside it …"""
STANDS_OUT = 0.2
"""An item of a list that holds so much more of the question than the others is the answer, not the list."""
Read = Callable[[str, int, int], str]
"""Returns text[start:end] of a document by its id."""


@dataclass(frozen=True, slots=True)
class Lists:
    """Lists and tables around sentences, for one question."""

    question: Question
    weights: Mapping[str, float]
    read: Read | None

    @property
    def kind(self) -> AnswerType:
        """What the question asks for."""
        return self.question.kind

    def around(self, quoted: Quoted) -> tuple[Listing, int, str] | None:
        """Return the list around a sentence, and the text it stands in with the place of that text."""
        if self.read is None:
            return None
        begin = max(0, quoted.start - AROUND)
        text = self.read(quoted.passage.document, begin, quoted.end + AROUND)
        found = listing(text, quoted.start - begin, quoted.end - begin)
        return (found, begin, text) if found else None

    def whole(self, quoted: Quoted) -> Quoted:
        """Return the list that a sentence belongs to, where it answers as a whole, or the row of the table that the
        question names; else the sentence."""
        if self.kind not in ("list", "definition", "other"):
            return quoted
        around = self.around(quoted)
        if around is None:
            return quoted
        found, begin, text = around
        rows = named(text, found, self.question.tokens) if found.table else []
        span = (quoted.start - begin, quoted.end - begin)
        if span in rows or (not rows and (too_long(found) or self._stands_out(quoted, *around))):
            return quoted
        passage = cut(quoted.passage, begin, text, rows[0] if rows else (found.start, found.end))
        return replace(quoted, passage=passage, start=passage.start, end=passage.end)

    def completed(self, chosen: Sequence[Quoted]) -> list[Quoted]:
        """Return what was chosen; where people are asked for and two items of a list answer, that list as a whole."""
        if self.kind != "who":
            return list(chosen)
        groups: dict[tuple[str, int], list[Quoted]] = {}
        wholes: dict[tuple[str, int], Quoted] = {}
        for quoted in chosen:
            around = self.around(quoted)
            if around is None or around[0].table or too_long(around[0]):
                continue
            found, begin, text = around
            key = (quoted.passage.document, begin + found.start)
            passage = cut(quoted.passage, begin, text, (found.start, found.end))
            groups.setdefault(key, []).append(quoted)
            wholes[key] = replace(quoted, passage=passage, start=passage.start, end=passage.end)
        of_lists = {id(quoted): key for key, some in groups.items() if len(some) > 1 for quoted in some}
        kept = {of_lists.get(id(quoted), id(quoted)): quoted for quoted in chosen}
        return [wholes[key] if isinstance(key, tuple) else quoted for key, quoted in kept.items()]

    def with_headers(self, chosen: Sequence[Quoted]) -> list[Quoted]:
        """Return what was chosen, each row of a table with its first row.

        A first row itself only names columns: it stands there only where nothing else does.
        """
        rows = [replace(quoted, header=self._header(quoted)) for quoted in chosen]
        return [row for row in rows if not self._is_header(row)] or rows

    def _is_header(self, quoted: Quoted) -> bool:
        around = self.around(quoted) if is_row(quoted) else None
        if around is None or not around[0].table or len(around[0].items) < 2:
            return False
        found, begin, text = around
        row = found.items[0]
        whole = bool(found.start) or not begin  # where the text read begins within the table, its first row is any
        return whole and begin + row[0] == quoted.start and len(cells(text[slice(*row)])) >= COLUMNS

    def _header(self, quoted: Quoted) -> Passage | None:
        """Return the first row of the table in which a row stands, where it has columns to name."""
        around = self.around(quoted) if is_row(quoted) else None
        if around is None or not around[0].table:
            return None
        found, begin, text = around
        row = found.items[0]
        if begin + row[0] == quoted.start or len(cells(text[slice(*row)])) < COLUMNS or (begin and not found.start):
            return None
        return cut(quoted.passage, begin, text, row)

    def says_less(self, row: Quoted, kept: Quoted) -> bool:
        """Tell whether a row says less of what is asked than one of the same document that is shown."""
        if not (is_row(row) and is_row(kept) and row.passage.document == kept.passage.document):
            return False
        return self._held(row.text) < self._held(kept.text)

    def _held(self, text: str) -> frozenset[str]:
        return frozenset(self.weights).intersection(tokens(text))

    def _stands_out(self, quoted: Quoted, found: Listing, begin: int, text: str) -> bool:
        items = found.items[1:] if found.table else found.items
        others = [item for item in items if not item[0] <= quoted.start - begin < item[1]]
        if len(others) == len(items) or not others:
            return False  # it introduces them
        shares = [self.covered(text[slice(*item)]) for item in others]
        return self.covered(quoted.text) > median(shares) + STANDS_OUT

    def is_clear(self, quoted: Quoted, question: Question) -> bool:
        """Tell whether a list is asked for and a sentence is one."""
        return self.kind == "list" and fits("list", quoted.text, question) >= A_LIST

    def covered(self, text: str) -> float:
        """Return the share of the question's weight whose words a text holds."""
        return sum(self.weights[term] for term in self._held(text))
