"""`footnote audit`: who signed in, asked, read and changed what."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from bot.surfaces.cli.options import JsonOption, LibraryOption, load_settings, table
from vectorstore.catalog.homes.named import folder_of
from vectorstore.errors import LibraryDamaged, LibraryUnreachable

if TYPE_CHECKING:
    from bot.settings.settings import Settings

PersonOption = Annotated[str, typer.Option("--person", metavar="NAME", help="Only what this account did.")]
DayOption = Annotated[str, typer.Option("--day", metavar="DATE", help="Only what was done on this day (2026-11-30).")]
SinceOption = Annotated[str, typer.Option("--since", metavar="DATE", help="Only what was done on or after this day.")]
UntilOption = Annotated[str, typer.Option("--until", metavar="DATE", help="Only what was done on or before this day.")]
KindOption = Annotated[
    Literal["signed", "changed", "asked", "read"] | None, typer.Option("--kind", help="Only what is of this kind.")
]
_SHOWN = ("time", "kind", "who", "action", "outcome", "status", "request")


def audit(
    person: PersonOption = "",
    day: DayOption = "",
    since: SinceOption = "",
    until: UntilOption = "",
    kind: KindOption = None,
    library: LibraryOption = None,
    json: JsonOption = False,
) -> None:
    """Show who signed in, asked, read and changed what.

    As far as the setting audit says; ids and counts, never what was asked. Oldest first; `--json` gives whole lines.

    Example: footnote audit --person ana --kind changed --since 2026-11-01
    """
    import json as json_

    from bot.surfaces.web.audit import audit_folder, lines
    from bot.text.shown import visible

    for name, value in (("--day", day), ("--since", since), ("--until", until)):
        _refuse_no_day(name, value)
    settings = load_settings(library)
    folder = audit_folder(settings, folder_of(settings.library))
    found = lines(folder, who=person, kinds=(kind,) if kind else (), since=day or since, until=day or until)
    if json:
        for line in found:
            print(json_.dumps(line))
        return
    rows = [tuple(visible(cell) for cell in _row(line)) for line in found]
    if not rows:
        print(f"Nothing of the kind is noted (the setting audit is {settings.audit!r}).", file=sys.stderr)
        return
    table(("time", "who", "kind", "what", "outcome", "of"), rows)


def note_command(settings: Settings, action: str, **more: Any) -> None:
    """Note a change by a command, where people sign in to the library's server and the setting says so.

    Args:
        settings: Of the library.
        action: The command.
        more: Ids, counts, names of accounts; of many documents some are named.
    """
    from getpass import getuser

    from bot.surfaces.web.audit import MOST_DOCUMENTS, Audit
    from bot.surfaces.web.storage.accounts import has_users

    folder = folder_of(settings.library)
    try:
        noted = bool(settings.oidc_issuer or settings.access_token or has_users(settings.library))
    except (LibraryDamaged, LibraryUnreachable):  # which the command has said, or `doctor` says
        noted = False
    if settings.audit == "off" or not noted:
        return
    try:
        who = f"{getuser()} (command)"
    except (KeyError, OSError):  # a container whose user has no entry
        who = f"{os.getuid() if hasattr(os, 'getuid') else '?'} (command)"
    if documents := more.get("documents"):
        more |= {"documents": documents[:MOST_DOCUMENTS], "count": len(documents)}
    Audit(settings, folder).write("changed", who, action, outcome="ok", **more)


def _row(line: dict[str, Any]) -> tuple[str, ...]:
    more = ", ".join(f"{name} {_words(value)}" for name, value in line.items() if name not in _SHOWN and value)
    time = f"{str(line['time'])[:19]}Z".replace("T", " ")
    return (time, str(line["who"]), str(line["kind"]), str(line["action"]), str(line.get("outcome", "")), more)


def _words(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


def _refuse_no_day(name: str, value: str) -> None:
    from datetime import date

    try:
        if value:
            date.fromisoformat(value)
    except ValueError:
        raise typer.BadParameter("write a day as 2026-11-30", param_hint=name) from None
