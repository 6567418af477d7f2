"""The characters of a PDF page with their boxes, and the form in which they are compared with a stored text."""

from __future__ import annotations

import ctypes
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ingest.errors import TooLarge
from vectorstore.document import SCAN_UNIT

if TYPE_CHECKING:
    import numpy as np

MOST_GLYPHS = 60_000
"""Characters of a page that are looked at; a dense page of a newspaper has 20,000."""
_FAR, _STEP = 1_000_000, 1_000


@dataclass(slots=True)
class Glyphs:
    """What is written on a page, in the order of the file, as it is compared.

    Attributes:
        codes: Code points of the compared characters, n of them.
        owners: For each, which of the page's characters it belongs to ("ﬁ" is compared as two).
        begins: For each, whether a word begins with it.
        boxes: x0, y0, x1, y1 of each character of the page in points; origin at the top left of the page as it is
            shown, y downward. Shape (characters, 4).
    """

    codes: np.ndarray
    owners: np.ndarray
    begins: np.ndarray
    boxes: np.ndarray


def glyphs_of(page: Any) -> Glyphs:
    """Return the characters of an open page of pypdfium2.

    Raises:
        TooLarge: There are more than a page can have.
    """
    import numpy as np
    from pypdfium2 import raw

    textpage = page.get_textpage()
    count = textpage.count_chars()
    if count > MOST_GLYPHS:
        textpage.close()
        raise TooLarge("The page has too many characters to be searched for the words.")
    room, boxes = raw.FS_RECTF(), np.zeros((count, 4))
    codes: list[int] = []
    owners: list[int] = []
    begins: list[bool] = []
    beginning, half = True, 0
    for index in range(count):
        code = raw.FPDFText_GetUnicode(textpage.raw, index)
        if 0xD800 <= code < 0xDC00:
            half = code  # pdfium counts in UTF-16
            continue
        if 0xDC00 <= code < 0xE000:
            code = 0x10000 + ((half - 0xD800) << 10) + (code - 0xDC00) if half else 0
        half = 0
        if raw.FPDFText_GetLooseCharBox(textpage.raw, index, ctypes.byref(room)):
            boxes[index] = room.left, room.bottom, room.right, room.top
        compared = folded(chr(code)) if code <= 0x10FFFF else ""
        if not compared:
            beginning = beginning or chr(code).isspace()
            continue
        for sign in compared:
            codes.append(ord(sign))
            owners.append(index)
            begins.append(beginning)
            beginning = False
    textpage.close()
    return Glyphs(np.array(codes, np.int32), np.array(owners, np.int32), np.array(begins, bool), _shown(page, boxes))


def glyphs_of_scan(words: Sequence[tuple[str, int, int, int, int]], width: float, height: float) -> Glyphs:
    """Return the words of a scanned page as if each were one character of it.

    Args:
        words: As `vectorstore.document.Scan` has them.
        width, height: Of the page in points.
    """
    import numpy as np

    signs = [(ord(sign), index, not at) for index, word in enumerate(words) for at, sign in enumerate(folded(word[0]))]
    codes, owners, begins = zip(*signs, strict=True) if signs else ((), (), ())
    boxes = np.array([word[1:] for word in words], float).reshape(-1, 4) * np.tile((width, height), 2) / SCAN_UNIT
    return Glyphs(np.array(codes, np.int32), np.array(owners, np.int32), np.array(begins, bool), boxes)


@lru_cache(maxsize=16_384)
def folded(text: str) -> str:
    """Return the characters of `text` that are compared: decomposed, without blanks, marks and what is not printed."""
    whole = unicodedata.normalize("NFKD", text)
    return "".join(sign for sign in whole if not sign.isspace() and unicodedata.category(sign) not in _IGNORED)


_IGNORED = frozenset(("Mn", "Cc", "Cf", "Cs", "Co", "Cn"))


def folded_with_offsets(text: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the compared characters of a text as code points, and the offset of each."""
    import numpy as np

    pairs = [(ord(sign), offset) for offset, character in enumerate(text) for sign in folded(character)]
    both = np.array(pairs, np.int32).reshape(-1, 2)
    return both[:, 0], both[:, 1]


def _shown(page: Any, boxes: np.ndarray) -> np.ndarray:
    """Return boxes of the page's own axes (y upward) in points on the page as it is shown: turned and cropped."""
    import numpy as np

    corner, right, up = (np.array(_on_screen(page, *point)) for point in ((0, 0), (_STEP, 0), (0, _STEP)))
    across, along = (right - corner) / _STEP, (up - corner) / _STEP
    ends = [corner + boxes[:, [x]] * across + boxes[:, [y]] * along for x, y in ((0, 1), (2, 3))]
    both = np.hstack([np.minimum(*ends), np.maximum(*ends)]) / _FAR
    size: np.ndarray = both * np.tile(page.get_size(), 2)
    return size


def _on_screen(page: Any, x: float, y: float) -> tuple[int, int]:
    """Return where a point of the page lies when the page is drawn a million units wide and high."""
    from pypdfium2 import raw

    left, top = ctypes.c_int(), ctypes.c_int()
    raw.FPDF_PageToDevice(page.raw, 0, 0, _FAR, _FAR, 0, x, y, ctypes.byref(left), ctypes.byref(top))
    return left.value, top.value
