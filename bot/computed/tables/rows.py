"""The answer that rows give: the value, how it came about in words, and the rows as footnotes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from bot.computed.computed import Computed, Line, quote
from bot.computed.tables.grammar import plan
from bot.computed.tables.in_words import in_words, none_in_words
from bot.computed.tables.plan import Plan
from bot.computed.tables.vocabulary import PEOPLE
from bot.computed.tables.weighed import weighed
from bot.computed.tables.work import Worked, nothing_meets, work
from vectorstore.document import file_name
from vectorstore.passage import Filter, Passage
from vectorstore.tables.cells import stems

if TYPE_CHECKING:
    from bot.question.question import Question
    from vectorstore.library import Library
    from vectorstore.records import DocumentInfo
    from vectorstore.tables.parse import Span
    from vectorstore.tables.table import Part, Table

LOOKED_AT = 12
"""Passages found for a question among which its table must be."""
MOST_DOCUMENTS = 12
"""Documents whose tables are tried, at most."""
MOST_TABLES = 40
"""Tables of a document that are tried; of one with more, as a bank's annual report has, those in which a passage was
found."""
MOST_OTHERS = 4
"""Documents found first that are looked through for records, though no table of theirs was found."""
MOST_OF_IT = 0.9
"""Of a document's text, the share that a table must be for the document to be that table."""
MAY_ASK = re.compile(
    r"\b(?:how|which|what|who|when|where|whose|list|name|show|total|sum|average|number|share|percentage|top|tell|give)\b",
    re.IGNORECASE,
)
ORDINALS = ("first", "second", "third", "fourth")


@dataclass(frozen=True, slots=True)
class _Fit:
    """A table that a question can be asked of, and what it comes to there."""

    document: DocumentInfo
    table: Table
    plan: Plan
    worked: Worked


def rows_answer(question: Question, library: Library, filter: Filter | None) -> Computed | None:
    """Return what the rows of a table answer, or of several under one heading; None where two could be meant."""
    if not MAY_ASK.search(question.text):
        return None
    with library.catalog.snapshot():
        fits = list(_fits(question, library, filter))
        met = [fit for fit in fits if fit.worked.met]
        if fits and not met:
            return Computed(notice=none_in_words(fits[0].plan, fits[0].table), none=True) if len(fits) == 1 else None
        found = _chosen(question.text, met)
        if not found:
            return None
        if len(found) == 1:
            return _told(library, found[0].table, found[0].plan, found[0].worked)
        table = found[0].table.joined([fit.table for fit in found[1:]])
        worked = work(found[0].plan, table)
        return _told(library, table, found[0].plan, worked) if worked else None


def _fits(question: Question, library: Library, filter: Filter | None) -> Iterator[_Fit]:
    candidates = list(_candidates(question, library, filter))
    given = len(candidates) == 1 and _is_given(*candidates[0], library, filter)
    for document, table in candidates:
        about = _about(document)
        made = plan(question.text, table, about=about)
        worked = work(made, table) if made else None
        if made and worked is None and nothing_meets(made, table):
            worked = Worked((), (), 0, 0)
        if made and worked:
            yield _Fit(document, table, made, worked)
        elif found := weighed(question.text, table, about=about, given=given):
            yield _Fit(document, table, found.plan, found.worked)


def _is_given(document: DocumentInfo, table: Table, library: Library, filter: Filter | None) -> bool:
    """Tell whether a person chose this one table: the only document of the filter, and little else in it."""
    if filter is None or not (filter.documents or filter.sources):
        return False
    ends = table.read(f"SELECT max(end) FROM table_rows WHERE {table.here}")
    length = int(ends[0][0] or 0) - table.parts[0].heading[0]
    return length >= MOST_OF_IT * document.characters and [info.id for info in library.documents(filter)] == [
        document.id
    ]


def _candidates(question: Question, library: Library, filter: Filter | None) -> Iterator[tuple[DocumentInfo, Table]]:
    passages = library.search(question.text, limit=LOOKED_AT, filter=filter).passages
    found = dict.fromkeys(passage.document for passage in passages)
    tabled = {passage.document for passage in passages if passage.kind == "table"}
    ids = [document for i, document in enumerate(found) if document in tabled or i < MOST_OTHERS][:MOST_DOCUMENTS]
    documents = {document.id: document for document in library.documents(Filter(documents=tuple(ids)))} if ids else {}
    for id, tables in groupby(library.tables(ids) if ids else (), lambda table: table.parts[0].document):
        of_one = list(tables)
        if len(of_one) > MOST_TABLES:
            of_one = [table for table in of_one if any(_holds(table, passage) for passage in passages)]
        for table in of_one:
            yield documents[id], table


def _holds(table: Table, passage: Passage) -> bool:
    """Tell whether a passage stands in a table, its heading included."""
    if passage.document != table.parts[0].document:
        return False
    ((end,),) = table.read(f"SELECT max(end) FROM table_rows WHERE {table.here}")
    return table.parts[0].heading[0] < passage.end and passage.start < int(end or 0)


def _chosen(text: str, found: Sequence[_Fit]) -> list[_Fit]:
    """Return the one that is meant, or all under one heading whose rows belong together; none where it is not clear.

    Where tables of one document come to the same, as a sheet and its chart do, the first of them is meant.
    """
    if len(found) < 2:
        return list(found)
    people = [fit for fit in found if set(stems(fit.table.names[fit.plan.target])) & PEOPLE]
    if len(people) == 1 and re.match(r"who\b", text, re.IGNORECASE) and found[0].plan.operation == "values":
        return people
    asked = set(stems(text))
    named = [len(asked & _about(fit.document)) for fit in found]
    if named.count(max(named)) == 1 and not _OF_ALL & set(text.casefold().split()):
        return [found[named.index(max(named))]]
    in_one = len({fit.document.id for fit in found}) == 1
    if in_one and all(fit.worked.values == found[0].worked.values for fit in found):
        return [found[0]]
    same = [fit for fit in found if fit.table.names == found[0].table.names and fit.plan == found[0].plan]
    adds_up = found[0].plan.operation in ("sum", "mean", "count", "highest", "lowest", "share", "values")
    return same if len(same) == len(found) and adds_up else []


_OF_ALL = frozenset("all together altogether combined overall every whole across quarters months years".split())
"""Words that ask for all of several tables."""


def _about(document: DocumentInfo) -> frozenset[str]:
    """Return the stems by which a question may speak of a whole document: of "sales-2024-q2" also "second quarter"."""
    name = re.sub(r"[._-]", " ", file_name(document.source))
    found = {*stems(document.title), *stems(name), *name.casefold().split()}
    for number, ordinal in enumerate(ORDINALS, start=1):
        if f"q{number}" in found:
            found |= {*stems(ordinal), *stems("quarter"), *stems("quarters")}
    return frozenset(found)


def _spans(table: Table, worked: Worked) -> Iterator[tuple[Part, Span]]:
    """Yield what is quoted: the headings, each once, and the rows; of a record its name and its values."""
    headed = set()
    for at, row in worked.rows:
        part = table.part(at)
        text = part.read(row.start, row.end)
        name, _, values = text.partition("\n")
        if not values and part.id not in headed:
            headed.add(part.id)
            yield part, part.heading
        yield part, (row.start, row.start + len(name))
        if values:
            yield part, (row.end - len(values.lstrip()), row.end)


def _told(library: Library, table: Table, made: Plan, worked: Worked) -> Computed:
    quotes = []
    for part, (start, end) in _spans(table, worked):
        (passage,) = library.passages_at(part.document, [start])
        quotes.append(quote(passage, (start, min(end, passage.end))))
    more = worked.used - len(worked.rows)
    notices = [
        f"The first {len(worked.rows)} of {worked.used:,} rows are footnotes; all of them count." if more else ""
    ]
    if worked.left_out:
        plural = "s have" if worked.left_out > 1 else " has"
        notices.append(
            f"{worked.left_out:,} row{plural} no number there and do{'' if worked.left_out > 1 else 'es'} not count."
        )
    names = {part.document: "" for part in table.parts}
    if len(names) > 1:
        files = [file_name(document.source) for document in library.documents(Filter(documents=tuple(names)))]
        notices.append(f"Rows of {len(files)} tables under the same heading: {', '.join(files)}.")
    return Computed((Line(in_words(made, table, worked), tuple(quotes)),), notice=" ".join(filter(None, notices)))
