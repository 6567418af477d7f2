"""ICS: each event, task or note of a calendar in plain words, with its date."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from ingest.document import Loaded, LoadOptions
from ingest.loaders.builder import TextBuilder, one_line
from ingest.loaders.plain.content_lines import Property, properties
from ingest.loaders.plain.recurrence import repeats

MEDIA_TYPE = "text/calendar"
_KINDS = ("VEVENT", "VTODO", "VJOURNAL")
_LABELS = {"LOCATION": "Where", "ORGANIZER": "Organizer", "ATTENDEE": "With", "STATUS": "Status", "DUE": "Due",
           "RRULE": "Repeats", "URL": "Address", "DESCRIPTION": "", "COMMENT": ""}  # fmt: skip
_DATES = ("DTSTART", "DTEND", "DUE")


def load(path: Path, options: LoadOptions) -> Loaded:  # noqa: ARG001
    """Read a calendar."""
    builder = TextBuilder(MEDIA_TYPE)
    opened: list[str] = []
    entry: list[Property] = []
    number = 0
    for item in properties(path, builder):
        if item.name == "BEGIN":
            opened.append(item.value.strip().upper())
        elif item.name == "END":
            if opened and opened.pop() in _KINDS:
                number += 1
                builder.place("part", number)
                _write(builder, entry)
                entry = []
        elif opened and opened[-1] in _KINDS:
            entry.append(item)
    return builder.finish(empty=f"{path.name} holds no event.")


def _write(builder: TextBuilder, entry: list[Property]) -> None:
    found = {item.name: item for item in reversed(entry)}
    title = one_line(found["SUMMARY"].words) if "SUMMARY" in found else "Event without a title"
    builder.heading(title, 1)
    start = _date(found["DTSTART"]) if "DTSTART" in found else ""
    # The end of days without hours is the first day on which nothing is any more.
    end = _date(found["DTEND"], before=1) if "DTEND" in found else ""
    if end == start:
        end = ""
    if start:
        # An event of one day says its day once.
        day, at, _ = end.partition(" at ")
        if at and start.startswith(f"{day} at "):
            end = end.removeprefix(f"{day} at ")
        builder.paragraph(f"{title}: {start}" + (f" to {end}" if end else "") + ".")
    for item in entry:
        if item.name in _LABELS:
            label = _LABELS[item.name]
            words = _date(item) if item.name in _DATES else repeats(item.value) if item.name == "RRULE" else _who(item)
            if label and words:
                builder.paragraph(f"{title}: {label}: {one_line(words)}")
            else:
                builder.paragraph(words)


def _who(item: Property) -> str:
    """Return a value, of a person the name with the address."""
    words = item.words
    if not words.lower().startswith("mailto:"):
        return words
    name = next((part[3:].strip('"') for part in item.parameters.split(";") if part.upper().startswith("CN=")), "")
    return f"{name} ({words[7:]})" if name else words[7:]


def _date(item: Property, *, before: int = 0) -> str:
    """Return "15 January 2025 at 10:00 (Europe/Berlin)" for a date as calendars write it.

    Args:
        item: The property.
        before: For a day without an hour: how many days before it is meant.
    """
    raw = item.value.strip()
    for form, shown in (("%Y%m%dT%H%M%S", "%d %B %Y at %H:%M"), ("%Y%m%d", "%d %B %Y")):
        try:
            moment = datetime.strptime(raw.removesuffix("Z"), form)
        except ValueError:
            continue
        moment -= timedelta(days=before if "T" not in form else 0)
        words = moment.strftime(shown).lstrip("0")
        zone = next((part[5:] for part in item.parameters.split(";") if part.upper().startswith("TZID=")), "")
        zone = "UTC" if raw.endswith("Z") else zone
        return f"{words} ({zone})" if zone and " at " in words else words
    return raw
