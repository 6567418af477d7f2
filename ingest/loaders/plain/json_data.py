"""JSON and JSON Lines as readable text: paths as structure, one line a value.

Objects become "key: value" lines, nested keys joined by " › "; lists of like objects become tables;
long strings become paragraphs of their own. Each line of a JSON Lines file is a row.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from ingest.document import Loaded, LoadOptions
from ingest.errors import TooLarge, Unreadable
from ingest.loaders.builder import TextBuilder, add_table
from ingest.reading.decode import decode

LONG = 200
"""Characters from which a string stands as a paragraph."""
MAX_DEPTH = 200
_TITLES = ("title", "name", "headline", "subject", "heading", "label")


def load(path: Path, options: LoadOptions) -> Loaded:  # noqa: ARG001
    """Read a JSON or JSON Lines file."""
    decoded = decode(path.read_bytes())
    lines = path.suffix.lower() in (".jsonl", ".ndjson")
    builder = TextBuilder("application/jsonl" if lines else "application/json")
    for note in decoded.notes:
        builder.note(note)
    if not lines:
        try:
            _value(builder, _parsed(decoded.text), (), 1)
            return builder.finish(title=builder.title)
        except json.JSONDecodeError as error:
            # Several values one after the other: JSON Lines under another name.
            if not error.msg.startswith("Extra data"):
                raise _damaged(error) from error
            builder = TextBuilder("application/jsonl")
    _lines(builder, decoded.text)
    return builder.finish()


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except RecursionError as error:
        raise TooLarge("The JSON nests too deeply.", remedy="Flatten it, or leave it out.") from error


def _damaged(error: json.JSONDecodeError) -> Unreadable:
    return Unreadable(
        f"The JSON breaks off or is damaged in line {error.lineno}, column {error.colno}.",
        remedy="Mend it there, or save it again.",
    )


def _lines(builder: TextBuilder, text: str) -> None:
    """Add each line as a row; a few that are not JSON, as a log that breaks off has, are left out and counted."""
    good, bad = 0, []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            value = _parsed(line)
        except json.JSONDecodeError:
            bad.append(number)
            continue
        good += 1
        builder.place("row", number)
        if isinstance(value, dict) and not any(isinstance(v, dict | list) for v in value.values()):
            _record(builder, value)
        else:
            _value(builder, value, (), 1)
    if len(bad) > good:
        raise Unreadable(f"Line {bad[0]} is not JSON.", remedy="Mend that line, or name the file .txt.")
    if bad:
        which = f"Line {bad[0]} is" if len(bad) == 1 else f"{len(bad)} lines, the first of them {bad[0]}, are"
        builder.note(f"{which} not JSON and left out.")


def _record(builder: TextBuilder, record: dict[str, object]) -> None:
    """Add a flat object as one block."""
    first = True
    for key, value in record.items():
        if (words := _scalar(value)) != "":
            (builder.paragraph if first else builder.line)(f"{key}: {words}")
            first = False


def _value(builder: TextBuilder, value: object, path: tuple[str, ...], level: int) -> None:
    """Add a value under `path`; depth is bounded by the parser's own limit and by ours."""
    if len(path) > MAX_DEPTH:
        raise TooLarge("The JSON nests too deeply.", remedy="Flatten it, or leave it out.")
    if isinstance(value, dict):
        _object(builder, value, path, level)
    elif isinstance(value, list):
        _list(builder, value, path, level)
    else:
        words = _scalar(value)
        if words and path and len(words) < LONG:
            words = f"{' › '.join(path[-3:])}: {words}"
        builder.paragraph(words)


def _object(builder: TextBuilder, value: dict[str, object], path: tuple[str, ...], level: int) -> None:
    plain = {key: item for key, item in value.items() if not isinstance(item, dict | list)}
    deeper = {key: item for key, item in value.items() if isinstance(item, dict | list) and item}
    named = next((key for key in _TITLES if isinstance(plain.get(key), str) and plain[key]), "")
    if named and 0 < len(str(plain[named])) < LONG and (deeper or len(plain) > 2):
        builder.heading(str(plain.pop(named)), level)
        builder.title = builder.title or (str(value[named]) if not path else "")
        level, path = level + 1, ()
    first = True
    for key, item in plain.items():
        words = _scalar(item)
        if not words:
            continue
        if len(words) >= LONG:
            builder.paragraph(words)
            first = True
        else:
            (builder.paragraph if first else builder.line)(f"{' › '.join((*path[-3:], key))}: {words}")
            first = False
    for key, item in deeper.items():
        if len(path) == 0 and level <= 3:
            builder.heading(key, level)
            _value(builder, item, (), level + 1)
        else:
            _value(builder, item, (*path, key), level)


def _list(builder: TextBuilder, value: list[object], path: tuple[str, ...], level: int) -> None:
    if all(not isinstance(item, dict | list) for item in value):
        words = [_scalar(item) for item in value]
        if sum(map(len, words)) < LONG:
            prefix = f"{' › '.join(path[-3:])}: " if path else ""
            builder.paragraph(prefix + ", ".join(word for word in words if word))
        else:
            for word in words:
                builder.paragraph(word)
        return
    rows = _table(value)
    if rows:
        add_table(builder, rows, header=True)
        return
    for item in value:
        if isinstance(item, dict) and not any(isinstance(v, dict | list) for v in item.values()):
            _record(builder, item)
        else:
            _value(builder, item, path, level)


def _table(value: list[object]) -> list[list[str]]:
    """Return header and rows when all items are flat objects with short values and like keys."""
    if len(value) < 2:
        return []
    keys: dict[str, None] = {}
    for item in value:
        if not isinstance(item, dict):
            return []
        for inner in item.values():
            if isinstance(inner, dict | list) or (isinstance(inner, str) and len(inner) > LONG):
                return []
        keys.update(dict.fromkeys(item))
        if len(keys) > 24:
            return []
    return [list(keys), *_cells(value, list(keys))]


def _cells(value: list[object], keys: list[str]) -> Iterator[list[str]]:
    for item in value:
        if isinstance(item, dict):
            yield [_scalar(item.get(key)) for key in keys]


def _scalar(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
