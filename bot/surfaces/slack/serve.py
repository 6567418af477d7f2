"""`footnote slack`: run it, in Socket Mode or behind an HTTP address, until somebody stops it."""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from bot.errors import BotError, ExtraMissing, SettingError
from bot.surfaces.chat.store import TAKES_OVER
from vectorstore.errors import LibraryError

if TYPE_CHECKING:
    from bot.settings.settings import Settings
    from bot.surfaces.slack.surface import SlackSurface

EVENTS_PATH = "/slack/events"
PING_SECONDS = 5
SCOPES = {
    "app_mentions:read": "mentions",
    "assistant:write": "the assistant panel and the status",
    "channels:history": "follow-ups without a mention",
    "channels:read": "telling private channels from public ones",
    "chat:write": "answers",
    "commands": "/ask",
    "files:write": "tables of surveys as files",
    "groups:history": "follow-ups in private channels",
    "groups:read": "telling private channels from public ones",
    "im:history": "direct messages",
    "im:read": "telling private channels from public ones",
    "mpim:history": "follow-ups in group messages",
    "mpim:read": "telling private channels from public ones",
    "reactions:write": "a sign of work where there is no status",
    "users:read": "telling guests from members (guests are answered like members)",
}
"""Scopes of the app, as in docs/slack-manifest.yaml, and what fails without each."""

_TOKENS = {
    "slack_bot_token": ("FOOTNOTE_SLACK_BOT_TOKEN", "xoxb-…: OAuth & Permissions, Bot User OAuth Token"),
    "slack_app_token": (
        "FOOTNOTE_SLACK_APP_TOKEN",
        "xapp-…: Basic Information, App-Level Tokens, with connections:write",
    ),
    "slack_signing_secret": ("FOOTNOTE_SLACK_SIGNING_SECRET", "Basic Information, Signing Secret"),
}


def require_tokens(settings: Settings, *, http: bool) -> None:
    """Check that the tokens of the mode are set and look like what they are.

    Raises:
        SettingError: Some are missing or mixed up; it says which, and where to get them.
    """
    needed = ("slack_bot_token", "slack_signing_secret" if http else "slack_app_token")
    missing = [name for name in needed if not getattr(settings, name)]
    if missing:
        named = " and ".join(f"{variable} ({where})" for variable, where in (_TOKENS[n] for n in missing))
        raise SettingError(
            f"Slack needs {named}.",
            remedy="You find them on your app's page at https://api.slack.com/apps; docs/slack.md makes the app "
            "in ten minutes.",
        )
    for name, prefix in (("slack_bot_token", "xoxb-"), ("slack_app_token", "xapp-")):
        if name in needed and not getattr(settings, name).startswith(prefix):
            raise SettingError(
                f"{_TOKENS[name][0]} must begin with {prefix}; this is another token.",
                remedy=f"Look for {_TOKENS[name][1]}.",
            )


def serve(settings: Settings, *, http: bool = False, port: int = 3_000) -> None:
    """Answer in Slack until the process is told to stop.

    Args:
        settings: Library, model and tokens.
        http: Listen for Slack's requests at `host:port` instead of opening a socket to Slack.
        port: Of the HTTP mode.

    Raises:
        SettingError: Tokens are missing or refused.
        ExtraMissing: slack-bolt is not installed.
        LibraryMissing: There is no library.
    """
    require_tokens(settings, http=http)
    try:
        import slack_bolt  # noqa: F401
    except ImportError:
        raise ExtraMissing("slack-bolt is not installed.", remedy='pip install "footnote-bot[slack]"') from None
    from bot.ask import Bot
    from bot.surfaces.chat.store import open_chats
    from bot.surfaces.listen import listen, serve_app
    from bot.surfaces.slack.surface import SlackSurface

    _quiet_libraries()
    listener = listen(settings.host, port) if http else None
    with Bot(settings=settings) as bot:
        store = open_chats(settings.library)
        surface = SlackSurface(bot, settings, store)
        way = f"at http://{settings.host}:{port}{EVENTS_PATH}" if http else "through Socket Mode"

        def ready() -> None:
            _say(f"Footnote is in Slack as @{surface.me.name}, {way}. Stop with Ctrl-C.")
            for line in missing_scopes(surface.scopes):
                _say(line)
            resumed = surface.resume()
            if resumed:
                _say(f"Answering {resumed} question{'s' if resumed > 1 else ''} left from before.")

        stopped = threading.Event()
        if store.database.shared:
            threading.Thread(target=take_over, args=(surface, stopped), name="slack-take-over", daemon=True).start()
        try:
            if listener:
                ready()
                serve_app(http_app(surface), listener, stop_seconds=settings.stop_seconds)
            else:
                serve_socket(surface, settings.slack_app_token, stop=stop_signal(), ready=ready)
        finally:
            stopped.set()
            surface.close()
            store.close()


def take_over(surface: SlackSurface, stopped: threading.Event, *, seconds: float = TAKES_OVER) -> None:
    """Answer what other processes of this library leave when they die, until this one stops."""
    while not stopped.wait(seconds):
        with suppress(LibraryError):  # the database is away: the next look tells
            surface.resume()


def _say(line: str) -> None:
    print(line, flush=True)  # at once, also where a service writes it to a file


def missing_scopes(scopes: Sequence[str]) -> list[str]:
    """Return a line for each scope that the app lacks; none where Slack does not tell the scopes."""
    if not scopes:
        return []
    lines = [f"  {scope}: {use}" for scope, use in SCOPES.items() if scope not in scopes]
    head = "The app lacks scopes. Add them under OAuth & Permissions and install it again; until then this fails:"
    return [head, *lines] if lines else []


def socket_handler(surface: SlackSurface, app_token: str, *, ping_seconds: float = PING_SECONDS) -> Any:
    """Return Bolt's Socket Mode handler. It reconnects by itself; every ping it looks whether it must.

    Through websocket-client: the SDK's own client reads frames by recursion, and a burst of some hundred events ends
    it with a RecursionError. One event at a time, which takes milliseconds: events of a thread are taken in the order
    in which people wrote, so that a follow-up right behind its question is known as one.
    """
    from slack_bolt.adapter.socket_mode.websocket_client import SocketModeHandler

    from bot.surfaces.slack.bolt import bolt_app

    return SocketModeHandler(bolt_app(surface), app_token, ping_interval=ping_seconds, concurrency=1)


def serve_socket(
    surface: SlackSurface, app_token: str, *, stop: threading.Event, ready: Callable[[], None] = lambda: None
) -> None:
    """Answer through Socket Mode until `stop` is set; `ready` is called when the socket is there."""
    from slack_sdk.errors import SlackApiError

    from bot.surfaces.slack.send import error_code

    handler = socket_handler(surface, app_token)
    try:
        handler.connect()
        ready()
        stop.wait()
    except SlackApiError as error:
        raise SettingError(
            f"Slack refuses the app token ({error_code(error)}).",
            remedy=f"Look for {_TOKENS['slack_app_token'][1]}, and turn Socket Mode on.",
        ) from error
    except OSError as error:
        raise BotError("Slack cannot be reached.", remedy="Check the connection and any proxy.") from error
    finally:
        if surface.busy:
            _say("Finishing the questions under way…")
        handler.close()


def http_app(surface: SlackSurface) -> Any:
    """Return the ASGI application of the HTTP mode: Slack's signature is checked by Bolt."""
    from slack_bolt.adapter.asgi import SlackRequestHandler
    from slack_bolt.request import BoltRequest

    from bot.surfaces.slack.bolt import bolt_app

    class Handler(SlackRequestHandler):
        """Bolt works on threads; beside the event loop, so that one request never delays another."""

        async def dispatch(self, request: Any) -> Any:
            body = await request.get_raw_body()
            bolt_request = BoltRequest(body=body, query=request.query_string, headers=request.get_headers())
            return await asyncio.to_thread(self.app.dispatch, bolt_request)

    return Handler(bolt_app(surface), path=EVENTS_PATH)


def stop_signal() -> threading.Event:
    """Return an event that SIGTERM sets. Ctrl-C comes as KeyboardInterrupt, as everywhere."""
    stop = threading.Event()
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, lambda *_: stop.set())
    return stop


def _quiet_libraries() -> None:
    """Keep the libraries from logging payloads: at their debug level these are people's messages."""
    for name in ("slack_bolt", "slack_sdk", "bot.surfaces.slack.bolt.bolt"):
        logging.getLogger(name).setLevel(logging.WARNING)
