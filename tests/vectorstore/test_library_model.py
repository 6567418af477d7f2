"""Any sequence of adding, replacing, removing, renaming and upkeep equals a plain dictionary."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from hash_encoder import HashEncoder, make
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from vectorstore.document import Document
from vectorstore.library import Library
from vectorstore.passage import Chunk, Filter
from vectorstore.words import tokens

ENCODER = HashEncoder(dimension=8)
NAMES = [f"n{number}.txt" for number in range(6)]
TEXTS = st.lists(
    st.text(alphabet=st.sampled_from("ab \0é🙂日'\".-"), min_size=1, max_size=12), min_size=0, max_size=8
).map(lambda parts: ". ".join(parts))
COLLECTIONS = st.sampled_from(["one", "two"])


class LibraryMachine(RuleBasedStateMachine):
    """Compares a library with a dictionary of what was added."""

    @initialize()
    def begin(self) -> None:
        """Make an empty library."""
        self.folder = tempfile.TemporaryDirectory()
        self.library = Library.open(Path(self.folder.name) / "library", create=True, encoder=ENCODER)
        self.expected: dict[str, tuple[Document, list[Chunk]]] = {}

    def teardown(self) -> None:
        """Close and remove the library."""
        if hasattr(self, "library"):
            self.library.close(update_index=False)
            self.folder.cleanup()

    @rule(names=st.lists(st.sampled_from(NAMES), min_size=1, max_size=3), text=TEXTS, collection=COLLECTIONS)
    def add(self, names: list[str], text: str, collection: str) -> None:
        """Add or replace documents."""
        batch = [make(name, f"{text} {name}" if text else "", collection=collection) for name in names]
        self.library.add(batch)
        self.expected.update({document.id: (document, chunks) for document, chunks in batch})

    @precondition(lambda self: self.expected)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        """Remove some documents, and one that is not there."""
        ids = data.draw(st.lists(st.sampled_from(sorted(self.expected)), min_size=1, unique=True))
        assert self.library.remove([*ids, "0" * 16]) == len(ids)
        for id in ids:
            del self.expected[id]

    @precondition(lambda self: self.expected)
    @rule(data=st.data(), name=st.sampled_from(["new 1", "new-2", "🙂"]))
    def rename(self, data: st.DataObject, name: str) -> None:
        """Rename one document."""
        id = data.draw(st.sampled_from(sorted(self.expected)))
        document, chunks = self.expected[id]
        self.library.rename(id, source=f"/moved/{name}", title=name, modified="")
        fields = {field: getattr(document, field) for field in Document.__dataclass_fields__}
        fields.update(source=f"/moved/{name}", title=name, modified="")
        self.expected[id] = (Document(**fields), chunks)

    @rule(act=st.sampled_from(["compact", "rebuild", "reopen", "update_index"]))
    def maintain(self, act: str) -> None:
        """Do what must change nothing that a person sees."""
        if act == "reopen":
            self.library.close()
            self.library = Library.open(Path(self.folder.name) / "library", encoder=ENCODER)
        elif act == "rebuild":
            self.library.update_index(force=True)
        else:
            getattr(self.library, act)()

    @invariant()
    def equals_the_dictionary(self) -> None:
        """Documents, chunks, words and vectors are those of the dictionary."""
        if not hasattr(self, "library"):
            return
        assert {info.id for info in self.library.documents()} == set(self.expected)
        chunk_texts: dict[str, int] = {}
        for id, (document, chunks) in self.expected.items():
            assert self.library.document(id) == document
            for chunk in chunks:
                text = document.text[chunk.start : chunk.end]
                chunk_texts[text] = chunk_texts.get(text, 0) + 1
                for start, end in chunk.sentences:
                    assert self.library.text(id, start, end) == document.text[start:end]
        with self.library.view() as view:
            ids, matrix = view.catalog.matrix()
            passages = view.catalog.passages(ids)
            found: dict[str, int] = {}
            for passage in passages:
                found[passage.text] = found.get(passage.text, 0) + 1
                assert self.expected[passage.document][0].text[passage.start : passage.end] == passage.text
            assert found == chunk_texts
            assert not passages or np.allclose(matrix, ENCODER.encode_texts([p.text for p in passages]), atol=5e-3)
            for term in ("ab", "é", "日", "n1"):
                holding = [id for id, p in zip(ids.tolist(), passages, strict=True) if term in tokens.tokens(p.text)]
                assert view.catalog.postings(term).tolist() == holding
            one = view.catalog.chunks_matching(Filter(collections=("one",)))
            assert one is not None
            assert len(one) == sum(len(c) for d, c in self.expected.values() if d.collection == "one")
        assert not [finding for finding in self.library.verify() if finding.part != "index"]


TestLibraryModel = LibraryMachine.TestCase
TestLibraryModel.settings = settings(
    max_examples=12, stateful_step_count=14, deadline=None, suppress_health_check=list(HealthCheck)
)
