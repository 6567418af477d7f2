"""`footnote move`: from a folder into a database and back, with everything that people keep."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from small_library import small_library

from bot.desk import curated
from bot.surfaces.chat.store import open_chats
from bot.surfaces.cli.app import run
from bot.surfaces.web.storage.accounts import Accounts
from bot.surfaces.web.storage.conversations import ConversationStore
from bot.surfaces.web.storage.database import open_people
from bot.surfaces.web.storage.removed_files import FOLDER
from bot.surfaces.web.storage.uploads import Uploads
from ingest.splitting.split import split
from vectorstore.catalog.writing import Writer
from vectorstore.document import Document
from vectorstore.library import Library
from vectorstore.upkeep import moving

GYM = "The gym on the ground floor opens at seven."
QUESTIONS = ("When does the lease begin?", "Who repairs the roof?", "Tokyo", "gym")


@pytest.fixture
def old(tmp_path: Path) -> Iterator[str]:
    """A folder's library: four documents, one of them uploaded, an editor's answer, people and what they keep."""
    folder = small_library(tmp_path)
    people = open_people(folder)
    accounts = Accounts(people)
    accounts.add("ana", password="correct horse battery", role="editor")
    accounts.add_token("ana", label="report")
    talk = ConversationStore(people).create("ana", title="Lease \0 odd")["id"]
    answer = {"id": "ans_1", "conversation": talk, "question": "x", "text": "y", "created": "z"}
    ConversationStore(people).add_turn("ana", answer, begin=False)
    with (tmp_path / "gym.txt").open("w+b") as file:
        file.write(GYM.encode())
        file.seek(0)
        uploaded = Uploads(folder, people).save(file, "default", "gym.txt")
    people.close()
    chats = open_chats(folder)
    chats.join_thread("t")
    chats.close()
    with Library.open(folder) as library:
        document = Document("0" * 16, str(uploaded), "Gym", "text/plain", GYM, "0" * 64, "default", name="gym.txt")
        library.add([(document, split(GYM))])
        answer_text = "Yes: it opens at seven."
        curated.write(
            library, questions=["Is there a gym?"], text=answer_text, sources=[], collection="default", day="2026-11-30"
        )
        library.remove([library.find("brief.md").id])
        library.close(update_index=False)
    yield str(folder)


def state(place: str) -> dict[str, Any]:
    """Return what a library holds and finds, but for where its own files lie."""
    with Library.open(place) as library:
        found = {
            "documents": [(info.id, info.title, info.added, info.sha256) for info in library.documents()],
            "texts": [library.text(info.id) for info in library.documents()],
            "found": [
                [(p.document, p.start, p.end, p.score, p.text) for p in library.search(question).passages]
                for question in QUESTIONS
            ],
            "curated": [(one.id, one.questions, one.text) for one in curated.present(library)],
            "sound": [finding.message for finding in library.verify() if finding.part != "index"],
        }
        gym = library.find("gym.txt")
        assert Path(gym.path).read_text() == GYM
        assert Path(gym.path).is_relative_to(Path(library.folder).resolve() / FOLDER)
        library.close(update_index=False)
    people = open_people(place)
    rows = people.rows("SELECT path FROM uploads")
    assert [row["path"] for row in rows] == [gym.path]
    found["accounts"] = Accounts(people).all(), Accounts(people).tokens("ana")
    found["password"] = Accounts(people).by_password("ana", "correct horse battery") is not None
    store = ConversationStore(people)
    found["talks"] = [(one, store.turns("ana", one["id"])) for one in store.conversations("ana")]
    people.close()
    chats = open_chats(place)
    found["chats"] = chats.in_thread("t")
    chats.close()
    return found


@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
def test_a_library_moves_into_a_database_and_back(
    old: str, place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Answers, people, uploads and editors' answers are the same in all three; the bin stays, which is said."""
    before = state(old)
    assert before["sound"] == [] and before["password"] and len(before["documents"]) == 4
    assert run(["move", old, place]) == 0
    said = capsys.readouterr().out
    assert "4 documents" in said and "1 accounts" in said and "1 removed documents stay behind" in said
    assert state(place) == before
    back = str(tmp_path / "back")
    assert run(["move", place, back]) == 0
    assert state(back) == before and state(old) == before


def test_only_an_empty_place_is_taken(place: str, old: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A library with documents is left as it is, and so is the same one under both names."""
    with Library.open(place, create=True) as library:
        document = Document("1" * 16, "/a.txt", "Other", "text/plain", "Other words.", "1" * 64, "default")
        library.add([(document, split("Other words."))])
        library.close(update_index=False)
    assert run(["move", old, place]) != 0
    assert "is not empty, and nothing was moved" in capsys.readouterr().err
    with Library.open(place) as library:
        assert [info.title for info in library.documents()] == ["Other"] and not library.catalog.meta(moving.MARK)


def test_a_move_that_was_cut_off_goes_on(
    place: str, old: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is there is not copied again; another library is refused there until it is whole."""
    put, stored = Writer.put, list[str]()

    def failing(writer: Writer, document: Document, *given: Any, **more: Any) -> None:
        if len(stored) == 2:
            raise KeyboardInterrupt
        stored.append(document.id)
        put(writer, document, *given, **more)

    monkeypatch.setattr(Writer, "put", failing)
    assert run(["move", old, place]) == 130
    with Library.open(place) as half:
        assert half.count_documents() == 2
    monkeypatch.setattr(
        Writer, "put", lambda writer, document, *a, **m: (stored.append(document.id), put(writer, document, *a, **m))
    )
    assert run(["move", old, place]) == 0
    assert sorted(stored) == sorted(set(stored)) and len(stored) == 4
    assert state(place) == state(old)
    assert run(["move", old, place]) != 0  # it is whole, and no empty library any more
    capsys.readouterr()


def test_what_is_not_the_same_is_told(
    place: str, old: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A vector that arrives otherwise is found by comparing, and the move fails with words."""
    matrices = moving._matrices
    monkeypatch.setattr(moving, "_matrices", lambda source, whole: tuple(part * 2 for part in matrices(source, whole)))
    assert run(["move", old, place]) != 0
    assert "is not the same in" in capsys.readouterr().err
