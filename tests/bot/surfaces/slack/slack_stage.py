"""A stage for Slack tests: the fake Slack, the real surface over its sockets, and a bot with a script."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fake_slack import APP_TOKEN, BOT_TOKEN, SECRET, FakeSlack
from scripted_bot import ScriptedBot

from bot.settings.settings import Settings
from bot.surfaces.chat.store import ChatStore
from bot.surfaces.slack.serve import socket_handler
from bot.surfaces.slack.surface import SlackSurface


@dataclass
class Stage:
    """What a test has in hand."""

    slack: FakeSlack
    bot: ScriptedBot
    surface: SlackSurface
    store: ChatStore

    def wait(self, until: Callable[[], bool], *, seconds: float = 120) -> None:
        """Wait until something holds; fail after a time that is only there to end a hung test."""
        end = time.monotonic() + seconds
        while not until():
            assert time.monotonic() < end, "it did not come to pass"
            time.sleep(0.01)

    def idle(self) -> None:
        """Wait until every delivery is acknowledged and no question is under way."""
        self.wait(self.slack.settled)
        time.sleep(0.15)  # a delivery that is wrongly answered would show up now
        self.wait(lambda: not self.store.database.rows("SELECT 1 FROM jobs LIMIT 1"))

    def answers(self, event: dict[str, Any]) -> list[dict[str, Any]]:
        """Wait for the answer to an event; return our messages in its thread."""
        thread = event.get("thread_ts") or event["ts"]
        self.wait(lambda: bool(self.slack.replies(event["channel"], thread)))
        self.idle()
        return self.slack.replies(event["channel"], thread)


@contextmanager
def slack_stage(
    folder: Path,
    bot: Any,
    *,
    slack: FakeSlack | None = None,
    patience: float = 60.0,
    pause: float = 0.05,
    **settings: Any,
) -> Iterator[Stage]:
    """Connect the surface to a fake Slack through Socket Mode."""
    if slack is None:
        with (
            FakeSlack() as slack,
            slack_stage(folder, bot, slack=slack, patience=patience, pause=pause, **settings) as stage,
        ):
            yield stage
        return
    chosen = Settings(
        library=str(folder),
        slack_bot_token=BOT_TOKEN,
        slack_app_token=APP_TOKEN,
        slack_signing_secret=SECRET,
        **settings,
    )
    store = ChatStore(folder / "chats.sqlite")
    surface = SlackSurface(bot, chosen, store, address=slack.address, patience=patience, pause=pause)
    handler = socket_handler(surface, APP_TOKEN, ping_seconds=0.3)
    before = slack.connections
    handler.connect()
    end = time.monotonic() + 60
    while slack.connections == before and time.monotonic() < end:
        time.sleep(0.01)
    try:
        yield Stage(slack, bot, surface, store)
    finally:
        client = handler.client
        client.default_auto_reconnect_enabled = client.auto_reconnect_enabled = False
        slack.cut()  # or the library waits for its read to time out
        handler.close()
        slack.cut()  # a connection that was being made meanwhile
        surface.close()
        store.close()


def shown(message: dict[str, Any]) -> str:
    """Return what a message shows: its blocks line by line, buttons in brackets."""
    lines = [message["text"]] if not message.get("blocks") else []
    for block in message.get("blocks") or ():
        if block["type"] == "actions":
            lines.append(" ".join(f"({button['text']['text']})" for button in block["elements"]))
        else:
            texts = [block["text"]] if "text" in block else block["elements"]
            lines += [text["text"] for text in texts]
    return "\n".join(lines)
