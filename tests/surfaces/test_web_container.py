"""The container files hold what they promise: no root, a health check, no Chroma in reach of strangers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from bot.settings import setting_fields

ROOT = Path(__file__).parents[2]
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
    assert (ROOT / ".dockerignore").read_text().startswith("*\n")


def test_chroma_is_reached_by_footnote_only(services: dict[str, Any]) -> None:
    """No published port, an internal network; Footnote is published on loopback and needs a token."""
    networks = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["networks"]
    assert "ports" not in services["chroma"] and networks["inside"]["internal"]
    assert services["chroma"]["networks"] == ["inside"]
    assert all(port.startswith("127.0.0.1:") for port in services["footnote"]["ports"])
    assert ":?" in services["footnote"]["environment"]["FOOTNOTE_ACCESS_TOKEN"]
    for service in services.values():
        assert service["read_only"] and service["cap_drop"] == ["ALL"]
