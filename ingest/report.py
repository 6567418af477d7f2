"""SyncReport: what an ingest did to every file, for people and for programs."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_LISTED = 20


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a sync did. Every file is in exactly one of added … renamed, or in failed.

    Attributes:
        added, changed, removed, unchanged: Sources.
        renamed: (old source, new source); the document and its vectors were kept.
        failed: (source, why and what to do).
        skipped: (source, why): pipes, devices and links that lead out of the folders.
        notes: Sentences, each beginning with the file's name where it is about one.
        noted: How many of the files that were read have a note; the others were read whole.
        seconds: Time it took.
        chunks: Chunks that were embedded.
        stopped: Whether it was interrupted before all was done.
    """

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    failed: tuple[tuple[str, str], ...] = ()
    skipped: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    noted: int = 0
    seconds: float = 0.0
    chunks: int = 0
    stopped: bool = False

    @property
    def changes(self) -> int:
        """How many documents of the library are not as they were."""
        return len(self.added) + len(self.changed) + len(self.removed) + len(self.renamed)

    def to_json(self) -> dict[str, Any]:
        """Return the report as `--json` prints it."""
        return {
            "added": list(self.added),
            "changed": list(self.changed),
            "removed": list(self.removed),
            "unchanged": list(self.unchanged),
            "failed": [{"source": source, "reason": reason} for source, reason in self.failed],
            "renamed": [{"from": old, "to": new} for old, new in self.renamed],
            "skipped": [{"source": source, "reason": reason} for source, reason in self.skipped],
            "notes": list(self.notes),
            "noted": self.noted,
            "chunks": self.chunks,
            "seconds": round(self.seconds, 3),
            "stopped": self.stopped,
        }

    def text(self, *, dry_run: bool = False, brief: bool = False) -> str:
        """Return the report as a person reads it.

        Args:
            dry_run: Nothing was written; say so.
            brief: Leave out notes and what was skipped (for `--watch`).
        """
        lines = [self._summary(dry_run)]
        for word, sources in (("Added", self.added), ("Changed", self.changed), ("Removed", self.removed)):
            lines += _listing(word, [shown(source) for source in sources])
        lines += _listing("Renamed", [f"{shown(old)} → {shown(new)}" for old, new in self.renamed])
        lines += _listing("Failed", [f"{shown(s)}\n      {printable(r)}" for s, r in self.failed], limit=None)
        if not brief:
            lines += _listing("Left out", [f"{shown(s)}\n      {printable(r)}" for s, r in self.skipped])
            lines += _listing("Notes", [printable(note) for note in self.notes])
        return "\n".join(lines)

    def _summary(self, dry_run: bool) -> str:
        counts = [
            f"{len(group):,} {word}"
            for word, group in (
                ("added", self.added),
                ("changed", self.changed),
                ("removed", self.removed),
                ("renamed", self.renamed),
                ("unchanged", self.unchanged),
                ("failed", self.failed),
            )
            if group or word in ("added", "changed", "removed", "unchanged")
        ]
        start = "Stopped: " if self.stopped else "Would be: " if dry_run else ""
        chunks = f", {self.chunks:,} chunk{'s' * (self.chunks != 1)}" if self.chunks else ""
        noted = f", {self.noted:,} with notes" if self.noted else ""
        return f"{start}{', '.join(counts)}{noted}{chunks} ({self.seconds:.1f} s)."


def _listing(word: str, items: Sequence[str], *, limit: int | None = _LISTED) -> list[str]:
    if not items:
        return []
    lines = [f"{word}:", *(f"  {item}" for item in items[:limit])]
    if limit is not None and len(items) > limit:
        lines.append(f"  … and {len(items) - limit:,} more")
    return lines


def shown(source: str) -> str:
    """Return a path as a person knows it: from the current folder if it is below, safe to print."""
    try:
        return printable(os.fspath(Path(source).relative_to(Path.cwd())))
    except (ValueError, OSError):
        return printable(source)


def printable(text: str) -> str:
    """Return `text` without what could act on a terminal: control and direction characters are spelt out."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape", "replace").decode()
        for character in text
    )
