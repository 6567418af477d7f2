"""The shapes of the HTTP API: what requests may hold and what responses do, for OpenAPI."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from vectorstore.dates import comparable
from vectorstore.errors import DateInvalid
from vectorstore.passage import Filter


def _whole(text: str) -> str:
    """Refuse half characters: they cannot be stored or sent on as UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("the text holds half a character (a lone surrogate)") from None
    return text


Words = Annotated[str, AfterValidator(_whole)]
CollectionName = Annotated[
    str, StringConstraints(pattern=r"^[\w.\-][\w.\- ]{0,62}[\w.\-]$|^[\w\-]$"), AfterValidator(_whole)
]
CONVERSATION = r"^cnv_[0-9a-f]{24}$"
ANSWER = r"^ans_[0-9a-f]{24}$"
DOCUMENT = r"^[0-9a-f]{16}$"
TOKEN = r"^[0-9a-f]{12}$"
QUESTION = "How long is the notice period?"


class Request(BaseModel):
    """A body that a client sends: unknown fields are refused, so that a typing error is noticed."""

    model_config = ConfigDict(extra="forbid")


class ErrorDetail(BaseModel):
    """What went wrong."""

    code: str = Field(examples=["question_too_long"], description="What programs go by.")
    message: str = Field(examples=["The question has 5,120 characters; 4,000 are allowed."])
    remedy: str = Field(examples=["Ask in fewer words."])
    type: str = Field(examples=["invalid_request_error"], description="As OpenAI names kinds of errors.")
    param: str = Field(examples=["question"])
    request_id: str = Field(examples=["req_3f2a9c01d4e5b6a7"])


class ErrorOut(BaseModel):
    """The body of every error."""

    error: ErrorDetail


def errors_for(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI entries of the error statuses of a path: these and those that every path has."""
    words = {
        400: "The request cannot be read.",
        401: "Sign in first.",
        403: "Not allowed, or sent from another site.",
        404: "It is not there, or not for this caller.",
        409: "It is not in a state that allows this.",
        413: "Larger than allowed.",
        415: "The Content-Type is not one that this path takes.",
        421: "The server does not answer to this host name.",
        422: "A value cannot be taken.",
        429: "Too many; see Retry-After.",
        500: "Something went wrong inside Footnote.",
        502: "What another server was asked for failed.",
        503: "Not now; see Retry-After.",
        507: "The disk is full.",
    }
    wrong_tokens = {429} if 401 in statuses else set()
    all_have = {400, 403, 421, 500}
    shown = sorted({*statuses, *all_have, *wrong_tokens})
    return {status: {"model": ErrorOut, "description": words[status]} for status in shown}


EVENTS: dict[str, Any] = {
    "text/event-stream": {
        "itemSchema": {
            "type": "object",
            "required": ["data"],
            "properties": {"event": {"type": "string"}, "data": {"type": "string"}},
        }
    }
}
"""How OpenAPI 3.2 describes a stream of server-sent events; 3.1 has no word for it and lets it pass."""


class SignIn(Request):
    """Name and password, or a token."""

    name: Annotated[Words, Field(max_length=64)] | None = None
    password: Annotated[Words, Field(max_length=1_000)] | None = None
    token: Annotated[Words, Field(max_length=1_000)] | None = None

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"name": "ana", "password": "correct horse battery"}]}
    )

    @model_validator(mode="after")
    def _one_way(self) -> SignIn:
        if (self.token is None) == (self.name is None or self.password is None):
            raise ValueError("give name and password, or a token")
        return self


class SessionOut(BaseModel):
    """Who the caller is and whether one must sign in."""

    required: bool
    methods: list[str] = Field(examples=[["password", "token"]])
    provider: str | None = Field(description="What the identity provider is called, where one signs in at one.")
    signed_in: bool
    name: str | None
    role: Literal["reader", "editor"] | None
    collections: list[str] | None = Field(description="Null for all.")
    tokens: bool = Field(description="Whether the caller may make access tokens.")


class SignedOut(BaseModel):
    """Where the browser signs out too."""

    sign_out_at: str = Field(description="Address at the identity provider.", examples=["https://id.example.org/end"])


class TokenOut(BaseModel):
    """A token, without its secret."""

    id: str = Field(pattern=TOKEN)
    created: str
    name: str = Field(description="What it is for.")
    expires: str | None = Field(description="Null for never.")
    used: str | None = Field(description="Day of its last use; null before the first.")


class NewTokenIn(Request):
    """What a new token is for, and how long it works."""

    name: Annotated[Words, Field(max_length=100)] = ""
    days: Annotated[int, Field(ge=1, le=3_650)] | None = Field(default=None, description="Null: until it is revoked.")


class NewTokenOut(TokenOut):
    """A new token; it is not shown again."""

    token: str


class TokensOut(BaseModel):
    """The tokens of one account."""

    tokens: list[TokenOut]


def _date(value: str) -> str:
    if value:
        try:
            comparable(value)
        except DateInvalid:
            raise PydanticCustomError("date", "there is no such date; write 2026-11-25 or 2026-11-25T09:30Z") from None
    return value


Date = Annotated[
    str,
    Field(pattern=r"^$|^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?)?$"),
    AfterValidator(_date),
]


class FilterIn(Request):
    """Where to look. Empty fields do not restrict; filled ones must all hold."""

    collections: list[Words] = Field(default=[], max_length=100)
    documents: list[Annotated[str, StringConstraints(pattern=DOCUMENT)]] = Field(default=[], max_length=1_000)
    sources: list[Annotated[Words, Field(max_length=1_000)]] = Field(
        default=[], max_length=100, description="Glob patterns on the source, or on the file's name."
    )
    media_types: list[Annotated[Words, Field(max_length=200)]] = Field(default=[], max_length=100)
    modified_after: Date = ""
    modified_before: Date = ""
    authors: list[Annotated[Words, Field(max_length=200)]] = Field(
        default=[], max_length=100, description="Names, or words of them, of which one is the author's."
    )
    created_after: Date = Field(default="", description="Of the day that the document, or mail, gives.")
    created_before: Date = ""
    tags: list[Annotated[Words, Field(max_length=200)]] = Field(
        default=[], max_length=100, description="Words of tags, of which a document has one."
    )

    def filter(self) -> Filter:
        """Return it as the library takes it."""
        return Filter(
            collections=tuple(self.collections),
            documents=tuple(self.documents),
            sources=tuple(self.sources),
            media_types=tuple(self.media_types),
            modified_after=self.modified_after,
            modified_before=self.modified_before,
            authors=tuple(self.authors),
            created_after=self.created_after,
            created_before=self.created_before,
            tags=tuple(self.tags),
        )


class AskIn(Request):
    """A question."""

    question: Words = Field(examples=[QUESTION], description="Length: see limits in /v1/status.")
    conversation: str | None = Field(
        default=None,
        pattern=rf"^new$|{CONVERSATION}",
        description='Null keeps nothing; "new" begins a conversation; an id continues it.',
    )
    filter: FilterIn = FilterIn()
    short: bool | None = Field(
        default=None,
        description="Whether only the words that answer are shown; null for what the server is set to.",
    )

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"question": QUESTION}]})


class SearchIn(Request):
    """A search."""

    query: Annotated[Words, Field(min_length=1, max_length=4_000)] = Field(examples=["notice period"])
    limit: int = Field(default=10, ge=1, le=50)
    filter: FilterIn = FilterIn()


class SurveyIn(Request):
    """Questions to ask of each document."""

    questions: list[Words] = Field(
        min_length=1, max_length=20, examples=[["When does the lease end?", "Who is the tenant?"]]
    )
    filter: FilterIn = FilterIn()
    where: list[Annotated[Words, Field(max_length=500)]] = Field(
        default=[],
        max_length=20,
        description='Which rows: "1=2026", "1<2027-03", "2>=1500", "3~nasser", "1 says", "1 silent"; all must hold.',
    )
    sort: int = Field(
        default=0,
        ge=-20,
        le=20,
        description="Number of the question to sort by, below 0 from the highest down; 0 for none.",
    )


class WordsOut(BaseModel):
    """The words of a statement that answer, with their place in it in code points."""

    text: str
    start: int
    end: int


VerdictOut = Literal["yes", "no"] | None


class StatementOut(BaseModel):
    """One sentence of an answer."""

    text: str
    citations: list[int]
    support: Literal["quoted", "computed", "supported", "partly"]
    note: str
    answer: WordsOut | None = None
    verdict: VerdictOut = Field(default=None, description="What it says to a question that asks for yes or no.")
    by: Literal["documents", "model", "code"] | None = Field(
        default=None,
        description="Whose words it is: the documents' own, verbatim; a chat model's, checked; or worked out by code. "
        "Answers that an earlier version kept lack it.",
    )


class CitationOut(BaseModel):
    """One footnote: a verbatim run of a document."""

    number: int
    document: str
    title: str
    source: str
    page: int | None
    place: str
    start: int
    end: int
    start_utf16: int
    end_utf16: int
    quote: str
    collection: str


class SurveyCellOut(BaseModel):
    """What one document says to one question."""

    question: str
    says: bool
    words: str = Field(description="The words that answer, or the whole answer; empty where it doesn't say.")
    value: str | float | None = Field(description="A date (2027-02-28, 2027-02, 2027) or a number, read by code.")
    unit: str = Field(description='"date", a unit, or "".')
    notice: str
    citations: list[CitationOut]


class SurveyRowOut(BaseModel):
    """One document and what it says, a cell for each question."""

    id: str
    title: str
    source: str
    cells: list[SurveyCellOut]
    collection: str


class SurveyOut(BaseModel):
    """A table of documents by questions."""

    questions: list[str]
    asked: int = Field(description="Documents that were asked.")
    says: list[int] = Field(description="For each question, how many of them answer it.")
    documents: list[SurveyRowOut] = Field(description="Those that `where` leaves.")


class PassageOut(BaseModel):
    """A run of text that was found."""

    document: str
    title: str
    source: str
    collection: str
    start: int
    end: int
    start_utf16: int
    end_utf16: int
    page: int | None
    place: str
    heading: str
    kind: str = Field("body", description="body, heading, caption, byline, navigation, table or code.")
    score: float
    rank: int
    text: str


class ConflictOut(BaseModel):
    """Statements that give different values for the same thing."""

    kind: Literal["number", "date", "name"]
    values: list[str]
    statements: list[int]


class WithheldOut(BaseModel):
    """A sentence of a chat model that was not shown."""

    text: str
    reason: str


class UsageOut(BaseModel):
    """Tokens of a chat model for one answer."""

    read: int
    written: int
    cached: int = Field(description="Of those read, what the model or its provider still held from before.")
    calls: int
    kept: int = Field(description="Calls for which an earlier reply to the very same prompt was taken: no tokens.")
    estimated: bool = Field(description="Whether a provider told no count.")


class AnswerOut(BaseModel):
    """An answer. With `abstained` there are no statements and no citations."""

    id: str
    conversation: str | None
    created: str
    question: str
    answer: str = Field(description="The statements, or that the documents don't say; without footnote marks.")
    verdict: VerdictOut = Field(
        default=None,
        description="What the statements say to a question that asks for yes or no, by a reader's word: `answer` and "
        "`text` begin with it. It is no statement and has no footnote. Null where the reader is not sure or not used, "
        "where statements disagree, and where a chat model answers.",
    )
    short: bool = Field(
        default=False,
        description="Whether `answer` and `text` hold only the words that answer, or the verdict; the statements are "
        "whole.",
    )
    abstained: bool
    statements: list[StatementOut]
    citations: list[CitationOut]
    passages: list[PassageOut]
    text: str = Field(description="The answer as plain text with its footnotes.")
    model: str
    seconds: float
    confidence: float
    searched_for: str
    searched: str
    conflicts: list[ConflictOut]
    withheld: list[WithheldOut]
    notice: str
    timings: dict[str, float]
    usage: UsageOut | None = Field(default=None, description="Null where no chat model was asked.")
    restricted: list[str] = Field(
        default=[], description="Ids of those of its documents that have a list of who may see them."
    )


class PassagesOut(BaseModel):
    """What a search found, best first."""

    passages: list[PassageOut]


class TitleIn(Request):
    """The title of a conversation."""

    title: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_whole)
    ]


class NewConversationIn(Request):
    """A conversation to begin; without a title it takes its first question."""

    title: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(_whole)] = ""


class FeedbackOut(BaseModel):
    """A thumb and a word for an answer."""

    id: str
    answer: str
    thumb: Literal["up", "down"]
    comment: str
    created: str


class ConversationOut(BaseModel):
    """A conversation as listed; `turns` counts them."""

    id: str
    title: str
    created: str
    updated: str
    turns: int


class TurnOut(BaseModel):
    """A question with its answer; hidden when the caller may no longer see its sources."""

    id: str
    question: str
    created: str
    hidden: bool
    answer: AnswerOut | None
    feedback: FeedbackOut | None


class ConversationWithTurns(BaseModel):
    """A conversation with its turns."""

    id: str
    title: str
    created: str
    updated: str
    turns: list[TurnOut]


class ConversationsOut(BaseModel):
    """A page of conversations; `next` is the cursor of the next page."""

    conversations: list[ConversationOut]
    next: str | None


class FeedbackIn(Request):
    """A thumb and a word for an answer."""

    answer: str = Field(pattern=ANSWER)
    thumb: Literal["up", "down"]
    comment: Annotated[Words, Field(max_length=4_000)] = ""


class FeedbackListed(FeedbackOut):
    """Feedback with what it is about."""

    name: str
    question: str
    text: str


class FeedbackPage(BaseModel):
    """A page of feedback."""

    feedback: list[FeedbackListed]
    next: str | None


class HeadingOut(BaseModel):
    """A heading as it stands in the text."""

    start: int
    end: int
    start_utf16: int
    end_utf16: int
    level: int
    text: str


class PlaceOut(BaseModel):
    """Where a page, slide or row begins, and whether its words were read by OCR."""

    start: int
    start_utf16: int
    kind: str
    number: int
    by_ocr: bool


class DocumentOut(BaseModel):
    """A document without its text."""

    id: str
    title: str
    source: str
    name: str
    collection: str
    media_type: str
    size: int
    pages: int | None
    chunks: int | None
    modified: str
    added: str
    uploaded: bool
    original: bool
    notes: list[str]
    author: str
    created: str
    tags: list[str]


class DocumentWithOutline(DocumentOut):
    """A document with its headings and places."""

    headings: list[HeadingOut]
    places: list[PlaceOut]


class DocumentsOut(BaseModel):
    """A page of documents; `total` counts all that match."""

    documents: list[DocumentOut]
    total: int
    next: str | None


class RemovedDocumentOut(BaseModel):
    """A removed document; `present`: the library has one in its place again, so that it cannot be restored."""

    id: str
    title: str
    source: str
    name: str
    collection: str
    media_type: str
    size: int
    removed: str
    present: bool


class RemovedOut(BaseModel):
    """Removed documents that can be restored, at most 500; `total` counts all."""

    documents: list[RemovedDocumentOut]
    total: int


class TextOut(BaseModel):
    """A run of a document's text with its offsets in both ways of counting."""

    id: str
    title: str
    start: int
    end: int
    start_utf16: int
    end_utf16: int
    length: int
    length_utf16: int
    text: str


class BoxOut(BaseModel):
    """A line of words, or part of one, in shares of the page's width and height from its top left corner."""

    x: float
    y: float
    width: float
    height: float


class PageOut(BaseModel):
    """A page on which words stand: in points its size; `lit`: whether all, part or none of the words were found on it.

    `scanned`: its words were read by OCR, so that they may differ from what is printed. `picture`: where it is drawn.
    """

    number: int
    width: float
    height: float
    lit: Literal["all", "part", "none"]
    scanned: bool
    boxes: list[BoxOut]
    picture: str


class PagesOut(BaseModel):
    """The printed pages on which a run of a document's text stands."""

    id: str
    pages: list[PageOut]


class CollectionOut(BaseModel):
    """A collection and how much it holds."""

    name: str
    documents: int
    chunks: int


class CollectionsOut(BaseModel):
    """The collections that the caller may see."""

    collections: list[CollectionOut]


class TagOut(BaseModel):
    """A tag and how many documents have it."""

    name: str
    documents: int


class TagsOut(BaseModel):
    """The tags of the documents that the caller may see."""

    tags: list[TagOut]


class JobFileOut(BaseModel):
    """One file of a job."""

    index: int
    name: str
    state: Literal["waiting", "loading", "added", "changed", "unchanged", "failed"]
    document: str | None
    message: str


class JobOut(BaseModel):
    """An ingest job."""

    id: str
    state: Literal["waiting", "running", "done", "failed"]
    kind: Literal["upload", "reingest", "address"]
    collection: str
    created: str
    finished: str | None
    files: list[JobFileOut]
    error: ErrorDetail | None


class JobStarted(BaseModel):
    """The job that was queued."""

    job: JobOut


class JobsOut(BaseModel):
    """Jobs, newest first."""

    jobs: list[JobOut]


class AddressIn(Request):
    """An address to read."""

    url: Annotated[Words, Field(min_length=8, max_length=2_000, pattern=r"^https?://")]
    collection: CollectionName | None = None


class MoveIn(Request):
    """Where a document is moved to."""

    collection: CollectionName


class LimitsOut(BaseModel):
    """What the server allows."""

    question_characters: int
    upload_megabytes: int
    upload_files: int
    questions_per_minute: int
    streams: int


class QuestionLogOut(BaseModel):
    """What is kept for the desk: questions without an answer, for so many days, with names or without."""

    days: int
    names: bool


class StatusOut(BaseModel):
    """The server, its model and its library, as far as the caller may see."""

    name: str
    version: str
    model: str
    writes: bool
    text_leaves: bool
    text_goes_to: str
    documents: int
    chunks: int
    collections: int
    ingesting: bool
    upload_types: list[str]
    exports: list[str] = Field(description="Formats in which answers can be saved here.")
    limits: LimitsOut
    addresses: bool
    short_answers: bool = Field(description="Whether answers are short where a question does not say.")
    question_log: QuestionLogOut | None = Field(description="Null where nothing is kept of what is asked.")
