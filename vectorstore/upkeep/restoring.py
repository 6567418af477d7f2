"""Brings back what was removed and is still in the bin."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np

from vectorstore.catalog import bin
from vectorstore.catalog.layout import Vectors
from vectorstore.catalog.writing import model_json
from vectorstore.embedding.model_files import ModelIdentity
from vectorstore.errors import DocumentPresent, ModelMismatch
from vectorstore.passage import Filter

if TYPE_CHECKING:
    from vectorstore.upkeep.parts import Parts


def restore(library: Parts, document_id: str) -> None:
    """Store a removed document again and take it out of the bin, in one transaction. The lock must be held.

    Raises:
        DocumentMissing, DocumentPresent, LibraryDamaged: As in `Library.restore`.
    """
    writer = library.writer  # first: it makes the tables where an older version left none
    with library.catalog.snapshot() as connection:
        kept = bin.read(connection, document_id)
        document = kept.document
        same_place = library.catalog.manifest(document.collection).get(document.source)
    if same_place or library.catalog.count_documents(Filter(documents=(document.id,))):
        raise DocumentPresent(
            f"{document.name or document.source} cannot be restored: the library has a document in its place again.",
            remedy="Remove that one first.",
        )
    writer.restore(kept, _vectors(library, kept))


def _vectors(library: Parts, kept: bin.Kept) -> tuple[Vectors, Vectors]:
    """Return the vectors that the bin kept, or new ones where the library has another model since."""
    model = library.catalog.model()
    if kept.chunks and (model is None or kept.model != model_json(model)):
        if library.catalog.chunk_count():
            return _encoded(library, kept)
        model = ModelIdentity(**json.loads(kept.model))  # an empty library has any model's vectors
        library.writer.set_model(model)
    width = model.dimension if model else 1
    counts = (len(kept.chunks), kept.chunks[-1].section + 1 if kept.chunks else 0)
    if any(len(raw) != 2 * width * count for raw, count in zip(kept.vectors, counts, strict=True)):
        return _encoded(library, kept)  # they were damaged already when it was removed
    chunk, section = (
        np.frombuffer(raw, dtype=np.float16).astype(np.float32).reshape(-1, width) for raw in kept.vectors
    )
    return chunk, section


def _encoded(library: Parts, kept: bin.Kept) -> tuple[Vectors, Vectors]:
    model, encoder = library.catalog.model(), library.encoder
    if model is None or model.fingerprint != encoder.fingerprint:
        raise ModelMismatch(
            f"The library in {library.catalog.home.place} was embedded with another model than {encoder.name}, "
            "which is set.",
            remedy="Set the first one again, or embed the library anew with: footnote ingest --reembed",
        )
    return encoder.encode_documents([(kept.document.text, kept.chunks)])[0]
