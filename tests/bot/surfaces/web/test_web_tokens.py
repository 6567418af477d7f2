"""Access tokens of an account: named, with an end, their last use shown, made in person, revoked one by one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from web_site import Site, site

from bot.errors import SettingError
from bot.surfaces.web.storage import accounts as stored_accounts
from bot.surfaces.web.storage.accounts import Accounts, token_id
from bot.surfaces.web.storage.database import SCHEMAS, Database, now, open_people

PASSWORD = "correct horse battery"
SHARED = "a-token-of-more-than-sixteen-characters"


def people(library: str) -> None:
    """Add two accounts with passwords."""
    database = open_people(library)
    for name in ("ana", "ben"):
        Accounts(database).add(name, password=PASSWORD)
    database.close()


@pytest.fixture
def here(tmp_path: Path, place: str) -> Iterator[Site]:
    """A site where ana is signed in by her password, on either home."""
    with site(tmp_path, place=place, prepare=people, settings={"access_token": SHARED}) as running:
        running.client.post("/v1/session", json={"name": "ana", "password": PASSWORD})
        yield running


def bearer(token: str) -> dict[str, str]:
    """Return the header of a token."""
    return {"Authorization": f"Bearer {token}"}


def made(here: Site, **body: Any) -> dict[str, Any]:
    """Make a token over HTTP."""
    response = here.client.post("/v1/tokens", json=body)
    assert response.status_code == 201, response.text
    token: dict[str, Any] = response.json()
    return token


def listed(here: Site) -> list[dict[str, Any]]:
    """Return the tokens of whoever is signed in."""
    tokens: list[dict[str, Any]] = here.client.get("/v1/tokens").json()["tokens"]
    return tokens


def test_a_token_has_a_name_an_end_and_a_last_use(here: Site) -> None:
    """All three are listed, the token itself is shown once; it does what its account may do."""
    assert here.client.get("/v1/session").json()["tokens"] is True
    token = made(here, name="Weekly report", days=90)
    (shown,) = listed(here)
    assert "token" not in shown and token["token"].startswith("fnt_")
    assert (shown["name"], shown["used"], shown["id"]) == ("Weekly report", None, token_id(token["token"]))
    assert shown["expires"][:10] == now(days=90)[:10]
    assert made(here)["expires"] is None
    here.client.cookies.clear()
    assert here.client.get("/v1/documents", headers=bearer(token["token"])).status_code == 200
    here.client.post("/v1/session", json={"name": "ana", "password": PASSWORD})
    assert next(one for one in listed(here) if one["id"] == token["id"])["used"] == now()[:10]


def test_its_use_is_written_once_a_day(here: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A request waits for no write; a disk that takes none keeps nobody out."""
    token = made(here)["token"]
    writes: list[str] = []
    run = here.services.database.run
    monkeypatch.setattr(
        here.services.database, "run", lambda query, *values: writes.append(query) or run(query, *values)
    )
    for _ in range(3):
        assert here.client.get("/v1/documents", headers=bearer(token)).status_code == 200
    assert len([query for query in writes if "used" in query]) == 1


def test_a_token_ends(here: Site) -> None:
    """After its time it opens nothing, nor does a session that was begun with it; it stays listed until revoked."""
    token = made(here, days=1)
    here.client.cookies.clear()
    assert here.client.post("/v1/session", json={"token": token["token"]}).status_code == 200
    assert here.client.get("/v1/documents").status_code == 200
    here.services.database.run("UPDATE tokens SET expires = ?", now(days=-1))
    assert here.client.get("/v1/documents").status_code == 401
    assert here.client.get("/v1/documents", headers=bearer(token["token"])).status_code == 401
    (kept,) = here.services.accounts.tokens("ana")
    assert kept.ended


def test_tokens_are_revoked_one_by_one(here: Site) -> None:
    """The other goes on; somebody else's is not there."""
    one, other = made(here, name="one"), made(here, name="other")
    assert here.client.delete(f"/v1/tokens/{one['id']}").status_code == 204
    assert [token["name"] for token in listed(here)] == ["other"]
    assert here.client.get("/v1/documents", headers=bearer(one["token"])).status_code == 401
    assert here.client.get("/v1/documents", headers=bearer(other["token"])).status_code == 200
    here.client.post("/v1/session", json={"name": "ben", "password": PASSWORD})
    assert listed(here) == []
    assert here.client.delete(f"/v1/tokens/{other['id']}").status_code == 404


def test_a_token_makes_no_tokens(here: Site) -> None:
    """Neither sent as it is, nor by a session that was begun with it, nor the shared one: revoking it is the end."""
    token = made(here)["token"]
    here.client.cookies.clear()
    for headers in (bearer(token), bearer(SHARED)):
        refused = here.client.post("/v1/tokens", json={}, headers=headers)
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "not_allowed")
    for secret in (token, SHARED):
        here.client.post("/v1/session", json={"token": secret})
        assert here.client.get("/v1/session").json()["tokens"] is False
        assert here.client.post("/v1/tokens", json={}).status_code == 403


@pytest.mark.parametrize("body", [{"days": 0}, {"days": 4_000}, {"days": "x"}, {"name": "x" * 101}, {"role": "editor"}])
def test_what_cannot_be_a_token_is_refused(here: Site, body: dict[str, Any]) -> None:
    """An end that is none, a name that is too long, rights of its own."""
    assert here.client.post("/v1/tokens", json=body).status_code == 422
    assert listed(here) == []


def test_there_are_not_endlessly_many(here: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """An account has some, not thousands; it is said what to do."""
    monkeypatch.setattr(stored_accounts, "MOST_TOKENS", 2)
    made(here), made(here)
    refused = here.client.post("/v1/tokens", json={})
    assert refused.status_code == 422 and "Revoke" in refused.json()["error"]["remedy"]
    with pytest.raises(SettingError):
        here.services.accounts.add_token("ana")


def test_tokens_of_a_version_before_go_on(tmp_path: Path) -> None:
    """A file without names, ends and uses of tokens is brought to this form, and its tokens work."""
    database = Database(tmp_path)
    accounts = Accounts(database)
    accounts.add("ana", password=PASSWORD)
    token = accounts.add_token("ana")
    for table, column in (("tokens", "used"), ("tokens", "expires"), ("tokens", "name")):
        database.run(f"ALTER TABLE {table} DROP COLUMN {column}")
    database.run("DROP INDEX users_by_subject")
    for column in ("signed_in", "member_of", "subject"):
        database.run(f"ALTER TABLE users DROP COLUMN {column}")
    database.run("PRAGMA user_version = 2")
    database.close()
    database = Database(tmp_path)
    row = database.row("PRAGMA user_version")
    assert row is not None and row[0] == len(SCHEMAS)
    (kept,) = Accounts(database).tokens("ana")
    assert (kept.name, kept.expires, kept.used, kept.ended) == ("", "", "", False)
    user = Accounts(database).by_token(token)
    assert user and (user.name, user.groups, user.subject) == ("ana", (), "")
    database.close()
