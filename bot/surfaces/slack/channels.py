"""Who we are in a Slack workspace, who can read a channel, and so what may be searched from there."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.errors import BotError, SettingError
from bot.surfaces.chat.access import Audience, allowed_collections
from bot.surfaces.slack.events import Me, Question
from bot.surfaces.slack.send import Sender, error_code

if TYPE_CHECKING:
    from bot.settings.settings import Settings

log = logging.getLogger(__name__)

REMEMBERED_SECONDS = 300
"""How long Slack's word on a channel holds: one may be made private, or public, at any time."""

_AUDIENCES: dict[str, Audience] = {"channel": "public", "group": "private", "mpim": "private", "im": "direct"}


class Channels:
    """What may be searched from each channel."""

    def __init__(self, settings: Settings, sender: Sender) -> None:
        self._settings = settings
        self._sender = sender
        self._known: dict[str, tuple[float, Audience]] = {}

    def collections(self, question: Question, existing: Sequence[str]) -> tuple[str, ...] | None:
        """Return the collections that may be searched for a question; () for none, None for all."""
        settings = self._settings
        if not settings.chat_collections and not settings.private_collections:
            return None
        names = allowed_collections(
            settings, places=(question.channel,), audience=self.audience(question), existing=existing
        )
        return names if names is None else tuple(name for name in names if name in existing)

    def audience(self, question: Question) -> Audience:
        """Return who can read a channel. Slack is asked now and then; in doubt everybody can."""
        if question.direct:
            return "direct"
        if question.kind in _AUDIENCES:
            return _AUDIENCES[question.kind]
        until, audience = self._known.get(question.channel, (0.0, "public"))
        if time.monotonic() < until:
            return audience
        try:
            info = self._sender.idempotent.conversations_info(channel=question.channel)["channel"]
        except Exception as error:  # the edge: without the scope, or for a channel that is not ours
            log.warning("a channel could not be looked up (%s); taken as public", type(error).__name__)
            return "public"
        audience = "direct" if info.get("is_im") else "private" if info.get("is_private") else "public"
        self._known[question.channel] = (time.monotonic() + REMEMBERED_SECONDS, audience)
        return audience


def who_am_i(sender: Sender) -> tuple[Me, tuple[str, ...]]:
    """Return who we are and which scopes we have; none where Slack does not say."""
    from slack_sdk.errors import SlackApiError

    try:
        who = sender.idempotent.auth_test()
    except SlackApiError as error:
        raise SettingError(
            f"Slack refuses the bot token ({error_code(error)}).",
            remedy="Copy it from your app's page, OAuth & Permissions, Bot User OAuth Token (docs/slack.md).",
        ) from error
    except OSError as error:
        raise BotError("Slack cannot be reached.", remedy="Check the connection and any proxy.") from error
    name = str(who.get("user") or "Footnote")
    me = Me(str(who["team_id"]), str(who["user_id"]), str(who.get("bot_id") or ""), name)
    headers = {header.lower(): value for header, value in (who.headers or {}).items()}
    scopes = headers.get("x-oauth-scopes", "")
    scopes = ",".join(scopes) if isinstance(scopes, list) else str(scopes)
    return me, tuple(scope.strip() for scope in scopes.split(",") if scope.strip())
