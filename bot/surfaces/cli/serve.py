"""`footnote serve` and `footnote users`: the page and the API, and who may use them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from bot.surfaces.cli.options import LibraryOption, ModelOption, check_model, load_settings, open_library, table

if TYPE_CHECKING:
    from bot.settings.settings import Settings
    from bot.surfaces.web.storage.accounts import Accounts, User

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
    typer.Option("--workers", metavar="N", min=1, help="Only 1 is possible; more is refused with the reason."),
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

    # Whether it is safe is said before a model is loaded or anything is listened on.
    refuse_unsafe(settings, has_users=_has_users(settings.library), workers=workers)
    check_model(settings)
    serve_bot(settings)


def _has_users(library: str) -> bool:
    if not _there(library):
        return False
    accounts, close = _accounts(library)
    try:
        return accounts.any()
    finally:
        close()


def _there(library: str) -> bool:
    from bot.surfaces.web.storage.database import FILE_NAME

    return (Path(library).expanduser() / FILE_NAME).exists()


def _accounts(library: str) -> tuple[Accounts, Callable[[], None]]:
    from bot.surfaces.web.storage.accounts import Accounts
    from bot.surfaces.web.storage.database import Database

    database = Database(Path(library).expanduser().absolute())
    return Accounts(database), database.close


users = typer.Typer(
    help="Who may use `footnote serve`: add, list, remove.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="Name of the account.")]
RoleOption = Annotated[
    Literal["reader", "editor"] | None,
    typer.Option("--role", help="A reader (the default) asks and reads; an editor also adds and removes documents."),
]
OnlyOption = Annotated[
    list[str] | None,
    typer.Option("--collection", metavar="NAME", help="Let it see this collection only; may be repeated."),
]
AllOption = Annotated[bool, typer.Option("--all-collections", help="Let it see all collections, as a new one does.")]
TokenOption = Annotated[
    bool, typer.Option("--token", help="For a program: print a token instead of asking for a password.")
]


@users.command("add")
def add_user(
    name: NameArgument,
    role: RoleOption = None,
    collection: OnlyOption = None,
    all_collections: AllOption = False,
    token: TokenOption = False,
    library: LibraryOption = None,
) -> None:
    """Add an account, or change one.

    What is not named stays as it is. The password is asked for, or read from standard input.

    Example: footnote users add ana --role editor --collection legal
    """
    settings = load_settings(library)
    if collection and all_collections:
        raise typer.BadParameter("name collections, or all of them", param_hint="--collection")
    password = None if token else _password()
    accounts, close = _accounts(settings.library)
    try:
        there = accounts.get(name)
        only = there.collections if there and not all_collections else None
        only = tuple(collection) if collection else only
        role = role or (there.role if there else "reader")
        accounts.add(name, password=password, role=role, collections=only)
        what = f"{name} can sign in as {role}" + (f" and sees {', '.join(only)}." if only else " and sees everything.")
        if token:
            print(accounts.add_token(name))
            print(f"{what} Keep this token; it is not shown again.", file=sys.stderr)
        else:
            print(what)
    finally:
        close()
    _say_unknown(settings, collection or [])


def _say_unknown(settings: Settings, collections: list[str]) -> None:
    """Say which collections are not there: they may come later, or be mistyped."""
    from vectorstore.errors import FootnoteError

    known: dict[str, int] = {}
    if collections:
        with suppress(FootnoteError), open_library(settings) as opened:  # there may be no document yet
            known = opened.collections()
    for name in collections:
        if name not in known:
            print(f"There is no collection {name!r} yet.", file=sys.stderr)


def _password() -> str:
    """Ask twice at a terminal; take a line of standard input elsewhere."""
    from bot.errors import SettingError

    if sys.stdin.isatty():
        from bot.surfaces.web.storage.accounts import LEAST_PASSWORD

        words = f"Password, {LEAST_PASSWORD} characters or more"
        return str(typer.prompt(words, hide_input=True, confirmation_prompt="Once more"))
    password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise SettingError("There is no password on standard input.", remedy="Or ask for a token with --token.")
    return password


@users.command("list")
def list_users(library: LibraryOption = None) -> None:
    """List accounts with role, collections and how they sign in."""
    settings = load_settings(library)
    found: list[User] = []
    if _there(settings.library):
        accounts, close = _accounts(settings.library)
        try:
            found = accounts.all()
        finally:
            close()
    if not found:
        print("There are no users. Add one with: footnote users add NAME", file=sys.stderr)
        return
    rows = []
    for user in found:
        ways = [
            *(["password"] if user.has_password else []),
            *([f"{user.tokens} tokens"] if user.tokens else []),
        ]
        only = ", ".join(user.collections) if user.collections is not None else "all"
        rows.append((user.name, user.role, only, ", ".join(ways).replace("1 tokens", "1 token"), user.created[:10]))
    table(("name", "role", "collections", "signs in by", "since"), rows)


@users.command("remove")
def remove_user(name: NameArgument, library: LibraryOption = None) -> None:
    """Remove an account with its conversations.

    Its sessions and tokens end at once.
    """
    from bot.errors import SettingError

    settings = load_settings(library)
    removed = False
    if _there(settings.library):
        accounts, close = _accounts(settings.library)
        try:
            removed = accounts.remove(name)
        finally:
            close()
    if not removed:
        raise SettingError(f"There is no user {name!r}.", remedy="footnote users list shows them.")
    print(f"{name} is removed, with its conversations.")
