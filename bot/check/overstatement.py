"""What a statement makes more of than its source: a fact of a hedge, all of some, another's deed, an addition."""

from __future__ import annotations

from dataclasses import dataclass

from bot.check.additions import unheld_tail, unsaid_values
from bot.check.alignment import Alignment
from bot.check.hedges import dropped_hedge
from bot.check.roles import exchanged_roles
from bot.check.scope import widened


@dataclass(frozen=True, slots=True)
class Overstatement:
    """Where a statement says more than its sources. Places are (start, end) in the statement.

    Attributes:
        hedge: The source's hedge that the statement left out, or "".
        scope: The word by which the scope became wider, the source's or the statement's, or "".
        roles: Two names that have changed places around a verb.
        tail: A clause at the end that the sources do not hold.
        values: Valuing words that no supporting sentence says.
    """

    hedge: str = ""
    scope: str = ""
    roles: tuple[tuple[int, int], ...] = ()
    tail: tuple[int, int] | None = None
    values: tuple[tuple[int, int], ...] = ()

    @property
    def changes(self) -> bool:
        """Whether the statement says something else than its sources, and does not only add to them."""
        return bool(self.hedge or self.scope or self.roles)

    @property
    def adds(self) -> bool:
        """Whether the statement says something besides what its sources say."""
        return self.tail is not None or bool(self.values)


def read_overstatement(alignment: Alignment) -> Overstatement:
    """Return what a statement makes more of than its sources."""
    return Overstatement(
        hedge=dropped_hedge(alignment),
        scope=widened(alignment),
        roles=exchanged_roles(alignment),
        tail=unheld_tail(alignment),
        values=unsaid_values(alignment),
    )
