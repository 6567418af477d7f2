"""Questions that a passage does not answer, made from questions that it does.

A name or number is exchanged for another of the same article, a word for its opposite, a negation is put in or
taken out, or another kind of value is asked for. What is made is wrong now and then (the passage may answer it
all the same); the mix in `data.py` allows for that.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

NAME = re.compile(r"(?<!^)(?<![.?!]\s)\b[A-Z][\w’'-]+(?:\s+(?:of\s+|the\s+|de\s+)*[A-Z][\w’'-]+)*")
NUMBER = re.compile(r"\b\d[\d,.]*\d\b|\b\d+\b")
_PAIRS = """first/last most/least more/less more/fewer before/after increase/decrease increased/decreased
largest/smallest
highest/lowest best/worst early/late earliest/latest north/south east/west northern/southern eastern/western
above/below inside/outside old/new older/newer oldest/newest good/bad positive/negative win/lose won/lost
begin/end began/ended start/stop started/stopped open/close opened/closed buy/sell bought/sold gain/lose
support/oppose supported/opposed accept/reject accepted/rejected allow/forbid allowed/forbidden
advantage/disadvantage advantages/disadvantages male/female man/woman men/women father/mother son/daughter
son/brother wife/sister husband/brother strong/weak stronger/weaker fast/slow hot/cold high/low higher/lower
long/short longest/shortest large/small larger/smaller rich/poor common/rare public/private internal/external
minimum/maximum upper/lower left/right join/leave joined/left arrive/depart arrived/departed import/export
founded/dissolved born/buried created/destroyed built/demolished summer/winter day/night king/queen import/exports
always/never major/minor primary/secondary buyer/seller landlord/tenant lender/borrower employer/employee
revenue/costs profit/debt income/tax cause/prevent causes/prevents caused/prevented problem/solution
seconds/hours monthly/annual weekly/yearly domestic/foreign previous/next beginning/end teacher/student"""
_OPPOSITE: dict[str, list[str]] = {}
for _pair in _PAIRS.split():
    _left, _right = _pair.split("/")
    _OPPOSITE.setdefault(_left, []).append(_right)
    _OPPOSITE.setdefault(_right, []).append(_left)
_AUXILIARY = re.compile(r"\b(is|are|was|were|did|does|do|can|could|has|have|had|will|would|should)\b", re.IGNORECASE)
_ASKS = re.compile(r"^(When|Where|Why|How)(?= (?:is|are|was|were|did|does|do|can|could|has|have|had|will|would)\b)")
_WHAT_NOUN = re.compile(
    r"\b([Ww]hat|[Ww]hich) (year|month|city|country|state|company|river|team|date|person|language|"
    r"book|song|album|century|decade|percentage|school|university|group|building|type|organization)\b"
)
_NOUNS = (
    "year",
    "month",
    "city",
    "country",
    "company",
    "team",
    "person",
    "language",
    "book",
    "school",
    "university",
    "building",
    "percentage",
    "day of the week",
    "newspaper",
    "award",
    "law",
    "disease",
)


def exchanged(question: str, others: Sequence[str], chance: random.Random) -> str | None:
    """Return a question that is close to `question` and asks something else, or None where none could be made.

    Args:
        question: A question that its passage answers.
        others: Texts of the same article, from which other names and numbers are taken.
        chance: The source of chance.
    """
    ways = [_name, _name, _number, _opposite, _opposite, _negated, _asks_other]
    chance.shuffle(ways)
    for way in ways:
        made = way(question, others, chance)
        if made and made.casefold() != question.casefold():
            return made
    return None


def _name(question: str, others: Sequence[str], chance: random.Random) -> str | None:
    found = [m for m in NAME.finditer(question) if len(m.group()) > 2]
    if not found:
        return None
    match = chance.choice(found)
    asked = set(question.casefold().split())
    names = [
        m.group()
        for text in others
        for m in NAME.finditer(text)
        if len(m.group()) > 2 and not set(m.group().casefold().split()) & asked
    ]
    same = [name for name in names if abs(len(name.split()) - len(match.group().split())) <= 1]
    if not same:
        return None
    return question[: match.start()] + chance.choice(same) + question[match.end() :]


def _number(question: str, others: Sequence[str], chance: random.Random) -> str | None:
    found = list(NUMBER.finditer(question))
    if not found:
        return None
    match = chance.choice(found)
    value = match.group()
    numbers = [
        m.group()
        for text in others
        for m in NUMBER.finditer(text)
        if m.group() != value and len(m.group()) == len(value)
    ]
    if numbers and chance.random() < 0.6:
        other = chance.choice(numbers)
    elif value.isdigit():
        other = str(max(0, int(value) + chance.choice([-20, -10, -3, -2, -1, 1, 2, 3, 10, 15])))
    else:
        return None
    return question[: match.start()] + other + question[match.end() :]


def _opposite(question: str, _others: Sequence[str], chance: random.Random) -> str | None:
    words = [m for m in re.finditer(r"\b[a-z]+\b", question) if m.group() in _OPPOSITE]
    if not words:
        return None
    match = chance.choice(words)
    return question[: match.start()] + chance.choice(_OPPOSITE[match.group()]) + question[match.end() :]


def _negated(question: str, _others: Sequence[str], chance: random.Random) -> str | None:
    if re.search(r"\b(not|never)\b|n't\b", question):
        return re.sub(r"\s+(not|never)\b|n't\b", "", question, count=1)
    match = _AUXILIARY.search(question)
    if match is None or re.match(r"(?i)(is|are|was|were|did|does|do|can|could|has|have|had|will|would)\b", question):
        return None
    rest = question[match.end() :]
    if re.match(r"(?i)(did|does|do|can|could|will|would|should)$", match.group()):
        subject = re.match(r"\s+(?:the |a |an )?[\w’'-]+(?:\s+[A-Z][\w’'-]+)*", rest)
        if subject is None:
            return None
        word = chance.choice([" not", " never", " fail to", " refuse to"])
        return question[: match.end()] + subject.group() + word + rest[subject.end() :]
    return question[: match.end()] + chance.choice([" not", " never", " not"]) + rest


def _asks_other(question: str, _others: Sequence[str], chance: random.Random) -> str | None:
    match = _ASKS.match(question)
    if match:
        other = [word for word in ("When", "Where", "Why", "Who else", "How much") if word != match.group(1)]
        word = chance.choice(other[:3] if match.group(1) != "How" else ["When", "Why"])
        return word + question[match.end() :]
    match = _WHAT_NOUN.search(question)
    if match is None:
        return None
    noun = chance.choice([noun for noun in _NOUNS if noun != match.group(2)])
    return f"{question[: match.start()]}{match.group(1)} {noun}{question[match.end() :]}"
