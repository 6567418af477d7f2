"""An identity provider for tests: a real HTTP server that signs real tokens, and lies where a test wants it to."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from secrets import token_urlsafe
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest

pytest.importorskip("authlib", reason="the extra oidc is not installed")

from joserfc import jwt
from joserfc.jwk import ECKey, Key, RSAKey

CLIENT, SECRET = "footnote", "client secret"


@dataclass
class Provider:
    """What the server knows.

    Attributes:
        address: Its issuer.
        person: Claims of whoever signs in.
        told: Claims that only the place for user information has; None where there is no such place.
        keys: Published, the last one signs.
        claims: Laid over those of the ID token; None takes one away.
        header: Laid over the header of the ID token.
        signed_by: A key instead of the published one that signs; bytes sign by HS256, whatever they are.
        algorithm: That it signs by.
        error: Sent back instead of a code.
        description: Laid over what it says of itself.
        down: Answers 500 everywhere.
        secret: Of the client; "" for a public one.
        exchanged: The bodies that the token endpoint got.
        discovered: How often its keys were fetched.
        codes: What was asked for with each code that is still good.
    """

    address: str = ""
    person: dict[str, Any] = field(default_factory=lambda: {"sub": "1", "preferred_username": "ana"})
    told: dict[str, Any] | None = None
    keys: list[Key] = field(default_factory=lambda: [first_key()])
    claims: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    signed_by: Key | bytes | None = None
    algorithm: str = "RS256"
    error: str = ""
    description: dict[str, Any] = field(default_factory=dict)
    down: bool = False
    secret: str = SECRET
    exchanged: list[dict[str, str]] = field(default_factory=list)
    discovered: int = 0
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def rotate(self, *, keep: bool = False) -> None:
        """Sign by a new key from now on; the old ones go, or stay published beside it."""
        new = new_key(token_urlsafe(4))
        self.keys = [*self.keys, new] if keep else [new]

    def signed_in(self, address: str) -> str:
        """Return where the browser is sent when a person has signed in at `address`."""
        parts = urlsplit(address)
        asked = dict(parse_qsl(parts.query))
        assert asked["response_type"] == "code" and asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256" and asked["nonce"] and asked["state"]
        if self.error:
            return f"{asked['redirect_uri']}?{urlencode({'error': self.error, 'state': asked['state']})}"
        code = token_urlsafe(16)
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def id_token(self, asked: dict[str, str], access_token: str) -> str:
        """Return the signed token of a sign-in."""
        now = int(time.time())
        claims = {
            **self.person,
            "iss": self.address,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            "at_hash": _encoded(hashlib.sha256(access_token.encode()).digest()[:16]),
            **self.claims,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        key = self.signed_by or self.keys[-1]
        header = {"alg": self.algorithm, "kid": self.keys[-1].kid, **self.header}
        if header["alg"] == "none" or isinstance(key, bytes):
            parts = ".".join(_encoded(json.dumps(one).encode()) for one in (header, claims))
            signature = hmac.digest(key, parts.encode(), "sha256") if isinstance(key, bytes) else b""
            return f"{parts}.{_encoded(signature)}"
        return jwt.encode(header, claims, key, algorithms=[self.algorithm])

    def exchange(self, sent: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """Answer the token endpoint: a code is good once, for the client and the verifier that it was made for."""
        self.exchanged.append(sent)
        if self.secret:
            given = base64.b64decode(authorization.removeprefix("Basic ")).decode() if authorization else ""
            if given.replace("%20", " ").replace("+", " ") != f"{CLIENT}:{self.secret}":
                return 401, {"error": "invalid_client"}
        asked = self.codes.pop(sent.get("code", ""), None)
        challenge = _encoded(hashlib.sha256(sent.get("code_verifier", "").encode()).digest())
        if not asked or asked["code_challenge"] != challenge or asked["redirect_uri"] != sent["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        access_token = token_urlsafe(16)
        return 200, {
            "access_token": access_token,
            "token_type": "Bearer",
            "expires_in": 300,
            "id_token": self.id_token(asked, access_token),
        }

    def about_itself(self) -> dict[str, Any]:
        """Return its description."""
        place = {"userinfo_endpoint": f"{self.address}/userinfo"} if self.told is not None else {}
        return {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/keys",
            "end_session_endpoint": f"{self.address}/end",
            "id_token_signing_alg_values_supported": ["RS256", "ES256", "HS256", "none"],
            **place,
            **self.description,
        }


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


@cache
def first_key() -> Key:
    """Return the key that every provider begins with: making one takes long."""
    return new_key("one")


def new_key(name: str, *, curve: bool = False) -> Key:
    """Return a new key that is called so."""
    if curve:
        return ECKey.generate_key("P-256", {"kid": name, "use": "sig"})
    return RSAKey.generate_key(2048, {"kid": name, "use": "sig"})


@contextmanager
def identity_provider() -> Iterator[Provider]:
    """Run a provider on loopback."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            if provider.down:
                self.answer(500, {})
            elif path == "/.well-known/openid-configuration":
                self.answer(200, provider.about_itself())
            elif path == "/keys":
                provider.discovered += 1
                self.answer(200, {"keys": [key.as_dict(private=False) for key in provider.keys]})
            elif path == "/authorize":
                self.go(provider.signed_in(self.path))
            elif path == "/end":
                self.go(dict(parse_qsl(urlsplit(self.path).query))["post_logout_redirect_uri"])
            elif path == "/userinfo":
                self.answer(200, provider.told or {})
            else:
                self.answer(404, {})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            sent = {name: values[0] for name, values in parse_qs(body).items()}
            self.answer(*((500, {}) if provider.down else provider.exchange(sent, self.headers["Authorization"] or "")))

        def go(self, address: str) -> None:
            self.send_response(303)
            self.send_header("Location", address)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def answer(self, status: int, content: dict[str, Any]) -> None:
            data = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
