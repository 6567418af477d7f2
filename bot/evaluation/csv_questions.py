"""Questions in a CSV file: `footnote eval my.csv`.

The first row names the columns: `question`; `answer` (or several: `answer 1`, `answer 2`; or several in one cell,
separated by `|`); and, where wanted, `document` (the file that holds the answer) and `answerable` (yes or no).
Without such a row the columns are question, answer, document, in this order. An empty answer means that the
documents do not say. Comma, semicolon and tab are told apart, and so is the encoding.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

from bot.errors import SettingError
from bot.evaluation.sets import Question
from ingest.reading.decode import decode
from vectorstore.records import DocumentInfo

LARGEST = 64 * 1024 * 1024
COLUMNS = {
    "question": ("question", "questions", "query", "prompt", "q", "frage", "fragen", "pregunta", "質問"),
    "answer": (
        *("answer", "answers", "expected", "expected answer", "gold", "gold answer", "reference answer", "a"),
        *("antwort", "antworten", "réponse", "réponses", "respuesta", "respuestas", "回答", "答え"),
    ),
    "document": (
        *("document", "documents", "doc", "source", "sources", "file", "file name", "filename"),
        *("dokument", "quelle", "datei", "fichier", "documento", "archivo", "文書", "ファイル"),
    ),
    "answerable": ("answerable", "is answerable", "in documents"),
}
_YES = frozenset({"yes", "y", "true", "t", "1"})
_NO = frozenset({"no", "n", "false", "f", "0"})
_NOT_TEXT = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF")
_HELP = (
    "The first row names the columns: question, answer and, if you like, document and answerable. "
    "An empty answer means that the documents do not say."
)


@dataclass(frozen=True, slots=True)
class _Layout:
    """Which columns hold what; `header` is whether the first row says so."""

    question: int
    answers: tuple[int, ...]
    document: int | None
    answerable: int | None
    header: bool
    width: int


def read_csv(path: Path, *, longest: int) -> list[Question]:
    """Return the questions of a CSV file; `id` is "row N", counting the header, as a spreadsheet does.

    A named document is a reference without offsets, its "doc_id" as it stands in the file: `place` finds it.

    Args:
        path: The file.
        longest: Most characters of a question.

    Raises:
        SettingError: It cannot be read or a row is wrong; the message names the row.
    """
    table = _table(path)
    layout = _layout(table[0][1], path)
    questions = [_question(cells, row, layout, path, longest) for row, cells in table[layout.header :]]
    if not questions:
        raise SettingError(f"{path} has a header and no questions.", remedy=_HELP)
    return questions


def place(questions: Sequence[Question], documents: Iterable[DocumentInfo]) -> tuple[list[Question], list[str]]:
    """Find the named documents in a library.

    Args:
        questions: As `read_csv` returns them.
        documents: What the library holds.

    Returns:
        The questions with references to the library's documents, and a sentence for each name that is not there.
        Such a question keeps its name, which no passage has: it counts as not found.
    """
    names = _names(documents)
    placed, notes = [], []
    for question in questions:
        references = []
        for reference in question.references:
            # A set that was made elsewhere names the files of that machine: their names must do.
            named = (reference["doc_id"], PurePath(reference["doc_id"].replace("\\", "/")).name)
            sources = next((found for name in named if (found := names.get(_key(name)))), ())
            if not sources:
                notes.append(f"{question.id} names {reference['doc_id']!r}, which is not in the library.")
            references += [reference | {"doc_id": source} for source in sources] or [reference]
        placed.append(replace(question, references=tuple(references)))
    return placed, notes


def _names(documents: Iterable[DocumentInfo]) -> Mapping[str, tuple[str, ...]]:
    """Return the sources that each way of naming a document means: id, path, file name, its stem, title."""
    found: dict[str, dict[str, None]] = {}
    for info in documents:
        path = PurePath(info.source)
        for name in (info.id, info.source, path.name, path.stem, info.title):
            found.setdefault(_key(name), {})[info.source] = None
    return {name: tuple(sources) for name, sources in found.items()}


def _key(name: str) -> str:
    return " ".join(name.replace("\\", "/").removeprefix("./").casefold().split())


def _table(path: Path) -> list[tuple[int, list[str]]]:
    """Return the rows that hold anything, each with its number from 1."""
    try:
        data = path.read_bytes() if path.stat().st_size <= LARGEST else None
    except OSError as error:
        raise SettingError(f"{path} cannot be read: {error.strerror}.") from error
    if data is None:
        raise SettingError(f"{path} is larger than {LARGEST // 1024**2} MB.", remedy="Split it into several files.")
    if data.startswith(_NOT_TEXT):
        raise SettingError(
            f"{path} is not a text file.", remedy="Save the spreadsheet as CSV (UTF-8) and name that file."
        )
    text = decode(data).text
    rows = list(_parse(text, _delimiter(text), path))
    if not rows:
        raise SettingError(f"{path} is empty.", remedy=_HELP)
    return rows


def _parse(text: str, delimiter: str, path: Path) -> Iterable[tuple[int, list[str]]]:
    csv.field_size_limit(max(csv.field_size_limit(), 10_000_000))
    number = 0
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text), delimiter=delimiter, strict=True), 1):
            cells = [cell.strip() for cell in cells]
            if any(cells):
                yield number, cells
    except csv.Error as error:
        raise SettingError(
            f"Row {number + 1} of {path} cannot be read ({error}).",
            remedy='A cell that holds the delimiter or a line end stands in "quotes"; a quote inside it is doubled.',
        ) from error


def _delimiter(text: str) -> str:
    """Return the delimiter: the one that cuts most of the first rows into the same number of cells, above one."""
    head = text[:64_000]
    best, chosen = 0, ","
    for delimiter in (",", ";", "\t"):
        rows = [row for row in csv.reader(io.StringIO(head), delimiter=delimiter) if row][:50]
        widths = Counter(len(row) for row in rows if len(row) > 1)
        named = bool(rows) and len(rows[0]) > 1 and any(_role(cell) for cell in rows[0])
        agreed = widths.most_common(1)[0][1] + (1_000 if named else 0) if widths else 0
        if agreed > best:
            best, chosen = agreed, delimiter
    return chosen


def _role(cell: str) -> str:
    """Return what a heading says that its column holds; "" where it says nothing known."""
    name = re.sub(r"[\s_\-.]+", " ", cell).strip().casefold()
    name = re.sub(r"\s*(\(s\)|\d+|#\d+)$", "", name)
    return next((role for role, known in COLUMNS.items() if name in known), "")


def _layout(first: Sequence[str], path: Path) -> _Layout:
    roles = [_role(cell) for cell in first]
    if not any(roles):
        if len(first) < 2:
            raise SettingError(f"{path} has one column, and no heading that says what it holds.", remedy=_HELP)
        return _Layout(0, (1,), 2 if len(first) > 2 else None, None, header=False, width=max(3, len(first)))
    for role in ("question", "document", "answerable"):
        if roles.count(role) > 1:
            raise SettingError(f"{path} has {roles.count(role)} columns for {role}.", remedy="Name one only.")
    if "question" not in roles:
        raise SettingError(f"{path} has no column `question`; it has: {', '.join(first)}.", remedy=_HELP)
    where = {role: roles.index(role) for role in roles if role}
    if where.keys() == {"question"}:
        raise SettingError(f"{path} has no column `answer`; it has: {', '.join(first)}.", remedy=_HELP)
    answers = tuple(index for index, role in enumerate(roles) if role == "answer")
    return _Layout(
        where["question"], answers, where.get("document"), where.get("answerable"), header=True, width=len(first)
    )


def _question(cells: list[str], row: int, layout: _Layout, path: Path, longest: int) -> Question:
    def wrong(what: str, remedy: str = _HELP) -> SettingError:
        return SettingError(f"Row {row} of {path} {what}.", remedy=remedy)

    if len(cells) > layout.width and any(cells[layout.width :]):
        raise wrong(
            f"has {len(cells)} cells, the first row {layout.width}",
            'Put a cell that holds a comma in "quotes".',
        )
    cells += [""] * (layout.width - len(cells))
    text = cells[layout.question]
    if not text:
        raise wrong("has no question")
    if len(text) > longest:
        raise wrong(f"has a question of {len(text):,} characters; the longest is {longest:,}", "Shorten it.")
    answers = [part.strip() for index in layout.answers for part in cells[index].split("|") if part.strip()]
    document = cells[layout.document] if layout.document is not None else ""
    answerable = _answerable(cells, layout, bool(answers), wrong)
    if not answerable:
        answers, document = [], ""
    references = [_named(part.strip()) for part in document.split("|") if part.strip()]
    return Question(f"row {row}", text, tuple(dict.fromkeys(answers)), tuple(references), answerable)


def _answerable(cells: list[str], layout: _Layout, has_answer: bool, wrong: Callable[..., SettingError]) -> bool:
    word = cells[layout.answerable].casefold() if layout.answerable is not None else ""
    if not word:
        # Without a column of answers, naming the document says that it answers.
        return has_answer or (not layout.answers and layout.document is not None and bool(cells[layout.document]))
    if word not in _YES | _NO:
        raise wrong(f"says {word!r} for answerable", "Write yes or no there, or leave it empty.")
    if word in _NO and has_answer:
        raise wrong("gives an answer and says that it is not answerable", "Empty one of the two cells.")
    return word in _YES


def _named(document: str) -> dict[str, object]:
    return {"doc_id": document, "start": None, "end": None, "text": ""}
