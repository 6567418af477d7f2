"""Reading order of pages in columns: the measure counts what it says, and Footnote stays above the aim."""

from __future__ import annotations

from evals.reading_order import footnote, in_order, measure
from evals.reading_pages import DRAWN, LAYOUTS


def test_pairs_count_where_nothing_stands_between_them() -> None:
    """Blanks, line ends and leading dots are nothing; another sentence is."""
    texts = [["The mill stands.", "It turned.", "Three families shared it."]]
    assert in_order("The mill\nstands. It  turned. Three families shared it.", texts) == 2
    assert in_order("The mill stands. Every autumn. It turned. Three families shared it.", texts) == 1
    assert in_order("Three families shared it. It turned. The mill stands.", texts) == 0


def test_neighbours_stay_neighbours_on_pages_in_columns() -> None:
    """98 of 100 pairs of sentences are in order, over many layouts in each order of drawing."""
    right, count = measure([footnote])
    assert sum(pages for pages, _ in count.values()) == len(LAYOUTS) * len(DRAWN) > 40
    assert sum(right.values()) >= 0.98 * sum(pairs for _, pairs in count.values())
