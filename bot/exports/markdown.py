"""A sheet as Markdown with footnotes, as GitHub, Pandoc and Obsidian read them: `[^1]`."""

from __future__ import annotations

from bot.exports.sheet import Entry, Note, Sentence, Sheet
from bot.text.markdown import escape_markdown


def write(sheet: Sheet) -> bytes:
    """Return a sheet as Markdown in UTF-8, in which nothing of a document or a person is markup."""
    blocks = [f"# {_escaped(sheet.title)}"]
    for entry in sheet.entries:
        if not sheet.single:
            blocks.append(f"## {_escaped(entry.question)}")
        blocks += _blocks(entry)
    return ("\n\n".join(blocks) + "\n").encode()


def _blocks(entry: Entry) -> list[str]:
    blocks = [" ".join(_sentence(sentence) for sentence in paragraph) for paragraph in entry.paragraphs]
    if entry.said:
        blocks.insert(0, f"**{_escaped(entry.said)}**")
    blocks += [_escaped(remark) for remark in entry.remarks]
    if entry.about:
        blocks.append(f"*{_escaped(entry.about)}*")
    return blocks + [_note(note) for note in entry.notes]


def _sentence(sentence: Sentence) -> str:
    said = f"**{sentence.verdict}** " if sentence.verdict else ""
    return said + _escaped(sentence.text) + "".join(f"[^{number}]" for number in sentence.notes)


def _note(note: Note) -> str:
    where = f"[{_escaped(note.where)}](<{note.link}>)" if note.link else _escaped(note.where)
    source = f" ({_escaped(note.source)})" if note.source else ""
    return f"[^{note.number}]: “{_escaped(note.quote, indent='    ')}” — {where}{source}"


def _escaped(text: str, *, indent: str = "") -> str:
    """Return text that shows as it is; its line ends stay, in a footnote with an indent."""
    escaped = escape_markdown(text)
    if escaped.endswith("!"):
        escaped = f"{escaped[:-1]}\\!"  # before a footnote's mark it would begin an image
    return escaped.replace("\n", f"\\\n{indent}")
