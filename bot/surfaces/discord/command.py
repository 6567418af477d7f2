"""The slash command `/ask`: deferred at once, answered when the answer is there."""

from __future__ import annotations

import logging
from collections.abc import Coroutine, Sequence
from secrets import token_hex
from typing import TYPE_CHECKING, Any, Protocol

import discord
from discord import app_commands

from bot.surfaces.chat import words
from bot.surfaces.chat.limits import Limits
from bot.surfaces.discord import render
from bot.surfaces.discord.events import Question, allowed, audience_of, places_of
from bot.surfaces.discord.send import Rest, post

if TYPE_CHECKING:
    from bot.settings import Settings
    from bot.surfaces.chat.store import ChatStore
    from bot.surfaces.rate_limit import RateLimit

log = logging.getLogger(__name__)

Words = app_commands.Range[str, 0, 200]
LIMITS = {
    "document": "Only in this file: its name, or a pattern such as lease*.pdf",
    "author": "Only what this author wrote; part of a name will do",
    "since": "Only what was written or sent on or after this day (2026-01-31)",
    "until": "Only what was written or sent on or before this day",
    "collection": "Only in this collection",
    "tag": "Only what has this tag",
}
"""The options that limit a question, as a person reads them."""


class Answerer(Protocol):
    """What the command needs of the surface."""

    settings: Settings
    store: ChatStore
    cooldown: RateLimit

    async def texts(
        self, question: Question, place: str, reference: str, *, restated: bool = False
    ) -> tuple[list[str], Rest | None, discord.ui.View | None]:
        """Return the messages of an answer or a survey, within what the place may see, with its file and buttons."""

    def start_work(self, work: Coroutine[Any, Any, None]) -> None:
        """Do it beside the event loop's other work."""


def ask_command(surface: Answerer) -> app_commands.Command[Any, ..., None]:
    """Return the command."""

    @app_commands.command(name="ask", description="Ask the documents; the answer names its sources.")
    @app_commands.describe(
        question="What would you like to know?",
        private="Show the answer to me only (the default); False shows it to all",
        **LIMITS,
    )
    async def ask(
        interaction: discord.Interaction,
        question: app_commands.Range[str, 1, 4_000],
        private: bool = True,
        document: Words = "",
        author: Words = "",
        since: Words = "",
        until: Words = "",
        collection: Words = "",
        tag: Words = "",
    ) -> None:
        text = _limited(question, document, author, since, until, collection, tag)
        await _begin(surface, interaction, text, private)

    return ask


def survey_command(surface: Answerer) -> app_commands.Command[Any, ..., None]:
    """Return the command that asks each document."""

    @app_commands.command(name="survey", description="Ask each document the same questions; a table is the answer.")
    @app_commands.describe(
        questions="One or several, each with its question mark",
        private="Show the table to me only (the default); False shows it to all",
        **LIMITS,
    )
    async def survey(
        interaction: discord.Interaction,
        questions: app_commands.Range[str, 1, 4_000],
        private: bool = True,
        document: Words = "",
        author: Words = "",
        since: Words = "",
        until: Words = "",
        collection: Words = "",
        tag: Words = "",
    ) -> None:
        text = _limited(f"survey: {questions}", document, author, since, until, collection, tag)
        await _begin(surface, interaction, text, private)

    return survey


def _limited(question: str, document: str, author: str, since: str, until: str, collection: str, tag: str) -> str:
    """Return a question with the limits behind it that a message would have."""
    documents, authors, collections, tags = ((name,) if name else () for name in (document, author, collection, tag))
    return f"{question} {Limits(documents, authors, collections, since, until, tags)}".strip()


async def _begin(surface: Answerer, interaction: discord.Interaction, question: str, private: bool) -> None:
    """Start to answer, or tell who asks too often to wait."""
    wait = surface.cooldown.wait(f"discord:{interaction.user.id}")
    if wait:
        await interaction.response.send_message(words.busy(wait), ephemeral=True)
        return
    await interaction.response.defer(ephemeral=private, thinking=True)
    surface.start_work(_answer(surface, interaction, question, private))


async def _answer(surface: Answerer, interaction: discord.Interaction, text: str, private: bool) -> None:
    reference = token_hex(4)
    places = places_of(interaction.channel)
    place = f"discord:{interaction.channel_id}:{interaction.id}"
    person = f"discord:{interaction.user.id}"
    question = Question(text, place, person, places, audience_of(interaction.channel))
    view: discord.ui.View | None = None
    rest: Rest | None = None
    try:
        if allowed(surface.settings, places, direct=interaction.guild_id is None):
            texts, rest, view = await surface.texts(question, place, reference, restated=True)
        else:
            texts = [render.plain_message(words.NO_COLLECTIONS)]
    except Exception as error:  # the edge: a person gets a sentence, never silence
        log.error("answer %s failed: %s", reference, words.log_words(error))
        texts = [render.plain_message(words.failure(error, reference))]
    try:
        for number in await _send(interaction, texts, view, private, rest):
            surface.store.mark(f"discord:message:{number}", place)
    except discord.DiscordException as error:
        log.error("answer %s could not be sent: %s", reference, type(error).__name__)


async def _send(
    interaction: discord.Interaction,
    texts: Sequence[str],
    view: discord.ui.View | None,
    private: bool,
    rest: Rest | None,
) -> list[int]:
    """Send the messages and return their ids.

    After the fifteen minutes of the interaction's token they go to the channel, or to the person.
    """
    sent: list[int] = []
    for index, text in enumerate(texts):
        last = index == len(texts) - 1
        more: dict[str, Any] = {"view": view} if view is not None and last else {}
        late: Any = interaction.user if private else interaction.channel
        sending: Any = late.send
        if not interaction.is_expired():
            sending, more = interaction.followup.send, {**more, "ephemeral": private, "wait": True}
        sent += await post(sending, text, rest if last else None, suppress_embeds=True, **more)
    return sent
