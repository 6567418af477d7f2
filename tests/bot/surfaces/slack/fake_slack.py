"""Slack on loopback: the Web API methods that we use, and Socket Mode over a real WebSocket.

It keeps channels and their messages, refuses what Slack refuses (too long, unknown blocks, not in the
channel), answers 429 when told to, delivers events until they are acknowledged, and signs requests for
the HTTP mode as Slack does.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import threading
import time
from collections import Counter, defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

BOT_USER, BOT_ID, TEAM = "U0BOT", "B0BOT", "T0TEAM"
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
BOT_TOKEN, APP_TOKEN = "xoxb-test", "xapp-test"

LIMITS = {"section": 3_000, "context": 3_000}


@dataclass
class Call:
    """One call of a Web API method."""

    method: str
    arguments: dict[str, Any]
    at: float


@dataclass
class FakeSlack:
    """The server. Use as a context manager; `address` is the base of the Web API.

    Attributes:
        calls: Every call, refused ones included.
        messages: Messages by channel, in order of posting.
        ephemeral: What was sent to response addresses and postEphemeral.
        refuse: Error code by method, for methods that this workspace lacks.
        limited: How many calls of a method are still to be answered with 429.
        cut_after: Methods whose next call is carried out but whose reply is lost.
        refuse_blocks_of_replies: Whether response addresses refuse blocks.
        uploads, names: What was sent to upload addresses, and what it is called, by the file's id.
        files: Files that were shared: channel, thread, name, text.
        page_size: Most messages of a thread that one call of conversations.replies returns.
        scopes: What the app may do, as Slack tells it.
        guests: Ids of people who are guests.
        shared_channels: Channels in which people of other workspaces are.
        acknowledged: Seconds from delivery to acknowledgement, by envelope.
    """

    calls: list[Call] = field(default_factory=list)
    messages: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    ephemeral: list[dict[str, Any]] = field(default_factory=list)
    scopes: str = "chat:write,commands"
    guests: set[str] = field(default_factory=set)
    shared_channels: set[str] = field(default_factory=set)
    private_channels: set[str] = field(default_factory=set)
    refuse: dict[str, str] = field(default_factory=dict)
    limited: Counter[str] = field(default_factory=Counter)
    retry_after: int = 1
    cut_after: Counter[str] = field(default_factory=Counter)
    acknowledged: dict[str, float] = field(default_factory=dict)
    connections: int = 0
    page_size: int = 15
    refuse_blocks_of_replies: bool = False
    uploads: dict[str, bytes] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    files: list[tuple[str, str | None, str, str]] = field(default_factory=list)

    def __enter__(self) -> FakeSlack:
        self._loop = asyncio.new_event_loop()
        self._sockets: list[web.WebSocketResponse] = []
        self._pending: dict[str, tuple[dict[str, Any], float]] = {}
        self._number = 0
        self._lock = threading.Lock()
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

    @property
    def address(self) -> str:
        """Base address of the Web API."""
        return f"http://127.0.0.1:{self.port}/api/"

    # ---- what a test does

    def ts(self) -> str:
        """Return a new timestamp; they are unique and ascend."""
        with self._lock:
            self._number += 1
            return f"1764000000.{self._number:06d}"

    def say(
        self, channel: str, user: str, text: str, *, thread: str = "", kind: str = "channel", **more: Any
    ) -> dict[str, Any]:
        """Put a person's message into a channel and return its `message` event, undelivered."""
        event: dict[str, Any] = {
            "type": "message",
            "channel": channel,
            "channel_type": kind,
            "user": user,
            "text": text,
            "ts": self.ts(),
            "team": TEAM,
            "client_msg_id": f"client-{channel}-{self._number}",
        }
        if thread:
            event["thread_ts"] = thread
        event |= more
        self.messages[channel].append(dict(event))
        return event

    def envelope(self, event: dict[str, Any], event_id: str = "") -> dict[str, Any]:
        """Return the body in which Slack delivers an event."""
        return {
            "type": "event_callback",
            "team_id": TEAM,
            "api_app_id": "A0APP",
            "event": event,
            "event_id": event_id or f"Ev{self.ts()}",
            "event_time": 1764000000,
            "is_ext_shared_channel": event.get("channel") in self.shared_channels,
            "authorizations": [{"team_id": TEAM, "user_id": BOT_USER, "is_bot": True}],
        }

    def deliver(self, body: dict[str, Any], *, kind: str = "events_api", retry: int = 0) -> str:
        """Send a body through Socket Mode. What is not acknowledged is sent again on the next socket."""
        envelope = {
            "envelope_id": f"env-{self.ts()}",
            "type": kind,
            "payload": body,
            "accepts_response_payload": kind != "events_api",
        }
        if kind == "events_api":
            envelope |= {"retry_attempt": retry, "retry_reason": "timeout" if retry else ""}
        self._pending[envelope["envelope_id"]] = (envelope, time.monotonic())
        self._call(self._send(envelope))
        return envelope["envelope_id"]

    def mention(self, channel: str, user: str, text: str, **more: Any) -> dict[str, Any]:
        """Somebody mentions the bot: Slack sends `app_mention` and `message`, with two event ids."""
        event = self.say(channel, user, f"<@{BOT_USER}> {text}", **more)
        mention = {k: v for k, v in event.items() if k != "channel_type"} | {"type": "app_mention"}
        self.deliver(self.envelope(mention))
        self.deliver(self.envelope(event))
        return event

    def press(self, message: dict[str, Any], action: str, user: str, channel: str) -> str:
        """Somebody presses a button of a message."""
        buttons = [b for block in message["blocks"] if block["type"] == "actions" for b in block["elements"]]
        (button,) = [b for b in buttons if b["action_id"] == action]
        body = {
            "type": "block_actions",
            "team": {"id": TEAM},
            "user": {"id": user},
            "channel": {"id": channel},
            "api_app_id": "A0APP",
            "actions": [{**button, "block_id": "footnote_buttons", "action_ts": self.ts()}],
            "trigger_id": self.ts(),
            "response_url": f"http://127.0.0.1:{self.port}/response/{channel}/{user}",
            "message": message,
            "container": {"type": "message", "channel_id": channel},
        }
        return self.deliver(body, kind="interactive")

    def command(self, channel: str, user: str, text: str, trigger: str = "") -> str:
        """Somebody writes /ask."""
        body = {
            "command": "/ask",
            "text": text,
            "user_id": user,
            "channel_id": channel,
            "team_id": TEAM,
            "api_app_id": "A0APP",
            "trigger_id": trigger or self.ts(),
            "response_url": f"http://127.0.0.1:{self.port}/response/{channel}/{user}",
        }
        return self.deliver(body, kind="slash_commands")

    def cut(self) -> None:
        """Cut every socket, without a goodbye."""

        async def cut() -> None:
            for socket in self._sockets:
                transport = socket._req.transport if socket._req else None
                if transport:
                    transport.abort()
            self._sockets.clear()

        self._call(cut())

    def replies(self, channel: str, thread: str) -> list[dict[str, Any]]:
        """Our messages in a thread, in order."""
        return [m for m in self.messages[channel] if m.get("thread_ts") == thread and m.get("user") == BOT_USER]

    def ours(self) -> list[dict[str, Any]]:
        """All our messages."""
        return [m for messages in list(self.messages.values()) for m in list(messages) if m.get("user") == BOT_USER]

    def methods(self) -> list[str]:
        """Names of the methods called, in order."""
        return [call.method for call in self.calls]

    def settled(self) -> bool:
        """Whether every delivery was acknowledged."""
        return not self._pending

    # ---- the server

    def _call(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(30)

    def _serve(self, started: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        app = web.Application()
        app.router.add_post("/api/{method}", self._method)
        app.router.add_get("/link", self._socket)
        app.router.add_post("/response/{channel}/{user}", self._response)
        app.router.add_post("/upload/{file}", self._upload)

        async def start() -> None:
            self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
            await self._runner.setup()
            site = web.TCPSite(self._runner, "127.0.0.1", 0)
            await site.start()
            self.port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
            started.set()

        self._loop.run_until_complete(start())
        self._loop.run_forever()

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.connections += 1
        self._sockets.append(socket)
        await socket.send_json({"type": "hello", "num_connections": 1, "connection_info": {"app_id": "A0APP"}})
        for envelope, _ in list(self._pending.values()):
            await self._send({**envelope, "retry_attempt": 1, "retry_reason": "timeout"})
        with suppress(ConnectionError):  # cut
            async for message in socket:
                if message.type == WSMsgType.TEXT:
                    data = json.loads(message.data)
                    known = self._pending.pop(data.get("envelope_id", ""), None)
                    if known:
                        self.acknowledged[data["envelope_id"]] = time.monotonic() - known[1]
        if socket in self._sockets:
            self._sockets.remove(socket)
        return socket

    async def _send(self, envelope: dict[str, Any]) -> None:
        for socket in self._sockets[-1:]:
            with suppress(ConnectionError, RuntimeError):  # it stays pending and goes over the next socket
                await socket.send_json(envelope)

    async def _response(self, request: web.Request) -> web.Response:
        data = await request.json()
        if self.refuse_blocks_of_replies and data.get("blocks"):
            return web.Response(status=400, text="invalid_blocks")
        self.ephemeral.append({**data, "to": request.match_info["user"], "channel": request.match_info["channel"]})
        return web.json_response({"ok": True})

    async def _method(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        kind = request.content_type
        arguments = await request.json() if kind == "application/json" else dict(await request.post())
        for name in ("blocks", "metadata"):
            if isinstance(arguments.get(name), str):
                arguments[name] = json.loads(arguments[name])
        self.calls.append(Call(method, arguments, time.monotonic()))
        if self.limited[method] > 0:
            self.limited[method] -= 1
            return web.json_response(
                {"ok": False, "error": "ratelimited"},
                status=429,
                headers={"Retry-After": str(self.retry_after)},
            )
        token = request.headers.get("Authorization", "")
        expected = APP_TOKEN if method == "apps.connections.open" else BOT_TOKEN
        if token != f"Bearer {expected}":
            return web.json_response({"ok": False, "error": "invalid_auth"})
        if method in self.refuse:
            return web.json_response({"ok": False, "error": self.refuse[method]})
        handler = getattr(self, "_" + method.replace(".", "_"), None)
        result = handler(arguments) if handler else {"ok": False, "error": "unknown_method"}
        if self.cut_after[method] > 0:
            self.cut_after[method] -= 1
            assert request.transport
            request.transport.abort()
        answer = {"ok": True, **result} if "ok" not in result else result
        return web.json_response(answer, headers={"X-OAuth-Scopes": self.scopes})

    async def _upload(self, request: web.Request) -> web.Response:
        form = await request.post()
        (sent,) = [part for part in form.values() if isinstance(part, web.FileField)] or [None]
        self.uploads[request.match_info["file"]] = sent.file.read() if sent else await request.read()
        return web.Response(text="OK")

    def _files_getUploadURLExternal(self, arguments: dict[str, Any]) -> dict[str, Any]:
        file = f"F{self.ts()}"
        self.names[file] = arguments["filename"]
        return {"upload_url": f"http://127.0.0.1:{self.port}/upload/{file}", "file_id": file}

    def _files_completeUploadExternal(self, arguments: dict[str, Any]) -> dict[str, Any]:
        files = arguments["files"]
        files = json.loads(files) if isinstance(files, str) else files
        for file in files:
            place = (arguments["channel_id"], arguments.get("thread_ts"))
            self.files.append((*place, self.names[file["id"]], self.uploads[file["id"]].decode("utf-8")))
        return {"files": [{"id": file["id"], "title": file.get("title", "")} for file in files]}

    def _auth_test(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"team_id": TEAM, "user_id": BOT_USER, "bot_id": BOT_ID, "user": "footnote", "team": "Test"}

    def _apps_connections_open(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"url": f"ws://127.0.0.1:{self.port}/link"}

    def _chat_postMessage(self, arguments: dict[str, Any]) -> dict[str, Any]:
        error = problem(arguments)
        if error:
            return {"ok": False, "error": error}
        ts = self.ts()
        message = {**arguments, "ts": ts, "user": BOT_USER, "bot_id": BOT_ID, "type": "message"}
        self.messages[arguments["channel"]].append(message)
        return {"ts": ts, "channel": arguments["channel"], "message": message}

    def _chat_update(self, arguments: dict[str, Any]) -> dict[str, Any]:
        error = problem(arguments)
        if error:
            return {"ok": False, "error": error}
        for message in self.messages[arguments["channel"]]:
            if message["ts"] == arguments["ts"]:
                if message.get("streaming"):
                    return {"ok": False, "error": "streaming_state_conflict"}
                message.update({k: v for k, v in arguments.items() if k != "ts"})
                message["edits"] = message.get("edits", 0) + 1
                return {"ts": arguments["ts"], "channel": arguments["channel"]}
        return {"ok": False, "error": "message_not_found"}

    def _chat_startStream(self, arguments: dict[str, Any]) -> dict[str, Any]:
        if not arguments.get("recipient_user_id") or not arguments.get("recipient_team_id"):
            return {"ok": False, "error": "missing_recipient_user_id"}
        ts = self.ts()
        self.messages[arguments["channel"]].append(
            {
                "ts": ts,
                "thread_ts": arguments["thread_ts"],
                "user": BOT_USER,
                "bot_id": BOT_ID,
                "text": arguments["markdown_text"],
                "streaming": True,
            }
        )
        return {"ts": ts}

    def _chat_appendStream(self, arguments: dict[str, Any]) -> dict[str, Any]:
        return self._grow(arguments)

    def _chat_stopStream(self, arguments: dict[str, Any]) -> dict[str, Any]:
        error = problem({"text": "x", "blocks": arguments.get("blocks")})
        if error:
            return {"ok": False, "error": error}
        result = self._grow(arguments)
        for message in self.messages[arguments["channel"]]:
            if message["ts"] == arguments["ts"]:
                message["streaming"] = False
                message["blocks"] = arguments.get("blocks") or []
                message["metadata"] = arguments.get("metadata")
        return result

    def _grow(self, arguments: dict[str, Any]) -> dict[str, Any]:
        for message in self.messages[arguments["channel"]]:
            if message["ts"] == arguments["ts"] and message.get("streaming"):
                if len(arguments.get("markdown_text") or "") > 12_000:
                    return {"ok": False, "error": "msg_too_long"}
                message["text"] += arguments.get("markdown_text") or ""
                return {"ts": arguments["ts"]}
        return {"ok": False, "error": "message_not_in_streaming_state"}

    def _conversations_replies(self, arguments: dict[str, Any]) -> dict[str, Any]:
        thread = arguments["ts"]
        found = [m for m in self.messages[arguments["channel"]] if thread in (m["ts"], m.get("thread_ts"))]
        start = int(arguments.get("cursor") or 0)
        end = start + min(self.page_size, int(arguments.get("limit") or 1_000))
        more = {"next_cursor": str(end)} if end < len(found) else {}
        # Slack repeats the thread's first message on every page.
        return {"messages": [*found[: 1 if start else 0], *found[start:end]], "response_metadata": more}

    def _chat_delete(self, arguments: dict[str, Any]) -> dict[str, Any]:
        channel = self.messages[arguments["channel"]]
        channel[:] = [message for message in channel if message["ts"] != arguments["ts"]]
        return {}

    def _conversations_info(self, arguments: dict[str, Any]) -> dict[str, Any]:
        channel = arguments["channel"]
        private = channel in self.private_channels
        shared = channel in self.shared_channels
        return {
            "channel": {
                "id": channel,
                "is_private": private,
                "is_im": channel.startswith("D"),
                "is_ext_shared": shared,
            }
        }

    def _users_info(self, arguments: dict[str, Any]) -> dict[str, Any]:
        guest = arguments["user"] in self.guests
        return {"user": {"id": arguments["user"], "is_restricted": guest, "is_ultra_restricted": False}}

    def _assistant_threads_setStatus(self, _: dict[str, Any]) -> dict[str, Any]:
        return {}

    _assistant_threads_setSuggestedPrompts = _assistant_threads_setStatus
    _reactions_add = _reactions_remove = _assistant_threads_setStatus


def problem(message: dict[str, Any]) -> str:
    """Return the error that Slack answers a message with, or ""."""
    blocks = message.get("blocks") or []
    if len(message.get("text") or "") > 40_000:
        return "msg_too_long"
    if not blocks and not message.get("text"):
        return "no_text"
    if len(blocks) > 50:
        return "invalid_blocks"
    total = 0
    for block in blocks:
        texts = [block["text"]] if block["type"] == "section" else block.get("elements", [])
        if block["type"] not in ("section", "context", "actions") or not texts:
            return "invalid_blocks"
        if block["type"] == "actions":
            continue
        for text in texts:
            if text["type"] not in ("mrkdwn", "plain_text") or not 1 <= len(text["text"]) <= 3_000:
                return "invalid_blocks"
            total += len(text["text"])
    return "msg_blocks_too_long" if total > 13_200 else ""


def signed(body: str, *, at: float | None = None, secret: str = SECRET) -> dict[str, str]:
    """Return the headers by which Slack signs a request of the HTTP mode."""
    stamp = str(int(time.time() if at is None else at))
    digest = hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}
