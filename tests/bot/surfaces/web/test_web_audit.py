"""The audit log: who signed in, changed, asked and read what, without a word of it."""

from __future__ import annotations

import json
import logging
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from web_site import LEASE, NOTICE, SIGNED, Site, site

from bot.settings.settings import Settings
from bot.surfaces.cli.app import run
from bot.surfaces.web.audit import Audit, files, kind_of, lines
from bot.surfaces.web.storage.accounts import Accounts
from bot.surfaces.web.storage.database import Database

PASSWORD = "correct horse battery"
TODAY = datetime.now(UTC).date().isoformat()
tokens: dict[str, str] = {}


def people(folder: Path) -> None:
    """Add an editor and a reader."""
    database = Database(folder)
    accounts = Accounts(database)
    accounts.add("eva", password=PASSWORD, role="editor")
    accounts.add("rob", password=PASSWORD)
    for name in ("eva", "rob"):
        tokens[name] = accounts.add_token(name)
    database.close()


@contextmanager
def audited(tmp_path: Path, audit: str = "all", **settings: Any) -> Iterator[Site]:
    """Run a site that notes so much."""
    with site(tmp_path, prepare=people, settings={"audit": audit, **settings}) as running:
        yield running


def call(here: Site, who: str, method: str, path: str, **more: Any) -> Any:
    """Send a request as somebody and return the response."""
    return here.client.request(method, path, headers={"Authorization": f"Bearer {tokens[who]}"}, **more)


def noted(here: Site, **filters: Any) -> list[dict[str, Any]]:
    """Return the lines of the log."""
    return list(lines(here.folder / "audit", **filters))


def test_who_asked_read_and_changed_what(tmp_path: Path) -> None:
    """A line each, with ids, counts and how it ended."""
    with audited(tmp_path) as here:
        lease = here.document("Lease of the house")
        call(here, "rob", "POST", "/v1/ask", json={"question": "notice?"})
        call(here, "rob", "POST", "/v1/ask", json={"question": "Is there a gym?"})
        call(here, "rob", "POST", "/v1/search", json={"query": "roof"})
        call(here, "rob", "POST", "/v1/survey", json={"questions": ["notice?"]})
        call(here, "rob", "GET", f"/v1/documents/{lease}/text")
        call(here, "rob", "DELETE", f"/v1/documents/{lease}")
        call(here, "eva", "DELETE", f"/v1/documents/{lease}")
        call(here, "eva", "GET", f"/v1/documents/{lease}")
        found = [(one["who"], one["kind"], one["action"], one["outcome"]) for one in noted(here)]
        assert found == [
            ("rob", "asked", "POST /v1/ask", "answered"),
            ("rob", "asked", "POST /v1/ask", "abstained"),
            ("rob", "asked", "POST /v1/search", "ok"),
            ("rob", "asked", "POST /v1/survey", "ok"),
            ("rob", "read", "GET /v1/documents/{id}/text", "ok"),
            ("rob", "changed", "DELETE /v1/documents/{id}", "refused"),
            ("eva", "changed", "DELETE /v1/documents/{id}", "ok"),
            ("eva", "read", "GET /v1/documents/{id}", "refused"),
        ]
        first, second, search, survey, *_, removed, _ = noted(here)
        assert first["documents"] == [lease] and second["documents"] == []
        assert lease in search["documents"] and survey["count"] == 4
        assert removed["id"] == lease and removed["status"] == 204 and removed["request"].startswith("req_")


def test_streams_and_other_forms_of_asking_are_noted_too(tmp_path: Path) -> None:
    """As events, and as OpenAI's clients ask."""
    with audited(tmp_path) as here:
        headers = {"Authorization": f"Bearer {tokens['rob']}", "Accept": "text/event-stream"}
        here.client.post("/v1/ask", json={"question": "notice?"}, headers=headers)
        chat = {"model": "footnote", "messages": [{"role": "user", "content": "notice?"}]}
        call(here, "rob", "POST", "/v1/chat/completions", json=chat)
        lease = here.document("Lease of the house")
        assert [(one["outcome"], one["documents"]) for one in noted(here)] == [("answered", [lease])] * 2


def test_no_word_and_no_secret_is_noted(tmp_path: Path) -> None:
    """Neither of questions, documents or their names, nor a password, token or session."""
    with audited(tmp_path) as here:
        session = here.client.post("/v1/session", json={"name": "eva", "password": PASSWORD})
        here.client.post("/v1/session", json={"name": "eva", "password": "a wrong password"})
        here.client.post("/v1/session", json={"name": "hunter2 in the wrong field", "password": "x"})
        call(
            here,
            "eva",
            "POST",
            "/v1/ask",
            json={"question": "What is the notice period of Zephyr?", "conversation": "new"},
        )
        call(here, "eva", "POST", "/v1/documents", files={"files": ("Secret merger.txt", b"The price is high.")})
        call(here, "eva", "POST", "/v1/documents/xyz%20secret/reingest")
        made = call(here, "eva", "POST", "/v1/tokens", json={"name": "x"})
        assert made.status_code == 403
        written = "".join(path.read_text() for path, _ in files(here.folder / "audit"))
        words = (
            NOTICE,
            SIGNED,
            LEASE[:20],
            "Zephyr",
            "merger",
            "Lease",
            "price",
            PASSWORD,
            "a wrong password",
            "hunter2",
        )
        for word in (*words, *tokens.values(), session.cookies["footnote_session"]):
            assert word not in written


def test_sign_ins_are_noted_with_where_from(tmp_path: Path) -> None:
    """Right and wrong ones, and signing out; a name that is no account's is not written down."""
    with audited(tmp_path, "changes") as here:
        here.client.post("/v1/session", json={"name": "eva", "password": "a wrong password"})
        here.client.post("/v1/session", json={"name": "nobody", "password": "a wrong password"})
        here.client.post("/v1/session", json={"token": "wrong"})
        here.client.post("/v1/session", json={"name": "eva", "password": PASSWORD})
        here.client.request("DELETE", "/v1/session")
        found = [(one["who"], one["action"], one["outcome"], one["address"]) for one in noted(here)]
        assert found == [
            ("eva", "POST /v1/session", "refused", "testclient"),
            ("", "POST /v1/session", "refused", "testclient"),
            ("", "POST /v1/session", "refused", "testclient"),
            ("eva", "POST /v1/session", "ok", "testclient"),
            ("eva", "DELETE /v1/session", "ok", "testclient"),
        ]


def test_what_people_ask_and_read_is_noted_only_where_it_is_wanted(tmp_path: Path) -> None:
    """By itself sign-ins and changes are noted, and what people keep for themselves is none; off, nothing is."""
    assert Settings().audit == "changes"
    for audit, kinds in (("changes", ["changed"]), ("off", [])):
        with audited(tmp_path / audit, audit) as here:
            call(here, "rob", "POST", "/v1/ask", json={"question": "notice?", "conversation": "new"})
            call(here, "rob", "GET", f"/v1/documents/{here.document('Lease of the house')}/text")
            call(here, "rob", "POST", "/v1/conversations", json={"title": "mine"})
            call(here, "eva", "DELETE", f"/v1/documents/{here.document('Brief')}")
            assert [one["kind"] for one in noted(here)] == kinds
            assert (here.folder / "audit").exists() is bool(kinds)


def test_where_nobody_signs_in_nothing_is_noted(tmp_path: Path) -> None:
    """There is nobody to name, and no folder is made."""
    with site(tmp_path, settings={"audit": "all"}) as here:
        here.ask("notice?")
        here.client.delete(f"/v1/documents/{here.document('Brief')}")
        assert not (here.folder / "audit").exists()


def test_what_an_upload_brought_in_is_noted_when_it_is_read(tmp_path: Path) -> None:
    """The documents of a job by their ids, under the name of whoever sent it."""
    with audited(tmp_path, "changes") as here:
        files_sent = [("files", ("a.txt", b"Plums are blue.")), ("files", ("b.xyz", b"\x00\x01\x02"))]
        job = call(here, "eva", "POST", "/v1/documents", files=files_sent).json()["job"]["id"]
        with here.client.stream(
            "GET", f"/v1/jobs/{job}/events", headers={"Authorization": f"Bearer {tokens['eva']}"}
        ) as s:
            s.read()
        sent, read = noted(here)
        assert (sent["action"], sent["outcome"]) == ("POST /v1/documents", "ok")
        assert (read["who"], read["action"], read["id"], read["count"]) == ("eva", "ingest", job, 1)
        assert read["failed"] == 1
        assert [info.title for info in here.bot.library.documents() if info.id in read["documents"]] == ["a"]


def test_files_are_the_owners_and_old_ones_go(tmp_path: Path) -> None:
    """One a day, closed to others; after the days of the setting they are deleted, and nothing else is."""
    folder = tmp_path / "audit"
    folder.mkdir()
    old, young = ((datetime.now(UTC).date() - timedelta(days=days)).isoformat() for days in (31, 29))
    for name in (f"audit-{old}.jsonl", f"audit-{young}.jsonl", "audit-2001.txt", "notes.jsonl"):
        (folder / name).write_text("{}\n")
    Audit(Settings(audit_days=30), tmp_path).write("changed", "eva", "x")
    assert [day for _, day in files(folder)] == [young, TODAY]
    assert (folder / "audit-2001.txt").exists() and (folder / "notes.jsonl").exists()
    mode = (folder / f"audit-{TODAY}.jsonl").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_a_log_that_cannot_be_written_stops_nobody(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The answer comes, and the server's log says that something was not noted."""
    (tmp_path / "here").write_text("a file")
    with audited(tmp_path / "site", audit_folder=str(tmp_path / "here")) as here:
        assert call(here, "rob", "POST", "/v1/ask", json={"question": "notice?"}).status_code == 200
    assert [record.levelno for record in caplog.records if getattr(record, "event", "") == "audit_failed"] == [
        logging.WARNING
    ]


@pytest.mark.parametrize(
    ("method", "route", "kind"),
    [
        ("GET", "/v1/documents", None),
        ("GET", "/v1/documents/{id}/pages/{number}", "read"),
        ("GET", "/v1/answers/{id}/export", "read"),
        ("GET", "/v1/session", None),
        ("GET", "/v1/session/oidc/back", "signed"),
        ("GET", "/metrics", None),
        ("GET", "/v1/feedback", "read"),
        ("POST", "/v1/feedback", None),
        ("DELETE", "/v1/conversations/{id}", None),
        ("POST", "/v1/tokens", "changed"),
        ("POST", "/v1/desk/answers", "changed"),
        ("POST", "/v1/desk/again", "asked"),
        ("POST", "", None),
    ],
)
def test_what_sort_a_request_is_of(method: str, route: str, kind: str | None) -> None:
    """Lists and what people keep for themselves are none."""
    assert kind_of(method, route) == kind


def test_the_command_reads_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By person, day and kind, as rows and as JSON lines; control characters of a line do nothing at a terminal."""
    with audited(tmp_path) as here:
        call(here, "rob", "POST", "/v1/ask", json={"question": "notice?"})
        call(here, "eva", "DELETE", f"/v1/documents/{here.document('Brief')}")
        folder = here.folder
    old = {"time": "2026-01-02T08:00:00.000Z", "kind": "asked", "who": "\x1b[2Jold", "action": "POST /v1/ask"}
    (folder / "audit" / "audit-2026-01-02.jsonl").write_text(f"no line\n[]\n{json.dumps(old)}\n")
    capsys.readouterr()

    def shown(*arguments: str) -> str:
        assert run(["audit", "--library", str(folder), *arguments]) == 0
        return capsys.readouterr().out

    assert len(shown().splitlines()) == 3 and "\x1b[2J" not in shown()
    assert [line.split("\t")[1] for line in shown("--since", TODAY).splitlines()] == ["rob", "eva"]
    assert "old" in shown("--day", "2026-01-02") and "rob" not in shown("--until", "2026-11-01")
    assert shown("--person", "eva").count("\n") == 1 and shown("--kind", "asked", "--person", "eva") == ""
    (line,) = map(json.loads, shown("--json", "--kind", "changed").splitlines())
    assert line["who"] == "eva" and line["outcome"] == "ok"
    assert run(["audit", "--library", str(folder), "--day", "yesterday"]) == 2


def test_commands_that_change_something_are_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Accounts, tokens and removals, as whoever ran them; not before there is anybody to sign in."""
    import io

    from small_library import small_library

    folder = small_library(tmp_path)
    assert run(["remove", "--yes", "Brief", "--library", str(folder)]) == 0
    assert not (folder / "audit").exists()
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))
    for arguments in (
        ["users", "add", "ana", "--role", "editor", "--token"],
        ["users", "tokens", "add", "ana"],
        ["restore", "--all"],
        ["remove", "--yes", "Brief"],
        ["users", "remove", "ana"],
    ):
        assert run([*arguments, "--library", str(folder)]) == 0
    found = list(lines(folder / "audit"))
    assert [one["action"] for one in found] == ["users add", "users tokens add", "restore", "remove"]
    assert all(one["who"].endswith("(command)") and one["kind"] == "changed" for one in found)
    assert found[2]["documents"] == found[3]["documents"] and found[0]["id"] == "ana"
