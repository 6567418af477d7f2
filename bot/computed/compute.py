"""The one door: which of the ways to work an answer out a question goes, if any."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from bot.computed.ages import age_answer
from bot.computed.authors import author_answer
from bot.computed.changes.answer import changes_answer
from bot.computed.changes.holds import holds_answer
from bot.computed.computed import Computed
from bot.computed.curated import curated_answer
from bot.computed.documents import documents_answer
from bot.computed.durations import duration_answer
from bot.computed.each.answer import each_answer
from bot.computed.lists import list_answer
from bot.computed.places import place_answer
from bot.computed.tables.rows import rows_answer

if TYPE_CHECKING:
    from bot.question.question import Question
    from vectorstore.library import Library
    from vectorstore.passage import Filter

    Way = Callable[[Question, Library, Filter | None], Computed | None]

WAYS: Sequence[Way] = (
    curated_answer,
    author_answer,
    documents_answer,
    place_answer,
    changes_answer,
    holds_answer,
    duration_answer,
    age_answer,
    each_answer,
    rows_answer,
    list_answer,
)
"""Each returns None for a question that it is not sure to understand."""


def compute(question: Question, library: Library, filter: Filter | None) -> Computed | None:
    """Return the answer to a question that code can work out; None for all others."""
    return next((found for way in WAYS if (found := way(question, library, filter)) is not None), None)
