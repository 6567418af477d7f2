"""Copies, versions and series of documents do not make Footnote unsure of what they all say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot import Bot, Settings
from bot.passages.confidence import echoing, has_no_rival
from ingest.splitting.split import split
from vectorstore.document import Document
from vectorstore.library import Library
from vectorstore.passage import Passage

LEASE = (
    "The lease begins on 1 March {year}. Either party may end it with a notice period of {days} days. "
    "The rent is due on the first of the month. The landlord repairs the roof and the outer walls."
)
OTHERS = (
    "The ferry across the Ouse runs from April to October. A crossing takes ten minutes and costs two pounds.",
    "The village school has 84 pupils and six teachers. Lessons begin at nine. Lunch is cooked in the kitchen.",
)
ASKED = ("When does the lease begin?", "Who repairs the roof?", "How long is the notice period of the lease?")


def library_of(folder: Path, texts: list[str]) -> Library:
    library = Library.open(folder, create=True)
    documents = [
        Document(
            id=f"{n:016d}", source=f"/d/{n}.txt", title=f"Paper {n}", media_type="text/plain", text=text, sha256=str(n)
        )
        for n, text in enumerate(texts)
    ]
    library.add([(d, split(d.text, count_tokens=library.encoder.count_tokens)) for d in documents])
    return library


@pytest.mark.parametrize("versions", [1, 2, 4])
def test_other_versions_do_not_silence_an_answer(versions: int, tmp_path: Path) -> None:
    """One, two or four versions of a lease beside other papers: what all say is answered, and nothing else is."""
    leases = [LEASE.format(year=2026 + n, days=30 + n) for n in range(versions)]
    with library_of(tmp_path / "library", [*leases, *OTHERS]) as library:
        bot = Bot(library, settings=Settings())
        for question in ASKED:
            answer = bot.ask(question)
            assert not answer.abstained and answer.confidence > 0.85, question
        for question in ("Which football club won the cup in 1998?", "How is rye bread baked?"):
            assert bot.ask(question).abstained, question


def passage(document: str, text: str) -> Passage:
    return Passage(document, document, document, 0, len(text), text, 1.0, 1)


def test_what_says_the_same_is_no_rival() -> None:
    """Most words in common make an echo; one echo is another version, two make a series, and only echoes leave none."""
    first = passage("a", "The lease begins on 1 March 2026.")
    version = passage("b", "The lease begins on 1 March 2027!")
    third = replace(version, document="c")
    other = passage("d", "The ferry runs from April to October.")
    assert echoing((first, version, other)) == {"b"}
    assert echoing((first, replace(version, document="a"))) == frozenset()
    assert not has_no_rival((first, other), alone=False)
    assert not has_no_rival((first, version, other), alone=False)
    assert has_no_rival((first, version, third, other), alone=False)
    assert has_no_rival((first, version), alone=False)
    assert has_no_rival((first, other), alone=True)
    assert echoing((passage("a", "…"), passage("b", "…"))) == frozenset(), "no words, nothing in common"
