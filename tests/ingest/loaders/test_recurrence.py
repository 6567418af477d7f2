"""Events of calendars that come again, and those of whole days."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.loaders.plain.recurrence import repeats
from ingest.reading.load import load


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("FREQ=DAILY", "every day"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE,FR;COUNT=10", "every 2 weeks on Monday, Wednesday and Friday, 10 times"),
        ("FREQ=MONTHLY;BYDAY=-1FR", "every month on the last Friday"),
        ("FREQ=MONTHLY;BYMONTHDAY=15;UNTIL=20250601T000000Z", "every month on day 15, until 1 June 2025"),
        ("FREQ=YEARLY;BYWEEKNO=20", "FREQ=YEARLY;BYWEEKNO=20"),
        ("FREQ=MONTHLY;BYDAY=9MO", "FREQ=MONTHLY;BYDAY=9MO"),
        ("FREQ=DAILY;UNTIL=soon", "FREQ=DAILY;UNTIL=soon"),
        ("nonsense", "nonsense"),
    ],
)
def test_a_rule_is_said_in_words_or_shown_as_it_is(rule: str, words: str) -> None:
    """A part of the rule that has no words is never left out."""
    assert repeats(rule) == words


@pytest.mark.parametrize(
    ("end", "days"), [("20240603", "1 June 2024 to 2 June 2024"), ("20240602", "1 June 2024"), ("", "1 June 2024")]
)
def test_the_end_of_whole_days_is_the_day_after_the_last(tmp_path: Path, end: str, days: str) -> None:
    """Calendars write the first day on which nothing is any more."""
    until = f"DTEND;VALUE=DATE:{end}\n" if end else ""
    path = tmp_path / "trip.ics"
    path.write_text(
        f"BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Trip\nDTSTART;VALUE=DATE:20240601\n{until}RRULE:FREQ=YEARLY\n"
        "END:VEVENT\nEND:VCALENDAR\n"
    )
    assert load(path).text == f"Trip\n\nTrip: {days}.\n\nTrip: Repeats: every year"
