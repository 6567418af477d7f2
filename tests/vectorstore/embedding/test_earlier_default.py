"""A library that an earlier version embedded with the default of its time."""

from __future__ import annotations

from pathlib import Path

from hash_encoder import make

from vectorstore.embedding.model_files import DEFAULT, MINILM
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
