"""PDF: text by page, with lines joined to whole sentences."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NoReturn

from pypdfium2 import PdfDocument, PdfiumError
from pypdfium2.raw import FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY

from ingest.document import Loaded, LoadOptions
from ingest.errors import NoText, PasswordNeeded, Unreadable
from ingest.loaders.builder import TextBuilder, one_line

_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})
# pdfium marks a hyphen at a line end that only breaks a word; other producers leave the hyphen itself.
_BROKEN_WORD = re.compile("[\ufffe\x02\u00ad]\n?")
_HYPHEN_END = re.compile(r"(?<=[^\W\d_])-\n(?=[a-zß-öø-ÿ])")
_BULLET = re.compile(r"^\s*(?:[•◦▪‣·–*-]\s|\(?\d{1,3}[.)]\s|\(?[a-zA-Z][.)]\s)")
_SOFTWARE_TITLE = re.compile(
    r"(?:untitled|microsoft word\b|powerpoint\b|slide 1\b|document\d*$|.*\.\w{2,5}$)", re.IGNORECASE
)
_ENDS = tuple('.!?:;。！？…"”’)]')


def load(path: Path, options: LoadOptions) -> Loaded:
    """Read a PDF file, trying the passwords of `options` where it needs one."""
    document = _open(path, options.passwords)
    try:
        texts = [_page_text(document, index) for index in range(len(document))]
        title = document.get_metadata_value("Title")
    finally:
        document.close()
    if not any(text.strip() for text in texts):
        raise NoText(
            f"{path.name} has no text layer: its pages are pictures, or empty.",
            remedy='To read scans, install Tesseract and pip install "footnote-bot[ocr]".',
        )
    builder = TextBuilder("application/pdf")
    for number, text in enumerate(texts, 1):
        builder.place("page", number)
        for paragraph in paragraphs(text):
            builder.paragraph(paragraph)
    if empty := sum(not text.strip() for text in texts):
        builder.note(f"{empty} of {len(texts)} pages have no text layer.")
    return builder.finish(title=_worthy(title, path))


def _open(path: Path, passwords: tuple[str, ...]) -> PdfDocument:
    for password in (None, *passwords):
        try:
            return PdfDocument(path, password=password)
        except PdfiumError as error:
            if error.err_code not in (FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY):
                _damaged(path, error)
    said = "none of the given passwords opens it" if passwords else "a password is needed to open it"
    raise PasswordNeeded(f"{path.name} is encrypted; {said}.", remedy="Give it with --password.")


def _damaged(path: Path, error: PdfiumError) -> NoReturn:
    raise Unreadable(
        f"{path.name} is damaged, or no PDF file.", remedy="Open it in a PDF viewer and save it again."
    ) from error


def _page_text(document: PdfDocument, index: int) -> str:
    try:
        page = document[index]
        textpage = page.get_textpage()
    except PdfiumError:
        return ""  # A page that cannot be drawn; counted among those without text.
    try:
        return str(textpage.get_text_range())
    finally:
        textpage.close()
        page.close()


def paragraphs(text: str) -> list[str]:
    """Join the lines of a page to paragraphs, so that sentences are whole.

    A line goes on in the next unless it is clearly shorter than the widest ones of its page or the
    next one begins a list item.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_LIGATURES)
    text = _HYPHEN_END.sub("", _BROKEN_WORD.sub("", text))
    lines = [one_line(line) for line in text.split("\n")]
    widths = sorted(len(line) for line in lines if line)
    width = widths[int(len(widths) * 0.9)] if widths else 0
    joined: list[str] = []
    goes_on = False
    for line in lines:
        if not line:
            goes_on = False
            continue
        if goes_on and not _BULLET.match(line):
            joined[-1] += " " + line
        else:
            joined.append(line)
        full = len(line) > 0.75 * width
        goes_on = full or (len(line) > 0.5 * width and not line.endswith(_ENDS))
    return joined


def _worthy(title: str, path: Path) -> str:
    """Return the document's own title unless it is what software puts there by itself."""
    title = one_line(title)
    return "" if _SOFTWARE_TITLE.match(title) or title == path.stem else title
