"""Statements held against texts, for the tests of single signs."""

from __future__ import annotations

from bot.check.alignment import Alignment, align
from bot.check.sentences import Sentence, read_passages
from vectorstore.passage import Passage


def read(*texts: str) -> list[Sentence]:
    """Return the sentences of texts, each a passage."""
    passages = [Passage(f"d{i}", "", f"{i}.txt", 0, len(text), text, 1.0, i + 1) for i, text in enumerate(texts)]
    return read_passages(passages)


def hold(statement: str, *texts: str, titles: tuple[str, ...] = ()) -> Alignment:
    """Return a statement held against texts, each a passage."""
    return align(statement, read(*texts), titles=titles)


def words(alignment: Alignment, *indexes: int) -> list[str]:
    """Return units in the statement's words."""
    return [alignment.statement[alignment.units[i].start : alignment.units[i].end] for i in indexes]
