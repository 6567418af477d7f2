"""OCR: the words on scanned pages and pictures, read by Tesseract where it is installed.

Tesseract is called as a program, in a process of its own that can be stopped; no Python package is
needed beside it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ingest.document import Loaded, LoadOptions
from ingest.errors import NoText, Unreadable
from ingest.loaders.builder import TextBuilder

SECONDS = 90
"""Time for one page."""
INSTALL = "To read scans, install Tesseract (for example: apt install tesseract-ocr, brew install tesseract)."
_CODE = re.compile(r"^[A-Za-z_]{2,20}$")


@dataclass(frozen=True, slots=True)
class Reader:
    """Tesseract with the languages that it reads."""

    program: str
    languages: tuple[str, ...]

    def pages(self, picture: bytes) -> list[list[str]]:
        """Return the lines of each page of a picture; none where Tesseract fails or takes too long.

        Args:
            picture: The bytes of a PNM, PNG, JPEG or TIFF file.
        """
        command = [self.program, "stdin", "stdout", "-l", "+".join(self.languages), "--psm", "3"]
        try:
            done = subprocess.run(
                command, input=picture, capture_output=True, timeout=SECONDS, check=False,
                env={"OMP_THREAD_LIMIT": "1", "PATH": os.defpath, **_data_folder()},
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired):
            return []
        if done.returncode != 0:
            return []
        pages = done.stdout.decode("utf-8", "replace").removesuffix("\f").split("\f")
        return [[line for line in page.splitlines() if line.strip()] for page in pages]


def _data_folder() -> dict[str, str]:
    """Return the variable that says where Tesseract's languages lie, where it is set."""
    return {name: os.environ[name] for name in ("TESSDATA_PREFIX",) if name in os.environ}


def find_reader(languages: tuple[str, ...]) -> tuple[Reader | None, str]:
    """Return Tesseract for these languages, or None and what to do.

    Args:
        languages: Tesseract's codes ("eng", "jpn"); empty uses English.
    """
    program = shutil.which("tesseract")
    if program is None:
        return None, INSTALL
    wanted = tuple(code for code in languages if _CODE.match(code)) or ("eng",)
    missing = [code for code in wanted if code not in _installed(program)]
    if missing:
        return None, f"To read scans, install Tesseract's data for: {', '.join(missing)}."
    return Reader(program, wanted), ""


@cache
def _installed(program: str) -> frozenset[str]:
    try:
        done = subprocess.run([program, "--list-langs"], capture_output=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return frozenset()
    return frozenset((done.stdout + done.stderr).decode("utf-8", "replace").split())


def load(path: Path, options: LoadOptions) -> Loaded:
    """Read the words on a picture (PNG, JPEG, TIFF …).

    Raises:
        NoText: Tesseract is not installed, or finds no words.
    """
    reader, how = find_reader(options.ocr_languages)
    if reader is None:
        raise NoText(f"{path.name} is a picture.", remedy=how)
    data = path.read_bytes()
    if len(data) > 100_000_000:
        raise Unreadable("The picture is too large.", remedy="Save it smaller.")
    builder = TextBuilder("image/*")
    options.more_time(SECONDS)
    for number, lines in enumerate(reader.pages(data), start=1):
        builder.place("page", number, by_ocr=True)
        builder.paragraph("\n".join(lines))
    builder.note("Read by OCR (Tesseract), which may err.")
    return builder.finish(empty=f"{path.name} is a picture on which no words were found.")
