"""What is done with a PDF for a printed page, in a process of its own: `Workers.task` asks, this module answers.

Requests and results are JSON, with bytes beside it. A file is read once, and only if it is byte for byte the one
that the library read; so a file that was put in its place is never shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

from ingest.errors import LoadError, OriginalChanged, OriginalGone, PasswordNeeded, TooLarge, Unreadable
from ingest.printed.drawing import add_lit_page, picture_of
from ingest.printed.glyphs import glyphs_of, glyphs_of_scan
from ingest.printed.marks import Marks, marks_of
from ingest.reading.load import regular_size

Json = dict[str, Any]


def perform(
    path: Path,
    task: Mapping[str, Any],
    given: bytes = b"",
    *,
    max_bytes: int,
    more_time: Callable[[float], None] = lambda _: None,
) -> tuple[Json, bytes]:
    """Do one task and return its result.

    Args:
        path: The file.
        task: "kind" with its arguments: "picture" (page, width), "marks" (runs) or "lit" (files, each with path,
            sha256 and runs); "passwords", and "sha256" of the file. Pages are counted from 0. A run is the "text" of
            its page, "start" and "end" in it, "find" (false where nothing says where words stand), "words" (with
            their boxes, of a page that OCR read; else none), and for "lit" a "label".
        given: For "lit", a PDF of our own whose pages come first; b"" for none.
        max_bytes: Larger files are refused.
        more_time: Called before each file of "lit", which then has the limit of time for itself.

    Raises:
        LoadError: Why it cannot be done and what to do; never another exception.
    """
    try:
        if task["kind"] == "lit":
            return _lit(task, given, max_bytes, more_time)
        with _opened(path, task, max_bytes) as document:
            if task["kind"] == "marks":
                return {"pages": [_marked(document, run) for run in task["runs"]]}, b""
            with _page(document, task["page"]) as page:
                picture, width, height = picture_of(page, task["width"])
                return {"width": width, "height": height}, picture
    except (LoadError, MemoryError):
        raise
    except Exception as error:
        # pdfium has errors of many kinds for damaged pages.
        raise _undrawn() from error


def _marked(document: Any, run: Mapping[str, Any]) -> Json:
    with _page(document, run["page"]) as page:
        width, height = page.get_size()
        marks = _marks(page, run)
        return {"width": width, "height": height, "boxes": marks.boxes, "lit": marks.lit}


def _marks(page: Any, run: Mapping[str, Any]) -> Marks:
    if not run["find"]:
        return Marks()
    words = run.get("words", ())
    glyphs = glyphs_of_scan(words, *page.get_size()) if words else glyphs_of(page)
    return marks_of(glyphs, run["text"], run["start"], run["end"])


def _lit(
    task: Mapping[str, Any], given: bytes, max_bytes: int, more_time: Callable[[float], None]
) -> tuple[Json, bytes]:
    """Return one PDF with the page of each run lit: how many `pages` it has, what is `left_out` and why."""
    from pypdfium2 import PdfDocument, PdfiumError

    whole = PdfDocument(given) if given else PdfDocument.new()
    before = len(whole)
    left_out: list[Json] = []
    try:
        for number, file in enumerate(task["files"]):
            more_time(0)
            try:
                with _opened(Path(file["path"]), {**task, **file}, max_bytes) as document:
                    for run in file["runs"]:
                        with _page(document, run["page"]) as page:
                            boxes = _marks(page, run).boxes
                        add_lit_page(whole, document, run["page"], boxes, label=run["label"])
            except (LoadError, PdfiumError) as error:
                told = error if isinstance(error, LoadError) else _undrawn()
                left_out.append({"file": number, "message": told.message, "remedy": told.remedy})
        pages = len(whole) - before
        if not pages:
            return {"pages": 0, "left_out": left_out}, given
        kept = BytesIO()
        whole.save(kept)
        return {"pages": pages, "left_out": left_out}, kept.getvalue()
    finally:
        whole.close()


@contextmanager
def _opened(path: Path, task: Mapping[str, Any], max_bytes: int) -> Iterator[Any]:
    """Open a PDF whose digest is `task["sha256"]`."""
    from pypdfium2 import PdfDocument, PdfiumError
    from pypdfium2.raw import FPDF_ERR_PASSWORD

    data = _read(path, task["sha256"], max_bytes)
    document = None
    for password in (None, *task["passwords"]):
        try:
            document = PdfDocument(data, password=password)
            break
        except PdfiumError as error:
            if error.err_code != FPDF_ERR_PASSWORD:
                raise
    if document is None:
        raise PasswordNeeded(
            "The page cannot be shown: the file is encrypted, and its password is not in the settings.",
            remedy="Set FOOTNOTE_FILE_PASSWORDS.",
        )
    try:
        if document.get_formtype():
            document.init_forms()
        yield document
    finally:
        document.close()


def _read(path: Path, digest: str, max_bytes: int) -> bytes:
    try:
        size = regular_size(path)
        if size > max_bytes:
            raise TooLarge(f"The file is larger than {max_bytes // 2**20:,} MB; its pages are not shown.")
        data = path.read_bytes()
    except (OSError, Unreadable) as error:
        raise OriginalGone() from error
    if sha256(data).hexdigest() != digest:
        raise OriginalChanged()
    return data


@contextmanager
def _page(document: Any, index: int) -> Iterator[Any]:
    from pypdfium2 import PdfiumError

    if not 0 <= index < len(document):
        raise Unreadable("The file has no page with this number.")
    try:
        page = document[index]
    except PdfiumError as error:
        raise _undrawn() from error
    try:
        yield page
    finally:
        page.close()


def _undrawn() -> Unreadable:
    return Unreadable("This page cannot be drawn; the file is damaged there.", remedy="Its text is still here.")
