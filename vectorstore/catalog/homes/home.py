"""What the catalog needs of the engine that keeps it: the contract that both homes fulfil.

All statements of the catalog are written once, in what SQLite and PostgreSQL both understand: `?` marks a value,
`CAST(? AS TEXT)` one that may hold lone surrogates, `x GLOB CAST(? AS TEXT)` a pattern, `json_each(?) ids` rows of
numbers and `json_each(?) names` rows of texts, both given as JSON; `end` is quoted. What the engines do each in their
own way is a method of the connection.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from vectorstore.errors import DiskFull, LibraryDamaged, LibraryError, LibraryReadOnly
from vectorstore.records import Holder

if TYPE_CHECKING:
    from vectorstore.catalog.homes.server import Server
    from vectorstore.catalog.layout import Ids
    from vectorstore.tables.table import Connected

_WORD = re.compile(r"\w+")

Terms = Iterable[tuple[int, bytes]]
"""Chunks by id, each with its terms joined by blanks."""


class Cursor(Protocol):
    """What a statement yields: rows, once."""

    def fetchone(self) -> Any:
        """Return the next row, or None."""

    def fetchall(self) -> list[Any]:
        """Return all rows that are left."""

    def fetchmany(self, size: int, /) -> list[Any]:
        """Return the next rows, at most `size`."""

    def __iter__(self) -> Iterator[Any]: ...


class Connection(Protocol):
    """One connection to a catalog, for one thread at a time."""

    def execute(self, statement: str, values: Sequence[Any] = (), /) -> Cursor:
        """Run one statement."""

    def executemany(self, statement: str, rows: Iterable[Sequence[Any]], /) -> object:
        """Run one statement for each row of values."""

    def stream(self, statement: str, values: Sequence[Any] = ()) -> Cursor:
        """Run a SELECT whose rows are not all held in memory."""

    def ids(self, statement: str, values: Sequence[Any] = ()) -> Ids:
        """Return the one column, called `id`, that a SELECT yields."""

    def close(self) -> None:
        """Close it; an open transaction is undone."""

    # ---- transactions

    def begin_reading(self) -> object:
        """Begin to see one state; return the revision, None where the catalog has lost it."""

    def begin_writing(self) -> None:
        """Begin a transaction that is the only one to write."""

    def commit(self) -> None:
        """Make what was written lasting."""

    def undo(self) -> None:
        """End a transaction without what was written; do nothing where none is open."""

    # ---- what the catalog says of itself

    def form(self) -> int:
        """Return the form that the catalog is in: up to `SCHEMA_VERSION`, less where an older version made it."""

    def set_form(self, form: int) -> None:
        """Store the form."""

    def meta(self, key: str) -> Any:
        """Return a value of the meta table, or None."""

    def tables(self) -> set[str]:
        """Return the names of the tables that there are."""

    def take_numbers(self, table: str, count: int) -> int:
        """Return the first of `count` row numbers of a table, for rows to be added now; none is ever used again."""

    def lost_numbers(self, table: str, last: int) -> bool:
        """Tell whether it is forgotten that the number `last` of a table is taken."""

    def faults(self) -> list[str]:
        """Return what the engine itself finds damaged."""

    def size(self) -> int | None:
        """Return the bytes that the catalog takes where it is no file; None where it is one."""

    # ---- the keyword index

    def make_words(self) -> None:
        """Make the keyword index, empty."""

    def postings(self, term: bytes, *, beginning: bool) -> Ids:
        """Return the ids of the chunks that hold a term, or one that begins so, ascending."""

    def vocabulary(self, beginning: bytes) -> list[tuple[str, int]]:
        """Return the indexed terms that begin so, each with the number of chunks that hold it."""

    def add_words(self, document: int, terms: Terms) -> None:
        """Index the chunks of a document."""

    def remove_words(self, document: int, terms: Callable[[], Terms] | None) -> None:
        """Take the chunks of a document, which is still there, out of the index.

        Args:
            document: Its row number.
            terms: Gives what they were indexed with; None where that cannot be told any more.
        """

    def clear_words(self) -> None:
        """Take everything out of the index, titles too."""

    # ---- long tables of documents

    def keep_tables(self, document: int, text: str) -> None:
        """Keep the tables of a document, where they are long, so that they can be asked."""

    def forget_tables(self, document: int) -> None:
        """Remove what is kept of the tables of a document."""

    def tables_apart(self, documents: Sequence[int]) -> Connected | None:
        """Return what gives the connection that the kept tables of documents are asked through; None for this one."""

    # ---- upkeep

    def replace_vectors(self) -> None:
        """Put the vectors of the tables `…_next` in the place of those in use."""

    def compact(self) -> bool:
        """Give free space back, so that nothing deleted is left; tell whether all of it went."""


class Home(Protocol):
    """Where one catalog lives.

    Attributes:
        place: The same for people: a folder, or an address without its password.
        folder: Folder of this machine for what is not in the catalog: the index, uploads.
        path: The file that holds the catalog; None where it is on a server.
    """

    place: str

    @property
    def server(self) -> Server | None:
        """The database that it is in; None for a folder."""

    @property
    def folder(self) -> Path:
        """Where else the library has files."""

    @property
    def path(self) -> Path | None:
        """The catalog's own file."""

    def index_folder(self, cache: str | None) -> Path:
        """Return the folder in which an index of this machine lies.

        Args:
            cache: Folder for what can be made again; None for the user's.
        """

    @property
    def shares_index(self) -> bool:
        """Whether the catalog names the index in its folder; if not, each machine has its own and names it itself."""

    def borrow(self) -> Connection:
        """Return a connection that reads."""

    def give_back(self, connection: Any) -> None:
        """Take back a connection that was borrowed."""

    def connect_writing(self) -> Connection:
        """Return a new connection that writes."""

    def create(self, meta: Mapping[str, object]) -> None:
        """Make an empty catalog; do nothing where one is. The writer's lock must be held."""

    def prepare(self) -> None:
        """Make what must be there before the writer's lock can be had: a folder, a schema."""

    def close(self) -> None:
        """Close what is not in use."""

    def after_fork(self) -> None:
        """Forget in a forked child the connections that belong to the parent."""

    def errors(self) -> AbstractContextManager[None]:
        """Turn the engine's errors into ours; none carries any text of a document."""

    def acquire(self, lock: str) -> Callable[[], None] | None:
        """Take a lock and sign it; return what frees it, or None where another one holds it."""

    def holder(self, lock: str) -> Holder | None:
        """Return who signed a lock last, or None where nobody could."""

    # ---- errors that others raise

    def missing(self) -> LibraryError:
        """Return the error that says that there is no library, or that its catalog is gone."""

    def damaged(self, detail: str) -> LibraryDamaged:
        """Return the error that says that the catalog cannot be read."""

    def full(self) -> DiskFull:
        """Return the error that says that a disk has no room."""

    def read_only(self) -> LibraryReadOnly:
        """Return the error that says that the library cannot be written."""


def is_called(name: str, words: str) -> bool:
    """Tell whether a name has some words, each whole, in any case and order: "Vogel, Petra" has "petra"."""
    name, words = name.casefold(), words.casefold()
    wanted = set(_WORD.findall(words))
    return wanted <= set(_WORD.findall(name)) if wanted else words in name  # a tag may be an emoji
