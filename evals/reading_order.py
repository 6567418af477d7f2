"""Reading order of PDF pages in columns: share of neighbouring sentences that come out as neighbours.

    python -m evals.reading_order             # Footnote beside pypdfium2's own order
    python -m evals.reading_order --layouts   # a line for each layout
    python -m evals.reading_order --others    # pdfplumber and pymupdf4llm too, where they are installed

The pages are made by `evals/reading_pages.py`, so what is right is known. Two sentences that follow each other in the
text count where both come out whole and nothing of the page stands between them; words broken at line ends are
joined for every reader alike.
"""

from __future__ import annotations

import argparse
import importlib
import re
import tempfile
from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

from evals.reading_pages import pages
from ingest.errors import LoadError
from ingest.reading.load import load

_LEADERS = re.compile(r"\s*(?:…|\.{3,})\s*")


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--layouts", action="store_true", help="a line for each layout")
    parser.add_argument("--others", action="store_true", help="other libraries too, where they are installed")
    options = parser.parse_args(arguments)
    readers: list[Callable[[Path], str]] = [footnote, pypdfium2]
    if options.others:
        readers += [pdfplumber, pymupdf4llm]
    readers = [reader for reader in readers if reader in (footnote, pypdfium2) or _installed(reader.__name__)]
    right, count = measure(readers)
    groups = sorted(count) if options.layouts else []
    print(f"| layout | pages | pairs | {' | '.join(reader.__name__ for reader in readers)} |")
    print("| --- |" + " --- |" * (2 + len(readers)))
    for group in [*groups, ""]:
        members = [name for name in count if not group or name == group]
        total = sum(count[name][1] for name in members)
        shares = (sum(right[reader.__name__, name] for name in members) / total for reader in readers)
        cells = " | ".join(f"{100 * share:.1f}" for share in shares)
        print(f"| {group.replace('_', ' ') or 'all'} | {sum(count[n][0] for n in members)} | {total} | {cells} |")


def measure(
    readers: Sequence[Callable[[Path], str]],
) -> tuple[dict[tuple[str, str], int], dict[str, tuple[int, int]]]:
    """Return the pairs in order by reader and layout, and pages and pairs of each layout."""
    right: dict[tuple[str, str], int] = defaultdict(int)
    count: dict[str, tuple[int, int]] = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "page.pdf"
        for name, data, texts in pages():
            path.write_bytes(data)
            layout = name.partition(",")[0]
            done, pairs = count.get(layout, (0, 0))
            count[layout] = done + 1, pairs + sum(len(sentences) - 1 for sentences in texts)
            for reader in readers:
                right[reader.__name__, layout] += in_order(reader(path), texts)
    return right, count


def in_order(found: str, texts: Sequence[Sequence[str]]) -> int:
    """Return how many pairs of neighbouring sentences stand whole and side by side in what a reader found."""
    found = _plain(found)
    right = 0
    for sentences in texts:
        plain = [_plain(sentence) for sentence in sentences]
        right += sum(f"{first}{second}" in found for first, second in pairwise(plain))
    return right


def _plain(text: str) -> str:
    """Return a text without what readers write differently: blanks, breaks of words, leading dots, emphasis."""
    text = re.sub(r"(?<=[a-z])[-\xad\x02\ufffe]\r?\n(?=[a-z])", "", text)
    return re.sub(r"[\s*_#|]+", "", _LEADERS.sub("", text))


def footnote(path: Path) -> str:
    """Read a file as Footnote does."""
    try:
        return load(path).text
    except LoadError:
        return ""


def pypdfium2(path: Path) -> str:
    """Return pdfium's text of the first page, in the order of the file."""
    document = importlib.import_module("pypdfium2").PdfDocument(path)
    text: str = document[0].get_textpage().get_text_range()
    document.close()
    return text


def pdfplumber(path: Path) -> str:
    """Return pdfplumber's text of the first page."""
    with importlib.import_module("pdfplumber").open(path) as document:
        return document.pages[0].extract_text() or ""


def pymupdf4llm(path: Path) -> str:
    """Return the Markdown that pymupdf4llm makes of a file."""
    return str(importlib.import_module("pymupdf4llm").to_markdown(str(path)))


def _installed(name: str) -> bool:
    try:
        importlib.import_module(name)
    except ImportError:
        return False
    return True


if __name__ == "__main__":
    main()
