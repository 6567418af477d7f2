"""The real files of ../shared/eval: each yields the text that its manifest names, or the failure."""

from __future__ import annotations

import os
import random
import re
from pathlib import Path

import pytest

from evals.format_table import files_folder, rows
from ingest.document import Loaded
from ingest.reading.load import load

pytestmark = pytest.mark.slow
SHARED = Path(os.environ.get("FOOTNOTE_SHARED") or Path(__file__).parents[3] / "shared")
FILINGS = SHARED / "eval" / "kg_rag_sec10q" / "pdfs"


@pytest.mark.skipif(files_folder() is None, reason="shared/eval/files is absent")
def test_every_real_file_is_as_its_manifest_says() -> None:
    """Text on the named page, or the named kind of failure; none takes half a minute."""
    folder = files_folder()
    assert folder is not None
    found = rows(folder)
    assert [(row.name, row.wrong) for row in found if not row.good] == []
    assert max(row.seconds for row in found) < 30


def letters(text: str) -> str:
    """Return letters and digits only: libraries differ in blanks, hyphens and signs."""
    return re.sub(r"[\W_]+", "", text).lower()


def quotes(loaded: Loaded, count: int, source: random.Random) -> list[tuple[str, int]]:
    """Return sentences at random with the page that a citation would name."""
    found: list[tuple[str, int]] = []
    sentences = list(re.finditer(r"[A-Z][^.\n\t]{50,220}\.(?=\s)", loaded.text))
    for match in source.sample(sentences, count):
        page = [place for place in loaded.places if place.start <= match.start()][-1].number
        found.append((match.group(), page))
    return found


@pytest.mark.skipif(not FILINGS.is_dir(), reason="shared/eval/kg_rag_sec10q is absent")
def test_the_page_of_a_quote_is_where_another_library_finds_it() -> None:
    """200 sentences of 20 filings: pypdf finds each on the page that the citation names."""
    import pypdf
    from pypdf._configuration import apply_configuration

    source = random.Random(20)
    wrong: list[str] = []
    total = 0
    for path in sorted(FILINGS.glob("*.pdf")):
        # Microsoft's filings hold arrays of more elements than pypdf takes from strangers.
        with apply_configuration(array_maximum_element_count=10_000_000):
            reader = pypdf.PdfReader(path)
            for quote, page in quotes(load(path), 10, source):
                total += 1
                there = letters(reader.pages[page - 1].extract_text())
                # A sentence may go on over the page, with a foot between: its beginning decides.
                if letters(quote) not in there and letters(quote)[:30] not in there[-600:]:
                    wrong.append(f"{path.name} p. {page}: {quote}")
    assert total == 200
    assert wrong == []
