"""What a person, or a model, reads of a tool's result: plain text beside the structured content, which is for programs.

Clients show this text or hand it to their model. It says each thing once: a footnote whose quote is the sentence
itself is not quoted again, and each place has one address: the page's where there is one, else the resource's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mcp_types import CallToolResult, TextContent

from bot.answer import ABSTAINED, paragraphs, remarks, searched_words, shown, statement_line, where, written_by
from bot.links import page_address
from bot.surfaces.mcp import shapes
from bot.text.shown import one_line

if TYPE_CHECKING:
    from pydantic import BaseModel

    from bot.answer import Answer, Citation
    from vectorstore.passage import Passage


def result(shape: BaseModel, text: str) -> CallToolResult:
    """Return what a tool sends: text for people, the shape for programs."""
    content: list[Any] = [TextContent(type="text", text=text)]
    return CallToolResult(content=content, structured_content=shape.model_dump(mode="json"))


def answer_text(answer: Answer, page: str) -> str:
    """Return an answer as text: sentences with their marks, remarks, then a footnote a line.

    Args:
        answer: What was answered.
        page: Address of the page that links lead to; "" for none.
    """
    answer = shown(answer)
    notes = list(remarks(answer))
    if answer.abstained:
        return "\n".join([" ".join(filter(None, (ABSTAINED, searched_words(answer)))), *notes])
    body = [" ".join(statement_line(answer, statement) for statement in part) for part in paragraphs(answer)]
    if answer.searched_for:
        notes.append(searched_words(answer))
    if wrote := written_by(answer):
        notes.append(wrote)
    said = one_line(" ".join(statement.text for statement in answer.statements))
    feet = [_footnote(citation, said, page) for citation in answer.citations]
    return "\n\n".join("\n".join(block) for block in (body, notes, feet) if block)


def _footnote(citation: Citation, said: str, page: str) -> str:
    quote = one_line(citation.quote)
    words = "" if quote in said else f" — “{quote}”"
    return f"[{citation.number}] {where(citation)}{words} {place_of(citation, page)}"


def place_of(found: Citation | Passage, page: str) -> str:
    """Return the address of a place: on the page, or as a resource with the offsets that `read_document` takes."""
    return page_address(page, found) or f"({shapes.uri_of(found.document)}, {found.start} to {found.end})"


def hits_text(passages: tuple[Passage, ...], page: str) -> str:
    """Return passages as text, each with its place above it."""
    if not passages:
        return "Nothing was found."
    return "\n\n".join(f"{p.rank}. {where(p)} {place_of(p, page)}\n{p.text.strip()}" for p in passages)


def document_text(part: shapes.DocumentText) -> str:
    """Return a part of a document under a line that says which part it is."""
    rest = f"; read on with start {part.end}" if part.more else ""
    title = one_line(part.title) or part.source
    return f"{title}, characters {part.start} to {part.end} of {part.length}{rest}\n\n{part.text}"


def list_text(listed: shapes.DocumentList) -> str:
    """Return documents a line each: title, file, collection, address."""
    lines = [
        f"- {one_line(d.title) or d.source} ({one_line(d.source)}), collection {d.collection}: {d.uri}"
        for d in listed.documents
    ]
    if listed.next_offset is not None:
        lines.append(f"{listed.total} in all; go on with offset {listed.next_offset}.")
    return "\n".join(lines) or "There are no such documents."


def collections_text(listed: shapes.CollectionList) -> str:
    """Return collections a line each with how many documents they hold."""
    return "\n".join(f"- {c.name}: {c.documents} documents" for c in listed.collections) or "There are no documents."


def ingest_text(done: shapes.IngestResult) -> str:
    """Return what became of the files, and each failure with its reason."""
    counts = (
        f"{len(done.added)} added, {len(done.changed)} changed, {done.unchanged} unchanged, {len(done.failed)} failed."
    )
    stopped = ["It was stopped before the end."] if done.stopped else []
    return "\n".join([counts, *stopped, *(f"- {line}" for line in (*done.failed, *done.notes))])
