"""Read public files that were the subject of bug reports elsewhere, and judge what comes out by what a person sees.

    python -m evals.corpus --mirror FOLDER            # a table by format, and each file that is not right
    python -m evals.corpus --mirror FOLDER --write    # ... and write the table into docs/formats.md
    python -m evals.corpus --mirror FOLDER --only tika

The files are not part of this repository: `corpus.jsonl` names each by repository, commit, path and SHA-256. FOLDER
holds copies of the repositories, each as `owner+name/repo` (a bare Git directory) or as `owner/name` (a work tree);
what is absent there is counted, and nothing else is said of it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import subprocess
import sys
import tempfile
import unicodedata
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from ingest.document import Loaded, LoadOptions
from ingest.errors import LoadError
from ingest.reading.worker import Workers

DOCUMENT = Path(__file__).parents[1] / "docs" / "formats.md"
HEADING = "## Public files"
VERDICTS = ("right", "refused rightly", "partly", "wrong", "refused", "silent loss", "junk")
"""From best to worst. "refused": other programs read it, and we say that we do not."""
PARTLY = 0.5
"""Share of the passages that come out whole and in order from which a file is partly right, not wrong."""
_SPACES = re.compile(r"[\s|]+")


@dataclass(frozen=True, slots=True)
class Entry:
    """A file and what a person sees in it.

    Attributes:
        repository, commit, path: Where the file is.
        sha256: Of its bytes.
        format: Its row in the table.
        hard: What is hard about it.
        passages: What must be there, in this order, each in one of its spellings.
        never: What must not be there: what no person sees.
        refused: Name of the error that the file must give, or may, where there are passages too (OCR reads them,
            where it is installed); "" for one that must be read.
        note: Words of a note that must be there: of a loss that is known.
    """

    repository: str
    commit: str
    path: str
    sha256: str
    format: str
    hard: str
    passages: tuple[tuple[str, ...], ...] = ()
    never: tuple[str, ...] = ()
    refused: str = ""
    note: str = ""

    @property
    def name(self) -> str:
        """Return repository and name of the file."""
        return f"{self.repository}: {Path(self.path).name}"


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of a file: one of `VERDICTS`, and why."""

    entry: Entry
    verdict: str
    why: str = ""


def entries() -> list[Entry]:
    """Return the manifest."""
    path = Path(__file__).with_suffix(".jsonl")
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        row["passages"] = tuple(map(tuple, row.get("passages", ())))
        found.append(Entry(**{**row, "never": tuple(row.get("never", ()))}))
    return found


def content(entry: Entry, mirror: Path) -> bytes | None:
    """Return the bytes of a file, None where it is absent or another one than the manifest means."""
    owner, _, name = entry.repository.partition("/")
    tree, bare = mirror / owner / name / entry.path, mirror / f"{owner}+{name}" / "repo"
    data = b""
    if tree.is_file():
        data = tree.read_bytes()
    elif bare.is_dir():
        command = ["git", "-C", str(bare), "cat-file", "blob", f"{entry.commit}:{entry.path}"]
        data = subprocess.run(command, capture_output=True, check=False).stdout
    return data if hashlib.sha256(data).hexdigest() == entry.sha256 else None


def judge(entry: Entry, loaded: Loaded | None, error: LoadError | None = None) -> Judged:
    """Say what is to be said of what a file gave."""
    if loaded is None:
        name = type(error).__name__
        if entry.refused:
            good = name == entry.refused
            return Judged(entry, "refused rightly" if good else "wrong", "" if good else f"{name}: {error}")
        return Judged(entry, "refused", f"{name}: {error}")
    text = _plain(loaded.text)
    if seen := [words for words in entry.never if _plain(words) in text]:
        return Judged(entry, "junk", f"{seen[0]!r} is there")
    if entry.refused and not entry.passages:
        return Judged(entry, "junk", f"read, though it should give {entry.refused}")
    at, whole, missing = 0, 0, []
    for spellings in entry.passages:
        places = [(text.find(_plain(words), at), _plain(words)) for words in spellings]
        found = [(place, words) for place, words in places if place >= 0]
        if found:
            place, words = min(found)
            at, whole = place + len(words), whole + 1
        else:
            missing.append(spellings[0])
    noted = not entry.note or any(entry.note.lower() in note.lower() for note in loaded.notes)
    if not missing:
        return Judged(entry, "right") if noted else Judged(entry, "silent loss", f"no note says {entry.note!r}")
    why = f"not there, or not in its order: {missing[0]!r}"
    lost = next((words for words in missing if not _is_scattered(words, text)), "")
    if lost and not loaded.notes:
        return Judged(entry, "silent loss", f"not there: {lost!r}")
    return Judged(entry, "partly" if whole >= PARTLY * len(entry.passages) else "wrong", why)


def _plain(text: str) -> str:
    """Return a text as it is compared: blanks, line ends and borders of cells made one blank."""
    return _SPACES.sub(" ", unicodedata.normalize("NFC", text)).strip()


def _is_scattered(words: str, text: str) -> bool:
    """Tell whether all words of a passage stand in a text, wherever."""
    return all(word in text for word in _plain(words).split())


def judged(mirror: Path, *, only: str = "") -> tuple[list[Judged], int]:
    """Read all files that are there as an ingest does; return what became of each, and how many are absent."""
    found: list[Judged] = []
    absent = 0
    with tempfile.TemporaryDirectory() as folder, Workers(count=1) as workers:
        for number, entry in enumerate(entries()):
            if only not in entry.name:
                continue
            data = content(entry, mirror)
            if data is None:
                absent += 1
                continue
            # Each in a folder of its own: a name is part of what is judged, and two may have the same.
            path = Path(folder) / str(number) / Path(entry.path).name
            path.parent.mkdir()
            path.write_bytes(data)
            try:
                found.append(judge(entry, workers.load(path, LoadOptions())))
            except LoadError as error:
                found.append(judge(entry, None, error))
    return found, absent


def table(found: list[Judged]) -> list[str]:
    """Return the table by format as lines of Markdown."""
    shown = [verdict for verdict in VERDICTS if any(one.verdict == verdict for one in found)]
    lines = [f"| format | files | {' | '.join(shown)} |", f"|{' --- |' * (2 + len(shown))}"]
    for name in [*dict.fromkeys(one.entry.format for one in found), "all"]:
        rows = [one for one in found if name in ("all", one.entry.format)]
        counts = Counter(one.verdict for one in rows)
        cells = [str(counts[verdict] or "") for verdict in shown]
        lines.append(f"| {name} | {len(rows)} | {' | '.join(cells)} |".replace("|  |", "| |").replace("|  |", "| |"))
    return lines


def section(found: list[Judged]) -> str:
    """Return the section of docs/formats.md."""
    good = sum(one.verdict in ("right", "refused rightly") for one in found)
    lines = [
        HEADING,
        "",
        f"{len(found)} files from the tests of other projects, many of them once the subject of a bug report, against "
        "what a person sees in",
        f"them (`python -m evals.corpus --mirror FOLDER`): {good} are right ({good / len(found):.0%}).",
        "",
        *table(found),
        "",
    ]
    wrong = [one for one in found if one.verdict not in ("right", "refused rightly")]
    if wrong:
        lines += ["| not right | what is hard | |", "| --- | --- | --- |"]
        lines += [f"| {one.entry.name} | {one.entry.hard} | {one.verdict} |" for one in wrong]
    return "\n".join(lines).rstrip() + "\n"


def with_section(document: str, written: str) -> str:
    """Return docs/formats.md with its section of public files, the last one, written anew."""
    return f"{document.partition(HEADING)[0].rstrip()}\n\n{written}" if written else document


def section_of(document: str) -> str:
    """Return the section of public files that docs/formats.md has, "" where it has none."""
    _, heading, rest = document.partition(HEADING)
    return heading + rest


def main() -> int:
    """Print the table, and what is not right."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--mirror", type=Path, required=True, help="folder with copies of the repositories")
    parser.add_argument("--only", default="", help="only files whose repository or name holds this")
    parser.add_argument("--write", action="store_true", help="write the table into docs/formats.md")
    arguments = parser.parse_args()
    found, absent = judged(arguments.mirror, only=arguments.only)
    if not found:
        print("None of the files is there.", file=sys.stderr)
        return 2
    for one in found:
        if one.why:
            print(f"{one.verdict:12} {one.entry.name}: {one.why}")
    print("\n".join(table(found)))
    good = sum(one.verdict in ("right", "refused rightly") for one in found)
    print(f"{good} of {len(found)} right ({good / len(found):.1%}); {absent} absent")
    if arguments.write:
        DOCUMENT.write_text(with_section(DOCUMENT.read_text(encoding="utf-8"), section(found)), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
