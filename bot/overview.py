"""An overview: "Summarise this", "What are these documents about?" is answered by what the documents say most.

The sentences are quoted like any others. No search finds them: such a question holds no word of its answer.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import PurePath
from typing import TYPE_CHECKING

from bot.question import fits
from bot.quote import Quoted, is_fragment, leans
from bot.suspect import tainted
from vectorstore.words import query_terms, tokens

if TYPE_CHECKING:
    from vectorstore.library import Library
    from vectorstore.passage import Filter, Passage
    from vectorstore.records import DocumentInfo

MOST_DOCUMENTS = 12
"""Of more documents than this, one sentence each is no overview any more."""
CONSIDERED = 80
"""Passages of a document whose sentences are considered."""
READ = 200_000
"""Characters of a document from which its usual words are taken."""
SALIENCE = 0.3
"""What it is worth that a sentence's words are the document's usual ones, beside the score of its passage."""
TITLED = 0.3
"""What it is worth that a sentence holds the words of the document's title."""
DEFINING = 0.2
"""What it is worth that it says what that is: "X is a …"."""
ITSELF = 0.3
"""What it is worth that it speaks of the document: "This paper describes …", "Here we report …"."""
REPEATS = 0.4
"""A sentence with a larger share of its words in common with one already chosen says the same again."""
LEAST_WORDS, LEAST_LETTERS, LEAST_CJK = 5, 8, 25
"""Content words, words, and characters of a Chinese or Japanese sentence that says something by itself, at least."""
LONGEST = 450
"""Characters of a sentence in an overview, at most."""
MOST_DIGITS = 0.12
"""A larger share of digits is a row of figures."""
LONGEST_WISH = 200
"""Characters of a wish for an overview, at most."""
NOTICE = "An overview: sentences that stand for the whole, word for word."
NOTHING = "No sentence in there stands for the whole: ask about something that is said."
TOO_MANY = (
    "{count:,} documents are too many for an overview. Name one of them, as in “Summarise report.pdf”, "
    "or ask about something that they say."
)

_DOCUMENT = (
    r"(?:documents?|docs?|files?|articles?|papers?|reports?|texts?|pdfs?|folders?|library|collections?|sources?|materials?"
    r"|briefings?|contents?|analys[ie]s|stud(?:y|ies)|essays?|posts?)"
)
_WORK = r"(?:books?|chapters?|pages?|notes|stor(?:y|ies)|letters?|contracts?|manuals?|transcripts?|e-?mails?|speech(?:es)?|minutes)"
# "The contract" may be what a question is about; "this contract" is the document.
_THIS = (
    rf"(?:(?:all(?: of)? )?(?:the|those|that|every) (?:uploaded |whole |entire |ingested )?{_DOCUMENT}"
    rf"|(?:all(?: of)? )?(?:this|these|my|our|your|all) (?:uploaded |whole |entire |ingested )?(?:{_DOCUMENT}|{_WORK}))"
)
_IT = rf"(?:{_THIS}|it|this|that|these|them|everything|all(?: of (?:it|this|them))?|here)"
_BRIEFLY = (
    r"(?: (?:for me|briefly|shortly|quickly|please|in (?:short|brief|a nutshell|simple (?:words|terms))"
    r"|in (?:a|one|two|three|four|five|\d+|a few|a couple of) (?:\w+ )?(?:sentences?|words?|lines?|points?|bullets?|paragraphs?)))*"
)
_SUMMARY = r"(?:summary|overview|synopsis|gist|abstract|outline|recap|tldr|summaries)"
_MAIN = (
    r"(?:main|key|central|most important|principal|essential|core|primary|major|overall)"
    r" (?:points?|ideas?|takeaways?|take-aways?|findings?|messages?|arguments?|topics?|themes?|conclusions?|claims?"
    r"|subjects?|facts?|insights?|content)"
)
_NAMED = r"(?P<name>.+?)"
_ASKS = (
    rf"tldr(?: {_IT})?",
    rf"(?:summari[sz]e|sum up|recap|outline|digest|condense)(?: {_IT})?",
    rf"(?:describe|explain) {_THIS}",
    rf"(?:(?:give|show|write|provide|make|tell|get|offer)(?: me| us)? |i (?:need|want|would like) )?"
    rf"(?:an? |the |some )?(?:short |brief |quick |concise |general |high-level |executive |one-\w+ )?{_SUMMARY}"
    rf"(?: (?:of|about|on|over|for|from) {_IT})?",
    rf"what is the (?:short |brief |general )?{_SUMMARY}(?: of {_IT})?",
    rf"(?:(?:give|show|tell|list|name)(?: me| us)? |what (?:is|are|were) )?(?:the |some |its |their )?{_MAIN}"
    rf"(?: (?:of|in|from|about|made in) {_IT})?",
    rf"what (?:is|are|was|were) {_IT} (?:all |mainly |mostly |really |basically )?(?:about|saying|on about)",
    rf"what is (?:{_THIS}|in (?:{_THIS}|here|it|this))",
    rf"what (?:does|do|did) (?:{_THIS}|it|this|they) (?:say|talk about|cover|contain|discuss|describe|deal with|look at|examine|address|tell(?: us| me)?"
    rf"|mainly (?:say|discuss))",
    rf"(?:(?:can you )?tell me|what can you tell me) (?:about|what is in) {_IT}",
    rf"what (?:topics?|subjects?|themes?) (?:are|is|does|do) (?:covered|{_IT} (?:covered|cover|about|discuss))(?: (?:in|by) {_IT})?",
    # German, French, Spanish, Japanese
    r"(?:fasse? )?(?:das|den|die|alles|es|diesen?s?)?(?: dokumente?| texte?| artikel| dateien?)? ?zusammen(?:fassung|fassen)?"
    r"(?: (?:des|der|dieses) (?:dokuments|dokumente|textes|artikels))?",
    r"(?:worum geht es|wovon handel[nt]|worum gehts)(?: (?:hier|in )?(?:das|dem|den|diesem|diesen|dieses|der)? ?"
    r"(?:dokumente?n?|texte?n?|artikeln?|dateien?)?)?",
    r"(?:(?:fais|faites|donne|donnez)(?:-| )?(?:moi )?(?:un |le )?)?r[ée]sum(?:é|er?|ez)(?: (?:de |du |des |ce |cet |ces |le |les |l'|moi )*"
    r"(?:documents?|textes?|articles?|fichiers?)?)?",
    r"de quoi (?:parle(?:nt)?|traite(?:nt)?|s'agit-il|est-il question)(?: (?:dans )?(?:ce|cet|ces|le|les|l'|du|des) ?(?:documents?|textes?|articles?|fichiers?))?",
    r"(?:haz(?:me)? |dame )?(?:un |el )?resum(?:e|en|ir|a)(?: (?:de |del |este |estos |el |los |esto)*(?:documentos?|textos?|art[ií]culos?|archivos?)?)?",
    r"de qu[ée] (?:tratan?|hablan?|va|van)(?: (?:este|estos|el|los|esto) ?(?:documentos?|textos?|art[ií]culos?|archivos?)?)?",
    r"(?:(?:この|これらの|全)?(?:文書|記事|資料|文章|ファイル|ドキュメント|論文|レポート)(?:の|を|は|には|について))?"
    r"(?:簡単に|短く)?(?:要約|概要|要点|まとめ|何について(?:です|書かれて(?:い)?ます|の(?:文書|記事|資料)です)か?|何が書(?:かれて|いて)(?:あ|い)りますか)"
    r"(?:して(?:ください|下さい)?|を教えて(?:ください|下さい)?|をお願いします|は何ですか|て(?:ください|下さい))?",
)
_ASKS_OF = (
    rf"(?:summari[sz]e|sum up|recap|outline|describe) {_NAMED}",
    rf"(?:(?:give|show|write|provide)(?: me| us)? )?(?:an? |the )?(?:short |brief |quick )?{_SUMMARY} (?:of|about|for) {_NAMED}",
    rf"(?:what (?:is|are) )?the {_MAIN} (?:of|in|from) {_NAMED}",
    rf"what (?:is|are) {_NAMED} (?:all )?about",
    rf"what does {_NAMED} (?:say|cover|contain|discuss)",
    rf"what is in {_NAMED}",
)
_NAMES_DOCUMENTS = re.compile(
    rf"\b(?:{_DOCUMENT}|{_WORK}|dokumente?n?|texte?n?s?|artikeln?|dateien?|fichiers?|documentos?|textos?|art[ií]culos?"
    r"|archivos?)\b|文書|記事|資料|文章|ファイル|ドキュメント|論文|レポート",
    re.IGNORECASE,
)
_MAY_ASK = re.compile(
    r"summ|sum up|recap|outline|digest|condense|describe|explain|overview|synopsis|gist|abstract|tldr|what is|what are|what do"
    r"|points|main|key|central|important|principal|essential|core|primary|major|overall|about|topic|subject|theme"
    r"|zusammen|worum|wovon|r[ée]sum|de qu|要|概|まとめ|何",
    re.IGNORECASE,
)
_CALLED = re.compile(rf"^(?:the )?(?:{_DOCUMENT} )?(?:called |named |titled )?", re.IGNORECASE)
_PLEASE = re.compile(
    r"^(?:please|can you|could you|would you|will you|ok(?:ay)?|so|now|hi|hello)[,:]? +", re.IGNORECASE
)
_ENDS = " \t\n?？!！.。:;,、¿¡"
_QUOTES = " \"'“”‘’«»「」"
_STOPS = ".!。！।؟…”\"’')»"
_WORD = re.compile(r"[^\W\d_]+")
_ITSELF = re.compile(
    r"(?:(?i:abstract|objectives?|purpose|aims?):? )?(?:(?:In |in |The (?:aim|purpose|goal|subject|objective) of )?"
    r"(?:[Tt]his|[Tt]he present|[Oo]ur) (?:analysis|article|paper|report|study|review|survey|essay|document|briefing|book|chapter"
    r"|guide|manual|thesis|talk|post|note|work|investigation|editorial|policy)\b"
    r"|(?:Here(?:in)?,? we|We|Herein,?) (?:here )?(?:report|present|describe|review|propose|study|studied|investigate|aim|show"
    r"|examine|discuss))"
)
_BEGINS = re.compile(r"[\"'“‘«„¿¡]?\w")
_LINKED = re.compile(
    r"(?:however|nevertheless|nonetheless|moreover|furthermore|additionally|in addition|therefore|thus|hence|consequently"
    r"|for (?:example|instance)|similarly|likewise|instead|otherwise|then|also|but|and|or|so|yet|because|see|note|please)\b"
    r"|^\(",
    re.IGNORECASE,
)
_CJK = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")


@dataclass(frozen=True, slots=True)
class Overview:
    """What stands for documents as a whole.

    Attributes:
        quotes: Sentences, by document and in reading order; empty where there is nothing to quote.
        passages: What a chat model may write from, best first.
        notice: What a person should know of it.
    """

    quotes: tuple[Quoted, ...]
    passages: tuple[Passage, ...]
    notice: str


def overview(
    library: Library, question: str, filter: Filter | None, *, follows: bool, limit: int, passages: int
) -> Overview | None:
    """Return the overview that a question asks for; None where it asks for something else.

    Args:
        library: What is asked.
        question: As a person wrote it.
        filter: Which documents are asked.
        follows: Whether there are turns before it: then "Summarise it" may mean what was talked about.
        limit: Sentences of a single document; of several, each gives one.
        passages: Passages, at most.
    """
    asked = _wish(question)
    if not asked:
        return None
    if asks_for_all(question):
        if follows and not _NAMES_DOCUMENTS.search(asked):
            return None
        documents = library.documents(filter) if library.count_documents(filter) <= MOST_DOCUMENTS else None
    else:
        documents = _named(library, asked, filter)
    if documents == []:
        return None  # the ordinary way says that there is nothing
    if documents is None:
        count = library.count_documents(filter)
        return Overview((), (), TOO_MANY.format(count=count))
    each = limit if len(documents) == 1 else 1
    found = [(document, library.central(document.id, CONSIDERED)) for document in documents]
    quotes = [quoted for document, central in found for quoted in _sentences(library, document.id, central, each)]
    if not quotes:
        return Overview((), (), NOTHING)
    share = max(1, passages // len(documents))
    return Overview(tuple(quotes), tuple(p for _, central in found for p in central[:share])[:passages], NOTICE)


@cache
def _patterns(asks: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    """Compile at first use: it takes 20 ms, and few questions ask for an overview."""
    return tuple(re.compile(pattern + _BRIEFLY, re.IGNORECASE) for pattern in asks)


def asks_for_all(question: str) -> bool:
    """Tell whether a question asks for an overview of whatever is searched, and names no subject."""
    asked = _wish(question)
    return bool(asked) and any(pattern.fullmatch(asked) for pattern in _patterns(_ASKS))


def _wish(question: str) -> str:
    """Return a question without pleasantries and signs at its ends; "" where it cannot ask for an overview."""
    if len(question) > LONGEST_WISH:
        return ""
    asked = re.sub(r"tl[;:, ]*dr\b", "tldr", question.replace("’", "'"), flags=re.IGNORECASE)
    asked = re.sub(r"\s+", " ", re.sub(r"\bwhat's\b", "what is", asked, flags=re.IGNORECASE)).strip(_ENDS)
    while match := _PLEASE.match(asked):
        asked = asked[match.end() :]
    return asked if _MAY_ASK.search(asked) else ""


def _named(library: Library, asked: str, filter: Filter | None) -> list[DocumentInfo]:
    """Return the documents whose file name or title is what an overview is asked of."""
    if match := next((found for pattern in _patterns(_ASKS_OF) if (found := pattern.fullmatch(asked))), None):
        name = match["name"].strip(_QUOTES).casefold()
        names = {name, _CALLED.sub("", name).strip(_QUOTES)}
        return [document for document in library.documents(filter) if names & _names_of(document)][:MOST_DOCUMENTS]
    return []


def _names_of(document: DocumentInfo) -> set[str]:
    name = PurePath(document.source).name.casefold()
    return {name, PurePath(name).stem, document.title.casefold()}


def _sentences(library: Library, document: str, central: Sequence[Passage], count: int) -> list[Quoted]:
    """Return the sentences of a document's central passages that stand for it, in reading order."""
    usual = Counter(tokens(library.text(document, 0, READ)))
    most = math.log1p(max(usual.values(), default=0)) or 1.0
    found: list[tuple[Quoted, set[str]]] = []
    for passage in central:
        orders = tainted(passage)
        quotes = (Quoted(passage, *span, score=passage.score) for span in passage.sentences if span not in orders)
        found += [(quoted, words) for quoted in quotes if (words := set(query_terms(quoted.text)))]
    whole = [(quoted, words) for quoted, words in found if _stands_alone(quoted, words)]
    some = [(quoted, words) for quoted, words in found if not is_fragment(quoted) and len(quoted.text) <= LONGEST]
    ranked = []
    for quoted, words in whole or some:
        salience = sum(math.log1p(usual[word]) for word in words) / len(words) / most
        title = set(query_terms(quoted.passage.title))
        titled = len(words & title) / (len(title) or 1)
        defining = DEFINING * (fits("definition", quoted.text, quoted.passage.title) == 1)
        itself = ITSELF * bool(_ITSELF.match(quoted.text))
        ranked.append((quoted.score + SALIENCE * salience + TITLED * titled + defining + itself, quoted, words))
    ranked.sort(key=lambda found: -found[0])
    chosen: list[tuple[Quoted, set[str]]] = []
    for _, quoted, words in ranked:
        new = all(
            quoted.passage.start != other.passage.start and len(words & said) <= REPEATS * len(words | said)
            for other, said in chosen
        )
        if new and len(chosen) < count:
            chosen.append((quoted, words))
    return sorted((quoted for quoted, _ in chosen), key=lambda quoted: quoted.start)


def _stands_alone(quoted: Quoted, words: set[str]) -> bool:
    """Tell whether a sentence is whole and can be read by itself: no label, row of figures or line of a form."""
    text = quoted.text.strip()
    if is_fragment(quoted) or (leans(quoted) and not _ITSELF.match(text)) or _LINKED.match(text) or "\n" in text:
        return False
    if len(words) < LEAST_WORDS or len(text) > LONGEST:
        return False
    if _CJK.search(text):
        return len(text) >= LEAST_CJK
    letters = _WORD.findall(text)
    small = sum(word[0].islower() or not word[0].isupper() for word in letters)
    digits = sum(character.isdigit() for character in text)
    whole = _BEGINS.match(text) and not text[0].islower() and text[-1] in _STOPS
    return bool(whole) and 2 * small >= len(letters) >= LEAST_LETTERS and digits <= MOST_DIGITS * len(text)
