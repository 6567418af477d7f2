"""`footnote ask`: one question, one answer with its footnotes."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.surfaces.cli.asking import Asking, takes_asking_options
from bot.surfaces.cli.options import (
    JsonOption,
    make_console,
    print_json,
    question_from,
    require_embedding_model,
    require_library,
    require_match,
    styled,
)
from bot.text.shown import one_line

if TYPE_CHECKING:
    from bot.answer import Answer
    from bot.ask import Bot
    from bot.question.conversation import Conversation
    from bot.settings.settings import Settings
    from bot.survey.table import Survey
    from vectorstore.passage import Filter, Passage

Words = Annotated[
    list[str] | None,
    typer.Argument(metavar="QUESTION", help='The question; "-" reads it from standard input.'),
]

SaveOption = Annotated[
    Path | None,
    typer.Option("--save", metavar="FILE", help="Save the answer too; the ending says how: .docx, .pdf, .html, .md."),
]

NEAREST_SHOWN = 5


@takes_asking_options
def ask(words: Words = None, json: JsonOption = False, save: SaveOption = None, *, asking: Asking) -> None:
    """Answer a question from the documents, with footnotes.

    Example: footnote ask "When was the deal signed?" --save deal.docx
    """
    question = question_from(words)
    if save:
        require_new_file(save)
    settings, chosen = asking.settings, asking.filter
    require_library(settings)
    require_embedding_model(settings)
    from bot.ask import Bot

    bot = Bot(settings=settings)
    try:
        require_match(bot.library, chosen)
        if json:
            answer = bot.ask(question, filter=chosen)
            print_json(answer.as_dict())
        else:
            answer = show_answer(bot, question, settings=settings, filter=chosen)
        if save:
            save_as(answer, save, settings=settings)
            if save.suffix.lower() == ".pdf":
                _add_pages(bot, answer, save, settings=settings)
    finally:
        bot.close()


def require_new_file(path: Path, *, survey: bool = False) -> None:
    """Refuse, before anything is asked, what could not be saved, and to write over what may be a document.

    Args:
        path: Where an answer, or a survey, shall be saved.
        survey: Whether it is a survey, which has formats of its own.

    Raises:
        SettingError: The ending names no format, or there is such a file.
        ExtraMissing: A package for this format is not installed.
    """
    from bot.errors import SettingError
    from bot.exports.save import format_of, survey_format_of

    (survey_format_of if survey else format_of)(path)
    if path.exists():
        raise SettingError(f"There is a file {path} already.", remedy="Choose another name, or delete it first.")


def save_as(what: Answer | Conversation | Survey, path: Path, *, settings: Settings) -> None:
    """Save an answer, a conversation or a survey, and say so where it does not disturb what is piped on."""
    from bot.exports.save import save

    saved = save(what, path, page=settings.page_url)
    print(f"Saved {one_line(str(saved))}.", file=sys.stderr)


def _add_pages(bot: Bot, answer: Answer, path: Path, *, settings: Settings) -> None:
    """Put the pages on which footnotes stand, with their words lit, behind an answer that was saved as PDF."""
    from bot.printed import PrintedPages
    from ingest.errors import LoadError

    part = path.with_name(f"{path.name}.part")
    with PrintedPages(bot.library, settings) as pages:
        try:
            lit = pages.pdf(answer.citations, after=path.read_bytes())
        except LoadError as error:
            print(f"The pages of its footnotes are not in it. {error}", file=sys.stderr)
            return
    part.write_bytes(lit.pdf)
    part.replace(path)
    for left_out in lit.left_out:
        print(left_out, file=sys.stderr)


def show_answer(
    bot: Bot,
    question: str,
    *,
    settings: Settings,
    filter: Filter | None = None,
    conversation: Conversation | None = None,
) -> Answer:
    """Ask and print for a person: in colour and as it comes at a terminal, as plain text elsewhere."""

    def nearest(answer: Answer) -> tuple[Passage, ...]:
        if not (answer.abstained and settings.show_nearest):
            return ()
        return answer.passages[:NEAREST_SHOWN] or bot.nearest(question, limit=NEAREST_SHOWN, filter=filter)

    folder = os.getcwd()  # noqa: PTH109
    if styled():
        from bot.surfaces.cli.terminal import show_stream

        stream = bot.stream(question, conversation=conversation, filter=filter)
        return show_stream(make_console(), stream, nearest=nearest, show_withheld=settings.show_withheld, folder=folder)
    from bot.answer import plain_text

    answer = bot.ask(question, conversation=conversation, filter=filter)
    print(plain_text(answer, nearest=nearest(answer), show_withheld=settings.show_withheld, folder=folder))
    return answer
