"""Whether a question asks for an overview, and of what: in English, German, French, Spanish and Japanese.

Only questions without a subject of their own do: "Summarise the liquidity risk" is searched like any other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from bot.text.number_words import FEW

LONGEST_REQUEST = 200
"""Characters of a wish for an overview, at most."""

_DOCUMENT = (
    r"(?:documents?|docs?|files?|articles?|papers?|reports?|texts?|pdfs?|folders?|library"
    r"|collections?|sources?|materials?"
    r"|briefings?|contents?|analys[ie]s|stud(?:y|ies)|essays?|posts?)"
)
_WORK = (
    r"(?:books?|chapters?|pages?|notes|stor(?:y|ies)|letters?|contracts?|manuals?|transcripts?"
    r"|e-?mails?|speech(?:es)?|minutes)"
)
# "The contract" may be what a question is about; "this contract" is the document.
_THIS = (
    rf"(?:(?:all(?: of)? )?(?:the|those|that|every) (?:uploaded |whole |entire |ingested )?{_DOCUMENT}"
    rf"|(?:all(?: of)? )?(?:this|these|my|our|your|all) (?:uploaded |whole |entire |ingested )?(?:{_DOCUMENT}|{_WORK}))"
)
_IT = rf"(?:{_THIS}|it|this|that|these|them|everything|all(?: of (?:it|this|them))?|here)"
_BRIEFLY = (
    r"(?: (?:for me|briefly|shortly|quickly|please|in (?:short|brief|a nutshell|simple (?:words|terms))"
    rf"|in (?:a|one|{'|'.join(FEW)}|\d+|a few|a couple of) (?:\w+ )?(?:sentences?|words?|lines?"
    r"|points?|bullets?|paragraphs?)))*"
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
    rf"what (?:does|do|did) (?:{_THIS}|it|this|they) (?:say|talk about|cover|contain|discuss|describe"
    rf"|deal with|look at|examine|address|tell(?: us| me)?"
    rf"|mainly (?:say|discuss))",
    rf"(?:(?:can you )?tell me|what can you tell me) (?:about|what is in) {_IT}",
    rf"what (?:topics?|subjects?|themes?) (?:are|is|does|do) (?:covered|{_IT} (?:covered|cover|about"
    rf"|discuss))(?: (?:in|by) {_IT})?",
    # German, French, Spanish, Japanese
    r"(?:fasse? )?(?:das|den|die|alles|es|diesen?s?)?(?: dokumente?| texte?| artikel| dateien?)? "
    r"?zusammen(?:fassung|fassen)?"
    r"(?: (?:des|der|dieses) (?:dokuments|dokumente|textes|artikels))?",
    r"(?:worum geht es|wovon handel[nt]|worum gehts)(?: (?:hier|in )?(?:das|dem|den|diesem|diesen|dieses|der)? ?"
    r"(?:dokumente?n?|texte?n?|artikeln?|dateien?)?)?",
    r"(?:(?:fais|faites|donne|donnez)(?:-| )?(?:moi )?(?:un |le )?)?r[ée]sum(?:é|er?|ez)(?: (?:de "
    r"|du |des |ce |cet |ces |le |les |l'|moi )*"
    r"(?:documents?|textes?|articles?|fichiers?)?)?",
    r"de quoi (?:parle(?:nt)?|traite(?:nt)?|s'agit-il|est-il question)(?: (?:dans )?(?:ce|cet|ces|le"
    r"|les|l'|du|des) ?(?:documents?|textes?|articles?|fichiers?))?",
    r"(?:haz(?:me)? |dame )?(?:un |el )?resum(?:e|en|ir|a)(?: (?:de |del |este |estos |el |los "
    r"|esto)*(?:documentos?|textos?|art[ií]culos?|archivos?)?)?",
    r"de qu[ée] (?:tratan?|hablan?|va|van)(?: (?:este|estos|el|los|esto) ?(?:documentos?|textos?"
    r"|art[ií]culos?|archivos?)?)?",
    r"(?:(?:この|これらの|全)?(?:文書|記事|資料|文章|ファイル|ドキュメント|論文|レポート)(?:の|を|は|には|について))?"
    r"(?:簡単に|短く)?(?:要約|概要|要点|まとめ|何について(?:です|書かれて(?:い)?ます|の(?:文書|記事|資料)です)か?|何が書(?:かれて|いて)(?:あ|い)りますか)"
    r"(?:して(?:ください|下さい)?|を教えて(?:ください|下さい)?|をお願いします|は何ですか|て(?:ください|下さい))?",
)
_SUMMARY_OF = (
    rf"(?:summari[sz]e|sum up|recap|outline) {_NAMED}",
    rf"(?:(?:give|show|write|provide)(?: me| us)? )?(?:an? |the )?(?:short |brief |quick )?{_SUMMARY} "
    rf"(?:of|about|for) {_NAMED}",
)
_ASKS_OF = (
    *_SUMMARY_OF,
    rf"describe {_NAMED}",
    rf"(?:what (?:is|are) )?the {_MAIN} (?:of|in|from) {_NAMED}",
    rf"what (?:is|are) {_NAMED} (?:all )?about",
    rf"what does {_NAMED} (?:say|cover|contain|discuss)",
    rf"what is in {_NAMED}",
    # German, French, Japanese
    rf"(?:fasse?|fassen sie) {_NAMED} zusammen",
    rf"worum geht es in {_NAMED}",
    rf"r[ée]sume[rz]? {_NAMED}",
    rf"de quoi (?:parle|traite) {_NAMED}",
    rf"{_NAMED}を要約して(?:ください|下さい)?",
    rf"{_NAMED}は何について(?:です|書かれて(?:い)?ます)か",
)
_MAY_ASK = re.compile(
    r"summ|sum up|recap|outline|digest|condense|describe|explain|overview|synopsis|gist|abstract"
    r"|tldr|what is|what are|what do"
    r"|points|main|key|central|important|principal|essential|core|primary|major|overall|about|topic|subject|theme"
    r"|zusammen|worum|wovon|r[ée]sum|de qu|要|概|まとめ|何",
    re.IGNORECASE,
)
_PLEASE = re.compile(
    r"^(?:please|can you|could you|would you|will you|ok(?:ay)?|so|now|hi|hello)[,:]? +", re.IGNORECASE
)
_ENDS = " \t\n?？!！.。:;,、¿¡"
_QUOTES = " \"'„“”‘’«»「」"
_NAMES_DOCUMENTS = (
    rf"\b(?:{_DOCUMENT}|{_WORK}|dokumente?n?|texte?n?s?|artikeln?|dateien?|fichiers?|documentos?|textos?|art[ií]culos?"
    r"|archivos?)\b|文書|記事|資料|文章|ファイル|ドキュメント|論文|レポート"
)
_CALLED = rf"^(?:the )?(?:{_DOCUMENT} )?(?:called |named |titled )?"


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Compile at first use: all of them take 20 ms, and few questions ask for an overview."""
    return re.compile(pattern, re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class OverviewRequest:
    """What a question that may ask for an overview asks it of.

    Attributes:
        of_all: It asks for one of whatever is searched.
        speaks_of_documents: It speaks of documents, and not only of "it" or "this".
        names: How the document may be called, in lower case, of which one is asked; empty where none is named.
        subject: What it plainly asks a summary of, or "".
    """

    of_all: bool
    speaks_of_documents: bool
    names: frozenset[str]
    subject: str


def overview_request(question: str) -> OverviewRequest | None:
    """Return what a question asks an overview of; None, at no cost, where it cannot ask for one."""
    asked = _plain(question)
    if not asked:
        return None
    name = _name(asked, _ASKS_OF).casefold()
    return OverviewRequest(
        of_all=any(_compiled(pattern + _BRIEFLY).fullmatch(asked) for pattern in _ASKS),
        speaks_of_documents=bool(_compiled(_NAMES_DOCUMENTS).search(question)),
        names=frozenset({name, _compiled(_CALLED).sub("", name).strip(_QUOTES)}) if name else frozenset(),
        subject=_name(asked, _SUMMARY_OF),
    )


def _name(asked: str, asks: tuple[str, ...]) -> str:
    matches = (_compiled(pattern + _BRIEFLY).fullmatch(asked) for pattern in asks)
    return next((found["name"].strip(_QUOTES) for found in matches if found), "")


def _plain(question: str) -> str:
    """Return a question without pleasantries and signs at its ends; "" where it cannot ask for an overview."""
    if len(question) > LONGEST_REQUEST:
        return ""
    asked = re.sub(r"tl[;:, ]*dr\b", "tldr", question.replace("’", "'"), flags=re.IGNORECASE)
    asked = re.sub(r"\s+", " ", re.sub(r"\bwhat's\b", "what is", asked, flags=re.IGNORECASE)).strip(_ENDS)
    while match := _PLEASE.match(asked):
        asked = asked[match.end() :]
    return asked if _MAY_ASK.search(asked) else ""
