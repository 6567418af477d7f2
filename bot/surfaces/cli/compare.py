"""`footnote compare`: what differs between two documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bot.surfaces.cli.options import (
    JsonOption,
    LibraryOption,
    load_settings,
    make_console,
    open_library,
    print_json,
    styled,
)

if TYPE_CHECKING:
    from rich.console import RenderableType

    from bot.compare import Comparison

Old = Annotated[str, typer.Argument(metavar="OLD", help="Id, path, file name or title of a document.")]
New = Annotated[str, typer.Argument(metavar="NEW", help="The same of the document that came after it.")]
MarkdownOption = Annotated[bool, typer.Option("--markdown", help="Print Markdown.")]

_STYLES = {"": "", "old": "red strike", "new": "green"}
_AROUND = {"": ("", ""), "old": ("[-", "-]"), "new": ("{+", "+}")}


def compare(
    old: Old, new: New, library: LibraryOption = None, markdown: MarkdownOption = False, json: JsonOption = False
) -> None:
    """Show what differs between two documents.

    Each sentence of both is changed, added, removed, moved, renumbered, or the same.

    Example: footnote compare lease-2022.pdf lease-2026.pdf
    """
    from bot.compare import compare as compare_documents

    with open_library(load_settings(library)) as opened:
        found = compare_documents(opened, old, new)
    if json:
        print_json(found.as_dict())
    elif markdown:
        print(found.markdown())
    elif styled():
        make_console().print(_coloured(found))
    else:
        print(found.text)


def _coloured(found: Comparison) -> RenderableType:
    from rich.console import Group
    from rich.text import Text

    from bot.answer import where
    from bot.text.shown import one_line, visible

    lines = [Text(one_line(found.summary), "bold"), Text()]
    for difference in found.differences:
        line = Text.assemble((f"{difference.label}: ", "dim"))
        for mark, run in difference.runs():
            before, after = _AROUND[mark]
            text = " ".join(visible(run).split()) if mark else visible(run).replace("\n", " ")
            if text:
                line.append(before + text + after, _STYLES[mark])
        lines.append(Text.assemble(line, " ", (difference.markers, "bold cyan")))
    feet = [Text.assemble((f"[{c.number}] ", "bold cyan"), where(c)) for c in found.citations]
    return Group(*lines, Text(), *feet)
