"""What authors wrote about pictures: alternative texts, kept as captions ("Image: …")."""

from __future__ import annotations

import re
import struct

from ingest.loaders.builder import one_line

_GENERATED = re.compile(r"\s*(?:Description automatically generated|AI-generated content may be .*)\.?$")
_NAME = re.compile(
    r"^(?:https?://\S*|\S+\.\w{2,5}|(?:picture|image|bild|graphic|grafik|shape|object|logo)\s*\d*)$",
    re.IGNORECASE,
)
_OPTIONS, _DESCRIPTION = 0xF00B, 0x0381
MAX_TEXT = 2_000


def caption_of(text: str) -> str:
    """Return "Image: …" for an alternative text, "" for a file's name or nothing."""
    words = _GENERATED.sub("", one_line(text[:MAX_TEXT]))
    return f"Image: {words}" if words and not _NAME.match(words) else ""


COMMENTS = "Give --comments to read them."


def descriptions(data: bytes) -> list[str]:
    """Return the alternative text of each picture in the data stream of a DOC file, "" without one.

    Pictures follow each other, each with its size, a header of 68 bytes and drawing records.
    """
    found: list[str] = []
    at = 0
    while at + 68 < len(data) and len(found) < 10_000:
        size, header = struct.unpack_from("<iH", data, at)
        if header != 68 or size < header:
            at += 4 if size < 4 or size > len(data) else size
            continue
        end = min(at + size, len(data))
        start = at + header
        if struct.unpack_from("<H", data, at + 6)[0] == 0x66:  # the picture's file name stands before
            start += 1 + data[start]
        found.append(_description(data, start, end, 0))
        at = end
    return found


def _description(data: bytes, start: int, end: int, depth: int) -> str:
    while start + 8 <= end and depth < 12:
        version, kind, length = struct.unpack_from("<HHI", data, start)
        stop = min(start + 8 + length, end)
        if kind == _OPTIONS:
            if words := _option(data[start + 8 : stop], version >> 4):
                return words
        elif version & 0x0F == 0x0F and (words := _description(data, start + 8, stop, depth + 1)):
            return words
        start = stop
    return ""


def _option(data: bytes, count: int) -> str:
    """Return the description among the options of a shape; long values lie behind the table."""
    behind = 6 * count
    for index in range(count):
        if 6 * index + 6 > len(data):
            return ""
        number, value = struct.unpack_from("<HI", data, 6 * index)
        if number & 0x3FFF == _DESCRIPTION and number & 0x8000:
            return data[behind : behind + value].decode("utf-16-le", "replace").rstrip("\0")
        if number & 0x8000:
            behind += value
    return ""
