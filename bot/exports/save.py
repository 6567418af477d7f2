"""Answers and conversations leave: as bytes in a format, or as a file whose name says which.

>>> save(ask("When was the deal signed?"), "deal.docx")  # doctest: +SKIP
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from importlib import import_module
from pathlib import Path

from bot.answer import Answer
from bot.errors import ExportError, SettingError
from bot.exports.sheet import Link, Sheet, sheet_of_answer, sheet_of_turns
from bot.links import address_of
from bot.question.conversation import Conversation

FORMATS = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "html": "text/html; charset=utf-8",
    "markdown": "text/markdown; charset=utf-8",
}
"""The media type of each format."""
SUFFIXES = {".docx": "docx", ".pdf": "pdf", ".html": "html", ".htm": "html", ".md": "markdown", ".markdown": "markdown"}
"""The format that a file's ending names."""
_WRITERS = {"docx": "bot.exports.word", "pdf": "bot.exports.pdf", "html": "bot.exports.html"}


def available() -> tuple[str, ...]:
    """Return the formats that can be written here: PDF needs a package of its own."""
    from bot.exports.pdf import available as sets_pages

    return tuple(format for format in FORMATS if format != "pdf" or sets_pages())


def written(sheet: Sheet, format: str) -> bytes:
    """Return a sheet in a format.

    Args:
        sheet: What to write.
        format: A key of `FORMATS`.

    Raises:
        ExtraMissing: A package for this format is not installed.
    """
    made: bytes = import_module(_WRITERS.get(format, "bot.exports.markdown")).write(sheet)
    return made


def format_of(path: Path | str) -> str:
    """Return the format that a file's name asks for.

    Raises:
        SettingError: Its ending is of none.
        ExtraMissing: A package for this format is not installed.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in SUFFIXES:
        raise SettingError(
            f"Nothing can be saved as {Path(path).name!r}: its ending names no format.",
            remedy=f"Give it one of these: {', '.join(SUFFIXES)}.",
        )
    format = SUFFIXES[suffix]
    if format == "pdf":
        from bot.exports.pdf import require

        require()
    return format


def save(what: Answer | Conversation | Iterable[Answer], path: Path | str, *, title: str = "", page: str = "") -> Path:
    """Save an answer or a whole conversation as Word, PDF, HTML or Markdown, with quotes and links.

    Args:
        what: An answer, a conversation, or several answers.
        path: Where to; the ending says how: .docx, .pdf, .html, .md. A file that is there is replaced.
        title: Of a conversation, "" for none.
        page: Address of the chat page, to which footnotes then link; else they link to the file or address itself.

    Returns:
        The file.

    Raises:
        SettingError: The ending names no format.
        ExportError: The file cannot be written, or is too long for a PDF.
        ExtraMissing: PDF needs `pip install "footnote-bot[pdf]"`.
    """
    path = Path(path)
    format = format_of(path)
    _put(path, written(_sheet(what, title=title, link=lambda citation: address_of(citation, page=page)), format))
    return path


def _sheet(what: Answer | Conversation | Iterable[Answer], *, title: str, link: Link) -> Sheet:
    folder = os.getcwd()  # noqa: PTH109
    if isinstance(what, Answer):
        return sheet_of_answer(what, link=link, folder=folder)
    if isinstance(what, Conversation):
        turns = [(turn.question, turn.answer) for turn in what.turns]
    else:
        turns = [(answer.question, answer) for answer in what]
    return sheet_of_turns(title, turns, link=link, folder=folder)


def _put(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    except OSError as error:
        with suppress(OSError):
            beside.unlink()
        raise ExportError(f"{path} cannot be written: {error.strerror}.", remedy="Choose another place.") from error
