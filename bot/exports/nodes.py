"""Elements of XML and HTML: text is always text, escaped by lxml when it is written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Node = Any
"""An element of lxml, which has no types."""


def node(name: str, attributes: Mapping[str, str] | None = None, *children: Node | str | None) -> Node:
    """Return an element with attributes and children; strings become text, None is left out."""
    from lxml import etree

    return add(etree.Element(name, dict(attributes or {})), *children)


def add(parent: Node, *children: Node | str | None) -> Node:
    """Append children to `parent` and return it."""
    for child in children:
        if isinstance(child, str):
            if len(parent):
                parent[-1].tail = (parent[-1].tail or "") + child
            else:
                parent.text = (parent.text or "") + child
        elif child is not None:
            parent.append(child)
    return parent
