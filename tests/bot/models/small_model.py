"""Finds the small local chat model for tests; a test that needs it is skipped where it is absent."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.models.catalogue import known, models_folder

WHY = "needs xllamacpp and the small model: footnote models pull smollm2-135m, or FOOTNOTE_TEST_MODEL=PATH"


def small_model() -> Path:
    """Return the file of the small model, or skip the test."""
    pytest.importorskip("xllamacpp", reason=WHY)
    path = Path(os.environ.get("FOOTNOTE_TEST_MODEL") or models_folder() / known("smollm2-135m").file)
    if not path.is_file():
        pytest.skip(WHY)
    return path
