"""Offsets for JavaScript: from code points, which Python counts, to UTF-16 units and back."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock

ASTRAL = re.compile("[\U00010000-\U0010ffff]")


class Utf16:
    """The map between the two ways of counting for one text.

    Args:
        text: The whole text that the offsets point into.
    """

    __slots__ = ("_astral", "_length")

    def __init__(self, text: str) -> None:
        # Only these characters count twice in UTF-16; almost all texts have none or few.
        self._astral = () if text.isascii() else tuple(match.start() for match in ASTRAL.finditer(text))
        self._length = len(text)

    @property
    def length(self) -> int:
        """Length of the text in UTF-16 units."""
        return self._length + len(self._astral)

    def units(self, offset: int) -> int:
        """Return the UTF-16 offset of a code point offset."""
        return offset + bisect_left(self._astral, offset)

    def points(self, units: int) -> int:
        """Return the code point offset of a UTF-16 offset; one inside a pair goes to the pair's begin."""
        low, high = 0, self._length
        while low < high:
            middle = (low + high + 1) // 2
            if self.units(middle) <= units:
                low = middle
            else:
                high = middle - 1
        return low


class Utf16Cache:
    """The maps of the documents that were asked about last, so that an answer need not read whole texts.

    Args:
        read: Returns the text of a document by its key's first part.
        size: How many maps are kept.
    """

    def __init__(self, read: Callable[[str], str], *, size: int = 2_048) -> None:
        self._read = read
        self._size = size
        self._kept: OrderedDict[Hashable, Utf16] = OrderedDict()
        self._lock = Lock()

    def of(self, document: str, version: Hashable) -> Utf16:
        """Return the map of a document. `version` must change whenever the document's text does."""
        key = (document, version)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        made = Utf16(self._read(document))
        with self._lock:
            self._kept[key] = made
            if len(self._kept) > self._size:
                self._kept.popitem(last=False)
        return made
