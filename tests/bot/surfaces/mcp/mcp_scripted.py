"""An MCP server with a scripted bot over standard input and output, for a process of its own."""

from __future__ import annotations

from scripted_bot import ScriptedBot, echo

from bot.answer import Answer
from bot.surfaces.mcp.server import FootnoteServer


def main() -> None:
    """Serve until the client goes."""

    def chatty(question: str) -> Answer:
        print("a library that prints must not break the protocol")
        return echo(question)

    FootnoteServer(ScriptedBot(chatty)).run("stdio")  # type: ignore[arg-type]
