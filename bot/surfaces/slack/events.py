"""What Slack sends, read: which messages are questions to us, and under which names one may come twice."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

_READABLE = (None, "file_share", "thread_broadcast")
"""Subtypes that are a person's own new message. Edits, deletions, joins and all others are not."""

_REFERENCE = re.compile(r"<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>")


@dataclass(frozen=True, slots=True)
class Me:
    """Who we are in a workspace: ids of team, user and bot."""

    team: str
    user: str
    bot: str
    name: str = "Footnote"


@dataclass(frozen=True, slots=True)
class Question:
    """A question that somebody put to us.

    Attributes:
        text: The words, without our name.
        team, channel, user: Ids.
        ts: The message's own timestamp, which is its id in the channel.
        thread: Timestamp of the thread's first message: where the answer goes.
        direct: Whether it came in a direct message.
        kind: Slack's name for the channel ("channel", "group", "im", "mpim"), or "" if it did not say.
        continues: Whether the thread was there before the question.
        shared: Whether people of other workspaces are in the channel (Slack Connect); None if Slack did not say.
    """

    text: str
    team: str
    channel: str
    user: str
    ts: str
    thread: str
    direct: bool = False
    kind: str = ""
    continues: bool = False
    shared: bool | None = None

    @property
    def place(self) -> str:
        """Key of the thread: one conversation."""
        return f"slack:{self.team}:{self.channel}:{self.thread}"

    def as_dict(self) -> dict[str, Any]:
        """Return what a restart needs to ask it again."""
        return asdict(self)


def read_question(
    body: dict[str, Any],
    me: Me,
    *,
    in_thread: Callable[[str], bool],
    follow_ups: bool = True,
    bots: bool = False,
) -> Question | None:
    """Return the question of an event, or None where it is not for us.

    Args:
        body: The event as delivered, with its envelope.
        me: Who we are.
        in_thread: Whether we answered before in the thread with this key.
        follow_ups: Whether such a thread needs no mention.
        bots: Whether other bots that mention us are answered.
    """
    event = body.get("event") or {}
    if event.get("type") not in ("app_mention", "message") or not _written_by_a_person(event, me, bots=bots):
        return None
    text = str(event.get("text") or "")
    channel, ts = str(event.get("channel", "")), str(event.get("ts", ""))
    if not channel or not ts:
        return None
    kind = str(event.get("channel_type") or "")
    direct = kind == "im" or (not kind and channel.startswith("D"))
    thread = str(event.get("thread_ts") or ts)
    team = str(body.get("team_id") or event.get("team") or me.team)
    question = Question(
        plain_words(text, me),
        team,
        channel,
        str(event.get("user", "")),
        ts,
        thread,
        direct,
        kind,
        thread != ts,
        body.get("is_ext_shared_channel"),
    )
    mentioned = event["type"] == "app_mention" or f"<@{me.user}>" in text or f"<@{me.user}|" in text
    if mentioned or (direct and not event.get("bot_id")):
        return question
    follows = follow_ups and question.continues and not event.get("bot_id") and "<@" not in text
    return question if follows and in_thread(question.place) else None


def _written_by_a_person(event: dict[str, Any], me: Me, *, bots: bool) -> bool:
    """Whether the event is a new message by somebody whom we answer: never ourselves, never an edit."""
    user, bot = event.get("user"), event.get("bot_id")
    if user in (me.user, "USLACKBOT") or (bot and bot == me.bot):
        return False
    if event.get("hidden") or event.get("edited") or "message" in event or "previous_message" in event:
        return False
    subtype = event.get("subtype")
    if bot or subtype == "bot_message":
        return bots and subtype in (*_READABLE, "bot_message")
    return bool(user) and subtype in _READABLE


def claim_keys(body: dict[str, Any], question: Question) -> list[str]:
    """Return every name that a delivery of the same question may come under.

    `app_mention` and `message` come for one message with two event ids, a retry keeps the event id, and
    one gesture sent twice by a client keeps its `client_msg_id`.
    """
    keys = [f"slack:message:{question.team}:{question.channel}:{question.ts}"]
    if body.get("event_id"):
        keys.append(f"slack:event:{body['event_id']}")
    client_id = (body.get("event") or {}).get("client_msg_id")
    if client_id:
        keys.append(f"slack:client:{question.team}:{question.channel}:{client_id}")
    return keys


def plain_words(text: str, me: Me) -> str:
    """Return a message's words: our mention gone, links and channels by their names, entities read."""

    def word(match: re.Match[str]) -> str:
        sign, target, label = match[1], match[2], match[3] or ""
        if sign == "@":
            return "" if target == me.user else f"@{label or target}"
        if sign == "#":
            return f"#{label or target}"
        if sign == "!":
            return label
        return label or target

    return re.sub(" +", " ", html.unescape(_REFERENCE.sub(word, text))).strip()


def read_command(body: dict[str, Any]) -> Question:
    """Return the question of a slash command; its `ts` is the id of the gesture."""
    words = html.unescape(_REFERENCE.sub(lambda m: m[3] or m[2], str(body.get("text") or ""))).strip()
    channel = str(body.get("channel_id", ""))
    trigger = str(body.get("trigger_id", ""))
    user, team = str(body.get("user_id", "")), str(body.get("team_id", ""))
    return Question(words, team, channel, user, trigger, trigger, direct=channel.startswith("D"))
