"""Lists of readers: what exists for whom, as each way to read a library tells it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hash_encoder import HashEncoder, make
from hypothesis import given
from hypothesis import strategies as st

from vectorstore.access import ACCESS, RESTS_ON, is_reader, listed, readers, stored
from vectorstore.errors import DocumentMissing
from vectorstore.library import Library
from vectorstore.passage import Filter

LISTS = {
    "open.txt": None,
    "ana.txt": ["person:ana"],
    "finance.txt": ["group:finance"],
    "both.txt": ["person:ben", "group:finance"],
    "nobody.txt": [],
}
WHO = {
    "ana": (readers("ana", ()), {"open.txt", "ana.txt"}),
    "ana of finance": (readers("ana", ("finance",)), {"open.txt", "ana.txt", "finance.txt", "both.txt"}),
    "ben": (readers("ben", ()), {"open.txt", "both.txt"}),
    "a stranger": ((), {"open.txt"}),
    "the owner": (None, set(LISTS)),
    "a group called as a person": (("group:ana",), {"open.txt"}),
    "a part of a name": (("person:an", "group:fin"), {"open.txt"}),
    "a name with a list in it": (("person:x\nperson:ana", "group:finance\nperson:ben"), {"open.txt"}),
    "in another case": (("person:ANA",), {"open.txt"}),
    "a pattern": (("person:%", "person:*", "person:an_"), {"open.txt"}),
    "an empty name": (("person:", ""), {"open.txt"}),
}


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """A library of five documents, each with the word of its name, and all with "plums"."""
    with Library.open(tmp_path / "library", create=True, encoder=HashEncoder()) as library:
        for name, names in LISTS.items():
            put(library, name, names)
        yield library


def put(library: Library, name: str, names: list[str] | None, **said: str) -> str:
    """Add a document, or put it anew; return its id."""
    document, chunks = make(name, f"Plums of {name.split('.')[0]}. They are blue.")
    told = {**said, "author": "Ada"} | ({} if names is None else {ACCESS: stored(names)})
    library.add([(replace(document, said=tuple(sorted(told.items()))), chunks)])
    return document.id


def names(library: Library, filter: Filter) -> set[str]:
    """Return the names of the documents that a filter lists."""
    return {info.source.removeprefix("/files/") for info in library.documents(filter)}


@pytest.mark.parametrize("who", WHO)
def test_each_way_to_read_shows_the_same_documents(library: Library, who: str) -> None:
    """Lists, counts, collections, search, mentions, what is said and noted, lists of readers, names."""
    asking, seen = WHO[who]
    filter = Filter(readers=asking)
    assert names(library, filter) == seen
    assert library.count_documents(filter) == len(seen) == sum(library.collections(filter).values())
    assert {
        p.source.removeprefix("/files/") for p in library.search("plums blue", limit=50, filter=filter).passages
    } == seen
    assert {p.source.removeprefix("/files/") for p in library.mentions("plums", filter).passages} == seen
    assert len(library.said(filter)) == len(seen)
    assert len(library.access(filter)) == len(seen - {"open.txt"})
    for name in LISTS:
        found = library.search(name.split(".")[0], filter=filter)
        assert (found.unknown == ()) == (name in seen)
        if name in seen:
            assert library.find(name, filter).source == f"/files/{name}"
        else:
            with pytest.raises(DocumentMissing) as refused:
                library.find(name, filter)
            assert not [one for one in LISTS if one not in seen and one != name and one in str(refused.value)]


def test_rarity_is_counted_within_what_one_sees(library: Library) -> None:
    """As if the rest had never been there."""
    alone = Filter(documents=(library.find("open.txt").id,))
    mine, theirs = (library.search("plums of open", filter=f) for f in (Filter(readers=()), alone))
    assert (mine.rarity, mine.weights, mine.chunks) == (theirs.rarity, theirs.weights, theirs.chunks)


def test_who_asks_and_what_is_chosen_hold_together(library: Library) -> None:
    """A filter that names a document, a source, an author or a collection does not open what is closed."""
    closed = library.find("ana.txt").id
    for chosen in (
        Filter(documents=(closed,)),
        Filter(sources=("*ana*",)),
        Filter(authors=("Ada",), sources=("*ana*",)),
        Filter(collections=("default",), documents=(closed,)),
    ):
        assert names(library, chosen) == {"ana.txt"}
        assert names(library, replace(chosen, readers=("person:ben",))) == set()


def test_a_list_that_changes_holds_at_once(library: Library) -> None:
    """Given, changed and taken away: each next read goes by the new one."""
    ben, nobody = Filter(readers=("person:ben",)), Filter(readers=())
    for given_list, seen_by_ben in ((["person:ben"], True), (["person:ana"], False), ([], False), (None, True)):
        put(library, "open.txt", given_list)
        assert ("open.txt" in names(library, ben)) is seen_by_ben
        assert ("open.txt" in names(library, nobody)) is (given_list is None)


def test_a_library_without_lists_is_read_as_ever(tmp_path: Path) -> None:
    """Who asks restricts nothing there: no search is narrowed to chunks that are allowed."""
    with Library.open(tmp_path / "library", create=True, encoder=HashEncoder()) as library:
        put(library, "open.txt", None)
        assert library.lookup.chunks_matching(Filter(readers=())) is None
        put(library, "ana.txt", ["person:ana"])
        assert library.lookup.chunks_matching(Filter(readers=())) is not None


def test_what_rests_on_others_is_for_who_may_see_them_all(library: Library) -> None:
    """Also when the list of one of them changes later; one that is gone takes nothing back."""
    ids = {name: library.find(name).id for name in ("ana.txt", "open.txt")}
    put(library, "answer.txt", None, **{RESTS_ON: " ".join(ids.values())})
    ana, ben = Filter(readers=("person:ana",)), Filter(readers=("person:ben",))
    assert "answer.txt" in names(library, ana) and "answer.txt" not in names(library, ben)
    put(library, "open.txt", ["person:ben"])
    assert "answer.txt" not in names(library, ana) and "answer.txt" not in names(library, ben)
    put(library, "open.txt", None)
    library.remove([ids["ana.txt"]])
    assert "answer.txt" in names(library, ben)


def test_a_list_outlives_the_bin_and_a_move(library: Library) -> None:
    """A removed document is listed to, and comes back to, those whom its list names; so does one that was moved."""
    closed = library.find("ana.txt").id
    library.move(closed, "elsewhere")
    assert set(library.collections(Filter(readers=("person:ben",)))) == {"default"}
    library.remove([closed])
    for asking, count in ((None, 1), (("person:ana",), 1), (("person:ben",), 0), ((), 0)):
        assert len(library.removed(Filter(readers=asking))) == count
    library.restore([closed])
    assert "ana.txt" not in names(library, Filter(readers=("person:ben",)))
    assert "ana.txt" in names(library, Filter(readers=("person:ana",)))


def test_a_removed_document_does_not_tell_of_a_closed_one_in_its_place(library: Library) -> None:
    """Who saw it once is not told that it is there again for others."""
    removed = library.find("open.txt").id
    library.remove([removed])
    assert [gone.present for gone in library.removed(Filter(readers=()))] == [False]
    document, chunks = make("open.txt", "Another text. It is here now.")
    library.add([(replace(document, said=((ACCESS, stored(["person:ana"])),)), chunks)])
    assert library.removed(Filter(readers=())) == []
    assert [gone.present for gone in library.removed(Filter(readers=("person:ana",)))] == [True]


def test_a_list_is_told_nobody_as_what_a_document_says(library: Library) -> None:
    """Neither the list nor what a document rests on is among what is said of it."""
    put(library, "answer.txt", ["person:ana"], **{RESTS_ON: "0" * 16})
    assert {name for said in library.said().values() for name in said} == {"author"}


NAMES = st.text(st.characters(exclude_characters="\n\0", exclude_categories=("Cs",)), min_size=1, max_size=20)


@given(st.lists(NAMES.map(lambda name: f"person:{name}")), NAMES)
def test_a_list_is_kept_as_it_was_given(names: list[str], other: str) -> None:
    """Whatever the names hold; and a name is in it only where it was put in."""
    kept = stored(names)
    assert set(listed(kept)) == set(names)
    assert (f"\nperson:{other}\n" in kept) == (f"person:{other}" in names)


@pytest.mark.parametrize("name", ["ana", "person:", "group:", "users:ana", "person:a\nb", "", "Person:ana", "person"])
def test_what_is_no_reader(name: str) -> None:
    """A list holds people and groups, and says which of both."""
    assert not is_reader(name)
