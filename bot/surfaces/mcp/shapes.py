"""What MCP tools return: typed shapes, from which their schemas are made. Offsets count code points."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from bot.answer import Answer, Citation
from bot.links import page_address
from vectorstore.document import file_name
from vectorstore.passage import Passage

Name = Annotated[str, Field(description="A document's id, uri, path, file name or title")]
Source = Annotated[str, Field(description="Name of the file, or address, that the document was read from")]
Link = Annotated[str, Field(description="Address that shows the place with its words lit, for people; may be empty")]


class Footnote(BaseModel):
    """A footnote: a verbatim run of a document."""

    number: int = Field(description="The number that statements name, from 1")
    document: str = Field(description="Id of the document, for read_document")
    uri: str = Field(description="The document as a resource")
    title: str
    source: Source
    link: Link
    page: int | None = Field(description="Page or slide, where the source has them")
    place: str = Field(description='What a person reads: "p. 14, Liquidity"; may be empty')
    start: int = Field(description="Offset of the quote in the document's text")
    end: int = Field(description="Offset of its end, exclusive")
    quote: str = Field(description="The verbatim text: equals the document's text[start:end]")


class Sentence(BaseModel):
    """One sentence of an answer with the numbers of its footnotes."""

    text: str
    citations: list[int]
    support: Literal["quoted", "computed", "supported", "partly"] = Field(
        description="quoted: verbatim; computed: worked out by code from its footnotes; supported: checked against its "
        "sources; partly: see note"
    )
    by: Literal["documents", "model", "code"] = Field(
        description="Whose words it is: the documents' own, verbatim; a chat model's, checked; or worked out by code"
    )
    note: str = ""


class Disagreement(BaseModel):
    """Values that differ between statements."""

    kind: Literal["number", "date", "name"]
    values: list[str]
    statements: list[int] = Field(description="Indexes into statements")


class Hit(BaseModel):
    """A passage that was found. Its text equals the document's text[start:end]."""

    document: str
    uri: str
    title: str
    source: Source
    link: Link
    collection: str
    page: int | None
    place: str
    heading: str
    start: int
    end: int
    text: str
    score: float = Field(description="Higher is better")
    rank: int


class AnswerResult(BaseModel):
    """An answer whose every sentence names its footnotes, or the fact that the documents don't say."""

    question: str
    abstained: bool = Field(description="True when the documents don't hold the answer; say so to the person")
    statements: list[Sentence]
    citations: list[Footnote]
    conflicts: list[Disagreement]
    withheld: int = Field(description="Sentences of a chat model that their sources did not support")
    confidence: float = Field(description="Probability that the passages hold an answer")
    searched: str = Field(description="What was searched, in words")
    searched_for: str = Field(description="The query, where it differs from the question")
    notice: str
    verdict: Literal["yes", "no"] | None = Field(
        description="What the sentences say to a question that asks for yes or no, by a model that read them; null "
        "where it is not sure, and for any other question"
    )
    model: str = Field(description='"quotes", or the chat model that wrote the sentences')


class SearchHits(BaseModel):
    """Passages for a query, best first. They are near, which is not the same as an answer."""

    query: str
    passages: list[Hit]


class DocumentText(BaseModel):
    """A part of a document's text."""

    document: str
    uri: str
    title: str
    source: Source
    start: int
    end: int
    length: int = Field(description="Length of the whole text")
    text: str
    more: bool = Field(description="Whether the text goes on after end")


class DocumentEntry(BaseModel):
    """A document of the library."""

    document: str
    uri: str
    title: str
    source: Source
    collection: str
    media_type: str
    characters: int
    modified: str


class DocumentList(BaseModel):
    """Documents by title."""

    documents: list[DocumentEntry]
    total: int = Field(description="How many match in all")
    next_offset: int | None = Field(description="Where to go on; null at the end")


class CollectionEntry(BaseModel):
    """A collection of the library."""

    name: str
    documents: int = Field(description="How many it holds")


class CollectionList(BaseModel):
    """Collections by name."""

    collections: list[CollectionEntry]


class IngestResult(BaseModel):
    """What became of the files."""

    added: list[str]
    changed: list[str]
    unchanged: int
    failed: list[str] = Field(description="File, and why it could not be read")
    notes: list[str]
    stopped: bool


class RemovedDocument(BaseModel):
    """A document that is no longer in the library. Its file was not touched."""

    document: str
    title: str
    source: Source


def uri_of(document: str) -> str:
    """Return the address of a document's resource."""
    return f"footnote://document/{document}"


def shown_name(source: str) -> str:
    """Return a source without its folders, which are the server's own business; an address stays whole."""
    return source if "://" in source else file_name(source)


def answer_result(answer: Answer, page: str = "") -> AnswerResult:
    """Return an answer as the tool `ask` returns it to programs; `page` is the address that links lead to."""
    return AnswerResult(
        question=answer.question,
        abstained=answer.abstained,
        statements=[
            Sentence(text=s.text, citations=list(s.citations), support=s.support, by=s.by, note=s.note)
            for s in answer.statements
        ],
        citations=[footnote(citation, page) for citation in answer.citations],
        conflicts=[
            Disagreement(kind=c.kind, values=list(c.values), statements=list(c.statements)) for c in answer.conflicts
        ],
        withheld=len(answer.withheld),
        confidence=answer.confidence,
        searched=answer.searched,
        searched_for=answer.searched_for,
        notice=answer.notice,
        verdict=answer.verdict,
        model=answer.model,
    )


def footnote(citation: Citation, page: str) -> Footnote:
    """Return a footnote as tools return it to programs; `page` is the address that links lead to."""
    return Footnote(
        number=citation.number,
        document=citation.document,
        uri=uri_of(citation.document),
        title=citation.title,
        source=shown_name(citation.source),
        link=page_address(page, citation),
        page=citation.page,
        place=citation.place,
        start=citation.start,
        end=citation.end,
        quote=citation.quote,
    )


def hit(passage: Passage, page: str = "") -> Hit:
    """Return a passage as the tool `search` returns it to programs."""
    return Hit(
        document=passage.document,
        uri=uri_of(passage.document),
        title=passage.title,
        source=shown_name(passage.source),
        link=page_address(page, passage),
        collection=passage.collection,
        page=passage.page,
        place=passage.place,
        heading=passage.heading,
        start=passage.start,
        end=passage.end,
        text=passage.text,
        score=passage.score,
        rank=passage.rank,
    )
