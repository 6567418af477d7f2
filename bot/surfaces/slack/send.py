"""Calls of Slack's Web API that must come out right: 429 honoured, nothing posted twice."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from bot.surfaces.slack import render

if TYPE_CHECKING:
    from slack_sdk import WebClient
    from slack_sdk.errors import SlackApiError

log = logging.getLogger(__name__)

METADATA_TYPE = "footnote_answer"
RATE_LIMIT_RETRIES = 10
CONNECTION_TRIES = 3
THREAD_PAGES = 50

_BAD_BLOCKS = ("invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long")


class Sender:
    """Calls of Slack's Web API that must come out right.

    Args:
        token: The bot token.
        address: Address of the Web API; tests give a local one.
        clock: Returns seconds.
        sleep: Waits between tries.
    """

    def __init__(
        self,
        token: str,
        *,
        address: str,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        from slack_sdk import WebClient
        from slack_sdk.http_retry.builtin_handlers import (
            ConnectionErrorRetryHandler,
            RateLimitErrorRetryHandler,
        )

        def client(*handlers: Any) -> WebClient:
            return WebClient(token=token, base_url=address, timeout=30, retry_handlers=[*handlers])

        def patient() -> RateLimitErrorRetryHandler:
            return RateLimitErrorRetryHandler(max_retry_count=RATE_LIMIT_RETRIES)

        # A post whose reply was lost may have arrived, so the library must not simply send it again.
        self.posting = client(patient())
        self.idempotent = client(patient(), ConnectionErrorRetryHandler(max_retry_count=3))
        self.trying = client()
        self.address = address
        self.streaming = True
        self._clock = clock
        self._sleep = sleep
        self._quiet_until: dict[str, float] = {}

    def post(self, channel: str, thread: str, message: dict[str, Any], *, key: str = "") -> str:
        """Post a message into a thread and return its timestamp.

        Without a clear reply (a cut connection, a 5xx) it first looks in the thread for a message with
        this `key`, and sends again only when there is none. Blocks that Slack refuses are left out.
        """
        from slack_sdk.errors import SlackApiError

        for attempt in range(CONNECTION_TRIES):
            try:
                response = self.posting.chat_postMessage(
                    channel=channel,
                    thread_ts=thread or None,
                    metadata=metadata(key) if key else None,
                    unfurl_links=False,
                    unfurl_media=False,
                    **message,
                )
                return str(response["ts"])
            except SlackApiError as error:
                if error_code(error) in _BAD_BLOCKS and "blocks" in message:
                    log.warning("Slack refused the blocks of a message (%s); sent as text", error_code(error))
                    message = {"text": render.as_text(message), "mrkdwn": True}
                elif not _unclear(error) or attempt == CONNECTION_TRIES - 1:
                    raise
            except OSError:
                if attempt == CONNECTION_TRIES - 1:
                    raise
            self._sleep(0.5 * attempt)
            found = self.find(channel, thread, key) if key and thread else ""
            if found:
                return found
        raise AssertionError("unreachable")

    def upload(self, channel: str, thread: str, name: str, content: str) -> bool:
        """Post a text as a file into a thread. False where Slack does not let us, or cannot be reached."""
        from slack_sdk.errors import SlackApiError, SlackClientError

        try:
            self.posting.files_upload_v2(
                channel=channel, thread_ts=thread or None, filename=name, title=name, content=content.encode()
            )
        except (SlackClientError, OSError) as error:
            code = error_code(error) if isinstance(error, SlackApiError) else type(error).__name__
            log.warning("a file could not be sent (%s)", code)
            return False
        return True

    def find(self, channel: str, thread: str, key: str) -> str:
        """Return the timestamp of our first message in a thread whose key begins so, or ""."""
        for message in self.thread_messages(channel, thread):
            if key_of(message).startswith(key):
                return str(message["ts"])
        return ""

    def thread_messages(self, channel: str, thread: str) -> list[dict[str, Any]]:
        """Return the messages of a thread, oldest first, with their metadata; of a very long one the first."""
        messages: dict[str, dict[str, Any]] = {}  # Slack repeats the thread's first message on every page
        cursor = ""
        for _ in range(THREAD_PAGES):
            page = self.idempotent.conversations_replies(
                channel=channel, ts=thread, limit=200, include_all_metadata=True, cursor=cursor or None
            )
            messages |= {str(message["ts"]): message for message in page.get("messages") or ()}
            cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                break
        return list(messages.values())

    def update(self, channel: str, ts: str, message: dict[str, Any]) -> bool:
        """Replace a message that we posted. False if it cannot be changed, or is gone."""
        from slack_sdk.errors import SlackApiError

        try:
            self.idempotent.chat_update(channel=channel, ts=ts, **editable(message))
        except (SlackApiError, OSError) as error:
            code = error_code(error) if isinstance(error, SlackApiError) else type(error).__name__
            log.info("a message could not be changed (%s)", code)
            return False
        return True

    def attempt(self, method: str, **arguments: Any) -> tuple[Any, str]:
        """Call a method whose failure does no harm; return (response, "") or (None, the error's code).

        After a 429 the method is not called again before its Retry-After is over.
        """
        from slack_sdk.errors import SlackApiError

        if self._clock() < self._quiet_until.get(method, 0.0):
            return None, "ratelimited"
        try:
            return self.trying.api_call(method, json=arguments), ""
        except SlackApiError as error:
            code = error_code(error)
            if code == "ratelimited":
                self._quiet_until[method] = self._clock() + retry_after(error)
        except OSError as error:
            code = type(error).__name__
        log.debug("%s: %s", method, code)
        return None, code


def retry_after(error: SlackApiError) -> float:
    """Return the seconds that Slack asks to wait; 1 if it does not say."""
    headers = getattr(error.response, "headers", None) or {}
    value = next((v for name, v in headers.items() if name.lower() == "retry-after"), "1")
    try:
        return float(value[0] if isinstance(value, list) else value)
    except ValueError:
        return 1.0


def metadata(key: str) -> dict[str, Any]:
    """Return what marks a message as ours: its key is "question's ts/reference/number"."""
    return {"event_type": METADATA_TYPE, "event_payload": {"key": key}}


def key_of(message: dict[str, Any]) -> str:
    """Return the key of one of our messages, or ""."""
    return str(((message.get("metadata") or {}).get("event_payload") or {}).get("key") or "")


def error_code(error: SlackApiError) -> str:
    """Return Slack's code of an error: "ratelimited", "channel_not_found"."""
    return str(error.response.get("error", "")) if hasattr(error.response, "get") else ""


def _unclear(error: SlackApiError) -> bool:
    return int(getattr(error.response, "status_code", 0) or 0) >= 500


def editable(message: dict[str, Any]) -> dict[str, Any]:
    """Return a message without what `chat.update` does not take."""
    return {name: value for name, value in message.items() if name != "mrkdwn"}
