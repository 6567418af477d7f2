"""Signing in at an identity provider: who is let in, as whom, for how long; and what is not believed."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from identity_provider import CLIENT, SECRET, Provider, identity_provider, new_key
from web_site import Site, site

from bot.errors import SettingError
from bot.settings.settings import Settings
from bot.surfaces.web.app import refuse_unsafe
from bot.surfaces.web.auth import Authentication
from bot.surfaces.web.groups import allowed
from bot.surfaces.web.identity import IdentityProvider
from bot.surfaces.web.storage.accounts import Accounts
from bot.surfaces.web.storage.database import Database

START, BACK = "/v1/session/oidc", "/v1/session/oidc/back"
PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def running() -> Iterator[Provider]:
    """An identity provider that runs."""
    with identity_provider() as provider:
        yield provider


@pytest.fixture
def provider(running: Provider) -> Provider:
    """The same, honest again and knowing one person."""
    address = running.address
    vars(running).clear()
    running.__init__(address=address)  # type: ignore[misc]
    return running


def settings_for(provider: Provider, **more: Any) -> dict[str, Any]:
    """Return the settings of a server whose people sign in at `provider`."""
    return {
        "oidc_issuer": provider.address,
        "oidc_client_id": CLIENT,
        "oidc_client_secret": SECRET,
        "oidc_label": "Acme",
        **more,
    }


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory, running: Provider) -> Iterator[Site]:
    """A site whose people sign in at the provider: everybody a reader, leads editors."""
    chosen = settings_for(running, oidc_roles=("leads=editor", "*=reader"))
    with site(tmp_path_factory.mktemp("site"), settings=chosen) as site_that_runs:
        yield site_that_runs


@pytest.fixture
def here(standing: Site, provider: Provider) -> Site:
    """The same, as if it had just begun: nobody has signed in, and it knows nothing of the provider."""
    for account in standing.services.accounts.all():
        standing.services.accounts.remove(account.name)
    standing.client.cookies.clear()
    standing.services.authentication = Authentication(standing.services.accounts, standing.services.settings)
    return standing


def go(here: Site, provider: Provider) -> str:
    """Sign in as a browser does; return where the page is afterwards."""
    begun = here.client.get(START, follow_redirects=False)
    assert begun.status_code == 303, begun.text
    assert begun.headers["location"].startswith(f"{provider.address}/authorize?"), begun.headers["location"]
    return come_back(here, provider.signed_in(begun.headers["location"]))


def come_back(here: Site, address: str) -> str:
    """Follow the provider's redirect; return where that leads."""
    back = here.client.get(address, follow_redirects=False)
    assert back.status_code == 303, back.text
    return back.headers["location"]


def who(here: Site) -> dict[str, Any]:
    """Return the session."""
    session: dict[str, Any] = here.client.get("/v1/session").json()
    return session


def test_a_person_signs_in_and_out(here: Site, provider: Provider) -> None:
    """The page offers it, the browser goes there and back with PKCE, and signs out there too."""
    before = who(here)
    assert (before["methods"], before["provider"], before["signed_in"]) == (["provider", "token"], "Acme", False)
    assert go(here, provider) == "/"
    assert (who(here)["name"], who(here)["role"], who(here)["collections"]) == ("ana", "reader", None)
    assert here.client.get("/v1/documents").status_code == 200
    out = here.client.request("DELETE", "/v1/session")
    assert out.status_code == 200
    assert out.json()["sign_out_at"].startswith(
        f"{provider.address}/end?client_id={CLIENT}&post_logout_redirect_uri=http"
    )
    assert "id_token" not in out.text
    assert here.client.get("/v1/documents").status_code == 401


def test_a_provider_without_a_way_out_is_left_alone(here: Site, provider: Provider) -> None:
    """Where it names none, signing out ends the session here, with no word of another place."""
    without = {name: value for name, value in provider.about_itself().items() if name != "end_session_endpoint"}
    provider.about_itself = lambda: without  # type: ignore[method-assign]
    go(here, provider)
    assert here.client.request("DELETE", "/v1/session").status_code == 204
    assert not who(here)["signed_in"]


def test_the_cookies_are_safe(here: Site, provider: Provider) -> None:
    """That of the session is strict; that of the way there is gone after it, and goes nowhere else."""
    begun = here.client.get(START, follow_redirects=False)
    cookie = begun.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=lax" in cookie and f"path={BACK}" in cookie
    back = here.client.get(provider.signed_in(begun.headers["location"]), follow_redirects=False)
    session, gone = back.headers.get_list("set-cookie")
    assert (
        session.startswith("footnote_session=")
        and "samesite=strict" in session.lower()
        and "max-age=43200" in session.lower()
    )
    assert gone.startswith('footnote_sign_in=""') and "max-age=0" in gone.lower()


def test_the_clients_secret_goes_to_the_provider_alone(
    here: Site, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither secret, code, verifier nor token is in an address that the browser sees, in a log, or kept."""
    caplog.set_level(logging.DEBUG)
    begun = here.client.get(START, follow_redirects=False).headers["location"]
    back = provider.signed_in(begun)
    come_back(here, back)
    (sent,) = provider.exchanged
    code = back.partition("code=")[2].partition("&")[0]
    told = "\n".join(f"{record.getMessage()} {vars(record)}" for record in caplog.records if record.name != "httpx2")
    kept = b"".join(path.read_bytes() for path in here.folder.glob("conversations.db*"))
    for secret in (SECRET, sent["code_verifier"], code):
        assert secret not in begun and secret not in told.replace(back, "") and secret.encode() not in kept
    assert "code_verifier" not in begun


def test_an_editor_is_who_is_in_a_group_of_editors(here: Site, provider: Provider) -> None:
    """A group gives the role; who has left it has lost it at the next sign-in, on every device."""
    provider.person["groups"] = ["leads", "staff"]
    go(here, provider)
    assert who(here)["role"] == "editor"
    first = dict(here.client.cookies)
    provider.person["groups"] = ["staff"]
    here.client.cookies.clear()
    go(here, provider)
    assert who(here)["role"] == "reader"
    here.client.cookies.clear()
    here.client.cookies.update(first)
    assert who(here)["role"] == "reader"


def test_groups_say_which_collections_are_seen(tmp_path: Path, provider: Provider) -> None:
    """Collections of all one's groups; another group's do not exist."""
    chosen = settings_for(provider, oidc_collections=("finance=deals+private", "CN=Law,OU=x=law"))
    with site(tmp_path, settings=chosen) as here:
        provider.person["groups"] = ["finance"]
        go(here, provider)
        assert who(here)["collections"] == ["deals", "private"]
        names = {one["name"] for one in here.client.get("/v1/collections").json()["collections"]}
        assert names == {"deals", "private"}
        provider.person["groups"] = []
        assert go(here, provider) == "/#/sign-in/sign_in_not_allowed"
        assert who(here)["collections"] == ["deals", "private"]  # the session before goes on, as what it was


@pytest.mark.parametrize(
    ("roles", "collections", "groups", "expected"),
    [
        ((), (), (), ("reader", None)),
        (("a=editor",), (), ("a",), ("editor", None)),
        (("a=editor",), (), ("b",), None),
        (("a=reader", "b=editor"), (), ("a", "b"), ("editor", None)),
        (("*=reader", "a=editor"), (), (), ("reader", None)),
        (("*=editor", "a=reader"), (), ("a",), ("reader", None)),
        ((), ("a=x+y", "b=z"), ("a", "b"), ("reader", ("x", "y", "z"))),
        ((), ("a=x", "b=*"), ("a", "b"), ("reader", None)),
        ((), ("a=x",), ("b",), None),
        ((), ("a=x", "*=open"), ("b",), ("reader", ("open",))),
        ((), ("a=x", "*=open"), ("a",), ("reader", ("x",))),
        ((), ("a=x",), ("*",), None),
    ],
)
def test_what_groups_allow(
    roles: tuple[str, ...], collections: tuple[str, ...], groups: tuple[str, ...], expected: Any
) -> None:
    """The most of what one's groups allow; "*" stands for those of no group that is named, and is no group itself."""
    found = allowed(Settings(oidc_roles=roles, oidc_collections=collections), groups)
    assert (found and (found.role, found.collections)) == expected


def test_a_change_of_the_settings_holds_for_who_is_signed_in(tmp_path: Path, provider: Provider) -> None:
    """Groups are kept, what they allow is not: after a restart with other settings a session sees no more than that."""
    provider.person["groups"] = ["finance"]
    with site(tmp_path, settings=settings_for(provider)) as here:
        go(here, provider)
        caller = here.services.authentication.of_session(here.client.cookies["footnote_session"])
        assert caller and caller.collections is None
        database = here.services.database
        for changed, sees in (
            ({"oidc_collections": ("finance=deals",)}, ("deals",)),
            ({"oidc_roles": ("law=reader",)}, "nobody"),
            ({"oidc_issuer": "https://elsewhere.example.org"}, "nobody"),
        ):
            again = Authentication(Accounts(database), Settings(**{**settings_for(provider), **changed}))
            found = again.of_session(here.client.cookies["footnote_session"])
            assert (found.collections if found else "nobody") == sees


def test_a_session_ends_after_its_hours(here: Site, provider: Provider) -> None:
    """Then the person signs in again, and the provider says again who that is."""
    go(here, provider)
    row = here.services.database.row("SELECT created, expires FROM sessions")
    assert row is not None
    hours = (datetime.fromisoformat(row["expires"]) - datetime.fromisoformat(row["created"])).total_seconds() / 3_600
    assert hours == pytest.approx(12, abs=0.01)
    here.services.database.run("UPDATE sessions SET expires = created")
    assert not who(here)["signed_in"]


@pytest.mark.parametrize(
    ("lie", "code"),
    [
        ({"aud": "another"}, "sign_in_untrusted"),
        ({"aud": [CLIENT, "another"]}, "sign_in_untrusted"),
        ({"aud": None}, "sign_in_untrusted"),
        ({"azp": "another"}, "sign_in_untrusted"),
        ({"iss": "https://evil.example.org"}, "sign_in_untrusted"),
        ({"iss": None}, "sign_in_untrusted"),
        ({"nonce": "of another sign-in"}, "sign_in_untrusted"),
        ({"nonce": None}, "sign_in_untrusted"),
        ({"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}, "sign_in_untrusted"),
        ({"sub": None}, "sign_in_untrusted"),
        ({"sub": 7}, "sign_in_untrusted"),
        ({"exp": int(time.time()) - 3_600}, "sign_in_expired"),
        ({"exp": None}, "sign_in_untrusted"),
        ({"exp": "soon"}, "sign_in_untrusted"),
        ({"iat": int(time.time()) + 3_600}, "sign_in_expired"),
        ({"nbf": int(time.time()) + 3_600}, "sign_in_expired"),
        ({"preferred_username": "an a"}, "sign_in_name"),
        ({"preferred_username": ""}, "sign_in_name"),
        ({"preferred_username": ["ana"]}, "sign_in_name"),
    ],
    ids=str,
)
def test_what_is_wrong_in_a_token_is_not_believed(
    here: Site, provider: Provider, lie: dict[str, Any], code: str
) -> None:
    """For another application, by another issuer, of another sign-in or time: nobody is let in, and it is said why."""
    provider.claims = lie
    assert go(here, provider) == f"/#/sign-in/{code}"
    assert not who(here)["signed_in"] and not here.services.accounts.all()


def test_a_clock_that_is_a_little_off_is_forgiven(here: Site, provider: Provider) -> None:
    """Half a minute ahead or behind is no reason to keep anybody out."""
    provider.claims = {"iat": int(time.time()) + 30, "nbf": int(time.time()) + 30}
    assert go(here, provider) == "/"
    provider.claims = {"exp": int(time.time()) - 30}
    assert go(here, provider) == "/"


def test_a_forged_token_is_not_believed(here: Site, provider: Provider) -> None:
    """Signed by a key of somebody else under the provider's name, by its public key as a secret, or not at all."""
    provider.signed_by = new_key("one")
    assert go(here, provider) == "/#/sign-in/sign_in_untrusted"
    provider.header = {"jwk": provider.signed_by.as_dict(private=False)}
    assert go(here, provider) == "/#/sign-in/sign_in_untrusted"
    provider.signed_by, provider.header = None, {"alg": "none"}
    assert go(here, provider) == "/#/sign-in/sign_in_untrusted"
    for secret in (provider.keys[-1].as_pem(private=False), SECRET.encode()):
        provider.header, provider.signed_by = {"alg": "HS256"}, secret
        assert go(here, provider) == "/#/sign-in/sign_in_untrusted"
    assert not here.services.accounts.all()


def test_keys_that_change_are_looked_for(here: Site, provider: Provider) -> None:
    """A new key is believed at once, an old one that is gone no longer; nothing is fetched while nothing changes."""
    go(here, provider)
    go(here, provider)
    assert provider.discovered == 1
    old = provider.keys[-1]
    provider.rotate()
    assert go(here, provider) == "/"
    assert provider.discovered == 2
    provider.signed_by, provider.header = old, {"kid": old.kid}
    assert go(here, provider) == "/#/sign-in/sign_in_untrusted"
    provider.signed_by, provider.header = None, {}
    provider.keys, provider.algorithm = [*provider.keys, new_key("curve", curve=True)], "ES256"
    assert go(here, provider) == "/"


def test_a_sign_in_that_this_browser_did_not_begin_is_refused(here: Site, provider: Provider) -> None:
    """Without its cookie, with another one's state, or a second time: nobody is signed in as somebody else."""
    begun = here.client.get(START, follow_redirects=False).headers["location"]
    back = provider.signed_in(begun)
    secret = here.client.cookies["footnote_sign_in"]
    here.client.cookies.clear()
    assert come_back(here, back) == "/#/sign-in/sign_in_stale"
    here.client.cookies.set("footnote_sign_in", secret, path=BACK)
    foreign = back.partition("&state=")[0] + "&state=guessed"
    assert come_back(here, foreign) == "/#/sign-in/sign_in_stale"
    assert not who(here)["signed_in"] and not provider.exchanged
    here.client.cookies.clear()
    here.client.get(START, follow_redirects=False)  # a second sign-in, in another tab
    assert come_back(here, back) == "/#/sign-in/sign_in_stale"


def test_a_code_is_good_once(here: Site, provider: Provider) -> None:
    """Who goes back in the browser is told to sign in again."""
    begun = here.client.get(START, follow_redirects=False)
    cookie = begun.cookies["footnote_sign_in"]
    back = provider.signed_in(begun.headers["location"])
    assert come_back(here, back) == "/"
    here.client.cookies.clear()
    here.client.cookies.set("footnote_sign_in", cookie, path=BACK)
    assert come_back(here, back) == "/#/sign-in/sign_in_stale"


def test_what_the_provider_refuses_is_said(here: Site, provider: Provider, caplog: pytest.LogCaptureFixture) -> None:
    """Its own no, and one to our client; the log has the reason, the page none of the provider's words."""
    provider.error = "access_denied"
    assert go(here, provider) == "/#/sign-in/sign_in_refused"
    provider.error, provider.secret = "", "changed"
    assert go(here, provider) == "/#/sign-in/sign_in_untrusted"
    reasons = [record.reason for record in caplog.records if getattr(record, "event", "") == "sign_in_refused"]
    assert reasons == ["it answers access_denied", "it answers 'invalid_client'"]


def test_a_provider_that_is_away_is_said(here: Site, provider: Provider) -> None:
    """Before the browser leaves, and after it is back; the page can be used by those who come with a token."""
    provider.down = True
    assert here.client.get(START, follow_redirects=False).headers["location"] == "/#/sign-in/sign_in_unreachable"
    provider.down = False
    begun = here.client.get(START, follow_redirects=False).headers["location"]
    provider.down = True
    assert come_back(here, provider.signed_in(begun)) == "/#/sign-in/sign_in_unreachable"
    assert here.client.get("/v1/session").status_code == 200


@pytest.mark.parametrize(
    "description",
    [
        {"issuer": "https://evil.example.org"},
        {"token_endpoint": "http://evil.example.org/token"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"jwks_uri": None},
        {"end_session_endpoint": "http://evil.example.org"},
    ],
    ids=str,
)
def test_a_description_that_is_not_the_issuers_is_not_believed(
    here: Site, provider: Provider, description: dict[str, Any]
) -> None:
    """No browser and no secret is sent to an address without https, or that another issuer names."""
    provider.description = description
    assert here.client.get(START, follow_redirects=False).headers["location"] == "/#/sign-in/sign_in_untrusted"


def test_groups_that_only_the_user_information_has(here: Site, provider: Provider) -> None:
    """They are asked for where the token has none, and not believed where they are another person's."""
    provider.told = {"sub": "1", "groups": ["leads"]}
    go(here, provider)
    assert who(here)["role"] == "editor"
    provider.told = {"sub": "2", "groups": ["leads"]}
    assert go(here, provider) == "/#/sign-in/sign_in_untrusted"


def test_a_name_is_whose_it_was_first(tmp_path: Path, provider: Provider) -> None:
    """Neither an account with a password nor another person's is taken over by a name; a new name keeps the account."""

    def prepare(folder: Path) -> None:
        database = Database(folder)
        Accounts(database).add("eva", password=PASSWORD, role="editor")
        database.close()

    with site(tmp_path, prepare=prepare, settings=settings_for(provider)) as here:
        assert who(here)["methods"] == ["provider", "password", "token"]
        provider.person = {"sub": "9", "preferred_username": "eva"}
        assert go(here, provider) == "/#/sign-in/sign_in_name"
        provider.person = {"sub": "1", "preferred_username": "ana"}
        go(here, provider)
        here.ask("notice", conversation="new")
        provider.person = {"sub": "1", "preferred_username": "ana.married"}
        go(here, provider)
        assert who(here)["name"] == "ana"
        assert len(here.client.get("/v1/conversations").json()["conversations"]) == 1
        provider.person = {"sub": "2", "preferred_username": "ana"}
        here.client.cookies.clear()
        assert go(here, provider) == "/#/sign-in/sign_in_name"


def test_what_a_provider_gave_is_not_changed_by_hand(here: Site, provider: Provider) -> None:
    """An account of the provider has no password and no role but its groups'; it is said where to change that."""
    go(here, provider)
    with pytest.raises(SettingError, match="identity provider"):
        here.services.accounts.add("ana", password=PASSWORD, role="editor")


def test_a_token_of_a_person_ends_with_the_sign_ins(here: Site, provider: Provider) -> None:
    """Whoever has not come from the provider for so many days is perhaps not there any more: then tokens rest."""
    go(here, provider)
    header = {"Authorization": f"Bearer {here.services.accounts.add_token('ana')}"}
    here.client.cookies.clear()
    assert here.client.get("/v1/documents", headers=header).status_code == 200
    here.services.database.run("UPDATE users SET signed_in = '2026-01-01T00:00:00.000Z'")
    assert here.client.get("/v1/documents", headers=header).status_code == 401
    go(here, provider)
    here.client.cookies.clear()
    assert here.client.get("/v1/documents", headers=header).status_code == 200


def test_passwords_can_be_switched_off(tmp_path: Path, provider: Provider) -> None:
    """Then the page shows no form for one, and a right one is refused."""

    def prepare(folder: Path) -> None:
        database = Database(folder)
        Accounts(database).add("eva", password=PASSWORD)
        database.close()

    with site(tmp_path, prepare=prepare, settings=settings_for(provider, passwords=False)) as here:
        assert who(here)["methods"] == ["provider", "token"]
        refused = here.client.post("/v1/session", json={"name": "eva", "password": PASSWORD})
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "not_allowed")


def test_without_a_provider_there_is_no_way_to_one(tmp_path: Path) -> None:
    """Both ends of the way answer 404, and nothing about signing in changes."""
    with site(tmp_path) as here:
        assert (who(here)["provider"], who(here)["methods"]) == (None, [])
        assert here.client.get(START).status_code == here.client.get(BACK).status_code == 404


def test_the_page_leaves_by_a_link_and_keeps_its_policy(here: Site) -> None:
    """The policy names no other origin, and no form may send anything anywhere."""
    policy = here.client.get("/").headers["content-security-policy"]
    assert "form-action 'none'" in policy and "connect-src 'self'" in policy and "http" not in policy


def test_sign_ins_that_are_begun_are_counted(here: Site, provider: Provider) -> None:
    """One address cannot make the provider be asked without end."""
    statuses = [here.client.get(START, follow_redirects=False).status_code for _ in range(40)]
    assert statuses[0] == 303 and statuses[-1] == 429


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"oidc_issuer": "https://id.example.org"}, "oidc_client_id"),
        ({"oidc_issuer": "http://id.example.org", "oidc_client_id": "x"}, "https"),
        ({"oidc_issuer": "https://id.example.org", "oidc_client_id": "x", "oidc_scopes": ("email",)}, "openid"),
        ({"oidc_issuer": "https://id.example.org", "oidc_client_id": "x", "host": "0.0.0.0"}, "page"),
        (
            {"oidc_issuer": "https://id.example.org", "oidc_client_id": "x", "oidc_client_secret_file": "/nowhere/x"},
            "cannot be read",
        ),
    ],
    ids=str,
)
def test_settings_that_do_not_fit_are_refused_at_the_start(settings: dict[str, Any], says: str) -> None:
    """Before anybody can come: what is missing, or not safe."""
    with pytest.raises(SettingError, match=says):
        IdentityProvider(Settings(**settings))


def test_the_secret_may_lie_in_a_file(tmp_path: Path, provider: Provider) -> None:
    """As orchestrators hand secrets over: the file is read, with the line end that editors add."""
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    chosen = settings_for(provider, oidc_client_secret="", oidc_client_secret_file=str(tmp_path / "secret"))
    with site(tmp_path / "site", settings=chosen) as here:
        assert go(here, provider) == "/"


def test_a_public_client_needs_no_secret(tmp_path: Path, provider: Provider) -> None:
    """PKCE alone shows that the same browser comes back."""
    provider.secret = ""
    with site(tmp_path, settings=settings_for(provider, oidc_client_secret="")) as here:
        assert go(here, provider) == "/"


def test_a_server_with_a_provider_may_be_reached_from_elsewhere() -> None:
    """There is something to sign in with, so it starts on a network without an account."""
    chosen = {"host": "0.0.0.0", "page_url": "https://docs.example.org", "oidc_issuer": "https://id.example.org"}
    refuse_unsafe(Settings(**chosen, oidc_client_id="footnote"), has_users=False)
    with pytest.raises(SettingError, match="oidc_client_id"):
        refuse_unsafe(Settings(**chosen), has_users=False)
