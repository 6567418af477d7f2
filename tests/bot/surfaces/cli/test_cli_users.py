"""`footnote users`: accounts and tokens, made, changed, listed and ended."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from bot.kept.open import is_kept
from bot.surfaces.cli.app import run
from bot.surfaces.web.storage.accounts import Accounts, token_id
from bot.surfaces.web.storage.database import PEOPLE, open_people

PASSWORD = "correct horse battery"


class Unread(io.StringIO):
    """Standard input that nobody may read."""

    def readline(self, *_: object) -> str:  # type: ignore[override]
        """Fail."""
        raise AssertionError("a password was asked for")


class People:
    """Runs `footnote users` over a library, and looks at what is kept."""

    def __init__(self, library: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.library = library
        self._capsys = capsys
        self._monkeypatch = monkeypatch

    def __call__(self, *arguments: str, password: str | None = None) -> tuple[int, str, str]:
        """Run a command; return status, output and errors. Without `password` none may be asked for."""
        self._monkeypatch.setattr("sys.stdin", Unread() if password is None else io.StringIO(f"{password}\n"))
        status = run(["users", *arguments, "--library", self.library])
        said = self._capsys.readouterr()
        return status, said.out, said.err

    @contextmanager
    def accounts(self) -> Iterator[Accounts]:
        """Yield the accounts."""
        database = open_people(self.library)
        try:
            yield Accounts(database)
        finally:
            database.close()


@pytest.fixture
def users(place: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> People:
    """A library without accounts, in either home."""
    return People(place, capsys, monkeypatch)


@pytest.mark.parametrize(
    "change", [("--collection", "legal"), ("--all-collections",), ("--role", "editor"), ("--token",)]
)
def test_changing_an_account_asks_for_no_password(users: People, change: tuple[str, ...]) -> None:
    """What is not named stays as it is, the password too."""
    assert users("add", "ana", password=PASSWORD)[0] == 0
    assert users("add", "ana", *change)[0] == 0
    with users.accounts() as accounts:
        assert accounts.by_password("ana", PASSWORD) is not None


def test_a_new_account_and_a_new_password_are_asked_for(users: People) -> None:
    """Also where collections are named for an account that is new."""
    assert users("add", "ana", "--collection", "legal", password=PASSWORD)[0] == 0
    assert users("add", "ana", password="another long password")[0] == 0
    with users.accounts() as accounts:
        assert accounts.by_password("ana", PASSWORD) is None
        found = accounts.by_password("ana", "another long password")
        assert found is not None and found.collections == ("legal",)


def test_a_changed_password_says_what_it_leaves_valid(users: People) -> None:
    """Sessions end, and are said to; tokens go on, and are said to, with where they are listed."""
    users("add", "ana", password=PASSWORD)
    with users.accounts() as accounts:
        session = accounts.begin_session("ana", accounts.credential_of("ana") or "")
    status, out, _ = users("add", "ana", password="another long password")
    assert status == 0 and "signed out everywhere." in out and "token" not in out
    _, token, _ = users("add", "ana", "--token")
    _, out, _ = users("add", "ana", password=PASSWORD)
    assert "signed out everywhere, but 1 token still works: footnote users tokens list ana" in out
    with users.accounts() as accounts:
        assert accounts.session(session) is None
        assert accounts.by_token(token.strip()) is not None


def test_tokens_are_listed_without_their_secret_and_revoked_one_by_one(users: People) -> None:
    """By the id that the list shows, or by the token itself; the others go on."""
    made = [users("add", name, "--token")[1].strip() for name in ("ana", "ben", "ana")]
    status, out, _ = users("tokens", "list")
    assert status == 0 and not any(token in out for token in made)
    assert {line.split()[0] for line in out.splitlines()} == {token_id(token) for token in made}
    _, out, _ = users("tokens", "list", "ana")
    assert token_id(made[0]) in out and token_id(made[2]) in out and "ben" not in out
    status, out, _ = users("tokens", "revoke", token_id(made[0]), made[1])
    assert status == 0 and out.count("is revoked") == 2 and made[1] not in out
    with users.accounts() as accounts:
        assert [accounts.by_token(token) is not None for token in made] == [False, False, True]
    status, out, err = users("tokens", "revoke", made[0])
    assert status == 2 and "tokens list" in err and made[0] not in out + err


def test_looking_at_tokens_makes_no_library(users: People) -> None:
    """Where there is none, lists are empty and names unknown, in words."""
    assert "no tokens" in users("tokens", "list")[2]
    assert users("tokens", "list", "ana")[0] == users("tokens", "revoke", "0" * 12)[0] == 2
    assert not is_kept(users.library, PEOPLE)


def test_groups_are_kept_named_anew_and_taken_away(users: People) -> None:
    """`--group` names all of them; what does not name any leaves them; `--no-groups` takes them away."""
    users("add", "ana", "--group", "finance", "--group", "board", "--token")
    users("add", "ana", "--role", "editor")
    with users.accounts() as accounts:
        ana = accounts.get("ana")
        assert ana and (ana.groups, ana.role) == (("board", "finance"), "editor")
    users("add", "ana", "--group", "law")
    with users.accounts() as accounts:
        ana = accounts.get("ana")
        assert ana and ana.groups == ("law",)
    assert users("add", "ana", "--no-groups", "--group", "law")[0] == 2
    users("add", "ana", "--no-groups")
    with users.accounts() as accounts:
        ana = accounts.get("ana")
        assert ana and ana.groups == ()


def test_a_token_is_added_with_what_it_is_for_and_its_end(users: People) -> None:
    """The list shows both and its last use; the account and whoever is signed in stay as they are."""
    users("add", "ana", "--role", "editor", password=PASSWORD)
    with users.accounts() as accounts:
        session = accounts.begin_session("ana", accounts.credential_of("ana") or "")
    status, token, err = users("tokens", "add", "ana", "--for", "Weekly  report", "--days", "90")
    assert status == 0 and token.startswith("fnt_") and "not shown again" in err
    _, out, _ = users("tokens", "list")
    assert "Weekly report" in out and "never" in out and token.strip() not in out
    with users.accounts() as accounts:
        assert accounts.session(session) and accounts.by_token(token.strip())
    assert "never" not in users("tokens", "list")[1]
    assert users("tokens", "add", "nobody")[0] == users("tokens", "add", "ana", "--days", "0")[0] == 2
