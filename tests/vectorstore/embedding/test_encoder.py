"""The embedding model in its ONNX form: one pass for chunks and sections, nothing cut off in silence."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from ingest.splitting.split import split
from vectorstore.embedding.encoder import Encoder
from vectorstore.embedding.model_files import MINILM, cache_folder, find_model, identity
from vectorstore.embedding.onnx_form import onnx_form
from vectorstore.embedding.open import open_encoder
from vectorstore.errors import ModelMissing

TEXT = (
    "The mill on the Ouse was built in 1780. It ground corn for the valley. A fire destroyed the roof. "
    "The parish wants to turn it into a library. Ünïcödé, 日本語 and 😀 stand in one line. "
) * 12


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return open_encoder()


def test_vectors_have_length_one_and_the_shape_that_is_said(encoder: Encoder) -> None:
    """Chunk vectors (n, dimension), section vectors (m, dimension), each of length 1."""
    chunks = split(TEXT, count_tokens=encoder.count_tokens)
    [(chunk_vectors, section_vectors)] = encoder.encode_documents([(TEXT, chunks)])
    assert chunk_vectors.shape == (len(chunks), encoder.dimension)
    assert section_vectors.shape == (chunks[-1].section + 1, encoder.dimension) and len(section_vectors) > 1
    for vectors in (chunk_vectors, section_vectors):
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_sections_stay_within_the_window(encoder: Encoder) -> None:
    """What the splitter calls a section is read whole: with both special tokens it fits the window."""
    chunks = split(TEXT, count_tokens=encoder.count_tokens)
    for number in range(chunks[-1].section + 1):
        group = [c for c in chunks if c.section == number]
        assert encoder.count_tokens([TEXT[group[0].start : group[-1].end]])[0] + 2 <= encoder.max_tokens


def test_words_left_out_of_a_question_count_for_less(encoder: Encoder) -> None:
    """They are read, so that the rest keeps its sense, and the vector points away from them; its length is 1."""
    question = "What was the revenue of Apple?"
    start = question.index("Apple")
    whole = encoder.encode_query(question)
    without = encoder.encode_query(question, without=[(start, start + 5)])
    name, rest = encoder.encode_texts(["Apple", "What was the revenue?"])
    assert abs(float(np.linalg.norm(without)) - 1) < 1e-5
    assert float(without @ name) < float(whole @ name)
    assert float(without @ rest) > float(whole @ rest)
    assert np.allclose(encoder.encode_query(question, without=[]), whole)


def test_one_section_alone_is_what_its_text_is(encoder: Encoder) -> None:
    """A section's vector is the vector of its text, and a chunk that fills its section points the same way."""
    text = "The ferry crosses the river from April to October."
    [(chunk_vectors, section_vectors)] = encoder.encode_documents([(text, split(text))])
    assert float(section_vectors[0] @ encoder.encode_texts([text])[0]) > 0.9999
    assert float(chunk_vectors[0] @ section_vectors[0]) > 0.97


def test_company_changes_nothing(encoder: Encoder) -> None:
    """A document has the very same vectors alone and beside others, on one core and on several."""
    other = "Lunch is cooked at school. " * 30
    for made in (encoder, open_encoder(threads=1), open_encoder(threads=3)):
        alone = made.encode_documents([(TEXT, split(TEXT))])[0]
        beside = made.encode_documents([(other, split(other)), (TEXT, split(TEXT))])[1]
        assert np.array_equal(alone[0], beside[0]) and np.array_equal(alone[1], beside[1])


def test_the_default_lies_in_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is used where it lies: no torch, no network, nothing written into the cache."""
    monkeypatch.setenv("FOOTNOTE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setitem(sys.modules, "torch", None)
    made = open_encoder()
    assert made.name == "footnote-encoder" and made.encode_query("Who signed it?").shape == (384,)
    assert not cache_folder().exists()


def test_damaged_weights_of_the_default_are_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One changed byte, or a file that is gone, is told with what to do; nothing is computed with them."""
    copy = tmp_path / "weights"
    shutil.copytree(find_model().folder, copy)
    monkeypatch.setattr("vectorstore.embedding.model_files.DEFAULT_FOLDER", copy)
    for file in (copy / "tokenizer.json", copy / "model.onnx"):
        whole = file.read_bytes()
        for content in (whole[:-1] + bytes([whole[-1] ^ 1]), None):
            file.unlink() if content is None else file.write_bytes(content)
            with pytest.raises(ModelMissing, match="missing or damaged") as refused:
                open_encoder()
            assert "pip install --force-reinstall" in refused.value.remedy
        file.write_bytes(whole)
    assert open_encoder().name == "footnote-encoder"


def test_progress_counts_every_chunk(encoder: Encoder) -> None:
    """The numbers reported add up to the chunks given."""
    counted: list[int] = []
    chunks = split(TEXT, count_tokens=encoder.count_tokens)
    encoder.encode_documents([(TEXT, chunks), ("", [])], counted.append)
    assert sum(counted) == len(chunks)


def test_a_model_that_is_not_here_is_never_fetched() -> None:
    """The error names the model and how to get it."""
    with pytest.raises(ModelMissing) as missing:
        open_encoder("nobody/no-such-model")
    assert "nobody/no-such-model" in str(missing.value) and "hf download" in missing.value.remedy


def test_models_that_want_prefixes_get_them(tmp_path: Path) -> None:
    """e5 wants "query: " and "passage: ", by its name; a model's own prompts come first."""
    source = find_model(MINILM).folder
    for name in ("e5-small", "with-prompts"):
        folder = tmp_path / name
        folder.mkdir()
        for file in source.iterdir():
            (folder / file.name).symlink_to(file)
    prompts = tmp_path / "with-prompts" / "config_sentence_transformers.json"
    prompts.unlink()
    prompts.write_text('{"prompts": {"query": "Q: ", "document": "D: "}}')
    e5, own = find_model(str(tmp_path / "e5-small")), find_model(str(tmp_path / "with-prompts"))
    assert (e5.query_prefix, e5.document_prefix) == ("query: ", "passage: ")
    assert (own.query_prefix, own.document_prefix) == ("Q: ", "D: ")
    assert len({identity().fingerprint, e5.identity.fingerprint, own.identity.fingerprint}) == 3


def test_a_folder_that_brings_its_onnx_form_needs_no_torch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file under onnx/ is taken as it is, and gives the vectors that the model has."""
    folder, own = _with_form(tmp_path), open_encoder(MINILM)
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    made = open_encoder(str(folder), cache=str(tmp_path / "cache"))
    text = "The agreement was signed in Tokyo."
    assert float(made.encode_query(text) @ own.encode_query(text)) > 0.99999
    assert made.fingerprint != own.fingerprint


@pytest.mark.parametrize("content", [b"", b"not a model"])
def test_a_form_that_cannot_be_run_is_refused_with_what_to_do(tmp_path: Path, content: bytes) -> None:
    """The error names the model and what the file should be; nothing is left in the cache."""
    folder = _with_form(tmp_path)
    (folder / "onnx" / "model.onnx").write_bytes(content)
    with pytest.raises(ModelMissing) as refused:
        open_encoder(str(folder), cache=str(tmp_path / "cache"))
    assert str(folder) in str(refused.value) and "onnx/model.onnx" in refused.value.remedy
    assert not [entry for entry in (tmp_path / "cache" / "models").iterdir() if entry.is_dir()]


def _with_form(tmp_path: Path) -> Path:
    """Return a folder with a model only in its ONNX form."""
    source, folder = find_model(MINILM), tmp_path / "ready"
    (folder / "onnx").mkdir(parents=True)
    for file in source.folder.iterdir():
        if file.suffix != ".safetensors":
            (folder / file.name).symlink_to(file)
    (folder / "onnx" / "model.onnx").write_bytes(onnx_form(source).onnx.read_bytes())
    return folder
