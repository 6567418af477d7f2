"""Structured logs: one JSON object a line, without document text, questions or secrets."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

FIELDS = (
    *("event", "request_id", "method", "route", "status", "ms", "caller", "code", "type", "places"),
    *("job", "files", "state", "seconds", "reason"),
)
"""The extra fields that a record may carry; nothing else of it is written."""


class JsonLines(logging.Formatter):
    """Writes a record as one line of JSON: time, level, name, message and the known extra fields."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line. A traceback is reduced to the error's type: its text may hold a document's."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _without_traceback(record.getMessage()),
        }
        line |= {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
        if record.exc_info and record.exc_info[0]:
            line.setdefault("type", record.exc_info[0].__name__)
        return json.dumps(line, ensure_ascii=True, default=str)


def _without_traceback(message: str) -> str:
    """Return a message; of one that is a traceback, which uvicorn logs as text, only the type of the error."""
    if not message.startswith("Traceback ("):
        return message
    return message.strip().splitlines()[-1].partition(":")[0]


def _says_more_than_stopped(record: logging.LogRecord) -> bool:
    """Leave out what a second Ctrl-C interrupts: it was asked for."""
    return not _without_traceback(record.getMessage()).endswith(("CancelledError", "KeyboardInterrupt"))


def configure(level: str) -> None:
    """Send the logs of Footnote and uvicorn to standard error as JSON lines.

    Args:
        level: "debug", "info", "warning" or "error".
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    handler.addFilter(_says_more_than_stopped)
    for name in ("footnote", "uvicorn", "uvicorn.error"):
        logger = logging.getLogger(name)
        logger.handlers = [handler] if name != "uvicorn.error" else []
        logger.propagate = name == "uvicorn.error"
        logger.setLevel(level.upper())
