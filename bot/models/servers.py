"""Model servers on this machine: Ollama, LM Studio, vLLM, llama.cpp, found by what they list at their usual ports.

Only loopback is asked, whatever the environment names, and never through a proxy. What is sent is the request for
the list, without a key, a question or a word about Footnote. Whatever else answers at such a port is passed over.
"""

from __future__ import annotations

import http.client
import json
import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from bot.loopback import is_loopback

HERE = "127.0.0.1"
_ANYWHERE = ("0.0.0.0", "::", "")
"""What a server listens on that listens on every address: loopback among them."""
SECONDS = 1.5
"""Longest time that all servers together are given; one that runs here lists its models in milliseconds."""
_LONGEST = 4 << 20


@dataclass(frozen=True, slots=True)
class Server:
    """A program that may listen here.

    Attributes:
        name: What a person calls it.
        key: What the names of its models begin with.
        port: Where it listens unless it is told otherwise.
        path: What lists its models.
        read: Reads that list; None for one of another kind.
        base: What follows the address in the setting `model_url`.
    """

    name: str
    key: str
    port: int
    path: str
    read: Callable[[Any], list[Listing] | None]
    base: str = "/v1"


@dataclass(frozen=True, slots=True)
class Listing:
    """A model as its server lists it; 0 and "" for what is not said.

    Attributes:
        id: Its name there.
        kind: "embedding", "elsewhere" for one that the server only passes on, or "".
        size: Bytes of its file.
        context: Tokens that prompt and answer may have together.
    """

    id: str
    kind: str = ""
    size: int = 0
    context: int = 0


@dataclass(frozen=True, slots=True)
class Answering:
    """A server that answered.

    Attributes:
        server: Which.
        address: Where, "http://127.0.0.1:11434".
        models: What it lists.
    """

    server: Server
    address: str
    models: tuple[Listing, ...]


def servers_here(environ: Mapping[str, str] | None = None, *, seconds: float = 0.0) -> list[Answering]:
    """Ask the usual ports of this machine, all at once; return what answered in time, in a fixed order."""
    environ = os.environ if environ is None else environ
    seconds = seconds or SECONDS
    asked = [(server, _port(server, environ)) for server in SERVERS]
    answers: dict[int, Answering] = {}

    def ask(index: int, server: Server, port: int) -> None:
        if answer := _ask(server, port, seconds=seconds):
            answers[index] = answer

    threads = [
        threading.Thread(target=ask, args=(index, *one), name="footnote-model-servers", daemon=True)
        for index, one in enumerate(asked)
    ]
    for thread in threads:
        thread.start()
    until = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))
    return [answers[index] for index in sorted(answers)]


def ollama_elsewhere(environ: Mapping[str, str] | None = None) -> bool:
    """Tell whether the environment sends `ollama:` to another place than this machine's usual port."""
    environ = os.environ if environ is None else environ
    host, port = _ollama_host(environ)
    return bool(environ.get("OLLAMA_HOST")) and not (is_loopback(host) and port)


def _port(server: Server, environ: Mapping[str, str]) -> int:
    if server.key != "ollama" or not environ.get("OLLAMA_HOST"):
        return server.port
    host, port = _ollama_host(environ)
    return port if port and (is_loopback(host) or host in _ANYWHERE) else server.port


def _ollama_host(environ: Mapping[str, str]) -> tuple[str, int]:
    """Return host and port of OLLAMA_HOST; the port is 0 where that cannot be read."""
    given = environ.get("OLLAMA_HOST", "").strip()
    try:
        parts = urlsplit(given if "//" in given else f"//{given}")
        return parts.hostname or "", parts.port or 11_434
    except ValueError:
        return "", 0


def _ask(server: Server, port: int, *, seconds: float) -> Answering | None:
    address = f"http://{HERE}:{port}"
    link = http.client.HTTPConnection(HERE, port, timeout=seconds)
    try:
        link.request("GET", server.path)
        answer = link.getresponse()
        body = answer.read(_LONGEST)
        if answer.status != 200:  # one that asks for a key is not given any
            return None
        models = server.read(json.loads(body))
    except (OSError, http.client.HTTPException, ValueError, RecursionError):
        return None
    finally:
        link.close()
    return Answering(server, address, tuple(models)) if models is not None else None


def _rows(data: Any, field: str) -> list[Mapping[str, Any]]:
    rows = data.get(field) if isinstance(data, Mapping) else None
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _number(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def _ollama(data: Any) -> list[Listing] | None:
    if not isinstance(data, Mapping) or "models" not in data:
        return None
    found = []
    for row in _rows(data, "models"):
        details = row.get("details")
        family = _text(details.get("family")) if isinstance(details, Mapping) else ""
        kind = "embedding" if "bert" in family.lower() else ""
        if row.get("remote_host") or row.get("remote_model"):
            kind = "elsewhere"
        found.append(Listing(_text(row.get("model")) or _text(row.get("name")), kind, _number(row.get("size"))))
    return [one for one in found if one.id]


def _lm_studio(data: Any) -> list[Listing] | None:
    rows = _rows(data, "data")
    if not any("state" in row and "compatibility_type" in row for row in rows):
        return None
    found = []
    for row in rows:
        context = _number(row.get("loaded_context_length"))
        kind = "embedding" if _text(row.get("type")).startswith("embedding") else ""
        found.append(Listing(_text(row.get("id")), kind, context=context))
    return [one for one in found if one.id]


def _owned_by(owner: str) -> Callable[[Any], list[Listing] | None]:
    def read(data: Any) -> list[Listing] | None:
        rows = [row for row in _rows(data, "data") if _text(row.get("owned_by")).lower() == owner]
        found = []
        for row in rows:
            meta = row.get("meta")
            about: Mapping[str, Any] = meta if isinstance(meta, Mapping) else {}
            context = _number(row.get("max_model_len")) or _number(about.get("n_ctx"))
            found.append(Listing(_text(row.get("id")), "", _number(about.get("size")), context))
        return [one for one in found if one.id] or None

    return read


SERVERS = (
    Server("Ollama", "ollama", 11_434, "/api/tags", _ollama, base=""),
    Server("LM Studio", "lmstudio", 1_234, "/api/v0/models", _lm_studio),
    Server("vLLM", "vllm", 8_000, "/v1/models", _owned_by("vllm")),
    Server("llama.cpp", "llamacpp", 8_080, "/v1/models", _owned_by("llamacpp")),
)
"""By what their lists look like a server is known, so that another program at its port is not taken for it."""
