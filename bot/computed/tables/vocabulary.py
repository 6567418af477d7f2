"""The words by which a question asks something of a table, and what is said of numbers in it."""

from __future__ import annotations

import re

from bot.computed.tables.plan import Relation
from bot.text.number_words import FEW
from vectorstore.tables.cells import stems

_HIGH = """highest most largest biggest greatest maximum max top longest tallest heaviest fastest oldest best widest
    deepest latest newest"""
_LOW = "lowest least fewest smallest minimum min shortest slowest youngest worst earliest lightest cheapest narrowest"
HIGHEST, LOWEST = frozenset(_HIGH.split()), frozenset((*_LOW.split(), "bottom"))
LATE, EARLY = frozenset({"latest", "newest", "recent", "recently"}), frozenset({"earliest", "oldest"})
PLAIN = (
    frozenset(
        """a an the of in on at by for to from and or with as than that this these those there it its is are was were
    be been being has have had do does did who whom whose which what when where how many much often times time
    list name show give tell me find all any each every total number amount count sum altogether combined
    together overall average mean row rows record records entry entries table chart listed appear appears shown
    value values item items column into during per only according between difference more less greater higher
    larger fewer over under exceed exceeding exceeds least most equal top bottom end begin beginning came come
    comes get gets got please can could you i we our us their his her he she they him them one ones would will out up
    long old highest lowest question also just such then earn earned hold held holds locate located feature
    featured features include included includes receive received award awarded recorded achieve achieved belong
    belongs happen happened take took taken place released built added involved spoken made acquired
    currently work works worked working go goes went cost costs across sell sold sheet sheets
    tables file files""".split()
    )
    | HIGHEST
    | LOWEST
)
"""Words that ask or bind and need no part of their own in the table."""
ASKING = (
    frozenset(
        """a an the of in on at by for to from and or with as than that this these those there it its is are was were
        be been being has have had do does did who whom whose which what how many much often list tell me find all any
        each every please can could you i we our us their his her he she they him them one ones would will just such
        also only same other more less most least fewer first last next previous before after""".split()
    )
    | HIGHEST
    | LOWEST
)
"""Words that ask or bind and never name a column."""
NOT_ADDED = frozenset(
    stem
    for name in "rank position place year no number # pos score date week season round id code".split()
    for stem in stems(name)
)
"""Stems of columns whose numbers are names or places in an order: no sum of them means anything."""
MONEY = frozenset(
    stem
    for name in "amount price cost fee salary wage revenue turnover budget sales spend expenses".split()
    for stem in stems(name)
)
"""Stems of columns that hold money: what "how much" asks for where no column is named."""
PIECES = frozenset(stem for name in "units quantity qty pieces stock count".split() for stem in stems(name))
"""Stems of columns that say how many there are of what a row is about."""
SPENT = frozenset("owe owed owing spend spent pay paid still".split())
"""Words that ask for money and say nothing of which."""
ADDING = frozenset("total sum average mean combined altogether together".split())
"""Words that ask for numbers to be added up."""
NEGATIONS = frozenset(
    "not isn't aren't wasn't weren't doesn't don't didn't hasn't haven't neither nor except excluding outside".split()
)
"""Words that say of the cell after them that a row must not hold it."""
PEOPLE = frozenset(
    stem
    for name in "employee person member name staff colleague worker player author owner driver teacher student".split()
    for stem in stems(name)
)
"""Stems of columns that hold people: whom "who" asks for."""
SHARE = re.compile(r"\b(?:what|which) (?:share|percentage|percent|proportion|fraction)\b|\bhow many percent\b"
                   r"|^(?:the )?(?:share|percentage|proportion) of\b")  # fmt: skip
DIFFERENCE = re.compile(r"\bdifference\b|\bhow (?:many|much) (?:more|fewer|less)\b")
CHOICE = re.compile(r"\bor\b")
_NUMBER_WORDS = {word: number for number, word in enumerate(FEW, start=2)} | {"twelve": 12, "fifteen": 15, "twenty": 20}


def number_word(word: str) -> int | None:
    """Return the small number that a word says."""
    return int(word) if word.isdigit() else _NUMBER_WORDS.get(word)


def relation(word: str) -> Relation:
    """Return what a comparison in words means: "at least", "or more", "under"."""
    if word.startswith("or "):
        return ">=" if word.split()[1] in ("more", "higher", "above", "over") else "<="
    if word.startswith(("at least", "no less")) or "equal" in word and word.split()[0] in ("more", "greater", "higher"):
        return ">="
    if word.startswith(("at most", "no more", "up to")) or "equal" in word:
        return "<="
    more = ("more", "greater", "higher", "larger", "bigger", "over", "above", "exceed", "exceeds", "exceeding")
    return ">" if word.split()[0] in more else "<"
