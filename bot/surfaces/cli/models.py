"""`footnote models`: local chat models that are known to answer well, which are here, and fetching them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bot.surfaces.cli.options import JsonOption, load_settings, make_console, print_json, table

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

app = typer.Typer(
    name="models",
    help="Local chat models: list them, fetch one, remove one.",
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="A name from `footnote models`.")]


@app.callback()
def models(context: typer.Context, json: JsonOption = False) -> None:
    """List the local chat models, with those that are present.

    Example: footnote models
    """
    if context.invoked_subcommand is not None:
        return
    from bot.models.catalogue import listed, models_folder
    from bot.models.memory import gigabytes

    cache = load_settings(None).cache
    rows = listed(cache)
    if json:
        print_json(
            {
                "folder": str(models_folder(cache)),
                "models": [
                    {
                        "name": row.model.name,
                        "title": row.model.title,
                        "size": row.model.size,
                        "memory": row.model.memory,
                        "licence": row.model.licence,
                        "origin": row.model.origin,
                        "note": row.model.note,
                        "path": str(row.path) if row.path else None,
                    }
                    for row in rows
                ],
            }
        )
        return
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
    here = next((row.model.name for row in rows if row.path), None)
    if here:
        print(f'\nAsk with one: footnote ask --model local:{here} "…"')
    else:
        print("\nFetch one: footnote models pull smollm2-135m")
    print("Any other GGUF file goes by its path: --model local:/path/file.gguf")


@app.command("pull")
def pull_model(name: NameArgument) -> None:
    """Fetch a model; goes on where an earlier try stopped, and checks what it got.

    Example: footnote models pull smollm2-135m
    """
    from bot.models.catalogue import known
    from bot.models.download import pull
    from bot.models.memory import gigabytes

    model = known(name)
    cache = load_settings(None).cache
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

    model = known(name)
    found = remove(model, cache=load_settings(None).cache)
    print(f"{model.name} was removed." if found else f"{model.name} is not here.")
