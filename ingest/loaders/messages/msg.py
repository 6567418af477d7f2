"""MSG: a message as Outlook saves it, with body, people, date and attachments.

The file is an OLE container whose streams are named by property numbers. olefile (BSD, pure Python)
reads the container; the libraries that read the whole format are under the GPL.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ingest.document import Loaded, LoadOptions
from ingest.errors import LoadError, NoText, Unreadable
from ingest.loaders.archives.members import add_member
from ingest.loaders.builder import TextBuilder, one_line
from ingest.loaders.markup.html import declared_charset
from ingest.loaders.markup.html import read as read_html
from ingest.loaders.messages.mail import written_by
from ingest.reading.decode import decode

MEDIA_TYPE = "application/vnd.ms-outlook"
MAX_DEPTH = 4
MAX_ATTACHMENTS = 500
MAX_STREAM = 200_000_000
_APPOINTMENT = {"Start": (0x0060, 0x820D), "End": (0x0061, 0x820E)}
_WHERE = 0x8208
_CONTACT = {"Name": "3001", "Company": "3A16", "Title": "3A17", "Department": "3A18", "Phone (work)": "3A08",
            "Phone (mobile)": "3A1C", "Phone (home)": "3A09", "Street": "3A29", "City": "3A27", "State": "3A28",
            "Postal code": "3A2A", "Country": "3A26"}  # fmt: skip
_MAILS = (0x8083, 0x8093, 0x80A3)
"""What appointments and contacts say, by the numbers of their properties; from 0x8000 on by names (MS-OXPROPS), whose
numbers each file gives itself."""
_NAMES = ("__nameid_version1.0", "__substg1.0_00030102")
_FIRST_TIME = datetime(1601, 1, 1, tzinfo=UTC)


def load(path: Path, options: LoadOptions) -> Loaded:
    """Read an Outlook message."""
    import olefile

    try:
        with olefile.OleFileIO(str(path)) as container:
            reader = _Reader(container, TextBuilder(MEDIA_TYPE), options)
            reader.message([], level=1, depth=0)
            return reader.builder.finish(title=reader.builder.title)
    except LoadError:
        raise
    except (OSError, ValueError, IndexError, KeyError, TypeError, struct.error) as error:
        raise Unreadable("The message is damaged.", remedy="Save it again in Outlook, or as .eml.") from error


class _Reader:
    """Reads messages out of one container."""

    def __init__(self, container: Any, builder: TextBuilder, options: LoadOptions) -> None:
        self.container, self.builder, self.options = container, builder, options
        self.names = {tuple(entry): None for entry in container.listdir(streams=True, storages=True)}
        self.parts = 0
        self.numbers: dict[int, int] | None = None

    def _bytes(self, folder: list[str], name: str) -> bytes:
        entry = [*folder, name]
        if tuple(entry) not in self.names or self.container.get_size(entry) > MAX_STREAM:
            return b""
        data: bytes = self.container.openstream(entry).read()
        return data

    def _text(self, folder: list[str], number: str, codec: str) -> str:
        """Return a text property, in UTF-16 or in the message's code page."""
        wide = self._bytes(folder, f"__substg1.0_{number}001F")
        if wide:
            return wide.decode("utf-16-le", "replace").rstrip("\0")
        narrow = self._bytes(folder, f"__substg1.0_{number}001E")
        return decode(narrow.rstrip(b"\0"), declared=codec).text if narrow else ""

    def _named(self, name: int) -> int:
        """Return the number that the file gives the property of a name; 0 where it has none."""
        if self.numbers is None:
            data = self._bytes([_NAMES[0]], _NAMES[1])
            entries = struct.iter_unpack("<IHH", data[: len(data) // 8 * 8])
            self.numbers = {which: 0x8000 + number for which, kind, number in entries if not kind & 1}
        return self.numbers.get(name, 0)

    def _fixed(self, folder: list[str], depth: int) -> dict[int, bytes]:
        """Return the properties of fixed size by their tag."""
        data = self._bytes(folder, "__properties_version1.0")
        start = 32 if depth == 0 else 24
        found: dict[int, bytes] = {}
        for at in range(start, len(data) - 15, 16):
            found[struct.unpack_from("<I", data, at)[0]] = data[at + 8 : at + 16]
        return found

    def message(self, folder: list[str], *, level: int, depth: int) -> None:
        """Add a message and its attachments."""
        fixed = self._fixed(folder, depth)
        page = struct.unpack("<i4x", fixed.get(0x3FFD0003) or fixed.get(0x3FDE0003) or b"\0" * 8)[0]
        codec = f"cp{page}" if page and page != 65001 else ("utf-8" if page else "")
        self.parts += 1
        self.builder.place("part", self.parts)
        subject = one_line(self._text(folder, "0037", codec))
        self.builder.title = self.builder.title or subject
        self.builder.heading(subject or "(no subject)", level)
        sender = one_line(self._text(folder, "0C1A", codec))
        address = one_line(self._text(folder, "5D01", codec) or self._text(folder, "0C1F", codec))
        if "@" in address and address != sender:
            sender = f"{sender} <{address}>".strip()
        lines = [f"From: {sender}" if sender else ""]
        lines += [
            f"{name}: {words}"
            for name, number in (("To", "0E04"), ("Cc", "0E03"))
            if (words := one_line(self._text(folder, number, codec)))
        ]
        when = _time(fixed.get(0x00390040) or fixed.get(0x0E060040))
        lines.append(f"Date: {when}" if when else "")
        self.builder.paragraph("\n".join(line for line in lines if line))
        kind = self._text(folder, "001A", codec).casefold()
        if kind.startswith(("ipm.appointment", "ipm.schedule.meeting")):
            appointment: list[tuple[str, object]] = []
            for label, (usual, name) in _APPOINTMENT.items():
                when = _time(fixed.get(self._named(name) << 16 | 0x40) or fixed.get(usual << 16 | 0x40))
                appointment.append((f"{label}: {when}", when))
            where = one_line(self._text(folder, f"{self._named(_WHERE):04X}", codec))
            self._fields([*appointment, (f"Where: {where}", where)])
        elif kind.startswith("ipm.contact"):
            found = ((label, one_line(self._text(folder, number, codec))) for label, number in _CONTACT.items())
            mails = (("Mail", one_line(self._text(folder, f"{self._named(name):04X}", codec))) for name in _MAILS)
            self._fields((f"{label}: {words}", words) for label, words in (*found, *mails))
        writer = sender.partition(" <")[0].partition("@")[0].strip('<" ')
        sent = _utc(fixed.get(0x00390040) or fixed.get(0x0E060040))
        day = f"{sent.day} {sent:%B %Y}" if sent else ""
        self.builder.heading(written_by(writer, day), level + 1)
        self._body(folder, codec)
        attachments = sorted(
            entry[len(folder)]
            for entry in self.names
            if len(entry) == len(folder) + 1
            and list(entry[: len(folder)]) == folder
            and entry[-1].startswith("__attach_version1.0_")
        )
        if len(attachments) > MAX_ATTACHMENTS:
            self.builder.note("More attachments than are read were left out.")
        for name in attachments[:MAX_ATTACHMENTS]:
            self._attachment([*folder, name], codec, level + 1, depth)

    def _fields(self, fields: Iterable[tuple[str, object]]) -> None:
        """Add labelled lines of those fields that are filled."""
        self.builder.paragraph("\n".join(line for line, filled in fields if filled))

    def _body(self, folder: list[str], codec: str) -> None:
        text = self._text(folder, "1000", codec)
        if text.strip():
            self.builder.paragraph(text)
            return
        html = self._bytes(folder, "__substg1.0_10130102")
        source = decode(html, declared=declared_charset(html) or codec).text if html else ""
        source = source or self._text(folder, "1013", codec)
        if source.strip():
            try:
                self.builder.include(read_html(source, whole=True), level=2)
                return
            except NoText:
                pass
        packed = self._bytes(folder, "__substg1.0_10090102")
        if packed:
            self._rich(unpack_rtf(packed))

    def _rich(self, data: bytes) -> None:
        import tempfile

        from ingest.loaders.older_office.rtf import load as load_rtf

        with tempfile.TemporaryDirectory(prefix="footnote-") as folder:
            path = Path(folder) / "body.rtf"
            path.write_bytes(data)
            try:
                self.builder.include(load_rtf(path, self.options), level=2)
            except LoadError:
                return  # a body without text leaves the headers

    def _attachment(self, folder: list[str], codec: str, level: int, depth: int) -> None:
        embedded = [*folder, "__substg1.0_3701000D"]
        if tuple(embedded) in self.names:
            if depth < MAX_DEPTH:
                self.message(embedded, level=level, depth=depth + 1)
            else:
                self.builder.note("Parts nested too deeply were left out.")
            return
        name = self._text(folder, "3707", codec) or self._text(folder, "3704", codec)
        data = self._bytes(folder, "__substg1.0_37010102")
        if data:
            self.parts += 1
            add_member(self.builder, name, data, self.options, number=self.parts, level=level)
        else:
            self.builder.unread("embedded object")


def _time(data: bytes | None) -> str:
    when = _utc(data)
    return when.strftime("%a, %d %b %Y %H:%M %z") if when else ""


def _utc(data: bytes | None) -> datetime | None:
    if not data:
        return None
    try:
        return _FIRST_TIME + timedelta(microseconds=struct.unpack("<Q", data)[0] // 10)
    except OverflowError:
        return None


_RTF_WORDS = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript "
    b"\\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par "
    b"\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
"""What the packing starts from, as the format defines it."""


def unpack_rtf(data: bytes) -> bytes:
    """Return the RTF in a compressed body (MS-OXRTFCP).

    Raises:
        Unreadable: It is damaged.
    """
    if len(data) < 16:
        return b""
    size, mark = struct.unpack_from("<I", data, 4)[0], data[8:12]
    if mark == b"MELA":
        return data[16:]
    if mark != b"LZFu" or size > MAX_STREAM:
        raise Unreadable("The message's body is damaged.", remedy="Save it again in Outlook, or as .eml.")
    window = bytearray(_RTF_WORDS.ljust(4096, b"\0"))
    write, at = len(_RTF_WORDS), 16
    out = bytearray()
    while at < len(data) and len(out) < size:
        control = data[at]
        at += 1
        for bit in range(8):
            if at >= len(data):
                break
            if not control & (1 << bit):
                out.append(data[at])
                window[write] = data[at]
                write = (write + 1) % 4096
                at += 1
                continue
            if at + 1 >= len(data):
                break
            offset = data[at] << 4 | data[at + 1] >> 4
            length = (data[at + 1] & 0x0F) + 2
            at += 2
            if offset == write:
                return bytes(out)
            for step in range(length):
                byte = window[(offset + step) % 4096]
                out.append(byte)
                window[write] = byte
                write = (write + 1) % 4096
    return bytes(out)
