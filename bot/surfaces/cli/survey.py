"""`footnote survey`: each document asked the same questions, as a table."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.surfaces.cli.asking import Asking, takes_asking_options
from bot.surfaces.cli.options import (
    JsonOption,
    make_console,
    print_json,
    require_embedding_model,
    require_library,
    require_match,
    table,
)

if TYPE_CHECKING:
    from bot.survey import Survey

Questions = Annotated[list[str], typer.Argument(metavar="QUESTION…", help="Questions to ask of each document.")]
CsvOption = Annotated[bool, typer.Option("--csv", help="Print CSV, with each cell's value, quote and place.")]
MarkdownOption = Annotated[bool, typer.Option("--markdown", help="Print Markdown.")]
SortOption = Annotated[
    int, typer.Option("--sort", metavar="N", min=0, help="Order by the answers to the Nth question; 0 for none.")
]
KeepOption = Annotated[
    Path | None,
    typer.Option("--keep", metavar="FILE", help="Keep each cell in this file, and take those that it holds."),
]


@takes_asking_options
def survey(
    questions: Questions,
    sort: SortOption = 0,
    keep: KeepOption = None,
    csv: CsvOption = False,
    markdown: MarkdownOption = False,
    json: JsonOption = False,
    *,
    asking: Asking,
) -> None:
    """Ask each document the same questions, and show a table.

    Each cell has its footnote, or says that the document doesn't say.

    Example: footnote survey "When does the lease end?" "Who is the tenant?" --collection leases
    """
    if sort > len(questions):
        raise typer.BadParameter(f"There are {len(questions)} questions.", param_hint="--sort")
    require_library(asking.settings)
    require_embedding_model(asking.settings)
    from bot.ask import Bot
    from bot.kept_cells import KeptCells
    from bot.survey import survey as ask_each

    with Bot(settings=asking.settings) as bot:
        require_match(bot.library, asking.filter)
        with KeptCells(keep) if keep else nullcontext() as kept, _progress() as on_cell:
            found = ask_each(bot, questions, filter=asking.filter, kept=kept, on_cell=on_cell)
    if sort:
        found = found.sorted_by(sort - 1)
    if json:
        print_json(found.as_dict())
    elif csv:
        print(found.csv(), end="")
    elif markdown:
        print(found.markdown(folder=os.getcwd()))  # noqa: PTH109
    else:
        _show(found)


def _show(found: Survey) -> None:
    from bot.survey import title_of
    from bot.text.shown import one_line

    rows = [(title_of(row.document), *(cell.text for cell in row.cells)) for row in found.rows]
    table(("document", *(one_line(question) for question in found.questions)), rows)
    print()
    for line in (*found.summary, "", *found.footnotes(folder=os.getcwd())):  # noqa: PTH109
        print(line)


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None] | None]:
    """Show a bar on standard error, when a person is looking."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.progress import Progress

    with Progress(console=make_console(stderr=True), transient=True) as bar:
        task = bar.add_task("Asking", total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)
