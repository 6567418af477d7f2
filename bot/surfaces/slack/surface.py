"""Footnote in Slack: events come in, are claimed and acknowledged, and answered by a pool of workers.

The way of a question: `read_question` (slack_events.py) → claim (chat_store.py) → acknowledge → `_work`
in a worker → `Reply` (slack_reply.py) with what slack_render.py makes. Nothing but the claim happens
before Slack has its acknowledgement, so the three seconds are never in danger.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from itertools import islice
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from bot.answer import Answer, Statement
from bot.surfaces.chat import words
from bot.surfaces.chat.limits import limits_of
from bot.surfaces.chat.survey import (
    FILE_NAME,
    FOLLOWS,
    IN_FILE,
    ask_each,
    summary,
    survey_questions,
    table_file,
    whole_rows,
)
from bot.surfaces.slack import render
from bot.surfaces.slack.channels import Channels, who_am_i
from bot.surfaces.slack.events import Question, claim_keys, read_question
from bot.surfaces.slack.reply import Reply
from bot.surfaces.slack.send import Sender
from bot.surfaces.slack.thread import Threads
from vectorstore.passage import Filter

if TYPE_CHECKING:
    from bot.ask import Bot
    from bot.settings.settings import Settings
    from bot.surfaces.chat.store import ChatStore
    from bot.survey.table import Survey

log = logging.getLogger(__name__)

ADDRESS = "https://slack.com/api/"
WORKERS = 8
PROMPTS = 4
"""Questions that Slack suggests at most."""
TRIED_PROMPTS = 12
RESUME_SECONDS = 900
"""A question that a dead process left behind is answered if it is at most so old."""


class SlackSurface:
    """One workspace's Footnote.

    Args:
        bot: Answers.
        settings: Tokens, channel rules, address of the page.
        store: Claims, threads, answers and feedback.
        address: Address of the Web API.
        workers: Questions answered at the same time.
        patience: Seconds before a slow answer's parts are shown.
        pause: Least seconds between two changes of a shown answer.

    Raises:
        SettingError: Slack refuses the bot token.
    """

    def __init__(
        self,
        bot: Bot,
        settings: Settings,
        store: ChatStore,
        *,
        address: str = ADDRESS,
        workers: int = WORKERS,
        patience: float = 1.0,
        pause: float = 1.0,
    ) -> None:
        self.bot = bot
        self.settings = settings
        self.store = store
        self.sender = Sender(settings.slack_bot_token, address=address)
        self.me, self.scopes = who_am_i(self.sender)
        self.channels = Channels(settings, self.sender, self.scopes)
        self._patience, self._pause = patience, pause
        self._workers = ThreadPoolExecutor(workers, thread_name_prefix="slack-answer")
        # Only hands work on, so that a full pool of workers never delays an acknowledgement; one thread keeps
        # the order.
        self.listener = ThreadPoolExecutor(1, thread_name_prefix="slack-listen")
        self.threads = Threads(self.sender, self.me, store)
        self._waiting: dict[str, deque[tuple[Question, str]]] = {}
        self._guard = threading.Lock()

    def take(self, body: dict[str, Any]) -> tuple[Question, str] | None:
        """Return the question of an event with its job, or None if it is not for us or was taken before."""
        question = read_question(
            body,
            self.me,
            in_thread=self.store.in_thread,
            follow_ups=self.settings.chat_follow_ups,
            bots=self.settings.chat_bots,
        )
        if question is None:
            return None
        job = self.store.claim(claim_keys(body, question), surface="slack", payload=question.as_dict())
        if not job:
            return None
        self.store.join_thread(question.place)
        return question, job

    def answer_retry(self, question: Question, job: str) -> None:
        """Hand a question to the workers that Slack sends again; another machine may have answered it."""
        self._workers.submit(self._resume, question, job)

    def answer_later(self, question: Question, job: str) -> None:
        """Hand a question to the workers. Those of one thread are answered in turn, each seeing the last."""
        with self._guard:
            if question.place in self._waiting:
                self._waiting[question.place].append((question, job))
                return
            self._waiting[question.place] = deque([(question, job)])
        self._workers.submit(self._answer_thread, question.place)

    def run(self, task: Callable[[], None], *, job: str = "") -> None:
        """Hand another piece of work to the workers; `job` is finished with it."""

        def work() -> None:
            try:
                task()
            except Exception as error:  # the edge: in a worker it would be lost without a trace
                log.error("a task failed: %s", type(error).__name__)
            if job:
                self.store.finish(job)

        self._workers.submit(work)

    def resume(self) -> int:
        """Take up what a process that died left unanswered; return how many questions that were."""
        from bot.surfaces.slack.command import answer_command

        jobs = self.store.unfinished("slack", seconds=RESUME_SECONDS)
        for job, payload in jobs:
            if "response_url" in payload:
                self.run(partial(answer_command, self, payload), job=job)
            else:
                self.answer_retry(Question(**payload), job)
        return len(jobs)

    @property
    def busy(self) -> bool:
        """Whether questions are under way."""
        return bool(self._waiting)

    def close(self) -> None:
        """Finish the questions under way, those too that were only just acknowledged, and let go of the threads."""
        self.listener.shutdown(wait=True)
        self._workers.shutdown(wait=True)

    def ask(self, question: Question, *, show: Callable[[Answer], None] | None = None) -> Answer | None:
        """Return the bot's answer in its conversation, or None if nothing may be searched from there."""
        names = self._collections(question)
        if names == ():
            return None
        text, limits = limits_of(question.text)
        final = so_far = Answer(text)
        stream = self.bot.stream(
            text,
            conversation=self.threads.conversation(question),
            filter=limits.filter(self.bot.library, names),
        )
        for item in stream:
            if isinstance(item, Answer):
                final = item
            elif isinstance(item, Statement):
                so_far = replace(so_far, statements=(*so_far.statements, item))
                if show:
                    show(so_far)
            else:
                so_far = replace(so_far, passages=item.passages, model=item.model)
        return limits.told(final)

    def refusal(self, question: Question) -> str:
        """Return why a question is not answered where it was put, in words; "" where it is."""
        return words.NO_STRANGERS if self.channels.strangers(question) else ""

    def prompts(self, channel: str, person: str) -> list[tuple[str, str]]:
        """Return questions to suggest in a direct channel, as (label, question), each one that has an answer."""
        question = Question("", self.me.team, channel, person, "", "", direct=True)
        names = self._collections(question)
        if names == () or self.refusal(question):  # they name documents
            return []
        wanted = Filter(collections=names) if names else None
        latest = sorted(self.bot.library.documents(wanted), key=lambda info: info.modified, reverse=True)
        titles = dict.fromkeys(info.title for info in latest if info.title)
        candidates = words.prompts(islice(titles, TRIED_PROMPTS))
        # To quote costs milliseconds; a chat model is not asked what nobody wanted to know.
        answered = (p for p in candidates if self.bot.writes or self.bot.ask(p[1], filter=wanted).statements)
        return list(islice(answered, PROMPTS))

    def _collections(self, question: Question) -> tuple[str, ...] | None:
        return self.channels.collections(question, tuple(self.bot.library.collections()))

    def _answer_thread(self, place: str) -> None:
        while True:
            with self._guard:
                if not self._waiting[place]:
                    del self._waiting[place]
                    return
                question, job = self._waiting[place].popleft()
            self._work(question, job)

    def _resume(self, question: Question, job: str) -> None:
        """Answer a question unless its thread shows that it was answered: our messages name theirs."""
        try:
            answered = bool(self.sender.find(question.channel, question.thread, f"{question.ts}/"))
        except Exception as error:  # the edge: whatever Slack says, the question still gets its answer
            log.info("could not look into a thread (%s)", type(error).__name__)
            answered = False
        if answered:
            self.store.finish(job)
        else:
            self.answer_later(question, job)

    def _work(self, question: Question, job: str) -> None:
        reference = token_hex(4)
        reply = Reply(
            self.sender,
            question,
            reference=reference,
            page=self.settings.page_url,
            patience=self._patience,
            pause=self._pause,
        )
        try:
            self._answer(question, reply, reference)
        except Exception as error:  # the edge: a person gets a sentence, never silence
            _say_failed(reply, error, reference)
        finally:
            self.store.finish(job)

    def _answer(self, question: Question, reply: Reply, reference: str) -> None:
        if not question.text:
            reply.fail(words.EMPTY_QUESTION)
            return
        if refusal := self.refusal(question):
            if not self.store.conversation(question.place, limit=1):
                self.store.leave_thread(question.place)  # or everything said below the refusal would be refused too
            reply.fail(refusal)
            return
        reply.working()
        if (questions := survey_questions(question.text)) is not None:
            self._survey(question, questions, reply)
            return
        # Quotations come all at once; only a chat model's sentences are worth watching.
        answer = self.ask(question, show=reply.show if self.bot.writes else None)
        if answer is None:
            reply.fail(words.NO_COLLECTIONS)
            return
        self.keep(reference, question, answer)
        reply.finish(answer)

    def survey(self, question: Question, questions: Sequence[str]) -> Survey | None:
        """Ask each document that may be asked from there, or return None if none may."""
        names = self._collections(question)
        if names == ():
            return None
        return ask_each(self.bot, questions, limits_of(question.text)[1].filter(self.bot.library, names))

    def _survey(self, question: Question, questions: Sequence[str], reply: Reply) -> None:
        found = self.survey(question, questions)
        if found is None:
            reply.fail(words.NO_COLLECTIONS)
            return
        sent = not found.rows or self.sender.upload(question.channel, question.thread, FILE_NAME, table_file(found))
        texts = [summary(found, IN_FILE if sent else FOLLOWS)]
        if not sent:
            texts.append("\n\n".join(whole_rows(found)))
        reply.tell([message for text in texts for message in render.text_messages(text)])

    def keep(self, reference: str, question: Question, answer: Answer) -> None:
        """Keep an answer for its buttons, and as the latest turn of its thread."""
        self.store.keep(reference, surface="slack", place=question.place, person=question.user, answer=answer)
        self.threads.add(question, answer)


def _say_failed(reply: Reply, error: Exception, reference: str) -> None:
    log.error("answer %s failed: %s", reference, words.log_words(error))
    try:
        reply.fail(words.failure(error, reference))
    except Exception as second:  # the edge: Slack itself cannot be reached; the log has the reference
        log.error("answer %s: the failure could not be told either: %s", reference, type(second).__name__)
