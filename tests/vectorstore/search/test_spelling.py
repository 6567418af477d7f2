"""Spelling: which word of the documents a misspelled one stands for. A fake encoder, a real index."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hash_encoder import HashEncoder
from hypothesis import given
from hypothesis import strategies as st

from vectorstore.document import Document
from vectorstore.library import Library
from vectorstore.passage import Chunk, Filter
from vectorstore.search.spelling import distance


class SplittingEncoder(HashEncoder):
    """Knows a few words whole, and no other."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return 1 for the words it knows."""
        return [1 if text in ("plane", "trial") else 2 for text in texts]


@pytest.fixture
def library(place: str) -> Library:
    opened = Library.open(place, create=True, encoder=SplittingEncoder())
    texts = {
        "a": "The tariffs on semiconductors were lowered. Technology is free of tariffs.",
        "b": "A plant grew. The defendant had a tribal mark. Manson and Hanson met Hansen.",
    }
    for name, text in texts.items():
        chunk = Chunk(0, len(text), 0, 0, sentences=((0, len(text)),))
        opened.add(
            [(Document(name * 16, f"/{name}.txt", name, "text/plain", text, sha256=name, collection=name), [chunk])]
        )
    return opened


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("the tarrifs", {"tarrifs": "tariffs"}),
        ("Which Semiconducotrs?", {"Semiconducotrs": "semiconductors"}),
        ("technolgy and tarifs", {"technolgy": "Technology", "tarifs": "tariffs"}),
        ("a plane", {}),  # a word of its own
        ("tarif", {"tarif": "tariffs"}),
        ("TARRIFS", {}),  # letters that stand for something
        ("Tarantino", {}),
        ("xlow", {}),  # too short to tell
        ("Hansin", {}),  # two are as near
        ("tariffs", {}),
        ("", {}),
        ("関税", {}),
    ],
)
def test_the_nearest_word_is_found(library: Library, query: str, found: dict[str, str]) -> None:
    """A letter left out, added, exchanged, swapped or doubled; not more, and never a word that is one."""
    assert library.respelled(library.search(query)) == found


def test_only_words_that_are_searched_count(library: Library) -> None:
    """A word of another collection must not come to light by a misspelling of it."""
    other = Filter(collections=("b",))
    assert library.respelled(library.search("the tarrifs", filter=other), other) == {}


def test_what_is_not_searched_decides_nothing(library: Library) -> None:
    """Of two words as near, the more frequent one is no nearer for standing in documents that are not searched."""
    seen = Filter(collections=("b",))
    before = library.respelled(library.search("Hansin", filter=seen), seen)
    for number in range(9):
        text = f"Hanson spoke in private, for the {number}. time."
        chunk = Chunk(0, len(text), 0, 0, sentences=((0, len(text)),))
        hidden = Document(
            f"p{number}" * 8, f"/p{number}.txt", "p", "text/plain", text, sha256="p", collection="private"
        )
        library.add([(hidden, [chunk])])
    assert library.respelled(library.search("Hansin", filter=seen), seen) == before == {}


WORDS = st.text("abco", max_size=8)


@given(WORDS, WORDS)
def test_distance_is_symmetric_and_nothing_between_equals(one: str, other: str) -> None:
    """Up to the most that is asked for, distance is one number from both sides, and 0 for the same word only."""
    forth, back = distance(one, other, 2), distance(other, one, 2)
    assert min(forth, 3) == min(back, 3)
    assert (forth == 0) == (one == other)


@given(WORDS, st.integers(0, 7), st.sampled_from("abco"))
def test_one_edit_is_at_most_one(word: str, at: int, letter: str) -> None:
    """A letter added, left out or exchanged, and two that changed places, are one edit."""
    at = min(at, len(word))
    edited = [word[:at] + letter + word[at:], word[:at] + word[at + 1 :], word[:at] + letter + word[at + 1 :]]
    edited.append(word[:at] + word[at + 1 : at + 2] + word[at : at + 1] + word[at + 2 :])
    assert all(distance(word, other, 1) <= 1 for other in edited)
