"""The slash command `/ask`: deferred at once, answered when the answer is there."""

from __future__ import annotations

import logging
from collections.abc import Coroutine, Sequence
from secrets import token_hex
from typing import TYPE_CHECKING, Any, Protocol

import discord
from discord import app_commands

from bot.surfaces.chat import words
from bot.surfaces.discord import render
from bot.surfaces.discord.buttons import answer_buttons
from bot.surfaces.discord.events import Question, allowed, audience_of, places_of
from bot.surfaces.discord.send import Rest, answer_texts, post

if TYPE_CHECKING:
    from bot.answer import Answer
    from bot.settings import Settings
    from bot.surfaces.chat.store import ChatStore
    from bot.surfaces.rate_limit import RateLimit

log = logging.getLogger(__name__)


class Answerer(Protocol):
    """What the command needs of the surface."""

    settings: Settings
    store: ChatStore
    cooldown: RateLimit

    async def ask(self, question: Question, place: str) -> Answer | None:
        """Answer within what the place may see; None where it may see nothing."""

    def keep(self, reference: str, question: Question, place: str, answer: Answer) -> None:
        """Keep an answer for its buttons."""

    def start_work(self, work: Coroutine[Any, Any, None]) -> None:
        """Do it beside the event loop's other work."""


def ask_command(surface: Answerer) -> app_commands.Command[Any, ..., None]:
    """Return the command."""

    @app_commands.command(name="ask", description="Ask the documents; the answer names its sources.")
    @app_commands.describe(
        question="What would you like to know?",
        private="Show the answer to me only (the default); False shows it to all",
    )
    async def ask(
        interaction: discord.Interaction,
        question: app_commands.Range[str, 1, 4_000],
        private: bool = True,
    ) -> None:
        wait = surface.cooldown.wait(f"discord:{interaction.user.id}")
        if wait:
            await interaction.response.send_message(words.busy(wait), ephemeral=True)
            return
        await interaction.response.defer(ephemeral=private, thinking=True)
        surface.start_work(_answer(surface, interaction, question, private))

    return ask


async def _answer(surface: Answerer, interaction: discord.Interaction, text: str, private: bool) -> None:
    reference = token_hex(4)
    places = places_of(interaction.channel)
    place = f"discord:{interaction.channel_id}:{interaction.id}"
    person = f"discord:{interaction.user.id}"
    question = Question(text, place, person, places, audience_of(interaction.channel))
    view = rest = None
    try:
        answer = None
        if allowed(surface.settings, places, direct=interaction.guild_id is None):
            answer = await surface.ask(question, place)
        if answer is None:
            texts = [render.plain_message(words.NO_COLLECTIONS)]
        else:
            surface.keep(reference, question, place, answer)
            texts, rest = answer_texts(answer, page=surface.settings.page_url, question=True)
            view = answer_buttons(answer, reference)
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
