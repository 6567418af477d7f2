"""PPT, PowerPoint's format before 2007: slides in order with titles, text and notes.

The file is a tree of records. Slides are found through the list of the document and the table of
saved objects; text that a placeholder only refers to is looked up in the document's outline. Macros
and embedded objects are never opened.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ingest.document import Loaded, LoadOptions
from ingest.errors import LoadError, PasswordNeeded, Unreadable
from ingest.loaders.builder import TextBuilder, add_table
from ingest.loaders.office.encrypted import read_unlocked
from ingest.loaders.older_office.ppt_tables import GROUP, PLACE, PROPERTIES, SHAPE, Cell, is_table, rows_of

MEDIA_TYPE = "application/vnd.ms-powerpoint"
MAX_STREAM = 200_000_000
MAX_DEPTH = 40
MAX_RECORDS = 2_000_000
_DOCUMENT, _SLIDE, _NOTES, _LIST, _PERSIST = 0x03E8, 0x03EE, 0x03F0, 0x0FF0, 0x03F3
_HEADER, _WIDE, _NARROW, _OUTLINE = 0x0F9F, 0x0FA0, 0x0FA8, 0x0F9E
_DIRECTORY, _SLIDE_ATOM, _TEXT_BOX = 0x1772, 0x03EF, 0xF00D
_LOCKED = b"\xdf\xc4\xd1\xf3"
_TITLES = (0, 6)


@dataclass(frozen=True, slots=True)
class _Record:
    """One record: its kind, its instance, and where its content lies."""

    kind: int
    instance: int
    start: int
    end: int
    holds_records: bool


@dataclass(slots=True)
class _Entry:
    """A slide in the document's list, with the outline text that is kept there."""

    reference: int
    identifier: int
    texts: list[tuple[int, str]] = field(default_factory=list)


def load(path: Path, options: LoadOptions) -> Loaded:
    """Read a PPT file."""
    return read_unlocked(path, options, _read)


def _read(path: Path) -> Loaded:
    import olefile

    try:
        with olefile.OleFileIO(str(path)) as container:
            user = container.openstream("Current User").read(16) if container.exists("Current User") else b""
            if user[12:16] == _LOCKED:
                raise PasswordNeeded("The slides are protected by a password.", remedy="Give it with --password.")
            data: bytes = container.openstream("PowerPoint Document").read(MAX_STREAM)
        return _Slides(data).read()
    except LoadError:
        raise
    except (OSError, ValueError, IndexError, TypeError, struct.error, AttributeError) as error:
        raise Unreadable("The slides are damaged.", remedy="Open them in PowerPoint, save as PPTX.") from error


class _Slides:
    """Reads the slides out of the main stream."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.seen = 0
        self.builder = TextBuilder(MEDIA_TYPE)

    def read(self) -> Loaded:
        """Return the text of all slides."""
        top = list(self._records(0, len(self.data)))
        saved = self._saved(top)
        document = next((record for record in reversed(top) if record.kind == _DOCUMENT), None)
        slides = self._listed(document, 0) if document else []
        notes = {entry.identifier: entry for entry in (self._listed(document, 2) if document else [])}
        for number, entry in enumerate(slides, start=1):
            self.builder.place("slide", number)
            self._slide(entry, saved, notes)
        return self.builder.finish(title=self.builder.title, empty="The slides hold no text.")

    def _records(self, start: int, end: int) -> Iterator[_Record]:
        """Yield the records that lie between two offsets."""
        while start + 8 <= end:
            version, kind, length = struct.unpack_from("<HHI", self.data, start)
            stop = min(start + 8 + length, end)
            self.seen += 1
            if self.seen > MAX_RECORDS:
                raise Unreadable("The slides hold too many records.", remedy="Save them as PPTX.")
            yield _Record(kind, version >> 4, start + 8, stop, version & 0x0F == 0x0F)
            start = stop

    def _all(self, record: _Record, depth: int = 0) -> Iterator[_Record]:
        """Yield all records under one, in order, but of a table the table alone."""
        if depth > MAX_DEPTH:
            return
        for inner in self._records(record.start, record.end):
            yield inner
            if inner.holds_records and not self._is_table(inner):
                yield from self._all(inner, depth + 1)

    def _saved(self, top: list[_Record]) -> dict[int, int]:
        """Return the offset of each saved object by its number; later saves win."""
        saved: dict[int, int] = {}
        for record in top:
            if record.kind != _DIRECTORY:
                continue
            at = record.start
            while at + 4 <= record.end:
                head = struct.unpack_from("<I", self.data, at)[0]
                first, count = head & 0xFFFFF, head >> 20
                at += 4
                for index in range(min(count, (record.end - at) // 4)):
                    saved[first + index] = struct.unpack_from("<I", self.data, at + 4 * index)[0]
                at += 4 * count
        return saved

    def _listed(self, document: _Record, instance: int) -> list[_Entry]:
        """Return slides (0) or notes (2) in the order of the document's list."""
        entries: list[_Entry] = []
        for part in self._records(document.start, document.end):
            if part.kind != _LIST or part.instance != instance:
                continue
            kind = 4
            for record in self._records(part.start, part.end):
                if record.kind == _PERSIST:
                    reference, _, _, identifier = struct.unpack_from("<IIII", self.data, record.start)
                    entries.append(_Entry(reference, identifier))
                elif record.kind == _HEADER:
                    kind = struct.unpack_from("<I", self.data, record.start)[0]
                elif record.kind in (_WIDE, _NARROW) and entries:
                    entries[-1].texts.append((kind, self._text(record)))
        return entries

    def _text(self, record: _Record) -> str:
        raw = self.data[record.start : record.end]
        text = raw.decode("utf-16-le" if record.kind == _WIDE else "latin-1", "replace")
        return text.replace("\r", "\n").replace("\x0b", "\n")

    def _slide(self, entry: _Entry, saved: dict[int, int], notes: dict[int, _Entry]) -> None:
        container = self._saved_record(entry.reference, saved)
        texts = list(self._boxes(container, entry)) if container else []
        # Text of the outline that no box refers to is shown all the same.
        known = {text for _, text in texts}
        texts = [item for item in entry.texts if item[1] not in known] + texts
        for kind, text in texts:
            if kind in _TITLES:
                self.builder.title = self.builder.title or text.replace("\n", " ")
                self.builder.heading(text, 1)
        for kind, text in texts:
            if kind not in _TITLES and text.strip() != "*":
                self.builder.paragraph(text)
        for table in self._tables(container, entry) if container else ():
            add_table(self.builder, table, header=True)
        if container:
            self._notes(container, saved, notes)

    def _saved_record(self, reference: int, saved: dict[int, int]) -> _Record | None:
        offset = saved.get(reference)
        return next(self._records(offset, len(self.data)), None) if offset is not None else None

    def _boxes(self, container: _Record, entry: _Entry) -> Iterator[tuple[int, str]]:
        """Yield kind and text of each text box of a slide, or of a shape."""
        for box in self._all(container):
            if box.kind != _TEXT_BOX:
                continue
            kind = 4
            for record in self._records(box.start, box.end):
                if record.kind == _HEADER:
                    kind = struct.unpack_from("<I", self.data, record.start)[0]
                elif record.kind in (_WIDE, _NARROW):
                    yield kind, self._text(record)
                elif record.kind == _OUTLINE:
                    index = struct.unpack_from("<I", self.data, record.start)[0]
                    if index < len(entry.texts):
                        yield entry.texts[index]

    def _is_table(self, group: _Record) -> bool:
        shape = next(self._records(group.start, group.end), None) if group.kind == GROUP else None
        if shape is None or shape.kind != SHAPE:
            return False
        inner = self._records(shape.start, shape.end)
        return any(is_table(self.data[part.start : part.end]) for part in inner if part.kind == PROPERTIES)

    def _tables(self, container: _Record, entry: _Entry) -> Iterator[list[list[str]]]:
        """Yield the rows of each table of a slide."""
        for group in self._all(container):
            if not self._is_table(group):
                continue
            cells: list[Cell] = []
            for shape in self._records(group.start, group.end):
                place = next((part for part in self._records(shape.start, shape.end) if part.kind == PLACE), None)
                texts = [text for _, text in self._boxes(shape, entry)]
                if place and texts and place.end - place.start >= 8:
                    cells.append((*struct.unpack_from("<ii", self.data, place.start), "\n".join(texts)))
            yield rows_of(cells)

    def _notes(self, container: _Record, saved: dict[int, int], notes: dict[int, _Entry]) -> None:
        atom = next((r for r in self._records(container.start, container.end) if r.kind == _SLIDE_ATOM), None)
        if atom is None or atom.end - atom.start < 20:
            return
        wanted = notes.get(struct.unpack_from("<I", self.data, atom.start + 16)[0])
        page = self._saved_record(wanted.reference, saved) if wanted else None
        if wanted is None or page is None or page.kind != _NOTES:
            return
        words = [text for kind, text in self._boxes(page, wanted) if kind == 2 and len(text.strip()) > 1]
        if words:
            self.builder.paragraph("Notes: " + "\n".join(words))
