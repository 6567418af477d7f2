"""Blocking work beside an MCP server's event loop, stopped when the call is cancelled."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import anyio
import anyio.to_thread
from mcp.server.mcpserver.exceptions import ToolError

from bot.errors import words_for
from vectorstore.errors import FootnoteError

log = logging.getLogger(__name__)

_Result = TypeVar("_Result")
_END = object()


class _Failed:
    def __init__(self, error: Exception) -> None:
        self.error = error


async def in_thread(work: Callable[[], _Result], limiter: anyio.CapacityLimiter) -> _Result:
    """Run something blocking in a thread; its failure becomes a tool error in words."""
    try:
        return await anyio.to_thread.run_sync(work, abandon_on_cancel=True, limiter=limiter)
    except Exception as error:  # the edge: a caller reads words, never a traceback
        raise tool_error(error) from None


async def steps(start: Callable[[], Iterator[Any]], limiter: anyio.CapacityLimiter) -> AsyncIterator[Any]:
    """Yield what an iterator yields in a thread of its own.

    When the caller is cancelled the iterator is closed as soon as the step at hand is done.
    """
    loop = asyncio.get_running_loop()
    items: asyncio.Queue[Any] = asyncio.Queue()
    stop = threading.Event()

    def hand_over(item: Any) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(items.put_nowait, item)

    def work() -> None:
        iterator = start()
        try:
            for item in iterator:
                if stop.is_set():
                    break
                hand_over(item)
            hand_over(_END)
        except Exception as error:  # handed over, to be told where somebody listens
            hand_over(_Failed(error))
        finally:
            if isinstance(iterator, Generator):
                iterator.close()

    async with _turn(limiter):
        threading.Thread(target=work, name="mcp-ask", daemon=True).start()
        try:
            while (item := await items.get()) is not _END:
                if isinstance(item, _Failed):
                    raise tool_error(item.error) from None
                yield item
        finally:
            stop.set()


@asynccontextmanager
async def _turn(limiter: anyio.CapacityLimiter) -> AsyncIterator[None]:
    """Hold one of the limiter's places under a name of its own: one task may hold several."""
    borrower = object()
    await limiter.acquire_on_behalf_of(borrower)
    try:
        yield
    finally:
        limiter.release_on_behalf_of(borrower)


def tool_error(error: Exception) -> ToolError:
    """Return an error as a caller reads it: in words, without a traceback or a document's text."""
    if isinstance(error, ToolError):
        return error
    if not isinstance(error, FootnoteError):
        log.error("a tool failed: %s", type(error).__name__)
    return ToolError(words_for(error))
