"""Answers and passages on a terminal, in colour. Where output is not a terminal, `bot.answer` has the words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from rich.console import Console, Group, RenderableType
from rich.text import Text

from bot.answer import (
    ABSTAINED,
    NEAREST,
    Answer,
    Citation,
    Found,
    Statement,
    opening,
    remarks,
    searched_words,
    shown,
    statement_words,
    where,
    written_by,
)
from bot.render import excerpt
from bot.text.shown import TITLE_LENGTH, markers, one_line, shown_source, titled, visible
from vectorstore.passage import Passage

if TYPE_CHECKING:
    from vectorstore.document import Document

MARK = "bold cyan"
DIM = "dim"
WARNING = "yellow"
LIT = "bold reverse"


def before_block(answer: Answer) -> tuple[Text, ...]:
    """Return the lines of the answer itself: its statements, or that the documents don't say."""
    if answer.abstained:
        return (Text.assemble((ABSTAINED, "bold"), " ", (searched_words(answer), DIM)),)
    answer = shown(answer)
    return tuple(statement_line(answer, statement) for statement in answer.statements)


def statement_line(answer: Answer, statement: Statement) -> Text:
    """Return one statement with its marks, the verdict before the first."""
    line = Text(statement_words(answer, statement))
    if statement.answer and (at := line.plain.find(words := one_line(statement.answer.text))) >= 0:
        line.stylize("bold", at, at + len(words))
    verdict = opening(answer, statement)
    return Text.assemble((verdict, "bold"), " " if verdict else "", line, " ", (markers(statement.citations), MARK))


def after_block(
    answer: Answer, *, nearest: Sequence[Passage] = (), show_withheld: bool = False, folder: str = ""
) -> Iterator[RenderableType]:
    """Yield what stands below the statements: remarks, what was searched, footnotes or nearest passages."""
    answer = shown(answer)
    notes = [Text(line, WARNING) for line in remarks(answer, show_withheld=show_withheld)]
    if answer.searched_for and not answer.abstained:
        notes.append(Text(searched_words(answer), DIM))
    if wrote := written_by(answer):
        notes.append(Text(wrote, DIM))
    if notes:
        said = answer.abstained or answer.statements
        yield Group(*([Text()] if said else []), *notes)
    if answer.citations:
        yield Text()
        yield footnotes(answer, folder=folder)
    if answer.abstained and nearest:
        yield Group(Text(), Text(NEAREST, DIM), *(_nearest(passage) for passage in nearest))


def footnotes(answer: Answer, *, folder: str = "", quotes: bool = False) -> RenderableType:
    """Return the footnotes, one a block.

    A quote that the answer already shows word for word is left out, unless `quotes`.
    """
    from rich.table import Table

    seen = {one_line(s.text) for s in answer.statements if s.support == "quoted"}
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column()
    for citation in answer.citations:
        quote = one_line(citation.quote)
        grid.add_row(
            Text(f"[{citation.number}]", MARK),
            _footnote(citation, "" if quote in seen and not quotes else quote, folder=folder),
        )
    return grid


def _footnote(citation: Citation, quote: str, *, folder: str) -> Text:
    source = shown_source(citation.source, folder=folder)
    text = Text(where(citation), "bold")
    if source != where(citation):
        text.append(f"  {source}", "not bold dim")
    if quote:
        text.append(f"\n“{quote}”", "not bold italic")
    return text


def _nearest(passage: Passage) -> Text:
    return Text.assemble("- ", (where(passage), "bold"), f" — “{one_line(passage.text, limit=300)}”")


def context_block(
    document: Document, start: int, end: int, *, folder: str = "", around: int = 600, styled: bool = True
) -> RenderableType:
    """Return the text around `text[start:end]` of a document with that run lit.

    Args:
        document: Where the text stands.
        start, end: Offsets into its text.
        folder: Sources inside this folder are shown relative to it.
        around: Characters on each side.
        styled: False marks the run with ⟦ ⟧ instead of colour.
    """
    before, marked, after = excerpt(document.text, start, end, around=around)
    place = document.place_at(start)
    parts = (
        place.label if place else "",
        one_line(" › ".join(document.heading_path(start)), limit=2 * TITLE_LENGTH),
    )
    title = titled(one_line(document.title, limit=TITLE_LENGTH), ", ".join(part for part in parts if part))
    head = Text.assemble((title, "bold"), (f"  {shown_source(document.name or document.source, folder=folder)}", DIM))
    lit: str | tuple[str, str] = (visible(marked), LIT) if styled else f"⟦{visible(marked)}⟧"
    dots = ("… " if start - len(before) > 0 else "", " …" if end + len(after) < len(document.text) else "")
    body = Text.assemble((dots[0], DIM), visible(before), lit, visible(after), (dots[1], DIM))
    return Group(head, Text(), body)


def show_stream(
    console: Console,
    stream: Iterable[object],
    *,
    nearest: Callable[[Answer], Sequence[Passage]],
    show_withheld: bool = False,
    folder: str = "",
) -> Answer:
    """Print a chat model's statements as they come, and all else once it is whole; return the finished answer.

    Args:
        console: Where to print.
        stream: What `Bot.stream` yields.
        nearest: Returns the passages to offer below a finished answer.
        show_withheld: Whether withheld sentences are shown with the reason.
        folder: Sources inside this folder are shown relative to it.
    """
    early: list[Statement] = []
    so_far = Answer(question="")
    # Quotes come all at once; what they say, yes or no, stands before them.
    for item in stream:
        if isinstance(item, Found):
            so_far = Answer(question="", passages=item.passages, model=item.model)
        elif isinstance(item, Statement) and so_far.writes:
            early.append(item)
            console.print(statement_line(so_far, item))
        elif isinstance(item, Answer):
            rest = after_block(item, nearest=nearest(item), show_withheld=show_withheld, folder=folder)
            # The finished answer decides: where it is not what came early, it is shown as a whole.
            if not early or tuple(early) != item.statements:
                for line in (*([Text()] if early else []), *before_block(item)):
                    console.print(line)
            for block in rest:
                console.print(block)
            return item
    raise RuntimeError("the stream ended without an answer")
