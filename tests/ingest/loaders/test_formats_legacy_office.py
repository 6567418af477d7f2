"""DOC, XLS and PPT, the formats from before 2007, made byte by byte."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from format_files import make_ole

from ingest.errors import PasswordNeeded, Unreadable
from ingest.reading.load import load


def doc_file(text: str, *, encrypted: bool = False) -> bytes:
    """Return a DOC file with one piece of UTF-16 text."""
    raw = text.encode("utf-16-le")
    start = 2048
    main = bytearray(start + len(raw))
    struct.pack_into("<H", main, 0, 0xA5EC)
    struct.pack_into("<H", main, 0x0A, 0x0200 | (0x0100 if encrypted else 0))
    struct.pack_into("<i", main, 0x4C, len(text))
    main[start:] = raw
    pieces = struct.pack("<IIHIH", 0, len(text), 0, start, 0)
    table = b"\x02" + struct.pack("<I", len(pieces)) + pieces
    struct.pack_into("<II", main, 0x01A2, 0, len(table))
    return make_ole({"WordDocument": bytes(main).ljust(4096, b"\0"), "1Table": table.ljust(4096, b"\0")})


def test_doc_paragraphs_fields_and_phonetic_guides(tmp_path: Path) -> None:
    """Field codes are left out, what they show stays; the word under a phonetic guide is kept."""
    text = (
        'First.\rSee \x13HYPERLINK "x"\x14the site\x15.\r\x13EQ \\* jc2 \\o\\ad(\\s\\up 9(とうきょう),東京)\x15\r'
        "Naïve 😀 end\r"
    )
    units = text.encode("utf-16-le")
    path = tmp_path / "a.doc"
    path.write_bytes(doc_file(units.decode("utf-16-le", "surrogatepass")))
    assert load(path).text == "First.\n\nSee the site.\n\n東京\n\nNaïve 😀 end"


def test_encrypted_doc_asks_for_its_password(tmp_path: Path) -> None:
    """The flag in the header is enough to say so."""
    path = tmp_path / "e.doc"
    path.write_bytes(doc_file("x\r", encrypted=True))
    with pytest.raises(PasswordNeeded):
        load(path)


def test_a_doc_whose_piece_table_is_missing_is_damaged(tmp_path: Path) -> None:
    """A torn table is said to be damage, with what to do."""
    main = bytearray(4096)
    struct.pack_into("<H", main, 0, 0xA5EC)
    path = tmp_path / "t.doc"
    path.write_bytes(make_ole({"WordDocument": bytes(main), "0Table": bytes(4096)}))
    with pytest.raises(Unreadable, match="damaged") as caught:
        load(path)
    assert "DOCX" in caught.value.remedy


def record(kind: int, data: bytes) -> bytes:
    """Return a record of a workbook."""
    return struct.pack("<HH", kind, len(data)) + data


def xls_file(cells: list[list[str | float]]) -> bytes:
    """Return an XLS file with one sheet."""
    begin = struct.pack("<HHHHII", 0x0600, 0x0005, 0x0DBB, 0x07CC, 0, 6)
    font = record(0x0031, struct.pack("<HHHHHBBBBBB", 200, 0, 0x7FFF, 400, 0, 0, 0, 0, 0, 5, 0) + b"Arial")
    style = record(0x00E0, struct.pack("<HHHBBBBIIH", 0, 0, 0xFFF5, 0x20, 0, 0, 0, 0, 0, 0x20C0))
    shown = record(0x00E0, struct.pack("<HHHBBBBIIH", 0, 4, 0x0001, 0x20, 0, 0, 0, 0, 0, 0x20C0))
    body = b""
    for row, line in enumerate(cells):
        for column, value in enumerate(line):
            if isinstance(value, str):
                words = value.encode("utf-16-le")
                body += record(0x0204, struct.pack("<HHHHB", row, column, 15, len(value), 1) + words)
            else:
                body += record(0x0203, struct.pack("<HHHd", row, column, 16, value))
    head = record(0x0809, begin) + record(0x0042, struct.pack("<H", 1200)) + font * 4 + style * 16 + shown
    name = b"Data"
    bound = struct.pack("<IBBBB", 0, 0, 0, len(name), 0) + name
    offset = len(head) + len(record(0x0085, bound)) + 4
    head += record(0x0085, struct.pack("<I", offset) + bound[4:]) + record(0x000A, b"")
    sheet = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0x0DBB, 0x07CC, 0, 6)) + body + record(0x000A, b"")
    return make_ole({"Workbook": (head + sheet).ljust(4096, b"\0")})


def test_xls_cells_as_shown(tmp_path: Path) -> None:
    """Words and formatted numbers of a workbook, the sheet's name as heading."""
    path = tmp_path / "w.xls"
    path.write_bytes(xls_file([["Naïve", "Price"], ["Pear", 1234.5]]))
    assert load(path).text == "Data\n\nNaïve | Price\nPear | 1,234.50"


def atom(kind: int, data: bytes, instance: int = 0) -> bytes:
    """Return a record of slides that holds data."""
    return struct.pack("<HHI", instance << 4, kind, len(data)) + data


def container(kind: int, *inner: bytes, instance: int = 0) -> bytes:
    """Return a record of slides that holds records."""
    data = b"".join(inner)
    return struct.pack("<HHI", instance << 4 | 0xF, kind, len(data)) + data


def test_ppt_slides_titles_and_text(tmp_path: Path) -> None:
    """Text of the outline and of free boxes, slide by slide."""
    header = atom(0x0F9F, struct.pack("<I", 0))
    title = atom(0x0FA0, "Ünser Plan".encode("utf-16-le"))
    box = container(0xF00D, atom(0x0F9F, struct.pack("<I", 4)), atom(0x0FA8, b"Grow slowly"))
    slide = container(0x03EE, container(0x040C, container(0xF002, container(0xF004, box))))
    persist = atom(0x03F3, struct.pack("<IIIII", 1, 0, 1, 256, 0))
    document = container(0x03E8, container(0x0FF0, persist, header, title))
    directory = atom(0x1772, struct.pack("<II", 1 | 1 << 20, 0))
    stream = slide + document + directory
    path = tmp_path / "s.ppt"
    path.write_bytes(make_ole({"PowerPoint Document": stream.ljust(4096, b"\0"), "Current User": bytes(4096)}))
    loaded = load(path)
    assert loaded.text == "Ünser Plan\n\nGrow slowly"
    assert [(p.kind, p.number) for p in loaded.places] == [("slide", 1)]


def slides(*drawn: bytes) -> bytes:
    """Return a PPT file of one slide with these shapes."""
    slide = container(0x03EE, container(0x040C, container(0xF002, *drawn)))
    persist = atom(0x03F3, struct.pack("<IIIII", 1, 0, 1, 256, 0))
    document = container(0x03E8, container(0x0FF0, persist))
    stream = slide + document + atom(0x1772, struct.pack("<II", 1 | 1 << 20, 0))
    return make_ole({"PowerPoint Document": stream.ljust(4096, b"\0"), "Current User": bytes(4096)})


def cell(left: int, top: int, text: str) -> bytes:
    """Return a shape of a slide that stands at a place in its group."""
    words = atom(0x0FA0, text.encode("utf-16-le"))
    return container(0xF004, atom(0xF00F, struct.pack("<iiii", left, top, left + 9, top + 9)), container(0xF00D, words))


@pytest.mark.parametrize(
    ("marked", "read"),
    [(1, "Port | Harbour\nOslo | \nBergen | North"), (0, "Harbour\n\nPort\n\nBergen\n\nOslo\n\nNorth")],
)
def test_a_table_of_a_ppt_slide_is_rows_with_cells(tmp_path: Path, marked: int, read: str) -> None:
    """Boxes of a group that is a table are cells by their places, a merged one empty; else they are texts."""
    head = container(0xF004, atom(0xF122, struct.pack("<HI", 0x039F, marked)))
    cells = [
        cell(50, 0, "Harbour"),
        cell(0, 0, "Port"),
        cell(0, 20, "Bergen"),
        cell(0, 10, "Oslo"),
        cell(50, 20, "North"),
    ]
    path = tmp_path / "t.ppt"
    path.write_bytes(slides(container(0xF003, head, *cells)))
    assert load(path).text == read.replace(" | \n", "\n")
