"""AsciiDoc as plain text: titles, lists, tables, blocks; includes are never followed."""

from __future__ import annotations

import re
from pathlib import Path

from ingest.document import Loaded, LoadOptions
from ingest.loaders.builder import TextBuilder, add_table
from ingest.reading.decode import decode

_TITLE = re.compile(r"^(={1,6}|#{1,6})\s+(\S.*?)(?:\s+\1)?$")
_UNDERLINE = re.compile(r"^([=\-~^+])\1{2,}\s*$")
_ATTRIBUTE = re.compile(r"^:(!?[\w-]+!?):(?:\s+(.*))?$")
_ITEM = re.compile(r"^\s*(\*{1,6}|-|\.{1,6}|\d+\.|[a-z]\.|<\.>|<\d+>)\s+(\S.*)$")
_TERM = re.compile(r"^\s*(\S.*?)(?:::{1,3}|;;)(?:\s+(.*))?$")
_DELIMITER = re.compile(r"^(-{4,}|\.{4,}|={4,}|\*{4,}|_{4,}|\+{4,}|/{4,}|--|```\w*)\s*$")
_MACRO = re.compile(r"^(?:image|video|audio|include|toc|ifdef|ifndef|ifeval|endif)::?\S*\[(.*)\]\s*$")
_ADMONITION = re.compile(r"^(NOTE|TIP|IMPORTANT|CAUTION|WARNING): ")
_CELL = re.compile(r"(?:(?:^|(?<=\s))(?:\d*(?:\.\d+)?[*+])?(?:[<^>.]*)[aehlmdsv]?)?(?<!\\)\|")

_FOOTNOTE = re.compile(r"footnote:[^\s\[\]]*\[([^\]]+)\]")
_INLINE: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?:link|xref|mailto|image|kbd|btn|menu|footnote):{1,2}([^\s\[\]]*)\[([^\]]*)\]"), ""),
    (re.compile(r"(https?://[^\s\[\]<>]+)\[([^\]]+)\]"), r"\2"),
    (re.compile(r"<<[^<>,]+,\s*([^<>]+)>>"), r"\1"),
    (re.compile(r"<<([^<>]+)>>"), r"\1"),
    (re.compile(r"\[\[[^\]]*\]\]|\(\(\([^)]*\)\)\)|indexterm2?:\[[^\]]*\]"), ""),
    (re.compile(r"\[[.#][^\]]*\](?=[#*_`])"), ""),
    (re.compile(r"(?<!\w)\*\*?(?=\S)([^*\n]+?)(?<=\S)\*\*?(?!\w)"), r"\1"),
    (re.compile(r"(?<!\w)__?(?=\S)([^_\n]+?)(?<=\S)__?(?!\w)"), r"\1"),
    (re.compile(r"`\+?([^`\n]+?)\+?`"), r"\1"),
    (re.compile(r"(?<!\w)##?(?=\S)([^#\n]+?)(?<=\S)##?(?!\w)"), r"\1"),
    (re.compile(r"\^([^\s^]+)\^|~([^\s~]+)~"), r"\1\2"),
    (re.compile(r"pass:\w*\[([^\]]*)\]"), r"\1"),
)


def load(path: Path, options: LoadOptions) -> Loaded:  # noqa: ARG001
    """Read an AsciiDoc file."""
    decoded = decode(path.read_bytes())
    builder = TextBuilder("text/asciidoc")
    for note in decoded.notes:
        builder.note(note)
    _Blocks(builder, decoded.text.split("\n")).write()
    return builder.finish(title=builder.title)


class _Blocks:
    """Walks the lines of a file."""

    def __init__(self, builder: TextBuilder, lines: list[str]) -> None:
        self.builder, self.lines, self.at = builder, lines, 0
        self.attributes: dict[str, str] = {}
        self.in_list, self.begun = False, False
        self.numbers: list[tuple[str, int]] = []
        self.notes: list[str] = []

    def _line(self, offset: int = 0) -> str:
        index = self.at + offset
        return self.lines[index].rstrip() if index < len(self.lines) else ""

    def write(self) -> None:
        """Write all blocks."""
        while self.at < len(self.lines):
            line = self._line()
            if not line:
                self.at += 1
            elif not (self._skipped(line) or self._title(line) or self._block(line) or self._item(line)):
                self._paragraph()

    def _skipped(self, line: str) -> bool:
        """Take what is no text: comments, attributes, block options, macros."""
        attribute = _ATTRIBUTE.match(line)
        if attribute:
            self.attributes[attribute[1]] = attribute[2] or ""
        elif line.startswith("//") and not line.startswith("////"):
            pass
        elif macro := _MACRO.match(line):
            if line.startswith("image"):
                self.builder.paragraph(macro[1].split(",")[0].strip('"') if "=" not in macro[1] else "")
        elif re.match(r"^\[[^\[\]]*\]$|^\[\[.*\]\]$|^'''$|^<<<$|^\+$", line):
            pass
        else:
            return False
        self.at += 1
        return True

    def _title(self, line: str) -> bool:
        match = _TITLE.match(line)
        if match:
            self._heading(match[2], len(match[1]))
            self.at += 1
            # Author and revision stand under the document's title.
            while not self.begun and self._line() and not _ATTRIBUTE.match(self._line()):
                if self._line().startswith(("=", "[", "/")):
                    break
                self.builder.paragraph(self._line())
                self.at += 1
            self.begun = True
            return True
        under = _UNDERLINE.match(self._line(1))
        if under and abs(len(under.group().strip()) - len(line)) <= 2 and not _DELIMITER.match(line):
            self._heading(line, "=-~^+".index(under[1]) + 1)
            self.at += 2
            self.begun = True
            return True
        if line.startswith(".") and not line.startswith("..") and len(line) > 1 and line[1] not in " .":
            self.builder.paragraph(self._inline(line[1:]))  # the title of a block
            self.at += 1
            return True
        return False

    def _heading(self, text: str, level: int) -> None:
        words = self._inline(text)
        self.builder.title = self.builder.title or words
        self.builder.heading(words, level)
        self.in_list = False

    def _block(self, line: str) -> bool:
        if re.match(r"^[|,:!]={3,}$", line):
            self._table(line)
            return True
        match = _DELIMITER.match(line)
        if not match:
            return False
        self.begun = True
        end, self.at = self.at + 1, self.at + 1
        mark = match[1][:3] if match[1].startswith("```") else match[1]
        while end < len(self.lines) and self.lines[end].rstrip() != mark:
            end += 1
        inner, self.at = self.lines[self.at : end], end + 1
        if mark[0] in "-.`+" and mark != "--":
            self.builder.verbatim("\n".join(inner))
        elif mark[0] != "/":
            blocks = _Blocks(self.builder, inner)
            blocks.attributes, blocks.begun = self.attributes, True
            blocks.write()
        self.in_list = False
        return True

    def _table(self, mark: str) -> None:
        self.at += 1
        rows: list[list[str]] = []
        loose: list[str] = []
        columns = 0
        while self.at < len(self.lines) and self._line() != mark:
            line = self._line()
            self.at += 1
            if mark[0] == ",":
                rows.append(line.split(","))
                continue
            cells = [self._inline(cell.strip()) for cell in _CELL.split(line)]
            if cells and cells[0] and (loose or rows):
                (loose or rows[-1])[-1] += f" {cells[0]}"
            cells = cells[1:]
            if not cells:
                continue
            # The first line with several cells says how many columns there are.
            columns = columns or (len(cells) if len(cells) > 1 else 0)
            loose += cells
            while columns and len(loose) >= columns:
                rows.append(loose[:columns])
                loose = loose[columns:]
        self.at += 1
        rows += [loose] if loose else []
        add_table(self.builder, rows, header=len(rows) > 1)
        self.in_list = False

    def _item(self, line: str) -> bool:
        match = _ITEM.match(line)
        term = None if match or _MACRO.match(line) else _TERM.match(line)
        if not match and not term:
            return False
        self.begun = True
        self.at += 1
        words = [match[2]] if match else [f"{term[1]}:", term[2] or ""] if term else []
        while self._line() and not _ITEM.match(self._line()) and not _TERM.match(self._line()):
            if (
                self._line() == "+"
                or _MACRO.match(self._line())
                or _DELIMITER.match(self._line())
                or self._line().startswith("[")
            ):
                break
            words.append(self._line().strip())
            self.at += 1
        if not self.in_list:
            self.numbers = []
        label = self._label(match[1]) if match else ""
        write = self.builder.line if self.in_list else self.builder.paragraph
        write(label + self._inline(" ".join(words)))
        self.in_list = True
        self._write_notes()
        return True

    def _label(self, mark: str) -> str:
        """Return "• " or the number that a list's own marks do not carry."""
        if mark[0] in "*-":
            return "• "
        if mark[0] != ".":
            return f"{mark} "
        depth = next((i for i, (known, _) in enumerate(self.numbers) if known == mark), len(self.numbers))
        count = self.numbers[depth][1] + 1 if depth < len(self.numbers) else 1
        self.numbers = [*self.numbers[:depth], (mark, count)]
        return f"{count}. "

    def _paragraph(self) -> None:
        words: list[str] = []
        while self._line() and not _DELIMITER.match(self._line()) and not self._line().startswith("|==="):
            if _MACRO.match(self._line()):
                break
            hard = self._line().endswith(" +")
            words.append(self._line().removesuffix(" +").strip() + ("\n" if hard else " "))
            self.at += 1
        self.begun, self.in_list = True, False
        if not words:
            self.at += 1
        self.builder.paragraph(self._inline("".join(words)))
        self._write_notes()

    def _write_notes(self) -> None:
        """Write the footnotes of the block before."""
        notes, self.notes = self.notes, []
        for note in notes:
            self.builder.paragraph(f"Footnote: {self._inline(note)}")
            self.in_list = False

    def _inline(self, text: str) -> str:
        text = re.sub(r"\{([\w-]+)\}", lambda m: self.attributes.get(m[1], m[0])[:500], text)
        self.notes += _FOOTNOTE.findall(text)
        text = _FOOTNOTE.sub("", text)
        first, *rest = _INLINE
        text = first[0].sub(lambda m: m[2].split(",")[0] or m[1], text)
        for pattern, replacement in rest:
            text = pattern.sub(replacement, text)
        return text
