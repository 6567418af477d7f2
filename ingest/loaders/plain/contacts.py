"""VCF: each card of an address book in plain words."""

from __future__ import annotations

import re
from pathlib import Path

from ingest.document import Loaded, LoadOptions
from ingest.loaders.builder import TextBuilder, one_line
from ingest.loaders.plain.content_lines import Property, properties

MEDIA_TYPE = "text/vcard"
_LABELS = {"ORG": "Organization", "TITLE": "Title", "ROLE": "Role", "TEL": "Phone", "EMAIL": "Email",
           "ADR": "Address", "BDAY": "Birthday", "URL": "Web page", "NOTE": "Note", "NICKNAME": "Nickname",
           "IMPP": "Chat", "X-SOCIALPROFILE": "Profile", "ANNIVERSARY": "Anniversary", "CATEGORIES": "Categories",
           "RELATED": "Related to", "X-SKYPE": "Skype", "X-JABBER": "Jabber", "X-TWITTER": "Twitter",
           "X-ANNIVERSARY": "Anniversary", "X-SPOUSE": "Spouse", "X-MANAGER": "Manager",
           "X-ASSISTANT": "Assistant"}  # fmt: skip
_KIND = re.compile(r"(?:TYPE=)?\"?\b(WORK|HOME|CELL|FAX)\b", re.IGNORECASE)


def load(path: Path, options: LoadOptions) -> Loaded:  # noqa: ARG001
    """Read an address book."""
    builder = TextBuilder(MEDIA_TYPE)
    card: list[Property] = []
    number = 0
    for item in properties(path, builder):
        if item.name == "END":
            number += 1
            builder.place("part", number)
            _write(builder, card)
            card = []
        elif item.name != "BEGIN":
            card.append(item)
    return builder.finish(empty=f"{path.name} holds no card.")


def _write(builder: TextBuilder, card: list[Property]) -> None:
    names = {item.name: item for item in reversed(card)}
    if "FN" in names:
        name = one_line(names["FN"].words)
    elif "N" in names:
        name = one_line(" ".join([*names["N"].parts[1:2], *names["N"].parts[:1]]))
    else:
        name = next((one_line(item.words) for item in card if item.name in ("ORG", "EMAIL")), "A card without a name")
    builder.heading(name, 1)
    for item in card:
        if item.name in ("PHOTO", "LOGO"):
            builder.unread("picture")
        label = _LABELS.get(item.name)
        words = one_line(", ".join(item.parts)).removeprefix("tel:")
        if label and words:
            kind = _KIND.search(item.parameters)
            builder.paragraph(f"{name}: {label}{f' ({kind[1].lower()})' if kind else ''}: {words}")
