"""A sheet as one HTML file that needs no other: no script, nothing fetched, to be read, mailed and printed."""

from __future__ import annotations

from pathlib import Path

from bot.exports.nodes import Node, add, node
from bot.exports.sheet import Entry, Note, Sentence, Sheet

POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def write(sheet: Sheet) -> bytes:
    """Return a sheet as an HTML file in UTF-8. Marks lead to footnotes, footnotes back to their marks."""
    from lxml import etree

    css = Path(__file__).with_name("page.css").read_text(encoding="utf-8")
    head = node(
        "head",
        None,
        node("meta", {"charset": "utf-8"}),
        node("meta", {"http-equiv": "Content-Security-Policy", "content": POLICY}),
        node("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}),
        node("title", None, sheet.title),
        node("style", None, css),
    )
    main = node("main", None, node("h1", {"dir": "auto"}, sheet.title))
    pointed: set[int] = set()
    for entry in sheet.entries:
        add(main, _entry(entry, pointed, headed=not sheet.single))
    page = node("html", {"lang": "en"}, head, node("body", None, main))
    made: bytes = etree.tostring(page, method="html", encoding="utf-8", doctype="<!DOCTYPE html>")
    return made


def _entry(entry: Entry, pointed: set[int], *, headed: bool) -> Node:
    section = node("section", None, node("h2", {"dir": "auto"}, entry.question) if headed else None)
    if entry.said:
        add(section, node("p", None, node("strong", None, entry.said)))
    for paragraph in entry.paragraphs:
        made = node("p", {"dir": "auto"})
        for sentence in paragraph:
            add(made, *_sentence(sentence, pointed), " ")
        add(section, made)
    for remark in entry.remarks:
        add(section, node("p", {"class": "remark", "dir": "auto"}, remark))
    if entry.about:
        add(section, node("p", {"class": "about", "dir": "auto"}, entry.about))
    if entry.notes:
        notes = node("ol", {"start": str(entry.notes[0].number)}, *(_note(note) for note in entry.notes))
        add(section, node("h3", None, "Footnotes"), notes)
    return section


def _sentence(sentence: Sentence, pointed: set[int]) -> list[Node | str | None]:
    before, bold, after = sentence.pieces()
    said = (node("strong", None, sentence.verdict), " ") if sentence.verdict else ()
    made: list[Node | str | None] = [*said, before, node("strong", None, bold) if bold else None, after]
    for number in sentence.notes:
        attributes = {"href": f"#note-{number}", "role": "doc-noteref", "aria-label": f"Footnote {number}"}
        if number not in pointed:  # the footnote leads back to the first of its marks
            attributes["id"] = f"mark-{number}"
            pointed.add(number)
        made.append(node("sup", None, node("a", attributes, str(number))))
    return made


def _note(note: Note) -> Node:
    where = node("a", {"href": note.link, "rel": "noreferrer"}, note.where) if note.link else note.where
    source = node("bdi", None, note.source) if note.source else None
    back = node("a", {"href": f"#mark-{note.number}", "aria-label": f"Back to mark {note.number}"}, "↩")
    told = node(
        "div", {"class": "from"}, node("bdi", None, where), *((" (", source, ")") if note.source else ()), " ", back
    )
    return node("li", {"id": f"note-{note.number}"}, node("blockquote", {"dir": "auto"}, f"“{note.quote}”"), told)
