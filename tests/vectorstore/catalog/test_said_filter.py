"""Filters by what documents say of themselves: who wrote them, and when."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from behind import change
from hash_encoder import HashEncoder

from ingest.splitting.split import split
from vectorstore.catalog import schema
from vectorstore.document import Document
from vectorstore.library import Library
from vectorstore.passage import Filter

SAID = {
    "a": (("author", "Vogel, Petra"), ("created", "2024-03-05T09:30:00+01:00")),
    "b": (("author", "Petra Holl"), ("created", "2024-04-01")),
    "c": (("author", "Anna Berg"), ("created", "2023"), ("tags", "Harbour lease, 🏗")),
    "d": (),
}


@pytest.fixture
def library(place: str) -> Iterator[Library]:
    with Library.open(place, create=True, encoder=HashEncoder()) as opened:
        for name, said in SAID.items():
            text = f"The crane of {name} is blue."
            document = Document(
                id=name * 16, source=f"/files/{name}.txt", title=name, media_type="text/plain", text=text,
                sha256=name, said=said,
            )  # fmt: skip
            opened.add([(document, split(text, count_tokens=opened.encoder.count_tokens))])
        yield opened


@pytest.mark.parametrize(
    ("filter", "expected"),
    [
        (Filter(authors=("petra",)), "ab"),
        (Filter(authors=("Petra Vogel",)), "a"),
        (Filter(authors=("Pet",)), ""),  # part of a word is another name
        (Filter(authors=("Holl", "anna berg")), "bc"),
        (Filter(authors=("100%",)), ""),
        (Filter(created_after="2024-01-01"), "ab"),
        (Filter(created_after="2024-03-05", created_before="2024-03-05"), "a"),
        (Filter(created_after="2023-06-01", created_before="2023-06-30"), "c"),  # "2023" may be any day of it
        (Filter(authors=("petra",), created_after="2024-04-01"), "b"),
        (Filter(authors=("petra",), documents=("d" * 16,)), ""),
        (Filter(tags=("LEASE", "other")), "c"),
        (Filter(tags=("🏗",)), "c"),
        (Filter(tags=("🚀",)), ""),  # no word at all is not any tag
    ],
)
def test_documents_are_chosen_by_what_they_say(library: Library, filter: Filter, expected: str) -> None:
    """Whole words of a name in any order and case; days inclusive; who says nothing is left out; search agrees."""
    assert "".join(info.title for info in library.documents(filter)) == expected
    assert library.count_documents(filter) == len(expected)
    assert set(library.said(filter)) == {name * 16 for name in expected}
    found = library.search("What colour is the crane?", filter=filter).passages
    assert sorted(passage.title for passage in found) == list(expected)


def test_a_library_that_keeps_nothing_of_this_has_no_such_documents(library: Library) -> None:
    """One of an older form, read as it is, matches none, and gives no error."""
    change(library.place, "DROP TABLE said", form=schema.TABLES_SINCE - 1)
    with Library.open(library.place, read_only=True, encoder=HashEncoder()) as old:
        assert old.documents(Filter(authors=("petra",))) == []
        assert old.count_documents() == len(SAID)


def test_what_was_removed_is_not_found_by_its_author(library: Library) -> None:
    """The bin keeps that packed: such a filter matches nothing there rather than everything."""
    library.remove(["a" * 16])
    assert library.removed(Filter(authors=("petra",))) == []
    assert len(library.removed()) == 1
