"""How search grows with the library: time, memory and disk at 2,000, 20,000 and 200,000 chunks.

    python bench/search_growth.py [--sizes 2000 20000 200000] [--collections 1] [--folder DIR] [--json FILE]

Text and vectors are generated: words by Zipf's law, vectors in clusters, as embeddings lie. Each size is
written once; then a fresh process opens the library, searches, and reports. No model is loaded, so a real
question costs a few milliseconds more. `cpu` is processor time a search, which other work on the machine
does not change as it changes p50 and p95.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from vectorstore.catalog.lookup import cosines
from vectorstore.document import Document
from vectorstore.library import Library
from vectorstore.passage import Chunk, Filter
from vectorstore.words.tokens import query_terms

DIMENSION = 384
CHUNKS_A_DOCUMENT = 100
CHUNKS_A_SECTION = 8
WORDS_A_CHUNK = 30
VOCABULARY = 50_000
SYLLABLES = [a + b for a in "bcdfgklmnp" for b in "ao"]


class GeneratedEncoder:
    """Vectors in clusters: each section has a centre, its chunks lie around it."""

    name, fingerprint, dimension, max_tokens = "generated", "generated-1", DIMENSION, 256

    def __init__(self) -> None:
        self._random = np.random.default_rng(1)
        self._topics = self._random.normal(size=(400, DIMENSION)).astype(np.float32)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]

    def encode_query(self, text: str, **_: object) -> np.ndarray:
        seed = np.random.default_rng(int(text.split()[0].removeprefix("q")))
        return _unit(self._topics[seed.integers(400)] + 0.9 * seed.normal(size=DIMENSION).astype(np.float32))

    def encode_texts(self, texts: Sequence[str]) -> np.ndarray:
        return np.array([self.encode_query(text) for text in texts], dtype=np.float32)

    def estimated_sections(self, text: str, chunks: Sequence[Chunk]) -> frozenset[int]:  # noqa: ARG002
        """Return no section: every one has a vector of its own."""
        return frozenset()

    def encode_documents(self, items: Sequence[tuple[str, Sequence[Chunk]]], _progress: object = None) -> list:
        found = []
        for _, chunks in items:
            topic = self._topics[self._random.integers(400)]
            sections = topic + 0.6 * self._random.normal(size=(chunks[-1].section + 1, DIMENSION))
            of_chunk = sections[[chunk.section for chunk in chunks]]
            vectors = of_chunk + 0.7 * self._random.normal(size=(len(chunks), DIMENSION))
            found.append((_unit(vectors.astype(np.float32)), _unit(sections.astype(np.float32))))
        return found


def _unit(vectors: np.ndarray) -> np.ndarray:
    return (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(np.float32)


def word(rank: int) -> str:
    """Return a word that looks like one, so that stemming has its usual work."""
    syllables = SYLLABLES
    letters = ""
    while True:
        letters += syllables[rank % 20]
        rank //= 20
        if not rank:
            return letters


def documents(count: int, random: np.random.Generator, collections: int = 1) -> list[tuple[Document, list[Chunk]]]:
    """Return documents of 100 chunks each, in `collections` in turn."""
    made = []
    words = [word(rank) for rank in range(VOCABULARY)]
    for _ in range(count):
        name = f"{random.integers(1 << 62):016x}"
        text, chunks = [], []
        length = 0
        for ordinal in range(CHUNKS_A_DOCUMENT):
            ranks = np.minimum(random.zipf(1.2, WORDS_A_CHUNK) - 1, VOCABULARY - 1)
            sentence = " ".join(words[rank] for rank in ranks) + "."
            chunks.append(
                Chunk(
                    length,
                    length + len(sentence),
                    ordinal,
                    ordinal // CHUNKS_A_SECTION,
                    sentences=((length, length + len(sentence)),),
                )
            )
            text.append(sentence)
            length += len(sentence) + 1
        made.append(
            (
                Document(
                    name,
                    f"/generated/{name}.txt",
                    name,
                    "text/plain",
                    " ".join(text),
                    name * 4,
                    f"c{len(made) % collections}",
                ),
                chunks,
            )
        )
    return made


def write(folder: Path, chunks: int, collections: int) -> dict[str, float]:
    """Write a library of `chunks` chunks; return what it cost."""
    random = np.random.default_rng(7)
    library = Library.open(folder, create=True, encoder=GeneratedEncoder())
    adding = 0.0
    for _ in range(max(1, chunks // CHUNKS_A_DOCUMENT // 20)):
        batch = documents(min(20, chunks // CHUNKS_A_DOCUMENT), random, collections)
        begun = time.perf_counter()
        library.add(batch)
        adding += time.perf_counter() - begun
    begun = time.perf_counter()
    library.update_index(force=True)
    indexing = time.perf_counter() - begun
    disk = library.status().disk
    library.close()
    return {
        "add_s": round(adding, 2),
        "index_s": round(indexing, 2),
        "catalog_mb": round(disk.catalog / 1e6, 1),
        "vectors_mb": round(disk.vectors / 1e6, 1),
    }


def ask(folder: Path) -> None:
    """Search in this process; print the figures as JSON."""
    begun = time.perf_counter()
    library = Library.open(folder, encoder=GeneratedEncoder())
    library.search(query(0))
    cold = time.perf_counter() - begun
    figures = {"cold_ms": round(cold * 1000)}
    one = Filter(documents=tuple(info.id for info in library.documents()[:3]))
    for name, filter, count in (
        ("warm", None, 200),
        ("narrow", one, 50),
        ("collection", Filter(collections=("c1",)), 50),
        ("most", Filter(collections=("c0", "c1", "c2", "c3")), 50),
    ):
        library.search(query(1), filter=filter)
        seconds = []
        processor = time.process_time()
        for number in range(count):
            begun = time.perf_counter()
            library.search(query(number + 2), filter=filter)
            seconds.append((time.perf_counter() - begun) * 1000)
        figures[f"{name}_cpu_ms"] = round((time.process_time() - processor) / count * 1000, 1)
        figures[f"{name}_p50_ms"] = round(float(np.percentile(seconds, 50)), 1)
        figures[f"{name}_p95_ms"] = round(float(np.percentile(seconds, 95)), 1)
    library.add(documents(1, np.random.default_rng(99)))
    begun = time.perf_counter()
    library.search(query(3))
    figures["after_add_ms"] = round((time.perf_counter() - begun) * 1000, 1)
    figures["peak_mb"] = peak_megabytes()
    figures["recall_150"] = recall(library)
    library.close(update_index=False)
    print(json.dumps(figures))


def bare(folder: Path) -> None:
    """Ask Chroma and FTS5 by themselves, in this process, over the same index; print the figures as JSON.

    Chroma: the 150 nearest, ids and distances. FTS5: how many rows hold a word of the query.
    """
    import chromadb

    encoder = GeneratedEncoder()
    generation = next(path for path in sorted((folder / "chroma").iterdir()) if path.is_dir())
    collections = [(c, min(150, c.count())) for c in chromadb.PersistentClient(str(generation)).list_collections()]
    catalog = sqlite3.connect(folder / "catalog.sqlite3")

    def ask_chroma(number: int) -> None:
        vector = encoder.encode_query(query(number)).tolist()
        for collection, wanted in collections:
            collection.query(query_embeddings=[vector], n_results=wanted, include=["distances"])

    def ask_words(number: int) -> None:
        words = " OR ".join(f'"{term}"' for term in query_terms(query(number)))
        catalog.execute("SELECT count(*) FROM words WHERE words MATCH ?", (words,)).fetchone()

    figures = {}
    for name, asked in (("chroma", ask_chroma), ("fts5", ask_words)):
        asked(1)
        seconds = []
        for number in range(2, 102):
            begun = time.perf_counter()
            asked(number)
            seconds.append((time.perf_counter() - begun) * 1000)
        figures[f"bare_{name}_p50_ms"] = round(float(np.percentile(seconds, 50)), 1)
        figures[f"bare_{name}_p95_ms"] = round(float(np.percentile(seconds, 95)), 1)
    print(json.dumps(figures))


def peak_megabytes() -> int:
    """Return the most memory that this program held. Not ru_maxrss where it can be helped: that begins at the
    size of the process which started it."""
    status = Path("/proc/self/status")
    if status.is_file():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return round(int(line.split()[1]) / 1024)
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def recall(library: Library) -> float:
    """Return the share of the true 150 nearest that the index finds. Read last: it loads every vector."""
    shares = []
    with library.view() as view:
        ids, matrix = view.catalog.matrix()
        for number in range(20):
            vector = view.encoder.encode_query(query(number))
            best = ids[np.argpartition(-cosines(matrix, vector), 150)[:150]]
            shares.append(np.isin(best, view.index.nearest(vector, 150)[0]).mean())
    return round(float(np.mean(shares)), 3)


def query(number: int) -> str:
    """Return a query of four rare and two frequent words."""
    random = np.random.default_rng(number)
    ranks = [*random.integers(20, 5000, 4), *random.integers(0, 20, 2)]
    return " ".join([f"q{number}", *(word(int(rank)) for rank in ranks)])


def _part(name: str, folder: Path) -> dict[str, float]:
    """Run a part of this benchmark in a process of its own."""
    command = [sys.executable, __file__, name, str(folder)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main() -> None:
    """Write and ask each size, print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[2_000, 20_000, 200_000])
    parser.add_argument("--collections", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="where to write the libraries (default: a temporary folder)")
    parser.add_argument("--json", type=Path, help="also write the figures there")
    parser.add_argument("--again", action="store_true", help="ask the libraries that --folder holds already")
    parser.add_argument("--ask", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--bare", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.ask:
        ask(arguments.ask)
        return
    if arguments.bare:
        bare(arguments.bare)
        return
    root = arguments.folder or Path(tempfile.mkdtemp(prefix="footnote-growth-"))
    rows = []
    for size in arguments.sizes:
        folder = root / str(size)
        written = {}
        if not arguments.again:
            shutil.rmtree(folder, ignore_errors=True)
            written = write(folder, size, arguments.collections)
        rows.append({"chunks": size, **written, **_part("--bare", folder), **_part("--ask", folder)})
        print(json.dumps(rows[-1]), flush=True)
    if not arguments.folder:
        shutil.rmtree(root)
    keys = list(rows[0])
    print(f"\n{platform.machine()}, Python {platform.python_version()}\n")
    print("| " + " | ".join(keys) + " |\n|" + " ---: |" * len(keys))
    for row in rows:
        print("| " + " | ".join(f"{row[key]:,}" for key in keys) + " |")
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
