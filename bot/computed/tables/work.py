"""A plan worked out: the values, and the rows that they rest on."""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.computed.tables.mention import stems
from bot.computed.tables.plan import Condition, Plan
from bot.computed.tables.table import EMPTY, Row, Table, number

_RELATIONS: dict[str, Callable[[float, float], bool]] = {
    ">": operator.gt, "<": operator.lt, ">=": operator.ge, "<=": operator.le,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Worked:
    """What a plan comes to.

    Attributes:
        values: The answer: cells as they are written, or numbers.
        rows: The rows that it rests on, in the order of the table.
        met: How many rows met the conditions.
        left_out: Rows that met them and hold no number to count with.
    """

    values: tuple[str | float, ...]
    rows: tuple[Row, ...]
    met: int
    left_out: int = 0


def work(plan: Plan, table: Table) -> Worked | None:
    """Return what a plan comes to; None where the table does not say: no row meets it, or a cell is no number."""
    if any(condition.relation == "is" and _is_ambiguous(table, condition) for condition in plan.conditions):
        return None
    met = [i for i in table.entries if all(meets(table, i, c) for c in plan.conditions)]
    ways = {
        "count": _count, "distinct": _distinct, "sum": _sum, "mean": _sum, "highest": _extreme, "lowest": _extreme,
        "usual": _usual, "rarest": _usual, "difference": _difference, "next": _neighbour, "before": _neighbour,
        "first": _placed, "last": _placed, "values": _values,
    }  # fmt: skip
    return ways[plan.operation](plan, table, met) if met else None


def meets(table: Table, row: int, condition: Condition) -> bool:
    """Tell whether a row meets a condition."""
    if condition.relation == "is":
        return any(holds(table.rows[row].cells[column], condition.value) for column in condition.columns)
    value, bound = table.numbers[condition.columns[0]][row], number(condition.value)
    return value is not None and bound is not None and _RELATIONS[condition.relation](value, bound)


def _is_ambiguous(table: Table, condition: Condition) -> bool:
    """Tell whether a value is a whole cell in some rows and a part of a longer one in others."""
    name = stems(condition.value)
    for column in condition.columns:
        for row in table.rows:
            cell = stems(row.cells[column])
            inside = any(cell[i : i + len(name)] == name for i in range(len(cell) - len(name) + 1))
            if inside and not holds(row.cells[column], condition.value):
                return True
    return False


def holds(cell: str, value: str) -> bool:
    """Tell whether a cell is a value, or lists it among others."""
    name = stems(value)
    return stems(cell) == name or any(
        stems(part) == name for part in cell.replace(";", ",").replace("/", ",").split(",")
    )


def _rows(table: Table, indexes: Sequence[int]) -> tuple[Row, ...]:
    return tuple(table.rows[i] for i in indexes)


def _count(_: Plan, table: Table, met: list[int]) -> Worked:
    return Worked((float(len(met)),), _rows(table, met), len(met))


def _distinct(plan: Plan, table: Table, met: list[int]) -> Worked:
    seen: dict[str, int] = {}
    for i in met:
        cell = table.rows[i].cells[plan.target]
        if cell.casefold() not in EMPTY:
            seen.setdefault(cell.casefold(), i)
    return Worked((float(len(seen)),), _rows(table, list(seen.values())), len(met))


def _sum(plan: Plan, table: Table, met: list[int]) -> Worked | None:
    known = [(i, value) for i in met if (value := table.numbers[plan.measure][i]) is not None]
    if not known:
        return None
    total = sum(value for _, value in known)
    result = total / len(known) if plan.operation == "mean" else total
    return Worked((_rounded(result),), _rows(table, [i for i, _ in known]), len(met), len(met) - len(known))


def _rounded(value: float) -> float:
    return round(value, 10)


def _order(plan: Plan, table: Table, met: list[int]) -> list[tuple[int, float | tuple[int, int, int]]]:
    if table.is_numeric(plan.measure):
        return [(i, value) for i in met if (value := table.numbers[plan.measure][i]) is not None]
    return [(i, day) for i in met if (day := table.moments[plan.measure][i]) is not None]


def _extreme(plan: Plan, table: Table, met: list[int]) -> Worked | None:
    if plan.choices:
        met = [i for i in met if any(holds(table.rows[i].cells[plan.target], c.value) for c in plan.choices)]
    ordered = _order(plan, table, met)
    if not ordered or (plan.choices and len(ordered) != 2):
        return None
    pick = max if plan.operation == "highest" else min
    best = pick(value for _, value in ordered)
    rows = [i for i, value in ordered if value == best]
    if plan.choices and len(rows) != 1:
        return None
    column = plan.target if plan.target >= 0 else plan.measure
    values = dict.fromkeys(table.rows[i].cells[column] for i in rows)
    return Worked(tuple(values), _rows(table, rows), len(met), len(met) - len(ordered))


def _usual(plan: Plan, table: Table, met: list[int]) -> Worked | None:
    cells = [table.rows[i].cells[plan.target] for i in met if table.rows[i].cells[plan.target].casefold() not in EMPTY]
    counted = Counter(cells)
    if not counted:
        return None
    times = (max if plan.operation == "usual" else min)(counted.values())
    values = [cell for cell in counted if counted[cell] == times]
    rows = [i for i in met if table.rows[i].cells[plan.target] in values]
    return Worked(tuple(values), _rows(table, rows), len(met))


def _difference(plan: Plan, table: Table, met: list[int]) -> Worked | None:
    found = []
    for choice in plan.choices:
        rows = [i for i in met if any(holds(table.rows[i].cells[c], choice.value) for c in choice.columns)]
        if len(rows) != 1 or table.numbers[plan.measure][rows[0]] is None:
            return None
        found.append(rows[0])
    one, other = (table.numbers[plan.measure][i] or 0.0 for i in found)
    return Worked((_rounded(abs(one - other)),), _rows(table, found), 2)


def _neighbour(plan: Plan, table: Table, met: list[int]) -> Worked | None:
    (choice,) = plan.choices
    here = [i for i in met if any(holds(table.rows[i].cells[c], choice.value) for c in choice.columns)]
    if len(here) != 1:
        return None
    there = here[0] + (1 if plan.operation == "next" else -1)
    if not 0 <= there < len(table.rows):
        return None
    return Worked((table.rows[there].cells[plan.target],), _rows(table, sorted((here[0], there))), 1)


def _placed(plan: Plan, table: Table, met: list[int]) -> Worked:
    row = met[0] if plan.operation == "first" else met[-1]
    return Worked((table.rows[row].cells[plan.target],), _rows(table, [row]), len(met))


def _values(plan: Plan, table: Table, met: list[int]) -> Worked | None:
    filled = [i for i in met if table.rows[i].cells[plan.target].casefold() not in EMPTY]
    values = tuple(dict.fromkeys(table.rows[i].cells[plan.target] for i in filled))
    return Worked(values, _rows(table, filled), len(met)) if values else None
