"""An answer of many statements in a chat: ten at once, how many there are, and then the rest."""

from __future__ import annotations

from dataclasses import replace

from bot.answer import Answer

AT_FIRST = 10
"""Statements in the first message."""
FIRST_SHOWN = "The first {shown} of {all} are shown; {rest}"
REST_FOLLOWS = "the rest follows."
REST_IN_FILE = "all {all} are in the file."
REST_ON_MENTION = "mention me with the question to read all."


def parts(answer: Answer, rest: str = REST_FOLLOWS) -> tuple[Answer, Answer | None]:
    """Return an answer's first statements and the others, each with their footnotes; (answer, None) for a short one and
    for what a chat model wrote.

    Args:
        answer: The whole, as it is shown.
        rest: Where the others are, which the notice of the first part says.
    """
    count = len(answer.statements)
    between = any(min(c.statements) < AT_FIRST <= max(c.statements) for c in answer.conflicts if c.statements)
    flows = not any(statement.support in ("quoted", "computed") for statement in answer.statements)
    if count <= AT_FIRST or between or flows:  # two that disagree are not torn apart, nor what a model wrote
        return answer, None
    told = FIRST_SHOWN.format(shown=AT_FIRST, all=count, rest=rest.format(all=count))
    first = replace(_slice(answer, 0, AT_FIRST), notice=" ".join(part for part in (answer.notice, told) if part))
    return first, replace(_slice(answer, AT_FIRST, count), notice="", withheld=(), searched_for="", verdict=None)


def _slice(answer: Answer, start: int, end: int) -> Answer:
    statements = answer.statements[start:end]
    numbers = {number for statement in statements for number in statement.citations}
    return replace(
        answer,
        statements=statements,
        citations=tuple(citation for citation in answer.citations if citation.number in numbers),
        conflicts=tuple(
            replace(conflict, statements=tuple(index - start for index in conflict.statements))
            for conflict in answer.conflicts
            if conflict.statements and start <= min(conflict.statements) < end
        ),
    )
