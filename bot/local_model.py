"""A GGUF file in this process, through xllamacpp (llama.cpp's server as a library).

One engine a process, one thread that answers questions in the order in which they came: on a few cores
two questions at once are not faster, and each has the whole context. The fixed start of the prompt is kept
between questions. A question that nobody waits for any more is skipped, or stopped if it is running.

llama.cpp's server class also listens on a random port of the loopback interface. It cannot be switched
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
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bot.chat_model import Finish, Message, Reply
from bot.errors import ExtraMissing, ModelError
from bot.gguf import read_header
from bot.memory import gigabytes, memory_needed, memory_total
from bot.model_errors import ContextTooLong

DEFAULT_CONTEXT = 4_096
_MOST_THREADS = 16
_CACHE_MEGABYTES = 0


class LocalModel:
    """A chat model from a GGUF file. Opening reads the header only; the first question loads the rest.

    Args:
        path: The file.
        name: What a person calls it.
        context: Tokens of context; 0 for 4,096, never more than the model was trained for.
        threads: Threads; 0 for one a core, half of them on a busy machine.

    Raises:
        ExtraMissing: xllamacpp is not installed.
        ModelError: The file is missing or no GGUF file, or it cannot fit into memory.
    """

    place = "this machine"
    structured = False

    def __init__(self, path: Path, *, name: str = "", context: int = 0, threads: int = 0) -> None:
        _require()
        self.path = path
        self.header = read_header(path)
        self._name = name or f"local:{path}"
        trained = self.header.context or context or DEFAULT_CONTEXT
        self._context = min(context or DEFAULT_CONTEXT, trained)
        self._threads = threads or free_cores()
        self._key = (str(path.resolve()), self._context, self._threads)
        needed, total = memory_needed(self.header, self._context), memory_total()
        if total is not None and needed > total:
            raise ModelError(
                f"{path.name} needs about {gigabytes(needed)} of memory; this machine has "
                f"{gigabytes(total)}.",
                remedy="Choose a smaller model (`footnote models`) or a shorter context.",
            )

    @property
    def name(self) -> str:
        """Name as it is set."""
        return self._name

    @property
    def context(self) -> int:
        """Tokens that prompt and answer may have together."""
        return self._context

    @property
    def control_tokens(self) -> tuple[str, ...]:
        """Texts that the model's tokenizer reads as control tokens."""
        return self.header.control_tokens

    def warm(self) -> None:
        """Load the file now instead of at the first question."""
        _engine_for(self._key)

    def count(self, text: str) -> int:
        """Return the tokens of `text` by the model's own tokenizer."""
        return _engine_for(self._key).count(text)

    def stream(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        schema: Mapping[str, Any] | None = None,
    ) -> Reply:
        """Return the reply as it arrives; it waits its turn behind earlier questions."""
        request: dict[str, Any] = {
            "messages": [{"role": role, "content": text} for role, text in messages],
            "max_tokens": max_tokens,
            "temperature": 0,
            "cache_prompt": True,
            "stream": True,
            "stream_options": {"include_usage": True},
            "return_progress": True,
            "chat_template_kwargs": {"enable_thinking": False},
        }
        if schema is not None:
            request["json_schema"] = dict(schema)
        job = _Job(request)
        reply = Reply(self._pieces(job))
        job.reply = reply
        return reply

    def _pieces(self, job: _Job) -> Generator[str, None, Finish]:
        while not (engine := _engine_for(self._key)).submit(job):
            pass
        try:
            while True:
                try:
                    item = job.out.get(timeout=1.0)
                except queue.Empty:
                    if engine.alive():
                        continue
                    raise ModelError("The local model stopped.", remedy="Ask again.") from None
                if isinstance(item, Exception):
                    raise item
                if isinstance(item, _End):
                    return item.finish
                yield item
        finally:
            job.cancelled.set()

    def close(self) -> None:
        """Stop what runs and give the memory back."""
        _close_engine(self._key)


@dataclass(frozen=True, slots=True)
class _End:
    finish: Finish


@dataclass(eq=False)
class _Job:
    request: dict[str, Any]
    out: queue.SimpleQueue[str | _End | Exception] = field(default_factory=queue.SimpleQueue)
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
        for choice in chunk.get("choices", ()):
            text = choice.get("delta", {}).get("content")
            if text:
                self.out.put(text)
            if choice.get("finish_reason") == "length":
                self.finish = "length"
        return False


class _Engine:
    """llama.cpp with one model, and the thread that feeds it one question after the other."""

    def __init__(self, key: tuple[str, int, int]) -> None:
        self.key = key
        self.process = os.getpid()
        self._secret = secrets.token_urlsafe(32)
        self._server: Any = _load(key, self._secret)
        address = urlsplit(str(self._server.listening_address))
        self._host, self._port = str(address.hostname), int(address.port or 0)
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._closed = False
        self._stopping = threading.Event()
        self._worker = threading.Thread(target=self._work, name="footnote-local-model", daemon=True)
        self._worker.start()

    def submit(self, job: _Job) -> bool:
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

    def _answer(self, job: _Job) -> None:
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
        job.out.put(job.error or _End(job.finish))


_engine: _Engine | None = None
_engine_lock = threading.Lock()


def _engine_for(key: tuple[str, int, int]) -> _Engine:
    """Return the process's engine, loaded with this model; another model is unloaded first."""
    global _engine
    with _engine_lock:
        if _engine is not None and _engine.process != os.getpid():
            _engine = None  # a forked child has the memory but not the threads
        if _engine is not None and _engine.key != key:
            _engine.close(wait_for_questions=True)
            _engine = None
        if _engine is None:
            _engine = _Engine(key)
        return _engine


def _close_engine(key: tuple[str, int, int] | None = None) -> None:
    global _engine
    with _engine_lock:
        if _engine is None or (key is not None and _engine.key != key) or _engine.process != os.getpid():
            return
        _engine.close(wait_for_questions=False)
        _engine = None


atexit.register(_close_engine)


def _load(key: tuple[str, int, int], secret: str) -> Any:
    path, context, threads = key
    xllamacpp = _require()
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


def _require() -> Any:
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
            f"The prompt has {found.get('n_prompt_tokens', '?')} tokens; the context holds "
            f"{found.get('n_ctx', '?')}.",
            remedy="Set a longer context (FOOTNOTE_MODEL_CONTEXT) or fewer passages (FOOTNOTE_PASSAGES).",
        )
    return ModelError(f"The local model failed (error {found.get('code', '?')}).", remedy="Ask again.")


def free_cores() -> int:
    """Return how many threads to compute with: a core each, half of them on a busy machine.

    All threads wait for the slowest at every layer. On two cores with a load of ten, one thread wrote 23 to
    29 tokens a second and two wrote 5.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    busy = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    return max(1, min(cores, _MOST_THREADS) // (2 if busy > cores else 1))
