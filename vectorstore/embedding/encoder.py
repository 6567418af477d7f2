"""The embedding model: how texts become vectors, quickly and without a download.

The first use of a model writes its ONNX form into the cache folder (`onnx_form.py`), and from then on only
onnxruntime and tokenizers are needed: asking starts in a third of a second, where importing
sentence-transformers takes seven.

One pass of the encoder gives both sizes: a section of about 250 tokens goes through once, the mean of
its token vectors is the section's vector, the mean over the tokens of a chunk is the chunk's. So nothing
is embedded twice, each chunk is read in its context, and nothing is cut off silently.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from vectorstore.embedding.long_tables import PieceMeans, estimated_sections
from vectorstore.embedding.model_files import ModelFiles
from vectorstore.passage import Chunk

if TYPE_CHECKING:
    import onnxruntime
    from tokenizers import Tokenizer

Vectors = npt.NDArray[np.float32]
Span = tuple[int, int]
Progress = Callable[[int], None]
"""Called with the number of chunks that were embedded since the last call."""

_SURROGATE = re.compile("[\ud800-\udfff]")

SECTIONS_AT_ONCE = 64
"""Sections given to the threads before their vectors are put in place."""
QUERIES = 64
"""Questions whose vectors are remembered (1.5 kB each): one question is searched for several times on its way to an
answer, and a survey asks it of every document."""
AT_ONCE = 2_048
"""Texts and sections taken into word pieces at once: those of a table of 200,000 rows would fill a gigabyte."""
Thing = TypeVar("Thing")


class Encoder(Protocol):
    """What the library asks of an embedding model. All vectors have length 1."""

    name: str
    fingerprint: str
    dimension: int
    max_tokens: int

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of word pieces of each text, special tokens left out."""
        ...

    def encode_query(self, text: str, *, without: Sequence[Span] = ()) -> Vectors:
        """Return the vector of a question, shape (dimension,).

        Args:
            text: The question.
            without: Start and end of words that are read and left out of the vector, where the model takes the mean
                of its word pieces.
        """
        ...

    def encode_texts(self, texts: Sequence[str]) -> Vectors:
        """Return one vector a text, shape (texts, dimension); text past the window is left out."""
        ...

    def encode_documents(
        self, items: Sequence[tuple[str, Sequence[Chunk]]], progress: Progress | None = None
    ) -> list[tuple[Vectors, Vectors]]:
        """Return for each (text, chunks) the chunk vectors (n, dimension) and section vectors (m, dimension)."""
        ...

    def estimated_sections(self, text: str, chunks: Sequence[Chunk]) -> frozenset[int]:
        """Return the numbers of the sections whose vectors `encode_documents` estimates from others (long tables)."""
        ...


@dataclass(frozen=True, slots=True)
class _Section:
    """One section to encode: which item, its ids, and the token range of each chunk."""

    item: int
    number: int
    ids: list[int]
    ranges: tuple[tuple[int, int, int], ...]  # chunk ordinal, first token, past the last token


class OnnxEncoder:
    """A sentence-transformers model in its ONNX form.

    Args:
        files: Where the ONNX form lies and how the model pools.
        threads: Threads of the encoder; 0 for one a core.
    """

    def __init__(self, files: ModelFiles, *, threads: int = 0) -> None:
        from tokenizers import Tokenizer

        self.name = files.identity.name
        self.fingerprint = files.identity.fingerprint
        self.dimension = files.identity.dimension
        self.max_tokens = files.max_tokens
        self._files = files
        self._tokenizer: Tokenizer = Tokenizer.from_file(str(files.tokenizer))
        self._tokenizer.no_truncation()  # MiniLM's file carries a truncation at 128
        self._tokenizer.no_padding()
        self._threads = threads or len(os.sched_getaffinity(0)) or 1
        self._sessions: dict[bool, onnxruntime.InferenceSession] = {}
        self._opening = threading.Lock()
        self._vector_of = lru_cache(QUERIES)(self._encode_query)

    def _session(self, *, question: bool) -> onnxruntime.InferenceSession:
        """Return the session for questions or for documents, opened when it is first needed.

        Questions have one of their own, with all threads for one text: in the session of an ingest, each step of a
        question would wait for a step of a document. Documents are run by as many threads of ours.
        """
        with self._opening:
            if question not in self._sessions:
                import onnxruntime

                options = onnxruntime.SessionOptions()
                options.intra_op_num_threads = self._threads if question else 1
                options.inter_op_num_threads = 1
                # Idle threads that spin take the cores from whatever else runs: see pitfalls on p95.
                options.add_session_config_entry("session.intra_op.allow_spinning", "0")
                options.log_severity_level = 3
                providers = ["CPUExecutionProvider"]
                self._sessions[question] = onnxruntime.InferenceSession(
                    str(self._files.onnx), options, providers=providers
                )
            return self._sessions[question]

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of word pieces of each text, special tokens left out."""
        encode = self._tokenizer.encode_batch
        return [
            len(encoding.ids)
            for some in _sliced(texts)
            for encoding in encode([_encodable(text) for text in some], add_special_tokens=False)
        ]

    def encode_query(self, text: str, *, without: Sequence[Span] = ()) -> Vectors:
        """Return the vector of a question, shape (dimension,), of the mean of its word pieces but those in
        `without`. It cannot be written to."""
        return self._vector_of(text, tuple(without))

    def _encode_query(self, text: str, without: tuple[Span, ...]) -> Vectors:
        vector = self._query_vector(text, without)
        vector.flags.writeable = False
        return vector

    def _query_vector(self, text: str, without: tuple[Span, ...]) -> Vectors:
        prefix = self._files.query_prefix
        ids = self._ids(prefix + text)
        if not without or self._files.pooling != "mean":
            return self._pooled(self._run(ids, question=True))
        offsets = self._tokenizer.encode(_encodable(prefix + text)).offsets[: len(ids)]
        spans = [(start + len(prefix), end + len(prefix)) for start, end in without]
        kept = [i for i, (a, b) in enumerate(offsets) if not any(a < end and start < b for start, end in spans)]
        return self._pooled(self._run(ids, question=True)[kept])

    def encode_texts(self, texts: Sequence[str]) -> Vectors:
        """Return one vector a text, shape (texts, dimension); text past the window is left out."""
        ids = [self._ids(self._files.document_prefix + text) for text in texts]
        vectors = [self._pooled(states) for states in self._run_each(ids)]
        return np.stack(vectors) if vectors else np.zeros((0, self.dimension), np.float32)

    def encode_tokens(self, texts: Sequence[str]) -> list[Vectors]:
        """Return the vectors of each text's word pieces: (pieces, dimension), L2-normalised, without special tokens."""
        return [_normalise(states[1:-1].copy()) for states in self._run_each([self._ids(text) for text in texts])]

    def encode_documents(
        self, items: Sequence[tuple[str, Sequence[Chunk]]], progress: Progress | None = None
    ) -> list[tuple[Vectors, Vectors]]:
        """Return for each (text, chunks) the chunk vectors (n, dimension) and section vectors (m, dimension)."""
        results = [
            (
                np.zeros((len(chunks), self.dimension), np.float32),
                np.zeros((chunks[-1].section + 1 if chunks else 0, self.dimension), np.float32),
            )
            for _, chunks in items
        ]
        estimated = [self.estimated_sections(*item) for item in items]
        means = {number: PieceMeans(self.dimension) for number, sections in enumerate(estimated) if sections}
        every = chain.from_iterable(
            self._sections(number, *item, without=estimated[number]) for number, item in enumerate(items)
        )
        for sections in _sliced(every, SECTIONS_AT_ONCE):
            self._encode_sections(sections, results, means)
            _tell(sections, progress)
        for number, learnt in means.items():
            table = learnt.table()
            others = frozenset(chunk.section for chunk in items[number][1]) - estimated[number]
            for sections in _sliced(self._sections(number, *items[number], without=others)):
                for section in sections:
                    self._place(section, table[learnt.rows(section.ids)], results)
                _tell(sections, progress)
        for (text, chunks), (chunk_vectors, section_vectors) in zip(items, results, strict=True):
            if self._files.pooling != "mean" and chunks:
                chunk_vectors[:] = self.encode_texts([text[c.start : c.end] for c in chunks])
            _normalise(chunk_vectors)
            _normalise(section_vectors)
        return results

    def estimated_sections(self, text: str, chunks: Sequence[Chunk]) -> frozenset[int]:
        """Return the numbers of the sections of which no model is asked: of a model that takes no mean, none."""
        return estimated_sections(text, chunks) if self._files.pooling == "mean" else frozenset()

    def _encode_sections(
        self,
        sections: Sequence[_Section],
        results: Sequence[tuple[Vectors, Vectors]],
        means: Mapping[int, PieceMeans],
    ) -> None:
        """Run some sections, put their vectors and those of their chunks in their places, and learn of them."""
        hidden = self._run_each([section.ids for section in sections])
        for section, states in zip(sections, hidden, strict=True):
            self._place(section, states, results)
            if section.item in means:
                means[section.item].learn(section.ids, states)

    def _place(self, section: _Section, states: Vectors, results: Sequence[tuple[Vectors, Vectors]]) -> None:
        """Put the vectors of a section and of its chunks in their places, not normalised yet."""
        chunk_vectors, section_vectors = results[section.item]
        section_vectors[section.number] = self._pool(states)
        for ordinal, first, last in section.ranges:
            if self._files.pooling == "mean":
                chunk_vectors[ordinal] = states[first:last].mean(0) if last > first else states[0]

    def _ids(self, text: str) -> list[int]:
        ids: list[int] = self._tokenizer.encode(_encodable(text)).ids
        return ids if len(ids) <= self.max_tokens else [*ids[: self.max_tokens - 1], ids[-1]]

    def _sections(
        self, item: int, text: str, chunks: Sequence[Chunk], *, without: Container[int] = ()
    ) -> Iterator[_Section]:
        groups: dict[int, list[Chunk]] = {}
        for chunk in chunks:
            if chunk.section not in without:
                groups.setdefault(chunk.section, []).append(chunk)
        prefix = self._tokenizer.encode(self._files.document_prefix, add_special_tokens=False).ids
        for some in _sliced(groups.items()):
            runs = [_encodable(text[group[0].start : group[-1].end]) for _, group in some]
            for (number, group), encoding in zip(some, self._tokenizer.encode_batch(runs), strict=True):
                begins = np.array([group[0].start + start for start, _ in encoding.offsets])
                begins[-1] = group[-1].end  # the closing special token
                ranges = []
                for chunk in group:
                    first = 1 + int(np.searchsorted(begins[1:], chunk.start))
                    last = 1 + int(np.searchsorted(begins[1:], chunk.end))
                    ranges.append((chunk.ordinal, first + len(prefix), last + len(prefix)))
                ids = [encoding.ids[0], *prefix, *encoding.ids[1:]]
                # The splitter keeps sections inside the window; a foreign chunking may not.
                yield _Section(item, number, ids[: max(self.max_tokens, len(prefix) + 2)], tuple(ranges))

    def _run_each(self, rows: Sequence[list[int]]) -> list[Vectors]:
        """Return the token vectors of each row, shape (its length, dimension), in the rows' order.

        Each row by itself, on one core: so a text's vector depends on that text alone (in int8 the scale of a batch
        would round it), nothing is padded, and what is computed stays in the core's cache: half the time of batches
        of 4,096 tokens.
        """
        if self._threads == 1 or len(rows) < 2:
            return [self._run(row, question=False) for row in rows]
        # Threads of this call: they have the priority of the thread that ingests.
        with ThreadPoolExecutor(self._threads) as threads:
            return list(threads.map(partial(self._run, question=False), rows))

    def _run(self, row: list[int], *, question: bool) -> Vectors:
        """Return the token vectors of one row, shape (its length, dimension)."""
        session = self._session(question=question)
        ids = np.array([row], np.int64)
        feeds: dict[str, Any] = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
        if any(node.name == "token_type_ids" for node in session.get_inputs()):
            feeds["token_type_ids"] = np.zeros_like(ids)
        hidden: Vectors = session.run(None, feeds)[0][0]
        return hidden

    def _pool(self, states: Vectors) -> Vectors:
        pooled: Vectors = states.mean(0) if self._files.pooling == "mean" else states[0]
        return pooled

    def _pooled(self, states: Vectors) -> Vectors:
        """Return the vector of a text, of length 1, from those of its tokens."""
        return _normalise(self._pool(states))


def _tell(sections: Sequence[_Section], progress: Progress | None) -> None:
    if progress:
        progress(sum(len(section.ranges) for section in sections))


def _encodable(text: str) -> str:
    """Return a text without half characters, which the tokenizer refuses; as long as it was."""
    return _SURROGATE.sub("\ufffd", text) if _SURROGATE.search(text) else text


def _normalise(vectors: Vectors) -> Vectors:
    """Scale each row to length 1 in place; a zero row stays zero."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    vectors /= np.where(lengths == 0, 1, lengths)
    return vectors


def _sliced(things: Iterable[Thing], size: int = AT_ONCE) -> Iterator[list[Thing]]:
    """Yield them in lists of `size`."""
    left = iter(things)
    while some := list(islice(left, size)):
        yield some
