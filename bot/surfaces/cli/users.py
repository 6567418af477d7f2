"""`footnote users`: who may use `footnote serve`, and their tokens."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from bot.errors import SettingError
from bot.surfaces.cli.audit import note_command
from bot.surfaces.cli.options import LibraryOption, load_settings, open_library, table

if TYPE_CHECKING:
    from bot.settings.settings import Settings
    from bot.surfaces.web.storage.accounts import Accounts, Token, User


@contextmanager
def _accounts(library: str) -> Iterator[Accounts | None]:
    """Yield the accounts of a library, or None where there never was one: looking makes no file."""
    from bot.kept.open import is_kept
    from bot.surfaces.web.storage.database import PEOPLE

    if not is_kept(library, PEOPLE):
        yield None
        return
    with _accounts_made(library) as accounts:
        yield accounts


@contextmanager
def _accounts_made(library: str) -> Iterator[Accounts]:
    from bot.surfaces.web.storage.accounts import Accounts
    from bot.surfaces.web.storage.database import open_people

    database = open_people(library)
    try:
        yield Accounts(database)
    finally:
        database.close()


users = typer.Typer(
    help="Who may use `footnote serve`, and their tokens.",
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
GroupOption = Annotated[
    list[str] | None,
    typer.Option("--group", metavar="NAME", help="A group that it is in, as lists of who may see a document name it."),
]
NoGroupsOption = Annotated[bool, typer.Option("--no-groups", help="Take it out of all groups.")]
TokenOption = Annotated[
    bool, typer.Option("--token", help="For a program: print a token instead of asking for a password.")
]


@users.command("add")
def add_user(
    name: NameArgument,
    role: RoleOption = None,
    collection: OnlyOption = None,
    all_collections: AllOption = False,
    group: GroupOption = None,
    no_groups: NoGroupsOption = False,
    token: TokenOption = False,
    library: LibraryOption = None,
) -> None:
    """Add an account, or change one.

    What is not named stays as it is; an account that is there gets a new password where nothing is named. A password
    is asked for, or read from standard input. `--group` names all groups of the account.

    Example: footnote users add ana --role editor --collection legal
    """
    settings = load_settings(library)
    if collection and all_collections:
        raise typer.BadParameter("name collections, or all of them", param_hint="--collection")
    if group and no_groups:
        raise typer.BadParameter("name groups, or none", param_hint="--group")
    with _accounts(settings.library) as known:
        there = known.get(name) if known else None
    changes = token or (there and (role or collection or all_collections or group or no_groups))
    password = None if changes else _password()
    only = there.collections if there and not all_collections else None
    only = tuple(collection) if collection else only
    role = role or (there.role if there else "reader")
    groups = there.groups if there and not no_groups else ()
    groups = tuple(group) if group else groups
    with _accounts_made(settings.library) as accounts:
        accounts.add(name, password=password, role=role, collections=only, groups=groups)
        secret = accounts.add_token(name) if token else ""
    note_command(settings, "users add", id=name, role=role, collections=only or "all", groups=groups)
    said = f"{name} can sign in as {role} and sees {', '.join(only) if only else 'everything'}."
    said += _still_valid(there) if there else ""
    if secret:
        print(secret)
        print(f"{said} Keep this token; it is not shown again.", file=sys.stderr)
    else:
        print(said)
    _say_unknown(settings, collection or [])


def _still_valid(user: User) -> str:
    """Say what a change leaves valid of the ways by which a person, or somebody else, is signed in already."""
    if not user.tokens:
        return " It is signed out everywhere."
    tokens = "1 token still works" if user.tokens == 1 else f"{user.tokens} tokens still work"
    return f" It is signed out everywhere, but {tokens}: footnote users tokens list {user.name}"


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
    with _accounts(settings.library) as accounts:
        found = accounts.all() if accounts else []
    if not found:
        print("There are no users. Add one with: footnote users add NAME", file=sys.stderr)
        return
    rows = []
    for user in found:
        ways = [
            *(["provider"] if user.subject else []),
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
    settings = load_settings(library)
    with _accounts(settings.library) as accounts:
        removed = accounts is not None and accounts.remove(name)
    if not removed:
        raise _no_user(name)
    note_command(settings, "users remove", id=name)
    print(f"{name} is removed, with its conversations.")


tokens = typer.Typer(
    help="The tokens of programs: add, list, revoke.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
users.add_typer(tokens, name="tokens")


@tokens.command("list")
def list_tokens(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="Of this account only.")] = None,
    library: LibraryOption = None,
) -> None:
    """List tokens by their ids; the tokens themselves are not kept."""
    settings = load_settings(library)
    with _accounts(settings.library) as accounts:
        if name and (accounts is None or accounts.get(name) is None):
            raise _no_user(name)
        found = accounts.tokens(name) if accounts else []
    if not found:
        print("There are no tokens. Make one with: footnote users add NAME --token", file=sys.stderr)
        return
    rows = [
        (token.id, token.user, token.name, token.created[:10], _until(token), token.used or "never") for token in found
    ]
    table(("id", "account", "for", "since", "until", "last used"), rows)


def _until(token: Token) -> str:
    return "ended" if token.ended else token.expires[:10] or "revoked"


@tokens.command("add")
def add_token(
    name: NameArgument,
    label: Annotated[str, typer.Option("--for", metavar="WORDS", help="What it is for; `tokens list` shows it.")] = "",
    days: Annotated[int | None, typer.Option("--days", min=1, max=3_650, help="How many days it works.")] = None,
    library: LibraryOption = None,
) -> None:
    """Print a new token of an account; whoever is signed in stays so.

    Example: footnote users tokens add robot --for "Weekly report" --days 90
    """
    from bot.surfaces.web.storage.accounts import token_id

    settings = load_settings(library)
    with _accounts(settings.library) as accounts:
        if accounts is None or accounts.get(name) is None:
            raise _no_user(name)
        token = accounts.add_token(name, label=" ".join(label.split())[:100], days=days)
    print(token)
    note_command(settings, "users tokens add", id=token_id(token), account=name)
    print("Keep this token; it is not shown again.", file=sys.stderr)


@tokens.command("revoke")
def revoke_tokens(
    ids: Annotated[list[str], typer.Argument(metavar="ID…", help="As `tokens list` shows it, or the token itself.")],
    library: LibraryOption = None,
) -> None:
    """End tokens, and what was signed in to with them.

    Example: footnote users tokens revoke 3f2a91c0d4be
    """
    settings = load_settings(library)
    with _accounts(settings.library) as accounts:
        for token in ids:
            ended = accounts.revoke(token) if accounts else None
            if not ended:
                # Not by what was typed: that may be a token, if not one of here.
                raise SettingError("There is no such token.", remedy="footnote users tokens list shows their ids.")
            note_command(settings, "users tokens revoke", id=ended.id, account=ended.user)
            print(f"The token {ended.id} of {ended.user} is revoked.")


def _no_user(name: str) -> SettingError:
    return SettingError(f"There is no user {name!r}.", remedy="footnote users list shows them.")
