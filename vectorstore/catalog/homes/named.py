"""Which home a name means: a folder of this machine, or the address of a PostgreSQL database."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from vectorstore.errors import LibraryError, LibraryMissing

if TYPE_CHECKING:
    from vectorstore.catalog.homes.home import Home

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):/|(postgres(?:ql)?):", re.IGNORECASE)
"""How an address begins. One letter before the colon is a drive of Windows."""
SERVERS = ("postgresql", "postgres")


def scheme_of(named: str | os.PathLike[str]) -> str:
    """Return with which scheme an address begins, in small letters; "" where a folder is named."""
    found = _SCHEME.match(os.fspath(named))
    return (found[1] or found[2]).lower() if found else ""


def is_on_server(named: str | os.PathLike[str]) -> bool:
    """Tell whether a library is named by the address of a server."""
    return scheme_of(named) in SERVERS


def home_of(named: str | os.PathLike[str], *, read_only: bool = False) -> Home:
    """Return the home that a library's name means; nothing is opened yet.

    Args:
        named: A folder, or `postgresql://user@host/database`.
        read_only: Whether nothing is to be written.

    Raises:
        LibraryMissing: An address is named that is not understood: a folder called "mysql:" would be made in silence.
        LibraryError: The address is one of PostgreSQL, and its client is not installed.
    """
    scheme = scheme_of(named)
    if scheme in SERVERS and os.fspath(named)[len(scheme) :].startswith("://"):
        try:
            from vectorstore.catalog.homes.postgresql import PostgresqlHome
        except ModuleNotFoundError as error:
            raise LibraryError(
                "A library in PostgreSQL needs the package psycopg.",
                remedy='Run: pip install "footnote-bot[postgres]"',
            ) from error
        return PostgresqlHome(os.fspath(named), read_only=read_only)
    if scheme:
        raise LibraryMissing(  # without the address: it may hold a password
            f"The library is named by an address that is not understood ({scheme}:…).",
            remedy="Name a folder, or a database as postgresql://user@host/database. The address of a Chroma server "
            "goes into FOOTNOTE_CHROMA.",
        )
    from vectorstore.catalog.homes.sqlite import SqliteHome

    return SqliteHome(Path(named).expanduser().absolute(), read_only=read_only)


def folder_of(named: str) -> Path:
    """Return the folder of a library; of one on a server, the folder of this machine for what is not in its catalog.

    Raises:
        LibraryMissing: An address is named that is not understood.
    """
    return home_of(named).folder


def place_of(named: str) -> str:
    """Return where a library is, for people: an address without its password.

    Raises:
        LibraryMissing: An address is named that is not understood.
    """
    return home_of(named).place
