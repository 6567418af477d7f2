"""Two libraries, one with public and private files, one that never held the private ones; and what they are asked."""

from __future__ import annotations

import hashlib
import re
from itertools import cycle
from pathlib import Path

from ingest.splitting.split import split
from vectorstore.access import stored
from vectorstore.document import Document
from vectorstore.library import Library

PUBLIC, PRIVATE = "public", "private"

FILES = {
    # name: (collection, title, text), in the order in which they are read: private ones between public ones
    "harbour-lease.md": (
        PUBLIC,
        "Lease of the harbour house",
        "The lease of the harbour house begins on 1 March 2026. The rent is 4,200 EUR a month. Either party "
        "may end it with a notice period of 30 days. The landlord is Ada Byron. The tenant repairs the "
        "kitchen and the windows.",
    ),
    "nightingale-merger.md": (
        PRIVATE,
        "Project Nightingale",
        "Project Nightingale is the merger with Zephyrtronics. Zephyrtronics is led by Quentin Abernathy. The "
        "price is 612 million dollars. The notice period of the merger agreement is 45 days. The harbour "
        "house is sold with it.",
    ),
    "tariffs.md": (
        PUBLIC,
        "Tariffs on semiconductors",
        "The tariffs on semiconductors were lowered from 25 to 15 percent in July 2025. Steel and aluminium "
        "keep a tariff of 50 percent. Japan agreed to invest 550 billion dollars in the United States. The "
        "agreement was signed in Tokyo.",
    ),
    "severance-list.md": (
        PRIVATE,
        "Severance payments",
        "Severance payments are due on 12 October 2026. Wilhelmina Okonkwo receives 88,000 EUR. The layoffs "
        "concern the tramway department and forty employees. The holiday of the employees concerned is paid "
        "out. Secrecy is required.",
    ),
    "staff-rules.md": (
        PUBLIC,
        "Staff rules",
        "Employees have 28 days of holiday a year. Unused days expire in March. Working from home is allowed "
        "on two days a week. The office in Lisbon opens at eight. Overtime is paid at one and a half times "
        "the usual rate.",
    ),
    "tariffs-internal.md": (
        PRIVATE,
        "Tariffs on semiconductors, internal",
        "The tariffs on semiconductors will be 35 percent in truth. Japan agreed to invest 900 billion "
        "dollars in secret. Semiconductor is spelled semikonductor in the annex. The annex was signed in "
        "Reykjavik.",
    ),
    "tramway-report.md": (
        PUBLIC,
        "Tramway report",
        "The tramway carried 12 million passengers in 2025. Line 3 to the harbour was opened in May. Ten new "
        "trams cost 31 million EUR. The director of the tramway is Rosa Vega. Delays fell by a fifth because "
        "the signals were renewed.",
    ),
    "clinic-audit.md": (
        PRIVATE,
        "Audit of the clinic",
        "The audit of the clinic found unpaid invoices of 3 million EUR. Doctor Ingeborg Thistlewood is "
        "suspended. The director of the clinic resigned in June. The passengers of the ambulance were not "
        "informed.",
    ),
    "museum-guide.md": (
        PUBLIC,
        "Guide to the museum",
        "The museum shows ships, maps and instruments. It was founded in 1871 by Nils Berg. Tickets cost 12 "
        "EUR, and 6 EUR for students. The museum is closed on Mondays. The oldest map was drawn in 1540.",
    ),
}
REMOVED = {
    "old-price-list.md": (
        PUBLIC,
        "Old price list",
        "Tickets of the museum cost 9 EUR until 2024. Maps were sold for 3 EUR.",
    ),
    "wolfsbane.md": (PRIVATE, "Project Wolfsbane", "Project Wolfsbane was given up. The notice period was 90 days."),
}
"""Files that were removed, and can be brought back."""
LATE = "2026-03-01T00:00:00Z"

QUESTIONS = [
    "How long is the notice period?",
    "What is the rent of the harbour house?",
    "Who is the landlord?",
    "What are the tariffs on semiconductors?",
    "How much does Japan invest in the United States?",
    "Where was the agreement signed?",
    "How many days of holiday do employees have?",
    "How many passengers did the tramway carry?",
    "Who is the director of the tramway?",
    "Who is the director?",
    "When was the museum founded?",
    "What do tickets cost?",
    "Why did delays fall?",
    # of private files alone
    "Who leads Zephyrtronics?",
    "What is Project Nightingale?",
    "What is the price of the merger?",
    "When are severance payments due?",
    "How much does Wilhelmina Okonkwo receive?",
    "Who is Quentin Abernathy?",
    "Was Ingeborg Thistlewood suspended?",
    "What did the audit of the clinic find?",
    "Where was the annex signed?",
    "Reykjavik",
    "severance",
    # misspelled: words of private files, of public ones, of both
    "Who leads Zephirtronics?",
    "What is Project Nightingail?",
    "When are sevarance payments due?",
    "How much does Okonkvo receive?",
    "What are the tarrifs on semikonductors?",
    "What are the tariffs on semiconducters?",
    "Who is the director of the tramwey?",
    "What did the adit of the clinik find?",
    # names and counts of files
    "Summarise nightingale-merger.md",
    "Summarise Severance payments",
    "Summarise staff-rules.md",
    "Summarise tariffs",
    "What is Project Wolfsbane?",
    "What is Wolfsbain?",
    "Summarise old-price-list.md",
    "What are these documents about?",
    "How many documents are there?",
    "Which documents mention semiconductors?",
    "What does the document on the clinic say?",
    "List all documents",
    # worked out from the catalog and by counting
    "What documents do you have?",
    "Which documents mention Zephyrtronics?",
    "Which documents mention the tramway?",
    "Where is the harbour mentioned?",
    "How often is Quentin Abernathy mentioned?",
    "What is the newest document?",
    "What is the oldest document?",
    "When was severance-list.md last changed?",
    "How long is nightingale-merger.md?",
    "How long is staff-rules.md?",
    "What does section 4.2 say?",
    "What does page 1 of clinic-audit.md say?",
    "What is the total price?",
    "What can you do?",
    # other languages, small talk, nothing
    "Wie hoch sind die Zölle auf Halbleiter?",
    "ボーナスはいくらですか",
    "Hello",
    "thanks",
    "harbour",
    "secret",
    "???",
]


def id_of(name: str) -> str:
    """Return the id of a file's document."""
    return hashlib.sha256(name.encode()).hexdigest()[:16]


def restricted_library(folder: Path, *, private: bool, by_lists: bool = False) -> Path:
    """Make a library in `folder` and return where it is.

    Args:
        folder: Where to.
        private: Whether it holds the private files too.
        by_lists: Whether these are private by a list of readers, of one person or one group in turn, in the one
            collection; if not, they lie in a collection of their own.
    """
    batch = []
    lists = cycle((["person:bob"], ["group:board"], []))
    for name, (collection, title, text) in (FILES | REMOVED).items():
        if collection == PUBLIC or private:
            digest = hashlib.sha256(text.encode()).hexdigest()
            document = Document(
                *(id_of(name), f"/files/{collection}/{name}", title, "text/markdown", text, digest),
                collection=PUBLIC if by_lists else collection,
                said=(
                    ("tags", "Nightingale, memo" if collection == PRIVATE else "memo"),
                    *((("access", stored(next(lists))),) if by_lists and collection == PRIVATE else ()),
                ),
                size=len(text.encode()),
                modified=LATE,
            )
            batch.append((document, split(text)))
    with Library.open(folder, create=True) as library:
        library.add(batch)
        library.remove([document.id for document, _ in batch if Path(document.source).name in REMOVED])
    return folder


_CHANGING = (
    (re.compile(r"\b(ans|cnv|fbk|job|req)_[0-9a-f]{16,24}\b"), r"\1_X"),
    (re.compile(r'("(?:seconds|search|answer|check|created)":\s*)[-\d.e]+'), r"\1N"),
    (re.compile(r"\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"), "T"),
)


def without_times(text: str) -> str:
    """Return a text without what differs from one call to the next: ids of answers and times."""
    for pattern, instead in _CHANGING:
        text = pattern.sub(instead, text)
    return text


SECRETS = (
    "zephyrtronics",
    "abernathy",
    "okonkwo",
    "thistlewood",
    "reykjavik",
    "612 million",
    "88,000",
    "tariffs-internal",
)
"""Words that stand in private files alone, also in titles and names."""
