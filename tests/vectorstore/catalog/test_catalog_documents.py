"""Documents are kept, found by name, filtered, and read back to the last character."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hash_encoder import HashEncoder, make

from vectorstore.catalog.schema import PIECE_CHARACTERS
from vectorstore.document import Heading, Place
from vectorstore.errors import DateInvalid, DocumentMissing
from vectorstore.library import Library
from vectorstore.passage import Filter


@pytest.fixture
def library(place: str) -> Iterator[Library]:
    """An empty library with a quick encoder."""
    library = Library.open(place, create=True, encoder=HashEncoder())
    yield library
    library.close(update_index=False)


def test_a_document_comes_back_as_it_was_added(library: Library) -> None:
    """Every field and the whole text survive, places and headings too."""
    text = "Title. First page. Second 🙂 page with a \0 in it."
    document, chunks = make(
        "a.pdf",
        text,
        media_type="application/pdf",
        places=(Place(0, "page", 1), Place(19, "page", 2, by_ocr=True)),
        headings=(Heading(0, 6, 1),),
    )
    library.add([(document, chunks)])
    assert library.document(document.id) == document


@pytest.mark.parametrize(
    "length", [PIECE_CHARACTERS - 1, PIECE_CHARACTERS, PIECE_CHARACTERS + 1, 3 * PIECE_CHARACTERS + 7]
)
def test_any_slice_of_a_long_text_is_exact(library: Library, length: int) -> None:
    """`text(start, end)` equals Python's slice across the borders of stored pieces."""
    text = ("ab🙂\0é日" * (length // 6 + 1))[:length]
    document, _ = make("long.txt", text)
    library.add([(document, [])])
    for start, end in (
        (0, None),
        (0, 1),
        (length - 1, None),
        (PIECE_CHARACTERS - 2, PIECE_CHARACTERS + 2),
        (-3, None),
    ):
        assert library.text(document.id, start, end) == text[start:end]
    assert library.text(document.id, 5, 5) == library.text(document.id, length + 1, length + 9) == ""


def test_lone_surrogates_and_nul_break_nothing(library: Library) -> None:
    """Odd file names and texts are stored, listed, searched for, renamed and removed."""
    document, chunks = make("bad\udcff\0name.txt", "A lone \ud800 surrogate. And a \0 here.", title="t\udcfe")
    library.add([(document, chunks)])
    assert library.document(document.id) == document
    assert library.find(document.source).id == document.id
    assert library.manifest("default")[document.source].sha256 == document.sha256
    assert library.documents(Filter(sources=(document.source[:-3] + "*",)))[0].id == document.id
    library.rename(document.id, source="/files/\udcfd", title="\udcfc", modified="")
    assert library.find("/files/\udcfd").title == "\udcfc"
    assert library.verify()[0].part == "index"  # only the index is not written yet
    assert library.remove([document.id]) == 1
    assert library.documents() == []


def test_a_passage_knows_its_place(library: Library) -> None:
    """Page, place, heading path, sentences and section bounds are those of the chunk, the text verbatim."""
    text = "Report. Part one. Alpha here. Beta there. Part two. Gamma last."
    headings = (Heading(0, 7, 1), Heading(8, 17, 2), Heading(42, 51, 2))
    document, chunks = make("r.pdf", text, headings=headings, places=(Place(0, "page", 1), Place(42, "page", 2)))
    library.add([(document, chunks)])
    with library.view() as view:
        ids, _ = view.index.nearest(view.encoder.encode_query("Gamma last."), 6)
        passages = {passage.text: passage for passage in view.catalog.passages(ids)}
    assert set(passages) == {text[chunk.start : chunk.end] for chunk in chunks}
    gamma = passages["Gamma last."]
    assert (gamma.page, gamma.place, gamma.heading) == (2, "p. 2", "Report. › Part two.")
    assert passages["Alpha here."].heading == "Report. › Part one."
    for passage in passages.values():
        assert text[passage.start : passage.end] == passage.text
        assert [text[start:end] for start, end in passage.sentences] == [passage.text]
        first, last = passage.section
        assert first <= passage.start and passage.end <= last


def test_places_that_are_no_pages_are_named(library: Library) -> None:
    """Slides and rows are told by their own name; only slides count as pages."""
    slide, row = (
        make("s.pptx", "Alpha.", places=(Place(0, "slide", 3),)),
        make("t.csv", "Beta.", places=(Place(0, "row", 12),)),
    )
    library.add([slide, row])
    with library.view() as view:
        ids, _ = view.index.nearest(view.encoder.encode_query("Alpha."), 2)
        first, second = view.catalog.passages(ids)
    assert (first.place, first.page, second.place, second.page) == ("slide 3", 3, "row 12", None)


def test_a_document_is_found_by_any_of_its_names(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Id, beginning of the id, path, relative path, file name and title all lead to it."""
    document, chunks = make("deep/report.txt", "Text.", title="The report")
    library.add([(document, chunks)])
    monkeypatch.chdir("/")
    for name in (
        document.id,
        document.id[:6],
        document.source,
        "files/deep/report.txt",
        "report.txt",
        "The report",
    ):
        assert library.find(name).id == document.id


def test_an_unknown_name_gets_near_ones_and_an_ambiguous_one_the_choices(library: Library) -> None:
    """The error says what to type instead."""
    library.add([make("a/notes.txt", "One."), make("b/notes.txt", "Two.")])
    with pytest.raises(DocumentMissing, match=r"notes\.txt"):
        library.find("note.txt")
    with pytest.raises(DocumentMissing) as caught:
        library.find("notes.txt")
    assert all(info.id in str(caught.value) for info in library.documents())


def test_adding_the_same_id_again_replaces_the_document(library: Library) -> None:
    """Nothing of the old text remains: not its chunks, not its words, not its vectors."""
    library.add([make("a.txt", "Old apples. Old pears. Old plums. Old figs.")])
    library.add([make("a.txt", "New cherries.")])
    with library.view() as view:
        assert view.catalog.chunk_count() == 1
        assert not len(view.catalog.postings("appl"))
        ids, _ = view.index.nearest(view.encoder.encode_query("Old apples."), 5)
        assert [passage.text for passage in view.catalog.passages(ids)] == ["New cherries."]
    assert [finding.part for finding in library.verify()] == ["index"]


def test_row_ids_are_contiguous_and_never_used_twice(library: Library) -> None:
    """The ids of a removed document are not given to the next one."""
    library.add([make("a.txt", "One. Two. Three. Four."), make("b.txt", "Five. Six.")])
    library.remove([library.find("b.txt").id])
    library.add([make("c.txt", "Seven. Eight.")])
    with library.view() as view:
        ids = view.catalog.matrix()[0]
        places = view.catalog.chunk_places(ids)
    assert ids.tolist() == [1, 2, 3, 4, 7, 8]
    assert places.document_first.tolist() == [1, 1, 1, 1, 7, 7]
    assert places.section_last.tolist() == [3, 3, 3, 4, 8, 8]


@pytest.mark.parametrize("date", ["9999-99-99", "soon", "20260201", "2026-02-01T12", "9999-12-31T23:00-14:00"])
def test_a_filter_by_a_date_that_is_none_cannot_be_made(date: str) -> None:
    """The error is for a person, and a ValueError for a program."""
    for name in ("modified_after", "modified_before", "created_after", "created_before"):
        with pytest.raises(DateInvalid, match=r"is not a date.*2026-11-25") as refused:
            Filter(**{name: date})
        assert isinstance(refused.value, ValueError)


@pytest.mark.parametrize(
    ("filter", "expected"),
    [
        (Filter(), {"a.txt", "b.pdf", "c.md"}),
        (Filter(collections=("two",)), {"b.pdf"}),
        (Filter(collections=("two", "three")), {"b.pdf", "c.md"}),
        (Filter(sources=("*.pdf", "*/a.*")), {"a.txt", "b.pdf"}),
        (Filter(media_types=("text/*",)), {"a.txt", "c.md"}),
        (Filter(media_types=("application/pdf",)), {"b.pdf"}),
        (Filter(modified_after="2026-02-01"), {"b.pdf", "c.md"}),
        (Filter(modified_before="2026-02-01"), {"a.txt", "b.pdf"}),
        (Filter(modified_after="2026-02-01T12:00:00Z", modified_before="2026-02-01T12:00:00Z"), {"b.pdf"}),
        (Filter(modified_before="2026-02-01T13:00:00+02:00"), {"a.txt"}),
        (Filter(modified_after="2026-02-01T14:00+02:00", modified_before="2026-02-01 12:00"), {"b.pdf"}),
        (Filter(modified_after="2026-02-01 12:00:01"), {"c.md"}),
        (Filter(collections=("two",), media_types=("text/*",)), set()),
    ],
)
def test_filters_choose_documents_and_their_chunks(library: Library, filter: Filter, expected: set[str]) -> None:
    """Fields of a filter must all hold; within a field one is enough; dates include their whole day."""
    library.add(
        [
            make("a.txt", "One. Two.", collection="one", modified="2026-01-01T00:00:00Z"),
            make(
                "b.pdf",
                "Three.",
                collection="two",
                media_type="application/pdf",
                modified="2026-02-01T12:00:00Z",
            ),
            make(
                "c.md",
                "Four. Five.",
                collection="three",
                media_type="text/markdown",
                modified="2026-03-01T00:00:00Z",
            ),
            make("d.bin", "Six.", collection="four", media_type="application/x", modified=""),
        ]
    )
    found = {info.source.removeprefix("/files/") for info in library.documents(filter)}
    assert library.count_documents(filter) == len(found)
    assert found - {"d.bin"} == expected
    with library.view() as view:
        chosen = view.catalog.chunks_matching(filter)
        assert (chosen is None) == (not filter)
        if chosen is not None:
            assert len(chosen) == sum(info.chunks for info in library.documents(filter))


def test_touch_changes_the_stamp_only(library: Library) -> None:
    """A new time of the file is stored without touching the text or chunks."""
    document, chunks = make("a.txt", "One. Two.")
    library.add([(document, chunks)])
    library.touch(document.id, modified="2027-01-01T00:00:00Z", size=99, sha256="f" * 64)
    stamp = library.manifest("default")[document.source]
    assert (stamp.modified, stamp.size, stamp.sha256) == ("2027-01-01T00:00:00Z", 99, "f" * 64)
    assert library.document(document.id).text == document.text
    with pytest.raises(DocumentMissing):
        library.touch("0" * 16, size=1)


def test_a_renamed_document_is_found_by_its_new_name_only(library: Library) -> None:
    """Title terms follow the rename, chunks keep their ids."""
    document, chunks = make("budget.txt", "One. Two.", title="Budget")
    library.add([(document, chunks)])
    library.rename(document.id, source="/files/market.txt", title="Market", modified="2026-11-26T00:00:00Z")
    with library.view() as view:
        assert not len(view.catalog.title_postings("budget"))
        assert len(view.catalog.title_postings("market")) == 1
        assert view.catalog.matrix()[0].tolist() == [1, 2]
    assert library.find("market.txt").modified == "2026-11-26T00:00:00Z"


def test_listing_loads_no_numpy_no_chroma_and_no_model(place: str) -> None:
    """Comparing files with the library must start at once, so heavy modules stay out."""
    with Library.open(place, create=True, encoder=HashEncoder()) as library:
        library.add([make("a.txt", "One. Two.")])
    code = (
        "import sys; from vectorstore.library import Library\n"
        "with Library.open(sys.argv[1]) as library:\n"
        "    assert len(library.manifest('default')) == 1 and library.documents() and library.find('a.txt')\n"
        "heavy = {'numpy', 'chromadb', 'torch', 'onnxruntime'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code, str(place)], check=True, cwd=Path(__file__).parents[3])


def test_a_document_without_chunks_is_kept(library: Library) -> None:
    """A text with nothing to index can still be listed, shown and removed."""
    document, _ = make("blank.txt", "   ")
    library.add([(document, [])])
    assert library.find("blank.txt").chunks == 0
    assert library.document("blank.txt").text == "   "
    assert library.remove([document.id]) == 1


def test_chunks_that_break_the_rules_are_refused_and_leave_nothing(library: Library) -> None:
    """Overlapping or overlong chunks are a fault of the caller; the old document stays as it was."""
    document, chunks = make("a.txt", "One. Two.")
    library.add([(document, chunks)])
    with pytest.raises(ValueError, match="out of order"):
        library.add([(document, chunks[::-1])])
    longer, _ = make("a.txt", "One.")
    with pytest.raises(ValueError, match="offsets"):
        library.add([(longer, chunks)])
    assert library.document(document.id) == document
