"""The catalog: documents, their text, chunks, offsets, vectors and words, in SQLite or PostgreSQL (`homes/`).

It is the truth; Chroma is an index that can be written again from it. This module reads documents;
`writing.py` writes, `lookup.py` reads what a search needs. Nothing here imports numpy, so that listing
and comparing files starts at once.

Every read runs in a snapshot: one transaction in which all reads see the same state, however many
documents another thread or process adds meanwhile.
"""

from __future__ import annotations

import difflib
import glob
import json
import os
import threading
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from vectorstore import access
from vectorstore.catalog import schema
from vectorstore.catalog.homes.home import Connection, Home
from vectorstore.catalog.pieces import read_text
from vectorstore.catalog.reading import read_document, read_scans
from vectorstore.dates import comparable
from vectorstore.document import SIDECAR, Document, Heading, Place, Scan, given_name
from vectorstore.embedding.model_files import ModelIdentity
from vectorstore.errors import DocumentMissing
from vectorstore.passage import Filter
from vectorstore.records import Bin, DocumentInfo, Stamp

DOCUMENT_INFO = (
    "id, source, title, media_type, collection, sha256, size, modified, added, characters,"
    " last_chunk - first_chunk + 1, name"
)
"""The columns that `document_info` makes a `DocumentInfo` of, in order."""
_SHORTEST_PREFIX = 4
_inherited: list[object] = []
"""What a fork brought along. Closing it could disturb the parent: it is only kept."""


class Catalog:
    """Reads the catalog of one library, from any number of threads.

    Args:
        home: Where it lives; it must hold a catalog.
    """

    def __init__(self, home: Home) -> None:
        self.home = home
        self._local = threading.local()
        self._totals: tuple[int, tuple[int, int, int, int]] = (-1, (0, 0, 0, 0))
        self._has_lists: tuple[int, bool] = (-1, False)
        self._outline_read: tuple[tuple[int, str], tuple[list[list[Any]], list[list[int]]]] = ((-1, ""), ([], []))
        with home.errors():
            home.give_back(home.borrow())  # what is no catalog, or a newer one, is refused here

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Yield a connection inside a read transaction; nested calls in a thread share it."""
        held = getattr(self._local, "connection", None)
        if held is not None:
            yield held
            return
        with self.home.errors():
            connection, revision = self._begun()
            try:
                if not isinstance(revision, int):
                    raise self.home.damaged("its catalog has lost what it says of itself")
                self._local.revision = revision
                self._local.connection = connection
                yield connection
            finally:
                self._local.connection = None
                self.home.give_back(connection)

    def _begun(self) -> tuple[Connection, object]:
        connection = self.home.borrow()
        try:
            return connection, connection.begin_reading()
        except BaseException:
            self.home.give_back(connection)
            raise

    def close(self) -> None:
        """Close all idle connections."""
        self.home.close()

    def after_fork(self) -> None:
        """Forget in a forked child what belongs to the parent."""
        _inherited.append(getattr(self._local, "connection", None))
        self._local = threading.local()
        self.home.after_fork()

    # ---- state

    def revision(self) -> int:
        """Return the number of committed writes; caches are good for one revision."""
        with self.snapshot():
            return int(self._local.revision)

    def meta(self, key: str) -> Any:
        """Return a value of the meta table, or None."""
        with self.snapshot() as connection:
            return connection.meta(key)

    def outdated(self) -> bool:
        """Return whether the catalog is still in the form of an older version."""
        with self.snapshot() as connection:
            return connection.form() < schema.SCHEMA_VERSION

    def model(self) -> ModelIdentity | None:
        """Return the model that made the vectors, or None while there are none."""
        stored = self.meta("model")
        return ModelIdentity(**json.loads(stored)) if stored else None

    def totals(self) -> tuple[int, int, int, int]:
        """Return how many documents, chunks, sections and characters there are."""
        with self.snapshot() as connection:
            revision = self.revision()
            known, found = self._totals
            if known != revision:
                row = connection.execute(
                    "SELECT count(*), coalesce(sum(last_chunk - first_chunk + 1), 0),"
                    " coalesce(sum(last_section - first_section + 1), 0), coalesce(sum(characters), 0)"
                    " FROM documents"
                ).fetchone()
                found = (int(row[0]), int(row[1]), int(row[2]), int(row[3]))
                self._totals = (revision, found)
            return found

    def chunk_count(self) -> int:
        """Return how many chunks there are."""
        return self.totals()[1]

    def bin(self) -> Bin:
        """Return how much was removed and is still kept; `bin.py` reads it."""
        with self.snapshot() as connection:
            if "bin" not in connection.tables():
                return Bin(0, 0)  # a library that was only read since the version before
            return Bin(*connection.execute("SELECT count(*), coalesce(sum(bytes), 0) FROM bin").fetchone())

    # ---- documents

    def needed(self, filter: Filter | None) -> Filter:
        """Return what of a filter restricts anything: who asks is no matter where no document has a list of readers."""
        if filter is None or filter.readers is None:
            return filter or Filter()
        with self.snapshot() as connection:
            revision = self.revision()
            known, found = self._has_lists
            if known != revision:
                query = "SELECT 1 FROM said WHERE name = ? LIMIT 1"
                found = schema.tells(connection) and bool(connection.execute(query, (access.ACCESS,)).fetchone())
                self._has_lists = (revision, found)
        return filter if found else replace(filter, readers=None)

    def documents(self, filter: Filter | None = None) -> list[DocumentInfo]:
        """Return the documents that match `filter`, by source."""
        with self.snapshot() as connection:
            where, values = conditions(self.needed(filter), told=schema.tells(connection))
            rows = connection.execute(
                f"SELECT {DOCUMENT_INFO} FROM documents{where} ORDER BY collection, source, row", values
            )
            found = [document_info(row) for row in rows]
        return sorted(found, key=lambda info: (info.collection, info.source))  # uploads stand where their names do

    def notes(self, filter: Filter | None = None) -> dict[str, tuple[str, ...]]:
        """Return what was remarked on documents that match `filter` when they were read, by id, where there is any."""
        with self.snapshot() as connection:
            if not schema.tells(connection):
                return {}
            where, values = conditions(self.needed(filter))
            rows = connection.execute(
                f"SELECT id, notes.notes FROM documents JOIN notes ON notes.document = documents.row{where}", values
            )
            return {id: tuple(notes.split("\n")) for id, notes in rows}

    def said(self, filter: Filter | None = None) -> dict[str, dict[str, str]]:
        """Return what documents that match `filter` say of themselves: id → name → value, where they say anything."""
        found: dict[str, dict[str, str]] = {}
        with self.snapshot() as connection:
            if not schema.tells(connection):
                return {}
            where, values = conditions(self.needed(filter))
            among = f"(SELECT * FROM documents{where}) d"
            query = f"SELECT d.id, said.name, value FROM {among} JOIN said ON said.document = d.row"
            for document, name, value in connection.execute(query, values):
                if name != SIDECAR and name not in access.KEPT_APART:
                    found.setdefault(document, {})[name] = value
        return found

    def count_documents(self, filter: Filter | None = None) -> int:
        """Return how many documents match `filter`."""
        with self.snapshot() as connection:
            filter = self.needed(filter)
            if not filter:
                return self.totals()[0]
            where, values = conditions(filter, told=schema.tells(connection))
            return int(connection.execute(f"SELECT count(*) FROM documents{where}", values).fetchone()[0])

    def manifest(self, collection: str) -> dict[str, Stamp]:
        """Return what a sync compares, by source."""
        with self.snapshot() as connection:
            of = "collection = CAST(? AS TEXT)"
            rows = connection.execute(
                f"SELECT source, id, sha256, size, modified FROM documents WHERE {of}", (sql_text(collection),)
            )
            found = {row[0]: Stamp(*row[1:]) for row in rows}
            if schema.tells(connection):
                described = connection.execute(
                    "SELECT source, value FROM said JOIN documents ON documents.row = said.document"
                    f" WHERE said.name = CAST(? AS TEXT) AND {of}",
                    (SIDECAR, sql_text(collection)),
                )
                for source, value in described:
                    found[source] = replace(found[source], sidecar=value.partition(" ")[0])
            return found

    def said_by_sidecars(self, filter: Filter | None = None) -> dict[str, frozenset[str]]:
        """Return which of what is `said` of documents that match `filter` their sidecars say: id → names."""
        with self.snapshot() as connection:
            if not schema.tells(connection):
                return {}
            where, values = conditions(self.needed(filter))
            query = f"SELECT id, value FROM (SELECT * FROM documents{where}) kept JOIN said ON said.document = row"
            rows = connection.execute(f"{query} WHERE said.name = ?", (*values, SIDECAR))
            return {id: frozenset(value.partition(" ")[2].split(",")) for id, value in rows}

    def access(self, filter: Filter | None = None) -> dict[str, tuple[str, ...]]:
        """Return who may see the documents that match `filter` and have a list of readers: id → names."""
        with self.snapshot() as connection:
            if not schema.tells(connection):
                return {}
            where, values = conditions(self.needed(filter))
            query = f"SELECT id, value FROM (SELECT * FROM documents{where}) kept JOIN said ON said.document = row"
            rows = connection.execute(f"{query} WHERE said.name = ?", (*values, access.ACCESS))
            return {id: access.listed(value) for id, value in rows}

    def collections(self, filter: Filter | None = None) -> dict[str, int]:
        """Return the number of documents that match `filter` in each collection that has any, by name."""
        with self.snapshot() as connection:
            where, values = conditions(self.needed(filter), told=schema.tells(connection))
            query = f"SELECT collection, count(*) FROM documents{where} GROUP BY collection ORDER BY 1"
            rows = connection.execute(query, values)
            return {name: int(count) for name, count in rows}

    def find(self, name: str, filter: Filter | None = None) -> DocumentInfo:
        """Return the document called `name`.

        Args:
            name: An id, the beginning of one, a path or address, a file's name or a title.
            filter: Which documents there are for whoever names it.

        Raises:
            DocumentMissing: None is called so (the nearest names are told), or several are.
        """
        with self.snapshot() as connection:
            where, values = conditions(self.needed(filter), told=schema.tells(connection))
            for condition, value in ways_to_name(name):
                rows = connection.execute(
                    f"SELECT {DOCUMENT_INFO} FROM (SELECT * FROM documents{where}) kept WHERE {condition}"
                    " ORDER BY source LIMIT 6",
                    (*values, sql_text(value)),
                ).fetchall()
                if len(rows) == 1:
                    return document_info(rows[0])
                if rows:
                    raise _ambiguous(name, [document_info(row) for row in rows])
            raise self._nothing_called(name, connection, where, values)

    @staticmethod
    def _nothing_called(
        name: str, connection: Connection, where: str = "", values: Sequence[str | bytes] = ()
    ) -> DocumentMissing:
        query = f"SELECT DISTINCT name FROM documents{where} LIMIT 5000"
        names = [row[0] for row in connection.execute(query, values)]
        near = difflib.get_close_matches(name[:200], names, n=3, cutoff=0.5)
        remedy = f"Did you mean {' or '.join(near)}?" if near else "footnote list shows all documents."
        return DocumentMissing(f"No document is called {name[:200]!r}.", remedy=remedy)

    def document(self, name: str) -> Document:
        """Return the document called `name` (see `find`) with its whole text."""
        with self.snapshot() as connection:
            (row,) = connection.execute("SELECT row FROM documents WHERE id = ?", (self.find(name).id,)).fetchone()
            return read_document(connection, row)

    def place_at(self, document_id: str, offset: int) -> Place | None:
        """Return the page, slide or row of a document that `offset` stands on, or None where it has none."""
        places = self._outline(document_id)[0]
        index = bisect_right(places, offset, key=lambda place: place[0])
        return Place(*places[index - 1]) if index else None

    def places(self, document_id: str) -> list[Place]:
        """Return all pages, slides or rows of a document, by ascending start."""
        return [Place(*place) for place in self._outline(document_id)[0]]

    def scan(self, document_id: str, page: int) -> Scan | None:
        """Return where the words stand on a page that OCR read, or None where that is not known."""
        with self.snapshot() as connection:
            row = connection.execute("SELECT row FROM documents WHERE id = ?", (document_id,)).fetchone()
            found = read_scans(connection, int(row[0]), page) if row else ()
        return found[0] if found else None

    def headings(self, document_id: str) -> list[Heading]:
        """Return all headings of a document, by ascending start."""
        return [Heading(*heading) for heading in self._outline(document_id)[1]]

    def _outline(self, document_id: str) -> tuple[list[list[Any]], list[list[int]]]:
        """Return places and headings; those read last are kept, for every row of a long table has a place."""
        with self.snapshot() as connection:
            wanted = (self.revision(), document_id)
            known, found = self._outline_read
            if known != wanted:
                row = connection.execute(
                    "SELECT places, headings FROM outlines JOIN documents ON outlines.document = documents.row"
                    " WHERE id = ?",
                    (document_id,),
                ).fetchone()
                found = (json.loads(row[0]), json.loads(row[1])) if row else ([], [])
                self._outline_read = (wanted, found)
            return found

    def text(self, document_id: str, start: int = 0, end: int | None = None) -> str:
        """Return `text[start:end]` of a document, reading only what is needed.

        Raises:
            DocumentMissing: No document has this id.
        """
        with self.snapshot() as connection:
            row = connection.execute("SELECT row, characters FROM documents WHERE id = ?", (document_id,)).fetchone()
            if row is None:
                raise self._nothing_called(document_id, connection)
            span = slice(start, end).indices(int(row[1]))
            return read_text(connection, int(row[0]), span[0], span[1])


def sql_text(value: str) -> str | bytes:
    """Return `value` as both homes can take it: bytes where it holds lone surrogates (odd file names).

    Use it with `CAST(? AS TEXT)`.
    """
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return value.encode("utf-8", "surrogatepass")
    return value


def conditions(filter: Filter, *, told: bool = True) -> tuple[str, list[str | bytes]]:
    """Return the WHERE clause over `documents` that `filter` means, and its values.

    Args:
        filter: Which documents.
        told: Whether the catalog keeps what documents say of themselves; if not, none says anything.
    """
    clauses: list[str] = []
    values: list[str | bytes] = []

    def any_of(patterns: tuple[str, ...], *columns: str) -> None:
        fits = (f"{column} GLOB CAST(? AS TEXT)" for _ in patterns for column in columns)
        clauses.append(f"({' OR '.join(fits)})")
        values.extend(sql_text(pattern) for pattern in patterns for _ in columns)

    for column, options in (("collection", filter.collections), ("id", filter.documents)):
        if options:
            clauses.append(f"{column} IN ({', '.join(['CAST(? AS TEXT)'] * len(options))})")
            values.extend(sql_text(option) for option in options)
    if filter.without_documents:
        marks = ", ".join(["CAST(? AS TEXT)"] * len(filter.without_documents))
        clauses.append(f"id NOT IN ({marks})")
        values.extend(sql_text(option) for option in filter.without_documents)
    if filter.sources:
        # "*/lease.pdf" finds a lease.pdf that was uploaded too, whose name stands in no folder.
        any_of(filter.sources, "source", "name", "'/' || name")
    if filter.media_types:
        any_of(filter.media_types, "media_type")
    if filter.modified_after:
        clauses.append("modified >= ?")
        values.append(comparable(filter.modified_after))
    if filter.modified_before:
        # A date alone means its whole day: "2026-11-25~" sorts after every time of that day.
        clauses.append("modified <> '' AND modified <= ?")
        values.append(comparable(filter.modified_before) + "~")
    if filter.readers is not None and told:  # an older form of the catalog has no lists
        clause, names = access.condition(filter.readers)
        clauses.append(clause)
        values.extend(sql_text(name) for name in names)
    if filter.asks_what_is_said and not told:
        clauses.append("1 = 0")
    elif filter.asks_what_is_said:
        _add_said(filter, clauses, values)
    return (" WHERE " + " AND ".join(clauses) if clauses else ""), values


def _add_said(filter: Filter, clauses: list[str], values: list[str | bytes]) -> None:
    """Add what a filter wants documents to say of themselves."""

    def says(name: str, condition: str, *of: str) -> None:
        clauses.append(
            f"EXISTS(SELECT 1 FROM said WHERE said.document = documents.row AND said.name = '{name}' AND ({condition}))"
        )
        values.extend(sql_text(value) for value in of)

    for name, wanted in (("author", filter.authors), ("tags", filter.tags)):
        if wanted:
            says(name, " OR ".join(["is_called(value, CAST(? AS TEXT))"] * len(wanted)), *wanted)
    if filter.created_after:
        says("created", "value || '~' >= ?", comparable(filter.created_after))  # "2023" may mean any day of it
    if filter.created_before:
        says("created", "value <= ?", comparable(filter.created_before) + "~")


def ways_to_name(name: str) -> Iterator[tuple[str, str]]:
    """Yield what `name` may mean, the most exact first: a condition on a document's columns, and its value."""
    yield "id = CAST(? AS TEXT)", name
    yield "source = CAST(? AS TEXT)", name
    if "\0" not in name and "://" not in name:
        yield "source = CAST(? AS TEXT)", os.path.abspath(os.path.expanduser(name))  # noqa: PTH100, PTH111
    yield "name = CAST(? AS TEXT)", name
    yield "name GLOB CAST(? AS TEXT)", f"*/{glob.escape(name)}"  # uploaded with the folder that it lay in
    yield "title = CAST(? AS TEXT)", name
    if len(name) >= _SHORTEST_PREFIX and set(name) <= set("0123456789abcdef"):
        yield "id GLOB CAST(? AS TEXT)", name + "*"


def _ambiguous(name: str, found: list[DocumentInfo]) -> DocumentMissing:
    listed = ", ".join(f"{info.id} ({info.source})" for info in found[:5])
    return DocumentMissing(
        f"{name[:200]!r} names several documents: {listed}{', …' if len(found) > 5 else ''}.",
        remedy="Use one of these ids.",
    )


def document_info(row: Sequence[Any]) -> DocumentInfo:
    """Return what is told of a document.

    Args:
        row: The columns of `DOCUMENT_INFO`.
    """
    id, source, *rest, name = row
    given = given_name(source, name)
    return DocumentInfo(*(id, given or source, *rest, source if given else ""))
