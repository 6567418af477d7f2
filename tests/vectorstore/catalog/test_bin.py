"""The bin: what was removed comes back as it was, is met nowhere meanwhile, and goes after its time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from behind import change, read
from hash_encoder import HashEncoder, make

from vectorstore.catalog import bin
from vectorstore.document import Heading, Place
from vectorstore.errors import DocumentMissing, DocumentPresent, LibraryDamaged, ModelMismatch
from vectorstore.library import Library
from vectorstore.passage import Filter

ENCODER = HashEncoder()
SECRET = "xylophonequartz"
LEASE = make(
    "lease.pdf",
    f"Lease. The rent of the {SECRET} is due in May. 🏠 Odd \ud800 and \0 signs. It ends in June.",
    collection="private",
    title="Lease of the house",
    media_type="application/pdf",
    places=(Place(0, "page", 1), Place(30, "page", 2, by_ocr=True)),
    headings=(Heading(0, 6, 1),),
)
OTHERS = [make(f"d{number}.txt", f"Plain sentence number {number}. The weather is fine.") for number in range(5)]


@pytest.fixture
def library(place: str) -> Iterator[Library]:
    """A library of six documents, one of them private."""
    with Library.open(place, create=True, encoder=ENCODER) as library:
        library.add([LEASE, *OTHERS])
        yield library


def seen(library: Library) -> tuple[object, ...]:
    """Return all that a search and a listing can tell of a library."""
    result = library.search(f"rent of the {SECRET}", limit=9)
    found = [(p.document, p.start, p.text, round(p.score, 5)) for p in result.passages]
    with library.view() as view:
        words = view.catalog.vocabulary("x")
    return (
        *(library.documents(), library.collections(), library.count_documents(), library.catalog.totals()),
        *(found, result.unknown, words, library.manifest("private"), library.manifest()),
    )


def test_a_removed_document_comes_back_as_it_was(library: Library) -> None:
    """Text, places, headings, chunks, vectors, time of adding: all equal, and no model is asked."""
    id = LEASE[0].id
    before, document = seen(library), library.document(id)
    with library.view() as view:
        vectors = view.catalog.chunk_vectors(view.catalog.chunks_matching(Filter(documents=(id,))))  # type: ignore[arg-type]
    library.remove([id])
    assert library.count_documents() == 5
    library._encoder = None
    library._loads_encoder = False
    (info,) = library.restore([id])
    assert info.title == "Lease of the house"
    library._encoder = ENCODER
    assert library.document(id) == document
    with library.view() as view:
        again = view.catalog.chunk_vectors(view.catalog.chunks_matching(Filter(documents=(id,))))  # type: ignore[arg-type]
    assert np.array_equal(vectors, again)
    assert seen(library) == before
    assert library.removed() == []
    assert [finding for finding in library.verify() if finding.part != "index"] == []


def test_a_library_with_a_bin_tells_no_more_than_one_that_never_held_it(library: Library, tmp_path: Path) -> None:
    """Lists, counts, collections, words, scores and names that come near: as if the document had never been there."""
    library.remove([LEASE[0].id])
    with Library.open(tmp_path / "other", create=True, encoder=ENCODER) as other:
        other.add(OTHERS)
        here, there = seen(library), seen(other)
        assert [str(part).replace("'", "") for part in here[1:]] == [str(part).replace("'", "") for part in there[1:]]
        for name in ("lease.pdf", "leese.pdf", LEASE[0].id):
            with pytest.raises(DocumentMissing) as one:
                library.find(name)
            with pytest.raises(DocumentMissing) as two:
                other.find(name)
            assert str(one.value) == str(two.value)


def test_what_is_in_the_bin_is_named_like_any_document(library: Library) -> None:
    """By id, path, file name or title, and by filters; the one removed last comes first."""
    library.remove([LEASE[0].id])
    library.remove([OTHERS[0][0].id])
    assert [gone.info.source for gone in library.removed()] == ["/files/d0.txt", "/files/lease.pdf"]
    assert [gone.info.id for gone in library.removed(Filter(collections=("private",)))] == [LEASE[0].id]
    for name in (LEASE[0].id, LEASE[0].id[:8], "/files/lease.pdf", "lease.pdf", "Lease of the house"):
        (gone,) = library.removed(name=name)
        assert gone.info.chunks == len(LEASE[1]) and gone.bytes > 0 and not gone.present
    assert library.removed(name="nothing") == []
    with pytest.raises(DocumentMissing, match="No removed document"):
        library.restore(["0" * 16])


def test_the_place_must_be_free(library: Library) -> None:
    """Where the library has the document again, the older one stays in the bin and is told apart."""
    id = OTHERS[0][0].id
    library.remove([id])
    library.add([make("d0.txt", "Another text stands here now.")])
    assert library.removed()[0].present
    with pytest.raises(DocumentPresent, match="in its place"):
        library.restore([id])
    library.remove([id])
    assert [gone.present for gone in library.removed()] == [False]  # a place has one entry: its last state
    library.restore([id])
    assert library.document(id).text == "Another text stands here now."


def test_a_document_that_comes_back_by_itself_leaves_the_bin(library: Library) -> None:
    """Its file was ingested again with the same content: two copies would be kept for nothing."""
    library.remove([OTHERS[0][0].id])
    library.add([OTHERS[0]])
    assert library.removed() == []


def test_what_shall_not_be_kept_is_not(library: Library) -> None:
    """`keep=False` leaves nothing in the bin, not even what it had."""
    id = OTHERS[0][0].id
    library.remove([id])
    library.add([make("d0.txt", "Another text stands here now.")])
    library.remove([id], keep=False)
    assert library.removed() == [] and library.status().bin.documents == 0


def test_compacting_empties_the_bin(library: Library) -> None:
    """It says how many documents went for good, and no byte of them is left in the folder."""
    library.remove([LEASE[0].id])
    assert library.status().bin.documents == 1 and library.status().bin.bytes == library.removed()[0].bytes
    assert library.compact().forgotten == 1
    assert library.removed() == [] and library.status().bin.bytes == 0
    assert read(library.place, "SELECT count(*) FROM bin_parts") == [(0,)]


def test_the_bin_is_emptied_by_age(library: Library) -> None:
    """After its days a document is not offered any more, and the next write takes it out."""
    library.remove([LEASE[0].id, OTHERS[0][0].id])
    then = bin._days_ago(bin.KEPT_DAYS + 1)
    change(library.place, "UPDATE bin SET removed = ? WHERE id = ?", values=(then, LEASE[0].id))
    assert [gone.info.id for gone in library.removed()] == [OTHERS[0][0].id]
    library.close()
    with Library.open(library.place, encoder=ENCODER) as again:
        again.touch(OTHERS[1][0].id, title="Any write")
        assert again.status().bin.documents == 1
        assert len(read(again.place, "SELECT DISTINCT entry FROM bin_parts")) == 1


def test_the_bin_has_a_size(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is over it goes, oldest first, but nothing of the last day: a whole library may have gone by mistake."""
    ids = [document.id for document, _ in OTHERS]
    library.remove(ids[:3])
    monkeypatch.setattr(bin, "MOST_BYTES", 0)
    library.remove(ids[3:4])
    assert len(library.removed()) == 4
    change(library.place, "UPDATE bin SET removed = ? WHERE id <> ?", values=(bin._days_ago(2), ids[3]))
    monkeypatch.setattr(bin, "MOST_BYTES", sum(gone.bytes for gone in library.removed()[:3]))
    library.remove(ids[4:])
    assert {gone.info.id for gone in library.removed()} == {ids[2], ids[3], ids[4]}


def test_another_model_embeds_what_comes_back(library: Library) -> None:
    """Vectors of the model of before are not mixed with those of today; another model than the library's is refused."""
    library.remove([LEASE[0].id])
    other = HashEncoder("other", dimension=16)
    library.reembed(encoder=other)
    library._encoder = ENCODER
    with pytest.raises(ModelMismatch):
        library.restore([LEASE[0].id])
    library._encoder = other
    library.restore([LEASE[0].id])
    assert [finding for finding in library.verify() if finding.part != "index"] == []
    assert library.search(f"rent of the {SECRET}").passages[0].document == LEASE[0].id


def test_an_emptied_library_comes_back_whole(library: Library) -> None:
    """All of it was removed; the model that its vectors need comes back with it."""
    before = seen(library)
    library.remove([info.id for info in library.documents()])
    assert library.count_documents() == 0
    library.restore([gone.info.id for gone in library.removed()])
    assert seen(library) == before


def test_what_is_not_whole_is_refused(library: Library) -> None:
    """A changed byte in the bin is an error with words, not a document that says something else."""
    library.remove([LEASE[0].id])
    ((part,),) = read(library.place, "SELECT part FROM bin_parts WHERE kind = 'text'")
    spoilt = part[:-1] + bytes([part[-1] ^ 1])
    change(library.place, "UPDATE bin_parts SET part = ? WHERE kind = 'text'", values=(spoilt,))
    with pytest.raises(LibraryDamaged, match=r"lease\.pdf is not whole"):
        library.restore([LEASE[0].id])
    assert library.count_documents() == 5


def test_a_library_from_before_the_bin_gets_one(library: Library) -> None:
    """Read, it has an empty bin; written, it has a real one."""
    library.close()
    change(library.place, *(f"DROP TABLE {table}" for table in ("bin", "bin_parts", "digests")), form=1)
    with Library.open(library.place, read_only=True, encoder=ENCODER) as old:
        assert old.removed() == [] and old.status().bin.documents == 0
    with Library.open(library.place, encoder=ENCODER) as old:
        old.remove([LEASE[0].id])
        assert [gone.info.id for gone in old.removed()] == [LEASE[0].id]


def test_a_long_document_is_kept_in_parts(library: Library) -> None:
    """More text, chunks and vectors than one part holds come back equal."""
    long = make("long.txt", "".join(f"Sentence number {number} of a long file. " for number in range(40_000)))
    library.add([long])
    library.remove([long[0].id])
    library.restore([long[0].id])
    assert library.document(long[0].id) == long[0]
    assert [finding for finding in library.verify() if finding.part != "index"] == []


def test_a_moved_document_is_the_same_in_another_collection(library: Library) -> None:
    """Id, text, places and time of adding stay; it is found there and nowhere else, and the bin is as before."""
    id = LEASE[0].id
    (before,) = library.documents(Filter(documents=(id,)))
    text = library.document(id)
    library.remove([OTHERS[0][0].id])
    library.move(id, "legal")
    (after,) = library.documents(Filter(documents=(id,)))
    assert (after.collection, after.added, after.chunks) == ("legal", before.added, before.chunks)
    moved = library.document(id)
    assert (moved.text, moved.places, moved.headings) == (text.text, text.places, text.headings)
    query = f"rent of the {SECRET}"
    assert [p.document for p in library.search(query, filter=Filter(collections=("legal",))).passages][:1] == [id]
    assert library.collections() == {"default": 4, "legal": 1}
    assert [gone.info.id for gone in library.removed()] == [OTHERS[0][0].id]
    library.move(id, "legal")  # where it is already
    other, chunks = make("lease.pdf", "Another lease.", collection="private")
    library.add([(replace(other, id="f" * 16), chunks)])
    with pytest.raises(DocumentPresent, match="already"):
        library.move(id, "private")
    with pytest.raises(DocumentMissing):
        library.move("0" * 16, "legal")
