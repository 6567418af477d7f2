"""EUC-TW, an encoding of traditional Chinese that Python does not know: its characters by their places in Big5.

Both have the characters of two levels in nearly the same order, so that a few runs say which is which. Of its further
planes, with rare characters that Big5 has not, none is read.
"""

from __future__ import annotations

import codecs
from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_ROW, _BIG5_ROW = 94, 157
"""Characters of a row, in EUC-TW and in Big5."""
_SECOND = b"\x8e\xa2"
"""Stands before a character of the second level."""
# (place of the first character, its place in Big5, how many follow each other in both) by level.
_FIRST_RUNS = (
    (0, 0, 5),
    (6, 6, 15),
    (21, 23, 2),
    (24, 22, 1),
    (29, 29, 44),
    (73, 74, 1),
    (74, 73, 1),
    (75, 75, 22),
    (98, 98, 1),
    (100, 100, 27),
    (127, 128, 1),
    (128, 127, 1),
    (129, 129, 19),
    (148, 149, 1),
    (149, 148, 1),
    (150, 150, 4),
    (155, 21, 1),
    (156, 158, 2),
    (158, 158, 76),
    (282, 234, 29),
    (312, 264, 1),
    (314, 266, 142),
    (470, 6101, 20),
    (3290, 471, 1412),
    (4702, 1884, 424),
    (5126, 1883, 1),
    (5127, 2308, 1876),
    (7003, 4571, 1),
    (7004, 4184, 387),
    (7391, 4572, 525),
    (7916, 5286, 1),
    (7917, 5097, 105),
    (8023, 5203, 83),
    (8106, 5287, 84),
    (8190, 5517, 1),
    (8191, 5371, 54),
    (8245, 5426, 1),
    (8246, 5425, 1),
    (8247, 5427, 90),
    (8337, 5518, 354),
)
_SECOND_RUNS = (
    (0, 6280, 10),
    (10, 6291, 33),
    (43, 6372, 1),
    (44, 6324, 48),
    (92, 6373, 46),
    (138, 6586, 1),
    (139, 6419, 167),
    (306, 6587, 1840),
    (2146, 9074, 1),
    (2147, 8428, 108),
    (2255, 8537, 537),
    (2792, 8427, 1),
    (2793, 9075, 100),
    (2893, 8536, 1),
    (2894, 9175, 399),
    (3293, 9575, 1637),
    (4930, 11761, 1),
    (4931, 11212, 146),
    (5077, 11899, 1),
    (5078, 11358, 287),
    (5365, 12508, 1),
    (5366, 11645, 116),
    (5482, 11762, 137),
    (5619, 11900, 104),
    (5723, 12425, 1),
    (5724, 12004, 222),
    (5946, 12227, 198),
    (6144, 12426, 82),
    (6226, 12509, 86),
    (6312, 12226, 1),
    (6313, 12595, 8),
    (6321, 12604, 153),
    (6474, 12758, 56),
    (6530, 13114, 1),
    (6531, 12814, 113),
    (6644, 12603, 1),
    (6645, 12927, 142),
    (6787, 12757, 1),
    (6788, 13069, 45),
    (6833, 13115, 71),
    (6904, 13380, 1),
    (6905, 13186, 194),
    (7099, 13381, 490),
    (7589, 13914, 1),
    (7590, 13871, 43),
    (7633, 13915, 1),
    (7634, 13917, 11),
    (7645, 13916, 1),
    (7646, 13928, 4),
)


def _characters(runs: tuple[tuple[int, int, int], ...]) -> dict[int, str]:
    """Return the characters of a level by their place."""
    pairs = chain.from_iterable(zip(range(a, a + count), range(b, b + count), strict=True) for a, b, count in runs)
    return {place: _big5(other) for place, other in pairs}


def _big5(place: int) -> str:
    row, column = divmod(place, _BIG5_ROW)
    return bytes((0xA1 + row, column + (0x40 if column < 63 else 0xA1 - 63))).decode("cp950", "replace")


_tables: list[dict[int, str]] = []


def decode(raw: ReadableBuffer, errors: str = "strict") -> tuple[str, int]:
    """Return the text of `raw` and how many bytes were read, as codecs do.

    Raises:
        UnicodeDecodeError: A byte stands for nothing, and `errors` is "strict".
    """
    data = bytes(raw)
    if not _tables:
        _tables.extend(map(_characters, (_FIRST_RUNS, _SECOND_RUNS)))
    found: list[str] = []
    at = 0
    while at < len(data):
        if data[at] < 0x80:
            end = at + 1
            while end < len(data) and data[end] < 0x80:
                end += 1
            found.append(data[at:end].decode("ascii"))
            at = end
            continue
        level = int(data.startswith(_SECOND, at))
        first, second = (*data[at + 2 * level : at + 2 * level + 2], 0, 0)[:2]
        place = (first - 0xA1) * _ROW + second - 0xA1
        character = _tables[level].get(place) if first > 0xA0 and second > 0xA0 else None
        if character is None:
            if errors == "strict":
                raise UnicodeDecodeError("euc_tw", data, at, at + 1, "no character of EUC-TW")
            found.append("\ufffd")
            at += 2 + 2 * level
            continue
        found.append(character)
        at += 2 + 2 * level
    return "".join(found), len(data)


def _encode(text: str, _errors: str = "strict") -> tuple[bytes, int]:
    raise UnicodeEncodeError("euc_tw", text, 0, len(text), "it is only read")


def _search(name: str) -> codecs.CodecInfo | None:
    known = name.replace("-", "_") in ("euc_tw", "x_euc_tw", "euctw", "cns11643")
    return codecs.CodecInfo(_encode, decode, name="euc_tw") if known else None


codecs.register(_search)
