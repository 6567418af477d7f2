"""Proper names in a text: runs of capitalised words, acronyms, codes, katakana."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from bot.text.fold import fold
from bot.text.number_words import FIRST_THREE, UNDER_TWENTY
from bot.text.pronouns import IT, PERSON, SPEAKERS, THEY, THIS
from vectorstore.words.calendar_words import MONTHS, WEEKDAYS
from vectorstore.words.scripts import CJK, HAN, KATAKANA


@dataclass(frozen=True, slots=True)
class Name:
    """A proper name: a run of capitalised words, an acronym, a code, a katakana run.

    Attributes:
        start, end: Offsets into the text.
        text: Verbatim.
        words: Its words folded ("Universities" is not "University"), without "the" and "of".
        soft: True for one capitalised word that opens a sentence, which may be no name.
    """

    start: int
    end: int
    text: str
    words: tuple[str, ...]
    soft: bool = False


_NOT_NAMES = frozenset((*PERSON, *IT, *THEY, *THIS, *SPEAKERS, *FIRST_THREE, *UNDER_TWENTY)) | frozenset(
    """
        the a an there here in on at for from by with as if when while after before however but and or nor so
        yet to of into onto upon over under between among during since until till because although though
        whereas unless despite also both each every either neither many much most some any all no not none
        several few other others another such what who whom whose which where why how then thus therefore
        moreover furthermore finally next last once only even still just further more less rather instead yes ok
        please note according additionally alternatively overall generally typically usually often sometimes
        currently recently later earlier today now similarly specifically particularly especially notably
        likewise meanwhile otherwise nevertheless nonetheless indeed perhaps maybe unlike like without within
        through throughout across against about above below around along behind beside besides beyond near per
        via is are was were be been being has have had do does did can could will would shall should may might
        must let lets based due given using used make makes made people person someone everyone anyone something
        everything anything part parts example examples answer question section chapter page figure table
        appendix name names mr mrs ms dr sir
    """.split()
)
"""What is no name at the beginning and the end of a run of capitalised words."""
_TIMES = frozenset(" ".join((*MONTHS["en"], *WEEKDAYS["en"], "bc bce ad ce am pm")).split())
"""Months, weekdays, eras and halves of the day."""
_NEVER_ACRONYMS = frozenset(
    ["THE", "AND", "OF", "IN", "A", "I", "AM", "PM", "BC", "AD", "BCE", "CE", "NOT", "OR", "TO", "FOR"]
)
_CAPITAL_WORD = re.compile(
    r"(?P<dotted>\b(?:[A-Z]\.\s?){2,})"
    rf"|(?P<code>\b(?:[^\W\d_{CJK}][\w-]*\d\w*|\d+(?:\.\d+){{2,}})\b)"
    rf"|(?P<word>(?:[^\W\d_{CJK}]|(?<=\w)['’](?=\w))+(?:(?<=[a-z])-(?=[A-Z])(?:[^\W\d_{CJK}])+)*)"
)
_LINK = re.compile(
    r"\s?(?:&|\s-\s|-|\b(?:of|of the|the|de|del|de la|di|da|do|dos|van|von|van der|der|al|el|la|le|du|und|for)\b)?\s?"
)
_SENTENCE_OPENS = re.compile(r"(?:^|[.!?:;•*|]\s*|\n\s*|[\"“‘«(]\s*|``\s*|^\s*[-–]\s*|^\d+[.)]\s*)$")
_KATAKANA = re.compile(rf"[{KATAKANA}]{{2,}}(?:[・＝][{KATAKANA}]+)*")
_KANJI_NAME = re.compile(
    rf"[{HAN}]{{1,8}}(?:株式会社|大学|銀行|省|庁|県|市|町|村|区|党|川|山|島|駅|空港|国|社|軍)(?![{HAN}])"
    rf"|[{HAN}]{{2,6}}(?=氏|さん|首相|大統領|社長|大臣|教授|知事|市長|議員|選手|監督)"
    rf"|(?<=[{HAN}])·?[{HAN}]{{1,4}}(?:·[{HAN}]{{1,6}})+"
)
_GERMAN = re.compile(r"\b(?:der|die|und|ist|das|nicht|wurde|werden|ein|eine)\b")
_CASELESS = re.compile(r"[a-z\u0430-\u044f\u03b1-\u03c9]")


def _is_capital(word: str) -> bool:
    return word[0].isupper() or (any(c.isupper() for c in word[1:]) and not word.isupper())


def fold_word(word: str) -> str:
    """Return `word` lower-cased, without accents, dots and possessive; not stemmed."""
    plain = unicodedata.normalize("NFKD", fold(word).casefold())
    plain = plain if plain.isascii() else "".join(c for c in plain if not "\u0300" <= c <= "\u036f")
    return re.sub(r"'s$|'$|[.']", "", unicodedata.normalize("NFC", plain))


def names(text: str) -> list[Name]:
    """Return the proper names of `text` by place.

    Capitalised runs are joined over "of", "de", "von" and the like. Months and weekdays are dates, not names. In
    German, where every noun is capitalised, single words are soft; in text without lower case all single words are.
    """
    flat = fold(text)
    doubtful = not _CASELESS.search(flat) or len(_GERMAN.findall(flat)) >= 2
    found: list[Name] = []
    run: list[re.Match[str]] = []
    for match in _CAPITAL_WORD.finditer(text):
        word = match.group()
        if match["word"] and not _is_capital(word):
            continue
        gap = text[run[-1].end() : match.start()] if run else ""
        initial = bool(run) and len(run[-1].group()) == 1 and gap in (". ", ".")
        if run and not initial and not _LINK.fullmatch(gap):
            found.extend(_finish(text, run, doubtful))
            run = []
        run.append(match)
    found.extend(_finish(text, run, doubtful))
    for pattern in (_KATAKANA, _KANJI_NAME):
        if not text.isascii():
            found.extend(
                Name(*m.span(), m.group(), tuple(re.split("[・＝]", m.group()))) for m in pattern.finditer(text)
            )
    return sorted(found, key=lambda name: name.start)


def _finish(text: str, run: list[re.Match[str]], doubtful: bool) -> list[Name]:
    """Make the name of a run of capitalised words, without the leading words that open a sentence."""
    while run and not run[0]["code"] and not run[0]["dotted"] and _plain_word(run[0].group()):
        run = run[1:]
    while run and not run[-1]["code"] and not run[-1]["dotted"] and _plain_word(run[-1].group()):
        run = run[:-1]
    if not run:
        return []
    start, end = run[0].start(), run[-1].end()
    if run[-1]["dotted"]:
        end = start + len(text[start:end].rstrip())
    folded = [fold_word(m.group().replace(" ", "")) for m in run]
    words = tuple(w for w in folded if w and ((len(w) > 1 and w not in _NOT_NAMES) or len(run) == 1))
    opens = _SENTENCE_OPENS.search(text[max(0, start - 12) : start]) is not None
    single = len(run) == 1 and not run[0]["code"] and not run[0]["dotted"]
    shouted = single and len(run[0].group()) > 1 and run[0].group().isupper() and not doubtful
    inner = single and any(c.isupper() for c in run[0].group()[1:])
    soft = single and (opens or doubtful) and not shouted and not inner
    return [Name(start, end, text[start:end], words, soft)] if words else []


def _plain_word(word: str) -> bool:
    """Tell whether a capitalised word is an ordinary one that opens a sentence, a month or a weekday."""
    low = word.lower().replace("’", "'")
    if word.isupper() and len(word) > 1 and word not in _NEVER_ACRONYMS:
        return False
    return low in _NOT_NAMES or low in _TIMES or low.split("'")[0] in _NOT_NAMES or len(word) == 1


_ALIASES = dict(
    pair.split(":")
    for pair in """us:united states,usa:united states,america:united states,american:united states,uk:united kingdom,
    britain:united kingdom,british:united kingdom,un:united nations,eu:european union,ussr:soviet union,
    soviet:soviet union,french:france,dutch:netherlands,spanish:spain,english:england,greek:greece,swiss:switzerland,
    welsh:wales,irish:ireland,scottish:scotland,danish:denmark,polish:poland,turkish:turkey,swedish:sweden,
    german:germany,chinese:china""".replace("\n    ", "").split(",")
)
_DEMONYM = re.compile(r"(?<=\w{4})(?:ese|ians?|ans?|ish|is?|ns?|s|a|y|e|o)$")


@lru_cache(maxsize=50_000)
def _forms(word: str) -> frozenset[str]:
    short = _DEMONYM.sub("", word)
    return frozenset({word, _ALIASES.get(word, word), short if len(short) >= 4 else word})


def acronym_of(words: Iterable[str]) -> str:
    """Return the initials of `words`, lower-cased."""
    return "".join(w[0] for w in words if w)


def same_name(claim: Name, source: Name) -> bool:
    """Tell whether `source` names what `claim` names: all words of the claim, its acronym or its expansion."""
    return _same_words(claim.words, source.words)


@lru_cache(maxsize=200_000)
def _same_words(claim: tuple[str, ...], source: tuple[str, ...]) -> bool:
    have = frozenset().union(*(_forms(w) for w in source))
    if all(not _forms(w).isdisjoint(have) for w in claim):
        return True
    full_claim, full_source = " ".join(claim), " ".join(source)
    if _ALIASES.get(full_claim) == full_source or _ALIASES.get(full_source) == full_claim:
        return True
    if len(claim) == 1 and len(source) > 1:
        return len(claim[0]) > 1 and claim[0] == acronym_of(source)
    return len(source) == 1 and len(claim) > 1 and source[0] == acronym_of(claim)
