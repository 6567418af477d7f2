"""Sign-in, roles, and collections that do not exist for those who may not see them."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from web_site import PARTY, Site, site

from bot.ask import Bot
from bot.errors import SettingError
from bot.settings.settings import Settings
from bot.surfaces.rate_limit import RateLimit
from bot.surfaces.web.app import refuse_unsafe
from bot.surfaces.web.auth import WRONG_TRIES
from bot.surfaces.web.storage.accounts import Accounts, token_id
from bot.surfaces.web.storage.database import open_people
from bot.surfaces.web.storage.jobs import Incoming, OnFile

PASSWORD = "correct horse battery"
TOKEN = "a-token-of-more-than-sixteen-characters"
tokens: dict[str, str] = {}


def people(library: str | Path) -> None:
    """Add an editor, a reader, and a reader and an editor who may see one collection."""
    database = open_people(library)
    accounts = Accounts(database)
    accounts.add("eva", password=PASSWORD, role="editor")
    accounts.add("rob", password=PASSWORD)
    accounts.add("dora", password=PASSWORD, collections=("deals",))
    accounts.add("ed", role="editor", collections=("deals",))
    for name in ("eva", "rob", "dora", "ed"):
        tokens[name] = accounts.add_token(name)
    database.close()


@pytest.fixture
def guarded(tmp_path: Path, place: str) -> Iterator[Site]:
    """A site with accounts and an access token, on either home."""
    with site(tmp_path, place=place, prepare=people, settings={"access_token": TOKEN}) as running:
        yield running


def as_(name: str) -> dict[str, str]:
    """Return the header of an account's token."""
    return {"Authorization": f"Bearer {tokens[name]}"}


def test_without_a_sign_every_path_but_a_few_is_closed(guarded: Site) -> None:
    """401 everywhere, except the page, the session, health and the description."""
    paths = guarded.client.get("/openapi.json").json()["paths"]
    fill = {"id": "0" * 16}
    seen = 0
    for path, operations in paths.items():
        for method in operations:
            filled = path.replace("{id}", fill["id"])
            response = guarded.client.request(method, filled)
            open_ = path in ("/v1/session", "/healthz", "/readyz")
            if path.startswith("/v1/session/oidc"):
                assert response.status_code == 404  # no identity provider is set
            elif open_:
                assert response.status_code != 401 or path == "/v1/session"
            elif path.startswith(("/v1/conversations/", "/v1/jobs/", "/v1/feedback/")):
                assert response.status_code in (401, 422), path
            else:
                assert response.status_code in (401, 422), (method, path)
                assert "documents" not in response.json()
            seen += 1
    assert seen > 25


def test_a_body_is_not_read_from_a_stranger_for_an_upload(guarded: Site) -> None:
    """An upload without a sign is refused before its files are looked at."""
    response = guarded.client.post("/v1/documents", files={"files": ("a.txt", b"text")})
    assert response.status_code == 401 and response.headers["www-authenticate"].startswith("Bearer")


def test_signing_in_with_a_password_sets_a_safe_cookie(guarded: Site) -> None:
    """HttpOnly, SameSite=Strict, and it opens the API; signing out closes it again."""
    assert guarded.client.get("/v1/session").json() == {
        "required": True,
        "methods": ["password", "token"],
        "provider": None,
        "signed_in": False,
        "name": None,
        "role": None,
        "collections": None,
        "tokens": False,
    }
    response = guarded.client.post("/v1/session", json={"name": "dora", "password": PASSWORD})
    assert response.status_code == 200
    assert response.json()["name"] == "dora" and response.json()["collections"] == ["deals"]
    cookie = response.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=strict" in cookie and "path=/" in cookie
    assert guarded.client.get("/v1/documents").status_code == 200
    assert guarded.client.delete("/v1/session").status_code == 204
    assert guarded.client.get("/v1/documents").status_code == 401


def test_over_https_the_cookie_is_secure(tmp_path: Path) -> None:
    """A cookie that was set over https is never sent over http."""
    with site(tmp_path, prepare=people, address="https://127.0.0.1") as here:
        response = here.client.post("/v1/session", json={"name": "eva", "password": PASSWORD})
        assert "; secure" in response.headers["set-cookie"].lower()


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"name": "eva", "password": "wrong"}, 401, "wrong_password"),
        ({"name": "nobody", "password": PASSWORD}, 401, "wrong_password"),
        ({"name": "ed", "password": ""}, 401, "wrong_password"),
        ({"token": "wrong"}, 401, "wrong_token"),
        ({}, 422, "invalid"),
        ({"name": "eva"}, 422, "invalid"),
        ({"name": "eva", "password": PASSWORD, "token": TOKEN}, 422, "invalid"),
    ],
)
def test_a_wrong_sign_in_is_refused(guarded: Site, body: dict[str, str], status: int, code: str) -> None:
    """Unknown names and wrong passwords get the same answer."""
    response = guarded.client.post("/v1/session", json=body)
    assert (response.status_code, response.json()["error"]["code"]) == (status, code)
    assert "set-cookie" not in response.headers


def stop_the_clock(here: Site) -> None:
    """Let no minute pass, however slow the machine: what was tried wrongly stays counted."""
    here.services.authentication.tries = RateLimit(WRONG_TRIES, clock=lambda: 0.0)


def test_wrong_sign_ins_are_counted(guarded: Site) -> None:
    """After ten failures in a minute even the right password waits."""
    stop_the_clock(guarded)
    for _ in range(10):
        guarded.client.post("/v1/session", json={"name": "eva", "password": "wrong wrong"})
    response = guarded.client.post("/v1/session", json={"name": "eva", "password": PASSWORD})
    assert response.status_code == 429 and response.headers["retry-after"]
    assert response.json()["error"]["code"] == "too_many_sign_ins"


def test_wrong_sign_ins_at_once_are_counted_too(guarded: Site) -> None:
    """Of forty wrong sign-ins that come together, no more than ten are tried."""
    stop_the_clock(guarded)

    def wrong(_: int) -> int:
        body = {"name": "eva", "password": "wrong wrong"}
        return int(guarded.client.post("/v1/session", json=body).status_code)

    with ThreadPoolExecutor(20) as threads:
        told = list(threads.map(wrong, range(40)))
    assert set(told) == {401, 429}
    assert 1 <= told.count(401) <= WRONG_TRIES


def test_right_sign_ins_use_nothing_up(guarded: Site) -> None:
    """Who signs in rightly, however often, is never told to wait."""
    stop_the_clock(guarded)
    for _ in range(15):
        response = guarded.client.post("/v1/session", json={"name": "eva", "password": PASSWORD})
        assert response.status_code == 200


@pytest.mark.parametrize(("method", "path"), [("GET", "/v1/status"), ("GET", "/v1/session"), ("GET", "/metrics")])
def test_wrong_tokens_are_counted_as_wrong_passwords_are(guarded: Site, method: str, path: str) -> None:
    """After ten wrong ones in a minute the access token, which a person chose, waits too, wherever it is sent."""
    stop_the_clock(guarded)
    send = lambda token: guarded.client.request(method, path, headers={"Authorization": f"Bearer {token}"})  # noqa: E731
    told = [send(f"guess number {n}") for n in range(WRONG_TRIES + 5)]
    assert [response.status_code for response in told[-5:]] == [429] * 5
    assert 429 not in [response.status_code for response in told[:WRONG_TRIES]]
    assert told[-1].json()["error"]["code"] == "too_many_sign_ins" and int(told[-1].headers["retry-after"]) > 0
    assert send(TOKEN).status_code == 429
    assert guarded.client.post("/v1/session", json={"token": TOKEN}).status_code == 429
    assert guarded.client.post("/v1/session", json={"token": "guess"}).status_code == 429


def test_wrong_tokens_shut_out_nobody_who_has_an_account(guarded: Site) -> None:
    """A program with an old token keeps neither other programs at its address out nor people with passwords."""
    stop_the_clock(guarded)
    for n in range(WRONG_TRIES + 5):
        guarded.client.get("/v1/status", headers={"Authorization": f"Bearer guess {n}"})
    assert guarded.client.get("/v1/status", headers=as_("eva")).status_code == 200
    assert guarded.client.post("/v1/session", json={"token": tokens["rob"]}).status_code == 200
    assert guarded.client.post("/v1/session", json={"name": "eva", "password": PASSWORD}).status_code == 200
    assert guarded.client.get("/v1/status").status_code == 200  # by the session


def test_right_tokens_use_nothing_up(guarded: Site) -> None:
    """A program may send its token as often as it asks, also between wrong ones of others."""
    stop_the_clock(guarded)
    right = {"Authorization": f"Bearer {TOKEN}"}
    for n in range(WRONG_TRIES - 1):
        assert guarded.client.get("/v1/status", headers={"Authorization": f"Bearer guess {n}"}).status_code == 401
    for _ in range(30):
        assert guarded.client.get("/v1/status", headers=right).status_code == 200


def test_where_nobody_signs_in_any_token_goes_any_number_of_times(tmp_path: Path) -> None:
    """OpenAI's clients must send a key: with nothing to sign in to, none is wrong."""
    with site(tmp_path) as here:
        stop_the_clock(here)
        for _ in range(WRONG_TRIES + 5):
            assert here.client.get("/v1/status", headers={"Authorization": "Bearer any"}).status_code == 200


def test_tokens_are_revoked_one_by_one(guarded: Site) -> None:
    """One token ends, by its id or by itself, and a session begun with it; the account's others go on."""
    accounts = guarded.services.accounts
    other = accounts.add_token("rob")
    assert guarded.client.post("/v1/session", json={"token": other}).json()["name"] == "rob"
    assert guarded.client.get("/v1/status").status_code == 200
    assert {token.id for token in accounts.tokens("rob")} == {token_id(tokens["rob"]), token_id(other)}
    assert accounts.revoke(token_id(other), user="eva") is None
    assert accounts.revoke(token_id(other)).user == "rob"
    assert guarded.client.get("/v1/status").status_code == 401
    assert guarded.client.get("/v1/status", headers={"Authorization": f"Bearer {other}"}).status_code == 401
    assert guarded.client.get("/v1/status", headers=as_("rob")).status_code == 200
    assert accounts.revoke(token_id(other)) is None
    assert accounts.revoke(tokens["rob"]) and not accounts.tokens("rob")
    assert guarded.client.get("/v1/status", headers=as_("rob")).status_code == 401


def test_a_person_revokes_the_own_tokens_over_http(guarded: Site) -> None:
    """One sees the own ones, by id; those of others are not there; without an account there are none."""
    mine, hers = token_id(tokens["rob"]), token_id(tokens["eva"])
    (listed,) = guarded.client.get("/v1/tokens", headers=as_("rob")).json()["tokens"]
    assert listed["id"] == mine and "token" not in listed
    shared = {"Authorization": f"Bearer {TOKEN}"}
    assert guarded.client.get("/v1/tokens", headers=shared).json() == {"tokens": []}
    for id in (hers, "0" * 12, "odd"):
        refused = guarded.client.delete(f"/v1/tokens/{id}", headers=as_("rob"))
        assert (refused.status_code, refused.json()["error"]["code"]) == (404, "token_missing")
    assert guarded.client.delete(f"/v1/tokens/{mine}", headers=as_("rob")).status_code == 204
    assert guarded.client.get("/v1/tokens", headers=as_("rob")).status_code == 401
    assert guarded.client.get("/v1/tokens", headers=as_("eva")).status_code == 200


def test_revoking_a_token_leaves_sessions_by_password_alone(guarded: Site) -> None:
    """Who signed in with a name and a password is still signed in."""
    guarded.client.post("/v1/session", json={"name": "rob", "password": PASSWORD})
    assert guarded.services.accounts.revoke(tokens["rob"])
    assert guarded.client.get("/v1/status").status_code == 200


def test_the_access_token_signs_in_too(guarded: Site) -> None:
    """As a header for programs, or for a session of the page."""
    assert guarded.client.get("/v1/status", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200
    response = guarded.client.post("/v1/session", json={"token": TOKEN})
    assert response.json()["role"] == "editor"
    assert guarded.client.get("/v1/status").status_code == 200


def test_a_session_ends_when_its_password_changes_or_the_account_goes(guarded: Site) -> None:
    """What a session rests on is looked at on every request."""
    for change in ("password", "account"):
        guarded.services.accounts.add("tim", password=PASSWORD)
        assert guarded.client.post("/v1/session", json={"name": "tim", "password": PASSWORD}).status_code == 200
        assert guarded.client.get("/v1/status").status_code == 200
        if change == "password":
            guarded.services.accounts.add("tim", password="another long password")
        else:
            assert guarded.services.accounts.remove("tim")
        assert guarded.client.get("/v1/status").status_code == 401


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_nothing_secret_is_stored_readably(guarded: Site) -> None:
    """Passwords, tokens and sessions are digests in the file, and the file is the owner's only."""
    guarded.client.post("/v1/session", json={"name": "eva", "password": PASSWORD})
    secret = guarded.client.cookies["footnote_session"]
    path = guarded.services.database.path
    stored = b"".join(file.read_bytes() for file in path.parent.glob("conversations.db*"))
    for text in (PASSWORD, tokens["eva"], secret, TOKEN):
        assert text.encode() not in stored
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/documents"),
        ("DELETE", "/v1/documents/{lease}"),
        ("POST", "/v1/documents/{lease}/reingest"),
        ("POST", "/v1/documents/{lease}/restore"),
        ("GET", "/v1/removed"),
        ("GET", "/v1/feedback"),
        ("GET", "/v1/feedback/export"),
    ],
)
def test_readers_change_no_documents(guarded: Site, method: str, path: str) -> None:
    """What needs an editor is 403 for a reader."""
    path = path.replace("{lease}", guarded.document("Lease of the house"))
    response = guarded.client.request(method, path, headers=as_("rob"))
    assert response.status_code == 403 and response.json()["error"]["code"] == "not_allowed"
    address = {"url": "https://example.org/"}
    assert guarded.client.post("/v1/documents/address", json=address, headers=as_("rob")).status_code == 403


def shown(value: Any) -> str:
    """Return everything in a response as one text."""
    return repr(value)


def test_other_collections_do_not_exist_for_a_restricted_user(guarded: Site) -> None:
    """List, text, outline, original, search, ask, models and counts show the one collection only."""
    get = lambda path: guarded.client.get(path, headers=as_("dora"))  # noqa: E731
    lease, brief = guarded.document("Lease of the house"), guarded.document("Brief")
    listed = get("/v1/documents").json()
    assert [d["id"] for d in listed["documents"]] == [brief] and listed["total"] == 1
    assert [c["name"] for c in get("/v1/collections").json()["collections"]] == ["deals"]
    assert get("/v1/status").json()["documents"] == 1
    assert [m["id"] for m in get("/v1/models").json()["data"]] == ["footnote", "footnote:deals"]
    assert get("/v1/models/footnote:default").status_code == 404
    for path in ("", "/text", "/original"):
        hidden, unknown = get(f"/v1/documents/{lease}{path}"), get(f"/v1/documents/{'0' * 16}{path}")
        assert hidden.status_code == unknown.status_code == 404
        hidden_error, unknown_error = hidden.json()["error"], unknown.json()["error"]
        assert {**hidden_error, "request_id": ""} == {**unknown_error, "request_id": ""}
    assert get(f"/v1/documents/{brief}/text").status_code == 200
    assert get("/v1/documents?collection=default").status_code == 404
    assert get("/metrics").status_code == 403  # which count every collection
    assert guarded.client.get("/metrics", headers=as_("rob")).status_code == 200


def test_a_restricted_user_is_answered_from_the_own_collection_only(guarded: Site) -> None:
    """Ask, search and chat look in the own collection; naming another is a 404 as for a missing one."""
    post = lambda path, body: guarded.client.post(path, json=body, headers=as_("dora"))  # noqa: E731
    assert post("/v1/ask", {"question": "notice?"}).json()["abstained"]
    assert not post("/v1/ask", {"question": "signed?"}).json()["abstained"]
    found = post("/v1/search", {"query": "notice period rent landlord", "limit": 50}).json()["passages"]
    assert {p["collection"] for p in found} <= {"deals"}
    for body in (
        {"question": "notice?", "filter": {"collections": ["default"]}},
        {"question": "notice?", "filter": {"collections": ["deals", "default"]}},
    ):
        assert post("/v1/ask", body).status_code == 404
    chat = {"model": "footnote", "messages": [{"role": "user", "content": "notice?"}]}
    assert post("/v1/chat/completions", chat).json()["footnote"]["abstained"]
    assert post("/v1/chat/completions", {**chat, "model": "footnote:default"}).status_code == 404
    (_, _, used) = guarded.bot.asked[0]
    assert used is not None and used.collections == ("deals",)


def test_an_account_held_to_a_collection_that_is_still_to_come_finds_nothing(guarded: Site) -> None:
    """It is answered that the documents don't say; no collection that it may not see is searched or named."""
    Accounts(guarded.services.database).add("nora", password=PASSWORD, collections=("to come",))
    token = Accounts(guarded.services.database).add_token("nora")
    headers = {"Authorization": f"Bearer {token}"}
    guarded.services.bot = Bot(
        guarded.bot.library, settings=guarded.services.settings
    )  # the scripted one checks nothing
    answer = guarded.client.post("/v1/ask", json={"question": "How long is the notice period?"}, headers=headers)
    assert answer.status_code == 200 and answer.json()["abstained"]
    found = guarded.client.post("/v1/search", json={"query": "notice period"}, headers=headers)
    assert found.json()["passages"] == [] and "deals" not in answer.text + found.text


def test_what_is_read_into_another_collection_shows_in_no_status(tmp_path: Path) -> None:
    """Files are being read into "private": who may not see it is not told that anything is."""
    begun, end = threading.Event(), threading.Event()

    def reader(files: Sequence[Incoming], collection: str, on_file: OnFile, *, again: bool, stop: Any) -> None:
        begun.set()
        end.wait(60)

    with site(tmp_path, prepare=people, ingest=reader) as here:
        upload = {"files": {"files": ("a.txt", b"text")}, "data": {"collection": "private"}}
        here.client.post("/v1/documents", headers=as_("eva"), **upload)
        assert begun.wait(60)
        told = {name: here.client.get("/v1/status", headers=as_(name)).json()["ingesting"] for name in ("eva", "dora")}
        end.set()
    assert told == {"eva": True, "dora": False}


def test_naming_a_document_of_another_collection_finds_nothing(guarded: Site) -> None:
    """A filter by document id does not lead out of the own collections."""
    body = {"question": "notice?", "filter": {"documents": [guarded.document("Lease of the house")]}}
    assert guarded.client.post("/v1/ask", json=body, headers=as_("dora")).json()["abstained"]


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
def test_a_search_that_breaks_its_promise_shows_nothing(guarded: Site, accept: str) -> None:
    """Should the library ever return another collection's passage, the caller gets an error instead."""
    guarded.bot.leak = True
    response = guarded.client.post("/v1/ask", json={"question": "party?"}, headers={**as_("dora"), "Accept": accept})
    assert response.status_code == 500 and PARTY not in response.text


def test_a_turn_whose_sources_are_out_of_reach_now_is_hidden(guarded: Site) -> None:
    """When collections are narrowed, old answers go with them: on screen, in export, in context."""
    guarded.services.accounts.add("tim", password=PASSWORD)
    token = guarded.services.accounts.add_token("tim")
    headers = {"Authorization": f"Bearer {token}"}
    asked = guarded.client.post("/v1/ask", json={"question": "party?", "conversation": "new"}, headers=headers).json()
    guarded.services.accounts.add("tim", password=PASSWORD, collections=("deals",))
    path = f"/v1/conversations/{asked['conversation']}"
    (turn,) = guarded.client.get(path, headers=headers).json()["turns"]
    assert turn["hidden"] and turn["answer"] is None
    for format in ("markdown", "html", "json"):
        assert PARTY not in guarded.client.get(f"{path}/export?format={format}", headers=headers).text
    for reader in (headers, as_("rob")):  # nor is the answer alone there, as somebody else's is not
        assert guarded.client.get(f"/v1/answers/{asked['id']}/export", headers=reader).status_code == 404
    follow_up = {"question": "and?", "conversation": asked["conversation"]}
    guarded.client.post("/v1/ask", json=follow_up, headers=headers)
    (_, conversation, _) = guarded.bot.asked[-1]
    assert conversation is not None and not conversation.turns


def test_conversations_and_feedback_belong_to_their_owner(guarded: Site) -> None:
    """Another account gets 404 for them, an editor too; feedback of all is the editor's to read."""
    asked = guarded.client.post(
        "/v1/ask", json={"question": "notice?", "conversation": "new"}, headers=as_("rob")
    ).json()
    path = f"/v1/conversations/{asked['conversation']}"
    assert guarded.client.get(path, headers=as_("rob")).status_code == 200
    for method, body in (("GET", None), ("PATCH", {"title": "mine"}), ("DELETE", None)):
        assert guarded.client.request(method, path, json=body, headers=as_("eva")).status_code == 404
    assert not guarded.client.get("/v1/conversations", headers=as_("eva")).json()["conversations"]
    stolen = {"question": "x?", "conversation": asked["conversation"]}
    assert guarded.client.post("/v1/ask", json=stolen, headers=as_("eva")).status_code == 404
    thumb = {"answer": asked["id"], "thumb": "up"}
    assert guarded.client.post("/v1/feedback", json=thumb, headers=as_("eva")).status_code == 404
    given = guarded.client.post("/v1/feedback", json=thumb, headers=as_("rob")).json()
    assert guarded.client.delete(f"/v1/feedback/{given['id']}", headers=as_("eva")).status_code == 404
    (seen,) = guarded.client.get("/v1/feedback", headers=as_("eva")).json()["feedback"]
    assert seen["name"] == "rob"
    assert not guarded.client.get("/v1/feedback", headers=as_("ed")).json()["feedback"]


def test_an_old_answer_out_of_reach_matches_no_search(guarded: Site) -> None:
    """Words of a hidden answer find nothing, as they show nothing; the own question is still found by its words."""
    accounts = guarded.services.accounts
    accounts.add("tim")
    headers = {"Authorization": f"Bearer {accounts.add_token('tim')}"}
    ask = lambda question, conversation: guarded.client.post(  # noqa: E731
        "/v1/ask", json={"question": question, "conversation": conversation}, headers=headers
    ).json()["conversation"]
    found = lambda words: [  # noqa: E731
        kept["id"]
        for kept in guarded.client.get("/v1/conversations", params={"query": words}, headers=headers).json()[
            "conversations"
        ]
    ]
    talk = ask("When was it signed?", "new")
    ask("And when does the party start, STRASSE?", talk)
    assert found("begins at nine") == found("strasse") == found("tokyo") == [talk]
    accounts.add("tim", collections=("deals",))
    assert found("begins at nine") == [] and found("party begins") == []
    assert found("tokyo") == found("start, straße") == found("when does the party") == [talk]
    accounts.add("tim", collections=("deals", "private"))
    assert found("begins at nine") == [talk]


def test_a_restricted_editor_reads_the_own_feedback_only(guarded: Site) -> None:
    """What others asked and remarked is about all that they may see, also where the answer shows nothing of it."""
    comments = {"rob": "What of the secret merger?", "dora": "About the deals.", "ed": "Mine."}
    for name, comment in comments.items():
        for question in ("When is the secret party of the board?", "signed?", "..."):
            answer = guarded.client.post("/v1/ask", json={"question": question}, headers=as_(name)).json()
            body = {"answer": answer["id"], "thumb": "down", "comment": comment}
            assert guarded.client.post("/v1/feedback", json=body, headers=as_(name)).status_code == 201
    own = guarded.client.get("/v1/feedback?limit=2", headers=as_("ed")).json()
    rest = guarded.client.get(f"/v1/feedback?limit=2&cursor={own['next']}", headers=as_("ed")).json()
    assert [item["name"] for item in (*own["feedback"], *rest["feedback"])] == ["ed"] * 3 and rest["next"] is None
    exported = guarded.client.get("/v1/feedback/export", headers=as_("ed")).text
    assert exported.count("Mine.") == 3 and "merger" not in exported and "deals." not in exported
    everything = guarded.client.get("/v1/feedback?limit=100", headers=as_("eva")).json()["feedback"]
    assert {item["comment"] for item in everything} == set(comments.values()) and len(everything) == 9


def test_an_editor_of_one_collection_adds_to_no_other(guarded: Site) -> None:
    """Uploads go to the own collection by default, and to no other on request."""
    files = {"files": ("a.txt", b"Some words.")}
    refused = guarded.client.post("/v1/documents", files=files, data={"collection": "default"}, headers=as_("ed"))
    assert refused.status_code == 404
    taken = guarded.client.post("/v1/documents", files=files, headers=as_("ed"))
    assert taken.status_code == 202 and taken.json()["job"]["collection"] == "deals"
    lease = guarded.document("Lease of the house")
    assert guarded.client.delete(f"/v1/documents/{lease}", headers=as_("ed")).status_code == 404


def test_what_was_removed_exists_only_for_editors_who_could_see_it(guarded: Site) -> None:
    """The bin of other collections is empty for a restricted editor, and restoring is a 404 as for no document."""
    lease, brief = guarded.document("Lease of the house"), guarded.document("Brief")
    before = guarded.client.get("/v1/removed", headers=as_("ed")).json()
    unknown = guarded.client.post(f"/v1/documents/{'0' * 16}/restore", headers=as_("ed")).json()["error"]
    assert guarded.client.delete(f"/v1/documents/{lease}", headers=as_("eva")).status_code == 204
    assert guarded.client.get("/v1/removed", headers=as_("ed")).json() == before == {"documents": [], "total": 0}
    hidden = guarded.client.post(f"/v1/documents/{lease}/restore", headers=as_("ed"))
    assert hidden.status_code == 404
    assert {**hidden.json()["error"], "request_id": ""} == {**unknown, "request_id": ""}
    for path in ("/v1/status", "/v1/documents", "/v1/collections", "/metrics"):
        assert "Lease" not in guarded.client.get(path, headers=as_("rob")).text
    assert guarded.client.get("/v1/documents", headers=as_("eva")).json()["total"] == 3
    assert guarded.client.delete(f"/v1/documents/{brief}", headers=as_("ed")).status_code == 204
    assert [d["title"] for d in guarded.client.get("/v1/removed", headers=as_("ed")).json()["documents"]] == ["Brief"]
    assert guarded.client.post(f"/v1/documents/{brief}/restore", headers=as_("ed")).status_code == 200
    assert guarded.client.post(f"/v1/documents/{lease}/restore", headers=as_("eva")).status_code == 200


def test_basic_and_broken_authorization_headers_are_no_sign(guarded: Site) -> None:
    """Only Bearer counts, and odd headers are a 401, not a 500."""
    basic = base64.b64encode(f"eva:{PASSWORD}".encode()).decode()
    for value in (f"Basic {basic}", "Bearer", "Bearer ", "Bearer \xff\xfe", "x" * 5_000):
        response = guarded.client.get("/v1/status", headers={"Authorization": value.encode("latin-1")})
        assert response.status_code == 401


def test_a_wrong_token_is_told_from_none(guarded: Site) -> None:
    """A program with a mistyped token reads that it is wrong, not that it should sign in."""
    wrong = guarded.client.get("/v1/status", headers={"Authorization": "Bearer not-this-one"})
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (401, "wrong_token")
    assert guarded.client.get("/v1/status").json()["error"]["code"] == "sign_in_needed"


@pytest.mark.parametrize(
    ("settings", "has_users", "workers", "refused"),
    [
        ({}, False, 1, ""),
        ({"host": "localhost"}, False, 1, ""),
        ({"host": "::1"}, False, 1, ""),
        ({"host": "0.0.0.0"}, False, 1, "FOOTNOTE_ACCESS_TOKEN"),
        ({"host": "::"}, False, 1, "FOOTNOTE_ACCESS_TOKEN"),
        ({"host": "192.168.1.5"}, False, 1, "FOOTNOTE_ACCESS_TOKEN"),
        ({"host": "docs.example.org"}, False, 1, "FOOTNOTE_ACCESS_TOKEN"),
        ({"host": "0.0.0.0", "access_token": TOKEN}, False, 1, ""),
        ({"host": "0.0.0.0"}, True, 1, ""),
        ({"access_token": "short"}, False, 1, "at least 16"),
        ({}, False, 2, "--workers 2"),
    ],
)
def test_serving_so_that_strangers_could_change_documents_is_refused(
    settings: dict[str, Any], has_users: bool, workers: int, refused: str
) -> None:
    """Off loopback there must be a token or accounts; a token must be long; one process serves."""
    if not refused:
        refuse_unsafe(Settings(**settings), has_users=has_users, workers=workers)
        return
    with pytest.raises(SettingError, match=refused):
        refuse_unsafe(Settings(**settings), has_users=has_users, workers=workers)


@pytest.mark.parametrize(
    ("name", "password", "collections"),
    [
        ("", PASSWORD, None),
        ("access token", PASSWORD, None),
        ("a/b", PASSWORD, None),
        ("x" * 65, PASSWORD, None),
        ("ana", "short", None),
        ("ana", PASSWORD, ()),
    ],
)
def test_accounts_that_cannot_be_are_refused(
    tmp_path: Path, name: str, password: str, collections: tuple[str, ...] | None
) -> None:
    """Odd names, short passwords and an empty list of collections are refused with words."""
    database = open_people(tmp_path)
    with pytest.raises(SettingError):
        Accounts(database).add(name, password=password, collections=collections)
    database.close()


def test_removing_the_last_account_lets_nobody_in(tmp_path: Path, place: str) -> None:
    """A running server that had accounts goes on asking who one is, though there is nobody left to be."""
    with site(tmp_path, place=place, prepare=people) as running:
        assert running.client.get("/v1/documents").status_code == 401
        database = open_people(running.library)
        accounts = Accounts(database)
        for name in ("eva", "rob", "dora", "ed"):
            assert accounts.remove(name)
        database.close()
        assert running.client.get("/v1/documents").status_code == 401
        assert running.client.get("/v1/session").json()["methods"] == ["password", "token"]
