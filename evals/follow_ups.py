"""Follow-up questions on mtrag: R@5 of the last turn, without a chat model, condensed, and by people.

    python -m evals.follow_ups --model local:smollm2-135m --questions 100

R@5 is the share of a question's relevant passages that are among the first five found. Only turns after the
first that can be answered are counted. Conversations fall in two halves by the hash of their id: what is
tried out is tried on the first, and the second says what it is worth.
"""

from __future__ import annotations

import argparse
import hashlib
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bot.answer import Answer, Statement
from bot.evaluation.sets import Question, build_library, document_id, read_questions, shared_folder
from bot.models.chat_model import ChatModel
from bot.models.open import open_model
from bot.question.conversation import Conversation
from bot.question.question import Question as Asked
from bot.question.rewrite import condense
from bot.question.turn import Exchange
from vectorstore.library import Library
from vectorstore.passage import Passage

AT = 5
_ANYTHING = Passage("", "", "", 0, 0, "", 0.0, 1)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="", help="a chat model that condenses; empty for none")
    parser.add_argument("--questions", type=int, default=0, help="condense so many questions; 0 for all")
    parser.add_argument("--library", type=Path, help="folder of the library, kept between runs")
    parser.add_argument("--threads", type=int, default=0, help="threads of a local model")
    options = parser.parse_args(arguments)
    shared = shared_folder()
    if shared is None:
        raise SystemExit("The public sets are not here. Set FOOTNOTE_SHARED.")
    set_dir = shared / "eval" / "mtrag"
    asked = [q for q in read_questions(set_dir) if q.answerable and q.references and q.extra["history"]]
    with (
        tempfile.TemporaryDirectory() as scratch,
        build_library(set_dir, options.library or Path(scratch) / "library") as library,
    ):
        print(table(library, asked, options))


def table(library: Library, asked: Sequence[Question], options: argparse.Namespace) -> str:
    """Return the table as Markdown."""
    lines = ["| query | questions | R@5 | kept the person's words |", "| --- | --- | --- | --- |"]
    ways: dict[str, Callable[[Question], tuple[str, str]]] = {
        "last turn alone": lambda question: (question.text, ""),
        "without a chat model": _without_model,
        "rewritten by people": lambda question: (question.extra["rewrite"], ""),
    }
    groups = [
        ("", list(asked)),
        (", first half", [question for question in asked if not half_of(question)]),
        (", second half", [question for question in asked if half_of(question)]),
    ]
    model = open_model(options.model, threads=options.threads) if options.model else None
    sample = list(asked)
    if model is not None and options.questions:
        sample = sample[:: max(1, len(asked) // options.questions)][: options.questions]
        groups.append((", the sample", sample))
    for suffix, questions in groups:
        for name, way in ways.items():
            figure = _mean(recall(library, question, *way(question)) for question in questions)
            lines.append(f"| {name}{suffix} | {len(questions)} | {figure:.1f} | - |")
    if model is not None:
        lines.append(_condensed_line(library, sample, model))
    return "\n".join(lines)


def half_of(question: Question) -> int:
    """Return the half, 0 or 1, that a question's conversation falls in."""
    return hashlib.sha256(question.id.split("<::>")[0].encode()).digest()[0] % 2


def _condensed_line(library: Library, questions: Sequence[Question], model: ChatModel) -> str:
    figures, kept = [], 0
    for question in questions:
        query, context, own = _condensed(question, model)
        kept += own
        figures.append(recall(library, question, query, context))
    return f"| condensed by {model.name} | {len(questions)} | {_mean(figures):.1f} | {kept} |"


def recall(library: Library, question: Question, query: str, context: str = "") -> float:
    """Return the share of the relevant passages that are among the first five found."""
    wanted = {document_id(reference["doc_id"]) for reference in question.references}
    found: list[str] = []
    for passage in library.search(query, context=context, limit=30).passages:
        if passage.document not in found:
            found.append(passage.document)
    return len(wanted & set(found[:AT])) / len(wanted)


def _turns(question: Question) -> list[tuple[str, str]]:
    history: list[dict[str, Any]] = question.extra["history"]
    people = [turn["text"] for turn in history if turn["role"] == "user"]
    answers = [turn["text"] for turn in history if turn["role"] != "user"]
    return list(zip(people, answers, strict=False))


def _without_model(question: Question) -> tuple[str, str]:
    conversation = Conversation()
    for asked, answered in _turns(question):
        statements = (Statement(answered, ()),)
        conversation = conversation.add(asked, Answer(asked, statements, passages=(_ANYTHING,)))
    return question.text, conversation.context_for(Asked(question.text))


def _condensed(question: Question, model: ChatModel) -> tuple[str, str, bool]:
    """Return query, context and whether the person's words were kept, as `bot.ask` does it."""
    text, context = _without_model(question)
    if not context:
        return text, "", True
    condensed = condense(Asked(text), [Exchange(asked, answered) for asked, answered in _turns(question)], model=model)
    return (condensed.query, "", False) if condensed.rewritten else (text, context, True)


def _mean(figures: Any) -> float:
    values = list(figures)
    return 100 * sum(values) / len(values) if values else 0.0


if __name__ == "__main__":
    main()
