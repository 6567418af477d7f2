"""An overview: "Summarise this", "What are these documents about?" is answered by what the documents say most.

The sentences are quoted like any others. No search finds them: such a question holds no word of its answer.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from bot.passages.instructions import tainted
from bot.question.fit import fits
from bot.question.overview_request import OverviewRequest
from bot.question.question import Question
from bot.quotes.choose import needs_antecedent, says_nothing_alone
from bot.quotes.quoted import Quoted
from vectorstore.words.scripts import CJK
from vectorstore.words.tokens import query_terms, tokens

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
HEAD = 250
"""Characters at the beginning of a document that say which one it is: a date, the parties, who was there."""
HEADED = 10
"""Passages found for a subject whose documents may be the one that a summary is asked of."""
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
LONGEST_SENTENCE = 450
"""Characters of a sentence in an overview, at most."""
MOST_DIGITS = 0.12
"""A larger share of digits is a row of figures."""
NOTICE = "An overview: sentences that stand for the whole, word for word."
NOTHING = "No sentence sums this up. Ask about something specific."
TOO_MANY = (
    "{count:,} documents are too many for an overview. Name one of them, as in “Summarise report.pdf”, "
    "or ask about something that they say."
)

_STOPS = ".!。！।؟…”\"’')»"
_WORD = re.compile(r"[^\W\d_]+")
_ITSELF = re.compile(
    r"(?:(?i:abstract|objectives?|purpose|aims?):? )?(?:(?:In |in |The (?:aim|purpose|goal|subject|objective) of )?"
    r"(?:[Tt]his|[Tt]he present|[Oo]ur) (?:analysis|article|paper|report|study|review|survey|essay"
    r"|document|briefing|book|chapter"
    r"|guide|manual|thesis|talk|post|note|work|investigation|editorial|policy)\b"
    r"|T(?:his|HIS) (?:[\w-]+ ){1,5}(?:\([^)]*\) )?(?:is|was) (?:made|entered|dated|concluded|between|an?|by)\b"
    r"|(?:Here(?:in)?,? we|We|Herein,?) (?:here )?(?:report|present|describe|review|propose|study"
    r"|studied|investigate|aim|show"
    r"|examine|discuss))"
)
_BEGINS = re.compile(r"[\"'“‘«„¿¡]?\w")
_LINKED = re.compile(
    r"(?:however|nevertheless|nonetheless|moreover|furthermore|additionally|in addition|therefore"
    r"|thus|hence|consequently"
    r"|for (?:example|instance)|similarly|likewise|instead|otherwise|then|also|but|and|or|so|yet"
    r"|because|see|note|please)\b"
    r"|now,? therefore\b|\(|[\"“][^\"“”]{2,40}[\"”] (?:means|shall mean|has the meaning)",
    re.IGNORECASE,
)
_CJK = re.compile(f"[{CJK}]")


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
    library: Library, request: OverviewRequest, filter: Filter | None, *, follows: bool, limit: int, passages: int
) -> Overview | None:
    """Return the overview that a question asks for; None where it asks for something else.

    Args:
        library: What is asked.
        request: What the question asks it of.
        filter: Which documents are asked.
        follows: Whether there are turns before it: then "Summarise it" may mean what was talked about.
        limit: Sentences of a single document; of several, each gives one.
        passages: Passages, at most.
    """
    if request.of_all:
        if follows and not request.speaks_of_documents:
            return None
        if (count := library.count_documents(filter)) > MOST_DOCUMENTS:
            return Overview((), (), TOO_MANY.format(count=count))
        documents = library.documents(filter)
    else:
        among = library.documents(filter) if request.names else []
        documents = [document for document in among if request.names & _names_of(document)][:MOST_DOCUMENTS]
    ids = [document.id for document in documents] or _headed(library, request.subject, filter)
    if not ids:
        return None  # the ordinary way says what there is
    each = limit if len(ids) == 1 else 1
    found = [(id, library.central_passages(id, CONSIDERED)) for id in ids]
    quotes = [quoted for document, central in found for quoted in _sentences(library, document, central, each)]
    if not quotes:
        return Overview((), (), NOTHING)
    share = max(1, passages // len(ids))
    return Overview(tuple(quotes), tuple(p for _, central in found for p in central[:share])[:passages], NOTICE)


def _headed(library: Library, subject: str, filter: Filter | None) -> list[str]:
    """Return the id of the one document whose title and first lines hold all words of a subject: "the meeting
    of 4 May"."""
    words = set(query_terms(subject)) if subject else set()
    if not words:
        return []
    found = {p.document: p.title for p in library.search(subject, limit=HEADED, filter=filter).passages}
    ids = [id for id, title in found.items() if words <= set(tokens(f"{title} {library.text(id, 0, HEAD)}"))]
    return ids if len(ids) == 1 else []


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
    some = [
        (quoted, words)
        for quoted, words in found
        if not says_nothing_alone(quoted) and len(quoted.text) <= LONGEST_SENTENCE
    ]
    titles = {title: Question(title) for title in {passage.title for passage in central}}
    ranked = []
    for quoted, words in whole or some:
        salience = sum(math.log1p(usual[word]) for word in words) / len(words) / most
        title = titles[quoted.passage.title].terms
        titled = len(words & title) / (len(title) or 1)
        defining = DEFINING * (fits("definition", quoted.text, titles[quoted.passage.title]) == 1)
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
    if (
        says_nothing_alone(quoted)
        or (needs_antecedent(quoted) and not _ITSELF.match(text))
        or _LINKED.match(text)
        or "\n" in text
    ):
        return False
    if len(words) < LEAST_WORDS or len(text) > LONGEST_SENTENCE:
        return False
    if _CJK.search(text):
        return len(text) >= LEAST_CJK
    letters = _WORD.findall(text)
    small = sum(word[0].islower() or not word[0].isupper() for word in letters)
    digits = sum(character.isdigit() for character in text)
    whole = _BEGINS.match(text) and not text[0].islower() and text[-1] in _STOPS
    if not whole or len(letters) < LEAST_LETTERS:
        return False
    return bool(_ITSELF.match(text)) or (2 * small >= len(letters) and digits <= MOST_DIGITS * len(text))
