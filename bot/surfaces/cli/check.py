"""What `footnote doctor` says of one thing that it looked at."""

from __future__ import annotations

from dataclasses import dataclass

REPAIR = "Run: footnote doctor --repair"


@dataclass(frozen=True, slots=True)
class Check:
    """What one look found.

    Attributes:
        name: What was looked at.
        ok: Whether it is well, or becomes so by itself.
        words: What was found, in a sentence or less.
        remedy: What to do when it is not well.
        note: Whether it is well enough, and still worth a word.
    """

    name: str
    ok: bool
    words: str
    remedy: str = ""
    note: bool = False

    @property
    def mark(self) -> str:
        """The word that its line begins with."""
        return "PROBLEM" if not self.ok else "note" if self.note else "ok"
