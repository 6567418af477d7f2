"""reStructuredText as plain text: titles, lists, tables and notes; marks and directives go.

docutils would be the full parser, but it can include files and run code unless every switch is set,
and it stops at unknown directives, which most real files have.
"""

from __future__ import annotations

import re
from pathlib import Path

from ingest.document import Loaded, LoadOptions
from ingest.loaders.builder import TextBuilder, add_table, one_line
from ingest.reading.decode import decode

_ADORNMENT = re.compile(r"""^([!-/:-@\[-`{-~])\1{2,}\s*$""")
_DIRECTIVE = re.compile(r"^\.\.\s+(?:\|[^|]+\|\s+)?([\w:+.-]+)::\s*(.*)$")
_EXPLICIT = re.compile(r"^\.\.(?:\s|$)")
_NOTE_TARGET = re.compile(r"^\.\.\s+\[([^\]]+)\]\s+(.*)$")
_FIELD = re.compile(r"^:([^:`]+):(?:\s+(.*))?$")
_ITEM = re.compile(r"^(\s*)([*+•-]|\(?(?:\d{1,3}|[a-zA-Z]|#|[ivxlIVXL]+)[.)])\s+(.*)$")
_GRID = re.compile(r"^\s*\+[-=+]+\+\s*$")
_SIMPLE = re.compile(r"^\s*=+(?:\s+=+)+\s*$")
_OPTION = re.compile(r"^\s+:[\w-]+:")

_CODE = frozenset(("code", "code-block", "sourcecode", "highlight", "parsed-literal", "literalinclude", "math"))
_NOTHING = frozenset(
    ("autoclass", "autofunction", "automethod", "automodule", "class", "contents", "currentmodule",
     "default-role", "footer", "graphviz", "header", "highlight", "image", "include", "index",
     "literalinclude", "meta", "module", "only", "plot", "raw", "replace", "role", "sectnum",
     "tabularcolumns", "target-notes", "toctree", "unicode")
)  # fmt: skip

_INLINE: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"``(.+?)``"), r"\1"),
    (re.compile(r":[\w:+.-]+:`~?!?([^`<]+?)\s*<[^`>]*>`"), r"\1"),
    (re.compile(r":[\w:+.-]+:`[~!]?([^`]+)`"), r"\1"),
    (re.compile(r"`([^`<]+?)\s*<[^`>]*>`__?"), r"\1"),
    (re.compile(r"`([^`]+)`(?:__?|:[\w:]+:)?"), r"\1"),
    (re.compile(r"(?<!\*)\*\*(?=\S)(.+?)(?<=\S)\*\*(?!\*)"), r"\1"),
    (re.compile(r"(?<![\w*])\*(?=\S)([^*]+?)(?<=\S)\*(?![\w*])"), r"\1"),
    (re.compile(r"\|([^|\s][^|]*?)\|_{0,2}"), r"\1"),
    (re.compile(r"\s?\[(?:#\w*|\d+|\*)\]_"), ""),
    (re.compile(r"(?<=\w)__?(?=[\s.,;:!?)]|$)"), ""),
    (re.compile(r"\\(.)"), r"\1"),
)


def load(path: Path, options: LoadOptions) -> Loaded:  # noqa: ARG001
    """Read a reStructuredText file. Nothing is included or run."""
    decoded = decode(path.read_bytes())
    builder = TextBuilder("text/x-rst")
    for note in decoded.notes:
        builder.note(note)
    _Blocks(builder, decoded.text.expandtabs(8).split("\n")).write()
    return builder.finish(title=builder.title)


def inline(text: str) -> str:
    """Return text without inline marks."""
    for pattern, replacement in _INLINE:
        text = pattern.sub(replacement, text)
    return text


class _Blocks:
    """Walks the lines of a file."""

    def __init__(self, builder: TextBuilder, lines: list[str]) -> None:
        self.builder, self.lines, self.at = builder, lines, 0
        self.adornments: list[str] = []
        self.in_list = False

    def line(self, offset: int = 0) -> str:
        """Return a line near the current one, "" past the end."""
        index = self.at + offset
        return self.lines[index] if 0 <= index < len(self.lines) else ""

    def write(self) -> None:
        """Write all blocks."""
        while self.at < len(self.lines):
            line = self.line()
            if not line.strip():
                self.at += 1
            elif not (self._title() or self._explicit() or self._table() or self._item()):
                self._paragraph()

    def _title(self) -> bool:
        over = _ADORNMENT.match(self.line())
        if over and self.line(1).strip() and _ADORNMENT.match(self.line(2)) and self.line(2)[:1] == self.line()[:1]:
            self._heading(self.line(1), f"over{self.line()[0]}")
            self.at += 3
            return True
        under = _ADORNMENT.match(self.line(1))
        if under and not over and not self.line().startswith(" ") and len(self.line(1).strip()) >= min(
            len(self.line().strip()), 4
        ) and not _ITEM.match(self.line()):  # fmt: skip
            self._heading(self.line(), self.line(1)[0])
            self.at += 2
            return True
        if over and not self.line(1).strip():
            self.at += 1  # a transition line
            return True
        return False

    def _heading(self, text: str, adornment: str) -> None:
        if adornment not in self.adornments:
            self.adornments.append(adornment)
        words = one_line(inline(text))
        self.builder.title = self.builder.title or words
        self.builder.heading(words, self.adornments.index(adornment) + 1)
        self.in_list = False

    def _body(self) -> list[str]:
        """Take the lines that are indented under the current one, dedented."""
        taken: list[str] = []
        while self.at < len(self.lines) and (not self.line().strip() or self.line().startswith(" ")):
            taken.append(self.line())
            self.at += 1
        while taken and not taken[-1].strip():
            taken.pop()
        indent = min((len(t) - len(t.lstrip()) for t in taken if t.strip()), default=0)
        return [t[indent:] for t in taken]

    def _explicit(self) -> bool:
        line = self.line()
        if not _EXPLICIT.match(line):
            return False
        self.in_list = False
        self.at += 1
        note, directive = _NOTE_TARGET.match(line), _DIRECTIVE.match(line)
        body = self._body()
        if note:
            self.builder.paragraph("Footnote: " + inline(" ".join([note[2], *body])))
        elif directive:
            self._directive(directive[1].rpartition(":")[2] or directive[1], directive[2], body)
        return True

    def _directive(self, name: str, argument: str, body: list[str]) -> None:
        while body and (_FIELD.match(body[0]) or not body[0].strip()):
            body.pop(0)
        if name in _NOTHING:
            return
        if name in _CODE:
            self.builder.verbatim("\n".join(body) or argument)
            return
        if name in ("csv-table", "list-table", "table", "figure"):
            self.builder.paragraph(inline(argument) if name != "figure" else "")
            if name == "csv-table":
                add_table(self.builder, [row.split(",") for row in body if row.strip()], header=False)
                return
            if name == "list-table":
                add_table(self.builder, _list_table(body), header=True)
                return
        elif argument:
            self.builder.paragraph(inline(argument))
        _Blocks(self.builder, body).write()

    def _table(self) -> bool:
        if _GRID.match(self.line()):
            rows = self._grid()
        elif _SIMPLE.match(self.line()):
            rows = self._simple()
        else:
            return False
        self.in_list = False
        add_table(self.builder, [[inline(cell) for cell in row] for row in rows], header=True)
        return True

    def _grid(self) -> list[list[str]]:
        rows: list[list[str]] = []
        current: list[str] = []
        while self.at < len(self.lines) and self.line().strip()[:1] in ("+", "|"):
            line = self.line().strip()
            self.at += 1
            if line.startswith("+"):
                if any(current):
                    rows.append(current)
                current = []
                continue
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            if len(cells) > len(current):
                current += [""] * (len(cells) - len(current))
            for index, cell in enumerate(cells):
                current[index] = f"{current[index]} {cell}".strip()
        return rows

    def _simple(self) -> list[list[str]]:
        spans = [match.span() for match in re.finditer(r"=+", self.line())]
        rows: list[list[str]] = []
        self.at += 1
        borders = 1
        while self.at < len(self.lines) and borders < 3:
            line = self.line()
            self.at += 1
            if _SIMPLE.match(line):
                borders += 1
                # A table without a header has only two borders.
                if borders == 2 and not self.line().strip():
                    break
                continue
            if not line.strip() or set(line.strip()) <= {"-", " "}:
                continue
            ends = [span[0] for span in spans[1:]] + [len(line) + 1]
            cells = [line[start:end].strip() for (start, _), end in zip(spans, ends, strict=True)]
            if rows and not cells[0]:
                rows[-1] = [f"{a} {b}".strip() for a, b in zip(rows[-1], cells, strict=True)]
            else:
                rows.append(cells)
        return rows

    def _item(self) -> bool:
        field = _FIELD.match(self.line())
        item = _ITEM.match(self.line())
        if not item and not field:
            return False
        indent = len(item[1]) if item else 0
        words = [item[3]] if item else [f"{field[1]}:", field[2] or ""] if field else []
        self.at += 1
        while self.line().strip() and not _ITEM.match(self.line()) and self.line().startswith(" " * (indent + 1)):
            words.append(self.line().strip())
            self.at += 1
        label = f"{item[2]} " if item else ""
        write = self.builder.line if self.in_list else self.builder.paragraph
        write(label + inline(" ".join(words)).removesuffix("::"))
        self.in_list = True
        if words and words[-1].endswith("::"):
            self.builder.verbatim("\n".join(self._body()))
            self.in_list = False
        return True

    def _paragraph(self) -> None:
        words: list[str] = []
        indent = len(self.line()) - len(self.line().lstrip())
        while self.line().strip():
            if words and (self.line(1) and _ADORNMENT.match(self.line(1)) and not self.line().startswith(" ")):
                break
            if words and len(self.line()) - len(self.line().lstrip()) > indent:
                break  # a definition or a quotation begins
            words.append(self.line().strip())
            self.at += 1
        self.in_list = False
        text = " ".join(words)
        literal = text.endswith("::")
        text = text[:-1] if literal and not text.endswith(" ::") else text.removesuffix("::")
        self.builder.paragraph(inline(text) if text.strip(" :") else "")
        if literal:
            self.builder.verbatim("\n".join(self._body()))


def _list_table(body: list[str]) -> list[list[str]]:
    rows: list[list[str]] = []
    for line in body:
        stripped = line.strip()
        if stripped.startswith("* - ") or stripped == "* -":
            rows.append([inline(stripped[4:])])
        elif stripped.startswith("- ") or stripped == "-":
            if rows:
                rows[-1].append(inline(stripped[2:]))
        elif stripped and rows:
            rows[-1][-1] += " " + inline(stripped)
    return rows
