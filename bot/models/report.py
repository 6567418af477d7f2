"""What `footnote doctor` says of a local model: size, memory, and its speed on this machine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from bot.models.chat_model import ChatModel, Message
from bot.models.local import LocalModel
from bot.models.memory import gigabytes, memory_free, memory_needed

_WORDS = (
    "The harbour office keeps a log of every ship that comes in. It notes the name, the hour, the "
    "cargo and the berth. At the end of the month the clerk adds up the tons and sends the sum to the town. "
)
_ANSWER_TOKENS = 32


@dataclass(frozen=True, slots=True)
class ModelReport:
    """What is known of a local model.

    Attributes:
        name: Its own name, or that of the file.
        path: The file.
        size: Bytes of the file.
        context: Tokens of context that it is opened with.
        memory_needed: Bytes of memory, about.
        memory_free: Bytes that are free, or None where the system does not say.
        prompt_speed: Tokens of prompt a second; 0 when not measured.
        answer_speed: Tokens of answer a second; 0 when not measured.
        load_seconds: Time to load the file; 0 when not measured.
    """

    name: str
    path: Path
    size: int
    context: int
    memory_needed: int
    memory_free: int | None
    prompt_speed: float = 0.0
    answer_speed: float = 0.0
    load_seconds: float = 0.0

    @property
    def fits(self) -> bool | None:
        """Whether it fits into free memory; None where that is not known."""
        return None if self.memory_free is None else self.memory_needed <= self.memory_free

    @property
    def words(self) -> str:
        """The report in one or two sentences."""
        room = f"needs about {gigabytes(self.memory_needed)} of memory"
        if self.memory_free is not None:
            room += f", {gigabytes(self.memory_free)} are free"
            room += "" if self.fits else ": it does not fit"
        text = f"{self.name} ({gigabytes(self.size)}) {room}."
        if self.answer_speed:
            reads, writes = f"{self.prompt_speed:,.0f}", f"{self.answer_speed:,.0f}"
            text += f" It reads {reads} and writes {writes} tokens a second here."
        return text


def describe(path: Path, *, context: int = 0, threads: int = 0, measure: bool = True) -> ModelReport:
    """Describe the model at `path`, and time it when asked to.

    Args:
        path: A GGUF file.
        context: Tokens of context; 0 for the default.
        threads: Threads; 0 for one a core.
        measure: Load it and let it write a few words; takes seconds.

    Raises:
        ExtraMissing: xllamacpp is not installed.
        ModelError: The file is missing or damaged, or the model fails.
    """
    model = LocalModel(path, context=context, threads=threads)
    prompt_speed = answer_speed = load_seconds = 0.0
    free = memory_free()
    if measure:
        began = perf_counter()
        model.warm()
        load_seconds = perf_counter() - began
        prompt_speed, answer_speed = speeds(model)
    return ModelReport(
        name=model.header.name or path.stem,
        path=path,
        size=model.header.size,
        context=model.context,
        memory_needed=memory_needed(model.header, model.context),
        memory_free=free,
        prompt_speed=prompt_speed,
        answer_speed=answer_speed,
        load_seconds=load_seconds,
    )


def try_model(model: ChatModel) -> tuple[float, float]:
    """Load a model with a short question and time it, as `speeds` does.

    Raises:
        ModelError: It fails, or its server does not answer.
    """
    first = model.stream([("user", "Say yes.")], max_tokens=1)
    next(first.with_thoughts(), None)
    first.close()
    return speeds(model)


def speeds(model: ChatModel) -> tuple[float, float]:
    """Return the tokens a second that a model reads and writes; (0, 0) where it wrote too little to be timed.

    It is given a text of our own to retell. What a server sends at once is counted as one token, and the time in which
    it thinks unseen as time to read.
    """
    messages: list[Message] = [("user", _WORDS * 6 + "Retell this at length.")]
    began = perf_counter()
    reply = model.stream(messages, max_tokens=_ANSWER_TOKENS)
    arrivals: list[float] = []
    for _ in reply.with_thoughts():
        arrivals.append(perf_counter())
        if len(arrivals) >= _ANSWER_TOKENS:  # a server has a limit of its own, which is longer
            break
    reply.close()
    if len(arrivals) < 2:
        return 0.0, 0.0
    read = reply.prompt_tokens or model.count(messages[0][1])
    writing = arrivals[-1] - arrivals[0]
    return read / max(arrivals[0] - began, 1e-6), (len(arrivals) - 1) / max(writing, 1e-6)
