"""What a question asks of a table: a small grammar over its columns and cells.

    question ─▶ the words that ask (how many, total, highest, after …), columns, cells, comparisons ─▶ Plan

Every word that carries content must have its part in the plan. Where one is left over there is no plan: a sum over
all rows for a city that is not there is worse than no answer.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot.computed.tables.bounds import limit_of
from bot.computed.tables.mention import ColumnMention, words
from bot.computed.tables.plan import ITSELF, Operation, Plan
from bot.computed.tables.reading import Reading
from bot.computed.tables.vocabulary import ADDING, CHOICE, DIFFERENCE, EARLY, HIGHEST, LATE, LOWEST, SHARE
from vectorstore.tables.cells import stems
from vectorstore.tables.table import Table


def plan(text: str, table: Table, *, about: frozenset[str] = frozenset()) -> Plan | None:
    """Return what a question asks of a table; None where it asks nothing of it that is understood.

    Args:
        text: The question.
        table: What it may be asked of.
        about: Stems by which a question may speak of the table as a whole: its title's.
    """
    text = re.sub(r"\s+", " ", text.strip().casefold()).rstrip("?.! ")
    if len(words(text)) < 2:
        return None
    made = _Forms(text, table, about).plan()
    return made if made and not made.unplaced else None


LEAST_SHARE = 0.4
"""Of the words of a column's name that a question says of what it wants to be added up."""


class _Forms(Reading):
    """The forms of questions that are understood, in the order in which they are tried."""

    def plan(self) -> Plan | None:
        """Return the first form that fits, with the words that have no part in it."""
        if self.bounds is None:
            return None
        compared = tuple(condition for bound in self.bounds for condition in bound.conditions)
        self.used += [span for bound in self.bounds for span in bound.used]
        for form in (
            self._difference,
            self._neighbour,
            self._choice,
            self._shared,
            self._counted,
            self._added,
            self._extreme,
            self._placed,
            self._every,
            self._looked_up,
        ):
            before = list(self.used)
            if made := form():
                conditions = (*made.conditions, *compared)
                return replace(made, conditions=conditions, unplaced=tuple(self.left_over()))
            self.used = before
        return None

    def _difference(self) -> Plan | None:
        """ "What is the difference in attendance between A and B?", "How many more points did A have than B?" """
        if not DIFFERENCE.search(self.text) or len(self.cells) != 2:
            return None
        measure = next((m for m in self.columns if self.is_numeric(m.column)), None)
        if measure is None or not set(self.cells[0].columns) & set(self.cells[1].columns):
            return None
        self.use(measure)
        for cell in self.cells:
            self.use(cell)
        self.use_words("than")
        return Plan("difference", measure=measure.column, choices=tuple(self.cells))

    def _neighbour(self) -> Plan | None:
        """ "Which venue comes after X?", "Who took office before X?" """
        match = re.search(r"\b(after|following|before|previous to|prior to|preceding|below|above)\b", self.text)
        if not match or len(self.cells) != 1 or self.has("how many|how much|how often|more|less|most|least|first|last"):
            return None
        cell = self.cells[0]
        at = self.position(match.start())
        if not 0 < cell.span[0] - at <= 2 or len(cell.columns) != 1:
            return None
        target = self.asked_column()
        index = self.index("which", "what") + 1
        if target is not None:
            self.use(target)
        elif index and index < len(self.asked) and self.asked[index].stem in stems(self.table.names[cell.columns[0]]):
            self.used.append((index, index + 1))
        self.use(cell)
        self.use_words(match[1], "next", "previous", "prior", "immediately", "directly", "right")
        operation: Operation = "next" if match[1] in ("after", "following", "below") else "before"
        column = target.column if target else cell.columns[0]
        return Plan(operation, target=column, choices=(cell,))

    def _choice(self) -> Plan | None:
        """ "Which has more people, A or B?" """
        if not CHOICE.search(self.text) or len(self.cells) != 2:
            return None
        one, other = self.cells
        shared = set(one.columns) & set(other.columns)
        between = [word.text for word in self.asked[one.span[1] : other.span[0]]]
        if not shared or "or" not in between or len(between) > 3:
            return None
        high = self.has("more|most|higher|highest|larger|largest|greater|greatest|later|longer|bigger|better|older")
        low = self.has("less|least|fewer|fewest|lower|lowest|smaller|smallest|earlier|shorter|first|younger")
        if high == low:
            return None
        measure = self._compared_by(shared)
        if measure is None:
            return None
        for cell in self.cells:
            self.use(cell)
        self.use_words("earlier", "later", "above", "below", "than")
        operation: Operation = "highest" if high else "lowest"
        return Plan(operation, target=min(shared), measure=measure, choices=(one, other))

    def _compared_by(self, but: set[int]) -> int | None:
        named = [m for m in self.columns if m.column not in but and self.is_measured(m.column)]
        if named:
            best = max(named, key=lambda m: m.share)
            self.use_measure(best)
            return best.column
        if self.has("earlier|later|first|earliest|latest"):
            dated = [c for c, kind in enumerate(self.table.columns) if c not in but and kind.is_dated]
            return dated[0] if len(dated) == 1 else None
        return None

    def _shared(self) -> Plan | None:
        """ "What share of customers is blocked?", "What percentage of the revenue comes from the North?" """
        if not (match := SHARE.search(self.text)) or not (self.cells or self.bounds):
            return None
        self.use_words("share", "percentage", "percent", "proportion", "fraction")
        at = self.position(match.end())
        noun = self.column_after(at, reach=3)
        measure = -1
        if noun is not None and (not self.cells or noun.span[0] < self.cells[0].span[0]):
            self.use(noun)
            if self.is_numeric(noun.column) and not self.identifies(noun.column):
                measure = noun.column
        if measure >= 0 and not self.adds_up(measure):
            return None
        return Plan("share", measure=measure, conditions=self.conditions())

    def _counted(self) -> Plan | None:
        """ "How many customers are blocked?", "How many different cities are there?" """
        match = re.search(r"\bhow many\b|\b(?:total )?(?:number of|amount of(?= times))\b|\bhow often\b", self.text)
        if not match:
            return None
        at = self.position(match.end())
        noun = self.column_after(at, reach=1)
        if noun is not None and self.table.columns[noun.column].numbers and not self.identifies(noun.column):
            return None  # an amount in the table: added up or looked up
        distinct = self.has("different|distinct|unique")
        compared = bool(self.used)
        conditions = self.conditions()
        if noun is not None and noun.span[0] - at <= 1:
            self.use(noun)
            if distinct:
                self.use_words("different", "distinct", "unique")
                return Plan("distinct", target=noun.column, conditions=conditions)
            of_table = self.has("rows?|records?|entries|table|list(?:ed)?|sheet|chart") or self._names_table(noun)
            if not conditions and not compared and not of_table:
                return None  # it may well be said in a sentence: "the memorandum names seven fields"
            if not conditions and not compared and self.is_repeated(noun.column):
                # Each once, or every row? Only where the sheet itself is named is it what the sheet has of them.
                return Plan("distinct", target=noun.column) if self._names_table(noun) else None
        elif at < len(self.asked) and not distinct:
            # What is counted are the rows, whatever they are called; something else must say that it is this table.
            if any(cell.span[0] == at for cell in self.cells):
                return None  # the noun is a cell: how many lamps there are, a column of amounts says
            named = any(self.asked[at].stem in stems(name) for name in self.table.names)
            if named or (not conditions and not self.used):
                return None
            self.used.append((at, at + 1))
        if distinct:
            return None
        if any(self.subject(-1) in condition.columns for condition in conditions):
            return None  # a row is named: something of it is counted, not the row
        return Plan("count", conditions=conditions)

    def _names_table(self, noun: ColumnMention) -> bool:
        """Tell whether a word of the question is of the table's title, and not the noun itself."""
        return any(w.stem in self.about and not noun.span[0] <= i < noun.span[1] for i, w in enumerate(self.asked))

    def _added(self) -> Plan | None:
        """ "What is the total budget?", "What is the average age of …?", "How many lamps are there in all?" """
        mean = self.has("average|mean")
        counted = self.has("how many|how much|number of")
        total = self.has("total|sum|altogether|combined|in all|overall|together") or counted
        if not (mean or total) or self.has("|".join((*HIGHEST - {"top", "best"}, *LOWEST))):
            return None
        numeric = [
            m
            for m in self.columns
            if m.share >= LEAST_SHARE and self.is_numeric(m.column) and not self.identifies(m.column)
        ]
        compared = {condition.columns[0] for found in self.bounds or () for condition in found.conditions}
        numeric = [m for m in numeric if m.column not in compared] or numeric  # "… of those hired after 2018"
        numeric = [m for m in numeric if self.asked[m.span[0] - 1].text in ADDING] or numeric  # "total cost of energy"
        best = max(numeric, key=lambda m: m.share, default=None)
        if best is not None and len({m.column for m in numeric if m.share == best.share}) > 1:
            return None
        if best is not None:
            self.use_measure(best)
        column = best.column if best else self._added_by_default()
        if column is None or not self.adds_up(column):
            return None
        self.used += [mention.span for mention in self.columns if mention.column == self.subject(column)]
        self.used += [mention.span for mention in self.columns if self.identifies(mention.column)]
        return Plan("mean" if mean else "sum", measure=column, conditions=self.conditions())

    def _added_by_default(self) -> int | None:
        """Return what "how many lamps" and "how much do we owe" ask for where they name no column."""
        named = any(self.identifies(m.column) or m.column == self.subject(-1) for m in self.columns)
        if not (self.cells or self.bounds or (named and self.has("all"))):
            return None
        match = re.search(r"\bhow many\b|\bnumber of\b", self.text)
        if match:
            at = self.position(match.end())
            return self.pieces() if any(cell.span[0] == at for cell in self.cells) else None
        return self.money()

    def _extreme(self) -> Plan | None:
        """ "Which region has the highest revenue?", "The three cheapest articles", "Which name appears the most?" """
        at = next((i for i, word in enumerate(self.asked) if word.text in HIGHEST | LOWEST), -1)
        recent = self.index("recent", "recently")
        if at < 0:
            return self._first_in_time()
        high = self.asked[at].text in HIGHEST or recent == at + 1
        self.use_words("recent", "recently", self.asked[at].text)
        verb = at - 2 if at and self.asked[at - 1].text == "the" else -1
        if verb > 0 and self.asked[verb].text.endswith("ed"):
            self.used.append((verb, verb + 1))  # "produced the most energy"
        if self.has(r"appears?|listed|occurs?|shows? up|mentioned") and self.asked[at].text in ("most", "least"):
            return self._usual(high=high)
        limit = limit_of(self.text)
        if limit:
            self.used.append(limit[1])
        column = self._ordered_by(at, recent, limited=limit is not None)
        if column is None:
            return None
        target = self.target(column)
        if limit and target < 0:
            target = self._listed(column)
        if target < 0 and (limit or target != ITSELF):
            return None
        if self.asked[at].text in ("best", "worst") and not self.adds_up(column):
            return None  # the best position is the lowest number
        operation: Operation = "highest" if high else "lowest"
        if self.asked[at].text == "oldest" and self.table.columns[column].kind == "date":
            operation = "lowest"
        most = limit[0] if limit else 1
        return Plan(operation, target=target, measure=column, conditions=self.conditions(), most=most)

    def _listed(self, measure: int) -> int:
        """Return the column that a list is of: one that is named, else the one that tells rows apart."""
        named = [m for m in self.columns if m.column != measure and not self.is_measured(m.column)]
        named += [m for m in self.columns if m.column != measure and self.identifies(m.column)]
        if not named:
            return self.subject(measure)
        self.use(named[0])
        return named[0].column

    def _ordered_by(self, at: int, recent: int, *, limited: bool) -> int | None:
        """Return the column by which rows are ordered."""
        word = self.asked[at].text
        by = self.index("by", "terms") if limited else -1
        measure = self.column_after(by + 1, numeric=True) if by >= 0 else None
        measure = measure or self.column_after(at, numeric=True, reach=5)
        if measure is not None and self.identifies(measure.column):
            measure = None
        if measure is not None:
            self.use_measure(measure)
            return measure.column
        if word in LATE | EARLY or recent >= 0:
            verb = next((m for m in self.columns if self.table.columns[m.column].is_dated), None)
            if verb is not None:
                self.use(verb)
                return verb.column
            return self.dated(but=-1)
        if word in ("most", "least", "fewest") and any(cell.span[0] == at + 1 for cell in self.cells):
            return self.pieces()
        if limited or any(self.identifies(m.column) for m in self.columns):
            return self.money() if word in ("largest", "biggest", "smallest", "highest", "lowest", "top") else None
        return None

    def _first_in_time(self) -> Plan | None:
        """ "Who was hired first?": the column of dates that is named right beside it."""
        at = self.index("first", "last")
        beside = [
            m
            for m in self.columns
            if self.table.columns[m.column].is_dated and at >= 0 and at in (m.span[1], m.span[0] - 1)
        ]
        if not beside or not self.has("who|which"):
            return None
        self.use(beside[0])
        self.use_words("first", "last")
        target = self.target(beside[0].column)
        operation: Operation = "lowest" if self.asked[at].text == "first" else "highest"
        if target < 0:
            return None
        return Plan(operation, target=target, measure=beside[0].column, conditions=self.conditions())

    def _usual(self, *, high: bool) -> Plan | None:
        target = self.asked_column()
        if target is None:
            return None
        self.use(target)
        self.use_words("appears", "appear", "listed", "occurs", "occur", "shows", "mentioned")
        return Plan("usual" if high else "rarest", target=target.column, conditions=self.conditions())

    def _placed(self) -> Plan | None:
        """ "What is the first name on the list?", "Who is last?" """
        match = re.search(r"\b(first|last|top|bottom|final)\b", self.text)
        if not match or self.cells or not self.has(r"list|listed|table|chart|row") or self.has("who|where|when"):
            return None
        at = self.position(match.end())
        column = self.column_after(at, reach=1) or self.asked_column()
        if column is None:
            return None
        self.use(column)
        self.use_words(match[1], "list")
        return Plan("first" if match[1] in ("first", "top") else "last", target=column.column)

    def _every(self) -> Plan | None:
        """ "Which departments are there?", "List all suppliers.": what a column holds, each once."""
        asks = r"(?:list|name|show(?: me)?)(?: me)? all\b.*|(?:which|what) .* (?:are there|exist|do we have)"
        if self.cells or self.bounds or not re.fullmatch(asks, self.text):
            return None
        column = self.asked_column()
        if column is None or (self.is_measured(column.column) and not self.identifies(column.column)):
            return None
        self.use(column)
        return Plan("values", target=column.column)

    def _looked_up(self) -> Plan | None:
        """ "What is the price of A?", "Which projects are on hold?", "Who works in Tarn?" """
        if not (self.cells or self.bounds):
            return None
        if not self.has("what|which|who|when|where|how much|how many|how long|list|name|show"):
            return None
        if self.has("first|last|next|previous|same|before|after|only") and not self.bounds:
            return None
        if self.has("|".join((*HIGHEST, *LOWEST, "difference", "number of"))):
            return None
        named = [*(column.span for column in self.columns), *(cell.span for cell in self.cells)]
        if any(word.text in ADDING and not any(a <= i < b for a, b in named) for i, word in enumerate(self.asked)):
            return None  # cells are no total
        target = self._looked_up_in()
        if target < 0:
            return None
        conditions = self.conditions()
        if any(target in condition.columns for condition in conditions):
            return None  # it asks for what it says
        return Plan("values", target=target, conditions=conditions)

    def _looked_up_in(self) -> int:
        """Return the column whose cells are asked for; -1 where none is."""
        bound = {condition.columns[0] for found in self.bounds or () for condition in found.conditions}
        held = {column for cell in self.cells for column in cell.columns}
        asked = self.asked_column()
        if asked and asked.column in bound and asked.span[0] > self.index("which", "what") + 1 > 0:
            self._use_noun()  # "Which tools cost more than 50 EUR?" asks for tools
            return self.subject(asked.column)
        free = [m for m in self.columns if m.column not in bound | held]
        named = asked or max(free, key=lambda m: m.share, default=None)
        if named is not None:
            self.use(named)
            if not asked and self.has("who") and self.is_measured(named.column):
                return self.subject(-1)  # "Who was hired in Sales?" does not ask for the year
            return named.column
        if self.has("when") and (dated := self.dated(but=-1)) is not None:
            return dated
        return self.subject(-1) if self.has("who") else -1
