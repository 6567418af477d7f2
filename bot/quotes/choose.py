"""The answerer that needs no chat model: it picks the sentences that answer and shows them verbatim.

As few as answer, at most as many as the setting says, in reading order. Nothing is resolved by
invention: a sentence that begins with "This" or "It" brings the one before it along. A list that answers as a whole is
quoted as a whole, and counts as one sentence; a row of a table stands alone, with the first row as its second footnote.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.passages.instructions import tainted
from bot.question.fit import defines, fits, identifies, says
from bot.question.plain import plain_answers
from bot.question.question import Question
from bot.quotes.disagreement import amends, disagreement
from bot.quotes.quoted import Quoted
from bot.quotes.whole import Lists, Read
from bot.text.pronouns import STANDS_FOR
from bot.text.yes_no import EITHER
from vectorstore.passage import Passage
from vectorstore.search.search import PLACES, TITLE_COVERAGE, SearchResult
from vectorstore.words.tokens import tokens

TYPE_WEIGHT = 0.12
"""What it is worth that a sentence holds the kind of answer asked for. Nothing is fitted: this and the weights
below were set by hand and held against others on squad2, covidqa, clapnq and chroma_chunking
(docs/decisions/0011-sentences-shown.md)."""
LIST_WEIGHT = 0.4
"""The same where a list is asked for: its items are seldom the question's words."""
SENTENCE_COVERAGE = 0.35
"""Weight of the share of the question's words in the sentence itself, beside its chunk's score."""
CARRIED = 0.3
"""What a word of the question counts that stands in the sentence before, in the same passage, beside 1 in the sentence:
sentences go on about what the last one named."""
READ_WEIGHT = 0.5
"""What it is worth that the reader finds the words that answer in a sentence. Lists are left to their own rules: the
reader names a few words, and a list answers as a whole."""
DEFINING = 0.3
"""What it is worth that a sentence gives the name asked about, as in (the "Landlord")."""
PLAIN = 1.0
"""What it is worth that a sentence answers by its form (bot/question/plain.py)."""
FRAGMENT = 0.1
"""What a fragment loses: an introduction without its list, a question, a label of one or two words."""
MARGIN = 0.15
"""A further sentence is shown when it scores within this of the best."""
KIND_MARGIN = 0.5
"""The same for a sentence with the date, number or place that is asked for, where no better one has any."""
LIKE_A_LIST = 0.6
"""… sentences that are one at least so far."""
RIVALS = 12
"""Sentences that are held against the best one for a different value."""
RIVAL_MARGIN = 0.6
"""How far below the best one such a sentence may score."""
CONSIDERED = 8
"""Passages whose sentences are considered."""

_LABEL = re.compile(r"(?:[A-Za-z0-9().-]+[\s:,!]*){1,2}")
_RECORD = re.compile(r"[^\n:]{1,40}: [^\n]*\n[^\n:]{1,40}: ")
"""Begins a record: lines with labels."""
_TO_FILL_IN = re.compile(r"^_{3,}|_{3,}\W*$")
"""A line of a form that nobody filled in: "____ at the national level", "Signed: ______"."""
_YES_NO = re.compile(rf"(?:{EITHER})[.!,。]?", re.IGNORECASE)

Words = tuple[str, int, int]
"""Document, start and end of the words that a reader says answer the question."""
Before = Callable[[Passage], Passage | None]
"""Returns the passage that stands before another in its document, if one does."""


def choose(
    question: Question,
    result: SearchResult,
    *,
    limit: int = 3,
    before: Before | None = None,
    read: Read | None = None,
    words: Words | None = None,
) -> list[Quoted]:
    """Return the sentences that answer, in reading order; empty when no passage can be quoted.

    Args:
        question: As it was searched.
        result: What the search found.
        limit: Sentences, at most; one that came along for a pronoun counts, and so does a whole list.
        before: Looks up the passage before one, for sentences that need it to be understood; None to leave that out.
        read: Reads the text around a sentence, for lists and tables; None to leave them in pieces.
        words: Where the reader found the words that answer; None where nothing was read.
    """
    ranked = rank(question, result, words)
    if not ranked:
        return []
    lists = Lists(question, dict(zip(result.terms, result.weights, strict=True)), read)
    # What the reader puts first is not so sure that it should hide what the search finds as good as ever.
    least = max(quoted.score - READ_WEIGHT * quoted.read for quoted in ranked) - MARGIN
    near = [quoted for quoted in ranked if quoted.score >= least or (quoted.plain and ranked[0].plain)]
    clearly = [q for q in near if lists.is_clear(q, question) and lists.covered(q.text) >= lists.covered(near[0].text)]
    best, listed = (clearly or near)[0], bool(clearly)
    clear = lists.kind in ("number", "when") and fits(lists.kind, best.text, question) == 1
    known = identifies(best.text, question)
    chosen = [best if best.plain else lists.whole(best)]
    for other in near:
        if len(chosen) >= limit:
            break
        if best.plain and not other.plain:
            continue
        if listed and fits("list", other.text, question) < LIKE_A_LIST:
            continue
        if (clear and fits(lists.kind, other.text, question) < 1) or (known and not identifies(other.text, question)):
            continue
        if _is_other_record(best, other, question):
            continue
        other = other if other.plain else lists.whole(other)
        if not says_nothing_alone(other) and not any(
            _repeats(other, kept) or _overlaps(other, kept) or lists.says_less(other, kept) for kept in chosen
        ):
            chosen.append(other)
    if not (listed or best.plain) and limit > 1 and (of_kind := _of_kind(lists, question, chosen, ranked)):
        chosen = [*chosen[: limit - 1], lists.whole(of_kind)]
    rival = _rival(question, best, ranked)
    if rival is not None and rival not in chosen:
        chosen = [*chosen[: max(1, limit - 1)], rival]
    chosen = _with_antecedents(lists.with_headers(lists.completed(chosen)), before, limit)
    return _in_reading_order(chosen)


def rank(question: Question, result: SearchResult, words: Words | None = None) -> list[Quoted]:
    """Return the sentences of the first passages, best first."""
    kind = question.kind
    document, middle = (words[0], (words[1] + words[2]) // 2) if words and kind != "list" else ("", 0)
    worth = LIST_WEIGHT if kind == "list" else TYPE_WEIGHT
    weights = dict(zip(result.terms, result.weights, strict=True))
    plain = plain_answers(question, result.passages)
    found: list[Quoted] = []
    quotable = [p for p in result.passages if p.kind not in PLACES]
    for passage in (p for at, p in enumerate(quotable) if at < CONSIDERED or _holds(p, plain)):
        title = set(tokens(passage.title))
        orders = tainted(passage)
        earlier: set[str] = set()
        for start, end in passage.sentences or ((passage.start, passage.end),):
            text = passage.text[start - passage.start : end - passage.start]
            held = set(tokens(text))
            covered = sum(
                w if t in held else max(TITLE_COVERAGE * w * (t in title), CARRIED * w * (t in earlier))
                for t, w in weights.items()
            )
            earlier = held
            unfilled = passage.kind != "code" and _TO_FILL_IN.search(text)
            if (start, end) in orders or unfilled or _asks(text, question):
                continue  # it speaks to the assistant, or was left empty, or asks the same: it says nothing
            score = passage.score + SENTENCE_COVERAGE * covered + worth * (fits(kind, text, question) - 0.5)
            if kind in ("who", "definition") and (defines(text, set(weights)) or identifies(text, question)):
                score += DEFINING
            named = passage.document == document and start <= middle < end
            formed = (passage.document, start) in plain
            score += READ_WEIGHT * named + PLAIN * formed
            quoted = Quoted(passage, start, end, score, read=named, plain=formed)
            alone = formed or not says_nothing_alone(quoted)
            found.append(quoted if alone else replace(quoted, score=quoted.score - FRAGMENT))
    return sorted(found, key=lambda quoted: -quoted.score)


def _holds(passage: Passage, plain: frozenset[tuple[str, int]]) -> bool:
    return any((passage.document, start) in plain for start, _ in passage.sentences)


def needs_antecedent(quoted: Quoted) -> bool:
    """Tell whether a sentence begins with a word that stands for something before it."""
    return bool(STANDS_FOR.match(quoted.text))


def says_nothing_alone(quoted: Quoted) -> bool:
    """Tell whether a sentence says nothing by itself: an introduction, a question, a label."""
    text = quoted.text.strip()
    if quoted.passage.kind in ("table", "code") or "\n" in text:
        return False
    return text.endswith((":", "?")) or (bool(_LABEL.fullmatch(text)) and not _YES_NO.fullmatch(text))


def _asks(text: str, question: Question) -> bool:
    """Tell whether a sentence only asks the question, as over an answer in a list of questions, or in an example."""
    if "?" not in text:
        return False
    asked, held = question.tokens, tokens(text)
    return len(asked) >= 3 and len(held) <= 2 * len(asked) and f" {' '.join(asked)} " in f" {' '.join(held)} "


def _of_kind(lists: Lists, question: Question, chosen: Sequence[Quoted], ranked: Sequence[Quoted]) -> Quoted | None:
    """Return the best sentence with the date, number or place that is asked for, where none is in what was chosen."""
    if any(says(lists.kind, quoted.text, question) for quoted in chosen):
        return None
    near = (quoted for quoted in ranked if quoted.score >= ranked[0].score - KIND_MARGIN)
    fitting = (q for q in near if says(lists.kind, q.text, question) and not says_nothing_alone(q))
    return next((q for q in fitting if not any(lists.says_less(q, kept) for kept in chosen)), None)


def _rival(question: Question, best: Quoted, ranked: Sequence[Quoted]) -> Quoted | None:
    """Return the best sentence of another document that answers with another value, if one does."""
    for other in ranked[1:RIVALS]:
        near = other.passage.document != best.passage.document and other.score >= best.score - RIVAL_MARGIN
        if near and (disagreement(question, best.text, other.text) or amends(question, best.text, other.text)):
            return other
    return None


def _is_other_record(best: Quoted, other: Quoted, question: Question) -> bool:
    """Tell whether the question asks by its number for the record that the best one is, and another is of another."""
    numbers = {token for token in question.tokens if token.isdigit()}
    if not numbers or not (_RECORD.match(best.text) and _RECORD.match(other.text)):
        return False
    return bool(numbers & set(tokens(best.text))) and not numbers & set(tokens(other.text))


def _repeats(one: Quoted, other: Quoted) -> bool:
    """Tell whether two sentences say the same words, as copies in two documents do."""
    return tokens(one.text) == tokens(other.text)


def _overlaps(one: Quoted, other: Quoted) -> bool:
    """Tell whether one stands in the other, as an item in its list."""
    return one.passage.document == other.passage.document and one.start < other.end and other.start < one.end


def _with_antecedents(chosen: Sequence[Quoted], before: Before | None, limit: int) -> list[Quoted]:
    kept: list[Quoted] = []
    for quoted in chosen:
        lead = _verdict(quoted)
        if before is not None and needs_antecedent(quoted):
            lead = lead or _antecedent(quoted, before)
        spans = {(q.passage.document, q.start) for q in (*kept, *chosen)}
        if lead and (lead.passage.document, lead.start) not in spans and len(kept) + 2 <= max(limit, 2):
            kept.append(lead)
        if len(kept) < max(limit, 1 + bool(lead)):
            kept.append(quoted)
    return kept


def _verdict(quoted: Quoted) -> Quoted | None:
    """Return the "Yes." or "No." that a sentence explains."""
    passage = quoted.passage
    earlier = [span for span in passage.sentences if span[1] <= quoted.start][-1:]
    said = [span for span in earlier if _YES_NO.fullmatch(passage.text, *(at - passage.start for at in span))]
    return Quoted(passage, *said[0], score=quoted.score, leading=True) if said else None


def _antecedent(quoted: Quoted, before: Before) -> Quoted | None:
    passage = quoted.passage
    earlier = [span for span in passage.sentences if span[1] <= quoted.start]
    if earlier:
        return Quoted(passage, *earlier[-1], score=quoted.score, leading=True)
    previous = before(passage)
    if previous is None or previous.kind in PLACES or not previous.sentences:
        return None
    return Quoted(previous, *previous.sentences[-1], score=quoted.score, leading=True)


def _in_reading_order(chosen: Sequence[Quoted]) -> list[Quoted]:
    """Order by document, the one that the search finds best first, then by place."""
    first: dict[str, int] = {}
    for quoted in sorted(chosen, key=lambda q: READ_WEIGHT * q.read - q.score):
        first.setdefault(quoted.passage.document, len(first))
    return sorted(chosen, key=lambda q: (first[q.passage.document], q.start))
