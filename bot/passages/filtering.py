"""What a filter may name: a collection that is not there is a mistake, and no "the documents don't say"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.errors import CollectionMissing
from vectorstore.passage import Filter

if TYPE_CHECKING:
    from vectorstore.library import Library


def refuse_missing_collections(library: Library, filter: Filter | None) -> None:
    """Check that the collections of a filter exist.

    Raises:
        CollectionMissing: One does not. Who may not see all names must be given a filter of those that are there.
    """
    if not filter or not filter.collections:
        return
    there = library.collections(Filter(readers=filter.readers))
    for name in filter.collections:
        if name not in there:
            known = ", ".join(sorted(there)) or "none"
            raise CollectionMissing(f"There is no collection {name!r}.", remedy=f"Collections: {known}.")
