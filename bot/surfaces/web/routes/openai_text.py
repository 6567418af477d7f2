"""An answer in OpenAI's form: the text with its footnotes, and what points to them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.answer import (
    ABSTAINED,
    Answer,
    Citation,
    Statement,
    opening,
    remarks,
    searched_words,
    shown,
    statement_words,
    where,
    written_by,
)
from bot.links import page_address
from bot.surfaces.web.objects import answer_of
from bot.text.markdown import escape_markdown
from bot.text.shown import markers, one_line

OWN_MARK = re.compile(r"\\\[(\d+)\\\]")
AGAIN = "\n\n---\n\n"
"""Before an answer that had to be said anew, because what was streamed of it does not stand."""


@dataclass(frozen=True, slots=True)
class Said:
    """A whole reply.

    Attributes:
        id: Of the answer.
        text: All of it, as a stream adds up to it.
        annotations: One for each mark of a footnote, in the order of the text.
        sources: One for each footnote, as Open WebUI's panel takes them.
        kept: The answer object; None where nothing was asked of the documents.
    """

    id: str
    text: str
    annotations: list[dict[str, Any]] = field(default_factory=list)
    sources: list[dict[str, Any]] = field(default_factory=list)
    kept: Mapping[str, Any] | None = None


def statement_text(answer: Answer, statement: Statement, before: Statement | None) -> str:
    """Return a statement as Markdown, with what parts it from the one before, or the verdict before the first."""
    words = escape_markdown(statement_words(answer, statement))
    apart = "" if before is None else "\n\n" if {"quoted", "computed"} & {statement.support, before.support} else " "
    said = f"**{verdict}** " if (verdict := opening(answer, statement)) else ""
    return f"{apart}{said}{words} {markers(statement.citations)}".rstrip()


def statements_text(answer: Answer) -> str:
    """Return the statements of an answer as Markdown."""
    before = (None, *answer.statements)
    return "".join(statement_text(answer, s, b) for s, b in zip(answer.statements, before, strict=False))


def footnote_text(citation: Citation, base: str) -> str:
    """Return a footnote as Markdown: number, title with the link to its place, quote."""
    title = escape_markdown(where(citation))
    address = page_address(base, citation)
    name = f"[{title}]({address})" if address else f"**{title}**"
    return f"[{citation.number}] {name} — “{escape_markdown(one_line(citation.quote))}”"


def tail_text(answer: Answer, base: str = "") -> str:
    """Return what follows the statements: remarks, then a footnote a paragraph; or the abstention.

    Most clients drop annotations, so the link of each footnote stands in the text too.

    Args:
        answer: What was answered.
        base: Address of the page that the links lead to; "" for none.
    """
    # Numbers of footnotes in remarks are ours, and marks are read as they are written in the statements.
    blocks = [OWN_MARK.sub(r"[\1]", escape_markdown(line)) for line in remarks(answer)]
    if answer.abstained:
        said = " ".join(part for part in (ABSTAINED, searched_words(answer)) if part)
        return "\n\n".join([escape_markdown(said), *blocks])
    if wrote := written_by(answer):
        blocks.append(escape_markdown(wrote))
    blocks += [footnote_text(citation, base) for citation in answer.citations]
    return "".join(f"\n\n{block}" for block in blocks)


def mark_annotations(answer: Answer, statements: str, base: str) -> list[dict[str, Any]]:
    """Return an annotation for each mark in the statements, in the order of the text."""
    by_number = {citation.number: citation for citation in answer.citations}
    found = []
    # Brackets of the documents' own are escaped, so what looks like a mark is one.
    for match in re.finditer(r"(?<!\\)\[(\d+)\]", statements):
        citation = by_number.get(int(match[1]))
        if citation is None:
            continue
        address = page_address(base, citation)
        found.append(
            {
                "type": "url_citation",
                "url_citation": {
                    "start_index": match.start(),
                    "end_index": match.end(),
                    "title": where(citation),
                    "url": address,
                },
                "footnote": citation.number,
                "quote": citation.quote,
            }
        )
    return found


def sources_of(answer: Answer, base: str) -> list[dict[str, Any]]:
    """Return the footnotes as Open WebUI takes them: the quote under the title, in the order of the numbers."""
    found = []
    for citation in answer.citations:
        title, address = where(citation), page_address(base, citation)
        metadata = {"source": address or citation.document, "name": title}
        data = {"source": {"name": title, "url": address}, "document": [citation.quote], "metadata": [metadata]}
        found.append({"type": "source", "data": data})
    return found


def said_of(kept: Mapping[str, Any], base: str, before: str = "") -> Said:
    """Return the reply that an answer object makes, after what was already streamed of it."""
    answer = shown(answer_of(kept))
    statements = statements_text(answer)
    # What was streamed stands in the finished answer; where it does not, the finished one is said again.
    lead = "" if statements.startswith(before) else before + AGAIN
    marks = mark_annotations(answer, statements, base)
    for mark in marks:
        mark["url_citation"]["start_index"] += len(lead)
        mark["url_citation"]["end_index"] += len(lead)
    text = lead + statements + tail_text(answer, base)
    return Said(kept["id"], text, marks, sources_of(answer, base), kept)
