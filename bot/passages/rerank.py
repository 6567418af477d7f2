"""The optional second look: the passages that a search found, put in a better order by a slower reader.

Off unless the setting `reranker` names one. `tokens` needs nothing beside the embedding model: each passage is
encoded by itself, and each word piece of the question looks for the piece of the passage that is most like it
(late interaction: Khattab and Zaharia, ColBERT, SIGIR 2020). Any other name is a cross-encoder, through
sentence-transformers. Nothing is downloaded while a question waits.

Only the order changes: the best passage gets the best score that there was, and so on, and whether the documents
say anything at all is decided before, on what the search itself found.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from bot.errors import ModelError
from bot.models.cross_encoder import open_cross_encoder

if TYPE_CHECKING:
    from bot.question.question import Question
    from vectorstore.catalog.layout import Vectors
    from vectorstore.passage import Passage
    from vectorstore.search.search import SearchResult

TOKENS = "tokens"
RERANKED = 30
"""Passages that are looked at again."""
TOKEN_WEIGHT = 1.0
"""Of the mean best likeness of the question's word pieces, beside the score of the search."""
_KEPT = 1_000
"""Passages whose word pieces are kept for the next question (about 50 kB each)."""


class Reranker(Protocol):
    """Tells how well passages answer a question."""

    def scores(self, question: str, passages: Sequence[Passage]) -> Sequence[float]:
        """Return one figure a passage; larger is better."""
        ...


class TokenReranker:
    """Late interaction with the vectors of word pieces that the embedding model makes anyway.

    Args:
        encoder: The library's encoder.

    Raises:
        ModelError: The encoder gives no vectors of word pieces.
    """

    def __init__(self, encoder: Any) -> None:
        if not hasattr(encoder, "encode_tokens"):
            raise ModelError(
                "This embedding model gives no vectors of word pieces.",
                remedy="Set FOOTNOTE_RERANKER to a cross-encoder, or leave it empty.",
            )
        self._encoder = encoder
        self._known: OrderedDict[str, Vectors] = OrderedDict()

    def scores(self, question: str, passages: Sequence[Passage]) -> list[float]:
        """Return score of the search plus likeness, for each passage."""
        texts = [passage.text for passage in passages]
        self._know(texts)
        asked = self._encoder.encode_tokens([question])[0]
        return [
            passage.score + TOKEN_WEIGHT * _likeness(asked, self._known[text])
            for passage, text in zip(passages, texts, strict=True)
        ]

    def _know(self, texts: Sequence[str]) -> None:
        wanted = dict.fromkeys(texts)
        missing = [text for text in wanted if text not in self._known]
        while self._known and len(self._known) + len(missing) > max(_KEPT, len(wanted)):
            oldest = next((text for text in self._known if text not in wanted), None)
            if oldest is None:
                break
            del self._known[oldest]
        for text, vectors in zip(missing, self._encoder.encode_tokens(missing), strict=True):
            self._known[text] = vectors


def _likeness(asked: Vectors, said: Vectors) -> float:
    """Return the mean, over the question's word pieces, of the best cosine in the passage."""
    if not len(asked) or not len(said):
        return 0.0
    return float(np.einsum("id,jd->ij", asked, said).max(axis=1).mean())


class CrossEncoderReranker:
    """A cross-encoder trained on questions and passages.

    Args:
        name: Folder, or name on the hub of a model that has been downloaded before.

    Raises:
        ExtraMissing: sentence-transformers is not installed.
        ModelError: The model is not on this machine, or has more than one output.
    """

    def __init__(self, name: str) -> None:
        self._model = open_cross_encoder(name, purpose="reranking", setting="FOOTNOTE_RERANKER")
        if self._model.num_labels != 1:
            raise ModelError(
                f"{name} gives {self._model.num_labels} figures for a passage; a reranker gives one.",
                remedy="Name a cross-encoder that was trained to rank passages.",
            )

    def scores(self, question: str, passages: Sequence[Passage]) -> Sequence[float]:
        """Return the relevance that the model sees."""
        pairs = [(question, passage.text) for passage in passages]
        found: list[float] = np.asarray(self._model.predict(pairs, show_progress_bar=False), dtype=float).tolist()
        return found


def open_reranker(name: str, encoder: Any) -> Reranker:
    """Open the reranker that the setting names: "tokens", or a cross-encoder."""
    return TokenReranker(encoder) if name == TOKENS else CrossEncoderReranker(name)


def reranked(result: SearchResult, question: Question, reranker: Reranker) -> SearchResult:
    """Return what was found with its first passages in the reranker's order; ties keep theirs."""
    first, rest = result.passages[:RERANKED], result.passages[RERANKED:]
    if len(first) < 2:
        return result
    order = np.argsort(-np.asarray(reranker.scores(question.text, first)), kind="stable").tolist()
    ordered = tuple(replace(first[old], score=first[new].score, rank=first[new].rank) for new, old in enumerate(order))
    held = tuple(result.held[old] for old in order) + result.held[len(first) :]
    return replace(result, passages=ordered + rest, held=held)
