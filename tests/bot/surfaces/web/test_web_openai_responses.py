"""OpenAI's newer form, the older one, and what chat programs ask for themselves, by the real clients."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from web_server import serving
from web_site import NOTICE, SIGNED, Site, site

from bot.errors import ModelError

openai = pytest.importorskip("openai")


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Site]:
    """A site that needs no sign-in."""
    with site(tmp_path) as running:
        yield running


@pytest.fixture
def client(here: Site) -> Iterator[Any]:
    """The real OpenAI client, connected to the site over loopback."""
    with (
        serving(here.client.app) as address,
        openai.OpenAI(base_url=f"{address}/v1", api_key="any", max_retries=0) as made,
    ):
        yield made


def user(text: str) -> dict[str, str]:
    """Return a message of the person."""
    return {"role": "user", "content": text}


def test_a_response_is_the_completion_in_the_other_form(client: Any) -> None:
    """The same text, the same marks, the same words counted."""
    done = client.responses.create(model="footnote", input="notice?")
    chat = client.chat.completions.create(model="footnote", messages=[user("notice?")])
    assert done.output_text == chat.choices[0].message.content and done.status == "completed"
    (mark,), (same,) = done.output[0].content[0].annotations, chat.choices[0].message.annotations
    assert done.output_text[mark.start_index : mark.end_index] == "[1]"
    assert (mark.url, mark.title) == (same.url_citation.url, same.url_citation.title)
    assert done.usage.input_tokens == chat.usage.prompt_tokens
    assert done.usage.output_tokens == chat.usage.completion_tokens
    assert done.footnote["citations"][0]["quote"] == NOTICE


def test_a_streamed_response_adds_up_to_the_whole_one(client: Any) -> None:
    """Events in OpenAI's order, numbered; the deltas are the text; the last event holds the finished response."""
    whole = client.responses.create(model="footnote", input="notice?")
    events = list(client.responses.create(model="footnote", input="notice?", stream=True))
    assert [event.type for event in events if event.type != "response.output_text.delta"] == [
        "response.created",
        "response.in_progress",
        "response.output_item.added",
        "response.content_part.added",
        "response.output_text.annotation.added",
        "response.output_text.done",
        "response.content_part.done",
        "response.output_item.done",
        "response.completed",
    ]
    assert [event.sequence_number for event in events] == list(range(len(events)))
    deltas = [event.delta for event in events if event.type == "response.output_text.delta"]
    assert "".join(deltas) == whole.output_text
    last = events[-1].response
    assert last.output_text == whole.output_text and last.usage == whole.usage
    with client.responses.stream(model="footnote", input="notice?") as stream:  # the client's own reading of it
        assert stream.get_final_response().output_text == whole.output_text


def test_the_input_is_the_conversation(client: Any, here: Site) -> None:
    """Messages of both sides, in parts or plain; instructions, tools and reasoning are left out."""
    first = client.responses.create(model="footnote", input="notice?")
    done = client.responses.create(
        model="footnote",
        instructions="Answer like a pirate.",
        input=[
            {"role": "user", "content": [{"type": "input_text", "text": "notice?"}]},
            {"type": "reasoning", "id": "rs_1", "summary": []},
            first.output[0].model_dump(),
            {"type": "function_call_output", "call_id": "c", "output": "x"},
            {"role": "user", "content": "And when was it signed?"},
        ],
    )
    assert SIGNED in done.output_text
    (turn,) = here.bot.asked[-1][1].turns
    assert turn.question == "notice?" and turn.answer.statements[0].text == NOTICE


def test_refusals_come_as_errors_of_the_client(client: Any, here: Site) -> None:
    """What leans on a kept response is told to send the messages; a failing model is an error in both forms."""
    for more in ({"previous_response_id": "resp_1"}, {"conversation": "conv_1"}):
        with pytest.raises(openai.UnprocessableEntityError, match="earlier messages"):
            client.responses.create(model="footnote", input="notice?", **more)
    image = [{"role": "user", "content": [{"type": "input_image", "image_url": "data:image/png;base64,AA=="}]}]
    for wrong in ("  ", image):
        with pytest.raises(openai.UnprocessableEntityError):
            client.responses.create(model="footnote", input=wrong)
    with pytest.raises(openai.NotFoundError):
        client.responses.create(model="gpt-5", input="notice?")
    here.bot.late_error = ModelError("The chat model went away.")
    with pytest.raises(openai.APIError, match="went away"):
        list(client.responses.create(model="footnote", input="notice?", stream=True))
    here.bot.late_error, here.bot.error = None, ModelError("The chat model does not answer.")
    for stream in (False, True):
        with pytest.raises(openai.InternalServerError, match="does not answer"):
            client.responses.create(model="footnote", input="notice?", stream=stream)


def test_a_body_of_any_shape_gets_a_status(here: Site) -> None:
    """Nonsense is 400 or 422, never 500."""
    inputs: list[Any] = [[], "", [{"role": "user"}], [{"type": "x"}], [{"role": "wizard", "content": "x"}], "\ud800", 5]
    for body in [{}, [], "x", *({"input": wrong} for wrong in inputs)]:
        response = here.client.post(
            "/v1/responses", content=json.dumps(body), headers={"Content-Type": "application/json"}
        )
        assert response.status_code in (400, 422), body


def test_the_older_form_says_where_to_go(client: Any, here: Site) -> None:
    """A text to continue is no question: the refusal names the two paths that answer."""
    with pytest.raises(openai.UnprocessableEntityError, match="/v1/chat/completions or /v1/responses"):
        client.completions.create(model="footnote", prompt="notice?")
    assert not here.bot.asked


def test_the_langchain_client_speaks_the_newer_form(here: Site) -> None:
    """ChatOpenAI with use_responses_api: invoke and stream give the same text."""
    langchain_openai = pytest.importorskip("langchain_openai")
    with serving(here.client.app) as address:
        model = langchain_openai.ChatOpenAI(
            base_url=f"{address}/v1", api_key="any", model="footnote", max_retries=0, use_responses_api=True
        )
        whole = model.invoke("notice?")
        assert whole.text.startswith(f"{NOTICE} [1]")
        assert "".join(piece.text for piece in model.stream("notice?")) == whole.text


HISTORY = (
    "### Chat History:\n<chat_history>\nUSER: How long is the\nnotice period?\nASSISTANT: 30 days. [1]\n</chat_history>"
)
TASKS = [
    ("### Task:\nGenerate a concise, 3-5 word title with an emoji summarizing the chat history.\n", "title"),
    ("### Task:\nGenerate a concise title summarizing the chat history.\n", "title"),
    ("### Task:\nGenerate 1-3 broad tags categorizing the main themes of the chat history, along with\n", "tags"),
    (
        "### Task:\nSuggest 3-5 relevant follow-up questions or prompts that the user might naturally ask\n",
        "follow_ups",
    ),
    ("### Task:\nAnalyze the chat history to determine the necessity of generating search queries\n", "queries"),
    ("### Task:\nYou are an autocompletion system. Continue the text in `<text>`\n", "text"),
]


@pytest.mark.parametrize(("prompt", "key"), TASKS, ids=[f"{key}-{n}" for n, (_, key) in enumerate(TASKS)])
def test_a_chat_programs_own_tasks_ask_nothing_of_the_documents(client: Any, here: Site, prompt: str, key: str) -> None:
    """Open WebUI's title, tags and follow-ups get JSON in their form, in both forms and streamed, without a search."""
    messages = [user(prompt + HISTORY)]
    whole = client.chat.completions.create(model="footnote", messages=messages)
    value = json.loads(whole.choices[0].message.content)[key]
    assert value == ("How long is the notice period?" if key == "title" else "" if key == "text" else [])
    streamed = client.chat.completions.create(model="footnote", messages=messages, stream=True)
    text = "".join(chunk.choices[0].delta.content or "" for chunk in streamed)
    assert (
        text
        == whole.choices[0].message.content
        == client.responses.create(model="footnote", input=messages).output_text
    )
    assert not here.bot.asked
    with pytest.raises(openai.NotFoundError):
        client.chat.completions.create(model="footnote:nowhere", messages=messages)


def test_a_chat_programs_own_tasks_take_none_of_a_persons_questions(tmp_path: Path) -> None:
    """With a limit of one question and all tasks before it, it still goes through; a second one does not."""
    with site(tmp_path, settings={"questions_per_minute": 1}) as here, serving(here.client.app) as address:
        client = openai.OpenAI(base_url=f"{address}/v1", api_key="any", max_retries=0)
        for prompt, _ in TASKS:
            client.chat.completions.create(model="footnote", messages=[user(prompt + HISTORY)])
        assert (
            NOTICE
            in client.chat.completions.create(model="footnote", messages=[user("notice?")]).choices[0].message.content
        )
        with pytest.raises(openai.RateLimitError):
            client.responses.create(model="footnote", input="notice?")


def test_a_person_who_mentions_a_title_is_answered(client: Any, here: Site) -> None:
    """Only the program's own prompts are taken for tasks."""
    for question in ("Generate a concise title for the notice", "What is ### Task: in the notice?"):
        assert (
            NOTICE
            in client.chat.completions.create(model="footnote", messages=[user(question)]).choices[0].message.content
        )
    assert len(here.bot.asked) == 2


def test_open_webuis_panel_gets_the_quotes(client: Any) -> None:
    """A chunk a footnote has `event` with title, link and quote, in the order of the numbers; its delta is empty."""
    chunks = list(client.chat.completions.create(model="footnote", messages=[user("notice?")], stream=True))
    found = [(chunk.event, chunk.choices[0].delta.content) for chunk in chunks if hasattr(chunk, "event")]
    ((event, content),) = found
    marks = [mark for chunk in chunks for mark in getattr(chunk.choices[0].delta, "annotations", None) or []]
    assert content is None and event["type"] == "source" and event["data"]["document"] == [NOTICE]
    assert event["data"]["source"]["url"] == event["data"]["metadata"][0]["source"] == marks[0]["url_citation"]["url"]
