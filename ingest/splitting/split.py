"""From text to sentences, chunks and sections. Offsets are exact; nothing is changed or dropped.

`sentences` finds them by rules of our own: the common libraries either lose offsets, cut at the line
ends of hard-wrapped text, know no Chinese or Japanese, or download a model (docs/decisions/0007-sentences.md has
the comparison). A chunk is one to three whole sentences of one paragraph; a section is the run of chunks of
about 250 tokens that is embedded in one pass of the encoder.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ingest.splitting.code import statements
from ingest.splitting.structure import Block, blocks
from vectorstore.document import Heading
from vectorstore.passage import Chunk
from vectorstore.words.calendar_words import MONTHS

CountTokens = Callable[[Sequence[str]], list[int]]

MAX_SENTENCES = 3
"""Sentences in a chunk, at most."""
CHUNK_CHARACTERS = 280
"""A chunk takes another sentence while it stays within this many characters (measured in evals/)."""

MAX_ROWS = 8
"""Rows of a table or lines of code in a chunk, at most."""

_ABBREVIATIONS = frozenset(
    """mr mrs ms dr prof rev hon st sr jr gen col lt capt cmdr sgt maj adm gov sen rep pres messrs mme mlle
    vs v etc al cf ed eds vol vols no nos fig figs eq eqs sec ch chap pp p para art inc ltd co corp llc bros dept univ
    assn approx est ca c min max avg jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu fri sat sun
    e.g i.e a.m p.m u.s u.k u.n d.c ph.d m.d b.a m.a b.sc m.sc ave blvd rd mt ft lb oz viz resp incl ref refs
    z.b d.h u.a bzw usw ca nr str hr fr dipl ing evtl ggf inkl vgl bspw sog chr jh jhd mrd mio tsd
    p.ex env av bd sra srta dña núm pág ej ud uds ee.uu sig sigg dott avv ing geom rag spett ecc
    डॉ श्री ee т.е т.д т.п др г гг руб млн млрд тыс им ул стр рис см""".split()
)
_NEVER_LAST = frozenset(
    """mr mrs ms dr prof rev hon messrs mme mlle gen col lt capt cmdr sgt maj gov sen rep vs e.g i.e cf fig figs
    eq eqs no nos vol pp p approx z.b d.h nr bzw vgl mrd mio tsd sra srta dott ee т.е डॉ श्री""".split()
)
"""Abbreviations after which a capital letter or a number still goes on with the sentence."""
_STARTERS = frozenset(
    """the this that these those it its he she they we i you in on at for from by with as if when while after before
    however but and or so a an there here what who how why where although though because since also both each many
    most some such to our their his her no not one two let now then thus therefore moreover furthermore finally
    der die das den dem ein eine einen einem einer es er sie wir ich ihr im am auf für mit nach nur bei auch als wenn
    los las en una pero dans une mais cette dies diese dieser dieses damit dann danach dort hier jedoch doch da
    zu zum zur von vom""".split()
)
_BEFORE_ORDINAL = re.compile(
    r"(?i)(?<!\bi )\b(?:a[mb]|im|ins|zu[mr]|vom|beim|bis|seit|de[rnms]|die|das|jede[rnms]|späten"
    r"|frühen|mitte|ende|anfang) $"
)
_MONTHS = re.compile(rf"(?:{'|'.join(' '.join(MONTHS['de']).title().split())}|Jahrhunderts?)\b")
"""German (and Danish, Norwegian …) writes ordinals as a number with a full stop: "am 3. Oktober"."""
_SPACED = re.compile(r"[\s\u00a0](?:B|h|a|Chr|ä|d|[CRUTZE]|е|э|д)\.")
"""What follows the first letter of abbreviations that may hold a blank: "z. B.", "v. Chr.", "a. C.", "т. е."."""
_CLOSERS = "\"'”’“‘»›)\\]}」』】）〉》"
_WIDE_CLOSERS = _CLOSERS.replace("“‘", "")  # without a blank between, these open what follows
_BOUNDARY = re.compile(
    rf"(?P<wide>(?:[。！？｡]+|[!?]+(?=[{_WIDE_CLOSERS}]*[\u3005-\u30ff\u3400-\u9fff]))[{_WIDE_CLOSERS}]*)"
    rf"|(?P<mark>[.!?…‽؟۔।॥։።]+[{_CLOSERS}]*(?:[ \u00a0\u202f]»(?=\s|$))?)(?=\s|$|\[\d|[⁰¹²³⁴-⁹]|(?<=[.!?])[A-Z])"
    r"|(?P<thai>(?<=[\u0e00-\u0e7f]) {1,}(?=[\u0e00-\u0e7f]))"
)
_OPENERS = re.compile(r"[\s\"'“‘„‚«‹(\[{「『【（〈《¿¡*_–—-]*")
_WORD_BEFORE = re.compile(r"[\w\u0900-\u0dff.’'-]*$")
_LETTERS = re.compile(r"[A-Za-z]+")
_NEXT_WORD = re.compile(r"\w+")
_LONGEST_WORD = 64
"""Characters before a full stop that are looked at: a line of megabytes may have no end of a sentence."""
_INITIAL = re.compile(r"(?:^|[\s(.])[A-Z]$")
_FOOTNOTE_MARKS = re.compile(r"(?:\[\d+(?:[,–-]\d+)*\])+|[⁰¹²³⁴-⁹]+(?:[,–⁻-][⁰¹²³⁴-⁹]+)*")
_RAISED = re.compile(r"[⁰¹²³⁴-⁹][⁰¹²³⁴-⁹,–⁻-]*(?=\s)")
"""Raised numbers of footnotes after a full stop."""


def _is_boundary(text: str, match: re.Match[str], start: int, end: int) -> bool:
    """Tell whether the punctuation at `match` ends a sentence of the block text[start:end]."""
    mark = match.group()
    if match.lastgroup == "wide":
        # A full stop inside quotation marks goes on when a particle follows: 「はい。」と言った。
        return not (mark[-1] in "」』）】" and re.match(r"[とがのはをにもでや、]", text[match.end() : match.end() + 1]))
    if match.lastgroup == "thai":
        return match.start() - start > 60
    before = _WORD_BEFORE.search(text, max(start, match.start() - _LONGEST_WORD), match.start())
    word = before.group() if before else ""
    raised = _RAISED.match(text, match.end(), end)
    stop = raised.end() if raised else match.end()
    after = _OPENERS.match(text, stop, end)
    position = after.end() if after else stop
    following = text[position : position + 1]
    if not following:
        return True
    if mark[0] in "!?…" or mark.startswith("..") or mark[0] not in ".":
        return not following.islower()
    glued = not text[stop : stop + 1].isspace() and text[stop] != "["
    if glued:
        next_word = _LETTERS.match(text, position, end)  # in place: a slice would copy the rest of the line
        return bool(
            len(word) > 2 and word.isalpha() and word.islower() and next_word and next_word.group().lower() in _STARTERS
        )
    if following.islower():
        return False
    lowered = word.lower().strip("'’")
    if lowered in _NEVER_LAST and (following.isalnum() or following in "(§"):
        return False
    next_word = _NEXT_WORD.match(text, position, end)
    starts = bool(next_word and next_word.group().lower() in _STARTERS)
    if word.isdigit() and not starts and following.isupper():
        begin = match.start() - len(word)
        if _MONTHS.match(text, position) or (
            len(word) < 3 and _BEFORE_ORDINAL.search(text[max(start, begin - 12) : begin])
        ):
            return False
    if len(word) == 1 and word.islower() and _SPACED.match(text, match.end(), end):
        return False
    if lowered in _ABBREVIATIONS or (
        len(lowered) > 1 and "." in lowered and all(len(p) <= 2 for p in lowered.split("."))
    ):
        return starts and not following.isdigit()
    if len(word) == 1 and word.isupper():  # an initial: J. Smith
        return starts and word != "I"
    # A list number "1." at the beginning of its line belongs to the item.
    return not (lowered.isdigit() and len(lowered) <= 3 and text[start : match.start()].strip() == word)


def sentences(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """Return offsets (start, end) of the sentences of text[start:end], blanks around them left out.

    Single line ends inside are blanks: give one paragraph at a time (`structure.blocks` finds them).
    """
    end = len(text) if end is None else end
    found: list[tuple[int, int]] = []
    begin = start
    for match in _BOUNDARY.finditer(text, start, end):
        if match.start() < begin or not _is_boundary(text, match, begin, end):
            continue
        stop = match.end()
        marks = _FOOTNOTE_MARKS.match(text, stop, end)  # "… in 2019.[3][4] The" keeps its marks
        if marks:
            stop = marks.end()
        _append(found, text, begin, stop)
        begin = stop
    _append(found, text, begin, end)
    return found


def _append(found: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    left = start + len(piece) - len(piece.lstrip())
    right = start + len(piece.rstrip())
    if left >= right:
        return
    if found and not any(c.isalnum() for c in text[left:right]) and "\n\n" not in text[found[-1][1] : left]:
        found[-1] = (found[-1][0], right)  # stray closing marks stay with their sentence
    else:
        found.append((left, right))


def _cut_long(text: str, span: tuple[int, int], limit: int, count: CountTokens) -> Iterator[tuple[int, int]]:
    """Cut a sentence that is longer than the encoder's window at clause ends, blanks, or anywhere."""
    start, end = span
    if end - start <= limit or (end - start <= limit * 12 and count([text[start:end]])[0] <= limit):
        yield span
        return
    pieces = _halve(text, start, end)
    for piece in pieces:
        yield from _cut_long(text, piece, limit, count)


def _halve(text: str, start: int, end: int) -> list[tuple[int, int]]:
    middle = (start + end) // 2
    reach = (end - start) // 4
    for pattern in (r"[;:；：]\s*", r"[,，、]\s*", r"\s+"):
        cuts = [m.end() for m in re.finditer(pattern, text[middle - reach : middle + reach])]
        if cuts:
            cut = middle - reach + min(cuts, key=lambda c: abs(c - reach))
            break
    else:
        cut = middle
    halves: list[tuple[int, int]] = []
    for left, right in ((start, cut), (cut, end)):
        piece = text[left:right]
        trimmed = (left + len(piece) - len(piece.lstrip()), left + len(piece.rstrip()))
        if trimmed[0] < trimmed[1]:
            halves.append(trimmed)
    return halves


@dataclass(frozen=True, slots=True)
class _Piece:
    """A sentence with its length in word pieces and the block that it stands in."""

    start: int
    end: int
    tokens: int
    number: int
    block: Block


def estimate_tokens(texts: Sequence[str]) -> list[int]:
    """Return a rough upper count of word pieces: for splitting without a model."""
    return [1 + len(t) // 3 + sum(1 for c in t if c > "\u2e80") for t in texts]


def split(
    text: str,
    *,
    headings: Sequence[Heading] = (),
    count_tokens: CountTokens | None = None,
    max_tokens: int = 256,
    code: bool = False,
) -> list[Chunk]:
    """Return the chunks of a text in order, numbered by chunk and by section.

    Args:
        text: The stored text of one document.
        headings: Headings that the loader found; more are found by their look.
        count_tokens: Word pieces of each text; an estimate by length when None.
        max_tokens: The encoder's window; a section stays within it, a longer sentence is cut.
        code: Whether it is source code, of which statements are quoted rather than sentences.
    """
    count = count_tokens or estimate_tokens
    budget = max_tokens - 2  # the encoder adds a token at each end
    spans: list[tuple[Block, list[tuple[int, int]]]] = []
    for block in statements(text) if code else blocks(text, headings):
        whole = [(block.start, block.end)] if block.kind != "body" else sentences(text, block.start, block.end)
        cut = [piece for span in whole for piece in _cut_long(text, span, budget, count)]
        if cut:
            spans.append((block, cut))
    flat = [text[a:b] for _, cut in spans for a, b in cut]
    lengths = iter(count(flat))
    starts = [heading.start for heading in headings]
    # Code is parted where a function begins; other text at each block.
    numbers = [bisect_right(starts, block.start) if code else number for number, (block, _) in enumerate(spans)]
    pieces = [
        _Piece(a, b, next(lengths), number, block)
        for number, (block, cut) in zip(numbers, spans, strict=True)
        for a, b in cut
    ]
    return _assemble(pieces, budget)


def _assemble(pieces: list[_Piece], budget: int) -> list[Chunk]:
    chunks: list[Chunk] = []
    section, filled = 0, 0
    for group in _groups(pieces, budget):
        kind = group[0].block.kind
        if kind == "heading" and filled > budget // 4:
            section, filled = section + 1, 0
        total = sum(piece.tokens for piece in group)
        if filled and filled + total > budget:
            section, filled = section + 1, 0
        filled += total
        chunks.append(
            Chunk(
                start=group[0].start,
                end=group[-1].end,
                ordinal=len(chunks),
                section=section,
                kind=kind,
                sentences=tuple((piece.start, piece.end) for piece in group),
            )
        )
    return chunks


def _groups(pieces: list[_Piece], budget: int) -> Iterator[list[_Piece]]:
    """Group neighbouring sentences, or rows and other short lines, into chunks."""
    group: list[_Piece] = []
    for piece in pieces:
        if group and not _joins(group, piece, budget):
            yield group
            group = []
        group.append(piece)
    if group:
        yield group


def _joins(group: list[_Piece], piece: _Piece, budget: int) -> bool:
    first, last = group[0], group[-1]
    if piece.block.kind != first.block.kind or piece.block.kind in ("heading", "caption", "byline", "navigation"):
        return False
    rows = piece.block.kind in ("table", "code")
    if piece.block.kind == "code" and piece.number != last.number:
        return False
    if len(group) >= (MAX_ROWS if rows else MAX_SENTENCES) or piece.end - first.start > CHUNK_CHARACTERS:
        return False
    if sum(other.tokens for other in group) + piece.tokens > budget:
        return False
    return rows or piece.number == last.number or (piece.block.short and last.block.short)
