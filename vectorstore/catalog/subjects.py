"""What a long document is about, by name: "Apple" stands on the first page of its report and in few sentences.

A name of the beginning that is written with a capital nearly everywhere and comes again in section after section
is what the document is about. It counts as if it stood in the title. What it is worth: docs/decisions/0010-subjects.md.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Sequence

from vectorstore.words.tokens import query_terms, tokens

BEGINNING = 1_000
"""Characters at the start in which a document says what it is about."""
LEAST_SECTIONS = 8
"""Sections from which on a document is long: in a shorter one most sections name the subject themselves."""
SPREAD = 0.05
"""Least share of the sections that name the subject; three at least."""
COMMON = 0.1
"""Least share of the places without a capital at which a word is no name."""
MOST = 16
_NAME = re.compile(r"\b(?=\w*[^\W\d_])(?:[^\W\d_]|\d)[\w’'&-]*[\w]")


def subject_terms(text: str, sections: Sequence[tuple[int, int]]) -> list[str]:
    """Return the terms, as they are indexed, of the names that a document is about; none for a short one.

    Args:
        text: The text of the document.
        sections: Start and end of its sections, ascending.
    """
    if len(sections) < LEAST_SECTIONS:
        return []
    beginning = text[:BEGINNING] if len(text) <= BEGINNING else text[:BEGINNING].rsplit(None, 1)[0]  # words whole
    names = {
        match.group().casefold(): match.group() for match in _NAME.finditer(beginning) if not match.group()[0].islower()
    }
    if not names:
        return []
    starts = [start for start, _ in sections]
    places: dict[str, set[int]] = defaultdict(set)
    found, small = Counter[str](), Counter[str]()
    longest_first = sorted(map(re.escape, names), key=len, reverse=True)
    for match in re.finditer(rf"\b(?:{'|'.join(longest_first)})\b", text, re.IGNORECASE):
        name = match.group().casefold()
        found[name] += 1
        small[name] += match.group()[0].islower()
        places[name].add(bisect_right(starts, match.start()))
    least = max(3, SPREAD * len(sections))
    about = [name for name in names if len(places[name]) >= least and small[name] <= COMMON * found[name]]
    about.sort(key=lambda name: -len(places[name]))
    indexed = set(tokens(beginning))
    terms = (term for name in about[:MOST] for term in _content(names[name]))
    return [term for term in dict.fromkeys(terms) if term in indexed]


def _content(name: str) -> list[str]:
    return [term for term in query_terms(name) if len(term) > 1 and not term.isdigit()]
