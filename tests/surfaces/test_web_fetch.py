"""Reading addresses: nothing leads into the server's own network."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from bot.surfaces import web_fetch
from bot.surfaces.web_errors import Refused
from bot.surfaces.web_fetch import Fetched, fetch, is_public, name_of


class Handler(BaseHTTPRequestHandler):
    """A small site."""

    def do_GET(self) -> None:
        """Answer by path."""
        host = self.headers["Host"]
        if self.path == "/page":
            self._send(200, f"<p>Words of {host}.</p>".encode(), "Content-Type: text/html; charset=utf-8")
        elif self.path == "/big":
            self._send(200, b"x" * 2_000_000, "Content-Type: text/plain")
        elif self.path.startswith("/to/"):
            self._send(302, b"", f"Location: {self.path.removeprefix('/to/')}")
        elif self.path == "/loop":
            self._send(301, b"", "Location: /loop")
        else:
            self._send(404, b"", "X-Nothing: 1")

    def _send(self, status: int, body: bytes, header: str) -> None:
        self.send_response(status)
        name, _, value = header.partition(": ")
        self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A site on loopback, which here stands for the public internet's port 80."""
    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    real = web_fetch._port
    monkeypatch.setattr(web_fetch, "_port", lambda parts: server.server_port if real(parts) == 80 else real(parts))
    yield server.server_port
    server.shutdown()
    server.server_close()


NAMES = {
    "public.example": ["127.0.0.1"],
    "inside.example": ["10.0.0.1"],
    "mixed.example": ["127.0.0.1", "10.0.0.1"],
}


def resolve(host: str, port: int) -> list[str]:
    """Resolve the names of this test; "public.example" is the site."""
    if host not in NAMES and not host[0].isdigit():
        raise OSError("no such host")
    return NAMES.get(host, [host])


def get(url: str, most_bytes: int = 1_000_000) -> Fetched:
    """Fetch with 127.0.0.1 in the place of a public address."""
    return fetch(url, most_bytes=most_bytes, resolve=resolve, permitted=lambda ip: ip == "127.0.0.1")


def test_a_public_page_is_fetched_by_its_name(port: int) -> None:
    """The connection goes to the address that was looked at; the server hears the name."""
    fetched = get("http://public.example/page")
    assert b"Words of public.example" in fetched.content and fetched.media_type == "text/html"
    assert name_of(fetched) == "public.example/page.html"


def test_a_redirect_is_followed_within_the_public_internet_only(port: int) -> None:
    """Each step is looked at anew; too many are an end."""
    assert b"Words" in get("http://public.example/to/http://public.example/page").content
    for target in (
        "http://inside.example/page",
        "http://10.0.0.1/",
        "file:///etc/passwd",
        "gopher://public.example/",
    ):
        with pytest.raises(Refused) as refused:
            get(f"http://public.example/to/{target}")
        assert refused.value.code == "address_refused"
    with pytest.raises(Refused, match="leads on too often"):
        get("http://public.example/loop")


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://inside.example/", "address_refused"),
        ("http://mixed.example/", "address_refused"),
        ("http://169.254.169.254/latest/meta-data/", "address_refused"),
        ("http://public.example:22/", "address_refused"),
        ("http://public.example:99999/", "address_refused"),
        ("http://user:password@public.example/", "address_refused"),
        ("ftp://public.example/", "address_refused"),
        ("http:///nothing", "address_refused"),
        ("http://[::1", "address_refused"),
        ("http://nowhere.example/", "address_failed"),
        ("http://public.example/missing", "address_failed"),
    ],
)
def test_what_is_not_public_or_not_there_is_refused(port: int, url: str, code: str) -> None:
    """With words, and without a connection where the address is not permitted."""
    with pytest.raises(Refused) as refused:
        get(url)
    assert refused.value.code == code


def test_more_than_is_allowed_is_refused(port: int) -> None:
    """413 while it is still coming."""
    with pytest.raises(Refused) as refused:
        get("http://public.example/big")
    assert refused.value.status == 413


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "2002:a00:1::",
    ],
)
def test_inner_addresses_are_not_public(address: str) -> None:
    """Loopback, private, link-local, shared, multicast, and those that wrap one of them."""
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "::ffff:1.1.1.1"])
def test_outer_addresses_are_public(address: str) -> None:
    """Ordinary addresses of the internet."""
    assert is_public(address)
