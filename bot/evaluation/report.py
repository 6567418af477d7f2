"""One HTML page about a run: figures, charts, the worst questions. No script, nothing loaded, everything escaped."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from pathlib import Path

from bot.errors import SettingError
from bot.evaluation import charts
from bot.evaluation.cases import MEANINGS, Case, Place, case_of, worst
from bot.evaluation.compare import Comparison
from bot.evaluation.plot import CHART_STYLE, colour_rules
from bot.evaluation.results import WORDS, Figure, Results, against, figures
from bot.text.shown import visible

WORST = 12
"""Questions that are shown with their passages, of each run."""
TILES = ("answered", "abstained", "correct", "supports", "hit@1", "recall@4000", "exact", "seconds_p50")
NAMES = {"abstained": "refused", "auroc": "AUROC", "seconds_p50": "seconds", "wrong_when_shown": "wrong when shown"}
VERDICTS = {"better": "green", "worse": "red", "different": "soft"}
CAPTIONS = {
    "outcomes": "What became of the questions.",
    "figures": "Each figure with the interval in which it would lie for 95 of 100 such sets of questions. "
    "In red, less is better.",
    "threshold": "What would be answered and refused at every threshold. The dotted lines are the named levels.",
    "reliability": "How often the documents did hold an answer, by how sure Footnote was. A run that knows what it "
    "knows lies on the dotted line.",
    "ranks": "Rank of the first passage that holds the answer.",
    "seconds": "From question to finished answer.",
}


def write_report(path: Path, runs: Sequence[Results], *, absent: Mapping[str, Results] | None = None) -> None:
    """Write the report.

    Args:
        path: File to write.
        runs: What was asked, a section each.
        absent: By the title of a run, the same questions asked with the documents that hold the answer left out.

    Raises:
        SettingError: The file cannot be written.
    """
    absent = absent or {}
    found = [(run, figures(run)) for run in runs]
    title = f"Evaluation of {runs[0].title}" if len(runs) == 1 else "Evaluation"
    overview = _overview(found, absent) if len(runs) > 1 else ""
    sections = "".join(_section(run, kept, absent.get(run.title), number) for number, (run, kept) in enumerate(found))
    _write(path, title, f"{sum(len(run.questions) for run in runs):,} questions", overview + sections)


def write_comparison(path: Path, comparison: Comparison, first: Results, second: Results) -> None:
    """Write what differs between two runs: figures with intervals, and the questions that came out differently.

    Raises:
        SettingError: The file cannot be written.
    """
    names = {difference.name: _name(difference.name) for difference in comparison.differences}
    kept = [difference for difference in comparison.differences if not _finer(difference.name)]
    chart = charts.differences_chart(kept, names)
    caption = "Second run minus first, with the 95 % interval of a paired bootstrap. Green is better, red worse."
    rows = "".join(
        f'<tr class="change"><td class="{VERDICTS[c.verdict]}">{c.verdict}</td><td>{c.before} → {c.after}</td>'
        f"<td>{_text(c.question.text)}</td>"
        f"<td>{_text(str(first.run(c.question)['answer']))}</td><td>{_text(str(second.run(c.question)['answer']))}"
        f"</td></tr>"
        for c in comparison.changes
    )
    head = "<tr><th></th><th>from → to</th><th>question</th><th>first answer</th><th>second answer</th></tr>"
    table = (
        f'<div class="scroll"><table class="changes">{head}{rows}</table></div>' if rows else "<p>No question did.</p>"
    )
    body = (
        f'<section><h2>Figures</h2><figure class="wide"><figcaption>{caption}</figcaption>{chart}</figure></section>'
        f"<section><h2>Questions that came out differently</h2>{table}</section>"
    )
    title = f"{second.title} against {first.title}"
    _write(path, title, f"{comparison.questions:,} questions that both asked", body)


def _write(path: Path, title: str, lead: str, body: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_page(title, lead, body), encoding="utf-8")
    except OSError as error:
        raise SettingError(f"{path} cannot be written: {error.strerror}.") from error


def _page(title: str, lead: str, body: str) -> str:
    style = Path(__file__).with_suffix(".css").read_text(encoding="utf-8")
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{_text(title)}</title>
<style>
{colour_rules()}
{CHART_STYLE}
{style}</style>
</head>
<body>
<main>
<h1>{_text(title)}</h1>
<p class="lead">{lead}, written {datetime.now().astimezone():%d %B %Y, %H:%M}.</p>
{body}
<footer>Written by <code>footnote eval</code>. What the figures mean: docs/evaluation.md.</footer>
</main>
</body>
</html>
"""


def _overview(found: Sequence[tuple[Results, Sequence[Figure]]], absent: Mapping[str, Results]) -> str:
    head = "".join(f'<th class="number"><a href="#run-{n}">{_text(r.title)}</a></th>' for n, (r, _) in enumerate(found))
    tables = [{figure.name: figure for figure in kept} for _, kept in found]
    rows = [(_name(name), WORDS[name], [table.get(name) for table in tables]) for name in WORDS if not _finer(name)]
    both = [
        {figure.name: figure for figure in figures(against(run, absent[run.title]))} if run.title in absent else {}
        for run, _ in found
    ]
    for name in ("auroc", "abstained"):
        words = "the documents that hold the answer left out"
        rows.insert(2, (f"{_name(name)}, left out", words, [table.get(name) for table in both]))
    body = "".join(
        f"<tr><td>{name}</td>{''.join(_cell(value) for value in values)}<td>{_text(words)}</td></tr>"
        for name, words, values in rows
        if any(values)
    )
    return f'<div class="scroll"><table><tr><th>per cent</th>{head}<th></th></tr>{body}</table></div>\n'


def _cell(figure: Figure | None) -> str:
    return f'<td class="number">{_value(figure) if figure else ""}</td>'


def _section(run: Results, kept: Sequence[Figure], absent: Results | None, number: int) -> str:
    by_name = {figure.name: figure for figure in kept}
    tiles = "".join(_tile(by_name[name]) for name in TILES if name in by_name)
    names = {figure.name: _name(figure.name) for figure in kept}
    drawn = [
        ("outcomes", charts.outcomes_chart(run), "wide"),
        ("figures", charts.figures_chart([figure for figure in kept if not _finer(figure.name)], names), "wide"),
        ("threshold", charts.threshold_chart(run, absent), ""),
        ("reliability", charts.reliability_chart([run] if absent is None else [run, absent]), ""),
        ("ranks", charts.ranks_chart(run), ""),
        ("seconds", charts.seconds_chart(run), ""),
    ]
    pictures = "".join(
        f'<figure class="{kind}"><h3>{name.capitalize()}</h3><figcaption>{CAPTIONS[name]}</figcaption>{svg}</figure>\n'
        for name, svg, kind in drawn
        if svg
    )
    return (
        f'<section id="run-{number}"><h2>{_text(run.title)}</h2>\n<div class="tiles">{tiles}</div>\n'
        f'<div class="charts">{pictures}</div>\n</section>\n'
        f"<section><h2>The worst questions of "
        f"{_text(run.title)}</h2>\n{_worst(run)}{_all(run)}{_table(kept)}</section>\n"
    )


def _finer(name: str) -> bool:
    """Return whether a figure is left to the table: the chart would say it twice."""
    return name.startswith("precision") or name in ("iou@2000", "iou@4000", "cited", "false_answer")


def _tile(figure: Figure) -> str:
    if figure.name.startswith("seconds"):
        value, unit = f"{1000 * figure.value:.3g}", "ms"
    else:
        value, unit = f"{figure.value:.1f}", "%"
    words = {"exact": "of footnotes are word for word"}.get(figure.name, WORDS[figure.name])
    head = f"<b>{value} <small>{unit}</small></b><span>{_name(figure.name)}</span>"
    return f'<div class="tile">{head}<i>{_text(words)}{_between(figure)}</i></div>'


def _between(figure: Figure) -> str:
    if figure.low is None or figure.high is None or figure.name.startswith("seconds"):
        return ""
    return f"<br>{figure.low:.1f} to {figure.high:.1f}, of {figure.of:,}"


def _table(kept: Sequence[Figure]) -> str:
    rows = "".join(
        f'<tr><td>{_name(f.name)}</td><td class="number">{_value(f)}</td><td class="number">{_interval(f)}</td>'
        f'<td class="number">{f.of:,}</td><td>{_text(WORDS[f.name])}</td></tr>'
        for f in kept
    )
    head = (
        '<tr><th>figure</th><th class="number">per cent</th><th class="number">95 % interval</th><th '
        'class="number">of</th><th></th></tr>'
    )
    return f'<h3>All figures</h3><div class="scroll"><table>{head}{rows}</table></div>\n'


def _worst(run: Results) -> str:
    cases = worst(run, WORST)
    if not cases:
        return "<p>Every question came out right.</p>"
    lead = (
        "Wrong answers, answers in vain and refusals in turn, those first of which Footnote was surest. "
        "What was expected is marked where it stands."
    )
    return f'<p class="lead">{lead}</p>' + "".join(_case(case) for case in cases)


def _case(case: Case) -> str:
    colour = charts.OUTCOMES[case.outcome][1]
    wanted = case.question.answers if case.question.answerable else ()
    lines = [("sure", _gauge(case))]
    if case.inexact:
        lines.append(("footnotes", f"{case.inexact} of {len(case.cited)} are not the document's words"))
    if wanted:
        lines.append(("expected", _text(" | ".join(wanted))))
    if case.shown:
        lines.append(("shown", _shown(case)))
    if case.gold:
        lines.append(("stands in", _place(case.gold, wanted)))
    if case.holding:
        lines.append(("found", _place(case.holding, wanted)))
    elif case.question.answerable:
        lines.append(("found", "not among the passages found"))
    if case.first and case.first.text != case.shown and (case.holding is None or case.holding.rank != 1):
        lines.append(("first", _place(case.first, wanted)))
    listed = "".join(f"<dt>{name}</dt><dd>{words}</dd>" for name, words in lines if words)
    return (
        f'<article class="case"><header><h3>{_text(case.question.text)}</h3>'
        f'<span class="badge {colour}" title="{escape(MEANINGS[case.outcome])}">{case.outcome}</span></header>'
        f'<span class="where">{_text(case.question.id)}</span><dl>{listed}</dl></article>\n'
    )


def _shown(case: Case) -> str:
    sources = ", ".join(dict.fromkeys(_text(place.source) for place in case.cited))
    return f'<blockquote>{_marked(case.shown, case.question.answers)}</blockquote><span class="where">{sources}</span>'


def _gauge(case: Case) -> str:
    if case.confidence is None:
        return ""
    tick = "" if case.threshold is None else f'<u style="left: {100 * case.threshold:.0f}%"></u>'
    needed = "" if case.threshold is None else f", needed {case.threshold:.2f}"
    bar = f'<span class="gauge"><i style="width: {100 * case.confidence:.0f}%"></i>{tick}</span>'
    return f"{bar}{case.confidence:.2f}{needed}"


def _place(place: Place, wanted: Sequence[str]) -> str:
    parts = [f"rank {place.rank}" if place.rank else "", f"score {place.score:.2f}" if place.score is not None else ""]
    at = f" at {place.start:,}" if place.start is not None else ""
    where = ", ".join(_text(part) for part in (*parts, f"{place.source}{at}") if part)
    quote = f"<blockquote>{_marked(place.text, wanted)}</blockquote>" if place.text else ""
    return f'{quote}<span class="where">{where}</span>'


def _marked(text: str, wanted: Sequence[str]) -> str:
    """Return text, escaped, with what was expected marked."""
    shown = visible(text)
    longest = sorted((re.escape(visible(answer)) for answer in wanted if answer.strip()), key=len, reverse=True)
    if not longest:
        return escape(shown)
    pieces = re.split("(" + "|".join(longest) + ")", shown, flags=re.IGNORECASE)
    return "".join(f"<mark>{escape(piece)}</mark>" if odd % 2 else escape(piece) for odd, piece in enumerate(pieces))


def _all(run: Results) -> str:
    rows = []
    for question in run.questions:
        case = case_of(run, question)
        colour = charts.OUTCOMES[case.outcome][1]
        sure = "" if case.confidence is None else f"{case.confidence:.2f}"
        rank = str(case.holding.rank) if case.holding else ""
        rows.append(
            f'<tr><td>{_text(question.id)}</td><td>{_text(question.text)}</td><td class="{colour}">{case.outcome}</td>'
            f'<td class="number">{sure}</td><td class="number">{rank}</td></tr>'
        )
    head = '<tr><th></th><th>question</th><th>outcome</th><th class="number">sure</th><th class="number">rank</th></tr>'
    count = len(rows)
    table = f'<div class="scroll"><table>{head}{"".join(rows)}</table></div>'
    return f"<details><summary>All {count:,} questions</summary>{table}</details>\n"


def _name(name: str) -> str:
    return _text(NAMES.get(name, name.replace("_", " ")))


def _value(figure: Figure) -> str:
    return f"{figure.value:.4f} s" if figure.name.startswith("seconds") else f"{figure.value:.1f}"


def _interval(figure: Figure) -> str:
    if figure.low is None or figure.high is None:
        return ""
    digits = 4 if figure.name.startswith("seconds") else 1
    return f"{figure.low:.{digits}f} to {figure.high:.{digits}f}"


def _text(text: str) -> str:
    return escape(visible(text))
