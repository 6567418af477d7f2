"""How long something runs is worked out from two sentences where no one sentence gives both dates."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.computed.durations import duration_answer
from bot.question.question import Question
from ingest.sync import sync
from vectorstore.library import Library

FILES = {
    "lease-linden.md": "# Lease Linden\n\nThe lease begins on 1 March 2022. The rent is 900 EUR a month.\n\n## End\n\n"
    "The lease ends on 28 February 2027. Either party may give notice.\n",
    "lease-maple.md": "# Lease Maple\n\nThe lease begins on 1 May 2020. An extension begins on 1 May 2023.\n\n"
    "It ends on 30 April 2025.\n",
    "lease-poplar.md": "# Lease Poplar\n\nThe lease begins on 1 May 2020.\n\nThe car park contract ends in 2021.\n",
}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    folder: Path = tmp_path_factory.mktemp("durations")
    (folder / "documents").mkdir()
    for name, text in FILES.items():
        (folder / "documents" / name).write_text(text, encoding="utf-8")
    library = Library.open(folder / "library", create=True)
    sync(library, [folder / "documents"])
    return library


def test_two_sentences_give_the_two_dates(library: Library) -> None:
    """The answer is marked as worked out, and both sentences are its footnotes."""
    found = duration_answer(Question("How long is lease Linden in months?"), library, None)
    assert found is not None
    (line,) = found.lines
    assert line.text == "60 months: from 1 March 2022 to 28 February 2027, both days counted."
    assert [quote.text for quote in line.quotes] == [
        "The lease begins on 1 March 2022.",
        "The lease ends on 28 February 2027.",
    ]


@pytest.mark.parametrize("name", ["Maple", "Poplar"])
def test_two_beginnings_or_no_end_give_nothing(library: Library, name: str) -> None:
    """Where it is not clear from when to when, nothing is counted."""
    found = duration_answer(Question(f"How long is lease {name} in months?"), library, None)
    assert found is None or found.none
