"""Answers as the API sends and keeps them, and back again for follow-ups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bot.answer import Answer, Citation, Conflict, Statement, Withheld, part_dict, words_of
from bot.models.usage import usage_of
from bot.surfaces.web.offsets import Utf16
from vectorstore.passage import Passage

PASSAGE_FIELDS = tuple("document title source collection start end page place heading kind score rank text".split())
CITATION_FIELDS = ("number", "document", "title", "source", "page", "place", "start", "end", "quote")


def passage_object(passage: Passage, utf16: Utf16) -> dict[str, Any]:
    """Return a passage as the API sends it."""
    return {**part_dict(passage), **_in_utf16(passage, utf16)}


def citation_object(citation: Citation, utf16: Utf16, collection: str) -> dict[str, Any]:
    """Return a citation as the API sends it."""
    return {**part_dict(citation), **_in_utf16(citation, utf16), "collection": collection}


def _in_utf16(part: Passage | Citation, utf16: Utf16) -> dict[str, int]:
    return {"start_utf16": utf16.units(part.start), "end_utf16": utf16.units(part.end)}


def answer_object(answer: Answer, *, passages: list[dict[str, Any]], citations: list[dict[str, Any]]) -> dict[str, Any]:
    """Return an answer as the API sends it: what `footnote ask --json` prints, and the text with its footnotes.

    Args:
        answer: The answer.
        passages, citations: Its passages and citations as the API sends them.
    """
    return {**answer.as_dict(), "passages": passages, "citations": citations, "text": answer.text}


def collections_of(answer: Mapping[str, Any]) -> set[str]:
    """Return the collections that a kept answer shows something of."""
    return {shown["collection"] for shown in (*answer["passages"], *answer["citations"])}


def documents_of(answer: Mapping[str, Any]) -> set[str]:
    """Return the ids of the documents that a kept answer shows something of."""
    return {shown["document"] for shown in (*answer["passages"], *answer["citations"])}


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
        usage=usage_of(kept.get("usage")),
        # An answer that was kept by an earlier version has none of these, nor kinds of passages.
        verdict=kept.get("verdict"),
        short=kept.get("short", False),
    )


def _statements(kept: Iterable[Mapping[str, Any]]) -> Iterable[Statement]:
    for item in kept:
        yield Statement(
            item["text"],
            tuple(item["citations"]),
            item["support"],
            item["note"],
            words_of(item.get("answer")),
            item.get("verdict"),
        )


def _passages(kept: Iterable[Mapping[str, Any]]) -> Iterable[Passage]:
    for item in kept:
        yield Passage(**{name: item[name] for name in PASSAGE_FIELDS if name in item})
