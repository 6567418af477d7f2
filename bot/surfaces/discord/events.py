"""What Discord sends, read: which messages are questions to us, and where the answer belongs."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import discord

from bot.surfaces.chat.access import Audience

if TYPE_CHECKING:
    from bot.settings.settings import Settings

_READABLE = (discord.MessageType.default, discord.MessageType.reply)
_MENTION = re.compile(r"<(@[!&]?|#)(\d+)>")


@dataclass(frozen=True, slots=True)
class Question:
    """A question that somebody put to us.

    Attributes:
        text: The words, without our name.
        place: Key of the conversation.
        person: Key of who asks.
        places: Ids of thread, channel, category and server, the nearest first.
        audience: Who may read the answer.
    """

    text: str
    place: str
    person: str
    places: tuple[str, ...]
    audience: Audience


def read_question(
    message: discord.Message,
    me: discord.abc.User,
    settings: Settings,
    *,
    in_thread: Callable[[str], bool],
    place_of: Callable[[int], str],
) -> Question | None:
    """Return the question of a message, or None where it is not for us.

    Args:
        message: A new message; edits come as another event and are never questions.
        me: Our own account.
        settings: Allow-lists, follow-ups, bots.
        in_thread: Whether we answered before in the conversation with this key.
        place_of: Returns the conversation of one of our messages, or "".
    """
    if message.type not in _READABLE or message.author.id == me.id or message.flags.ephemeral:
        return None
    bot = message.author.bot or message.webhook_id is not None
    mentioned = any(user.id == me.id for user in message.mentions)
    if bot and not (settings.chat_bots and mentioned):
        return None
    places = places_of(message.channel)
    if not allowed(settings, places, direct=message.guild is None):
        return None
    place = _conversation(message, me, place_of)
    for_us = mentioned or message.guild is None or _answers_us(message, me)
    others = any(user.id != me.id for user in message.mentions) or bool(message.role_mentions)
    follows = settings.chat_follow_ups and isinstance(message.channel, discord.Thread) and not others
    if not for_us and not (follows and message.content and in_thread(place)):
        return None
    person = f"discord:{message.author.id}"
    return Question(plain_words(message, me), place, person, places, audience_of(message.channel))


def places_of(channel: object) -> tuple[str, ...]:
    """Return the ids by which a channel may be named in settings: itself, its parents, its server."""
    parent = getattr(channel, "parent", None)
    ids = (
        getattr(channel, "id", None),
        getattr(channel, "parent_id", None),
        getattr(channel, "category_id", None) or getattr(parent, "category_id", None),
        getattr(getattr(channel, "guild", None), "id", None),
    )
    return tuple(dict.fromkeys(str(number) for number in ids if number))


def allowed(settings: Settings, places: tuple[str, ...], *, direct: bool) -> bool:
    """Whether the allow-lists let us answer there. Direct messages belong to no server or channel."""
    if direct:
        return not settings.discord_servers and not settings.discord_channels
    if not places:
        return False
    servers, channels = set(settings.discord_servers), set(settings.discord_channels)
    return (not servers or places[-1] in servers) and (not channels or bool(channels & set(places[:-1])))


def audience_of(channel: object) -> Audience:
    """Return who can read a channel: everybody of the server, invited people, or one person."""
    if isinstance(channel, discord.DMChannel):
        return "direct"
    if isinstance(channel, discord.Thread):
        return "private" if channel.is_private() or channel.parent is None else audience_of(channel.parent)
    if isinstance(channel, discord.abc.GuildChannel):
        open_to_all = channel.permissions_for(channel.guild.default_role).view_channel
        return "public" if open_to_all else "private"
    return "public"


def plain_words(message: discord.Message, me: discord.abc.User) -> str:
    """Return a message's words: our mention gone, other people, roles and channels by their names."""
    names = {user.id: user.display_name for user in message.mentions}
    names |= {role.id: role.name for role in message.role_mentions}
    names |= {channel.id: channel.name for channel in message.channel_mentions}

    def word(match: re.Match[str]) -> str:
        sign, number = match[1], int(match[2])
        if number == me.id and sign.startswith("@"):
            return ""
        return f"{sign[0]}{names.get(number, number)}"

    return re.sub(" +", " ", _MENTION.sub(word, message.content)).strip()


def _answers_us(message: discord.Message, me: discord.abc.User) -> bool:
    answered = message.reference.resolved if message.reference else None
    return isinstance(answered, discord.Message) and answered.author.id == me.id


def _conversation(message: discord.Message, me: discord.abc.User, place_of: Callable[[int], str]) -> str:
    """Return the key of the conversation: a thread, a direct message, or a chain of replies in a channel."""
    if message.guild is None or isinstance(message.channel, discord.Thread):
        return f"discord:{message.channel.id}"
    answered = message.reference.message_id if message.reference else None
    earlier = place_of(answered) if answered and _answers_us(message, me) else ""
    return earlier or f"discord:{message.channel.id}:{message.id}"
