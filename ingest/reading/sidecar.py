"""A sidecar: `report.pdf.footnote.toml` beside `report.pdf` says of it what the file itself does not, or says wrongly.

    [document]
    title = "Lease of the depot"
    author = ["Ada Moss", "Ben Reed"]
    created = 2022-03-01
    subject = "Depot, Harbour Street"
    tags = ["lease", "depot"]
    access = ["group:finance", "person:ana"]

Whoever can put a file into the folder can put a sidecar there, so it is read as data: little of it, in known keys
alone, each shortened and on one line. One that cannot be read stops its document, which is not kept under half of what
was meant; a key that is not known or not understood is left out, with a note. Only `access`, the list of who may see
the document, is understood whole or not at all: half a list would show the document to others, or to all.
"""

from __future__ import annotations

import hashlib
import os
import stat
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path

from ingest.document import Loaded
from ingest.errors import Unreadable
from ingest.loaders.builder import one_line
from ingest.reading.said import LONGEST
from vectorstore.access import ACCESS, is_reader, stored
from vectorstore.document import SIDECAR

SUFFIX = ".footnote.toml"
MAX_BYTES = 16 * 1024
MAX_ITEMS = 50
"""Authors or tags of one document."""
MAX_READERS = 500
_NEARLY = 0.75
"""How like `access` a key is that is taken for it misspelled: were "acess" left out, all would see the document."""
_REMEDY = "Mend or remove it, then run the ingest again."


@dataclass(frozen=True, slots=True)
class Sidecar:
    """What a sidecar says.

    Attributes:
        title: Of the document, or "".
        said: What it says of the document, by the names of `Document.said`, and under `SIDECAR` what stands there.
        notes: What of it was left out, a sentence each.
    """

    title: str = ""
    said: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()

    def applied(self, loaded: Loaded) -> Loaded:
        """Return a document with what its sidecar says, which holds against what the file says itself."""
        told = tuple(sorted({**dict(loaded.said), **dict(self.said)}.items()))
        return replace(loaded, title=self.title or loaded.title, said=told, notes=(*loaded.notes, *self.notes))


def is_sidecar(name: str) -> bool:
    """Tell whether a file of this name describes another, and so is no document of its own."""
    return name.lower().endswith(SUFFIX) and len(name) > len(SUFFIX)


def digest_of_sidecar(path: str) -> str:
    """Return what tells one state of a sidecar from another: "" where there is none, a digest, or a word."""
    if not path:
        return ""
    try:
        return hashlib.sha256(_read(Path(path))).hexdigest()
    except (OSError, Unreadable):
        return "unreadable"


def read_sidecar(path: str) -> Sidecar:
    """Read a sidecar; "" is none, which says nothing.

    Raises:
        Unreadable: It is no file, too large, or no TOML with a table [document].
    """
    if not path:
        return Sidecar()
    name = Path(path).name
    try:
        data = _read(Path(path))
        table = tomllib.loads(data.decode("utf-8-sig")).get("document")
    except OSError as error:
        raise Unreadable(f"{name} cannot be read: {error.strerror or 'no reason is given'}.", remedy=_REMEDY) from error
    except (ValueError, RecursionError) as error:  # ValueError: TOMLDecodeError and UnicodeDecodeError
        where = f" ({one_line(str(error))[:LONGEST]})" if isinstance(error, tomllib.TOMLDecodeError) else ""
        raise Unreadable(f"{name} is no TOML{where}.", remedy=_REMEDY) from error
    if not isinstance(table, dict):
        raise Unreadable(f"{name} has no table [document].", remedy=_REMEDY)
    return _understood(name, table, hashlib.sha256(data).hexdigest())


def _read(path: Path) -> bytes:
    """Return the bytes of a sidecar, which is a small regular file and no link."""
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
    if path.is_symlink():
        raise Unreadable(f"{path.name} is a link.", remedy="Put the file itself there.")
    with os.fdopen(os.open(path, flags), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise Unreadable(f"{path.name} is not a file.", remedy=_REMEDY)
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise Unreadable(f"{path.name} is larger than {MAX_BYTES // 1024} kB.", remedy="Shorten it.")
    return data


def _understood(name: str, table: Mapping[str, object], digest: str) -> Sidecar:
    title, said, notes = "", dict[str, str](), []
    for key, value in table.items():
        if get_close_matches(key.lower(), [ACCESS], cutoff=_NEARLY):
            said[ACCESS] = stored(_readers(name, key, value))
            continue
        reader = _KEYS.get(key.replace("-", "_"))
        words = reader(value) if reader else ""
        shown = repr(one_line(key)[:40])
        if reader is None:
            notes.append(f"{name}: {shown} is not known and was left out; known are {', '.join(_KEYS)}.")
        elif not words:
            notes.append(f"{name}: {shown} is not understood and was left out.")
        elif key == "title":
            title = words
        else:
            said[key.replace("-", "_").replace("_", " ")] = words
    said[SIDECAR] = f"{digest} {','.join(sorted(said))}"
    return Sidecar(title, tuple(sorted(said.items())), tuple(notes[:MAX_ITEMS]))


def _readers(name: str, key: str, value: object) -> list[str]:
    """Return the list of who may see a document; an empty one is nobody but the library's owner.

    Raises:
        Unreadable: It is no such list, or its key is misspelled.
    """
    names = [one for one in value if isinstance(one, str) and is_reader(one)] if isinstance(value, list) else []
    if key != ACCESS or names != value or len(names) > MAX_READERS:
        raise Unreadable(
            f"{name} says who may see the document, and it is not understood: {one_line(key)[:40]!r}.",
            remedy=f'Write access = ["group:finance", "person:ana"], at most {MAX_READERS:,} of them.',
        )
    return names


def _words(value: object) -> str:
    return one_line(value)[:LONGEST] if isinstance(value, str) else ""


def _list(value: object) -> str:
    """Return one or several texts, parted by commas; "" where one of them is none."""
    items = value if isinstance(value, list) else [value]
    words = [_words(item) for item in items[:MAX_ITEMS]]
    return ", ".join(words) if all(words) else ""


def _time(value: object) -> str:
    """Return a date or time in ISO 8601, of which a text may give the year or the month alone."""
    if isinstance(value, date):  # of which datetime is a kind
        return value.isoformat()
    written = value.strip() if isinstance(value, str) else ""
    year_or_month = written.replace("-", "", 1).isdecimal() and written.isascii() and len(written) in (4, 7)
    try:
        datetime.fromisoformat(written + "-01-01"[len(written) - 4 :] if year_or_month else written)
    except ValueError:
        return ""
    return written


_KEYS: Mapping[str, Callable[[object], str]] = {
    "title": _words,
    "author": _list,
    "created": _time,
    "changed_by": _words,
    "subject": _words,
    "tags": _list,
}
"""What may stand in the table [document], and how each is read; a reader gives "" for what it does not understand."""
