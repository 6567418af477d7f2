"""`footnote serve`: the page and the API."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.surfaces.cli.options import LibraryOption, ModelOption, check_model, load_settings, require_embedding_model

HostOption = Annotated[
    str | None,
    typer.Option("--host", metavar="ADDRESS", help="Listen on this address (127.0.0.1)."),
]
PortOption = Annotated[
    int | None,
    typer.Option(
        "--port",
        metavar="N",
        min=0,
        max=65_535,
        help="Listen on this port (8000); 0 takes a free one.",
    ),
]
WorkersOption = Annotated[
    int,
    typer.Option(
        "--workers",
        metavar="N",
        min=1,
        help="So many processes serve, at one address (1); of a library in PostgreSQL only.",
    ),
]


def serve(
    library: LibraryOption = None,
    host: HostOption = None,
    port: PortOption = None,
    model: ModelOption = None,
    workers: WorkersOption = 1,
) -> None:
    """Open the chat page and the HTTP API.

    Example: footnote serve --port 8080
    """
    settings = load_settings(library, host=host, port=port, model=model)
    from bot.surfaces.web.app import refuse_unsafe, serve_bot
    from bot.surfaces.web.storage.accounts import has_users

    # Whether it is safe is said before a model is loaded or anything is listened on.
    refuse_unsafe(settings, has_users=has_users(settings.library), workers=workers)
    check_model(settings)
    require_embedding_model(settings)
    raise typer.Exit(serve_bot(settings, workers=workers))
