"""Where in a document an offset stands: its row, and the passage around it, for many footnotes in one document."""

from __future__ import annotations

from pathlib import Path

from hash_encoder import HashEncoder, make

from vectorstore.document import Place
from vectorstore.library import Library

TEXT = "The first row is red. The second row is blue. The third row is green."


def test_rows_and_passages_are_those_of_the_text_that_is_there(tmp_path: Path) -> None:
    """Asked of two documents in turn, and again after one was replaced: never what was read before."""
    places = tuple(Place(TEXT.index(f"The {word}"), "row", n) for n, word in enumerate(("first", "second", "third"), 1))
    one = make("one.csv", TEXT, places=places)
    other = make("two.csv", f"Another. {TEXT}")
    with Library.open(tmp_path / "library", create=True, encoder=HashEncoder()) as library:
        library.add([one, other])
        at = TEXT.index("third") + 2
        for _ in range(2):
            assert library.place_at(one[0].id, at) == Place(places[2].start, "row", 3)
            assert library.place_at(other[0].id, at) is None
            texts = [library.passages_at(document.id, [at, 0]) for document, _ in (one, other)]
            assert [[passage.text for passage in found] for found in texts] == [
                ["The third row is green.", "The first row is red."],
                ["The second row is blue.", "Another."],
            ]
            assert library.passages_at(one[0].id, []) == []
        library.add([make("one.csv", f"New. {TEXT}", places=(Place(0, "row", 7),))])
        assert library.place_at(one[0].id, at) == Place(0, "row", 7)
        assert [passage.text for passage in library.passages_at(one[0].id, [1])] == ["New."]
