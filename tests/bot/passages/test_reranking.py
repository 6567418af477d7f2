"""The optional reranker: a better order, the same decision whether the documents say anything."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ask import Bot
from bot.errors import ModelError
from bot.passages.rerank import TokenReranker, open_reranker, reranked
from bot.question.question import Question
from bot.settings.settings import Settings
from ingest.sync import sync
from vectorstore.embedding.open import open_encoder
from vectorstore.library import Library
from vectorstore.passage import Passage
from vectorstore.search.search import SearchResult


def passage(number: int) -> Passage:
    """Return a passage of its own text and score."""
    return Passage(
        document=f"d{number}", title="t", source=f"{number}.txt", collection="default", start=0, end=8,
        text=f"Passage {number}", score=3.0 - number / 10, rank=number + 1, sentences=((0, 8),), section=(0, 8),
    )  # fmt: skip


class Given:
    """A reranker that gives what it was told."""

    def __init__(self, scores: Sequence[float]) -> None:
        self._scores = scores

    def scores(self, question: str, passages: Sequence[Passage]) -> Sequence[float]:
        """Return the first of the scores."""
        return self._scores[: len(passages)]


@given(st.lists(st.floats(-5, 5), max_size=60))
def test_reranking_changes_the_order_and_nothing_else(scores: list[float]) -> None:
    """The same passages, the same falling scores and ranks; words held stay with their passage."""
    passages = tuple(passage(number) for number in range(len(scores)))
    held = tuple(frozenset({p.document}) for p in passages)
    found = reranked(SearchResult("q", passages=passages, held=held), Question("q"), Given(scores))
    assert sorted(p.document for p in found.passages) == sorted(p.document for p in passages)
    assert [p.score for p in found.passages] == [p.score for p in passages]
    assert [p.rank for p in found.passages] == [p.rank for p in passages]
    assert all(words == {p.document} for words, p in zip(found.held, found.passages, strict=True))
    if 2 <= len(scores) <= 30:
        assert found.passages[0].document == f"d{scores.index(max(scores))}"


def test_ties_keep_the_order_of_the_search() -> None:
    """A reranker that cannot tell passages apart changes nothing."""
    passages = tuple(passage(number) for number in range(5))
    result = SearchResult("q", passages=passages, held=(frozenset(),) * 5)
    assert reranked(result, Question("q"), Given([1.0] * 5)) == result


@pytest.mark.slow
def test_tokens_put_the_passage_that_says_it_first(tmp_path: Path) -> None:
    """Of passages that scored alike, the one whose words match the question's comes first; it is quoted."""
    reranker = open_reranker("tokens", open_encoder())
    texts = ["The harbour was dredged in spring.", "Boats over nine metres pay a fee of forty pounds.", "Fees rose."]
    passages = [
        Passage(
            document=str(n), title="", source="", collection="default", start=0, end=len(text), text=text, score=1.0,
            rank=n, sentences=((0, len(text)),), section=(0, len(text)),
        )
        for n, text in enumerate(texts)
    ]  # fmt: skip
    scores = list(reranker.scores("What do boats longer than nine metres pay?", passages))
    assert scores.index(max(scores)) == 1
    assert scores == pytest.approx(list(reranker.scores("What do boats longer than nine metres pay?", passages)))
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "harbour.txt").write_text(" ".join(texts))
    with Library.open(tmp_path / "library", create=True) as library:
        sync(library, [tmp_path / "files"])
        question = "What do boats longer than nine metres pay?"
        with (
            Bot(library, settings=Settings(reranker="tokens", reader="off")) as bot,
            Bot(library, settings=Settings(reader="off")) as plain,
        ):
            answer = bot.ask(question)
            assert "forty pounds" in answer.text
            assert answer.confidence == plain.ask(question).confidence


@pytest.mark.slow
def test_a_cross_encoder_is_asked(tmp_path: Path) -> None:
    """Any cross-encoder with one output orders the passages; another kind, or none, is a sentence."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizer

    torch.manual_seed(1)
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"passage 0 1 2 3 what".split()]
    (tmp_path / "vocab.txt").write_text("\n".join(words))
    tokenizer = BertTokenizer(str(tmp_path / "vocab.txt"))
    for labels in (1, 3):
        config = BertConfig(
            vocab_size=len(words), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
            max_position_embeddings=64, initializer_range=1.0, id2label={n: str(n) for n in range(labels)},
        )  # fmt: skip
        BertForSequenceClassification(config).save_pretrained(tmp_path / f"model{labels}")
        tokenizer.save_pretrained(tmp_path / f"model{labels}")
    reranker = open_reranker(str(tmp_path / "model1"), None)
    passages = tuple(passage(number) for number in range(4))
    scores = reranker.scores("what", passages)
    assert len(set(scores)) == 4
    found = reranked(SearchResult("q", passages=passages, held=(frozenset(),) * 4), Question("what"), reranker)
    assert found.passages[0].document == f"d{list(scores).index(max(scores))}"
    with pytest.raises(ModelError, match="3 figures"):
        open_reranker(str(tmp_path / "model3"), None)
    with pytest.raises(ModelError, match="cannot be loaded") as caught:
        open_reranker("no/such-model", None)
    assert "FOOTNOTE_RERANKER" in str(caught.value.remedy)


class Pieces:
    """An encoder of letters: one vector a letter."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode_tokens(self, texts: Sequence[str]) -> list[object]:
        """Return a unit vector for each letter."""
        import numpy as np

        self.asked += texts
        return [np.eye(26, dtype=np.float32)[[ord(c) % 26 for c in text]] for text in texts]


def test_passages_are_encoded_once_and_the_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was encoded for one question is there for the next; old ones make room."""
    monkeypatch.setattr("bot.passages.rerank._KEPT", 6)
    encoder = Pieces()
    reranker = TokenReranker(encoder)
    for _ in range(30):
        chosen = random.sample(range(12), 4)
        scores = reranker.scores("Passage", [passage(number) for number in chosen])
        assert len(scores) == 4
        assert len(reranker._known) <= 6
    before = len(encoder.asked)
    reranker.scores("Passage", [passage(number) for number in chosen])
    assert len(encoder.asked) == before + 1  # the question alone


def test_an_encoder_without_word_pieces_is_a_sentence() -> None:
    """Where the embedding model cannot do it, the setting's other values are named."""
    with pytest.raises(ModelError, match="word pieces") as caught:
        open_reranker("tokens", object())
    assert "cross-encoder" in str(caught.value.remedy)
