"""Tables on slides of PPT: groups of boxes, marked as a table, whose places say their rows and columns."""

from __future__ import annotations

import struct
from collections.abc import Iterator

GROUP, SHAPE, PLACE, PROPERTIES = 0xF003, 0xF004, 0xF00F, 0xF122
"""Records of a drawing: a group of shapes, a shape, its place in its group, further properties."""
_TABLE = 0x039F
"""The property that tells of a group that it is a table."""

Cell = tuple[int, int, str]
"""Left, top and text of a cell."""


def is_table(properties: bytes) -> bool:
    """Tell whether the properties of a group's own shape say that it is a table."""
    return any(key & 0x3FFF == _TABLE and value & 1 for key, value in _pairs(properties))


def _pairs(properties: bytes) -> Iterator[tuple[int, int]]:
    for at in range(0, len(properties) - 5, 6):
        yield struct.unpack_from("<HI", properties, at)


def rows_of(cells: list[Cell]) -> list[list[str]]:
    """Return the rows of a table, an empty cell where another one is merged over it."""
    lefts = sorted({left for left, _, _ in cells})
    rows: dict[int, dict[int, str]] = {}
    for left, top, text in cells:
        rows.setdefault(top, {})[left] = text
    return [[rows[top].get(left, "") for left in lefts] for top in sorted(rows)]
