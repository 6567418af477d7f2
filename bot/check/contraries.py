"""Words that say the contrary of each other: where the source has one and a statement the other, it is false.

Pairs of roles count too ("tenant" and "landlord"): who pays whom is what a contract says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import pairwise

from bot.check.sentences import Sentence, Term
from vectorstore.words.tokens import tokens

_GROUPS = """
increase rise rose risen grow grew grown climb surge soar expand = decrease reduce fall fell fallen decline drop shrink shrank shrunk sink sank plunge contract
more = less fewer
most = least
maximum max = minimum min
high higher highest = low lower lowest
above over = below under beneath
before earlier = after later
early earliest = late latest
first = last final
approve accept adopt allow permit ratify authorise authorize = reject refuse deny forbid forbade forbidden prohibit ban oppose veto
support favour favor back = oppose
agree = disagree
confirm = deny
win won victory winner = lose lost defeat loser
gain profit = loss
double = halve half
open = close shut
begin began begun beginning start = end finish stop
enter arrive join = leave left depart exit
born birth = die died death
send sent = receive
buy bought purchase = sell sold
buyer purchaser = seller vendor
tenant lessee = landlord lessor
lender creditor = borrower debtor
employer = employee
plaintiff claimant = defendant
teacher = pupil student
parent = child
doctor = patient
import importer = export exporter
upload = download
input = output
income revenue = expense expenditure
asset = liability
debit = credit
hire recruit = fire dismiss
build built construct erect = destroy demolish
introduce establish create = abolish repeal dissolve
add insert = remove delete
include = exclude
enable activate = disable deactivate
encrypt = decrypt
lock = unlock
connect = disconnect
pass succeed success = fail failure
cause = prevent
encourage = discourage
strengthen = weaken
improve = worsen deteriorate
retreat withdraw withdrew = advance
attack = defend
ally friend = enemy
peace = war
safe harmless = dangerous unsafe hazardous harmful
strong stronger strongest = weak weaker weakest
large larger largest big bigger biggest = small smaller smallest little
long longer longest = short shorter shortest
old older oldest = new young younger youngest
wide = narrow
deep = shallow
heavy heavier = light lighter
thick = thin
rich = poor
expensive = cheap
easy easier = difficult hard
fast faster quick quicker rapid quickly rapidly = slow slower slowly
hot hotter warm warmer = cold colder cool cooler
freeze frozen = boil
wet = dry
full = empty
upper top = lower bottom
front = rear
inside indoors = outside outdoors
internal = external
domestic = foreign
public = private
urban = rural
natural = artificial
temporary = permanent
optional voluntary = mandatory compulsory obligatory
majority = minority
major = minor
positive = negative
best better = worst worse
true = false
same identical = different
always = never
often frequently = rarely seldom
all = none
north northern = south southern
east eastern = west western
weekday = weekend
morning = evening
day = night
summer = winter
husband = wife
mother = father
son = daughter
brother = sister
king = queen
man men = woman women
boy = girl
male = female
"""
_ONLY_IN_PLACE = """
may can might could = must shall
for = against
in inside = outside
left = right
"""
"""Pairs of words that mean much else: they count only where one stands in the other's very place."""

_PREFIXES = ("un", "in", "im", "il", "ir", "non", "dis")
LEAST_PREFIXED = 4
"""Letters that a stem must have for one of these before it to negate it: "use" and "disuse", "it" and "unit" don't."""

MOST_IN_PLACE = 3
"""Words that may stand in the place of others for them to be compared one by one."""
LEAST_SHARED = 0.7
"""Share of a statement's other words that a sentence must hold for a contrary word to count anywhere in it."""
LEAST_TO_SWAP = 3
"""Words with content, each once in the sentence, that a statement must have for two of them to have changed places:
of two alone either may come first."""


def _table(groups: str) -> dict[str, frozenset[str]]:
    table: dict[str, set[str]] = {}
    for line in filter(None, groups.splitlines()):
        left, right = ({tokens(word)[0] for word in side.split()} for side in line.split("="))
        for one, others in ((left, right), (right, left)):
            for stem in one:
                table.setdefault(stem, set()).update(others - {stem})
    return {stem: frozenset(others) for stem, others in table.items()}


@lru_cache(maxsize=1)
def _tables() -> tuple[dict[str, frozenset[str]], dict[str, frozenset[str]]]:
    return _table(_GROUPS), _table(_GROUPS + _ONLY_IN_PLACE)


def opposites(stem: str) -> frozenset[str]:
    """Return the stems that say the contrary of `stem` wherever they stand."""
    return _tables()[0].get(stem, frozenset())


def contrary(one: str, other: str) -> bool:
    """Tell whether two stems, one in the place of the other, say the contrary of each other."""
    if other in _tables()[1].get(one, ()):
        return True
    short, long = sorted((one, other), key=len)
    return len(short) >= LEAST_PREFIXED and any(long == prefix + short for prefix in _PREFIXES)


_JOINS = frozenset({"and", "or", "&", "as", "well"})


def contradicted(mine: Sequence[Term], statement: str, support: Sequence[Sentence]) -> list[Term]:
    """Return the terms of a statement whose contrary the best sentence says, or that have changed places in it.

    Args:
        mine: The terms of the statement.
        statement: Its text.
        support: The sentences that support it, the best first.
    """
    first = support[0]
    elsewhere = {stem for sentence in support for stem in sentence.places}
    fresh = [term for term in mine if term.stem not in elsewhere]
    here = {term.stem for term in mine}
    found = [term for term in fresh if _contrary_in_place(term, mine, first.order, here)]
    found += [term for term in fresh if term not in found and _contrary_in(term, mine, first, here)]
    return found or _negated_by_non(mine, first.order) or _swapped(mine, statement, first)


def _contrary_in_place(term: Term, mine: Sequence[Term], theirs: Sequence[Term], here: set[str]) -> bool:
    """Tell whether the words on both sides are the same and a contrary stands between them."""
    return any(
        contrary(term.stem, other.stem) and other.stem not in here
        for left, right in _replaced(mine, theirs)
        if term in left
        for other in right
    )


def _replaced(mine: Sequence[Term], theirs: Sequence[Term]) -> Iterator[tuple[Sequence[Term], Sequence[Term]]]:
    matcher = SequenceMatcher(None, [t.stem for t in mine], [t.stem for t in theirs], autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "replace" and i2 - i1 <= MOST_IN_PLACE and j2 - j1 <= MOST_IN_PLACE:
            yield mine[i1:i2], theirs[j1:j2]


def _contrary_in(term: Term, mine: Sequence[Term], sentence: Sentence, here: set[str]) -> bool:
    """Tell whether a sentence that holds nearly all else holds the contrary instead."""
    if not (opposites(term.stem) & sentence.places.keys()) - here:
        return False
    rest = [other.stem for other in mine if other.content and other.stem != term.stem]
    return sum(stem in sentence.places for stem in rest) >= LEAST_SHARED * max(1, len(rest))


def _negated_by_non(mine: Sequence[Term], theirs: Sequence[Term]) -> list[Term]:
    """Return the terms that are "non-…" in the statement or in the sentence but not in both."""

    def heads(terms: Sequence[Term]) -> set[str]:
        return {after.stem for before, after in pairwise(terms) if before.stem == "non"}

    differ = heads(mine) ^ heads(theirs)
    return [term for term in mine if term.stem in differ and any(term.stem == other.stem for other in theirs)]


def _swapped(mine: Sequence[Term], statement: str, sentence: Sentence) -> list[Term]:
    """Return two terms that the sentence has in each other's place, all else being word for word the same."""
    stems = [term.stem for term in mine]
    theirs = f" {' '.join(term.stem for term in sentence.order)} "
    content = [i for i, term in enumerate(mine) if term.content and theirs.count(f" {term.stem} ") == 1]
    if f" {' '.join(stems)} " in theirs or len(content) < LEAST_TO_SWAP:
        return []
    for n, i in enumerate(content):
        for j in content[n + 1 :]:
            turned = [*stems[:i], stems[j], *stems[i + 1 : j], stems[i], *stems[j + 1 :]]
            between = statement[mine[i].end : mine[j].start]
            if f" {' '.join(turned)} " in theirs and not re.search("[,;]", between):
                return [] if set(stems[i + 1 : j]) <= _JOINS else [mine[i], mine[j]]
    return []
