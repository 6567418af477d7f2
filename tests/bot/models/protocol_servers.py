"""Local servers that speak the wire formats of OpenAI, Anthropic, Google and Ollama, with their failures."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

WORDS = ("The deal ", "was signed ", "in Tokyo [1].")


@dataclass
class Plan:
    """How the server answers next.

    Attributes:
        statuses: Status of each request in turn; the last one stays.
        headers: Headers of an error.
        error: Body of an error.
        words: Pieces of the answer.
        thought: What a reasoning model thinks first, in the fields that servers have for it.
        break_after: Close the connection after so many pieces.
        silence: Seconds of silence before the answer.
        requests: Bodies of the requests so far.
        seen_headers: Their headers.
    """

    statuses: list[int] = field(default_factory=lambda: [200])
    headers: dict[str, str] = field(default_factory=dict)
    error: dict[str, Any] = field(default_factory=dict)
    words: tuple[str, ...] = WORDS
    thought: str = ""
    break_after: int | None = None
    silence: float = 0.0
    finish: str = "stop"
    requests: list[dict[str, Any]] = field(default_factory=list)
    seen_headers: list[dict[str, str]] = field(default_factory=list)

    def next_status(self) -> int:
        """Return the status of the next request."""
        return self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]


@contextmanager
def serving(speak: Callable[[Plan], Iterator[bytes]], plan: Plan, media_type: str) -> Iterator[str]:
    """Serve `speak` on loopback; yields the address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            size = int(self.headers.get("content-length") or 0)
            plan.requests.append(json.loads(self.rfile.read(size) or b"{}"))
            plan.seen_headers.append({k.lower(): v for k, v in self.headers.items()})
            status = plan.next_status()
            if plan.silence:
                time.sleep(plan.silence)
            if status != 200:
                self._fail(status)
                return
            self.send_response(200)
            self.send_header("content-type", media_type)
            self.send_header("transfer-encoding", "chunked")
            self.end_headers()
            for number, piece in enumerate(speak(plan)):
                if plan.break_after is not None and number >= plan.break_after:
                    self.wfile.flush()
                    self.close_connection = True
                    self.connection.close()
                    return
                self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
                self.wfile.flush()
            self.wfile.write(b"0\r\n\r\n")

        def _fail(self, status: int) -> None:
            body = json.dumps(plan.error or {"error": {"message": "no", "type": "error"}}).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            for name, value in plan.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def openai_stream(plan: Plan) -> Iterator[bytes]:
    """Yield server-sent events of /v1/chat/completions."""

    def event(delta: dict[str, Any], finish: str | None = None) -> bytes:
        chunk = {
            "id": "chatcmpl-1",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": "m",
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
        }
        return f"data: {json.dumps(chunk)}\n\n".encode()

    yield event({"role": "assistant", "content": ""})
    if plan.thought:
        yield event({"content": None, "reasoning_content": plan.thought})  # llama.cpp, vLLM, LM Studio, DeepSeek
        yield event({"content": "", "reasoning": plan.thought})  # Ollama, OpenRouter, newer vLLM
    for word in plan.words:
        yield event({"content": word})
    yield event({}, plan.finish)
    usage = {
        "prompt_tokens": 12,
        "completion_tokens": 9,
        "total_tokens": 21,
        "prompt_tokens_details": {"cached_tokens": 8},
    }
    told = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": []}
    yield f"data: {json.dumps({**told, 'usage': usage})}\n\n".encode()
    yield b"data: [DONE]\n\n"


def anthropic_stream(plan: Plan) -> Iterator[bytes]:
    """Yield server-sent events of /v1/messages."""

    def event(kind: str, **body: Any) -> bytes:
        return f"event: {kind}\ndata: {json.dumps({'type': kind, **body})}\n\n".encode()

    message = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": 12, "output_tokens": 1},
    }
    yield event("message_start", message=message)
    if plan.thought:
        yield event("content_block_start", index=0, content_block={"type": "thinking", "thinking": "", "signature": ""})
        yield event("content_block_delta", index=0, delta={"type": "thinking_delta", "thinking": plan.thought})
        yield event("content_block_delta", index=0, delta={"type": "signature_delta", "signature": "c2ln"})
        yield event("content_block_stop", index=0)
    place = 1 if plan.thought else 0
    yield event("content_block_start", index=place, content_block={"type": "text", "text": ""})
    for word in plan.words:
        yield event("content_block_delta", index=place, delta={"type": "text_delta", "text": word})
    yield event("content_block_stop", index=place)
    # Anthropic counts what it had cached apart from the rest of the prompt.
    usage = {"input_tokens": 4, "cache_read_input_tokens": 8, "cache_creation_input_tokens": 0, "output_tokens": 9}
    reason = {"stop": "end_turn", "length": "max_tokens"}[plan.finish]
    yield event("message_delta", delta={"stop_reason": reason, "stop_sequence": None}, usage=usage)
    yield event("message_stop")


def google_stream(plan: Plan) -> Iterator[bytes]:
    """Yield server-sent events of :streamGenerateContent; each tells the counts so far."""

    def event(text: str, written: int, finish: str = "") -> bytes:
        candidate: dict[str, Any] = {"content": {"parts": [{"text": text}], "role": "model"}, "index": 0}
        usage = {"promptTokenCount": 12, "cachedContentTokenCount": 8, "candidatesTokenCount": written}
        body = {"candidates": [candidate], "usageMetadata": {**usage, "totalTokenCount": 12 + written}}
        if finish:
            candidate["finishReason"] = finish
        return f"data: {json.dumps({**body, 'modelVersion': 'm', 'responseId': 'r'})}\n\n".encode()

    for number, word in enumerate(plan.words):
        yield event(word, 2 + number)
    yield event("", 9, {"stop": "STOP", "length": "MAX_TOKENS"}[plan.finish])


def ollama_stream(plan: Plan) -> Iterator[bytes]:
    """Yield lines of /api/chat."""
    if plan.thought:
        thinking = {"role": "assistant", "content": "", "thinking": plan.thought}
        yield json.dumps(
            {"model": "m", "created_at": "2026-01-01T00:00:00Z", "message": thinking, "done": False}
        ).encode()
        yield b"\n"
    for word in plan.words:
        line = {
            "model": "m",
            "created_at": "2026-01-01T00:00:00Z",
            "message": {"role": "assistant", "content": word},
            "done": False,
        }
        yield json.dumps(line).encode() + b"\n"
    end = {
        "model": "m",
        "created_at": "2026-01-01T00:00:00Z",
        "message": {"role": "assistant", "content": ""},
        "done": True,
        "done_reason": plan.finish,
        "total_duration": 1,
        "load_duration": 1,
        "prompt_eval_count": 12,
        "prompt_eval_duration": 1,
        "eval_count": 9,
        "eval_duration": 1,
    }
    yield json.dumps(end).encode() + b"\n"
