"""Discord on loopback: the REST routes that we use, and the gateway over a real WebSocket.

It keeps channels and messages, refuses what Discord refuses (2,001 characters: 50035; an interaction that
is answered twice or after three seconds: 10062), answers 429 when told to, numbers its dispatches, and
replays them to a client that resumes.
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType, web

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKEN = "discord-test-token"
BOT, APP, SERVER, EVERYONE = "100", "101", "200", "200"
GENERAL, STAFF, FORUM, CATEGORY = "300", "301", "302", "303"
VIEW = 1 << 10
ALL = (1 << 53) - 1
SUPPRESS_EMBEDS = 1 << 2
EPHEMERAL = 1 << 6


def user(number: str, name: str = "", bot: bool = False) -> dict[str, Any]:
    """Return a user object."""
    return {
        "id": number,
        "username": name or f"user{number}",
        "discriminator": "0",
        "global_name": name or None,
        "avatar": None,
        "bot": bot,
    }


def reply(data: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """Return JSON with exactly the content type that discord.py looks for."""
    body = json.dumps(data).encode()
    return web.Response(body=body, status=status, headers=headers, content_type="application/json")


@dataclass
class Sent:
    """A message of ours."""

    channel: str
    content: str
    body: dict[str, Any]
    id: str
    ephemeral: bool = False
    files: dict[str, str] = field(default_factory=dict)


@dataclass
class FakeDiscord:
    """The server. Use as a context manager.

    Attributes:
        sent: Our messages, in order.
        requests: (method, path) of every request.
        threads: Threads that we made: id → parent.
        syncs: How often the commands were registered.
        resumes, identifies: How often a client did either.
        limited: How many requests to send a message are still to be answered with 429.
        refuse_threads: Whether threads may not be made.
        refuse_files: Whether files may not be sent.
        content_intent: Whether the message content intent is on.
        said: Messages of people, by id.
        seconds: From an interaction to our first response.
        public: Whether anybody may add the bot.
    """

    sent: list[Sent] = field(default_factory=list)
    requests: list[tuple[str, str]] = field(default_factory=list)
    threads: dict[str, str] = field(default_factory=dict)
    syncs: int = 0
    resumes: int = 0
    identifies: int = 0
    limited: int = 0
    refuse_threads: bool = False
    refuse_files: bool = False
    content_intent: bool = True
    seconds: list[float] = field(default_factory=list)
    unknown: int = 0
    public: bool = True
    nonces: Counter[str] = field(default_factory=Counter)
    said: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __enter__(self) -> FakeDiscord:
        self._loop = asyncio.new_event_loop()
        self._ids = count((int(time.time() * 1_000) - 1_420_070_400_000) << 22)  # ids tell the time
        self._sequence = 0
        self._history: list[dict[str, Any]] = []
        self._socket: web.WebSocketResponse | None = None
        self._interactions: dict[str, tuple[float, str]] = {}
        self._by_token: dict[str, str] = {}
        started = threading.Event()
        self._thread = threading.Thread(target=self._serve, args=(started,), daemon=True)
        self._thread.start()
        assert started.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._call(self._runner.cleanup())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    @contextmanager
    def patched(self) -> Iterator[None]:
        """Point discord.py at this server."""
        import yarl
        from discord.gateway import DiscordWebSocket
        from discord.http import Route

        base, gateway = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
        Route.BASE = f"http://127.0.0.1:{self.port}/api/v10"
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(f"ws://127.0.0.1:{self.port}/gateway")
        try:
            yield
        finally:
            Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = base, gateway

    # ---- what a test does

    def say(
        self,
        channel: str,
        who: str,
        content: str,
        *,
        deliver: bool = True,
        answers: Sent | None = None,
        **more: Any,
    ) -> dict[str, Any]:
        """Somebody writes a message; return it."""
        mentions = [user(BOT, "Footnote", bot=True)] if f"<@{BOT}>" in content else []
        mentions += [user(number) for number in ("7", "8") if f"<@{number}>" in content]
        message: dict[str, Any] = {
            "id": self._id(),
            "channel_id": channel,
            "author": user(who),
            "content": content,
            "timestamp": "2026-11-25T09:30:00+00:00",
            "edited_timestamp": None,
            "tts": False,
            "mention_everyone": False,
            "mentions": mentions,
            "mention_roles": [],
            "attachments": [],
            "embeds": [],
            "pinned": False,
            "type": 0,
        }
        if not channel.startswith("9"):  # direct messages begin with 9 here
            message |= {
                "guild_id": SERVER,
                "member": {"roles": [], "joined_at": "2026-01-01T00:00:00+00:00", "flags": 0},
            }
        if answers is not None:
            message |= {
                "type": 19,
                "message_reference": {"message_id": answers.id, "channel_id": channel, "guild_id": SERVER},
                "referenced_message": self._message(answers),
            }
        message |= more
        self.said[message["id"]] = message
        if deliver:
            self.dispatch("MESSAGE_CREATE", message)
        return message

    def command(
        self,
        channel: str,
        author: str,
        question: str,
        *,
        private: bool | None = False,
        minutes: int = 0,
        limits: Mapping[str, str] | None = None,
    ) -> str:
        """Somebody uses /ask, some minutes ago by its id; return the id. None leaves the option `private` out.

        `limits` are the options that say which documents: document, author, since, until, collection.
        """
        options = [{"name": "question", "type": 3, "value": question}]
        options += [{"name": name, "type": 3, "value": value} for name, value in (limits or {}).items()]
        if private is not None:
            options.append({"name": "private", "type": 5, "value": private})
        data = {"id": "500", "name": "ask", "type": 1, "options": options}
        return self._interaction(channel, author, {"type": 2, "data": data}, minutes=minutes)

    def survey(self, channel: str, author: str, questions: str) -> str:
        """Somebody uses /survey for all to see; return the id."""
        options = [{"name": "questions", "type": 3, "value": questions}, {"name": "private", "type": 5, "value": False}]
        data = {"id": "501", "name": "survey", "type": 1, "options": options}
        return self._interaction(channel, author, {"type": 2, "data": data})

    def press(self, message: Sent, label: str, author: str) -> str:
        """Somebody presses a button of one of our messages."""
        rows = message.body.get("components") or []
        (button,) = [
            b
            for row in rows
            for b in row["components"]
            if b.get("label") == label or (b.get("emoji") or {}).get("name") == label
        ]
        data = {"custom_id": button["custom_id"], "component_type": 2}
        return self._interaction(message.channel, author, {"type": 3, "data": data, "message": self._message(message)})

    def dispatch(self, event: str, data: dict[str, Any]) -> None:
        """Send an event over the gateway; it is kept for a client that resumes."""
        self._call(self._dispatch(event, data))

    def cut(self) -> None:
        """Cut the gateway's socket, without a goodbye."""

        async def cut() -> None:
            if self._socket is not None and self._socket._req and self._socket._req.transport:
                self._socket._req.transport.abort()

        self._call(cut())

    def in_channel(self, channel: str) -> list[Sent]:
        """Our messages in a channel or thread."""
        return [message for message in list(self.sent) if message.channel == channel]

    def thread_of(self, message: dict[str, Any]) -> str:
        """Return the id of the thread that was made from a message: Discord gives it the message's."""
        return str(message["id"])

    # ---- the server

    def _id(self) -> str:
        return str(next(self._ids))

    def _call(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(30)

    def _interaction(self, channel: str, author: str, more: dict[str, Any], *, minutes: int = 0) -> str:
        number = str(int(self._id()) - ((minutes * 60_000) << 22))
        token = f"token-{self._id()}"
        self._interactions[number] = (time.monotonic(), channel)
        self._by_token[token] = channel
        data = {
            "id": number,
            "application_id": APP,
            "token": token,
            "version": 1,
            "channel_id": channel,
            "channel": self._channel(channel),
            "locale": "en-US",
            "entitlements": [],
            "attachment_size_limit": 10_000_000,
            "authorizing_integration_owners": {},
            **more,
        }
        if channel.startswith("9"):
            data["user"] = user(author)
        else:
            member = {"user": user(author), "roles": [], "joined_at": "2026-01-01T00:00:00+00:00", "flags": 0}
            data |= {
                "guild_id": SERVER,
                "member": {**member, "permissions": str(ALL), "deaf": False, "mute": False},
            }
        self.dispatch("INTERACTION_CREATE", data)
        return number

    async def _dispatch(self, event: str, data: dict[str, Any]) -> None:
        self._sequence += 1
        frame = {"op": 0, "t": event, "s": self._sequence, "d": data}
        self._history.append(frame)
        if self._socket is not None and not self._socket.closed:
            with suppress(ConnectionError, RuntimeError):
                await self._socket.send_str(json.dumps(frame))

    def _serve(self, started: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        app = web.Application()
        app.router.add_get("/gateway{tail:/?}", self._gateway)
        app.router.add_route("*", "/api/v10/{tail:.*}", self._rest)

        async def start() -> None:
            self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
            await self._runner.setup()
            site = web.TCPSite(self._runner, "127.0.0.1", 0)
            await site.start()
            self.port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
            started.set()

        self._loop.run_until_complete(start())
        self._loop.run_forever()

    async def _gateway(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_str(json.dumps({"op": 10, "d": {"heartbeat_interval": 41_250}}))
        async for frame in socket:
            if frame.type is not WSMsgType.TEXT:
                continue
            data = json.loads(frame.data)
            if data["op"] == 1:
                await socket.send_str(json.dumps({"op": 11}))
            elif data["op"] == 2:
                self.identifies += 1
                if data["d"]["intents"] & (1 << 15) and not self.content_intent:
                    await socket.close(code=4014)
                    return socket
                self._socket = socket
                await self._welcome()
            elif data["op"] == 6:
                self.resumes += 1
                self._socket = socket
                for old in [f for f in self._history if f["s"] > data["d"]["seq"]]:
                    await socket.send_str(json.dumps(old))
                self._sequence += 1
                await socket.send_str(json.dumps({"op": 0, "t": "RESUMED", "s": self._sequence, "d": {}}))
        return socket

    async def _welcome(self) -> None:
        await self._dispatch(
            "READY",
            {
                "v": 10,
                "user": user(BOT, "Footnote", bot=True),
                "guilds": [{"id": SERVER, "unavailable": True}],
                "session_id": "session",
                "resume_gateway_url": f"ws://127.0.0.1:{self.port}/gateway",
                "application": {"id": APP, "flags": 0},
            },
        )
        channels = [self._channel(number) for number in (CATEGORY, GENERAL, STAFF, FORUM)]
        role = {"id": EVERYONE, "name": "@everyone", "permissions": str(VIEW), "position": 0, "color": 0}
        role |= {"hoist": False, "managed": False, "mentionable": False, "flags": 0}
        member = {"roles": [], "joined_at": "2026-01-01T00:00:00+00:00", "flags": 0}
        await self._dispatch(
            "GUILD_CREATE",
            {
                "id": SERVER,
                "name": "Test",
                "owner_id": "1",
                "roles": [role],
                "emojis": [],
                "features": [],
                "channels": channels,
                "threads": [],
                "members": [{**member, "user": user(BOT, "Footnote", bot=True)}],
                "member_count": 1,
                "voice_states": [],
                "presences": [],
                "verification_level": 0,
                "default_message_notifications": 0,
                "explicit_content_filter": 0,
                "mfa_level": 0,
                "system_channel_flags": 0,
                "premium_tier": 0,
                "preferred_locale": "en-US",
                "nsfw_level": 0,
                "stickers": [],
                "guild_scheduled_events": [],
                "stage_instances": [],
                "premium_progress_bar_enabled": False,
            },
        )

    def _channel(self, number: str) -> dict[str, Any]:
        if number.startswith("9"):
            return {"id": number, "type": 1, "recipients": [user("1")], "last_message_id": None}
        if number in self.threads:
            return self._thread_object(number, self.threads[number])
        kind = {CATEGORY: 4, FORUM: 15}.get(number, 0)
        overwrites = [{"id": EVERYONE, "type": 0, "allow": "0", "deny": str(VIEW)}] if number == STAFF else []
        return {
            "id": number,
            "type": kind,
            "guild_id": SERVER,
            "name": f"channel-{number}",
            "position": 0,
            "permission_overwrites": overwrites,
            "parent_id": CATEGORY if number == GENERAL else None,
            "nsfw": False,
            "topic": None,
            "available_tags": [],
            "flags": 0,
            "rate_limit_per_user": 0,
            "permissions": str(ALL),
        }

    def _thread_object(self, number: str, parent: str) -> dict[str, Any]:
        meta = {"archived": False, "auto_archive_duration": 1440, "locked": False}
        meta["archive_timestamp"] = "2026-11-25T09:30:00+00:00"
        return {
            "id": number,
            "type": 11,
            "guild_id": SERVER,
            "parent_id": parent,
            "owner_id": BOT,
            "name": f"thread-{number}",
            "message_count": 0,
            "member_count": 1,
            "rate_limit_per_user": 0,
            "thread_metadata": meta,
            "permissions": str(ALL),
        }

    def open_thread(self, parent: str) -> str:
        """A person opens a thread (a post, in a forum); return its id."""
        number = self._id()
        self.threads[number] = parent
        self.dispatch("THREAD_CREATE", {**self._thread_object(number, parent), "newly_created": True})
        return number

    def _message(self, sent: Sent) -> dict[str, Any]:
        return {
            "id": sent.id,
            "channel_id": sent.channel,
            "author": user(BOT, "Footnote", bot=True),
            "content": sent.content,
            "timestamp": "2026-11-25T09:30:00+00:00",
            "edited_timestamp": None,
            "tts": False,
            "mention_everyone": False,
            "mentions": [],
            "mention_roles": [],
            "attachments": [],
            "embeds": [],
            "pinned": False,
            "type": 0,
            "components": sent.body.get("components") or [],
            "nonce": sent.body.get("nonce"),
            **({"message_reference": reference} if (reference := sent.body.get("message_reference")) else {}),
        }

    async def _rest(self, request: web.Request) -> web.Response:
        path = request.match_info["tail"]
        self.requests.append((request.method, path))
        body, files = None, {}
        if request.content_type == "multipart/form-data":
            form = await request.post()
            body = json.loads(str(form["payload_json"]))
            files = {f.filename: f.file.read().decode() for f in form.values() if isinstance(f, web.FileField)}
        elif request.can_read_body:
            body = await request.json()
        if files and self.refuse_files:
            return reply({"message": "Missing Permissions", "code": 50013}, status=403)
        if (
            not path.startswith(("interactions/", "webhooks/"))
            and request.headers.get("Authorization") != f"Bot {TOKEN}"
        ):
            return reply({"message": "401: Unauthorized", "code": 0}, status=401)
        answer = self._route(request.method, path.split("/"), body)
        if files:
            self.sent[-1].files = files
        return answer

    def _route(self, method: str, parts: list[str], body: Any) -> web.Response:
        match method, parts:
            case "GET", ["users", "@me"]:
                return reply(user(BOT, "Footnote", bot=True))
            case "GET", ["oauth2", "applications", "@me"]:
                return reply(
                    {"id": APP, "name": "Footnote", "description": "", "flags": 0, "owner": user("1"),
                     "bot_public": self.public, "bot_require_code_grant": False, "verify_key": "", "icon": None,
                     "summary": "", "approximate_guild_count": 1}
                )  # fmt: skip
            case "PUT", ["applications", _, "commands"]:
                self.syncs += 1
                made = [
                    {
                        **command,
                        "id": "500",
                        "application_id": APP,
                        "version": "1",
                        "default_member_permissions": None,
                    }
                    for command in body
                ]
                return reply(made)
            case "GET", ["channels", channel]:
                return reply(self._channel(channel))
            case "GET", ["channels", _, "messages", number] if number in self.said:
                thread = self._thread_object(number, self.threads[number]) if number in self.threads else None
                return reply({**self.said[number], **({"thread": thread} if thread else {})})
            case "GET", ["channels", channel, "messages"]:
                return reply([self._message(sent) for sent in reversed(self.in_channel(channel))])
            case "POST", ["channels", channel, "messages"]:
                return self._send(channel, body)
            case "POST", ["users", "@me", "channels"]:
                return reply(self._channel("9" + str(body["recipient_id"])))
            case "POST", ["channels", _, "typing"]:
                return web.Response(status=204)
            case "POST", ["channels", channel, "messages", message, "threads"]:
                if self.refuse_threads:
                    return reply({"message": "Missing Permissions", "code": 50013}, status=403)
                self.threads[message] = channel
                thread = self._thread_object(message, channel)
                self._loop.create_task(self._dispatch("THREAD_CREATE", thread))
                return reply(thread)
            case "POST", ["interactions", number, _, "callback"]:
                return self._callback(number, body)
            case "POST", ["webhooks", _, token]:
                return self._send(self._by_token[token], body)
        return reply({"message": "404: Not Found", "code": 0}, status=404)

    def _callback(self, number: str, body: dict[str, Any]) -> web.Response:
        started, channel = self._interactions.pop(number, (0.0, ""))
        taken = time.monotonic() - started
        if not channel or taken > 3:
            self.unknown += 1
            return reply({"message": "Unknown interaction", "code": 10062}, status=404)
        self.seconds.append(taken)
        if body["type"] == 4:
            self._send(channel, body["data"])
        resource = {"interaction": {"id": number, "type": 2, "response_message_id": self._id()}}
        return reply(resource)

    def _send(self, channel: str, body: dict[str, Any]) -> web.Response:
        if self.limited > 0:
            self.limited -= 1
            data = {"message": "You are being rate limited.", "retry_after": 0.5, "global": False}
            headers = {"Retry-After": "0.5", "X-RateLimit-Scope": "user", "Via": "1.1 fake"}
            return reply(data, status=429, headers=headers)
        content = body.get("content") or ""
        if not content or len(content.encode("utf-16-le")) // 2 > 2_000:
            errors = {"content": {"_errors": [{"code": "BASE_TYPE_MAX_LENGTH", "message": "Must be 2000 or fewer."}]}}
            return reply({"message": "Invalid Form Body", "code": 50035, "errors": errors}, status=400)
        nonce = str(body.get("nonce") or "")
        if nonce and body.get("enforce_nonce"):
            self.nonces[nonce] += 1
            assert len(nonce) <= 25
        sent = Sent(channel, content, body, self._id(), bool((body.get("flags") or 0) & EPHEMERAL))
        self.sent.append(sent)
        return reply(self._message(sent))
