"""`footnote eval`: ask questions with known answers, and see how good the answers are."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.surfaces.cli.options import (
    JsonOption,
    LibraryOption,
    ModelOption,
    load_settings,
    open_library,
    print_json,
    require_embedding_model,
    require_library,
)

if TYPE_CHECKING:
    from bot.evaluation.gate import Gate
    from bot.evaluation.results import Results
    from bot.settings.settings import Settings

What = Annotated[
    Path,
    typer.Argument(
        metavar="QUESTIONS",
        help="A CSV file of questions and answers, exported feedback, the folder of a question set, or a run file.",
        exists=True,
    ),
]
RunsFile = Annotated[
    Path | None,
    typer.Argument(metavar="RUNS.jsonl", help="Run file to write; with --compare, the second run.", dir_okay=False),
]
LimitOption = Annotated[int | None, typer.Option("--limit", metavar="N", min=1, help="Ask the first N questions only.")]
AbsentOption = Annotated[
    bool,
    typer.Option("--absent", help="Ask each question with the documents that hold its answer left out."),
]
CompareOption = Annotated[bool, typer.Option("--compare", help="Compare two run files, question by question.")]
SetOption = Annotated[
    Path | None,
    typer.Option("--set", metavar="SET_DIR", help="Set that a run file is of, where it does not hold its questions."),
]
ReportOption = Annotated[
    Path | None, typer.Option("--report", metavar="FILE.html", help="Write a report with charts too.", dir_okay=False)
]
GateOption = Annotated[
    list[str] | None,
    typer.Option(
        "--gate",
        metavar="LEVEL",
        help="End with status 1 where the run is below a level: 90 (per cent right), correct=80; may be repeated.",
    ),
]
WorstOption = Annotated[int, typer.Option("--worst", metavar="N", min=0, help="Show the N worst questions.")]


def evaluate(
    questions: What,
    runs: RunsFile = None,
    limit: LimitOption = None,
    absent: AbsentOption = False,
    compare: CompareOption = False,
    set_dir: SetOption = None,
    report: ReportOption = None,
    worst: WorstOption = 5,
    gate: GateOption = None,
    library: LibraryOption = None,
    model: ModelOption = None,
    json: JsonOption = False,
) -> None:
    """Ask questions whose answers you know, and score the answers.

    A CSV file is asked of your library, a question set of a library of its own; a run file is scored again.

    Example: footnote eval my.csv --report report.html
    """
    settings = load_settings(library, model=model)
    from bot.evaluation.feedback_questions import is_feedback
    from bot.evaluation.gate import read_gate
    from bot.evaluation.results import read_results

    gates = [read_gate(text) for text in gate or ()]
    if compare and gates:
        raise typer.BadParameter("A comparison has no level to reach.", param_hint="--gate")
    if compare:
        _compare(questions, _needed(runs, "the second run file"), set_dir, report=report, as_json=json)
        return
    notes: list[str] = []
    if questions.is_dir():
        written = _needed(runs, "the run file to write")
        results = _ask_set(questions, written, settings, limit=limit, absent=absent, as_json=json)
    elif questions.suffix.casefold() == ".jsonl" and not is_feedback(questions):
        if limit or absent:
            raise typer.BadParameter("A run file is not asked again.", param_hint="--limit" if limit else "--absent")
        if runs:
            raise typer.BadParameter("Two run files are compared with --compare.", param_hint="RUNS.jsonl")
        written, results = questions, read_results(questions, set_dir)
    else:
        if absent:
            raise typer.BadParameter("It works with a question set only.", param_hint="--absent")
        written = runs or questions.with_suffix(".runs.jsonl")
        results, notes = _ask_library(questions, written, settings, limit=limit)
    _show(results, written, notes, worst=worst, report=report, gates=gates, as_json=json)


def _needed(path: Path | None, what: str) -> Path:
    if path is None:
        raise typer.BadParameter(f"Name {what} too.", param_hint="RUNS.jsonl")
    return path


def _ask_set(
    set_dir: Path, runs: Path, settings: Settings, *, limit: int | None, absent: bool, as_json: bool
) -> Results:
    from bot.evaluation.results import read_results
    from bot.evaluation.run import run_set

    require_embedding_model(settings)
    with _progress() as tick:
        asked = run_set(set_dir, runs, limit=limit, absent=absent, settings=settings, on_asked=tick)
    if not as_json:
        typer.echo(f"{asked} questions asked; the run is in {runs}.")
    scored = read_results(runs, runs.with_suffix(".questions") if absent else set_dir, title=set_dir.resolve().name)
    return replace(scored, questions=tuple(q for q in scored.questions if q.id in scored.runs))


def _ask_library(path: Path, runs: Path, settings: Settings, *, limit: int | None) -> tuple[Results, list[str]]:
    """Ask the questions of a CSV file, or of exported feedback, of the person's library."""
    from bot.ask import Bot
    from bot.evaluation.csv_questions import place, read_csv
    from bot.evaluation.feedback_questions import moved, read_feedback
    from bot.evaluation.results import Results
    from bot.evaluation.run import ask_all
    from bot.evaluation.sets import rows

    notes: list[str] = []
    if path.suffix.casefold() == ".jsonl":
        read, notes = read_feedback(path)
    else:
        read = read_csv(path, longest=settings.max_question_length)
        if read[0].id == "row 1":
            notes = ["The first row names no column called question: it was asked as a question itself."]
    require_library(settings)
    require_embedding_model(settings)
    with open_library(settings) as library, _progress() as tick:
        questions, unknown = place(read[:limit], library.documents())
        if path.suffix.casefold() == ".jsonl":
            questions, gone = moved(questions, library)
            unknown += gone
        with Bot(library, settings=settings) as bot:
            ask_all(bot, questions, runs, on_asked=tick)
    return Results(path.name, tuple(questions), {row["id"]: row for row in rows(runs)}), notes + unknown


class _progress:
    """Says on standard error how many questions were asked, when a person is looking."""

    def __init__(self) -> None:
        self._asked = 0
        self._seen = sys.stderr.isatty()

    def __enter__(self) -> Callable[[], None]:
        return self._tick

    def _tick(self) -> None:
        self._asked += 1
        if self._seen:
            print(f"\r{self._asked:,} asked", end="", file=sys.stderr, flush=True)

    def __exit__(self, *_: object) -> None:
        if self._seen and self._asked:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _show(
    results: Results,
    runs: Path,
    notes: list[str],
    *,
    worst: int,
    report: Path | None,
    gates: list[Gate],
    as_json: bool,
) -> None:
    """Print what became of a run, and end with status 1 where it is below a gate."""
    from bot.evaluation.cases import worst as worst_of
    from bot.evaluation.gate import standings
    from bot.evaluation.results import figures
    from bot.surfaces.cli import eval_tables as text
    from bot.text.shown import one_line

    found, cases = figures(results), worst_of(results, worst)
    stand = standings(results, found, gates)
    failed = not all(standing.passed for standing in stand)
    if report:
        from bot.evaluation.report import write_report

        write_report(report, [results])
    if as_json:
        shown: dict[str, Any] = {
            "questions": len(results.questions),
            "runs": str(runs),
            "figures": {f.name: {"value": f.value, "low": f.low, "high": f.high, "of": f.of} for f in found},
            "worst": [text.case_dict(case) for case in cases],
            "notes": notes,
            "gates": [text.standing_dict(standing) for standing in stand],
        }
        print_json(shown | ({"report": str(report)} if report else {}))
        raise typer.Exit(int(failed))
    text.print_figures(results, found)
    text.print_cases(cases)
    if notes:
        print("\n" + "\n".join(one_line(note) for note in notes))
    typer.echo(f"\nThe run is in {runs}." + (f" The report is in {report}." if report else ""))
    for standing in stand:
        print(text.standing_words(standing))
    raise typer.Exit(int(failed))


def _compare(first: Path, second: Path, set_dir: Path | None, *, report: Path | None, as_json: bool) -> None:
    from bot.evaluation.compare import compare
    from bot.evaluation.results import read_results
    from bot.surfaces.cli import eval_tables as text

    before, after = (read_results(path, set_dir, title=path.name) for path in (first, second))
    comparison = compare(before, after)
    if report:
        from bot.evaluation.report import write_comparison

        write_comparison(report, comparison, before, after)
    if as_json:
        print_json(text.comparison_dict(comparison))
        return
    text.print_comparison(comparison, first.name, second.name)
    if report:
        typer.echo(f"\nThe report is in {report}.")
