"""Measure languages other than English: `python -m evals.languages [--folder DIR]`.

jaquad (Japanese) and xquad_multi (eleven languages, a library each) are searched as shipped, with words and
the English vectors together whatever the language, and with words alone. As shipped each question is also
answered, and asked once more with the documents that hold its answer left out. The first, third, fifth …
question of each set was used to choose what `vectorstore/words/tokens.py` and `search.py` do; the figures are those of
the others. It prints one table of Markdown (docs/languages.md).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.ask import Bot
from bot.evaluation.run import run_question
from bot.evaluation.score import Figures, answers, retrieval
from bot.evaluation.sets import Question, build_library, read_questions, rows, shared_folder
from bot.settings.settings import Settings
from vectorstore.library import Library
from vectorstore.search.search import search

FOUND = 5
COLUMNS = (
    ("hit@5 as shipped", "shipped", "hit@5"),
    ("hit@5 words and English vectors", "dense", "hit@5"),
    ("hit@5 words alone", "words", "hit@5"),
    ("hit@1 as shipped", "shipped", "hit@1"),
    ("answered", "shipped", "answered"),
    ("refused, answer left out", "absent", "abstained"),
    ("gold answer shown", "shipped", "correct"),
    ("footnote overlaps it", "shipped", "supports"),
    ("exact", "shipped", "exact"),
)


def main() -> None:
    """Build what is missing, search, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("languages", nargs="*", help="codes such as ja and de; all where none is given")
    parser.add_argument("--folder", type=Path, default=Path(".footnote-evals"))
    parser.add_argument("--model", help="an embedding model other than the one that comes with Footnote")
    options = parser.parse_args()
    shared = shared_folder()
    if shared is None:
        sys.exit("The public sets are not here; FOOTNOTE_SHARED names the folder that holds eval/.")
    print(f"| | {' | '.join(name for name, _, _ in COLUMNS)} |\n| --- |" + " --- |" * len(COLUMNS))
    for language, set_dir in language_sets(shared / "eval", options.folder):
        if not options.languages or language in options.languages:
            with build_library(set_dir, options.folder / set_dir.name, model=options.model) as library:
                figures = measure(library, set_dir)
            values = (figures[part].get(name) for _, part, name in COLUMNS)
            print(f"| {language} | {' | '.join(map(str, values))} |", flush=True)


def language_sets(sets: Path, folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield language and set folder; xquad_multi is cut into a set for each language, under `folder`."""
    yield "ja", sets / "jaquad"
    documents, questions = (list(rows(sets / "xquad_multi" / f"{kind}.jsonl")) for kind in ("documents", "questions"))
    for language in dict.fromkeys(str(row["kind"]) for row in questions):
        cut = folder / "sets" / f"xquad_multi-{language}"
        cut.mkdir(parents=True, exist_ok=True)
        _write(cut / "documents.jsonl", [row for row in documents if row["id"].startswith(f"xq-{language}-")])
        _write(cut / "questions.jsonl", [row for row in questions if row["kind"] == language])
        yield language, cut


def _write(path: Path, written: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in written), encoding="utf-8")


def measure(library: Library, set_dir: Path) -> dict[str, Figures]:
    """Return the figures of each way of searching one library."""
    questions = read_questions(set_dir)[1::2]
    texts = {row["id"]: row["text"] for row in rows(set_dir / "documents.jsonl")}
    bot = Bot(library, settings=Settings())
    shipped = {q.id: run_question(bot, q) for q in questions}
    absent = {q.id: run_question(bot, q, absent=True) for q in questions}
    unanswerable = [Question(q.id, q.text, (), (), answerable=False) for q in questions]
    return {
        "shipped": retrieval(questions, shipped) | answers(questions, shipped, texts),
        "absent": answers(unanswerable, absent, texts),
        "dense": retrieval(questions, {q.id: _searched(library, q, dense=True) for q in questions}),
        "words": retrieval(questions, {q.id: _searched(library, q, dense=False) for q in questions}),
    }


def _searched(library: Library, question: Question, *, dense: bool) -> dict[str, Any]:
    with library.view() as view:
        found = search(view, question.text, limit=FOUND, dense=dense)
    return {"passages": [{"doc_id": p.source, "start": p.start, "end": p.end} for p in found.passages]}


if __name__ == "__main__":
    main()
