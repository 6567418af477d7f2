"""PDF: text by page in reading order, with sentences whole; forms, notes, bookmarks; scans by OCR.

pdfium (through pypdfium2; BSD and Apache) reads the page; the order of columns, running heads, broken
words and paragraphs are made good in the modules beside this one.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

from ingest.document import Loaded, LoadOptions
from ingest.errors import NoText, PasswordNeeded, TooLarge, Unreadable
from ingest.loaders.archives.members import add_member
from ingest.loaders.builder import TextBuilder, one_line
from ingest.loaders.ocr.lines import SIZE, lines_of
from ingest.loaders.pdf.extras import attachments, bookmarks, notes_of
from ingest.loaders.pdf.forms import xfa_values
from ingest.loaders.pdf.layout import ordered, without_running_heads
from ingest.loaders.pdf.line import Line
from ingest.loaders.pdf.lines import read_lines
from ingest.loaders.pdf.paragraphs import Paragraph, paragraphs
from ingest.loaders.pdf.pictures import pictures_on
from ingest.loaders.pdf.scans import STAMP, is_picture, read_scans, scan_of
from ingest.loaders.pdf.style import style_of
from ingest.loaders.pdf.upright import put_upright

MEDIA_TYPE = "application/pdf"
MAX_PAGES = 20_000
MAX_LINES = 3_000_000
XFA = (2, 3)
"""Kinds of forms that are made with XFA, as pdfium numbers them."""
NAMED = 5
"""Pages that a note names by their numbers."""
_OCR_ALL = "Run OCR over the whole file, for instance ocrmypdf --force-ocr, and add what comes out."
_SHELL = ("Please wait...", "To view the full contents of this document, you need")
_DATA = (".xml", ".xsd", ".xsl", ".joboptions", ".json")
_NO_LETTERS = bytes(code for code in range(128) if not chr(code).isalpha())
_SOFTWARE_TITLE = re.compile(
    r"(?:untitled|microsoft word\b|powerpoint\b|slide 1\b|document\d*$|.*\.\w{2,5}$)", re.IGNORECASE
)
_NUMBER_TITLE = re.compile(r"[\W\d_]+$")
"""A number of the publisher's instead of a title: the name of the file says more, and so it does than a first
heading."""


def load(path: Path, options: LoadOptions) -> Loaded:
    """Read a PDF file, trying the passwords of `options` where it needs one."""
    builder = TextBuilder(MEDIA_TYPE)
    with _opened(path, options.passwords) as document:
        count = len(document)
        if count > MAX_PAGES:
            raise TooLarge(f"{path.name} has {count:,} pages, more than {MAX_PAGES:,}.", remedy="Split it.")
        inside: list[tuple[str, bytes]] = []
        pages, asides, drawn, wordy, damaged = _read(document, inside)
        garbled, hidden = _without_noise(pages)
        inside = list(dict.fromkeys([*attachments(document), *inside]))  # a pinned one may be listed too
        filled = xfa_values(document) if document.get_formtype() in XFA else []
        if sum(map(len, pages)) > MAX_LINES:
            raise TooLarge(f"{path.name} has more text than one file may have.", remedy="Split it.")
        letters = [sum(len(line.text) for line in lines) for lines in pages]
        pictures = [
            index for index in range(count)
            if index in hidden or (not asides[index] and is_picture(document, index, letters[index]))
        ]  # fmt: skip
        scanned, engine, how = read_scans(document, pictures, options)
        outline = bookmarks(document, limit=MAX_PAGES)
        title = one_line(document.get_metadata_value("Title"))
    if document_is_shell := any(map(_is_shell, pages[:1])):
        pages[0] = []
    if filled and not any(map(any, asides)):
        asides[0] = filled
    size = style_of(pages, {}).size if any(pages) else SIZE
    for index, reading in scanned.items():
        known = {_letters(line.text) for line in pages[index]}
        lines = lines_of(reading, size=size, page=index)
        pages[index] += [line for line in lines if _letters(line.text) not in known]
    pages, heads = without_running_heads(pages)
    _write(builder, paragraphs(pages, style_of(pages, outline)), asides, frozenset(scanned))
    for number, (name, data) in enumerate(inside, start=1):
        _add_attachment(builder, name, data, options, number=number, beside=any(map(any, pages)))
    # One at the same place of several pages is a letterhead.
    for _ in set[tuple[int, ...]]().union(*(drawn[i] for i in range(count) if i not in scanned and i not in pictures)):
        builder.unread("picture")
    if damaged:
        builder.note(f"{damaged} of {count} pages are damaged and were left out.")
    for index in sorted(hidden - scanned.keys()):
        builder.note(f"Page {index + 1} cannot be read as text: its font hides what its characters are. {how}".strip())
    if left := len(set(pictures) - hidden - scanned.keys()):
        builder.note(f"{left} of {count} pages have no text layer. {how}".strip())
    if scanned:
        what = "scanned page was" if len(scanned) == 1 else "scanned pages were"
        builder.note(f"{len(scanned)} {what} read by OCR ({engine}), which may err.")
    for part, why in (garbled, "its font hides what its characters are"), (wordy, "words there are drawn as pictures"):
        if left_out := sorted(part - scanned.keys() - set(pictures)):
            builder.note(f"Part of {_pages(left_out)} cannot be read as text: {why}. {_OCR_ALL}")
    if heads:
        builder.note(f"{heads} repeated heads and feet of pages were left out.")
    try:
        if _NUMBER_TITLE.match(title):
            title = path.stem
        elif _SOFTWARE_TITLE.match(title) or title == path.stem:
            title = ""
        loaded = builder.finish(title=title)
    except NoText as error:
        if document_is_shell:
            raise NoText(
                f"{path.name} is a form of Adobe's (XFA) without values; only Adobe's programs draw its pages.",
                remedy="Open it in Adobe Reader, print it as PDF, and add that file.",
            ) from error
        if not pictures:
            raise NoText(
                f"The pages of {path.name} are empty: no text layer, and no picture of any.",
                remedy="There is nothing to search in it.",
            ) from error
        if hidden:
            said = f"{path.name} cannot be read as text: its fonts hide what their characters are."
            raise NoText(said, remedy=how) from error
        raise NoText(f"{path.name} has no text layer: its pages are pictures.", remedy=how) from error
    return replace(loaded, scans=tuple(scan_of(index, reading) for index, reading in scanned.items()))


def _is_shell(lines: list[Line]) -> bool:
    """Tell whether a page only says that another program is needed, as the one of an XFA form does."""
    return len(lines) < 40 and any(line.text.startswith(_SHELL) for line in lines)


def _add_attachment(
    builder: TextBuilder, name: str, data: bytes, options: LoadOptions, *, number: int, beside: bool
) -> None:
    """Add the text of a file inside this one; data for programs, beside pages that say the same, is only named."""
    if beside and name.lower().endswith(_DATA):
        builder.note(f"{name}, attached, was left out: it is data for programs.")
    elif not data:
        builder.note(f"{name}, attached, cannot be read.")
    else:
        add_member(builder, name, data, options, number=number)


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text)).casefold()


def _pages(indexes: list[int]) -> str:
    """Return the numbers of pages as they are said, the first few of many."""
    if len(indexes) == 1:
        return f"page {indexes[0] + 1}"
    numbers = [str(index + 1) for index in indexes[:NAMED]]
    more = len(indexes) - len(numbers)
    return f"pages {', '.join(numbers[:-1])}{f', {numbers[-1]} and {more} more' if more else f' and {numbers[-1]}'}"


def _without_noise(pages: list[list[Line]]) -> tuple[set[int], set[int]]:
    """Take out lines that are signs without sense; return the pages of which some is left, and those of which none."""
    garbled = {i for i, lines in enumerate(pages) if any(line.hidden for line in lines) or _is_garbled(lines)}
    hidden: set[int] = set()
    for index in garbled:
        kept = [line for line in pages[index] if not line.hidden and not _is_noise(line.text)]
        left, all_of_it = (sum(len(_letters(line.text)) for line in lines) for lines in (kept, pages[index]))
        if left <= min(STAMP, 0.5 * all_of_it) or _is_garbled(kept):
            kept = []
            hidden.add(index)
        pages[index] = kept
    return garbled - hidden, hidden


def _is_garbled(lines: list[Line]) -> bool:
    """Tell whether a page's text is signs without sense: its font has no table of characters."""
    text = "".join(line.text for line in lines)
    if len(text) < 300:
        return False
    sample = text[:4_000].replace(" ", "").replace("\t", "").replace(".", "").replace("…", "")
    if len(sample.encode("ascii", "ignore").translate(None, _NO_LETTERS)) >= 0.3 * len(sample):
        return False  # nearly every page, told without a look at each character
    letters = sum(map(str.isalpha, sample))
    digits = sum(map(str.isdigit, sample))
    return letters < 0.3 * len(sample) and digits < 0.25 * len(sample)


def _is_noise(text: str) -> bool:
    """Tell whether a line is control characters, as a font gives that has no table of characters."""
    return 3 * sum(character < " " and character != "\t" for character in text) > len(text)


@contextmanager
def _opened(path: Path, passwords: tuple[str, ...]) -> Iterator[Any]:
    document = _open(path, passwords)
    try:
        yield document
    finally:
        document.close()


def _open(path: Path, passwords: tuple[str, ...]) -> Any:
    from pypdfium2 import PdfDocument, PdfiumError
    from pypdfium2.raw import FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY

    for password in (None, *passwords):
        try:
            document = PdfDocument(path, password=password)
            if document.get_formtype():
                # Its warning about forms made with XFA is for developers: it would reach a person.
                logging.getLogger("pypdfium2").setLevel(logging.ERROR)
                document.init_forms()
            if not len(document):
                _damaged(path, None)
            return document
        except PdfiumError as error:
            if error.err_code not in (FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY):
                _damaged(path, error)
    said = "none of the given passwords opens it" if passwords else "a password is needed to open it"
    raise PasswordNeeded(f"{path.name} is encrypted; {said}.", remedy="Give it with --password.")


def _damaged(path: Path, error: Exception | None) -> NoReturn:
    raise Unreadable(
        f"{path.name} is damaged, or no PDF file.", remedy="Open it in a PDF viewer and save it again."
    ) from error


def _read(
    document: Any, inside: list[tuple[str, bytes]]
) -> tuple[list[list[Line]], list[list[str]], list[set[tuple[int, ...]]], set[int], int]:
    """Return lines, asides (form values, notes) and pictures of each page, the pages with words drawn as pictures, and
    how many pages are damaged.

    Files that are pinned to pages are added to `inside`.
    """
    from pypdfium2 import PdfiumError

    pages: list[list[Line]] = []
    asides: list[list[str]] = []
    drawn: list[set[tuple[int, ...]]] = []
    wordy: set[int] = set()
    damaged = 0
    for index in range(len(document)):
        pages.append([])
        asides.append([])
        drawn.append(set())
        try:
            page = document[index]
        except PdfiumError:
            damaged += 1
            continue
        try:
            textpage = page.get_textpage()
            if put_upright(page, textpage):
                textpage.close()
                textpage = page.get_textpage()
            pages[index] = ordered(read_lines(page, textpage, index))
            asides[index] = notes_of(document, page, pages[index], inside)
            drawn[index], has_words = pictures_on(page)
            wordy |= {index} if has_words else set()
            textpage.close()
        except PdfiumError:
            damaged += 1
        finally:
            page.close()
    return pages, asides, drawn, wordy, damaged


def _write(builder: TextBuilder, found: list[Paragraph], asides: list[list[str]], scanned: frozenset[int]) -> None:
    """Write paragraphs page by page, form values and notes behind the text of their page."""
    at = -1

    def turn_to(page: int) -> None:
        nonlocal at
        while at < page:
            if at >= 0:
                for aside in asides[at]:
                    builder.paragraph(aside)
            at += 1
            builder.place("page", at + 1, by_ocr=at in scanned)

    for paragraph in found:
        for number, (page, text) in enumerate(paragraph.pieces):
            if number and not asides[at]:
                turn_to(page)
                builder.more(text)
                continue
            turn_to(page)
            if paragraph.level and not number:
                builder.heading(text, paragraph.level)
                builder.title = builder.title or one_line(text)
            else:
                builder.ready(text)
    turn_to(len(asides))
    # The last step opened a page that there is not.
    builder.forget_place()
