"""TNEF (winmail.dat): how Outlook packs a message's body and attachments for mail that others cannot read.

The file is a row of attributes; some hold properties as a message of Outlook (MSG) has them (MS-OXTNEF).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ingest.document import Loaded, LoadOptions
from ingest.errors import NoText, Unreadable
from ingest.loaders.archives.members import add_member
from ingest.loaders.builder import TextBuilder, one_line
from ingest.loaders.markup.html import declared_charset
from ingest.loaders.markup.html import read as read_html
from ingest.loaders.messages.mail import written_by
from ingest.loaders.messages.msg import MAX_ATTACHMENTS, unpack_rtf
from ingest.reading.decode import decode

MEDIA_TYPE = "application/ms-tnef"
_SUBJECT, _BODY, _MESSAGE, _CODE_PAGE = 0x8004, 0x800C, 0x9003, 0x9007
_NEW, _TITLE, _DATA, _ATTACHMENT = 0x9002, 0x8010, 0x800F, 0x9005
_NARROW, _WIDE, _OBJECT, _BINARY = 0x1E, 0x1F, 0x0D, 0x102
_SIZES = {0x02: 4, 0x03: 4, 0x04: 4, 0x0B: 4, 0x0A: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x14: 8, 0x40: 8, 0x48: 16}
"""Bytes of a property of each kind that has a fixed size, as they are padded."""
_MANY = 0x1000
_PLAIN, _HTML, _RICH, _SENDER = 0x1000, 0x1013, 0x1009, 0x0C1A
_NAME, _SHORT_NAME, _CONTENT = 0x3707, 0x3704, 0x3701
_EMBEDDED = 16
"""Bytes before the content of an object: what kind of object it is."""


@dataclass(slots=True)
class _Part:
    """An attachment as it is found."""

    name: str = ""
    data: bytes = b""
    properties: dict[int, bytes] = field(default_factory=dict)


def load(path: Path, options: LoadOptions) -> Loaded:
    """Read a winmail.dat: the message's subject and body, then what was attached, each by its own loader."""
    builder = TextBuilder(MEDIA_TYPE)
    try:
        _read(path.read_bytes(), builder, options)
    except (struct.error, IndexError) as error:
        raise Unreadable(
            "The file (winmail.dat) is damaged.", remedy="Have the mail sent again as HTML or plain text."
        ) from error
    return builder.finish(title=builder.title, empty="The mail that it packs holds no text.")


def _read(data: bytes, builder: TextBuilder, options: LoadOptions) -> None:
    codec, subject, body = "", b"", b""
    message: dict[int, bytes] = {}
    parts: list[_Part] = []
    for kind, content in _attributes(data):
        if kind == _CODE_PAGE and len(content) >= 4:
            codec = f"cp{struct.unpack_from('<I', content)[0]}"
        elif kind == _SUBJECT:
            subject = content
        elif kind == _BODY:
            body = content
        elif kind == _MESSAGE:
            message = dict(_properties(content))
        elif kind == _NEW:
            parts.append(_Part())
        elif parts and kind == _TITLE:
            parts[-1].name = _text(content, codec)
        elif parts and kind == _DATA:
            parts[-1].data = content
        elif parts and kind == _ATTACHMENT:
            parts[-1].properties = dict(_properties(content))
    builder.place("part", 1)
    title = one_line(_text(subject, codec) or _text(message.get(0x0037, b""), codec))
    builder.title = title
    builder.heading(title, 1)
    sender = one_line(_text(message.get(_SENDER, b""), codec))
    if sender:
        builder.paragraph(f"From: {sender}")
        builder.heading(written_by(sender, ""), 2)
    _add_body(builder, message, body, codec, options)
    if len(parts) > MAX_ATTACHMENTS:
        builder.note("More attachments than are read were left out.")
    for number, part in enumerate(parts[:MAX_ATTACHMENTS], start=2):
        names = (_text(part.properties.get(tag, b""), codec) for tag in (_NAME, _SHORT_NAME))
        name = next(filter(None, names), "") or part.name
        if content := part.data or part.properties.get(_CONTENT, b""):
            add_member(builder, name, content, options, number=number)
        else:
            builder.unread("embedded object")


def _add_body(builder: TextBuilder, message: dict[int, bytes], body: bytes, codec: str, options: LoadOptions) -> None:
    words = _text(body or message.get(_PLAIN, b""), codec)
    if words.strip():
        builder.paragraph(words)
        return
    page = message.get(_HTML, b"")
    try:
        if page.strip(b"\0 \r\n"):
            builder.include(read_html(decode(page, declared=declared_charset(page) or codec).text, whole=True), level=2)
            return
    except NoText:
        pass
    if packed := message.get(_RICH, b""):
        add_member(builder, "body.rtf", unpack_rtf(packed), options, number=0, level=0)


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield number and content of each attribute: a level, number and kind, length, content and checksum."""
    at = 6  # behind the mark and a key
    while at + 9 <= len(data):
        number, _, length = struct.unpack_from("<HHI", data, at + 1)
        at += 9
        if at + length > len(data):
            raise IndexError("an attribute ends behind the file")
        yield number, data[at : at + length]
        at += length + 2


def _properties(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield number and first value of each property; texts as UTF-8 or as they are, see `_text`."""
    at = 4
    for _ in range(struct.unpack_from("<I", data)[0]):
        kind, number = struct.unpack_from("<HH", data, at)
        at += 4
        if number >= 0x8000:  # named: by a number, or by words
            length = struct.unpack_from("<I", data, at + 20)[0] if data[at + 16] else 0
            at += 24 + _padded(length)
        many, kind = bool(kind & _MANY), kind & ~_MANY
        varies = kind in (_NARROW, _WIDE, _OBJECT, _BINARY)
        count = 1
        if many or varies:
            count = struct.unpack_from("<I", data, at)[0]
            at += 4
        for index in range(count):
            if varies:
                size = struct.unpack_from("<I", data, at)[0]
                at += 4
            elif kind in _SIZES:
                size = _SIZES[kind]
            else:
                return  # what follows a property of a kind that is not known cannot be found
            if at + size > len(data):
                raise IndexError("a property ends behind its attribute")
            value = data[at : at + size]
            if not index and kind == _WIDE:
                yield number, _MARK + value.decode("utf-16-le", "replace").encode()
            elif not index:
                yield number, value[_EMBEDDED:] if kind == _OBJECT else value
            at += _padded(size)


_MARK = b"\xef\xbb\xbf"
"""Begins what is UTF-8 for certain."""


def _padded(size: int) -> int:
    return (size + 3) & ~3


def _text(data: bytes, codec: str) -> str:
    """Return a text, in the code page of the message where nothing better is known."""
    data = data.rstrip(b"\0")
    if data.startswith(_MARK):
        return data[len(_MARK) :].decode().rstrip("\0")
    return decode(data, declared=codec).text.rstrip("\0") if data else ""
