"""What a person sees around a passage: the headings above it, the head and caption of its table, what introduces its
list, the sentence before it. Each is a verbatim run of the document with a place of its own, so that it can be a
footnote like any other.

    evidence(library, passages)     # of all of them, each run once, with the passages that it belongs to
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from bot.passages.instructions import HEADINGS_JOINED_BY, is_instruction
from bot.text.lists import AROUND, listing
from vectorstore.passage import ChunkKind, Passage

if TYPE_CHECKING:
    from vectorstore.document import Heading
    from vectorstore.library import Library

EvidenceKind = Literal["heading", "table head", "caption", "list introduction", "sentence before"]
CAPTION_REACH = 400
"""Characters after a passage within which the caption of what it stands in begins."""
_CHUNK_KINDS: dict[EvidenceKind, ChunkKind] = {"heading": "heading", "table head": "table", "caption": "caption"}


@dataclass(frozen=True, slots=True)
class Evidence:
    """One run of text that belongs to passages.

    Attributes:
        kind: What it is to them.
        passage: The run as a passage of one sentence, with its own place.
        of: Indexes of the passages that it belongs to.
    """

    kind: EvidenceKind
    passage: Passage
    of: frozenset[int]


def evidence(library: Library, passages: Sequence[Passage]) -> tuple[Evidence, ...]:
    """Return what stands around passages, in the order of the passages; what speaks to the assistant is left out.

    Only the documents of the passages are read: whoever may see a passage may see what stands around it.
    """
    outlines = {document: library.headings(document) for document in {passage.document for passage in passages}}
    found: dict[tuple[str, int, int], Evidence] = {}
    for index, passage in enumerate(passages):
        for kind, start, end in _around(library, passage, outlines[passage.document]):
            key = (passage.document, start, end)
            if key in found:
                found[key] = replace(found[key], of=found[key].of | {index})
                continue
            text = library.text(*key)
            if not is_instruction(text):
                piece = _piece(library, passage, start, text, kind, outlines[passage.document])
                found[key] = Evidence(kind, piece, frozenset({index}))
    return tuple(found.values())


def of_these(pieces: Sequence[Evidence], passages: Sequence[Passage], some: Sequence[Passage]) -> tuple[Evidence, ...]:
    """Return the pieces that belong to some of the passages, with the indexes that these have among themselves."""
    numbers = {(p.document, p.start): index for index, p in enumerate(some)}
    renumbered = {i: numbers[p.document, p.start] for i, p in enumerate(passages) if (p.document, p.start) in numbers}
    return tuple(
        replace(piece, of=frozenset(renumbered[i] for i in piece.of if i in renumbered))
        for piece in pieces
        if piece.of & renumbered.keys()
    )


def _piece(
    library: Library, passage: Passage, start: int, text: str, kind: EvidenceKind, headings: Sequence[Heading]
) -> Passage:
    place = library.place_at(passage.document, start)
    above = [library.text(passage.document, h.start, h.end) for h in path(headings, start) if h.start < start]
    return replace(
        passage,
        start=start,
        end=start + len(text),
        text=text,
        page=place.page if place else None,
        place=place.label if place else "",
        heading=HEADINGS_JOINED_BY.join(above),
        kind=_CHUNK_KINDS.get(kind, "body"),
        sentences=((start, start + len(text)),),
    )


def path(headings: Sequence[Heading], offset: int) -> list[Heading]:
    """Return the headings that an offset stands under, outermost first."""
    above: list[Heading] = []
    for heading in headings:
        if heading.start > offset:
            break
        while above and above[-1].level >= heading.level:
            above.pop()
        above.append(heading)
    return above


def _around(library: Library, passage: Passage, headings: Sequence[Heading]) -> Iterator[tuple[EvidenceKind, int, int]]:
    """Yield what stands around one passage: its kind and its place, (start, end) in the document's text."""
    for heading in path(headings, passage.start):
        if heading.end <= passage.start:
            yield "heading", heading.start, heading.end
    yield from _head_of_list(library, passage)
    before = library.passage_before(passage)
    if before is not None and before.kind == "caption":
        yield "caption", before.start, before.end
    elif before is not None and before.kind == passage.kind == "body" and before.sentences:
        yield "sentence before", *before.sentences[-1]
    for after in library.passages_between(passage.document, passage.end, passage.end + CAPTION_REACH)[:1]:
        if after.kind == "caption":
            yield "caption", after.start, after.end


def _head_of_list(library: Library, passage: Passage) -> Iterator[tuple[EvidenceKind, int, int]]:
    """Yield the first row of the table in which a passage stands, or the sentence that introduces its list."""
    begin = max(0, passage.start - AROUND)
    text = library.text(passage.document, begin, passage.end + AROUND)
    around = listing(text, passage.start - begin, passage.start - begin + len(passage.text))
    if around is None or begin + around.start >= passage.start or (begin and not around.start):
        return  # it begins with its head, or nobody knows where it begins
    if around.table:
        start, end = around.items[0]
        yield "table head", begin + start, begin + end
    elif around.start < around.items[0][0]:
        introduction = text[around.start : around.items[0][0]].rstrip()
        yield "list introduction", begin + around.start, begin + around.start + len(introduction)
