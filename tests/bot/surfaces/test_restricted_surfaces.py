"""Who may see public files only is told the same, on each surface, as if there had never been private ones.

What is private lies in another collection, or has a list of readers that does not name whoever asks.
Byte for byte, but for times and the ids of answers: answers, abstentions, confidence, spelling, counts, lists, errors.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

import anyio
import pytest
from discord_stage import discord_stage
from fake_discord import BOT, GENERAL
from fastapi.testclient import TestClient
from mcp.client.client import Client
from restricted_library import (
    FILES,
    PRIVATE,
    PUBLIC,
    QUESTIONS,
    REMOVED,
    SECRETS,
    id_of,
    restricted_library,
    without_times,
)
from slack_stage import shown, slack_stage

from bot.ask import Bot
from bot.settings.settings import Settings
from bot.surfaces.cli.app import run
from bot.surfaces.mcp.server import FootnoteServer
from bot.surfaces.web.app import create_app
from vectorstore.passage import Filter

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_800)]

Said = list[tuple[str, str]]
"""What was asked, and what was said to it."""
Pair = tuple[Bot, Bot]

BY_LISTS, BY_COLLECTIONS = "by lists", "by collections"


@pytest.fixture(scope="module", params=[BY_COLLECTIONS, BY_LISTS])
def bots(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """The bots of two libraries: with private files, and without ever any."""
    folder, lists = tmp_path_factory.mktemp("restricted") / request.param, request.param == BY_LISTS
    places = [restricted_library(folder / str(private), private=private, by_lists=lists) for private in (True, False)]
    with Bot(settings=_settings(places[0])) as one, Bot(settings=_settings(places[1])) as other:
        yield one, other


def _settings(folder: Path, **more: Any) -> Settings:
    return Settings(library=str(folder), questions_per_minute=0, show_nearest=True, **more)


def by_lists(bot: Bot) -> bool:
    """Tell whether what is private in a bot's library is so by lists of readers."""
    return Path(bot.library.folder).parent.name == BY_LISTS


def only(bot: Bot) -> Filter:
    """Return the filter of somebody who may see the public files."""
    return Filter(readers=("person:ana", "group:staff")) if by_lists(bot) else Filter(collections=(PUBLIC,))


def compare(bots: Pair, said: Callable[[Bot], Said]) -> None:
    """Ask both, and compare what was said question by question."""
    one, other = (said(bot) for bot in bots)
    assert len(one) == len(other) > 40 or one == other
    for (asked, mine), (_, theirs) in zip(one, other, strict=True):
        assert without_times(mine) == without_times(theirs), asked
        for secret in SECRETS:
            assert secret in asked.lower() or secret not in mine.lower(), (asked, mine)


def test_python(bots: Pair) -> None:
    """`Bot.ask`, with and without a conversation, and `Bot.nearest`, with a filter."""

    def said(bot: Bot) -> Said:
        from bot.question.conversation import Conversation

        found, talk, before = [], Conversation(), ""
        for question in QUESTIONS:
            answer = bot.ask(question, filter=only(bot))
            follow = bot.ask(question, conversation=talk, filter=only(bot))
            talk = Conversation().add(question, answer)
            nearest = [repr(passage) for passage in bot.nearest(question, limit=30, filter=only(bot))]
            told = [json.dumps(answer.as_dict()), answer.text, json.dumps(follow.as_dict()), *nearest]
            found.append((f"{question} {before}", "\n".join(told)))
            before = question
        return found

    compare(bots, said)
    assert bots[0].ask("Who leads Zephyrtronics?").text != bots[1].ask("Who leads Zephyrtronics?").text


@contextmanager
def client_of(bot: Bot, role: str) -> Iterator[TestClient]:
    """Serve a bot to somebody who may see the public files only."""
    app = create_app(bot, _settings(Path(bot.library.folder)))
    accounts = app.state.services.accounts
    if by_lists(bot):
        accounts.add("ana", role=role, groups=("staff",))
    else:
        accounts.add("ana", role=role, collections=(PUBLIC,))
    headers = {"Authorization": f"Bearer {accounts.add_token('ana')}"}
    with TestClient(app, base_url="http://127.0.0.1:8000", headers=headers) as client:
        yield client


def _counts(text: str) -> str:
    """Return what a server said; of its metrics the lines on documents, for others tell the time."""
    lines = [line for line in text.splitlines() if line.startswith(("footnote_documents ", "footnote_chunks "))]
    return "\n".join(lines) if lines else text


def http(bot: Bot, requests: list[tuple[str, str, Any]], *, role: str = "reader", **headers: str) -> Said:
    """Send requests (method, path, JSON body) and return status and body of each."""
    with client_of(bot, role) as client:
        return [
            (f"{method} {path} {json.dumps(body)}", f"{answer.status_code} {_counts(answer.text)}")
            for method, path, body in requests
            for answer in [client.request(method, path, json=body, headers=headers)]
        ]


def test_http_json(bots: Pair) -> None:
    """POST /v1/ask and /v1/search."""
    asks = [("POST", "/v1/ask", {"question": question}) for question in QUESTIONS]
    searches = [("POST", "/v1/search", {"query": question, "limit": 30}) for question in QUESTIONS]
    compare(bots, lambda bot: http(bot, asks + searches))


def test_http_streaming(bots: Pair) -> None:
    """The same as events."""
    asks = [("POST", "/v1/ask", {"question": question}) for question in QUESTIONS]
    compare(bots, lambda bot: http(bot, asks, accept="text/event-stream"))


@pytest.mark.parametrize("stream", [False, True])
def test_openai(bots: Pair, stream: bool) -> None:
    """Completions, of all that may be seen and of the collection by its name."""
    asks = [
        ("POST", "/v1/chat/completions", {"model": model, "stream": stream, "messages": [message]})
        for question in QUESTIONS
        for model in ("footnote", f"footnote:{PUBLIC}")
        for message in [{"role": "user", "content": question}]
    ]
    compare(bots, lambda bot: http(bot, asks))


@pytest.mark.parametrize("role", ["reader", "editor"])
def test_what_the_page_asks_for(bots: Pair, role: str) -> None:
    """Lists, counts, documents, models, filters, errors: what is private is as what never was."""
    ids = {name: id_of(name) for name in (*FILES, *REMOVED)}
    requests: list[tuple[str, str, Any]] = [
        ("GET", path, None)
        for path in (
            *(
                "/v1/status",
                "/v1/session",
                "/v1/collections",
                "/v1/tags",
                "/v1/models",
                "/v1/documents",
                "/v1/conversations",
            ),
            *(
                "/v1/jobs",
                "/v1/feedback",
                "/v1/feedback/export",
                "/v1/feedback?thumb=down",
                "/v1/desk/gaps",
                "/v1/desk/documents",
                "/v1/desk/answers",
                "/metrics",
                "/readyz",
                "/healthz",
                "/v1/documents?limit=2",
            ),
            *(f"/v1/models/footnote:{name}" for name in (PUBLIC, PRIVATE, "never")),
            *(f"/v1/documents?collection={name}" for name in (PUBLIC, PRIVATE, "never")),
            *(f"/v1/documents?query={word}" for word in ("tariffs", "nightingale", "severance", "merger", "md")),
            *(
                f"/v1/documents/{id}{part}"
                for id in ids.values()
                for part in ("", "/text", "/text?start=5", "/original")
            ),
        )
    ]
    filters: list[dict[str, Any]] = [
        *({"collections": [name]} for name in (PUBLIC, PRIVATE, "never")),
        {"collections": [PUBLIC, PRIVATE]},
        *({"documents": [id]} for id in ids.values()),
        *({"sources": [pattern]} for pattern in ("*nightingale*", "*tariffs*", "/files/private/*", "*")),
        {"media_types": ["text/*"]},
        {"modified_after": "2026-01-01"},
        {"authors": ["Nightingale"]},
        {"tags": ["Nightingale"]},
        {"created_after": "2020-01-01"},
    ]
    for chosen in filters:
        for question in ("What are the tariffs on semiconductors?", "Who leads Zephirtronics?", "What is this about?"):
            requests.append(("POST", "/v1/ask", {"question": question, "filter": chosen}))
            requests.append(("POST", "/v1/search", {"query": question, "filter": chosen}))
            requests.append(("POST", "/v1/survey", {"questions": [question], "filter": chosen}))
            requests.append(("POST", "/v1/survey?format=csv", {"questions": [question], "filter": chosen}))
    private = [ids[name] for name, (where, _, _) in (FILES | REMOVED).items() if where == PRIVATE]
    requests += [("DELETE", f"/v1/documents/{id}", None) for id in private]
    requests += [("POST", f"/v1/documents/{id}/{way}", None) for id in private for way in ("reingest", "restore")]
    compare(bots, lambda bot: http(bot, requests, role=role))


def test_conversations_are_searched_and_exported(bots: Pair) -> None:
    """A whole conversation: begun, continued, searched for, exported."""

    def said(bot: Bot) -> Said:
        found = []
        with client_of(bot, "reader") as client:
            begun = client.post("/v1/ask", json={"question": QUESTIONS[0], "conversation": "new"})
            talk = begun.json()["conversation"]
            for question in QUESTIONS[1:]:
                answer = client.post("/v1/ask", json={"question": question, "conversation": talk})
                found.append((f"{question} of {' '.join(QUESTIONS)}", answer.text))
            for word in ("tariff", "zephyr", "nightingale", "notice", "severance"):
                found.append((word, client.get(f"/v1/conversations?query={word}").text))
            for path in (talk, f"{talk}/export", f"{talk}/export?format=json"):
                exported = client.get(f"/v1/conversations/{path}").text
                found.append((f"{path} {' '.join(QUESTIONS)}", exported))
            client.delete(f"/v1/conversations/{talk}")
        return found

    compare(bots, said)


def kept_private(bot: Bot) -> dict[str, Any]:
    """Return the settings of a chat that may not show private files: none where these have lists."""
    return {} if by_lists(bot) else {"private_collections": (PRIVATE,)}


def test_slack(bots: Pair, tmp_path: Path) -> None:
    """In a channel that anybody may read, and in the suggestions of the panel."""

    def said(bot: Bot) -> Said:
        place = tmp_path / Path(bot.library.folder).name
        with slack_stage(place, bot, **kept_private(bot)) as stage:
            asked = [*QUESTIONS, f"survey: {QUESTIONS[0]}"]
            events = [stage.slack.mention("C1", "U1", question) for question in asked]
            found = [
                (question, "\n".join(map(shown, stage.answers(event))))
                for question, event in zip(asked, events, strict=True)
            ]
            return [
                *found,
                ("file", repr(stage.slack.files[0][2:])),
                ("prompts", repr(stage.surface.prompts("D1", "U1"))),
            ]

    compare(bots, said)


def test_discord(bots: Pair, tmp_path: Path) -> None:
    """In a channel that anybody may read."""

    def said(bot: Bot) -> Said:
        place = tmp_path / Path(bot.library.folder).name
        with discord_stage(place, bot, **kept_private(bot)) as stage:
            messages = [stage.discord.say(GENERAL, "1", f"<@{BOT}> {question}") for question in QUESTIONS]
            return [
                (question, "\n".join(sent.content for sent in stage.answers(stage.discord.thread_of(message))))
                for question, message in zip(QUESTIONS, messages, strict=True)
            ]

    compare(bots, said)


def test_mcp(bots: Pair) -> None:
    """The tools that take collections."""

    def said(bot: Bot) -> Said:
        async def call() -> Said:
            found = []
            within = {} if by_lists(bot) else {"collections": [PUBLIC]}
            among = {} if by_lists(bot) else {"collection": PUBLIC}
            async with Client(FootnoteServer(bot)) as client:
                for question in QUESTIONS:
                    for tool, name in (("ask", "question"), ("search", "query")):
                        done = await client.call_tool(tool, {name: question, **within})
                        found.append((question, repr(done.structured_content or done.content)))
                done = await client.call_tool("survey", {"questions": QUESTIONS[:3], **within})
                found.append((" ".join(QUESTIONS), repr(done.structured_content)))
                for word in ("", "tariffs", "nightingale", "md"):
                    listed = await client.call_tool("list_documents", {"query": word, **among})
                    found.append((word, repr(listed.structured_content)))
                if by_lists(bot):
                    done = await client.call_tool("list_collections", {})
                    found.append(("collections", repr(done.structured_content)))
                    found.append(("resources", repr((await client.list_resources()).resources)))
                    for name in (*FILES, *map(id_of, FILES), *(title for _, title, _ in FILES.values()), "nightingale"):
                        done = await client.call_tool("read_document", {"document": name})
                        found.append((f"{name} {' '.join(FILES)}", repr(done.structured_content or done.content)))
            return found

        return anyio.run(call)

    compare(bots, said)


def test_the_command_line(bots: Pair, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """`ask` and `list` with `--collection`, and `chat --collection` with questions from a pipe."""
    if by_lists(bots[0]):
        pytest.skip("Whoever runs commands owns the library, and sees all of it.")

    def said(bot: Bot) -> Said:
        found = []
        only = ["--collection", PUBLIC, "--library", str(bot.library.folder)]
        asks = [["ask", "--json", "--show-nearest", *only, "--", question] for question in QUESTIONS]
        monkeypatch.setattr("sys.stdin", StringIO("".join(f"{question}\n/sources\n/new\n" for question in QUESTIONS)))
        for arguments in (*asks, ["list", *only], ["list", "--json", *only], ["chat", *only]):
            status = run(arguments)
            out, err = capsys.readouterr()
            asked = " ".join(QUESTIONS) if arguments[0] == "chat" else arguments[-1]
            found.append((asked, f"{status} {out} {err}"))
        return found

    compare(bots, said)
