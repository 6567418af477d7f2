"""The web surface: `create_app` puts page and API together, `serve` runs them.

Reading order: gate.py (every request passes it), auth.py (who asks), answering.py (a question's way), then routes/.
What they share is in services.py; what people keep is in storage/. docs/http-api.md is the contract.
"""

from __future__ import annotations

import asyncio
import socket
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import uvicorn
from fastapi import FastAPI

from bot.errors import SettingError
from bot.loopback import is_loopback
from bot.settings.settings import Settings
from bot.surfaces import arenas
from bot.surfaces.listen import listen, proxy_options
from bot.surfaces.web import errors, log
from bot.surfaces.web.connections import Door, raise_open_files
from bot.surfaces.web.examples import add_examples
from bot.surfaces.web.gate import Gate
from bot.surfaces.web.identity import IdentityProvider
from bot.surfaces.web.routes import (
    ask,
    conversations,
    desk,
    documents,
    exports,
    health,
    identity,
    openai,
    openai_responses,
    pages,
    session,
    survey,
)
from bot.surfaces.web.routes import ingest as ingest_routes
from bot.surfaces.web.services import Services, footnote_version, text_goes_to
from bot.surfaces.web.static import FOLDER, add_page
from bot.surfaces.web.storage.accounts import has_users
from bot.text.shown import visible
from vectorstore.catalog.homes.named import is_on_server
from vectorstore.errors import FootnoteError

if TYPE_CHECKING:
    from bot.ask import Bot
    from bot.surfaces.web.storage.jobs import Ingest
    from vectorstore.library import Library

LEAST_TOKEN = 16
WARM_SECONDS = 30.0
"""How long a stop waits for the embedding model to have been loaded: its ONNX form is written for some ten seconds."""
DESCRIPTION = """Ask your documents. Every sentence of an answer carries a verbatim footnote, checked by code.

Offsets come in code points (`start`, `end`) and UTF-16 units (`start_utf16`, `end_utf16`)."""


def create_app(bot: Bot, settings: Settings, *, ingest: Ingest | None = None, page: Path = FOLDER) -> FastAPI:
    """Return the ASGI app.

    Args:
        bot: Answers; its library is what is listed, read and written.
        settings: Limits, host and access token.
        ingest: Reads uploaded files; None for the library's own sync.
        page: Folder of the page's files.
    """
    if ingest is None:
        from bot.surfaces.web.storage.reader import LibraryReader

        ingest = LibraryReader(bot.library, settings)
    services = Services(bot, settings, Path(bot.library.folder), ingest)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        services.jobs.start()
        yield
        services.leave_off()
        await asyncio.to_thread(services.close, seconds=float(settings.stop_seconds))

    app = FastAPI(
        title="Footnote",
        version=footnote_version(),
        description=DESCRIPTION,
        license_info={"name": "MIT"},
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        # FastAPI would hand exceptions and refused values, and so document text, to any OpenTelemetry
        # provider that the environment sets up.
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
    )
    app.state.services = services
    errors.install(app)
    for module in (
        ask,
        conversations,
        desk,
        exports,
        documents,
        pages,
        ingest_routes,
        openai,
        openai_responses,
        survey,
        session,
        identity,
        health,
    ):
        app.include_router(module.router)
    add_examples(app)
    add_page(app, page)
    guarded = is_loopback(settings.host) or settings.allowed_hosts
    hosts = settings.allowed_hosts if guarded else None
    upload_bytes = settings.upload_megabytes * 1024 * 1024
    app.add_middleware(Gate, metrics=services.metrics, audit=services.audit, hosts=hosts, upload_bytes=upload_bytes)
    return app


def refuse_unsafe(settings: Settings, *, has_users: bool, workers: int = 1) -> None:
    """Check that serving with these settings is safe.

    Raises:
        SettingError: It is not; the message says why.
        ExtraMissing: The packages for an identity provider are not installed.
    """
    if settings.oidc_issuer:
        IdentityProvider(settings)
    if workers != 1 and not is_on_server(settings.library):
        raise SettingError(
            f"--workers {workers} needs a library in PostgreSQL: of a folder one process owns uploads, progress and "
            "limits, and it asks with every core already.",
            remedy="Leave --workers out, or name a library as postgresql://user@host/database.",
        )
    token = settings.access_token
    if token and len(token) < LEAST_TOKEN:
        raise SettingError(
            f"The access token has {len(token)} characters; at least {LEAST_TOKEN} are needed.",
            remedy='Make one with: python -c "import secrets; print(secrets.token_urlsafe(32))"',
        )
    if not is_loopback(settings.host) and not token and not has_users and not settings.oidc_issuer:
        raise SettingError(
            f"Footnote will not listen on {settings.host} while anybody could read and change documents.",
            remedy="Set FOOTNOTE_ACCESS_TOKEN, or add accounts with: footnote users add NAME",
        )


class _Server(uvicorn.Server):
    """Uvicorn that tells streams of progress to end when it is asked to stop."""

    def __init__(self, config: uvicorn.Config, stopping: Callable[[], None], ready: Callable[[str], None]) -> None:
        super().__init__(config)
        self._stopping_now = stopping
        self._ready = ready
        self._loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)
        if self.started and sockets:
            self._ready(_address(sockets[0]))

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        # Not uvicorn's own: it would die of the signal afterwards, before the library is closed.
        del sig, frame
        if self.should_exit:
            self.force_exit = True
        self.should_exit = True
        if self._loop:
            self._loop.call_soon_threadsafe(self._stopping_now)


def serve(
    bot: Bot, settings: Settings, *, warm: bool = False, listener: socket.socket | None = None, says: bool = True
) -> None:
    """Serve page and API until the process is asked to stop; answers under way are finished first.

    Args:
        bot: Answers.
        settings: Host, port, limits and access token.
        warm: Load the embedding model at once, beside the start, rather than with the first question.
        listener: Where to listen, if that is bound already; it is closed at the end.
        says: Whether the address is printed.

    Raises:
        SettingError: Serving so is not safe or not possible.
    """
    arenas.use_few()
    log.configure(settings.log_level)
    refuse_unsafe(settings, has_users=has_users(bot.library.catalog.home))
    # A taken port is said before a model is loaded.
    listener = listener or listen(settings.host, settings.port)
    warming = threading.Thread(target=_warm, args=(bot.library,), name="footnote-warm", daemon=True)
    if warm:
        warming.start()  # not before all refusals, after which the process ends
    app = create_app(bot, settings)
    raise_open_files()
    door = Door()
    config = uvicorn.Config(
        app,
        http=door.protocol(),
        log_config=None,
        access_log=False,
        server_header=False,
        **proxy_options(settings.trusted_proxies),
        timeout_graceful_shutdown=settings.stop_seconds,
        # Longer than proxies keep theirs, so that none of them sends into a connection that closes.
        timeout_keep_alive=75,
        ws="none",
    )
    services: Services = app.state.services

    def stopping() -> None:
        services.leave_off()
        door.stop()

    server = _Server(config, stopping, lambda address: _say_ready(address, settings) if says else None)
    try:
        server.run(sockets=[listener])
    finally:
        listener.close()
        if warm:
            # A process that ends while a model loads in a thread ends with an abort.
            warming.join(WARM_SECONDS)


def serve_bot(settings: Settings, *, workers: int = 1) -> int:
    """Open the library, making it if need be, and serve it with the bot that the settings describe.

    Args:
        settings: Which library, who answers, host and port.
        workers: Processes that serve, at one address; more than one of a library in PostgreSQL only.

    Returns:
        The status to end with.
    """
    from bot.surfaces.web.storage.database import fault

    if wrong := fault(settings.library):
        raise wrong
    if workers == 1:
        _serve_one(settings, None, True)
        return 0
    from bot.surfaces.web.workers import watch_over

    listener = listen(settings.host, settings.port)
    try:
        return watch_over(_serve_one, settings, listener, count=workers)
    finally:
        listener.close()


def _serve_one(settings: Settings, listener: socket.socket | None, says: bool) -> None:
    from bot.ask import Bot
    from vectorstore.open_library import open_library

    with open_library(settings, create=True) as library:  # the first document may well come by upload
        if library.place != str(library.folder) and says:
            print(visible(_what_stays(library)), file=sys.stderr)
        for message in library.damaged().values() if says else ():
            print(visible(f"{message} Run: footnote doctor --repair"), file=sys.stderr)
        bot = Bot(library, settings=settings)
        try:
            serve(bot, settings, warm=True, listener=listener, says=says)
        finally:
            bot.close()
            # Writing the Chroma index takes a minute, and a stop must not: see `storage/reader.py` for who writes it.
            library.close(update_index=False)


def _what_stays(library: Library) -> str:
    """Return which files of a library on a server are none of that server's."""
    return (
        f"Documents, accounts, conversations and limits are kept in {library.place}. Uploaded files, editors’ answers "
        f"and the audit log are in {library.folder}: servers on other machines need the same folder."
    )


def _warm(library: Library) -> None:
    """Load the embedding model before the first question comes; why it cannot, the question will say."""
    with suppress(FootnoteError):
        library.search("warm up", limit=1)


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{port}"


def _say_ready(address: str, settings: Settings) -> None:
    place = text_goes_to(settings)
    leaves = f"Questions and passages are sent to {place}." if place else "Nothing leaves this machine."
    print(
        f"Footnote is at {address} ({settings.model}). {leaves} Stop with Ctrl-C.",
        file=sys.stderr,
        flush=True,
    )
