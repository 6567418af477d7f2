"""An encoder whose vectors follow from the words alone: quick, repeatable, no model.

`split` cuts plain sentences and `make` builds a document, so that storage is tested without ingest.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from vectorstore.document import Document, Heading, Place
from vectorstore.passage import Chunk

Vectors = npt.NDArray[np.float32]


class HashEncoder:
    """Each word has a fixed random direction; a text is the sum of its words, of length 1."""

    max_tokens = 256

    def __init__(self, name: str = "hash", *, dimension: int = 32) -> None:
        self.name = name
        self.fingerprint = f"{name}-{dimension}"
        self.dimension = dimension
        self._words: dict[str, Vectors] = {}

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of words."""
        return [len(text.split()) for text in texts]

    def encode_query(self, text: str, *, without: Sequence[tuple[int, int]] = ()) -> Vectors:
        """Return the vector of a query."""
        for start, end in sorted(without, reverse=True):
            text = text[:start] + text[end:]
        total = np.full(self.dimension, 1e-3, dtype=np.float32)
        for word in text.lower().split():
            total += self._word(word)
        return total / np.linalg.norm(total)

    def encode_texts(self, texts: Sequence[str]) -> Vectors:
        """Return one vector a text."""
        return np.array([self.encode_query(text) for text in texts], dtype=np.float32).reshape(-1, self.dimension)

    def estimated_sections(self, text: str, chunks: Sequence[Chunk]) -> frozenset[int]:
        """Return no section: every one has a vector of its own."""
        return frozenset()

    def encode_documents(
        self,
        items: Sequence[tuple[str, Sequence[Chunk]]],
        progress: Callable[[int], None] | None = None,
    ) -> list[tuple[Vectors, Vectors]]:
        """Return chunk and section vectors."""
        found = []
        for text, chunks in items:
            sections: dict[int, list[Chunk]] = {}
            for chunk in chunks:
                sections.setdefault(chunk.section, []).append(chunk)
            found.append(
                (
                    self.encode_texts([text[chunk.start : chunk.end] for chunk in chunks]),
                    self.encode_texts([text[part[0].start : part[-1].end] for part in sections.values()]),
                )
            )
            if progress is not None:
                progress(len(chunks))
        return found

    def _word(self, word: str) -> Vectors:
        known = self._words.get(word)
        if known is None:
            seed = zlib.crc32(f"{self.name} {word}".encode("utf-8", "surrogatepass"))
            known = np.random.default_rng(seed).normal(size=self.dimension).astype(np.float32)
            self._words[word] = known
        return known


def split(text: str, *, a_section: int = 3) -> list[Chunk]:
    """Return one chunk a sentence (up to a full stop), `a_section` chunks a section."""
    chunks: list[Chunk] = []
    start = 0
    while start < len(text):
        end = text.find(".", start) + 1 or len(text)
        while start < end and text[start] == " ":
            start += 1
        if start < end:
            ordinal = len(chunks)
            chunks.append(Chunk(start, end, ordinal, ordinal // a_section, sentences=((start, end),)))
        start = end
    return chunks


def make(
    name: str,
    text: str,
    *,
    collection: str = "default",
    title: str = "",
    modified: str = "2026-11-25T09:30:00Z",
    media_type: str = "text/plain",
    places: tuple[Place, ...] = (),
    headings: tuple[Heading, ...] = (),
) -> tuple[Document, list[Chunk]]:
    """Return a document called /files/`name` with its chunks."""
    raw = text.encode("utf-8", "surrogatepass")
    document = Document(
        id=hashlib.sha256(f"{collection}\0{name}".encode("utf-8", "surrogatepass")).hexdigest()[:16],
        source=f"/files/{name}",
        title=title or name.rsplit(".", 1)[0],
        media_type=media_type,
        text=text,
        sha256=hashlib.sha256(raw).hexdigest(),
        collection=collection,
        places=places,
        headings=headings,
        size=len(raw),
        modified=modified,
    )
    return document, split(text)
