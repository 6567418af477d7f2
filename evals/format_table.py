"""Reads the real files of ../shared/eval/files and writes docs/formats.md: expected, got, seconds.

python -m evals.format_table            # writes docs/formats.md
python -m evals.format_table --check    # writes nothing; exit status 1 if a file is not as expected
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.corpus import section_of, with_section
from ingest.document import Loaded, LoadOptions
from ingest.errors import LoadError
from ingest.reading.load import FORMATS
from ingest.reading.worker import Workers

ROOT = Path(__file__).parents[1]
FAILURES = {
    "password": ("PasswordNeeded",),
    "no_text_layer": ("NoText",),
    "error": ("Unreadable", "UnsupportedType", "TooLarge"),
}


ABOUT = (
    "- Scans are read by RapidOCR where the extra `ocr` is installed (its models are inside the package), else by the",
    "  program Tesseract where the system has it (`apt install tesseract-ocr`, `brew install tesseract`). RapidOCR",
    "  knows Latin letters, Chinese and Japanese; what else `ocr_languages` names is Tesseract's. Pages",
    "  that lie on their side or upside down are turned (by Tesseract with its data `osd`). The report of the ingest",
    "  says which pages were read so, a footnote to them says “p. 3, read by OCR”, and its words are lit on the page's",
    "  picture (of files that an earlier version read, once they are read anew). Without either, the report says how.",
    "- Heading path, page, slide, row or time, and the header of a table are kept with each passage, searched with it",
    "  and shown in its footnote. They are never part of the quoted words.",
    "- Review comments are left out unless `--comments` is given; deleted text of tracked changes always is. Hidden",
    "  sheets are read, and the report says so. Macros, links and embedded programs are never run or followed.",
    "- What a file shows and its text does not say is noted: pages without text, pictures that nothing describes,",
    "  embedded objects, recordings, comments, damaged parts, rows over a limit. The report of the ingest counts",
    "  documents with notes, `footnote list --notes` and the page show them; a document without a note was read",
    "  whole, but for pictures in XLS, which are not counted.",
    "- Forms, receipts and settings: a label with its value is one statement, also where the value stands in the",
    "  next line, and settings come with the path of their keys. Source code: a statement, a signature, a",
    "  docstring, a comment each. Mails: each part names writer and day, threads stand in their order, heads and",
    "  quoted older text answer nothing.",
    '- Filled PDF forms are read with the words beside each field; a ticked box is one line ("Married: yes"). Of forms',
    "  made with XFA the filled values are read; one without values is refused. Files inside a PDF are read after its",
    "  pages.",
    "- PDF pages whose font hides what its characters are go to OCR as scans do; without it they are named in the",
    "  report, as pages are of which a part is written so, or drawn as pictures in two colours. Mirrored pages and",
    "  pages on their head are read as they mean.",
    "- Encrypted files are opened with `--password` or `FOOTNOTE_FILE_PASSWORDS`.",
    "- Web addresses are read with the setting `addresses`: [command-line.md](command-line.md#ingest).",
    "- Others can add a loader through the entry point group `footnote.loaders`; how is said in",
    "  [ingest/reading/load.py](../ingest/reading/load.py).",
    "",
    "| kind | right | partly | refused, with what to do |",
    "| --- | --- | --- | --- |",
    "| texts | plain text, Markdown, HTML, MHTML, RST, AsciiDoc, LaTeX, RTF, EPUB | | Kindle books |",
    "| office | DOCX, PPTX, XLSX, XLSB, Word in XML (2003 and later), ODF, HWPX, DOC, PPT, XLS | pictures of XLS | |",
    "| other office | | | Pages, Numbers, Keynote, Visio, XPS, OneNote, HWP |",
    "| data | CSV, JSON, XML, YAML, TOML, INI, .env, logs, subtitles, calendars, contacts | | databases |",
    "| code | source code, notebooks | | programs |",
    "| mail | EML, MBOX, MSG, winmail.dat, PST and OST with the extra `archives` | contacts and appointments of PST "
    "| |",
    "| archives | ZIP, TAR, .tgz, .tbz2, .txz, single files in gzip, bzip2, xz, 7-Zip with the extra `archives` | "
    "| RAR, zstd |",
    "| pages | PDF | scans and pictures, with OCR | |",
)
"""What holds for all formats."""


@dataclass(frozen=True, slots=True)
class Row:
    """What one file gave.

    Attributes:
        name, hard: The file and what is hard about it.
        expected, got: In words.
        seconds: From request to result, in a worker process.
        good: Whether it is as expected.
        wrong: What is not, in words.
    """

    name: str
    hard: str
    expected: str
    got: str
    seconds: float
    good: bool
    wrong: str = ""


def files_folder() -> Path | None:
    """Return the folder of files, or None where there is none."""
    shared = Path(os.environ.get("FOOTNOTE_SHARED") or ROOT.parent / "shared")
    folder = shared / "eval" / "files"
    return folder if (folder / "manifest.json").is_file() else None


def rows(folder: Path) -> list[Row]:
    """Read every file that the manifest names."""
    entries: list[dict[str, Any]] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    with Workers(count=1) as workers:
        return [_row(folder, entry, workers) for entry in entries]


def _row(folder: Path, entry: dict[str, Any], workers: Workers) -> Row:
    expect = entry["expect"]
    status = expect["status"]
    loaded, failure, seconds = _read(folder / entry["path"], (), workers)
    wrong: list[str] = []
    if status == "text":
        got = "text" if loaded else failure
        wrong += missing(loaded, expect) if loaded else [f"no text: {failure}"]
    elif status == "no_text_layer" and loaded and any("OCR" in note for note in loaded.notes):
        got = "text"  # Tesseract is installed here, and said to be what read it
    else:
        got = failure.partition(":")[0] or "text"
        if got not in FAILURES[status]:
            wrong.append(f"expected a failure ({status})")
    if status == "password":
        opened, failure, _ = _read(folder / entry["path"], ("wrong", expect["password"]), workers)
        wrong += missing(opened, expect) if opened else [f"not opened: {failure}"]
        got += ", text with the password" if opened else ""
    if loaded and loaded.notes:
        got += f" ({loaded.notes[0].rstrip('.')})"
    return Row(entry["path"], entry["hard"], _expected(expect), got, seconds, not wrong, "; ".join(wrong))


def _read(path: Path, passwords: tuple[str, ...], workers: Workers) -> tuple[Loaded | None, str, float]:
    start = time.perf_counter()
    try:
        loaded = workers.load(path, LoadOptions(passwords=passwords))
    except LoadError as error:
        return None, f"{type(error).__name__}: {error.message}", time.perf_counter() - start
    return loaded, "", time.perf_counter() - start


def _expected(expect: dict[str, Any]) -> str:
    words = {"text": "text", "password": "a password is asked for", "error": "a clear failure"}
    passages = len(expect["must_contain"]) + len(expect.get("reading_order", []))
    expected = words.get(expect["status"], "no text layer is named")
    return f"{expected}, {passages} passage{'s' * (passages != 1)} on their page" if passages else expected


def missing(loaded: Loaded, expect: dict[str, Any]) -> list[str]:
    """Return what a text should hold and does not, each where it should stand."""
    wrong = [
        f"{passage['text'][:40]!r} is not on {passage['page'] or 'it'}"
        for passage in expect["must_contain"] + expect.get("reading_order", [])
        if plain(passage["text"]) not in plain(_place(loaded, passage["page"]))
    ]
    pages = sum(place.kind == "page" for place in loaded.places)
    if "pages" in expect and pages != expect["pages"]:
        wrong.append(f"{pages} pages instead of {expect['pages']}")
    return wrong


def _place(loaded: Loaded, page: object) -> str:
    """Return the text of a page, or all of it where the passage has no page number."""
    if not isinstance(page, int):
        return loaded.text
    starts = [place.start for place in loaded.places if place.kind == "page"] + [len(loaded.text)]
    return loaded.text[starts[page - 1] : starts[page]] if page < len(starts) else ""


def plain(text: str) -> str:
    """Return text with runs of blanks made one."""
    return " ".join(text.split())


def table(found: list[Row]) -> str:
    """Return docs/formats.md."""
    good = sum(row.good for row in found)
    kinds = ", ".join(sorted({suffix for kind in FORMATS for suffix in kind.suffixes}))
    lines = [
        "# Formats",
        "",
        "Made by `python -m evals.format_table`; do not edit.",
        "",
        f"Read by their content; these endings are known: {kinds}.",
        "",
        *ABOUT,
        "",
        f"{good} of {len(found)} real files are as expected; the slowest took "
        f"{max(row.seconds for row in found):.1f} s (each read in a worker process).",
        "",
        "| file | what is hard | expected | got | s | |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for row in found:
        got = f"{row.got}: {row.wrong}" if row.wrong else row.got
        cells = (row.name, row.hard, row.expected, got.replace("|", "¦"), f"{row.seconds:.2f}")
        lines.append(f"| {' | '.join(cells)} | {'yes' if row.good else '**no**'} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write the table, or only check the files."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--check", action="store_true", help="write nothing, fail if a file is not as expected")
    arguments = parser.parse_args()
    folder = files_folder()
    if folder is None:
        print("The folder shared/eval/files is absent: nothing to read.", file=sys.stderr)
        return 2
    found = rows(folder)
    if not arguments.check:
        document = ROOT / "docs" / "formats.md"
        kept = section_of(document.read_text(encoding="utf-8"))
        document.write_text(with_section(table(found), kept), encoding="utf-8")
    for row in found:
        if not row.good:
            print(f"{row.name}: {row.wrong}")
    print(f"{sum(row.good for row in found)} of {len(found)} as expected")
    return 0 if all(row.good for row in found) else 1


if __name__ == "__main__":
    raise SystemExit(main())
