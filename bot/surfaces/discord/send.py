"""Messages on their way to Discord: in order, each once, with a sign that we type."""

from __future__ import annotations

import io
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import discord

from bot.answer import plain_text, shown
from bot.surfaces.chat import survey
from bot.surfaces.chat.long import REST_IN_FILE, parts
from bot.surfaces.discord import render

if TYPE_CHECKING:
    from bot.answer import Answer
    from bot.survey.table import Survey

FILE_NAME = "answer.txt"


@dataclass(frozen=True, slots=True)
class Rest:
    """What does not stand in the first messages of an answer of many statements.

    Attributes:
        whole: The whole answer as plain text, for a file.
        texts: The rest as messages, for where no file may be sent.
        name: Of the file.
    """

    whole: str
    texts: Sequence[str]
    name: str = FILE_NAME


def answer_texts(answer: Answer, *, page: str = "", question: bool = False) -> tuple[list[str], Rest | None]:
    """Return the messages of an answer, and the rest of one of many statements. Arguments as in `answer_messages`."""
    first, others = parts(shown(answer), REST_IN_FILE)
    texts = render.answer_messages(first, page=page, question=question)
    if others is None:
        return texts, None
    return texts, Rest(plain_text(answer), render.answer_messages(others, page=page))


def survey_texts(found: Survey) -> tuple[list[str], Rest | None]:
    """Return the messages of a survey, and its table as a file."""
    texts = render.text_messages(survey.summary(found, survey.IN_FILE))
    if not found.rows:
        return texts, None
    rows = render.text_messages("\n\n".join(survey.whole_rows(found)))
    return texts, Rest(survey.table_file(found), rows, survey.FILE_NAME)


async def post(sending: Callable[..., Awaitable[Any]], text: str, rest: Rest | None, **more: Any) -> list[int]:
    """Send a message, with the whole answer as its file where there is a rest, and return the ids.

    Where no file may be sent the rest follows as messages.
    """
    if rest is not None:
        try:
            file = discord.File(io.BytesIO(rest.whole.encode()), rest.name)
            return [(await sending(text, file=file, **more)).id]
        except discord.Forbidden:
            pass
    sent = [(await sending(text, **more)).id]
    plain = {name: value for name, value in more.items() if name not in ("view", "nonce", "reference")}
    return sent + [(await sending(other, **plain)).id for other in (rest.texts if rest else ())]


async def send(
    target: Any,
    texts: Sequence[str],
    *,
    answers: discord.Message | None = None,
    view: discord.ui.View | None = None,
    nonce: str = "",
    rest: Rest | None = None,
) -> list[int]:
    """Send messages in order and return their ids.

    Args:
        target: A channel or thread.
        texts: The messages.
        answers: What the first replies to.
        view: Buttons under the last.
        nonce: Keeps a repeated request from doubling a message.
        rest: Goes with the last.
    """
    sent: list[int] = []
    for index, text in enumerate(texts):
        more: dict[str, Any] = {}
        if answers is not None and index == 0:
            more["reference"] = answers.to_reference(fail_if_not_exists=False)
        if view is not None and index == len(texts) - 1:
            more["view"] = view
        if nonce:
            more["nonce"] = f"{nonce}-{index}"
        last = rest if index == len(texts) - 1 else None
        sent += await post(target.send, text, last, suppress_embeds=True, mention_author=False, **more)
    return sent


class Typing:
    """Shows that we type, where Discord lets us; an answer never fails for it."""

    def __init__(self, target: Any) -> None:
        self._typing = target.typing()

    async def __aenter__(self) -> None:
        try:
            await self._typing.__aenter__()
        except discord.HTTPException:
            self._typing = None

    async def __aexit__(self, *error: Any) -> None:
        if self._typing is not None:
            await self._typing.__aexit__(*error)
