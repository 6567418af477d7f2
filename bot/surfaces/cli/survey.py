"""`footnote survey`: each document asked the same questions, as a table."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.surfaces.cli.ask import require_new_file, save_as
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
from bot.survey.where import condition

if TYPE_CHECKING:
    from bot.survey.table import Survey

Questions = Annotated[list[str], typer.Argument(metavar="QUESTION…", help="Questions to ask of each document.")]
CsvOption = Annotated[bool, typer.Option("--csv", help="Print CSV, with each cell's value, quote and place.")]
MarkdownOption = Annotated[bool, typer.Option("--markdown", help="Print Markdown.")]
SortOption = Annotated[
    int,
    typer.Option(
        "--sort",
        metavar="N",
        help="Order by the answers to the Nth question; --sort=-N from the highest down; 0 for none.",
    ),
]
WhereOption = Annotated[
    list[str] | None,
    typer.Option(
        "--where",
        metavar="COND",
        help="Show only documents whose answer is so: 1=2026, 1<2027-03, 2>=1500, 3~nasser, 1 says, 1 silent. Repeat "
        "for several.",
    ),
]
SaveOption = Annotated[
    Path | None,
    typer.Option("--save", metavar="FILE", help="Save the table too; the ending says how: .xlsx, .csv, .md, .json."),
]
KeepOption = Annotated[
    Path | None,
    typer.Option("--keep", metavar="FILE", help="Keep each cell in this file, and take those that it holds."),
]


@takes_asking_options
def survey(
    questions: Questions,
    sort: SortOption = 0,
    where: WhereOption = None,
    save: SaveOption = None,
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
    questions = list(dict.fromkeys(question.strip() for question in questions))
    if abs(sort) > len(questions):
        raise typer.BadParameter(f"There are {len(questions)} questions.", param_hint="--sort")
    for text in where or ():
        condition(text, len(questions))  # before an hour is spent
    if save:
        require_new_file(save, survey=True)
    require_library(asking.settings)
    require_embedding_model(asking.settings)
    from bot.ask import Bot
    from bot.survey.kept_cells import KeptCells
    from bot.survey.survey import survey as ask_each

    with Bot(settings=asking.settings) as bot:
        require_match(bot.library, asking.filter)
        with KeptCells(keep) if keep else nullcontext() as kept, _progress() as on_document:
            found = ask_each(bot, questions, filter=asking.filter, kept=kept, on_document=on_document)
    asked = found
    found = found.where(*where or ())
    if sort:
        found = found.sorted_by(abs(sort) - 1, descending=sort < 0)
    if save:
        save_as(found, save, settings=asking.settings)
    if json:
        print_json(found.as_dict())
    elif csv:
        print(found.csv(), end="")
    elif markdown:
        print(found.markdown(folder=os.getcwd()))  # noqa: PTH109
    else:
        _show(found, asked)


def _show(found: Survey, asked: Survey) -> None:
    from bot.survey.table import title_of
    from bot.text.shown import one_line

    rows = [(title_of(row.document), *(cell.text for cell in row.cells)) for row in found.rows]
    table(("document", *(one_line(question) for question in found.questions)), rows)
    print()
    if len(found.rows) < len(asked.rows):
        print(f"{len(found.rows):,} of {len(asked.rows):,} documents are shown.")
    for line in (*asked.summary, "", *found.footnotes(folder=os.getcwd())):  # noqa: PTH109
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
