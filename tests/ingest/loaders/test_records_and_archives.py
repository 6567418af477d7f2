"""Settings, calendars, contacts, saved pages, TAR archives; formats that are refused with what to do."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from ingest.document import LoadOptions
from ingest.errors import TooLarge, Unreadable, UnsupportedType
from ingest.reading.load import load
from ingest.splitting.split import split
from tests.ingest.loaders.format_files import make_zip


def _lines(path: Path, text: str) -> list[str]:
    path.write_text(text, encoding="utf-8")
    return load(path).text.split("\n\n")


def test_a_value_of_yaml_comes_with_its_path_of_keys(tmp_path: Path) -> None:
    """The same key in two places tells which is which; lists and long texts belong to their keys."""
    lines = _lines(
        tmp_path / "app.yaml",
        "# who may enter\ncache:\n  ttl: 60\nqueue:\n  ttl: 900\n  hosts:\n    - alpha\n    - beta\n  "
        "note: |\n    Runs\n"
        "    at night.\n",
    )
    assert lines == ["who may enter", "cache: ttl: 60", "queue: ttl: 900", "queue: hosts: alpha",
                     "queue: hosts: beta", "queue: note: Runs at night."]  # fmt: skip


@pytest.mark.parametrize(("name", "head"), [("app.toml", "[mail.smtp]"), ("app.ini", "[mail: smtp]")])
def test_a_pair_comes_with_its_section(tmp_path: Path, name: str, head: str) -> None:
    """Settings of TOML and INI name the section that they stand in."""
    assert _lines(tmp_path / name, f"{head}\nport = 587\n") == ["mail: smtp: port = 587"]


def test_an_env_file_is_one_statement_a_line(tmp_path: Path) -> None:
    """Two settings are never one statement."""
    lines = _lines(tmp_path / "server.env", "export REGION=north\nWORKERS=4\n")
    assert lines == ["REGION = north", "WORKERS = 4"]


def test_an_event_is_told_in_plain_words(tmp_path: Path) -> None:
    """Its title, day, hours and place stand without the marks of the format; alarms are no events."""
    text = "\r\n".join((
        "BEGIN:VCALENDAR", "BEGIN:VEVENT", "DTSTART;TZID=Europe/Oslo:20260302T090000",
        "DTEND;TZID=Europe/Oslo:20260302T101500", "SUMMARY:Fire drill", "LOCATION:Yard\\, north gate",
        "DESCRIPTION:Leave by the near", " est door.", "BEGIN:VALARM", "DESCRIPTION:ring", "END:VALARM",
        "END:VEVENT", "BEGIN:VEVENT", "DTSTART;VALUE=DATE:20260517", "SUMMARY:Holiday", "END:VEVENT", "END:VCALENDAR",
    ))  # fmt: skip
    lines = _lines(tmp_path / "plan.ics", text)
    assert "Fire drill: 2 March 2026 at 09:00 (Europe/Oslo) to 10:15 (Europe/Oslo)." in lines
    assert "Fire drill: Where: Yard, north gate" in lines and "Leave by the nearest door." in lines
    assert "Holiday: 17 May 2026." in lines and not any("ring" in line.split() for line in lines)


def test_a_card_is_told_in_plain_words(tmp_path: Path) -> None:
    """Each fact of a card names its person, and is quoted as a fact, not passed over as a heading."""
    path = tmp_path / "people.vcf"
    path.write_text("BEGIN:VCARD\nFN:Ole Dahl\nORG:Fjord Boats;Sales\nTEL;TYPE=CELL:+47 22 00 00 00\n"
                    "NOTE;ENCODING=QUOTED-PRINTABLE:Caf=C3=A9\nEND:VCARD\n")  # fmt: skip
    loaded = load(path)
    assert loaded.text.split("\n\n") == ["Ole Dahl", "Ole Dahl: Organization: Fjord Boats, Sales",
                                         "Ole Dahl: Phone (cell): +47 22 00 00 00", "Ole Dahl: Note: Café"]  # fmt: skip
    bodies = [chunk for chunk in split(loaded.text, headings=loaded.headings) if chunk.kind == "body"]
    assert sum(len(chunk.sentences) for chunk in bodies) == 3


def test_labels_with_values_are_statements_of_their_own() -> None:
    """Lines of an invoice are neither joined nor taken for headings."""
    text = "INVOICE\n\nInvoice No: 77-A\nDue Date: 9 July 2031\nDate of Issue: 01/09/2031\nTotal: 310.00 EUR\n"
    found = [text[a:b] for c in split(text) if c.kind == "body" for a, b in c.sentences]
    assert found == ["Invoice No: 77-A", "Due Date: 9 July 2031", "Date of Issue: 01/09/2031", "Total: 310.00 EUR"]


def test_header_and_older_text_of_a_mail_are_no_statements(tmp_path: Path) -> None:
    """Only what the sender writes is body text."""
    path = tmp_path / "answer.eml"
    path.write_text("From: Kim <kim@example.org>\nTo: Lee <lee@example.org>\nSubject: Roof\n\n"
                    "The roof is mended.\n\n> When is the roof\n> to be mended?\n> It leaks.\n")  # fmt: skip
    loaded = load(path)
    chunks = split(loaded.text, headings=loaded.headings)
    assert [loaded.text[c.start : c.end] for c in chunks if c.kind == "body"] == ["The roof is mended."]


def test_a_saved_page_is_read_without_its_style_sheet(tmp_path: Path) -> None:
    """The style of a saved page is no text, and the program that saved it no sender."""
    path = tmp_path / "page.mhtml"
    path.write_text("From: <Saved by Blink>\nSubject: Fees\nMIME-Version: 1.0\n"
                    'Content-Type: multipart/related; boundary="x"\n\n--x\nContent-Type: text/html\n\n'
                    "<p>The fee is 12 crowns.</p>\n--x\nContent-Type: text/css\n\np { color: red }\n--x--\n")  # fmt: skip
    text = load(path).text
    assert "The fee is 12 crowns." in text and "color" not in text and "Saved by" not in text


def test_a_comment_in_rtf_stands_apart_with_its_author(tmp_path: Path) -> None:
    """Neither the comment nor who wrote it runs into the sentence."""
    path = tmp_path / "draft.rtf"
    path.write_text(r"{\rtf1\ansi The lease {\*\atrfstart 1}ends{\*\atrfend 1}{\*\atnid KM}{\*\atnauthor Kai Moe}"
                    r"{\chatn{\*\annotation Really?}} in June.\par}")  # fmt: skip
    assert load(path).text == "The lease ends in June."
    assert "Comment by Kai Moe: Really?" in load(path, LoadOptions(comments=True)).text


def test_japanese_of_seven_bits_is_read(tmp_path: Path) -> None:
    """ISO-2022-JP passes for ASCII, and is decoded all the same."""
    path = tmp_path / "rules.txt"
    path.write_bytes("勤務時間は八時間とする。".encode("iso2022_jp"))
    assert load(path).text == "勤務時間は八時間とする。"


def _tar(path: Path, mode: str, members: dict[str, bytes]) -> Path:
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


@pytest.mark.parametrize(("name", "mode"), [("a.tar", "w"), ("a.tgz", "w:gz"), ("a.tar.bz2", "w:bz2")])
def test_the_files_of_a_tar_are_read(tmp_path: Path, name: str, mode: str) -> None:
    """Each file is a part under its name, packed or not; names lead nowhere outside."""
    path = _tar(tmp_path / name, mode, {"notes/a.txt": b"The lock is green.", "../b.md": b"The key is red."})
    loaded = load(path)
    assert "The lock is green." in loaded.text and "The key is red." in loaded.text
    assert [place.kind for place in loaded.places] == ["part", "part"] and ".." not in loaded.text


def test_a_tar_that_grows_is_refused(tmp_path: Path) -> None:
    """A small archive that unpacks to far more than it can honestly hold is not read."""
    with pytest.raises(TooLarge):
        load(_tar(tmp_path / "bomb.tgz", "w:gz", {"zeros.txt": bytes(40_000_000)}))


def test_a_torn_tar_is_said_to_be_damaged(tmp_path: Path) -> None:
    """An archive that was cut short fails with words."""
    path = _tar(tmp_path / "a.tar", "w", {"a.txt": b"word " * 4_000})
    path.write_bytes(path.read_bytes()[:3_000])
    with pytest.raises(Unreadable, match="damaged"):
        load(path)


@pytest.mark.parametrize(
    ("name", "part", "remedy"),
    [("plan.pages", "Index/Document.iwa", "export"), ("net.vsdx", "visio/document.xml", "PDF"),
     ("form.xps", "FixedDocSeq.fdseq", "PDF")],
)  # fmt: skip
def test_what_is_not_read_is_refused_with_what_to_do(tmp_path: Path, name: str, part: str, remedy: str) -> None:
    """A document of a program whose files are not read is not stored as the archive that it is inside."""
    path = make_zip(tmp_path / name, {part: "x", "[Content_Types].xml": "<Types/>", "preview.txt": "junk"})
    with pytest.raises(UnsupportedType) as caught:
        load(path)
    assert remedy in caught.value.remedy


def test_a_repeated_header_of_a_table_is_its_own_row(tmp_path: Path) -> None:
    """A header that is written again is still cited as the row that it is in the sheet."""
    path = tmp_path / "long.csv"
    path.write_text("name,remark\n" + "".join(f"n{n},{'word ' * 60}\n" for n in range(1, 8)))
    loaded = load(path)
    again = loaded.text.index("name | remark", 20)
    assert next(place.number for place in reversed(loaded.places) if place.start <= again) == 1
