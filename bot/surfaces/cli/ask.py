"""`footnote ask`: one question, one answer with its footnotes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from bot.surfaces.cli.asking import Asking, takes_asking_options
from bot.surfaces.cli.options import (
    JsonOption,
    make_console,
    print_json,
    question_from,
    require_library,
    require_match,
    styled,
)

if TYPE_CHECKING:
    from bot.answer import Answer
    from bot.ask import Bot
    from bot.question.conversation import Conversation
    from bot.settings.settings import Settings
    from vectorstore.passage import Filter, Passage

Words = Annotated[
    list[str] | None,
    typer.Argument(metavar="QUESTION", help='The question; "-" reads it from standard input.'),
]

NEAREST_SHOWN = 5


@takes_asking_options
def ask(words: Words = None, json: JsonOption = False, *, asking: Asking) -> None:
    """Answer a question from the documents, with footnotes.

    Example: footnote ask "When was the deal signed?"
    """
    question = question_from(words)
    settings, chosen = asking.settings, asking.filter
    require_library(settings)
    from bot.ask import Bot

    bot = Bot(settings=settings)
    try:
        require_match(bot.library, chosen)
        if json:
            print_json(bot.ask(question, filter=chosen).as_dict())
        else:
            show_answer(bot, question, settings=settings, filter=chosen)
    finally:
        bot.close()


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
