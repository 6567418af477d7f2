"""What a value of a setting must be, in words that follow "must be"."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from typing import Any

from vectorstore.catalog.homes.named import SERVERS, scheme_of

LEVELS = ("strict", "balanced", "open")

Check = Callable[[Any], str]
"""Returns what a value must be ("from 1 to 20"), or "" when it is right."""


def between(low: float, high: float) -> Check:
    """Return a check for numbers from `low` to `high`; None passes."""

    def check(value: float | None) -> str:
        return "" if value is None or low <= value <= high else f"from {low:,} to {high:,}"

    return check


def level_or_probability(value: str | float) -> str:
    """Check that a number lies between 0 and 1; a name passes."""
    return "" if isinstance(value, str) or 0 <= value <= 1 else f"one of {', '.join(LEVELS)}, or from 0 to 1"


def not_blank(value: str) -> str:
    """Check that a text holds more than blanks."""
    return "" if value.strip() else "more than blanks"


def no_address(value: str) -> str:
    """Check that a text is empty or names something on this machine."""
    return "a path, not an address" if "://" in value else ""


def without_password(value: str) -> str:
    """Return an address, or a path, without the password in it."""
    return re.sub(r"(?<=password=)[^&]*|(?<=:)[^:@/]*(?=@)", "…", value) if "://" in value else value


def library_name(value: str) -> str:
    """Check that a text names a folder, or a database of PostgreSQL: more than blanks, and no other address."""
    if scheme_of(value) and not value.lower().startswith(tuple(f"{name}://" for name in SERVERS)):
        return "the path of a folder, or postgresql://user@host/database"
    return not_blank(value)


def collection_name(value: str) -> str:
    """Check that a text can name a collection everywhere: in an address, in a map of channels."""
    right = re.fullmatch(r"[\w.\-][\w.\- ]{0,62}[\w.\-]|[\w\-]", value)
    return "" if right else "1 to 64 letters, digits, '.', '_', '-' or blanks between them"


def http_address(value: str) -> str:
    """Check that a text is empty or an http(s) address."""
    return "" if not value or value.startswith(("http://", "https://")) else "an http:// or https:// address"


def addresses_or_networks(value: tuple[str, ...]) -> str:
    """Check that every entry is an IP address or a network in CIDR form."""
    try:
        for entry in value:
            ipaddress.ip_network(entry)
    except ValueError:
        return "a list of IP addresses or networks (127.0.0.1, 10.0.0.0/8)"
    return ""


def channel_map(value: tuple[str, ...]) -> str:
    """Check that every entry reads CHANNEL=NAME or CHANNEL=NAME+NAME."""
    right = all(entry.count("=") == 1 and entry.split("=")[0].strip() for entry in value)
    return "" if right else "a list of CHANNEL=NAME+NAME"


def group_map(*values: str) -> Check:
    """Return a check for entries that read GROUP=VALUE; any value passes where none are named.

    A group's name may hold "=" itself, as "CN=Finance" does: the last one counts.
    """

    def check(value: tuple[str, ...]) -> str:
        parts = [entry.rpartition("=") for entry in value]
        right = all(group.strip() and one.strip() and (not values or one.strip() in values) for group, _, one in parts)
        return "" if right else f"a list of GROUP={' or GROUP='.join(values) or 'NAME+NAME'}"

    return check
