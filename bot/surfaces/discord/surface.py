"""Footnote on Discord: mentions, replies, direct messages and /ask, answered by a pool of workers.

The event loop only listens and sends; questions are answered in threads. So an interaction is always
deferred within its three seconds, and the gateway's heartbeat never waits for a search.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import sys
from collections.abc import Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from secrets import token_hex
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

import discord
from discord import app_commands

from bot.answer import Answer
from bot.question.conversation import Conversation
from bot.surfaces.chat import words
from bot.surfaces.chat.access import allowed_collections
from bot.surfaces.chat.limits import limits_of
from bot.surfaces.chat.split import shortened
from bot.surfaces.chat.survey import ask_each, survey_questions
from bot.surfaces.discord import render
from bot.surfaces.discord.buttons import answer_buttons, press
from bot.surfaces.discord.command import ask_command, survey_command
from bot.surfaces.discord.events import Question, read_question
from bot.surfaces.discord.send import Rest, Typing, answer_texts, send, survey_texts
from bot.surfaces.rate_limit import limit_of
from bot.surfaces.strangers import for_strangers

if TYPE_CHECKING:
    from bot.ask import Bot
    from bot.settings.settings import Settings
    from bot.surfaces.chat.store import ChatStore
    from bot.survey.table import Survey

log = logging.getLogger(__name__)

WORKERS = 8
THREAD_NAME = 90
TURNS = 10
CLOSE_SECONDS = 60

discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # nobody speaks here


class DiscordSurface(discord.Client):
    """The bot's account on Discord.

    Args:
        bot: Answers.
        settings: Allow-lists, channel rules, address of the page.
        store: Claims, threads, answers and feedback.
        content: Whether to ask for the message content intent, which follow-ups without a mention need.
        workers: Questions answered at the same time.
    """

    def __init__(
        self, bot: Bot, settings: Settings, store: ChatStore, *, content: bool = True, workers: int = WORKERS
    ) -> None:
        intents = discord.Intents.default()
        intents.message_content = content
        super().__init__(intents=intents, allowed_mentions=discord.AllowedMentions.none(), max_messages=None)
        self.bot = bot
        self.settings = settings
        self.store = store
        self._workers = ThreadPoolExecutor(workers, thread_name_prefix="discord-answer")
        self.cooldown = limit_of(store.database, "cooldown", 1, seconds=settings.chat_cooldown)
        self.takes_over = False
        self._order: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._tasks: set[asyncio.Task[None]] = set()
        self.tree = app_commands.CommandTree(self)
        self.tree.add_command(ask_command(self))
        self.tree.add_command(survey_command(self))

    # ---- events

    async def setup_hook(self) -> None:
        """Register the slash command with Discord, when it is not what was registered last."""
        commands = json.dumps([c.to_dict(self.tree) for c in self.tree.get_commands()], sort_keys=True)
        digest = hashlib.sha256(commands.encode()).hexdigest()
        name = f"discord:commands:{self.application_id}"
        if self.store.mark(name) != digest:
            await self.tree.sync()
            self.store.mark(name, digest)

    async def on_message(self, message: discord.Message) -> None:
        """Take a message that is a question to us, once."""
        question = self.read(message)
        if question is None:
            return
        kept = {"channel": message.channel.id, "message": message.id}
        job = self.store.claim([f"discord:message:{message.id}"], surface="discord", payload=kept)
        if job:
            self.start_work(self.answer_message(message, question, job))

    def read(self, message: discord.Message) -> Question | None:
        """Return the question of a message, or None where it is not for us."""
        assert self.user is not None
        return read_question(
            message,
            self.user,
            self.settings,
            in_thread=self.store.in_thread,
            place_of=lambda number: self.store.mark(f"discord:message:{number}"),
        )

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """Take a press of one of our buttons. Commands go their own way."""
        data: Mapping[str, Any] = interaction.data or {}
        custom = str(data.get("custom_id", ""))
        if interaction.type is discord.InteractionType.component and custom.startswith("footnote:"):
            await press(interaction, custom, self.store)

    async def on_error(self, event_method: str, /, *_args: Any, **_more: Any) -> None:
        """Log that an event could not be handled, without what it held."""
        log.error("%s failed: %s", event_method, getattr(sys.exc_info()[0], "__name__", "unknown"))

    async def close(self) -> None:
        """Finish the questions under way, then leave."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=CLOSE_SECONDS)
        await super().close()
        self._workers.shutdown(wait=False, cancel_futures=True)

    # ---- a question in a message

    async def answer_message(self, message: discord.Message, question: Question, job: str) -> None:
        """Answer a question, or say why not; `job` is finished with it."""
        reference = token_hex(4)
        wait = self.cooldown.wait(question.person)
        try:
            if wait:
                await send(message.channel, [render.plain_message(words.busy(wait))], answers=message)
            elif not question.text:
                text = render.plain_message(words.EMPTY_QUESTION)
                await send(message.channel, [text], answers=message)
            else:
                await self._answer_in(message, question, reference)
        except Exception as error:  # the edge: a person gets a sentence, never silence
            await self._say_failed(error, reference, message.channel, message)
        self.store.finish(job)

    async def _answer_in(self, message: discord.Message, question: Question, reference: str) -> None:
        target, place = await self._target(message, question)
        self.store.join_thread(place)
        order = self._order.setdefault(place, asyncio.Lock())
        async with order, Typing(target):
            texts, rest, view = await self.texts(question, place, reference)
            answers = message if target == message.channel else None
            sent = await send(target, texts, answers=answers, view=view, nonce=reference, rest=rest)
        for number in sent:
            self.store.mark(f"discord:message:{number}", place)

    async def texts(
        self, question: Question, place: str, reference: str, *, restated: bool = False
    ) -> tuple[list[str], Rest | None, discord.ui.View | None]:
        """Return the messages of what was asked: an answer with its buttons, or a survey.

        Args:
            question: It.
            place: Key of its conversation.
            reference: Id of the answer.
            restated: Whether the answer says what was asked, as after a command.
        """
        nothing = [render.plain_message(words.NO_COLLECTIONS)]
        if (questions := survey_questions(question.text)) is not None:
            found = await self.survey(question, questions)
            return (nothing, None, None) if found is None else (*survey_texts(found), None)
        answer = await self.ask(question, place)
        if answer is None:
            return nothing, None, None
        self.keep(reference, question, place, answer)
        texts, rest = answer_texts(answer, page=self.settings.page_url, question=restated)
        return texts, rest, answer_buttons(answer, reference)

    async def _target(self, message: discord.Message, question: Question) -> tuple[Any, str]:
        """Return where the answer goes, and the key of its conversation: a thread of its own if it may be."""
        channel = message.channel
        own = self.settings.discord_threads and isinstance(channel, discord.TextChannel)
        if not own or message.reference is not None:
            return channel, question.place
        try:
            name = shortened(question.text, THREAD_NAME)
            thread = message.thread or await message.create_thread(name=name, auto_archive_duration=1_440)
        except discord.HTTPException as error:
            log.info("no thread could be made (%s); answered in the channel", error.code)
            return channel, question.place
        return thread, f"discord:{thread.id}"

    async def ask(self, question: Question, place: str) -> Answer | None:
        """Return the answer, made in a worker; None if nothing may be searched from there."""

        def work() -> Answer | None:
            names = self._collections(question)
            if names == ():
                return None
            conversation = Conversation()
            for answer in self.store.conversation(place, limit=TURNS):
                conversation = conversation.add(answer.question, answer)
            text, limits = limits_of(question.text)
            wanted = limits.filter(self.bot.library, names)
            return limits.told(self.bot.ask(text, conversation=conversation, filter=wanted))

        return await asyncio.get_running_loop().run_in_executor(self._workers, work)

    async def survey(self, question: Question, questions: Sequence[str]) -> Survey | None:
        """Ask each document that may be asked from there, in a worker; None if none may."""

        def work() -> Survey | None:
            names = self._collections(question)
            if names == ():
                return None
            return ask_each(self.bot, questions, limits_of(question.text)[1].filter(self.bot.library, names))

        return await asyncio.get_running_loop().run_in_executor(self._workers, work)

    def _collections(self, question: Question) -> tuple[str, ...] | None:
        if not self.settings.chat_collections and not self.settings.private_collections:
            return None
        existing = tuple(self.bot.library.collections(for_strangers()))
        names = allowed_collections(
            self.settings, places=question.places, audience=question.audience, existing=existing
        )
        return names if names is None else tuple(name for name in names if name in existing)

    def keep(self, reference: str, question: Question, place: str, answer: Answer) -> None:
        """Keep an answer for its buttons, and as the latest turn of its conversation."""
        self.store.keep(reference, surface="discord", place=place, person=question.person, answer=answer)

    def start_work(self, work: Coroutine[Any, Any, None]) -> None:
        """Begin an answer; leaving waits for it."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _say_failed(self, error: Exception, reference: str, channel: Any, message: discord.Message) -> None:
        log.error("answer %s failed: %s", reference, words.log_words(error))
        text = render.plain_message(words.failure(error, reference))
        try:
            await send(channel, [text], answers=message)
        except discord.DiscordException as second:
            log.error("answer %s: the failure could not be told: %s", reference, type(second).__name__)
