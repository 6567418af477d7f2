"""Content lines of calendars and contacts (RFC 5545, RFC 6350): folded, with parameters and escapes."""

from __future__ import annotations

import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ingest.loaders.builder import TextBuilder
from ingest.reading.decode import codec_named, decode

_LINE = re.compile(r"(?:[\w-]+\.)?(?P<name>[\w-]+)(?P<parameters>(?:;(?:[^\":;]|\"[^\"]*\")*)*):(?P<value>.*)$", re.S)
_ESCAPED = re.compile(r"\\([\\;,:nN])")
_SOFT_BREAK = re.compile(r"(?mi)^([^:\n]*QUOTED-PRINTABLE[^:\n]*:.*)=\n")


@dataclass(frozen=True, slots=True)
class Property:
    """One property: its name in capitals, its parameters as written, and its value."""

    name: str
    parameters: str
    value: str

    @property
    def parts(self) -> list[str]:
        """The value's parts, which semicolons part, without the empty ones."""
        return [words for part in re.split(r"(?<!\\);", self.value) if (words := unescaped(part))]

    @property
    def words(self) -> str:
        """The value as a person reads it."""
        return unescaped(self.value)


def unescaped(value: str) -> str:
    """Return a value without the backslashes that protect commas, semicolons and line ends."""
    return _ESCAPED.sub(lambda match: "\n" if match[1] in "nN" else match[1], value).strip()


def properties(path: Path, builder: TextBuilder) -> Iterator[Property]:
    """Yield the properties of a file in order; what was in doubt about its encoding is noted."""
    decoded = decode(path.read_bytes())
    builder.notes.extend(decoded.notes)
    text = decoded.text
    while (joined := _SOFT_BREAK.sub(r"\1", text)) != text:
        text = joined
    for line in re.sub(r"\n[ \t]", "", text).split("\n"):
        match = _LINE.match(line.strip())
        if match is None:
            continue
        parameters, value = match["parameters"].strip(";"), match["value"]
        if "QUOTED-PRINTABLE" in parameters.upper():
            charset = re.search(r"CHARSET=([\w-]+)", parameters, re.IGNORECASE)
            raw = quopri.decodestring(value.encode("utf-8", "replace"))
            value = raw.decode(codec_named(charset[1]) or "utf-8", "replace") if charset else decode(raw).text
        yield Property(match["name"].upper(), parameters, value)
