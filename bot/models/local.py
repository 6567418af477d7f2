"""A GGUF file as a chat model in this process, through xllamacpp. `local_engine.py` runs it."""

from __future__ import annotations

import os
import queue
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.errors import ModelError
from bot.models.chat_model import Finish, Message, Reply
from bot.models.engine import End, Engine, Job, engine_for, hold, release, require
from bot.models.gguf import read_header
from bot.models.memory import gigabytes, memory_needed, memory_total

DEFAULT_CONTEXT = 4_096
LITTLE_THOUGHT = {"enable_thinking": False, "thinking": False, "reasoning_effort": "low"}
"""What families of templates are told so that no or few thoughts come first; others do not look at it."""
SMALL = 400_000_000
"""Parameters below which a model is held to what one sentence of the sources says."""
SMALL_COVERED = 0.95
"""Share of its statements, by weight, that one sentence must hold (docs/models.md)."""
_MOST_THREADS = 16
_LOOK_AROUND = 0.25
"""Seconds after which a question that waits looks whether anybody still waits for it."""


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
        require()
        self.path = path
        self.header = read_header(path)
        self._name = name or f"local:{path}"
        trained = self.header.context or context or DEFAULT_CONTEXT
        self._context = min(context or DEFAULT_CONTEXT, trained)
        self._threads = threads or free_cores()
        self._key = (str(path.resolve()), self._context, self._threads)
        self._held = False
        needed, total = memory_needed(self.header, self._context), memory_total()
        if total is not None and needed > total:
            raise ModelError(
                f"{path.name} needs about {gigabytes(needed)} of memory; this machine has {gigabytes(total)}.",
                remedy="Choose a smaller model (`footnote models`) or a shorter context.",
            )

    @property
    def name(self) -> str:
        """Name as it is set."""
        return self._name

    @property
    def identity(self) -> str:
        """The file as it is, so that another file at its path is another model."""
        state = self.path.stat()
        return f"{self.path.resolve()} {state.st_size} {state.st_mtime_ns}"

    @property
    def context(self) -> int:
        """Tokens that prompt and answer may have together."""
        return self._context

    @property
    def control_tokens(self) -> tuple[str, ...]:
        """Texts that the model's tokenizer reads as control tokens."""
        return self.header.control_tokens

    @property
    def least_covered(self) -> float:
        """Share of a statement that one sentence of the sources must hold; 0 for the ordinary check alone."""
        return SMALL_COVERED if 0 < self.header.parameters < SMALL else 0.0

    def warm(self) -> None:
        """Load the file now instead of at the first question."""
        self._engine()

    def count(self, text: str) -> int:
        """Return the tokens of `text` by the model's own tokenizer."""
        return self._engine().count(text)

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
            "chat_template_kwargs": LITTLE_THOUGHT,
        }
        if schema is not None:
            request["json_schema"] = dict(schema)
        job = Job(request)
        reply = Reply(self._pieces(job))
        job.reply, job.cancelled = reply, reply.cancelled
        return reply

    def _pieces(self, job: Job) -> Generator[str, None, Finish]:
        while not (engine := self._engine()).submit(job):
            pass
        try:
            while True:
                try:
                    item = job.out.get(timeout=_LOOK_AROUND)
                except queue.Empty:
                    if job.cancelled.is_set():
                        return "closed"
                    if engine.alive():
                        continue
                    raise ModelError("The local model stopped.", remedy="Ask again.") from None
                if isinstance(item, Exception):
                    raise item
                if isinstance(item, End):
                    return "closed" if job.cancelled.is_set() else item.finish
                yield item
        finally:
            job.cancelled.set()

    def close(self) -> None:
        """Stop what runs and give the memory back, unless another object uses the same model."""
        if self._held:
            self._held = False
            release(self._key)

    def _engine(self) -> Engine:
        if not self._held:
            self._held = True
            hold(self._key)
        return engine_for(self._key)


def free_cores() -> int:
    """Return how many threads to compute with: a core each, half of them on a busy machine.

    All threads wait for the slowest at every layer. On two cores with a load of ten, one thread wrote 23 to
    29 tokens a second and two wrote 5.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    busy = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    return max(1, min(cores, _MOST_THREADS) // (2 if busy > cores else 1))
