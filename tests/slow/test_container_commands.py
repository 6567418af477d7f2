"""The commands of Dockerfile and compose.yaml, run by hand: what is copied installs, serves and is healthy."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
TOKEN = "a-token-of-more-than-sixteen-characters"

pytestmark = pytest.mark.slow
yaml = pytest.importorskip("yaml")


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def becomes(condition: Callable[[], bool], running: subprocess.Popen[bytes], seconds: float = 90.0) -> bool:
    """Return whether `condition` comes true while a process runs."""
    deadline = time.monotonic() + seconds
    while not condition():
        if running.poll() is not None or time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `pip install .` puts in place, made from nothing but what the Dockerfile copies."""
    source, made = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("made")
    for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE):
        *copied, place = line.split()
        for name in copied:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, source / place, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / name, source / place)
    wheel = [
        *(sys.executable, "-m", "pip", "wheel", ".", "--quiet", "--no-deps"),
        "--no-build-isolation",
        "-w",
        str(made),
    ]
    subprocess.run(wheel, cwd=source, check=True)
    (built,) = made.glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        archive.extractall(made / "packages")
    return made / "packages"


def environment(installed: Path, data: Path, port: int, **more: str) -> dict[str, str]:
    """Return the environment that the Dockerfile sets, in other places."""
    (text,) = re.findall(r"^ENV (PATH=.+)$", DOCKERFILE, re.MULTILINE)
    set_there = dict(re.findall(r"(FOOTNOTE_\w+)=(\S+)", text))
    moved = {name: value.replace("/data", str(data)) for name, value in set_there.items()}
    plain = {name: value for name, value in os.environ.items() if not name.startswith("FOOTNOTE_")}
    return {**plain, **moved, "FOOTNOTE_PORT": str(port), "PYTHONPATH": str(installed), **more}


def health_check(text: list[str], port: int) -> bool:
    """Run a health check's command against another port; return whether it says healthy."""
    command = [sys.executable, *(word.replace(":8000/", f":{port}/") for word in text[1:])]
    return subprocess.run(command, capture_output=True).returncode == 0


def test_footnote_serves_from_what_is_copied_and_stops_when_asked(installed: Path, tmp_path: Path) -> None:
    """ENTRYPOINT and CMD with the image's settings: healthy by its own check, closed without the token, ends with 0."""
    port = free_port()
    check = json.loads(re.findall(r"^HEALTHCHECK .*?CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)[0])
    assert json.loads(re.findall(r"^ENTRYPOINT (.+)$", DOCKERFILE, re.MULTILINE)[0]) == ["footnote"]
    arguments = json.loads(re.findall(r"^CMD (.+)$", DOCKERFILE, re.MULTILINE)[0])
    command = [sys.executable, "-m", "bot.surfaces.cli.app", *arguments]
    refused = subprocess.run(command, env=environment(installed, tmp_path, port), cwd=tmp_path, capture_output=True)
    assert refused.returncode == 2 and b"FOOTNOTE_ACCESS_TOKEN" in refused.stderr
    with_token = environment(installed, tmp_path, port, FOOTNOTE_ACCESS_TOKEN=TOKEN)
    with subprocess.Popen(command, env=with_token, cwd=tmp_path, stderr=subprocess.DEVNULL) as running:
        try:
            assert becomes(lambda: health_check(check, port), running)
            address = f"http://127.0.0.1:{port}"
            assert httpx.get(address).status_code == 200 and httpx.get(f"{address}/v1/status").status_code == 401
            signed = httpx.get(f"{address}/v1/status", headers={"Authorization": f"Bearer {TOKEN}"})
            assert signed.json()["documents"] == 0
        finally:
            running.terminate()
        assert running.wait(60) == 0


def test_the_chroma_service_becomes_healthy(installed: Path, tmp_path: Path) -> None:
    """compose.yaml's entrypoint, command and health check of Chroma, and Footnote's `doctor` finds it."""
    services: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]
    chroma, port = services["chroma"], free_port()
    words = [*chroma["entrypoint"], *chroma["command"]]
    moved = {"/data/chroma": str(tmp_path / "chroma"), "0.0.0.0": "127.0.0.1", "8000": str(port)}
    command = [str(Path(sys.executable).with_name(words[0])), *(moved.get(word, word) for word in words[1:])]
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, cwd=tmp_path, **silent) as running:  # type: ignore[call-overload]
        try:
            assert becomes(lambda: health_check(chroma["healthcheck"]["test"][1:], port), running)
            used = services["footnote"]["environment"]["FOOTNOTE_CHROMA"].replace("chroma:8000", f"127.0.0.1:{port}")
            (tmp_path / "note.md").write_text("The gate closes at nine.\n")
            settings = environment(installed, tmp_path, free_port(), FOOTNOTE_CHROMA=used)
            for arguments in (["ingest", "note.md"], ["doctor"], ["ask", "When does the gate close?"]):
                called = [sys.executable, "-m", "bot.surfaces.cli.app", *arguments]
                done = subprocess.run(called, env=settings, cwd=tmp_path, capture_output=True, text=True)
                assert done.returncode == 0, (arguments, done.stdout, done.stderr)
            assert "nine" in done.stdout
        finally:
            running.terminate()
