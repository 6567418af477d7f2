"""Makes small files of every format, so that tests need none from outside."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
P = 'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
S = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def make_zip(path: Path, parts: dict[str, str | bytes]) -> Path:
    """Write a ZIP file with these members."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def zip_bytes(parts: dict[str, str | bytes]) -> bytes:
    """Return a ZIP file with these members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def relations(*entries: tuple[str, str, str]) -> str:
    """Return a relationships part from (id, kind, target)."""
    inner = "".join(f'<Relationship Id="{i}" Type="{KINDS}/{kind}" Target="{t}"/>' for i, kind, t in entries)
    return (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inner}</Relationships>'
    )


def docx_parts(body: str, **others: str) -> dict[str, str | bytes]:
    """Return the parts of a DOCX file; `others` are parts of word/ by kind (styles, footnotes …)."""
    kinds = {"header1": "header", "footer1": "footer"}
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": relations(("rId1", "officeDocument", "word/document.xml")),
        "word/document.xml": f"<w:document {W} {R}><w:body>{body}</w:body></w:document>",
        "word/_rels/document.xml.rels": relations(
            *((f"r{name}", kinds.get(name, name), f"{name}.xml") for name in others)
        ),
    }
    for name, xml in others.items():
        parts[f"word/{name}.xml"] = xml
    return parts


def paragraph(text: str, style: str = "", extra: str = "") -> str:
    """Return a paragraph of a DOCX file."""
    properties = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f"<w:p><w:pPr>{properties}{extra}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def pptx_parts(*slides: str) -> dict[str, str | bytes]:
    """Return the parts of a PPTX file from the shapes of each slide."""
    ids = "".join(f'<p:sldId id="{256 + n}" r:id="s{n}"/>' for n in range(len(slides)))
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": relations(("rId1", "officeDocument", "ppt/presentation.xml")),
        "ppt/presentation.xml": f"<p:presentation {P} {R}><p:sldIdLst>{ids}</p:sldIdLst></p:presentation>",
        "ppt/_rels/presentation.xml.rels": relations(
            *((f"s{n}", "slide", f"slides/slide{n}.xml") for n in range(len(slides)))
        ),
    }
    for number, shapes in enumerate(slides):
        parts[f"ppt/slides/slide{number}.xml"] = (
            f"<p:sld {P} {A} {R}><p:cSld><p:spTree>{shapes}</p:spTree></p:cSld></p:sld>"
        )
    return parts


def shape(text: str, x: int = 0, y: int = 0, role: str = "", width: int = 3_000_000) -> str:
    """Return a shape of a slide; x and y in English Metric Units."""
    holder = f'<p:ph type="{role}"/>' if role else ""
    lines = "".join(f"<a:p><a:r><a:t>{line}</a:t></a:r></a:p>" for line in text.split("\n"))
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="2" name=""/><p:cNvSpPr/><p:nvPr>{holder}</p:nvPr></p:nvSpPr><p:spPr>'
        f'<a:xfrm><a:off x="{x}" y="{y}"/><a:ext cx="{width}" cy="600000"/></a:xfrm></p:spPr>'
        f"<p:txBody><a:bodyPr/>{lines}</p:txBody></p:sp>"
    )


def xlsx_parts(
    sheets: dict[str, str],
    *,
    formats: tuple[str, ...] = (),
    strings: tuple[str, ...] = (),
    base_1904: bool = False,
) -> dict[str, str | bytes]:
    """Return the parts of an XLSX file from the rows (XML) of each sheet and custom number formats."""
    listed = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="s{n}"/>' for n, name in enumerate(sheets))
    properties = '<workbookPr date1904="1"/>' if base_1904 else ""
    codes = "".join(f'<numFmt numFmtId="{170 + n}" formatCode="{code}"/>' for n, code in enumerate(formats))
    styles = '<xf numFmtId="0"/>' + "".join(f'<xf numFmtId="{170 + n}"/>' for n in range(len(formats)))
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": relations(("rId1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f"<workbook {S} {R}>{properties}<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": relations(
            ("st", "styles", "styles.xml"), ("ss", "sharedStrings", "sharedStrings.xml"),
            *((f"s{n}", "worksheet", f"sheet{n}.xml") for n in range(len(sheets))),
        ),
        "xl/styles.xml": f"<styleSheet {S}><numFmts>{codes}</numFmts><cellXfs>{styles}"
        "</cellXfs></styleSheet>",
        "xl/sharedStrings.xml": f"<sst {S}>" + "".join(f"<si><t>{s}</t></si>" for s in strings) + "</sst>",
    }  # fmt: skip
    for number, rows in enumerate(sheets.values()):
        parts[f"xl/sheet{number}.xml"] = f"<worksheet {S}><sheetData>{rows}</sheetData></worksheet>"
    return parts


def text_row(number: int, *cells: str) -> str:
    """Return a row of inline strings."""
    inner = "".join(
        f'<c r="{chr(65 + n)}{number}" t="inlineStr"><is><t>{cell}</t></is></c>' for n, cell in enumerate(cells)
    )
    return f'<row r="{number}">{inner}</row>'


def odf_parts(kind: str, body: str, **others: str) -> dict[str, str | bytes]:
    """Return the parts of an OpenDocument file of kind "text", "spreadsheet" or "presentation"."""
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "text", "table", "draw", "presentation", "style")
    )
    content = (
        f"<office:document-content {spaces}><office:body><office:{kind}>{body}</office:{kind}></office:body>"
        "</office:document-content>"
    )
    parts: dict[str, str | bytes] = {
        "mimetype": f"application/vnd.oasis.opendocument.{kind}",
        "content.xml": content,
        "META-INF/manifest.xml": "<manifest/>",
    }
    parts.update(others)
    return parts


def epub_parts(*chapters: tuple[str, str]) -> dict[str, str | bytes]:
    """Return the parts of an EPUB book from (name in the contents, body of the chapter)."""
    items = "".join(
        f'<item id="c{n}" href="c{n}.xhtml" media-type="application/xhtml+xml"/>' for n in range(len(chapters))
    )
    spine = "".join(f'<itemref idref="c{n}"/>' for n in range(len(chapters)))
    points = "".join(
        f'<navPoint><navLabel><text>{name}</text></navLabel><content src="c{n}.xhtml"/></navPoint>'
        for n, (name, _) in enumerate(chapters)
    )
    parts: dict[str, str | bytes] = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": '<container><rootfile full-path="book.opf"/></container>',
        "book.opf": (
            '<package xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata><dc:title>A'
            " Book</dc:title></metadata>"
            f'<manifest>{items}<item id="ncx" href="toc.ncx"/></manifest><spine toc="ncx">'
            f"{spine}</spine></package>"
        ),
        "toc.ncx": f"<ncx><navMap>{points}</navMap></ncx>",
    }
    for number, (_, body) in enumerate(chapters):
        parts[f"c{number}.xhtml"] = f"<html><head><title/></head><body>{body}</body></html>"
    return parts


def make_ole(streams: dict[str, bytes]) -> bytes:
    """Return an OLE container; "/" in a name makes storages. Streams are padded past the mini stream."""
    sector = 512
    entries: list[tuple[str, int, bytes, int]] = [("Root Entry", 5, b"", -1)]
    folders: dict[str, int] = {"": 0}
    for name, data in streams.items():
        parent = ""
        *above, last = name.split("/")
        for step in above:
            here = f"{parent}/{step}"
            if here not in folders:
                folders[here] = len(entries)
                entries.append((step, 1, b"", folders[parent]))
            parent = here
        entries.append((last, 2, data, folders[parent]))
    fat: list[int] = []
    body = bytearray()
    starts: list[int] = []
    for _, kind, data, _ in entries:
        if kind != 2:
            starts.append(-2 & 0xFFFFFFFF)
            continue
        # The mini stream is avoided by making its cutoff zero.
        count = max(1, -(-len(data) // sector))
        starts.append(len(fat))
        fat += [len(fat) + 1 + n for n in range(count - 1)] + [0xFFFFFFFE]
        body += data.ljust(count * sector, b"\0")
    directory_start = len(fat)
    count = -(-len(entries) * 128 // sector)
    fat += [len(fat) + 1 + n for n in range(count - 1)] + [0xFFFFFFFE]
    body += _directory(entries, starts).ljust(count * sector, b"\0")
    fat_start, needed = len(fat), 1
    while (len(fat) + needed) * 4 > needed * sector:
        needed += 1
    fat += [0xFFFFFFFD] * needed
    table = struct.pack(f"<{len(fat)}I", *fat).ljust(needed * sector, b"\xff")
    header = struct.pack(
        "<8s16xHHHHH6xIIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3, 0xFFFE, 9, 6,
        0, needed, directory_start, 0, 0, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0, fat_start,
    )  # fmt: skip
    header += struct.pack(f"<{needed - 1}I", *range(fat_start + 1, fat_start + needed))
    return header.ljust(512, b"\xff") + bytes(body) + table


def _directory(entries: list[tuple[str, int, bytes, int]], starts: list[int]) -> bytes:
    """Return directory entries; the children of a storage hang on one another as a list."""
    out = bytearray()
    for index, (name, kind, data, parent) in enumerate(entries):
        children = [n for n, entry in enumerate(entries) if entry[3] == index]
        siblings = [n for n, entry in enumerate(entries) if entry[3] == parent and n > index]
        encoded = name.encode("utf-16-le")
        right = siblings[0] if siblings and index else 0xFFFFFFFF
        first = children[0] if children else 0xFFFFFFFF
        out += struct.pack(
            "<64sHBBIII36xII4x", encoded, len(encoded) + 2, kind, 1, 0xFFFFFFFF, right, first,
            starts[index], len(data),
        )  # fmt: skip
    return bytes(out)


def rtf(body: str, head: str = r"\ansi\ansicpg1252") -> bytes:
    """Return an RTF file."""
    return ("{\\rtf1" + head + r"{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset128 MS Gothic;}}" + body + "}").encode(
        "latin-1"
    )
