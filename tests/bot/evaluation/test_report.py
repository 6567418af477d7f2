"""The HTML report: nothing loaded, nothing run, everything escaped, charts that are well formed."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from bot.errors import SettingError
from bot.evaluation.plot import standalone
from bot.evaluation.report import write_report
from bot.evaluation.results import Results, read_results

NASTY = '<script>alert(1)</script> "quoted" & \x1b[31m \u202eback </style> 東京 👩‍👩‍👧'
VOID = frozenset({"meta", "br", "link", "img", "input", "hr", "line", "rect", "circle", "polyline"})


class Balance(HTMLParser):
    """Checks that every element that is opened is closed, and keeps names and attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element that opens."""
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element that is closed where it opens."""
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        """Check that the innermost element closes."""
        assert self.open and self.open.pop() == tag, tag


def run_of(folder: Path, *, name: str = "runs", **more: Any) -> Results:
    """Return a run of twelve questions whose every text is nasty."""
    rows = []
    for n in range(12):
        able, shown = n % 3 != 0, n % 4 != 1
        span = {"doc_id": NASTY, "start": n, "end": n + 9}
        rows.append(
            {
                "id": f"{n} {NASTY}",
                "question": f"{NASTY} number {n}?",
                "answerable": able,
                "answers": [NASTY if n % 2 else "Ann"] if able else [],
                "references": [{**span, "text": NASTY}] if able else [],
                "passages": [{**span, "start": 90, "end": 99, "score": 0.5, "text": NASTY}, {**span, "score": 0.4}],
                "rank": 2 if able else None,
                "answer": NASTY if shown else "",
                "abstained": not shown,
                "citations": [{**span, "quote": NASTY, "exact": n != 4}] if shown else [],
                "confidence": n / 12,
                "threshold": 0.5,
                "seconds": 0.01 + n / 1000,
                **more,
            }
        )
    path = folder / f"{name}.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return read_results(path, title=f"{name} {NASTY}")


def test_the_report_loads_and_runs_nothing(tmp_path: Path) -> None:
    """No script, no address, no event handler; elements balance; documents' text is shown as text."""
    run = run_of(tmp_path)
    write_report(tmp_path / "new" / "report.html", [run], absent={run.title: run_of(tmp_path, name="absent")})
    page = (tmp_path / "new" / "report.html").read_text(encoding="utf-8")
    reader = Balance()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    names = {name for name, _ in reader.seen}
    assert not names & {"script", "img", "link", "iframe", "object", "form", "input"}
    attributes = {(key, value) for _, found in reader.seen for key, value in found.items()}
    assert not [key for key, _ in attributes if key.startswith("on") or key in ("src", "srcset")]
    assert all(str(value).startswith("#") for key, value in attributes if key == "href")
    assert "http" not in page.replace("http-equiv", "") and "url(" not in page and "@import" not in page
    assert "&lt;script&gt;" in page and "\x1b" not in page and "\u202e" not in page
    assert page.count("</style>") == 1


def test_every_chart_is_there_and_well_formed(tmp_path: Path) -> None:
    """Outcomes, figures, threshold, reliability, ranks and seconds, each with words for who does not see it."""
    write_report(tmp_path / "report.html", [run_of(tmp_path)])
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    drawn = re.findall(r'<svg class="chart".*?</svg>', page, flags=re.DOTALL)
    assert len(drawn) == 6
    for svg in drawn:
        root = ElementTree.fromstring(svg)
        assert root.get("role") == "img" and root.get("aria-label")
        assert "nan" not in svg.lower()
        file = ElementTree.fromstring(standalone(svg))
        assert file.tag == "{http://www.w3.org/2000/svg}svg"


def test_the_worst_questions_show_their_passages(tmp_path: Path) -> None:
    """A false footnote is named first; what was expected is marked in the passage that holds it."""
    write_report(tmp_path / "report.html", [run_of(tmp_path)])
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    cases = page.split('<article class="case">')[1:]
    assert "1 of 1 are not the document&#x27;s words" in cases[0] or "1 of 1 are not the document's words" in cases[0]
    assert any("<mark>" in case and "rank 1, score 0.50" in case for case in cases)
    assert "answered in vain" in page and "All 12 questions" in page


@pytest.mark.parametrize("gone", ["confidence", "seconds", "rank", "passages", "threshold", "citations"])
def test_what_a_run_does_not_tell_is_left_out(gone: str, tmp_path: Path) -> None:
    """Runs of other programs hold less; the report shows what there is."""
    run_of(tmp_path)
    path = tmp_path / "runs.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    path.write_text("".join(json.dumps({k: v for k, v in row.items() if k != gone}) + "\n" for row in rows))
    write_report(tmp_path / "report.html", [read_results(path)])
    assert "The worst questions" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_several_runs_have_a_table_together(tmp_path: Path) -> None:
    """A column for each, with a link to its section; a run where all is right says so."""
    right = [
        {"id": "a", "question": "Who?", "answerable": True, "answers": ["Ann"], "answer": "Ann.", "abstained": False}
    ]
    (tmp_path / "right.jsonl").write_text(json.dumps(right[0]) + "\n", encoding="utf-8")
    write_report(tmp_path / "report.html", [run_of(tmp_path), read_results(tmp_path / "right.jsonl")])
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert '<a href="#run-1">right</a>' in page and '<section id="run-1">' in page
    assert "Every question came out right." in page


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    """One sentence, no traceback."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(SettingError, match="cannot be written"):
        write_report(tmp_path / "file" / "report.html", [run_of(tmp_path)])
