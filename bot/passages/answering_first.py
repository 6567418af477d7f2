"""The order in which passages are sent to a chat model: those first that the reader takes for answering.

The fewer passages a prompt has, the sooner a model begins and the less it costs; the reader, which costs milliseconds,
says which ones may be left out.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.passages.reading import NOT_PROSE
from bot.reader.reader import Reader
from bot.reader.reading import Readable
from vectorstore.passage import Passage

SENT = 6
"""Passages that a chat model is sent to answer a question: in this order six hold what is asked for as often as eight
(`evals.prompt_passages`: squad2 93.3 %, clapnq 100 %), for a fifth fewer tokens."""
READ = 8
"""Passages that are read, best first; those behind them keep their order."""


def answering_first(reader: Reader, question: str, passages: Sequence[Passage]) -> tuple[Passage, ...]:
    """Return the passages with those first that answer likeliest; as they are where the reader cannot tell.

    Tables and code, which the reader does not know, keep their rank among the others.

    Args:
        reader: An open reader.
        question: As it is searched.
        passages: Best first.
    """
    if not reader.can_read(question):
        return tuple(passages)
    first, rest = list(passages[:READ]), passages[READ:]
    prose = [passage for passage in first if passage.kind not in NOT_PROSE]
    if len(prose) < 2:
        return tuple(passages)
    readings = reader.read(question, [Readable(passage.text) for passage in prose])
    likely = {id(passage): reading.answers for passage, reading in zip(prose, readings, strict=True)}
    ordered = iter(sorted(prose, key=lambda passage: -likely[id(passage)]))
    return (*(next(ordered) if passage.kind not in NOT_PROSE else passage for passage in first), *rest)
