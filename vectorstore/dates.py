"""Dates that a person gives, in the form in which they compare with those that are stored."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from vectorstore.errors import DateInvalid

# datetime.fromisoformat also takes 20261125 and 2026-W48-3, which no stored time compares with.
_FORM = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)?)?", re.ASCII)


def comparable(moment: str) -> str:
    """Return a date or time as the beginning of the stored times, ISO 8601 in UTC, that lie within it.

    Args:
        moment: "2026-11-25", "2026-11-25T09:30", "2026-11-25 09:30:12+01:00"; in UTC where it names no offset.

    Raises:
        DateInvalid: It has another form, or there is no such day or time.
    """
    try:
        if not _FORM.fullmatch(moment):
            raise ValueError
        parsed = datetime.fromisoformat(moment)
        if parsed.tzinfo is None:
            return moment.replace(" ", "T")
        text = parsed.astimezone(UTC).replace(tzinfo=None).isoformat()
    except (ValueError, OverflowError):
        raise DateInvalid(
            f"{moment[:40]!r} is not a date.", remedy="Write it as 2026-11-25 or 2026-11-25T09:30."
        ) from None
    return text.rstrip("0") if "." in text else text


def now() -> str:
    """Return the time as it is stored: ISO 8601 in UTC, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
