"""A hundred questions of squad2 on four of its documents are answered no worse than recorded."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.evaluation.sets import shared_folder
from evals.regression import RECORDED, ask_squad2, worse

pytestmark = pytest.mark.slow


def test_no_figure_of_the_subset_fell(tmp_path: Path) -> None:
    """Each figure at least as in evals/recorded.json; a fall names the questions."""
    shared = shared_folder()
    if shared is None:
        pytest.skip("the public sets are not here")
    recorded = json.loads(RECORDED.read_text(encoding="utf-8"))["squad2"]
    results = ask_squad2(shared / "eval" / "squad2", tmp_path)
    assert len(results.questions) == 100
    assert not worse(results, recorded), "\n".join(worse(results, recorded))
