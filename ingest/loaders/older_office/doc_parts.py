"""Parts of a DOC file's text that its own tables tell apart: what was deleted in tracked changes, heads and feet."""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Iterator

_HEADS, _CHARACTERS = 0x00F2, 0x00FA
"""Where the file's header says at which place of the table stream the tables are."""
_DELETED = 0x0800
"""The modifier of characters that says that they were deleted (sprmCFRMarkDel)."""
_SIZES = (1, 1, 2, 4, 2, 2, 0, 3)
"""Bytes of a modifier's operand by its kind; 0 where the operand says it itself."""
GONE = "\0"
"""Stands for a deleted character, until the paragraph is whole."""


def deleted(main: bytes, table: bytes) -> list[tuple[int, int]]:
    """Return where in the main stream deleted text stands, in ascending order.

    Args:
        main: The main stream.
        table: The table stream that goes with it.
    """
    offset, length = struct.unpack_from("<II", main, _CHARACTERS)
    plain = table[offset : offset + length]
    count = (len(plain) - 4) // 8
    found: list[tuple[int, int]] = []
    for index in range(max(count, 0)):
        page = struct.unpack_from("<I", plain, 4 * (count + 1) + 4 * index)[0] & 0x3FFFFF
        found += _deleted_in(main[page * 512 : page * 512 + 512])
    return sorted(found)


def _deleted_in(page: bytes) -> Iterator[tuple[int, int]]:
    """Yield the deleted runs of a page of 512 bytes, on which the file keeps properties of characters."""
    if len(page) < 512:
        return
    runs = page[511]
    if 5 * runs + 4 > 511:
        return
    offsets = struct.unpack_from(f"<{runs + 1}I", page, 0)
    for index in range(runs):
        at = page[4 * (runs + 1) + index] * 2
        if 0 < at < 511 and _says_deleted(page[at + 1 : at + 1 + page[at]]):
            yield offsets[index], offsets[index + 1]


def _says_deleted(modifiers: bytes) -> bool:
    at = 0
    while at + 2 < len(modifiers):
        code = struct.unpack_from("<H", modifiers, at)[0]
        at += 2
        if code == _DELETED:
            return bool(modifiers[at])
        at += _SIZES[code >> 13] or modifiers[at] + 1
    return False


def without(gone: list[tuple[int, int]], text: str, begin: int, width: int) -> str:
    """Return text with `GONE` for what was deleted of it, but for ends of cells.

    Args:
        gone: As `deleted` returns it.
        text: From `begin` in the main stream.
        begin: Offset of its first character.
        width: Bytes of a character.
    """
    end = begin + width * len(text)
    at = max(0, bisect_right(gone, (begin, 0)) - 1)
    while at < len(gone) and gone[at][0] < end:
        first, last = (max(0, min(len(text), (edge - begin) // width)) for edge in gone[at])
        if last > first:
            cells = "".join(character if character == "\x07" else GONE for character in text[first:last])
            text = text[:first] + cells + text[last:]
        at += 1
    return text


def heads_and_feet(main: bytes, table: bytes, length: int) -> Iterator[tuple[int, int, str]]:
    """Yield begin, end and "Header" or "Footer" of each part of the text of heads and feet, which has `length`.

    First are six separators of notes; each section then has the head of even pages, of odd ones, the feet of
    both, head and foot of its first page.
    """
    offset, size = struct.unpack_from("<II", main, _HEADS)
    plain = table[offset : offset + size]
    places = struct.unpack_from(f"<{len(plain) // 4}I", plain, 0)
    if len(places) < 8:
        yield 0, length, "Header"
        return
    for index in range(6, len(places) - 2):
        begin, end = (min(place, length) for place in places[index : index + 2])
        if begin < end:
            yield begin, end, "Footer" if index % 6 in (2, 3, 5) else "Header"
