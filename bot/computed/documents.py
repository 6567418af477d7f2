"""Questions about the documents themselves: which there are, how many, which mention something, how old, how long.

They are answered from the catalog and by counting; the footnote of a document is how it begins.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Literal

from bot.computed.computed import Computed, Line, opening, quote
from bot.text.shown import TITLE_LENGTH, one_line
from vectorstore.document import file_name
from vectorstore.passage import Filter
from vectorstore.search.mentions import phrase_pattern

if TYPE_CHECKING:
    from bot.question.question import Question
    from vectorstore.library import Library
    from vectorstore.passage import Passage
    from vectorstore.records import DocumentInfo

LONGEST = 200
"""Characters of a question about the documents, at most."""
MOST_LINES = 200
"""Documents, or places of a word, that an answer lists; it says how many more there are."""

Asked = Literal["which", "count", "mentions", "places", "newest", "oldest", "changed", "added", "length", "kind"]

_DOCUMENT = r"(?:documents?|docs?|files?|sources?|texts?|pdfs?|papers?|articles?|reports?)"
_IN_LIBRARY = (
    r"(?:(?:in|inside|within) (?:here|(?:the|this|your|my) library|the (?:index|database|collection)"
    r"|your (?:index|database|collection|knowledge base)|the knowledge base))"
)
_HELD = (
    rf"(?:do you (?:have|hold|know|contain|see)|can you (?:see|read|search|access|use)|are (?:there|available|loaded"
    rf"|ingested|indexed|stored|uploaded|here)|(?:have|has) been (?:loaded|ingested|indexed|added|uploaded)"
    rf"|(?:have|did) (?:i|we) (?:add|added|upload|uploaded|ingest|ingested)|are {_IN_LIBRARY}"
    rf"|does (?:the|this|your) library (?:have|hold|contain)|is {_IN_LIBRARY})"
)
_SPEAK = r"(?:mention|mentions|mentioned|name|names|cite|cites|contain|contains|include|includes|refer to|refers to)"
_NAMED = r"(?P<name>.+?)"
_NEWEST = r"(?:newest|latest|most recent|last)"
_ASKS: tuple[tuple[Asked, str], ...] = (
    ("count", rf"how many {_DOCUMENT}(?: {_HELD})?(?: {_IN_LIBRARY}| in total| altogether)?"),
    ("which", rf"(?:what|which) {_DOCUMENT} {_HELD}(?: {_IN_LIBRARY})?"),
    ("which", rf"(?:list|show|name)(?: me)?(?: all)?(?: of)?(?: the| my| your| our)? {_DOCUMENT}(?: {_IN_LIBRARY})?"),
    ("which", rf"what is {_IN_LIBRARY}|what {_DOCUMENT} is this about|what do you (?:have|know)"),
    ("which", rf"what are (?:the|your|my) {_DOCUMENT}"),
    (
        "mentions",
        rf"(?:(?:which|what|how many|list all|list the|list|show me all|show me the|show me|find all|find) )"
        rf"(?:of (?:the|my|your) )?{_DOCUMENT} (?:(?:that|which) )?{_SPEAK} {_NAMED}",
    ),
    ("mentions", rf"in (?:which|what|how many) {_DOCUMENT} (?:is|are|does|do|was|were) {_NAMED} "
                 r"(?:mentioned|named|cited|appear|occur|found)"),
    ("places", rf"where (?:is|are|was|were) {_NAMED} mentioned"),
    ("places", rf"where do(?:es)? {_NAMED} (?:appear|occur)"),
    ("places", rf"how (?:often|many times) (?:is|are|was|were|does|do) {_NAMED} (?:mentioned|cited|appear|occur)"),
    ("newest", rf"(?:what|which) (?:is|was) the {_NEWEST} {_DOCUMENT}"),
    ("newest", rf"(?:what|which) {_DOCUMENT} (?:is|was) (?:the )?(?:{_NEWEST}|changed last|last changed)"),
    ("oldest", rf"(?:what|which) (?:is|was) the oldest {_DOCUMENT}"),
    ("oldest", rf"(?:what|which) {_DOCUMENT} (?:is|was) (?:the )?oldest"),
    ("changed", rf"when (?:was|were|has|did) {_NAMED} (?:last |been |last been )?(?:changed?|modified|updated?|edited|"
                r"saved)(?: last)?"),
    ("added", rf"when (?:was|were|has|did) {_NAMED} (?:been )?(?:added|ingested|uploaded|indexed|loaded)"),
    ("length", rf"how (?:long|big|large) is {_NAMED}"),
    ("length", rf"how many (?:pages|slides|rows|words|characters|sheets) (?:does|do) {_NAMED} (?:have|contain)"),
    ("length", rf"how many (?:pages|slides|rows|words|characters|sheets) (?:are|has) (?:in )?{_NAMED}"),
    ("kind", rf"what (?:kind|type|sort) of (?:file|document) is {_NAMED}"),
    ("kind", rf"what format is {_NAMED}(?: in)?"),
)  # fmt: skip
_MAY_ASK = re.compile(
    rf"\b{_DOCUMENT}\b|library|knowledge base|mentioned|appear|occur|cited|what do you (?:have|know)|\.\w{{2,5}}\b"
    r"|changed|modified|updated|edited|added|ingested|uploaded|pages|slides|sheets|rows|format",
    re.IGNORECASE,
)
_ABOUT_ITSELF = (
    r"help(?: me)?|(?:who|what) are you|what is (?:this|footnote|your name)"
    r"|what can (?:you do|i ask(?: you)?|i do here)"
    r"|how (?:do i|can i|should i) (?:use (?:this|you|it)|ask(?: you)?(?: a question)?)"
    r"|how (?:do you|does (?:this|it|footnote)) work|what do you do"
    r"|are you (?:an? )?(?:ai|bot|robot|human|chatbot|person)"
)
_PLEASE = re.compile(r"^(?:please|can you|could you|would you|tell me|ok(?:ay)?|hi|hello|hey)[,:]? +", re.IGNORECASE)
_ENDS = " \t\n?？!！.。:;,"
_MARKS = " \"'“”‘’«»`"

ABOUT = (
    "This is Footnote: it answers questions from your documents, word for word or checked against them, with a "
    "footnote for every sentence, and says so where they don't say. Ask a whole question, such as “When does the "
    "contract end?”; “Summarise report.pdf”, “Which documents mention Tokyo?” and “What does section 4.2 say?” "
    "work too. It searches {documents}."
)
EMPTY = "There are no documents yet. Add some with: footnote ingest FOLDER"


@dataclass(frozen=True, slots=True)
class DocumentsQuestion:
    """A question about the documents: what is asked, and the name or words that it is asked of."""

    asked: Asked
    name: str = ""


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def documents_question(text: str) -> DocumentsQuestion | None:
    """Return what a question asks about the documents themselves; None where it asks about what they say."""
    asked = plain(text)
    if not asked or not _MAY_ASK.search(asked):
        return None
    for kind, pattern in _ASKS:
        if match := _compiled(pattern).fullmatch(asked):
            return DocumentsQuestion(kind, (match.groupdict().get("name") or "").strip(_MARKS))
    return None


def documents_answer(question: Question, library: Library, filter: Filter | None) -> Computed | None:
    """Return the answer to a question about the documents, or about Footnote itself; None for all others."""
    if _compiled(_ABOUT_ITSELF).fullmatch(plain(question.text)):
        return Computed(notice=ABOUT.format(documents=_counted(library.count_documents(filter))))
    asked = documents_question(question.text)
    if asked is None:
        return None
    if asked.asked == "mentions":
        return _mentions(library, filter, asked.name)
    if asked.asked == "places":
        return _places(library, filter, asked.name)
    documents = library.documents(filter)
    if asked.asked in ("which", "count"):
        return _which(library, documents, listed=asked.asked == "which")
    if asked.asked in ("newest", "oldest"):
        return _by_time(library, documents, newest=asked.asked == "newest")
    return _about_one(library, documents, asked)


def plain(text: str) -> str:
    """Return a question without pleasantries and signs at its ends; "" where it is too long to be of this kind."""
    if len(text) > LONGEST:
        return ""
    asked = re.sub(r"\s+", " ", re.sub(r"\bwhat['’]s\b", "what is", text, flags=re.IGNORECASE)).strip(_ENDS)
    while match := _PLEASE.match(asked):
        asked = asked[match.end() :]
    return asked


def _counted(count: int) -> str:
    return "no documents" if not count else f"{count:,} document{'' if count == 1 else 's'}"


def _which(library: Library, documents: Sequence[DocumentInfo], *, listed: bool) -> Computed:
    if not documents:
        return Computed(notice=EMPTY)
    verb = "is" if len(documents) == 1 else "are"
    told = f"There {verb} {_counted(len(documents))}."
    if not listed:
        return Computed(notice=told)
    more = len(documents) - MOST_LINES
    rest = f" These are the first {MOST_LINES}; footnote list shows all." if more > 0 else ""
    return Computed(tuple(_lines(library, documents[:MOST_LINES])), notice=told + rest)


def _by_time(library: Library, documents: Sequence[DocumentInfo], *, newest: bool) -> Computed:
    dated = [document for document in documents if document.modified]
    if not dated:
        return Computed(notice=EMPTY if not documents else "No document has a date of its last change.")
    moments = [document.modified for document in dated]
    moment = max(moments) if newest else min(moments)
    return Computed(tuple(_lines(library, [document for document in dated if document.modified == moment])))


def _about_one(library: Library, documents: Sequence[DocumentInfo], asked: DocumentsQuestion) -> Computed | None:
    document = called(documents, asked.name)
    if document is None:
        return None  # what is asked of is no document: "When was the law changed?"
    begins = library.first_passages([document.id]).get(document.id)
    name = file_name(document.source)
    texts = {
        "changed": f"{name} was last changed on {_day(document.modified)}." if document.modified else "",
        "added": f"{name} was added on {_day(document.added)}.",
        "length": f"{name} has {_length(library, document)}.",
        "kind": f"{name} is {document.media_type}.",
    }
    text = texts[asked.asked]
    if not text:
        return Computed(notice=f"{name} carries no date of its last change.")
    return Computed((Line(text, (opening(begins),) if begins else ()),))


def called(documents: Sequence[DocumentInfo], name: str) -> DocumentInfo | None:
    """Return the document that a question calls by its file's name, with or without its ending, or its title."""
    name = re.sub(rf"^(?:the )?(?:{_DOCUMENT} )?(?:called |named )?", "", name, flags=re.IGNORECASE).strip(_MARKS)
    wanted = {name.casefold(), re.sub(rf" {_DOCUMENT}$", "", name.casefold())}
    found = [
        document
        for document in documents
        if wanted & {(own := file_name(document.source).casefold()), own.rpartition(".")[0], document.title.casefold()}
    ]
    return found[0] if len(found) == 1 else None


def _lines(library: Library, documents: Sequence[DocumentInfo]) -> Iterator[Line]:
    begins = library.first_passages([document.id for document in documents])
    for document in documents:
        name, title = file_name(document.source), one_line(document.title, limit=TITLE_LENGTH)
        facts = [name] if name.rpartition(".")[0] != title and name != title else []
        facts += [f"changed {_day(document.modified)}"] if document.modified else []
        shown = title if facts and facts[0] == name else name
        passage = begins.get(document.id)
        yield Line(f"{shown} ({', '.join(facts)})" if facts else shown, (opening(passage),) if passage else ())


def _mentions(library: Library, filter: Filter | None, words: str) -> Computed:
    found = library.mentions(words, filter)
    by_document: dict[str, list[Passage]] = {}
    for passage in found.passages:
        by_document.setdefault(passage.document, []).append(passage)
    count, among = len(by_document), library.count_documents(filter)
    if not count:
        return Computed(notice=f"“{one_line(words)}” stands in none of {_counted(among)}.", none=True)
    least = "" if found.complete else "At least "
    told = f"{least}{count:,} of {_counted(among)} {'mention' if count > 1 else 'mentions'} “{one_line(words)}”."
    shown = [(passages[0], len(passages)) for passages in by_document.values()]
    more = f" The first {MOST_LINES} are shown." if count > MOST_LINES else ""
    return Computed(tuple(_sentence(p, words) for p, _ in shown[:MOST_LINES]), notice=told + more)


def _places(library: Library, filter: Filter | None, words: str) -> Computed | None:
    found = library.mentions(words, filter)
    if not found.passages:
        return None  # "Where is she mentioned?" is asked of what the documents say
    pattern = phrase_pattern(words)
    times = sum(len(pattern.findall(passage.text)) for passage in found.passages)
    documents = len({passage.document for passage in found.passages})
    least = "" if found.complete else "at least "
    told = f"“{one_line(words)}” stands {least}{times:,} time{'' if times == 1 else 's'} in {_counted(documents)}."
    more = f" The first {MOST_LINES} places are shown." if len(found.passages) > MOST_LINES else ""
    return Computed(tuple(_sentence(passage, words) for passage in found.passages[:MOST_LINES]), notice=told + more)


def _sentence(passage: Passage, words: str) -> Line:
    """Return the sentence of a passage in which the words stand."""
    match = phrase_pattern(words).search(passage.text)
    at = passage.start + (match.start() if match else 0)
    spans = [span for span in passage.sentences if span[0] <= at < span[1]] or [(passage.start, passage.end)]
    return Line("", (quote(passage, spans[0]),))


def _length(library: Library, document: DocumentInfo) -> str:
    places = library.places(document.id)
    numbered = {place.kind: place.number for place in places}
    parts = [f"{number:,} {kind}{'' if number == 1 else 's'}" for kind, number in numbered.items() if kind in _COUNTED]
    if "row" in numbered:
        with library.catalog.snapshot():
            rows = sum(table.rows for table in library.tables([document.id]))
        parts += [f"{rows:,} of them below a heading"] if rows else []
    words = len(library.text(document.id).split())
    return ", ".join([*parts, f"{words:,} words", f"{document.characters:,} characters"])


_COUNTED = ("page", "slide", "sheet", "row")


def _day(moment: str) -> str:
    try:
        day = datetime.fromisoformat(moment)
    except ValueError:
        return moment
    return f"{day.day} {day:%B %Y}"
