"""What the library tells about itself: documents without their text, its state, its findings."""

from __future__ import annotations

import os
import socket
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

from vectorstore.dates import now
from vectorstore.embedding.model_files import ModelIdentity

IndexState = Literal["current", "behind", "absent", "damaged", "elsewhere"]
"""State of the Chroma index.

"current": holds every vector; "behind": newer vectors are searched beside it until it is written
again; "absent": not written yet; "damaged": not what was written, so it is not used; "elsewhere":
the library was indexed at another Chroma address than the one that is set.
"""


@dataclass(frozen=True, slots=True)
class DocumentInfo:
    """A document without its text. Fields as in `Document`, but for `source`.

    Attributes:
        source: Path or address that it was read from, as people know it: of an upload the name that it was given.
        added: When it was stored, ISO 8601 in UTC.
        characters: Length of its text.
        chunks: How many chunks it has.
        kept_at: Path at which an upload lies under a name of ours; "" where that is `source`.
    """

    id: str
    source: str
    title: str
    media_type: str
    collection: str
    sha256: str
    size: int
    modified: str
    added: str
    characters: int
    chunks: int
    kept_at: str = ""

    @property
    def path(self) -> str:
        """Where its file lies."""
        return self.kept_at or self.source


@dataclass(frozen=True, slots=True)
class RemovedDocument:
    """A document in the bin.

    Attributes:
        info: The document as it was.
        removed: When it was removed, ISO 8601 in UTC.
        bytes: What the bin takes for it.
        present: Whether the library has a document of this id or source again; then it cannot be restored.
    """

    info: DocumentInfo
    removed: str
    bytes: int
    present: bool


@dataclass(frozen=True, slots=True)
class Bin:
    """What was removed and can still be brought back: how many documents, in how many bytes of the catalog."""

    documents: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a sync compares with a file on disk.

    Attributes:
        id: Id of the document.
        sha256: Digest of the source's bytes.
        size: Bytes of the source.
        modified: Time of its last change as it was stored.
        sidecar: Digest of the sidecar that described it, or "".
    """

    id: str
    sha256: str
    size: int
    modified: str
    sidecar: str = ""


@dataclass(frozen=True, slots=True)
class Disk:
    """Bytes on disk by part."""

    catalog: int
    vectors: int
    other: int

    @property
    def total(self) -> int:
        """All bytes of the library's folder."""
        return self.catalog + self.vectors + self.other


@dataclass(frozen=True, slots=True)
class LibraryStatus:
    """The state of a library.

    Attributes:
        folder: Where it is.
        documents, chunks, sections, characters: How much it holds.
        collections: Documents in each collection, by name.
        disk: Bytes by part.
        model: What its vectors were made with; None while it is empty.
        generation: Number of the Chroma index in use; 0 before the first.
        index: State of that index.
        unindexed: Chunks that are not in it and are searched beside it.
        chroma: Where Chroma keeps the vectors: a folder or an address.
        schema: Version of the catalog's form.
        words: Version of the words in its keyword index.
        bin: What was removed and can still be brought back.
    """

    folder: str
    documents: int
    chunks: int
    sections: int
    characters: int
    collections: dict[str, int]
    disk: Disk
    model: ModelIdentity | None
    generation: int
    index: IndexState
    unindexed: int
    chroma: str
    schema: int
    words: int
    bin: Bin


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that `verify` found wrong.

    Attributes:
        part: "catalog", "text", "vectors", "words" or "index".
        message: What is wrong, in a sentence.
        repairable: Whether `repair` mends it without the source files.
        document: Id of the document that it is about, or "".
        passing: Whether nothing need be done: the next write mends it by itself, as after a kill.
    """

    part: Literal["catalog", "text", "vectors", "words", "index"]
    message: str
    repairable: bool
    document: str = ""
    passing: bool = False


@dataclass(frozen=True, slots=True)
class Compaction:
    """Bytes on disk before and after `compact`, and how many removed documents went for good."""

    before: int
    after: int
    forgotten: int = 0


@dataclass(frozen=True, slots=True)
class Lost:
    """A document that could not be kept when a damaged library was made again. Fields as in `Document`."""

    id: str
    source: str
    title: str
    collection: str


@dataclass(frozen=True, slots=True)
class Recovered:
    """What became of a library that was made again.

    Attributes:
        kept: How many documents were kept.
        lost: Those that were named and could not be kept: their sources must be read again.
        aside: Where the damaged catalog lies now; "" where there was none.
    """

    kept: int
    lost: tuple[Lost, ...]
    aside: str


@dataclass(frozen=True, slots=True)
class Holder:
    """The process that writes.

    Attributes:
        pid, host: Where it runs.
        command: What it runs.
        since: When it took the lock, ISO 8601 in UTC.
    """

    pid: int
    host: str
    command: str
    since: str

    @classmethod
    def of_this_process(cls) -> Self:
        """Return this process, holding a lock from now on."""
        command = " ".join(Path(part).name for part in sys.argv[:2])[:80]
        return cls(os.getpid(), socket.gethostname(), command or "python", now())

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host} ({self.command}), since {self.since}"
