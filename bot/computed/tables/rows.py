"""The answer that rows give: the value, how it came about in words, and the rows as footnotes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from bot.computed.computed import Computed, Line, quote
from bot.computed.tables.grammar import plan
from bot.computed.tables.mention import stems
from bot.computed.tables.plan import ITSELF, Condition, Plan
from bot.computed.tables.table import Table, tables
from bot.computed.tables.work import Worked, work
from bot.text.shown import one_line
from vectorstore.document import file_name
from vectorstore.passage import Filter

if TYPE_CHECKING:
    from bot.question.question import Question
    from vectorstore.library import Library
    from vectorstore.records import DocumentInfo

LOOKED_AT = 12
"""Passages found for a question among which its table must be."""
MOST_DOCUMENTS = 6
"""Documents whose tables are tried, at most."""
MOST_FOOTNOTES = 20
"""Rows that are footnotes of one answer; it says how many more there are."""
MOST_SUMMANDS = 6
"""Numbers that are written out in a sum."""
LONGEST_CELL = 120


def rows_answer(question: Question, library: Library, filter: Filter | None) -> Computed | None:
    """Return what the rows of one table answer; None where no table does, or more than one."""
    if not library.lookup.has_tables():
        return None
    found = [
        (document, table, made, worked)
        for document, table in _candidates(question, library, filter)
        if (made := plan(question.text, table, about=_about(document))) and (worked := work(made, table))
    ]
    if len(found) != 1:
        return None
    return _told(library, *found[0])


def _candidates(question: Question, library: Library, filter: Filter | None) -> Iterator[tuple[DocumentInfo, Table]]:
    passages = library.search(question.text, limit=LOOKED_AT, filter=filter).passages
    ids = list(dict.fromkeys(passage.document for passage in passages if passage.kind == "table"))[:MOST_DOCUMENTS]
    if not ids:
        return
    for document in library.documents(Filter(documents=tuple(ids))):
        for table in tables(library.text(document.id)):
            yield document, table


def _about(document: DocumentInfo) -> frozenset[str]:
    """Return the stems by which a question may speak of a whole document."""
    return frozenset(stems(document.title) + stems(file_name(document.source).rpartition(".")[0].replace("_", " ")))


def _told(library: Library, document: DocumentInfo, table: Table, made: Plan, worked: Worked) -> Computed:
    shown = worked.rows[:MOST_FOOTNOTES]
    spans = [table.heading, *((row.start, row.end) for row in shown)]
    passages = library.passages_at(document.id, [start for start, _ in spans])
    quotes = tuple(quote(passage, span) for passage, span in zip(passages, spans, strict=True))
    more = len(worked.rows) - len(shown)
    notices = [f"{more:,} more rows count and are not shown." if more > 1 else "1 more row counts." if more else ""]
    if worked.left_out:
        plural = "s have" if worked.left_out > 1 else " has"
        notices.append(
            f"{worked.left_out:,} row{plural} no number there and do{'' if worked.left_out > 1 else 'es'} not count."
        )
    return Computed((Line(in_words(made, table, worked), quotes),), notice=" ".join(filter(None, notices)))


def in_words(made: Plan, table: Table, worked: Worked) -> str:
    """Return the value of a plan with what it was made from, as a sentence."""
    name = table.columns[made.measure] if made.measure >= 0 else ""
    where = _where(made.conditions, table)
    values = ", ".join(_shown(value) for value in worked.values)
    if made.operation == "count":
        return f"{values} of {len(table.entries):,} rows{where}." if where else f"{values} rows."
    if made.operation == "distinct":
        return f"{values} different values of {table.columns[made.target]}{where}."
    if made.operation in ("sum", "mean"):
        kind = "Average" if made.operation == "mean" else "Total"
        return f"{kind} of {name}{where}: {values}{_sum(made, worked)}."
    if made.operation == "difference":
        return f"Difference in {name}: {values} ({' and '.join(_cells(worked, made.measure))})."
    if made.operation in ("highest", "lowest"):
        kind = "Highest" if made.operation == "highest" else "Lowest"
        best = _cells(worked, made.measure)[0]
        tie = f" ({len(worked.values)} are equal)" if len(worked.values) > 1 else ""
        return f"{kind} {name}{where}: {values if made.target == ITSELF else f'{values}, {best}'}{tie}."
    if made.operation in ("next", "before"):
        beside = one_line(made.choices[0].value)
        return f"{'After' if made.operation == 'next' else 'Before'} “{beside}” in the table: {values}."
    words = {"usual": "Most often in", "rarest": "Least often in", "first": "First", "last": "Last", "values": ""}
    return f"{words[made.operation]} {table.columns[made.target]}{where}: {values}.".lstrip()


def _where(conditions: Sequence[Condition], table: Table) -> str:
    parts = []
    for condition in conditions:
        name = table.columns[condition.columns[0]]
        if condition.relation == "is":
            parts.append(f"{name} is “{one_line(condition.value)}”")
        else:
            words = {">": "more than", "<": "less than", ">=": "at least", "<=": "at most"}[condition.relation]
            parts.append(f"{name} is {words} {condition.value}")
    return f" where {' and '.join(parts)}" if parts else ""


def _cells(worked: Worked, column: int) -> list[str]:
    return [one_line(row.cells[column], limit=LONGEST_CELL) for row in worked.rows]


def _sum(made: Plan, worked: Worked) -> str:
    """Return what was added: "(1,200 + 800)", or of how many rows."""
    cells = _cells(worked, made.measure)
    if len(cells) == 1:
        return ""
    if len(cells) > MOST_SUMMANDS:
        return f" ({len(cells):,} rows)"
    added = " + ".join(cells)
    return f" (({added}) ÷ {len(cells)})" if made.operation == "mean" else f" ({added})"


def _shown(value: str | float) -> str:
    if isinstance(value, str):
        return one_line(value, limit=LONGEST_CELL)
    return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}".rstrip("0")
