"""A plan worked out by SQLite: the values, and the rows that they rest on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.computed.tables.mention import CellMention
from bot.computed.tables.plan import ITSELF, Condition, Plan
from vectorstore.tables.cells import stems
from vectorstore.tables.parse import Row
from vectorstore.tables.table import At, Table

MOST_ROWS = 20
"""Rows of a sum or a count that are kept to be shown; all of them are counted."""
MOST_LISTED = 100
"""Rows of a list that are kept to be shown."""
MOST_VALUES = 2000
"""Values of one answer."""
MOST_CELLS = 500
"""Different cells that one value may name."""
NARROWED = frozenset({"count", "sum", "mean", "values", "usual", "rarest", "first", "last"})
"""Operations over the rows that hold one of the choices."""


@dataclass(frozen=True, slots=True)
class Worked:
    """What a plan comes to.

    Attributes:
        values: The answer: cells as they are written, or numbers.
        rows: The first of the rows that it rests on.
        used: How many rows it rests on.
        met: How many rows met the conditions.
        left_out: Rows that met them and hold no number to count with.
        of: What a share is a share of.
    """

    values: tuple[str | float, ...]
    rows: tuple[tuple[At, Row], ...]
    used: int
    met: int
    left_out: int = 0
    of: float = 0.0


@dataclass(frozen=True, slots=True)
class _Asked:
    """A plan with its conditions as SQL."""

    plan: Plan
    table: Table
    where: str
    values: tuple[object, ...]
    met: int

    def number(self, what: str, *, measured: bool = False) -> float:
        """Return one number that SQLite works out over the rows that meet the conditions."""
        where = " AND ".join(filter(None, [self.where, self.measured if measured else ""]))
        ((found,),) = self.table.select(what, where, self.values)
        return float(found) if isinstance(found, int | float) else 0.0

    @property
    def measured(self) -> str:
        """The condition that the measure holds a number or a date."""
        return f"typeof(v{self.plan.measure}) IN ('real', 'integer')"

    def rows(self, *more: str, order: str = "tab, row", most: int = MOST_ROWS) -> list[At]:
        """Return the first rows that meet the conditions, and others."""
        where = " AND ".join(filter(None, [self.where, *more]))
        found = self.table.select("tab, row", where, self.values, then=f"ORDER BY {order} LIMIT {most}")
        return [At(int(part or 0), int(row or 0)) for part, row in found]

    def worked(self, values: Sequence[str | float], rows: Sequence[At], *, used: int, left_out: int = 0) -> Worked:
        """Return a result."""
        most = MOST_LISTED if self.plan.operation == "values" else MOST_ROWS
        shown = tuple((at, self.table.row(at)) for at in rows[:most])
        return Worked(tuple(values), shown, used, self.met, left_out)


def work(plan: Plan, table: Table) -> Worked | None:
    """Return what a plan comes to; None where the table does not say: no row meets it, or a cell is no number."""
    if any(condition.relation == "is" and _is_ambiguous(table, condition) for condition in plan.conditions):
        return None
    ways = {
        "count": _count, "distinct": _distinct, "sum": _sum, "mean": _sum, "highest": _extreme, "lowest": _extreme,
        "usual": _usual, "rarest": _usual, "difference": _difference, "next": _neighbour, "before": _neighbour,
        "first": _placed, "last": _placed, "values": _values, "share": _share, "same": _same, "more": _compared,
        "fewer": _compared, "ahead": _beside, "behind": _beside,
        "run": _run,
    }  # fmt: skip
    asked = _asked(plan, table)
    return ways[plan.operation](asked) if asked.met else None


def nothing_meets(plan: Plan, table: Table) -> bool:
    """Tell whether it is certain that no row meets the conditions."""
    unsure = any(condition.relation == "is" and _is_ambiguous(table, condition) for condition in plan.conditions)
    return bool(plan.conditions) and not unsure and not _asked(plan, table).met


def _asked(plan: Plan, table: Table) -> _Asked:
    parts = [_met(table, condition) for condition in plan.conditions]
    if plan.operation in NARROWED and plan.choices:
        either = [_chosen(table, choice) for choice in plan.choices]
        parts.append((f"({' OR '.join(sql for sql, _ in either)})", [v for _, some in either for v in some]))
    where, values = " AND ".join(sql for sql, _ in parts), tuple(value for _, some in parts for value in some)
    met = int(_Asked(plan, table, where, values, 0).number("count(*)"))
    return _Asked(plan, table, where, values, met)


def _met(table: Table, condition: Condition) -> tuple[str, list[object]]:
    """Return what a condition is in SQL, and the values of its marks."""
    if condition.bound is not None:
        column = condition.columns[0]
        return f"(typeof(v{column}) IN ('real', 'integer') AND v{column} {condition.relation} ?)", [condition.bound]
    within, exactly = condition.relation in ("has", "has not"), condition.relation == "exactly"
    wanted = (condition.value, *condition.others)
    either = [_holds(table, condition.columns, value, within=within, exactly=exactly) for value in wanted]
    sql, values = f"({' OR '.join(sql for sql, _ in either)})", [value for _, some in either for value in some]
    return (f"NOT coalesce({sql}, 0)", values) if condition.relation in ("is not", "has not") else (sql, values)


def _chosen(table: Table, choice: CellMention) -> tuple[str, list[object]]:
    """Return the condition that a row holds a choice."""
    if choice.bound is not None:
        return f"v{choice.columns[0]} = ?", [choice.bound]
    return _holds(table, choice.columns, choice.value, within=choice.within)


def _holds(
    table: Table, columns: Sequence[int], value: str, *, within: bool = False, exactly: bool = False
) -> tuple[str, list[object]]:
    """Return the condition that one of some columns holds a value, lists it among others, or has it in its words.

    Exactly: where cells are written as the value is, others with the same stems do not count.
    """
    parts: list[str] = []
    values: list[object] = []
    name = " ".join(stems(value))
    for column in columns:
        named = table.cells_within(column, name) if within else table.cells_with(column, name)
        same = [cell for cell in named if cell.casefold() == value.casefold()] if exactly else []
        cells = {table.typed(column, cell) for cell in (same or named)[:MOST_CELLS]}
        if cells:
            parts.append(f"v{column} IN ({', '.join('?' * len(cells))})")
            values += list(cells)
    return (f"({' OR '.join(parts)})", values) if parts else ("0", [])


def _is_ambiguous(table: Table, condition: Condition) -> bool:
    """Tell whether a value is a whole cell in some rows and a part of a longer one in others."""
    names = [" ".join(stems(value)) for value in (condition.value, *condition.others)]
    return any(table.holds_within(column, name) for column in condition.columns for name in names)


def _count(asked: _Asked) -> Worked:
    return asked.worked([float(asked.met)], asked.rows(), used=asked.met)


def _distinct(asked: _Asked) -> Worked:
    column = f"v{asked.plan.target}"
    found = list(
        asked.table.select(
            "min(row), tab", " AND ".join(filter(None, [asked.where, f"{column} IS NOT NULL"])), asked.values,
            then=f"GROUP BY lower({column}) ORDER BY tab, min(row)",
        )
    )  # fmt: skip
    rows = [At(int(part or 0), int(row or 0)) for row, part in found]
    return asked.worked([float(len(rows))], rows, used=len(rows))


def _sum(asked: _Asked) -> Worked | None:
    column = f"v{asked.plan.measure}"
    known = int(asked.number("count(*)", measured=True))
    if not known:
        return None
    what = "avg" if asked.plan.operation == "mean" else "sum"
    result = round(asked.number(f"{what}({column})", measured=True), 10)
    return asked.worked([result], asked.rows(asked.measured), used=known, left_out=asked.met - known)


def _share(asked: _Asked) -> Worked | None:
    """Return the share of the rows that meet the conditions, or of what they come to, in percent."""
    whole = _Asked(asked.plan, asked.table, "", (), asked.table.entries)
    if asked.plan.measure < 0:
        part, of, used = float(asked.met), float(whole.met), asked.met
        rows = asked.rows()
    else:
        column = f"v{asked.plan.measure}"
        if asked.number(f"min({column})", measured=True) < 0:
            return None
        part, of = asked.number(f"sum({column})", measured=True), whole.number(f"sum({column})", measured=True)
        used, rows = int(asked.number("count(*)", measured=True)), asked.rows(asked.measured)
    if not of or not used:
        return None
    shown = tuple((at, asked.table.row(at)) for at in rows)
    return Worked((round(100 * part / of, 1), part), shown, used, asked.met, asked.met - used, of)


def _extreme(asked: _Asked) -> Worked | None:
    plan, table = asked.plan, asked.table
    column = f"v{plan.measure}"
    if plan.choices:
        parts = [_chosen(table, replace(choice, columns=(plan.target,))) for choice in plan.choices]
        where = " AND ".join(filter(None, [asked.where, f"({' OR '.join(sql for sql, _ in parts)})"]))
        asked = _Asked(plan, table, where, (*asked.values, *(v for _, some in parts for v in some)), asked.met)
    known = int(asked.number("count(*)", measured=True))
    if not known or known < plan.most or (plan.choices and known != 2):
        return None
    order = f"{column} {'DESC' if plan.operation == 'highest' else 'ASC'}, tab, row"
    last = plan.most + plan.place - 1
    if known < last:
        return None
    first = asked.rows(asked.measured, order=order, most=plan.most)
    where = " AND ".join(filter(None, [asked.where, asked.measured]))
    skipped = f"ORDER BY {order} LIMIT 1 OFFSET {last - 1}"
    ((bound,),) = table.select(column, where, asked.values, then=skipped)
    sign = "=" if plan.place > 1 else ">=" if plan.operation == "highest" else "<="
    narrowed = _Asked(plan, table, " AND ".join(filter(None, [where, f"{column} {sign} ?"])), (*asked.values, bound), 0)
    equal = int(narrowed.number("count(*)"))
    if plan.choices and equal != 1:
        return None
    again = equal > len(first) or plan.place > 1
    rows = narrowed.rows(order=order, most=max(MOST_ROWS, plan.most)) if again else first
    target = plan.measure if plan.target == ITSELF else plan.target
    values = [table.row(at).cells[target] for at in rows]
    values = values if plan.most > 1 else list(dict.fromkeys(values))
    return Worked(tuple(values), tuple((at, table.row(at)) for at in rows), equal, asked.met, asked.met - known)


def _usual(asked: _Asked) -> Worked | None:
    column = f"v{asked.plan.target}"
    where = " AND ".join(filter(None, [asked.where, f"{column} IS NOT NULL"]))
    way = "DESC" if asked.plan.operation == "usual" else "ASC"
    then = f"GROUP BY {column} ORDER BY count(*) {way}, min(tab), min(row) LIMIT {MOST_ROWS}"
    found = list(asked.table.select(f"{column}, count(*), min(tab), min(row)", where, asked.values, then=then))
    if not found:
        return None
    best = [row for row in found if row[1] == found[0][1]]
    values = [asked.table.row(At(int(part or 0), int(row or 0))).cells[asked.plan.target] for _, _, part, row in best]
    marks = ", ".join("?" * len(best))
    same = _Asked(
        asked.plan, asked.table, f"{where} AND {column} IN ({marks})", (*asked.values, *(r[0] for r in best)), 0
    )
    return asked.worked(values, same.rows(), used=int(same.number("count(*)")))


def _difference(asked: _Asked) -> Worked | None:
    found, numbers = [], []
    for choice in asked.plan.choices:
        rows = _rows_of(asked, choice)
        if len(rows) != 1:
            return None
        ((value,),) = asked.table.select(f"v{asked.plan.measure}", "tab = ? AND row = ?", (rows[0].part, rows[0].row))
        if not isinstance(value, float):
            return None
        found.append(rows[0])
        numbers.append(value)
    return asked.worked([round(abs(numbers[0] - numbers[1]), 10)], found, used=2)


def _rows_of(asked: _Asked, choice: CellMention) -> list[At]:
    """Return the rows that meet the conditions and hold a value."""
    sql, values = _chosen(asked.table, choice)
    where = " AND ".join(filter(None, [asked.where, sql]))
    found = asked.table.select("tab, row", where, (*asked.values, *values), then=f"ORDER BY tab, row LIMIT {MOST_ROWS}")
    return [At(int(part or 0), int(row or 0)) for part, row in found]


def _neighbour(asked: _Asked) -> Worked | None:
    (choice,) = asked.plan.choices
    here = _rows_of(asked, choice)
    if not here or here[-1].part != here[0].part or here[-1].row - here[0].row != len(here) - 1:
        return None  # rows with the same cell are one where they stand under one another
    there = At(here[0].part, here[-1].row + 1 if asked.plan.operation == "next" else here[0].row - 1)
    if not list(asked.table.select("1", "tab = ? AND row = ?", (there.part, there.row), sums=True)):
        return None
    value = asked.table.row(there).cells[asked.plan.target]
    beside = here[-1] if asked.plan.operation == "next" else here[0]
    return asked.worked([value], sorted((beside, there), key=lambda at: at.row), used=2)


def _placed(asked: _Asked) -> Worked | None:
    way, place = "ASC" if asked.plan.operation == "first" else "DESC", asked.plan.place
    rows = asked.rows(order=f"tab {way}, row {way}", most=place)[place - 1 :]
    if not rows:
        return None
    return asked.worked([asked.table.row(rows[0]).cells[asked.plan.target]], rows, used=1)


def _same(asked: _Asked) -> Worked | None:
    """Return the cells of the other rows that have what the row of a value has."""
    (choice,) = asked.plan.choices
    here, column = _rows_of(asked, choice), f"v{asked.plan.measure}"
    if len(here) != 1:
        return None
    ((value,),) = asked.table.select(column, "tab = ? AND row = ?", (here[0].part, here[0].row))
    if value is None:
        return None
    others = f"{column} = ? AND NOT (tab = ? AND row = ?)"
    where = " AND ".join(filter(None, [asked.where, others]))
    same = _Asked(asked.plan, asked.table, where, (*asked.values, value, here[0].part, here[0].row), asked.met)
    rows = same.rows(most=MOST_LISTED + 1)
    if not rows or len(rows) > MOST_LISTED:
        return None
    values = dict.fromkeys(asked.table.row(at).cells[asked.plan.target] for at in rows)
    return asked.worked(tuple(values), (here[0], *rows), used=len(rows) + 1)


def _compared(asked: _Asked) -> Worked | None:
    """Return how many rows have more, or less, than the row of a value."""
    (choice,) = asked.plan.choices
    here, column = _rows_of(asked, choice), f"v{asked.plan.measure}"
    if len(here) != 1:
        return None
    ((value,),) = asked.table.select(column, "tab = ? AND row = ?", (here[0].part, here[0].row))
    if not isinstance(value, float | int):
        return None
    sign = ">" if asked.plan.operation == "more" else "<"
    where = " AND ".join(filter(None, [asked.where, asked.measured, f"{column} {sign} ?"]))
    found = _Asked(asked.plan, asked.table, where, (*asked.values, value), asked.met)
    count = int(found.number("count(*)"))
    return asked.worked([float(count)], (here[0], *found.rows()), used=count + 1)


def _beside(asked: _Asked) -> Worked | None:
    """Return how many rows stand above, or below, the row of a value."""
    (choice,) = asked.plan.choices
    here = _rows_of(asked, choice)
    if len(here) != 1:
        return None
    where = f"tab = ? AND row {'<' if asked.plan.operation == 'ahead' else '>'} ?"
    found = _Asked(asked.plan, asked.table, where, (here[0].part, here[0].row), asked.met)
    count = int(found.number("count(*)"))
    return asked.worked([float(count)], (here[0], *found.rows()), used=count + 1)


def _run(asked: _Asked) -> Worked | None:
    """Return how many rows under one another meet the conditions, at most."""
    if not asked.where:
        return None
    meets = "SELECT tab, row, row - row_number() OVER (PARTITION BY tab ORDER BY row) AS run FROM table_rows"
    runs = f"SELECT tab, min(row), count(*) FROM ({meets} WHERE {asked.table.here} AND NOT sum AND {asked.where})"
    found = list(
        asked.table.read(f"{runs} GROUP BY tab, run ORDER BY count(*) DESC, tab, min(row) LIMIT 1", asked.values)
    )
    if not found:
        return None
    part, first, count = (int(value or 0) for value in found[0])
    rows = [At(part, first + i) for i in range(min(count, MOST_ROWS))]
    return asked.worked([float(count)], rows, used=count)


def _values(asked: _Asked) -> Worked | None:
    plan, table = asked.plan, asked.table
    filled = f"v{plan.target} IS NOT NULL"
    rows = asked.rows(filled, most=MOST_VALUES + 1)
    if not rows or len(rows) > MOST_VALUES:
        return None
    values = tuple(dict.fromkeys(table.row(at).cells[plan.target] for at in rows))
    used = len(rows)
    return asked.worked(values, rows, used=used)
