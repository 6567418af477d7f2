"""Web addresses: off unless allowed, never into a private network, robots.txt honoured, all limited.

A name is resolved once and the connection goes to the very address that was checked, so that a name
cannot point elsewhere a moment later; every redirect is checked anew. Proxies, cookies and credentials
are not used, and nothing that a page refers to is fetched.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import re
import socket
import ssl
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from email.message import Message
from pathlib import Path, PurePosixPath
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit
from urllib.robotparser import RobotFileParser

from ingest.errors import TooLarge, Unreadable, UnsupportedType

AGENT = "footnote-bot"
_SUFFIXES = {
    "text/html": ".html", "application/xhtml+xml": ".html", "text/plain": ".txt", "text/markdown": ".md",
    "application/pdf": ".pdf", "application/json": ".json", "text/csv": ".csv", "application/xml": ".xml",
    "text/xml": ".xml", "application/rss+xml": ".xml", "application/atom+xml": ".xml",
}  # fmt: skip
_WRAPPED_V4 = ipaddress.ip_network("64:ff9b::/96")
_ROBOTS_BYTES = 500_000
_PLAIN = "/%:@!$&'()*+,;=~-._?[]"

Resolve = Callable[[str, int], list[str]]
Permitted = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """What one address may use: bytes of content, seconds in all, redirects."""

    bytes: int = 50_000_000
    seconds: float = 30.0
    redirects: int = 5


@dataclass(frozen=True, slots=True)
class Page:
    """What an address gave: where it was found in the end, its media type and encoding as said, its bytes."""

    address: str
    media_type: str
    data: bytes
    charset: str = ""


def save(page: Page, folder: Path) -> Path:
    """Write what an address gave into `folder`, under a name that ends as its kind of content does.

    Where the server names the encoding of a text, it is written as UTF-8 with a mark, which no guess overrules.
    """
    name = re.sub(r"[^\w.-]+", "_", PurePosixPath(unquote(urlsplit(page.address).path)).name)[-80:].lstrip(".")
    suffix = _SUFFIXES.get(page.media_type, "")
    if not name or (suffix and not name.lower().endswith(suffix) and not _keeps_its_ending(name, suffix)):
        name = (name or "page") + (suffix or ".html")
    data = page.data
    if page.charset and (page.media_type.startswith("text/") or "xml" in page.media_type):
        with contextlib.suppress(LookupError, UnicodeError):
            data = data.decode(page.charset).encode("utf-8-sig")
    path = folder / name
    path.write_bytes(data)
    return path


def _keeps_its_ending(name: str, suffix: str) -> bool:
    """Tell whether a name says more than a server that calls every text plain."""
    return suffix == ".txt" and bool(PurePosixPath(name).suffix)


_GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")
"""All that is handed out for unicast on the internet; whatever else there is in IPv6 is for something else."""
_SPECIAL = tuple(
    ipaddress.ip_network(network)
    for network in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24"),
        *("192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"),
        *("224.0.0.0/4", "240.0.0.0/4", "2001::/23", "2001:db8::/32", "3fff::/20"),
    )
)
"""IANA's registries of special-purpose addresses, with multicast, as far as they are not reached from everywhere. Our
own list: what Python's `is_global` knows depends on its version; 3.11 lets 192.0.0.0/24, 192.88.99.0/24 and 3fff::/20
pass."""


def is_public(address: str) -> bool:
    """Tell whether an IP address is one of the public internet, looking through those that wrap one."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and ip in _WRAPPED_V4:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    if isinstance(ip, ipaddress.IPv6Address) and ip not in _GLOBAL_V6:
        return False
    return not any(ip in network for network in _SPECIAL if network.version == ip.version)


def resolved(host: str, port: int) -> list[str]:
    """Return the IP addresses of a name."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def fetch(address: str, *, limits: FetchLimits, resolve: Resolve = resolved, permitted: Permitted = is_public) -> Page:
    """Fetch an address, following redirects within the limits.

    Args:
        address: An http or https address.
        limits: What it may use.
        resolve: Finds the IP addresses of a name.
        permitted: Says which of them may be connected to.

    Raises:
        UnsupportedType: It is no public http or https address, or forbids robots.
        Unreadable: It does not answer as it should.
        TooLarge: It gives too much.
    """
    session = _Session(limits, resolve, permitted)
    for _ in range(limits.redirects + 1):
        parts = _checked(address)
        session.ask_robots(parts)
        status, headers, data = session.get(parts, limits.bytes)
        if status in (301, 302, 303, 307, 308) and headers.get("location"):
            address = urljoin(address, headers["location"])
            continue
        if status != 200:
            raise Unreadable(f"{parts.hostname} answered {status}.", remedy="Check the address in a browser.")
        said = Message()
        said["content-type"] = headers.get("content-type", "")
        return Page(address, said.get_content_type().lower(), data, said.get_content_charset() or "")
    raise Unreadable("The address leads on too often.", remedy="Give the address where it ends.")


def _checked(address: str) -> SplitResult:
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise UnsupportedType("That is not an address.", remedy="Give an http or https address.") from error
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        raise UnsupportedType("Only plain http and https addresses are read.", remedy="Give such an address.")
    if port not in (None, 80, 443):
        raise UnsupportedType("Only the ports 80 and 443 are read.", remedy="Save the page as a file instead.")
    return parts


class _Session:
    """One fetch: its deadline, its limits, and what robots.txt of each host says."""

    def __init__(self, limits: FetchLimits, resolve: Resolve, permitted: Permitted) -> None:
        self.limits, self.resolve, self.permitted = limits, resolve, permitted
        self.deadline = time.monotonic() + limits.seconds
        self.asked: dict[str, RobotFileParser] = {}

    def ask_robots(self, parts: SplitResult) -> None:
        """Refuse what the site's robots.txt forbids. A site without one forbids nothing."""
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self.asked:
            rules = RobotFileParser()
            status, _, data = self.get(urlsplit(f"{origin}/robots.txt"), _ROBOTS_BYTES, whole=False)
            if status >= 500:
                raise Unreadable(f"{parts.hostname} does not say what robots may read.", remedy="Try later.")
            rules.parse(data.decode("utf-8", "replace").splitlines() if status == 200 else [])
            self.asked[origin] = rules
        if not self.asked[origin].can_fetch(AGENT, parts.geturl()):
            raise UnsupportedType(
                f"{parts.hostname} asks robots not to read this page.",
                remedy="Save it by hand and add the file.",
            )

    def get(self, parts: SplitResult, most: int, *, whole: bool = True) -> tuple[int, dict[str, str], bytes]:
        """Return status, headers (names in lower case) and content of one request."""
        host = parts.hostname or ""
        target = quote(parts.path or "/", safe=_PLAIN) + (f"?{quote(parts.query, safe=_PLAIN)}" if parts.query else "")
        try:
            connection = self._connection(parts)
            try:
                connection.request("GET", target, headers={"User-Agent": AGENT, "Accept-Encoding": "identity"})
                response = connection.getresponse()
                headers = {name.lower(): value for name, value in response.getheaders()}
                redirect = 300 <= response.status < 400
                data = b"" if redirect else self._content(response, most, whole=whole)
                return response.status, headers, data
            finally:
                connection.close()
        except (OSError, http.client.HTTPException, ValueError, zlib.error) as error:
            raise Unreadable(
                f"{host} does not answer as it should ({type(error).__name__}).", remedy="Try again later."
            ) from error

    def _connection(self, parts: SplitResult) -> http.client.HTTPConnection:
        """Return a connection to the address that was checked."""
        host = parts.hostname or ""
        port = parts.port or (443 if parts.scheme == "https" else 80)
        try:
            found = self.resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise Unreadable(f"There is no host called {host[:100]}.", remedy="Check the address.") from error
        if not found or not all(self.permitted(address) for address in found):
            raise UnsupportedType(
                f"{host[:100]} is not on the public internet.", remedy="Save the page as a file instead."
            )
        seconds = self._left()
        connection = http.client.HTTPConnection(host, port, timeout=seconds)
        plain = socket.create_connection((found[0], port), timeout=seconds)
        if parts.scheme == "https":
            try:
                plain = ssl.create_default_context().wrap_socket(plain, server_hostname=host)
            except OSError:
                plain.close()
                raise
        connection.sock = plain
        return connection

    def _content(self, response: http.client.HTTPResponse, most: int, *, whole: bool) -> bytes:
        packed = response.headers.get("Content-Encoding", "identity").lower() in ("gzip", "x-gzip", "deflate")
        unpack = zlib.decompressobj(zlib.MAX_WBITS | 32) if packed else None
        content = bytearray()
        while len(content) <= most:
            self._left()
            piece = response.read1(65_536)
            if not piece:
                return bytes(content)
            content += unpack.decompress(piece, most + 1) if unpack else piece
        if whole:
            raise TooLarge(f"The page is larger than {most / 1_000_000:,.0f} MB.", remedy="Save a part of it.")
        return bytes(content[:most])

    def _left(self) -> float:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the time for one address is over")
        return left
