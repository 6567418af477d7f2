"""Compacting, rebuilding, embedding anew, checking and mending a library."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from hash_encoder import HashEncoder, make

from vectorstore.errors import ModelMismatch
from vectorstore.library import Library
from vectorstore.upkeep import upkeep

ENCODER = HashEncoder()
SECRET = "xylophonequartz"


@pytest.fixture
def folder(place: str) -> str:
    """A library of 30 documents, three of which hold a word to be forgotten."""
    with Library.open(place, create=True, encoder=ENCODER) as library:
        library.add(
            [
                make(
                    f"d{number}.txt",
                    f"Plain sentence number {number}. Another {SECRET if number < 3 else 'one'}.",
                )
                for number in range(30)
            ]
        )
    return place


def holds(folder: str, text: str) -> list[str]:
    """Return the files that hold `text` in their bytes."""
    files = [path for path in Path(folder).rglob("*") if path.is_file()]
    return [path.name for path in files if text.encode() in path.read_bytes().lower()]


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_compacting_leaves_no_removed_text_in_the_folder(folder: str) -> None:
    """After `compact` no byte of a removed document is found, in the log neither; the rest stays."""
    assert holds(folder, SECRET)
    library = Library.open(folder, encoder=ENCODER)
    library.remove([library.find(f"d{number}.txt").id for number in range(3)])
    result = library.compact()
    assert holds(folder, SECRET) == []  # while it is still open
    library.close()
    assert holds(folder, SECRET) == []
    assert holds(folder, "plain sentence number 3")
    assert 0 < result.after <= result.before
    with Library.open(folder, encoder=ENCODER) as library:
        assert len(library.documents()) == 27
        assert library.verify() == []


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_compacting_with_an_open_reader_still_forgets(folder: str) -> None:
    """A reader that is open, but not in the middle of a search, does not keep the log."""
    reader = Library.open(folder, encoder=ENCODER)
    with reader.view() as view:
        view.catalog.matrix()
    with Library.open(folder, encoder=ENCODER) as library:
        library.remove([library.find(f"d{number}.txt").id for number in range(3)])
        library.compact()
        assert holds(folder, SECRET) == []
    assert len(reader.documents()) == 27
    reader.close()


def test_compacting_gives_disk_back(folder: str) -> None:
    """Five rounds of adding and removing do not make a compacted library larger."""
    with Library.open(folder, encoder=ENCODER) as library:
        library.compact()
        before = library.status().disk.total
        for _ in range(5):
            library.add([make(f"more{number}.txt", "Filler words here. " * 200) for number in range(10)])
            library.remove([info.id for info in library.documents() if "more" in info.source])
        assert library.status().disk.total > before
        assert abs(library.compact().after - before) < 100_000


def test_rebuilding_writes_a_new_generation_without_the_model(folder: str) -> None:
    """The encoder is never called; the old folder is gone."""
    with Library.open(folder) as library:
        library.update_index(force=True)
        assert library.status().generation == 2
        assert library.index.fault() == ""
        assert [path.name for path in library.index.store.root.iterdir() if path.is_dir()] == ["2"]  # type: ignore[attr-defined]


def test_another_model_is_refused_until_the_library_is_embedded_anew(folder: str) -> None:
    """The error names both models and the command; reading and removing stay possible."""
    other = HashEncoder("other", dimension=16)
    library = Library.open(folder, encoder=other)
    for act in (lambda: library.search("anything"), lambda: library.add([make("x.txt", "Text.")])):
        with pytest.raises(ModelMismatch, match=r"hash, but other .*--reembed"):
            act()
    assert library.find("d3.txt")
    assert library.remove([library.find("d4.txt").id]) == 1
    steps: list[tuple[int, int]] = []
    library.reembed(encoder=other, progress=lambda done, total: steps.append((done, total)))
    assert steps[-1] == (58, 58)
    assert library.verify() == []
    assert library.status().model is not None
    assert library.status().model.name == "other"  # type: ignore[union-attr]
    with library.view() as view:
        ids, cosines = view.index.nearest(other.encode_query("Plain sentence number 7."), 1)
        assert view.catalog.passages(ids)[0].text == "Plain sentence number 7."
        assert cosines[0] > 0.99
    library.close()
    with pytest.raises(ModelMismatch), Library.open(folder, encoder=ENCODER) as library:
        library.search("anything")


def test_embedding_anew_goes_on_where_it_was_stopped(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same model over the same documents embeds only what is left; after a change of documents, all of it."""

    class Stopping(HashEncoder):
        embedded: int = 0
        last: int = 30

        def encode_documents(self, items, progress=None):  # type: ignore[no-untyped-def]
            self.embedded += sum(len(chunks) for _, chunks in items)
            if self.embedded > self.last:
                raise RuntimeError("no more")
            return super().encode_documents(items, progress)

    monkeypatch.setattr(upkeep, "_EMBED_CHUNKS", 1)
    with Library.open(folder, encoder=ENCODER) as library, pytest.raises(RuntimeError):
        library.reembed(encoder=Stopping("other"))
    with Library.open(folder, encoder=ENCODER) as library, pytest.raises(RuntimeError):
        library.remove([library.find("d4.txt").id])
        again = Stopping("other")
        library.reembed(encoder=again)
    assert again.embedded > again.last  # begun anew: another document left since
    rest = Stopping("other")
    steps: list[tuple[int, int]] = []
    with Library.open(folder, encoder=ENCODER) as library:
        total = library.status().chunks
        library.reembed(encoder=rest, progress=lambda done, all: steps.append((done, all)))
        assert library.verify() == [] and library.status().model.name == "other"  # type: ignore[union-attr]
    assert 0 < rest.embedded < total and rest.embedded <= rest.last
    assert steps[0][0] > total - rest.embedded and steps[-1] == (total, total)


def test_embedding_anew_that_fails_leaves_the_old_vectors(folder: str) -> None:
    """Until all is embedded the old model's vectors answer; what was begun is dropped later."""

    class Failing(HashEncoder):
        def encode_documents(self, items, progress=None):  # type: ignore[no-untyped-def]
            raise RuntimeError("no more")

    with Library.open(folder, encoder=ENCODER) as library, pytest.raises(RuntimeError):
        library.reembed(encoder=Failing("failing"))
    with Library.open(folder, encoder=ENCODER) as library:
        assert library.verify() == []
        with library.view() as view:
            assert len(view.index.nearest(ENCODER.encode_query("sentence"), 5)[0]) == 5


def test_a_sound_library_has_no_findings(folder: str) -> None:
    """`verify` does not cry wolf, neither before nor after changes."""
    with Library.open(folder, encoder=ENCODER) as library:
        assert library.verify() == []
        library.add([make("d1.txt", "Replaced.")])
        library.rename(library.find("d2.txt").id, source="/files/z.txt", title="z", modified="")
        assert library.verify() == []


@pytest.mark.parametrize(
    ("damage", "value", "part", "repairable"),
    [
        ("DELETE FROM chunk_vectors WHERE chunk = 5", None, "vectors", True),
        ("UPDATE section_vectors SET vector = ? WHERE section = 2", b"\0", "vectors", True),
        ("UPDATE chunk_vectors SET vector = ? WHERE chunk > 9", b"\0" * 7, "vectors", True),
        ("UPDATE chunk_vectors SET vector = ? WHERE chunk = 3", b"\xff\x7f" * 32, "vectors", True),
        ("DELETE FROM outlines WHERE document = 3", None, "text", False),
        ("DELETE FROM meta WHERE key = 'model'", None, "catalog", False),
        ("DELETE FROM pieces WHERE document = 3", None, "text", False),
        ("UPDATE pieces SET text = ? WHERE document = 3", b"another", "text", False),
        ('UPDATE chunks SET "end" = 100000 WHERE id = 7', None, "text", False),
        ("DELETE FROM documents WHERE row = 4", None, "catalog", False),
        ("DELETE FROM {numbers}", None, "catalog", False),
        ("{no words}", None, "words", True),
    ],
)
def test_damage_inside_the_catalog_is_found(
    folder: str, damage: str, value: bytes | None, part: str, repairable: bool
) -> None:
    """Each kind of loss is told, with its document where it has one, and mended where that is possible."""
    with Library.open(folder, encoder=ENCODER) as library:
        in_file = library.catalog.home.path is not None
        damage = damage.replace("{numbers}", "sqlite_sequence" if in_file else "meta WHERE key LIKE 'taken%'")
        damage = damage.replace(
            "{no words}", "INSERT INTO words(words) VALUES('delete-all')" if in_file else "DELETE FROM words"
        )
        with library.writer.transaction() as connection:
            connection.execute(damage, () if value is None else (value,))
        found = library.verify()
        assert (part, repairable) in {(finding.part, finding.repairable) for finding in found}
        left = library.repair()
        assert not any(finding.repairable for finding in left)
        assert bool(left) != repairable


def test_repair_is_not_fooled_by_a_missing_index(folder: str) -> None:
    """Deleting the Chroma folder loses nothing: it is written again from stored vectors."""
    import shutil

    with Library.open(folder, encoder=ENCODER) as library:
        shutil.rmtree(library.index.store.root)  # type: ignore[attr-defined]
    with Library.open(folder, encoder=ENCODER) as library:
        assert [finding.part for finding in library.verify()] == ["index"]
        assert library.repair() == []


def test_status_tells_what_a_person_asks(folder: str) -> None:
    """Counts, disk, model, index and address, from one state."""
    with Library.open(folder, encoder=ENCODER) as library:
        status = library.status()
    assert (status.documents, status.chunks, status.sections) == (30, 60, 30)
    assert status.collections == {"default": 30}
    assert status.characters == sum(info.characters for info in library.documents())
    assert status.disk.catalog > 0 < status.disk.vectors
    assert status.index == "current"
    assert status.chroma == str(library.index.store.root)  # type: ignore[attr-defined]
    assert status.folder == library.place


def test_what_is_removed_while_the_index_is_written_is_not_forgotten(
    place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for the index; the next one lacks the document, and until then its passages are not found."""
    with Library.open(place, create=True, encoder=HashEncoder()) as library:
        library.add([make(f"d{number}", f"Word{number} stands here. And word{number} again.") for number in range(10)])
        gone = library.documents()[0].id
        real = library.index.store.write

        def write(*given: Any, **options: Any) -> Any:
            files = real(*given, **options)
            other = threading.Thread(target=library.remove, args=([gone],))
            other.start()
            other.join(60)
            return files

        monkeypatch.setattr(library.index.store, "write", write)
        library.update_index(force=True)
        monkeypatch.undo()
        assert len(library.documents()) == 9
        with library.catalog.snapshot() as connection:
            assert connection.execute("SELECT count(*) FROM index_removed").fetchone()[0] == 1
        assert library.index.state() == "behind"
        library.update_index(force=True)
        assert library.index.state() == "current"
        with library.catalog.snapshot() as connection:
            assert connection.execute("SELECT count(*) FROM index_removed").fetchone()[0] == 0
