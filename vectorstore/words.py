"""Words for keyword search, in every script.

Lower-cased, accents folded (where they are accents: not the vowel signs of Indic scripts), English
stemmed with Snowball, numbers without thousands separators, acronyms without dots. Scripts without
spaces become character n-grams: bigrams for Chinese, Japanese and Korean, trigrams for Thai, Lao,
Khmer and Burmese.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from functools import lru_cache
from typing import Any

VERSION = 1
"""Counts up when `tokens` changes, so that a library indexed with an older form is indexed again."""

_MARKS = "\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0900-\u0dff"
_CJK = (
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003134f"
)
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
_WORD = re.compile(
    r"(?P<acronym>\b(?:[A-Za-z]\.){2,})"
    r"|(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d+)"
    rf"|(?P<cjk>[{_CJK}]+)"
    rf"|(?P<unspaced>[{_UNSPACED}]+)"
    rf"|(?P<word>(?:(?![{_CJK}{_UNSPACED}_])[\w{_MARKS}])+(?:['’](?!s\b)(?:(?![{_CJK}{_UNSPACED}_])[\w{_MARKS}])+)?)"
)
_FOLDED_MARKS = re.compile(
    "[\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0640]"
)

STOP_WORDS = frozenset(
    """a an the this that these those there here it its he him his she her hers they them their theirs we us our
    ours you your yours i me my mine myself itself themselves himself herself who whom whose which what when where
    why how and or but nor so if then than as at by for from in into of off on onto out over to up with without
    about above after again against all am any are is be because been before being below between both can could did do
    does doing down during each few further had has have having just more most no not now once only other own same
    should some such through too under until very was were will would shall may might must ought upon while also
    cannot dont didnt doesnt isnt arent wasnt werent wont tell explain describe give please according mentioned
    say says said know find show list name many much long often did s t d ll m re ve""".split()
)
"""English words that carry no content of a question. Compared before stemming."""


_ABOUT_THE_TEXT = re.compile(
    r"\b(?:in|according to|from|by|of) (?:the|this|these|your|my) (?:articles?|documents?|texts?|passages?|files?|briefings?)\b"
    r"|\b(?:does|do) (?:the|this|these|your|my) (?:articles?|documents?|texts?|passages?|files?|briefings?) (?:say|mention|state)\b"
    r"|\bstands? for\b",
    re.IGNORECASE,
)


def _fold(word: str) -> str:
    """Lower-case and remove accents; keep the vowel signs that are letters in their script."""
    decomposed = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", word).casefold())
    return unicodedata.normalize("NFC", _FOLDED_MARKS.sub("", decomposed))


_STEMMING = threading.Lock()


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    # The module of one language: the package imports all 36.
    from snowballstemmer.english_stemmer import EnglishStemmer

    return EnglishStemmer()


@lru_cache(maxsize=200_000)
def _term(word: str) -> str:
    folded = _fold(word).replace("'", "").replace("’", "")
    if len(folded) > 3 and folded.isascii() and folded.isalpha():
        with _STEMMING:  # the stemmer keeps its state in itself
            return str(_stemmer().stemWord(folded))
    return folded


def _grams(run: str, size: int) -> list[str]:
    run = unicodedata.normalize("NFKC", run)
    if len(run) <= size:
        return [run]
    return [run[i : i + size] for i in range(len(run) - size + 1)]


def _match_terms(match: re.Match[str]) -> list[str]:
    text = match.group()
    if match.lastgroup == "acronym":
        return [text.replace(".", "").lower()]
    if match.lastgroup == "number":
        return [text.replace(",", "")]
    if match.lastgroup == "cjk":
        return _grams(text, 2)
    if match.lastgroup == "unspaced":
        return _grams(text, 3)
    return [_term(text)]


def tokens(text: str) -> list[str]:
    """Return the terms of `text` in order, duplicates kept."""
    found: list[str] = []
    for match in _WORD.finditer(text):
        found.extend(_match_terms(match))
    return [term for term in found if term]


def query_terms(text: str) -> list[str]:
    """Return the distinct terms of a query that carry content, in order.

    Stop words, and phrases that speak of the document itself, are left out unless nothing else remains.
    """
    kept: list[str] = []
    for match in _WORD.finditer(_ABOUT_THE_TEXT.sub(" ", text)):
        if _fold(match.group()).replace("'", "").replace("’", "") not in STOP_WORDS or match.group() == "US":
            kept.extend(_match_terms(match))
    return list(dict.fromkeys(term for term in (kept or tokens(text)) if term))
