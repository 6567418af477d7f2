"""Clients that send too much, too slowly, or never read: they are ended, and others are answered meanwhile."""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest
from small_library import small_library
from web_process import Server, process
from web_server import serving, wait_until

from bot.surfaces.web.connections import Door, Limits, Patience, _address

MEGABYTE = 1024 * 1024
linux = pytest.mark.skipif(sys.platform != "linux", reason="all of 127.0.0.0/8 is this machine on Linux only")


@dataclass
class Application:
    """Reads a body and answers with its length, or with as much as the path says; notes how requests ended."""

    lengths: list[int] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    sent: list[int] = field(default_factory=list)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer a request."""
        length = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                self.left.append(scope["path"])
                return
            length += len(message.get("body", b""))
            if not message.get("more_body"):
                break
        self.lengths.append(length)
        pieces = int(scope["path"].removeprefix("/healthz").strip("/") or 0)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(pieces):
            await send({"type": "http.response.body", "body": b"x" * MEGABYTE, "more_body": True})
        await send({"type": "http.response.body", "body": str(length).encode()})
        self.sent.append(pieces)


@contextmanager
def served(**limits: Any) -> Iterator[tuple[Application, Door, str]]:
    """Serve the application behind a door with these limits."""
    application, door = Application(), Door(Limits(**limits))
    with serving(application, door) as address:
        yield application, door, address


def connected(address: str, first: bytes = b"", *, source: str = "127.0.0.1") -> socket.socket:
    """Return a connection on which `first` was sent."""
    parts = urlsplit(address)
    assert parts.hostname and parts.port
    client = socket.create_connection((parts.hostname, parts.port), timeout=60, source_address=(source, 0))
    client.sendall(first)
    return client


def rest(client: socket.socket) -> bytes:
    """Return all that is still sent on a connection, up to its end."""
    found = b""
    try:
        while part := client.recv(MEGABYTE):
            found += part
    except ConnectionResetError:
        pass
    return found


def status(address: str, *, source: str = "127.0.0.1") -> int:
    """Return the status of a whole request on a connection of its own."""
    with connected(address, GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"), source=source) as client:
        return int(rest(client).split()[1])


GET = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n"
LONG_POST = POST + b"Content-Length: 4000\r\n\r\n"


# ---- the real server, the load that shut it


@linux
def test_an_endless_header_takes_neither_memory_nor_time(tmp_path: Path) -> None:
    """88 MB of one header: the client is refused within the first of them, memory stays, others are answered."""
    with process(small_library(tmp_path)) as server:
        status(server.address)
        before = psutil.Process(server.process.pid).memory_info().rss
        with connected(server.address, b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Long: ") as client:
            taken = 0
            try:
                for _ in range(88):
                    client.sendall(b"a" * MEGABYTE)
                    taken += 1
                    assert status(server.address) == 200
            except (BrokenPipeError, ConnectionResetError):
                pass
        # What lies in the buffers of both sides is sent but was never taken.
        assert taken < 40
        assert psutil.Process(server.process.pid).memory_info().rss - before < 32 * MEGABYTE


@linux
def test_unfinished_requests_shut_nobody_out(tmp_path: Path) -> None:
    """1,100 clients that send half a head, a server of 1,024 files: whoever sends a whole one is answered."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 2_048:
        pytest.skip("needs 2,048 open files for the clients")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2_048), hard))
    try:
        with process(small_library(tmp_path)) as server, ExitStack() as clients:
            resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (1_024, 1_024))
            for number in range(1_100):
                half = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: "
                clients.enter_context(connected(server.address, half, source=f"127.0.0.{2 + number % 10}"))
                if number % 100 == 0:
                    assert status(server.address) == 200
            for source in ("127.0.0.1", "127.0.0.2", "127.0.0.50"):
                assert status(server.address, source=source) == 200
            assert psutil.Process(server.process.pid).num_fds() < 700
            stop_at_once(server)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_a_stop_waits_for_no_body_that_does_not_come(tmp_path: Path) -> None:
    """Half an upload and half a question when SIGTERM comes: both are told, and the server ends."""
    with process(small_library(tmp_path)) as server:
        halves = [
            connected(server.address, b"%s HTTP/1.1\r\nHost: 127.0.0.1\r\n%s\r\nContent-Length: 900\r\n\r\n%s" % half)
            for half in (
                (b"POST /v1/documents", b"Content-Type: multipart/form-data; boundary=b", b"--b\r\n"),
                (b"POST /v1/ask", b"Content-Type: application/json", b"{"),
            )
        ]
        assert status(server.address) == 200
        stop_at_once(server)
        for half in halves:
            with half:
                assert b" 503 " in rest(half).split(b"\r\n")[0]


def stop_at_once(server: Server) -> None:
    """Stop a server whose clients would keep it for its 30 seconds, if it let them."""
    began = time.monotonic()
    server.stop()
    assert server.process.wait(60) == 0
    assert time.monotonic() - began < 25


# ---- each limit


def test_half_a_head_is_told_that_it_is_late() -> None:
    """No whole head in time: 408 in the one form of errors; a connection that is idle between requests stays."""
    with served(head_seconds=0.5) as (application, door, address):
        with connected(address, GET) as idle, connected(address, b"GET / HTTP/1.1\r\nHo") as late:
            answer = rest(late)
            head, _, body = answer.partition(b"\r\n\r\n")
            assert b"408 Request Timeout" in head and b"nosniff" in head
            assert json.loads(body)["error"]["code"] == "too_slow"
            assert idle.recv(MEGABYTE)
            idle.sendall(GET)
            assert b"200 OK" in idle.recv(MEGABYTE)
        assert application.lengths == [0, 0]
        assert wait_until(lambda: door.count == 0)


def test_a_connection_that_sends_nothing_is_ended() -> None:
    """Opening one is a beginning: it does not stay for ever."""
    with served(head_seconds=0.5) as (_, door, address), connected(address) as silent:
        assert b"408" in rest(silent)
        assert wait_until(lambda: door.count == 0)


@pytest.mark.parametrize(
    "framing", [b"Content-Length: 1000000\r\n\r\nabc", b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc"]
)
def test_half_a_body_is_told_that_it_is_late(framing: bytes) -> None:
    """No more content in time: 408, and the application learns that the client has gone."""
    with served(body_seconds=0.5) as (application, _, address), connected(address, POST + framing) as late:
        assert rest(late).startswith(b"HTTP/1.1 408")
        assert wait_until(lambda: application.left == ["/"])


def test_a_slow_body_that_keeps_coming_is_taken() -> None:
    """What comes at the least rate is waited for, though all of it takes far longer than a pause may."""
    with served(body_seconds=2.0, rate=100.0) as (_, _, address), connected(address, LONG_POST) as slow:
        for _ in range(20):
            time.sleep(0.25)
            slow.sendall(b"a" * 200)
        assert b"200 OK" in slow.recv(MEGABYTE)


def test_a_body_that_drips_is_ended() -> None:
    """A byte now and then keeps no connection open."""
    with served(body_seconds=1.0, rate=1_000.0) as (application, _, address), connected(address, LONG_POST) as slow:
        assert wait_until(lambda: sends(slow, b"a", pause=0.2) or bool(application.left))


def sends(client: socket.socket, data: bytes, *, pause: float) -> bool:
    """Send and wait a little; return whether the other side has ended the connection."""
    try:
        client.sendall(data)
    except OSError:
        return True
    time.sleep(pause)
    return False


@pytest.mark.parametrize("what", [b"0\r\nX-Trailer: ", b"3;extension=", b"\r\n" * 50_000])
def test_framing_without_content_is_bounded(what: bytes) -> None:
    """A trailer, an extension of a chunk, blank lines before a request: no more of them than of a head."""
    begin = b"" if what.startswith(b"\r") else POST + b"Transfer-Encoding: chunked\r\n\r\n"
    with served() as (_, door, address), connected(address, begin + what) as client:
        ended = wait_until(lambda: sends(client, b"\r\n" * 4096 if not begin else b"a" * 8192, pause=0.001), 60)
        assert ended and wait_until(lambda: door.count == 0)


def test_whoever_does_not_read_is_ended() -> None:
    """An answer of 64 MB that nobody reads: its connection ends, the application is free, the memory too."""
    with served(read_seconds=1.0) as (application, door, address), connected(address, GET.replace(b"/healthz", b"/64")):
        assert wait_until(lambda: door.count == 0)
        assert wait_until(lambda: application.sent == [64])


def test_a_slow_reader_that_goes_on_reading_gets_all() -> None:
    """Pauses shorter than allowed cut nothing off."""
    with (
        served(read_seconds=3.0) as (_, _, address),
        connected(
            address, GET.replace(b"/healthz", b"/24").replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
        ) as slow,
    ):
        found = 0
        while part := slow.recv(2 * MEGABYTE):
            found += len(part)
            time.sleep(0.1)
        assert found > 24 * MEGABYTE


def test_answers_that_nobody_reads_do_not_fill_the_memory() -> None:
    """Of all that is unsent no more is kept than allowed, long before anybody's time to read is over."""
    with served(unsent_bytes=3 * MEGABYTE, read_seconds=600.0) as (_, door, address), ExitStack() as clients:
        for _ in range(12):
            clients.enter_context(connected(address, GET.replace(b"/healthz", b"/64")))
        assert wait_until(lambda: 0 < sum(one.unsent for one in list(door._open)) <= 3 * MEGABYTE, 30)


@linux
def test_one_address_cannot_take_all_connections() -> None:
    """Requests under way take the places of their address only; who comes too late of it is told 503."""
    half_body = POST + b"Content-Length: 9\r\n\r\nabc"
    with served(connections=20, each=5) as (application, door, address), ExitStack() as clients:
        greedy = [clients.enter_context(connected(address, half_body, source="127.0.0.9")) for _ in range(5)]
        assert wait_until(lambda: door.count == 5)
        late = clients.enter_context(connected(address, source="127.0.0.9"))
        answer = rest(late)
        assert answer.startswith(b"HTTP/1.1 503") and b"Retry-After: 5" in answer
        assert status(address) == 200
        greedy[0].sendall(b"defghi")
        assert b"200 OK" in greedy[0].recv(MEGABYTE)
        # Its connection is idle now, and makes room.
        assert status(address, source="127.0.0.9") == 200
        assert application.lengths[-2:] == [9, 0]


@linux
def test_half_heads_make_room_first_of_the_address_that_has_most() -> None:
    """When all places are taken, the oldest half head of the greediest address gives way; nobody else's."""
    with served(connections=8, each=6) as (_, door, address), ExitStack() as clients:
        modest = clients.enter_context(connected(address, b"GET / HT", source="127.0.0.8"))
        assert wait_until(lambda: door.count == 1)
        greedy = [clients.enter_context(connected(address, b"GET / HT", source="127.0.0.9")) for _ in range(6)]
        assert wait_until(lambda: door.count == 7)
        newcomers = [clients.enter_context(connected(address, GET, source=f"127.0.0.{n}")) for n in (10, 11, 12)]
        assert [b"200 OK" in client.recv(MEGABYTE) for client in newcomers] == [True] * 3
        assert rest(greedy[0]) == rest(greedy[1]) == b""
        modest.sendall(b"TP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert b"200 OK" in modest.recv(MEGABYTE)


def test_many_at_once_are_all_answered() -> None:
    """50 clients with 40 requests each on connections that are kept: none is refused, none is lost."""
    with served() as (application, _, address):
        wrong: list[bytes] = []

        def ask() -> None:
            with connected(address) as client:
                for _ in range(40):
                    client.sendall(POST + b"Content-Length: 3\r\n\r\nabc")
                    answer = client.recv(MEGABYTE)
                    while not answer.endswith(b"\r\n0\r\n\r\n"):
                        answer += client.recv(MEGABYTE)
                    if b"200 OK" not in answer:
                        wrong.append(answer)

        threads = [threading.Thread(target=ask) for _ in range(50)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        assert not wrong and application.lengths == [3] * 2_000


def test_pipelined_requests_are_answered_in_order() -> None:
    """Several requests in one piece are no fruitless bytes."""
    with served() as (application, _, address), connected(address, GET * 30) as client:
        answers = b""
        while answers.count(b"200 OK") < 30:
            answers += client.recv(MEGABYTE)
        assert application.lengths == [0] * 30


# ---- what they are made of


def test_an_address_of_ipv6_counts_with_its_network() -> None:
    """One host has 2**64 addresses; a mapped one is that of IPv4; what has no address counts as one."""
    assert _address(("2001:db8::1", 1, 0, 0)) == _address(("2001:db8::ffff:2", 2, 0, 0)) == "2001:db8::/64"
    assert _address(("2001:db8:0:1::1", 1, 0, 0)) != "2001:db8::/64"
    assert _address(("::ffff:192.0.2.1", 1, 0, 0)) == _address(("192.0.2.1", 1)) == "192.0.2.1"
    assert _address(("fe80::1%eth0", 1, 0, 2)) == "fe80::/64"
    assert _address(None) == _address("") == ""


def test_patience_is_bought_and_never_saved_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bytes lengthen the time, up to what there was at first."""
    clock = [100.0]
    monkeypatch.setattr("bot.surfaces.web.connections.time.monotonic", lambda: clock[0])
    patience = Patience(20.0, 500.0)
    clock[0] = 119.0
    patience.add(500)
    clock[0] = 120.5
    assert not patience.over
    patience.add(10**9)
    clock[0] = 140.4
    assert not patience.over
    clock[0] = 140.5
    assert patience.over
    other = Patience(20.0, 500.0)
    other.shorten(2.0)
    clock[0] += 2.0
    assert other.over
