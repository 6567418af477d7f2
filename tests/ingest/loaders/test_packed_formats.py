"""Binary workbooks, winmail.dat, Word documents in one XML file, packed single files."""

from __future__ import annotations

import base64
import bz2
import gzip
import lzma
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import LoadError, NoText, TooLarge, Unreadable
from ingest.loaders.messages import tnef as tnef_loader
from ingest.loaders.office import xlsb as xlsb_loader
from ingest.reading.load import load
from tests.ingest.loaders.format_files import docx_parts, make_zip, paragraph, relations

# ---- XLSB


def record(kind: int, content: bytes = b"") -> bytes:
    """Return a record of a binary workbook."""
    head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size = len(content)
    groups = bytearray()
    while True:
        groups.append(size & 0x7F | (0x80 if size > 0x7F else 0))
        size >>= 7
        if not size:
            return head + bytes(groups) + content


def words(text: str) -> bytes:
    """Return a text with its length before it."""
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def cell(kind: int, column: int, value: bytes, style: int = 0) -> bytes:
    """Return a cell."""
    return record(kind, struct.pack("<I", column) + style.to_bytes(3, "little") + b"\0" + value)


def row(number: int) -> bytes:
    """Return the record that begins a row."""
    return record(0, struct.pack("<I", number) + bytes(13))


def workbook(path: Path, *rows: bytes, hidden: bool = False) -> Path:
    """Write a workbook of one sheet, with the strings "Rent" and "Due", and styles: plain, date, money."""
    money = record(44, struct.pack("<H", 164) + words("#,##0.00\\ [$€-407]"))
    of_cells = b"".join(record(47, struct.pack("<HH", 0, code) + bytes(12)) for code in (0, 14, 164))
    styles = money + record(617) + of_cells + record(618)
    return make_zip(path, {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": relations(("r1", "officeDocument", "xl/workbook.bin")),
        "xl/_rels/workbook.bin.rels": relations(("r1", "worksheet", "worksheets/sheet1.bin"),
                                                ("r2", "sharedStrings", "sharedStrings.bin"),
                                                ("r3", "styles", "styles.bin")),
        "xl/workbook.bin": record(153, bytes(12))
        + record(156, struct.pack("<II", int(hidden), 1) + words("r1") + words("Lease")),
        "xl/sharedStrings.bin": b"".join(record(19, b"\0" + words(text)) for text in ("Rent", "Due")),
        "xl/styles.bin": styles,
        "xl/worksheets/sheet1.bin": record(145) + b"".join(rows) + record(146),
    })  # fmt: skip


def number(value: float) -> bytes:
    """Return a number of eight bytes."""
    return struct.pack("<d", value)


def test_a_binary_workbook_is_read_as_it_shows_its_cells(tmp_path: Path) -> None:
    """Shared and own texts, dates and money in their formats, truth values, errors and what formulas gave."""
    path = workbook(
        tmp_path / "lease.xlsb",
        row(0), cell(7, 0, struct.pack("<I", 0)), cell(7, 1, struct.pack("<I", 1)), cell(6, 2, words("Paid")),
        row(4), cell(5, 0, number(1250.5), 2), cell(9, 1, number(45292.0), 1), cell(4, 2, b"\1"),
        row(5), cell(2, 0, struct.pack("<i", -12345 << 2 | 3), 2), cell(8, 1, words("later")), cell(11, 2, b"\x07"),
        hidden=True,
    )  # fmt: skip
    loaded = load(path)
    assert loaded.text == ("Lease\n\nRent | Due | Paid\n1,250.50 € | 2024-01-01 | TRUE\n-123.45 € | later | #DIV/0!")
    assert [place.number for place in loaded.places] == [1, 5, 6]
    assert loaded.notes == ("The sheet 'Lease' is hidden in the file; it was read too.",)


@given(st.integers(-(2**29), 2**29 - 1), st.booleans())
def test_short_numbers_are_what_they_stand_for(value: int, hundredth: bool) -> None:
    """A whole number of 30 bits, or a hundredth of it."""
    packed = value << 2 | 2 | int(hundredth)
    assert xlsb_loader._short_number(packed) == (value / 100 if hundredth else value)


def test_a_torn_binary_workbook_is_said_to_be_damaged(tmp_path: Path) -> None:
    """A record that ends behind its part."""
    with pytest.raises(Unreadable, match="damaged"):
        load(workbook(tmp_path / "torn.xlsb", row(0), b"\x06\xff\xff\xff\x0f"))


# ---- winmail.dat


def attribute(number: int, content: bytes) -> bytes:
    """Return an attribute."""
    return b"\1" + struct.pack("<HHI", number, 2, len(content)) + content + b"\0\0"


def properties(*entries: tuple[int, int, bytes]) -> bytes:
    """Return properties from (number, kind, value)."""
    found = struct.pack("<I", len(entries))
    for tag, kind, value in entries:
        found += struct.pack("<HH", kind, tag)
        if kind in (0x1E, 0x1F, 0x0D, 0x102):
            found += struct.pack("<II", 1, len(value)) + value + bytes(-len(value) % 4)
        else:
            found += value
    return found


def packed_mail(*attributes: bytes) -> bytes:
    """Return a winmail.dat."""
    return b"\x78\x9f\x3e\x22\1\0" + b"".join(attributes)


def test_a_winmail_dat_is_read_with_what_was_attached(tmp_path: Path) -> None:
    """Subject, sender, body and attachments; names in the code page of the message or in UTF-16."""
    data = packed_mail(
        attribute(0x9007, struct.pack("<II", 1252, 0)),
        attribute(0x8004, "Schlüssel\0".encode("cp1252")),
        attribute(0x9003, properties((0x0017, 0x03, bytes(4)), (0x0C1A, 0x1F, "Jörg Moe\0".encode("utf-16-le")),
                                     (0x1013, 0x102, b"<p>The key is under the mat.</p>"))),
        attribute(0x9002, bytes(14)), attribute(0x8010, b"PLAN~1.TXT\0"), attribute(0x800F, b"Lock the gate at nine."),
        attribute(0x9005, properties((0x3707, 0x1F, "plan für Mai.txt\0".encode("utf-16-le")))),
    )  # fmt: skip
    (tmp_path / "winmail.dat").write_bytes(data)
    loaded = load(tmp_path / "winmail.dat")
    assert loaded.title == "Schlüssel"
    for said in ("From: Jörg Moe", "The key is under the mat.", "plan für Mai.txt", "Lock the gate at nine."):
        assert said in loaded.text
    assert [place.kind for place in loaded.places] == ["part", "part"]


def test_a_winmail_dat_inside_a_mail_is_read(tmp_path: Path) -> None:
    """It comes as an attachment of a mail."""
    inside = base64.encodebytes(packed_mail(attribute(0x800C, b"The rent is due in May."))).decode()
    (tmp_path / "a.eml").write_text(
        "From: a@example.org\nSubject: Rent\nMIME-Version: 1.0\nContent-Type: application/ms-tnef; "
        f'name="winmail.dat"\nContent-Transfer-Encoding: base64\n\n{inside}'
    )
    assert "The rent is due in May." in load(tmp_path / "a.eml").text


@given(st.binary(max_size=200))
def test_what_is_no_winmail_dat_fails_with_words(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    """Whatever follows the mark, no other error comes out of it."""
    path = tmp_path_factory.mktemp("hostile") / "winmail.dat"
    path.write_bytes(packed_mail(attribute(0x9003, data), data))
    try:
        load(path)
    except LoadError as error:
        assert error.remedy


def test_named_properties_are_passed_over() -> None:
    """A property with a name has its name between its number and its value."""
    name = "Keywords\0".encode("utf-16-le")
    named = (
        struct.pack("<HH", 0x03, 0x8001) + bytes(16) + struct.pack("<II", 1, len(name)) + name + bytes(-len(name) % 4)
    )
    numbered = struct.pack("<HH", 0x03, 0x8002) + bytes(16) + struct.pack("<II", 0, 0x8503)
    plain = struct.pack("<HHII", 0x1E, 0x0037, 1, 4) + b"Roof"
    data = struct.pack("<I", 3) + named + bytes(4) + numbered + bytes(4) + plain
    assert dict(tnef_loader._properties(data))[0x0037] == b"Roof"


# ---- Word documents in XML

W3 = (
    'xmlns:w="http://schemas.microsoft.com/office/word/2003/wordml" '
    'xmlns:wx="http://schemas.microsoft.com/office/word/2003/auxHint" '
    'xmlns:aml="http://schemas.microsoft.com/aml/2001/core" xmlns:o="urn:schemas-microsoft-com:office:office"'
)


def test_a_document_of_word_2003_is_read(tmp_path: Path) -> None:
    """Headings, list numbers, tables, notes; what was deleted is left out, what was inserted is not."""
    body = (
        '<wx:sect><wx:sub-section><w:p><w:pPr><w:pStyle w:val="H1"/></w:pPr><w:r><w:t>Lease</w:t></w:r></w:p>'
        "<w:p><w:r><w:t>The rent is </w:t></w:r>"
        '<aml:annotation w:type="Word.Deletion"><aml:content><w:r><w:delText>900</w:delText></w:r></aml:content>'
        '</aml:annotation><aml:annotation w:type="Word.Insertion"><aml:content><w:r><w:t>950 pounds.</w:t></w:r>'
        "</aml:content></aml:annotation><w:r><w:footnote><w:p><w:r><w:t>A month.</w:t></w:r></w:p></w:footnote></w:r>"
        "</w:p>"
        '</wx:sub-section><w:p><w:pPr><w:listPr><w:ilvl w:val="0"/><w:ilfo w:val="1"/><wx:t wx:val="1."/></w:listPr>'
        "</w:pPr><w:r><w:t>Pay on time.</w:t></w:r></w:p><w:tbl><w:tr><w:tc><w:p><w:r><w:t>May</w:t></w:r></w:p></w:tc>"
        "<w:tc><w:p><w:r><w:t>paid</w:t></w:r></w:p></w:tc></w:tr></w:tbl></wx:sect>"
    )
    styles = '<w:styles><w:style w:styleId="H1"><w:name w:val="heading 1"/></w:style></w:styles>'
    about = "<o:DocumentProperties><o:Title>Lease of the mill</o:Title></o:DocumentProperties>"
    (tmp_path / "lease.xml").write_text(
        f'<?xml version="1.0"?><?mso-application progid="Word.Document"?><w:wordDocument {W3}>{about}{styles}'
        f"<w:body>{body}</w:body></w:wordDocument>"
    )
    loaded = load(tmp_path / "lease.xml")
    assert loaded.text == "Lease\n\nThe rent is 950 pounds.\n\nFootnote: A month.\n\n1. Pay on time.\n\nMay | paid"
    assert loaded.text[loaded.headings[0].start : loaded.headings[0].end] == "Lease"


def test_a_package_in_one_xml_file_is_read(tmp_path: Path) -> None:
    """Word's "XML document": the parts of a DOCX, each in an element."""
    parts = docx_parts(paragraph("The mill is let."))
    inner = "".join(
        f'<pkg:part pkg:name="/{name}"><pkg:xmlData>{content!s}</pkg:xmlData></pkg:part>'
        for name, content in parts.items()
        if name != "[Content_Types].xml"
    )
    (tmp_path / "mill.xml").write_text(
        '<?xml version="1.0"?><pkg:package xmlns:pkg="http://schemas.microsoft.com/office/2006/xmlPackage">'
        f"{inner}</pkg:package>"
    )
    assert load(tmp_path / "mill.xml").text == "The mill is let."


# ---- packed single files


@pytest.mark.parametrize(("ending", "pack"), [("gz", gzip.compress), ("bz2", bz2.compress), ("xz", lzma.compress)])
def test_a_packed_file_is_read_as_what_is_inside(tmp_path: Path, ending: str, pack: Callable[[bytes], bytes]) -> None:
    """By its name without the last ending."""
    path = tmp_path / f"rents.csv.{ending}"
    path.write_bytes(pack(b"month,rent\nMay,950\n"))
    loaded = load(path)
    assert loaded.media_type == "text/csv" and "May | 950" in loaded.text


def test_a_packed_file_that_grows_or_is_torn_is_refused(tmp_path: Path) -> None:
    """A bomb, packed in itself or not, and a file that was cut short."""
    bomb = tmp_path / "zeros.txt.gz"
    bomb.write_bytes(gzip.compress(b"w" * 60_000_000))
    with pytest.raises(TooLarge):
        load(bomb)
    torn = tmp_path / "torn.txt.xz"
    torn.write_bytes(lzma.compress(b"word " * 4_000)[:-20])
    with pytest.raises(Unreadable, match="damaged"):
        load(torn)
    nested = b"word"
    for _ in range(8):
        nested = gzip.compress(nested)
    (tmp_path / "nested.gz").write_bytes(nested)
    with pytest.raises((TooLarge, NoText)):
        load(tmp_path / "nested.gz")
