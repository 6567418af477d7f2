"""Users, their tokens and sessions: who may do what, in which collections."""

from __future__ import annotations

import json
import os
import re
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Literal

from bot.errors import SettingError
from bot.kept.database import Database
from bot.kept.open import home
from bot.surfaces.web.storage.database import FILE_NAME, PEOPLE, now, reading
from vectorstore.errors import LibraryError

if TYPE_CHECKING:
    from argon2 import PasswordHasher

    from vectorstore.catalog.homes.home import Home

Role = Literal["reader", "editor"]
SESSION_DAYS = 30
LEAST_PASSWORD = 10
MOST_TOKENS = 100
"""Tokens of one account."""
TOKEN_ID = 12
"""Length of a token's id, in hexadecimal digits."""
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")
ACCESS_TOKEN_OWNER = "access token"
"""Owner of what is kept for those who come with the one access token; no user's name holds a blank."""


@dataclass(frozen=True, slots=True)
class User:
    """An account.

    Attributes:
        name: 1 to 64 letters, digits, ".", "_", "@", "-".
        role: "reader" or "editor".
        collections: Names that it is restricted to; None for all.
        created: ISO 8601 in UTC.
        has_password: False for accounts that programs use by token only.
        tokens: How many tokens it has.
        groups: That the account is in; lists of who may see a document name them.
        subject: Who it is at the identity provider; "" for an account of ours.
        signed_in: When that person came from there last, ISO 8601 in UTC; "" for an account of ours.
    """

    name: str
    role: Role
    collections: tuple[str, ...] | None
    created: str
    has_password: bool
    tokens: int
    groups: tuple[str, ...] = ()
    subject: str = ""
    signed_in: str = ""


@dataclass(frozen=True, slots=True)
class Token:
    """A token of an account, without its secret.

    Attributes:
        id: By which it is named: the first twelve digits of its digest.
        user: Name of the account.
        created: ISO 8601 in UTC.
        name: What it is for, in its owner's words; "" where nobody said.
        expires: When it ends, ISO 8601 in UTC; "" for never.
        used: The day of its last use, "2026-11-30"; "" before the first.
    """

    id: str
    user: str
    created: str
    name: str = ""
    expires: str = ""
    used: str = ""

    @property
    def ended(self) -> bool:
        """Whether its time is over."""
        return bool(self.expires) and self.expires <= now()


class Accounts:
    """The accounts in the store `people`."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def any(self) -> bool:
        """Return whether there is an account."""
        return self._db.row("SELECT 1 FROM users LIMIT 1") is not None

    def add(
        self,
        name: str,
        *,
        password: str | None = None,
        role: Role = "reader",
        collections: tuple[str, ...] | None = None,
        groups: tuple[str, ...] = (),
    ) -> None:
        """Add an account, or change the one of this name; its sessions end.

        Args:
            name: Name of the account.
            password: At least ten characters; None keeps the one that there is, or makes an account that comes by
                token only.
            role: "reader" or "editor".
            collections: Names that it is restricted to; None for all.
            groups: That it is in.

        Raises:
            SettingError: A value cannot be taken.
        """
        if not NAME.fullmatch(name):
            raise SettingError(
                f"{name!r} cannot be a user's name.",
                remedy="Use 1 to 64 letters, digits, '.', '_', '@' or '-', beginning with a letter or digit.",
            )
        if (there := self.get(name)) and there.subject:
            raise SettingError(
                f"{name} signs in at the identity provider, and what the account may do comes from its groups there.",
                remedy="Change the groups, or the settings oidc_roles and oidc_collections.",
            )
        if password and len(password) < LEAST_PASSWORD:
            raise SettingError(
                f"The password has {len(password)} characters.", remedy=f"Use at least {LEAST_PASSWORD}."
            )
        if collections is not None and not collections:
            raise SettingError("A restricted user needs at least one collection.")
        digest = hasher().hash(password) if password else ""
        allowed = None if collections is None else json.dumps(sorted(set(collections)))
        with self._db.transaction():
            self._db.run(
                "INSERT INTO users (name, password, role, collections, created, member_of) VALUES (?, ?, ?, ?, ?, ?) "
                "ON CONFLICT (name) DO UPDATE SET "
                "password = CASE WHEN ? THEN excluded.password ELSE users.password END, "
                "role = excluded.role, collections = excluded.collections, member_of = excluded.member_of",
                *(name, digest, role, allowed, now(), json.dumps(sorted(set(groups))), digest != ""),
            )
            self._db.run('DELETE FROM sessions WHERE "user" = ?', name)

    def of_provider(
        self, name: str, subject: str, groups: tuple[str, ...], *, role: Role, collections: tuple[str, ...] | None
    ) -> User | None:
        """Keep that a person came from the identity provider; return the account, made at the first time.

        Args:
            name: What the account is called if it is new; it stays called so.
            subject: Who it is.
            groups: The person's groups now; they take the place of those of the last time.
            role, collections: What they allow, for lists of accounts.

        Returns:
            None where the name cannot be taken, or is another account's.
        """
        allowed = None if collections is None else json.dumps(sorted(collections))
        changes = (json.dumps(groups), role, allowed, now())
        with self._db.transaction():
            known = self._db.row("SELECT name FROM users WHERE subject = ?", subject)
            if known is None and (not NAME.fullmatch(name) or self.get(name)):
                return None
            if known is None:
                self._db.run(
                    "INSERT INTO users (name, password, role, created, subject) VALUES (?, '', ?, ?, ?)",
                    *(name, role, now(), subject),
                )
            self._db.run(
                "UPDATE users SET member_of = ?, role = ?, collections = ?, signed_in = ? WHERE subject = ?",
                *(*changes, subject),
            )
            return self._user(known["name"] if known else name)

    def remove(self, name: str) -> bool:
        """Remove an account with its tokens, sessions and conversations; return whether there was one.

        Its conversations must not fall to the next one who gets the name. Its feedback is kept.
        """
        with self._db.transaction():
            self._db.run("DELETE FROM conversations WHERE owner = ?", name)
            self._db.run('DELETE FROM sessions WHERE "user" = ?', name)
            return self._db.run("DELETE FROM users WHERE name = ?", name) > 0

    def all(self) -> list[User]:
        """Return all accounts by name."""
        return [self._user(row["name"]) for row in self._db.rows("SELECT name FROM users ORDER BY name")]

    def get(self, name: str) -> User | None:
        """Return an account, or None."""
        found = self._db.row("SELECT 1 FROM users WHERE name = ?", name)
        return self._user(name) if found else None

    def _user(self, name: str) -> User:
        row = self._db.row(
            'SELECT *, (SELECT count(*) FROM tokens WHERE "user" = users.name) AS tokens FROM users WHERE name = ?',
            name,
        )
        assert row is not None
        allowed = None if row["collections"] is None else tuple(json.loads(row["collections"]))
        return User(
            name,
            row["role"],
            allowed,
            row["created"],
            bool(row["password"]),
            row["tokens"],
            tuple(json.loads(row["member_of"])),
            row["subject"],
            row["signed_in"],
        )

    def add_token(self, name: str, *, label: str = "", days: int | None = None) -> str:
        """Return a new token of an account. It is shown once; only its digest is kept.

        Args:
            name: Of the account.
            label: What it is for.
            days: How long it works; None for until it is revoked.

        Raises:
            SettingError: There is no such account, or it has as many tokens as it may have.
        """
        if self.get(name) is None:
            raise SettingError(f"There is no user {name!r}.", remedy=f"Add it first: footnote users add {name}")
        token = f"fnt_{token_urlsafe(32)}"
        if len(self.tokens(name)) >= MOST_TOKENS:
            raise SettingError(f"{name} has {MOST_TOKENS} tokens.", remedy="Revoke some that nobody uses.")
        self._db.run(
            'INSERT INTO tokens (digest, "user", created, name, expires) VALUES (?, ?, ?, ?, ?)',
            *(digest_of(token), name, now(), label, "" if days is None else now(days=days)),
        )
        return token

    def tokens(self, name: str | None = None) -> list[Token]:
        """Return the tokens of an account, or of all, oldest first."""
        rows = self._db.rows(
            'SELECT substr(digest, 1, ?) AS id, "user", created, name, expires, used FROM tokens '
            'WHERE CAST(? AS TEXT) IS NULL OR "user" = ? '
            'ORDER BY "user", created, digest',
            *(TOKEN_ID, name, name),
        )
        return [Token(**dict(row)) for row in rows]

    def revoke(self, token: str, *, user: str | None = None) -> Token | None:
        """End a token and the sessions that were begun with it; return which it was, or None.

        Args:
            token: Its id, or the token itself.
            user: Whose it must be; None for anybody's.
        """
        wanted = {token, token_id(token)}
        found = next((one for one in self.tokens(user) if one.id in wanted), None)
        if found:
            with self._db.transaction():
                for table, column in (("sessions", "credential"), ("tokens", "digest")):
                    self._db.run(
                        f'DELETE FROM {table} WHERE "user" = ? AND substr({column}, 1, ?) = ?',
                        *(found.user, TOKEN_ID, found.id),
                    )
        return found

    def by_token(self, token: str) -> User | None:
        """Return the account that a token belongs to, or None; that it is used today is noted."""
        digest, today = digest_of(token), now()[:10]
        row = self._db.row(
            "SELECT \"user\", used FROM tokens WHERE digest = ? AND (expires = '' OR expires > ?)", digest, now()
        )
        if not row:
            return None
        if row["used"] != today:  # once a day: a request waits for no write
            with suppress(LibraryError):  # a full disk locks nobody out
                self._db.run("UPDATE tokens SET used = ? WHERE digest = ?", today, digest)
        return self._user(row["user"])

    def by_password(self, name: str, password: str) -> User | None:
        """Return the account if the password is right, else None. Takes equally long for unknown names."""
        from argon2.exceptions import InvalidHashError, VerificationError

        row = self._db.row("SELECT password FROM users WHERE name = ?", name)
        known = row["password"] if row and row["password"] else _nobody()
        try:
            hasher().verify(known, password)
        except (VerificationError, InvalidHashError):
            return None
        return self._user(name) if row and row["password"] else None

    def begin_session(self, user: str, credential: str, *, hours: int = SESSION_DAYS * 24) -> str:
        """Return the secret of a new session.

        Args:
            user: Name of the account, or `ACCESS_TOKEN_OWNER`.
            credential: What the session rests on, as `credential_of`, `credential_of_person` or the digest of a token;
                it ends with that.
            hours: How long it lasts.
        """
        secret = token_urlsafe(32)
        with self._db.transaction():
            self._db.run("DELETE FROM sessions WHERE expires < ?", now())
            self._db.run(
                "INSERT INTO sessions VALUES (?, ?, ?, ?, ?)",
                *(digest_of(secret), user, credential, now(), now(hours=hours)),
            )
        return secret

    def session(self, secret: str) -> tuple[str, str] | None:
        """Return (user, credential) of a running session, or None."""
        row = self._db.row(
            'SELECT "user", credential FROM sessions WHERE digest = ? AND expires > ?', digest_of(secret), now()
        )
        return (row["user"], row["credential"]) if row else None

    def end_session(self, secret: str) -> None:
        """End a session; an unknown one is ignored."""
        self._db.run("DELETE FROM sessions WHERE digest = ?", digest_of(secret))

    def holds(self, name: str, credential: str) -> bool:
        """Return whether a session's credential is still one of the account: its password's, or a token's digest."""
        if self.credential_of(name) == credential:
            return True
        running = "SELECT 1 FROM tokens WHERE \"user\" = ? AND digest = ? AND (expires = '' OR expires > ?)"
        return self._db.row(running, name, credential, now()) is not None

    def credential_of(self, name: str) -> str | None:
        """Return a digest that changes with the account's password, or None for no account."""
        row = self._db.row("SELECT password, created FROM users WHERE name = ?", name)
        return digest_of(row["password"] + row["created"]) if row else None


def has_users(library: str | os.PathLike[str] | Home) -> bool:
    """Return whether a library has accounts; looking makes nothing, and mends nothing.

    Args:
        library: Its folder, its address, or its home.

    Raises:
        LibraryDamaged: What they are kept in cannot be read.
        LibraryUnreachable: They are on a server that cannot be used.
    """
    found = home(library)
    if found.server is not None:
        from bot.kept.server import ServerDatabase, lost_tables

        if lost_tables(found.server, PEOPLE) is not None:
            database = ServerDatabase(found.server, PEOPLE)
            try:
                return Accounts(database).any()
            finally:
                database.close()
    path = found.folder / FILE_NAME  # a server's library may still have its people here: they are brought along
    if not path.exists():
        return False
    with reading(path) as connection:
        return connection.execute("SELECT 1 FROM users LIMIT 1").fetchone() is not None


def credential_of_person(subject: str) -> str:
    """Return what a session rests on that was begun at the identity provider."""
    return digest_of(f"provider {subject}")


def token_id(token: str) -> str:
    """Return the id of a token: enough of its digest to tell it from others, and nothing to sign in with."""
    return digest_of(token)[:TOKEN_ID]


def digest_of(secret: str) -> str:
    """Return the digest that a secret of high entropy is kept as."""
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


@cache
def hasher() -> PasswordHasher:
    """Return the argon2id hasher, with the parameters that RFC 9106 names for servers of little memory."""
    from argon2 import PasswordHasher, profiles

    return PasswordHasher.from_parameters(profiles.RFC_9106_LOW_MEMORY)


@cache
def _nobody() -> str:
    """A digest that no password matches, so that unknown names cost as much time as known ones."""
    return hasher().hash(token_urlsafe(32))
