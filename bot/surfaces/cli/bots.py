"""`footnote slack`, `footnote discord`, `footnote mcp`: the same answers where people already talk."""

from __future__ import annotations

import sys
from typing import Annotated, Literal

import typer

from bot.settings.settings import Settings
from bot.surfaces.cli.options import LibraryOption, ModelOption, check_model, load_settings, require_embedding_model


def slack(
    library: LibraryOption = None,
    model: ModelOption = None,
    http: Annotated[
        bool, typer.Option("--http", help="Listen for Slack's requests instead of opening a socket to Slack.")
    ] = False,
    port: Annotated[int, typer.Option("--port", metavar="N", min=1, max=65_535, help="Port of the HTTP mode.")] = 3_000,
) -> None:
    """Answer in Slack. docs/slack.md sets it up in ten minutes.

    Example: FOOTNOTE_SLACK_BOT_TOKEN=xoxb-… FOOTNOTE_SLACK_APP_TOKEN=xapp-… footnote slack
    """
    from bot.surfaces.slack.serve import serve

    serve(_settings(library, model), http=http, port=port)


def discord(library: LibraryOption = None, model: ModelOption = None) -> None:
    """Answer on Discord. docs/discord.md sets it up in ten minutes.

    Example: FOOTNOTE_DISCORD_TOKEN=… footnote discord
    """
    from bot.surfaces.discord.serve import serve

    serve(_settings(library, model))


def mcp(
    library: LibraryOption = None,
    model: ModelOption = None,
    http: Annotated[
        bool, typer.Option("--http", help="Serve streamable HTTP instead of standard input and output.")
    ] = False,
    host: Annotated[str, typer.Option("--host", metavar="ADDRESS", help="Address of --http.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", metavar="N", min=0, max=65_535, help="Port of --http; 0 takes a free one.")
    ] = 8_765,
    allow_ingest: Annotated[
        bool, typer.Option("--allow-ingest", help="Offer tools that add and remove documents.")
    ] = False,
    config: Annotated[
        Literal["claude-desktop", "claude-code", "cursor", "vscode"] | None,
        typer.Option("--config", help="Print the lines that make this program start the server, and end."),
    ] = None,
) -> None:
    """Offer the documents to programs that speak MCP.

    MCP is the Model Context Protocol, over standard input and output or HTTP.

    Example: footnote mcp --config claude-desktop
    """
    if config:
        from bot.surfaces.mcp.config import config_for

        place, lines = config_for(config, load_settings(library, model=model), allow_ingest=allow_ingest)
        print(place, file=sys.stderr)
        print(lines)
        return
    from bot.surfaces.mcp.serve import serve

    serve(_settings(library, model), http=http, host=host, port=port, allow_ingest=allow_ingest)


def _settings(library: str | None, model: str | None) -> Settings:
    settings = load_settings(library, model=model)
    check_model(settings)
    require_embedding_model(settings)
    return settings
