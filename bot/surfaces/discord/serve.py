"""`footnote discord`: run it until somebody stops it."""

from __future__ import annotations

import asyncio
import logging
import signal
from contextlib import suppress
from typing import TYPE_CHECKING

from bot.errors import BotError, ExtraMissing, SettingError
from bot.surfaces.chat.store import TAKES_OVER
from vectorstore.errors import LibraryError

if TYPE_CHECKING:
    from bot.settings.settings import Settings
    from bot.surfaces.discord.surface import DiscordSurface

NO_CONTENT = """The Message Content Intent is off for this bot: Discord hides messages that don't mention it.
Mentions, replies, direct messages and /ask work; follow-ups in a thread need a mention.
To turn it on: https://discord.com/developers/applications, your application, Bot, Message Content Intent."""


OPEN = """Anybody can add this bot to a server of theirs, and ask your documents there or in a direct message.
Name the servers that are answered (now: discord_servers = {servers}), or switch that off:
https://discord.com/developers/applications, your application, Installation, Install Link: None;
then Bot, Public Bot: off."""


def open_to_all(settings: Settings, *, public: bool) -> bool:
    """Return whether people whom nobody invited may ask: a bot that anybody may add, and no servers named."""
    return public and not settings.discord_servers and not settings.discord_channels


def require_token(settings: Settings) -> None:
    """Check that the token is set.

    Raises:
        SettingError: It is missing; the message says where to get it.
    """
    if not settings.discord_token:
        raise SettingError(
            "Discord needs FOOTNOTE_DISCORD_TOKEN, the token of your bot.",
            remedy="It is at https://discord.com/developers/applications, your application, Bot, "
            "Reset Token; docs/discord.md makes the bot in ten minutes.",
        )


def serve(settings: Settings) -> None:
    """Answer on Discord until the process is told to stop.

    Args:
        settings: Library, model and token.

    Raises:
        SettingError: The token is missing or refused.
        ExtraMissing: discord.py is not installed.
        LibraryMissing: There is no library.
    """
    require_token(settings)
    try:
        import discord  # noqa: F401
    except ImportError:
        raise ExtraMissing("discord.py is not installed.", remedy='pip install "footnote-bot[discord]"') from None
    from bot.ask import Bot
    from bot.surfaces.chat.store import open_chats
    from bot.surfaces.discord.surface import DiscordSurface

    logging.getLogger("discord").setLevel(logging.WARNING)  # its debug level shows people's messages
    with Bot(settings=settings) as bot:
        store = open_chats(settings.library)

        def surface(content: bool) -> DiscordSurface:
            return DiscordSurface(bot, settings, store, content=content)

        try:
            asyncio.run(run(surface, settings.discord_token))
        finally:
            store.close()


async def run(surface: object, token: str) -> None:
    """Connect with the message content intent, or without it where it is off, and stay connected.

    Args:
        surface: Makes the client; called with whether to ask for the intent.
        token: The bot's token.

    Raises:
        SettingError: Discord refuses the token.
        BotError: Discord cannot be reached.
    """
    import discord

    assert callable(surface)
    for content in (True, False):
        client: DiscordSurface = surface(content)
        _stop_on_signal(client)
        try:
            async with client:
                client.event(_ready(client))
                await client.start(token)
            return
        except discord.PrivilegedIntentsRequired:
            print(NO_CONTENT, flush=True)
        except discord.LoginFailure as error:
            raise SettingError(
                "Discord refuses the token.",
                remedy="Make a new one: https://discord.com/developers/applications, your application, Bot, "
                "Reset Token.",
            ) from error
        except (OSError, discord.DiscordServerError, discord.GatewayNotFound) as error:
            raise BotError("Discord cannot be reached.", remedy="Check the connection and any proxy.") from error


def _ready(client: DiscordSurface):  # type: ignore[no-untyped-def]
    from bot.surfaces.discord.resume import resume

    async def on_ready() -> None:
        count = len(client.guilds)
        servers = f"{count} server{'' if count == 1 else 's'}"
        print(f"Footnote is on Discord as {client.user}, in {servers}. Stop with Ctrl-C.", flush=True)
        if client.application and open_to_all(client.settings, public=client.application.bot_public):
            print(OPEN.format(servers=[str(guild.id) for guild in client.guilds]), flush=True)
        resumed = await resume(client)
        if resumed:
            print(f"Answering {resumed} question{'s' if resumed > 1 else ''} left from before.", flush=True)
        if client.store.database.shared and not client.takes_over:  # ready comes again with each new connection
            client.takes_over = True
            await take_over(client)

    return on_ready


async def take_over(client: DiscordSurface, *, seconds: float = TAKES_OVER) -> None:
    """Answer what other processes of this library leave when they die, until this one stops."""
    from bot.surfaces.discord.resume import resume

    while not client.is_closed():
        await asyncio.sleep(seconds)
        with suppress(LibraryError, OSError):  # away for a moment: the next look tells
            await resume(client)


def _stop_on_signal(client: DiscordSurface) -> None:
    """Leave in good order on SIGTERM. Ctrl-C comes as KeyboardInterrupt, as everywhere."""
    loop = asyncio.get_running_loop()
    try:
        loop.add_signal_handler(signal.SIGTERM, lambda: loop.create_task(client.close()))
    except (NotImplementedError, RuntimeError, ValueError):
        return  # on Windows, and outside the main thread
