"""Figures of follow-up questions: halves by conversation, recall of passages, the ways to ask."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from bot.evaluation.sets import Question, document_id
from evals.follow_ups import half_of, recall, table
from ingest.splitting.split import split
from vectorstore.document import Document
from vectorstore.library import Library

TEXTS = {
    "mill": "The old mill on the Ouse was built by Thomas Brown in 1780.",
    "ferry": "The ferry across the Ouse costs two pounds for adults.",
    "school": "The village school has 84 pupils and six teachers.",
}


def question(number: int, text: str, source: str, rewrite: str = "") -> Question:
    """Return a turn of a conversation whose relevant passage is one of the texts."""
    history = [{"role": "user", "text": "Tell me about the mill."}, {"role": "assistant", "text": "It stands empty."}]
    reference = {"doc_id": source, "start": 0, "end": len(TEXTS[source]), "text": TEXTS[source]}
    extra = {"history": history, "rewrite": rewrite or text}
    return Question(f"{number}<::>2", text, (), (reference,), True, extra)


def test_turns_of_one_conversation_fall_in_one_half() -> None:
    """The half is the conversation's, and both halves have some."""
    halves = [half_of(question(number, "Who?", "mill")) for number in range(20)]
    assert set(halves) == {0, 1}
    same = Question("7<::>5", "Why?", (), (), True, {})
    assert half_of(same) == half_of(question(7, "Who?", "mill"))


def test_the_table_holds_every_way(tmp_path: Path) -> None:
    """Without a chat model three ways are scored, on all turns and on each half."""
    with Library.open(tmp_path / "library", create=True) as library:
        for source, text in TEXTS.items():
            document = Document(document_id(source), source, source, "text/plain", text, source)
            library.add([(document, split(text, count_tokens=library.encoder.count_tokens))])
        asked = [question(n, "Who built it?", "mill", "Who built the old mill?") for n in range(4)]
        assert recall(library, asked[0], "Who built the old mill?") == 1.0
        lines = table(library, asked, Namespace(model="", questions=0, threads=1)).splitlines()
    assert [line.split("|")[1].strip() for line in lines[2:5]] == [
        "last turn alone",
        "without a chat model",
        "rewritten by people",
    ]
    assert len(lines) == 2 + 9
