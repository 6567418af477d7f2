"""Measure sentence splitters: `python -m evals.sentences [--treebank FILE.conllu …]`.

Ours against pysbd and syntok, where they are installed (they are no dependencies; a folder made by
`pip install --target` and named in PYTHONPATH will do). Known sentences are the references of clapnq (each
a sentence that people selected), those of chroma_chunking that look like whole sentences, and, from a Universal
Dependencies treebank, ten sentences at a time written as one paragraph. It prints one table of Markdown.
"""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.evaluation.sets import read_questions, rows, shared_folder
from ingest.splitting.split import sentences

Span = tuple[int, int]
Splitter = Callable[[str], list[Span]]
PARAGRAPH = 10
"""Sentences of a treebank that are written as one paragraph."""
UNSPACED = frozenset({"ja", "zh", "th"})


@dataclass(frozen=True, slots=True)
class Known:
    """Paragraphs, and sentences known in each. `all` says whether every sentence of a paragraph is known."""

    name: str
    language: str
    paragraphs: list[tuple[str, list[Span]]]
    all: bool


def main() -> None:
    """Print a line for each set and splitter."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--treebank", type=Path, nargs="*", default=[], help="files such as en_pud-ud-test.conllu")
    options = parser.parse_args()
    print("| set | sentences | splitter | whole | cut inside | found too many | million characters a second |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for known in _sets(options.treebank):
        for name, splitter in _splitters(known.language):
            print(
                f"| {known.name} | {sum(len(k) for _, k in known.paragraphs):,} | {name} | "
                f"{_measured(known, splitter)} |"
            )


def _sets(treebanks: list[Path]) -> Iterator[Known]:
    shared = shared_folder()
    if shared is not None:
        yield _references("clapnq", shared / "eval" / "clapnq", re.compile(""))
        yield _references(
            "chroma_chunking", shared / "eval" / "chroma_chunking", re.compile(r"(?s)[A-Z“\"].*[.?!][”\"]?$")
        )
    for path in treebanks:
        yield _treebank(path)


def _references(name: str, set_dir: Path, wanted: re.Pattern[str]) -> Known:
    """Return the paragraphs that hold references, with those references that match `wanted`."""
    of: dict[str, set[Span]] = {}
    for question in read_questions(set_dir):
        for r in question.references:
            if wanted.match(r["text"].strip()):
                start = r["start"] + len(r["text"]) - len(r["text"].lstrip())
                of.setdefault(r["doc_id"], set()).add((start, start + len(r["text"].strip())))
    paragraphs = []
    for row in rows(set_dir / "documents.jsonl"):
        for match in re.finditer(r"(?s)\S.*?(?=\n\s*\n|\Z)", row["text"]):
            inside = [(a, b) for a, b in of.get(row["id"], ()) if match.start() <= a and b <= match.end()]
            if inside:
                paragraphs.append((match.group(), [(a - match.start(), b - match.start()) for a, b in sorted(inside)]))
    return Known(name, "en", paragraphs, all=False)


def _treebank(path: Path) -> Known:
    language = path.name[:2]
    between = "" if language in UNSPACED else " "
    lines = path.read_text(encoding="utf-8").splitlines()
    texts = [line.removeprefix("# text = ").strip() for line in lines if line.startswith("# text = ")]
    paragraphs = []
    for first in range(0, len(texts), PARAGRAPH):
        text, spans = "", []
        for sentence in texts[first : first + PARAGRAPH]:
            text += between if text else ""
            spans.append((len(text), len(text) + len(sentence)))
            text += sentence
        paragraphs.append((text, spans))
    return Known(path.name.partition("-")[0], language, paragraphs, all=True)


def _splitters(language: str) -> Iterator[tuple[str, Splitter]]:
    yield "ours", sentences
    try:
        import pysbd

        yield "pysbd", _pysbd(pysbd.Segmenter(language=language, clean=False, char_span=True))
    except ImportError:
        pass
    try:
        from syntok import segmenter

        yield "syntok", _syntok(segmenter)
    except ImportError:
        pass


def _pysbd(segmenter: Any) -> Splitter:
    def split(text: str) -> list[Span]:
        return [_trimmed(text, span.start, span.end) for span in segmenter.segment(text)]

    return split


def _syntok(segmenter: Any) -> Splitter:
    def split(text: str) -> list[Span]:
        return [
            (sentence[0].offset, sentence[-1].offset + len(sentence[-1].value))
            for paragraph in segmenter.analyze(text)
            for sentence in paragraph
        ]

    return split


def _trimmed(text: str, start: int, end: int) -> Span:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())


def _measured(known: Known, splitter: Splitter) -> str:
    """Return the figures of one splitter as cells of a table: per cent of the known sentences, and speed."""
    whole = cut = total = found_in_all = characters = 0
    began = time.process_time()
    found = [splitter(text) for text, _ in known.paragraphs]
    seconds = time.process_time() - began
    for (text, wanted), spans in zip(known.paragraphs, found, strict=True):
        characters += len(text)
        found_in_all += len(spans)
        total += len(wanted)
        starts, ends = {a for a, _ in spans}, {b for _, b in spans}
        whole += sum(a in starts and b in ends for a, b in wanted)
        cut += sum(any(a < start < b for start in starts) for a, b in wanted)
    extra = f"{100 * (found_in_all / total - 1):+.1f}" if known.all else ""
    single = "" if known.name == "chroma_chunking" else f"{100 * cut / total:.1f}"
    return f"{100 * whole / total:.1f} | {single} | {extra} | {characters / 1e6 / max(seconds, 1e-9):.2f}"


if __name__ == "__main__":
    main()
