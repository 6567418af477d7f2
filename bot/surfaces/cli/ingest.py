"""`footnote ingest`: a thin door to ingest/."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import Annotated

import typer

from bot.surfaces.cli.audit import note_command
from bot.surfaces.cli.options import JsonOption, LibraryOption, load_settings, require_embedding_model

Paths = Annotated[list[str], typer.Argument(metavar="PATH…", help="Folders, files and web addresses.")]
IntoOption = Annotated[
    str | None,
    typer.Option("--collection", metavar="NAME", help="Collection to add to (default)."),
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Say what would change, and change nothing.")]
WatchOption = Annotated[bool, typer.Option("--watch", help="Go on, and take up changes as they happen.")]
PasswordOption = Annotated[
    list[str] | None,
    typer.Option("--password", metavar="TEXT", help="Password to try on encrypted files; may be repeated."),
]


CommentsOption = Annotated[bool, typer.Option("--comments", help="Read review comments too.")]
ReembedOption = Annotated[
    bool, typer.Option("--reembed", help="Embed the whole library anew, with the model that is set.")
]
RemovalsOption = Annotated[
    bool, typer.Option("--allow-removals", help="Let all documents of a path go at once, or most of many.")
]
ManyOption = Annotated[
    bool, typer.Option("--allow-many", help="Read a huge folder (over 20,000 files) without asking.")
]
CheckOption = Annotated[
    bool, typer.Option("--check", help="Read every file to see whether it changed, whatever its size and time say.")
]
WaitOption = Annotated[
    float, typer.Option("--wait", metavar="SECONDS", min=0, help="How long to wait for another writer.")
]

MEGABYTE = 1024 * 1024


def ingest(
    paths: Paths,
    library: LibraryOption = None,
    collection: IntoOption = None,
    dry_run: DryRunOption = False,
    watch: WatchOption = False,
    password: PasswordOption = None,
    comments: CommentsOption = False,
    reembed: ReembedOption = False,
    allow_removals: RemovalsOption = False,
    allow_many: ManyOption = False,
    check: CheckOption = False,
    wait: WaitOption = 30.0,
    json: JsonOption = False,
) -> None:
    """Make the library equal to folders and files.

    New ones are added, changed ones replaced, vanished ones removed.

    Example: footnote ingest ~/notes report.pdf
    """
    settings = load_settings(library, collection=collection)
    from bot.offline import refuse_if_offline
    from bot.surfaces.web.storage.database import fault
    from ingest.__main__ import Run, run
    from ingest.document import LoadOptions
    from ingest.reading.worker import Limits
    from ingest.sources.addresses import is_address
    from vectorstore.errors import LibraryUnreachable

    if any(map(is_address, paths)):
        refuse_if_offline("Reading a web address")
    if not dry_run:
        require_embedding_model(settings)
    how = Run(
        library=settings.library,
        collection=settings.collection,
        embedding_model=settings.embedding_model,
        chroma=settings.chroma,
        cache=settings.cache,
        threads=settings.threads,
        load=LoadOptions(
            passwords=(*(password or ()), *settings.file_passwords),
            comments=comments,
            ocr_languages=settings.ocr_languages,
        ),
        limits=Limits(
            bytes=settings.file_megabytes * MEGABYTE,
            seconds=settings.file_seconds,
            memory=settings.file_memory_megabytes * MEGABYTE,
        ),
        addresses=settings.addresses,
        dry_run=dry_run,
        as_json=json,
        watch=watch,
        reembed=reembed,
        allow_removals=allow_removals,
        allow_many=allow_many,
        check=check,
        wait=wait,
    )
    with suppress(LibraryUnreachable):  # which the ingest tells
        if wrong := fault(settings.library):
            print(f"{wrong} The ingest goes on.", file=sys.stderr)
    status = run(paths, how)
    if not dry_run:
        note_command(settings, "ingest", collection=settings.collection, status=status)
    raise typer.Exit(status)
