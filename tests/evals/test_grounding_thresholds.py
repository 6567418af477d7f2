"""Moving the thresholds of the check: every one is found, moved wherever it is used, and put back."""

from __future__ import annotations

import pytest

from bot.check import alignment, coverage, fact_signs, missing, slots
from bot.check.statement import check
from evals.grounding_thresholds import modules, moved, thresholds
from vectorstore.passage import Passage


def test_the_numbers_at_the_top_of_a_file_are_found() -> None:
    """Those that move verdicts, not tables, types, or sizes of what is kept in memory."""
    assert {"HELD", "MISSING", "LEAST_GAIN"} <= set(thresholds(alignment))
    assert "TIE" not in thresholds(alignment)
    assert "HELD" not in thresholds(slots)
    assert "PASSAGES_KEPT" not in thresholds(modules()["sentences"])


def test_a_number_is_moved_wherever_it_is_used_and_put_back() -> None:
    """The files that import it follow; one that has its own of the same name does not; an error puts it back too."""
    with moved(alignment, "HELD", 0.9):
        assert (alignment.HELD, slots.HELD, fact_signs.HELD, missing.HELD) == (0.9,) * 4
    with pytest.raises(ZeroDivisionError), moved(slots, "IN_SENTENCE_BEFORE", 0.1):
        assert (slots.IN_SENTENCE_BEFORE, coverage.IN_SENTENCE_BEFORE) == (0.1, 0.5)
        _ = 1 / 0
    assert (alignment.HELD, fact_signs.HELD, slots.IN_SENTENCE_BEFORE) == (0.55, 0.55, 0.6)


def test_a_moved_threshold_moves_the_verdict() -> None:
    """Half a name is not held; were half enough, the statement would no longer be certainly false."""
    text = "The engineer of the bridge was Anna Schmidt."
    passages = [Passage("d", "", "d.txt", 0, len(text), text, 1.0, 1)]
    assert check("Anna Keller.", passages).missing == ("Anna Keller",)
    with moved(alignment, "HELD", 0.4):
        assert check("Anna Keller.", passages).verdict == "supported"
