"""`footnote gaps`: what was asked on the page and not answered, and what came of answers that editors wrote."""

from __future__ import annotations

import json as json_
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.surfaces.cli.options import (
    JsonOption,
    LibraryOption,
    load_settings,
    open_library,
    print_json,
    require_embedding_model,
    table,
)

if TYPE_CHECKING:
    from bot.desk.curated import Curated
    from bot.desk.gaps import Gap, Unanswered
    from bot.settings.settings import Settings
    from bot.surfaces.web.storage.questions import QuestionLog
    from vectorstore.library import Library

AgainOption = Annotated[
    bool, typer.Option("--again", help="Ask the questions again; those that are answered now are no gap any more.")
]
SetOption = Annotated[
    Path | None,
    typer.Option(
        "--set",
        metavar="FILE.jsonl",
        help="Write an evaluation set: answers with a thumb up, and those that editors wrote.",
        dir_okay=False,
    ),
]
ForgetOption = Annotated[bool, typer.Option("--forget", help="Delete all that is kept of what was asked.")]
MOST_SHOWN = 50
MOST_AGAIN = 200
"""Different questions that are asked again."""


def gaps(
    again: AgainOption = False,
    set_: SetOption = None,
    forget: ForgetOption = False,
    library: LibraryOption = None,
    json: JsonOption = False,
) -> None:
    """Show what was asked on the page and not answered.

    Grouped by meaning, what was asked most often first. Nothing is kept before the setting question_log is on.

    Example: footnote gaps --again
    """
    settings = load_settings(library)
    with open_library(settings) as opened, _log(settings) as log:
        if forget:
            count = log.forget() if log else 0
            print(f"{count:,} questions are deleted, and all counts with them.")
            return
        if set_:
            _write_set(settings, opened, set_)
            return
        asked = log.unanswered() if log else []
        if asked:
            require_embedding_model(settings)  # they are grouped by meaning
        answered = _again(settings, opened, log, asked) if again and log else {}
        left = [one for one in asked if one.id not in answered]
        _show(settings, opened, log, left, answered, as_json=json)


@contextmanager
def _log(settings: Settings) -> Iterator[QuestionLog | None]:
    """Yield the log of a library, or None where there never was one: looking makes no file."""
    from bot.kept.open import is_kept
    from bot.surfaces.web.storage.database import PEOPLE, open_people
    from bot.surfaces.web.storage.questions import QuestionLog

    if not is_kept(settings.library, PEOPLE):
        yield None
        return
    database = open_people(settings.library)
    try:
        yield QuestionLog(database, settings)
    finally:
        database.close()


def _again(
    settings: Settings, opened: Library, log: QuestionLog, asked: list[Unanswered]
) -> dict[str, tuple[str, str]]:
    """Ask each wording again; return (question, answer) by the id of each entry that is answered now."""
    from bot.ask import Bot
    from bot.desk.gaps import asked_again

    wordings: dict[str, list[Unanswered]] = {}
    for one in asked:
        wordings.setdefault(one.text, []).append(one)
    found: dict[str, tuple[str, str]] = {}
    with Bot(opened, settings=settings) as bot:
        for text, same in list(wordings.items())[:MOST_AGAIN]:
            if answer := asked_again(bot, same[0], None):
                found |= {one.id: (text, answer) for one in same}
    log.settle(list(found))
    return found


def _show(
    settings: Settings,
    opened: Library,
    log: QuestionLog | None,
    left: list[Unanswered],
    answered: dict[str, tuple[str, str]],
    *,
    as_json: bool,
) -> None:
    from bot.desk.curated import present
    from bot.desk.gaps import gaps as grouped

    found = grouped(left, opened.encoder, today=datetime.now(UTC).date()) if left else []
    written = present(opened)
    totals = log.totals() if log else None
    if as_json:
        print_json(
            {
                "log": {"on": settings.question_log, "days": settings.question_log_days},
                **(asdict(totals) if totals else {"answered": 0, "unanswered": 0, "since": ""}),
                "gaps": [_gap_dict(gap) for gap in found],
                "answered_now": [{"question": q, "answer": a} for q, a in dict.fromkeys(answered.values())],
                "curated": [_curated_dict(opened, answer) for answer in written],
            }
        )
        return
    if not settings.question_log:
        print("The log of questions is off: FOOTNOTE_QUESTION_LOG=true footnote serve", file=sys.stderr)
    _print_answered(answered)
    _print_gaps(found)
    if totals and totals.since:
        print(f"Since {totals.since}: {totals.answered:,} answered, {totals.unanswered:,} not.")
    for answer in written:
        _print_changed(opened, answer)


def _print_answered(answered: dict[str, tuple[str, str]]) -> None:
    from bot.text.shown import one_line

    for question, answer in dict.fromkeys(answered.values()):
        print(f"Answered now: {one_line(question, limit=200)}\n  {one_line(answer, limit=300)}")


def _print_gaps(found: list[Gap]) -> None:
    from bot.text.shown import one_line

    if not found:
        print("No question is without an answer.")
        return
    rows = []
    for gap in found[:MOST_SHOWN]:
        more = f" (and {len(gap.texts) - 1} other wordings)" if len(gap.texts) > 1 else ""
        rows.append((f"{len(gap.asked):,}", trend(gap), one_line(gap.question, limit=200) + more))
    table(("asked", "this week", "question"), rows, right=(0,))
    if len(found) > MOST_SHOWN:
        print(f"… and {len(found) - MOST_SHOWN:,} more; --json has them all.")


def trend(gap: Gap) -> str:
    """Return how often a gap was met this week and the week before: "5, after 2"."""
    return f"{gap.week:,}, after {gap.week_before:,}"


def _print_changed(opened: Library, answer: Curated) -> None:
    """Say where the sources of an answer that an editor wrote have changed."""
    from bot.text.shown import one_line

    gone = [source["title"] for source in _curated_dict(opened, answer)["changed"]]
    if gone:
        titles = ", ".join(one_line(title) for title in dict.fromkeys(gone))
        print(f"Sources of an editor’s answer have changed: {one_line(answer.questions[0])} ({titles})")


def _gap_dict(gap: Gap) -> dict[str, Any]:
    return {
        "question": gap.question,
        "count": len(gap.asked),
        "week": gap.week,
        "week_before": gap.week_before,
        "questions": list(gap.texts),
    }


def _curated_dict(opened: Library, answer: Curated) -> dict[str, Any]:
    from bot.desk.curated import anchored

    changed = [a for a in anchored(opened, answer) if a.state in ("changed", "removed")]
    return {
        "id": answer.id,
        "questions": list(answer.questions),
        "text": answer.text,
        "written": answer.written,
        "changed": [{"title": anchor.source.title, "state": anchor.state} for anchor in changed],
    }


def _write_set(settings: Settings, opened: Library, path: Path) -> None:
    """Write what is known to be right as a set that `footnote eval` asks.

    Raises:
        SettingError: Nothing is known to be right yet, or the file cannot be written.
    """
    from bot.desk.curated import present
    from bot.errors import SettingError
    from bot.kept.open import is_kept
    from bot.surfaces.web.routes.conversations import eval_item
    from bot.surfaces.web.storage.conversations import ConversationStore
    from bot.surfaces.web.storage.database import PEOPLE, open_people

    rows = [row for answer in present(opened) for row in _known_right(opened, answer)]
    if is_kept(settings.library, PEOPLE):
        database = open_people(settings.library)
        try:
            rows += [eval_item(one) for one in ConversationStore(database).feedback(thumb="up")]
        finally:
            database.close()
    if not rows:
        raise SettingError("No answer has a thumb up, and no editor wrote one: there is nothing to hold answers to.")
    try:
        path.write_text("".join(json_.dumps(row) + "\n" for row in rows), encoding="utf-8")
    except OSError as error:
        raise SettingError(f"{path} cannot be written: {error.strerror}.") from error
    print(f"{len(rows):,} questions are in {path}. Ask them: footnote eval {path} --gate 90")


def _known_right(opened: Library, answer: Curated) -> Iterator[dict[str, Any]]:
    """Yield a row for each question of an answer that an editor wrote; it stands in its document and its sources."""
    info = opened.find(answer.id)
    own = {"source": info.source, "start": 0, "end": len(answer.text), "quote": answer.text, "title": info.title}
    for number, question in enumerate(answer.questions, 1):
        yield {
            "id": f"{answer.id} {number}",
            "question": question,
            "thumb": "up",
            "answerable": True,
            "quotes": [{"document": answer.id, **own}],
        }
