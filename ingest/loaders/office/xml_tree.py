"""Safe XML: entities are not expanded, nothing is fetched, depth and size are limited.

lxml is the one library for it: BSD, kept up, no further dependencies, and it can read a tree in
pieces. Its own limits (depth 256, text nodes of 10 MB, entity growth) stay on.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Any

from ingest.errors import Unreadable

Element = Any
"""An lxml element; lxml carries no types."""

_REMEDY = "Open it in the program that made it and save it again."


def parse_xml(data: bytes, *, recover: bool = False) -> Element:
    """Return the root element of `data`.

    Args:
        data: The bytes of the file, in whatever encoding it declares.
        recover: Whether to go on after errors (feeds are often not well-formed).

    Raises:
        Unreadable: It is not XML, or nested too deeply.
    """
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=True, remove_pis=True, recover=recover, collect_ids=False,
    )  # fmt: skip
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable("The file's XML is damaged.", remedy=_REMEDY) from error
    if root is None:
        raise Unreadable("The file holds no XML.", remedy=_REMEDY)
    return root


def stream_xml(stream: IO[bytes], tag: str) -> Iterator[Element]:
    """Yield each finished element named `tag` ("{namespace}name") and forget it afterwards.

    Raises:
        Unreadable: It is not XML, or nested too deeply.
    """
    from lxml import etree

    try:
        for _, element in etree.iterparse(
            stream, tag=tag, resolve_entities=False, no_network=True, load_dtd=False,
            huge_tree=False, remove_comments=True, remove_pis=True,
        ):  # fmt: skip
            yield element
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable("The file's XML is damaged.", remedy=_REMEDY) from error


def name_of(element: Element) -> str:
    """Return an element's name without its namespace; "" for what is not an element."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def child(element: Element | None, *path: str) -> Element | None:
    """Return the first descendant along `path` of local names, or None."""
    for name in path:
        if element is None:
            return None
        element = next((item for item in element if name_of(item) == name), None)
    return element


def attribute(element: Element | None, name: str, default: str = "") -> str:
    """Return an attribute by its local name, whatever its namespace."""
    if element is None:
        return default
    for key, value in element.attrib.items():
        if str(key).rpartition("}")[2] == name:
            return str(value)
    return default


def all_text(element: Element) -> str:
    """Return all character data under `element`."""
    return "".join(element.itertext())
