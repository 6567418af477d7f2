"""Rules by which events of a calendar come again (RFC 5545), in plain words."""

from __future__ import annotations

import re
from datetime import datetime

_PERIODS = {"SECONDLY": "second", "MINUTELY": "minute", "HOURLY": "hour", "DAILY": "day", "WEEKLY": "week",
            "MONTHLY": "month", "YEARLY": "year"}  # fmt: skip
_DAYS = {"MO": "Monday", "TU": "Tuesday", "WE": "Wednesday", "TH": "Thursday", "FR": "Friday", "SA": "Saturday",
         "SU": "Sunday"}  # fmt: skip
_ORDER = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", -1: "last", -2: "second to last"}
_DAY = re.compile(r"([+-]?\d{0,2})(MO|TU|WE|TH|FR|SA|SU)")
_SAID = {"FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "COUNT", "UNTIL", "WKST"}


def repeats(rule: str) -> str:
    """Return "every 2 weeks on Monday and Friday, 10 times"; a rule with parts that have no such words as it is."""
    parts = dict(part.upper().split("=", 1) for part in rule.split(";") if "=" in part)
    period, interval = _PERIODS.get(parts.get("FREQ", "")), parts.get("INTERVAL", "1")
    days = [_day(day) for day in parts.get("BYDAY", "").split(",") if day]
    dates = [date for date in parts.get("BYMONTHDAY", "").split(",") if date]
    if not period or parts.keys() - _SAID or not all(days) or not all(map(str.isdigit, [interval, *dates])):
        return rule
    words = f"every {period}" if interval == "1" else f"every {interval} {period}s"
    if days:
        words += f" on {_listed(days)}"
    if dates:
        words += f" on day {_listed(dates)}"
    if parts.get("COUNT", "").isdigit():
        words += f", {parts['COUNT']} times" if parts["COUNT"] != "1" else ", once"
    try:
        if "UNTIL" in parts:
            words += f", until {datetime.strptime(parts['UNTIL'][:8], '%Y%m%d').strftime('%d %B %Y').lstrip('0')}"
    except ValueError:
        return rule
    return words


def _day(day: str) -> str:
    """Return "Monday", or "the last Friday" for -1FR; "" for what is none."""
    match = _DAY.fullmatch(day)
    if match is None:
        return ""
    name = _DAYS[match[2]]
    order = _ORDER.get(int(match[1])) if match[1] else ""
    return "" if order is None else f"the {order} {name}" if order else name


def _listed(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
