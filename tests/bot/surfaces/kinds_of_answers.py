"""A question of each kind that code works out, over the forty documents of an office, and what its answer must show."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from evals.worked_out_documents import DIRECTORS, write
from ingest.sync import sync
from vectorstore.library import Library


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of answer.

    Attributes:
        question: Asks for it.
        shown: Words of the answer: values that are worked out, statements, and what is said of how many there are.
        quotes: Footnotes, verbatim.
    """

    question: str
    shown: tuple[str, ...]
    quotes: tuple[str, ...]


KINDS = {
    "list": Kind(
        "Who are the members of the board?",
        ("60 items stand under “The members of the board are”", *DIRECTORS),
        ("The members of the board are:",),
    ),
    "count": Kind(
        "How many projects are on hold?",
        ("34 of 102 rows where Status is “on hold”",),
        ("Owner: Bela Kovac. Status: on hold. Budget: 2,000 EUR.",),
    ),
    "rows": Kind(
        "What is the total amount of the overdue invoices?",
        ("8,265 (1,540 EUR + 3,225 EUR + 3,500 EUR)",),
        ("2402 | Sparrow Cleaning | 2024-03-05 | 1,540 EUR | overdue",),
    ),
    "survey": Kind(
        "Which leases end in 2027?",
        ("LEASE ASTER: 28 February 2027", "1 of 10 leases do; 7 say otherwise, 2 don't say."),
        ("2. The lease begins on 1 March 2022 and ends on 28 February 2027.",),
    ),
    "compare": Kind(
        "What changed between travel-policy-2023.md and travel-policy-2025.md?",
        ("“45” became “60”", "3 changed, 1 added, 2 the same"),
        ("The daily travel allowance is 45 EUR.", "The daily travel allowance is 60 EUR."),
    ),
    "two parts": Kind(
        "Who signed the hosting contract, and when?",
        ("The hosting contract was signed for the Trust by Ines Rocha.", "30 June 2023"),
        ("Hosting contract of 30 June 2023",),
    ),
    "library": Kind(
        "Which documents mention Sparrow Cleaning?",
        ("2 of 40 documents mention “Sparrow Cleaning”", "Ellery Harbour Trust and Sparrow Cleaning agree as follows."),
        ("Ellery Harbour Trust and Sparrow Cleaning agree as follows.",),
    ),
    "section number": Kind(
        "What does section 3 of contract-hosting.md say?",
        ("3 Term", "The contract runs for four years."),
        ("The contract runs for four years.",),
    ),
}


def office_library(folder: Path) -> Path:
    """Read the office's documents into a new library below a folder, and return the library's folder."""
    documents = folder / "documents"
    documents.mkdir(parents=True)
    write(documents)
    with Library.open(folder / "library", create=True) as library:
        report = sync(library, [documents])
        assert not report.failed
    return folder / "library"
