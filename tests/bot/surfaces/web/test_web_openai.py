"""OpenAI's form, spoken by the real `openai` and `langchain-openai` clients to a real server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from web_server import serving
from web_site import NOTICE, SIGNED, Site, site

from bot.answer import Answer, Citation, Statement
from bot.errors import ModelError
from bot.surfaces.web.routes.openai_asking import chat
from bot.surfaces.web.routes.openai_shapes import Message
from bot.surfaces.web.routes.openai_text import mark_annotations, statements_text, tail_text

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


def test_models_are_all_documents_and_each_collection(client: Any) -> None:
    """One model for all, one for each collection; an unknown one is OpenAI's 404."""
    assert [model.id for model in client.models.list()] == [
        "footnote",
        "footnote:deals",
        "footnote:default",
        "footnote:private",
    ]
    assert client.models.retrieve("footnote:deals").owned_by == "footnote"
    with pytest.raises(openai.NotFoundError) as refused:
        client.chat.completions.create(model="gpt-4", messages=[user("notice?")])
    assert refused.value.code == "model_missing"


def test_a_completion_keeps_footnotes_in_the_text_and_as_annotations(client: Any) -> None:
    """The text carries [1] and its footnote; the annotation points to exactly that mark."""
    done = client.chat.completions.create(model="footnote", messages=[user("notice?")])
    message = done.choices[0].message
    assert message.content.startswith(f"{NOTICE} [1]")
    (mark,) = message.annotations
    # Most clients drop annotations: the link stands in the text as well.
    assert "\n\n[1] [Lease of the house" in message.content
    assert f"]({mark.url_citation.url}) — “Either party" in message.content
    assert mark.type == "url_citation"
    assert message.content[mark.url_citation.start_index : mark.url_citation.end_index] == "[1]"
    assert "Lease of the house" in mark.url_citation.title and mark.quote == NOTICE
    assert done.footnote["citations"][0]["quote"] == NOTICE
    assert done.choices[0].finish_reason == "stop" and done.usage.total_tokens > 0


def test_the_address_of_an_annotation_leads_to_the_quote(client: Any, here: Site) -> None:
    """It is the page with the source pane open at the passage, as Slack and Discord link to it."""
    done = client.chat.completions.create(model="footnote", messages=[user("notice?")])
    address = done.choices[0].message.annotations[0].url_citation.url
    page, _, place = address.partition("/#")
    assert page.startswith("http://127.0.0.1:")
    at = dict(part.split("=") for part in place.split("&"))
    assert here.bot.library.text(at["document"], int(at["start"]), int(at["end"])) == NOTICE


def test_a_stream_adds_up_to_the_completion(client: Any) -> None:
    """The deltas are the text of the plain form; the annotations come in the last; usage if asked for."""
    plain = client.chat.completions.create(model="footnote", messages=[user("notice?")])
    text, annotations, finish, usage = "", [], None, None
    stream = client.chat.completions.create(
        model="footnote",
        messages=[user("notice?")],
        stream=True,
        stream_options={"include_usage": True},
    )
    for chunk in stream:
        usage = chunk.usage or usage
        for choice in chunk.choices:
            text += choice.delta.content or ""
            annotations += getattr(choice.delta, "annotations", None) or []
            finish = choice.finish_reason or finish
    assert text == plain.choices[0].message.content
    assert finish == "stop" and usage == plain.usage
    assert annotations[0]["url_citation"]["title"] == plain.choices[0].message.annotations[0].url_citation.title


def test_an_abstention_says_so_without_sources(client: Any) -> None:
    """No marks, no annotations."""
    done = client.chat.completions.create(model="footnote", messages=[user("Who is the king?")])
    assert "documents don't say" in done.choices[0].message.content
    assert "[1]" not in done.choices[0].message.content and not done.choices[0].message.annotations


def test_the_messages_before_the_question_are_the_conversation(client: Any, here: Site) -> None:
    """Questions with their answers, our own footnotes cut off; system messages are left out."""
    first = client.chat.completions.create(model="footnote", messages=[user("notice?")]).choices[0].message
    messages = [
        {"role": "system", "content": "Answer like a pirate."},
        user("notice?"),
        {"role": "assistant", "content": first.content},
        {"role": "user", "content": [{"type": "text", "text": "And when was it signed?"}]},
    ]
    done = client.chat.completions.create(
        model="footnote", messages=messages, temperature=0.2, max_tokens=5, tools=[], user="u"
    )
    assert SIGNED in done.choices[0].message.content
    question, conversation, _ = here.bot.asked[-1]
    assert question == "And when was it signed?" and conversation is not None
    (turn,) = conversation.turns
    assert turn.question == "notice?" and turn.answer.statements[0].text == NOTICE


def test_an_image_in_an_old_turn_does_not_stop_the_chat(client: Any, here: Site) -> None:
    """What was shown earlier is left out; only the question itself must be text."""
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}
    messages = [
        {"role": "user", "content": [{"type": "text", "text": "notice?"}, picture]},
        {"role": "assistant", "content": NOTICE},
        user("And when was it signed?"),
    ]
    done = client.chat.completions.create(model="footnote", messages=messages)
    assert SIGNED in done.choices[0].message.content and done.usage.prompt_tokens == 6 + len(NOTICE.split())
    (turn,) = here.bot.asked[-1][1].turns
    assert turn.question == "notice?"


def test_refusals_come_as_errors_of_the_client(client: Any, here: Site) -> None:
    """Each has the class that its status has in OpenAI's client, and our words."""
    create = client.chat.completions.create
    image = {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "http://x/"}}]}
    for messages in ([image], [user("  ")], [{"role": "system", "content": "x"}]):
        with pytest.raises(openai.UnprocessableEntityError):
            create(model="footnote", messages=messages)
    with pytest.raises(openai.UnprocessableEntityError):
        create(model="footnote", messages=[user("notice?")], n=2)
    here.bot.error = ModelError("The chat model does not answer.")
    for stream in (False, True):
        with pytest.raises(openai.InternalServerError, match="does not answer"):
            create(model="footnote", messages=[user("notice?")], stream=stream)


def test_an_error_in_mid_stream_is_raised_by_the_client(client: Any, here: Site) -> None:
    """The chunk with the error ends the stream."""
    here.bot.late_error = ModelError("The chat model went away.")
    stream = client.chat.completions.create(model="footnote", messages=[user("notice?")], stream=True)
    with pytest.raises(openai.APIError, match="went away"):
        list(stream)


def test_the_langchain_client_asks_and_streams(here: Site) -> None:
    """ChatOpenAI with our address: invoke and stream give the same text."""
    langchain_openai = pytest.importorskip("langchain_openai")
    with serving(here.client.app) as address:
        model = langchain_openai.ChatOpenAI(base_url=f"{address}/v1", api_key="any", model="footnote", max_retries=0)
        whole = model.invoke("notice?")
        assert whole.content.startswith(f"{NOTICE} [1]")
        assert "".join(piece.content for piece in model.stream("notice?")) == whole.content


def test_the_token_of_an_account_is_the_api_key(tmp_path: Path) -> None:
    """Where one must sign in, the key is looked at."""
    token = "an-access-token-of-some-length"
    with (
        site(tmp_path, settings={"access_token": token}) as here,
        serving(here.client.app) as address,
    ):
        wrong = openai.OpenAI(base_url=f"{address}/v1", api_key="any", max_retries=0)
        with pytest.raises(openai.AuthenticationError):
            wrong.models.list()
        right = openai.OpenAI(base_url=f"{address}/v1", api_key=token, max_retries=0)
        assert right.models.list().data


def hostile_answer() -> Answer:
    """An answer whose document tries to be markup and to make marks of its own."""
    text = "See [1] and ![x](https://evil.example/?q=1) <img src=x> [2]."
    citation = Citation(1, "0" * 16, "A [9] *title*", "/x", None, 0, len(text), text)
    return Answer("q", (Statement(text, (1,)), Statement("Written.", (1,), "supported")), (citation,))


def test_nothing_of_a_document_is_markup_or_a_mark() -> None:
    """Images, links, tags and brackets of a document are escaped; only our marks are annotated."""
    answer = hostile_answer()
    said = statements_text(answer)
    text = said + tail_text(answer)
    assert "![x](" not in text and "<img" not in text
    marks = mark_annotations(answer, said, "http://x")
    assert [said[m["url_citation"]["start_index"] : m["url_citation"]["end_index"]] for m in marks] == [
        "[1]",
        "[1]",
    ]
    assert all(not said[: m["url_citation"]["start_index"]].endswith("\\") for m in marks)


def test_history_with_gaps_makes_whole_turns_only() -> None:
    """A question without an answer and an answer without a question are left out."""
    roles = ["assistant", "user", "user", "assistant", "tool", "user", "system"]
    messages = [Message(role=role, content=f"{role} {n}") for n, role in enumerate(roles)]
    question, conversation = chat(messages)
    assert question == "user 5"
    assert [(t.question, t.answer.statements[0].text) for t in conversation.turns] == [("user 2", "assistant 3")]


def test_a_body_of_any_shape_gets_a_status(here: Site) -> None:
    """Nonsense is 400 or 422, never 500."""
    bodies: list[Any] = [
        {},
        {"messages": []},
        {"messages": [{"role": "user"}]},
        {"messages": [{"role": "wizard", "content": "x"}]},
        {"messages": [{"role": "user", "content": None}]},
        {"messages": [{"role": "user", "content": [{"type": "text"}]}]},
        {"messages": [{"role": "user", "content": "x"}], "stream": "maybe"},
        {"messages": [{"role": "user", "content": "x"}], "n": 0},
        {"messages": [{"role": "user", "content": "\ud800"}]},
        [],
        "x",
    ]
    for body in bodies:
        response = here.client.post(
            "/v1/chat/completions",
            content=json.dumps(body),
            headers={"Content-Type": "application/json"},
        )
        assert response.status_code in (400, 422), body


def test_a_stream_begins_with_the_verdict(client: Any, here: Site) -> None:
    """It is known only when the answer is whole, and stands before the first quote all the same, said once."""
    plain = here.bot.stream

    def stream(*given: Any, **more: Any) -> Iterator[Any]:
        for item in plain(*given, **more):
            yield replace(item, verdict="no") if isinstance(item, Answer) else item

    here.bot.stream = stream  # type: ignore[method-assign]
    chunks = client.chat.completions.create(model="footnote", messages=[user("notice?")], stream=True)
    text = "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)
    assert text.startswith(f"**No.** “{NOTICE}” [1]\n\n[1] ") and text.count("No.") == 1
