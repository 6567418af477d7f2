"""In which form an answer is asked for: compared, summed up, explained, drafted; in so many sentences, as a table.

    form = form_of("Compare the two leases in three sentences.")
    form.task        "compare"
    form.sentences   3
    form.subject     "the two leases": what the documents are searched for

Read where a chat model writes. Few patterns, in English, German, French and Japanese: what none of them knows stays in
the question, which the model reads as it was asked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

from bot.text.number_words import UNDER_TWENTY

Task = Literal["", "compare", "pros-cons", "draft", "summary", "explain", "why"]
Shape = Literal["", "table", "list"]

MOST_ASKED = 20
"""A larger number of sentences is not taken for a limit."""


@dataclass(frozen=True, slots=True)
class Form:
    """The form of an answer.

    Attributes:
        task: What is to be done with what is found; "" to answer.
        sentences: At most so many; 0 where no number is asked for.
        shape: "table": a row a line; "list": a point a line; "" for prose.
        subject: What it is about: the question without the words of its form.
        sides: The two that are to be compared, where they are named.
    """

    task: Task = ""
    sentences: int = 0
    shape: Shape = ""
    subject: str = ""
    sides: tuple[str, ...] = ()

    @property
    def is_plain(self) -> bool:
        """Whether the question is a question like any other."""
        return not (self.task or self.sentences or self.shape)


_NUMBERS = {
    **{word: value for word, value in UNDER_TWENTY.items() if value},
    "a": 1, "an": 1, "single": 1, "a single": 1, "a couple of": 2, "two or three": 3, "a few": 3,
    "ein": 1, "eine": 1, "einem": 1, "einen": 1, "einer": 1, "zwei": 2, "drei": 3, "vier": 4, "fünf": 5, "sechs": 6,
    "sieben": 7, "acht": 8, "neun": 9, "zehn": 10, "wenigen": 3, "ein paar": 3,
    "un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "sept": 7, "huit": 8, "neuf": 9, "dix": 10,
    "quelques": 3, "一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10,
}  # fmt: skip
_COUNT = "|".join(sorted((re.escape(word) for word in _NUMBERS), key=len, reverse=True)) + r"|\d{1,2}"
_MOST = (
    r"(?:at most |no more than |not more than |up to |only |about |exactly |höchstens |maximal |nur |genau "
    r"|au plus |maximum |au maximum )?"
)
_UNIT = (
    r"(?P<unit>sentences?|lines?|bullet[ -]?points?|bullets?|points?|sätzen?|satz|zeilen?|stichpunkte?n?|punkten?"
    r"|phrases?|lignes?)"
)
_LIMITS = (
    rf"[,;]? *(?:\b(?:in|with|using|mit|en)\b )?{_MOST}\b(?P<n>{_COUNT}) (?:short |plain |simple |kurzen "
    rf"|courtes )?{_UNIT}\b"
    r"(?: (?:long|or less|or fewer|at most|please|bitte|au plus|maximum))*",
    rf"\b(?P<n>{_COUNT})[- ](?P<unit>sentence|line|point)\b(?= (?:summary|answer|overview|explanation|comparison))",
    rf"(?P<n>{_COUNT})(?:つの)?(?P<unit>文|行|点)(?:以内)?で",
)
_LISTED = re.compile(r"bullet|point|stichpunkt|punkte|点", re.IGNORECASE)
_TABLE = (
    r"[,;]? *(?:(?:as|in) (?:the form of )?an? (?:\w+ )?table(?: form)?|in tabular form|in table form)\b",
    r"[,;]? *(?:als|in (?:einer|form einer)) tabelle\b|[,;]? *tabellarisch\b",
    r"[,;]? *(?:sous (?:la )?forme (?:de|d'un) |en |dans un )tableau\b",
    r"表(?:形式)?(?:で|にして)",
)
_LIST = (
    r"[,;]? *(?:as|in) (?:an? )?(?:\w+ )?(?:bulleted list|bullet points|bullets|list of points)\b",
    r"[,;]? *(?:als|in) (?:liste|stichpunkten?|stichworten)\b",
    r"[,;]? *(?:sous forme de|en) (?:liste|points)\b",
    r"箇条書きで",
)
_FOR = (
    r"[,;]? *\bfor (?:an? |the |my |our )(?:[\w-]+ )?(?:board|committee|management|executives?|beginners?"
    r"|lay(?:person|man|men)"
    r"|child|children|\w+-year-old|expert|lawyer|team|press|public|newcomer|non-expert)s?\b",
    r"[,;]? *\b(?:in|using) (?:plain|simple|easy|short) (?:words|terms|language|english)\b|[,;]? *\b(?:briefly"
    r"|in short|in brief|shortly)\b",
    r"[,;]? *\bfür (?:den|die|das|einen|eine|ein) (?:vorstand|aufsichtsrat|leitung|kind|laien|anfänger|presse"
    r"|team)\b",
    r"[,;]? *\b(?:in einfachen worten|kurz|knapp)\b",
    r"[,;]? *\bpour (?:le|la|les|un|une|des) (?:conseil(?: d'administration)?|direction|comité|enfants?"
    r"|débutants?|presse)\b",
    r"[,;]? *\b(?:en termes simples|brièvement)\b",
)
"""For whom, or how: left to the model, and no word to search for."""
_POLITE = (
    r"(?:(?:please|can you|could you|would you|kannst du|können sie|bitte|peux-tu|pouvez-vous|merci de)[, ]+)*"
    r"(?:me |mir |uns )?"
)
_TASKS: tuple[tuple[Task, tuple[str, ...]], ...] = (
    (
        "pros-cons",
        (
            r"(?:(?:what (?:are|is)|list|name|give(?: me)?|show|explain|discuss|summari[sz]e|weigh) )?(?:the )?"
            r"(?:pros and cons|pro and con|advantages and (?:the )?disadvantages|benefits and (?:the )?(?:risks"
            r"|drawbacks|costs)"
            r"|arguments for and against)(?: (?:of|for|in|to|about))?\b",
            r"what speaks for and against\b",
            r"(?:(?:was sind|nenne|zeige|liste) )?(?:die )?vor- und nachteile(?: (?:von|des|der|dem|für|an))?\b"
            r"|was spricht für und gegen\b",
            r"(?:(?:quels sont|donne|liste) )?(?:les )?avantages et (?:les )?inconvénients(?: (?:de|du|des))?\b",
            r"(?:利点と欠点|メリットとデメリット|長所と短所)",
        ),
    ),
    (
        "compare",
        (
            r"(?:compare|contrast|compare and contrast)\b|(?:a |the )?comparison (?:of|between)\b",
            r"(?:what (?:is|are) )?(?:the )?(?:main |key |most important )?differences? between\b",
            r"how (?:do|does|did) (?=.+ (?:differ|compare)\b)",
            r"(?:vergleiche?n?(?: sie)?|vergleich (?:von|zwischen))\b|(?:(?:was ist|was sind|worin liegt"
            r"|worin liegen) )?"
            r"(?:der|die|den)? ?unterschiede? zwischen\b",
            r"compare[rz]?\b|(?:(?:quelle est|quelles sont) )?(?:la |les )?différences? entre\b",
            r"(?=.+(?:を比較|の違い))",
        ),
    ),
    (
        "draft",
        (
            r"(?:draft|write|compose|prepare|formulate) (?:me |us )?(?:an? |the |some |one )?(?:[\w-]+ ){0,3}?"
            r"(?:draft|e-?mail|letter|memo|note|message|paragraph|post|speech|reply|announcement|briefing"
            r"|press release|text|report)\b"
            r"(?: (?:to|for) (?:(?:the|my|our|an?) )?[\w-]+(?: [\w-]+)??(?= (?:about|on|regarding|concerning"
            r"|that|saying|which)\b))?"
            r"(?: (?:about|on|regarding|concerning|that says|saying|of|for))?\b",
            r"(?:entwirf|entwerfe|schreibe?|verfasse|formuliere) (?:eine?n? |den |die )?(?:[\w-]+ ){0,2}?"
            r"(?:e-?mail|mail|brief|memo|notiz|nachricht|absatz|rede|antwort|text|bericht|entwurf)\b(?: (?:über"
            r"|zu|zum|zur))?\b",
            r"(?:rédige[rz]?|écri(?:s|vez)) (?:une? |le |la )?(?:[\w-]+ ){0,2}?(?:e-?mail|courriel|lettre|note"
            r"|message|paragraphe"
            r"|discours|réponse|texte|rapport|brouillon)\b(?: (?:sur|à propos de|au sujet de|concernant))?\b",
        ),
    ),
    (
        "summary",
        (
            r"(?:summari[sz]e|sum up|recap|outline|condense|tl;?dr:?)\b",
            r"(?:(?:give|write|show|provide)(?: me| us)? )?(?:an? |the )?(?:[\w-]+ )?(?:summary|overview|recap"
            r"|gist|outline) (?:of|on|about)\b",
            r"(?:what are |list |name |give(?: me)? )?(?:the |its )?(?:key|main|central"
            r"|most important) (?:points|takeaways|findings|messages|facts)"
            r"(?: (?:of|in|from|about|on))?\b",
            r"fass(?:e|en sie|t)?\b(?=.+\bzusammen\b)|(?:eine )?(?:kurze )?(?:zusammenfassung|übersicht) (?:von"
            r"|des|der|über|zu)\b",
            r"résume[rz]?\b|(?:fais|faites|donne|donnez)?(?:-moi)? ?(?:un |le )?(?:court |bref )?résumé (?:de"
            r"|du|des)\b",
            r"(?=.+(?:を|について)?(?:要約|まとめて))",
        ),
    ),
    (
        "explain",
        (
            r"(?:explain|describe|illustrate|clarify)\b(?: to me)?|how (?:does|do) (?=.+ work\b)",
            r"(?:erklär|erläuter|beschreib)(?:e|en sie|t)?\b",
            r"(?:expliqu|décri)(?:e[rz]?|s|vez)\b(?:-moi)?",
            r"(?=.+(?:を|について)説明)",
        ),
    ),
    ("why", (r"why\b", r"(?:warum|wieso|weshalb)\b", r"pourquoi\b", r"(?=.*(?:なぜ|どうして))")),
)
_SIDES = (
    r"(?P<a>.+?) (?:and|with|to|against|versus|vs\.?|from|und|mit|et|avec|à) (?P<b>.+?)",
    r"(?P<a>.+?) (?:differ from|compare (?:with|to|against)) (?P<b>.+?)",
    r"(?P<a>.+?)と(?P<b>.+?)(?:を比較|の違い).*",
)
_VERSUS = re.compile(r"(?P<a>.{2,80}?) (?:versus|vs\.?) (?P<b>.{2,80}?)[?.!]*", re.IGNORECASE)
_TAILS = re.compile(
    r"\s+(?:differ|compare|work|zusammen)(?: (?:from each other|with each other))?$|(?:を|について)\s*(?:(?:要約|まとめ"
    r"|説明|比較)\S*)?$",
    re.IGNORECASE,
)
_ASKING = (
    r"^(?:answer|reply|respond|antworte|réponds|répondez)\b[ :,]*|^(?:show|list|give|zeige?|liste|montre"
    r"|donne)\b(?: me\b)? *"
    r"|[,.?!]* *\b(?:please|bitte|s'il (?:vous|te) plaît)$"
)
_ENDS = " \t\n?？!.。,;:、"
_TOGETHER = re.compile(r"(?:the (?:two|three|four)\b|both\b|all\b|each\b|these\b|those\b)", re.IGNORECASE)
"""What is compared without being named apart: "the two leases"."""


def form_of(question: str) -> Form:
    """Return the form that a question asks for; a plain one, with all of it as its subject, where it asks for none."""
    text = re.sub(r"\s+", " ", question.replace("’", "'")).strip()
    text, sentences, listed = _limited(text)
    text, table = _without(text, _TABLE)
    text, list_ = _without(text, _LIST)
    shape: Shape = "table" if table else "list" if list_ or listed else ""
    task, subject = _task(text)
    form = Form(task, sentences, shape)
    if form.is_plain:
        return Form(subject=question)
    subject, _ = _without(subject, _FOR)
    subject = _compiled(_POLITE).sub("", subject, count=1) if subject else ""
    sides = _sides(subject) if task == "compare" else ()
    subject = re.sub(_ASKING, "", _TAILS.sub("", subject.strip(_ENDS)), flags=re.IGNORECASE).strip(_ENDS)
    return Form(task, sentences, shape, subject or question, sides)


def _limited(text: str) -> tuple[str, int, bool]:
    """Return a question without its limit, the limit, and whether it counts points of a list."""
    for pattern in _LIMITS:
        found = _compiled(pattern).search(text)
        if found is None or (pattern is _LIMITS[0] and not _ends_a_wish(text, found)):
            continue
        number = found["n"].lower()
        value = int(number) if number.isdigit() else _NUMBERS[number]
        if 0 < value <= MOST_ASKED:
            return _cut(text, found), value, bool(_LISTED.search(found["unit"]))
    return text, 0, False


def _ends_a_wish(text: str, found: re.Match[str]) -> bool:
    """Tell whether "two sentences" says how long the answer is to be, and is not what is asked about."""
    if not re.match(
        r"[,;]? *(?:in|with|using|mit|en|at most|no more|not more|up to|höchstens|maximal|au plus)\b", found[0], re.I
    ):
        return False
    # "How does it end in two lines?" is one; "in two sentences of the contract" is not.
    after = text[found.end() :].strip(_ENDS)
    return not after or not re.match(r"(?:of|from|that|which|der|des|de|du)\b", after, re.IGNORECASE)


def _without(text: str, patterns: tuple[str, ...]) -> tuple[str, bool]:
    """Return a text without what matches one of the patterns, and whether something did."""
    for pattern in patterns:
        if (found := _compiled(pattern).search(text)) is not None:
            return _cut(text, found), True
    return text, False


def _cut(text: str, found: re.Match[str]) -> str:
    return re.sub(r"\s+", " ", f"{text[: found.start()]} {text[found.end() :]}").strip()


def _task(text: str) -> tuple[Task, str]:
    """Return what is to be done, and the question without the words that say so."""
    for task, patterns in _TASKS:
        for pattern in patterns:
            if found := _compiled(_POLITE + f"(?:{pattern})").match(text):
                # "Why" is what is asked, and stays.
                return task, text if task == "why" else text[found.end() :].strip()
    if found := _VERSUS.fullmatch(text):
        return "compare", text
    return "", text


def _sides(subject: str) -> tuple[str, ...]:
    bare = subject.strip(_ENDS)
    if _TOGETHER.match(bare):
        return ()
    for pattern in reversed(_SIDES):
        found = _compiled(pattern).fullmatch(_TAILS.sub("", bare) if "differ from" not in pattern else bare)
        if found:
            return (found["a"].strip(_ENDS), found["b"].strip(_ENDS))
    return ()


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)
