"""Web addresses: off by default, public ones only, robots.txt honoured, sizes and redirects limited."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest

from ingest.document import LoadOptions
from ingest.errors import TooLarge, Unreadable, UnsupportedType
from ingest.loaders import web
from ingest.loaders.web import FetchLimits, fetch, is_public, load_address

LIMITS = FetchLimits(bytes=100_000, seconds=5.0, redirects=3)


class Site(BaseHTTPRequestHandler):
    """A small site on this machine."""

    robots = "User-agent: *\nDisallow: /private\n"
    hosts: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        """Answer by path."""
        Site.hosts.append(self.headers.get("Host", ""))
        if self.path == "/robots.txt":
            self._send(200, "text/plain", Site.robots.encode())
        elif self.path == "/page":
            self._send(200, "text/html; charset=utf-8", "<h1>Grüße</h1><p>Words of a page.</p>".encode())
        elif self.path == "/moved":
            self._send(302, "text/html", b"", location="/page")
        elif self.path == "/round":
            self._send(302, "text/html", b"", location="/round")
        elif self.path == "/inward":
            self._send(302, "text/html", b"", location="http://inner.example/page")
        elif self.path == "/large":
            self._send(200, "text/plain", b"x" * 200_000)
        else:
            self._send(404, "text/html", b"nothing")

    def _send(self, status: int, kind: str, content: bytes, *, location: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A site that is reached at port 80 of every name, as far as the loader knows."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    Site.hosts.clear()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    connect = web.socket.create_connection
    here = ("127.0.0.1", server.server_port)
    monkeypatch.setattr(web.socket, "create_connection", lambda _, timeout: connect(here, timeout))
    yield
    server.shutdown()
    server.server_close()


def resolve(host: str, port: int) -> list[str]:
    """Return a public address, but for one name that points inward."""
    return ["10.0.0.7"] if host == "inner.example" else ["93.184.216.34"]


def test_addresses_are_off_unless_allowed() -> None:
    """Without the setting nothing is fetched, and the message says so."""
    with pytest.raises(UnsupportedType, match="not read"):
        load_address("http://site.example/page", LoadOptions())


def test_a_page_is_read_by_the_loader_of_its_kind(site: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page's text, heading and encoding are those of its HTML."""
    monkeypatch.setattr(web, "fetch", lambda a, limits: fetch(a, limits=limits, resolve=resolve))
    loaded = load_address("http://site.example/page", LoadOptions(extra={"web": "on"}))
    assert loaded.text == "Grüße\n\nWords of a page."


def test_redirects_are_followed_to_an_end(site: None) -> None:
    """A redirect is taken, a circle is not."""
    assert fetch("http://site.example/moved", limits=LIMITS, resolve=resolve).address.endswith("/page")
    with pytest.raises(Unreadable, match="too often"):
        fetch("http://site.example/round", limits=LIMITS, resolve=resolve)


@pytest.mark.parametrize(
    "address",
    ["http://inner.example/page", "http://site.example/inward", "http://10.0.0.7/", "http://127.0.0.1/",
     "http://[::1]/", "http://169.254.169.254/latest/meta-data/", "http://[::ffff:127.0.0.1]/"],
)  # fmt: skip
def test_private_addresses_are_refused(site: None, address: str) -> None:
    """Names and redirects that lead into a private network are not followed, and get no request."""

    def found(host: str, port: int) -> list[str]:
        return [host] if host[0].isdigit() or ":" in host else resolve(host, port)

    with pytest.raises(UnsupportedType, match="public"):
        fetch(address, limits=LIMITS, resolve=found)
    assert "inner.example" not in Site.hosts


def test_the_address_that_was_checked_is_the_one_used(site: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that resolves to another address the second time is asked only once for each connection."""
    used: list[str] = []
    connect = web.socket.create_connection

    def note(address: tuple[str, int], timeout: float) -> object:
        used.append(address[0])
        return connect(address, timeout)

    monkeypatch.setattr(web.socket, "create_connection", note)
    fetch("http://site.example/page", limits=LIMITS, resolve=resolve)
    assert set(used) == {"93.184.216.34"}


def test_robots_are_honoured(site: None) -> None:
    """What robots.txt forbids is not fetched."""
    with pytest.raises(Unreadable, match="asks robots"):
        fetch("http://site.example/private/x", limits=LIMITS, resolve=resolve)


def test_large_pages_are_cut_off(site: None) -> None:
    """A page over the limit is refused while it comes in."""
    with pytest.raises(TooLarge):
        fetch("http://site.example/large", limits=LIMITS, resolve=resolve)


@pytest.mark.parametrize(
    "address", ["ftp://x.example/", "file:///etc/passwd", "http://user:pw@x.example/", "http://x.example:22/", "x"]
)
def test_other_schemes_ports_and_credentials_are_refused(address: str) -> None:
    """Only plain http and https on their own ports are read."""
    with pytest.raises(UnsupportedType):
        fetch(address, limits=LIMITS, resolve=resolve)


def test_public_is_what_the_registries_call_public() -> None:
    """Private, loopback, link-local, shared, reserved and wrapped addresses are not."""
    assert is_public("8.8.8.8")
    assert is_public("2606:4700::1111")
    for address in ("10.1.1.1", "100.64.0.1", "192.168.1.1", "0.0.0.0", "224.0.0.1", "fe80::1", "fc00::1",
                    "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::"):  # fmt: skip
        assert not is_public(address)
