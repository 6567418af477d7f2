"""Negations in a text, and which words they negate."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.text.numbers import fold
from vectorstore.words.tokens import tokens


@dataclass(frozen=True, slots=True)
class Negation:
    """A word that turns a statement round. `scope` is the stems of the content words it governs, nearest first."""

    start: int
    end: int
    text: str
    scope: tuple[str, ...] = ()


_NEGATION = re.compile(
    r"(?P<en>\b(?:not|never|no|none|nobody|nothing|nowhere|neither|nor|without|cannot|unable|hardly|barely|scarcely"
    r"|rarely|seldom|fail(?:s|ed|ing)? to|lack(?:s|ed|ing)?|refus(?:e|es|ed|ing) to)\b|n't\b)"
    r"|(?P<eu>\b(?:nicht|kein(?:e[nmrs]?)?|nie|niemals|ohne|pas|jamais|aucune?|sans|nunca|jamás|sin"
    r"|ningún|ninguna|não|sem|non(?!-| -)|senza|mai"
    r"|nu|fără|değil|không|chưa|не|нет|ни|без|никогда|δεν|μην|χωρίς|नहीं|न|ไม่|لا|لم|لن|ليس|ليست|غير|بدون)\b)"
    r"|(?P<ja>ませんで|ません|なかった|なく(?!な)|ない(?!し)|無い|ずに|(?<=[\u3040-\u309fれせ])ず(?=、|。|に|$)|不可|禁止|未だ)"
    r"|(?P<zh>不(?!同|断|斷|仅|僅|过|過|久|可分|少|得)|没有|沒有|没(?!收)|未(?!来|來)|并非|並非|无法|無法|从未|從未|禁止)",
    re.IGNORECASE,
)

_NO_NEGATION = re.compile(
    r"(?:not (?:only|just|merely|simply|least)|no\.? ?\d|not? (?:more|less|\w+er) than|no doubt"
    r"|nothing (?:more|but)|not (?:to mention|limited to|necessarily limited))",
    re.IGNORECASE,
)

_ANSWERS_NO = re.compile(r"N(?:o|on|ão|ein)[,.]")

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
        if match["en"] or match["eu"]:
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
