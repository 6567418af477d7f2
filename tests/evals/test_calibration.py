"""The rates of the levels: computed as they should be, recorded, and shown where people read of them."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from bot.passages.confidence import FITTED, Features
from bot.settings.checks import LEVELS
from evals.calibration import calibration_error, measure, put, table
from evals.fit_abstention import Seen, auroc, chances

ROOT = Path(__file__).parents[2]


def searches(seed: int, *, of: int = 200) -> list[Seen]:
    """Return searches whose best score tells whether the document is there, for the most part."""
    random = np.random.default_rng(seed)
    kinds = {"present": 1.2, "absent": 0.6, "alone": 1.1, "alone-absent": 0.6}
    return [
        (
            kind,
            Features(*(random.normal(middle, 0.2) if f.name == "best" else random.random() for f in fields(Features))),
            kind.startswith("alone"),
        )
        for kind, middle in kinds.items()
        for _ in range(of)
    ]


def test_the_calibration_error_is_the_distance_from_the_diagonal() -> None:
    """A score that is right as often as it says has next to none; one that is sure and wrong has all."""
    random = np.random.default_rng(4)
    confidence = random.random(40_000)
    truth = random.random(40_000) < confidence
    assert calibration_error(confidence[truth], confidence[~truth]) < 0.02
    assert calibration_error(np.zeros(10), np.ones(10)) == 1.0
    assert calibration_error(np.ones(10), np.zeros(99)) == 0.0


def test_auroc_counts_pairs() -> None:
    """The share of pairs in which the answerable one has the higher score; ties count half."""
    assert auroc(np.array([0.9, 0.5]), np.array([0.5, 0.1])) == pytest.approx(3.5 / 4)


def test_a_set_is_measured_by_a_model_of_the_others() -> None:
    """What a set says does not move its own measurement; an untouched set is measured by the model in use."""
    data = {"squad2": searches(1), "clapnq": searches(2), "kg_rag_sec10q": searches(3)}
    shipped = json.loads(FITTED.read_text(encoding="utf-8"))
    before = measure(data, "several", shipped)
    changed = dict(data, squad2=[seen for seen in data["squad2"] if seen[0] != "absent"] + searches(9)[200:400])
    after = measure(changed, "several", shipped)
    assert (before["squad2"]["holds"] == after["squad2"]["holds"]).all()
    assert not (before["clapnq"]["holds"] == after["clapnq"]["holds"]).all()
    fits = {
        model: (
            shipped[model]["intercept"],
            np.array([shipped[model]["coefficients"][field.name] for field in fields(Features)]),
        )
        for model in ("several", "single")
    }
    expected, judged = chances(data["kg_rag_sec10q"], "present", fits)
    assert set(judged) == {"several"}
    assert (before["kg_rag_sec10q"]["holds"] == expected).all()
    assert before["clapnq"]["rates"]["auroc"] > 0.9
    assert table(before, shipped["several"]["levels"]).count("\n") == 6


def test_the_page_shows_the_recorded_rates() -> None:
    """docs/evaluation.md has the rates of each level that abstention.json holds, and each level is described there."""
    page = (ROOT / "docs" / "evaluation.md").read_text(encoding="utf-8")
    fitted = json.loads(FITTED.read_text(encoding="utf-8"))
    for model in ("several", "single"):
        for level in LEVELS:
            rates = fitted[model]["left_out_in_turn"] | fitted[model]["untouched"]
            assert "mtrag" not in fitted[model]["measured"][level] and "covidqa" in fitted[model]["measured"][level]
            for name, rate in rates.items():
                shown = [rate[level]["answered"], rate[level]["abstained"]]
                assert f"{shown[0]} / {shown[1]}" in page
                assert fitted[model]["measured"][level].get(name, shown) == shown
    assert fitted["several"]["levels"]["strict"] > fitted["several"]["levels"]["open"]
    assert re.search(r"<svg [^>]*aria-label=", (ROOT / "docs" / "calibration.svg").read_text(encoding="utf-8"))


def test_only_the_marked_part_of_a_page_is_written(tmp_path: Path) -> None:
    """What stands around it stays; a page without the marks is refused."""
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- x -->\nold\n<!-- /x -->\nafter\n", encoding="utf-8")
    put(page, "x", r"new \1")
    put(page, "x", r"new \1")
    assert page.read_text(encoding="utf-8") == "before\n<!-- x -->\n\nnew \\1\n\n<!-- /x -->\nafter\n"
    with pytest.raises(SystemExit, match="no place"):
        put(page, "y", "new")
