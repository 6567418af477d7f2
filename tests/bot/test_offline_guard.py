"""FOOTNOTE_OFFLINE: real sockets to other machines are stopped before they open, loopback works."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from protocol_servers import Plan, openai_stream, serving

from ingest.sync import sync
from vectorstore.library import Library


def offline(code: str) -> subprocess.CompletedProcess[str]:
    """Run code in a process of its own that has gone offline."""
    program = "from bot.offline import *\ngo_offline()\n" + textwrap.dedent(code)
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "attempt",
    [
        "import socket; socket.create_connection(('192.0.2.1', 80), 1)",
        "import socket; s = socket.socket(); s.settimeout(1); s.connect(('192.0.2.1', 80))",
        "import socket; s = socket.socket(); s.settimeout(1); s.connect_ex(('192.0.2.1', 80))",
        "import socket; s = socket.socket(socket.AF_INET6); s.settimeout(1); s.connect(('2001:db8::1', 80))",
        "import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))",
        "import socket; socket.getaddrinfo('example.com', 443)",
        "import socket; socket.gethostbyname('example.com')",
        "import socket; socket.socket().bind(('0.0.0.0', 0))",
        "import socket; socket.socket().bind(('', 0))",
        "import _socket; s = _socket.socket(); s.connect(('192.0.2.1', 80))",
        "import asyncio; asyncio.run(asyncio.open_connection('192.0.2.1', 80))",
        "import http.client; http.client.HTTPConnection('192.0.2.1', timeout=1).request('GET', '/')",
    ],
)
def test_a_socket_that_leaves_the_machine_is_stopped(attempt: str) -> None:
    """Connecting, sending, looking a name up and listening for others all end in our error."""
    done = offline(
        f"""
        try:
            {attempt}
        except Offline as error:
            print("stopped", error)
        """
    )
    assert done.stdout.startswith("stopped A connection that leaves this machine was stopped"), done.stderr


def test_loopback_still_works() -> None:
    """A server on this machine can be served and reached by name and by address."""
    done = offline(
        """
        import http.client, http.server, threading
        server = http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for host in ("127.0.0.1", "localhost"):
            link = http.client.HTTPConnection(host, server.server_port, timeout=5)
            link.request("GET", "/")
            print(link.getresponse().status)
        """
    )
    assert done.stdout.split() == ["501", "501"], done.stderr


@pytest.mark.parametrize(
    ("name", "package", "address"),
    [
        ("openai:m", "langchain_openai", "OPENAI_BASE_URL"),
        ("anthropic:m", "langchain_anthropic", "ANTHROPIC_BASE_URL"),
        ("ollama:m", "langchain_ollama", "OLLAMA_HOST"),
    ],
)
def test_a_providers_client_ends_in_the_guards_words(name: str, package: str, address: str) -> None:
    """A chat model elsewhere ends with the sentence that names FOOTNOTE_OFFLINE, by address and by name."""
    pytest.importorskip(package)
    done = offline(
        f"""
        import os
        os.environ["OPENAI_API_KEY"] = os.environ["ANTHROPIC_API_KEY"] = "x"
        from bot.models.open import open_model
        for host in ("192.0.2.1", "models.example.com"):
            os.environ["{address}"] = f"http://{{host}}"
            try:
                print("".join(open_model("{name}").stream([("user", "u")], max_tokens=5)))
            except Exception as error:
                print(type(error).__name__, error)
        """
    )
    lines = done.stdout.splitlines()
    assert len(lines) == 2, done.stderr
    assert all(line.startswith("ModelUnreachable A connection that leaves this machine") for line in lines), lines


def ask_offline(library: Path, url: str) -> str:
    """Ask through the command line, with FOOTNOTE_OFFLINE set and a chat model at `url`, and return what is printed."""
    done = subprocess.run(
        [sys.executable, "-m", "bot.surfaces.cli.app", "ask", "--library", str(library), "When was the deal signed?"],
        capture_output=True,
        text=True,
        check=False,
        cwd=library.parent,
        env={
            **{k: v for k, v in os.environ.items() if not k.startswith("FOOTNOTE_")},
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "FOOTNOTE_OFFLINE": "1",
            "FOOTNOTE_MODEL": "some-model",
            "FOOTNOTE_MODEL_URL": url,
        },
    )
    return done.stdout + done.stderr


def test_the_setting_stops_a_model_elsewhere_and_lets_one_on_this_machine_answer(tmp_path: Path) -> None:
    """With FOOTNOTE_OFFLINE=1 a question is quoted and says why; a server on loopback writes its answer."""
    pytest.importorskip("langchain_openai")
    (tmp_path / "deal.txt").write_text("The deal was signed in Tokyo on October 28, 2025.\n", encoding="utf-8")
    with Library.open(tmp_path / "library", create=True) as library:
        sync(library, [tmp_path / "deal.txt"])
    stopped = ask_offline(tmp_path / "library", "http://192.0.2.1/v1")
    assert "A connection that leaves this machine was stopped: FOOTNOTE_OFFLINE is set." in " ".join(stopped.split())
    assert "The deal was signed in Tokyo on October 28, 2025." in stopped
    plan = Plan(words=("The deal was signed ", "in Tokyo [1]."))
    with serving(openai_stream, plan, "text/event-stream") as address:
        answered = ask_offline(tmp_path / "library", f"{address}/v1")
    assert len(plan.requests) == 1
    assert "The deal was signed in Tokyo." in answered
    assert "FOOTNOTE_OFFLINE" not in answered


def test_pulling_is_refused_before_it_begins() -> None:
    """`models pull` says that it needs the network."""
    done = offline(
        """
        import tempfile
        from bot.models.catalogue import known
        from bot.models.download import pull
        for name in ("smollm2-135m", "qwen2.5-0.5b"):
            try:
                pull(known(name), cache=tempfile.mkdtemp())
            except Offline as error:
                print(error.message)
        """
    )
    assert done.stdout.count("needs the network, and FOOTNOTE_OFFLINE is set.") == 2, done.stderr
