"""The bodies of OpenAI's form: chats to complete, responses to make, and what is sent back."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.surfaces.web.errors import Refused
from bot.surfaces.web.shapes import AnswerOut, Words

MODEL = "footnote"
MOST_MESSAGES = 500
Role = Literal["system", "developer", "user", "assistant", "tool", "function"]
_TEXT_PARTS = ("text", "input_text", "output_text")


class Part(BaseModel):
    """A part of a message; only text can be read."""

    model_config = ConfigDict(extra="allow")
    type: str
    text: Words | None = None


class Message(BaseModel):
    """One message of the chat so far."""

    model_config = ConfigDict(extra="allow")
    role: Role
    content: Words | list[Part] | None = None

    def words(self) -> str:
        """Return the text of the message.

        Raises:
            Refused: It is a question that holds something else than text.
        """
        if isinstance(self.content, str) or self.content is None:
            return self.content or ""
        if self.role == "user" and any(part.type not in _TEXT_PARTS for part in self.content):
            raise Refused(422, "unsupported", "Only text can be asked about.", remedy="Leave images and files out.")
        return self.text()

    def text(self) -> str:
        """Return the text of the message; images and files of a turn that is over are left out."""
        if isinstance(self.content, str) or self.content is None:
            return self.content or ""
        return "\n".join(part.text for part in self.content if part.text)


class StreamOptions(BaseModel):
    """What a stream holds besides the answer."""

    model_config = ConfigDict(extra="allow")
    include_usage: bool | None = None


class CompletionIn(BaseModel):
    """A chat to complete. Fields that are not named here are accepted and have no effect."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [{"model": MODEL, "messages": [{"role": "user", "content": "How long is the notice period?"}]}]
        },
    )
    model: Annotated[Words, Field(max_length=200)] = MODEL
    messages: list[Message] = Field(min_length=1, max_length=MOST_MESSAGES)
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    n: int | None = Field(default=1, ge=1, le=1)


class Item(BaseModel):
    """An item of a response's input. What has no role is no message: a call of a tool, its output, a reasoning."""

    model_config = ConfigDict(extra="allow")
    type: str = "message"
    role: Role | None = None
    content: Words | list[Part] | None = None


class ResponseIn(BaseModel):
    """A response to make. Fields that are not named here are accepted and have no effect."""

    model_config = ConfigDict(
        extra="allow", json_schema_extra={"examples": [{"model": MODEL, "input": "How long is the notice period?"}]}
    )
    model: Annotated[Words, Field(max_length=200)] = MODEL
    input: Annotated[Words, Field(min_length=1)] | Annotated[list[Item], Field(min_length=1, max_length=MOST_MESSAGES)]
    instructions: Words | None = None
    stream: bool | None = False
    previous_response_id: str | None = None
    conversation: Any = None
    metadata: dict[str, Any] | None = None

    def messages(self) -> list[Message]:
        """Return the chat that the input is; calls of tools and the like are left out.

        Raises:
            Refused: It leans on a response that is not kept.
        """
        if self.previous_response_id or self.conversation:
            raise Refused(
                422,
                "unsupported",
                # In one sentence, for OpenAI's clients show the message only.
                "Responses are not kept here: send the earlier messages in `input` instead.",
                param="previous_response_id" if self.previous_response_id else "conversation",
            )
        if isinstance(self.input, str):
            return [Message(role="user", content=self.input)]
        return [Message(role=item.role, content=item.content) for item in self.input if item.role]


class ModelOut(BaseModel):
    """A model in OpenAI's form: all documents, or one collection."""

    id: str = Field(examples=[MODEL])
    object: Literal["model"]
    created: int
    owned_by: str


class ModelsOut(BaseModel):
    """The models that the caller may use."""

    object: Literal["list"]
    data: list[ModelOut]


class UrlCitation(BaseModel):
    """Where a footnote's mark stands in the text, and what it points to."""

    start_index: int
    end_index: int
    title: str
    url: str


class Annotation(BaseModel):
    """One mark of a footnote."""

    type: Literal["url_citation"]
    url_citation: UrlCitation
    footnote: int = Field(description="Number of the citation in `footnote.citations`.")
    quote: str


class MessageOut(BaseModel):
    """The answer as a message."""

    role: Literal["assistant"]
    content: str
    refusal: None
    annotations: list[Annotation]


class Choice(BaseModel):
    """The one choice."""

    index: int
    message: MessageOut
    logprobs: None
    finish_reason: Literal["stop"]


class Usage(BaseModel):
    """Words, counted plainly, for form's sake."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class CompletionOut(BaseModel):
    """A finished chat. `footnote` is the whole answer as /v1/ask gives it; null for a chat program's own tasks."""

    id: str
    object: Literal["chat.completion"]
    created: int
    model: str
    choices: list[Choice]
    usage: Usage
    footnote: AnswerOut | None


class OutputAnnotation(BaseModel):
    """One mark of a footnote in a response's text."""

    type: Literal["url_citation"]
    start_index: int
    end_index: int
    title: str
    url: str


class OutputText(BaseModel):
    """The text of a response."""

    type: Literal["output_text"]
    text: str
    annotations: list[OutputAnnotation]
    logprobs: list[Any]


class OutputMessage(BaseModel):
    """The one item of a response."""

    id: str
    type: Literal["message"]
    status: Literal["in_progress", "completed"]
    role: Literal["assistant"]
    content: list[OutputText]


class ResponseUsage(BaseModel):
    """The same words as `usage` of a chat counts."""

    input_tokens: int
    input_tokens_details: dict[str, int]
    output_tokens: int
    output_tokens_details: dict[str, int]
    total_tokens: int


class ResponseOut(BaseModel):
    """A finished response in OpenAI's form; `footnote` as in a chat. It is not kept."""

    model_config = ConfigDict(extra="allow")
    id: str
    object: Literal["response"]
    created_at: int
    status: Literal["in_progress", "completed"]
    error: None
    model: str
    output: list[OutputMessage]
    usage: ResponseUsage | None
    footnote: AnswerOut | None
