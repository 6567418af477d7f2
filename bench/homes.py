"""The two homes of a catalog beside each other: writing and asking a library in a folder and in PostgreSQL.

    python bench/homes.py postgresql://user@host/database [--size 20000] [--words]

The library is that of `search_growth.py`: generated text and vectors, no model. Both are written and asked in this
process; the database gets a schema called `footnote_bench`, which is dropped before and after. `--words` compares three
ways to keep a keyword index there: a row for each term and chunk, PostgreSQL's own index of a text's words (GIN), and a
row for each term and document, which is the one that is used.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psycopg

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.search_growth import CHUNKS_A_DOCUMENT, GeneratedEncoder, documents, query
from vectorstore.library import Library
from vectorstore.passage import Filter
from vectorstore.words.tokens import tokens

SCHEMA = "footnote_bench"


def measure(place: str, size: int) -> dict[str, float]:
    """Write a library of `size` chunks, ask it, and return the figures."""
    made = documents(size // CHUNKS_A_DOCUMENT, np.random.default_rng(1))
    encoder = GeneratedEncoder()
    with Library.open(place, create=True, encoder=encoder) as library:
        vectors = encoder.encode_documents([(document.text, chunks) for document, chunks in made])
        begun = time.perf_counter()
        library.add(made, vectors=vectors)
        figures = {"write_s": round(time.perf_counter() - begun, 1)}
        library.close(update_index=False)
    library = Library.open(place, encoder=encoder)
    begun = time.perf_counter()
    library.search(query(0))
    figures["cold_ms"] = round((time.perf_counter() - begun) * 1000)
    one = Filter(documents=tuple(info.id for info in library.documents()[:3]))
    for name, filter in (("warm", None), ("filtered", one)):
        seconds = []
        processor = time.process_time()
        for number in range(1, 101):
            begun = time.perf_counter()
            library.search(query(number), filter=filter)
            seconds.append((time.perf_counter() - begun) * 1000)
        figures[f"{name}_cpu_ms"] = round((time.process_time() - processor) * 10, 1)
        figures[f"{name}_p50_ms"] = round(float(np.percentile(seconds, 50)), 1)
        figures[f"{name}_p95_ms"] = round(float(np.percentile(seconds, 95)), 1)
    figures["catalog_mb"] = round(library.status().disk.catalog / 1e6, 1)
    library.close(update_index=False)
    return figures


def ways_to_keep_words(connection: psycopg.Connection, size: int) -> Iterator[tuple[str, dict[str, float]]]:
    """Yield the figures of each way to keep a keyword index."""
    random = np.random.default_rng(1)
    texts = [
        [(number * CHUNKS_A_DOCUMENT + c.ordinal, sorted(set(tokens(d.text[c.start : c.end])))) for c in chunks]
        for number, (d, chunks) in enumerate(documents(size // CHUNKS_A_DOCUMENT, random), start=1)
    ]
    connection.execute(
        'CREATE TABLE a(term TEXT COLLATE "C", chunk BIGINT, PRIMARY KEY(term, chunk));'
        "CREATE TABLE b(chunk BIGINT PRIMARY KEY, terms TSVECTOR); CREATE INDEX ON b USING gin(terms);"
        'CREATE TABLE c(term TEXT COLLATE "C", document BIGINT, chunks BYTEA, PRIMARY KEY(term, document));'
        "CREATE INDEX ON c(document)"
    )

    def by_chunk(_: int, rows: list[tuple[int, list[str]]]) -> None:
        with connection.cursor().copy("COPY a FROM STDIN") as copy:
            for id, terms in rows:
                for term in terms:
                    copy.write_row((term, id))

    def by_gin(_: int, rows: list[tuple[int, list[str]]]) -> None:
        connection.cursor().executemany("INSERT INTO b VALUES(%s, array_to_tsvector(%s::TEXT[]))", rows)

    def by_document(number: int, rows: list[tuple[int, list[str]]]) -> None:
        held: dict[str, list[int]] = {}
        for id, terms in rows:
            for term in terms:
                held.setdefault(term, []).append(id)
        with connection.cursor().copy("COPY c FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(["text", "int8", "bytea"])
            for term in sorted(held):
                copy.write_row((term, number, np.array(held[term], dtype="<i8").tobytes()))

    asked = connection.cursor(binary=True)
    beginning = "term >= 'ba' AND term < 'bb' GROUP BY term"
    ways: dict[str, tuple[str, Callable[..., None], str, str]] = {
        "term and chunk": ("a", by_chunk, "term = %s ORDER BY chunk", f"term, count(*) FROM a WHERE {beginning}"),
        "GIN": (
            "b",
            by_gin,
            "terms @@ quote_literal(%s)::TSQUERY ORDER BY chunk",
            "word, ndoc FROM ts_stat('SELECT terms FROM b') WHERE word >= 'ba' AND word < 'bb'",
        ),
        "term and document": (
            "c",
            by_document,
            "term = %s ORDER BY document",
            f"term, sum(length(chunks) / 8) FROM c WHERE {beginning}",
        ),
    }
    terms = sorted({term for number in range(50) for term in tokens(query(number))})
    for name, (table, write, condition, vocabulary) in ways.items():
        begun = time.perf_counter()
        for number, rows in enumerate(texts, start=1):
            with connection.transaction():
                write(number, rows)
        figures = {"write_s": round(time.perf_counter() - begun, 1)}
        connection.execute(f"VACUUM ANALYZE {table}")
        (taken,) = connection.execute("SELECT pg_total_relation_size(%s::REGCLASS)", (table,)).fetchone() or (0,)
        figures["mb"] = round(taken / 1e6, 1)
        column = "chunks" if table == "c" else "chunk"
        begun = time.perf_counter()
        for term in terms:
            found = asked.execute(f"SELECT {column} FROM {table} WHERE {condition}", (term,)).fetchall()
            if table == "c":
                np.frombuffer(b"".join(row[0] for row in found), dtype="<i8")
            else:
                np.array([row[0] for row in found], dtype=np.int64)
        figures["term_ms"] = round((time.perf_counter() - begun) * 1000 / len(terms), 2)
        begun = time.perf_counter()
        asked.execute(f"SELECT {vocabulary}").fetchall()
        figures["vocabulary_ms"] = round((time.perf_counter() - begun) * 1000, 1)
        yield name, figures


def main() -> None:
    """Measure, print a line for each home or way."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("address")
    parser.add_argument("--size", type=int, default=20_000)
    parser.add_argument("--words", action="store_true")
    options = parser.parse_args()
    with psycopg.connect(options.address, autocommit=True) as connection:
        connection.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
        try:
            if options.words:
                connection.execute(f"CREATE SCHEMA {SCHEMA}; SET search_path TO {SCHEMA}")
                for name, figures in ways_to_keep_words(connection, options.size):
                    print(name, figures, flush=True)
                return
            with tempfile.TemporaryDirectory(prefix="footnote-homes-") as folder:
                mark = "&" if "?" in options.address else "?"
                for name, place in (
                    ("SQLite", f"{folder}/library"),
                    ("PostgreSQL", f"{options.address}{mark}schema={SCHEMA}"),
                ):
                    print(name, measure(place, options.size), flush=True)
        finally:
            connection.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")


if __name__ == "__main__":
    main()
