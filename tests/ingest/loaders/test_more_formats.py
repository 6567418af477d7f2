"""Formats at the edge: Hangul's, diagrams and charts of Office, and what is refused with what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.errors import UnsupportedType
from ingest.reading.load import load
from tests.ingest.loaders.format_files import docx_parts, make_zip, paragraph, relations

_HP = 'xmlns:hp="http://www.hancom.co.kr/hwpml/2011/paragraph" xmlns:hs="http://www.hancom.co.kr/hwpml/2011/section"'


def _p(words: str, more: str = "") -> str:
    return f"<hp:p><hp:run><hp:t>{words}</hp:t>{more}</hp:run></hp:p>"


def test_hwpx_is_read_with_tables_and_notes(tmp_path: Path) -> None:
    """Sections in the order of their numbers; cells of a row on a line; a note behind its paragraph."""
    table = "<hp:tbl>" + "".join(
        "<hp:tr>" + "".join(f"<hp:tc><hp:subList>{_p(cell)}</hp:subList></hp:tc>" for cell in row) + "</hp:tr>"
        for row in (("항목", "금액"), ("임대료", "1,200"))
    ) + "</hp:tbl>"  # fmt: skip
    note = f"<hp:ctrl><hp:footNote><hp:subList>{_p('2024년 기준')}</hp:subList></hp:footNote></hp:ctrl>"
    parts: dict[str, str | bytes] = {
        "mimetype": "application/hwp+zip",
        "Contents/section10.xml": f"<hs:sec {_HP}>{_p('마지막 구역')}</hs:sec>",
        "Contents/section0.xml": f"<hs:sec {_HP}>{_p('계약은 5월에 시작한다.', note)}{_p('', table)}"
        f"{_p('', '<hp:pic/>')}</hs:sec>",
    }
    loaded = load(make_zip(tmp_path / "lease.hwpx", parts))
    assert (
        loaded.text == "계약은 5월에 시작한다.\n\nFootnote: 2024년 기준\n\n항목 | 금액\n임대료 | 1,200\n\n마지막 구역"
    )
    assert loaded.notes == ("1 picture was not read.",)


def test_a_diagram_of_a_word_document_is_read(tmp_path: Path) -> None:
    """The boxes of SmartArt are text, as they are on slides."""
    body = paragraph("Steps:") + (
        '<w:p><w:r><w:drawing><d:relIds xmlns:d="http://schemas.openxmlformats.org/drawingml/2006/diagram"'
        ' r:dm="rId7" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"/>'
        "</w:drawing></w:r></w:p>"
    )
    parts = docx_parts(body)
    parts["word/_rels/document.xml.rels"] = relations(("rId7", "diagramData", "diagrams/data1.xml"))
    box = "<d:pt><d:t><a:bodyPr/><a:p><a:r><a:t>{}</a:t></a:r></a:p></d:t></d:pt>"
    boxes = box.format("Weigh the load") + box.format("Close the gate")
    parts["word/diagrams/data1.xml"] = f'<d:dataModel xmlns:d="d" xmlns:a="a">{boxes}</d:dataModel>'
    assert load(make_zip(tmp_path / "steps.docx", parts)).text == "Steps:\n\nWeigh the load\n\nClose the gate"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("book.mobi", b"A" * 60 + b"BOOKMOBI" + bytes(200), "Convert it to EPUB"),
        ("all.rar", b"Rar!\x1a\x07" + bytes(200), "Unpack it"),
    ],
)
def test_what_is_not_read_says_what_to_do(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    """Never stored as junk."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UnsupportedType) as refused:
        load(tmp_path / name)
    assert words in str(refused.value)
