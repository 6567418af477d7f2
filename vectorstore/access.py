"""Who may see a document: a list of readers, kept among what is said of it, and read by filters that name who asks.

A list holds people and groups, "person:ana" and "group:finance". A document without one is everybody's who sees its
collection. One that rests on others, as an editor's answer does on its sources, is for those who may see them all.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

ACCESS = "access"
"""The name, among what is said of a document, under which its list is kept."""
RESTS_ON = "rests on"
"""The name under which the ids of the documents are kept that one rests on."""
KEPT_APART = (ACCESS, RESTS_ON)
"""Names that tell nobody anything of a document, and are not told."""
_READER = re.compile(r"(person|group):[^\n\0]+")


def is_reader(name: str) -> bool:
    """Tell whether a list may hold `name`: "person:…" or "group:…"."""
    return _READER.fullmatch(name) is not None


def readers(person: str, groups: Sequence[str]) -> tuple[str, ...]:
    """Return the names by which lists may mean somebody; a name that no list can hold is left out."""
    return tuple(filter(is_reader, (f"person:{person}", *(f"group:{group}" for group in groups))))


def stored(names: Collection[str]) -> str:
    """Return a list as it is kept: each name between line ends, so that none is found inside another."""
    return "\n" + "".join(f"{name}\n" for name in sorted(set(names)))


def listed(value: str) -> tuple[str, ...]:
    """Return the names that `stored` kept."""
    return tuple(name for name in value.split("\n") if name)


def condition(asking: Collection[str]) -> tuple[str, list[str]]:
    """Return the condition, in SQL over `documents`, that a document is for those who ask, and its values.

    Args:
        asking: The names by which lists may mean them; none for a stranger.
    """
    asking = [name for name in asking if is_reader(name)]  # a line end would ask for several names at once
    # What holds a text is another one without it: that is said alike in every home of the catalog.
    mine = " OR ".join(["replace(list.value, CAST(? AS TEXT), '') <> list.value"] * len(asking)) or "1 = 0"
    rests_on = (
        "SELECT source.row FROM said base JOIN documents source ON replace(base.value, source.id, '') <> base.value"
        f" WHERE base.document = documents.row AND base.name = '{RESTS_ON}'"
    )
    clause = (
        f"NOT EXISTS(SELECT 1 FROM said list WHERE list.name = '{ACCESS}' AND NOT ({mine})"
        f" AND (list.document = documents.row OR list.document IN ({rests_on})))"
    )
    return clause, [f"\n{name}\n" for name in asking]
