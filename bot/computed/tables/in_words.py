"""What a plan comes to, with what it was made from, as a sentence."""

from __future__ import annotations

from collections.abc import Sequence

from bot.computed.tables.plan import ITSELF, Condition, Plan, Relation
from bot.computed.tables.work import NARROWED, Worked
from bot.text.shown import one_line
from vectorstore.tables.cells import clock, seconds
from vectorstore.tables.table import Table

MOST_SUMMANDS = 6
"""Numbers that are written out in a sum."""
LONGEST_CELL = 120
RELATIONS: dict[Relation, str] = {"exactly": "is exactly", "is not": "is not", "has": "has", "has not": "has no"}
"""How a condition on the words of a cell is told."""


def in_words(made: Plan, table: Table, worked: Worked) -> str:
    """Return the value of a plan with what it was made from, as a sentence."""
    name = table.names[made.measure] if made.measure >= 0 else ""
    where = _where(made.conditions, table) + _either(made)
    values = ", ".join(_amount(value, made, worked) for value in worked.values)
    if made.operation == "count":
        return f"{values} of {table.entries:,} rows{where}." if where else f"{values} rows."
    if made.operation == "distinct":
        return f"{values} different values of {table.names[made.target]}{where}."
    if made.operation in ("sum", "mean"):
        kind = "Average" if made.operation == "mean" else "Total"
        return f"{kind} of {name}{where}: {values}{_sum(made, worked)}."
    if made.operation == "share":
        share, part = (_shown(value) for value in worked.values)
        of = f"the total of {name}" if name else "the rows"
        return f"{share} % of {of}{where} ({part} of {_shown(worked.of)})."
    if made.operation == "difference":
        return f"Difference in {name}: {values} ({' and '.join(_cells(worked, made.measure))})."
    if made.operation in ("highest", "lowest"):
        return _ordered(made, name, where, worked)
    if made.operation in ("same", "more", "fewer", "ahead", "behind", "run"):
        return _beside(made, name, where, values, table)
    if made.operation in ("next", "before"):
        beside = one_line(made.choices[0].value)
        return f"{'After' if made.operation == 'next' else 'Before'} “{beside}” in the table: {values}."
    words = {"usual": "Most often in", "rarest": "Least often in", "first": "First", "last": "Last", "values": ""}
    place = f"Number {made.place} from the {made.operation} in" if made.place > 1 else words[made.operation]
    many = f" ({worked.used:,} rows)" if made.operation == "values" and worked.used > 1 else ""
    return f"{place} {table.names[made.target]}{where}: {values}{many}.".lstrip()


def _amount(value: str | float, made: Plan, worked: Worked) -> str:
    """Return a value as it is shown: what times add up to as a time."""
    adds = made.operation in ("sum", "mean", "difference") and not isinstance(value, str)
    timed = adds and any(seconds(cell) is not None for cell in _cells(worked, made.measure))
    return clock(float(value)) if timed else _shown(value)


def _either(made: Plan) -> str:
    """Return between which values an answer chooses, where the operation does not say it."""
    if made.operation not in NARROWED or not made.choices:
        return ""
    return f", of {' and '.join(f'“{one_line(choice.value)}”' for choice in made.choices)}"


def _beside(made: Plan, name: str, where: str, values: str, table: Table) -> str:
    """Return what is told of the rows held against one, or of those under one another."""
    if made.operation == "run":
        return f"At most {values} rows under one another{where}."
    beside = one_line(made.choices[0].value)
    if made.operation == "same":
        return f"{table.names[made.target]} with the same {name} as “{beside}”{where}: {values}."
    if made.operation in ("ahead", "behind"):
        return f"{values} rows {'above' if made.operation == 'ahead' else 'below'} “{beside}” in the table{where}."
    more = "more" if made.operation == "more" else "less"
    return f"{values} of {table.entries:,} rows have {more} {name} than “{beside}”{where}."


def none_in_words(made: Plan, table: Table) -> str:
    """Return that no row meets the conditions of a plan."""
    return f"None of {table.entries:,} rows{_where(made.conditions, table)}."


def _ordered(made: Plan, name: str, where: str, worked: Worked) -> str:
    kind = "Highest" if made.operation == "highest" else "Lowest"
    kind = f"Number {made.place} from the {kind.lower()}" if made.place > 1 else kind
    best = _cells(worked, made.measure)
    if made.most > 1:
        cells = [_shown(value) for value in worked.values]
        listed = "; ".join(f"{cell}, {amount}" for cell, amount in zip(cells, best, strict=False))
        tie = f" ({len(cells)}, since the last are equal)" if len(cells) > made.most else ""
        return f"{kind} {made.most} by {name}{where}: {listed}{tie}."
    tie = f" ({len(worked.values)} are equal)" if len(worked.values) > 1 else ""
    values = ", ".join(_shown(value) for value in worked.values)
    return f"{kind} {name}{where}: {values if made.target == ITSELF else f'{values}, {best[0]}'}{tie}."


def _where(conditions: Sequence[Condition], table: Table) -> str:
    parts = []
    for condition in conditions:
        name = table.names[condition.columns[0]]
        quoted = [f"“{one_line(value)}”" for value in (condition.value, *condition.others)]
        if condition.bound is not None:
            parts += [f"{name} is {one_line(condition.value)}"] if condition.value else []
        elif condition.relation == "is not" and condition.others:
            parts.append(f"{name} is neither {' nor '.join(quoted)}")
        else:
            parts.append(f"{name} {RELATIONS.get(condition.relation, 'is')} {' or '.join(quoted)}")
    return f" where {' and '.join(parts)}" if parts else ""


def _cells(worked: Worked, column: int) -> list[str]:
    return [one_line(row.cells[column], limit=LONGEST_CELL) for _, row in worked.rows]


def _sum(made: Plan, worked: Worked) -> str:
    """Return what was added: "(1,200 + 800)", or of how many rows."""
    if worked.used == 1:
        return ""
    if worked.used > MOST_SUMMANDS:
        return f" ({worked.used:,} rows)"
    added = " + ".join(_cells(worked, made.measure))
    return f" (({added}) ÷ {worked.used})" if made.operation == "mean" else f" ({added})"


def _shown(value: str | float) -> str:
    if isinstance(value, str):
        return one_line(value, limit=LONGEST_CELL)
    return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}".rstrip("0")
