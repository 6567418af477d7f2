"""Long tables: which rows go through the model, and what becomes of the others."""

from __future__ import annotations

import random

import numpy as np
import pytest

from ingest.splitting.split import split
from vectorstore.embedding import long_tables
from vectorstore.embedding.encoder import Encoder
from vectorstore.embedding.long_tables import estimated_sections
from vectorstore.embedding.open import open_encoder
from vectorstore.passage import Chunk

HEAD = "Order | Region | Customer | Product | Units | Would you say that our service is as good as it was?"
NAMES = ("Ada Moss", "Ben Reed", "Cleo Stone", "Dan Field", "Eve Brook", "Finn Hill")
PRODUCTS = ("Lamp", "Desk", "Chair", "Shelf", "Mirror")
JAPANESE = "宅配便は隣の人に荷物を預けてそのまま引っ越してしまいました"


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return open_encoder()


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> int:
    """Run 40 sections at most, so that the tables may be short."""
    monkeypatch.setattr(long_tables, "RUN", 40)
    return 40


def sheet(rows: int, *, told: dict[int, str] | None = None) -> tuple[str, list[Chunk]]:
    """Return the text of a table whose heading is written again every ten rows, and its chunks."""
    draw = random.Random(3)
    lines = []
    for i in range(rows):
        if i % 10 == 0:
            lines.append(("\n" if i else "") + HEAD)
        cells = (f"A-{1000 + i}", draw.choice(("North", "South")), draw.choice(NAMES), draw.choice(PRODUCTS))
        lines.append(" | ".join((*cells, str(draw.randrange(90)), (told or {}).get(i, "yes"))))
    text = "\n".join(lines)
    return text, split(text)


def test_a_short_table_is_run_whole(few: int) -> None:
    """Up to the bound every section has a vector of its own, and so has other text, however much."""
    text, chunks = sheet(60)
    assert chunks[-1].section < few and estimated_sections(text, chunks) == frozenset()
    prose = "The mill on the Ouse was built in 1780. It ground corn for the valley, and burnt down.\n\n" * 300
    assert estimated_sections(prose, split(prose)) == frozenset()


def test_of_a_long_table_an_even_sample_is_run(few: int) -> None:
    """As many as the bound are run, from the first row to the last; a name of a column is no sentence of a row."""
    text, chunks = sheet(3000)
    sections = {chunk.section for chunk in chunks}
    run = sorted(sections - estimated_sections(text, chunks))
    assert len(run) in (few, few + 1)  # the first row of all says the heading for the first time
    steps = np.diff(run)
    assert steps.max() <= 2 * len(sections) / few and run[-1] > len(sections) * 0.95


def test_rows_that_say_something_are_run(few: int) -> None:
    """A cell with a sentence means something of its own, also in a script without blanks."""
    told = {
        1234: "the courier left the parcel with a neighbour who then moved away",
        2001: "宅配便は隣の人に荷物を預けてそのまま引っ越してしまいました",
    }
    text, chunks = sheet(3000, told=told)
    estimated = estimated_sections(text, chunks)
    for words in told.values():
        at = text.index(words)
        assert next(c.section for c in chunks if c.start <= at < c.end) not in estimated


def test_estimated_vectors_are_like_those_of_the_model(
    encoder: Encoder, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each has length 1, is nearer to its own than the mean of all is, differs from others, and is counted."""
    text, chunks = sheet(500)
    estimated = encoder.estimated_sections(text, chunks)
    assert estimated
    counted: list[int] = []
    [(made, sections)] = encoder.encode_documents([(text, chunks)], counted.append)
    assert sum(counted) == len(chunks)
    monkeypatch.setattr(long_tables, "RUN", 10_000)
    [(true, _)] = encoder.encode_documents([(text, chunks)])
    for vectors in (made, sections):
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    at = [chunk.ordinal for chunk in chunks if chunk.section in estimated]
    run = [chunk.ordinal for chunk in chunks if chunk.section not in estimated]
    assert np.allclose(made[run], true[run], atol=1e-4)
    middle = true.mean(0) / np.linalg.norm(true.mean(0))
    own = (made[at] * true[at]).sum(1)
    assert own.mean() > 0.9 and own.mean() > (true[at] @ middle).mean()
    assert len(np.unique(made[at].round(4), axis=0)) > 0.95 * len(at)
