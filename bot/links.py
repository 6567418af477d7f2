"""Addresses at which a footnote's place in its document is read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from bot.answer import Citation
    from vectorstore.passage import Passage

LONGEST = 2_000
"""Longest address that is linked, in characters: Word takes a file with a longer one for damaged."""


def page_address(address: str, citation: Citation | Passage) -> str:
    """Return the address of the chat page with the source open at a citation or passage, or "" without a page."""
    if not address:
        return ""
    place = f"document={quote(citation.document)}&start={citation.start}&end={citation.end}"
    return f"{address.rstrip('/')}/#{place}"


def address_of(citation: Citation, *, page: str = "") -> str:
    """Return where a footnote can be read: on the chat page, at its own address, in the file; "" for nowhere.

    Args:
        citation: The footnote.
        page: Address of the chat page, "" where there is none. With one, no file is looked for.
    """
    found = page_address(page, citation)
    if not found and citation.source.startswith(("https://", "http://")):
        found = quote(citation.source, safe="%/:=&?~#+!$,;'@()*", errors="replace")
    elif not found:
        found = _file(citation)
    return found if len(found) <= LONGEST else ""


def _file(citation: Citation) -> str:
    try:
        path = Path(citation.source)
        if not path.is_absolute() or not path.is_file():
            return ""
        address = path.as_uri()
    except (OSError, ValueError):  # no name that this system can hold
        return ""
    paged = citation.page and path.suffix.lower() == ".pdf"
    return f"{address}#page={citation.page}" if paged else address
