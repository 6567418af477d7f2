"""An encoder without a model that counts what it is asked to embed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from vectorstore.passage import Chunk

Vectors = npt.NDArray[np.float32]


class CountingEncoder:
    """Vectors follow from the text alone; `texts` holds the documents that were embedded."""

    name = "counting"
    fingerprint = "counting-8"
    dimension = 8
    max_tokens = 256

    def __init__(self) -> None:
        self.texts: list[str] = []

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of words."""
        return [len(text.split()) for text in texts]

    def encode_query(self, text: str, **_: object) -> Vectors:
        """Return the vector of a text."""
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:8]
        vector = np.frombuffer(digest, dtype=np.uint8).astype(np.float32) + 1
        return vector / np.linalg.norm(vector)

    def encode_texts(self, texts: Sequence[str]) -> Vectors:
        """Return one vector a text."""
        return np.array([self.encode_query(text) for text in texts], dtype=np.float32).reshape(-1, 8)

    def estimated_sections(self, text: str, chunks: Sequence[Chunk]) -> frozenset[int]:
        """Return no section: every one has a vector of its own."""
        return frozenset()

    def encode_documents(
        self,
        items: Sequence[tuple[str, Sequence[Chunk]]],
        progress: Callable[[int], None] | None = None,
    ) -> list[tuple[Vectors, Vectors]]:
        """Return chunk and section vectors, and remember the texts."""
        found = []
        for text, chunks in items:
            self.texts.append(text)
            sections = chunks[-1].section + 1 if chunks else 0
            vectors = self.encode_texts([text[chunk.start : chunk.end] for chunk in chunks])
            found.append((vectors, self.encode_texts([str(number) for number in range(sections)])))
            if progress is not None:
                progress(len(chunks))
        return found
