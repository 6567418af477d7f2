"""The audit log: who signed in, asked, read and changed what, one JSON object a line, a file a day.

Ids, counts, routes and outcomes; never a word of a question, a document's text or name, or a secret. What people ask
and read is noted only where the setting says so: a log of changes is expected by whoever answers for the documents, one
of everybody's reading is for the owner to decide, and to tell the people.
"""

from __future__ import annotations

import json
import logging
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from bot.settings.settings import Settings

logger = logging.getLogger("footnote.web")

Kind = Literal["signed", "changed", "asked", "read"]
FOLDER = "audit"
FILE = re.compile(r"audit-(\d{4}-\d\d-\d\d)\.jsonl")
ASKING = frozenset(
    (
        "/v1/ask",
        "/v1/search",
        "/v1/survey",
        "/v1/chat/completions",
        "/v1/completions",
        "/v1/responses",
        "/v1/desk/again",
    )
)
OWN = ("/v1/conversations", "/v1/feedback")
"""What people keep for themselves: to begin, rename or delete it changes nothing of the library."""
MOST_DOCUMENTS = 100
"""Ids of documents in one line."""


class Audit:
    """Writes the log of one library; safe in many threads and processes.

    Args:
        settings: What is noted, where, and for how many days.
        folder: Folder of the library.
    """

    def __init__(self, settings: Settings, folder: Path) -> None:
        self._days = settings.audit_days
        self._folder = audit_folder(settings, folder)
        self._kinds = {"off": (), "changes": ("signed", "changed"), "all": ("signed", "changed", "asked", "read")}[
            settings.audit
        ]
        self._tidied = ""

    def request(self, scope: Mapping[str, Any], status: int) -> None:
        """Note a request that was answered, if it is one of those that are noted.

        Args:
            scope: Of the request, as ASGI has it; `footnote_caller` and `footnote_noted` are in it.
            status: Of the answer.
        """
        method, route = scope["method"], getattr(scope.get("route"), "path", "")
        kind = kind_of(method, route)
        who, noted = scope.get("footnote_caller", ""), dict(scope.get("footnote_noted", {}))
        if kind not in self._kinds or not (who or kind == "signed"):
            return  # where nobody signs in there is nobody to name
        named = scope.get("path_params", {}).get("id")
        if kind == "signed":
            noted["address"] = scope["client"][0] if scope.get("client") else ""
        outcome = "ok" if status < 400 else "refused" if status < 500 else "failed"
        self.write(
            kind,
            who,
            f"{method} {route}",
            **({"id": str(named)[:64]} if named else {}),
            **{"outcome": outcome, **noted},
            status=status,
            request=scope.get("footnote_request_id", ""),
        )

    def write(self, kind: Kind, who: str, action: str, **more: Any) -> None:
        """Append a line, if such are noted.

        Args:
            kind: What sort of thing was done.
            who: Name of the account.
            action: The route, or the command.
            more: Ids, counts, outcome.
        """
        if kind not in self._kinds:
            return
        time = datetime.now(UTC)
        line = {"time": time.isoformat(timespec="milliseconds").replace("+00:00", "Z"), "kind": kind, "who": who}
        content = (json.dumps({**line, "action": action, **more}) + "\n").encode()
        try:
            self._append(time.date().isoformat(), content)
        except OSError as error:  # what was done is done: that it is not noted is for whoever runs the server
            logger.warning("audit", extra={"event": "audit_failed", "type": type(error).__name__})

    def _append(self, day: str, content: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        # One write at the end of the file: lines of several processes do not mix.
        file = os.open(self._folder / f"audit-{day}.jsonl", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(file, content)
        finally:
            os.close(file)
        if self._tidied != day:
            self._tidied = day
            self._tidy(day)

    def _tidy(self, today: str) -> None:
        """Delete the files of days that are over their time."""
        last = (datetime.fromisoformat(today) - timedelta(days=self._days)).date().isoformat()
        for path, day in files(self._folder):
            if day < last:
                with suppress(OSError):
                    path.unlink()


def audit_folder(settings: Settings, library: Path) -> Path:
    """Return where the log of a library lies."""
    return Path(settings.audit_folder).expanduser() if settings.audit_folder else library / FOLDER


def kind_of(method: str, route: str) -> Kind | None:
    """Return what sort of thing a request does, or None for what is not noted: lists, health, the page."""
    if route.startswith("/v1/session"):
        return "signed" if method != "GET" or route.endswith("/back") else None
    if method == "POST" and route in ASKING:
        return "asked"
    if not route.startswith("/v1/"):
        return None
    if method in ("GET", "HEAD"):
        reads = route.startswith("/v1/documents/{id}") or route.endswith("/export") or route in OWN[1:]
        return "read" if reads else None
    return None if route.startswith(OWN) else "changed"


def files(folder: Path) -> list[tuple[Path, str]]:
    """Return the files of a log with their days, oldest first."""
    try:
        found = [(path, match[1]) for path in folder.iterdir() if (match := FILE.fullmatch(path.name))]
    except OSError:
        return []
    return sorted(found, key=lambda one: one[1])


def lines(
    folder: Path, *, who: str = "", kinds: tuple[str, ...] = (), since: str = "", until: str = ""
) -> Iterator[dict[str, Any]]:
    """Yield the lines of a log, oldest first; what is no line of ours is passed over.

    Args:
        folder: Where it lies.
        who: Of this account only; "" for all.
        kinds: Of these only; all where there are none.
        since, until: First and last day, "2026-11-30"; "" for no end.
    """
    for path, day in files(folder):
        if day < since or (until and day > until):
            continue
        with path.open(encoding="utf-8", errors="replace") as file:
            for text in file:
                with suppress(ValueError):
                    line = json.loads(text)
                    wanted = isinstance(line, dict) and {"time", "kind", "who", "action"} <= set(line)
                    if wanted and (not who or line["who"] == who) and (not kinds or line["kind"] in kinds):
                        yield line
