"""Chat models behind LangChain: every provider of `init_chat_model`, and objects that a program passes in.

LangChain is imported when a model is opened, not before. A provider's own retries are off: a busy provider
is waited for once or twice, briefly, and anything else is said at once so that quotes can stand in.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextvars import copy_context
from dataclasses import dataclass
from time import sleep
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from bot.errors import ExtraMissing, SettingError
from bot.models.chat_model import Finish, Message, Reply
from bot.models.errors import ModelBusy, StreamBroken, as_model_error

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

DEFAULT_CONTEXT = 16_384
OLLAMA_CONTEXT = 8_192
ANSWER_TOKENS = 2_000
LONGEST_WAIT = 10.0
_SHORT_WAIT = 1.0
_ATTEMPTS = 3
_FINISH_FIELDS = ("finish_reason", "stop_reason", "done_reason")
_CUT = {"length", "max_tokens", "model_length"}


@dataclass(frozen=True, slots=True)
class _Provider:
    """How one provider is opened.

    Attributes:
        package: Its LangChain package.
        place: Host that text goes to.
        address_variables: Environment variables through which its package lets the address be changed.
        extra: The extra of this project that installs it, or "".
        options: Its names for (limit of answer tokens, silence in seconds); "" where it has none.
    """

    package: str
    place: str
    address_variables: tuple[str, ...] = ()
    extra: str = ""
    options: tuple[str, str] = ("", "")


_PROVIDERS = {
    "openai": _Provider(
        "langchain-openai",
        "api.openai.com",
        ("OPENAI_API_BASE", "OPENAI_BASE_URL"),
        "openai",
        ("max_tokens", "timeout"),
    ),
    "anthropic": _Provider(
        "langchain-anthropic",
        "api.anthropic.com",
        ("ANTHROPIC_API_URL", "ANTHROPIC_BASE_URL"),
        "anthropic",
        ("max_tokens", "timeout"),
    ),
    "ollama": _Provider("langchain-ollama", "127.0.0.1:11434", ("OLLAMA_HOST",), "ollama", ("num_predict", "")),
    "google_genai": _Provider(
        "langchain-google-genai",
        "generativelanguage.googleapis.com",
        (),
        "google",
        ("max_output_tokens", "timeout"),
    ),
}
_WITHOUT_RETRIES = {"openai", "anthropic", "google_genai", "mistralai", "groq"}


class LangChainModel:
    """A LangChain chat model as the answerer sees it.

    Args:
        model: The chat model.
        name: What a person calls it.
        place: Where text goes, in words.
        context: Tokens of prompt and answer together; 0 for a cautious 16,384.
        structure: Takes the chat model and a JSON schema, returns it bound to the schema; None where
            the provider cannot.
        says_finish: Whether the provider ends every whole answer with a reason, so that an end without
            one is a broken stream.
        most_written: Tokens that the provider was told to stop at, thoughts included; 0 where it was not.
        marks_fixed: The provider keeps what does not change only where it is marked; others do so by themselves.
        private: Keep tracing to outside services off whatever the environment says.
    """

    control_tokens: tuple[str, ...] = ()

    def __init__(
        self,
        model: BaseChatModel,
        *,
        name: str,
        place: str,
        context: int = 0,
        structure: Callable[[BaseChatModel, Mapping[str, Any]], Any] | None = None,
        says_finish: bool = False,
        most_written: int = 0,
        marks_fixed: bool = False,
        private: bool = False,
    ) -> None:
        self._model = model
        self._name = name
        self._place = place
        self._context = context or DEFAULT_CONTEXT
        self._structure = structure
        self._says_finish = says_finish
        self._marks_fixed = marks_fixed
        self._private = private
        self.most_written = most_written

    @property
    def name(self) -> str:
        """Name as it is set."""
        return self._name

    @property
    def place(self) -> str:
        """Where text goes."""
        return self._place

    @property
    def identity(self) -> str:
        """Name and place: the same name elsewhere may be another model."""
        return f"{self._name} {self._place}"

    @property
    def context(self) -> int:
        """Tokens of prompt and answer together."""
        return self._context

    @property
    def structured(self) -> bool:
        """Whether the model can be held to a JSON schema."""
        return self._structure is not None

    def count(self, text: str) -> int:
        """Return a cautious estimate of tokens: tokenizers of providers are fetched from elsewhere."""
        wide = sum(1 for character in text if ord(character) > 0x2E7F)
        return wide + (len(text) - wide + 2) // 3 + 1

    def stream(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,  # noqa: ARG002  each provider got its limit when it was opened
        schema: Mapping[str, Any] | None = None,
    ) -> Reply:
        """Return the reply as it arrives."""
        holder: list[Reply] = []
        reply = Reply(self._pieces(messages, schema, holder))
        holder.append(reply)
        return reply

    def _pieces(
        self, messages: Sequence[Message], schema: Mapping[str, Any] | None, holder: list[Reply]
    ) -> Generator[str, None, Finish]:
        for attempt in range(_ATTEMPTS):
            begun = False
            finish = ""
            try:
                for chunk in self._chunks(messages, schema):
                    finish = _finish_of(chunk) or finish
                    _add_usage(holder[0], getattr(chunk, "usage_metadata", None))
                    text = str(chunk.text)
                    if text:
                        begun = True
                        yield text
                    if holder[0].cancelled.is_set():
                        return "closed"
            except Exception as error:  # every provider has its own classes; as_model_error tells them apart
                ours = as_model_error(error, model=self._name, begun=begun)
                if begun or not _worth_waiting(ours, attempt):
                    raise ours from error
                continue
            if self._says_finish and not finish:
                raise StreamBroken(
                    f"The connection to {self._name} ended in the middle of its answer.", remedy="Try again."
                )
            return "length" if finish.lower() in _CUT else "stop"
        return "stop"

    def _chunks(self, messages: Sequence[Message], schema: Mapping[str, Any] | None) -> Iterator[Any]:
        runnable: Any = self._model
        if schema is not None and self._structure is not None:
            runnable = self._structure(self._model, schema)
        context = copy_context()
        if self._private:
            context.run(_without_tracing)
        told: list[Any] = [_marked(message) if self._marks_fixed else message for message in messages]
        chunks = context.run(lambda: iter(runnable.stream(told)))
        nothing = object()
        try:
            while (chunk := context.run(next, chunks, nothing)) is not nothing:
                yield chunk
        finally:
            close = getattr(chunks, "close", None)
            if close is not None:
                context.run(close)

    def close(self) -> None:
        """Nothing to give back: connections belong to the provider's client."""


def open_by_name(
    name: str, *, url: str = "", key: str = "", context: int = 0, seconds: float = 120.0
) -> LangChainModel:
    """Open a provider's model by `provider:name`, or any name at an OpenAI-compatible `url`.

    Raises:
        SettingError: LangChain knows no such provider.
        ExtraMissing: The provider's package is not installed.
        ModelError: The provider's client refuses to start, for want of a key for example.
    """
    provider, short = _split(name, url=url)
    known = _PROVIDERS.get(provider)
    options = _options(provider, url=url, key=key, context=context, seconds=seconds)
    try:
        from langchain.chat_models import init_chat_model

        model = init_chat_model(short, model_provider=provider or None, **options)
    except ImportError as error:
        raise _missing(provider, known) from error
    except ValueError as error:
        if "provider" in str(error).lower():
            raise SettingError(
                f"{name!r} names no provider that LangChain knows.",
                remedy="Write provider:name, for example openai:gpt-5-mini or ollama:qwen3.",
            ) from None
        raise as_model_error(error, model=name) from error
    except Exception as error:  # a provider's client checks keys and names in its own way
        raise as_model_error(error, model=name) from error
    return LangChainModel(
        model,
        name=name,
        place=place_of(name, url=url),
        context=context or (OLLAMA_CONTEXT if provider == "ollama" else 0),
        structure=_structure(provider, url=url),
        says_finish=provider in _PROVIDERS,
        most_written=ANSWER_TOKENS if known and known.options[0] else 0,
        marks_fixed=provider == "anthropic",
        private=True,
    )


def place_of(name: str, *, url: str = "") -> str:
    """Return the host that text goes to, in words."""
    provider, _ = _split(name, url=url)
    known = _PROVIDERS.get(provider)
    address = url
    if not address and known:
        address = next((os.environ[v] for v in known.address_variables if os.environ.get(v)), "")
    if address:
        host = urlsplit(address if "//" in address else f"//{address}").netloc.rpartition("@")[2]
        return host or address
    return known.place if known else f"the provider {provider or name}"


def _split(name: str, *, url: str) -> tuple[str, str]:
    provider, colon, short = name.partition(":")
    provider = provider.replace("-", "_").lower()
    if colon and short and (provider in _PROVIDERS or not url):
        return provider, short
    return ("openai", name) if url else ("", name)


def _options(provider: str, *, url: str, key: str, context: int, seconds: float) -> dict[str, Any]:
    options: dict[str, Any] = {}
    known = _PROVIDERS.get(provider)
    if known:
        limit, silence = known.options
        options |= {limit: ANSWER_TOKENS} if limit else {}
        options |= {silence: seconds} if silence else {}
    if provider in _WITHOUT_RETRIES:
        options["max_retries"] = 0
    if provider == "ollama":
        options["num_ctx"] = context or OLLAMA_CONTEXT
        options |= {"temperature": 0, "client_kwargs": {"timeout": seconds}}
    if url:
        options["base_url"] = url
    if provider == "openai" and url:
        # The key in the environment is OpenAI's; another server gets only the one that was set for it.
        options |= {"api_key": key or "none", "use_responses_api": False, "stream_usage": True}
    elif key and provider != "ollama":
        options["api_key"] = key
    return options


def _structure(provider: str, *, url: str) -> Callable[[BaseChatModel, Mapping[str, Any]], Any] | None:
    if provider == "openai" and not url:
        return lambda model, schema: model.bind(
            response_format={
                "type": "json_schema",
                "json_schema": {"name": "answer", "strict": True, "schema": dict(schema)},
            }
        )
    if provider == "ollama":
        return lambda model, schema: model.bind(format=dict(schema))
    return None


def _missing(provider: str, known: _Provider | None) -> ExtraMissing:
    package = known.package if known else f"langchain-{provider.replace('_', '-')}"
    line = f'pip install "footnote-bot[{known.extra}]"' if known and known.extra else f"pip install {package}"
    return ExtraMissing(f"Chat models of {provider} need the package {package}.", remedy=f"Run: {line}")


def _worth_waiting(error: Exception, attempt: int) -> bool:
    """Wait as long as a busy provider asks, when that is short; return whether to ask again."""
    if not isinstance(error, ModelBusy) or attempt + 1 >= _ATTEMPTS:
        return False
    wait = _SHORT_WAIT if error.retry_after is None else error.retry_after
    if wait > LONGEST_WAIT:
        return False
    sleep(wait)
    return True


def _finish_of(chunk: Any) -> str:
    metadata = getattr(chunk, "response_metadata", None) or {}
    return next((str(metadata[name]) for name in _FINISH_FIELDS if metadata.get(name)), "")


def _marked(message: Message) -> Any:
    """Return a message with the mark that the provider may keep it, where it is the part that never changes."""
    role, text = message
    if role != "system":
        return message
    return (role, [{"type": "text", "text": text, "cache_control": {"type": "ephemeral"}}])


def _add_usage(reply: Reply, usage: Mapping[str, Any] | None) -> None:
    """Add what a chunk says was used: of what a provider tells in parts, LangChain's chunks hold the differences."""
    if not usage:
        return
    reply.prompt_tokens += usage.get("input_tokens") or 0
    reply.answer_tokens += usage.get("output_tokens") or 0
    reply.cached_tokens += (usage.get("input_token_details") or {}).get("cache_read") or 0


def _without_tracing() -> None:
    """Keep LangSmith off in this context: only the model setting decides where text goes."""
    from langsmith.run_helpers import tracing_context

    tracing_context(enabled=False).__enter__()
