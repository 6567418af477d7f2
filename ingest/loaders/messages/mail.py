"""Mail: EML files and MBOX folders, with subject, people, date, body and attachments.

Every message is a part under its subject; attachments follow it, each read by the loader of its own
format. Nothing that a message links to is fetched.
"""

from __future__ import annotations

import base64
import email
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr, parsedate_to_datetime
from itertools import groupby
from pathlib import Path

from ingest.document import Loaded, LoadOptions
from ingest.errors import NoText, Unreadable
from ingest.loaders.archives.members import add_member
from ingest.loaders.builder import TextBuilder, one_line
from ingest.loaders.markup.html import read as read_html
from ingest.reading.decode import decode

MAX_PARTS = 500
MAX_DEPTH = 8
MAX_HEADER = 8_000
_UNREAD = frozenset(("text/css", "text/javascript", "application/javascript", "application/x-javascript"))
"""Parts of a saved page that say how it looks and behaves."""
_SHOWN = ("From", "To", "Cc", "Date")
_FROM_LINE = re.compile(rb"^From \S.*\d{4}", re.MULTILINE)
_WRAPPED = 78
OTHER = 0.5
"""Share of the words of a mail's HTML that its plain text may lack; with more it is no other form of it."""
_WORDS = re.compile(r"[^\W\d_]{3,}")
_REPLY = re.compile(r"^(?:\s*(?:re|aw|sv|antw|fw|fwd|wg|tr)\s*(?:\[\d+\])?\s*:\s*)+", re.IGNORECASE)
_QUOTED = re.compile(r"^(?:>[ \t]?)+")


def load(path: Path, options: LoadOptions) -> Loaded:
    """Read one message (EML) or a folder of messages (MBOX), told apart by the first line."""
    data = path.read_bytes()
    if data.lstrip()[:5] == b"From " and _FROM_LINE.match(data.lstrip()):
        return _load_folder(path, data, options)
    builder = TextBuilder("message/rfc822")
    message = email.message_from_bytes(data)
    if not message.keys() or not any(key in message for key in ("From", "To", "Subject", "Date", "Received")):
        raise Unreadable("The file is not a mail.", remedy="Save the mail again as .eml.")
    builder.title = header(message, "Subject")
    _Writer(builder, options).message(message, level=1)
    return builder.finish()


def _load_folder(path: Path, data: bytes, options: LoadOptions) -> Loaded:
    builder = TextBuilder("application/mbox")
    write_mail(builder, options, in_threads(_messages(data)))
    return builder.finish(title=path.stem, empty="The folder holds no mail.")


def write_mail(builder: TextBuilder, options: LoadOptions, messages: Iterable[Message]) -> None:
    """Add messages, each as a part under its subject with its attachments."""
    writer = _Writer(builder, options)
    for message in messages:
        writer.message(message, level=1)


def _messages(data: bytes) -> Iterator[Message]:
    """Yield the messages of an MBOX file: each begins at a "From " line behind an empty one."""
    starts = [
        match.start()
        for match in _FROM_LINE.finditer(data)
        if match.start() == 0 or data[max(0, match.start() - 2) : match.start()] in (b"\n\n", b"\r\n", b"\n\r")
    ]
    for start, end in zip(starts, [*starts[1:], len(data)], strict=True):
        body = data[data.find(b"\n", start) + 1 : end]
        yield email.message_from_bytes(re.sub(rb"(?m)^>(>*From )", rb"\1", body))


def header(message: Message, name: str) -> str:
    """Return a header with its encoded words decoded, "" where it is missing."""
    raw = message.get(name)
    if raw is None:
        return ""
    raw = str(raw)[:MAX_HEADER]
    try:
        return one_line(str(make_header(decode_header(raw))))
    except (LookupError, ValueError, TypeError, AttributeError):
        return one_line(decode(str(raw).encode("utf-8", "surrogateescape")).text)


class _Writer:
    """Writes messages; parts are counted through all of them."""

    def __init__(self, builder: TextBuilder, options: LoadOptions) -> None:
        self.builder, self.options = builder, options
        self.parts = 0

    def message(self, message: Message, *, level: int, depth: int = 0) -> None:
        """Add one message with its attachments."""
        self.parts += 1
        self.builder.place("part", self.parts)
        self.builder.heading(header(message, "Subject") or "(no subject)", level)
        lines = [
            f"{name}: {_shown(message, name)}"
            for name in _SHOWN
            if message.get(name) and "<Saved by" not in message[name]
        ]
        self.builder.paragraph("\n".join(lines))
        self.builder.heading(written_by(_sender(message), _day(message)), level + 1)
        attachments: list[tuple[str, Message]] = []
        for part in self._bodies(message, attachments, 0):
            self._body(part)
        for name, part in attachments:
            self._attachment(name, part, level + 1, depth)

    def _bodies(self, part: Message, attachments: list[tuple[str, Message]], depth: int) -> Iterator[Message]:
        """Yield the parts that are shown; put the others aside."""
        if depth > MAX_DEPTH:
            self.builder.note("Parts nested too deeply were left out.")
            return
        kind = part.get_content_type()
        if part.is_multipart() and kind != "message/rfc822":
            children = [child for child in part.get_payload() if isinstance(child, Message)]
            if kind == "multipart/alternative":
                chosen = _best(children)
                if chosen is not None and chosen.get_content_type() == "text/plain" and _lacks(chosen, children):
                    self.builder.note("Its plain text was read; its HTML, which programs show, has other words too.")
                yield from self._bodies(chosen, attachments, depth + 1) if chosen is not None else ()
                return
            if len(children) > MAX_PARTS:
                self.builder.note(f"Only the first {MAX_PARTS} of {len(children):,} parts were read.")
            for child in children[:MAX_PARTS]:
                yield from self._bodies(child, attachments, depth + 1)
            return
        if kind in _UNREAD:
            return
        name = _file_name(part)
        shown = kind in ("text/plain", "text/html") or (kind.startswith("text/") and not name)
        if shown and part.get_content_disposition() != "attachment":
            yield part
        else:
            attachments.append((name, part))

    def _body(self, part: Message) -> None:
        data = payload(part)
        decoded = decode(data, declared=_charset(part, data))
        for note in decoded.notes:
            self.builder.note(note)
        if part.get_content_type() == "text/html":
            try:
                self.builder.include(read_html(decoded.text, whole=True), level=2)
            except NoText:
                if "<img" in decoded.text.lower():
                    self.builder.unread("picture")
            return
        flowed = str(part.get_param("format", "")).lower() == "flowed"
        for mark, paragraph in _paragraphs(decoded.text):
            words = _joined(paragraph, flowed=flowed, indent=len(mark))
            # Each line that is left says that it is older, so that none is taken for what the sender writes.
            self.builder.paragraph("\n".join(mark + line for line in words.split("\n") if line.strip() or not mark))

    def _attachment(self, name: str, part: Message, level: int, depth: int) -> None:
        if self.parts > MAX_PARTS:
            self.builder.note("More attachments than are read were left out.")
            return
        if part.get_content_type() == "message/rfc822" and depth < MAX_DEPTH:
            for inner in part.get_payload() if part.is_multipart() else ():
                if isinstance(inner, Message):
                    self.message(_opened(inner, part), level=level, depth=depth + 1)
            return
        self.parts += 1
        suffix = _SUFFIXES.get(part.get_content_type(), "") if "." not in name else ""
        name = (name or "attachment") + suffix
        add_member(self.builder, name, payload(part), self.options, number=self.parts, level=level)


def written_by(name: str, day: str) -> str:
    """Return the heading of what somebody wrote: "Petra Vogel, 10 February 2025"; "" where either is not known.

    It stands above the text with the subject, so that each mail of a thread is found and cited by writer and day.
    """
    return f"{name}, {day}" if name and day else ""


def _sender(message: Message) -> str:
    name, address = parseaddr(header(message, "From"))
    return one_line(name) or address.partition("@")[0]


def _when(message: Message) -> datetime | None:
    try:
        return parsedate_to_datetime(header(message, "Date"))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _day(message: Message) -> str:
    when = _when(message)
    return f"{when.day} {when:%B %Y}" if when else ""


def in_threads(messages: Iterable[Message]) -> list[Message]:
    """Return messages by thread, in the order in which the threads begin, those of a thread by date."""
    threads: dict[str, list[Message]] = {}
    for message in messages:
        threads.setdefault(_REPLY.sub("", header(message, "Subject")).casefold(), []).append(message)
    return [message for thread in threads.values() for message in sorted(thread, key=_moment)]


def _moment(message: Message) -> float:
    when = _when(message)
    try:
        return when.timestamp() if when else 0.0
    except (ValueError, OverflowError):
        return 0.0


def _opened(inner: Message, part: Message) -> Message:
    """Return a message inside a message; some programs write it in base64, which the standard forbids."""
    if inner.keys() or str(part.get("Content-Transfer-Encoding", "")).strip().lower() != "base64":
        return inner
    try:
        return email.message_from_bytes(base64.b64decode(str(inner.get_payload())))
    except ValueError:
        return inner


_SUFFIXES = {"text/csv": ".csv", "application/json": ".json", "text/html": ".html", "text/calendar": ".txt",
             "application/pdf": ".pdf", "text/markdown": ".md", "text/rtf": ".rtf"}  # fmt: skip


def payload(part: Message) -> bytes:
    """Return the decoded bytes of a part."""
    try:
        data = part.get_payload(decode=True)
    except (ValueError, LookupError):
        data = None
    if isinstance(data, bytes):
        return data
    raw = part.get_payload()
    return raw.encode("utf-8", "surrogateescape") if isinstance(raw, str) else b""


def _charset(part: Message, data: bytes) -> str:
    """Return the charset that a part declares, "" where its bytes are UTF-8 in spite of it."""
    declared = (part.get_content_charset("") or "").lower()
    if declared in ("us-ascii", "ascii", "iso-8859-1", "windows-1252", "latin1") and not data.isascii():
        try:
            data.decode("utf-8")
        except UnicodeDecodeError:
            return declared
        return ""
    return declared


def _best(children: list[Message]) -> Message | None:
    """Return the form of several that is read: plain text, unless it says next to nothing, or not what HTML says."""
    plain = next((child for child in children if child.get_content_type() == "text/plain"), None)
    others = [child for child in children if child is not plain]
    if plain is not None and (not others or len(payload(plain).strip()) > 40) and _lacks(plain, others) <= OTHER:
        # A calendar or related part beside it still holds attachments, but its text is the same.
        return plain
    return others[-1] if others else plain


def _lacks(plain: Message, others: list[Message]) -> float:
    """Return which share of the words of a mail's HTML, which programs show, its plain text lacks."""
    page = next((child for child in others if child.get_content_type() == "text/html"), None)
    if page is None:
        return 0.0
    try:
        shown = set(_WORDS.findall(read_html(_decoded(page), whole=True).text.casefold()))
    except NoText:
        return 0.0
    return len(shown - set(_WORDS.findall(_decoded(plain).casefold()))) / max(1, len(shown))


def _decoded(part: Message) -> str:
    data = payload(part)
    return decode(data, declared=_charset(part, data)).text


def _file_name(part: Message) -> str:
    try:
        name = part.get_filename() or ""
        return one_line(str(make_header(decode_header(name)))) if name else ""
    except (LookupError, ValueError, TypeError, AttributeError):
        return ""


def _shown(message: Message, name: str) -> str:
    words = header(message, name)
    if name == "Date":
        try:
            return parsedate_to_datetime(words).strftime("%a, %d %b %Y %H:%M %z").strip()
        except (ValueError, TypeError, IndexError, OverflowError):
            return words
    return words[:2_000].removesuffix(" <>")  # of a sender without an address


def _paragraphs(text: str) -> Iterator[tuple[str, str]]:
    """Yield the paragraphs of a plain text, each with its mark if it quotes an earlier message (">> ").

    Programs write the mark before each line; within a paragraph it would stand in the middle of sentences.
    """
    for quoted, lines in groupby(text.split("\n"), key=_mark_of):
        for paragraph in re.split(r"\n\s*\n", "\n".join(_QUOTED.sub("", line) for line in lines)):
            if paragraph.strip():
                yield quoted, paragraph


def _mark_of(line: str) -> str:
    marks = _QUOTED.match(line)
    return ">" * marks[0].count(">") + " " if marks else ""


def _joined(paragraph: str, *, flowed: bool, indent: int = 0) -> str:
    """Join the lines of a paragraph that was hard-wrapped; short lines (addresses, lists) stay."""
    lines = paragraph.split("\n")
    words = ""
    for index, line in enumerate(lines):
        following = lines[index + 1] if index + 1 < len(lines) else ""
        word = following.split(" ", 1)[0]
        # It was wrapped if the first word of the next line would not have fitted.
        wrapped = line.endswith(" ") if flowed else indent + len(line.rstrip()) + len(word) + 1 > _WRAPPED - 8
        quoted = following.lstrip().startswith((">", "-", "*", "•"))
        words += line.rstrip() + (" " if wrapped and following and not quoted and len(line) > 40 else "\n")
    return words
