"""Another embedding model by setting: tiny models with random weights, built here as sentence-transformers
saves them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hash_encoder import make

from vectorstore.embedding.open import open_encoder
from vectorstore.errors import ModelMismatch
from vectorstore.library import Library

pytestmark = pytest.mark.slow

TEXTS = ["条約は東京で署名された。", "Договор подписан.", "تم توقيع الاتفاق", "When was it signed?"]


def tiny_model(folder: Path, kind: str, *, prompts: dict[str, str] | None = None, seed: int = 0) -> Path:
    """Save a model of one layer with a tokenizer trained on the texts above; return its folder."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Normalize, Pooling, Transformer
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast, XLMRobertaConfig, XLMRobertaModel

    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    made = Tokenizer(models.Unigram())
    made.normalizer = normalizers.NFKC()
    made.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = trainers.UnigramTrainer(vocab_size=200, special_tokens=special, unk_token="<unk>", show_progress=False)
    made.train_from_iterator([*TEXTS * 20, "query: passage: abcdefghijklmnopqrstuvwxyz" * 20], trainer)
    made.post_processor = processors.TemplateProcessing(single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
    tokenizer = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=made, bos_token="<s>", eos_token="</s>", sep_token="</s>", cls_token="<s>",
        unk_token="<unk>", pad_token="<pad>", mask_token="<mask>", model_max_length=64,
    )  # fmt: skip
    sizes: dict[str, Any] = {"vocab_size": made.get_vocab_size(), "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2,
             "intermediate_size": 32, "max_position_embeddings": 80, "pad_token_id": 1}  # fmt: skip
    torch.manual_seed(seed)
    network = BertModel(BertConfig(**sizes)) if kind == "bert" else XLMRobertaModel(XLMRobertaConfig(**sizes))
    raw = folder.with_name(f"{folder.name}-raw")
    network.save_pretrained(raw)
    tokenizer.save_pretrained(raw)
    whole = Transformer(str(raw), max_seq_length=64)
    model = SentenceTransformer(modules=[whole, Pooling(16, "mean"), Normalize()], prompts=prompts, device="cpu")
    model.save(str(folder))
    return folder


@pytest.mark.parametrize("kind", ["bert", "xlm-roberta"])
def test_a_model_of_the_e5_family_gets_its_prefixes(tmp_path: Path, kind: str) -> None:
    """Its name is enough: vectors are those of sentence-transformers with "query: " and "passage: " before the text."""
    from sentence_transformers import SentenceTransformer

    folder = tiny_model(tmp_path / "multilingual-e5-tiny", kind)
    encoder = open_encoder(str(folder), cache=str(tmp_path / "cache"))
    reference = SentenceTransformer(str(folder), device="cpu")
    for text in TEXTS:
        query = reference.encode(f"query: {text}", normalize_embeddings=True)
        assert float(encoder.encode_query(text) @ query) > 0.9999
        assert float(encoder.encode_query(text) @ reference.encode(text, normalize_embeddings=True)) < 0.9999
    passages = reference.encode([f"passage: {text}" for text in TEXTS], normalize_embeddings=True)
    assert np.allclose(encoder.encode_texts(TEXTS), passages, atol=1e-3)


def test_a_models_own_prompts_are_used(tmp_path: Path) -> None:
    """Prompts in the model's configuration come before the family's."""
    from sentence_transformers import SentenceTransformer

    folder = tiny_model(tmp_path / "e5-own", "bert", prompts={"query": "ask ", "document": "tell "})
    encoder = open_encoder(str(folder), cache=str(tmp_path / "cache"))
    wanted = SentenceTransformer(str(folder), device="cpu").encode("ask abc", normalize_embeddings=True)
    assert float(encoder.encode_query("abc") @ wanted) > 0.9999


def test_a_library_searches_with_it_in_every_language_and_refuses_another(tmp_path: Path) -> None:
    """The model takes part for Japanese too; another model of the same size is refused with what to do."""
    one = tiny_model(tmp_path / "multilingual-e5-tiny", "xlm-roberta")
    other = tiny_model(tmp_path / "multilingual-e5-other", "xlm-roberta", seed=1)
    folder, cache = tmp_path / "library", str(tmp_path / "cache")
    with Library.open(folder, create=True, model=str(one), cache=cache) as library:
        library.add([make("1.txt", "条約は東京で署名された。"), make("2.txt", "Договор подписан.")])
        found = library.search("条約はどこで署名されたか")
        assert found.dense
        assert found.passages[0].text == "条約は東京で署名された。"
    with Library.open(folder, model=str(other), cache=cache) as library, pytest.raises(ModelMismatch) as refused:
        library.search("条約")
    assert "multilingual-e5-other" in str(refused.value) and "--reembed" in refused.value.remedy
    with Library.open(folder, model=str(other), cache=cache) as library:
        library.reembed(str(other))
        assert library.search("条約").dense
