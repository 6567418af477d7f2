"""What a file is, judged by its bytes: never by its name alone."""

from __future__ import annotations

import codecs
import re
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from ingest.reading.charset import wide_without_mark

_HEAD = 64 * 1024
_PART = 4 * 1024

# (bytes at the beginning, name of the format, what a person calls it)
_SIGNATURES: tuple[tuple[bytes, str, str], ...] = (
    (b"{\\rtf", "rtf", "an RTF document"),
    (b"\x89PNG\r\n", "image", "a picture (PNG)"),
    (b"\xff\xd8\xff", "image", "a picture (JPEG)"),
    (b"GIF8", "image", "a picture (GIF)"),
    (b"II*\0", "image", "a picture (TIFF)"),
    (b"MM\0*", "image", "a picture (TIFF)"),
    (b"BM", "image", "a picture (BMP)"),
    (b"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d\xae\xb1\x53\x78\xd0\x29\x96\xd3", "onenote", "a OneNote section"),
    (b"\x1f\x8b", "packed", "a gzip archive"),
    (b"BZh", "packed", "a bzip2 archive"),
    (b"\xfd7zXZ\0", "packed", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "zstd", "a zstd archive"),
    (b"7z\xbc\xaf\x27\x1c", "7z", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "rar", "a RAR archive"),
    (b"\x78\x9f\x3e\x22", "tnef", "an Outlook attachment (winmail.dat)"),
    (b"!BDN", "pst", "a store of Outlook's (.pst, .ost)"),
    (b"\x7fELF", "program", "a program"),
    (b"MZ", "program", "a program"),
    (b"\xca\xfe\xba\xbe", "program", "a program"),
    (b"\xcf\xfa\xed\xfe", "program", "a program"),
    (b"SQLite format 3\0", "sqlite", "a SQLite database"),
    (b"ID3", "audio", "a sound file"),
    (b"OggS", "audio", "a sound file"),
    (b"fLaC", "audio", "a sound file"),
    (b"\x1aE\xdf\xa3", "video", "a film"),
    (b"\0asm", "program", "a program (WebAssembly)"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Names of streams at the top of an OLE file, in lower case.
_OLE_STREAMS: tuple[tuple[str, str, str], ...] = (
    ("__properties_version1.0", "msg", "an Outlook message"),
    ("worddocument", "doc", "an old Word document (.doc)"),
    ("powerpoint document", "ppt", "an old PowerPoint file (.ppt)"),
    ("workbook", "xls", "an old Excel workbook (.xls)"),
    ("fileheader", "hwp", "a Hangul document (.hwp)"),
    ("visiodocument", "visio", "a Visio drawing"),
    ("book", "xls", "an old Excel workbook (.xls)"),
)
_ZIP_PARTS: tuple[tuple[str, str, str], ...] = (
    ("word/", "docx", "a Word document"),
    ("ppt/", "pptx", "a PowerPoint file"),
    ("xl/workbook.bin", "xlsb", "a binary Excel workbook (.xlsb)"),
    ("xl/", "xlsx", "an Excel workbook"),
)
_UNREAD_PARTS: tuple[tuple[str, str, str], ...] = (
    ("Index/Document.iwa", "iwork", "a Pages, Numbers or Keynote document"),
    ("Index.zip", "iwork", "a Pages, Numbers or Keynote document"),
    ("index.apxl", "iwork", "a Keynote presentation"),
    ("visio/", "visio", "a Visio drawing"),
    ("FixedDocSeq.fdseq", "xps", "an XPS document"),
    ("FixedDocumentSequence.fdseq", "xps", "an XPS document"),
)
_ZIP_MEDIA = {
    "application/epub+zip": ("epub", "an EPUB book"),
    "application/hwp+zip": ("hwpx", "a Hangul document (.hwpx)"),
    "application/vnd.oasis.opendocument.text": ("odt", "an OpenDocument text"),
    "application/vnd.oasis.opendocument.spreadsheet": ("ods", "an OpenDocument spreadsheet"),
    "application/vnd.oasis.opendocument.presentation": ("odp", "an OpenDocument presentation"),
}
_HTML = re.compile(rb"\A\s*(?:<\?xml[^>]*>\s*|<!--.*?-->\s*)*<(?:!doctype\s+html|html[\s>])", re.I | re.S)
_TAG = re.compile(rb"<[a-z!/][^<>]*>", re.I)
_CONTROL = bytes(c for c in range(32) if c not in b"\t\n\r\f\x08\x1b") + b"\x7f"
_MARKS = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True)
class Sniffed:
    """What the content of a file is.

    Attributes:
        name: Name of the format as in the table of loaders; "text" for anything that is text;
            "binary" for what is not known.
        words: What a person calls it, with its article ("a Word document").
        tags: For text: whether there is markup like `<p>` in it.
    """

    name: str
    words: str
    tags: bool = False


def sniff(path: Path) -> Sniffed:
    """Look at the bytes of a regular file.

    Raises:
        OSError: It cannot be opened or read.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
        size = file.seek(0, 2)
        parts = [head]
        for offset in (size // 2, size - _PART):
            if offset > _HEAD:
                file.seek(offset)
                parts.append(file.read(_PART))
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _in_zip(path)
    if head.startswith(_OLE):
        return _in_ole(path)
    # After the archives, which may hold a PDF as it is. Readers allow junk before the mark;
    # a text that only speaks of PDF has no objects.
    if head.lstrip().startswith(b"%PDF-") or (b"%PDF-" in head[:1024] and re.search(rb"\d \d+ obj\b", head)):
        return Sniffed("pdf", "a PDF file")
    if head[4:8] == b"ftyp":
        return Sniffed("video", "a film")
    if head.startswith(b"RIFF") and head[8:12] in (b"WEBP", b"WAVE", b"AVI "):
        return Sniffed("image" if head[8:12] == b"WEBP" else "video", "a picture, a sound file or a film")
    if head[60:68] in (b"BOOKMOBI", b"TEXtREAd"):
        return Sniffed("kindle", "a Kindle book")
    if head[257:262] == b"ustar" or (
        head.startswith((b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0")) and tarfile.is_tarfile(path)
    ):
        return Sniffed("tar", "a tar archive")
    binary = not _is_text(parts)
    for signature, name, words in _SIGNATURES:
        # A text may begin with "BM" or "MZ"; a picture does not pass for text.
        if head.startswith(signature) and (binary or name == "rtf"):
            return Sniffed(name, words)
    if binary:
        return Sniffed("binary", "a binary file")
    plain = _narrow(head)
    if _HTML.match(plain):
        return Sniffed("html", "an HTML page", tags=True)
    if plain.lstrip().startswith(b"<?xml"):
        return Sniffed("xml", "an XML file", tags=True)
    return Sniffed("text", "text", tags=bool(_TAG.search(plain)))


def _is_text(parts: list[bytes]) -> bool:
    """Tell text in any encoding from binary data by the share of control characters."""
    if parts[0].startswith(_MARKS) or wide_without_mark(parts[0]):
        return True
    for part in parts:
        sample = part
        if sample.count(0) > len(sample) // 5 and _alternates(sample):
            sample = sample.replace(b"\0", b"")
        control = len(sample) - len(sample.translate(None, _CONTROL))
        if control > 0.05 * len(sample):
            return False
    return True


def _alternates(sample: bytes) -> bool:
    """Tell whether NUL bytes stand at regular places, as in UTF-16 and UTF-32."""
    shares = sorted(sample[i::4].count(0) / max(1, len(sample[i::4])) for i in range(4))
    return shares[0] < 0.1 and shares[-1] > 0.4


def _narrow(head: bytes) -> bytes:
    """Return the head with one byte a character, so that tags can be looked for."""
    for mark in (*_MARKS, codecs.BOM_UTF8):
        if head.startswith(mark):
            head = head[len(mark) :]
            break
    return head.replace(b"\0", b"") if b"\0" in head else head


def _in_zip(path: Path) -> Sniffed:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
                media = archive.read("mimetype").decode("ascii", "replace").strip()
                if media.removesuffix("-template") in _ZIP_MEDIA:
                    return Sniffed(*_ZIP_MEDIA[media.removesuffix("-template")])
                if media.startswith("application/vnd.oasis.opendocument."):
                    return Sniffed("odt", "an OpenDocument file")
            for part, name, words in _UNREAD_PARTS:
                if any(entry.startswith(part) for entry in names):
                    return Sniffed(name, words)
            if "META-INF/container.xml" in names:
                return Sniffed("epub", "an EPUB book")
            if "content.xml" in names and "META-INF/manifest.xml" in names:
                return Sniffed("odt", "an OpenDocument file")
            if "[Content_Types].xml" in names:
                for folder, name, words in _ZIP_PARTS:
                    if any(entry.startswith(folder) for entry in names):
                        return Sniffed(name, words)
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, ValueError, KeyError):
        return Sniffed("damaged-zip", "a damaged or incomplete ZIP, Office or EPUB file")
    return Sniffed("zip", "a ZIP archive")


def _in_ole(path: Path) -> Sniffed:
    """Find out by the names of its streams which program an OLE file is from."""
    import olefile

    try:
        with olefile.OleFileIO(str(path)) as container:
            top = {entry[0].lower() for entry in container.listdir() if len(entry) == 1}
            if "encryptedpackage" in top:
                return Sniffed(_encrypted_kind(path), "an encrypted Office document")
    except (OSError, ValueError, IndexError, TypeError, AttributeError, RecursionError):
        return Sniffed("damaged-ole", "a damaged or incomplete old Office file")
    for stream, name, words in _OLE_STREAMS:
        if stream in top:
            return Sniffed(name, words)
    return Sniffed("ole", "an old Office file of a kind that is not read")


def _encrypted_kind(path: Path) -> str:
    """Return which loader decrypts: only the name says what is inside."""
    suffix = path.suffix.lower()
    return "xlsx" if suffix.startswith(".xl") else "pptx" if suffix.startswith((".pp", ".po")) else "docx"
