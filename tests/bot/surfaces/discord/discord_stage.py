"""A stage for Discord tests: the fake Discord, the real surface at its gateway, and a bot with a script."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fake_discord import TOKEN, FakeDiscord, Sent
from scripted_bot import ScriptedBot

from bot.settings.settings import Settings
from bot.surfaces.chat.store import ChatStore
from bot.surfaces.discord.serve import run
from bot.surfaces.discord.surface import DiscordSurface


@dataclass
class Stage:
    """What a test has in hand."""

    discord: FakeDiscord
    bot: ScriptedBot
    surface: DiscordSurface
    store: ChatStore

    def wait(self, until: Callable[[], bool], *, seconds: float = 120) -> None:
        """Wait until something holds; fail after a time that is only there to end a hung test."""
        end = time.monotonic() + seconds
        while not until():
            assert time.monotonic() < end, "it did not come to pass"
            time.sleep(0.01)

    def idle(self) -> None:
        """Wait until no question is under way."""
        time.sleep(0.2)  # what was delivered arrives, and an answer that should not come would
        self.wait(lambda: not self.surface._tasks)

    def answers(self, channel: str, count: int = 1) -> list[Sent]:
        """Wait for our messages in a channel."""
        self.wait(lambda: len(self.discord.in_channel(channel)) >= count)
        self.idle()
        return self.discord.in_channel(channel)


@contextmanager
def discord_stage(
    folder: Path, bot: Any, *, discord: FakeDiscord | None = None, token: str = TOKEN, **settings: Any
) -> Iterator[Stage]:
    """Connect the surface to a fake Discord, as `footnote discord` does."""
    if discord is None:
        with (
            FakeDiscord() as discord,
            discord_stage(folder, bot, discord=discord, token=token, **settings) as stage,
        ):
            yield stage
        return
    chosen = Settings(library=str(folder), discord_token=token, **{"chat_cooldown": 0, **settings})
    store = ChatStore(folder / "chats.sqlite")
    made: list[DiscordSurface] = []

    def surface(content: bool) -> DiscordSurface:
        made.append(DiscordSurface(bot, chosen, store, content=content))
        return made[-1]

    loop = asyncio.new_event_loop()
    with discord.patched():
        thread = threading.Thread(target=lambda: loop.run_until_complete(run(surface, token)), daemon=True)
        thread.start()
        end = time.monotonic() + 60
        while not (made and made[-1].is_ready()):
            assert time.monotonic() < end and thread.is_alive(), "the client did not become ready"
            time.sleep(0.01)
        try:
            yield Stage(discord, bot, made[-1], store)
        finally:
            asyncio.run_coroutine_threadsafe(made[-1].close(), loop).result(60)
            thread.join(20)
            loop.close()
            store.close()
