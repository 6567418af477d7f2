"""llama.cpp in this process: one engine, one thread that answers one question after the other.

On a few cores two questions at once are not faster; in turn, each has the whole context, and the fixed
start of the prompt stays in memory between them. A question that nobody waits for any more is skipped, or
stopped if it is running.

llama.cpp's server class also listens on a random port of the loopback interface, which cannot be switched
off; here every path with content asks for a key that never leaves this process.
"""

from __future__ import annotations

import atexit
import gc
import http.client
import json
import os
import queue
import secrets
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bot.errors import ExtraMissing, ModelError
from bot.models.chat_model import Finish, Reply
from bot.models.errors import ContextTooLong

_CACHE_MEGABYTES = 0


@dataclass(frozen=True, slots=True)
class End:
    """The last item of a job's stream."""

    finish: Finish


@dataclass(eq=False)
class Job:
    """One question on its way through the engine.

    Attributes:
        request: What llama.cpp's server is asked, in OpenAI's form.
        out: Pieces of text as they arrive, then one `End` or one error.
        cancelled: Set when nobody waits for the answer any more.
        reply: Told how many tokens the prompt had.
    """

    request: dict[str, Any]
    out: queue.SimpleQueue[str | End | Exception] = field(default_factory=queue.SimpleQueue)
    cancelled: threading.Event = field(default_factory=threading.Event)
    reply: Reply | None = None
    finish: Finish = "stop"
    error: Exception | None = None

    def take(self, chunk: Mapping[str, Any]) -> bool:
        """Take one chunk of the stream; return True to stop the model."""
        if self.cancelled.is_set():
            return True
        if "error" in chunk:
            self.error = _error(chunk["error"])
            return True
        usage = chunk.get("usage")
        if usage and self.reply is not None:
            self.reply.prompt_tokens = int(usage.get("prompt_tokens", 0))
            self.reply.answer_tokens = int(usage.get("completion_tokens", 0))
            details = usage.get("prompt_tokens_details") or {}
            self.reply.cached_tokens = int(details.get("cached_tokens", 0) or 0)
        for choice in chunk.get("choices", ()):
            text = choice.get("delta", {}).get("content")
            if text:
                self.out.put(text)
            if choice.get("finish_reason") == "length":
                self.finish = "length"
        return False


class Engine:
    """llama.cpp with one model, and the thread that feeds it one question after the other."""

    def __init__(self, key: tuple[str, int, int]) -> None:
        self.key = key
        self.process = os.getpid()
        self._secret = secrets.token_urlsafe(32)
        self._server: Any = _load(key, self._secret)
        address = urlsplit(str(self._server.listening_address))
        self._host, self._port = str(address.hostname), int(address.port or 0)
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._closed = False
        self._stopping = threading.Event()
        self._worker = threading.Thread(target=self._work, name="footnote-local-model", daemon=True)
        self._worker.start()

    def submit(self, job: Job) -> bool:
        """Queue a question; False when this engine is closing."""
        with self._lock:
            if not self._closed:
                self._jobs.put(job)
            return not self._closed

    def alive(self) -> bool:
        """Return whether questions are still being answered."""
        return self._worker.is_alive()

    def count(self, text: str) -> int:
        """Count tokens through the loopback door, which works while a question is being answered."""
        link = http.client.HTTPConnection(self._host, self._port, timeout=60)
        try:
            link.request(
                "POST",
                "/tokenize",
                body=json.dumps({"content": text, "add_special": False}).encode("utf-8", "replace"),
                headers={"Authorization": f"Bearer {self._secret}", "Content-Type": "application/json"},
            )
            answer = json.loads(link.getresponse().read())
            return len(answer["tokens"])
        except (OSError, http.client.HTTPException, ValueError, KeyError) as error:
            raise ModelError("The local model stopped.", remedy="Ask again.") from error
        finally:
            link.close()

    def close(self, *, wait_for_questions: bool) -> None:
        """End the thread and free the model; waiting questions are answered first, or refused."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._jobs.put(None)
        if not wait_for_questions:
            self._stopping.set()
        self._worker.join()
        self._server = None
        gc.collect()

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            if self._stopping.is_set():
                job.out.put(ModelError("The local model was closed.", remedy="Ask again."))
            elif not job.cancelled.is_set():
                self._answer(job)

    def _answer(self, job: Job) -> None:
        def take(chunk: Mapping[str, Any]) -> bool:
            # An exception in here would be swallowed by the binding, and the answer would end in silence.
            try:
                return job.take(chunk) or self._stopping.is_set()
            except Exception as error:
                job.error = ModelError(f"The local model failed ({type(error).__name__}).")
                return True

        try:
            left = self._server.handle_chat_completions(job.request, take)
        except Exception as error:  # the binding raises plain RuntimeError and ValueError
            job.error = ModelError(f"The local model failed ({type(error).__name__}).", remedy="Ask again.")
            left = None
        if isinstance(left, Mapping) and "error" in left:
            job.error = _error(left["error"])
        if job.error is None and self._stopping.is_set():
            job.error = ModelError("The local model was closed.", remedy="Ask again.")
        job.out.put(job.error or End(job.finish))


_engine: Engine | None = None
_engine_lock = threading.Lock()
_holders: Counter[tuple[str, int, int]] = Counter()


def engine_for(key: tuple[str, int, int]) -> Engine:
    """Return the process's engine, loaded with this model; another model is unloaded first."""
    global _engine
    with _engine_lock:
        if _engine is not None and _engine.process != os.getpid():
            _engine = None  # a forked child has the memory but not the threads
        if _engine is not None and _engine.key != key:
            _engine.close(wait_for_questions=True)
            _engine = None
        if _engine is None:
            _engine = Engine(key)
        return _engine


def close_engine(key: tuple[str, int, int] | None = None) -> None:
    """Unload the model of this key, or whichever is loaded; waiting questions end with a ModelError."""
    global _engine
    with _engine_lock:
        if _engine is None or (key is not None and _engine.key != key) or _engine.process != os.getpid():
            return
        _engine.close(wait_for_questions=False)
        _engine = None


def hold(key: tuple[str, int, int]) -> None:
    """Count one more model object that uses the engine of this key."""
    with _engine_lock:
        _holders[key] += 1


def release(key: tuple[str, int, int]) -> None:
    """Count one less; the last one unloads the model."""
    with _engine_lock:
        _holders[key] -= 1
        left = _holders[key] > 0
    if not left:
        close_engine(key)


atexit.register(close_engine)


def _load(key: tuple[str, int, int], secret: str) -> Any:
    path, context, threads = key
    xllamacpp = require()
    params = xllamacpp.CommonParams()
    params.model.path = path
    params.n_ctx = context
    params.n_parallel = 1
    for cores in (params.cpuparams, params.cpuparams_batch):
        cores.n_threads = threads
        cores.poll = 0  # waiting threads sleep: spinning ones halve the speed of a busy machine
    params.cache_ram_mib = _CACHE_MEGABYTES
    params.api_keys = [secret]
    params.hostnames = ["127.0.0.1"]
    params.cors_origins = "null"
    params.endpoint_slots = False
    params.ui = False
    params.verbosity = -1
    try:
        return xllamacpp.Server(params)
    except RuntimeError as error:
        raise ModelError(
            f"{Path(path).name} could not be loaded: the file is damaged, of a kind that llama.cpp does not "
            "know, or too large for the free memory.",
            remedy="Fetch it again, or choose a smaller model (`footnote models`).",
        ) from error


def require() -> Any:
    """Return the module xllamacpp, or raise ExtraMissing with the line that installs it."""
    try:
        import xllamacpp
    except ImportError as error:
        raise ExtraMissing(
            "A local chat model needs the package xllamacpp.", remedy='Run: pip install "footnote-bot[local]"'
        ) from error
    return xllamacpp


def _error(found: Mapping[str, Any]) -> ModelError:
    if found.get("type") == "exceed_context_size_error":
        return ContextTooLong(
            f"The prompt has {found.get('n_prompt_tokens', '?')} tokens; the context holds {found.get('n_ctx', '?')}.",
            remedy="Set a longer context (FOOTNOTE_MODEL_CONTEXT) or fewer passages (FOOTNOTE_PASSAGES).",
        )
    return ModelError(f"The local model failed (error {found.get('code', '?')}).", remedy="Ask again.")
