"""The gate: hosts, other sites, headers, request ids, metrics, logs, and the page's files."""

from __future__ import annotations

import gzip
import json
import logging
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from web_server import serving
from web_site import ScriptedBot, Site, site

from bot.models.usage import Usage
from bot.settings.settings import Settings
from bot.surfaces.web.app import create_app
from bot.surfaces.web.log import JsonLines
from bot.surfaces.web.metrics import Metrics
from bot.surfaces.web.static import PAGE_POLICY
from vectorstore.library import Library


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Site]:
    """A site that needs no sign-in."""
    with site(tmp_path) as running:
        yield running


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8000", 200),
        ("localhost", 200),
        ("LOCALHOST:1", 200),
        ("[::1]:8000", 200),
        ("evil.example", 421),
        ("evil.example:8000", 421),
        ("127.0.0.1.evil.example", 421),
        ("localhost.evil.example", 421),
        ("", 421),
        ("127.0.0.1@evil.example", 421),
        ("127.0.0.1%evil.example", 421),
        ("127.0.0.53:8000", 200),
        ("LocalHost.:8000", 200),
    ],
)
def test_on_loopback_only_its_own_names_are_answered(here: Site, host: str, status: int) -> None:
    """A name that a stranger made point to 127.0.0.1 gets 421, so that DNS rebinding reads nothing."""
    for path in ("/", "/v1/status", "/openapi.json", "/healthz"):
        response = here.client.get(path, headers={"Host": host})
        assert response.status_code == status or (path == "/" and status == 200)
        if status == 421:
            assert response.json()["error"]["code"] == "wrong_host"


def test_two_host_headers_are_refused(tmp_path: Path) -> None:
    """Which of the two holds is anybody's guess, a proxy's and ours: 400, whether names are looked at or not."""
    token = {"access_token": "x" * 20}
    for number, settings in enumerate(({}, {"host": "0.0.0.0", **token})):
        with site(tmp_path / str(number), settings=settings) as here, serving(here.client.app) as address:
            port = int(address.rpartition(":")[2])
            for second in ("evil.example", "127.0.0.1"):
                answer = raw(port, f"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: {second}\r\n\r\n")
                assert answer.startswith("HTTP/1.1 400 "), answer[:200]
            assert raw(port, "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").startswith("HTTP/1.1 200 ")


def raw(port: int, request: str) -> str:
    """Send bytes as they are, which HTTP clients would not, and return what comes first."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(request.encode())
        return connection.recv(4_096).decode("latin-1")


def test_other_names_can_be_allowed(tmp_path: Path) -> None:
    """allowed_hosts adds names; on another address without it any name is answered."""
    with site(tmp_path / "a", settings={"allowed_hosts": ("docs.example.org",)}) as here:
        assert here.client.get("/healthz", headers={"Host": "docs.example.org"}).status_code == 200
        assert here.client.get("/healthz", headers={"Host": "evil.example"}).status_code == 421
    token = "x" * 20
    with site(tmp_path / "b", settings={"host": "0.0.0.0", "access_token": token}) as here:
        assert here.client.get("/healthz", headers={"Host": "any.example"}).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Origin": "http://127.0.0.1:8000"}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://127.0.0.1:8000"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "http://127.0.0.1:9000"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://[bad"}, 403),
    ],
)
def test_a_question_from_another_site_is_refused(here: Site, headers: dict[str, str], status: int) -> None:
    """A page elsewhere can make a browser send a POST; it is refused before anything is done."""
    response = here.client.post("/v1/ask", json={"question": "notice?"}, headers=headers)
    assert response.status_code == status
    assert bool(here.bot.asked) == (status == 200)


def test_another_site_cannot_read_or_frame_and_a_link_still_opens(here: Site) -> None:
    """No CORS headers are sent; a fetch from elsewhere is refused; following a link is not."""
    fetch = here.client.get("/v1/documents", headers={"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"})
    assert fetch.status_code == 403
    link = here.client.get("/v1/documents", headers={"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"})
    assert link.status_code == 200
    preflight = here.client.options(
        "/v1/ask", headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    )
    assert preflight.status_code == 405
    for response in (fetch, link, preflight):
        assert not [name for name in response.headers if name.startswith("access-control")]
        assert response.headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize("path", ["/", "/v1/status", "/v1/nothing", "/healthz", "/metrics", "/openapi.json", "/web/x"])
def test_every_response_carries_the_safe_headers(here: Site, path: str) -> None:
    """Found or not, ours or the framework's: nosniff, a policy, no referrer, an id."""
    headers = here.client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-request-id"].startswith("req_")


def test_a_request_id_of_the_client_is_kept_if_it_is_one(here: Site) -> None:
    """Ours in the header, the error body and the log; what is no id is replaced."""
    given = here.client.get("/v1/nothing", headers={"X-Request-Id": "abc-12345"})
    assert given.headers["x-request-id"] == given.json()["error"]["request_id"] == "abc-12345"
    for odd in ("short", "x" * 65, "has blank in it", "semi;colon12"):
        assert here.client.get("/healthz", headers={"X-Request-Id": odd}).headers["x-request-id"] != odd


def test_errors_of_the_framework_have_the_one_body(here: Site) -> None:
    """404, 405 and broken queries look like every other error."""
    for method, path, status, code in (
        ("GET", "/nothing", 404, "not_found"),
        ("PUT", "/v1/ask", 405, "method_not_allowed"),
        ("GET", "/v1/documents?limit=x", 422, "invalid"),
        ("GET", "/docs", 404, "not_found"),
    ):
        response = here.client.request(method, path)
        assert (response.status_code, response.json()["error"]["code"]) == (status, code)
        assert set(response.json()["error"]) == {"code", "message", "remedy", "type", "param", "request_id"}


def test_monitors_may_ask_for_the_head_only(here: Site) -> None:
    """HEAD on the health checks is answered as GET is, without a body."""
    for path in ("/healthz", "/readyz"):
        response = here.client.head(path)
        assert response.status_code == 200 and not response.content


def test_metrics_count_by_route_and_hold_no_words(here: Site) -> None:
    """Prometheus reads requests, answers and documents; questions and titles are not in it."""
    here.ask("How long is the notice period?")
    here.ask("Who is the king?")
    here.client.get(f"/v1/documents/{here.document('Party')}")
    response = here.client.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
    text = response.text
    assert 'footnote_http_requests_total{method="POST",route="/v1/ask",status="200"} 2.0' in text
    assert 'route="/v1/documents/{id}"' in text
    assert 'footnote_answers_total{result="answered"} 1.0' in text
    assert 'footnote_answers_total{result="abstained"} 1.0' in text
    assert "footnote_documents 4.0" in text and "footnote_open_streams 0.0" in text
    assert "notice" not in text and "Lease" not in text and "king" not in text


def test_metrics_count_what_a_chat_model_used() -> None:
    """Tokens by kind and replies by where they came from; of those that were kept each is a hit."""
    metrics = Metrics()
    metrics.count_usage(Usage(read=100, written=20, cached=60, calls=2))
    metrics.count_usage(Usage(kept=1))
    text = metrics.text().decode()
    for kind, tokens in (("read", 100), ("written", 20), ("cached", 60)):
        assert f'footnote_model_tokens_total{{kind="{kind}"}} {tokens}.0' in text
    assert 'footnote_model_replies_total{source="model"} 2.0' in text
    assert 'footnote_model_replies_total{source="kept"} 1.0' in text


def test_logs_are_lines_of_json_without_words_or_secrets(here: Site, caplog: pytest.LogCaptureFixture) -> None:
    """One line a request, with id, route and status; no question, no text, no token, no query."""
    caplog.set_level(logging.INFO, logger="footnote")
    here.client.post(
        "/v1/ask",
        json={"question": "notice and my secret plans?"},
        headers={"Authorization": "Bearer secret-token", "X-Request-Id": "request-1"},
    )
    here.client.get("/v1/documents", params={"query": "secret"})
    lines = [JsonLines().format(record) for record in caplog.records if record.name.startswith("footnote")]
    found = [json.loads(line) for line in lines]
    assert {"request", "answer"} <= {line["event"] for line in found}
    assert {line["request_id"] for line in found if line["event"] == "answer"} == {"request-1"}
    assert not any("secret" in line or "notice" in line for line in lines)


def test_a_traceback_never_reaches_the_log() -> None:
    """A record with an exception is written with its type only."""
    try:
        raise ValueError("document text")
    except ValueError as error:
        record = logging.LogRecord(
            "uvicorn.error",
            logging.ERROR,
            "",
            0,
            "Exception in ASGI application\n",
            None,
            (type(error), error, None),
        )
    line = JsonLines().format(record)
    assert "document text" not in line and json.loads(line)["type"] == "ValueError"


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A folder with a page."""
    folder = tmp_path / "page"
    (folder / "strings").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>Footnote</title>" + "x" * 2_000, encoding="utf-8")
    (folder / "strings" / "ja.json").write_text('{"ask": "質問"}', encoding="utf-8")
    (folder / "notes.py").write_text("secret = 1", encoding="utf-8")
    (tmp_path / "outside.js").write_text("outside", encoding="utf-8")
    return folder


def test_the_page_is_served_compressed_with_its_policy(here: Site, page: Path) -> None:
    """index.html at the root; gzip where asked; ETag and 304; a policy without inline script."""
    settings = Settings(library=str(here.folder))
    with Library.open(here.folder) as library:
        app = create_app(ScriptedBot(library), settings, page=page)  # type: ignore[arg-type]
        client = TestClient(app, base_url="http://127.0.0.1")
        response = client.get("/")
        assert response.headers["content-type"] == "text/html; charset=utf-8"
        assert response.headers["content-encoding"] == "gzip"
        assert response.headers["content-security-policy"] == PAGE_POLICY
        assert "script-src 'self';" in PAGE_POLICY and "inline" not in PAGE_POLICY
        plain = client.get("/", headers={"Accept-Encoding": "identity"})
        assert plain.content == (page / "index.html").read_bytes() == response.content
        assert int(response.headers["content-length"]) == len(gzip.compress(plain.content, mtime=0))
        assert client.get("/", headers={"If-None-Match": response.headers["etag"]}).status_code == 304
        assert client.get("/web/strings/ja.json").json() == {"ask": "質問"}
        assert client.head("/").content == b""
        for path in (
            "notes.py",
            "../outside.js",
            "..%2foutside.js",
            "strings/../../outside.js",
            "",
            "nothing.js",
        ):
            assert client.get(f"/web/{path}").status_code == 404


def test_the_description_names_every_status_and_example(here: Site) -> None:
    """OpenAPI: a summary, the error body for each error, an example for each body."""
    description = here.client.get("/openapi.json").json()
    assert description["openapi"].startswith("3.1")
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            assert operation["summary"], path
            for status, response in operation["responses"].items():
                if int(status) >= 400 and status != "416":
                    schema = response["content"]["application/json"]["schema"]
                    assert schema == {"$ref": "#/components/schemas/ErrorOut"}, (method, path, status)
    schemas = description["components"]["schemas"]
    assert schemas["AskIn"]["examples"] and schemas["CompletionIn"]["examples"] and schemas["SignIn"]["examples"]
    assert {"HTTPBearer", "APIKeyCookie"} <= description["components"]["securitySchemes"].keys()
