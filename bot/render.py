"""Answers as text: plain, Markdown, and the words that every surface shares. Pure functions.

Text of documents is data. `visible` and `one_line` take out what could act on a terminal or reorder
a line; `escape_markdown` takes out what could be markup. Whatever a surface prints of a document, a
title or a file's name passes through one of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import PurePath

from bot.answer import Answer, Citation, Conflict, Statement
from bot.text.lists import lines_of_list
from vectorstore.passage import Passage

ABSTAINED = "The documents don't say."
NEAREST = "Nearest passages, which do not answer it:"
SOURCES = "Sources"
TITLE_LENGTH = 100
"""Longest title that is shown whole, in characters."""

# C0 and DEL have pictures (␛, ␡); C1, lone surrogates and noncharacters have none.
_CONTROLS = {code: 0x2400 + code for code in range(0x20) if code not in (0x09, 0x0A)} | {0x7F: 0x2421}
_HIDDEN = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xE0000, 0xE0080), 0xFEFF))
_BROKEN = dict.fromkeys((*range(0x80, 0xA0), 0xFFFE, 0xFFFF), 0xFFFD)
_VISIBLE: dict[int, int | None] = {**_CONTROLS, **_HIDDEN, **_BROKEN, 0x2028: 0x0A, 0x2029: 0x0A, 0x85: 0x0A}
_SURROGATES = re.compile("[\ud800-\udfff]")
# Only where it would be markup: "R&D", "x < 5", "a_b" and "$5" are none, and are read by people too.
_MARKDOWN = re.compile(
    r"([\\`*\[\]~|]|(?<![^\W_])_|_(?![^\W_])|<(?=[A-Za-z/!?])|&(?=#?\w+;)|\$(?!\d))|^([ \t]*)([#>+=-]|\d+(?=[.)]))",
    re.MULTILINE,
)


def visible(text: str) -> str:
    """Return `text` with nothing in it that a terminal would obey or that would hide or reorder words.

    Control characters become their pictures (an escape sequence is read, not run), bidirectional
    embeddings, overrides and invisible tag characters are dropped, broken code points become "�".
    Line ends and tabs stay.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_VISIBLE)
    return _SURROGATES.sub("\ufffd", text)


def one_line(text: str, *, limit: int = 0) -> str:
    """Return `text` made visible on one line, cut in the middle where longer than `limit` characters."""
    text = " ".join(visible(text).split())
    if not limit or len(text) <= limit:
        return text
    head = (limit - 1) * 2 // 3
    return f"{text[:head].rstrip()}…{text[len(text) - (limit - 1 - head) :].lstrip()}"


def escape_markdown(text: str) -> str:
    """Return `text` so that Markdown shows it as it is: no emphasis, links, HTML, lists or headings."""

    def escape(match: re.Match[str]) -> str:
        mark, blanks, start = match.groups()
        if mark:
            return {"<": "&lt;", "&": "&amp;"}.get(mark, "\\" + mark)
        return f"{blanks}{start}\\" if start.isdigit() else f"{blanks}\\{start}"

    # A text that begins with a blank or a number keeps what stands there; only the mark is defused.
    return _MARKDOWN.sub(escape, visible(text))


def shown_source(source: str, *, folder: str = "") -> str:
    """Return a source for a person: relative to `folder` where it lies inside, on one line."""
    path = PurePath(source)
    if folder and path.is_absolute() and path.is_relative_to(folder):
        source = str(path.relative_to(folder))
    return one_line(source)


def markers(numbers: Iterable[int]) -> str:
    """Return footnote marks: "[1][2]"."""
    return "".join(f"[{number}]" for number in numbers)


def where(citation: Citation | Passage) -> str:
    """Return title and place of a citation or passage: "Title, p. 14, Liquidity"."""
    title = one_line(citation.title, limit=TITLE_LENGTH) or shown_source(citation.source)
    heading = citation.heading if isinstance(citation, Passage) else ""
    place = ", ".join(one_line(part, limit=2 * TITLE_LENGTH) for part in (citation.place, heading) if part)
    return titled(title, place)


def titled(title: str, place: str) -> str:
    """Return "Title, place"; a heading that only repeats the title is left out."""
    repeated = re.compile(rf"(^|, ){re.escape(title)}(?: › |$)")
    place = repeated.sub(r"\1", place, count=1).removesuffix(", ")
    return f"{title}, {place}" if place else title


def searched_words(answer: Answer) -> str:
    """Return what was searched, as a sentence: "Searched all 6 documents for “…”."; "" if it is not known."""
    query = f" for “{one_line(answer.searched_for, limit=300)}”" if answer.searched_for else ""
    if not answer.searched and not query:
        return ""
    return f"Searched {answer.searched or 'the documents'}{query}."


def conflict_words(answer: Answer, conflict: Conflict) -> str:
    """Return one disagreement as a sentence with each value and its source."""
    by_number = {citation.number: citation for citation in answer.citations}
    sides = []
    for value, index in zip(conflict.values, conflict.statements, strict=False):
        numbers = answer.statements[index].citations
        titles = dict.fromkeys(one_line(by_number[n].title, limit=TITLE_LENGTH) for n in numbers if n in by_number)
        source = " ".join((*titles, markers(numbers))).strip()
        sides.append(f"{one_line(value)} ({source})" if source else one_line(value))
    return f"These sources differ on a {conflict.kind}: {'; '.join(sides)}."


def withheld_words(answer: Answer) -> str:
    """Return how many sentences of a chat model were withheld, as a sentence; "" if none were."""
    count = len(answer.withheld)
    if not count:
        return ""
    return f"{count} sentence{'s' if count > 1 else ''} withheld: not supported by the sources."


def remarks(answer: Answer, *, show_withheld: bool = False) -> tuple[str, ...]:
    """Return the sentences that stand between an answer and its footnotes: conflicts, withheld, notice."""
    lines = [conflict_words(answer, conflict) for conflict in answer.conflicts]
    if answer.withheld:
        lines.append(withheld_words(answer))
        if show_withheld:
            lines += [f"- Withheld: {one_line(w.text)} ({one_line(w.reason)})" for w in answer.withheld]
    if answer.notice:
        lines.append(one_line(answer.notice))
    return tuple(lines)


def statement_words(answer: Answer, statement: Statement) -> str:
    """Return the words of a statement without its marks, on one line unless it is code or a table."""
    text = one_line(statement.text)
    if _keeps_lines(answer, statement):
        text = re.sub(r"\n\s*\n", "\n", visible(statement.text).strip())
    if statement.support == "partly" and statement.note:
        return f"{text} (partly supported: {one_line(statement.note)})"
    return text


def paragraphs(answer: Answer) -> tuple[tuple[Statement, ...], ...]:
    """Return the statements by paragraph: quotes stand each on their own, written sentences flow."""
    if any(statement.support == "quoted" for statement in answer.statements):
        return tuple((statement,) for statement in answer.statements)
    return (answer.statements,) if answer.statements else ()


def footnote_line(citation: Citation, *, folder: str = "") -> str:
    """Return one footnote on a line: number, title, place, quote, source."""
    source = shown_source(citation.source, folder=folder)
    return f"[{citation.number}] {where(citation)} — “{one_line(citation.quote)}” ({source})"


def plain_text(
    answer: Answer, *, nearest: Sequence[Passage] = (), show_withheld: bool = False, folder: str = ""
) -> str:
    """Return an answer as plain text: statements with [1] marks, remarks, then a footnote a line.

    Args:
        answer: What to show.
        nearest: Passages to offer when it abstained; none are shown otherwise.
        show_withheld: Whether withheld sentences are shown with the reason.
        folder: Sources inside this folder are shown relative to it.
    """
    notes = remarks(answer, show_withheld=show_withheld)
    if answer.abstained:
        lines = [" ".join(part for part in (ABSTAINED, searched_words(answer)) if part), *notes]
        return "\n".join(lines + _nearest_lines(nearest))
    body = [
        " ".join(f"{statement_words(answer, s)} {markers(s.citations)}".rstrip() for s in paragraph)
        for paragraph in paragraphs(answer)
    ]
    feet = [footnote_line(citation, folder=folder) for citation in answer.citations]
    searched = [searched_words(answer)] if answer.searched_for else []
    blocks = ["\n".join(body), "\n".join((*notes, *searched)), "\n".join(feet)]
    return "\n\n".join(block for block in blocks if block)


def markdown(answer: Answer, *, nearest: Sequence[Passage] = (), show_withheld: bool = False, folder: str = "") -> str:
    """Return an answer as Markdown in which no document's text is markup. Arguments as for `plain_text`."""
    notes = [escape_markdown(line) for line in remarks(answer, show_withheld=show_withheld)]
    searched = searched_words(answer)
    if answer.abstained:
        first = f"**{ABSTAINED}** {escape_markdown(searched)}".strip()
        return "\n\n".join([first, *notes, *(escape_markdown(line) for line in _nearest_lines(nearest))])
    body = [
        " ".join(_markdown_statement(answer, statement) for statement in paragraph) for paragraph in paragraphs(answer)
    ]
    if answer.searched_for:
        notes.append(f"*{escape_markdown(searched)}*")
    feet = [
        f"- \\[{c.number}\\] **{escape_markdown(where(c))}** — “{escape_markdown(one_line(c.quote))}” "
        f"({escape_markdown(shown_source(c.source, folder=folder))})"
        for c in answer.citations
    ]
    return "\n\n".join([*body, *notes, *(["\n".join(feet)] if feet else [])])


def _markdown_statement(answer: Answer, statement: Statement) -> str:
    lines = escape_markdown(statement_words(answer, statement)).replace("\n", "\\\n")
    return f"{lines} {escape_markdown(markers(statement.citations))}".rstrip()


def _nearest_lines(nearest: Sequence[Passage]) -> list[str]:
    if not nearest:
        return []
    return ["", NEAREST, *(f"- {where(p)} — “{one_line(p.text, limit=300)}”" for p in nearest)]


def _keeps_lines(answer: Answer, statement: Statement) -> bool:
    """Return whether a statement is a verbatim piece of code, of a list or of a table."""
    if "\n" not in statement.text or statement.support != "quoted":
        return False
    return lines_of_list(statement.text) or any(
        p.kind in ("code", "table") and statement.text in p.text for p in answer.passages
    )


def excerpt(text: str, start: int, end: int, *, around: int = 400) -> tuple[str, str, str]:
    """Return (before, marked, after): `text[start:end]` with up to `around` characters on each side.

    The sides begin and end at a blank where there is one, and are not made visible yet.
    """
    start = max(0, min(start, len(text)))
    end = max(start, min(end, len(text)))
    left, right = max(0, start - around), min(len(text), end + around)
    before, after = text[left:start], text[end:right]
    if left and (cut := re.search(r"\s", before)):
        before = before[cut.end() :]
    if right < len(text) and (cut := re.search(r"\s\S*$", after)):
        after = after[: cut.start()]
    return before, text[start:end], after
