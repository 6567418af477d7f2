"""Follow-up questions: what kind of turn a message is, and the question that it stands for.

`classify` needs no chat model. It knows the turns that are not questions ("thanks", "hello", "yes") and the
questions that mean something only after an answer ("why?", "and the second one?", "in Japanese, please").
`condense` rewrites any other follow-up with a chat model, and keeps the person's own words when the model
adds something of its own.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from bot.text.language_names import CLEAR_WISH, WISHES
from bot.text.replies import REPLIES
from bot.text.small_talk import (
    NAMES_NOTHING,
    NTH,
    PLEASANTRY,
    SAD,
    SMILE,
    UNHAPPY,
    WHY,
    Social,
    bare,
    language_in,
    social,
)

TurnKind = Social | Literal["question", "why", "another", "language"]
SOCIAL = frozenset(get_args(Social))
"""Kinds of turn to which the documents have nothing to say."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One earlier question and its answer.

    Attributes:
        question: As it was searched, or as the person wrote it.
        answer: The text that was shown, "" when the documents did not say.
        statements: The sentences of the answer, in order.
    """

    question: str
    answer: str = ""
    statements: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Intent:
    """What a message means in its conversation.

    Attributes:
        kind: What kind of turn it is.
        question: The message without pleasantries and without a wish for a language.
        query: A question that stands alone, made without a chat model; "" to make one the ordinary way.
        reply: What to say instead of searching; "" to search.
        language: Language that the answer is wanted in, in English ("Japanese"), or "".
    """

    kind: TurnKind
    question: str
    query: str = ""
    reply: str = ""
    language: str = ""


def classify(message: str, turns: Sequence[Exchange] = (), *, writes: bool = False) -> Intent:
    """Say what kind of turn `message` is.

    Args:
        message: What the person wrote.
        turns: Earlier exchanges, oldest first.
        writes: Whether a chat model writes answers, so that a language can be asked for.
    """
    text = message.strip()
    small_talk = _social(text, turns)
    if small_talk is not None:
        return small_talk
    text = _without_pleasantry(text)
    text, language, spoken = _split_language(text)
    last = turns[-1] if turns else None
    if not bare(text):
        return _only_language(message, language, spoken, last, writes=writes)
    if asked_in := language_in(bare(text), WHY):
        if last is None:
            return Intent("why", text, reply=_reply("why", asked_in), language=language)
        return Intent("why", text, query=_why(last), language=language)
    ordinal = _ordinal(text)
    if ordinal is not None and last is not None:
        item = _item(last, ordinal)
        if item:
            return Intent("another", text, query=f"{_stem(last.question)}: {item}", language=language)
        return Intent("another", text, query=f"{_stem(last.question)}: {text}", language=language)
    return Intent("question", text, language=language)


def names_nothing(message: str) -> bool:
    """Tell whether a turn names nothing that a later one could go on about: "why?", "and the second one?"."""
    text = _without_pleasantry(message.strip())
    words = bare(text)
    return bool(language_in(words, WHY) or NAMES_NOTHING.fullmatch(words)) or _ordinal(text) is not None


def _social(text: str, turns: Sequence[Exchange]) -> Intent | None:
    words = bare(text)
    if text and not any(char.isalnum() for char in words):
        return _without_words(text)
    found = social(words)
    if found is None:
        return None
    said, language = found
    missed = said == "yes" and turns and not turns[-1].answer
    return Intent(said, text, reply=_reply("no" if missed else said, language))


def _without_words(text: str) -> Intent:
    """Say what a message of signs and emoji alone means: a smile thanks, a frown doubts, "..." says nothing."""
    signs = set(text)
    if signs & set("?？") or signs & UNHAPPY or SAD.search(text):
        return Intent("question", text, reply=_reply("no", "en"))
    if SMILE.search(text) or any(unicodedata.category(char) == "So" for char in text):
        return Intent("thanks", text, reply=_reply("thanks", "en"))
    return Intent("question", text, reply=_reply("nothing", "en"))


def _only_language(message: str, language: str, spoken: str, last: Exchange | None, *, writes: bool) -> Intent:
    if not language:
        return Intent("question", message.strip())
    if not writes:
        return Intent("language", message, reply=_reply("no-language", spoken), language=language)
    if last is None:
        return Intent("language", message, reply=f"Ask a question, and the answer will be in {language}.")
    return Intent("language", last.question, query=last.question, language=language)


def _without_pleasantry(text: str) -> str:
    while (match := PLEASANTRY.match(text)) and len(text[match.end() :].split()) >= 1 and match.end():
        text = text[match.end() :]
    return text[:1].upper() + text[1:] if text else text


def _split_language(text: str) -> tuple[str, str, str]:
    """Take a wish for a language off the end of a message, or off the whole of it.

    Returns:
        The rest, the language in English, and the one in which it was asked for; both "" for none.
    """
    for (name, spoken), pattern in WISHES.items():
        match = pattern.search(text)
        if match:
            rest = re.sub(r"[\s,;、—を-]+$", "", text[: match.start()])
            if not bare(rest) or CLEAR_WISH.search(match.group()):
                return rest, name, spoken
    return text, "", ""


def _why(last: Exchange) -> str:
    fact = last.statements[0] if last.statements else ""
    return f"Why? {fact or last.question}".strip()


def _ordinal(text: str) -> int | None:
    """Return which of several is meant, from 0, -1 for the last; None when none is."""
    words = bare(text)
    if len(words.split()) > 8:
        return None
    for index, pattern in NTH:
        if pattern.fullmatch(words):
            return index
    return None


def _item(last: Exchange, ordinal: int) -> str:
    items = [part.strip(" .") for part in last.statements]
    if len(items) == 1:
        items = _listed(items[0])
    return items[ordinal] if items and -len(items) <= ordinal < len(items) and len(items) > 1 else ""


def _listed(sentence: str) -> list[str]:
    """Return the parts of "x: a, b and c" or "x are a, b and c"."""
    tail = sentence.rsplit(":", 1)[-1]
    parts = [part.strip() for part in re.split(r"[;,、]\s*(?:and\s+|or\s+)?|\s+and\s+", tail) if part.strip()]
    return parts if len(parts) > 2 or (":" in sentence and len(parts) > 1) else []


def _stem(question: str) -> str:
    return question.strip().rstrip("?？.!。 ")


def _reply(kind: str, language: str) -> str:
    return REPLIES[kind].get(language, REPLIES[kind]["en"])
