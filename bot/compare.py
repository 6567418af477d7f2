"""Two documents held against each other: what changed, was added, removed, moved or renumbered, each with footnotes.

>>> with Bot() as bot:  # doctest: +SKIP
...     print(compare(bot.library, "lease-2022.pdf", "lease-2026.pdf").text)

No model reads: `bot/computed/changes/` aligns the sentences of both texts, and every one of them is counted.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

from bot.answer import Citation, footnote_line, part_dict, where
from bot.computed.changes.answer import changes, in_order, summary
from bot.errors import QuestionRefused
from bot.footnotes import Footnotes
from bot.text.markdown import escape_markdown
from bot.text.shown import markers, one_line, shown_source

if TYPE_CHECKING:
    from bot.computed.changes.align import Change
    from vectorstore.library import Library
    from vectorstore.records import DocumentInfo

Mark = Literal["", "old", "new"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One sentence that differs.

    Attributes:
        change: What became of it.
        old, new: Its footnotes; None on the side that has none.
    """

    change: Change
    old: Citation | None
    new: Citation | None

    @property
    def label(self) -> str:
        """What became of it and where: "changed, 2.1"; "moved, 3.1 → 4.2"."""
        change = self.change
        numbers = list(dict.fromkeys(side.number for side in (change.old, change.new) if side and side.number))
        kind = "changed and moved" if change.kind == "changed" and change.moved else change.kind
        return f"{kind}, {' → '.join(numbers)}" if numbers else kind

    @property
    def markers(self) -> str:
        """Its footnote marks: "[1][2]"."""
        return markers(side.number for side in (self.old, self.new) if side)

    def runs(self) -> Iterator[tuple[Mark, str]]:
        """Yield the sentence in runs: words of both sides, of the old one and of the new one."""
        old, new = self.change.old, self.change.new
        if not old or not new:
            clause = new or old
            assert clause is not None  # one side always is there
            yield ("new" if new else "old"), clause.text
            return
        at = 0
        for edit in self.change.edits:
            yield "", new.text[at : edit.new_start] + (" " if edit.new_start == len(new.text) else "")
            yield "old", old.text[edit.old_start : edit.old_end]
            if edit.old_end > edit.old_start and edit.new_end > edit.new_start:
                yield "", " "
            yield "new", new.text[edit.new_start : edit.new_end]
            at = edit.new_end
            if edit.new_end == edit.new_start and edit.old_end > edit.old_start:
                yield "", " "
        yield "", new.text[at:]

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON holds it; offsets of edits are into each document's text."""
        old, new = self.change.old, self.change.new
        edits = []
        if old and new and self.old and self.new:
            for edit in self.change.edits:
                edits.append(
                    {
                        "old": old.text[edit.old_start : edit.old_end],
                        "new": new.text[edit.new_start : edit.new_end],
                        "old_start": self.old.start + edit.old_start,
                        "old_end": self.old.start + edit.old_end,
                        "new_start": self.new.start + edit.new_start,
                        "new_end": self.new.start + edit.new_end,
                    }
                )
        return {
            "kind": self.change.kind,
            "moved": self.change.moved,
            "old_number": old.number if old else "",
            "new_number": new.number if new else "",
            "old": part_dict(self.old) if self.old else None,
            "new": part_dict(self.new) if self.new else None,
            "edits": edits,
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that differs between two documents.

    Attributes:
        old, new: The documents.
        differences: In reading order of the new one; what has another number only comes last.
        citations: All footnotes, numbered from 1.
        same: How many sentences are the same.
        summary: The counts in one sentence.
    """

    old: DocumentInfo
    new: DocumentInfo
    differences: tuple[Difference, ...]
    citations: tuple[Citation, ...]
    same: int
    summary: str

    @property
    def text(self) -> str:
        """The comparison as plain text: [-old words-] and {+new words+}, then the footnotes."""
        lines = [f"{d.label}: {_marked(d, '[-', '-]', '{+', '+}')} {d.markers}" for d in self.differences]
        feet = [footnote_line(citation, folder=os.getcwd()) for citation in self.citations]  # noqa: PTH109
        return "\n\n".join(block for block in (self.summary, "\n".join(lines), "\n".join(feet)) if block)

    def __str__(self) -> str:
        return self.text

    def markdown(self) -> str:
        """Return it as Markdown in which no document's text is markup: ~~old words~~ and **new words**."""
        lines = [
            f"- *{escape_markdown(d.label)}*: {_marked(d, '~~', '~~', '**', '**', escape=True)} "
            f"{escape_markdown(d.markers)}"
            for d in self.differences
        ]
        feet = [
            f"- \\[{c.number}\\] **{escape_markdown(where(c))}** — “{escape_markdown(one_line(c.quote))}” "
            f"({escape_markdown(shown_source(c.source, folder=os.getcwd()))})"  # noqa: PTH109
            for c in self.citations
        ]
        blocks = (escape_markdown(self.summary), "\n".join(lines), "\n".join(feet))
        return "\n\n".join(block for block in blocks if block)

    def as_dict(self) -> dict[str, Any]:
        """Return the object that `footnote compare --json` prints."""
        return {
            "old": asdict(self.old),
            "new": asdict(self.new),
            "summary": self.summary,
            "same": self.same,
            "differences": [difference.as_dict() for difference in self.differences],
        }


def compare(library: Library, old: str, new: str) -> Comparison:
    """Hold two documents of a library against each other.

    Args:
        library: Holds both.
        old, new: Id, path, file name or title of a document.

    Raises:
        DocumentMissing: There is no such document, or several.
        QuestionRefused: Both are one document.
    """
    before, after = library.find(old), library.find(new)
    if before.id == after.id:
        raise QuestionRefused(
            f"Both names are of one document: {shown_source(before.source)}.",
            remedy="Name two; footnote list shows all.",
        )
    found = changes(library, before, after)
    footnotes = Footnotes(library)
    differences = tuple(_footnoted(change, footnotes) for change in in_order(found))
    same = sum(change.kind == "same" for change in found)
    return Comparison(before, after, differences, tuple(footnotes.citations), same, summary(before, after, found))


def _footnoted(change: Change, footnotes: Footnotes) -> Difference:
    sides: list[Citation | None] = []
    for clause in (change.old, change.new):
        if clause is None:
            sides.append(None)
            continue
        quoted = clause.quoted
        number = footnotes.number(quoted.passage, quoted.start, quoted.end)
        sides.append(footnotes.citations[number - 1])
    return Difference(change, *sides)


def _marked(difference: Difference, *marks: str, escape: bool = False) -> str:
    """Return a sentence with what marks the words of each side around them."""
    around = {"": ("", ""), "old": marks[:2], "new": marks[2:]}
    parts = []
    for mark, run in difference.runs():
        text = " ".join(run.split()) if mark else run
        if not text:
            continue
        before, after = around[mark]
        parts.append(before + (escape_markdown(text) if escape else text) + after)
    return one_line("".join(parts))
