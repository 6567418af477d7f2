"""Which collections a channel may search."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from bot.settings.settings import Settings

Audience = Literal["public", "private", "direct"]
"""public: anybody of the workspace or server may read along. private: invited people. direct: one person."""


def channel_rules(settings: Settings) -> dict[str, tuple[str, ...]]:
    """Return the collections by channel of the setting `chat_collections`."""
    rules = {}
    for entry in settings.chat_collections:
        channel, _, names = entry.partition("=")
        rules[channel.strip()] = tuple(name.strip() for name in names.split("+") if name.strip())
    return rules


def allowed_collections(
    settings: Settings, *, places: Sequence[str], audience: Audience, existing: Iterable[str]
) -> tuple[str, ...] | None:
    """Return the collections that may be searched, () for none, None for all.

    A private collection needs a private channel that is named in `chat_collections`: what is said in a
    public channel, or in a direct message that anybody may begin, is open to everybody.

    Args:
        settings: For `chat_collections` and `private_collections`.
        places: Ids by which the channel may be named, the nearest first: thread, channel, category, server.
        audience: Who may read the answer.
        existing: Names of the library's collections.
    """
    rules = channel_rules(settings)
    named = next((rules[place] for place in places if place in rules), None)
    chosen = named
    if chosen is None:
        chosen = rules.get("direct") if audience == "direct" else None
    if chosen is None:
        chosen = rules.get("*")
    private = set(settings.private_collections)
    if chosen is None and not private:
        return None
    names = tuple(existing) if chosen is None else chosen
    if audience == "private" and named is not None:
        return names
    return tuple(name for name in names if name not in private)
