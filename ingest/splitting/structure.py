"""Blocks of a text: paragraphs, and what is a place rather than a statement.

Plain text carries no markup, so headings, captions, bylines and navigation are told by their look:
short, without a full stop, in title case or capitals, in brackets with "Image:" or "Photo", and so on.
They are found and shown as places, never quoted as an answer by themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vectorstore.document import Heading
from vectorstore.passage import ChunkKind

_BLANK_LINES = re.compile(r"\n[ \t\r\f\v\u3000]*\n\s*|\f")
_ITEM = re.compile(r"\s*(?:[-*•▪◦‣·–—]\s|\d{1,3}[.)]\s|\(?[a-zA-Z0-9]{1,3}\)\s|[①-⑳]|[一二三四五六七八九十]+[、．])")
_ENDS = re.compile(r"[.!?…。！？｡؟۔।:;][\"'”’»)\]」』）]*$")
_CAPTION = re.compile(
    r"^[(\[（【]?\s*(?:image|photo|picture|figure|fig\.|table|chart|source|credit|caption|illustration|map|video"
    r"|写真|画像|図表|図|表|出典)\s*(?:[:.：）]|\d+\s*[:.：]|credit|by\b|courtesy)",
    re.IGNORECASE,
)
_BYLINE = re.compile(
    r"^(?:by\s+[A-Z][\w.'’-]+(?:\s+(?:and\s+)?[A-Z][\w.'’-]+){0,6}(?:\s*[|,–—-].{0,60})?$"
    r"|(?:published|updated|last (?:updated|modified)|posted|written by|reporting by|editing by"
    r"|author|date(?!\s+of\b))\s*[:|]?\s.{0,80}$)",
    re.IGNORECASE,
)
_LABELLED = re.compile(r"^(?P<label>[^\W\d_a-z][\w.'’()/%&#-]*(?: [\w.'’()/%&#-]+){0,4}):[ \t]+\S")
"""A label and its value, as in forms and invoices: "Due date: 2 June"."""
_VALUE = re.compile(r":.*[\d@]|: .*: ")
"""What tells a label with its value from a title with a colon: a figure, or a path of labels. "Total: 128.40 GBP" and
"database: host: alpha", but not "The deal: a new blueprint"."""
_SET = re.compile(r"\w = \S|\s(?:[$€£¥]\s?\d[\d.,]*|\d[\d.,]*[.,]\d\d)(?:\s?\S{1,3})?$")
"""What is set to a value, or ends with an amount ("TOTAL $553.32")."""
_MAIL = re.compile(r"^(?:from|to|cc|bcc|reply-to|sent|subject)\s*:", re.IGNORECASE)
_ADDRESSED = re.compile(r"^(?:from|to|cc|bcc|reply-to|sent|subject)\s*:\s.*@", re.IGNORECASE)
"""A line of a mail's header."""
_QUOTED = re.compile(r"^(?:>[ \t]?)+\S")
"""A line of an earlier message in an answer to it."""
_NAVIGATION = re.compile(
    r"^(?:skip to|read more|share this|sign (?:in|up)|log ?in|subscribe|click here|back to top|table "
    r"of contents|contents$"
    r"|related (?:articles|posts)|advertisement|cookie|all rights reserved|©|copyright\b|next page"
    r"|previous page|menu$)",
    re.IGNORECASE,
)
_LABEL_ALONE = re.compile(r"[^\W\d_a-z][\w.'’()/%&#-]*(?: [\w.'’()/%&#-]+){0,5}:$")
"""A label whose value stands in the next line."""
PARTY = re.compile(
    r"(?:(?:bill(?:ed)?|ship(?:ped)?|sold|invoiced?|deliver(?:ed)?|remit|send|sent|issued|paid) (?:to|by)"
    r"|customer|client|supplier|vendor|seller|buyer|recipient|sender|payee|payer|tenant|landlord|employer|employee):",
    re.IGNORECASE,
)
"""A label under which a name stands, and an address under that: the name is its value."""
_AMOUNTS = re.compile(r"(?:\d+\s*[@x×*]\s*)?(?:[$€£¥]\s?|[A-Z]{3}\s)?\d[\d.,]*(?:\s?(?:[$€£¥]|[A-Z]{3}))?$")
"""A line of a receipt that says how many, for how much, or what that makes."""
_STAMPED = re.compile(
    r"\[?\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d|\[?\d\d:\d\d:\d\d\b|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d"
    r"|\d{1,3}(?:\.\d{1,3}){3} \S+ \S+ \["
)
"""The time at the beginning of a line of a log."""
_CELL = re.compile(r"\S+(?: \S+)*")
"""A cell of a row that is set with blanks: two part it from the next."""
ROW = 3
"""Cells that such a row has at least: two may be a wide blank in a line of prose."""
_SMALL_WORDS = frozenset(
    "a an and as at but by for from in into nor of off on or over per the to up via vs with".split()
)


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, list item, table row or heading: text[start:end]."""

    start: int
    end: int
    kind: ChunkKind = "body"

    @property
    def short(self) -> bool:
        """Whether it is a line of a list or a dialogue, which says little without its neighbours."""
        return self.end - self.start <= 100


def blocks(text: str, headings: Sequence[Heading] = ()) -> Iterator[Block]:
    """Yield the blocks of `text` in order, blanks around them left out."""
    known = {heading.start: heading for heading in headings}
    cuts = sorted({0, *known, *(h.end for h in headings if h.end < len(text))})
    for left, right in zip(cuts, [*cuts[1:], len(text)], strict=True):
        heading = known.get(left)
        if heading and heading.end == right:
            yield from _trimmed(text, left, right, "heading")
            continue
        begin = left
        for gap in _BLANK_LINES.finditer(text, left, right):
            yield from _paragraph(text, begin, gap.start())
            begin = gap.end()
        yield from _paragraph(text, begin, right)


def _trimmed(text: str, start: int, end: int, kind: ChunkKind) -> Iterator[Block]:
    piece = text[start:end]
    left = start + len(piece) - len(piece.lstrip())
    right = start + len(piece.rstrip())
    if left < right:
        yield Block(left, right, kind)


def _paragraph(text: str, start: int, end: int) -> Iterator[Block]:
    """Cut a run without blank lines where a line end is more than a wrap."""
    lines: list[tuple[int, int]] = []
    position = start
    while position < end:
        stop = text.find("\n", position, end)
        stop = end if stop < 0 else stop
        lines.append((position, stop))
        position = stop + 1
    if not lines:
        return
    widths = sorted(b - a for a, b in lines)
    wrap = widths[-1] if widths[-1] <= 130 else 0  # hard-wrapped text has no line much longer than this
    begin = 0
    joined = _joined(text, lines)
    fields = _fields(text, lines)
    rows = _rows(text, lines)
    for index in range(1, len(lines) + 1):
        if index < len(lines) and index in joined:
            continue
        row = begin in rows or index in rows
        if index == len(lines) or row or _breaks(text, lines[index - 1], lines[index], wrap):
            left, right = lines[begin][0], lines[index - 1][1]
            stated = begin in fields or (begin + 1 in joined and index > begin + 1)
            kind: ChunkKind = "table" if begin in rows else "body" if stated else kind_of(text[left:right])
            yield from _trimmed(text, left, right, kind)
            begin = index


def _fields(text: str, lines: Sequence[tuple[int, int]]) -> set[int]:
    """Return which lines are fields of a form: lines with labels, several in a row. The head of a mail is none."""
    labelled = [index for index, (start, end) in enumerate(lines) if _labelled(text[start:end].strip())]
    if any(_MAIL.match(text[slice(*lines[index])].strip()) for index in labelled):
        return set()
    return {index for index in labelled if index + 1 in labelled or index - 1 in labelled}


def _rows(text: str, lines: Sequence[tuple[int, int]]) -> set[int]:
    """Return which lines are rows of a table set with blanks: their cells stand under those of the line above."""
    cells = [[match.span() for match in _CELL.finditer(text[start:end])] for start, end in lines]
    found: set[int] = set()
    for index in range(1, len(cells)):
        above, here = cells[index - 1], cells[index]
        if len(above) == len(here) >= ROW and all(
            a[0] == b[0] or a[1] == b[1] for a, b in zip(above[1:], here[1:], strict=True)
        ):
            found.update((index - 1, index))
    return found


def _joined(text: str, lines: Sequence[tuple[int, int]]) -> set[int]:
    """Return which lines belong to the one before: a value under its label, amounts under what they are for."""
    if len(lines) > 40:
        return set()
    words = [text[start:end].strip() for start, end in lines]
    found: set[int] = set()
    for index in range(1, len(words)):
        label, value, after = words[index - 1], words[index], words[index + 1 : index + 2]
        free = not _ITEM.match(value) and not _labelled(value) and not _LABEL_ALONE.match(value)
        alone = all(map(_LABEL_ALONE.match, after)) or PARTY.fullmatch(label)
        if _LABEL_ALONE.match(label) and free and len(value) <= 100 and alone:
            found.add(index)
    if 2 <= len(words) <= 4 and not any(map(str.isdigit, words[0])) and all(map(_AMOUNTS.match, words[1:])):
        found.update(range(1, len(words)))
    return found


def _breaks(text: str, line: tuple[int, int], following: tuple[int, int], wrap: int) -> bool:
    """Tell whether the line end between two lines separates blocks."""
    this, after = text[line[0] : line[1]].rstrip(), text[following[0] : following[1]].strip()
    if not this or not after or not wrap or _ITEM.match(after):
        return True
    if " | " in this or " | " in after or "\t" in this:
        return True
    if _QUOTED.match(this) or _QUOTED.match(after) or _STAMPED.match(after):
        return True
    if _labelled(after) and (_labelled(this) or _ENDS.search(this) or len(this) < wrap * 0.6):
        return True
    full = len(this) >= wrap * 0.6
    if full and wrap >= 40:
        return False
    return not (after[0].islower() and not _ENDS.search(this))


def _labelled(line: str) -> bool:
    return len(line) <= 130 and _LABELLED.match(line) is not None


def kind_of(line: str) -> ChunkKind:
    """Tell what a block is by its look: "body" unless there is a sign of something else."""
    stripped = line.strip()
    if "\n" not in stripped and (" | " in stripped or "\t" in stripped):
        return "table"
    if "\n" not in stripped and (_ADDRESSED.match(stripped) or _QUOTED.match(stripped)):
        return "byline"
    if len(stripped) > 300:
        return "body"
    if _CAPTION.match(stripped):
        return "caption"
    if len(stripped) <= 100 and _BYLINE.match(stripped):
        return "byline"
    if len(stripped) <= 80 and _NAVIGATION.match(stripped):
        return "navigation"
    return "heading" if _looks_like_heading(stripped) else "body"


def _looks_like_heading(line: str) -> bool:
    if (
        len(line) > 120
        or "\n" in line
        or _ITEM.match(line)
        or (_LABELLED.match(line) and (_VALUE.search(line) or PARTY.match(line)))
        or _SET.search(line)
        or re.search(r"[.!…。！｡।;,、]$", line)
    ):
        return False
    words = re.findall(r"[^\W\d_][\w’'-]*", line)
    if not words or len(words) > 16 or re.search(r"[.!?]\s+[A-Z]", line):
        return False
    if line.isupper() and len(line) > 3:
        return True
    cased = [w for w in words if w[0].isupper() or w[0].islower()]
    if not cased or len(cased) < len(words):
        return False
    content = [w for w in cased if w.lower() not in _SMALL_WORDS]
    capitals = sum(1 for w in content if w[0].isupper())
    return bool(content) and len(content) >= 2 and capitals >= 0.75 * len(content) and line[0].isupper()
