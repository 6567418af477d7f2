"""What a chat model says by itself, against what Footnote shows of it.

    python -m evals.models --model local:smollm2-135m --questions 100

For each set three runs are written and scored: `raw`, the model's text with the prompt that tutorials teach
and the passages that Footnote found; `quotes`, Footnote without a chat model; `shown`, Footnote with it.

Correct: the accepted answer stands in it (`holds`). Wrong when shown: of the answers shown to answerable
questions, those that say nothing of the accepted answer (`says_part`), or name a number or a name that the
documents they were made from do not hold (`made_up`). False answer: unanswerable questions that were answered.
`raw` counts as not answering when it says that it does not know. Own: of the answers shown, those that hold a sentence
which the model wrote. The set `article` is the text that Footnote began with and its fifty questions; `why-article` and
`why-samples` ask it and the sample documents why, to compare and to summarise (why_questions.tsv): nothing accepted
stands there, so what is shown is to be read.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from bot.answer import Answer, Statement
from bot.ask import Bot
from bot.errors import ModelError
from bot.evaluation.sets import Question, build_library, read_questions, rows, shared_folder
from bot.models.chat_model import ChatModel
from bot.models.open import open_model
from bot.settings.settings import Settings
from bot.written.prompts import is_no_answer
from ingest.document import LoadOptions
from ingest.reading.load import load
from ingest.splitting.split import sentences
from vectorstore.library import Library
from vectorstore.words.tokens import query_terms

SETS = ("squad2", "clapnq", "article", "why-article", "why-samples")
COLUMNS = ("raw", "quotes", "shown")
RAW_PASSAGES = 4
RAW_TOKENS = 160
LONG_WORDS = 12
ARTICLE = "000_dd3a5ef62a432af3.txt"
ARTICLE_QUESTIONS = Path(__file__).resolve().parents[1] / "tests" / "scenarios" / "article_questions.jsonl"
WHY_QUESTIONS = Path(__file__).with_name("why_questions.tsv")
SAMPLES = Path(__file__).resolve().parents[1] / "documents"
_WORD = re.compile(r"\d+(?:\.\d+)?|[^\W\d_]+")
TUTORIAL = (
    "You are an assistant for question-answering tasks. Use the following pieces of retrieved context to "
    "answer the question. If you don't know the answer, just say that you don't know. Use three sentences "
    "maximum and keep the answer concise.\nQuestion: {question}\nContext: {context}\nAnswer:"
)
"""The prompt of LangChain's own tutorial on answering from documents."""


@dataclass(frozen=True, slots=True)
class Row:
    """One run of one set.

    Attributes:
        set: Name of the set.
        column: "raw", "quotes" or "shown".
        questions: How many were asked.
        answered, correct, wrong_when_shown, false_answer: Percent, see above; None where no question counts.
        own: Percent, see above; None for `raw`.
        withheld: Sentences that were withheld.
        seconds: Median time of an answer.
    """

    set: str
    column: str
    questions: int
    answered: float | None
    correct: float | None
    wrong_when_shown: float | None
    false_answer: float | None
    own: float | None
    withheld: int
    seconds: float


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the table and print it in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="local:smollm2-135m", help="a chat model by name")
    parser.add_argument("--questions", type=int, default=100, help="so many of each set, half answerable")
    parser.add_argument("--sets", nargs="+", default=list(SETS), help="names, or folders of sets")
    parser.add_argument("--columns", nargs="+", default=list(COLUMNS), choices=COLUMNS)
    parser.add_argument("--libraries", type=Path, help="folder of libraries, kept between runs")
    parser.add_argument("--runs", type=Path, help="folder for run files; those that are there are gone on with")
    parser.add_argument("--threads", type=int, default=0, help="threads of a local model")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        libraries = options.libraries or Path(scratch)
        runs = options.runs or Path(scratch)
        runs.mkdir(parents=True, exist_ok=True)
        folders = [_folder(name, Path(scratch)) for name in options.sets]
        table = [row for folder in folders for row in _set_rows(folder, libraries, runs, options)]
        print(markdown(table))
        for row in table:
            if row.column == "shown":
                file = runs / f"{row.set}.shown.jsonl"
                print(f"\n{row.set}: {times(list(rows(file)))}")


def _folder(name: str, scratch: Path) -> Path:
    shared = shared_folder()
    folder = Path(name)
    if name == "why-samples":
        return why_set(sorted(path for path in SAMPLES.iterdir() if path.is_file()), "samples", scratch / name)
    if name in ("article", "why-article") and shared is not None:
        article = shared / "topic" / ARTICLE
        if name == "why-article":
            return why_set([article], "article", scratch / name)
        return article_set(article, scratch / name)
    if not folder.is_dir() and shared is not None:
        folder = shared / "eval" / name
    if not (folder / "questions.jsonl").is_file():
        raise SystemExit(f"There is no question set {name!r}. Give a folder, or set FOOTNOTE_SHARED.")
    return folder


def article_set(article: Path, folder: Path) -> Path:
    """Write the article and its questions as a set, and return its folder.

    Raises:
        SystemExit: The article is not here.
    """
    asked = [
        {
            "id": f"article-{number:02}",
            "question": row["question"],
            "answers": row["answer"] or [],
            "answerable": row["answer"] is not None,
        }
        for number, row in enumerate(rows(ARTICLE_QUESTIONS), 1)
    ]
    return _written([article], asked, folder)


def why_set(files: Sequence[Path], library: str, folder: Path) -> Path:
    """Write the questions of why_questions.tsv about one library as a set, and return its folder."""
    lines = [line.split("\t") for line in WHY_QUESTIONS.read_text(encoding="utf-8").splitlines()[1:]]
    asked = [
        {"id": f"{library}-{number:02}", "question": question, "answers": [], "answerable": True}
        for number, (of, question) in enumerate(lines, 1)
        if of == library
    ]
    return _written(files, asked, folder)


def _written(files: Sequence[Path], questions: Sequence[Mapping[str, Any]], folder: Path) -> Path:
    if missing := [file for file in files if not file.is_file()]:
        raise SystemExit(f"{missing[0].name} is not here. Set FOOTNOTE_SHARED.")
    folder.mkdir(parents=True, exist_ok=True)
    loaded = [(file, load(file, LoadOptions())) for file in files]
    documents = [{"id": file.name, "title": document.title, "text": document.text} for file, document in loaded]
    for name, items in (("documents", documents), ("questions", questions)):
        lines = "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in items)
        (folder / f"{name}.jsonl").write_text(lines, encoding="utf-8")
    return folder


def _set_rows(set_dir: Path, libraries: Path, runs: Path, options: argparse.Namespace) -> list[Row]:
    questions = first_of_each(read_questions(set_dir), options.questions)
    found = []
    texts = {row["id"]: row["text"] for row in rows(set_dir / "documents.jsonl")}
    with build_library(set_dir, libraries / set_dir.name) as library:
        for column in options.columns:
            file = runs / f"{set_dir.name}.{column}.jsonl"
            _run(library, questions, column, file, options)
            found.append(score_rows(set_dir, questions, list(rows(file)), column, texts=texts))
    return found


def first_of_each(questions: Sequence[Question], count: int) -> list[Question]:
    """Return the first `count` questions, half of them answerable, in turns."""
    can = [question for question in questions if question.answerable][: (count + 1) // 2]
    cannot = [question for question in questions if not question.answerable][: count // 2]
    turns = [question for pair in zip(can, cannot, strict=False) for question in pair]
    return turns + can[len(cannot) :] + cannot[len(can) :]


def _run(library: Library, questions: list[Question], column: str, file: Path, options: argparse.Namespace) -> None:
    """Ask the questions that the run file does not hold yet; a run that was stopped goes on."""
    done = {row["id"] for row in rows(file)} if file.is_file() else set()
    left = [question for question in questions if question.id not in done]
    if not left:
        return
    settings = Settings(model_threads=options.threads)
    name = "quotes" if column == "quotes" else options.model
    with Bot(library, settings=settings, model=name) as bot, file.open("a", encoding="utf-8") as out:
        model = open_model(name, threads=options.threads) if column == "raw" else None
        for question in left:
            row = _raw(library, model, question) if model else _shown(bot, question)
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
            out.flush()


def _raw(library: Library, model: ChatModel, question: Question) -> dict[str, Any]:
    began = perf_counter()
    passages = library.search(question.text, limit=RAW_PASSAGES).passages
    context = "\n\n".join(library.text(p.document, *p.section) for p in passages)
    prompt = TUTORIAL.replace("{context}", context).replace("{question}", question.text)
    try:
        answer = "".join(model.stream([("user", prompt)], max_tokens=RAW_TOKENS)).strip()
    except ModelError as error:
        answer = f"({error.message})"
    return {
        "id": question.id,
        "answer": answer,
        "abstained": not answer or is_no_answer(answer),
        "citations": [],
        "read": sorted({passage.source for passage in passages}),
        "withheld": 0,
        "seconds": perf_counter() - began,
    }


def _shown(bot: Bot, question: Question) -> dict[str, Any]:
    began, first = perf_counter(), 0.0
    for item in bot.stream(question.text):
        if isinstance(item, Statement) and not first:
            first = perf_counter() - began
    assert isinstance(item, Answer)  # the last item always is one
    answer = item
    return {
        "id": question.id,
        "answer": " ".join(statement.text for statement in answer.statements),
        "abstained": answer.abstained or not answer.statements,
        "citations": [{"doc_id": c.source, "start": c.start, "end": c.end, "quote": c.quote} for c in answer.citations],
        "read": sorted({passage.source for passage in answer.passages}),
        "withheld": len(answer.withheld),
        "withheld_texts": [[withheld.text, withheld.reason] for withheld in answer.withheld],
        "support": [statement.support for statement in answer.statements],
        "statements": [
            [s.text, s.support, [c.quote for c in answer.citations if c.number in s.citations]]
            for s in answer.statements
        ],
        "notice": answer.notice,
        "seconds": answer.seconds,
        "first": first,
        "timings": answer.timings,
    }


def score_rows(
    set_dir: Path,
    questions: Sequence[Question],
    run: Sequence[dict[str, Any]],
    column: str,
    *,
    texts: Mapping[str, str],
) -> Row:
    """Score a run on the questions that were asked.

    Args:
        set_dir: Folder of the set.
        questions: Its questions.
        run: What was answered.
        column: Which of the three it is.
        texts: Text of each document by its id in the set.
    """
    by_id = {row["id"]: row for row in run}
    asked = [question for question in questions if question.id in by_id]
    can = [q for q in asked if q.answerable]
    known = [q for q in can if q.answers]
    cannot = [q for q in asked if not q.answerable]
    shown = [q for q in can if not by_id[q.id]["abstained"]]
    scored = [q for q in shown if q.answers]
    right = [q for q in scored if holds(by_id[q.id]["answer"], q.answers)]
    wrong = [q for q in scored if _wrong(q, by_id[q.id], texts)]
    own = [q for q in shown if set(by_id[q.id].get("support", ())) - {"quoted", "computed"}]
    seconds = sorted(by_id[q.id]["seconds"] for q in asked)
    return Row(
        set=set_dir.name,
        column=column,
        questions=len(asked),
        answered=_percent(len(shown), len(can)),
        correct=_percent(len(right), len(known)),
        wrong_when_shown=_percent(len(wrong), len(scored)),
        false_answer=_percent(sum(not by_id[q.id]["abstained"] for q in cannot), len(cannot)),
        own=None if column == "raw" else _percent(len(own), len(shown)),
        withheld=sum(by_id[q.id].get("withheld", 0) for q in asked),
        seconds=seconds[len(seconds) // 2] if seconds else 0.0,
    )


def _wrong(question: Question, row: Mapping[str, Any], texts: Mapping[str, str]) -> bool:
    read = [texts[source] for source in row["read"]]
    return not says_part(row["answer"], question) or bool(made_up(row["answer"], [question.text, *read]))


def holds(answer: str, gold: Sequence[str]) -> bool:
    """Tell whether an answer holds an accepted one: lower case, without punctuation and articles.

    An accepted answer of more than twelve words is never repeated word for word: half of its words that are
    not function words have to be there.
    """
    shown = _plain(answer)
    said = set(query_terms(answer))
    for text in gold:
        plain = _plain(text)
        if plain and plain in shown:
            return True
        wanted = set(query_terms(text))
        if len(plain.split()) > LONG_WORDS and len(wanted & said) * 2 >= len(wanted):
            return True
    return False


def says_part(answer: str, question: Question) -> bool:
    """Tell whether an answer holds an accepted one, or a part of one of more than twelve words.

    A part: half of what one of its sentences says beyond the question stands in such an answer, or in the
    sentences of the source that it was written from.
    """
    if holds(answer, question.answers):
        return True
    long = [text for text in question.answers if len(_plain(text).split()) > LONG_WORDS]
    known = set(query_terms(question.text))
    wanted = {term for text in long for term in query_terms(text)}
    if long:
        wanted |= {term for reference in question.references for term in query_terms(reference["text"])}
    for start, end in sentences(answer):
        said = set(query_terms(answer[start:end])) - known
        if said and len(said & wanted) * 2 >= len(said):
            return True
    return False


def made_up(answer: str, texts: Sequence[str]) -> list[str]:
    """Return the numbers, and the capitalised words inside sentences, that stand in none of `texts`.

    The last word is left out: it may be cut off.
    """
    held = {word.casefold() for text in texts for word in _WORD.findall(text.replace(",", ""))}
    plain = answer.replace(",", "").rstrip()
    found = []
    for match in _WORD.finditer(plain):
        word = match.group()
        if match.end() == len(plain):
            continue
        opens = re.search(r"(?:^|[.?!:\n\"“`'-])\s*$", plain[: match.start()])
        telling = word[0].isdigit() or (word[0].isupper() and not opens and len(word) > 1)
        if telling and word.casefold() not in held and word.casefold().removesuffix("s") not in held:
            found.append(word)
    return found


def _plain(text: str) -> str:
    words = re.sub(r"[^\w\s]", " ", text.lower()).split()
    return " ".join(word for word in words if word not in {"a", "an", "the"})


def times(run: Sequence[dict[str, Any]]) -> str:
    """Say when the first statement was shown, and where the time of answers went.

    Only answers that a chat model had a part in count.
    """
    written = [row for row in run if row.get("timings", {}).get("check")]
    if not written:
        return "no answer was written"
    firsts = sorted(row["first"] for row in written if row.get("first"))
    spent = {step: sum(row["timings"][step] for row in written) for step in ("search", "answer", "check")}
    whole = sum(spent.values())
    shares = ", ".join(
        f"{name} {100 * spent[step] / whole:.1f} %"
        for step, name in (("search", "search"), ("answer", "model"), ("check", "check"))
    )
    first = f"{firsts[len(firsts) // 2]:.1f} s" if firsts else "never"
    return f"first statement after {first} (median of {len(firsts)}); {shares}"


def _percent(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole else None


def markdown(table: Sequence[Row]) -> str:
    """Return the table as Markdown."""
    lines = [
        "| set | column | questions | answered | correct | wrong when shown | false answer | own | withheld | s |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in table:
        figures = (row.answered, row.correct, row.wrong_when_shown, row.false_answer, row.own)
        cells = [
            row.set,
            row.column,
            str(row.questions),
            *("-" if f is None else f"{f:.1f}" for f in figures),
        ]
        lines.append(f"| {' | '.join([*cells, str(row.withheld), f'{row.seconds:.2f}'])} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
