"""Fetches a public address for reading, without being led into the network that the server stands in.

Every name is resolved once, every address that it has must be public, and the connection goes to exactly
the address that was looked at, on every redirect anew. Proxies of the environment are not used.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

from bot.surfaces.web_errors import Refused
from bot.surfaces.web_jobs import Incoming
from bot.surfaces.web_uploads import SUFFIX, given_name

if TYPE_CHECKING:
    from bot.surfaces.web_auth import Caller
    from bot.surfaces.web_services import Services
    from bot.surfaces.web_shapes import AddressIn

REDIRECTS = 5
SECONDS = 30.0
BLOCK = 64 * 1024
SUFFIXES = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "application/pdf": ".pdf",
    "application/json": ".json",
    "text/csv": ".csv",
}
NAT64 = ipaddress.ip_network("64:ff9b::/96")

Resolve = Callable[[str, int], list[str]]
Permitted = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address gave.

    Attributes:
        content: The bytes.
        media_type: As the server says, without parameters, in lower case.
        url: Where it was found, after redirects.
    """

    content: bytes
    media_type: str
    url: str


def is_public(address: str) -> bool:
    """Return whether an IP address is one of the public internet, looking through those that wrap another."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        wrapped = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if wrapped is None and ip in NAT64:
            wrapped = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if wrapped is not None:
            return is_public(str(wrapped))
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def resolve(host: str, port: int) -> list[str]:
    """Return the IP addresses of a host name."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def fetch(url: str, *, most_bytes: int, resolve: Resolve = resolve, permitted: Permitted = is_public) -> Fetched:
    """Fetch a public http or https address.

    Args:
        url: The address.
        most_bytes: Largest content that is taken.
        resolve: Finds the IP addresses of a name.
        permitted: Says which IP addresses may be connected to.

    Raises:
        Refused: The address is not public, does not answer, or gives too much.
    """
    deadline = time.monotonic() + SECONDS
    for _ in range(REDIRECTS + 1):
        parts = _checked(url)
        address = _address(parts, resolve, permitted)
        try:
            connection = _connection(parts, address, max(1.0, deadline - time.monotonic()))
            try:
                location, fetched = _get(connection, parts, url, most_bytes, deadline)
            finally:
                connection.close()
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise _failed(f"{parts.hostname} does not answer as it should ({type(error).__name__}).") from error
        if fetched:
            return fetched
        url = urljoin(url, location)
    raise _failed("The address leads on too often.")


def _checked(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _refused("That is not an address.") from error
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        raise _refused("Only plain http and https addresses are read.")
    if port not in (None, 80, 443):
        raise _refused("Only the ports 80 and 443 are used.")
    return parts


def _port(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)


def _address(parts: SplitResult, resolve: Resolve, permitted: Permitted) -> str:
    """Return the IP address to connect to, if all that the name has are permitted."""
    host = parts.hostname or ""
    try:
        found = resolve(host, _port(parts))
    except (OSError, UnicodeError) as error:
        raise _failed(f"There is no host called {host[:100]}.") from error
    if not found or not all(permitted(address) for address in found):
        raise _refused("The address is not on the public internet.")
    return found[0]


def _connection(parts: SplitResult, address: str, seconds: float) -> http.client.HTTPConnection:
    """Return a connection to `address` that speaks to the host of `parts`."""
    host = parts.hostname or ""
    connection = http.client.HTTPConnection(host, _port(parts), timeout=seconds)
    plain = socket.create_connection((address, _port(parts)), timeout=seconds)
    if parts.scheme == "https":
        try:
            connection.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=host)
        except BaseException:
            plain.close()
            raise
    else:
        connection.sock = plain
    return connection


def _get(
    connection: http.client.HTTPConnection, parts: SplitResult, url: str, most_bytes: int, deadline: float
) -> tuple[str, Fetched | None]:
    """Return (where it leads on, None) or ("", what it gave)."""
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {"User-Agent": "Footnote", "Accept": "*/*", "Accept-Encoding": "identity"}
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    if response.status in (301, 302, 303, 307, 308):
        return response.headers.get("Location", ""), None
    if response.status != 200:
        raise _failed(f"{parts.hostname} answers with status {response.status}.")
    content = bytearray()
    while block := response.read1(BLOCK):
        content += block
        if len(content) > most_bytes:
            raise Refused(413, "upload_too_large", f"It is larger than {most_bytes // 2**20:,} MB.", param="url")
        if time.monotonic() > deadline:
            raise _failed(f"{parts.hostname} takes too long.")
    return "", Fetched(bytes(content), response.headers.get_content_type().lower(), url)


def _refused(message: str) -> Refused:
    return Refused(422, "address_refused", message, remedy="Save it and upload the file instead.", param="url")


def _failed(message: str) -> Refused:
    return Refused(502, "address_failed", message, remedy="Try again later, or upload a file.", param="url")


def name_of(fetched: Fetched) -> str:
    """Return what a fetched document is called: its address, with the ending that its kind has."""
    parts = urlsplit(fetched.url)
    name = given_name(f"{parts.hostname}{unquote(parts.path)}")
    suffix = SUFFIXES.get(fetched.media_type, "")
    if suffix and not name.lower().endswith(suffix) and not (suffix == ".txt" and SUFFIX.search(name.lower())):
        name += suffix
    return name


def fetch_into(services: Services, caller: Caller, body: AddressIn) -> dict[str, Any]:
    """Fetch an address, save it as an upload, and queue it. Runs in a thread.

    Raises:
        Refused: The address or the collection cannot be taken.
    """
    from bot.offline import refuse_if_offline
    from bot.surfaces.web_ingest import wanted_collection

    refuse_if_offline("Reading an address")
    collection = wanted_collection(services, caller, body.collection)
    fetched = fetch(body.url, most_bytes=services.settings.file_megabytes * 2**20)
    name = name_of(fetched)
    path = services.uploads.save(BytesIO(fetched.content), collection, name)
    return services.jobs.add(caller.key, "address", collection, [Incoming(path, name)])
