"""The tool `survey`: each document asked the same questions, row by row, stopped when the call is cancelled."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Annotated, Any, Protocol, TypeVar

from mcp.server.mcpserver import Context
from mcp_types import CallToolResult, ToolAnnotations
from pydantic import BaseModel, Field

from bot.answer import where as place_words
from bot.surfaces.mcp import render, shapes
from bot.surfaces.mcp.threads import steps
from bot.survey.kept_cells import LatestCells
from bot.survey.survey import WORKERS, ask_each, questions_of
from bot.survey.table import Row, Survey, numbered, title_of
from bot.survey.where import condition
from bot.text.shown import one_line
from vectorstore.passage import Filter

if TYPE_CHECKING:
    import anyio

    from bot.ask import Bot

Result = TypeVar("Result")
MOST_QUESTIONS = 20
CELLS = 20_000
"""Answers that are remembered, so that the next page of rows, or another condition, asks nothing anew."""


class ToolServer(Protocol):
    """What the tool needs of the server."""

    bot: Bot
    turn: anyio.CapacityLimiter

    @property
    def page(self) -> str:
        """Address that links to footnotes lead to; "" for none."""

    def wanted(self, collections: list[str] | None) -> Filter:
        """Return what restricts a search."""

    async def in_thread(self, work: Callable[[], Result]) -> Result:
        """Do what blocks beside the event loop; its errors become ToolError."""

    def add_tool(self, fn: Callable[..., Any], *, title: str, annotations: ToolAnnotations) -> None:
        """Offer a tool."""


class Cell(BaseModel):
    """What one document says to one question."""

    says: bool = Field(description="False where the document doesn't say; say so to the person")
    words: str
    value: str | float | None = Field(description="A date (2027-02-28, 2027-02, 2027) or number, read by code")
    unit: str = Field(description='"date", a unit, or ""')
    citations: list[shapes.Footnote]


class DocumentRow(BaseModel):
    """One document, with a cell for each question."""

    document: str
    uri: str
    title: str
    source: shapes.Source
    cells: list[Cell]


class SurveyResult(BaseModel):
    """A table of documents by questions."""

    questions: list[str]
    asked: int = Field(description="Documents that were asked")
    says: list[int] = Field(description="For each question, how many of them answer it")
    total: int = Field(description="Rows that meet the conditions")
    rows: list[DocumentRow]
    next_offset: int | None = Field(description="Where the next rows begin; null at the end")


def add_survey_tool(server: ToolServer) -> None:
    """Offer the tool."""
    cells = LatestCells(CELLS)

    async def survey(
        questions: Annotated[
            list[str],
            Field(description="Questions for each document, self-contained", min_length=1, max_length=MOST_QUESTIONS),
        ],
        ctx: Context[Any, Any],
        collections: Annotated[
            list[str] | None, Field(description="Ask these collections only, as list_collections names them")
        ] = None,
        where: Annotated[
            list[str] | None,
            Field(
                description="Rows to return, by the number of a question and its answer: 1=2026, 1<2027-03, 2>=1500, "
                "3~nasser, 1 says, 1 silent; all must hold"
            ),
        ] = None,
        sort: Annotated[
            int, Field(description="Number of the question to sort by, negative from the highest down")
        ] = 0,
        limit: Annotated[int, Field(description="Most rows", ge=1, le=1_000)] = 50,
        offset: Annotated[int, Field(description="How many rows to leave out at the start", ge=0)] = 0,
    ) -> Annotated[CallToolResult, SurveyResult]:
        """Ask each document the same questions: a table with a footnote in each cell, or that it doesn't say."""
        whole = await server.in_thread(lambda: server.wanted(collections))
        asked = await server.in_thread(lambda: _checked(server, questions, where or [], sort, whole))
        documents = await server.in_thread(lambda: server.bot.library.documents(whole))

        def rows() -> Iterator[Row]:
            with ThreadPoolExecutor(WORKERS, thread_name_prefix="mcp-survey") as workers:
                yield from ask_each(server.bot, documents, asked, workers=workers, kept=cells)

        done: list[Row] = []
        async for row in steps(rows, server.turn):
            done.append(row)
            await ctx.report_progress(len(done), len(documents), message=f"{len(done)} documents asked")
        found = numbered(asked, done)
        return _result(found, _ordered(found, where or [], sort), limit, offset, server.page)

    server.add_tool(
        survey,
        title="Ask each document",
        annotations=ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False),
    )


def _checked(server: ToolServer, questions: list[str], where: list[str], sort: int, filter: Filter) -> tuple[str, ...]:
    """Return the questions; what cannot be asked, or is no condition, is refused before anything is asked."""
    asked = questions_of(server.bot, questions, filter)
    for text in [*where, *([f"{abs(sort)} says"] if sort else [])]:
        condition(text, len(asked))
    return asked


def _ordered(found: Survey, where: list[str], sort: int) -> Survey:
    wanted = found.where(*where)
    return wanted.sorted_by(abs(sort) - 1, descending=sort < 0) if sort else wanted


def _result(whole: Survey, found: Survey, limit: int, offset: int, page: str) -> CallToolResult:
    shown = numbered(found.questions, found.rows[offset : offset + limit])
    rest = offset + len(shown.rows)
    shape = SurveyResult(
        questions=list(found.questions),
        asked=len(whole.rows),
        says=[sum(row.cells[column].says for row in whole.rows) for column in range(len(whole.questions))],
        total=len(found.rows),
        rows=[_row(row, page) for row in shown.rows],
        next_offset=rest if rest < len(found.rows) else None,
    )
    return render.result(shape, _text(whole, shown, shape, page))


def _row(row: Row, page: str) -> DocumentRow:
    return DocumentRow(
        document=row.document.id,
        uri=shapes.uri_of(row.document.id),
        title=row.document.title,
        source=shapes.shown_name(row.document.source),
        cells=[
            Cell(
                says=cell.says,
                words=cell.words,
                value=cell.value.value if cell.value else None,
                unit=cell.value.unit if cell.value else "",
                citations=[shapes.footnote(citation, page) for citation in cell.citations],
            )
            for cell in row.cells
        ],
    )


def _text(whole: Survey, shown: Survey, shape: SurveyResult, page: str) -> str:
    """Return the rows a line each, with their footnotes below, and where the next ones begin."""
    rows = [f"- {title_of(row.document)}: {'; '.join(cell.text for cell in row.cells)}" for row in shown.rows]
    if shape.next_offset is not None:
        rows.append(f"{shape.total} rows in all; go on with offset {shape.next_offset}.")
    feet = [
        f"[{c.number}] {place_words(c)} — “{one_line(c.quote)}” {render.place_of(c, page)}" for c in shown.citations
    ]
    return "\n\n".join(
        "\n".join(block) for block in (whole.summary, rows or ["There are no such rows."], feet) if block
    )
