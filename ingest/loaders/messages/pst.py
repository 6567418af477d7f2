"""PST and OST: the folders of a store of Outlook's, mail by mail, through libpff (the extra `archives`).

Each message is rebuilt as a mail and written as the mails of EML files are. Its contacts and appointments are counted:
of them the library gives only what a mail has too.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import Message
from email.mime.application import MIMEApplication
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.parser import HeaderParser
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from ingest.document import Loaded, LoadOptions
from ingest.errors import Unreadable, UnsupportedType
from ingest.loaders.builder import TextBuilder, one_line
from ingest.loaders.messages.mail import in_threads, write_mail

MEDIA_TYPE = "application/vnd.ms-outlook-pst"
INSTALL = (
    'Install what reads it: pip install "footnote-bot[archives]"; or export its folders from Outlook or Thunderbird as '
    ".mbox, or its mails as .msg or .eml."
)
MAX_DEPTH = 30
MAX_MAILS = 50_000
MAX_ATTACHMENT = 100_000_000
_CLASS = 0x001A
"""The property that says what a message is: "IPM.Note" is a mail."""
_NAMES = {0x3707: "long name", 0x3704: "name"}
_KINDS = {"ipm.contact": "contact", "ipm.appointment": "appointment", "ipm.task": "task", "ipm.stickynote": "note",
          "ipm.distlist": "contact"}  # fmt: skip


def load(path: Path, options: LoadOptions) -> Loaded:
    """Read a PST or OST file."""
    try:
        import pypff
    except ImportError as error:
        raise UnsupportedType(
            f"{path.name} is a store of Outlook's; what reads it is not installed.", remedy=INSTALL
        ) from error
    builder = TextBuilder(MEDIA_TYPE)
    store = pypff.file()
    try:
        store.open(str(path))
    except OSError as error:
        raise Unreadable(
            "The store is damaged, or no store of Outlook's.",
            remedy="Repair it with Outlook's SCANPST, or export its mails.",
        ) from error
    try:
        mails = list(_mails(store.root_folder, builder, 0))
    finally:
        store.close()
    write_mail(builder, options, in_threads(mails[:MAX_MAILS]))
    if len(mails) > MAX_MAILS:
        builder.note(f"Only the first {MAX_MAILS:,} of {len(mails):,} mails were read.")
    return builder.finish(title=path.stem, empty="The store holds no mail.")


def _mails(folder: Any, builder: TextBuilder, depth: int) -> Iterator[Message]:
    """Yield the mails of a folder and of those in it; what cannot be read is counted."""
    if depth > MAX_DEPTH:
        builder.note("Folders nested too deeply were left out.")
        return
    for index in range(folder.number_of_sub_messages):
        try:
            item = folder.get_sub_message(index)
            properties = _properties(item, (_CLASS,))
            kind = next((name for start, name in _KINDS.items() if properties.get(_CLASS, "").startswith(start)), "")
            if kind:
                builder.unread(kind, why="Export it from Outlook to have it read.")
            else:
                yield _mail(item, builder)
        except OSError:
            builder.unread("damaged mail")
    for index in range(folder.number_of_sub_folders):
        try:
            inner = folder.get_sub_folder(index)
        except OSError:
            builder.unread("damaged folder")
            continue
        yield from _mails(inner, builder, depth + 1)


def _properties(item: Any, wanted: tuple[int, ...]) -> dict[int, str]:
    """Return properties of a message or an attachment that are texts, in lower case for its class."""
    found: dict[int, str] = {}
    for record in item.record_sets:
        for entry in record.entries:
            if entry.entry_type in wanted:
                words = entry.data_as_string
                found[entry.entry_type] = words.lower() if entry.entry_type == _CLASS else words
    return found


def _mail(item: Any, builder: TextBuilder) -> Message:
    """Return a message of the store as a mail."""
    mail = MIMEMultipart()
    heads = HeaderParser().parsestr(item.transport_headers or "")
    sender = str(heads.get("From") or f'"{one_line(item.sender_name or "").replace(chr(34), "")}" <>')
    when = item.client_submit_time or item.delivery_time
    day = format_datetime(when.replace(tzinfo=UTC)) if isinstance(when, datetime) else str(heads.get("Date") or "")
    for name, value in (("Subject", item.subject), ("From", sender), ("To", heads.get("To")), ("Cc", heads.get("Cc")),
                        ("Date", day)):  # fmt: skip
        if value:
            mail[name] = str(value)
    plain, page, rich = item.plain_text_body, item.html_body, item.rtf_body
    body = MIMEMultipart("alternative")
    for words, kind in ((plain, "plain"), (page, "html")):
        if words:
            body.attach(MIMEText(_text(words), kind, "utf-8"))
    mail.attach(body)
    if rich and not plain and not page:
        _attach(mail, "message.rtf", bytes(rich))
    for index in range(item.number_of_attachments):
        name, data = _attachment(item.get_attachment(index), index + 1)
        if data:
            _attach(mail, name, data)
        else:
            builder.unread("attachment")
    return mail


def _attach(mail: MIMEMultipart, name: str, data: bytes) -> None:
    part = MIMEApplication(data)
    part.add_header("Content-Disposition", "attachment", filename=name)
    mail.attach(part)


def _text(raw: bytes | str) -> str:
    from ingest.reading.decode import decode

    return raw if isinstance(raw, str) else decode(raw).text


def _attachment(item: Any, number: int) -> tuple[str, bytes]:
    """Return name and bytes of an attachment, none of one that is a message itself or cannot be read."""
    names = _properties(item, tuple(_NAMES))
    name = one_line(names.get(0x3707) or names.get(0x3704) or f"attachment {number}")
    try:
        size = item.size
        return name, bytes(item.read_buffer(size)) if 0 < size <= MAX_ATTACHMENT else b""
    except OSError:
        return name, b""
