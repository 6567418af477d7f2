"""The tools that change the library, offered with `--allow-ingest` only."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Protocol, TypeVar

import anyio
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import CallToolResult, ToolAnnotations
from pydantic import Field

from bot.settings.checks import collection_name
from bot.surfaces.mcp import render, shapes

if TYPE_CHECKING:
    from bot.ask import Bot
    from ingest.progress import Progress
    from ingest.report import SyncReport
    from vectorstore.records import DocumentInfo

Result = TypeVar("Result")


class ToolServer(Protocol):
    """What the tools need of the server."""

    bot: Bot

    def find(self, name: str) -> DocumentInfo:
        """Return the document called so."""

    async def in_thread(self, work: Callable[[], Result]) -> Result:
        """Do what blocks beside the event loop; its errors become ToolError."""

    def add_tool(self, fn: Callable[..., Any], *, title: str, annotations: ToolAnnotations) -> None:
        """Offer a tool."""


Paths = Annotated[list[str], Field(description="Files and folders of the server's machine", min_length=1)]
Collection = Annotated[str, Field(description="Where to; empty for the usual one")]


def add_ingest_tools(server: ToolServer) -> None:
    """Offer tools that add and remove documents."""

    async def add_documents(
        paths: Paths, ctx: Context[Any, Any], collection: Collection = ""
    ) -> Annotated[CallToolResult, shapes.IngestResult]:
        """Add files and folders: new and changed files are read, what is gone from a folder leaves."""
        from ingest.options import SyncOptions
        from ingest.sync import sync

        expected = collection_name(collection) if collection else ""
        if expected:
            raise ToolError(f"A collection's name must be {expected}.")
        options = SyncOptions(collection=collection or server.bot.settings.collection)
        stop = threading.Event()
        progress: asyncio.Queue[Progress] = asyncio.Queue()
        loop = asyncio.get_running_loop()

        def tell(state: Progress) -> None:
            loop.call_soon_threadsafe(progress.put_nowait, state)

        async def report() -> None:
            while True:
                state = await progress.get()
                await ctx.report_progress(state.files, state.total, Path(state.source).name)

        async with anyio.create_task_group() as group:
            group.start_soon(report)
            result: SyncReport | ToolError
            try:
                result = await server.in_thread(
                    lambda: sync(server.bot.library, paths, options, progress=tell, stop=stop)
                )
            except ToolError as error:
                result = error  # raised below: the group would wrap it, and its words be lost
            finally:
                stop.set()  # a cancelled call: the file at hand is finished, and no other is begun
            group.cancel_scope.cancel()
        if isinstance(result, ToolError):
            raise result
        done = shapes.IngestResult(
            added=list(result.added),
            changed=list(result.changed),
            unchanged=len(result.unchanged),
            failed=[f"{source}: {reason}" for source, reason in result.failed],
            notes=list(result.notes),
            stopped=result.stopped,
        )
        return render.result(done, render.ingest_text(done))

    async def remove_document(document: shapes.Name) -> Annotated[CallToolResult, shapes.RemovedDocument]:
        """Remove a document from the library. Its file is not touched."""

        def remove() -> CallToolResult:
            info = server.find(document)
            server.bot.library.remove([info.id])
            gone = shapes.RemovedDocument(document=info.id, title=info.title, source=shapes.shown_name(info.source))
            return render.result(gone, f"{gone.title or gone.source} is removed. Its file was not touched.")

        return await server.in_thread(remove)

    adds = ToolAnnotations(read_only_hint=False, destructive_hint=False, open_world_hint=False)
    removes = ToolAnnotations(read_only_hint=False, destructive_hint=True, open_world_hint=False)
    server.add_tool(add_documents, title="Add documents", annotations=adds)
    server.add_tool(remove_document, title="Remove a document", annotations=removes)
