"""The sample library is answered no worse than before: the figures in evals/recorded.json may not fall."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bot.evaluation.results import Results
from evals import regression
from evals.regression import RECORDED, ask_sample, kept, worse


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """The questions of sample_questions.csv, asked of documents/."""
    return ask_sample(tmp_path_factory.mktemp("sample"))


@pytest.fixture
def recorded() -> dict[str, object]:
    """What is recorded of the sample."""
    data: dict[str, object] = json.loads(RECORDED.read_text(encoding="utf-8"))["sample"]
    return data


def test_no_figure_of_the_sample_fell(sample: Results, recorded: dict[str, object]) -> None:
    """Answered, refused, right, footnotes, ranks: each at least as recorded; a fall names the questions."""
    assert not worse(sample, recorded), "\n".join(worse(sample, recorded))


def test_the_sample_is_large_enough(sample: Results, recorded: dict[str, object]) -> None:
    """At least forty questions with an answer and a document, and twelve that the documents do not answer."""
    able = [q for q in sample.questions if q.answerable]
    assert len(able) >= 40 and all(q.answers and q.references for q in able)
    assert len(sample.questions) - len(able) >= 12
    sources = {Path(str(r["doc_id"])).name for q in able for r in q.references}
    assert len(sources) == 6, "every document is asked about"
    assert set(kept(sample)) == set(recorded["figures"])  # type: ignore[call-overload]
    assert kept(sample)["exact"] == 100.0


def test_a_fall_is_noticed_and_names_the_questions(sample: Results, recorded: dict[str, object]) -> None:
    """One answer lost is enough."""
    right = next(q for q in sample.questions if recorded["outcomes"][q.id] == "right")  # type: ignore[index]
    lost = {"abstained": True, "answer": "", "citations": [], "passages": []}
    with_one_lost = replace(sample, runs={**sample.runs, right.id: {**sample.runs[right.id], **lost}})
    said = worse(with_one_lost, recorded)
    assert any("answered fell from" in line for line in said)
    assert any("correct fell from" in line for line in said)
    assert any(right.text in line and "right, now refused" in line for line in said)


def test_only_documents_of_the_subset_are_in_the_public_one() -> None:
    """The slow subset is fixed by names, and recorded with a hundred outcomes."""
    data = json.loads(RECORDED.read_text(encoding="utf-8"))["squad2"]
    assert len(data["outcomes"]) == 2 * regression.EACH == 100
