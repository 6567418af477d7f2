"""Writes the catalog. One transaction a document; the writer's lock must be held (`lock.py`)."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np

from vectorstore.catalog import bin, schema
from vectorstore.catalog.catalog import sql_text
from vectorstore.catalog.homes.home import Connection, Home
from vectorstore.catalog.layout import Vectors, fts_terms
from vectorstore.catalog.pieces import insert_text, read_text, stored_text
from vectorstore.catalog.reading import packed_words
from vectorstore.catalog.schema import run_script
from vectorstore.catalog.subjects import LEAST_SECTIONS, subject_terms
from vectorstore.catalog.table_heads import table_heads
from vectorstore.dates import now
from vectorstore.document import Document, file_name, given_name
from vectorstore.embedding.model_files import ModelIdentity
from vectorstore.errors import DocumentMissing, LibraryDamaged, TextDamaged
from vectorstore.passage import Chunk
from vectorstore.words import tokens

REEMBEDDING = "reembedding"
"""Key of what an unfinished embedding of all documents anew is of: the model, and a digest of the documents."""


class Writer:
    """The one writing connection of a process to a catalog, which is brought to the current form first."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._guard = threading.RLock()
        with home.errors():
            self._connection = home.connect_writing()
            schema.upgrade(self._connection)

    def close(self) -> None:
        """Close the connection; what is committed is kept already."""
        self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Yield the connection inside a transaction: all of it is committed, or nothing."""
        with self._guard, self._home.errors():
            self._connection.begin_writing()
            try:
                yield self._connection
                self._connection.commit()
            finally:
                self._connection.undo()

    def set_meta(self, values: Mapping[str, object]) -> None:
        """Store values of the meta table in one transaction."""
        with self.transaction() as connection:
            put_meta(connection, values)

    def set_model(self, model: ModelIdentity) -> None:
        """Store which model makes the vectors."""
        self.set_meta({"model": model_json(model)})

    # ---- documents

    def put(
        self, document: Document, chunks: Sequence[Chunk], vectors: tuple[Vectors, Vectors], *, added: str = ""
    ) -> None:
        """Store a document with its chunks; one with the same id is replaced in the same transaction.

        Args:
            document: What to store.
            chunks: By ascending ordinal; sections numbered from 0 without gaps.
            vectors: Of the chunks, shape (n, dimension), and of the sections, shape (m, dimension).
            added: When it came into the library, where that is not now.
        """
        check_chunks(document, chunks)
        _check_vectors(document, chunks, vectors)
        with self.transaction() as connection:
            _delete(connection, document.id)
            _insert(connection, document, chunks, vectors, added=added)
            bin.forget(connection, document.id, sha256=document.sha256)

    def remove(self, document_id: str, *, keep: bool = True) -> bool:
        """Remove a document; return whether there was one.

        Args:
            document_id: Its id.
            keep: Whether the bin keeps it, unless it is damaged, and what it holds of it already.
        """
        with self.transaction() as connection:
            row = connection.execute(
                "SELECT row FROM documents WHERE id = CAST(? AS TEXT)", (sql_text(document_id),)
            ).fetchone()
            if keep and row and _is_whole(connection, row[0]):
                bin.keep(connection, document_id)
            elif not keep:
                bin.forget(connection, document_id)
            return _delete(connection, document_id)

    def restore(self, kept: bin.Kept, vectors: tuple[Vectors, Vectors]) -> None:
        """Store again what the bin kept, and take it out of the bin in the same transaction.

        Args:
            kept: As `bin.read` gives it.
            vectors: Of its chunks and sections, from the model of the library.
        """
        check_chunks(kept.document, kept.chunks)
        _check_vectors(kept.document, kept.chunks, vectors)
        with self.transaction() as connection:
            _insert(connection, kept.document, kept.chunks, vectors, added=kept.added)
            bin.drop(connection, [kept.entry])

    def move(self, document_id: str, collection: str) -> None:
        """Store a document anew in another collection, with its id, text and vectors, in one transaction.

        Raises:
            DocumentMissing: No document has this id.
            LibraryDamaged: What is stored of it is not whole.
        """
        with self.transaction() as connection:
            found = connection.execute(
                "SELECT row FROM documents WHERE id = CAST(? AS TEXT)", (sql_text(document_id),)
            ).fetchone()
            if found is None:
                raise DocumentMissing(f"No document has the id {document_id[:64]!r}.")
            entry = bin.add_copy(connection, found[0])
            kept = bin.read(connection, document_id)
            _delete(connection, document_id)
            moved = replace(kept.document, collection=collection)
            _insert(connection, moved, kept.chunks, _vectors_of(kept), added=kept.added)
            bin.drop(connection, [entry])

    def tidy_bin(self) -> None:
        """Take out of the bin what has been there for its time, or is more than it holds."""
        with self._guard, self._home.errors():
            entries = bin.outdated(self._connection)
        if entries:
            with self.transaction() as connection:
                bin.drop(connection, entries)

    def update(self, document_id: str, changes: Mapping[str, object]) -> None:
        """Change fields of a document that do not touch its text or chunks.

        Raises:
            DocumentMissing: No document has this id.
        """
        with self.transaction() as connection:
            _update(connection, document_id, changes)

    def describe(self, document: Document) -> None:
        """Store all of a document anew but its text and outline, which are as they were, in one transaction.

        Raises:
            DocumentMissing: No document has its id.
        """
        changes = {name: getattr(document, name) for name in ("title", "size", "modified")}
        with self.transaction() as connection:
            row = _update(connection, document.id, changes)
            for table in ("notes", "said"):
                connection.execute(f"DELETE FROM {table} WHERE document = ?", (row,))
            _insert_described(connection, row, document)

    def put_vectors(self, document_id: str, vectors: tuple[Vectors, Vectors]) -> None:
        """Store the vectors of a stored document again."""
        with self.transaction() as connection:
            first_chunk, last_chunk, first_section, last_section = connection.execute(
                "SELECT first_chunk, last_chunk, first_section, last_section FROM documents WHERE id = ?",
                (document_id,),
            ).fetchone()
            connection.execute("DELETE FROM chunk_vectors WHERE chunk BETWEEN ? AND ?", (first_chunk, last_chunk))
            connection.execute(
                "DELETE FROM section_vectors WHERE section BETWEEN ? AND ?", (first_section, last_section)
            )
            _insert_vectors(connection, first_chunk, first_section, vectors)
            _note_embedded(connection)

    # ---- keyword index

    def rebuild_words(self) -> None:
        """Index all words again from the stored text, in one transaction."""
        with self.transaction() as connection:
            connection.clear_words()
            documents = connection.execute("SELECT row, name, title FROM documents ORDER BY row").fetchall()
            for row, name, title in documents:
                connection.add_words(row, _chunk_terms(connection, row))
                _insert_title(connection, row, name, title)
            put_meta(connection, {"words": tokens.VERSION})

    # ---- another model

    def begin_reembedding(self, model: ModelIdentity) -> frozenset[str]:
        """Make tables beside the ones in use, or go on with those of an interrupted run.

        Args:
            model: The model that the new vectors are of.

        Returns:
            Ids of the documents that are embedded already: none, where no run with this model over these very documents
            was interrupted. What another one left is dropped.
        """
        with self.transaction() as connection:
            documents = connection.execute(
                "SELECT id, sha256, first_chunk, last_chunk, first_section FROM documents ORDER BY row"
            ).fetchall()
            digest = hashlib.sha256(json.dumps(documents).encode()).hexdigest()
            wanted = json.dumps([model_json(model), digest])
            begun = connection.execute("SELECT value FROM meta WHERE key = ?", (REEMBEDDING,)).fetchone()
            if begun == (wanted,):
                rows = connection.execute(
                    "SELECT id FROM documents WHERE last_chunk IN (SELECT chunk FROM chunk_vectors_next)"
                ).fetchall()
                return frozenset(id for (id,) in rows)
            _drop_next_vectors(connection)
            run_script(connection, schema.VECTOR_TABLES.format(suffix="_next"))
            put_meta(connection, {REEMBEDDING: wanted})
            return frozenset()

    def put_next_vectors(self, document_id: str, vectors: tuple[Vectors, Vectors]) -> None:
        """Store the vectors that another model gave for a stored document."""
        with self.transaction() as connection:
            first_chunk, first_section = connection.execute(
                "SELECT first_chunk, first_section FROM documents WHERE id = ?", (document_id,)
            ).fetchone()
            _insert_vectors(connection, first_chunk, first_section, vectors, suffix="_next")

    def finish_reembedding(self, model: ModelIdentity) -> None:
        """Put the new vectors in the place of the old ones, in one transaction."""
        with self.transaction() as connection:
            connection.replace_vectors()
            put_meta(connection, {"model": model_json(model), "index": None, REEMBEDDING: None})
            _note_embedded(connection)

    # ---- disk

    def compact(self) -> bool:
        """Empty the bin, give free space back, leave nothing deleted there; tell whether all of it went."""
        with self._guard, self._home.errors():
            with self.transaction() as connection:
                _drop_next_vectors(connection)
                bin.empty(connection)
            return self._connection.compact()


def put_meta(connection: Connection, values: Mapping[str, object]) -> None:
    """Store values of the meta table; None removes a key."""
    for key, value in values.items():
        if value is None:
            connection.execute("DELETE FROM meta WHERE key = ?", (key,))
        else:
            connection.execute(
                "INSERT INTO meta(key, value) VALUES(?, ?) ON CONFLICT(key) DO UPDATE SET value = excluded.value",
                (key, value),
            )


def _note_embedded(connection: Connection) -> None:
    """Tell readers that vectors were replaced under their ids: what they hold of before is no longer right."""
    (revision,) = connection.execute("SELECT value FROM meta WHERE key = 'revision'").fetchone()
    put_meta(connection, {"embedded_revision": int(revision)})


def model_json(model: ModelIdentity) -> str:
    """Return a model's identity as it is stored."""
    return json.dumps({"name": model.name, "fingerprint": model.fingerprint, "dimension": model.dimension})


def _kind(value: object) -> str:
    return "TEXT" if isinstance(value, str) else "INTEGER"


def _drop_next_vectors(connection: Connection) -> None:
    connection.execute("DROP TABLE IF EXISTS chunk_vectors_next")
    connection.execute("DROP TABLE IF EXISTS section_vectors_next")
    put_meta(connection, {REEMBEDDING: None})


def check_chunks(document: Document, chunks: Sequence[Chunk]) -> None:
    """Refuse chunks that would break the catalog's promises: a fault of the caller, not of a person.

    Raises:
        ValueError: They are not in order, overlap or leave the text.
    """
    section, end = -1, 0
    for ordinal, chunk in enumerate(chunks):
        if chunk.ordinal != ordinal or not section <= chunk.section <= section + 1:
            raise ValueError(f"chunk {ordinal} of document {document.id}: ordinal or section out of order")
        if not end <= chunk.start <= chunk.end <= len(document.text):
            raise ValueError(f"chunk {ordinal} of document {document.id}: offsets overlap or leave the text")
        section, end = chunk.section, chunk.end


def _check_vectors(document: Document, chunks: Sequence[Chunk], vectors: tuple[Vectors, Vectors]) -> None:
    sections = chunks[-1].section + 1 if chunks else 0
    if [len(part) for part in vectors] != [len(chunks), sections]:
        raise ValueError(f"document {document.id}: the number of vectors is not that of chunks and sections")
    if not all(bool(np.isfinite(part).all()) for part in vectors):
        raise ValueError(f"document {document.id}: the encoder returned a vector that is not finite")


def _vectors_of(kept: bin.Kept) -> tuple[Vectors, Vectors]:
    """Return the vectors of chunks and sections as the bin keeps them.

    Raises:
        LibraryDamaged: There are not as many as there are chunks and sections.
    """
    sections = kept.chunks[-1].section + 1 if kept.chunks else 0
    counts = (len(kept.chunks), sections)
    if any(count and (not raw or len(raw) % (2 * count)) for raw, count in zip(kept.vectors, counts, strict=True)):
        raise LibraryDamaged(
            f"The vectors of {kept.document.title} are not whole.", remedy="Run: footnote doctor --repair"
        )
    chunk, section = (
        np.frombuffer(raw, dtype=np.float16).astype(np.float32).reshape(count, -1 if count else 1)
        for raw, count in zip(kept.vectors, counts, strict=True)
    )
    return chunk, section


def _update(connection: Connection, document_id: str, changes: Mapping[str, object]) -> int:
    """Change fields of a document, index its title again, and return its row.

    Raises:
        DocumentMissing: No document has this id.
    """
    query = "SELECT row, source, title, name FROM documents WHERE id = ?"
    row = connection.execute(query, (document_id,)).fetchone()
    if row is None:
        raise DocumentMissing(f"No document has the id {document_id[:64]!r}.")
    changes = {key: value for key, value in changes.items() if value is not None}
    source, title = str(changes.get("source", row[1])), str(changes.get("title", row[2]))
    name = str(changes.get("name") or given_name(row[1], row[3]) or file_name(source))
    changes["name"] = name
    assignments = ", ".join(f"{key} = CAST(? AS {_kind(value)})" for key, value in changes.items())
    connection.execute(
        f"UPDATE documents SET {assignments} WHERE row = ?",
        [sql_text(value) if isinstance(value, str) else value for value in changes.values()] + [row[0]],
    )
    connection.execute("DELETE FROM titles WHERE document = ?", (row[0],))
    _insert_title(connection, row[0], name, title)
    return int(row[0])


def _insert(
    connection: Connection,
    document: Document,
    chunks: Sequence[Chunk],
    vectors: tuple[Vectors, Vectors],
    *,
    added: str = "",
) -> None:
    sections = chunks[-1].section + 1 if chunks else 0
    first_chunk = connection.take_numbers("chunks", len(chunks))
    first_section = connection.take_numbers("sections", sections)
    (row,) = connection.execute(
        "INSERT INTO documents(id, source, title, name, media_type, collection, sha256, size, modified,"
        " added, characters, first_chunk, last_chunk, first_section, last_section)"
        " VALUES(CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT),"
        " CAST(? AS TEXT), ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING row",
        (
            *map(
                sql_text,
                (
                    document.id,
                    document.source,
                    document.title,
                    document.name or file_name(document.source),
                    document.media_type,
                    document.collection,
                ),
            ),
            document.sha256,
            document.size,
            document.modified,
            added or now(),
            len(document.text),
            first_chunk,
            first_chunk + len(chunks) - 1,
            first_section,
            first_section + sections - 1,
        ),
    ).fetchone()
    connection.execute(
        "INSERT INTO outlines(document, places, headings) VALUES(?, ?, ?)",
        (
            row,
            json.dumps([place.record for place in document.places]),
            json.dumps([(heading.start, heading.end, heading.level) for heading in document.headings]),
        ),
    )
    insert_text(connection, row, document.text)
    _insert_chunks(connection, row, document, chunks, first_chunk, first_section)
    _insert_vectors(connection, first_chunk, first_section, vectors)
    connection.add_words(row, _chunk_terms(connection, row))
    _insert_title(connection, row, document.name or document.source, document.title)
    connection.keep_tables(row, document.text)
    _insert_described(connection, row, document)
    connection.executemany(
        "INSERT INTO scans(document, page, words) VALUES(?, ?, ?)",
        [(row, scan.page, packed_words(scan)) for scan in document.scans],
    )


def _insert_described(connection: Connection, row: int, document: Document) -> None:
    """Store what was remarked on a document when it was read, and what it or its sidecar says of it."""
    if document.notes:
        notes = "\n".join(" ".join(note.split()) for note in document.notes)
        connection.execute("INSERT INTO notes(document, notes) VALUES(?, CAST(? AS TEXT))", (row, sql_text(notes)))
    connection.executemany(
        "INSERT INTO said(document, name, value) VALUES(?, CAST(? AS TEXT), CAST(? AS TEXT))",
        [(row, sql_text(name), sql_text(value)) for name, value in document.said],
    )


def _insert_chunks(
    connection: Connection,
    row: int,
    document: Document,
    chunks: Sequence[Chunk],
    first_chunk: int,
    first_section: int,
) -> None:
    spans: list[list[int]] = []
    for chunk in chunks:
        if chunk.section == len(spans):
            spans.append([chunk.start, chunk.end, chunk.ordinal, chunk.ordinal])
        spans[-1][1], spans[-1][3] = chunk.end, chunk.ordinal
    connection.executemany(
        'INSERT INTO sections(id, document, start, "end", first_chunk, last_chunk) VALUES(?, ?, ?, ?, ?, ?)',
        (
            (first_section + number, row, start, end, first_chunk + first, first_chunk + last)
            for number, (start, end, first, last) in enumerate(spans)
        ),
    )
    connection.executemany(
        'INSERT INTO chunks(id, document, section, start, "end", kind, page, place, heading, sentences)'
        " VALUES(?, ?, ?, ?, ?, ?, ?, ?, CAST(? AS TEXT), ?)",
        (
            (
                first_chunk + chunk.ordinal,
                row,
                first_section + chunk.section,
                chunk.start,
                chunk.end,
                chunk.kind,
                page,
                place,
                sql_text(heading),
                json.dumps(chunk.sentences, separators=(",", ":")),
            )
            for chunk, page, place, heading in _located(document, chunks)
        ),
    )


def _located(document: Document, chunks: Sequence[Chunk]) -> Iterator[tuple[Chunk, int | None, str, str]]:
    """Yield each chunk with its page, place and heading path, a table's head at its end; one walk over the headings."""
    path: list[tuple[int, str]] = []
    following = 0
    for chunk, head in zip(chunks, table_heads(document.text, chunks), strict=True):
        while following < len(document.headings) and document.headings[following].start <= chunk.start:
            heading = document.headings[following]
            while path and path[-1][0] >= heading.level:
                path.pop()
            path.append((heading.level, " ".join(document.text[heading.start : heading.end].split())))
            following += 1
        place = document.place_at(chunk.start)
        page, label = (place.page, place.label) if place else (None, "")
        yield chunk, page, label, " › ".join([*(text for _, text in path), *([head] if head else [])])


def _insert_vectors(
    connection: Connection,
    first_chunk: int,
    first_section: int,
    vectors: tuple[Vectors, Vectors],
    *,
    suffix: str = "",
) -> None:
    for kind, first, rows in zip(("chunk", "section"), (first_chunk, first_section), vectors, strict=True):
        half = np.ascontiguousarray(rows, dtype=np.float16)
        connection.executemany(
            f"INSERT INTO {kind}_vectors{suffix}({kind}, vector) VALUES(?, ?)",
            ((first + number, vector.tobytes()) for number, vector in enumerate(half)),
        )


def _insert_title(connection: Connection, row: int, name: str, title: str) -> None:
    """Index what a document is about: the words of its title and its file's name, and the names of its subject."""
    named = file_name(name).rsplit(".", 1)[0].replace("_", " ").replace("-", " ")
    sections = connection.execute('SELECT start, "end" FROM sections WHERE document = ? ORDER BY id', (row,)).fetchall()
    text = stored_text(connection, row, 0, sections[-1][1]) if len(sections) >= LEAST_SECTIONS else ""
    about = subject_terms(text, sections)
    terms = {fts_terms([term]) for term in tokens.tokens(title) + tokens.tokens(named) + about}
    connection.executemany(
        "INSERT INTO titles(term, document) VALUES(CAST(? AS TEXT), ?) ON CONFLICT DO NOTHING",
        ((term, row) for term in sorted(terms) if term),
    )


def _chunk_terms(connection: Connection, row: int) -> Iterator[tuple[int, bytes]]:
    """Yield each chunk's id and its terms: its own and those of the headings above it.

    Always computed from what is stored, so that deleting gives the index exactly what inserting gave it.
    """
    text, base = "", 0
    chunks: list[tuple[Any, ...]] = connection.execute(
        "SELECT c.id, c.start, c.end, c.heading FROM documents d"
        " JOIN chunks c ON c.id BETWEEN d.first_chunk AND d.last_chunk WHERE d.row = ? ORDER BY c.id",
        (row,),
    ).fetchall()
    for id, start, end, heading in chunks:
        if end > base + len(text):
            base = start
            text = stored_text(connection, row, start, max(end, start + 64 * schema.PIECE_CHARACTERS))
        yield id, fts_terms(tokens.tokens(text[start - base : end - base]) + tokens.tokens(heading))


def _is_whole(connection: Connection, row: int) -> bool:
    """Return whether a document still has the text and the chunks that its words were indexed from."""
    (characters, chunks, found) = connection.execute(
        "SELECT characters, last_chunk - first_chunk + 1,"
        ' (SELECT count(*) FROM chunks WHERE id BETWEEN first_chunk AND last_chunk AND "end" <= characters)'
        " FROM documents WHERE row = ?",
        (row,),
    ).fetchone()
    try:
        read_text(connection, row, 0, characters)
    except TextDamaged:
        return False
    return bool(chunks == found)


def _delete(connection: Connection, document_id: str) -> bool:
    found = connection.execute(
        "SELECT row, first_chunk, last_chunk, first_section, last_section, collection FROM documents"
        " WHERE id = CAST(? AS TEXT)",
        (sql_text(document_id),),
    ).fetchone()
    if found is None:
        return False
    row, first_chunk, last_chunk, first_section, last_section, collection = found
    whole = _is_whole(connection, row)
    connection.remove_words(row, (lambda: _chunk_terms(connection, row)) if whole else None)
    for table in ("outlines", "notes", "said", "scans", "pieces", "digests", "titles"):
        connection.execute(f"DELETE FROM {table} WHERE document = ?", (row,))
    for table, column in (("chunks", "id"), ("chunk_vectors", "chunk")):
        connection.execute(f"DELETE FROM {table} WHERE {column} BETWEEN ? AND ?", (first_chunk, last_chunk))
    for table, column in (("sections", "id"), ("section_vectors", "section")):
        connection.execute(f"DELETE FROM {table} WHERE {column} BETWEEN ? AND ?", (first_section, last_section))
    connection.forget_tables(row)
    connection.execute("DELETE FROM documents WHERE row = ?", (row,))
    if last_chunk >= first_chunk:
        connection.execute(
            "INSERT INTO index_removed(first, last, collection) VALUES(?, ?, CAST(? AS TEXT))",
            (first_chunk, last_chunk, sql_text(collection)),
        )
    return True
