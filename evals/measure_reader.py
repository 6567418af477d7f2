"""Measure a reader on what our search finds: does it answer, where, and how sure together with today's signs.

    python -m evals.measure_reader --found DIR [--weights FILE] [--first 5]

`--found` holds the files of `evals.found_passages`. Every set is kept out of the training of the reader; for the
confidence each set is left out of the fit in turn. Prints tables of Markdown; the readings are kept beside the found
passages, named after the weights, so that a second run only computes.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bot.evaluation.score import holds
from bot.passages.reading import readable
from bot.reader import WEIGHTS, Readable, Reader, Reading
from evals.fit_abstention import auroc
from evals.reading_signs import SIGNS, gate, logistic, signs

STYLES = ("needed", "never", "always")
"""Title and heading before a passage: where they hold a name that it lacks, as Footnote reads it, never, always."""
QUOTED = ("body", "table", "code")
NEAR = 1.0
"""How far below the best logit a passage's may lie for its sentence to be shown."""
SHORT = 120
"""Letters of an accepted answer up to which a text must hold it; of longer ones it must touch a reference."""
Row = dict[str, Any]


def main() -> None:
    """Read, then print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--found", type=Path, required=True)
    parser.add_argument("--sets", default="squad2,clapnq,covidqa,kg_rag_sec10q,mtrag")
    parser.add_argument("--weights", type=Path, default=WEIGHTS)
    parser.add_argument("--first", type=int, default=5)
    parser.add_argument(
        "--style", choices=STYLES, default=STYLES[0], help="when title and heading stand before a passage"
    )
    parser.add_argument("--limit", type=int, default=0, help="only so many questions of each set")
    parser.add_argument("--kinds", default="present,absent,alone,alone-absent,unanswerable")
    options = parser.parse_args()
    reader = Reader(options.weights, threads=2, checked=options.weights == WEIGHTS)
    data = {}
    for name in options.sets.split(","):
        path = options.found / f"{name}.jsonl"
        if path.exists():
            data[name] = read_set(path, reader, options)
    print("| set | asked | first found | best read | its sentence | sentence shown | span exact | span holds |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for name, rows in data.items():
        passages(name, rows)
    for single in (False, True):
        confidences(data, single=single)


def read_set(path: Path, reader: Reader, options: argparse.Namespace) -> list[Row]:
    """Return the searches of a set with the readings of their first passages, from disk where they were read before."""
    with path.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    ids = list(dict.fromkeys(row["id"] for row in rows))
    wanted = set(ids[:: max(1, len(ids) // options.limit)] if options.limit else ids)
    rows = [row for row in rows if row["id"] in wanted and row["kind"] in options.kinds.split(",")]
    kept = path.with_suffix(f".{options.weights.stem}.{options.style}.readings")
    known: dict[str, list[list[float]]] = json.loads(kept.read_text()) if kept.exists() else {}
    for row in rows:
        row["passages"] = [p for p in row["passages"] if p["kind"] in QUOTED][: options.first]
        key = f"{row['id']}/{row['kind']}"
        if len(known.get(key, [])) < len(row["passages"]):
            given = [as_read(row["question"], passage, options.style) for passage in row["passages"]]
            known[key] = [[r.answers, r.start, r.end, r.span] for r in reader.read(row["question"], given)]
        row["readings"] = [Reading(a, int(s), int(e), p) for a, s, e, p in known[key][: options.first]]
    kept.write_text(json.dumps(known))
    return [row for row in rows if row["readings"]]


def as_read(question: str, passage: Row, style: str) -> Readable:
    """Return a passage as the reader gets it, in one of `STYLES`."""
    title = passage["title"] if passage["title"] != passage["source"] else ""
    if style == "needed":
        return readable(question, passage["text"], title=title, heading=passage["heading"])
    before = " › ".join(filter(None, [title, passage["heading"]])) if style == "always" else ""
    return Readable(passage["text"], title=before)


def passages(name: str, rows: Sequence[Row]) -> None:
    """Print which passage and sentence the reader picks, beside the first that the search found."""
    asked = [row for row in rows if row["kind"] == "present" and row["answers"]]
    first = best = one = rule = exact = contains = 0
    for row in asked:
        found, readings = row["passages"], row["readings"]
        pick = max(range(len(readings)), key=lambda i: readings[i].answers)
        shown = chosen(readings)
        begin, end = readings[shown].start, readings[shown].end
        span = found[shown]["text"][begin:end]
        first += right(row, found[0], 0, len(found[0]["text"]))
        best += right(row, found[pick], 0, len(found[pick]["text"]))
        one += right(row, found[pick], *sentence(found[pick], readings[pick]))
        rule += right(row, found[shown], *sentence(found[shown], readings[shown]))
        exact += any(plain(span) == plain(answer) for answer in row["answers"])
        contains += right(row, found[shown], begin, end)
    count = max(1, len(asked))
    cells = [f"{100 * value / count:.1f}" for value in (first, best, one, rule, exact, contains)]
    print(f"| {name} | {len(asked)} | " + " | ".join(cells) + " |", flush=True)


def chosen(readings: Sequence[Reading]) -> int:
    """Return which passage's span to show: the surest span among the passages whose logit is near the best."""
    best = max(reading.answers for reading in readings)
    near = [i for i, reading in enumerate(readings) if reading.answers >= best - NEAR]
    return max(near, key=lambda i: readings[i].answers + math.log(max(readings[i].span, 1e-6)))


def right(row: Row, passage: Row, start: int, end: int) -> bool:
    """Return whether passage.text[start:end] holds an accepted answer or, where those are long, touches a reference."""
    if all(len(answer) <= SHORT for answer in row["answers"]):
        return holds(passage["text"][start:end], row["answers"])
    begin, stop = passage["start"] + start, passage["start"] + end
    return any(
        r["doc_id"] == passage["source"] and (r.get("start") is None or (r["start"] < stop and begin < r["end"]))
        for r in row["references"]
    )


def plain(text: str) -> str:
    """Return text as answers are compared: lower case, no articles, no signs."""
    words = "".join(c if c.isalnum() else " " for c in text.casefold()).split()
    return " ".join(word for word in words if word not in ("a", "an", "the"))


def sentence(passage: Row, reading: Reading) -> tuple[int, int]:
    """Return the offsets in the passage's text of the sentence that holds the middle of the span."""
    middle = passage["start"] + (reading.start + reading.end) // 2
    for start, end in passage["sentences"]:
        if start <= middle < end:
            return start - passage["start"], end - passage["start"]
    return 0, len(passage["text"])


def confidences(data: dict[str, list[Row]], *, single: bool) -> None:
    """Print, for each set, how the ways to be sure do that were fitted on the other sets."""
    holding, lacking = ("alone", "alone-absent") if single else ("present", "absent")
    names = [name for name, rows in data.items() if {holding, lacking} <= {row["kind"] for row in rows}]
    names = [name for name in names if not (single and name == "mtrag")]
    if not names:
        return
    print(
        f"\n| {'one document' if single else 'several'} | signs | AUROC {lacking} | AUROC own "
        f"unanswerable | answered | "
        f"refused {lacking} | own refused | own refused at 90 % answered |\n| --- | --- | --- | --- | "
        f"--- | --- | --- | --- |"
    )
    for name in names:
        for label, wanted in (SIGNS | {"gates": ()}).items():
            others = [data[other] for other in names if other != name] or [data[name]]
            model = (gate if label == "gates" else logistic)(others, wanted, holding, lacking)
            score = {
                kind: np.array([model(signs(row)) for row in data[name] if row["kind"] == kind])
                for kind in (holding, lacking, "unanswerable")
            }
            print(
                f"| {name} | {label} | "
                + " | ".join(figures(score[holding], score[lacking], score["unanswerable"]))
                + " |"
            )


def figures(holds: Any, lacks: Any, own: Any) -> list[str]:
    """Return the cells of a line: AUROCs, per cent answered and refused at even odds, own refused at 90 % answered."""
    level = float(np.quantile(holds, 0.1)) if len(holds) else 0.0
    return [
        f"{100 * auroc(holds, lacks):.1f}" if len(lacks) else "",
        f"{100 * auroc(holds, own):.1f}" if len(own) else "",
        f"{100 * float((holds >= 0.5).mean()):.1f}",
        f"{100 * float((lacks < 0.5).mean()):.1f}" if len(lacks) else "",
        f"{100 * float((own < 0.5).mean()):.1f}" if len(own) else "",
        f"{100 * float((own < level).mean()):.1f}" if len(own) else "",
    ]


if __name__ == "__main__":
    main()
