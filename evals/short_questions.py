"""Short questions in a conversation: those that stand alone are not led astray, those that lean are understood.

    python -m evals.short_questions

short_questions.jsonl has 60 questions of two content words or fewer that stand alone, each asked after a turn about
something else, and after one that was refused; and 60 that mean something only after the turn before them. They are
asked of the sample documents, and of the article of the public sets where that is there. A question is answered right
if a sentence holds one of the texts that answer it, or if it is refused where the documents hold none.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot import Bot, Settings
from bot.answer import Answer
from bot.evaluation.sets import rows, shared_folder
from bot.question.conversation import Conversation
from ingest.sync import sync
from vectorstore.library import Library

QUESTIONS = Path(__file__).with_name("short_questions.jsonl")
SAMPLES = Path(__file__).resolve().parents[1] / "documents"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of the set, and what became of it.

    Attributes:
        leans: Whether it means something only after the turn before it.
        after: The question of that turn.
        text: The question.
        says: Texts of which a right answer holds one; empty where the documents don't say.
        answer: What was answered.
    """

    leans: bool
    after: str
    text: str
    says: tuple[str, ...]
    answer: Answer

    @property
    def right(self) -> bool:
        """Whether it is answered as it should be."""
        if not self.says:
            return self.answer.abstained
        return any(text in statement.text for statement in self.answer.statements for text in self.says)

    @property
    def leaned(self) -> bool:
        """Whether it was searched with the turn before it."""
        return bool(self.answer.searched_for)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table, and with --each every question that is not answered right."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--each", action="store_true", help="name the questions that are not answered right")
    options = parser.parse_args(arguments)
    with library() as (bot, with_article):
        found = measure(bot, with_article=with_article)
    print(table(found))
    if options.each:
        for asked in found:
            if not asked.right:
                said = " / ".join(s.text for s in asked.answer.statements) or "(refused)"
                print(f"- {asked.after} → {asked.text} [{asked.answer.searched_for}] {said[:200]}")


@contextmanager
def library() -> Iterator[tuple[Bot, bool]]:
    """Yield a bot that asks the samples, and the article where the public sets are there, and whether it is."""
    shared = shared_folder()
    article = sorted((shared / "topic").glob("*.txt")) if shared else []
    with tempfile.TemporaryDirectory() as folder, Library.open(Path(folder) / "library", create=True) as opened:
        sync(opened, [SAMPLES, *article])
        with Bot(opened, settings=Settings(library=folder)) as bot:
            yield bot, bool(article)


def measure(bot: Bot, *, with_article: bool) -> list[Asked]:
    """Ask all questions, those of the article only where it is there, each in a conversation of its own."""
    found = []
    for row in rows(QUESTIONS):
        if row["of"] == "article" and not with_article:
            continue
        turns = Conversation().add(row["after"], bot.ask(row["after"]))
        answer = bot.ask(row["question"], conversation=turns)
        found.append(Asked(row["stands"] == "leaning", row["after"], row["question"], tuple(row["says"]), answer))
    return found


def table(found: Sequence[Asked]) -> str:
    """Return the figures as Markdown."""
    lines = ["| questions | asked | right | searched with the turn before |", "| --- | --- | --- | --- |"]
    groups = {
        "stand alone, the documents say": [a for a in found if not a.leans and a.says],
        "stand alone, they don't say": [a for a in found if not a.leans and not a.says],
        "lean on the turn before": [a for a in found if a.leans],
    }
    for name, group in groups.items():
        lines.append(f"| {name} | {len(group)} | {sum(a.right for a in group)} | {sum(a.leaned for a in group)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
