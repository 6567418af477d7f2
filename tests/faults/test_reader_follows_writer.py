"""A process that only reads sees what another one commits, without a restart."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from library_check import ENCODER, version

from vectorstore.library import Library

READER = """
import sys
sys.path[:0] = sys.argv[2:4]
from hash_encoder import HashEncoder
from vectorstore.library import Library
library = Library.open(sys.argv[1], encoder=HashEncoder())
library.index._exact_limit = int(sys.argv[4])
for line in sys.stdin:
    with library.view() as view:
        ids, cosines = view.index.nearest(view.encoder.encode_query(line.strip()), 1)
        print(view.catalog.chunk_count(), view.catalog.passages(ids)[0].text, flush=True)
"""


@pytest.mark.parametrize("exact_limit", [5, 20_000])
def test_a_reader_process_answers_from_each_commit(exact_limit: int, tmp_path: Path) -> None:
    """Exactly or through Chroma: added, replaced and removed documents, and a new index, count at once."""
    folder = tmp_path / "library"
    with Library.open(folder, create=True, encoder=ENCODER) as library:
        library.add([version(number, 1) for number in range(10)])
    root = Path(__file__).parents[2]
    arguments = [str(folder), str(root), str(root / "tests" / "vectorstore"), str(exact_limit)]
    reader = subprocess.Popen(
        [sys.executable, "-c", READER, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert reader.stdin is not None
    assert reader.stdout is not None

    def ask(query: str) -> tuple[int, str]:
        reader.stdin.write(query + "\n")  # type: ignore[union-attr]
        reader.stdin.flush()  # type: ignore[union-attr]
        count, text = reader.stdout.readline().strip().split(" ", 1)  # type: ignore[union-attr]
        return int(count), text

    def sentence(number: int, edition: int) -> str:
        document, chunks = version(number, edition)
        return document.text[chunks[-1].start : chunks[-1].end]

    writer = Library.open(folder, encoder=ENCODER)
    total = writer.status().chunks
    assert ask(sentence(3, 1)) == (total, sentence(3, 1))
    writer.add([version(20, 1)])
    total += len(version(20, 1)[1])
    assert ask(sentence(20, 1)) == (total, sentence(20, 1))
    writer.add([version(3, 2)])
    total += len(version(3, 2)[1]) - len(version(3, 1)[1])
    assert ask(sentence(3, 2)) == (total, sentence(3, 2))
    assert ask(sentence(3, 1))[1] != sentence(3, 1)
    writer.update_index(force=True)
    assert ask(sentence(3, 2)) == (total, sentence(3, 2))
    writer.remove([version(20, 1)[0].id])
    total -= len(version(20, 1)[1])
    assert ask(sentence(20, 1))[0] == total
    writer.compact()
    assert ask(sentence(5, 1)) == (total, sentence(5, 1))
    writer.close()
    reader.stdin.close()
    reader.wait(timeout=60)
