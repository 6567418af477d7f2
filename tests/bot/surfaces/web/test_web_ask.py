"""POST /v1/ask and /v1/search: answers, streams, offsets, refusals."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from small_library import small_library
from web_server import serving, wait_until
from web_site import EMOJI, NOTICE, PARTY, Site, site

from bot.answer import Answer, Words
from bot.ask import Bot
from bot.errors import ModelError, QuestionRefused
from bot.settings.settings import Settings
from bot.surfaces.cli.app import run
from bot.surfaces.rate_limit import RateLimit
from bot.surfaces.web.app import create_app
from vectorstore.errors import LibraryBusy


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Site]:
    """A site that needs no sign-in."""
    with site(tmp_path) as running:
        yield running


def events(text: str) -> list[tuple[str, Any]]:
    """Return the (name, data) of every event in a stream."""
    found = []
    for block in text.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if "event" in lines:
            found.append((lines["event"], json.loads(lines["data"])))
    return found


def test_an_answer_is_what_ask_json_prints_and_some_fields_more(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`footnote ask --json` and POST /v1/ask, over one library: the same keys in the same order, the same values."""
    folder = small_library(tmp_path)
    for question in ("How long is the notice period?", "Who is the king of Norway?", "thanks!"):
        assert run(["ask", question, "--json", "--library", str(folder)]) == 0
        printed = json.loads(capsys.readouterr().out)
        with (
            Bot(folder, settings=Settings(library=str(folder))) as bot,
            TestClient(create_app(bot, bot.settings), base_url="http://127.0.0.1") as client,
        ):
            sent = client.post("/v1/ask", json={"question": question}).json()
        assert [key for key in sent if key in printed] == list(printed)
        assert sent.keys() - printed.keys() == {"id", "conversation", "created", "text", "restricted"}
        for key in printed.keys() - {"seconds", "timings", "citations", "passages"}:
            assert sent[key] == printed[key], key
        for key in ("citations", "passages"):
            assert [
                {name: part[name] for name in ours} for part, ours in zip(sent[key], printed[key], strict=True)
            ] == (printed[key])


def test_an_answer_has_a_verbatim_quote(here: Site) -> None:
    """The quote of a citation equals the stored text at its offsets."""
    answer = here.ask("How long is the notice period?")
    (citation,) = answer["citations"]
    assert answer["statements"][0]["text"] == citation["quote"] == NOTICE
    assert here.bot.library.text(citation["document"], citation["start"], citation["end"]) == NOTICE
    assert answer["answer"] == NOTICE
    assert answer["conversation"] is None and answer["text"].startswith(NOTICE)


def test_utf16_offsets_find_the_quote_as_javascript_counts(here: Site) -> None:
    """text.slice(start_utf16, end_utf16) is the quote, though emoji stand before it."""
    answer = here.ask("When is the party?")
    for shown in (*answer["citations"], *answer["passages"]):
        units = EMOJI.encode("utf-16-le")[2 * shown["start_utf16"] : 2 * shown["end_utf16"]]
        assert units.decode("utf-16-le") == PARTY == EMOJI[shown["start"] : shown["end"]]
        assert shown["start_utf16"] == shown["start"] + 4


def test_an_abstention_has_no_statements_and_no_citations(here: Site) -> None:
    """What the documents don't say is a 200 with abstained, not an error."""
    answer = here.ask("Who is the king of Norway?")
    assert answer["abstained"] and not answer["statements"] and not answer["citations"]


def test_a_stream_sends_passages_then_statements_then_done(here: Site) -> None:
    """Server-sent events: passages first, each statement, done with the whole answer."""
    response = here.client.post("/v1/ask", json={"question": "notice period?"}, headers={"Accept": "text/event-stream"})
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/event-stream")
    found = events(response.text)
    assert [name for name, _ in found] == ["passages", "statement", "done"]
    assert found[0][1]["id"] == found[2][1]["id"] and found[0][1]["passages"][0]["text"] == NOTICE
    assert found[1][1]["text"] == NOTICE and found[1][1]["index"] == 0
    assert found[1][1]["footnotes"] == found[2][1]["citations"]
    assert found[2][1]["citations"][0]["quote"] == NOTICE


def test_an_error_before_the_first_event_keeps_its_status(here: Site) -> None:
    """A model that fails at once is a 502 with a sentence, streaming or not."""
    here.bot.error = ModelError("The chat model does not answer.", remedy="Start it.")
    for accept in ("application/json", "text/event-stream"):
        response = here.client.post("/v1/ask", json={"question": "x?"}, headers={"Accept": accept})
        assert response.status_code == 502
        error = response.json()["error"]
        assert error["code"] == "model_failed" and error["remedy"] == "Start it."
        assert error["request_id"] == response.headers["x-request-id"]


def test_an_error_in_mid_stream_becomes_an_event(here: Site) -> None:
    """Once the status is sent, an error is the event `error` and the last one."""
    here.bot.late_error = ModelError("The chat model went away.")
    response = here.client.post("/v1/ask", json={"question": "notice?"}, headers={"Accept": "text/event-stream"})
    found = events(response.text)
    assert [name for name, _ in found] == ["passages", "error"]
    assert found[1][1]["code"] == "model_failed"


def test_an_unexpected_error_says_nothing_of_its_text(here: Site, caplog: pytest.LogCaptureFixture) -> None:
    """An error that is not ours is a 500 whose text reaches neither the client nor the log."""
    here.bot.error = ValueError("the secret words of a document")
    response = here.client.post("/v1/ask", json={"question": "x?"})
    assert response.status_code == 500 and response.json()["error"]["code"] == "internal"
    assert "secret words" not in response.text + caplog.text
    assert any("places" in record.__dict__ for record in caplog.records)


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (QuestionRefused("The question is empty."), 422, "invalid"),
        (LibraryBusy("Another process writes."), 503, "library_busy"),
    ],
)
def test_errors_of_ours_have_their_status(here: Site, error: Exception, status: int, code: str) -> None:
    """Each kind of error has one status and one code."""
    here.bot.error = error
    response = here.client.post("/v1/ask", json={"question": "x?"})
    assert (response.status_code, response.json()["error"]["code"]) == (status, code)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"question": "  \n "}, 422, "question_empty"),
        ({"question": "x" * 4_001}, 422, "question_too_long"),
        ({}, 422, "invalid"),
        ({"question": 5}, 422, "invalid"),
        ({"question": "x?", "typo": 1}, 422, "invalid"),
        ({"question": "x?", "conversation": "../../etc"}, 422, "invalid"),
        ({"question": "x?", "conversation": "cnv_" + "0" * 24}, 404, "conversation_missing"),
        ({"question": "x?", "filter": {"collections": ["nowhere"]}}, 404, "collection_missing"),
        ({"question": "\ud800 half"}, 422, "invalid"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_a_sentence(
    here: Site, body: dict[str, Any], status: int, code: str
) -> None:
    """A wrong body gets its status, its code and words, and never reaches the bot."""
    content = json.dumps(body).encode("ascii")
    response = here.client.post("/v1/ask", content=content, headers={"Content-Type": "application/json"})
    assert (response.status_code, response.json()["error"]["code"]) == (status, code)
    assert response.json()["error"]["message"]
    assert not here.bot.asked


def test_a_body_that_is_not_json_or_too_large_is_refused(here: Site) -> None:
    """400 for no JSON, 413 for more than a megabyte, 415 for another content type, as of a plain `curl -d`."""
    as_json = {"Content-Type": "application/json"}
    assert here.client.post("/v1/ask", content=b"{", headers=as_json).status_code == 400
    large = here.client.post("/v1/ask", content=b" " * (1 << 20) + b" {}", headers=as_json)
    assert large.status_code == 413 and large.json()["error"]["code"] == "body_too_large"
    for kind in ("text/plain", "application/x-www-form-urlencoded"):
        form = here.client.post("/v1/ask", content=b'{"question": "x?"}', headers={"Content-Type": kind})
        assert (form.status_code, form.json()["error"]["code"]) == (415, "wrong_media_type")
        assert "application/json" in form.json()["error"]["remedy"]
    for body in (b'["a"]', b'"a"', b"5"):
        other = here.client.post("/v1/ask", content=body, headers=as_json)
        assert other.status_code == 422 and "not an object" in other.json()["error"]["message"]
    empty = here.client.post("/v1/ask")
    assert empty.status_code == 422 and empty.json()["error"]["message"] == "The request has no body."


@pytest.mark.parametrize("field", ["modified_after", "modified_before"])
@pytest.mark.parametrize(
    "date",
    ["9999-99-99", "2025-02-29", "0000-01-01", "2025-01-01T25:00", "2025-01-01T", "0001-01-01T00:00+14:00"],
)
def test_a_date_that_is_none_is_refused(here: Site, field: str, date: str) -> None:
    """For a question and for a search: 422 with the field and how to write one; nothing is searched."""
    for path, body in (("/v1/ask", {"question": "signed?"}), ("/v1/search", {"query": "signed"})):
        refused = here.client.post(path, json={**body, "filter": {field: date}})
        assert refused.status_code == 422
        error = refused.json()["error"]
        assert error["param"] == f"filter.{field}" and date not in error["message"]
    assert not here.bot.asked


def test_a_filter_reaches_the_bot_as_the_library_takes_it(here: Site) -> None:
    """Collections, documents, patterns, media types and dates are handed on."""
    where = {"collections": ["deals"], "media_types": ["text/*"], "modified_after": "2025-01-01"}
    here.ask("signed?", filter=where)
    (_, _, used) = here.bot.asked[0]
    assert used is not None
    assert (used.collections, used.media_types, used.modified_after) == (
        ("deals",),
        ("text/*",),
        "2025-01-01",
    )


def test_a_conversation_hands_its_turns_to_the_bot(here: Site) -> None:
    """A follow-up comes with the question and answer before it, as they were."""
    first = here.ask("notice?", conversation="new")
    here.ask("and then?", conversation=first["conversation"])
    (_, conversation, _) = here.bot.asked[1]
    assert conversation is not None
    (turn,) = conversation.turns
    assert turn.question == "notice?" and turn.answer.citations[0].quote == NOTICE
    assert turn.answer.passages[0].text == NOTICE


def test_search_returns_passages_of_the_library(here: Site) -> None:
    """A search finds the passage that holds the words."""
    response = here.client.post("/v1/search", json={"query": "notice period", "limit": 3})
    assert response.status_code == 200
    best = response.json()["passages"][0]
    assert "30 days" in best["text"]
    assert here.bot.library.text(best["document"], best["start"], best["end"]) == best["text"]


def test_a_stream_that_is_left_stops_the_bot(here: Site) -> None:
    """When the client goes away the generator is closed and the stream no longer counts as open."""
    here.bot.pause = threading.Event()
    with serving(here.client.app) as address, httpx.Client(base_url=address) as client:
        with client.stream(
            "POST", "/v1/ask", json={"question": "notice?"}, headers={"Accept": "text/event-stream"}
        ) as response:
            lines = response.iter_lines()
            assert next(lines) == "event: passages"
            assert here.services.streams.count == 1
        assert wait_until(lambda: here.services.streams.count == 0)
        here.bot.pause.set()
        assert here.bot.closed.wait(10)


def test_too_many_streams_are_refused(tmp_path: Path) -> None:
    """The second stream of a caller who may have one gets 429 with Retry-After."""
    with site(tmp_path, settings={"streams_each": 1}) as here:
        here.bot.pause = threading.Event()
        with serving(here.client.app) as address:
            ask = {
                "url": f"{address}/v1/ask",
                "json": {"question": "notice?"},
                "headers": {"Accept": "text/event-stream"},
            }
            with httpx.Client() as client, client.stream("POST", **ask) as response:
                lines = response.iter_lines()
                next(lines)
                refused = client.post(**ask)
                assert refused.status_code == 429 and refused.headers["retry-after"]
                assert refused.json()["error"]["code"] == "too_many_streams"
                here.bot.pause.set()
                assert "event: done" in "".join(lines)


def test_questions_a_minute_are_limited(tmp_path: Path) -> None:
    """The question after the last that is allowed gets 429 with the seconds to wait."""
    with site(tmp_path) as here:
        here.services.questions = RateLimit(2)
        here.ask("notice?")
        here.ask("notice?")
        refused = here.client.post("/v1/ask", json={"question": "notice?"})
        assert refused.status_code == 429 and int(refused.headers["retry-after"]) > 0
        assert "Ask again in" in refused.json()["error"]["remedy"]


def saying_yes(here: Site) -> None:
    """Let the bot answer what begins with "Is" with yes, and know the words that answer."""
    plain = here.bot.stream

    def stream(*given: Any, **more: Any) -> Iterator[Any]:
        for item in plain(*given, **more):
            if isinstance(item, Answer) and item.statements:
                said = (replace(item.statements[0], answer=Words("30 days", 48, 55), verdict="yes"),)
                item = replace(item, statements=said, verdict="yes" if item.question.startswith("Is") else None)
            yield item

    here.bot.stream = stream  # type: ignore[method-assign]


def test_a_verdict_is_sent_kept_and_saved(here: Site) -> None:
    """In the answer, in the stream's end, in the conversation when it is read again, and in what is saved of it."""
    saying_yes(here)
    answer = here.ask("Is there a notice period?", conversation="new")
    assert answer["verdict"] == "yes" and answer["text"].startswith(f"Yes. “{NOTICE}” [1]")
    assert [statement["text"] for statement in answer["statements"]] == [NOTICE]
    (turn,) = here.client.get(f"/v1/conversations/{answer['conversation']}").json()["turns"]
    assert turn["answer"]["verdict"] == "yes"
    saved = here.client.get(f"/v1/conversations/{answer['conversation']}/export?format=markdown").text
    assert f"**Yes.** “{NOTICE}”[^1]" in saved
    streamed = here.client.post(
        "/v1/ask", json={"question": "Is there a notice period?"}, headers={"Accept": "text/event-stream"}
    )
    assert events(streamed.text)[-1][1]["verdict"] == "yes"


def test_an_answer_is_short_where_that_is_asked_for(here: Site) -> None:
    """For one question; what is shown is short, statements and footnotes are whole, and it is kept so."""
    saying_yes(here)
    answer = here.ask("How long is the notice period?", short=True, conversation="new")
    assert answer["answer"] == "30 days" and answer["text"].startswith("30 days [1]\n\n[1] ")
    assert answer["short"] and answer["statements"][0]["text"] == answer["citations"][0]["quote"] == NOTICE
    assert here.ask("Is there a notice period?", short=True)["text"].startswith("Yes. [1]\n\n[1] ")
    assert not here.ask("How long is the notice period?")["short"]
    (turn,) = here.client.get(f"/v1/conversations/{answer['conversation']}").json()["turns"]
    assert turn["answer"]["short"]
    assert here.client.get("/v1/status").json()["short_answers"] is False
