"""Sets a sheet with Typst in a process of its own: what a long one takes of memory goes back to the machine.

Run as `python typeset.py`: the sheet comes as JSON on standard input, the PDF goes to standard output.
"""

from __future__ import annotations

import json
import re
import sys
import unicodedata
from importlib import import_module
from pathlib import Path
from typing import Any

ACCESSIBLE = "ua-1"
"""PDF/UA: tagged in reading order. It has no place for characters without a font."""
_MISSING = re.compile(r"the text `\"(.*?)\"` could not be displayed", re.DOTALL)


def typeset(sheet: dict[str, Any]) -> bytes:
    """Return a sheet as a PDF; where characters have no font, its first lines say so."""
    typst: Any = import_module("typst")  # an extra: it may not be here, nor its types
    fonts = typst.Fonts()

    def made(missing: str, standards: list[str]) -> bytes:
        template = Path(__file__).with_name("pdf.typ").read_bytes()
        inputs = {"sheet": json.dumps({**sheet, "missing": missing})}
        pdf: bytes = typst.compile(template, format="pdf", sys_inputs=inputs, font_paths=fonts, pdf_standards=standards)
        return pdf

    try:
        return made("", [ACCESSIBLE])
    except typst.TypstError as error:
        characters = "".join(_MISSING.findall(str(error.diagnostic)))
        if not characters:
            raise
        return made(missing_words(characters), [])


def missing_words(characters: str) -> str:
    """Return the sentence that says of which scripts there are characters that no font on this machine has."""
    scripts = ", ".join(sorted({_script(character) for character in characters}))
    return (
        f"No font on the machine that made this PDF has all of its characters ({scripts}); boxes stand for those. "
        "Install a font that has them there, such as Noto, or save as Word or HTML."
    )


def _script(character: str) -> str:
    if not unicodedata.category(character).startswith(("L", "M", "N")):
        return "signs"
    word = unicodedata.name(character, "others").split()[0]
    return word if word == "CJK" else word.capitalize()


if __name__ == "__main__":
    sys.stdout.buffer.write(typeset(json.load(sys.stdin.buffer)))
