"""Whole conversations, replayed: what people see is compared with a file that a person can read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from chat_player import play

SCENARIOS = Path(__file__).parents[3] / "scenarios"


@pytest.mark.parametrize("name", sorted(path.stem for path in SCENARIOS.glob("*.toml")))
def test_a_conversation_looks_as_it_should(name: str, tmp_path: Path) -> None:
    """The transcript of the conversation equals the one that was read and approved."""
    transcript = play(SCENARIOS / f"{name}.toml", tmp_path)
    approved = SCENARIOS / f"{name}.txt"
    if os.environ.get("FOOTNOTE_WRITE_SNAPSHOTS"):
        approved.write_text(transcript, encoding="utf-8")
    assert transcript == approved.read_text(encoding="utf-8")
