"""The bodies of the desk: what an editor sends, and what is sent back."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from bot.surfaces.web.shapes import DOCUMENT, CollectionName, Request, Words

LogId = Annotated[str, StringConstraints(pattern=r"^qst_[0-9a-f]{24}$")]
Offset = Annotated[int, Field(ge=0, le=2**53 - 1)]


class LogOut(BaseModel):
    """Whether questions without an answer are kept, whether with names, and for how many days."""

    on: bool
    names: bool
    days: int


class GapQuestion(BaseModel):
    """One wording of a gap and how often it was asked; `names` is empty where names are not kept."""

    text: str
    count: int
    names: list[str]


class GapOut(BaseModel):
    """Questions without an answer that ask the same: the one asked most often, days, and a trend.

    `week` and `week_before` count the last seven days and the seven before; `ids` name the entries of the log.
    """

    question: str
    count: int
    week: int
    week_before: int
    first: str
    last: str
    questions: list[GapQuestion]
    ids: list[str]


class GapsOut(BaseModel):
    """What was asked and not answered. `answered`, `unanswered`: null for a caller who is restricted."""

    log: LogOut
    restricted: bool
    since: str
    answered: int | None
    unanswered: int | None
    gaps: list[GapOut]


class LogIdsIn(Request):
    """Entries of the log."""

    ids: Annotated[list[LogId], Field(min_length=1, max_length=10_000)]


class AskedAgain(BaseModel):
    """A question that was asked again: what is answered now, or "" where the documents still don't say."""

    question: str
    answer: str


class AgainOut(BaseModel):
    """What came of asking again."""

    asked: list[AskedAgain]


class DeskDocument(BaseModel):
    """A document, and what was noted of it when it was read."""

    id: str
    title: str
    name: str
    collection: str
    added: str
    note: str


class DeskDocumentsOut(BaseModel):
    """Documents that no answer cited, and documents of which something was lost; at most 500 each."""

    since: str
    never_cited: list[DeskDocument]
    never_cited_total: int
    noted: list[DeskDocument]
    noted_total: int


class SourceIn(Request):
    """A run of a document, in code points."""

    document: str = Field(pattern=DOCUMENT)
    start: Offset
    end: Offset


class CuratedIn(Request):
    """An answer that an editor writes, the questions that it answers, and what it rests on."""

    questions: Annotated[
        list[Annotated[Words, Field(min_length=1, max_length=4_000)]], Field(min_length=1, max_length=100)
    ]
    text: Annotated[Words, Field(min_length=1, max_length=10_000)]
    sources: Annotated[list[SourceIn], Field(max_length=20, default_factory=list)]
    collection: CollectionName | None = None


class SourceOut(BaseModel):
    """A run that a curated answer rests on. `start` and the rest are null where the words are gone."""

    document: str
    title: str
    collection: str
    quote: str
    state: Literal["current", "moved", "changed", "removed"]
    start: int | None
    end: int | None
    start_utf16: int | None
    end_utf16: int | None


class CuratedOut(BaseModel):
    """An answer that an editor wrote; `current`: all its sources still say the words."""

    id: str
    questions: list[str]
    text: str
    collection: str
    written: str
    current: bool
    sources: list[SourceOut]


class CuratedListOut(BaseModel):
    """The answers that editors wrote, by their first question."""

    answers: list[CuratedOut]
