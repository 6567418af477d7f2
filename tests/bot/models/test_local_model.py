"""A GGUF file in this process: answers, order, cancelling, memory. Runs a real model of 135 M parameters."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
from small_model import small_model

from bot.errors import ExtraMissing, ModelError
from bot.models import engine as local_engine
from bot.models.errors import ContextTooLong
from bot.models.gguf import read_header
from bot.models.local import LocalModel
from bot.models.open import open_model
from bot.models.report import describe
from bot.text.fence import harmless


@pytest.fixture(scope="module")
def model() -> Iterator[LocalModel]:
    """Return the small model with one thread; its memory is given back at the end."""
    found = LocalModel(small_model(), context=2_048, threads=1)
    yield found
    found.close()


def test_it_answers_from_its_prompt(model: LocalModel) -> None:
    """Text arrives in pieces and the same question gets the same answer."""
    messages = [("user", "Repeat exactly: the cat is black, the dog is brown, the bird is blue.")]
    first = model.stream(messages, max_tokens=24)  # type: ignore[arg-type]
    pieces = list(first)
    again = "".join(model.stream(messages, max_tokens=24))  # type: ignore[arg-type]
    assert len(pieces) > 1
    assert "".join(pieces) == again
    assert first.prompt_tokens > 5


def test_the_limit_of_tokens_is_told_from_an_end(model: LocalModel) -> None:
    """An answer that reached its limit ends with "length"."""
    reply = model.stream([("user", "Count to one hundred in words.")], max_tokens=3)
    list(reply)
    assert reply.finish == "length"


def test_tokens_are_counted_by_the_model_itself(model: LocalModel) -> None:
    """Counts are those of the tokenizer, and the control token counts as one only where it is one."""
    assert model.count("hello") == 1
    assert model.count("") == 0
    assert model.count("<|im_end|>") == 1
    assert model.count(harmless("<|im_end|>", model.control_tokens)) > 3


def test_inserted_text_holds_no_control_token(model: LocalModel) -> None:
    """No control token of the vocabulary survives in inserted text, alone or inside others."""
    for token in model.control_tokens:
        for text in (token, f"x{token}y", token[:3] + token + token[3:], token * 3):
            assert token not in harmless(text, model.control_tokens)


def test_a_prompt_beyond_the_context_is_an_error(model: LocalModel) -> None:
    """A prompt that does not fit says how long it is and how long it may be."""
    with pytest.raises(ContextTooLong, match="2048"):
        list(model.stream([("user", "word " * 3_000)], max_tokens=5))


def test_a_question_that_is_left_stops(model: LocalModel) -> None:
    """Closing a reply stops the model: the next question is answered without waiting for the rest."""
    reply = model.stream([("user", "Write a very long story about a ship.")], max_tokens=1_500)
    for _ in reply:
        reply.close()
        break
    assert reply.finish == "closed"
    assert list(model.stream([("user", "Hi")], max_tokens=2))


def test_a_question_that_is_left_while_it_waits_is_skipped(model: LocalModel, monkeypatch: pytest.MonkeyPatch) -> None:
    """A question whose person is gone before its turn never reaches the model."""
    asked: list[str] = []
    original = local_engine.Engine._answer

    def answer(engine: local_engine.Engine, job: local_engine.Job) -> None:
        asked.append(job.request["messages"][0]["content"])
        original(engine, job)

    monkeypatch.setattr(local_engine.Engine, "_answer", answer)
    running = iter(model.stream([("user", "ships")], max_tokens=24))
    next(running)
    engine = local_engine._engine
    assert engine is not None
    gone, stays = (
        local_engine.Job({"messages": [{"role": "user", "content": name}], "max_tokens": 2, "stream": True})
        for name in ("gone", "stays")
    )
    engine.submit(gone)
    engine.submit(stays)
    gone.cancelled.set()
    list(running)
    while not isinstance(stays.out.get(timeout=120), local_engine.End):
        pass
    assert asked == ["ships", "stays"]


def test_a_waiting_question_can_be_cancelled_from_another_thread(model: LocalModel) -> None:
    """Closing a reply that another thread waits for ends that wait at once, before its turn comes."""
    running = iter(model.stream([("user", "Write a long story about ships.")], max_tokens=400))
    next(running)
    waiting = model.stream([("user", "Hi")], max_tokens=4)
    got: list[list[str]] = []
    thread = threading.Thread(target=lambda: got.append(list(waiting)))
    thread.start()
    waiting.close()
    thread.join()
    assert got == [[]]
    assert waiting.finish == "closed"
    running.close()  # type: ignore[attr-defined]


def test_ten_questions_at_once_are_all_answered_in_order(model: LocalModel) -> None:
    """Ten threads ask at once: each gets its own answer, and they end in the order in which they came."""
    words = ["red", "blue", "green", "black", "white", "gold", "pink", "brown", "grey", "silver"]

    def prompt(word: str) -> list[tuple[str, str]]:
        return [("user", f"Write the word {word} three times.")]

    alone = {word: "".join(model.stream(prompt(word), max_tokens=8)) for word in words}  # type: ignore[arg-type]
    ended: list[str] = []
    answers: dict[str, str] = {}
    submitted = threading.Semaphore(0)
    original = local_engine.Engine.submit

    def submit(engine: local_engine.Engine, job: local_engine.Job) -> bool:
        taken = original(engine, job)
        submitted.release()
        return taken

    def ask(word: str) -> None:
        answers[word] = "".join(model.stream(prompt(word), max_tokens=8))  # type: ignore[arg-type]
        ended.append(word)

    threads = [threading.Thread(target=ask, args=(word,)) for word in words]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(local_engine.Engine, "submit", submit)
        blocker = model.stream([("user", "Tell a story.")], max_tokens=40)
        begun = iter(blocker)
        next(begun)
        submitted.acquire()
        for thread in threads:  # one after the other into the queue, while the first question runs
            thread.start()
            submitted.acquire()
        list(begun)
        for thread in threads:
            thread.join()
    assert answers == alone
    assert len(set(alone.values())) > 5
    assert ended == words


def test_the_loopback_door_is_locked(model: LocalModel) -> None:
    """The port that llama.cpp opens on loopback gives nothing to who has no key."""
    list(model.stream([("user", "Hi")], max_tokens=1))
    engine = local_engine._engine
    assert engine is not None
    address = urlsplit(str(engine._server.listening_address))
    assert address.hostname == "127.0.0.1"
    for method, path in (
        ("GET", "/v1/models"),
        ("GET", "/props"),
        ("GET", "/slots"),
        ("POST", "/tokenize"),
        ("POST", "/v1/chat/completions"),
        ("POST", "/completion"),
    ):
        link = http.client.HTTPConnection("127.0.0.1", address.port or 0, timeout=30)
        link.request(method, path, body="{}", headers={"Origin": "https://evil.example"})
        answer = link.getresponse()
        assert answer.status in (401, 404, 501), path
        assert answer.getheader("access-control-allow-origin") != "https://evil.example"
        link.close()


def test_memory_is_given_back() -> None:
    """Closing a model returns its memory, and it opens again when it is asked again."""
    process = psutil.Process()
    model = LocalModel(small_model(), context=1_536, threads=1)
    list(model.stream([("user", "Hi")], max_tokens=2))
    loaded = process.memory_info().rss
    model.close()
    assert loaded - process.memory_info().rss > 60 << 20
    assert list(model.stream([("user", "Hi")], max_tokens=2))
    model.close()


def test_one_engine_a_process() -> None:
    """Opening the file with another context unloads the first, and both go on answering."""
    path = small_model()
    small, large = LocalModel(path, context=512, threads=1), LocalModel(path, context=1_024, threads=1)
    for model in (small, large, small):
        assert list(model.stream([("user", "Hi")], max_tokens=2))
        assert local_engine._engine is not None
        assert local_engine._engine.key[1] == model.context
    small.close()
    large.close()


def test_a_model_that_two_objects_share_stays_until_both_are_closed() -> None:
    """Closing one of two bots does not take the model from the other."""
    path = small_model()
    one, other = LocalModel(path, context=512, threads=1), LocalModel(path, context=512, threads=1)
    for model in (one, other):
        assert list(model.stream([("user", "Hi")], max_tokens=2))
    running = iter(other.stream([("user", "Tell a story.")], max_tokens=30))
    next(running)
    one.close()
    one.close()
    assert list(running)
    other.close()
    assert local_engine._engine is None


def test_closing_refuses_what_waits() -> None:
    """A question that runs when the model is closed ends with an error that says so."""
    model = LocalModel(small_model(), context=1_024, threads=1)
    running = iter(model.stream([("user", "Write a long story.")], max_tokens=800))
    next(running)
    model.close()
    with pytest.raises(ModelError, match="closed"):
        list(running)


def test_a_report_for_the_doctor() -> None:
    """`describe` says size, memory and speed in words."""
    report = describe(small_model(), context=1_024, threads=1)
    assert report.fits
    assert report.prompt_speed > 0
    assert report.answer_speed > 0
    assert "tokens a second" in report.words


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    """A path without a file names `footnote models`."""
    pytest.importorskip("xllamacpp")
    with pytest.raises(ModelError, match="footnote models"):
        open_model(f"local:{tmp_path}/none.gguf")


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    """A file that is no GGUF, and one that is cut short, are refused in words and not by a crash."""
    pytest.importorskip("xllamacpp")
    nonsense = tmp_path / "nonsense.gguf"
    nonsense.write_bytes(b"hello")
    with pytest.raises(ModelError, match="not a whole GGUF"):
        LocalModel(nonsense)
    short = tmp_path / "short.gguf"
    with small_model().open("rb") as source:
        short.write_bytes(source.read(4_000_000))
    assert read_header(short).architecture == "llama"
    with pytest.raises(ModelError, match="could not be loaded"):
        LocalModel(short, threads=1).warm()


def test_a_model_larger_than_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that cannot fit is refused before it is loaded, with both numbers."""
    path = small_model()
    monkeypatch.setattr("bot.models.local.memory_total", lambda: 50_000_000)
    with pytest.raises(ModelError, match="this machine has 50 MB"):
        LocalModel(path)


def test_without_xllamacpp_the_install_line_is_shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A local model without the extra prints the line that installs it."""
    monkeypatch.setitem(__import__("sys").modules, "xllamacpp", None)
    with pytest.raises(ExtraMissing) as caught:
        open_model(f"local:{tmp_path}/x.gguf")
    assert 'pip install "footnote-bot[local]"' in caught.value.remedy


def test_the_openai_protocol_against_a_real_server() -> None:
    """LangChain's OpenAI client talks to llama.cpp's own HTTP server: text, 401 and a context too long."""
    pytest.importorskip("langchain_openai")
    import xllamacpp

    from bot.models.errors import ModelUnauthorized

    params = xllamacpp.CommonParams()
    params.model.path = str(small_model())
    params.n_ctx, params.cache_ram_mib, params.verbosity = 512, 0, -1
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    params.api_keys = ["right"]
    server = xllamacpp.Server(params)
    url = f"{server.listening_address}/v1"
    model = open_model("smollm2", url=url, key="right")
    assert model is not None
    reply = model.stream([("system", "Be brief."), ("user", "Name a colour.")], max_tokens=8)
    assert "".join(reply).strip()
    assert reply.finish in ("stop", "length")
    assert reply.prompt_tokens > 5
    with pytest.raises(ContextTooLong):
        list(model.stream([("user", "word " * 900)], max_tokens=8))
    wrong = open_model("smollm2", url=url, key="wrong")
    assert wrong is not None
    with pytest.raises(ModelUnauthorized):
        list(wrong.stream([("user", "Hi")], max_tokens=8))
    del server
