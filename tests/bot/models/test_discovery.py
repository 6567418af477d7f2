"""Chat models that a machine has already: where they lie, who serves them, which will do, and which is meant."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from gguf_files import gguf, pair, text

from bot.errors import SettingError
from bot.models import servers
from bot.models.catalogue import TABLE, models_folder
from bot.models.discovery import Found, choose, find_models, judge
from bot.models.folders import model_files
from bot.models.gguf import read_header
from bot.models.servers import servers_here

GB = 10**9
ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def _nobody_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    """What happens to run on the machine of the tests is not asked; what does run is waited for, however slow."""
    monkeypatch.setattr(servers, "SERVERS", ())
    monkeypatch.setattr(servers, "SECONDS", 60.0)


def ollama(folder: Path, name: str, *, blob: Path, media_type: str = "model", more: list[str] | None = None) -> None:
    """Lay a model into a folder as Ollama does."""
    digest = f"sha256:{abs(hash(name)):064x}"
    blob.rename(folder / "blobs" / digest.replace(":", "-"))
    manifest = folder / "manifests" / name
    manifest.parent.mkdir(parents=True, exist_ok=True)
    layers = [{"mediaType": f"application/vnd.ollama.image.{media_type}", "digest": digest, "size": 1}]
    layers += [{"mediaType": f"application/vnd.ollama.image.{kind}", "digest": "sha256:0"} for kind in more or []]
    manifest.write_text(json.dumps({"schemaVersion": 2, "layers": layers}))


def test_files_are_found_where_programs_keep_them(tmp_path: Path) -> None:
    """Ollama's by its manifests, LM Studio's, llama.cpp's, the hub's and our own; each file once, splits whole."""
    home, cache = tmp_path / "home", tmp_path / "cache"
    blobs = home / ".ollama" / "models" / "blobs"
    blobs.mkdir(parents=True)
    ollama(blobs.parent, "registry.ollama.ai/library/qwen3/4b", blob=gguf(tmp_path / "a"))
    ollama(blobs.parent, "registry.ollama.ai/ada/notes/latest", blob=gguf(tmp_path / "b"), more=["projector"])
    (blobs.parent / "manifests" / "broken").write_text("{")
    studio = gguf(home / ".lmstudio" / "models" / "org" / "repo" / "Gemma-3-4b-it.gguf")
    gguf(home / ".cache" / "lm-studio" / "models" / "org" / "repo" / "old.gguf")
    for number in (1, 2):
        gguf(home / ".cache" / "llama.cpp" / f"org_big-{number:05}-of-00002.gguf")
    hub = home / ".cache" / "huggingface" / "hub" / "models--org--repo"
    blob = gguf(hub / "blobs" / "abc")
    (hub / "snapshots" / "1").mkdir(parents=True)
    (hub / "snapshots" / "1" / "hubbed.gguf").symlink_to(blob)
    (hub / "snapshots" / "2").mkdir()
    (hub / "snapshots" / "2" / "hubbed.gguf").symlink_to(blob)
    (hub / "snapshots" / "2" / "linked.gguf").symlink_to(studio)
    gguf(models_folder(str(cache)) / "mine.gguf")
    found = model_files(str(cache), environ={}, home=home)
    assert [(file.name, file.where, file.pictures) for file in found] == [
        ("mine", "Footnote", False),
        ("ada/notes:latest", "Ollama's files", True),
        ("qwen3:4b", "Ollama's files", False),
        ("Gemma-3-4b-it", "LM Studio", False),
        ("old", "LM Studio", False),
        ("org_big-00001-of-00002", "llama.cpp", False),
        ("hubbed", "the hub's cache", False),
    ]


def test_variables_move_the_folders(tmp_path: Path) -> None:
    """OLLAMA_MODELS, LLAMA_CACHE, HF_HOME and LM Studio's own setting are followed."""
    (tmp_path / "ollama" / "blobs").mkdir(parents=True)
    ollama(tmp_path / "ollama", "registry.ollama.ai/library/tiny/1b", blob=gguf(tmp_path / "a"))
    gguf(tmp_path / "llama" / "one.gguf")
    gguf(tmp_path / "hf" / "hub" / "models--a--b" / "snapshots" / "1" / "two.gguf")
    gguf(tmp_path / "disk" / "a" / "b" / "three.gguf")
    settings = tmp_path / "home" / ".lmstudio" / "settings.json"
    settings.parent.mkdir(parents=True)
    settings.write_text(json.dumps({"downloadsFolder": str(tmp_path / "disk")}))
    environ = {
        name: str(tmp_path / folder)
        for name, folder in {"OLLAMA_MODELS": "ollama", "LLAMA_CACHE": "llama", "HF_HOME": "hf"}.items()
    }
    names = {file.name for file in model_files(str(tmp_path), environ=environ, home=tmp_path / "home")}
    assert names == {"tiny:1b", "one", "two", "three"}


@pytest.mark.parametrize(
    ("name", "about", "verdict", "words"),
    [
        ("qwen3-4b", {}, "yes", ""),
        ("qwen3-4b", {"template": "{% if enable_thinking %}<think>"}, "yes", "thoughts are not shown"),
        ("smol", {"width": 100_000}, "perhaps", "small"),
        ("llama-3-8b", {"template": ""}, "no", "chat template"),
        ("Qwen2.5-7B-base", {}, "no", "base model"),
        ("gemma-3-4b-pt", {}, "no", "base model"),
        ("deepseek-base-instruct", {}, "yes", ""),
        ("short", {"context": 1_024}, "no", "1,024 tokens is too short"),
        ("seeing", {"more": [pair("qwen3.vision.block_count", 4, struct.pack("<I", 3))]}, "no", "start Ollama"),
        ("nomic-embed-text-v1.5", {"architecture": "nomic-bert"}, None, ""),
        ("qwen3-embedding-0.6b", {}, None, ""),
        ("pooled", {"more": [pair("qwen3.pooling_type", 4, struct.pack("<I", 3))]}, None, ""),
        ("mmproj-model-f16", {"architecture": "clip", "kind": "mmproj"}, None, ""),
        ("my-lora", {"kind": "adapter"}, None, ""),
    ],
)
def test_a_file_is_judged_by_its_header(
    name: str, about: dict[str, Any], verdict: str | None, words: str, tmp_path: Path
) -> None:
    """Instruct or base, context, kind; what is no chat model at all is left out."""
    header = read_header(gguf(tmp_path / "m.gguf", **about))
    judged = judge(header, name=name, total=16 * GB, free=8 * GB)
    assert (judged[0] if judged else None) == verdict
    assert words in (judged[1] if judged else "")


def test_a_file_is_judged_by_the_memory_that_there_is(tmp_path: Path) -> None:
    """More than the machine has: no. More than is free: perhaps, with the numbers. Unknown: not spoken of."""
    header = replace(read_header(gguf(tmp_path / "m.gguf")), size=5 * GB)
    assert judge(header, total=16 * GB, free=8 * GB) == ("yes", "")
    tight, much = judge(header, total=16 * GB, free=2 * GB), judge(header, total=4 * GB, free=2 * GB)
    assert tight and tight[0] == "perhaps" and "2.0 GB are free" in tight[1]
    assert much and much[0] == "no" and "this machine has 4.0 GB" in much[1]
    assert judge(header, total=None, free=None) == ("yes", "")


def test_models_are_listed_with_the_setting_that_means_them(tmp_path: Path) -> None:
    """Ours by its name, others by their path; missing parts and broken files are told; names are told apart."""
    gguf(models_folder(str(tmp_path / "cache")) / TABLE[0].file)
    llama = tmp_path / "llama"
    gguf(llama / "a" / "same.gguf")
    gguf(llama / "b" / "same.gguf")
    gguf(llama / "half-00002-of-00003.gguf")
    (llama / "broken.gguf").write_bytes(b"GGUF")
    found = find_models(str(tmp_path / "cache"), environ={"LLAMA_CACHE": str(llama)}, home=tmp_path / "home")
    by_name = {one.name: one for one in found}
    assert by_name[TABLE[0].name].model == f"local:{TABLE[0].name}"
    assert by_name["same"].model == f"local:{llama}/a/same.gguf"
    assert by_name["same (llama.cpp)"].path == llama / "b" / "same.gguf"
    assert (by_name["half"].verdict, by_name["half"].why) == ("no", "1 of its 3 parts are here")
    assert by_name["broken"].why == "not a whole GGUF file"
    assert [one.verdict for one in found] == ["yes", "yes", "yes", "no", "no"]


def test_a_word_is_enough_to_choose() -> None:
    """The whole name, or what only one usable model has in its name; several and useless ones are refused in words."""
    found = [
        Found("qwen3:4b", "local:/a", "Ollama's files", "yes"),
        Found("qwen3:8b", "local:/b", "Ollama's files", "yes"),
        Found("gemma-3-4b-it", "local:/c", "LM Studio", "perhaps"),
        Found("llama-base", "local:/d", "LM Studio", "no", "a base model"),
    ]
    assert choose("GEMMA", found) is found[2]
    assert choose("qwen3:8b", found) is found[1]
    assert choose("local:/b", found) is found[1]
    assert choose("mistral", found) is choose("base", found) is None
    with pytest.raises(SettingError, match="may mean qwen3:4b, qwen3:8b"):
        choose("qwen", found)
    with pytest.raises(SettingError, match="will not do: a base model"):
        choose("llama-base", found)


ANSWERS: dict[str, Any] = {
    "/api/tags": {
        "models": [
            {"name": "qwen3:4b", "model": "qwen3:4b", "size": 2_500_000_000, "details": {"family": "qwen3"}},
            {"name": "all-minilm:latest", "model": "all-minilm:latest", "size": 45, "details": {"family": "bert"}},
            {"name": "gpt-oss:120b-cloud", "model": "gpt-oss:120b-cloud", "remote_host": "https://elsewhere.example"},
            {"name": "llama3:text", "model": "llama3:text", "size": 9},
            "nonsense",
        ]
    },
    "/api/v0/models": {
        "object": "list",
        "data": [
            {"id": "google/gemma-3-4b", "type": "vlm", "state": "loaded", "compatibility_type": "gguf",
             "max_context_length": 131_072, "loaded_context_length": 4_096},
            {"id": "text-embedding-nomic", "type": "embeddings", "state": "not-loaded", "compatibility_type": "gguf"},
        ],
    },
    "vllm": {"object": "list", "data": [{"id": "Qwen/Qwen3-8B", "owned_by": "vllm", "max_model_len": 40_960}]},
    "llamacpp": {
        "object": "list",
        "data": [{"id": "m.gguf", "owned_by": "llamacpp", "meta": {"n_ctx_train": 8_192, "size": 98_000_000}}],
    },
}  # fmt: skip


@contextmanager
def listening(body: bytes, *, status: int = 200, silence: float = 0.0) -> Iterator[tuple[int, list[tuple[str, ...]]]]:
    """Serve one body at every path; yields the port, and what was asked: method, path, headers, body."""
    asked: list[tuple[str, ...]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            size = int(self.headers.get("content-length") or 0)
            names = ",".join(sorted(name.lower() for name in self.headers))
            asked.append((self.command, self.path, names, self.rfile.read(size).decode()))
            time.sleep(silence)
            with suppress(OSError):  # who asked may have left
                self.send_response(status)
                self.send_header("content-length", str(len(body)))
                self.send_header("location", "http://192.0.2.1/")
                self.end_headers()
                self.wfile.write(body)

        do_POST = do_PUT = do_HEAD = do_GET

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield int(server.server_address[1]), asked
    finally:
        server.shutdown()
        server.server_close()


REAL = servers.SERVERS


def test_servers_of_this_machine_are_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each by its own list: what embeds is left out, what runs elsewhere or is a base model will not do; nothing but
    the request for the list is sent, without key, cookie or name of ours."""
    with ExitStack() as stack:
        bodies = [json.dumps(ANSWERS.get(one.path, ANSWERS.get(one.key))).encode() for one in REAL]
        up = [stack.enter_context(listening(body)) for body in bodies]
        listed = tuple(replace(one, port=port) for one, (port, _) in zip(REAL, up, strict=True))
        monkeypatch.setattr(servers, "SERVERS", listed)
        monkeypatch.setenv("FOOTNOTE_MODEL_KEY", "secret")
        found = find_models(str(tmp_path), environ={}, home=tmp_path)
    for one, (_, asked) in zip(REAL, up, strict=True):
        assert asked == [("GET", one.path, "accept-encoding,host", "")]
    ports = [port for port, _ in up]
    shown = {one.name: (one.model, one.url, one.verdict, one.context) for one in found}
    assert shown == {
        "ollama:qwen3:4b": ("ollama:qwen3:4b", "", "yes", 0),
        "ollama:gpt-oss:120b-cloud": ("ollama:gpt-oss:120b-cloud", "", "no", 0),
        "ollama:llama3:text": ("ollama:llama3:text", "", "no", 0),
        "lmstudio:google/gemma-3-4b": ("google/gemma-3-4b", f"http://127.0.0.1:{ports[1]}/v1", "yes", 4_096),
        "vllm:Qwen/Qwen3-8B": ("Qwen/Qwen3-8B", f"http://127.0.0.1:{ports[2]}/v1", "yes", 40_960),
        "llamacpp:m.gguf": ("m.gguf", f"http://127.0.0.1:{ports[3]}/v1", "yes", 0),
    }
    assert "send your text on" in next(one.why for one in found if "cloud" in one.name)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"<html>hello</html>", 200),
        (b"[" * 100_000, 200),
        (b'{"object": "list", "data": [{"id": "footnote", "owned_by": "footnote"}]}', 200),
        (b'{"data": [{"owned_by": "vllm"}, 3], "models": 7}', 200),
        (b"{}", 401),
        (b"{}", 302),
        (b"\xff", 200),
    ],
)
def test_other_programs_at_those_ports_are_passed_over(
    body: bytes, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page, nonsense, our own server, one that asks for a key or sends us elsewhere: no model, and no error."""
    with listening(body, status=status) as (port, asked):
        monkeypatch.setattr(servers, "SERVERS", tuple(replace(one, port=port) for one in REAL))
        assert not [model for answer in servers_here({}) for model in answer.models]
    assert len(asked) == len(REAL)


def test_a_silent_server_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """What does not answer in time is left out; the others are listed."""
    answer = json.dumps(ANSWERS["/api/tags"]).encode()
    with listening(answer, silence=20.0) as (slow, _), listening(answer) as (quick, _):
        both = (replace(REAL[0], port=slow, key="slow"), replace(REAL[0], port=quick, key="quick"))
        monkeypatch.setattr(servers, "SERVERS", both)
        assert [one.server.key for one in servers_here({}, seconds=5.0)] == ["quick"]


def test_only_this_machine_is_asked_also_offline() -> None:
    """FOOTNOTE_OFFLINE does not stop loopback; whatever OLLAMA_HOST and a proxy say, nothing else is connected to or
    looked up."""
    code = """
import sys
seen = set()
sys.addaudithook(lambda event, args: seen.add(str(args[1][0])) if event == "socket.connect" else
                 seen.add(str(args[0])) if event == "socket.getaddrinfo" else None)
from bot.offline import go_offline
go_offline()
from bot.models.servers import servers_here
print([answer.models[0].id for answer in servers_here() if answer.server.key == "ollama"], sorted(seen))
"""
    with listening(json.dumps(ANSWERS["/api/tags"]).encode()) as (port, _):
        for host, found in ((f"http://localhost:{port}", ["qwen3:4b"]), ("192.0.2.1:80", []), ("ollama.example", [])):
            env = {**os.environ, "OLLAMA_HOST": host, "http_proxy": "http://192.0.2.2:80", "PYTHONPATH": str(ROOT)}
            done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
            if found:
                assert done.stdout == f"{found} ['127.0.0.1']\n"
            assert done.stdout.endswith(" ['127.0.0.1']\n")


def test_a_server_that_the_environment_points_away_from_keeps_its_address(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """With OLLAMA_HOST elsewhere, choosing the server here writes its address: text does not go to the other."""
    with listening(json.dumps(ANSWERS["/api/tags"]).encode()) as (port, _):
        monkeypatch.setattr(servers, "SERVERS", (replace(REAL[0], port=port),))
        for host, address in (
            ("192.0.2.1", f"http://127.0.0.1:{port}"),
            ("0.0.0.0:{port}", f"http://127.0.0.1:{port}"),
            (f"127.0.0.1:{port}", ""),
        ):
            environ = {"OLLAMA_HOST": host.format(port=port)}
            assert find_models(str(tmp_path), environ=environ, home=tmp_path)[0].url == address


def test_nothing_but_text_is_needed_to_be_a_name(tmp_path: Path) -> None:
    """A name of a header may hold anything; it is kept as text."""
    path = gguf(tmp_path / "m.gguf", name="\x1b[31mred\x1b[0m", more=[pair("x", 8, text("y"))])
    assert read_header(path).name.startswith("\x1b")
