"""Web addresses: off by default, public ones only, robots.txt honoured, sizes and redirects limited."""

from __future__ import annotations

import contextlib
import gzip
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from ingest.__main__ import DONE, SOME_FAILED, WRONG_USE, Run, run
from ingest.document import LoadOptions
from ingest.errors import TooLarge, Unreadable, UnsupportedType
from ingest.reading.load import load
from ingest.sources import web
from ingest.sources.web import FetchLimits, Page, fetch, is_public, save
from vectorstore.library import Library

LIMITS = FetchLimits(bytes=100_000, seconds=5.0, redirects=3)


class Site(BaseHTTPRequestHandler):
    """A small site on this machine."""

    robots = "User-agent: *\nDisallow: /private\n"
    hosts: ClassVar[list[str]] = []
    story = ""

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
        elif self.path == "/latin":
            self._send(200, "text/html; charset=iso-8859-2", "<p>Žluťoučký kůň je žlutý.</p>".encode("iso-8859-2"))
        elif self.path == "/packed":
            self._send(200, "text/plain", gzip.compress(b"Packed words."), packed=True)
        elif self.path == "/bomb":
            self._send(200, "text/plain", gzip.compress(b"0" * 50_000_000), packed=True)
        elif self.path == "/drip":
            self._drip()
        elif self.path == "/story":
            self._send(200, "text/html", f"<title>The story</title><p>{Site.story}</p>".encode())
        elif self.path == "/large":
            self._send(200, "text/plain", b"x" * 200_000)
        else:
            self._send(404, "text/html", b"nothing")

    def _drip(self) -> None:
        self.send_response(200)
        self.end_headers()
        with contextlib.suppress(OSError):
            for _ in range(200):
                self.wfile.write(b"x")
                self.wfile.flush()
                time.sleep(0.05)

    def _send(self, status: int, kind: str, content: bytes, *, location: str = "", packed: bool = False) -> None:
        self.send_response(status)
        if packed:
            self.send_header("Content-Encoding", "gzip")
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


def test_a_name_with_one_private_address_among_public_ones_is_refused(site: None) -> None:
    """All addresses of a name must be public."""
    with pytest.raises(UnsupportedType, match="public"):
        fetch("http://site.example/page", limits=LIMITS, resolve=lambda *_: ["93.184.216.34", "10.0.0.7"])
    assert not Site.hosts


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
    with pytest.raises(UnsupportedType, match="asks robots"):
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
                    "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "192.0.0.8", "192.88.99.1", "fec0::1",
                    "3fff::1", "2001:db8::1", "5f00::1", "::1", "::", "255.255.255.255"):  # fmt: skip
        assert not is_public(address)


def text_of(address: str, folder: Path) -> str:
    """Fetch, save and load."""
    return load(save(fetch(address, limits=LIMITS, resolve=resolve), folder), LoadOptions()).text


def test_the_encoding_that_the_server_names_is_used(site: None, tmp_path: Path) -> None:
    """Before any guess; a page that names none itself is read right."""
    assert text_of("http://site.example/latin", tmp_path) == "Žluťoučký kůň je žlutý."


def test_packed_pages_are_unpacked_within_the_limit(site: None, tmp_path: Path) -> None:
    """A site that packs although it was asked not to is read; a bomb is cut off."""
    assert text_of("http://site.example/packed", tmp_path) == "Packed words."
    with pytest.raises(TooLarge):
        fetch("http://site.example/bomb", limits=LIMITS, resolve=resolve)


def test_a_page_that_only_drips_ends_with_the_time(site: None) -> None:
    """The deadline counts for the whole fetch, not for each byte."""
    with pytest.raises(Unreadable, match="TimeoutError"):
        fetch("http://site.example/drip", limits=FetchLimits(bytes=100_000, seconds=1.0), resolve=resolve)


@pytest.mark.parametrize("name", ["/../../etc/passwd", "/a/%2e%2e%2fx", "/.hidden", "/" + "n" * 500, "/CON\x00.txt"])
def test_a_saved_page_stays_in_its_folder(tmp_path: Path, name: str) -> None:
    """Whatever the address is called."""
    saved = save(Page(f"http://site.example{name}", "text/html", b"x"), tmp_path)
    assert saved.parent == tmp_path and saved.name.endswith(".html") and len(saved.name) < 120


# ---- as a person does it


def ingest(folder: Path, *paths: str, addresses: bool = True) -> int:
    """Ingest into a library in `folder`."""
    return run(paths, Run(library=str(folder / "library"), addresses=addresses, as_json=True))


@pytest.fixture
def public(site: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every name lead to the site."""
    monkeypatch.setattr(web.fetch, "__kwdefaults__", {"resolve": resolve, "permitted": is_public})


def test_addresses_are_off_and_the_words_name_the_setting(
    public: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is fetched, no library is made, and the sentence says how to switch it on."""
    assert ingest(tmp_path, "https://site.example/page", addresses=False) == WRONG_USE
    said = capsys.readouterr().err
    assert "FOOTNOTE_ADDRESSES=true" in said and "switched off" in said
    assert not (tmp_path / "library").exists() and not Site.hosts


def test_an_address_is_a_document_that_a_second_ingest_brings_up_to_date(
    public: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Added, then unchanged, then changed; its source is the address, and a folder's ingest leaves it alone."""
    address = "http://site.example/story"
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "note.txt").write_text("A note.")
    Site.story = "The mill was built in 1780."
    assert ingest(tmp_path, f"{address}#part", str(tmp_path / "notes")) == DONE
    assert ingest(tmp_path, address) == DONE
    Site.story = "The mill was built in 1790."
    assert ingest(tmp_path, address) == DONE
    (tmp_path / "notes" / "note.txt").write_text("Another note.")
    assert ingest(tmp_path, str(tmp_path / "notes")) == DONE
    reports = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [len(report["added"]) for report in reports] == [2, 0, 0, 0]
    assert [report["changed"] for report in reports][1:3] == [[], [address]]
    assert not any(report["removed"] for report in reports)
    with Library.open(tmp_path / "library") as library:
        (info,) = [info for info in library.documents() if info.source == address]
        assert info.title == "The story"
        assert "1790" in library.search("when was the mill built").passages[0].text


def test_a_page_that_is_gone_keeps_its_document(
    public: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is reported as failed, with the reason, and the version from before still answers."""
    Site.story = "The ferry runs in May."
    address = "http://site.example/story"
    assert ingest(tmp_path, address) == DONE
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Site, "robots", "User-agent: *\nDisallow: /\n")
        assert ingest(tmp_path, address) == SOME_FAILED
    failed = json.loads(capsys.readouterr().out.splitlines()[-1])["failed"]
    assert "asks robots" in str(failed) and "version from before" in str(failed)
    with Library.open(tmp_path / "library") as library:
        assert library.search("ferry").passages[0].text == "The ferry runs in May."
