"""Where the words of a stored text stand on the page that they were read from.

The stored text is a cleaned form of the page: columns were put in order, words broken at line ends joined, line
numbers and repeated heads left out. So each character of the text is matched with one of the page by the cheapest
way (Viterbi): to go on to the next character costs nothing, to pass over a few a little, to go on elsewhere on the
page more, least where a word begins; a character of the text that is nowhere costs as much as most of a jump.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

LONGEST = 1_600
"""Characters that are matched at once; the table of the search has so many rows, and a column for each on the page."""
_PASS, _MOST_PASSED = 1.0, 4
_JUMP, _INSIDE_WORD, _FAR_AWAY = 4.0, 3.0, 2.0
_MISSING = 4.0
_NOWHERE = -1


def align(text: np.ndarray, page: np.ndarray, begins: np.ndarray) -> np.ndarray:
    """Return for each character of `text` the index of the one of `page` that it is, or -1.

    Args:
        text: Code points as they are compared, shape (n,); n is at most LONGEST.
        page: Code points of the page in the order of its file, shape (m,).
        begins: Whether a word begins with each of the page's, shape (m,).
    """
    import numpy as np

    found = np.full(len(text), _NOWHERE, np.int32)
    if not len(text) or not len(page):
        return found
    at = np.arange(len(page), dtype=np.int32)
    inside = np.where(begins, 0.0, _INSIDE_WORD)
    slope = _FAR_AWAY / len(page)
    cost = np.full(len(page), np.inf)  # of the cheapest way on which each of the page's was matched last
    begun = 0.0  # of the way on which nothing is matched yet
    came = np.empty((len(text), len(page)), np.int32)
    for row, code in enumerate(text):
        new, source = _shifted(cost, 1), at - 1
        for passed in range(1, _MOST_PASSED + 1):
            _take(new, source, _shifted(cost, 1 + passed) + passed * _PASS, at - 1 - passed)
        for jumped, origin in (_nearest(cost, slope), _backward(*_nearest(cost[::-1], slope))):
            _take(new, source, jumped + _JUMP + inside, origin)
        _take(new, source, begun + inside, np.full_like(at, _NOWHERE))
        new[page != code] = np.inf
        _take(new, source, cost + _MISSING, -2 - at)
        begun += _MISSING
        came[row], cost = source, new
    last = int(cost.argmin())
    if begun <= cost[last]:
        return found
    for row in range(len(text) - 1, -1, -1):
        before = int(came[row, last])
        if before < _NOWHERE:
            continue  # this character is not on the page; the one matched last stays
        found[row] = last
        if before == _NOWHERE:
            break
        last = before
    return found


def _nearest(cost: np.ndarray, slope: float) -> tuple[np.ndarray, np.ndarray]:
    """Return for each place the least cost of coming there from one before it, and from which."""
    import numpy as np

    rise = slope * np.arange(len(cost))
    level = cost - rise
    least = np.minimum.accumulate(level)
    origin = np.maximum.accumulate(np.where(level == least, np.arange(len(cost), dtype=np.int32), 0))
    return least + rise, origin


def _backward(cost: np.ndarray, origin: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return what was found in the other direction in the order of the page."""
    return cost[::-1], len(cost) - 1 - origin[::-1]


def _shifted(cost: np.ndarray, by: int) -> np.ndarray:
    import numpy as np

    moved = np.full_like(cost, np.inf)
    moved[by:] = cost[:-by]
    return moved


def _take(cost: np.ndarray, source: np.ndarray, other: np.ndarray, origin: np.ndarray) -> None:
    """Put the cheaper of two ways into `cost` and `source`."""
    import numpy as np

    better = other < cost
    np.copyto(cost, other, where=better)
    np.copyto(source, origin, where=better)
