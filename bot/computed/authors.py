"""Who wrote a document and when, as the document says of itself: its properties, a mail's sender and date.

The footnote is how the document begins: what a file's properties say stands nowhere in its text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from bot.computed.computed import Computed, Line, opening
from bot.computed.documents import called, plain
from bot.text.shown import TITLE_LENGTH, one_line
from ingest.reading.sidecar import SUFFIX
from vectorstore.document import file_name
from vectorstore.passage import Filter
from vectorstore.words.tokens import query_terms, tokens

if TYPE_CHECKING:
    from bot.question.question import Question
    from vectorstore.library import Library
    from vectorstore.records import DocumentInfo

MOST_LINES = 200
_NOUN = (
    r"(?:documents?|files?|mails?|e-?mails?|messages?|letters?|reports?|papers?|presentations?|spreadsheets?|sheets?)"
)
_MADE = r"(?:written|made|created|authored|sent|composed|prepared)"
_AUTHOR = (
    rf"who (?:wrote|made|created|authored|sent|composed) (?P<name>.+)"
    r"|who (?:is|was) the (?:author|creator|sender|writer) of (?P<of>.+)"
    rf"|(?:by whom|who) was (?P<was>.+) {_MADE}(?: by)?"
)
_CREATED = rf"when (?:was|were|is) (?P<name>.+?) {_MADE}|what is the (?:date|creation date) of (?P<of>.+)"
_BY = (
    rf"(?P<asks>which|what|how many|list all|list|show all|find all) {_NOUN} (?:(?:that|which) )?(?:(?:were|was|are|is|"
    rf"have been) )?(?:{_MADE} by|by|from) (?P<who>.+)"
    rf"|(?P<asks2>which|what|how many) {_NOUN} (?:did|has|have) (?P<does>.+?)"
    r" (?:write|written|send|sent|make|made|create)"
)
_ABOUT = re.compile(
    rf"(?:the |an? )?{_NOUN}(?: (?:about|on|titled|called|with the subject|of) )(?P<about>.+)", re.IGNORECASE
)


def author_answer(question: Question, library: Library, filter: Filter | None) -> Computed | None:
    """Return who wrote a document, when, or which somebody wrote; None for other questions."""
    asked = plain(question.text)
    if match := re.fullmatch(_BY, asked, re.IGNORECASE):
        return _by(library, library.documents(filter), library.said(filter), match["who"] or match["does"])
    for pattern, what in ((_AUTHOR, "author"), (_CREATED, "created")):
        match = re.fullmatch(pattern, asked, re.IGNORECASE)
        name = next((part for part in match.groups() if part), "") if match else ""
        documents = library.documents(filter) if name else []
        document = _meant(documents, name)
        if document is not None:
            said = library.said(filter).get(document.id, {})
            if not said.get(what) and called(documents, name) is None:
                continue  # it may still be written in the text: "This report was written by …"
            return _of_one(library, document, said, what)
    return None


def _meant(documents: Sequence[DocumentInfo], name: str) -> DocumentInfo | None:
    """Return the document that is called by its name, or by what it is about: "the mail about the crane rental"."""
    if exact := called(documents, name):
        return exact
    match = _ABOUT.fullmatch(name)
    wanted = set(query_terms(match["about"])) if match else set()
    mail = match is not None and re.search(r"mail|message", match.group(), re.IGNORECASE) is not None
    found = [
        document
        for document in documents
        if wanted
        and wanted <= set(tokens(document.title))
        and (not mail or document.media_type in ("message/rfc822", "application/vnd.ms-outlook"))
    ]
    return found[0] if len(found) == 1 else None


def _of_one(library: Library, document: DocumentInfo, said: dict[str, str], what: str) -> Computed:
    name = file_name(document.source)
    begins = library.first_passages([document.id]).get(document.id)
    quotes = (opening(begins),) if begins else ()
    if not said.get(what):
        return Computed(notice=f"{name} says nothing of {'its author' if what == 'author' else 'its date'}.", none=True)
    if what == "author":
        when = f", {_day(said['created'])}" if said.get("created") else ""
        told = f"{name} is by {one_line(said['author'])}{when}"
        return Computed((Line(f"{told}, {_as_said(library, document, said, 'author', 'created')}.", quotes),))
    told = f"{name} is of {_day(said['created'])}"
    return Computed((Line(f"{told}, {_as_said(library, document, said, 'created')}.", quotes),))


def _as_said(library: Library, document: DocumentInfo, said: dict[str, str], *names: str) -> str:
    """Return who says what is told: the file itself, the sidecar beside it, or both."""
    beside = library.said_by_sidecars(Filter(documents=(document.id,))).get(document.id, frozenset())
    told = [name in beside for name in names if said.get(name)]
    by = [*(["the file"] if not all(told) else []), *([f"{file_name(document.source)}{SUFFIX}"] if any(told) else [])]
    return f"as {' and '.join(by)} {'say' if len(by) > 1 else 'says'}"


def _by(
    library: Library, documents: Sequence[DocumentInfo], said: dict[str, dict[str, str]], who: str
) -> Computed | None:
    """Return the documents of an author; None where nobody of that name is one."""
    wanted = set(tokens(who))
    found = [d for d in documents if wanted and wanted <= set(tokens(said.get(d.id, {}).get("author", "")))]
    if not found:
        return None
    begins = library.first_passages([document.id for document in found[:MOST_LINES]])
    lines = []
    for document in found[:MOST_LINES]:
        author, created = one_line(said[document.id]["author"]), said[document.id].get("created", "")
        title, name = one_line(document.title, limit=TITLE_LENGTH), file_name(document.source)
        shown = name if title in (name, name.rpartition(".")[0]) else f"{title} ({name})"
        passage = begins.get(document.id)
        text = f"{shown}: {author}{f', {_day(created)}' if created else ''}"
        lines.append(Line(text, (opening(passage),) if passage else ()))
    silent = sum(not said.get(document.id, {}).get("author") for document in documents)
    more = f" The first {MOST_LINES} are shown." if len(found) > MOST_LINES else ""
    dumb = f"; {silent:,} don't say who wrote them" if silent else ""
    return Computed(tuple(lines), notice=f"{len(found):,} of {len(documents):,} documents{dumb}.{more}")


def _day(moment: str) -> str:
    try:
        day = datetime.fromisoformat(moment)
    except ValueError:
        return one_line(moment)
    return f"{day.day} {day:%B %Y}"
