"""POST /v1/survey: rows as they come, whole tables, downloads; within what the caller may see; given up in time."""

from __future__ import annotations

import csv
import http.client
import io
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from web_server import serving
from web_site import EMOJI, NOTICE, PARTY, Site, site

from bot.surfaces.web.routes import survey as route
from bot.surfaces.web.services import SURVEYING_THREADS
from bot.surfaces.web.storage.accounts import Accounts
from bot.surfaces.web.storage.database import Database
from ingest.splitting.split import split
from vectorstore.document import Document
from vectorstore.library import Library

requests = pytest.importorskip("requests")


def add_notes(library: Library, count: int) -> None:
    """Add documents that all say the same."""
    documents = [
        Document(
            id=f"{number:016x}",
            source=f"/notes/{number:03}.txt",
            title=f"Note {number}",
            media_type="text/plain",
            text=NOTICE,
            sha256=f"{number}",
            collection="default",
        )
        for number in range(count)
    ]
    library.add([(document, split(document.text)) for document in documents])


ENDS, PARTIES = "What is the notice period?", "When is the party?"
STREAM = {"Accept": "text/event-stream"}


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Site]:
    """A site that needs no sign-in."""
    with site(tmp_path) as running:
        yield running


def events(text: str) -> list[tuple[str, Any]]:
    found = []
    for block in text.strip().split("\n\n"):
        name, data = block.split("\n")
        found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


def table(here: Site, *questions: str, **more: Any) -> dict[str, Any]:
    response = here.client.post("/v1/survey", json={"questions": list(questions), **more})
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def test_a_table_has_a_row_for_each_document_and_verbatim_footnotes(here: Site) -> None:
    """A cell says what its document alone says, with offsets that find the quote as Python and JavaScript count."""
    found = table(here, ENDS, PARTIES)
    assert found["questions"] == [ENDS, PARTIES] and found["asked"] == len(found["documents"])
    assert found["says"] == [1, 1]
    cited = [c for row in found["documents"] for cell in row["cells"] for c in cell["citations"]]
    assert [c["number"] for c in cited] == [1, 2]
    for row in found["documents"]:
        assert [cell["question"] for cell in row["cells"]] == [ENDS, PARTIES]
        for cell in row["cells"]:
            assert cell["says"] == bool(cell["citations"])
            for citation in cell["citations"]:
                assert citation["document"] == row["id"] and citation["collection"] == row["collection"]
                text = here.bot.library.text(citation["document"])
                assert text[citation["start"] : citation["end"]] == citation["quote"] in (NOTICE, PARTY)
    (party,) = [c for c in cited if c["quote"] == PARTY]
    assert EMOJI.encode("utf-16-le")[2 * party["start_utf16"] : 2 * party["end_utf16"]].decode("utf-16-le") == PARTY


def test_rows_come_as_events_in_the_order_of_the_table(here: Site) -> None:
    """begin, a row for each document, done; together they are the whole table."""
    response = here.client.post("/v1/survey", json={"questions": [ENDS, PARTIES]}, headers=STREAM)
    found = events(response.text)
    whole = table(here, ENDS, PARTIES)
    assert [name for name, _ in found] == ["begin", *["row"] * whole["asked"], "done"]
    assert found[0][1] == {"questions": [ENDS, PARTIES], "asked": whole["asked"]}
    assert [data for _, data in found[1:-1]] == [{"index": i, **row} for i, row in enumerate(whole["documents"])]
    assert found[-1][1] == {"questions": [ENDS, PARTIES], "asked": whole["asked"], "says": whole["says"]}


@pytest.mark.parametrize(("format", "begins"), [("csv", b"\xef\xbb\xbfdocument"), ("xlsx", b"PK"), ("markdown", b"| ")])
def test_downloads_have_the_same_rows(here: Site, format: str, begins: bytes) -> None:
    """Filtered and sorted as is asked for; footnotes lead to the page; nothing is asked a second time."""
    table(here, ENDS)
    asked = len(here.bot.asked)
    body = {"questions": [ENDS], "where": ["1 says"], "sort": 1}
    response = here.client.post(f"/v1/survey?format={format}", json=body)
    assert response.status_code == 200 and response.content.startswith(begins)
    assert response.headers["content-disposition"].startswith('attachment; filename="survey.')
    if format == "csv":
        (row,) = csv.DictReader(io.StringIO(response.content.decode("utf-8-sig")))
        assert row[f"{ENDS} (quote)"] == NOTICE
    if format == "markdown":
        assert "http://127.0.0.1:8000/#document=" in response.text
    assert len(here.bot.asked) == asked


def test_conditions_leave_rows_and_the_counts_stay_whole(here: Site) -> None:
    """`says` counts all that were asked, `documents` are those that are wanted."""
    found = table(here, ENDS, where=["1 silent"])
    assert found["says"] == [1] and len(found["documents"]) == found["asked"] - 1
    assert not any(row["cells"][0]["says"] for row in found["documents"])


@pytest.mark.parametrize(
    ("body", "code", "param"),
    [
        ({"questions": []}, "invalid", "questions"),
        ({"questions": ["  "]}, "question_empty", "questions"),
        ({"questions": ["x" * 5_000]}, "question_too_long", "questions"),
        ({"questions": [ENDS] * 21}, "invalid", "questions"),
        ({"questions": [ENDS], "where": ["soon"]}, "invalid", "where"),
        ({"questions": [ENDS], "where": ["2=1"]}, "invalid", "where"),
        ({"questions": [ENDS], "sort": 2}, "invalid", "sort"),
        ({"questions": [ENDS], "filter": {"collections": ["none"]}}, "collection_missing", "collection"),
    ],
)
def test_what_cannot_be_asked_is_refused_before_anything_is(here: Site, body: Any, code: str, param: str) -> None:
    """With a code, the field and what to do."""
    error = here.client.post("/v1/survey", json=body).json()["error"]
    assert (error["code"], error["param"]) == (code, param)
    assert not here.bot.asked


def test_a_stream_takes_no_conditions(here: Site) -> None:
    """Rows come in the order of the documents, so an order and conditions are refused rather than ignored."""
    response = here.client.post("/v1/survey", json={"questions": [ENDS], "sort": 1}, headers=STREAM)
    assert response.status_code == 422 and response.json()["error"]["param"] == "sort"


def test_too_many_cells_are_refused(here: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says how many documents may be chosen."""
    monkeypatch.setattr(route, "MOST_CELLS", 2)
    error = here.client.post("/v1/survey", json={"questions": [ENDS]}).json()["error"]
    assert error["code"] == "survey_too_large" and "at most 2 documents" in error["remedy"]


def test_each_question_counts_for_the_limit(tmp_path: Path) -> None:
    """Three questions of each document are three of a minute's questions."""
    with site(tmp_path, settings={"questions_per_minute": 4}) as here:
        body = {"questions": [ENDS, PARTIES, "Who?"]}
        assert here.client.post("/v1/survey", json=body).status_code == 200
        assert here.client.post("/v1/survey", json=body).json()["error"]["code"] == "too_many_questions"


def test_a_person_sees_rows_of_his_collections_only(tmp_path: Path) -> None:
    """Whatever is remembered from others: neither by leaving the filter out nor by naming a document."""

    def prepare(folder: Path) -> None:
        database = Database(folder)
        Accounts(database).add("ana", password="correct horse battery")
        Accounts(database).add("bo", password="correct horse battery", collections=("default",))
        database.close()

    with site(tmp_path, prepare=prepare) as here:
        for name, sees in (("ana", True), ("bo", False)):
            session = {"name": name, "password": "correct horse battery"}
            assert here.client.post("/v1/session", json=session).status_code == 200
            found = table(here, PARTIES)
            assert ("private" in {row["collection"] for row in found["documents"]}) is sees
            assert found["says"] == [int(sees)]
            party = {"documents": [here.document("Party")]}
            assert table(here, PARTIES, filter=party)["asked"] == int(sees)
            refused = here.client.post(
                "/v1/survey", json={"questions": [PARTIES], "filter": {"collections": ["private"]}}
            )
            assert refused.status_code == (200 if sees else 404)


def test_an_error_in_mid_stream_becomes_an_event(here: Site) -> None:
    """The last one, with nothing of what went wrong inside."""
    here.bot.error = RuntimeError("secret words of a document")
    found = events(here.client.post("/v1/survey", json={"questions": [ENDS]}, headers=STREAM).text)
    assert [name for name, _ in found] == ["begin", "error"]
    assert found[1][1]["code"] == "internal" and "secret" not in json.dumps(found)


class Turnstile:
    """Lets through as many as it is told to, in the place of an event that lets all through."""

    def __init__(self) -> None:
        self._places = threading.Semaphore(0)
        self.open = False

    def wait(self, timeout: float) -> None:
        """Wait until one more may go through."""
        if not self.open:
            self._places.acquire(timeout=timeout)

    def let_through(self, count: int) -> None:
        """Let so many more through."""
        self._places.release(count)


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
def test_a_survey_that_is_given_up_ends_and_the_next_goes_on(
    here: Site, accept: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits: no further document is asked; what was answered is not asked again."""
    monkeypatch.setattr(route, "LOOKS_EVERY", 0.05)
    pause = Turnstile()
    here.bot.pause = pause  # type: ignore[assignment]
    with Library.open(here.folder) as library:
        add_notes(library, 40)
    body = {"questions": [ENDS]}
    with serving(here.client.app) as address:
        client = http.client.HTTPConnection(address.removeprefix("http://"))
        client.request("POST", "/v1/survey", json.dumps(body), {"Content-Type": "application/json", "Accept": accept})
        while not here.bot.asked:
            time.sleep(0.01)
        client.close()
        for _ in range(40):
            if not here.services.streams.count:
                break
            pause.let_through(1)
            time.sleep(0.2)
        assert here.services.streams.count == 0
        assert 0 < len(here.bot.asked) < 40
        pause.open = True
        pause.let_through(100)
        found = requests.post(f"{address}/v1/survey", json=body, timeout=60).json()
    assert found["asked"] == here.bot.library.count_documents() > 40
    assert len(here.bot.asked) <= found["asked"] + SURVEYING_THREADS  # those under way when it was given up
