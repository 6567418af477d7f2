"""What is asked of the rows of a table."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from bot.computed.tables.mention import CellMention

Operation = Literal[
    "count", "distinct", "sum", "mean", "share", "highest", "lowest", "usual", "rarest", "difference", "next", "before",
    "first", "last", "values", "same", "more", "fewer", "ahead", "behind", "run",
]  # fmt: skip
Relation = Literal["is", "exactly", "is not", "has", "has not", "=", ">", "<", ">=", "<="]


@dataclass(frozen=True, slots=True)
class Condition:
    """What a row must hold, or must not: a cell in one of some columns, words in it, or a number or date.

    Attributes:
        columns: That it is about; one, unless it is a cell that several columns have.
        relation: Between the cell and the value.
        value: As a person wrote it.
        bound: What the column is compared with, as it is stored; None for a cell.
        others: Values of which one will do as well: "open or overdue".
    """

    columns: tuple[int, ...]
    relation: Relation
    value: str
    bound: float | None = None
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked of the rows that meet all conditions.

    Attributes:
        operation: What is done.
        target: The column whose cells are the answer, or -1 where the answer is a number of rows.
        measure: The column that is added up, compared or ordered by, or -1.
        conditions: Of the rows.
        choices: Values one of which is the answer ("A or B"), that are held against each other, or that others are
            held against ("the same as A").
        most: How many rows of an order are asked for: the top five.
        place: Which in the order is asked for: 2 for the second highest.
        unplaced: Words of the question that have no part in it.
    """

    operation: Operation
    target: int = -1
    measure: int = -1
    conditions: tuple[Condition, ...] = ()
    choices: tuple[CellMention, ...] = ()
    most: int = 1
    place: int = 1
    unplaced: tuple[str, ...] = field(default=(), compare=False)


ITSELF = -2
"""As the target: the measure is the answer, "What is the highest price?"."""
