"""A question with a description in it: what the description means is found first, then asked of by its name.

    "How old is the man who signed it?" ─▶ who signed it? ─▶ Karl Brenner ─▶ how old is Karl Brenner? ─▶ both footnoted

Asked as it is, such a question finds the sentence that holds the description, which says the rest only by luck. So the
description goes first, and the question as it is only where the reader is not sure what is meant.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.answer import Answer, Statement
from bot.passages.reading import NEAR
from bot.text.names import names
from bot.text.shown import one_line
from bot.two_parts import merged
from vectorstore.document import file_name
from vectorstore.words.tokens import content_terms, tokens

if TYPE_CHECKING:
    from bot.question.described import Described
    from vectorstore.library import Library
    from vectorstore.passage import Passage

Ask = Callable[[str], Answer]
Spans = Callable[[str, Sequence["Passage"]], list[tuple[float, str]]]

MOST_WORDS = 8
"""Words of what a description means, at most: more is a sentence, and no name of anything."""
_TIMES = frozenset("year date day month century decade time season".split())
SURE = 1.0
"""Logit of the reader from which on a passage that names somebody else makes it unclear who is meant."""


@dataclass(frozen=True, slots=True)
class Meant:
    """What a description means: the words of a document, the answer that they stand in, and what else it may mean."""

    words: str
    answer: Answer
    other: str = ""


def hopped(
    library: Library, asked: Described, written: str, ask: Ask, spans: Spans, *, only_both: bool = False
) -> Answer | None:
    """Return the answer to a question with a description in it: by two searches, or as it is asked.

    Args:
        library: Where the passages of footnotes are.
        asked: The question, taken apart.
        written: As the person wrote it.
        ask: Answers one question by quotes, of the documents that the person may see.
        spans: Reads passages for a question: the logit that each answers, and its words.
        only_both: Whether to return None where two searches don't answer it.
    """
    meant = next(filter(None, (_meant(asked, question, ask(question), spans) for question in asked.first)), None)
    if meant is None or (only_both and meant.other):
        return None if only_both else ask(written)
    if meant.other:
        return _refused(ask(written), f"“{one_line(asked.words)}” may be {one_line(meant.words)} or {meant.other}.")
    question = asked.second(meant.words)
    second = ask(question)
    if _says(second) and _speaks_of(library, second, meant, asked):
        return _both(written, asked, meant, second)
    if only_both:
        return None
    direct = ask(written)
    if _says(direct) and _speaks_of(library, direct, meant, asked) and _says_more(direct, meant):
        return direct
    return _refused(direct, f"“{one_line(asked.words)}”: {one_line(meant.words)}. Not said: “{one_line(question)}”")


def _refused(answer: Answer, told: str) -> Answer:
    return replace(
        answer, statements=(), citations=(), conflicts=(), withheld=(), verdict=None, abstained=True, notice=told
    )


def _both(written: str, asked: Described, meant: Meant, second: Answer) -> Answer:
    statements, citations = merged([meant.answer, second])
    told = f"“{one_line(asked.words)}”: {one_line(meant.words)}."
    return replace(
        second,
        question=written,
        statements=statements,
        citations=citations,
        passages=tuple(dict.fromkeys((*meant.answer.passages, *second.passages))),
        confidence=min(meant.answer.confidence, second.confidence),
        notice=" ".join(part for part in (told, second.notice) if part),
    )


def _says(answer: Answer) -> bool:
    return not answer.abstained and bool(answer.statements)


# ---- the first hop


def _meant(asked: Described, question: str, first: Answer, spans: Spans) -> Meant | None:
    """Return what a description means, where one thing surely does."""
    if not _says(first) or first.conflicts:
        return None
    found = next(((s, s.answer.text) for s in first.statements if s.answer), None) or _value(first)
    if found is None and first.searched_for:
        found = _read(first, spans(question, first.passages))
    if found is None:
        return None
    statement, words = found[0], _trimmed(found[1], asked)
    if not words or set(tokens(words)) <= set(tokens(asked.words)):
        return None
    other = ""
    if statement.support == "quoted":
        other = _beside(words, statement.text) or _another(words, asked, spans(question, first.passages))
    numbers = set(statement.citations)
    citations = tuple(citation for citation in first.citations if citation.number in numbers)
    return Meant(words, replace(first, statements=(statement,), citations=citations, notice=""), other)


def _read(first: Answer, spans: list[tuple[float, str]]) -> tuple[Statement, str] | None:
    """Return the words that answer a question which leans on another one, "Who signed it?": those were not read yet."""
    logit, words = max(spans, default=(0.0, ""))
    statement = next((statement for statement in first.statements if words and words in statement.text), None)
    return (statement, words) if statement and logit >= SURE else None


def _value(answer: Answer) -> tuple[Statement, str] | None:
    """Return the one cell that was worked out, where it stands in a footnote as it is."""
    if len(answer.statements) != 1 or answer.statements[0].support != "computed":
        return None
    match = re.fullmatch(r"[^:]{1,80}: ([^:;]{1,80})\.", answer.statements[0].text)
    quoted = match is not None and any(match[1] in citation.quote for citation in answer.citations)
    return (answer.statements[0], match[1]) if match and quoted else None


def _trimmed(words: str, asked: Described) -> str:
    """Return what was found as it is asked of: of a person the name; "" where it is none."""
    words = words.strip(" \t\n.,;:")
    if asked.person:
        named = [name for name in names(words) if not set(tokens(name.text)) <= set(tokens(asked.words))]
        return named[0].text if len(named) == 1 else ""
    names_one = asked.noun in _TIMES or any(character.isalpha() for character in words)
    return words if names_one and 0 < len(words.split()) <= MOST_WORDS and "\n" not in words else ""


def _beside(words: str, sentence: str) -> str:
    """Return whom a sentence names for the same: "signed by Petra Holl for the bank and by Uwe Lang"; "" for nobody."""
    before, _, after = sentence.partition(words)
    name = r"([A-Z][\w.’'-]+ [A-Z][\w’'-]+)"
    match = re.search(rf"\band (?:by )?{name}", after) or re.search(rf"{name}[^.;]{{0,40}} and (?:by )?$", before)
    return match[1] if match else ""


def _another(words: str, asked: Described, spans: list[tuple[float, str]]) -> str:
    """Return what a passage that answers as surely names instead; "" where there is none."""
    own = set(tokens(words))
    surest = max((logit for logit, _ in spans), default=0.0)
    others = (_trimmed(text, asked) for logit, text in spans if logit >= max(SURE, surest - NEAR))
    return next((one_line(other) for other in others if other and not own & set(tokens(other))), "")


# ---- the second hop


def _speaks_of(library: Library, answer: Answer, meant: Meant, asked: Described) -> bool:
    """Tell whether what a second answer rests on speaks of what was found first."""
    wanted = set(tokens(meant.words)) - set(tokens(asked.noun)) or set(tokens(meant.words))
    if asked.person:
        wanted = set(tokens(meant.words.split()[-1]))
    wanted = set(content_terms(" ".join(wanted))) or wanted
    for citation in answer.citations:
        (passage,) = library.passages_at(citation.document, [citation.start])
        around = f"{passage.title} {passage.heading} {file_name(passage.source)} {passage.text}"
        if wanted <= set(tokens(re.sub(r"[_.-]", " ", around))):
            return True
    return False


def _says_more(answer: Answer, meant: Meant) -> bool:
    """Tell whether the words that answer are others than those that were found first."""
    marked = [statement.answer.text for statement in answer.statements if statement.answer]
    if not marked:
        return any(statement.support == "computed" for statement in answer.statements)
    return not set(tokens(marked[0])) & set(tokens(meant.words))
