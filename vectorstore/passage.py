"""Chunk, Passage and Filter: what is embedded, what is found, and where to look."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from vectorstore.dates import comparable

ChunkKind = Literal["body", "heading", "caption", "byline", "navigation", "table", "code"]
"""What a chunk is. Only "body", "table" and "code" may be quoted as an answer."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """One to three sentences of a document: the unit that is embedded and ranked.

    Attributes:
        start, end: Offsets into the document's text, end exclusive.
        ordinal: Position in the document, from 0.
        section: Number of the section (about 250 tokens around it) in the document, from 0.
        kind: What it is; headings and the like are found but never quoted.
        sentences: Offsets (start, end) of its sentences, in reading order.
    """

    start: int
    end: int
    ordinal: int
    section: int
    kind: ChunkKind = "body"
    sentences: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Signals:
    """The parts of a passage's score, each meaning the same in a library of any size.

    Attributes:
        cosine: Cosine of question and chunk, -1 to 1.
        coverage: Share of the question's IDF weight whose words stand in the chunk, 0 to 1.
        section_cosine: Cosine of question and section.
        section_coverage: Share of the question's IDF weight found in the section.
    """

    cosine: float = 0.0
    coverage: float = 0.0
    section_cosine: float = 0.0
    section_coverage: float = 0.0


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of text that was found for a query. `text` equals the document's text[start:end].

    Attributes:
        document: Id of the document.
        title, source, collection: Of the document, as `DocumentInfo` has them.
        start, end: Offsets into the document's text.
        text: The verbatim text.
        score: Higher is better; absolute, see `search.py`.
        rank: From 1.
        page: Page or slide number, or None.
        place: What a person reads: "p. 14", "slide 3", "row 12"; "" where there is none.
        heading: Path of the headings above it, joined by " › ".
        kind: Kind of the chunk.
        sentences: Offsets (start, end) of its sentences into the document's text.
        section: (start, end) of the section around it.
        signals: What the score is made of.
    """

    document: str
    title: str
    source: str
    start: int
    end: int
    text: str
    score: float
    rank: int
    collection: str = "default"
    page: int | None = None
    place: str = ""
    heading: str = ""
    kind: ChunkKind = "body"
    sentences: tuple[tuple[int, int], ...] = ()
    section: tuple[int, int] = (0, 0)
    signals: Signals = field(default_factory=Signals)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which documents to search. Empty fields do not restrict; filled ones must all hold.

    Attributes:
        collections: Names of collections.
        documents: Ids of documents.
        without_documents: Ids of documents that are left out.
        sources: Glob patterns on the source path or address ("*/reports/*.pdf"), or on the file's name ("lease*.pdf").
        media_types: Exact ("application/pdf") or by family ("text/*").
        modified_after, modified_before: ISO 8601 dates or times, inclusive.
        authors: Names, or words of names, in any case, of whom one must be the author that a document names itself.
        created_after, created_before: The same of the day on which a document says that it was written or sent; where
            it gives only a year, that year must touch the range.
        tags: Words of tags, in any case, of which a document's sidecar or front matter must give one.
        readers: Who asks, as lists of readers name people and groups (`access.py`): documents with a list that names
            none of them do not exist. () is a stranger, for whom only those without a list exist. None is the owner of
            the library, for whom all do.

    Raises:
        DateInvalid: One of these is none.
    """

    collections: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    without_documents: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    media_types: tuple[str, ...] = ()
    modified_after: str = ""
    modified_before: str = ""
    authors: tuple[str, ...] = ()
    created_after: str = ""
    created_before: str = ""
    tags: tuple[str, ...] = ()
    readers: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        for moment in (self.modified_after, self.modified_before, self.created_after, self.created_before):
            if moment:
                comparable(moment)

    def __bool__(self) -> bool:
        return self != Filter()

    @property
    def chooses(self) -> bool:
        """Whether it chooses among the documents that exist for whoever asks."""
        return replace(self, readers=None) != Filter()

    @property
    def asks_what_is_said(self) -> bool:
        """Whether it looks at what documents say of themselves."""
        return bool(self.authors or self.created_after or self.created_before or self.tags)
