"""Tesseract: a program that a person installs with the system's packages.

It is called in a process of its own that can be stopped; no Python package is needed beside it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby, pairwise

from ingest.loaders.ocr.words import SECONDS, Reading, Word, turn

_CODE = re.compile(r"^[A-Za-z_]{2,20}$")
_PAGE, _WORD = "1", "5"
"""Levels of Tesseract's table: what a row of it is about."""


@dataclass(frozen=True, slots=True)
class Tesseract:
    """Tesseract with the languages that it reads.

    Attributes:
        program: Its path.
        languages: Its codes of them ("eng", "jpn").
        turns: Whether its data for finding out which way up a page is are there.
    """

    program: str
    languages: tuple[str, ...]
    turns: bool = False
    name: str = "Tesseract"

    def pages(self, picture: bytes) -> list[Reading]:
        """Return what stands on each page of a picture (PNM, PNG, JPEG, TIFF); none where Tesseract fails."""
        way = "1" if self.turns else "3"
        command = [self.program, "stdin", "stdout", "-l", "+".join(self.languages), "--psm", way, "tsv"]
        try:
            done = subprocess.run(
                command, input=picture, capture_output=True, timeout=SECONDS, check=False,
                env={"OMP_THREAD_LIMIT": "1", "PATH": os.defpath, **_data_folder()},
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired):
            return []
        return list(_readings(done.stdout.decode("utf-8", "replace"))) if done.returncode == 0 else []


def _readings(table: str) -> Iterator[Reading]:
    """Yield the pages of the table that Tesseract writes, a row for each page, block, paragraph, line and word."""
    rows = [row.split("\t") for row in table.splitlines()]
    whole = [row for row in rows if len(row) == 12 and row[1].isdigit()]
    for _, page in groupby(whole, key=lambda row: row[1]):
        width = height = 0.0
        lines: dict[tuple[str, ...], list[Word]] = {}
        for row in page:
            left, top, wide, high = map(float, row[6:10])
            if row[0] == _PAGE:
                width, height = wide, high
            elif row[0] == _WORD and row[11].strip():
                word = Word(row[11].strip(), (left, top, left + wide, top + high))
                lines.setdefault(tuple(row[2:5]), []).append(word)
        turned = _turned(list(lines.values()))
        yield Reading(
            tuple(
                tuple(Word(word.text, turn(word.box, turned, width, height)) for word in words)
                for words in lines.values()
            ),
            *((height, width) if turned in (90, 270) else (width, height)),
            turned,
        )


def _turned(lines: list[list[Word]]) -> int:
    """Return by how much a page must be turned clockwise so that its lines run to the right.

    Tesseract reads turned pages in their own order, and gives the boxes as they lie on the picture.
    """
    right = down = 0.0
    for line in lines:
        for before, word in pairwise(line):
            right += word.box[0] + word.box[2] - before.box[0] - before.box[2]
            down += word.box[1] + word.box[3] - before.box[1] - before.box[3]
    if abs(right) >= abs(down):
        return 180 if right < 0 else 0
    return 90 if down < 0 else 270


def find_tesseract(languages: tuple[str, ...]) -> tuple[Tesseract | None, str]:
    """Return Tesseract for these languages, or None and what is missing: "" for the program itself.

    Args:
        languages: Tesseract's codes; empty uses English.
    """
    program = shutil.which("tesseract")
    if program is None:
        return None, ""
    wanted = tuple(code for code in languages if _CODE.match(code)) or ("eng",)
    there = _installed(program)
    missing = [code for code in wanted if code not in there]
    if missing:
        return None, ", ".join(missing)
    return Tesseract(program, wanted, turns="osd" in there), ""


def _data_folder() -> dict[str, str]:
    """Return the variable that says where Tesseract's languages lie, where it is set."""
    return {name: os.environ[name] for name in ("TESSDATA_PREFIX",) if name in os.environ}


@cache
def _installed(program: str) -> frozenset[str]:
    try:
        done = subprocess.run([program, "--list-langs"], capture_output=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return frozenset()
    return frozenset((done.stdout + done.stderr).decode("utf-8", "replace").split())
