"""Speed and memory beside the yardstick, in one run: `make bench`, or `python -m bench.compare`.

    ingest   chroma_chunking into a new library, beside the tutorial pipeline and the bare encoder
    ask      the same questions, warm, in process; beside the tutorial's bare similarity search
    cold     `footnote ask` from nothing, beside the tutorial's import, load and one search
    resync   1,000 files that did not change, process start included

The yardstick is `../shared/bench/tutorial_rag.py`; without it only our own figures are printed. Machines are
noisy: only the ratios mean anything, and yardstick and product alternate in each repetition.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

from bot.evaluation.sets import read_documents, read_questions, shared_folder

COLD_RUNS = 5
FILES = 1_000
Figures = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", type=Path, help="a question set; chroma_chunking of the public ones by default")
    parser.add_argument("--repeat", type=int, default=1, help="rounds of ingest and ask")
    parser.add_argument("--part", help=argparse.SUPPRESS)
    parser.add_argument("--library", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    shared = shared_folder()
    set_dir = options.set or (shared and shared / "eval" / "chroma_chunking")
    if set_dir is None:
        sys.exit("The public sets are not here; name a set with --set.")
    if options.part:
        print(json.dumps(PARTS[options.part](set_dir, options.library)))
        return
    tutorial = shared / "bench" / "tutorial_rag.py" if shared else None
    rounds = [_round(set_dir, tutorial) for _ in range(options.repeat)]
    print(json.dumps({"machine": _machine(), "rounds": rounds, "ratios": _ratios(rounds)}, indent=2))


def _round(set_dir: Path, tutorial: Path | None) -> Figures:
    with tempfile.TemporaryDirectory(prefix="footnote-bench-") as folder:
        library = Path(folder) / "library"
        figures: Figures = {"ingest": _child("ingest", set_dir, library)}
        if tutorial and tutorial.is_file():
            command = [sys.executable, str(tutorial), str(set_dir), str(Path(folder) / "runs.jsonl")]
            figures["tutorial"] = json.loads(_output(command).splitlines()[-1])
        figures["ask"] = _child("ask", set_dir, library)
        figures["cold"] = _cold(set_dir, library)
        figures["resync"] = _resync(Path(folder))
        return figures


def _child(part: str, set_dir: Path, library: Path) -> Figures:
    command = [sys.executable, "-m", "bench.compare", "--part", part, "--set", str(set_dir), "--library", str(library)]
    found: Figures = json.loads(_output(command).splitlines()[-1])
    return found


def _output(command: list[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def ingest(set_dir: Path, library: Path) -> Figures:
    """Ingest a set's documents as text files into a new library; then run the bare encoder over the same sections."""
    import chromadb  # noqa: F401  # the yardstick's clock starts after its imports too

    from ingest.sync import sync
    from vectorstore.embedding.encoder import OnnxEncoder
    from vectorstore.embedding.open import open_encoder
    from vectorstore.library import Library

    files = library.parent / "files"
    files.mkdir()
    for number, document in enumerate(read_documents(set_dir)):
        (files / f"{number:06}.txt").write_text(document.text, encoding="utf-8")
    runs: list[tuple[list[list[int]], float]] = []
    bare = OnnxEncoder._run_each

    def counted(self: OnnxEncoder, rows: list[list[int]]) -> Any:
        begin = perf_counter()
        states = bare(self, rows)
        runs.append((rows, perf_counter() - begin))
        return states

    OnnxEncoder._run_each = counted  # type: ignore[method-assign]  # a stopwatch around the encoder
    begin = perf_counter()
    with Library.open(library, create=True) as opened:
        report = sync(opened, [files])
    seconds = perf_counter() - begin
    if report.failed:
        sys.exit(f"Not read: {report.failed}")
    inside = sum(spent for _, spent in runs)
    encoder = open_encoder()
    assert isinstance(encoder, OnnxEncoder)
    begin = perf_counter()
    for rows, _ in runs:
        bare(encoder, rows)
    again = perf_counter() - begin
    return {
        "ingest_s": round(seconds, 2),
        "encoder_s": round(inside, 2),
        "bare_encoder_s": round(again, 2),
        "tokens": sum(len(row) for rows, _ in runs for row in rows),
        "characters": sum(len(document.text) for document in read_documents(set_dir)),
        "chunks": report.chunks,
        "peak_mib": _peak(),
    }


def ask(set_dir: Path, library: Path) -> Figures:
    """Ask every question of the set in one process."""
    from bot import Bot

    questions = [question.text for question in read_questions(set_dir)]
    with Bot(library) as bot:
        for question in questions[:20]:
            bot.ask(question)
        seconds = []
        for question in questions:
            begin = perf_counter()
            bot.ask(question)
            seconds.append(1000 * (perf_counter() - begin))
    seconds.sort()
    return {
        "p50_ms": round(statistics.median(seconds), 1),
        "p95_ms": round(seconds[int(0.95 * (len(seconds) - 1))], 1),
        "peak_mib": _peak(),
    }


def _cold(set_dir: Path, library: Path) -> Figures:
    question = read_questions(set_dir)[0].text
    command = [sys.executable, "-m", "bot.surfaces.cli.app", "ask", "--library", str(library), "--json", question]
    seconds = []
    for _ in range(COLD_RUNS):
        begin = perf_counter()
        _output(command)
        seconds.append(perf_counter() - begin)
    return {"median_s": round(statistics.median(seconds), 2), "least_s": round(min(seconds), 2)}


def _resync(folder: Path) -> Figures:
    notes = folder / "notes"
    notes.mkdir()
    for number in range(FILES):
        (notes / f"note-{number}.txt").write_text(f"Note {number} says that item {number} is kept.\n")
    command = [sys.executable, "-m", "ingest", str(notes), "--library", str(folder / "notes-library")]
    begin = perf_counter()
    _output(command)
    first = perf_counter() - begin
    seconds = []
    for _ in range(3):
        begin = perf_counter()
        _output(command)
        seconds.append(perf_counter() - begin)
    return {"files": FILES, "first_s": round(first, 2), "again_s": round(statistics.median(seconds), 2)}


def _ratios(rounds: list[Figures]) -> dict[str, Figures]:
    """Return median, least and most over the rounds of each ratio to its yardstick; below 1 is better."""

    def spread(values: list[float]) -> Figures:
        found = {"median": statistics.median(values), "least": min(values), "most": max(values)}
        return {name: round(value, 3) for name, value in found.items()}

    def beside(ratio: Callable[[Figures], float]) -> list[float]:
        return [ratio(found) for found in rounds if "tutorial" in found]

    def cold_tutorial(found: Figures) -> float:
        tutorial = found["tutorial"]
        return float(tutorial["import_s"] + tutorial["load_s"] + tutorial["query_p50_ms"] / 1000)

    ratios = {
        "ingest / tutorial": beside(lambda f: f["ingest"]["ingest_s"] / f["tutorial"]["ingest_s"]),
        "ingest / bare encoder": [f["ingest"]["ingest_s"] / f["ingest"]["bare_encoder_s"] for f in rounds],
        "cold ask / tutorial import + load + search": beside(lambda f: f["cold"]["median_s"] / cold_tutorial(f)),
        "warm ask / tutorial search": beside(lambda f: f["ask"]["p50_ms"] / f["tutorial"]["query_p50_ms"]),
        "peak memory of asking / tutorial": beside(lambda f: f["ask"]["peak_mib"] / f["tutorial"]["peak_mib"]),
    }
    return {name: spread(values) for name, values in ratios.items() if values}


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _machine() -> Figures:
    return {"cores": os.cpu_count(), "processor": platform.machine(), "python": platform.python_version()}


PARTS = {"ingest": ingest, "ask": ask}

if __name__ == "__main__":
    main()
