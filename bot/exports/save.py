"""Answers, conversations and surveys leave: as bytes in a format, or as a file whose name says which.

>>> save(ask("When was the deal signed?"), "deal.docx")  # doctest: +SKIP
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from importlib import import_module
from pathlib import Path

from bot.answer import Answer, Citation
from bot.errors import ExportError, SettingError
from bot.exports.sheet import Link, Sheet, sheet_of_answer, sheet_of_turns
from bot.links import address_of
from bot.question.conversation import Conversation
from bot.survey.table import Survey

FORMATS = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "html": "text/html; charset=utf-8",
    "markdown": "text/markdown; charset=utf-8",
}
"""The media type of each format."""
SUFFIXES = {".docx": "docx", ".pdf": "pdf", ".html": "html", ".htm": "html", ".md": "markdown", ".markdown": "markdown"}
"""The format that a file's ending names."""
SURVEY_FORMATS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "markdown": "text/markdown; charset=utf-8",
    "json": "application/json",
}
"""The media type of each format of surveys."""
SURVEY_SUFFIXES = {".xlsx": "xlsx", ".csv": "csv", ".md": "markdown", ".markdown": "markdown", ".json": "json"}
"""The format of surveys that a file's ending names."""
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
    format = _named(path, SUFFIXES)
    if format == "pdf":
        from bot.exports.pdf import require

        require()
    return format


def _named(path: Path | str, suffixes: Mapping[str, str]) -> str:
    suffix = Path(path).suffix.lower()
    if suffix not in suffixes:
        raise SettingError(
            f"Nothing can be saved as {Path(path).name!r}: its ending names no format.",
            remedy=f"Give it one of these: {', '.join(suffixes)}.",
        )
    return suffixes[suffix]


def survey_format_of(path: Path | str) -> str:
    """Return the format of surveys that a file's name asks for.

    Raises:
        SettingError: Its ending is of none.
    """
    return _named(path, SURVEY_SUFFIXES)


def written_survey(survey: Survey, format: str, *, link: Link, folder: str = "") -> bytes:
    """Return a survey in a format.

    Args:
        survey: What was found.
        format: A key of `SURVEY_FORMATS`.
        link: Returns the address at which a footnote can be read, or "".
        folder: Sources inside this folder are shown relative to it.
    """
    if format == "xlsx":
        from bot.exports.workbook import write

        return write(survey, link=link, folder=folder)
    if format == "csv":
        return f"\ufeff{survey.csv()}".encode("utf-8", "replace")  # the mark tells Excel that it is UTF-8
    if format == "json":
        return (json.dumps(survey.as_dict(), indent=2) + "\n").encode("ascii")
    return f"{survey.markdown(folder=folder, link=link)}\n".encode("utf-8", "replace")


def save(
    what: Answer | Conversation | Survey | Iterable[Answer], path: Path | str, *, title: str = "", page: str = ""
) -> Path:
    """Save an answer or a whole conversation as Word, PDF, HTML or Markdown, with quotes and links; or a survey.

    Args:
        what: An answer, a conversation, several answers, or a survey.
        path: Where to; the ending says how: .docx, .pdf, .html, .md; for a survey .xlsx, .csv, .md, .json. A file that
            is there is replaced.
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

    def link(citation: Citation) -> str:
        return address_of(citation, page=page)

    if isinstance(what, Survey):
        made = written_survey(what, survey_format_of(path), link=link, folder=os.getcwd())  # noqa: PTH109
    else:
        made = written(_sheet(what, title=title, link=link), format_of(path))
    _put(path, made)
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
