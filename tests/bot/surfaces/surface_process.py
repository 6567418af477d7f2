"""`footnote slack`, `discord` or `mcp` in a process of its own, pointed at a local fake, with a slow bot."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from importlib import import_module
from pathlib import Path
from typing import Any

from scripted_bot import ScriptedBot, echo

from bot.answer import Answer


def _noted(question: str) -> Answer:
    Path("asked").touch()  # the test sees that work has begun
    return echo(question)


def main(address: str, *arguments: str) -> None:
    """Run the command with `address` as Slack's Web API, or with its port as Discord's."""
    from bot.surfaces.cli import app as cli

    module: Any = import_module("bot.ask")  # the package's `ask` is a function
    module.Bot = lambda **_: nullcontext(ScriptedBot(_noted, delay=1.5, writes=False))
    if arguments[0] == "slack":
        from bot.surfaces.slack.surface import SlackSurface

        defaults: Any = SlackSurface.__init__.__kwdefaults__
        defaults["address"] = address
    elif arguments[0] == "discord":
        import yarl
        from discord.gateway import DiscordWebSocket
        from discord.http import Route

        port = yarl.URL(address).port
        Route.BASE = f"http://127.0.0.1:{port}/api/v10"
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(f"ws://127.0.0.1:{port}/gateway")
    sys.exit(cli.run(arguments))


if __name__ == "__main__":
    main(*sys.argv[1:])
