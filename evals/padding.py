"""What it costs and gains to leave out the sentences that the reader finds to answer far less than the best one.

    python -m evals.padding squad2 [--limit 120]

Answers every n-th answerable question of a public set with all sentences kept, has the reader read each, and prints
for several distances below the best logit: sentences an answer, the share of answers with an accepted answer (on a
reference where the set has long answers), and the share of sentences with one.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from bot import answerer
from bot.answer import Answer
from bot.ask import Bot
from bot.evaluation.sets import Question, build_library, document_id, read_questions, shared_folder
from bot.reader.reader import Reader, load
from bot.reader.reading import Readable

DISTANCES = (float("inf"), 3.0, 2.0, 1.5, 1.0)
LONG_ANSWERS = frozenset({"clapnq"})
"""Sets whose accepted answers are whole paragraphs: there a sentence counts that stands on a reference."""
Sentence = tuple[float, bool]
"""The reader's logit of a sentence, and whether it holds an answer."""


def main() -> None:
    """Print a row for each distance."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("set")
    parser.add_argument("--limit", type=int, default=120)
    options = parser.parse_args()
    shared = shared_folder()
    reader, notice = load()
    if shared is None or reader is None:
        print(notice or "The public sets are not here; FOOTNOTE_SHARED names the folder.", file=sys.stderr)
        raise SystemExit(1)
    folder = shared / "eval" / options.set
    questions = [question for question in read_questions(folder) if question.answerable]
    chosen = questions[:: max(1, len(questions) // options.limit)][: options.limit]
    all_kept = patch.object(answerer, "without_padding", lambda _question, quotes, _reader: quotes)
    with (
        TemporaryDirectory() as place,
        build_library(folder, Path(place) / "library") as library,
        Bot(library) as bot,
        all_kept,
    ):
        answers = [(question, bot.ask(question.text)) for question in chosen]
    long = options.set in LONG_ANSWERS
    read = [sentences(question, answer, reader, long=long) for question, answer in answers if answer.statements]
    print("below the best | sentences an answer | answers that hold one | sentences that hold one")
    for distance in DISTANCES:
        kept = [[s for s in found if s[0] >= max(logit for logit, _ in found) - distance] for found in read]
        total = sum(map(len, kept))
        holding = sum(any(holds for _, holds in found) for found in kept)
        precise = sum(holds for found in kept for _, holds in found)
        print(f"{distance} | {total / len(kept):.2f} | {100 * holding / len(kept):.1f} | {100 * precise / total:.1f}")


def sentences(question: Question, answer: Answer, reader: Reader, *, long: bool) -> list[Sentence]:
    """Return the reader's logit of each sentence of an answer, and whether it holds an accepted one."""
    references = [(document_id(r["doc_id"]), r["start"], r["end"]) for r in question.references]
    found = []
    for statement in answer.statements:
        citation = answer.citations[statement.citations[0] - 1]
        touches = any(
            citation.document == document and citation.start < end and start < citation.end
            for document, start, end in references
        )
        said = any(accepted.casefold() in statement.text.casefold() for accepted in question.answers)
        (reading,) = reader.read(question.text, [Readable(statement.text)])
        found.append((reading.answers, touches if long else said))
    return found


if __name__ == "__main__":
    main()
