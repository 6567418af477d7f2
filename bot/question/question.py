"""A question, read once: what it asks for, its words, and what else the steps below the door need of it.

    question = Question("How many people signed the deal in 2024?")
    question.kind      "number"
    question.counted   "peopl": a number of something else is no answer
    question.terms     the stems of its words that carry content

Made at the door (`Bot.stream`) and handed down; nothing below it parses the text again. Each part is read when it
is first asked for, and kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from bot.question.kind import AnswerType, answer_type
from bot.text.pronouns import A_PERSON, REFERS_BACK, is_fragment
from vectorstore.words.tokens import content_terms, query_terms, tokens

if TYPE_CHECKING:
    from bot.question.form import Form
    from bot.question.overview_request import OverviewRequest
    from bot.text.dates import Date

Measure = Literal["", "money", "extent", "length", "share"]
"""What kind of amount is asked for: "extent" is a time or a length, as in "How long is it?"; "" for no one kind."""

_COUNTED = re.compile(r"\bhow many\s+((?:[\w'’-]+\s*){1,4})", re.IGNORECASE)
_MEASURES: dict[Measure, re.Pattern[str]] = {
    "money": re.compile(
        r"\bhow (?:much|expensive)\b.*\b(?:costs?|pay|pays|paid|charge[ds]?|fees?|rent|price[ds]?|budget|invest\w*"
        r"|spen[dt]\w*|revenue|deposit|salar\w+|earn\w*|worth|profits?|dividend|money|sell|sold|funding)\b"
        r"|\bwhat (?:\w+ ){0,4}?(?:price|cost|fee|rent|budget|revenue|salary|profit|deposit)\b",
        re.IGNORECASE,
    ),
    "extent": re.compile(r"\bhow long\b", re.IGNORECASE),
    "length": re.compile(r"\bhow (?:far|tall|high|deep|wide)\b", re.IGNORECASE),
    "share": re.compile(r"\b(?:percent(?:age)?|per cent|share|proportion)\b", re.IGNORECASE),
}
_WHO_IS = re.compile(
    r"^\W*who(?:['’]s| is| was) ((?!(?:the|an?|my|your|his|her|its|their|our|this|that|one|in|on|at|to|he|she|they|it"
    r"|you|i|we)\b)[\w.'’-]+(?: [\w.'’-]+){0,3}?)\W*$",
    re.IGNORECASE,
)
_NAMES = re.compile(r"(?<![.?!]\s)(?<!^)\b[A-Z][\w’'.-]*|\b[A-Z]{2,}\b|\b\d[\d.,]*\b")
FEW_TERMS = 2
"""A question of no more words that carry content may be about what was asked before it; it is asked alone first."""
_ABOUT_SOURCES = re.compile(r"\b(?:passages?|sentences?|questions?|contexts?)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Question:
    """A question that stands alone, as it is searched.

    Attributes:
        text: In the person's words, or as a chat model or the spelling of the documents made it.
        language: Language that the answer was asked for in, in English ("Japanese"), or "" for none.
    """

    text: str
    language: str = ""

    @cached_property
    def kind(self) -> AnswerType:
        """What kind of answer it asks for."""
        return answer_type(self.text)

    @cached_property
    def tokens(self) -> tuple[str, ...]:
        """The stems of all its words in order, duplicates kept."""
        return tuple(tokens(self.text))

    @cached_property
    def words(self) -> frozenset[str]:
        """The stems of all its words."""
        return frozenset(self.tokens)

    @cached_property
    def terms(self) -> frozenset[str]:
        """The stems of its words that carry content."""
        return frozenset(query_terms(self.text))

    @cached_property
    def names(self) -> frozenset[str]:
        """The stems of its names and numbers: what begins with a capital inside it, and what has digits."""
        return frozenset(term for name in _NAMES.findall(self.text) for term in query_terms(name))

    @cached_property
    def counted(self) -> str:
        """The stem of what it asks the number of ("how many people"), or ""."""
        found = _COUNTED.search(self.text)
        return next(iter(query_terms(found.group(1))), "") if found else ""

    @cached_property
    def measure(self) -> Measure:
        """What kind of amount it asks for."""
        return next((measure for measure, asked in _MEASURES.items() if asked.search(self.text)), "")

    @cached_property
    def person(self) -> re.Pattern[str] | None:
        """How the person may be written of whom it asks who that is ("Who is Ada Byron?"); None where it does not."""
        asked = _WHO_IS.match(self.text)
        if not asked:
            return None
        name = r"\W+(?:\w+\W+)?".join(map(re.escape, asked.group(1).split()))
        return re.compile(rf"(?<![\w-]){name}(?![\w-])", re.IGNORECASE)

    @cached_property
    def overview(self) -> OverviewRequest | None:
        """What it asks an overview of; None where it cannot ask for one."""
        from bot.question.overview_request import overview_request  # here: `import bot` stays light

        return overview_request(self.text)

    @cached_property
    def form(self) -> Form:
        """In which form a chat model is to answer it: compared, summed up, in so many sentences, as a table."""
        from bot.question.form import form_of  # here: `import bot` stays light

        return form_of(self.text)

    @cached_property
    def asks_yes_or_no(self) -> bool:
        """Whether yes or no answers it, and each of them can mean one thing only."""
        from bot.question.yes_no import asks_yes_or_no  # here: `import bot` stays light

        return asks_yes_or_no(self.text)

    @cached_property
    def refers_back(self) -> bool:
        """Whether it means something only after another: a pronoun, "and …", "Where?", "For Japan?"."""
        return bool(REFERS_BACK.search(self.text)) or not content_terms(self.text) or is_fragment(self.text)

    @cached_property
    def may_refer_back(self) -> bool:
        """Whether it may be about what was asked before it: it refers back, or has a word or two of its own."""
        return self.refers_back or len(self.terms) <= FEW_TERMS

    @cached_property
    def speaks_of_a_person(self) -> bool:
        """Whether it says "he" or "she"."""
        return bool(A_PERSON.search(self.text))

    @cached_property
    def amounts(self) -> frozenset[float]:
        """The values of the numbers that it says itself."""
        from bot.text.numbers import numbers  # here: `import bot` stays light

        return frozenset(number.value for number in numbers(self.text))

    @cached_property
    def dates(self) -> tuple[Date, ...]:
        """The dates that it says itself."""
        from bot.text.dates import dates  # here: `import bot` stays light

        return tuple(dates(self.text))

    @cached_property
    def is_about_sources(self) -> bool:
        """Whether it speaks of passages, sentences, questions or contexts itself."""
        return bool(_ABOUT_SOURCES.search(self.text))
