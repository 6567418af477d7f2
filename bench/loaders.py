"""Pages and megabytes a second of each loader, beside the bare library that it stands on.

    python -m bench.loaders                 # the real files of ../shared/eval
    python -m bench.loaders --many 2000     # mixed files one after the other: peak memory
    python -m bench.loaders --extractors    # HTML beside libraries that find the main content

A bare HTML or XML parser takes all text out, menus too, and loses headings, tables and lists. Libraries that do the
same work as our loaders are no dependencies of ours: `--extractors` measures those that are installed
(`pip install trafilatura readability-lxml html2text` into an environment for trying things).

Processor time, the best of three runs, so that other work on the machine counts little.
"""

from __future__ import annotations

import argparse
import importlib
import os
import time
import zipfile
from collections.abc import Callable
from functools import partial
from itertools import cycle, islice
from pathlib import Path

from ingest.document import LoadOptions
from ingest.errors import LoadError
from ingest.reading.load import load

ROOT = Path(__file__).parents[1]
SHARED = Path(os.environ.get("FOOTNOTE_SHARED") or ROOT.parent / "shared") / "eval"
RUNS = 3


def bare_pdf(path: Path) -> int:
    """Open every page with pypdfium2 and take its text."""
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    count = len(document)
    for index in range(count):
        page = document[index]
        textpage = page.get_textpage()
        textpage.get_text_range()
        textpage.close()
        page.close()
    document.close()
    return count


def bare_office(path: Path) -> int:
    """Parse every XML part of an Office file with lxml and take its text."""
    from lxml import etree

    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.endswith(".xml"):
                "".join(etree.fromstring(archive.read(name)).itertext())
    return 0


def bare_html(path: Path) -> int:
    """Parse a page with selectolax and take its text."""
    from selectolax.lexbor import LexborHTMLParser

    LexborHTMLParser(path.read_bytes().decode("utf-8", "replace")).text()
    return 0


def bare_xml(path: Path) -> int:
    """Parse a file with lxml and take its text."""
    from lxml import etree

    "".join(etree.fromstring(path.read_bytes(), etree.XMLParser(recover=True)).itertext())
    return 0


BARE: dict[str, Callable[[Path], int]] = {
    ".pdf": bare_pdf, ".docx": bare_office, ".pptx": bare_office, ".xlsx": bare_office, ".html": bare_html,
    ".xml": bare_xml,
}  # fmt: skip


def trafilatura(page: bytes) -> str:
    """Return main content, tables and headings as Markdown."""
    found: str | None = importlib.import_module("trafilatura").extract(
        page, include_tables=True, include_formatting=True, output_format="markdown"
    )
    return found or ""


def readability(page: bytes) -> str:
    """Return the main content as HTML; no text is made of it."""
    found: str = importlib.import_module("readability").Document(page.decode("utf-8", "replace")).summary()
    return found


def html2text(page: bytes) -> str:
    """Return everything on the page, menus too, as Markdown."""
    found: str = importlib.import_module("html2text").html2text(page.decode("utf-8", "replace"))
    return found


def extractors(paths: list[Path]) -> None:
    """Print the time that each installed library takes for the HTML files, as a multiple of ours."""
    pages = [path for path in paths if path.suffix == ".html"]
    ours = sum(seconds(partial(load, path)) for path in pages)
    print(f"{len(pages)} pages: Footnote {ours:.4f} s")
    for extract in (trafilatura, readability, html2text):
        name = extract.__name__
        try:
            spent = sum(seconds(partial(extract, path.read_bytes())) for path in pages)
        except ImportError:
            print(f"{name}: not installed")
        else:
            print(f"{name}: {spent:.4f} s, {spent / ours:.1f} times")


def seconds(action: Callable[[], object]) -> float:
    """Return the processor time of the best of several runs."""
    best = float("inf")
    for _ in range(RUNS):
        start = time.process_time()
        action()
        best = min(best, time.process_time() - start)
    return best


def files() -> list[Path]:
    """Return the real files that can be read without a password.

    Scans are left out: nearly all of their time is Tesseract's, and a bare library takes no text out of them.
    """
    found = sorted((SHARED / "files").glob("*.*")) + sorted((SHARED / "kg_rag_sec10q" / "pdfs").glob("*.pdf"))
    readable: list[Path] = []
    for path in found:
        try:
            loaded = load(path, LoadOptions())
        except LoadError:
            continue
        if path.name != "manifest.json" and not any("OCR" in note for note in loaded.notes):
            readable.append(path)
    return readable


def by_format(paths: list[Path]) -> None:
    """Print a line for each format."""
    print(f"{'format':<10}{'files':>6}{'pages':>7}{'MB':>8}{'MB/s':>9}{'pages/s':>9}{'bare s':>9}{'s':>8}{'ratio':>7}")
    groups: dict[str, list[Path]] = {}
    for path in paths:
        groups.setdefault(path.suffix.lower(), []).append(path)
    for suffix, members in sorted(groups.items()):
        ours = bare = 0.0
        pages = 0
        for path in members:
            pages += sum(p.kind in ("page", "slide") for p in load(path).places)
            ours += seconds(partial(load, path))
            if suffix in BARE:
                bare += seconds(partial(BARE[suffix], path))
        size = sum(path.stat().st_size for path in members) / 1e6
        ratio = f"{ours / bare:>7.2f}" if bare else f"{'':>7}"
        plain = f"{bare:>9.3f}" if bare else f"{'':>9}"
        print(
            f"{suffix:<10}{len(members):>6}{pages:>7}{size:>8.1f}{size / ours:>9.1f}{pages / ours:>9.0f}"
            f"{plain}{ours:>8.3f}{ratio}"
        )


def many(paths: list[Path], count: int) -> None:
    """Read files one after the other and print the peak of memory."""
    import resource

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    start = time.perf_counter()
    for path in islice(cycle(paths), count):
        load(path)
    spent = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{count} files in {spent:.1f} s; peak {peak:.0f} MiB, {before:.0f} MiB after each had been read once")


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description="Speed of the loaders beside the bare libraries.")
    parser.add_argument("--many", type=int, default=0, help="read so many files in a row instead")
    parser.add_argument("--extractors", action="store_true", help="HTML beside libraries that find the main content")
    arguments = parser.parse_args()
    paths = files()
    if not paths:
        raise SystemExit("The folder shared/eval is absent: nothing to read.")
    if arguments.many:
        many(paths, arguments.many)
    elif arguments.extractors:
        extractors(paths)
    else:
        by_format(paths)


if __name__ == "__main__":
    main()
