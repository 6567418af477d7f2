"""Conversations and feedback over HTTP: kept, listed, searched, renamed, deleted, exported."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from web_site import NOTICE, Site, site

from bot.surfaces.web.storage.conversations import ConversationStore, title_of
from bot.surfaces.web.storage.database import Database, open_people
from vectorstore.errors import LibraryDamaged, LibraryTooNew


@pytest.fixture
def here(tmp_path: Path, place: str) -> Iterator[Site]:
    """A site that needs no sign-in, on either home."""
    with site(tmp_path, place=place) as running:
        yield running


def test_a_conversation_keeps_its_turns_in_order(here: Site) -> None:
    """Begun with "new", continued by its id, read back as it was answered."""
    first = here.ask("How long is the notice period?", conversation="new")
    second = here.ask("When was it signed?", conversation=first["conversation"])
    kept = here.client.get(f"/v1/conversations/{first['conversation']}").json()
    assert kept["title"] == "How long is the notice period?"
    assert [turn["answer"] for turn in kept["turns"]] == [first, second]
    assert [turn["id"] for turn in kept["turns"]] == [first["id"], second["id"]]
    assert not any(turn["hidden"] for turn in kept["turns"])


def test_a_question_outside_a_conversation_is_not_kept(here: Site) -> None:
    """null keeps nothing."""
    here.ask("notice?")
    assert here.client.get("/v1/conversations").json() == {"conversations": [], "next": None}


def test_an_empty_conversation_takes_its_first_question_as_title(here: Site) -> None:
    """Unless it has a title."""
    for title, expected in (("", "notice?"), ("My lease", "My lease")):
        made = here.client.post("/v1/conversations", json={"title": title})
        assert made.status_code == 201 and made.json()["turns"] == 0
        here.ask("notice?", conversation=made.json()["id"])
        assert here.client.get(f"/v1/conversations/{made.json()['id']}").json()["title"] == expected


def test_conversations_are_listed_newest_change_first_and_page_by_page(here: Site) -> None:
    """A turn brings its conversation to the top; the cursor leads on without gap or repeat."""
    ids = [here.ask(f"notice {n}?", conversation="new")["conversation"] for n in range(5)]
    here.ask("again?", conversation=ids[0])
    expected = [ids[0], *reversed(ids[1:])]
    seen, cursor = [], ""
    while True:
        page = here.client.get("/v1/conversations", params={"limit": 2, "cursor": cursor}).json()
        seen += [c["id"] for c in page["conversations"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == expected
    assert here.client.get("/v1/conversations?cursor=nonsense").status_code == 400


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("NOTICE", 1),
        ("30 days", 1),
        ("ΣΊΣΥΦΟΣ", 1),
        ("東京", 1),
        ("100%", 1),
        ("100_", 0),
        ("nothing", 0),
        ("", 3),
    ],
)
def test_conversations_are_searched_in_titles_questions_and_answers(here: Site, query: str, found: int) -> None:
    """Whatever the case and the script; % and _ mean themselves."""
    here.ask("How long is the notice?", conversation="new")
    here.ask("Who was Σίσυφος? 100%", conversation="new")
    here.ask("東京はどこ?", conversation="new")
    page = here.client.get("/v1/conversations", params={"query": query}).json()
    assert len(page["conversations"]) == found


def test_renaming_and_deleting(here: Site) -> None:
    """A new title of 1 to 200 characters; after deletion it is gone with its turns."""
    asked = here.ask("notice?", conversation="new")
    path = f"/v1/conversations/{asked['conversation']}"
    renamed = here.client.patch(path, json={"title": "  <b>Lease</b> 👍 "})
    assert renamed.json()["title"] == "<b>Lease</b> 👍"
    for title in ("", "   ", "x" * 201):
        assert here.client.patch(path, json={"title": title}).status_code == 422
    assert here.client.delete(path).status_code == 204
    assert here.client.get(path).status_code == here.client.delete(path).status_code == 404
    assert here.client.patch(path, json={"title": "x"}).status_code == 404
    assert not here.services.database.rows("SELECT * FROM turns")


def test_feedback_is_kept_with_question_answer_and_passages(here: Site) -> None:
    """For a kept turn and for a loose answer; a second thumb replaces the first; it can be taken back."""
    turn, loose = here.ask("notice?", conversation="new"), here.ask("Who is the king?")
    first = here.client.post("/v1/feedback", json={"answer": turn["id"], "thumb": "down", "comment": "no"})
    assert first.status_code == 201
    here.client.post("/v1/feedback", json={"answer": turn["id"], "thumb": "up", "comment": "yes 👍"})
    here.client.post("/v1/feedback", json={"answer": loose["id"], "thumb": "up"})
    listed = here.client.get("/v1/feedback").json()["feedback"]
    assert [(f["question"], f["thumb"]) for f in listed] == [("Who is the king?", "up"), ("notice?", "up")]
    kept = here.client.get(f"/v1/conversations/{turn['conversation']}").json()
    assert kept["turns"][0]["feedback"]["comment"] == "yes 👍"
    lines = [json.loads(line) for line in here.client.get("/v1/feedback/export").text.splitlines()]
    assert [line["answerable"] for line in lines] == [False, True]
    assert lines[1]["quotes"][0]["quote"] == NOTICE and lines[1]["passages"] == turn["passages"]
    assert here.client.delete(f"/v1/feedback/{listed[0]['id']}").status_code == 204
    assert here.client.delete(f"/v1/feedback/{listed[0]['id']}").status_code == 404
    unknown = {"answer": "ans_" + "0" * 24, "thumb": "up"}
    assert here.client.post("/v1/feedback", json=unknown).json()["error"]["code"] == "answer_missing"


def test_feedback_is_listed_page_by_page(here: Site) -> None:
    """The cursor is the number of the last one."""
    for n in range(3):
        here.client.post("/v1/feedback", json={"answer": here.ask(f"notice {n}")["id"], "thumb": "down"})
    page = here.client.get("/v1/feedback?limit=2").json()
    rest = here.client.get("/v1/feedback", params={"limit": 2, "cursor": page["next"]}).json()
    questions = [f["question"] for f in (*page["feedback"], *rest["feedback"])]
    assert questions == ["notice 2", "notice 1", "notice 0"] and rest["next"] is None
    assert here.client.get("/v1/feedback?cursor=-1").status_code == 400
    lines = here.client.get("/v1/feedback/export").text.splitlines()
    assert all(json.loads(line)["answerable"] is None for line in lines)


def test_a_turn_of_a_conversation_that_was_deleted_meanwhile_is_given_but_not_kept(place: str) -> None:
    """The person has the answer; nothing is written for a conversation that is gone."""
    database = open_people(place)
    store = ConversationStore(database)
    conversation = store.create("ana")["id"]
    store.delete("ana", conversation)
    answer = {"id": "ans_1", "conversation": conversation, "question": "x", "text": "y", "created": "z"}
    assert not store.add_turn("ana", answer, begin=False)
    assert not database.rows("SELECT * FROM turns")
    database.close()


def test_what_was_kept_is_there_after_a_restart(tmp_path: Path, place: str) -> None:
    """It outlives the process, and a rebuild of the index does not touch it."""
    with site(tmp_path, place=place) as here:
        asked = here.ask("notice?", conversation="new")
        here.bot.library.update_index(force=True)
        here.bot.library.compact()
    database = open_people(here.library)
    (turn,) = ConversationStore(database).turns("", asked["conversation"])
    assert turn["answer"] == asked
    database.close()


def test_a_file_of_a_newer_version_and_a_broken_one_are_refused_with_words(tmp_path: Path) -> None:
    """Neither is touched."""
    database = Database(tmp_path)
    database.run("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(LibraryTooNew, match="Update Footnote"):
        Database(tmp_path)
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "conversations.db").write_bytes(b"not a database" * 100)
    with pytest.raises(LibraryDamaged, match="Restore it from a backup"):
        Database(broken)


def test_a_transaction_keeps_all_or_nothing(place: str) -> None:
    """An error inside takes everything back, and the next transaction works."""
    database = open_people(place)
    with pytest.raises(ZeroDivisionError), database.transaction():
        database.run("INSERT INTO users VALUES ('a', '', 'reader', NULL, '', '', '[]', '')")
        assert database.row("SELECT 1 FROM users") is not None
        raise ZeroDivisionError
    assert database.row("SELECT 1 FROM users") is None
    with database.transaction():
        database.run("INSERT INTO users VALUES ('a', '', 'reader', NULL, '', '', '[]', '')")
    assert database.row("SELECT 1 FROM users") is not None
    database.close()


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("Short?", "Short?"),
        ("  two\n lines ", "two lines"),
        ("w " * 100, "w " * 38 + "w…"),
        ("東" * 100, "東" * 79 + "…"),
    ],
)
def test_a_title_is_the_question_cut_at_a_blank(question: str, title: str) -> None:
    """At most 80 characters, on one line."""
    made = title_of(question)
    assert len(made) <= 80 and made == title.strip()
