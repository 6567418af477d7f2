"""Answers as the API sends and keeps them, and back again for follow-ups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bot.answer import Answer, Citation, Conflict, Statement, Withheld
from bot.surfaces.web_offsets import Utf16
from vectorstore.passage import Passage

PASSAGE_FIELDS = ("document", "title", "source", "collection", "start", "end")
CITATION_FIELDS = ("number", "document", "title", "source", "page", "place", "start", "end", "quote")


def passage_object(passage: Passage, utf16: Utf16) -> dict[str, Any]:
    """Return a passage as the API sends it."""
    return {
        **{name: getattr(passage, name) for name in PASSAGE_FIELDS},
        "start_utf16": utf16.units(passage.start),
        "end_utf16": utf16.units(passage.end),
        "page": passage.page,
        "place": passage.place,
        "heading": passage.heading,
        "score": round(float(passage.score), 6),
        "rank": passage.rank,
        "text": passage.text,
    }


def citation_object(citation: Citation, utf16: Utf16, collection: str) -> dict[str, Any]:
    """Return a citation as the API sends it."""
    return {
        **{name: getattr(citation, name) for name in CITATION_FIELDS},
        "start_utf16": utf16.units(citation.start),
        "end_utf16": utf16.units(citation.end),
        "collection": collection,
    }


def statement_object(statement: Statement) -> dict[str, Any]:
    """Return a statement as the API sends it."""
    return {
        "text": statement.text,
        "citations": list(statement.citations),
        "support": statement.support,
        "note": statement.note,
    }


def answer_object(answer: Answer, *, passages: list[dict[str, Any]], citations: list[dict[str, Any]]) -> dict[str, Any]:
    """Return an answer as the API sends it, without id, conversation and time."""
    return {
        "question": answer.question,
        "text": answer.text,
        "statements": [statement_object(statement) for statement in answer.statements],
        "citations": citations,
        "passages": passages,
        "abstained": answer.abstained,
        "model": answer.model,
        "seconds": round(answer.seconds, 6),
        "confidence": round(float(answer.confidence), 6),
        "searched_for": answer.searched_for,
        "searched": answer.searched,
        "conflicts": [
            {"kind": c.kind, "values": list(c.values), "statements": list(c.statements)} for c in answer.conflicts
        ],
        "withheld": [{"text": w.text, "reason": w.reason} for w in answer.withheld],
        "notice": answer.notice,
        "timings": {name: round(float(seconds), 6) for name, seconds in answer.timings.items()},
    }


def collections_of(answer: Mapping[str, Any]) -> set[str]:
    """Return the collections that a kept answer shows something of."""
    return {shown["collection"] for shown in (*answer["passages"], *answer["citations"])}


def answer_of(kept: Mapping[str, Any]) -> Answer:
    """Return the answer that was kept as `answer_object` made it."""
    return Answer(
        question=kept["question"],
        statements=tuple(_statements(kept["statements"])),
        citations=tuple(
            Citation(**{name: citation[name] for name in CITATION_FIELDS}) for citation in kept["citations"]
        ),
        passages=tuple(_passages(kept["passages"])),
        abstained=kept["abstained"],
        model=kept["model"],
        seconds=kept["seconds"],
        confidence=kept["confidence"],
        searched_for=kept["searched_for"],
        searched=kept["searched"],
        conflicts=tuple(Conflict(c["kind"], tuple(c["values"]), tuple(c["statements"])) for c in kept["conflicts"]),
        withheld=tuple(Withheld(w["text"], w["reason"]) for w in kept["withheld"]),
        notice=kept["notice"],
        timings=dict(kept["timings"]),
    )


def _statements(kept: Iterable[Mapping[str, Any]]) -> Iterable[Statement]:
    for item in kept:
        yield Statement(item["text"], tuple(item["citations"]), item["support"], item["note"])


def _passages(kept: Iterable[Mapping[str, Any]]) -> Iterable[Passage]:
    names = (*PASSAGE_FIELDS, "page", "place", "heading", "score", "rank", "text")
    for item in kept:
        yield Passage(**{name: item[name] for name in names})
