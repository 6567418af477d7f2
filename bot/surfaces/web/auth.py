"""Who is asking: sign-in, sessions, tokens, roles, and the collections that each may see."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Annotated, Any

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer

from bot.settings.settings import Settings
from bot.surfaces.rate_limit import RateLimit, address_key
from bot.surfaces.web.errors import Refused
from bot.surfaces.web.groups import allowed
from bot.surfaces.web.identity import IdentityProvider, Person
from bot.surfaces.web.shapes import SignIn
from bot.surfaces.web.storage.accounts import (
    ACCESS_TOKEN_OWNER,
    Accounts,
    Role,
    User,
    credential_of_person,
    digest_of,
)
from bot.surfaces.web.storage.database import now
from vectorstore.access import readers
from vectorstore.passage import Filter

COOKIE = "footnote_session"
SIGN_IN_COOKIE = "footnote_sign_in"
"""Holds the secret of a sign-in at the identity provider while the browser is there."""
SIGN_IN_SECONDS = 600
SIGN_INS = 30
"""Sign-ins at the identity provider that one address may begin in a minute."""
WRONG_TRIES = 10
"""Wrong passwords, and wrong tokens, that one address may try in a minute; and wrong passwords for one name."""
bearer_scheme = HTTPBearer(auto_error=False, description="The access token, or a user's token.")
cookie_scheme = APIKeyCookie(name=COOKIE, auto_error=False, description="Set by POST /v1/session.")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sends a request.

    Attributes:
        key: Whose things are whose: the account's name, or the name of the shared caller.
        name: For a person.
        role: "reader" or "editor".
        collections: Names that the caller is restricted to; None for all.
        groups: That the caller is in.
        owner: Whether it is the one person at this machine, to whom no document is closed.
        in_person: Whether an account signed in by itself: with its password, or at the identity provider.
        noted: What the audit log is to say of this request, besides who, what and how it ended: ids and counts.
    """

    key: str
    name: str
    role: Role
    collections: tuple[str, ...] | None = None
    groups: tuple[str, ...] = ()
    owner: bool = False
    in_person: bool = False
    noted: dict[str, Any] = field(default_factory=dict, compare=False)

    @property
    def readers(self) -> tuple[str, ...] | None:
        """The names by which lists of readers may mean the caller, as `Filter` takes them.

        Whoever comes with the one access token is in no list: it says of nobody who that is.
        """
        if self.owner:
            return None
        return () if self.key == ACCESS_TOKEN_OWNER else readers(self.key, self.groups)

    def sees(self, collection: str) -> bool:
        """Return whether what lies in `collection` exists for this caller."""
        return self.collections is None or collection in self.collections

    def sees_all(self, collections: Iterable[str]) -> bool:
        """Return whether all of `collections` exist for this caller."""
        return all(self.sees(name) for name in collections)

    def narrowed(self, wanted: Filter) -> Filter:
        """Return `wanted` within the caller's collections and the documents that are for the caller.

        Raises:
            Refused: It names a collection that does not exist for the caller.
        """
        for name in wanted.collections:
            if not self.sees(name):
                raise collection_missing(name)
        return replace(wanted, collections=wanted.collections or self.collections or (), readers=self.readers)


def collection_missing(name: str) -> Refused:
    """Return the refusal for a collection that is not there, or not for the caller: the same words."""
    return Refused(
        404,
        "collection_missing",
        f"There is no collection called {name!r}.",
        remedy="GET /v1/collections lists them.",
        param="collection",
    )


class Authentication:
    """Recognises callers.

    Args:
        accounts: The user accounts.
        settings: Holds the access token, and names the identity provider.
        limit: Makes a limit of a name and its uses a minute.

    Raises:
        SettingError: The settings of the identity provider do not fit together.
        ExtraMissing: The packages for it are not installed.
    """

    def __init__(
        self,
        accounts: Accounts,
        settings: Settings,
        limit: Callable[[str, int], RateLimit] = lambda _, uses: RateLimit(uses),
    ) -> None:
        self._accounts = accounts
        self._settings = settings
        self.provider = IdentityProvider(settings) if settings.oidc_issuer else None
        self.begun = limit("begun", SIGN_INS)
        self._token = digest_of(settings.access_token) if settings.access_token else ""
        self.tries = limit("tries", WRONG_TRIES)
        self._had_accounts = accounts.any()

    def methods(self) -> list[str]:
        """Return how one can sign in: "provider", "password", "token"; empty when nobody need.

        Where there were accounts, signing in stays needed until the server starts anew: removing the last account
        must let nobody in.
        """
        self._had_accounts = self._had_accounts or self._accounts.any()
        if not (self._had_accounts or self._token or self.provider):
            return []
        by_provider = ["provider"] if self.provider else []
        by_password = ["password"] if self._had_accounts and self._settings.passwords else []
        return [*by_provider, *by_password, "token"]

    def take_try(self, *keys: str) -> None:
        """Count a try before it is looked at; `give_back_try` follows where it was right.

        Raises:
            Refused: There were too many wrong ones of one of `keys`.
        """
        if wait := self.tries.take(*keys):
            raise Refused(
                429,
                "too_many_sign_ins",
                "There were too many wrong sign-ins.",
                remedy=f"Try again in {wait} second{'s' if wait > 1 else ''}.",
                retry_after=wait,
            )

    def give_back_try(self, *keys: str) -> None:
        """Undo `take_try`."""
        self.tries.give_back(*keys)

    def of_token(self, token: str, address: str) -> Caller | None:
        """Return who a token stands for, or None.

        Args:
            token: What was sent.
            address: Where it came from, as `address_key` gives it.

        Raises:
            Refused: Too many wrong tokens came from there.
        """
        # No number of guesses finds an account's token, so a right one never waits for a neighbour's wrong ones.
        # The access token is a person's choice.
        if user := self._accounts.by_token(token):
            since = now(days=-self._settings.oidc_token_days)
            return self.caller_of(user) if not user.subject or user.signed_in > since else None
        key = f"token from {address}"
        self.take_try(key)
        if not (self._token and hmac.compare_digest(digest_of(token), self._token)):
            return None
        self.give_back_try(key)
        return Caller(ACCESS_TOKEN_OWNER, "access token", "editor")

    def of_session(self, secret: str) -> Caller | None:
        """Return who a session cookie stands for, or None; one whose password or token changed is over."""
        found = self._accounts.session(secret)
        if not found:
            return None
        name, credential = found
        if name == ACCESS_TOKEN_OWNER:
            return Caller(name, name, "editor") if credential == self._token else None
        user = self._accounts.get(name)
        if not user:
            return None
        by_provider = bool(user.subject) and credential == credential_of_person(user.subject)
        in_person = by_provider or credential == self._accounts.credential_of(name)
        holds = in_person or self._accounts.holds(name, credential)
        caller = self.caller_of(user) if holds else None
        return replace(caller, in_person=in_person) if caller else None

    def caller_of(self, user: User) -> Caller | None:
        """Return the caller that an account is, or None where its groups let it in no more."""
        if not user.subject:
            return Caller(user.name, user.name, user.role, user.collections, user.groups)
        may = allowed(self._settings, user.groups)
        if not may or not user.subject.startswith(f"{self._settings.oidc_issuer} "):
            return None  # another provider's, or none's any more
        return Caller(user.name, user.name, may.role, may.collections, user.groups)

    def of_nobody(self) -> Caller | None:
        """Return who a request without any sign stands for: the one person at this machine, or None."""
        return None if self.methods() else Caller("", "you", "editor", owner=True)

    def sign_in(self, body: SignIn, address: str) -> tuple[Caller, str]:
        """Return the caller and the secret of the new session, which ends with what it rests on.

        Raises:
            Refused: Name, password or token are wrong, or there were too many wrong tokens.
        """
        if body.token is not None:
            caller = self.of_token(body.token, address)
            if not caller:
                raise Refused(401, "wrong_token", "The token is not right.")
            return caller, self._accounts.begin_session(caller.key, digest_of(body.token))
        if not self._settings.passwords:
            raise Refused(403, "not_allowed", "Nobody signs in with a password here.", remedy="Use the other way.")
        name, password = body.name or "", body.password or ""
        account = self._accounts.by_password(name, password)
        caller = self.caller_of(account) if account else None
        if not caller:
            raise Refused(401, "wrong_password", "Name or password is not right.")
        credential = self._accounts.credential_of(name) or ""
        return replace(caller, in_person=True), self._accounts.begin_session(name, credential)

    def sign_in_person(self, person: Person) -> tuple[Caller, str]:
        """Return the caller whom the identity provider vouches for, and the secret of the new session.

        Raises:
            Refused: None of the person's groups is let in, or the name is no account's or somebody else's.
        """
        may = allowed(self._settings, person.groups)
        if not may:
            raise Refused(
                403,
                "sign_in_not_allowed",
                "You may not use this server.",
                remedy="Ask whoever runs it to let in one of your groups.",
            )
        user = self._accounts.of_provider(
            person.name, person.subject, person.groups, role=may.role, collections=may.collections
        )
        caller = self.caller_of(user) if user else None
        if not user or not caller:
            raise Refused(
                403,
                "sign_in_name",
                "Your name at the identity provider cannot be an account's here, or another account has it.",
                remedy="Ask whoever runs this server: the setting oidc_name_claim says which name is taken.",
            )
        hours = self._settings.oidc_session_hours
        session = self._accounts.begin_session(user.name, credential_of_person(user.subject), hours=hours)
        return replace(caller, in_person=True), session

    def comes_from_provider(self, secret: str) -> bool:
        """Return whether a running session was begun at the identity provider."""
        found = self._accounts.session(secret)
        user = self._accounts.get(found[0]) if found else None
        return bool(found and user and user.subject and found[1] == credential_of_person(user.subject))

    def sign_out(self, secret: str) -> None:
        """End a session."""
        self._accounts.end_session(secret)


async def known_caller(
    request: Request,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Security(bearer_scheme)],
    cookie: Annotated[str | None, Security(cookie_scheme)],
) -> Caller:
    """Return who sends the request.

    Raises:
        Refused: Nobody that is known, or too many wrong tokens came from there.
    """
    services = request.app.state.services
    caller: Caller | None = await services.of_people(_caller, request, bearer.credentials if bearer else None, cookie)
    if caller is None and bearer:
        raise Refused(401, "wrong_token", "The token is not right.", remedy="Ask whoever runs this server for one.")
    if caller is None:
        raise Refused(
            401,
            "sign_in_needed",
            "Sign in first.",
            remedy="Send a token, or POST /v1/session with name and password.",
        )
    note_caller(request, caller)
    return caller


def note_caller(request: Request, caller: Caller) -> None:
    """Note for the logs who sends a request."""
    request.scope["footnote_caller"], request.scope["footnote_noted"] = caller.key, caller.noted


def _caller(request: Request, token: str | None, cookie: str | None) -> Caller | None:
    authentication: Authentication = request.app.state.services.authentication
    if token is not None:
        # With nothing to sign in to, a token means nothing: OpenAI clients must always send one.
        return authentication.of_nobody() or authentication.of_token(token, address_key(request.client))
    found = authentication.of_session(cookie) if cookie else None
    return found or authentication.of_nobody()


async def editing_caller(caller: Annotated[Caller, Depends(known_caller)]) -> Caller:
    """Return who sends the request, if it is an editor.

    Raises:
        Refused: It is a reader.
    """
    if caller.role != "editor":
        raise Refused(
            403,
            "not_allowed",
            "Only editors may do this.",
            remedy="Ask whoever runs this server for the editor role.",
        )
    return caller


Known = Annotated[Caller, Depends(known_caller)]
Editing = Annotated[Caller, Depends(editing_caller)]
