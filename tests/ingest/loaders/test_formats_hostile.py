"""Files made to do harm: bombs, loops, lies, tricks with names. Each ends in text or in a sentence."""

from __future__ import annotations

import json
import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from format_files import (
    S,
    W,
    docx_parts,
    epub_parts,
    make_ole,
    make_zip,
    odf_parts,
    paragraph,
    pptx_parts,
    relations,
    rtf,
    text_row,
    xlsx_parts,
    zip_bytes,
)

from ingest.errors import LoadError, NoText, TooLarge, Unreadable, UnsupportedType
from ingest.reading.load import load

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha"}">' for n in range(10))
MAX_MEMORY = 700_000_000


def bomb(size: int = 400_000_000) -> bytes:
    """Return a DOCX file whose text grows to `size` bytes."""
    parts = docx_parts("")
    data = zip_bytes(parts)
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = b" " * 1_000_000
    packed = b"".join(packer.compress(block) for _ in range(size // len(block))) + packer.flush()
    return zip_with(data, "word/document.xml", packed, size)


def zip_with(data: bytes, name: str, packed: bytes, claimed: int) -> bytes:
    """Return a ZIP file with a member replaced by packed bytes of a claimed size."""
    import io

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        others = {info.filename: archive.read(info) for info in archive.infolist() if info.filename != name}
    others_zip = zip_bytes(others)  # type: ignore[arg-type]
    end = others_zip.rindex(b"PK\x05\x06")
    count, size, offset = struct.unpack_from("<HII", others_zip, end + 10)
    encoded = name.encode()
    head = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 0x21, 0, len(packed), claimed, len(encoded), 0)
    local = b"PK\x03\x04" + head + encoded + packed
    central = b"PK\x01\x02\x14\0" + head + struct.pack("<HHHII", 0, 0, 0, 0, offset) + encoded
    directory = others_zip[offset : offset + size] + central
    tail = struct.pack("<HHHHIIH", 0, 0, count + 1, count + 1, len(directory), offset + len(local), 0)
    return others_zip[:offset] + local + directory + b"PK\x05\x06" + tail


def deep(tag: str, count: int) -> str:
    """Return elements nested `count` deep."""
    return f"<{tag}>" * count + f"</{tag}>" * count


def dtd(body: str) -> str:
    """Return a document with the billion laughs in front of its body."""
    return f'<?xml version="1.0"?><!DOCTYPE x [{LAUGHS}]>{body}'


def docx_with(document: str) -> bytes:
    """Return a DOCX file with this main part."""
    return zip_bytes({**docx_parts(""), "word/document.xml": document})


def looping_pptx() -> bytes:
    """Return slides whose layout points back at the slide."""
    parts = pptx_parts("<p:sp/>")
    parts["ppt/slides/_rels/slide0.xml.rels"] = relations(
        ("a", "slideLayout", "slide0.xml"), ("b", "slideMaster", "slide0.xml"), ("c", "notesSlide", "slide0.xml")
    )
    return zip_bytes(parts)


def looping_ole() -> bytes:
    """Return an OLE file whose sector chain bites its own tail."""
    data = bytearray(make_ole({"WordDocument": bytes(6000)}))
    table = len(data) - 512
    struct.pack_into("<I", data, table, 0)
    return bytes(data)


def overlapping_zip() -> bytes:
    """Return a ZIP file whose members all lie on the same bytes."""
    data = zip_bytes({"a.txt": "x" * 100})
    end = data.rindex(b"PK\x05\x06")
    _, size, offset = struct.unpack_from("<HII", data, end + 10)
    entry = data[offset : offset + size]
    directory = b"".join(entry.replace(b"a.txt", b"%05d" % n) for n in range(3_000))
    return (
        data[:offset] + directory + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 3000, 3000, len(directory), offset, 0)
    )


def pdf_of(*objects: str, pages: int = 1) -> bytes:
    """Return a PDF file with a catalog, one kind of page and these further objects."""
    kids = " ".join("3 0 R" for _ in range(pages))
    bodies = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R >>",
        *objects,
    ]
    out = "%PDF-1.7\n" + "".join(f"{n} 0 obj\n{body}\nendobj\n" for n, body in enumerate(bodies, 1))
    return (out + "trailer << /Root 1 0 R >>\n%%EOF").encode("latin-1")


def pdf_bomb() -> bytes:
    """Return a PDF file whose page grows to 300 MB of blanks."""
    packed = zlib.compress(b" " * 300_000_000, 9).decode("latin-1")
    return pdf_of(f"<< /Length {len(packed)} /Filter /FlateDecode >>\nstream\n{packed}\nendstream")


HOSTILE: dict[str, Callable[[], bytes]] = {
    "zip-bomb.docx": bomb,
    "lying-size.docx": lambda: zip_with(zip_bytes(docx_parts("")), "word/document.xml", zlib.compress(b"a" * 40_000_000, 9)[2:-4], 1000),
    "billion-laughs.docx": lambda: docx_with(dtd(f"<w:document {W}><w:body><w:p><w:r><w:t>&l9;</w:t></w:r></w:p></w:body></w:document>")),
    "billion-laughs.xml": lambda: dtd("<feed><p>&l9;</p></feed>").encode(),
    "outside-entity.xml": lambda: b'<!DOCTYPE p [<!ENTITY s SYSTEM "file:///etc/passwd">]><p>Secret: &s;</p>',
    "outside-dtd.xml": lambda: b'<!DOCTYPE p SYSTEM "http://127.0.0.1:9/x.dtd"><p>Words.</p>',
    "deep.xml": lambda: (deep("p", 50_000)).encode(),
    "deep.html": lambda: (deep("div", 10_000)).encode(),
    "deep.docx": lambda: docx_with(f"<w:document {W}><w:body>{deep('w:sdt', 5_000)}</w:body></w:document>"),
    "deep-tables.docx": lambda: docx_with(f"<w:document {W}><w:body>" + "<w:tbl><w:tr><w:tc>" * 60 + paragraph("In") + "</w:tc></w:tr></w:tbl>" * 60 + "</w:body></w:document>"),
    "deep.json": lambda: b'{"a":' * 200_000 + b"1" + b"}" * 200_000,
    "deep.rtf": lambda: rtf("{" * 100_000 + "x" + "}" * 100_000),
    "deep.tex": lambda: b"\\begin{document}" + b"\\emph{" * 20_000 + b"x" + b"}" * 20_000 + b"\\end{document}",
    "deep.odt": lambda: zip_bytes(odf_parts("text", deep("text:list", 5_000))),
    "repeated-cells.ods": lambda: zip_bytes(odf_parts("spreadsheet", '<table:table><table:table-row table:number-rows-repeated="1000000000"><table:table-cell table:number-columns-repeated="1000000000"><text:p>x</text:p></table:table-cell></table:table-row></table:table>')),
    "far-cell.xlsx": lambda: zip_bytes(xlsx_parts({"S": '<row r="999999999"><c r="XFD999999999" t="inlineStr"><is><t>far</t></is></c><c r="A1" t="inlineStr"><is><t>near</t></is></c></row>'})),
    "huge-format.xlsx": lambda: zip_bytes(xlsx_parts({"S": '<row r="1"><c r="A1" s="1"><v>1E308</v></c></row>'}, formats=("0" * 5_000 + "." + "0" * 5_000,))),
    "loop.pptx": looping_pptx,
    "loop.doc": looping_ole,
    "overlap.zip": overlapping_zip,
    "not-a.docx": lambda: b"MZ\x90\x00" + bytes(2_000),
    "html-named.docx": lambda: b"<html><body><p>A page by another name.</p></body></html>",
    "zip-named.pdf": lambda: zip_bytes({"a.txt": "Inside."}),
    "cut.docx": lambda: zip_bytes(docx_parts(paragraph("x" * 3_000)))[:400],
    "wrong-checksum.zip": lambda: stored(),
    "wrong-checksum.docx": lambda: spoiled(zip_bytes(docx_parts(paragraph("words " * 400)))),
    "nulls.csv": lambda: b"a,b\n" + b"x\0y,z\n" * 50,
    "open-quote.csv": lambda: b'a,b\n"' + b"x" * 4_000_000,
    "one-line.csv": lambda: b"a," * 2_000_000,
    "one-line.json": lambda: json.dumps({"text": "word " * 2_000_000}).encode(),
    "one-line.md": lambda: b"*" * 300_000,
    "brackets.md": lambda: b"[" * 20_000,
    "from-lines.mbox": lambda: b"From a Mon Jan 1 00:00:00 2024\n\n" * 20_000,
    "nested.eml": lambda: b"".join(b"From: a@x\nContent-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(500)),
    "endless-header.eml": lambda: b"Subject: " + b"=?utf-8?q?a?= " * 100_000 + b"\n\nBody",
    "times.srt": lambda: b"1\n99:99:99,999 --> 00:00:00,000\nBackward.\n" * 2_000,
    "bookmarks-loop.pdf": lambda: pdf_of("<< /Length 0 >>\nstream\n\nendstream", "<< /Title (x) /Next 5 0 R >>"),
    "pages-loop.pdf": lambda: b"%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[2 0 R]/Count 1>>\nendobj\ntrailer<</Root 1 0 R>>",
    "ten-thousand-pages.pdf": lambda: pdf_of("<< /Length 0 >>\nstream\n\nendstream", pages=10_000),
    "bomb.pdf": pdf_bomb,
    "self-reference.epub": lambda: zip_bytes({**epub_parts(("One", "<p>Once.</p>")), "toc.ncx": dtd("<ncx>&l9;</ncx>")}),
    "escape.epub": lambda: zip_bytes({**epub_parts(("One", "<p>Once.</p>")), "META-INF/container.xml": '<container><rootfile full-path="../../../etc/passwd"/></container>'}),
    "outside-target.docx": lambda: zip_bytes({**docx_parts(paragraph("Words.")), "word/_rels/document.xml.rels": relations(("a", "footnotes", "../../../../etc/passwd"), ("b", "header", "file:///etc/passwd"))}),
    "strings-bomb.xlsx": lambda: zip_bytes({**xlsx_parts({"S": "".join(f'<row r="{n}">' + f'<c r="A{n}" t="s"><v>0</v></c>' * 50 + "</row>" for n in range(1, 2_000))}), "xl/sharedStrings.xml": f"<sst {S}><si><t>{'x' * 1_000_000}</t></si></sst>"}),
    "bidirectional.py": lambda: "access = 'user\u202e \u2066// admin only\u2069 \u2066'\n".encode(),
}  # fmt: skip


def stored() -> bytes:
    """Return a ZIP file with a stored member that was changed after its checksum was taken."""
    import io

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("a.txt", "AAAA")
    return buffer.getvalue().replace(b"AAAA", b"AAAB")


def spoiled(data: bytes) -> bytes:
    """Return a file with a few bytes in its middle overwritten."""
    middle = len(data) // 2
    return data[:middle] + b"\xff\x00\xff\x00" + data[middle + 4 :]


@pytest.mark.parametrize("name", list(HOSTILE))
def test_a_hostile_file_ends_in_text_or_in_a_sentence(tmp_path: Path, name: str) -> None:
    """No crash, no secret, bounded memory, and a remedy with every refusal."""
    path = tmp_path / name
    path.write_bytes(HOSTILE[name]())
    if "bomb" in name:
        tracemalloc.start()  # it slows Python down too much for all of them
    try:
        loaded = load(path)
        text = loaded.text
        assert [place.start for place in loaded.places] == sorted(place.start for place in loaded.places)
    except LoadError as error:
        text = str(error)
        assert error.remedy
        assert "Traceback" not in text
        assert str(tmp_path) not in text
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert "root:" not in text
    assert peak < MAX_MEMORY
    assert [found.name for found in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("zip-bomb.docx", TooLarge),
        ("deep.json", TooLarge),
        ("deep.rtf", Unreadable),
        ("not-a.docx", UnsupportedType),
        ("cut.docx", Unreadable),
        ("strings-bomb.xlsx", TooLarge),
        ("ten-thousand-pages.pdf", NoText),
    ],
)
def test_the_refusal_names_the_reason(tmp_path: Path, name: str, kind: type[LoadError]) -> None:
    """A bomb is too large, a torn file is damaged, another kind of file is not supported."""
    path = tmp_path / name
    path.write_bytes(HOSTILE[name]())
    with pytest.raises(kind):
        load(path)


def test_entities_are_not_read_from_files(tmp_path: Path) -> None:
    """What an entity names outside of the file stays outside."""
    path = tmp_path / "x.xml"
    path.write_bytes(HOSTILE["outside-entity.xml"]())
    assert load(path).text == "Secret:"


def test_content_decides_not_the_name(tmp_path: Path) -> None:
    """A page called .docx is read as the page that it is, and the report says so."""
    path = tmp_path / "html-named.docx"
    path.write_bytes(HOSTILE["html-named.docx"]())
    loaded = load(path)
    assert loaded.text == "A page by another name."
    assert any(".docx" in note for note in loaded.notes)


def test_cells_beyond_the_sheet_cost_nothing(tmp_path: Path) -> None:
    """A cell in the last column of the last row makes no empty rows or columns."""
    rows = text_row(1, "a", "b") + '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>z</t></is></c></row>'
    path = make_zip(tmp_path / "w.xlsx", xlsx_parts({"S": rows}))
    assert len(load(path).text) < 100
