"""The desk over HTTP: a log that is off, what it keeps, who sees it, curated answers, asking again."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from web_site import LEASE, NOTICE, Site, site

from bot.surfaces.web.storage.accounts import Accounts
from bot.surfaces.web.storage.database import SCHEMAS, Database, fault
from ingest.splitting.split import split

GYM = "Is there a gym?"
ROOF = "The landlord repairs the roof."


@pytest.fixture
def here(tmp_path: Path, place: str) -> Iterator[Site]:
    """A site that needs no sign-in, with the log on, on either home."""
    with site(tmp_path, place=place, settings={"question_log": True}) as running:
        yield running


def gaps(client: TestClient) -> Any:
    """Return the desk's list of gaps."""
    answer = client.get("/v1/desk/gaps")
    assert answer.status_code == 200, answer.text
    return answer.json()


def days_later(here: Site, days: int) -> None:
    """Make everything that is kept so many days older."""
    kept = here.services.database
    for table in ("asked", "cited", "unanswered"):
        for (day,) in [tuple(dict(row).values()) for row in kept.rows(f"SELECT DISTINCT day FROM {table}")]:
            before = (date.fromisoformat(day) - timedelta(days=days)).isoformat()
            kept.run(f"UPDATE {table} SET day = ? WHERE day = ?", before, day)
    here.services.log._tidied = ""


def test_the_log_is_off_until_an_owner_switches_it_on(tmp_path: Path) -> None:
    """Nothing is kept, the desk says so, and so does the status that the page shows to whoever asks."""
    with site(tmp_path) as here:
        here.ask(GYM)
        assert gaps(here.client) == {
            "log": {"on": False, "names": False, "days": 90},
            "restricted": False,
            "since": "",
            "answered": 0,
            "unanswered": 0,
            "gaps": [],
        }
        assert here.client.get("/v1/status").json()["question_log"] is None
        assert GYM.encode() not in (here.folder / "conversations.db").read_bytes()


def test_questions_without_an_answer_are_grouped_and_counted(here: Site) -> None:
    """Asked plainly and as a stream; of those that are answered no word is kept; askers are told."""
    for question in (GYM, "is there a gym", "Do we have a gym?", "Who won the cup?"):
        here.ask(question)
    headers = {"Accept": "text/event-stream"}
    here.client.post("/v1/ask", json={"question": GYM}, headers=headers)
    here.ask("How long is the notice period?")
    found = gaps(here.client)
    assert (found["answered"], found["unanswered"]) == (1, 5)
    first, second = found["gaps"]
    assert first["question"] == GYM and (first["count"], first["week"], first["week_before"]) == (4, 4, 0)
    assert [(one["text"], one["count"], one["names"]) for one in first["questions"]] == [
        (GYM, 2, []),
        ("is there a gym", 1, []),
        ("Do we have a gym?", 1, []),
    ]
    assert second["question"] == "Who won the cup?"
    assert here.client.get("/v1/status").json()["question_log"] == {"days": 90, "names": False}
    kept = here.services.database.rows("SELECT * FROM unanswered")
    assert "notice" not in str([tuple(row) for row in kept])


def test_small_talk_and_chosen_documents_are_no_gaps(here: Site) -> None:
    """What two chosen documents don't say is nothing that the library lacks; OpenAI's clients tell nobody of a log."""
    here.ask(GYM, filter={"documents": [here.document("Brief")]})
    message = {"role": "user", "content": GYM}
    here.client.post("/v1/chat/completions", json={"model": "footnote", "messages": [message]})
    assert gaps(here.client)["gaps"] == []
    here.ask(GYM, filter={"collections": ["deals"]})
    assert len(gaps(here.client)["gaps"]) == 1


def test_what_is_kept_ends(here: Site) -> None:
    """After the days that the settings say nothing of it is left, also not in the free pages of the file."""
    here.ask(GYM)
    here.ask("notice?")
    days_later(here, 90)
    assert len(gaps(here.client)["gaps"]) == 1 and here.services.log.cited()
    days_later(here, 1)
    found = gaps(here.client)
    assert found["gaps"] == [] and found["since"] == "" and not here.services.log.cited()
    assert not here.services.database.rows("SELECT 1 FROM unanswered")
    if not here.services.database.shared:
        here.services.database.run("PRAGMA wal_checkpoint(TRUNCATE)")
        assert GYM.encode() not in (here.folder / "conversations.db").read_bytes()


def test_the_trend_is_of_two_weeks(here: Site) -> None:
    """Seven days and the seven before."""
    here.ask(GYM)
    days_later(here, 9)
    here.ask(GYM)
    here.ask(GYM)
    (gap,) = gaps(here.client)["gaps"]
    assert (gap["count"], gap["week"], gap["week_before"]) == (3, 2, 1)
    today = datetime.now(UTC).date()
    assert (gap["first"], gap["last"]) == ((today - timedelta(days=9)).isoformat(), today.isoformat())


def test_questions_are_taken_off_the_desk(here: Site) -> None:
    """Those that are named, and no others; a second time they are not there."""
    here.ask(GYM)
    here.ask("Who won the cup?")
    ids = gaps(here.client)["gaps"][0]["ids"]
    assert here.client.post("/v1/desk/forget", json={"ids": ids}).status_code == 204
    assert [gap["question"] for gap in gaps(here.client)["gaps"]] == ["Who won the cup?"]
    again = here.client.post("/v1/desk/forget", json={"ids": ids})
    assert (again.status_code, again.json()["error"]["code"]) == (404, "question_missing")


def test_what_is_asked_again_and_answered_is_no_gap_any_more(here: Site) -> None:
    """Each wording once, after what it leaned on; those that are still not answered stay."""
    for question in (GYM, GYM, "Do we have a gym?"):
        here.ask(question)
    (gap,) = gaps(here.client)["gaps"]
    here.bot.script["Is there"] = ROOF
    here.bot.asked.clear()
    done = here.client.post("/v1/desk/again", json={"ids": gap["ids"]}).json()
    assert done == {"asked": [{"question": GYM, "answer": ROOF}, {"question": "Do we have a gym?", "answer": ""}]}
    assert len(here.bot.asked) == 2
    (left,) = gaps(here.client)["gaps"]
    assert left["question"] == "Do we have a gym?" and left["count"] == 1


def test_a_follow_up_is_kept_with_what_it_leaned_on(here: Site) -> None:
    """By itself "and in Lisbon?" would say nothing to an editor, nor when it is asked again."""
    answer = here.ask(GYM)
    here.services.log.note(
        "", {**answer, "question": "and in Lisbon?", "searched_for": f"and in Lisbon? (after: {GYM})"}
    )
    found = gaps(here.client)["gaps"]
    assert {gap["question"] for gap in found} == {GYM, f"{GYM} … and in Lisbon?"}
    here.bot.asked.clear()
    ids = next(gap["ids"] for gap in found if "Lisbon" in gap["question"])
    here.client.post("/v1/desk/again", json={"ids": ids})
    ((question, conversation, _),) = here.bot.asked
    assert question == "and in Lisbon?" and conversation is not None
    assert [turn.question for turn in conversation.turns] == [GYM]


# ---- who sees it


def clients(here: Site, **who: tuple[str, tuple[str, ...] | None]) -> dict[str, dict[str, str]]:
    """Add accounts and return the headers that each sends."""
    accounts = Accounts(here.services.database)
    headers = {}
    for name, (role, collections) in who.items():
        accounts.add(name, role=role, collections=collections)  # type: ignore[arg-type]
        headers[name] = {"Authorization": f"Bearer {accounts.add_token(name)}"}
    return headers


@pytest.mark.parametrize("names", [False, True])
def test_only_editors_see_the_desk_and_restricted_ones_nothing_of_others(tmp_path: Path, names: bool) -> None:
    """What others ask is about whatever they may see; names are kept only where an owner wants it."""
    with site(tmp_path, settings={"question_log": True, "question_log_names": names}) as here:
        who = clients(here, ana=("editor", None), ben=("editor", ("default",)), cat=("reader", None))
        for name in ("ana", "ben", "cat"):
            here.client.post("/v1/ask", json={"question": f"Is there a {name}gym?"}, headers=who[name])

        def get(path: str, name: str) -> Any:
            return here.client.get(f"/v1/desk/{path}", headers=who[name])

        for path in ("gaps", "documents", "answers"):
            assert get(path, "cat").json()["error"]["code"] == "not_allowed"
            assert here.client.get(f"/v1/desk/{path}").status_code == 401
        whole, part = get("gaps", "ana").json(), get("gaps", "ben").json()
        seen = [question for gap in whole["gaps"] for question in gap["questions"]]
        assert {question["text"] for question in seen} == {f"Is there a {name}gym?" for name in who}
        assert {tuple(question["names"]) for question in seen} == ({("ana",), ("ben",), ("cat",)} if names else {()})
        assert part["restricted"] and part["answered"] is None and part["unanswered"] is None
        assert [gap["question"] for gap in part["gaps"]] == (["Is there a bengym?"] if names else [])
        ids = [id for gap in whole["gaps"] for id in gap["ids"]]
        for path in ("again", "forget"):
            answer = here.client.post(f"/v1/desk/{path}", json={"ids": ids[:1]}, headers=who["cat"])
            assert answer.status_code == 403
        here.client.post("/v1/desk/forget", json={"ids": ids}, headers=who["ben"])
        left = get("gaps", "ana").json()["gaps"]
        assert sum(gap["count"] for gap in left) == (2 if names else 3)
        titles = {one["title"] for one in get("documents", "ben").json()["never_cited"]}
        assert "Brief" not in titles and "Lease of the house" in titles


def test_documents_that_no_answer_cited_and_what_was_lost(here: Site) -> None:
    """A citation takes a document off the list; what was remarked on at ingest is on it."""
    assert here.client.get("/v1/desk/documents").json()["never_cited"] == []
    here.ask("How long is the notice period?")
    found = here.client.get("/v1/desk/documents").json()
    titles = {one["title"] for one in found["never_cited"]}
    assert "Lease of the house" not in titles and {"Brief", "Party"} <= titles
    assert found["never_cited_total"] == len(titles) and found["since"]
    lease = here.bot.library.document(here.document("Lease of the house"))
    here.bot.library.add([(replace(lease, notes=("1 page has no text layer.",)), split(lease.text))])
    (noted,) = here.client.get("/v1/desk/documents").json()["noted"]
    assert (noted["id"], noted["note"]) == (lease.id, "1 page has no text layer.")


def test_thumbs_down_are_listed_by_themselves(here: Site) -> None:
    """`thumb` chooses; the pages go on within it."""
    for question, thumb in (("notice?", "up"), (GYM, "down"), ("signed?", "down")):
        here.client.post("/v1/feedback", json={"answer": here.ask(question)["id"], "thumb": thumb})
    found = here.client.get("/v1/feedback?thumb=down&limit=1").json()
    assert [one["question"] for one in found["feedback"]] == ["signed?"]
    found = here.client.get("/v1/feedback", params={"thumb": "down", "cursor": found["next"]}).json()
    assert [one["question"] for one in found["feedback"]] == [GYM] and found["next"] is None


# ---- curated answers


def answer_body(here: Site, quote: str = ROOF, **more: Any) -> dict[str, Any]:
    """Return the body of an answer with one footnote to the lease."""
    start = LEASE.index(quote)
    source = {"document": here.document("Lease of the house"), "start": start, "end": start + len(quote)}
    return {"questions": [GYM, "Do we have a gym?"], "text": "The gym is on the roof.", "sources": [source], **more}


def test_an_answer_is_written_listed_and_written_again(here: Site) -> None:
    """It becomes a document, goes where its sources stand, and tells the state of each."""
    made = here.client.post("/v1/desk/answers", json=answer_body(here))
    assert made.status_code == 201
    answer = made.json()
    assert answer["collection"] == "default" and answer["current"] and answer["questions"] == [GYM, "Do we have a gym?"]
    (source,) = answer["sources"]
    assert source["quote"] == ROOF == LEASE[source["start"] : source["end"]] and source["state"] == "current"
    assert here.client.get("/v1/desk/answers").json() == {"answers": [answer]}
    document = here.client.get(f"/v1/documents/{answer['id']}").json()
    assert document["title"] == f"Editor’s answer: {GYM}"
    assert here.client.get(f"/v1/documents/{answer['id']}/text").json()["text"] == "The gym is on the roof."
    refused = here.client.post(f"/v1/documents/{answer['id']}/reingest")
    assert (refused.status_code, refused.json()["error"]["remedy"]) == (409, "Write it again on the desk.")
    again = here.client.put(f"/v1/desk/answers/{answer['id']}", json=answer_body(here, text="Upstairs.", sources=[]))
    assert again.status_code == 200 and again.json()["id"] == answer["id"]
    (listed,) = here.client.get("/v1/desk/answers").json()["answers"]
    assert listed["text"] == "Upstairs." and listed["sources"] == []
    assert here.client.delete(f"/v1/documents/{answer['id']}").status_code == 204
    assert here.client.get("/v1/desk/answers").json() == {"answers": []}


def test_it_says_when_its_sources_are_gone(here: Site) -> None:
    """A removed source is named, with the words that it held and no place."""
    answer = here.client.post("/v1/desk/answers", json=answer_body(here)).json()
    here.bot.library.remove([answer["sources"][0]["document"]])
    (listed,) = here.client.get("/v1/desk/answers").json()["answers"]
    (source,) = listed["sources"]
    assert not listed["current"] and source["state"] == "removed" and source["quote"] == ROOF
    assert source["start"] is source["end_utf16"] is None


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"text": "  "}, 422, "invalid"),
        ({"questions": []}, 422, "invalid"),
        ({"questions": [" "]}, 422, "invalid"),
        ({"collection": "deals"}, 422, "invalid"),
        ({"sources": [{"document": "f" * 16, "start": 0, "end": 5}]}, 404, "document_missing"),
        ({"more": 1}, 422, "invalid"),
    ],
)
def test_what_cannot_be_written_is_refused(here: Site, change: dict[str, Any], status: int, code: str) -> None:
    """With words, and nothing is kept."""
    refused = here.client.post("/v1/desk/answers", json=answer_body(here, **change))
    assert (refused.status_code, refused.json()["error"]["code"]) == (status, code), refused.text
    assert here.client.get("/v1/desk/answers").json() == {"answers": []}
    assert here.client.put(f"/v1/desk/answers/{'f' * 16}", json=answer_body(here)).status_code == 404


def test_a_restricted_editor_writes_and_sees_within_the_own_collections(here: Site) -> None:
    """Sources, answers and collections of others do not exist for such an editor."""
    who = clients(
        here,
        ana=("editor", None),
        ben=("editor", ("deals",)),
        cat=("reader", None),
        dan=("editor", ("later",)),
    )
    body = answer_body(here)
    assert here.client.post("/v1/desk/answers", json=body, headers=who["cat"]).status_code == 403
    assert here.client.post("/v1/desk/answers", json=body, headers=who["ben"]).status_code == 404
    made = here.client.post("/v1/desk/answers", json=body, headers=who["ana"]).json()
    assert here.client.get("/v1/desk/answers", headers=who["ben"]).json() == {"answers": []}
    address = f"/v1/desk/answers/{made['id']}"
    assert here.client.put(address, json={**body, "sources": []}, headers=who["ben"]).status_code == 404
    own = here.client.post("/v1/desk/answers", json={**body, "sources": []}, headers=who["ben"])
    assert own.status_code == 201 and own.json()["collection"] == "deals"
    refused = here.client.post(
        "/v1/desk/answers", json={**body, "sources": [], "collection": "private"}, headers=who["ben"]
    )
    assert refused.json()["error"]["code"] == "collection_missing"
    assert here.client.get("/v1/desk/answers", headers=who["dan"]).json() == {"answers": []}
    assert len(here.client.get("/v1/desk/answers", headers=who["ana"]).json()["answers"]) == 2


# ---- the file


def test_a_file_of_the_version_before_gets_the_tables_of_the_desk(tmp_path: Path) -> None:
    """Opened, it has them, and what it held; before that nothing is reported missing."""
    connection = sqlite3.connect(tmp_path / "conversations.db")
    connection.executescript(
        f"{SCHEMAS[0]} PRAGMA user_version = 1; INSERT INTO conversations VALUES ('c','','t','t','','');"
    )
    connection.close()
    assert fault(tmp_path) is None
    database = Database(tmp_path)
    assert database.rows("SELECT * FROM unanswered") == [] and len(database.rows("SELECT * FROM conversations")) == 1
    database.close()
    assert fault(tmp_path) is None
    connection = sqlite3.connect(tmp_path / "conversations.db")
    connection.execute("DROP TABLE cited")
    connection.close()
    assert "cited missing" in str(fault(tmp_path))


def test_a_log_that_cannot_be_written_keeps_no_answer_back(here: Site) -> None:
    """The answer is worth more than a note of it."""
    here.services.database.run("DROP TABLE asked")
    assert here.ask("How long is the notice period?")["statements"][0]["text"] == NOTICE
