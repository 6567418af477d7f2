"""What our search finds for each question of a set, kept on disk so that readers can be compared without searching.

    python -m evals.found_passages --sets squad2,clapnq --libraries DIR --out DIR

One JSON object a line: the question, its kind of search ("present", "absent", "alone", "alone-absent",
"unanswerable"), the features of today's confidence, and the first passages with title, heading and sentences.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bot.evaluation.sets import Question as SetQuestion
from bot.evaluation.sets import absent_filter, build_library, document_id, read_questions, shared_folder
from bot.passages.confidence import confidence, features, has_no_rival
from bot.question.question import Question
from vectorstore.library import Library
from vectorstore.passage import Filter, Passage

SEARCHED = 30
KEPT = 8


def main() -> None:
    """Write a file of found passages for each set."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", default="squad2,clapnq,covidqa,kg_rag_sec10q,mtrag")
    parser.add_argument("--libraries", type=Path, default=Path(".footnote-evals"))
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--shared", type=Path, default=shared_folder())
    options = parser.parse_args()
    if options.shared is None:
        parser.error("the public sets are not here; name their folder with --shared")
    options.out.mkdir(parents=True, exist_ok=True)
    for name in options.sets.split(","):
        set_dir = options.shared / "eval" / name
        partial = options.out / f"{name}.partial"
        with build_library(set_dir, options.libraries / name) as library, partial.open("w", encoding="utf-8") as out:
            for question in read_questions(set_dir):
                for row in _searches(library, question):
                    out.write(json.dumps(row, ensure_ascii=False) + "\n")
        partial.rename(options.out / f"{name}.jsonl")
        print(f"{name}: written", flush=True)


def _searches(library: Library, question: SetQuestion) -> Iterator[dict[str, Any]]:
    """Yield what each kind of search finds, as the fit of the confidence asks (see `fit_abstention`)."""
    if not question.answerable:
        if question.extra.get("kind") != "conversational":
            yield from _found(library, question, "unanswerable", Filter())
        return
    if not question.references:
        return
    yield from _found(library, question, "present", Filter())
    absent = list(_found(library, question, "absent", absent_filter(question)))
    yield from absent
    if absent:
        nearest = absent[0]["passages"][0]["document"]
        yield from _found(library, question, "alone-absent", Filter(documents=(nearest,)))
    holding = tuple(sorted({document_id(r["doc_id"]) for r in question.references}))
    yield from _found(library, question, "alone", Filter(documents=holding[:1]))


def _found(library: Library, question: SetQuestion, kind: str, filter: Filter) -> Iterator[dict[str, Any]]:
    text = question.extra.get("rewrite") or question.text
    result = library.search(text, limit=SEARCHED, filter=filter)
    if not result.passages:
        return
    yield {
        "id": question.id,
        "question": text,
        "kind": kind,
        "answers": list(question.answers),
        "references": list(question.references),
        "features": asdict(features(Question(text), result)),
        "single": has_no_rival(result.passages, alone=result.rival_score is None),
        "confidence": confidence(Question(text), result),
        "passages": [_kept(passage) for passage in result.passages[:KEPT]],
    }


def _kept(passage: Passage) -> dict[str, Any]:
    return {
        "document": passage.document,
        "source": passage.source,
        "title": passage.title,
        "heading": passage.heading,
        "start": passage.start,
        "end": passage.end,
        "text": passage.text,
        "score": passage.score,
        "kind": passage.kind,
        "sentences": [list(span) for span in passage.sentences],
    }


if __name__ == "__main__":
    main()
