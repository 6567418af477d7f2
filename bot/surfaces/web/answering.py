"""A question's way from what the wire gave to the bot, and the answer's way back. No route of its own."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from starlette.responses import Response

from bot.answer import Answer, Citation, Found, Statement
from bot.errors import QuestionRefused
from bot.question.conversation import Conversation
from bot.surfaces.web.audit import MOST_DOCUMENTS
from bot.surfaces.web.auth import Caller
from bot.surfaces.web.errors import Refused, body_of, conversation_missing, internal_error, log_internal, refusal_of
from bot.surfaces.web.objects import answer_object, answer_of, citation_object, documents_of, passage_object
from bot.surfaces.web.offsets import Utf16
from bot.surfaces.web.responses import EventStream, Piece, ThreadEvents
from bot.surfaces.web.services import Services
from bot.surfaces.web.shapes import AskIn
from bot.surfaces.web.storage.database import new_id, now
from vectorstore.errors import FootnoteError
from vectorstore.passage import Filter, Passage

logger = logging.getLogger("footnote.web")

PLAIN = Utf16("")
"""Counts for a document that has just been removed: plainly."""

REMEMBERED_TURNS = 10
"""So many turns of a conversation are handed to the bot."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question, checked and ready for the bot.

    Attributes:
        id: Id of the answer to come.
        question: The question.
        caller: Who asks.
        filter: Where to look, within what the caller may see.
        turns: The conversation so far.
        conversation: Id of the conversation that keeps the turn, or None.
        begin: Whether that conversation begins with this turn.
        request_id: For the log.
        short: Whether the answer is shown short; None for what is set.
    """

    id: str
    question: str
    caller: Caller
    filter: Filter
    turns: Conversation
    conversation: str | None
    begin: bool
    request_id: str
    short: bool | None = None


def checked_question(services: Services, question: str, *, param: str = "question") -> str:
    """Return the question without outer blanks.

    Raises:
        Refused: It is empty or too long.
    """
    question = question.strip()
    most = services.settings.max_question_length
    if not question:
        raise Refused(422, "question_empty", "There is no question.", remedy="Write one.", param=param)
    if len(question) > most:
        raise Refused(
            422,
            "question_too_long",
            f"The question has {len(question):,} characters; {most:,} are allowed.",
            remedy="Ask in fewer words.",
            param=param,
        )
    return question


def prepare(services: Services, body: AskIn, caller: Caller, request_id: str) -> Asked:
    """Check a question and fetch its conversation. Runs in a thread.

    Raises:
        Refused: The question, the conversation or the filter cannot be taken.
    """
    question = checked_question(services, body.question)
    wanted = services.visible(caller, body.filter.filter())
    begin = body.conversation == "new"
    conversation = new_id("cnv") if begin else body.conversation
    turns = Conversation()
    if conversation and not begin:
        turns = kept_conversation(services, caller, conversation)
    return Asked(new_id("ans"), question, caller, wanted, turns, conversation, begin, request_id, body.short)


def kept_conversation(services: Services, caller: Caller, conversation: str) -> Conversation:
    """Return a kept conversation as the bot takes it: what the caller may still see of its latest turns.

    Raises:
        Refused: There is none of this id.
    """
    if not services.store.get(caller.key, conversation):
        raise conversation_missing()
    turns = Conversation()
    for turn in services.store.turns(caller.key, conversation, last=REMEMBERED_TURNS):
        if services.shows(caller, turn["answer"]):
            turns = turns.add(turn["question"], answer_of(turn["answer"]))
    return turns


def shown_objects(
    services: Services,
    caller: Caller,
    passages: tuple[Passage, ...],
    citations: tuple[Citation, ...] = (),
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return passages and citations as the API sends them.

    Raises:
        RuntimeError: One lies outside what the caller may see: the search broke its promise, and nothing
            is shown.
    """
    # One look at the documents tells collections and versions for all of them.
    infos = services.infos({p.document for p in passages} | {c.document for c in citations})
    seen = {info.collection for info in infos.values()} | {passage.collection for passage in passages}
    mine = services.bot.library.count_documents(Filter(documents=tuple(infos), readers=caller.readers)) if infos else 0
    if not caller.sees_all(seen) or mine < len(infos):
        raise RuntimeError("the answer left what the caller may see")
    maps = {id: services.utf16(info) for id, info in infos.items()}
    shown = [passage_object(passage, maps.get(passage.document, PLAIN)) for passage in passages]
    cited = []
    for citation in citations:
        info = infos.get(citation.document)
        collection = info.collection if info else ""
        cited.append(citation_object(citation, maps.get(citation.document, PLAIN), collection))
    return shown, cited


def finish(services: Services, asked: Asked, answer: Answer) -> dict[str, Any]:
    """Return the answer object, after keeping it where it belongs. Runs in a thread."""
    if asked.short is not None:
        answer = replace(answer, short=asked.short)
    passages, citations = shown_objects(services, asked.caller, answer.passages, answer.citations)
    kept: dict[str, Any] = {
        "id": asked.id,
        "conversation": asked.conversation,
        "created": now(),
        **answer_object(answer, passages=passages, citations=citations),
    }
    kept["restricted"] = restricted(services, kept)
    cited = list(dict.fromkeys(citation["document"] for citation in citations))
    asked.caller.noted.update(outcome="abstained" if answer.abstained else "answered", documents=cited[:MOST_DOCUMENTS])
    if asked.conversation is None:
        services.recent.add(asked.caller.key, kept)
    elif not services.store.add_turn(asked.caller.key, kept, begin=asked.begin):
        # It was deleted while the answer was made: the person has it, nothing is kept.
        kept["conversation"] = None
        services.recent.add(asked.caller.key, kept)
    services.metrics.answers.labels("abstained" if answer.abstained else "answered").inc()
    services.metrics.answer_seconds.observe(answer.seconds)
    if answer.usage:
        services.metrics.count_usage(answer.usage)
    logger.info(
        "answer",
        extra={
            "event": "answer",
            "request_id": asked.request_id,
            "state": "abstained" if answer.abstained else "answered",
            "seconds": round(answer.seconds, 3),
        },
    )
    return kept


def restricted(services: Services, answer: Mapping[str, Any]) -> list[str]:
    """Return the ids of those documents of an answer that have a list of readers."""
    shown = documents_of(answer)
    return sorted(services.bot.library.access(Filter(documents=tuple(shown)))) if shown else []


def answered(services: Services, asked: Asked) -> dict[str, Any]:
    """Ask the bot and return the answer object. Runs in a thread.

    Raises:
        Refused: The bot cannot answer.
    """
    try:
        answer = services.bot.ask(asked.question, conversation=asked.turns, filter=asked.filter)
    except QuestionRefused as error:
        raise Refused(422, "invalid", error.message, remedy=error.remedy, param="question") from error
    return finish(services, asked, answer)


def streamed(
    services: Services, asked: Asked, on_citation: Callable[[Citation], None] | None = None
) -> Iterator[Found | Statement | dict[str, Any]]:
    """Ask the bot; yield what it finds and states as it comes, last the answer object. Runs in a thread.

    Args:
        services: What the server shares.
        asked: The question.
        on_citation: Told of each footnote before the statement that uses it first.
    """
    pieces = services.bot.stream(asked.question, conversation=asked.turns, filter=asked.filter, on_citation=on_citation)
    try:
        for piece in pieces:
            yield finish(services, asked, piece) if isinstance(piece, Answer) else piece
    finally:
        close = getattr(pieces, "close", None)
        if close:
            close()


def footnote_objects(services: Services, asked: Asked, citations: Iterable[Citation]) -> list[dict[str, Any]]:
    """Return citations as the event `statement` sends them."""
    return shown_objects(services, asked.caller, (), tuple(citations))[1]


def found_object(services: Services, asked: Asked, found: Found) -> dict[str, Any]:
    """Return what was found as the event `passages` sends it."""
    return {
        "id": asked.id,
        "conversation": asked.conversation,
        "searched_for": found.searched_for,
        "searched": found.searched,
        "model": found.model,
        "passages": shown_objects(services, asked.caller, found.passages)[0],
    }


def error_object(error: Exception, request_id: str) -> dict[str, Any]:
    """Return the inner object of the error body for any error; one that is not ours is logged."""
    if isinstance(error, FootnoteError):
        refused = refusal_of(error)
    else:
        log_internal(error, request_id)
        refused = internal_error()
    return cast(dict[str, Any], body_of(refused, request_id)["error"])


async def stream_of(services: Services, caller: Caller, produce: Callable[[], Iterator[Piece]]) -> Response:
    """Return the streaming response of a generator function of events, counted among the open streams.

    Raises:
        Refused: Too many streams are open.
        Exception: What went wrong before the first event.
    """
    await services.of_people(services.streams.open, caller.key)
    services.metrics.streams.inc()
    pieces = ThreadEvents(produce)

    def done() -> None:
        pieces.stop()
        services.let_go(services.streams.close, caller.key)
        services.metrics.streams.dec()

    try:
        services.start_stream(pieces.run)
        first = await pieces.first()
    except BaseException:
        done()
        raise
    return EventStream(pieces.rest(first), on_end=done)
