"""The words by which a question asks something of a table, and what is said of numbers in it."""

from __future__ import annotations

import re

from bot.computed.tables.mention import stems
from bot.computed.tables.plan import Relation

_HIGH = """highest most largest biggest greatest maximum max top longest tallest heaviest fastest oldest best widest
    deepest latest newest"""
_LOW = "lowest least fewest smallest minimum min shortest slowest youngest worst earliest lightest cheapest narrowest"
HIGHEST, LOWEST = frozenset(_HIGH.split()), frozenset(_LOW.split())
LATE, EARLY = frozenset({"latest", "newest", "recent"}), frozenset({"earliest", "oldest"})
PLAIN = (
    frozenset(
        """a an the of in on at by for to from and or with as than that this these those there it its is are was were
    be been being has have had do does did who whom whose which what when where how many much often times time
    list name show give tell me find all any each every total number amount count sum altogether combined
    together overall average mean row rows record records entry entries table chart listed appear appears shown
    value values item items column into during per only according between difference more less greater higher
    larger fewer over under exceed exceeding exceeds least most equal top bottom end begin beginning came come
    comes get gets got please can could you i we their his her he she they him them one ones would will out up
    long old highest lowest question also just such then earn earned hold held holds locate located feature
    featured features include included includes receive received award awarded recorded achieve achieved belong
    belongs happen happened take took taken place released built added involved spoken made acquired
    currently""".split()
    )
    | HIGHEST
    | LOWEST
)
"""Words that ask or bind and need no part of their own in the table."""
NOT_ADDED = frozenset(
    stem
    for name in "rank position place year no number # pos score date week season round id code".split()
    for stem in stems(name)
)
"""Stems of columns whose numbers are names or places in an order: no sum of them means anything."""
COMPARES = re.compile(
    r"(?P<word>(?:more|greater|higher|larger|bigger|over|above|exceeding|exceeds?|at least|no less|less|fewer|lower|"
    r"smaller|under|below|at most|no more)(?: than)?(?: or equal to)?)\s+(?:[$€£¥]\s?)?(?P<number>\d[\d,]*(?:\.\d+)?)"
    r"|(?P<number2>\d[\d,]*(?:\.\d+)?)\s*%?\s+(?:\w+ )?(?P<word2>or (?:more|higher|above|over|less|fewer|lower|below))"
)
DIFFERENCE = re.compile(r"\bdifference\b|\bhow (?:many|much) (?:more|fewer|less)\b")
CHOICE = re.compile(r"\bor\b")


def relation(word: str) -> Relation:
    """Return what a comparison in words means: "at least", "or more", "under"."""
    if word.startswith("or "):
        return ">=" if word.split()[1] in ("more", "higher", "above", "over") else "<="
    if word.startswith(("at least", "no less")) or "equal" in word and word.split()[0] in ("more", "greater", "higher"):
        return ">="
    if word.startswith(("at most", "no more")) or "equal" in word:
        return "<="
    return (
        ">"
        if word.split()[0]
        in ("more", "greater", "higher", "larger", "bigger", "over", "above", "exceed", "exceeds", "exceeding")
        else "<"
    )
