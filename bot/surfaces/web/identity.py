"""Signing in at the company's identity provider: OpenID Connect, the authorization code flow with PKCE.

A browser is sent to the provider with a state, a nonce and a challenge, all made of one secret that it keeps in a
cookie for some minutes. It comes back with a code, which only that secret and the client's can exchange. What the
provider then says of the person is believed only where one of its keys signed it, for us, now, for this very sign-in.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from bot.errors import ExtraMissing, SettingError
from bot.loopback import is_loopback
from bot.settings.settings import Settings
from bot.surfaces.web.errors import Refused

if TYPE_CHECKING:
    from authlib.integrations.httpx_client import OAuth2Client
    from joserfc.jwk import KeySet
    from joserfc.jwt import Token

logger = logging.getLogger("footnote.web")

CLOCK_SKEW = 60
"""Seconds by which the provider's clock may be ahead of ours, or behind."""
SECONDS = 10.0
"""So long the provider may take for an answer."""
LARGEST = 1 << 20
"""Bytes of the largest answer that is read."""
DESCRIBED_FOR = 3_600.0
"""Seconds for which the provider's description of itself, and its keys, are good; a key that is not known is looked for
at once."""
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures that are taken: those that nobody but the provider can make. Not "none", nor one by a shared secret."""
MOST_GROUPS = 2_000


@dataclass(frozen=True, slots=True)
class Person:
    """Whom the provider vouches for.

    Attributes:
        subject: Issuer and `sub`: who it is, for good.
        name: What the claim of names says; it may change, and be somebody else's later.
        groups: The person's groups.
    """

    subject: str
    name: str
    groups: tuple[str, ...]


class IdentityProvider:
    """The provider that the settings name. Asked only while somebody signs in or out; safe in many threads.

    Args:
        settings: Issuer, client, claims.
        clock: The time, in seconds since 1970.

    Raises:
        SettingError: The settings do not fit together.
        ExtraMissing: The packages for it are not installed.
    """

    def __init__(self, settings: Settings, *, clock: Callable[[], float] = time.time) -> None:
        self._settings = settings
        self._clock = clock
        self._secret = _client_secret(settings)
        self._guard = threading.Lock()
        self._described: tuple[float, dict[str, Any]] | None = None
        self._keys: tuple[float, KeySet] | None = None
        _check(settings)
        try:
            import authlib.integrations.httpx_client  # noqa: F401
            import httpx2

            self._trusted = httpx2.create_ssl_context()  # once: it reads every certificate of the system
        except ImportError:
            raise ExtraMissing(
                "Signing in at an identity provider needs the package Authlib.",
                remedy='Run: pip install "footnote-bot[oidc]"',
            ) from None

    @property
    def label(self) -> str:
        """What the page calls the provider."""
        return self._settings.oidc_label or urlsplit(self._settings.oidc_issuer).hostname or ""

    def sign_in_address(self, secret: str, back: str) -> str:
        """Return the address at the provider where a browser signs in.

        Args:
            secret: Of this sign-in; the browser keeps it.
            back: Where the provider sends the browser afterwards.

        Raises:
            Refused: The provider cannot be reached.
        """
        endpoint = self._description()["authorization_endpoint"]
        with self._client(back) as client:
            address, _ = client.create_authorization_url(
                endpoint, state=_derived(secret, "state"), code_verifier=_verifier(secret), nonce=_nonce(secret)
            )
        return str(address)

    def person(self, secret: str, back: str, query: Mapping[str, str]) -> Person:
        """Return who came back from the provider.

        Args:
            secret: Of this sign-in, as the browser kept it; "" where it kept none.
            back: As for `sign_in_address`.
            query: What the provider sent along: a code, or an error.

        Raises:
            Refused: It is not the sign-in that was begun, the provider lets nobody in, or what it says cannot be
                believed.
        """
        if not secret or not compare_digest(query.get("state", "").encode(), _derived(secret, "state").encode()):
            raise stale()
        if query.get("iss", self._settings.oidc_issuer) != self._settings.oidc_issuer:
            raise _untrusted("another issuer answered")  # RFC 9207
        if "error" in query or not query.get("code"):
            raise _turned_away(query.get("error", "no code"))
        with self._client(back) as client:
            given = self._exchanged(client, query["code"], secret)
            claims = self._claims(str(given.get("id_token", "")), str(given.get("access_token", "")), _nonce(secret))
            if not {self._settings.oidc_groups_claim, self._settings.oidc_name_claim} <= set(claims):
                claims = {**self._told(client, str(claims["sub"])), **claims}
        return self._person(claims)

    def sign_out_address(self, back: str) -> str | None:
        """Return the address at the provider where the browser signs out there too, or None where it has none.

        The provider's token is not kept, so it is not sent along: the provider may ask whether it is meant.

        Args:
            back: Where the provider sends the browser afterwards.
        """
        try:
            endpoint = self._description().get("end_session_endpoint")
        except Refused:  # signed out here all the same
            return None
        if not endpoint:
            return None
        values = urlencode({"client_id": self._settings.oidc_client_id, "post_logout_redirect_uri": back})
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{values}"

    # ---- what the provider says of itself

    def _description(self) -> dict[str, Any]:
        """Return the provider's metadata, asked for once an hour."""
        held = self._described
        if held and self._clock() - held[0] < DESCRIBED_FOR:
            return held[1]
        issuer = self._settings.oidc_issuer
        found = self._fetched(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        if found.get("issuer") != issuer:
            raise _untrusted("its description names another issuer than oidc_issuer")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if not _is_safe(found.get(name)):
                raise _untrusted(f"its {name} is no https address")
        for name in ("userinfo_endpoint", "end_session_endpoint"):
            if name in found and not _is_safe(found[name]):
                raise _untrusted(f"its {name} is no https address")
        self._described = (self._clock(), found)
        return found

    def _key_set(self, *, newer_than: KeySet | None = None) -> KeySet:
        """Return the provider's keys, those of the last hour; or, once one was not among them, those of now."""
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        with self._guard:
            held = self._keys
            if held and held[1] is not newer_than and self._clock() - held[0] < DESCRIBED_FOR:
                return held[1]
            found = self._fetched(self._description()["jwks_uri"])
            try:
                usable = [key for key in found["keys"] if key.get("kty") in ("RSA", "EC", "OKP")]
                keys = KeySet.import_key_set({"keys": [key for key in usable if key.get("use", "sig") == "sig"]})
            except (JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
                raise _untrusted(f"its keys cannot be read ({type(error).__name__})") from error
            self._keys = (self._clock(), keys)
            return keys

    def _fetched(self, address: str) -> dict[str, Any]:
        import httpx2

        with httpx2.Client(timeout=SECONDS, verify=self._trusted) as client:
            return _object_of(client, address)

    # ---- one sign-in

    def _client(self, back: str) -> OAuth2Client:
        from authlib.integrations.httpx_client import OAuth2Client

        return OAuth2Client(
            client_id=self._settings.oidc_client_id,
            client_secret=self._secret or None,
            token_endpoint_auth_method=self._way_to_prove_ourselves(),
            scope=" ".join(self._settings.oidc_scopes),
            redirect_uri=back,
            code_challenge_method="S256",
            timeout=SECONDS,
            verify=self._trusted,
        )

    def _way_to_prove_ourselves(self) -> str:
        if not self._secret:
            return "none"  # PKCE alone
        taken = self._description().get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        return "client_secret_basic" if "client_secret_basic" in taken else "client_secret_post"

    def _exchanged(self, client: OAuth2Client, code: str, secret: str) -> Mapping[str, Any]:
        """Return what the provider gives for a code."""
        import httpx2
        from authlib.common.errors import AuthlibBaseError

        try:
            given: Mapping[str, Any] = client.fetch_token(
                self._description()["token_endpoint"],
                grant_type="authorization_code",
                code=code,
                code_verifier=_verifier(secret),
            )
        except AuthlibBaseError as error:
            # A code is good once and for a minute: somebody went back in the browser, or it is not ours.
            raise stale() if error.error == "invalid_grant" else _untrusted(f"it answers {error.error!r:.40}") from None
        except (httpx2.HTTPError, ValueError, OSError) as error:
            raise _unreachable(error) from None  # its text may name the code
        return given

    def _claims(self, token: str, access_token: str, nonce: str) -> dict[str, Any]:
        """Return the claims of an ID token, checked.

        Raises:
            Refused: It is not signed by the provider, not for us, not for this sign-in, or its time is over.
        """
        from authlib.oidc.core import CodeIDToken
        from joserfc.errors import ClaimError, ExpiredTokenError, JoseError

        try:
            decoded = self._decoded(token)
            client, issuer = self._settings.oidc_client_id, self._settings.oidc_issuer
            claims = CodeIDToken(
                decoded.claims,
                decoded.header,
                options={"iss": {"essential": True, "value": issuer}, "aud": {"essential": True, "value": client}},
                params={"client_id": client, "nonce": nonce, "access_token": access_token},
            )
            claims.validate(now=int(self._clock()), leeway=CLOCK_SKEW)
        except ExpiredTokenError:
            raise _expired("its token's time is over") from None
        except ClaimError as error:
            if error.claim in ("iat", "nbf"):
                raise _expired("its token is of a time to come") from None
            raise _untrusted(f"its token has a wrong {error.claim}") from None
        except (JoseError, ValueError, TypeError) as error:
            raise _untrusted(f"its token cannot be believed ({type(error).__name__})") from None
        return dict(claims)

    def _decoded(self, token: str) -> Token:
        """Return a token whose signature is the provider's; its keys are looked for once more where none fits."""
        from joserfc import jwt
        from joserfc.errors import JoseError

        offered = self._description().get("id_token_signing_alg_values_supported", ["RS256"])
        taken = [name for name in ALGORITHMS if name in offered]
        keys = self._key_set()
        try:
            return jwt.decode(token, keys, algorithms=taken)
        except (JoseError, ValueError):
            return jwt.decode(token, self._key_set(newer_than=keys), algorithms=taken)

    def _told(self, client: OAuth2Client, subject: str) -> dict[str, Any]:
        """Return what the provider tells of the person besides the token, where it has a place for that."""
        endpoint = self._description().get("userinfo_endpoint")
        told = _object_of(client, endpoint) if endpoint else {}
        if told and told.get("sub") != subject:
            raise _untrusted("it tells of another person than its token")
        return told

    def _person(self, claims: Mapping[str, Any]) -> Person:
        name = claims.get(self._settings.oidc_name_claim)
        if self._settings.oidc_name_claim == "email" and claims.get("email_verified") is False:
            raise _untrusted("the person's e-mail address is not verified")
        groups = claims.get(self._settings.oidc_groups_claim, [])
        groups = [groups] if isinstance(groups, str) else groups if isinstance(groups, list) else []
        if len(groups) > MOST_GROUPS:
            raise _untrusted(f"the person is in more than {MOST_GROUPS:,} groups")
        named = dict.fromkeys(group for group in groups if isinstance(group, str) and group)
        return Person(
            f"{self._settings.oidc_issuer} {claims['sub']}", name if isinstance(name, str) else "", tuple(named)
        )


def _client_secret(settings: Settings) -> str:
    """Return the client's secret, "" for none.

    Raises:
        SettingError: The file that should hold it cannot be read, or both are set.
    """
    named = settings.oidc_client_secret_file
    if not named:
        return settings.oidc_client_secret
    if settings.oidc_client_secret:
        raise SettingError("oidc_client_secret and oidc_client_secret_file are both set.", remedy="Set one of them.")
    try:
        return Path(named).expanduser().read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"The file of oidc_client_secret_file, {named}, cannot be read.") from error


def _check(settings: Settings) -> None:
    if not settings.oidc_client_id:
        raise SettingError(
            "oidc_issuer is set, and oidc_client_id is not.",
            remedy="Set it to what Footnote is called at the identity provider.",
        )
    if not _is_safe(settings.oidc_issuer):
        raise SettingError("oidc_issuer must be an https:// address; http:// is for this machine only.")
    if "openid" not in settings.oidc_scopes:
        raise SettingError("oidc_scopes must have the scope openid.")
    if not settings.page_url and not is_loopback(settings.host):
        raise SettingError(
            "Signing in at an identity provider needs the address at which people reach the page.",
            remedy="Set page_url to it; at the provider, register it with /v1/session/oidc/back behind it.",
        )


def _is_safe(address: object) -> bool:
    """Return whether an address is one to which secrets may go: https, or this machine."""
    try:
        parts = urlsplit(str(address or ""))
        return bool(parts.hostname) and (
            parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname))
        )
    except ValueError:
        return False


def _object_of(client: Any, address: str) -> dict[str, Any]:
    """Return the JSON object at an address of the provider; redirects are not followed."""
    import httpx2
    from authlib.common.errors import AuthlibBaseError

    try:
        with client.stream("GET", address, headers={"Accept": "application/json"}) as answer:
            answer.raise_for_status()
            content = b""
            for piece in answer.iter_bytes():
                content += piece
                if len(content) > LARGEST:
                    raise ValueError("too large")
        found = json.loads(content)
    except (AuthlibBaseError, httpx2.HTTPError, ValueError, OSError) as error:
        raise _unreachable(error) from None
    if not isinstance(found, dict):
        raise _unreachable(ValueError())
    return found


def _derived(secret: str, purpose: str) -> str:
    """Return 43 characters that the secret alone yields, another run of them for each purpose."""
    return urlsafe_b64encode(sha256(f"{purpose} {secret}".encode()).digest()).decode().rstrip("=")


def _verifier(secret: str) -> str:
    return _derived(secret, "verifier")


def _nonce(secret: str) -> str:
    return _derived(secret, "nonce")


# ---- refusals: to the person a sentence, to the log what an administrator needs to know; neither has a token


def stale() -> Refused:
    """Return the refusal of a sign-in that this browser did not begin, or began long ago."""
    return Refused(400, "sign_in_stale", "This sign-in was begun elsewhere, or too long ago.", remedy="Sign in again.")


def _noted(reason: str, refused: Refused) -> Refused:
    logger.warning("sign-in", extra={"event": "sign_in_refused", "state": refused.code, "reason": reason})
    return refused


def _turned_away(error: str) -> Refused:
    known = error if error.isascii() and error.replace("_", "").isalnum() and len(error) < 60 else "unknown"
    return _noted(
        f"it answers {known}",
        Refused(403, "sign_in_refused", "The identity provider did not let you in.", remedy="Sign in again."),
    )


def _unreachable(error: Exception) -> Refused:
    return _noted(
        type(error).__name__,
        Refused(
            502,
            "sign_in_unreachable",
            "The identity provider does not answer as it should.",
            remedy="Try again in a moment.",
        ),
    )


def _untrusted(reason: str) -> Refused:
    return _noted(
        reason,
        Refused(
            403,
            "sign_in_untrusted",
            "What the identity provider says of you cannot be believed.",
            remedy="Whoever runs this server finds the reason in its log.",
        ),
    )


def _expired(reason: str) -> Refused:
    return _noted(
        reason,
        Refused(
            403,
            "sign_in_expired",
            "What the identity provider says of you is not of this time.",
            remedy="Sign in again. If it stays so, whoever runs this server compares the clocks.",
        ),
    )
