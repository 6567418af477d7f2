"""Conversation: the turns so far, and what a follow-up leans on. Frozen: adding a turn makes a new one."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.answer import Answer, Statement
from vectorstore.words.tokens import query_terms

_LEANS = re.compile(
    r"\b(?:it|its|they|them|their|theirs|he|him|his|she|her|hers|this|that|these|those|there|then|the (?:same|former|latter|"
    r"other|others|first|second|third|last)|one|ones|such|so)\b",
    re.IGNORECASE,
)
_OPENS = re.compile(
    r"^\s*(?:and|but|or|so|also|then|what about|how about|what else|who else|where else|anything else|any other|why|"
    r"how so|how come|really|in what|by whom|since when|which one|for example|for instance|such as|else)\b",
    re.IGNORECASE,
)
_BARE = re.compile(
    r"\W*(?:(?:and|but|so|ok|okay|please)\b\W*)*(?:(?:what|how) about\b\W*)?"
    r"(?:why|why not|how come|how so|really|(?:why|how) is (?:that|this|it)|the (?:first|second|third|fourth|fifth|last|other)"
    r"(?: (?:one|point|item))?|なぜ(?:ですか)?|どうして(?:ですか)?|(?:二|三|一)つ目は)\W*",
    re.IGNORECASE,
)
_FOOTNOTE_LIST = re.compile(r"\n\n\\?\[1\\?\] ")
_MARK = re.compile(r"\s*(?:\[\d+\])+")
_SOCIAL = ("greeting", "thanks", "farewell", "yes", "no")
MOST_PERSONS = 2
"""Names of an answer that a follow-up with "he" or "she" is searched with, at most."""
_A_PERSON = re.compile(r"\b(?:he|him|his|she|her|hers)\b", re.IGNORECASE)
_LEANS_CJK = re.compile(r"それ|これ|あれ|その|この|あの|彼|彼女|そこ|では|他に|它|他们|她|这|那|그것|이것|그는|그녀")


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

    def context_for(self, question: str) -> str:
        """Return what `question` follows on, to be searched with it; "" where it stands alone.

        The last question that was searched, and what it followed on itself when it leaned too. Turns such as
        "why?" and "and the second one?" name nothing and are passed over, and so does an overview.
        """
        if not leans(question):
            return ""
        from bot.question.overview_request import asks_for_all  # here: `import bot` stays light

        asked = [
            turn
            for turn in self.turns
            if (turn.answer.passages or turn.answer.statements or turn.answer.abstained)
            and not _BARE.fullmatch(turn.question)
            and not asks_for_all(turn.question)
        ]
        if not asked:
            return ""
        last = asked[-1]
        said = [last.question, *(_persons(last) if _A_PERSON.search(question) else ())]
        if leans(last.question) and len(asked) > 1:
            said.insert(0, asked[-2].question)
        return " ".join(said)


def remembered(question: str, said: str) -> Answer:
    """Return an answer of which only the words are left, as a program's messages or a thread give them back.

    Footnote marks and the list of footnotes are no part of what was said. A greeting answered is no turn that a
    follow-up can lean on.
    """
    from bot.answer import ABSTAINED
    from bot.question.turn import classify

    words = _MARK.sub("", _FOOTNOTE_LIST.split(said, maxsplit=1)[0]).strip()
    if classify(question).kind in _SOCIAL:
        return Answer(question, notice=words)
    if not words or words.startswith(ABSTAINED):
        return Answer(question, abstained=True)
    return Answer(question, statements=(Statement(words, ()),))


def _persons(turn: Turn) -> list[str]:
    """Return whom "he" or "she" may be after a question that asks who: the names in the first sentence of its answer."""
    from bot.question.kind import answer_type
    from bot.text.names import names  # here: `import bot` stays light

    if answer_type(turn.question) != "who" or not turn.answer.statements:
        return []
    found = [n.text for n in names(turn.answer.statements[0].text) if 2 <= len(n.words) <= 3 and not n.soft]
    return found[:MOST_PERSONS]


def leans(question: str) -> bool:
    """Tell whether a question means something only after another: a pronoun, an ellipsis, "and …"."""
    if _OPENS.search(question) or _LEANS.search(question) or _LEANS_CJK.search(question):
        return True
    return len(query_terms(question)) <= 2
