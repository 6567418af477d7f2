"""Settings files (YAML, TOML, INI, .env, properties): a value a line, with the keys that lead to it.

Read by lines rather than parsed: a file that a parser would refuse is still text, and comments, which
often say what a value is for, are kept where they stand.
"""

from __future__ import annotations

import re
from pathlib import Path

from ingest.document import Loaded, LoadOptions
from ingest.loaders.builder import TextBuilder
from ingest.reading.decode import decode

MEDIA_TYPE = "text/x-config"
_SECTION = re.compile(r"\s*\[{1,2}\s*([^\[\]]+?)\s*\]{1,2}\s*(?:[#;].*)?$")
_YAML = re.compile(
    r"(?P<indent>\s*)(?P<item>(?:-\s+)*)(?P<key>[^\s:#\-'\"{\[][^:#]*|\"[^\"]*\"|'[^']*')\s*:(?:\s+(?P<value>.*))?$"
)
_PAIR = re.compile(r"\s*(?:export\s+)?(?P<key>[\w.\-\"' ]+?)\s*=\s*(?P<value>.*)$")
_COMMENT = re.compile(r"\s*(?:#|;|//|!)\s?(.*)$")
_BLOCK = re.compile(r"[|>][+-]?\d?$")


def load(path: Path, options: LoadOptions) -> Loaded:  # noqa: ARG001
    """Read a settings file."""
    decoded = decode(path.read_bytes())
    builder = TextBuilder(MEDIA_TYPE)
    for note in decoded.notes:
        builder.note(note)
    yaml = path.suffix.lower() in (".yaml", ".yml")
    for words in _yaml(decoded.text) if yaml else _sections(decoded.text):
        builder.paragraph(words)
    return builder.finish(empty=f"{path.name} has no settings.")


def _sections(text: str) -> list[str]:
    """Return "section: key = value" for each pair of TOML, INI, .env and properties."""
    found: list[str] = []
    section, open_list = "", ""
    for line in text.split("\n"):
        if open_list:
            # A list or a long text over several lines belongs to its key.
            found[-1] += " " + line.strip()
            open_list = "" if line.rstrip().endswith(open_list) else open_list
        elif match := _SECTION.match(line):
            section = match[1].replace(".", ": ")
        elif comment := _COMMENT.match(line):
            found.append(comment[1])
        elif match := _PAIR.match(line):
            value = match["value"].strip()
            lead = f"{section}: " if section else ""
            found.append(f"{lead}{match['key'].strip()} = {value}")
            open_list = _left_open(value)
        else:
            found.append(line)
    return found


def _left_open(value: str) -> str:
    """Return what ends a value that goes on in the next lines, "" of one that is whole."""
    for begin, end in (('"""', '"""'), ("'''", "'''"), ("[", "]")):
        if value.startswith(begin) and end not in value[len(begin) :]:
            return end
    return ""


def _yaml(text: str) -> list[str]:
    """Return "outer: inner: value" for each value of YAML."""
    found: list[str] = []
    keys: list[tuple[int, str]] = []
    block = -1  # indent of the key whose long text is being read
    for line in text.split("\n"):
        indent = len(line) - len(line.lstrip())
        if block >= 0 and (not line.strip() or indent > block):
            found[-1] = f"{found[-1]} {line.strip()}".rstrip()
            continue
        block = -1
        if not line.strip() or line.strip() in ("---", "..."):
            continue
        if comment := _COMMENT.match(line):
            found.append(comment[1])
            continue
        match = _YAML.match(line)
        depth = indent + len(match["item"]) if match else indent
        while keys and keys[-1][0] >= depth and not (match is None and keys[-1][0] == depth):
            keys.pop()
        path = "".join(f"{key}: " for _, key in keys)
        if match is None:
            found.append(path + line.strip().removeprefix("- "))
            continue
        key, value = match["key"].strip(), (match["value"] or "").strip()
        if _BLOCK.match(value):
            found.append(f"{path}{key}:")
            block = depth
        elif value and not value.startswith("#"):
            found.append(f"{path}{key}: {value}")
        else:
            keys.append((depth, key))
    return found
