"""Who we are in a Slack workspace, who can read a channel, and so what may be searched from there."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from bot.errors import BotError, SettingError
from bot.surfaces.chat.access import Audience, allowed_collections
from bot.surfaces.slack.events import Me, Question
from bot.surfaces.slack.send import Sender, error_code

if TYPE_CHECKING:
    from bot.settings.settings import Settings

log = logging.getLogger(__name__)

REMEMBERED_SECONDS = 300
"""How long Slack's word on a channel or person holds: one may be made private, or public, at any time."""

_AUDIENCES: dict[str, Audience] = {"channel": "public", "group": "private", "mpim": "private", "im": "direct"}


class Channels:
    """What may be searched from each channel, and by whom.

    Args:
        settings: Channel rules.
        sender: Asks Slack.
        scopes: What the app may ask it; none where Slack does not say.
    """

    def __init__(self, settings: Settings, sender: Sender, scopes: Sequence[str] = ()) -> None:
        self._settings = settings
        self._sender = sender
        self._sees_people = not scopes or "users:read" in scopes
        self._known: dict[str, tuple[float, dict[str, Any]]] = {}

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
        info = self._channel(question.channel)
        return "direct" if info.get("is_im") else "private" if info.get("is_private") else "public"

    def strangers(self, question: Question) -> bool:
        """Return whether a guest asks, or people of other workspaces read along, where no setting names the channel."""
        if question.channel in self._settings.slack_guest_channels:
            return False
        shared = self.shared(question.channel) if question.shared is None else question.shared
        return shared or self.guest(question.user)

    def shared(self, channel: str) -> bool:
        """Return whether people of other workspaces are in a channel."""
        return bool(self._channel(channel).get("is_ext_shared"))

    def guest(self, person: str) -> bool:
        """Return whether a person is a guest or of another workspace.

        In doubt, yes; without the scope `users:read` nobody can be told from a member, which is said at the start.
        """
        if not self._sees_people:
            return False
        info = self._asked(person, lambda: self._sender.idempotent.users_info(user=person)["user"])
        return info is None or any(info.get(sign) for sign in ("is_restricted", "is_ultra_restricted", "is_stranger"))

    def _channel(self, channel: str) -> dict[str, Any]:
        return (
            self._asked(channel, lambda: self._sender.idempotent.conversations_info(channel=channel)["channel"]) or {}
        )

    def _asked(self, id: str, ask: Callable[[], dict[str, Any]]) -> dict[str, Any] | None:
        """Return what Slack says of a channel or person, asked now and then; None where it does not."""
        until, info = self._known.get(id, (0.0, {}))
        if time.monotonic() < until:
            return info
        try:
            info = ask()
        except Exception as error:  # the edge: without the scope, or for what is not ours
            log.warning("a channel or person could not be looked up (%s)", type(error).__name__)
            return None
        self._known[id] = (time.monotonic() + REMEMBERED_SECONDS, info)
        return info


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
