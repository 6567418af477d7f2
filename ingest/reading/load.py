"""The table of formats: which loader reads a file, decided by its content, its name only helping.

To add a format, write one file and one row:

1. `ingest/loaders/plain/toml.py` with `def load(path: Path, options: LoadOptions) -> Loaded`. Build the text
   with `ingest.loaders.builder.TextBuilder`, decode bytes with `ingest.reading.decode.decode`, and raise a
   `LoadError` that says what to do when the file cannot be read.
2. A row in `FORMATS` below: `Format("toml", "application/toml", (".toml",), ".plain.toml:load")`.

The loader is imported when the first such file is met. Other packages add formats without touching
this file: an entry point in the group `footnote.loaders` that names a `Format`, whose `loader` says
where the function is:

    [project.entry-points."footnote.loaders"]
    org = "my_package.org:FORMAT"   # FORMAT = Format("org", "text/org", (".org",), "my_package.org:load")
"""

from __future__ import annotations

import errno
import importlib
import stat
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from ingest.document import Loaded, Loader, LoadOptions
from ingest.errors import LoadError, NoText, TooLarge, Unreadable, UnsupportedType
from ingest.reading.said import said
from ingest.reading.sniff import Sniffed, sniff

MAX_BYTES = 256 * 1024 * 1024
"""Files larger than this are refused with `TooLarge`, unless a caller says otherwise."""


@dataclass(frozen=True, slots=True)
class Format:
    """One row of the table.

    Attributes:
        name: Short name.
        media_type: What the format is called in HTTP and mail.
        suffixes: Endings of file names, lower-case, with the dot.
        loader: "module:function"; a module that begins with a dot stands in `ingest/loaders/`.
        text: Whether such files are plain text inside; then the name decides among the text formats.
        plain: Whether reading it is so simple that it needs no worker process.
    """

    name: str
    media_type: str
    suffixes: tuple[str, ...]
    loader: str
    text: bool = False
    plain: bool = False

    def load(self) -> Loader:
        """Import the loader and return it."""
        module, _, function = self.loader.partition(":")
        loader: Loader = getattr(importlib.import_module(module, "ingest.loaders"), function)
        return loader


_OFFICE = "application/vnd.openxmlformats-officedocument"
_OPEN = "application/vnd.oasis.opendocument"
SOURCE_SUFFIXES = (
    ".py", ".pyi", ".js", ".mjs", ".cjs", ".jsx", ".ts", ".tsx", ".vue", ".svelte", ".java", ".kt", ".kts",
    ".scala", ".groovy", ".c", ".h", ".cc", ".cpp", ".cxx", ".hpp", ".hh", ".cs", ".m", ".swift", ".dart",
    ".go", ".rs", ".rb", ".php", ".pl", ".lua", ".r", ".jl", ".sh", ".bash", ".zsh", ".ps1", ".sql", ".css",
    ".scss", ".less", ".tf", ".proto", ".graphql",
)  # fmt: skip

FORMATS: tuple[Format, ...] = (
    Format("text", "text/plain", (".txt", ".text", ".log"), ".plain.text:load", text=True, plain=True),
    Format("markdown", "text/markdown", (".md", ".markdown", ".mdown", ".mkd"), ".markup.markdown:load", text=True),
    Format("html", "text/html", (".html", ".htm", ".xhtml", ".shtml"), ".markup.html:load", text=True),
    Format("pdf", "application/pdf", (".pdf",), ".pdf.load:load"),
    Format("docx", f"{_OFFICE}.wordprocessingml.document", (".docx", ".docm", ".dotx", ".dotm"), ".office.docx:load"),
    Format("pptx", f"{_OFFICE}.presentationml.presentation", (".pptx", ".pptm", ".ppsx", ".potx"), ".office.pptx:load"),
    Format("xlsx", f"{_OFFICE}.spreadsheetml.sheet", (".xlsx", ".xlsm", ".xltx"), ".office.xlsx:load"),
    Format("xlsb", "application/vnd.ms-excel.sheet.binary.macroenabled.12", (".xlsb",), ".office.xlsb:load"),
    Format("doc", "application/msword", (".doc", ".dot"), ".older_office.doc:load"),
    Format("ppt", "application/vnd.ms-powerpoint", (".ppt", ".pps", ".pot"), ".older_office.ppt:load"),
    Format("xls", "application/vnd.ms-excel", (".xls", ".xlt"), ".older_office.xls:load"),
    Format("odt", f"{_OPEN}.text", (".odt", ".ott", ".odg"), ".office.odf:load"),
    Format("ods", f"{_OPEN}.spreadsheet", (".ods", ".ots"), ".office.odf:load"),
    Format("odp", f"{_OPEN}.presentation", (".odp", ".otp"), ".office.odf:load"),
    Format("flat-odf", f"{_OPEN}.text", (".fodt", ".fods", ".fodp"), ".office.odf:load", text=True),
    Format("hwpx", "application/hwp+zip", (".hwpx",), ".office.hwpx:load"),
    Format("rtf", "application/rtf", (".rtf",), ".older_office.rtf:load"),
    Format("epub", "application/epub+zip", (".epub",), ".markup.epub:load"),
    Format("msg", "application/vnd.ms-outlook", (".msg",), ".messages.msg:load"),
    Format("pst", "application/vnd.ms-outlook-pst", (".pst", ".ost"), ".messages.pst:load"),
    Format("tnef", "application/ms-tnef", (".tnef",), ".messages.tnef:load"),
    Format("mail", "message/rfc822", (".eml", ".mbox", ".mht", ".mhtml"), ".messages.mail:load", text=True),
    Format("csv", "text/csv", (".csv", ".tsv", ".tab"), ".plain.csv_table:load", text=True),
    Format("json", "application/json", (".json", ".jsonl", ".ndjson", ".geojson"),
           ".plain.json_data:load", text=True),
    Format("xml", "application/xml", (".xml", ".rss", ".atom", ".nxml", ".dbk", ".tei", ".opml", ".svg"),
           ".plain.xml_data:load", text=True),
    Format("notebook", "application/x-ipynb+json", (".ipynb",), ".markup.notebook:load", text=True),
    Format("subtitles", "text/vtt", (".srt", ".vtt"), ".plain.subtitles:load", text=True),
    Format("rst", "text/x-rst", (".rst", ".rest"), ".markup.rst:load", text=True),
    Format("asciidoc", "text/asciidoc", (".adoc", ".asciidoc", ".asc"), ".markup.asciidoc:load", text=True),
    Format("latex", "text/x-tex", (".tex", ".latex", ".ltx"), ".markup.latex:load", text=True),
    Format("source_code", "text/x-source", SOURCE_SUFFIXES, ".plain.source_code:load", text=True),
    Format("image", "image/*", (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".gif", ".webp"),
           ".ocr.picture:load"),
    Format("tar", "application/x-tar", (".tar", ".tgz", ".tar.gz", ".tbz2", ".txz"), ".archives.tar_archive:load"),
    Format("7z", "application/x-7z-compressed", (".7z",), ".archives.seven_zip:load"),
    Format("packed", "application/gzip", (".gz", ".bz2", ".xz"), ".archives.single:load"),
    Format("config", "text/x-config", (".yaml", ".yml", ".toml", ".ini", ".cfg", ".conf", ".env", ".properties"),
           ".plain.config:load", text=True),
    Format("calendar", "text/calendar", (".ics", ".ifb"), ".plain.calendar:load", text=True),
    Format("contacts", "text/vcard", (".vcf", ".vcard"), ".plain.contacts:load", text=True),
    Format("zip", "application/zip", (".zip",), ".archives.zip_archive:load"),
)  # fmt: skip


def load(path: Path, options: LoadOptions | None = None, *, max_bytes: int = MAX_BYTES) -> Loaded:
    """Read any file that a loader knows.

    Args:
        path: The file.
        options: What a person may set.
        max_bytes: Larger files are refused.

    Raises:
        LoadError: Why this file cannot be read and what to do; never another exception.
    """
    name = "a document"
    try:
        kind = format_of(path, max_bytes=max_bytes)
        name = kind.name
        loaded = kind.load()(path, options or LoadOptions())
    except LoadError:
        raise
    except OSError as error:
        raise describe_error(path, error) from error
    except ImportError as error:
        raise UnsupportedType(
            f"Reading {path.name} needs the Python module {error.name}, which is not installed.",
            remedy="Install what is missing: pip install --upgrade footnote-bot",
        ) from error
    except MemoryError as error:
        raise TooLarge(f"{path.name} needs more memory than one file may take.", remedy="Split the file.") from error
    except Exception as error:
        # The one place where errors of parsing libraries become ours: each has dozens of its own.
        raise Unreadable(
            f"{path.name} cannot be read as {name}; it may be damaged ({type(error).__name__}).",
            remedy="Open it in the program that made it and save it again.",
        ) from error
    if not loaded.text.strip():
        raise NoText(f"{path.name} holds no text.", remedy="There is nothing to search in it.")
    told = said(path, kind.name, options or LoadOptions())
    return replace(loaded, notes=(*loaded.notes, *_misnamed(path, kind)), said=told)


def reads_plainly(path: Path, *, max_bytes: int = MAX_BYTES) -> bool:
    """Tell whether a file is plain text by name and content, so that no parser is needed."""
    row = next((kind for kind in FORMATS if path.suffix.lower() in kind.suffixes), None)
    if row is None or not row.plain:
        return False
    try:
        # What cannot be read at all needs no parser either: the reader says why.
        return regular_size(path) > max_bytes or sniff(path).name == "text"
    except (OSError, LoadError):
        return True


def format_of(path: Path, *, max_bytes: int = MAX_BYTES) -> Format:
    """Return the row of the table that reads `path`.

    Raises:
        LoadError: The file cannot be opened, is too large, or no loader knows its kind.
    """
    try:
        size = regular_size(path)
        if size > max_bytes:
            raise TooLarge(
                f"{path.name} is larger than {max_bytes // 2**20:,} MB ({size / 2**20:,.0f} MB).",
                remedy="Split it into smaller files.",
            )
        found = sniff(path)
    except OSError as error:
        raise describe_error(path, error) from error
    if not size:
        raise NoText(f"{path.name} is empty.", remedy="There is nothing to search in it.")
    if found.name.startswith("damaged-"):
        raise Unreadable(f"{path.name} is {found.words}.", remedy="Fetch or save it again.")
    kind = _row(found, path.suffix.lower())
    if kind is None:
        raise UnsupportedType(
            f"{path.name} is {found.words}, which is not read.", remedy=_REMEDIES.get(found.name, _IGNORE)
        )
    return kind


_UNPACK = "Unpack it and add the files, or pack them as ZIP."
_REMEDIES = {
    "iwork": "Open it in Pages, Numbers or Keynote and export it as Word, Excel, PowerPoint or PDF.",
    "visio": "Open it in Visio and save it as PDF.",
    "xps": "Print it to PDF, or save it as PDF.",
    "onenote": "Export the section from OneNote as PDF or Word.",
    "rar": _UNPACK,
    "zstd": _UNPACK,
    "kindle": "Convert it to EPUB, for example with Calibre.",
    "hwp": "Open it in Hangul or LibreOffice and save it as PDF or DOCX.",
}
_IGNORE = "If it holds text, save it as PDF or text; else name it in .footnoteignore to leave it out."


def regular_size(path: Path) -> int:
    """Return the size of a file in bytes, and refuse what is no file, so that nothing can hang.

    Raises:
        Unreadable: It is a folder, a pipe, a socket or a device.
        OSError: It cannot be looked at.
    """
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        kinds = {stat.S_IFDIR: "folder", stat.S_IFIFO: "pipe", stat.S_IFSOCK: "socket"}
        kind = kinds.get(stat.S_IFMT(status.st_mode), "device")
        raise Unreadable(f"{path.name} is a {kind}, not a file.", remedy="Only files are read.")
    return status.st_size


def _row(found: Sniffed, suffix: str) -> Format | None:
    """Choose the row: binary formats and HTML by content, text formats by name among themselves."""
    rows = {kind.name: kind for kind in FORMATS}
    if found.name == "xml":
        kind = _by_suffix(suffix, text=True)
        return kind if kind is not None and kind.name in ("html", "flat-odf") else rows["xml"]
    if found.name != "text":
        return rows.get(found.name) or added_formats().get(found.name) or _by_suffix(suffix, text=False)
    kind = _by_suffix(suffix, text=True)
    if kind is not None and kind.name == "html" and not found.tags:
        return rows["text"]
    return kind or rows["text"]


def _by_suffix(suffix: str, *, text: bool) -> Format | None:
    for kind in FORMATS:
        if kind.text == text and suffix in kind.suffixes:
            # Content that is known to be something else is not handed to the loader of its name.
            return kind if text else None
    return next((k for k in added_formats().values() if k.text == text and suffix in k.suffixes), None)


@cache
def added_formats() -> dict[str, Format]:
    """Return the formats that other packages add through entry points, by name."""
    from importlib.metadata import entry_points

    added = {}
    for point in entry_points(group="footnote.loaders"):
        kind = point.load()
        if isinstance(kind, Format):
            added[kind.name] = kind
    return added


def _misnamed(path: Path, kind: Format) -> tuple[str, ...]:
    """Return a note where the name promised another format than the content is."""
    suffix = path.suffix.lower()
    promised = next((row for row in FORMATS if suffix in row.suffixes), None)
    if promised is None or promised.name == kind.name:
        return ()
    return (f"Named {suffix}, but its content is {kind.name}; read as {kind.name}.",)


def describe_error(path: Path, error: OSError) -> Unreadable:
    """Return an error that says in words why the system does not let a file or folder be read."""
    if isinstance(error, FileNotFoundError):
        if path.is_symlink():
            target = path.readlink()
            return Unreadable(f"{path.name} is a link to {target}, which is gone.", remedy="Remove it.")
        return Unreadable(f"{path.name} is gone.", remedy="Run the ingest again.")
    if isinstance(error, PermissionError):
        return Unreadable(f"{path.name} may not be read by this user.", remedy="Change its permissions.")
    if error.errno == errno.ELOOP:
        return Unreadable(f"{path.name} is a link that leads back to itself.", remedy="Mend or remove it.")
    reason = error.strerror or type(error).__name__
    return Unreadable(f"{path.name} cannot be read: {reason}.", remedy="Check the disk and the file.")
