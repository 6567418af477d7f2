"""A follow-up rewritten by a chat model so that it can be understood alone, and why a rewrite is refused."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.errors import ModelError
from bot.models.chat_model import ChatModel, Message
from bot.question.question import Question
from bot.question.turn import Exchange
from bot.text.fence import harmless
from bot.text.small_talk import bare
from vectorstore.words.scripts import HAN, KATAKANA
from vectorstore.words.tokens import query_terms

CONDENSE_TOKENS = 96

_TURNS_REMEMBERED = 4

_MOST_NEW_WORDS = 1 / 3

_LEAST_KEPT = 0.5


@dataclass(frozen=True, slots=True)
class Condensed:
    """A follow-up as a question that stands alone.

    Attributes:
        query: What to search for.
        rewritten: Whether it is the chat model's; False: the person's own words.
        reason: Why the rewrite was not used, or "".
    """

    query: str
    rewritten: bool
    reason: str = ""


def condense(question: Question, turns: Sequence[Exchange], *, model: ChatModel) -> Condensed:
    """Rewrite a follow-up with a chat model so that it stands alone.

    The person's own words stay when there is nothing before them, when the model fails, and when the
    rewrite answers, drops what was asked, or adds names, numbers or too many words that the conversation
    does not hold.
    """
    if not turns:
        return Condensed(question.text, False)
    recent = [(turn.question, turn.answer or "(no answer)") for turn in turns[-_TURNS_REMEMBERED:]]
    messages = condense_messages(question.text, recent, control_tokens=model.control_tokens)
    try:
        reply = model.stream(messages, max_tokens=CONDENSE_TOKENS)
        raw = ""
        for piece in reply:
            raw += piece
            if "\n" in raw.strip() or len(raw) > 600:
                reply.close()
                break
    except ModelError as error:
        return Condensed(question.text, False, error.message)
    rewrite = _cleaned(raw)
    reason = why_not(rewrite, question, turns)
    if reason:
        return Condensed(question.text, False, reason)
    return Condensed(rewrite, rewrite != question.text)


def why_not(rewrite: str, question: Question, turns: Sequence[Exchange]) -> str:
    """Return why a rewrite must not replace the question, or "" when it may."""
    if not bare(rewrite):
        return "the rewrite is empty"
    if _answers(rewrite, question.text):
        return "the rewrite answers instead of asking"
    said = " ".join([question.text, *(f"{turn.question} {turn.answer}" for turn in turns)])
    added = _added_names(rewrite, said)
    if added:
        return f"the rewrite adds {', '.join(added)}"
    known = set(query_terms(said))
    terms = set(query_terms(rewrite))
    if len(terms - known) > _MOST_NEW_WORDS * max(3, len(terms)):
        return "the rewrite adds too many words of its own"
    own = {term for term in question.terms if len(term) > 2}
    if own and len(own & terms) < _LEAST_KEPT * len(own):
        return "the rewrite drops what was asked"
    return ""


def _cleaned(raw: str) -> str:
    text = raw.strip().split("\n")[0].strip()
    text = re.sub(
        r"^(?:person|rewritten question|question|standalone question|rewrite|last question)\s*[:：]\s*",
        "",
        text,
        flags=re.I,
    )
    text = text.strip().strip("\"“”'`*").strip()
    asked = re.match(r"[^?？]*[?？]", text)
    return asked.group().strip() if asked else text


def _answers(rewrite: str, question: str) -> bool:
    """Tell whether a rewrite states something where a question was asked."""
    ends_asking = rewrite.rstrip().endswith(("?", "？")) or bool(re.search(r"(?:か|吗|呢)[。]?$", rewrite))
    if ends_asking:
        return False
    if "?" in question or "？" in question:
        return True
    return len(rewrite) > 3 * len(question) + 80 or bool(re.match(r"(?:yes|no|the answer)\b[,:. ]", rewrite, re.I))


def _added_names(rewrite: str, said: str) -> list[str]:
    """Return numbers and names of a rewrite that the conversation does not hold."""
    held = said.casefold()
    numbers = {number.replace(",", "") for number in re.findall(r"\d[\d,.]*\d|\d", said)}
    added = [n for n in re.findall(r"\d[\d,.]*\d|\d", rewrite) if n.replace(",", "") not in numbers]
    for match in re.finditer(r"[^\W\d_][\w'’-]*", rewrite):
        word = match.group()
        inside = match.start() > 0 and not re.search(r"[?!.:]\s*$", rewrite[: match.start()])
        upper = word[0].isupper() and (inside or any(c.isupper() for c in word[1:]))
        stem = re.sub(r"['’]s$", "", word).casefold()
        if upper and stem not in held and stem.rstrip("s") not in held:
            added.append(word)
    for run in re.findall(f"[{KATAKANA}・{HAN}]{{2,}}", rewrite):
        pieces = [run[i : i + 2] for i in range(len(run) - 1)]
        if sum(piece in said for piece in pieces) * 2 < len(pieces):
            added.append(run)
    return added


CONDENSE = """You rewrite the last question of a conversation so that it can be understood alone.
Replace words like "it", "they", "that" and "the second one" by what they stand for in the conversation.
Keep the person's own words wherever they are clear. Add no names, numbers or facts of your own.
Never answer the question. If it can be understood alone, repeat it unchanged.
Write only the rewritten question, in the language of the last question."""


def condense_messages(
    question: str, turns: Sequence[tuple[str, str]], *, control_tokens: Sequence[str] = ()
) -> list[Message]:
    """Return the prompt that rewrites `question`.

    `turns` are earlier (question, answer) pairs, oldest first.
    """
    lines = []
    for asked, answered in turns:
        lines.append(f"Person: {harmless(asked, control_tokens)}")
        lines.append(f"Answer: {harmless(answered, control_tokens)[:600]}")
    history = "\n".join(lines)
    last = harmless(question, control_tokens)
    user = f"Conversation:\n{history}\n\nLast question: {last}\nRewritten question:"
    return [("system", CONDENSE), ("user", user)]
