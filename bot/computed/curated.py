"""What an editor wrote to just such a question: shown before anything is searched, marked, with its footnotes.

It wins narrowly. Every word of the question that carries content stands in the curated answer or its questions, the
names and numbers are the same, and the vectors lie near. For a question that is further away the answer is a document
among the others, found and quoted like them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.computed.computed import Computed, Line, quote
from bot.desk.curated import Anchor, Curated, anchored, present
from bot.text.shown import TITLE_LENGTH, one_line
from vectorstore.errors import LibraryDamaged

if TYPE_CHECKING:
    from bot.question.question import Question
    from bot.quotes.quoted import Quoted
    from vectorstore.library import Library
    from vectorstore.passage import Filter

NEAR = 0.8
"""Cosine to one of its questions from which on a curated answer may win. Of sixty questions asked in words that no
curated answer knows, 31 get theirs so, and one the neighbouring one (opens for closes); without the rule on words it is
49, and twice as many that nobody wrote an answer to get a neighbour's."""
WRITTEN = "An editor wrote this answer on {day}."
CHANGED = "Its sources have changed since then: {titles}."


def curated_answer(question: Question, library: Library, filter: Filter | None) -> Computed | None:
    """Return the curated answer to just such a question; None where there is none, or only some documents are asked."""
    if filter and replace(filter, collections=()).chooses:
        return None
    try:
        answers = present(library, filter)
    except LibraryDamaged:  # the desk says so; the documents still answer
        return None
    answer = _nearest(question, library, answers)
    if answer is None:
        return None
    anchors = anchored(library, answer)
    asked = filter.collections if filter else ()
    if asked and not {anchor.collection for anchor in anchors} <= {*asked}:
        return None
    return _shown(library, answer, anchors)


def _nearest(question: Question, library: Library, answers: list[Curated]) -> Curated | None:
    from bot.desk.groups import same_names
    from vectorstore.search.query import is_readable
    from vectorstore.words.tokens import query_terms

    terms = set(question.terms)
    candidates = [
        (asked, answer)
        for answer in answers
        if terms <= answer.words
        for asked in answer.questions
        if same_names(asked, question.text)
    ]
    if not candidates:
        return None
    if not is_readable(library.encoder, question.text):
        return next((answer for asked, answer in candidates if set(query_terms(asked)) == terms), None)
    own, *others = library.encoder.encode_texts([question.text, *(asked for asked, _ in candidates)])
    likeness, index = max((float(own @ other), -index) for index, other in enumerate(others))
    return candidates[-index][1] if likeness >= NEAR else None


def _shown(library: Library, answer: Curated, anchors: list[Anchor]) -> Computed | None:
    """Return its sentences, with the footnotes behind the last one."""
    own = [
        quote(passage, span)
        for passage in library.passages_between(answer.id, 0, len(answer.text))
        for span in passage.sentences or ((passage.start, passage.end),)
    ]
    if not own:
        return None
    sources = [found for anchor in anchors if (found := _quoted(library, anchor))]
    lines = [Line("", (sentence,)) for sentence in own[:-1]] + [Line("", (own[-1], *sources))]
    changed = dict.fromkeys(
        one_line(anchor.source.title, limit=TITLE_LENGTH)
        for anchor in anchors
        if anchor.state in ("changed", "removed")
    )
    said = WRITTEN.format(day=answer.written) + (f" {CHANGED.format(titles=', '.join(changed))}" if changed else "")
    return Computed(tuple(lines), notice=said)


def _quoted(library: Library, anchor: Anchor) -> Quoted | None:
    """Return a source as a quote; None where its words are gone."""
    if anchor.end == 0:
        return None
    (passage,) = library.passages_at(anchor.source.document, [anchor.start])
    span = (anchor.start, anchor.end)
    # A source may be a part of a passage, or go on over several.
    return quote(replace(passage, start=span[0], end=span[1], text=anchor.source.quote, sentences=(span,)), span)
