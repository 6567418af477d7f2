"""`footnote status`: what the library holds, where text goes, and every setting with its origin."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from bot.settings.settings import Settings, setting_fields
from bot.surfaces.cli.options import (
    JsonOption,
    LibraryOption,
    ModelOption,
    load_settings,
    open_library,
    print_json,
    size_words,
    table,
)
from vectorstore.catalog.homes.named import place_of
from vectorstore.errors import LibraryMissing

if TYPE_CHECKING:
    from bot.models.usage import Usage
    from vectorstore.records import LibraryStatus

INDEX_WORDS = {
    "current": "up to date",
    "behind": "behind; new passages are searched beside it until it is written again",
    "absent": "not written yet; passages are searched without it",
    "damaged": "damaged and not used; `footnote doctor --repair` writes it again",
    "elsewhere": "at another Chroma address than is set; `footnote doctor --repair` writes it here",
}


def status(library: LibraryOption = None, model: ModelOption = None, json: JsonOption = False) -> None:
    """Show the library, where text goes, and every setting.

    Example: footnote status
    """
    settings = load_settings(library, model=model)
    state = _library_state(settings)
    if json:
        print_json(
            {
                "library": asdict(state) if state else None,
                "text": text_words(settings),
                "threshold": threshold_words(state, settings),
                "reader": reader_words(settings),
                "tokens": {**tokens_today(settings).as_dict(), "budget": settings.model_daily_tokens},
                "settings": {
                    item.name: {"value": settings.shown(item.name), "origin": settings.origin(item.name)}
                    for item in setting_fields()
                },
            }
        )
        return
    print("\n".join(library_lines(state, settings)))
    print(f"\n{text_words(settings)}")
    print(f"{threshold_words(state, settings)}")
    print(f"{reader_words(settings)}\n")
    if told := tokens_words(settings):
        print(f"{told}\n")
    rows = [(f.name, settings.shown(f.name) or "-", settings.origin(f.name)) for f in setting_fields()]
    table(("setting", "value", "from"), rows)


def _library_state(settings: Settings) -> LibraryStatus | None:
    try:
        with open_library(settings) as opened:
            return opened.status()
    except LibraryMissing:
        return None


def threshold_words(state: LibraryStatus | None, settings: Settings) -> str:
    """Return from which confidence an answer is shown, and what that was measured to do."""
    from bot.passages.confidence import level_words

    return level_words(settings, single=state is not None and state.documents == 1)


def reader_words(settings: Settings) -> str:
    """Return which reader decides whether passages answer."""
    if settings.reader == "off":
        return "Passages are not read before an answer is chosen (reader = off): likeness and words decide."
    whose = "the one that comes with Footnote" if settings.reader == "on" else settings.reader
    return f"A reader decides with the search whether passages answer: {whose}."


def tokens_today(settings: Settings) -> Usage:
    """Return what chat models used for this library today, in UTC."""
    from bot.models.shared_ledger import ledger_of

    return ledger_of(settings.library).used()


def tokens_words(settings: Settings) -> str:
    """Return how many tokens chat models used today, and how many they may; "" where neither is to be told."""
    used, budget = tokens_today(settings), settings.model_daily_tokens
    if not (used.calls or used.kept or budget):
        return ""
    of = f" of {budget:,}" if budget else ""
    told = f"Today (UTC) chat models used {used.total:,}{of} tokens: {used.read:,} read, {used.written:,} written"
    kept = f"; {used.kept:,} repl{'y was' if used.kept == 1 else 'ies were'} taken from those kept" if used.kept else ""
    return f"{told}{kept}."


def text_words(settings: Settings) -> str:
    """Return where questions, documents and vectors go, in words."""
    from bot.models.open import where_text_goes

    words = where_text_goes(settings.model, url=settings.model_url)
    if settings.chroma.startswith(("http://", "https://")):
        words += f" Vectors, without text, are kept at {settings.chroma}."
    if settings.offline:
        words += " Connections that leave this machine are forbidden."
    return words


def library_lines(state: LibraryStatus | None, settings: Settings) -> list[str]:
    """Return the lines of `footnote status` about the library."""
    if state is None:
        return [
            f"There is no library at {place_of(settings.library)}.",
            "Make one from your documents: footnote ingest FOLDER",
        ]
    counts = ", ".join(f"{name} {count:,}" for name, count in state.collections.items())
    lines: dict[str, Any] = {
        "Library": state.folder,
        "Documents": f"{state.documents:,} in {len(state.collections)} collections ({counts})"
        if len(state.collections) > 1
        else f"{state.documents:,}",
        "Passages": f"{state.chunks:,} in {state.sections:,} sections, {state.characters:,} characters",
        "Embedding": f"{state.model.name}, {state.model.dimension} dimensions" if state.model else "nothing yet",
        "Index": f"Chroma, {INDEX_WORDS[state.index]}",
        "On disk": f"{size_words(state.disk.total)} (catalog {size_words(state.disk.catalog)}, "
        f"index {size_words(state.disk.vectors)})",
    }
    if state.bin.documents:
        lines["Bin"] = (
            f"{state.bin.documents:,} removed, {size_words(state.bin.bytes)} of the catalog; "
            "footnote restore --list shows them, footnote compact empties it"
        )
    return [f"{name + ':':<11} {value}" for name, value in lines.items()]
