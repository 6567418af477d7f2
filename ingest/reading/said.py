"""What a file says of itself: who made it and when. Office files, PDF, mail, web pages and front matter do.

It is read beside the text and never stops a file from being read: what is broken or missing is left out.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from ingest.document import LoadOptions
from ingest.loaders.builder import one_line

Said = dict[str, str]
"""By "author", "created", "changed by", "subject" and "tags", these parted by commas; times in ISO 8601."""
LONGEST = 200
_HEAD = 20_000
_OFFICE = {"creator": "author", "created": "created", "lastModifiedBy": "changed by", "subject": "subject"}
_OPEN = {"initial-creator": "author", "creation-date": "created", "creator": "changed by", "subject": "subject"}
_META = re.compile(r"<meta\s[^>]{0,400}>", re.IGNORECASE)
_NAME = re.compile(r"\bname\s*=\s*[\"']?(author|dc\.creator|date|dc\.date|article:published_time)\b", re.IGNORECASE)
_CONTENT = re.compile(r"\bcontent\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
_FRONT = re.compile(r"\A---[ \t]*\n(.{0,4000}?)\n(?:---|\.\.\.)[ \t]*\n", re.DOTALL)
_FRONT_LINE = re.compile(r"^(author|date|created)\s*:\s*(.+?)\s*$", re.IGNORECASE | re.MULTILINE)
_FRONT_TAGS = re.compile(r"^tags[ \t]*:(.*(?:\n[ \t]*-[ \t].*)*)", re.IGNORECASE | re.MULTILINE)
_PDF_TIME = re.compile(r"D:(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?")


def said(path: Path, kind: str, options: LoadOptions) -> tuple[tuple[str, str], ...]:
    """Return what a file says of itself.

    Args:
        path: The file.
        kind: The name of its format.
        options: Passwords of encrypted files.
    """
    ways = {
        "docx": _office, "pptx": _office, "xlsx": _office, "odt": _open, "ods": _open, "odp": _open, "pdf": _pdf,
        "mail": _mail, "html": _html, "markdown": _markdown,
    }  # fmt: skip
    found: Said = {}
    with suppress(Exception):  # each library has dozens of its own errors, and the text was read all the same
        found = ways[kind](path, options) if kind in ways else {}
    cleaned = {name: one_line(value)[: None if name == "tags" else LONGEST] for name, value in found.items()}
    return tuple((name, value) for name, value in sorted(cleaned.items()) if value)


def _office(path: Path, options: LoadOptions) -> Said:
    from ingest.loaders.office.package import open_package

    with open_package(path, options) as package:
        parts = [*package.related("", "core-properties"), "docProps/core.xml"]
        part = next((part for part in parts if part in package.archive), None)
        return _elements(package.archive.read(part), _OFFICE) if part else {}


def _open(path: Path, _: LoadOptions) -> Said:
    from ingest.loaders.archives.archive import open_archive

    with open_archive(path) as archive:
        return _elements(archive.read("meta.xml"), _OPEN)


def _elements(data: bytes, names: dict[str, str]) -> Said:
    from ingest.loaders.office.xml_tree import name_of, parse_xml

    return {names[name_of(item)]: item.text or "" for item in parse_xml(data).iter() if name_of(item) in names}


def _pdf(path: Path, options: LoadOptions) -> Said:
    from pypdfium2 import PdfDocument, PdfiumError

    for password in (None, *options.passwords):
        with suppress(PdfiumError):
            document = PdfDocument(path, password=password)
            try:
                facts = document.get_metadata_dict()
            finally:
                document.close()
            time = _PDF_TIME.match(facts.get("CreationDate", ""))
            created = "-".join(part for part in time.groups()[:3] if part) if time else ""
            return {"author": facts.get("Author", ""), "created": created, "subject": facts.get("Subject", "")}
    return {}


def _mail(path: Path, _: LoadOptions) -> Said:
    from email.parser import BytesHeaderParser
    from email.policy import default
    from email.utils import parseaddr, parsedate_to_datetime

    with path.open("rb") as file:
        if path.suffix.lower() == ".mbox":
            return {}  # many mails, of many people
        head = BytesHeaderParser(policy=default).parse(file)
    name, address = parseaddr(str(head["From"] or ""))
    date = parsedate_to_datetime(str(head["Date"])) if head["Date"] else None
    return {"author": name or address, "created": date.isoformat() if date else ""}


def _html(path: Path, _: LoadOptions) -> Said:
    found: Said = {}
    for tag in _META.findall(_head(path)):
        name, content = _NAME.search(tag), _CONTENT.search(tag)
        if name and content:
            key = "author" if name[1].lower() in ("author", "dc.creator") else "created"
            found.setdefault(key, _time(content[1] or content[2]) if key == "created" else content[1] or content[2])
    return found


def _markdown(path: Path, _: LoadOptions) -> Said:
    front = _FRONT.match(_head(path))
    if not front:
        return {}
    lines = {key.lower(): value.strip("\"'") for key, value in _FRONT_LINE.findall(front[1])}
    created = _time(lines.get("created") or lines.get("date", ""))
    return {"author": lines.get("author", ""), "created": created, "tags": _tags(front[1])}


def _tags(front: str) -> str:
    """Return the tags of front matter, parted by commas: `tags: a, b`, `tags: [a, b]`, or a line `- a` for each."""
    written = _FRONT_TAGS.search(front)
    items = re.split(r",|\n[ \t]*-[ \t]", written[1]) if written else []
    return ", ".join(tag for item in items if (tag := item.strip(" \t[]\"'#")))


def _head(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(_HEAD).decode("utf-8", "replace").removeprefix("\ufeff").replace("\r\n", "\n")


def _time(written: str) -> str:
    """Return a time that is in ISO 8601; "" for other forms, which may be read in two ways."""
    try:
        return datetime.fromisoformat(written.strip()).isoformat() if len(written) >= 8 else ""
    except ValueError:
        return ""
