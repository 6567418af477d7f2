"""The answerer that writes with a chat model: prompt, stream, sentence, check, and only then a person.

    for item in write(question, passages, model=model): …

Each sentence is checked against the passages as soon as it is complete. What they support is handed out
with the verbatim places that support it; the rest is handed out as withheld. A chat model can fail to help,
but what it makes up does not reach a person.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from time import perf_counter
from typing import TYPE_CHECKING

from bot.answer import Withheld
from bot.errors import ModelError
from bot.models.chat_model import ChatModel, Message, Reply
from bot.models.errors import ContextTooLong
from bot.passages.evidence import Evidence
from bot.written.again import LEAST_TOKENS, again_messages
from bot.written.fitted_prompt import FittedPrompt
from bot.written.judge import Cited, Judge, Written
from bot.written.pertinence import answers_as_well
from bot.written.prompts import SCHEMA, is_no_answer
from bot.written.reply import ReplyReader
from bot.written.reply_text import Draft
from vectorstore.passage import Passage

if TYPE_CHECKING:
    from bot.models.entailment import Entailment
    from bot.question.question import Question
    from bot.quotes.quoted import Quoted

ANSWER_TOKENS = 400
"""Longest answer in tokens."""
LONG_TOKENS = 900
"""Longest draft, comparison or summary in tokens."""
LONG_TASKS = ("draft", "compare", "summary", "pros-cons")
MOST_STATEMENTS = 12
"""A model that goes on after so many sentences is stopped."""
CUT = "The chat model's answer was cut off at its limit."
_MOST_REPEATS = 2


class Writing:
    """An answer while it is being written. Iterate once; the attributes are whole afterwards.

    Attributes:
        declined: The model itself says that the passages do not answer, and is not too small to be believed.
        notice: What a person should know: passages left out, an answer cut off; "" for nothing.
        first_seconds: Time to the first sentence that passed, or None.
    """

    def __init__(
        self,
        question: Question,
        passages: Sequence[Passage],
        *,
        model: ChatModel,
        quotes: Sequence[Quoted] = (),
        nli: Entailment | None = None,
        language: str = "",
        answer_tokens: int = ANSWER_TOKENS,
        most: int = 0,
        evidence: Sequence[Evidence] = (),
        sure: bool = True,
    ) -> None:
        self._question = question
        self._passages = tuple(passages)
        self._prompt = FittedPrompt(question, passages, evidence, model=model, language=language, most=most)
        self._messages: list[Message] = []
        self._tokens = 0
        self._model = model
        self._quotes = tuple(quotes)
        if question.form.task in LONG_TASKS and not question.form.sentences:
            answer_tokens = max(answer_tokens, LONG_TOKENS)
        self._answer_tokens = min(answer_tokens, max(64, model.context // 4))
        self._most = most or question.form.sentences or MOST_STATEMENTS * (1 + (question.form.task in LONG_TASKS))
        self._structured = model.structured
        self._least_covered = float(getattr(model, "least_covered", 0.0))  # an object passed in need not have it
        self._judge = Judge(question, evidence, nli=nli, least_covered=self._least_covered, sure=sure)
        self._reply: Reply | None = None
        self._closed = False
        self.declined = False
        self.notice = ""
        self.first_seconds: float | None = None

    @property
    def check_seconds(self) -> float:
        """Time spent in checks."""
        return self._judge.seconds

    def __iter__(self) -> Iterator[Written | Withheld]:
        began = perf_counter()
        kept = self._prompt.fitting(answer_tokens=self._answer_tokens, structured=self._structured)
        passages = self._passages[:kept]
        self._say_left_out(kept)
        shown_items: list[Written] = []
        while True:
            shown = False
            try:
                for item in self._attempt(passages):
                    if isinstance(item, Written):
                        shown_items.append(item)
                        self.first_seconds = self.first_seconds or perf_counter() - began
                    shown = True
                    yield item
                for item in self._again(passages, shown_items):
                    shown_items.append(item)
                    self.first_seconds = self.first_seconds or perf_counter() - began
                    yield item
                yield from self._completed(shown_items)
                return
            except ContextTooLong:
                if shown or len(passages) < 2:
                    raise
                passages = passages[: len(passages) // 2]
                self._say_left_out(len(passages))
            except ModelError as error:
                if shown:  # what was shown was checked and stays
                    self._say(f"{error.message} What stands here was checked before that.")
                    yield from self._completed(shown_items)
                    return
                if not (self._structured and type(error) is ModelError):
                    raise
                self._structured = False  # a provider that refuses the schema may take the plain prompt

    def close(self) -> None:
        """Stop the model, from any thread: the question was cancelled."""
        self._closed = True
        if self._reply is not None:
            self._reply.close()

    def _completed(self, written: Sequence[Written]) -> Iterator[Written]:
        """Yield the quotes where something was shown but nothing says what the best of them says."""
        best = max(self._quotes, key=lambda quote: (quote.score, not quote.leading), default=None)
        if self._closed or best is None or not written:
            return
        for item in written:
            rests = any(_overlap(best, cited) for cited in item.cited)
            if rests and answers_as_well(item.text, best.text, self._question):
                return
        said = {_words(item.text) for item in written}
        room = self._question.form.sentences - len(written) if self._question.form.sentences else len(self._quotes)
        for quote in self._quotes:
            if room > 0 and _words(quote.text) not in said:
                room -= 1
                cited = [Cited(quote.passage, quote.start, quote.end)]
                if quote.header:
                    cited.append(Cited(quote.header, quote.header.start, quote.header.end))
                yield Written(quote.text, tuple(cited), "quoted")

    def _attempt(self, passages: Sequence[Passage]) -> Iterator[Written | Withheld]:
        messages = self._prompt.messages(len(passages), structured=self._structured)
        schema = SCHEMA if self._structured else None
        reply = self._model.stream(messages, max_tokens=self._answer_tokens, schema=schema)
        self._reply, self._messages = reply, messages
        if self._closed:
            reply.close()
        reader = ReplyReader(passages=len(passages))
        try:
            yield from self._checked(_drafts(reply, reader), passages)
        finally:
            reply.close()
        self.declined = self.declined or reader.declined
        if self.declined and self._least_covered:  # that a small model finds nothing says little
            self.declined = False
            self._say("The chat model found no answer.")
        if reply.finish == "length":
            self._say(CUT)
        self._warn_of_cut_prompt(reply, messages)

    def _checked(self, drafts: Iterator[Draft], passages: Sequence[Passage]) -> Iterator[Written | Withheld]:
        seen: set[str] = set()
        repeats = statements = shown = 0
        tries = self._most * (1 + bool(self._question.form.sentences))  # what is withheld is not one of those asked for
        for found in drafts:
            if is_no_answer(found.text):
                self.declined = True
                if not seen:
                    return
                continue
            words = _words(found.text)
            if words in seen:
                repeats += 1
                if repeats >= _MOST_REPEATS:
                    return
                continue
            seen.add(words)
            statements += 1
            self._tokens += self._model.count(found.text)
            for judged in self._judge.judged(found, passages):
                shown += isinstance(judged, Written)
                yield judged
            if shown >= self._most or statements >= tries:  # more than was asked for is not shown
                return

    def _again(self, passages: Sequence[Passage], shown: Sequence[Written]) -> Iterator[Written]:
        """Have what was withheld written again, once, within the tokens that are left; yield what stands then.

        A small model is not asked: it would write the same.
        """
        left = self._answer_tokens - self._tokens
        room = self._most - len(shown)
        if not self._judge.refused or self._least_covered or self._closed or left < LEAST_TOKENS or room < 1:
            return
        messages = again_messages(self._messages, self._judge.refused, control_tokens=self._model.control_tokens)
        reply = self._model.stream(messages, max_tokens=left, schema=SCHEMA if self._structured else None)
        self._reply = reply
        reader = ReplyReader(passages=len(passages))
        said = {_words(item.text) for item in shown} | {_words(text) for text, _ in self._judge.refused}
        try:
            for found in _drafts(reply, reader):
                if is_no_answer(found.text) or _words(found.text) in said:
                    continue
                said.add(_words(found.text))
                for item in self._judge.judged(found, passages):
                    if isinstance(item, Written) and _words(item.text) not in {_words(other.text) for other in shown}:
                        room -= 1
                        yield item
                if room < 1:
                    return
        except ModelError:
            return  # what stands was checked, and a second try is a favour
        finally:
            reply.close()

    def _warn_of_cut_prompt(self, reply: Reply, messages: Sequence[tuple[str, str]]) -> None:
        """Say so when a server read far less of the prompt than it was sent (Ollama cuts in silence)."""
        if not reply.prompt_tokens:
            return
        sent = sum(self._model.count(text) for _, text in messages)
        if sent > self._model.context and reply.prompt_tokens * 2 < sent:
            self._say(f"The server of {self._model.name} read only a part of the passages; its context is too short.")

    def _say_left_out(self, kept: int) -> None:
        if kept == len(self._passages):
            return
        self._say(
            f"Only {kept} of {len(self._passages)} passages fitted into the chat model's context "
            f"({self._model.context:,} tokens)."
        )

    def _say(self, sentence: str) -> None:
        if sentence not in self.notice:
            self.notice = f"{self.notice} {sentence}".strip()


def write(
    question: Question,
    passages: Sequence[Passage],
    *,
    model: ChatModel,
    quotes: Sequence[Quoted] = (),
    nli: Entailment | None = None,
    language: str = "",
    answer_tokens: int = ANSWER_TOKENS,
    evidence: Sequence[Evidence] = (),
    sure: bool = True,
) -> Writing:
    """Return the answer of a chat model as it is written, each sentence checked.

    Args:
        question: A question that stands alone (`follow_up.condense` makes one).
        passages: What was found, best first.
        model: An open chat model.
        quotes: What would be quoted without a chat model. An answer none of whose sentences says what the
            best of them says is followed by all: a weak model writes true sentences that do not answer.
        nli: A cross-encoder for a deeper check (`FOOTNOTE_NLI`), or None.
        language: Language of the answer; "" for the question's own.
        answer_tokens: Longest answer.
        evidence: What stands around the passages (`evidence` makes it).
        sure: Whether the passages likely hold an answer. If not, the first sentence shown must at least be of the kind
            that is asked for: a date, a person, a place, a number.

    Returns:
        An iterable of `Written` and `Withheld`; afterwards its attributes say the rest.

    Raises:
        ModelError: When iterated, and only while nothing has been handed out: quotes can stand in.
    """
    return Writing(
        question,
        passages,
        model=model,
        quotes=quotes,
        nli=nli,
        language=language,
        answer_tokens=answer_tokens,
        evidence=evidence,
        sure=sure,
    )


def _drafts(reply: Reply, reader: ReplyReader) -> Iterator[Draft]:
    for piece in reply:
        yield from reader.feed(piece)
    yield from reader.finish(cut=reply.finish != "stop")


def _overlap(one: Quoted, other: Cited) -> bool:
    same = one.passage.document == other.passage.document
    return same and one.start < other.end and other.start < one.end


def _words(text: str) -> str:
    return "".join(character for character in text.lower() if character.isalnum())
