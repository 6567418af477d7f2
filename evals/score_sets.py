"""Score the public sets: `make eval`, or `python -m evals.score_sets squad2 clapnq`.

Each set is asked as it is, and again with the documents that hold each answer left out. Run files and
libraries are kept in `.footnote-evals`, so that a second run embeds nothing.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from bot.settings import Settings
from evals.run import run_set
from evals.score import Figures, score_run
from evals.sets import shared_folder

SETS = ("chroma_chunking", "squad2", "clapnq", "covidqa")
WITHOUT_ABSENT = frozenset({"chroma_chunking"})
SHOWN = (
    *("recall@1000", "recall@2000", "recall@4000", "iou@1000", "hit@1", "hit@3", "hit@5"),
    *("answered", "abstained", "absent_abstained", "correct", "supports", "exact", "seconds_p50"),
)


def main() -> None:
    """Ask and score, then print one table of Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="*", default=SETS)
    parser.add_argument("--folder", type=Path, default=Path(".footnote-evals"))
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    shared = shared_folder()
    if shared is None:
        sys.exit("The public sets are not here; FOOTNOTE_SHARED names the folder that holds eval/.")
    table = {name: _score(shared / "eval" / name, options.folder) for name in options.sets}
    print(json.dumps(table, indent=2) if options.json else _markdown(table))


def _score(set_dir: Path, folder: Path) -> Figures:
    folder.mkdir(parents=True, exist_ok=True)
    settings = Settings.load()
    runs = folder / f"{set_dir.name}.jsonl"
    print(f"{set_dir.name} …", file=sys.stderr, flush=True)
    run_set(set_dir, runs, settings=settings, libraries=folder)
    figures = score_run(runs, set_dir)
    if set_dir.name not in WITHOUT_ABSENT:
        absent = folder / f"{set_dir.name}-absent.jsonl"
        run_set(set_dir, absent, absent=True, settings=settings, libraries=folder)
        figures["absent_abstained"] = score_run(absent, absent.with_suffix(".questions"))["abstained"]
    return figures


def _markdown(table: dict[str, Figures]) -> str:
    rows = [name for name in SHOWN if any(figures.get(name) is not None for figures in table.values())]
    lines = [f"| | {' | '.join(table)} |", "| --- |" + " --- |" * len(table)]
    for name in rows:
        values = (figures.get(name) for figures in table.values())
        lines.append(f"| {name} | " + " | ".join("" if value is None else str(value) for value in values) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
