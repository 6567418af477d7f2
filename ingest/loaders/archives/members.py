"""Members: files inside a file (a mail's attachments, a ZIP's entries), each read by its own loader.

A member is written under a name of ours to a temporary folder that is removed afterwards, so that no
name inside an archive ever becomes a path. Members of members are read two levels deep.
"""

from __future__ import annotations

import re
import tempfile
from dataclasses import replace
from pathlib import Path

from ingest.document import LoadOptions
from ingest.errors import LoadError
from ingest.loaders.builder import TextBuilder, one_line

MAX_DEPTH = 3
MAX_MEMBERS = 2_000
_DEPTH = "members.depth"
_UPWARD = re.compile(r"^(?:[A-Za-z]:)?(?:\.{0,2}/)+|(?<=/)\.\./")
_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,10}$")


def depth_of(options: LoadOptions) -> int:
    """Return how many files the file being read lies in."""
    return int(options.extra.get(_DEPTH, "0"))


def deeper(options: LoadOptions) -> LoadOptions:
    """Return the options for a file inside the file being read."""
    return replace(options, extra={**options.extra, _DEPTH: str(depth_of(options) + 1)})


def add_member(
    builder: TextBuilder, name: str, data: bytes, options: LoadOptions, *, number: int, level: int = 2
) -> bool:
    """Load a file inside a file and add its text under its name.

    Args:
        builder: Collects the text of the outer file.
        name: What the outer file calls it: shown, never used as a path.
        data: Its bytes.
        options: Of the outer file.
        number: Of the part that it becomes; 0 makes no part of it.
        level: Of the heading that its name becomes; 0 writes none.

    Returns:
        Whether it had text. A member that cannot be read becomes a note.
    """
    from ingest.reading.load import load

    shown = one_line(_UPWARD.sub("", name.replace("\\", "/")))[:200] or f"part {number}"
    depth = depth_of(options)
    if depth >= MAX_DEPTH:
        builder.note(f"{shown} lies in too many files within files and was left out.")
        return False
    inner = deeper(options)
    suffix = _SUFFIX.search(name)
    with tempfile.TemporaryDirectory(prefix="footnote-") as folder:
        path = Path(folder) / f"member{suffix.group().lower() if suffix else ''}"
        path.write_bytes(data)
        try:
            loaded = load(path, inner)
        except LoadError as error:
            builder.note(f"{shown}: {error.message.replace(path.name, shown)}")
            return False
    if number:
        builder.place("part", number)
    if level:
        builder.heading(shown, level)
    builder.include(replace(loaded, notes=()), level=level)
    for note in loaded.notes:
        builder.note(f"{shown}: {note}".replace(path.name, shown))
    return True
