"""Words for keyword search, in every script.

Lower-cased, accents folded (where they are accents: not the vowel signs of Indic scripts), numbers without
thousands separators, acronyms without dots. Irregular forms as the word that they are of, others stemmed with
Snowball by script: English, and where a word shows it by its letters Russian, Greek, Arabic and Hindi. Scripts
without spaces become character n-grams: bigrams for Chinese, Japanese and Korean, trigrams for Thai, Lao, Khmer
and Burmese.

Other languages in Latin letters cannot be told from English word by word, so their words are indexed as English
ones are; a query in one of them finds words by their first letters instead (`is_foreign`, `WIDENED`).
"""

from __future__ import annotations

import importlib
import re
import threading
import unicodedata
from functools import cache, lru_cache
from typing import Any

from vectorstore.words import irregular_forms, stop_words
from vectorstore.words.scripts import CJK, UNSPACED

VERSION = 5
"""Counts up when `tokens` or `subject_terms` changes, so that a library indexed with an older form is indexed again."""

_MARKS = "\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0900-\u0dff"
_WORD = re.compile(
    r"(?P<acronym>\b(?:[A-Za-z]\.){2,})"
    r"|(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d+)"
    rf"|(?P<cjk>[{CJK}]+)"
    rf"|(?P<unspaced>[{UNSPACED}]+)"
    rf"|(?P<word>(?:(?![{CJK}{UNSPACED}_])[\w{_MARKS}])+(?:['’](?!s\b)(?:(?![{CJK}{UNSPACED}_])[\w{_MARKS}])+)?)"
)
_IDENTIFIER = re.compile(r"[a-z]{3,}(?:[A-Z][a-z\d]*)+|(?:[A-Z][a-z\d]+){3,}")
"""A name as programs write it ("maxAttempts", "InvoiceNumberFormat"), not "iPhone" or "McDonald"."""
_PART = re.compile(r"[A-Z]?[a-z\d]+|[A-Z]+(?![a-z])")
_JOINED = re.compile(
    r"\b(?:(?:[WwHh]i|[Ss]ci)-[Ff]i|[A-Za-z]-[A-Za-z]+)\b"  # Wi-Fi, e-mail
    r"|\b[A-Z]{2}\d{2}(?: [A-Z\d]{4}){2,7}(?: [A-Z\d]{1,3})?\b"  # an account number in groups of four
    # a telephone number, which is no date
    r"|(?<![\w+-])(?!\d{1,2}[-/]\d{1,2}[-/]\d)(?=(?:\D{0,3}\d){8})(?:\+\d{1,3}|\(?0\d{1,5}\)?)(?:[ /-]?\(0\))?"
    r"(?:[ /-]\d{2,}|(?<=\))\d{2,}){1,5}(?!\w)"
)
"""What is also written without its hyphens and blanks."""
_BRITISH = re.compile(
    r"(?P<our>(?:arm|behavi|col|endeav|fav|flav|harb|hon|hum|lab|neighb|od|parl|rig|rum|sav|splend|tum|val|vap|vig)o)ur"
    r"|(?P<ise>\w{2,}(?:al|an|ar|er|im|at|gn|as|it|or|on|in|op|is|ic|el|il)i)s(?=ations?$)"
    r"|(?P<verb>\w{2,}(?:al|an|ar|er|im|at|gn|as|it|or|on|op)i)s(?=(?:e|ed|es|ing|er|ers)$)"
)
"""Colour and color, organisation and organization are one word."""
_FOLDED_MARKS = re.compile(
    "[\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0640]"
)

_ABOUT_THE_TEXT = re.compile(
    r"\b(?:in|according to|from|by|of) (?:the|this|these|your|my) (?:articles?|documents?|texts?"
    r"|passages?|files?|briefings?)\b"
    r"|\b(?:does|do) (?:the|this|these|your|my) (?:articles?|documents?|texts?|passages?|files?"
    r"|briefings?) (?:say|mention|state)\b"
    r"|\bstands? for\b",
    re.IGNORECASE,
)


_DIGIT = re.compile(r"\d")
WIDENED = 5
"""Letters by which a query in another language in Latin letters finds a word, whatever its ending."""


def mostly_latin(text: str) -> bool:
    """Tell whether at least half of the letters of a text are Latin ones; a text without letters is."""
    letters = [character for character in text if character.isalpha()]
    return 2 * sum(map(_is_latin, letters)) >= len(letters)


def _is_latin(letter: str) -> bool:
    return letter < "\u0250" or "\u1e00" <= letter < "\u1f00" or "\uff21" <= letter < "\uff5b"


def _fold(word: str) -> str:
    """Lower-case and remove accents; keep the vowel signs that are letters in their script."""
    decomposed = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", word).casefold())
    return unicodedata.normalize("NFC", _FOLDED_MARKS.sub("", decomposed))


STOP_WORDS = stop_words.ENGLISH
"""English words that carry no content of a question. Compared before stemming."""
_FOREIGN = frozenset(map(_fold, stop_words.LATIN))
_OTHER_SCRIPTS = frozenset(map(_fold, stop_words.OTHER_SCRIPTS))
_ENGLISH_ONLY = {word for word in STOP_WORDS - _FOREIGN if len(word) > 1}
_FOREIGN_ONLY = _FOREIGN - STOP_WORDS


def is_foreign(text: str) -> bool:
    """Tell whether a query in Latin letters is surely not English.

    Two of its words are function words of other languages or have letters that English lacks, and none is a
    function word of English alone.
    """
    words = {match.group() for match in _WORD.finditer(text)}
    if any(word.casefold() in _ENGLISH_ONLY for word in words) or not mostly_latin(text):
        return False
    return sum(not word.isascii() or _fold(word) in _FOREIGN_ONLY for word in words) > 1


_STEMMING = threading.Lock()


@cache
def _stemmer(language: str) -> Any:
    # The module of one language: the package imports all 36.
    module = importlib.import_module(f"snowballstemmer.{language}_stemmer")
    return getattr(module, f"{language.capitalize()}Stemmer")()


def _stemmed_as(word: str) -> str:
    """Return the language whose stemmer fits the letters of a lower-case word, or ""."""
    if word.isascii():
        return "english" if word.isalpha() else ""
    if "\u0400" <= word[0] < "\u0530":
        return "russian"
    if "\u0370" <= word[0] < "\u0400" or "\u1f00" <= word[0] < "\u2000":
        return "greek"
    if "\u0620" <= word[0] < "\u0700":
        return "arabic"
    return "hindi" if "\u0900" <= word[0] < "\u0980" else ""


@lru_cache(maxsize=200_000)
def _term(word: str) -> str:
    folded = _fold(word).replace("'", "").replace("’", "")
    if (british := _BRITISH.match(folded)) is not None and folded.isascii():
        ending = "r" if british["our"] else "z"
        word = folded = folded[: british.end() - 1 - bool(british["our"])] + ending + folded[british.end() :]
    if folded in irregular_forms.BASE:
        word = folded = irregular_forms.BASE[folded]
    language = _stemmed_as(folded) if len(folded) > 3 else ""
    if not language:
        return folded
    # The stemmers of other languages know accents; folding comes after them.
    whole = folded if language == "english" else unicodedata.normalize("NFKC", word).casefold()
    with _STEMMING:  # a stemmer keeps its state in itself
        stem = str(_stemmer(language).stemWord(whole))
    return stem if language == "english" else _fold(stem)


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
    return [_term(text), *_parts(text)]


def _parts(word: str) -> list[str]:
    """Return the words of an identifier, none of another word."""
    if word.islower() or not word.isascii() or _IDENTIFIER.fullmatch(word) is None:
        return []
    return [_term(part) for part in _PART.findall(word)]


def _joined(text: str) -> list[str]:
    """Return what is written with hyphens or blanks as one term too: Wi-Fi, telephone and account numbers."""
    if "-" not in text and not any(map(str.isdigit, text)):
        return []
    return [_folded_run(match.group()) for match in _JOINED.finditer(text)]


def _folded_run(run: str) -> str:
    return re.sub(r"\W", "", run.replace("(0)", "")).lower()


def tokens(text: str) -> list[str]:
    """Return the terms of `text` in order, duplicates kept."""
    found: list[str] = []
    for match in _WORD.finditer(text):
        if match.lastgroup == "word" and match.group().islower():
            found.append(_term(match.group()))
        else:
            found.extend(_match_terms(match))
    return [term for term in (*found, *_joined(text)) if term]


def query_terms(text: str) -> list[str]:
    """Return the distinct terms of a query that carry content, in order.

    Stop words, and phrases that speak of the document itself, are left out unless nothing else remains.
    """
    return list(dict.fromkeys(term for term in (content_terms(text) or tokens(text)) if term))


def content_terms(text: str) -> list[str]:
    """Return the terms of a query that carry content; none for "Where?" and "By whom?"."""
    kept = _joined(text)
    silent = STOP_WORDS | stop_words.ASKING
    if is_foreign(text):
        silent |= _FOREIGN
    for match in _WORD.finditer(_JOINED.sub(" ", _ABOUT_THE_TEXT.sub(" ", text))):
        word = _fold(match.group()).replace("'", "").replace("’", "")
        if (word not in silent and word not in _OTHER_SCRIPTS) or match.group() == "US":
            kept.extend(_match_terms(match))
    return kept


def name_terms(query: str) -> frozenset[str]:
    """Return the terms of a query's names and numbers: what has a capital or a digit in it.

    A query without any capital is typed in haste: there every word may be one.
    """
    hasty = query == query.lower()
    words = query.split() if hasty else [word for word in query.split() if word != word.lower() or _DIGIT.search(word)]
    return frozenset(query_terms(query)) & {term for word in words for term in tokens(word)}
