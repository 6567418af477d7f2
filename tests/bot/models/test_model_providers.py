"""Providers' protocols, spoken by local servers: streams, and every way in which they fail."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from protocol_servers import WORDS, Plan, anthropic_stream, google_stream, ollama_stream, openai_stream, serving

from bot.errors import ExtraMissing, ModelError, SettingError
from bot.models.chat_model import ChatModel, Message
from bot.models.errors import (
    BudgetSpent,
    ContextTooLong,
    ModelBusy,
    ModelNotFound,
    ModelUnauthorized,
    ModelUnreachable,
    StreamBroken,
)
from bot.models.ledger import Ledger
from bot.models.metered import Meter, MeteredModel
from bot.models.open import open_model, where_text_goes
from bot.models.usage import Usage


@dataclass
class Provider:
    """A provider whose server is local."""

    name: str
    speak: Callable[[Plan], Iterator[bytes]]
    media_type: str
    path: str
    too_long: dict[str, object]

    def open(self, address: str, *, seconds: float = 10) -> ChatModel:
        """Open a model of this provider at a local address."""
        model = open_model(f"{self.name}:m", url=address + self.path, seconds=seconds)
        assert model is not None
        return model


PROVIDERS = [
    Provider(
        "openai",
        openai_stream,
        "text/event-stream",
        "/v1",
        {
            "error": {
                "message": "This model's maximum context length is 8 tokens.",
                "code": "context_length_exceeded",
            }
        },
    ),
    Provider(
        "anthropic",
        anthropic_stream,
        "text/event-stream",
        "",
        {
            "type": "error",
            "error": {"type": "invalid_request_error", "message": "prompt is too long: 9 tokens > 8 maximum"},
        },
    ),
    Provider(
        "google_genai",
        google_stream,
        "text/event-stream",
        "",
        {
            "error": {
                "code": 400,
                "status": "INVALID_ARGUMENT",
                "message": "The input token count (9) exceeds the maximum number of tokens allowed (8).",
            }
        },
    ),
    Provider(
        "ollama",
        ollama_stream,
        "application/x-ndjson",
        "",
        {"error": "the request exceeds the available context size"},
    ),
]


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-test")
    monkeypatch.setenv("GOOGLE_API_KEY", "google-test")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-owned-by-openai")
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("bot.models.hosted.sleep", lambda _: None)


@pytest.fixture(params=PROVIDERS, ids=lambda provider: provider.name)
def provider(request: pytest.FixtureRequest) -> Provider:
    """Return each provider in turn."""
    pytest.importorskip(f"langchain_{request.param.name}", reason="the provider's package is not installed")
    found: Provider = request.param
    return found


def test_text_arrives_piece_by_piece(provider: Provider) -> None:
    """A stream yields the text as it is sent and ends with a reason."""
    plan = Plan()
    with serving(provider.speak, plan, provider.media_type) as address:
        reply = provider.open(address).stream([("system", "s"), ("user", "u")], max_tokens=50)
        pieces = list(reply)
    assert "".join(pieces) == "".join(WORDS)
    assert len(pieces) >= 2
    assert reply.finish == "stop"


@pytest.mark.parametrize("marks", [("", ""), ("<think>", "</think>"), ("Okay, ", "</think>")])
def test_what_a_model_thinks_is_no_part_of_its_reply(provider: Provider, marks: tuple[str, str]) -> None:
    """Thoughts in the fields of a server, or in the text itself, are not read; the answer after them is."""
    inside = (marks[0], "the user wants SECRET. ", "Hmm.", marks[1]) if marks[0] else ()
    plan = Plan(thought="The user wants SECRET.", words=(*inside, *WORDS))
    with serving(provider.speak, plan, provider.media_type) as address:
        reply = provider.open(address).stream([("user", "u")], max_tokens=50)
        assert "".join(reply) == "".join(WORDS)
    assert reply.finish == "stop"


def test_an_answer_at_its_limit_says_so(provider: Provider) -> None:
    """An answer that the provider cut at its limit of tokens ends with "length"."""
    with serving(provider.speak, Plan(finish="length"), provider.media_type) as address:
        reply = provider.open(address).stream([("user", "u")], max_tokens=50)
        list(reply)
    assert reply.finish == "length"


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (401, ModelUnauthorized, "refused the key"),
        (404, ModelNotFound, "knows no model"),
        (500, ModelUnreachable, "failed (error 500)"),
    ],
)
def test_a_refusal_is_one_clear_sentence(provider: Provider, status: int, kind: type[ModelError], words: str) -> None:
    """Each status becomes our error, with a remedy and without the provider's text or the key."""
    plan = Plan(statuses=[status], error={"error": {"message": "secret sk-123 prompt text", "type": "x"}})
    if provider.name == "ollama":
        plan.error = {"error": "secret sk-123 prompt text"}
    with (
        serving(provider.speak, plan, provider.media_type) as address,
        pytest.raises(kind) as caught,
    ):
        list(provider.open(address).stream([("user", "u")], max_tokens=50))
    assert words in str(caught.value)
    assert caught.value.remedy
    assert "sk-123" not in str(caught.value)
    assert len(plan.requests) == 1


def test_a_busy_provider_is_waited_for(provider: Provider) -> None:
    """429 with a short Retry-After is followed by another try, which answers."""
    plan = Plan(statuses=[429, 200], headers={"retry-after": "1"})
    with serving(provider.speak, plan, provider.media_type) as address:
        reply = provider.open(address).stream([("user", "u")], max_tokens=50)
        assert "".join(reply) == "".join(WORDS)
    assert len(plan.requests) == 2


def test_a_long_wait_is_left_to_the_person(provider: Provider) -> None:
    """429 with a long Retry-After ends at once and says how long to wait."""
    if provider.name == "ollama":
        pytest.skip("Ollama's client keeps no headers of an error")
    plan = Plan(statuses=[429], headers={"retry-after": "90"})
    with (
        serving(provider.speak, plan, provider.media_type) as address,
        pytest.raises(ModelBusy, match="in 90 seconds"),
    ):
        list(provider.open(address).stream([("user", "u")], max_tokens=50))
    assert len(plan.requests) == 1


def test_a_provider_that_stays_busy_is_given_up(provider: Provider) -> None:
    """After three tries a busy provider is an error."""
    plan = Plan(statuses=[429], headers={"retry-after": "0"})
    with serving(provider.speak, plan, provider.media_type) as address, pytest.raises(ModelBusy):
        list(provider.open(address).stream([("user", "u")], max_tokens=50))
    assert len(plan.requests) == 3


def test_a_silent_provider_times_out(provider: Provider) -> None:
    """A provider that says nothing for longer than the setting is an error, not a hang."""
    with (
        serving(provider.speak, Plan(silence=3), provider.media_type) as address,
        pytest.raises(ModelUnreachable, match="in time"),
    ):
        list(provider.open(address, seconds=0.3).stream([("user", "u")], max_tokens=50))


def test_a_stream_that_breaks_midway_is_told_from_a_whole_one(provider: Provider) -> None:
    """What arrived before the break is handed out, and then the break is an error."""
    after = {"openai": 2, "anthropic": 3, "google_genai": 1, "ollama": 1}[provider.name]
    got: list[str] = []
    with (
        serving(provider.speak, Plan(break_after=after), provider.media_type) as address,
        pytest.raises(StreamBroken),
    ):
        for piece in provider.open(address).stream([("user", "u")], max_tokens=50):
            got.append(piece)
    assert "".join(got) == WORDS[0]


def test_a_refused_context_length_is_named(provider: Provider) -> None:
    """A prompt that is too long is told apart from other refusals, so that fewer passages can be sent."""
    plan = Plan(statuses=[400], error=dict(provider.too_long))
    with serving(provider.speak, plan, provider.media_type) as address, pytest.raises(ContextTooLong):
        list(provider.open(address).stream([("user", "u")], max_tokens=50))


def test_nothing_listens(provider: Provider) -> None:
    """An address at which nothing answers is named as such."""
    with pytest.raises(ModelUnreachable, match="Nothing answers"):
        list(provider.open("http://127.0.0.1:9").stream([("user", "u")], max_tokens=50))


def test_a_reply_can_be_left(provider: Provider) -> None:
    """Closing a reply after its first piece ends it without an error."""
    with serving(provider.speak, Plan(words=("a ",) * 200), provider.media_type) as address:
        reply = provider.open(address).stream([("user", "u")], max_tokens=50)
        for _ in reply:
            reply.close()
            break
    assert reply.finish == "closed"


def test_what_was_used_is_counted_as_the_provider_counts_it(provider: Provider) -> None:
    """Tokens read, written and held from before come out the same of every wire form, told in parts or at the end."""
    with serving(provider.speak, Plan(), provider.media_type) as address:
        reply = provider.open(address).stream([("system", "s"), ("user", "u")], max_tokens=50)
        list(reply)
    cached = 0 if provider.name == "ollama" else 8
    assert (reply.prompt_tokens, reply.answer_tokens, reply.cached_tokens) == (12, 9, cached)


def test_a_days_budget_holds_over_every_wire(provider: Provider, tmp_path: Path) -> None:
    """What a provider counts is counted for the day; the call that could go beyond its budget is not sent."""
    plan = Plan()
    told: list[Message] = [("system", "s"), ("user", "u")]
    with serving(provider.speak, plan, provider.media_type) as address:
        model = MeteredModel(provider.open(address), Meter(Ledger(tmp_path), daily=2_020))
        assert "".join(model.stream(told, max_tokens=50)) == "".join(WORDS)
        assert Ledger(tmp_path).used() == Usage(12, 9, 0 if provider.name == "ollama" else 8, calls=1)
        with pytest.raises(BudgetSpent, match="1,999 are left"):
            list(model.stream(told, max_tokens=50))
    assert len(plan.requests) == 1


def test_a_failing_call_uses_nothing_and_gives_back_what_was_set_aside(provider: Provider, tmp_path: Path) -> None:
    """A refusal costs no tokens of the day: the next call may take them."""
    plan = Plan(statuses=[500, 200])
    with serving(provider.speak, plan, provider.media_type) as address:
        model = MeteredModel(provider.open(address), Meter(Ledger(tmp_path), daily=2_020))
        with pytest.raises(ModelUnreachable):
            list(model.stream([("user", "u")], max_tokens=50))
        assert Ledger(tmp_path).used().total == 0
        assert "".join(model.stream([("user", "u")], max_tokens=50)) == "".join(WORDS)


def test_anthropic_is_told_that_the_fixed_part_may_be_kept() -> None:
    """The system prompt, which never changes, is marked; the passages, which do, are not: writing them costs more."""
    pytest.importorskip("langchain_anthropic")
    plan = Plan()
    with serving(anthropic_stream, plan, "text/event-stream") as address:
        model = open_model("anthropic:m", url=address)
        assert model is not None
        list(model.stream([("system", "fixed"), ("user", "passages")], max_tokens=50))
    sent = plan.requests[0]
    assert sent["system"] == [{"type": "text", "text": "fixed", "cache_control": {"type": "ephemeral"}}]
    assert "cache_control" not in str(sent["messages"])


def test_ollama_gets_its_context_explicitly() -> None:
    """Ollama's num_ctx is always sent: its own default cuts prompts in silence."""
    pytest.importorskip("langchain_ollama")
    plan = Plan()
    with serving(ollama_stream, plan, "application/x-ndjson") as address:
        model = open_model("ollama:m", url=address)
        assert model is not None
        list(model.stream([("user", "u")], max_tokens=50))
        longer = open_model("ollama:m", url=address, context=20_000)
        assert longer is not None
        list(longer.stream([("user", "u")], max_tokens=50, schema={"type": "object"}))
    assert plan.requests[0]["options"]["num_ctx"] == model.context == 8_192
    assert plan.requests[1]["options"]["num_ctx"] == 20_000
    assert plan.requests[1]["format"] == {"type": "object"}


def test_another_server_never_gets_openais_key() -> None:
    """With a model_url, the key of the environment stays here; the one that is set for it is sent."""
    pytest.importorskip("langchain_openai")
    plan = Plan()
    with serving(openai_stream, plan, "text/event-stream") as address:
        for key in ("", "sk-for-this-server"):
            model = open_model("qwen3", url=f"{address}/v1", key=key)
            assert model is not None
            list(model.stream([("user", "u")], max_tokens=50))
    assert all("sk-owned-by-openai" not in str(headers) for headers in plan.seen_headers)
    assert plan.seen_headers[1]["authorization"] == "Bearer sk-for-this-server"
    assert plan.requests[0]["model"] == "qwen3"


def test_tracing_stays_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """LANGSMITH_TRACING in the environment sends nothing: only the model setting decides."""
    pytest.importorskip("langchain_ollama")
    import langsmith

    traced: list[object] = []
    monkeypatch.setenv("LANGSMITH_TRACING", "true")
    monkeypatch.setenv("LANGSMITH_API_KEY", "x")
    monkeypatch.setattr(langsmith.Client, "create_run", lambda *args, **_: traced.append(args))
    with serving(ollama_stream, Plan(), "application/x-ndjson") as address:
        model = open_model("ollama:m", url=address)
        assert model is not None
        list(model.stream([("user", "u")], max_tokens=50))
    assert traced == []


def test_a_key_alone_changes_nothing() -> None:
    """The default answers with quotes whatever keys the environment holds."""
    assert open_model("quotes") is None
    assert where_text_goes("quotes") == "Answers are quoted from the documents; nothing is sent anywhere."


@pytest.mark.parametrize(
    ("name", "url", "place"),
    [
        ("openai:gpt-5-mini", "", "api.openai.com"),
        ("anthropic:claude-sonnet-4-5", "", "api.anthropic.com"),
        ("ollama:qwen3", "", "127.0.0.1:11434"),
        ("qwen3", "http://127.0.0.1:8080/v1", "127.0.0.1:8080"),
        ("openai:x", "https://user:secret@models.example/v1", "models.example"),
    ],
)
def test_where_text_goes_is_said(name: str, url: str, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """`footnote status` names the host that passages are sent to, without what else an address holds."""
    monkeypatch.delenv("OLLAMA_HOST", raising=False)
    sentence = where_text_goes(name, url=url)
    assert sentence.endswith(f"document passages are sent to {place}.")
    assert "secret" not in sentence


def test_an_address_of_the_environment_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a provider's package reads its address from the environment, that is the place that is named."""
    monkeypatch.setenv("OPENAI_BASE_URL", "http://proxy.example/v1")
    assert "proxy.example" in where_text_goes("openai:gpt-5-mini")


@pytest.mark.parametrize("name", ["nobody:x", "blah", "openai:", ""])
def test_a_name_that_means_nothing_is_refused(name: str) -> None:
    """A model that no provider offers is a setting to correct, with an example."""
    with pytest.raises(SettingError) as caught:
        open_model(name)
    assert "provider:name" in caught.value.remedy


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("openai:gpt-5-mini", 'pip install "footnote-bot[openai]"'),
        ("google_genai:gemini-2.5-flash", 'pip install "footnote-bot[google]"'),
        ("mistralai:mistral-small", "pip install langchain-mistralai"),
    ],
)
def test_a_missing_package_prints_its_install_line(name: str, line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the provider's package the remedy is the exact line that installs it."""
    import langchain.chat_models.base as base

    def absent(module: str, class_name: str) -> object:
        raise ImportError(module)

    monkeypatch.setattr(base, "_import_module", absent)
    base._get_chat_model_creator.cache_clear()
    with pytest.raises(ExtraMissing) as caught:
        open_model(name)
    assert line in caught.value.remedy
    base._get_chat_model_creator.cache_clear()


def test_a_missing_key_is_said_before_any_question(monkeypatch: pytest.MonkeyPatch) -> None:
    """Opening OpenAI without a key names the key, not a class of some client."""
    pytest.importorskip("langchain_openai")
    monkeypatch.delenv("OPENAI_API_KEY")
    with pytest.raises(ModelUnauthorized, match="no key"):
        open_model("openai:gpt-5-mini")


def test_a_langchain_model_is_taken_as_it_is() -> None:
    """A chat model object from Python answers like a named one."""
    from langchain_core.language_models import FakeListChatModel

    model = open_model(FakeListChatModel(responses=["The sky is blue [1]."]))
    assert model is not None
    reply = model.stream([("user", "u")], max_tokens=50)
    assert "".join(reply) == "The sky is blue [1]."
    assert reply.finish == "stop"
