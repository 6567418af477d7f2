"""Printed pages: the picture of a page of a document, where a footnote's words stand on it, and such pages as a PDF.

Only PDFs have printed pages. They are drawn from the file that was read, in processes of their own (`ingest/printed/`),
and only while it is byte for byte that file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from bot.answer import Citation
from ingest.errors import LoadError
from vectorstore.passage import Filter
from vectorstore.records import DocumentInfo

if TYPE_CHECKING:
    from bot.settings.settings import Settings
    from vectorstore.library import Library

MEDIA_TYPE = "application/pdf"
MOST_RUNS = 8
"""Pages of one run of text on which words are looked for."""
MOST_FOOTNOTES = 60
"""Footnotes whose pages are put into one PDF."""
SECONDS = 20.0
MEMORY = 1024**3
"""What drawing one page, or finding words on one, may take; a PDF of pages gets so long for each file."""


@dataclass(frozen=True, slots=True)
class PrintedPage:
    """A page on which words of a document stand.

    Attributes:
        number: Of the page, from 1.
        width, height: In points.
        boxes: x, y, width, height of each line of the words, or part of one, in shares of the page's width and height
            from its top left corner.
        lit: "all" of the words were found on it, "part" of them, or "none".
        scanned: Its words were read by OCR; of a document that an earlier version read, where they stand was not kept.
    """

    number: int
    width: float
    height: float
    boxes: tuple[tuple[float, float, float, float], ...]
    lit: Literal["all", "part", "none"]
    scanned: bool = False


@dataclass(frozen=True, slots=True)
class LitPages:
    """Pages with words lit as one PDF.

    Attributes:
        pdf: The bytes of the file; what they came after where there is no page, b"" where that was nothing.
        pages: How many of them it has.
        left_out: Sentences about footnotes whose pages it does not have.
    """

    pdf: bytes
    pages: int
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Run:
    """A run of the stored text on one page: page counted from 0, the page's text, offsets into it.

    Of a page that OCR read, `words` says where its words stand.
    """

    page: int
    text: str
    start: int
    end: int
    scanned: bool = False
    words: tuple[tuple[str, int, int, int, int], ...] = ()

    def record(self, **more: Any) -> dict[str, Any]:
        run = {"page": self.page, "text": self.text, "start": self.start, "end": self.end}
        return {**run, "find": not self.scanned or bool(self.words), "words": self.words, **more}


class PrintedPages:
    """Draws the pages of a library's PDFs. Safe in many threads; `close` ends its processes.

    Args:
        library: An open library.
        settings: Passwords and limits of reading files.
        count: Processes at most; each is started when it is needed.
    """

    def __init__(self, library: Library, settings: Settings, *, count: int = 1) -> None:
        from ingest.reading.worker import Limits, Workers

        memory = min(MEMORY, settings.file_memory_megabytes * 1024 * 1024)
        self._library = library
        self._passwords = settings.file_passwords
        self._workers = Workers(count=count, limits=Limits(seconds=SECONDS, memory=memory))

    def __enter__(self) -> PrintedPages:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the processes."""
        self._workers.close()

    def marks(self, document: DocumentInfo, start: int, end: int) -> list[PrintedPage]:
        """Return the pages on which a run of a document's text stands, each with the boxes of its words.

        Args:
            document: Any; one that is no PDF has none.
            start, end: Offsets into its text; the first MOST_RUNS pages are looked at.

        Raises:
            LoadError: The file is gone or changed, or its pages cannot be drawn.
        """
        runs = self._runs(document, start, end)
        if not runs:
            return []
        records = [run.record() for run in runs]
        with _said_of_the_file(document):
            found, _ = self._workers.task(Path(document.path), self._task(document, kind="marks", runs=records))
        return [_page(run, page) for run, page in zip(runs, found["pages"], strict=True)]

    def picture(self, document: DocumentInfo, number: int, width: int) -> bytes:
        """Return a page as PNG.

        Args:
            document: A PDF.
            number: Of the page, from 1.
            width: In pixels; a page that is very long is drawn smaller.

        Raises:
            LoadError: As `marks`.
        """
        with _said_of_the_file(document):
            task = self._task(document, kind="picture", page=number - 1, width=width)
            return self._workers.task(Path(document.path), task)[1]

    def pdf(self, citations: Sequence[Citation], *, after: bytes = b"") -> LitPages:
        """Return one PDF: for each footnote into a PDF, in order, the page that it stands on with its words lit.

        Args:
            citations: The footnotes of an answer.
            after: A PDF of our own, as of the answer itself, whose pages come first; it stays as it is.

        Raises:
            LoadError: They could not be put together within the limits.
        """
        files: list[dict[str, Any]] = []
        names: list[str] = []
        known = self._infos(citations)
        for citation in citations[:MOST_FOOTNOTES]:
            info = known.get(citation.document)
            runs = self._runs(info, citation.start, citation.end) if info else []
            if info and runs:
                label = f"[{citation.number}]"
                records = [run.record(label=label) for run in runs]
                files.append({"path": info.path, "sha256": info.sha256, "runs": records})
                names.append(label)
        found: dict[str, Any] = {"pages": 0, "left_out": []}
        pdf = after
        if files:
            task = {"kind": "lit", "files": files, "passwords": self._passwords}
            found, pdf = self._workers.task(Path(files[0]["path"]), task, after)
        told = [f"{names[gone['file']]} {gone['message']}" for gone in found["left_out"]]
        if len(citations) > MOST_FOOTNOTES:
            told.append(f"Only the first {MOST_FOOTNOTES} footnotes have pages here.")
        return LitPages(pdf, found["pages"], tuple(told))

    def _infos(self, citations: Sequence[Citation]) -> dict[str, DocumentInfo]:
        ids = tuple({citation.document for citation in citations})
        return {info.id: info for info in self._library.documents(Filter(documents=ids))} if ids else {}

    def _task(self, document: DocumentInfo, **more: Any) -> dict[str, Any]:
        return {"sha256": document.sha256, "passwords": self._passwords, **more}

    def _runs(self, document: DocumentInfo, start: int, end: int) -> list[_Run]:
        """Return what of the text[start:end] stands on each page."""
        if document.media_type != MEDIA_TYPE:
            return []
        places = [place for place in self._library.places(document.id) if place.kind == "page"]
        ends = [place.start for place in places[1:]] + [document.characters]
        runs = []
        for place, stop in zip(places, ends, strict=True):
            first, last = max(start, place.start), min(end, stop)
            if first >= last:
                continue
            text = self._library.text(document.id, place.start, stop)
            # What parts two pages in the text, a blank or an empty line, is on neither.
            if text[first - place.start : last - place.start].strip():
                offsets = (first - place.start, last - place.start)
                scan = self._library.scan(document.id, place.number) if place.by_ocr else None
                runs.append(_Run(place.number - 1, text, *offsets, place.by_ocr, scan.words if scan else ()))
            if len(runs) == MOST_RUNS:
                break
        return runs


def _page(run: _Run, found: dict[str, Any]) -> PrintedPage:
    width, height = found["width"], found["height"]
    shares = tuple(
        (x0 / width, y0 / height, (x1 - x0) / width, (y1 - y0) / height) for x0, y0, x1, y1 in found["boxes"]
    )
    return PrintedPage(run.page + 1, width, height, shares, found["lit"], run.scanned)


@contextmanager
def _said_of_the_file(document: DocumentInfo) -> Iterator[None]:
    """Say "The file" for a name of ours, as uploads have, in what goes wrong."""
    try:
        yield
    except LoadError as error:
        raise type(error)(error.message.replace(Path(document.path).name, "The file"), remedy=error.remedy) from error
