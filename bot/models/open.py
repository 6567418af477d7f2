"""Chat models by name: what one must offer, and the door that opens one.

    quotes                       no chat model
    local:NAME or local:/x.gguf  a GGUF file, in this process (`local_model.py`)
    openai:… anthropic:… ollama:… and every other provider of LangChain's `init_chat_model`
    any name with model_url      an OpenAI-compatible server at that address

A key in the environment alone changes nothing: only the name decides where text goes.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

from bot.errors import SettingError
from bot.models.chat_model import LOCAL, QUOTES, ChatModel

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel


def open_model(
    model: str | BaseChatModel | ChatModel,
    *,
    url: str = "",
    context: int = 0,
    threads: int = 0,
    seconds: float = 120.0,
    key: str = "",
    cache: str = "",
) -> ChatModel | None:
    """Open a chat model by name, or take one that is already there.

    Args:
        model: A name as in the module's text, a LangChain chat model, or a `ChatModel`.
        url: Address of an OpenAI-compatible server; "" for the provider's own.
        context: Tokens of context to use; 0 for the model's default (4,096 local, 8,192 Ollama).
        threads: Threads for a local model; 0 for one a core.
        seconds: Longest silence of a provider.
        key: Key for the server at `url`; a key in the environment is sent to its own provider only.
        cache: Folder that fetched models lie in; "" for the user's cache folder.

    Returns:
        The model, or None for "quotes".

    Raises:
        SettingError: The name means no model.
        ExtraMissing: Its package is not installed; the remedy is the install line.
        ModelError: A local file is missing or damaged.
    """
    if not isinstance(model, str):
        return _passed_in(model, context=context)
    name = model.strip()
    if name == QUOTES:
        return None
    if name.startswith(LOCAL):
        return _open_local(name, context=context, threads=threads, cache=cache)
    if not name or name.endswith(":"):
        raise SettingError(f"The model {model!r} has no name.", remedy="Write provider:name, for example ollama:qwen3.")
    from bot.models.hosted import open_by_name

    return open_by_name(name, url=url, key=key, context=context, seconds=seconds)


def where_text_goes(model: str | object, *, url: str = "") -> str:
    """Say in one sentence who writes answers and where document passages are sent."""
    if not isinstance(model, str):
        return (
            "Answers are written by the chat model that the program passed in; passages are sent where it sends them."
        )
    if model == QUOTES:
        return "Answers are quoted from the documents; nothing is sent anywhere."
    if model.startswith(LOCAL):
        return f"Answers are written by {model} in this process; nothing is sent anywhere."
    from bot.models.hosted import place_of

    place = place_of(model, url=url)
    return f"Answers are written by {model}; questions and document passages are sent to {place}."


def _open_local(name: str, *, context: int, threads: int, cache: str) -> ChatModel:
    from bot.models.catalogue import find
    from bot.models.local import LocalModel

    target = name.removeprefix(LOCAL)
    by_path = target.endswith(".gguf") or "/" in target
    path = Path(target).expanduser() if by_path else find(target, cache=cache)
    return LocalModel(path, name=name, context=context, threads=threads)


def _passed_in(model: BaseChatModel | ChatModel, *, context: int) -> ChatModel:
    if hasattr(model, "count") and hasattr(model, "place"):
        return cast("ChatModel", model)
    from bot.models.hosted import LangChainModel

    return LangChainModel(
        model,
        name=_name_of(model),
        place="the model that was passed in",
        context=context,
    )


def _name_of(model: object) -> str:
    for field in ("model_name", "model"):
        value = getattr(model, field, None)
        if isinstance(value, str) and value:
            return value
    return type(model).__name__
