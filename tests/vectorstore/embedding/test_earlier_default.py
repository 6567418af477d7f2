"""A library that an earlier version embedded with the default of its time."""

from __future__ import annotations

from pathlib import Path

import pytest
from hash_encoder import make

from vectorstore.embedding import model_files
from vectorstore.embedding.model_files import DEFAULT, MINILM
from vectorstore.errors import ModelMissing
from vectorstore.library import Library


def test_it_goes_on_with_its_model_until_it_is_embedded_anew(tmp_path: Path) -> None:
    """With no model set it is searched and added to with its own; embedded anew, it has the default of today."""
    folder = tmp_path / "library"
    with Library.open(folder, create=True, model=MINILM) as library:
        library.add([make("gate.txt", "The gate closes at nine in the evening.")])
    with Library.open(folder) as library:
        library.add([make("rent.txt", "The rent is 900 euros a month.")])
        found = library.search("When does the gate close?")
        assert library.encoder.name == MINILM and found.dense
        assert found.passages[0].text == "The gate closes at nine in the evening."
    with Library.open(folder) as library:
        library.reembed()
    with Library.open(folder) as library:
        found = library.search("When does the gate close?")
        assert library.encoder.name == DEFAULT and found.dense
        assert found.passages[0].text == "The gate closes at nine in the evening."


def test_where_its_model_is_gone_both_ways_on_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error has the line that fetches the model, and the one that does without it."""
    folder = tmp_path / "library"
    with Library.open(folder, create=True, model=MINILM) as library:
        library.add([make("gate.txt", "The gate closes at nine in the evening.")])
    monkeypatch.setattr(model_files, "_minilm_folder", lambda cache=None: None)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    model_files.identity.cache_clear()
    with Library.open(folder) as library, pytest.raises(ModelMissing) as missing:
        library.search("When does the gate close?")
    assert f"footnote models pull {MINILM}" in missing.value.remedy and "--reembed FOLDER" in missing.value.remedy
    with Library.open(folder) as library:
        library.reembed()
        assert library.search("When does the gate close?").dense
