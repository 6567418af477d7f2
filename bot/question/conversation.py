"""Conversation: the turns so far, and what a follow-up refers to. Frozen: adding a turn makes a new one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.answer import Answer, Statement

if TYPE_CHECKING:
    from bot.question.question import Question

_FOOTNOTE_LIST = re.compile(r"\n\n\\?\[1\\?\] ")
_MARK = re.compile(r"\s*(?:\[\d+\])+")
MOST_PERSONS = 2
"""Names of an answer that a follow-up with "he" or "she" is searched with, at most."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and its answer."""

    question: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class Conversation:
    """The turns so far, oldest first."""

    turns: tuple[Turn, ...] = ()

    def add(self, question: str, answer: Answer) -> Conversation:
        """Return the conversation with one more turn."""
        return Conversation((*self.turns, Turn(question, answer)))

    def context_for(self, question: Question) -> str:
        """Return what `question` follows on, or may follow on, to be searched with it; "" where it stands alone.

        The last question that was searched, and what it followed on itself when it referred back too. Turns such as
        "why?" and "and the second one?" name nothing and are passed over, and so does an overview.
        """
        if not question.may_refer_back:
            return ""
        from bot.question.question import Question  # here: `import bot` stays light
        from bot.question.turn import names_nothing

        answered = [turn for turn in self.turns if _is_answered(turn.answer) and not names_nothing(turn.question)]
        asked = [(turn, read) for turn in answered if not _asks_for_all(read := Question(turn.question))]
        if not asked:
            return ""
        last, read = asked[-1]
        said = [last.question, *(_persons(last, read) if question.speaks_of_a_person else ())]
        if (read.refers_back or last.answer.searched_for) and len(asked) > 1:
            said.insert(0, asked[-2][0].question)
        return " ".join(said)


def remembered(question: str, said: str) -> Answer:
    """Return an answer of which only the words are left, as a program's messages or a thread give them back.

    Footnote marks and the list of footnotes are no part of what was said. A greeting answered is no turn that a
    follow-up can refer to.
    """
    from bot.answer import ABSTAINED
    from bot.question.turn import SOCIAL, classify  # here: `import bot` stays light

    words = _MARK.sub("", _FOOTNOTE_LIST.split(said, maxsplit=1)[0]).strip()
    if classify(question).kind in SOCIAL:
        return Answer(question, notice=words)
    if not words or words.startswith(ABSTAINED):
        return Answer(question, abstained=True)
    return Answer(question, statements=(Statement(words, ()),))


def _is_answered(answer: Answer) -> bool:
    """Tell whether an answer is one of the documents', and no greeting."""
    return bool(answer.passages or answer.statements or answer.abstained)


def _asks_for_all(question: Question) -> bool:
    return question.overview is not None and question.overview.of_all


def _persons(turn: Turn, question: Question) -> list[str]:
    """Return whom "he" or "she" may be after a question that asks who: the names in the first sentence of its
    answer."""
    from bot.text.names import names  # here: `import bot` stays light

    if question.kind != "who" or not turn.answer.statements:
        return []
    found = [n.text for n in names(turn.answer.statements[0].text) if 2 <= len(n.words) <= 3 and not n.soft]
    return found[:MOST_PERSONS]
