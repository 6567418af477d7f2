"""The signs: all that `weigh.py` weighs of a statement held against its sources, by what they are about."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.check.alignment import Alignment
from bot.check.coverage import Coverage, read_coverage
from bot.check.exchanges import Exchanges, read_exchanges
from bot.check.fact_signs import FactSigns, OpeningNames, read_fact_signs, read_opening_names, reversed_names
from bot.check.overstatement import Overstatement, read_overstatement
from bot.check.polarity import Polarity, read_polarity
from bot.check.slots import counts_another
from bot.check.units import FactKind

SHORTEST_QUOTATION = 3
"""Characters that the stems of a quotation must exceed to have to stand verbatim: shorter, it is a letter or a sign."""


@dataclass(frozen=True, slots=True)
class Signs:
    """What speaks for a statement and against it.

    Attributes:
        coverage: How much of it is held.
        numbers, dates, names: Whether its facts stand in the sources, and beside the same words.
        opening_names: The same of words that open a sentence and may be names.
        exchanges: What is changed where the words are the sources' own.
        polarity: Whether a "not" or a contrary was put in or left out.
        names_reversed: Share of neighbouring names that the best sentence has in the other order, 0 to 1.
        counts_another: What a number counts stands beside other numbers only.
        quotation_missing: Words in quotation marks stand so in no sentence.
        overstatement: What it makes more of than its sources; not weighed, it counts by itself.
    """

    coverage: Coverage
    numbers: FactSigns
    dates: FactSigns
    names: FactSigns
    opening_names: OpeningNames
    exchanges: Exchanges
    polarity: Polarity
    names_reversed: float
    counts_another: bool
    quotation_missing: bool
    overstatement: Overstatement = field(default_factory=Overstatement)

    def of(self, kind: FactKind) -> FactSigns:
        """Return the signs of the facts of a kind."""
        return {"number": self.numbers, "date": self.dates, "name": self.names}[kind]

    @property
    def certainly_false(self) -> bool:
        """Whether a fact or quotation does not stand in the support, or that says the contrary: no weighing needed."""
        facts_missing = self.numbers.missing or self.dates.missing or self.names.missing
        changed = bool(self.polarity.contradicted) or self.overstatement.changes
        return facts_missing or self.quotation_missing or changed


def read_signs(alignment: Alignment) -> Signs:
    """Return the signs of a statement that is held against its sources."""
    return Signs(
        coverage=read_coverage(alignment),
        numbers=read_fact_signs("number", alignment),
        dates=read_fact_signs("date", alignment),
        names=read_fact_signs("name", alignment),
        opening_names=read_opening_names(alignment),
        exchanges=read_exchanges(alignment),
        polarity=read_polarity(alignment),
        names_reversed=reversed_names(alignment),
        counts_another=counts_another(alignment),
        quotation_missing=_quotation_missing(alignment),
        overstatement=read_overstatement(alignment),
    )


def _quotation_missing(alignment: Alignment) -> bool:
    quoted = [quotation.words for quotation in alignment.facts.quotations if len(quotation.words) > SHORTEST_QUOTATION]
    return any(not any(words in sentence.run for sentence in alignment.sentences) for words in quoted)
