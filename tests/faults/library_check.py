"""What must hold of a library after any fault, and a child that is limited in what it may write."""

from __future__ import annotations

import multiprocessing
import os
import resource
from collections.abc import Callable, Mapping
from multiprocessing.process import BaseProcess
from pathlib import Path

import numpy as np
from hash_encoder import HashEncoder, make

from vectorstore.document import Document
from vectorstore.library import Library
from vectorstore.passage import Chunk

ENCODER = HashEncoder()
FILE_LIMIT = 256 << 20
"""Bytes that a child may write into one file: a torn Chroma index once grew to 37 GB."""

Batch = tuple[Document, list[Chunk]]


def version(number: int, edition: int) -> Batch:
    """Return an edition of a document; every edition differs in text and length."""
    words = np.random.default_rng((number, edition)).integers(0, 50, size=(6 + edition % 3, 5)).tolist()
    text = " ".join(" ".join(f"word{word}" for word in row) + f" of{number}e{edition}." for row in words)
    return make(f"d{number}.txt", text, collection=f"c{number % 2}")


_children = multiprocessing.get_context("forkserver")


def child(act: Callable[..., object], *arguments: object, file_limit: int = FILE_LIMIT) -> BaseProcess:
    """Start `act` in a process of its own, under a limit of file size.

    The process comes from a server that has imported everything and used nothing: starting is quick, and
    no thread of Chroma is inherited.
    """
    here = Path(__file__).parent
    os.environ["PYTHONPATH"] = os.pathsep.join(map(str, (here, here.with_name("vectorstore"), here.parents[1])))
    _children.set_forkserver_preload(["chromadb", "library_check"])
    process = _children.Process(target=_limited, args=(file_limit, act, *arguments))
    process.start()
    return process


def _limited(file_limit: int, act: Callable[..., object], *arguments: object) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (file_limit, file_limit))
    act(*arguments)


def run(act: Callable[..., object], *arguments: object, file_limit: int = FILE_LIMIT) -> None:
    """Run `act` in a process of its own; fail if it fails."""
    process = child(act, *arguments, file_limit=file_limit)
    process.join(timeout=120)
    assert process.exitcode == 0


def assert_whole(folder: Path, allowed: Mapping[str, set[str]]) -> Library:
    """Check that every document is one that was meant, whole, found, and there once; return the library.

    Args:
        folder: Of the library.
        allowed: For each id, the texts that it may have.
    """
    library = Library.open(folder, encoder=ENCODER)
    findings = [finding for finding in library.verify() if finding.part != "index"]
    assert not findings, findings
    infos = library.documents()
    assert len({info.id for info in infos}) == len({info.source for info in infos}) == len(infos)
    for limit in (20_000, 5):  # exactly, and through Chroma if its index is usable
        library.index._exact_limit = limit
        with library.view() as view:
            for info in infos[::5]:
                text = library.text(info.id)
                assert text in allowed[info.id]
                last = text[text.rstrip(".").rfind(".") + 1 :].strip()
                ids, cosines = view.index.nearest(ENCODER.encode_query(last), 3)
                found = [passage for passage in view.catalog.passages(ids) if passage.document == info.id]
                assert [passage.text for passage in found[:1]] == [last], (info.source, cosines)
                term = f"of{info.source.split('/d')[1].split('.')[0]}e"
                for id, passage in zip(ids, view.catalog.passages(ids), strict=True):
                    if passage.text == last and passage.document == info.id:
                        assert any(id in view.catalog.postings(f"{term}{edition}") for edition in range(9))
    library.index._exact_limit = 20_000
    return library


def contents(library: Library) -> tuple[object, ...]:
    """Return all that a person can see of a library, without row ids, which may differ."""
    with library.view() as view:
        chunks = sorted(
            (p.document, p.start, p.end, p.text, p.heading, p.section)
            for p in view.catalog.passages(view.catalog.matrix()[0])
        )
    documents = sorted((library.document(info.id) for info in library.documents()), key=lambda d: d.id)
    answers = []
    for query in ("word1 word2", "word7 word8 of3e1", "word40", "of9e1"):
        result = library.search(query, limit=5)
        answers.append([(p.document, p.start, round(p.score, 3)) for p in result.passages])
    return documents, chunks, answers
