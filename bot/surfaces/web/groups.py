"""What a person may do and see by the groups that the identity provider names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.settings.settings import Settings
from bot.surfaces.web.storage.accounts import Role

ANY = "*"
"""For a group: people of none that is named. For a collection: all of them."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """What groups allow together.

    Attributes:
        role: "editor" where one of them says so.
        collections: All that one of them names; None for all collections.
    """

    role: Role
    collections: tuple[str, ...] | None


def allowed(settings: Settings, groups: Sequence[str]) -> Allowed | None:
    """Return what a person of these groups may do and see, or None where the person is not let in."""
    roles = _named(settings.oidc_roles, groups) if settings.oidc_roles else ["reader"]
    maps = _named(settings.oidc_collections, groups) if settings.oidc_collections else [ANY]
    if not roles or not maps:
        return None
    collections = {name.strip() for entry in maps for name in entry.split("+")} - {""}
    return Allowed(
        "editor" if "editor" in roles else "reader", None if ANY in collections else tuple(sorted(collections))
    )


def _named(entries: Sequence[str], groups: Sequence[str]) -> list[str]:
    """Return the values that a list of GROUP=VALUE has for some groups; those of ANY where none of them is named."""
    pairs = [(group.strip(), value.strip()) for group, _, value in (entry.rpartition("=") for entry in entries)]
    own = [value for group, value in pairs if group in groups and group != ANY]
    return own or [value for group, value in pairs if group == ANY]
