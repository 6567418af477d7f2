"""Negations in a text, and which words they negate."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.text.fold import fold
from bot.text.yes_no import NO
from vectorstore.words.scripts import HIRAGANA
from vectorstore.words.tokens import tokens


@dataclass(frozen=True, slots=True)
class Negation:
    """A word that turns a statement round. `scope` is the stems of the content words it governs, nearest first."""

    start: int
    end: int
    text: str
    scope: tuple[str, ...] = ()


WORDS: dict[str, str] = {
    "en": r"not|never|no|none|nobody|nothing|nowhere|neither|nor|without|cannot|unable|hardly|barely|scarcely|rarely"
    r"|seldom|fail(?:s|ed|ing)? to|lack(?:s|ed|ing)?|refus(?:e|es|ed|ing) to",
    "de": r"nicht|kein(?:e[nmrs]?)?|nie|niemals|ohne",
    "fr": r"pas|jamais|aucune?|sans",
    "es": r"nunca|jamás|sin|ningún|ninguna",
    "pt": r"não|sem",
    "it": r"non(?!-| -)|senza|mai",
    "ro": r"nu|fără",
    "tr": r"değil",
    "vi": r"không|chưa",
    "ru": r"не|нет|ни|без|никогда",
    "el": r"δεν|μην|χωρίς",
    "hi": r"नहीं|न",
    "th": r"ไม่",
    "ar": r"لا|لم|لن|ليس|ليست|غير|بدون",
}
"""Words that negate what follows them, by language. Spanish "no" is the English one."""
ENDINGS_JA = (
    rf"ませんで|ません|なかった|なく(?!な)|ない(?!し)|無い|ずに|(?<=[{HIRAGANA}れせ])ず(?=、|。|に|$)|不可|禁止|未だ"
)
"""Japanese negates at the end of a word …"""
SIGNS_ZH = r"不(?!同|断|斷|仅|僅|过|過|久|可分|少|得)|没有|沒有|没(?!收)|未(?!来|來)|并非|並非|无法|無法|从未|從未|禁止"
"""… and Chinese before one, in both cases without blanks."""
_NEGATION = re.compile(
    rf"(?P<before>\b(?:{'|'.join(WORDS.values())})\b|n't\b)|(?P<ja>{ENDINGS_JA})|(?P<zh>{SIGNS_ZH})", re.IGNORECASE
)

_NO_NEGATION = re.compile(
    r"(?:not (?:only|just|merely|simply|least)|no\.? ?\d|not? (?:more|less|\w+er) than|no doubt"
    r"|nothing (?:more|but)|not (?:to mention|limited to|necessarily limited))",
    re.IGNORECASE,
)

_ANSWERS_NO = re.compile(rf"(?:{'|'.join(word.capitalize() for word in NO.values())})[,.]")

_CLAUSE_END = re.compile(r"[.;:!?]|,\s?(?:but|and|which|who|while|although)\b|\b(?:but|while|although|because|than)\b")

_SKIPPED = frozenset(
    """
        a an the be been being is are was were do does did have has had to of in on at for by with any all it
        this that very so as much longer yet ever really actually only more most can could will would shall
        should may might must there
    """.split()
)


def negations(text: str) -> list[Negation]:
    """Return the negations of `text` with the stems that they govern (up to four words to the right)."""
    flat = fold(text)
    found = []
    for match in _NEGATION.finditer(flat):
        rest = flat[match.start() :]
        if _NO_NEGATION.match(rest) or _ANSWERS_NO.match(rest):
            continue
        if match.group() == "n't" and flat[match.end() :].startswith(" not "):
            continue  # "isn't not only": the second one speaks
        if match["before"]:
            after = flat[match.end() : match.end() + 80]
            stop = _CLAUSE_END.search(after)
            words = re.findall(r"[^\W_]+", after[: stop.start()] if stop else after)[:8]
            scope = tuple(t for w in words if w.lower() not in _SKIPPED for t in tokens(w))[:4]
        elif match["ja"]:
            scope = tuple(reversed(tokens(flat[max(0, match.start() - 8) : match.start()])))[:4]
        else:
            scope = tuple(tokens(flat[match.end() : match.end() + 6]))[:4]
        found.append(Negation(match.start(), match.end(), text[match.start() : match.end()], scope))
    return found
