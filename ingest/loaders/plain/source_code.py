"""Source code: kept as it is, with the names of functions and classes as headings.

The headings are lines of the file itself, found by their look in the language of the file's suffix; a
quoted function thus comes with the name of what it stands in. Nothing is parsed or run.
"""

from __future__ import annotations

import re
from pathlib import Path

from ingest.document import Loaded, LoadOptions
from ingest.reading.decode import decode
from vectorstore.document import Heading

MEDIA_TYPE = "text/x-source"
_C_LIKE = (
    r"^(?P<indent>[ \t]*)(?:(?:public|private|protected|internal|static|final|abstract|async|export|default"
    r"|override|virtual|inline|sealed|partial|open|data|pub(?:\([a-z]+\))?|unsafe|extern|const|constexpr)\s+)*"
)
_PATTERNS: dict[str, re.Pattern[str]] = {
    "python": re.compile(r"^(?P<indent>[ \t]*)(?:async\s+)?(?:def|class)\s+\w+.*$", re.M),
    "ruby": re.compile(r"^(?P<indent>[ \t]*)(?:def|class|module)\s+\S+.*$", re.M),
    "go": re.compile(r"^(?P<indent>)(?:func|type)\s+.+$", re.M),
    "rust": re.compile(_C_LIKE + r"(?:fn|struct|enum|trait|impl|mod)\b.+$", re.M),
    "script": re.compile(
        _C_LIKE + r"(?:function\*?\s+\w+.*|class\s+\w+.*|interface\s+\w+.*|enum\s+\w+.*|type\s+\w+\s*=.*"
        r"|(?:const|let|var)\s+\w+\s*=\s*(?:async\s*)?(?:function\b|\([^()]*\)\s*=>).*)$",
        re.M,
    ),
    "c": re.compile(
        _C_LIKE + r"(?:(?:class|struct|enum|interface|namespace|union|record|object|trait|fun|func|protocol"
        r"|extension)\s+\w+.*|(?:[\w:<>*&\[\],?]+\s+)+\**[\w:~]+\s*\([^;{}]*\)[^;{}=]*\{?\s*)$",
        re.M,
    ),
    "shell": re.compile(r"^(?P<indent>)(?:function\s+[\w-]+|[\w-]+\s*\(\)).*$", re.M),
    "sql": re.compile(
        r"^(?P<indent>)create\s+(?:or\s+replace\s+)?(?:temp(?:orary)?\s+)?(?:table|view|function|procedure"
        r"|index|trigger|type)\b.*$",
        re.M | re.I,
    ),
    "css": re.compile(r"^(?P<indent>)[^\s{}@/][^{}\n]*\{\s*$", re.M),
}  # fmt: skip
_LANGUAGES = {
    ".py": "python", ".pyi": "python", ".pyx": "python", ".rb": "ruby", ".go": "go", ".rs": "rust",
    ".js": "script", ".mjs": "script", ".cjs": "script", ".jsx": "script", ".ts": "script", ".tsx": "script",
    ".vue": "script", ".svelte": "script", ".c": "c", ".h": "c", ".cc": "c", ".cpp": "c", ".cxx": "c",
    ".hpp": "c", ".hh": "c", ".java": "c", ".cs": "c", ".kt": "c", ".kts": "c", ".swift": "c", ".scala": "c",
    ".m": "c", ".php": "c", ".dart": "c", ".groovy": "c", ".sh": "shell", ".bash": "shell", ".zsh": "shell",
    ".sql": "sql", ".css": "css", ".scss": "css", ".less": "css",
}  # fmt: skip
_NOT_NAMES = re.compile(r"^\s*(?:if|else|for|while|switch|return|catch|do|try|new|throw|case|using|foreach)\b")
MAX_HEADINGS = 20_000
MAX_LINE = 2_000
"""A file with longer lines is minified or generated: no names are looked for."""


def load(path: Path, options: LoadOptions) -> Loaded:  # noqa: ARG001
    """Read a file of source code."""
    decoded = decode(path.read_bytes())
    text = decoded.text.replace("\f", "\n")
    return Loaded(
        text=text,
        media_type=MEDIA_TYPE,
        headings=tuple(_headings(text, _LANGUAGES.get(path.suffix.lower(), ""))),
        notes=decoded.notes,
    )


def _headings(text: str, language: str) -> list[Heading]:
    """Return the lines that name functions and classes, deeper ones one level lower."""
    pattern = _PATTERNS.get(language)
    if pattern is None or max(map(len, text.split("\n")), default=0) > MAX_LINE:
        return []
    headings: list[Heading] = []
    for match in pattern.finditer(text):
        line = match.group()
        if _NOT_NAMES.match(line):
            continue
        indent = len(match["indent"].expandtabs(4))
        start = match.start() + len(match["indent"])
        words = text[start : match.end()].rstrip(" \t{")
        if words:
            headings.append(Heading(start, start + len(words), min(1 + indent // 2, 6)))
        if len(headings) >= MAX_HEADINGS:
            break
    return headings
