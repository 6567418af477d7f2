"""The options of every command that asks: `ask` and `chat` take the same, and are handed what they mean."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, get_type_hints

from bot.settings.settings import Settings
from bot.surfaces.cli.options import (
    AuthorOption,
    CollectionOption,
    CreatedSinceOption,
    CreatedUntilOption,
    LibraryOption,
    ModelOption,
    NearestOption,
    SentencesOption,
    ShortOption,
    SinceOption,
    SourceOption,
    TagOption,
    TypeOption,
    UntilOption,
    WithheldOption,
    load_settings,
    make_filter,
)
from vectorstore.passage import Filter


@dataclass(frozen=True, slots=True)
class Asking:
    """What the options say.

    Attributes:
        settings: Of this run.
        filter: Which documents are asked; None for all.
    """

    settings: Settings
    filter: Filter | None


def _asking(
    *,
    library: LibraryOption = None,
    model: ModelOption = None,
    sentences: SentencesOption = None,
    collection: CollectionOption = None,
    source: SourceOption = None,
    type_: TypeOption = None,
    since: SinceOption = "",
    until: UntilOption = "",
    author: AuthorOption = None,
    created_since: CreatedSinceOption = "",
    created_until: CreatedUntilOption = "",
    tag: TagOption = None,
    short: ShortOption = None,
    show_nearest: NearestOption = None,
    show_withheld: WithheldOption = None,
) -> Asking:
    settings = load_settings(
        library,
        model=model,
        sentences=sentences,
        short_answers=short,
        show_nearest=show_nearest,
        show_withheld=show_withheld,
    )
    chosen = make_filter(
        collection=collection,
        source=source,
        type_=type_,
        since=since,
        until=until,
        author=author,
        created_since=created_since,
        created_until=created_until,
        tag=tag,
    )
    return Asking(settings, chosen)


def takes_asking_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of asking in the place of its parameter `asking`."""
    own = {name: parameter for name, parameter in inspect.signature(command).parameters.items() if name != "asking"}
    shared = inspect.signature(_asking).parameters

    @wraps(command)
    def wrapped(**given: Any) -> None:
        mine = {name: given.pop(name) for name in own}
        command(**mine, asking=_asking(**given))

    # Typer reads both: the order and defaults from the signature, the types from the annotations.
    positional = [
        parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in (*shared.values(), *own.values())
    ]
    hints = {**get_type_hints(_asking, include_extras=True), **_hints(command, own)}
    wrapped.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [parameter.replace(annotation=hints[parameter.name]) for parameter in positional]
    )
    wrapped.__annotations__ = {parameter.name: hints[parameter.name] for parameter in positional}
    del wrapped.__wrapped__
    return wrapped


def _hints(command: Callable[..., None], own: dict[str, inspect.Parameter]) -> dict[str, Any]:
    hints = get_type_hints(command, include_extras=True)
    return {name: hints[name] for name in own}
