"""Whoever asks where nobody signs in, in a chat or by an agent: documents with a list of readers don't exist."""

from __future__ import annotations

from collections.abc import Sequence

from vectorstore.passage import Filter


def for_strangers(collections: Sequence[str] | None = None) -> Filter:
    """Return the filter of the documents that are for everybody.

    Args:
        collections: Only of these; all where there are none.
    """
    return Filter(collections=tuple(collections or ()), readers=())
