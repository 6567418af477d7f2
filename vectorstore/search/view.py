"""What a search sees of a library."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vectorstore.catalog.lookup import Lookup
    from vectorstore.embedding.encoder import Encoder
    from vectorstore.index.nearest import Index


@dataclass(frozen=True, slots=True)
class View:
    """What a search sees: one state of the library.

    Attributes:
        catalog: Terms, vectors, places and passages.
        index: The nearest chunks of a vector.
        encoder: Turns the query into a vector.
    """

    catalog: Lookup
    index: Index
    encoder: Encoder
