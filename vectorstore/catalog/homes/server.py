"""A PostgreSQL database as an address names it: its connections, and what its errors mean to a person."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from json import JSONDecodeError
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import psycopg
from psycopg.adapt import Dumper, Loader
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import Format
from psycopg.types.numeric import NumericBinaryLoader

from vectorstore.catalog.homes.dialect import given_back, held
from vectorstore.errors import (
    DiskFull,
    LibraryBusy,
    LibraryDamaged,
    LibraryError,
    LibraryMissing,
    LibraryReadOnly,
    LibraryUnreachable,
)

SCHEMA = "footnote"
"""The schema that holds the library's tables; `?schema=…` in the address names another."""
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,47}")
_OPTIONS = {
    "connect_timeout": "10",
    "tcp_user_timeout": "30000",
    "keepalives_idle": "30",
    "fallback_application_name": "footnote",
}
"""A server that is gone is noticed within half a minute; the address may say otherwise."""
_FORM = "postgresql://user@host/database"
_REFUSED = (
    ("password", "refuses the password, or none was given"),
    ("pg_hba.conf", "does not let this machine in"),
    ("role", "does not know the user"),
    ("database", "has no database of this name"),
    ("refused", "does not answer: nothing listens there"),
    ("translate host name", "does not answer: its name is not known"),
    ("Errno", "does not answer: its name is not known"),  # as the resolver of Python says it
    ("timeout", "does not answer in time"),
    ("SSL", "and this machine do not agree on how to encrypt"),
    ("No such file", "does not answer: nothing listens there"),
)
"""What of the client's words says why no connection was made, and what that means."""


class Server:
    """Connections to the database of one address, each for one thread at a time.

    Args:
        address: `postgresql://user:password@host:port/database?schema=…`, and libpq's other parameters.

    Raises:
        LibraryMissing: It is none.
    """

    def __init__(self, address: str) -> None:
        # `place` is for people: without the password. `database` is the same for all of its users.
        self._conninfo, self.schema = _read(address)
        self.place = _shown(self._conninfo, self.schema)
        self.database = _shown({**self._conninfo, "user": ""}, self.schema)

    def connect(self, *, schema: str = "") -> psycopg.Connection[Any]:
        """Return a new connection; each statement is a transaction until one is begun.

        Args:
            schema: Where its tables are; "" for the library's.
        """
        options: dict[str, Any] = {**_OPTIONS, **self._conninfo, "client_encoding": "UTF8"}
        connection = psycopg.connect(autocommit=True, **options)
        connection.adapters.register_dumper(str, _TextDumper)
        for name, loader in (("text", _TextLoader), ("text", _TextBinaryLoader), ("numeric", _WholeLoader)):
            connection.adapters.register_loader(name, loader)
        connection.execute(f'SET search_path TO "{schema or self.schema}"')
        return connection

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Turn the server's errors into ours. None carries any text of a document, or the password."""
        try:
            yield
        except psycopg.Error as error:
            raise self.translated(error) from None  # psycopg's own words may quote what was stored
        except JSONDecodeError as error:
            raise self.damaged("what its catalog holds cannot be read") from error

    def translated(self, error: psycopg.Error) -> LibraryError:
        """Return the error of ours for one of the server's."""
        state = error.sqlstate or ""
        if state in ("42501", "25006"):
            return self.read_only()
        if state == "53100":
            return self.full()
        if state == "53300":
            return LibraryBusy(
                f"The server of {self.place} has no connection to give.",
                remedy="Try again in a moment; or raise max_connections there.",
            )
        if state in ("55P03", "40001", "40P01"):
            return LibraryBusy(f"Another process is writing to the library in {self.place}.", remedy="Try again.")
        if state in ("42P01", "3F000"):
            return self.damaged("its catalog has lost tables")
        if not state or state[:2] in ("08", "28", "3D", "57", "53"):
            return self.unreachable(str(error))
        return self.damaged(f"the server answers {state}")

    def unreachable(self, words: str = "") -> LibraryUnreachable:
        """Return the error that says that the server cannot be used.

        Args:
            words: What its client says; only what is known of it is told.
        """
        why = next((told for sign, told in _REFUSED if sign in words), "does not answer")
        return LibraryUnreachable(
            f"The PostgreSQL server of {self.place} {why}.",
            remedy="Check the address, and that the server runs; then try again. Nothing is lost.",
        )

    def missing(self) -> LibraryMissing:
        """Return the error that says that there is no library."""
        return LibraryMissing(f"There is no library in {self.place}.", remedy="Make one with: footnote ingest FOLDER")

    def damaged(self, detail: str) -> LibraryDamaged:
        """Return the error that says that the catalog cannot be read."""
        return LibraryDamaged(
            f"The library in {self.place} is damaged: {detail}.",
            remedy="Restore its database from a backup, or drop the schema and ingest again. Your own files are "
            "untouched.",
        )

    def full(self) -> DiskFull:
        """Return the error that says that the server's disk has no room."""
        return DiskFull(
            f"There is no room left on the disk of the server of {self.place}. What was added before is kept.",
            remedy="Make room there and run the same command again.",
        )

    def read_only(self) -> LibraryReadOnly:
        """Return the error that says that the library cannot be written."""
        return LibraryReadOnly(
            f"The library in {self.place} cannot be written.",
            remedy="Name a user in the address who owns its schema, or who may make one.",
        )


def _read(address: str) -> tuple[dict[str, str], str]:
    """Return what an address says, as the client takes it, and the schema."""
    try:
        parts = urlsplit(address)
        options = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
        schema = options.pop("schema", SCHEMA)
        found = conninfo_to_dict(urlunsplit(parts._replace(query=urlencode(options))))
    except (ValueError, psycopg.Error):
        raise _not_understood() from None
    said = {key: str(value) for key, value in found.items()}
    ports = said.get("port", "").replace(",", "")
    if not _NAME.fullmatch(schema) or not (said.get("dbname") or said.get("service")) or not f"0{ports}".isdigit():
        raise _not_understood()
    return said, schema


def _not_understood() -> LibraryMissing:
    return LibraryMissing(  # without the address: it may hold a password
        "The address of the library is not understood.",
        remedy=f"Write it as {_FORM}; a schema's name, after ?schema=, has small letters, digits and _ only.",
    )


def _shown(conninfo: dict[str, str], schema: str) -> str:
    """Return an address without its password."""
    host = conninfo.get("host", "")
    host = "" if host.startswith("/") else f"[{host}]" if ":" in host and "," not in host else host
    user = f"{conninfo['user']}@" if conninfo.get("user") else ""
    port = f":{conninfo['port']}" if "port" in conninfo else ""
    named = f"?schema={schema}" if schema != SCHEMA else ""
    return f"postgresql://{user}{host}{port}/{conninfo.get('dbname', '')}{named}"


class Idle:
    """Things that are lent to one thread at a time and kept for the next."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._guard = threading.Lock()
        self._kept: list[Any] = []

    def take(self) -> Any:
        """Return one, or None."""
        with self._guard:
            return self._kept.pop() if self._kept else None

    def give_back(self, one: Any) -> None:
        """Keep one, or close it where there are enough."""
        with self._guard:
            if len(self._kept) < self._most:
                self._kept.append(one)
                return
        one.close()

    def close(self) -> None:
        """Close all that are kept."""
        with self._guard:
            kept, self._kept = self._kept, []
        for one in kept:
            with suppress(psycopg.Error):
                one.close()

    def abandon(self) -> list[Any]:
        """Return all that are kept, unclosed, and begin afresh."""
        kept, self._kept, self._guard = self._kept, [], threading.Lock()
        return kept


class _TextDumper(Dumper):
    def dump(self, obj: str) -> bytes:
        return held(obj).encode()


class _TextLoader(Loader):
    def load(self, data: Any) -> str:
        return given_back(bytes(data).decode())


class _TextBinaryLoader(_TextLoader):
    format = Format.BINARY


class _WholeLoader(NumericBinaryLoader):
    """Sums of whole numbers are whole."""

    def load(self, data: Any) -> Any:
        return int(super().load(data))
