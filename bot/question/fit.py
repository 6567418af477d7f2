"""Whether a sentence holds an answer of the kind that is asked for."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.question.kind import AnswerType
from bot.question.question import Measure, Question
from bot.text.number_words import KANJI_ONES, TENS, UNDER_TWENTY
from vectorstore.words.calendar_words import MONTHS, SEASONS, WEEKDAYS
from vectorstore.words.scripts import HAN, KATAKANA
from vectorstore.words.tokens import tokens

if TYPE_CHECKING:
    from vectorstore.search.search import SearchResult


def reasons(result: SearchResult, said: Collection[str]) -> SearchResult:
    """Return of a search for "why?" only the sentences that give a reason and were not said already.

    Passages without one are left out: quoting the same fact again is no answer.

    Args:
        result: What the search found.
        said: The sentences of the answer that is asked about.
    """
    kept = []
    for passage, held in zip(result.passages, result.held, strict=True):
        texts = {span: passage.text[span[0] - passage.start : span[1] - passage.start] for span in passage.sentences}
        spans = tuple(span for span, text in texts.items() if text not in said and _gives_reason(text))
        if spans:
            kept.append((replace(passage, sentences=spans), held))
    return replace(result, passages=tuple(p for p, _ in kept), held=tuple(h for _, h in kept))


def _gives_reason(sentence: str) -> bool:
    return bool(_CAUSE.search(re.sub(r"\bsince (?:then|\d)", "", sentence, flags=re.IGNORECASE)))


_MONTHS = [name.capitalize() for forms in MONTHS["en"] for name in forms.split() if name != "may"]
_DATE = re.compile(
    rf"\b1\d{{3}}s?\b|\b20\d\ds?\b|\b(?:{'|'.join(_MONTHS)})\b|\bMay \d|\bcentur(?:y|ies)\b"
    rf"|\b(?:{'|'.join(day.capitalize() for day in WEEKDAYS['en'])})\b|\b(?:yesterday|today|tomorrow)\b"
    rf"|\b(?:{'|'.join(SEASONS['en'])})\b|\bBCE?\b|年|月|日"
)

_NUMBER_WORDS = "|".join((*UNDER_TWENTY, *TENS, "hundred", "thousand", "million", "billion", "trillion"))
_NUMBER = re.compile(
    rf"\d[\d.,]*|\b(?:{_NUMBER_WORDS}|dozen|half|third|quarter|twice|once)\b|[{KANJI_ONES}十百千万億兆]",
    re.IGNORECASE,
)

_NAME = re.compile(
    r"(?<![.?!:;]\s)(?<!^)(?<![\w’'-])[A-Z][\w’'-]*[a-z][\w’'-]*|\b[A-Z]{2,}\b"
    rf"|[{KATAKANA}]{{2,}}|[{HAN}]{{2,}}"
)

_PLACE = re.compile(
    r"\b(?:in|at|near|from|into|outside|inside)\s+(?:the\s+)?(?:[\w-]+\s+)??([A-Z][\w'-]*[a-z][\w'-]*|[A-Z]{2,})"
)

_CAUSE = re.compile(
    r"\bbecause\b|\bdue to\b|\bin order to\b|\bso that\b|\bsince\b|\bcaus\w+|\bas a result\b"
    r"|\breason\b|\btherefore\b|\bowing to\b|\b(?:leads?|led) to\b|\bblam\w+|\battribut\w+ to\b"
    r"|\bdriven by\b|\bresult(?:s|ed|ing)? (?:of|from)\b|\bexplain(?:s|ed) by\b|\bthanks to\b|ため|から"
    r"|ので",
    re.IGNORECASE,
)

_SEPARATOR = re.compile(r"[,;、]\s*(?:and |or |und |et |y )?|\s(?:and|or)\s|・")

_DEFINES = re.compile(
    r"\b(?:is|are|was|were|means?|refers? to|known as|defined as|called|stands? for)\b|とは|である", re.IGNORECASE
)

_IS_A = re.compile(
    r"\b(?:is|are|was|were)(?: \w+ly)? (?:an?|the|one of|any|that)\b|\bmeans?\b|\brefers? to\b"
    r"|\bdefined as\b|\bstands? for\b|とは",
    re.IGNORECASE,
)

SUBJECT = 0.6
"""Share of the question's words that stand before the "is a" of a sentence that defines what is asked about."""

_AMOUNT = rf"(?:\d[\d.,]*|an?|half|few|several|{_NUMBER_WORDS})"

_TIME = rf"\b{_AMOUNT}[ -](?:an? )?(?:\w+ )?(?:year|month|week|day|hour|minute|second|decade|centur|generation)"

_LENGTH = rf"\b{_AMOUNT}[ -]?(?:km|kilomet|miles?\b|mi?\b|met(?:re|er)|feet\b|foot\b|ft\b|inch|cm\b|mm\b|yards?\b)"

_MONEY = r"[$€£¥₹]|\b(?:USD|EUR|GBP|JPY|CHF)\b|\b(?:dollar|euro|pound|yen|franc|rupee)s?\b|[円元]"

_MEASURED: dict[Measure, re.Pattern[str]] = {
    "money": re.compile(_MONEY, re.IGNORECASE),
    "extent": re.compile(f"{_TIME}|{_LENGTH}", re.IGNORECASE),
    "length": re.compile(_LENGTH, re.IGNORECASE),
    "share": re.compile(r"%|\bper ?cent|\bhalf\b|\bthird|\bquarter|\bfifth", re.IGNORECASE),
}
"""What amounts of the kind that is asked for look like."""

OTHER_AMOUNT = 0.5
"""What a number is worth that counts or measures something else than the question asks for."""

_DEFINED = re.compile(
    r"[(（](?:the |each,? |an? |together,? )*[\"“]([^\"“”]{2,40})[\"”][)）]|^\W*[\"“]([^\"“”]{2,"
    r"40})[\"”] (?:means|shall mean|is|are|refers)\b"
)

_ROLE = (
    r"(?:President|Prime Minister|Minister|Secretary|Chancellor|Chair(?:man|woman|person)?|Director"
    r"|Governor|Senator|Ambassador"
    r"|Chief(?: \w+){0,2}|CEO|CFO|CTO|Professor|Prof\.|Doctor|Dr\.?|Judge|Justice|General|Captain"
    r"|Colonel|King|Queen|Prince|Princess"
    r"|Emperor|Pope|Sir|Lord|Lady|Mayor|Commissioner|Officer|Inspector|Sergeant|Sheriff|Coach|Founder)"
)

_APPOSITION = re.compile(
    r"(?:\s*\([^)]*\))?(?:\s*,\s+(?:(?:the|an?|his|her|its|their|our|then|now|former"
    r"|who)\s+)*(?:[A-Z][\w.&-]*(?:['’]s)?\s+){0,4}"
    r"(?!(?:and|or|but|said|says|in|on|at|as|for|with|by|when|while|which|where|however|too|also)\b)[a-z]{3,}"
    r"|\s+(?:is|was)\s+(?:an?|the|one of)\s)"
)


def identifies(text: str, question: Question) -> bool:
    """Tell whether `text` says who the person is that a question asks for by name: "Ada Byron, a clerk", "Dr Byron"."""
    if question.person is None:
        return False
    for found in question.person.finditer(text):
        if not found.group().split()[-1][0].isupper():
            continue
        before = re.search(rf"{_ROLE}(?:\s+[A-Z][\w.’'-]*){{0,2}}\s*$", text[: found.start()])
        if before or _APPOSITION.match(text, found.end()):
            return True
    return False


def fits(kind: AnswerType, text: str, question: Question) -> float:
    """Return how well `text` holds an answer of a kind: 0 for not at all, 0.5 where it cannot be told, 1 for well."""
    if kind == "when":
        return float(bool(_DATE.search(text)))
    if kind == "number":
        return _number(text, question)
    if kind in ("who", "where"):
        return float(_new(_NAME, text, question))
    if kind == "why":
        return float(bool(_CAUSE.search(text)))
    if kind == "list":
        return _enumeration(text)
    if kind == "definition":
        return _definition(text, question)
    return 0.5


def says(kind: AnswerType, text: str, question: Question) -> bool:
    """Tell whether `text` plainly says when, how much or where: no other kind can be told so."""
    if kind == "where":
        # Any name fits "where"; a new one behind "in", "at" or "from" is a place.
        places = _PLACE.finditer(text)
        return fits(kind, text, question) == 1 and any(
            not set(tokens(place.group(1))) <= question.words for place in places
        )
    return kind in ("when", "number") and fits(kind, text, question) == 1


def _definition(text: str, question: Question) -> float:
    """Return how well `text` says what something is: "X is a …" says it, "X is sold by …" and "Y is a …" do not."""
    says = _IS_A.search(text)
    asked = question.terms
    before = set(tokens(text[: says.start()])) if says else set[str]()
    if len(asked & before) < max(1, SUBJECT * len(asked)):
        return 0.5 if _DEFINES.search(text) else 0.2
    return 1.0 if len(before) <= len(asked) + 6 else 0.8


def defines(text: str, terms: set[str]) -> bool:
    """Tell whether `text` gives a name in quotation marks, as contracts do, all of whose words are in `terms`."""
    named = (set(tokens(match.group(1) or match.group(2))) for match in _DEFINED.finditer(text))
    return any(words and words <= terms for words in named)


def _number(text: str, question: Question) -> float:
    """Return how well `text` holds an amount of what the question counts or measures."""
    if not _new(_NUMBER, text, question):
        return 0.0
    if question.counted:
        near = (set(tokens(text[m.end() : m.end() + 45])[:4]) for m in _NUMBER.finditer(text))
        return 1.0 if any(question.counted in words for words in near) else OTHER_AMOUNT
    held = _MEASURED.get(question.measure)
    return 1.0 if held is None or held.search(text) else OTHER_AMOUNT


def _enumeration(text: str) -> float:
    """Return how much of a list `text` is: 1 for five short items or more in a row, 0.5 for two."""
    longest = run = 1
    for item in _SEPARATOR.split(text):
        run = run + 1 if 0 < len(item.split()) <= 4 else 1
        longest = max(longest, run)
    return min(1.0, 0.25 + longest / 8)


def _new(pattern: re.Pattern[str], text: str, question: Question) -> bool:
    """Tell whether `pattern` finds something in `text` that the question does not say itself."""
    return any(not set(tokens(match.group())) <= question.words for match in pattern.finditer(text))
