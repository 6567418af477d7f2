"""Each document asked, in a chat: "survey: When does the lease end? Who is the tenant?" and a table as a file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.answer import where
from bot.errors import QuestionRefused
from bot.surfaces.chat.limits import limits_of
from bot.survey.survey import questions_of, survey
from bot.survey.table import title_of
from bot.text.shown import one_line

if TYPE_CHECKING:
    from bot.ask import Bot
    from bot.survey.table import Row, Survey
    from vectorstore.passage import Filter

FILE_NAME = "survey.csv"
MOST_CELLS = 3_000
"""Documents times questions: some minutes of work, for which a person in a chat still waits."""
ROWS_SHOWN = 10
WORDS_SHOWN = 80
"""Characters of a cell in the rows that are shown."""
USAGE = "Write questions behind it: survey: When does the lease end? Who is the tenant?"
IN_FILE = "All rows, each with its quotes, are in the file."
FOLLOWS = "A file could not be sent here, so all rows follow, each with its quotes."
ON_MENTION = "No file can be sent here. Mention me with the survey to get all rows, each with its quotes, as a file."

_BEGINS = re.compile(r"\s*survey\s*[:\N{FULLWIDTH COLON}]\s*", re.IGNORECASE)
_ENDS = re.compile(r"\n+|(?<=[?\N{FULLWIDTH QUESTION MARK}])\s+")


def survey_questions(text: str) -> tuple[str, ...] | None:
    """Return the questions of a message that asks for a survey, () where it has none; None for any other message.

    Each line is a question; so is what stands behind a question mark. What limits it (`limits.py`) is none.
    """
    text, _ = limits_of(text)
    begins = _BEGINS.match(text)
    if begins is None:
        return None
    return tuple(part.strip() for part in _ENDS.split(text[begins.end() :]) if part.strip())


def ask_each(bot: Bot, questions: Sequence[str], filter: Filter | None) -> Survey:
    """Ask each document that may be asked.

    Raises:
        QuestionRefused: There is no question, one cannot be asked, or there are too many documents for a chat.
    """
    if not questions:
        raise QuestionRefused("A survey asks each document the same questions.", remedy=USAGE)
    asked = questions_of(bot, questions, filter)
    documents = bot.library.count_documents(filter)
    if documents * len(asked) > MOST_CELLS:
        raise QuestionRefused(
            f"{len(asked):,} questions of {documents:,} documents are too many for a chat.",
            remedy="Ask fewer, or ask on the page or the command line.",
        )
    return survey(bot, asked, filter=filter)


def summary(found: Survey, rest: str) -> str:
    """Return how many documents say, and the first rows, a line each.

    Args:
        found: The table.
        rest: Where all rows are.
    """
    if not found.rows:
        return "There are no documents to ask."
    lines = [*found.summary, ""]
    for row in found.rows[:ROWS_SHOWN]:
        cells = (one_line(cell.words, limit=WORDS_SHOWN) if cell.says else cell.text for cell in row.cells)
        lines.append(f"{title_of(row.document)}: {'; '.join(cells)}")
    if len(found.rows) > ROWS_SHOWN:
        lines.append(f"The first {ROWS_SHOWN} of {len(found.rows):,} rows are shown.")
    return "\n".join([*lines, "", rest])


def table_file(found: Survey) -> str:
    """Return the whole table as CSV; its first character tells spreadsheets that it is UTF-8."""
    return f"\ufeff{found.csv()}"


def whole_rows(found: Survey) -> list[str]:
    """Return every row as a text with its quotes and their places, for where no file may be sent."""
    return [_whole(row) for row in found.rows]


def _whole(row: Row) -> str:
    lines = [title_of(row.document)]
    for cell in row.cells:
        quotes = " ".join(f"“{one_line(c.quote)}” ({where(c)})" for c in cell.citations)
        lines.append(f"{one_line(cell.question)} {one_line(cell.words) if cell.says else cell.text}. {quotes}".strip())
    return "\n".join(lines)
