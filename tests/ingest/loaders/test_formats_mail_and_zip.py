"""Files that hold files: mail with attachments, mail folders, Outlook messages, ZIP archives."""

from __future__ import annotations

import struct
import zipfile
from email.message import EmailMessage
from pathlib import Path

import pytest
from format_files import docx_parts, make_ole, make_zip, paragraph, zip_bytes

from ingest.document import LoadOptions
from ingest.errors import LoadError, NoText, PasswordNeeded
from ingest.reading.load import load


def mail(subject: str = "Plan for May", body: str = "Dear all,\n\nwe meet on Friday.") -> EmailMessage:
    """Return a message."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = (
        "Ann <ann@example.org>",
        "Bob <bob@example.org>",
        subject,
    )
    message["Date"] = "Wed, 01 May 2024 10:00:00 +0200"
    message.set_content(body)
    return message


def test_mail_with_attachments(tmp_path: Path) -> None:
    """Subject, people and body are text; an attachment is read by its own loader, under its name."""
    message = mail("Größe der Räume")
    document = zip_bytes(docx_parts(paragraph("The hall has 40 seats.")))
    message.add_attachment(document, maintype="application", subtype="octet-stream", filename="räume.docx")
    message.add_attachment(b"\x89PNG\r\n\x1a\n" + bytes(300), maintype="image", subtype="png", filename="x.png")
    path = tmp_path / "m.eml"
    path.write_bytes(bytes(message))
    loaded = load(path)
    assert loaded.title == "Größe der Räume"
    assert "From: Ann <ann@example.org>\nTo: Bob <bob@example.org>" in loaded.text
    assert loaded.text.endswith("Dear all,\n\nwe meet on Friday.\n\nräume.docx\n\nThe hall has 40 seats.")
    assert [p.kind for p in loaded.places] == ["part", "part"]
    assert any("x.png" in note for note in loaded.notes)


def test_mail_in_html_only(tmp_path: Path) -> None:
    """A message without a plain form is read from its HTML."""
    message = EmailMessage()
    message["From"], message["Subject"] = "a@example.org", "Hi"
    message.set_content("<p>Only <b>HTML</b> here.</p><script>x()</script>", subtype="html")
    path = tmp_path / "h.eml"
    path.write_bytes(bytes(message))
    assert load(path).text.endswith("Only HTML here.")


def test_marks_of_quoted_messages_do_not_stand_in_sentences(tmp_path: Path) -> None:
    """Each quoted paragraph has its mark once, before it, and is joined as others are."""
    body = (
        "Let us take them.\n\nOn Tuesday Tom <tom@x.org> wrote:\n> Ines,\n>\n"
        "> I have two quotes now. Carrick & Sons want 18,450 pounds including\n> scaffolding, the others less.\n>\n"
        "> > How far are you with the roof? The insurance wants the repair to be\n> > done before May.\n"
        "No answer yet.\n"
    )
    (tmp_path / "a.eml").write_bytes(bytes(mail(body=body)))
    text = load(tmp_path / "a.eml").text
    assert (
        "> I have two quotes now. Carrick & Sons want 18,450 pounds including scaffolding, the others less.\n" in text
    )
    assert ">> How far are you with the roof? The insurance wants the repair to be done before May.\n" in text
    assert text.endswith("\n\nNo answer yet.")
    assert "On Tuesday Tom <tom@x.org> wrote:\n\n> Ines," in text


def test_a_message_inside_a_message(tmp_path: Path) -> None:
    """A forwarded message is a part under its own subject."""
    outer = mail("Outer", "See below.")
    outer.add_attachment(mail("Inner", "The original words."))
    path = tmp_path / "f.eml"
    path.write_bytes(bytes(outer))
    loaded = load(path)
    assert [loaded.text[h.start : h.end] for h in loaded.headings] == [
        "Outer",
        "Ann, 1 May 2024",
        "Inner",
        "Ann, 1 May 2024",
    ]
    assert "The original words." in loaded.text


def test_mail_folder(tmp_path: Path) -> None:
    """Each message of an MBOX file is a part; a quoted From line is no new message."""
    one, two = bytes(mail("First", "Hello.\n>From me to you.")), bytes(mail("Second", "Bye."))
    path = tmp_path / "box.mbox"
    path.write_bytes(b"From a@x Wed May 1 10:00:00 2024\n" + one + b"\nFrom b@x Wed May 1 11:00:00 2024\n" + two)
    loaded = load(path)
    assert [p.number for p in loaded.places] == [1, 2]
    assert "From me to you." in loaded.text
    assert [loaded.text[h.start : h.end] for h in loaded.headings] == [
        "First",
        "Ann, 1 May 2024",
        "Second",
        "Ann, 1 May 2024",
    ]


def test_outlook_message_with_attachment(tmp_path: Path) -> None:
    """Body, sender and a text attachment of an MSG file."""
    folder = "__attach_version1.0_#00000000/"
    data = make_ole(
        {
            "__properties_version1.0": bytes(4096),
            "__substg1.0_0037001F": "Ünser Plan".encode("utf-16-le").ljust(4096, b"\0"),
            "__substg1.0_0C1A001F": "Ann".encode("utf-16-le").ljust(4096, b"\0"),
            "__substg1.0_1000001F": ("We meet on Friday. " * 120).encode("utf-16-le"),
            folder + "__substg1.0_3707001F": "note.txt".encode("utf-16-le").ljust(4096, b"\0"),
            folder + "__substg1.0_37010102": b"Bring cake. " * 400,
        }
    )
    path = tmp_path / "m.msg"
    path.write_bytes(data)
    loaded = load(path)
    assert loaded.title == "Ünser Plan"
    assert "From: Ann" in loaded.text
    assert "We meet on Friday." in loaded.text
    assert "note.txt\n\nBring cake." in loaded.text


def test_packed_rtf_body() -> None:
    """The compressed form of a message's body is unpacked as the format says."""
    from ingest.loaders.messages.msg import unpack_rtf

    plain = b"{\\rtf1 hi}"
    stored = struct.pack("<II4sI", len(plain) + 12, len(plain), b"MELA", 0) + plain
    assert unpack_rtf(stored) == plain
    # The example of the format's description: literal bytes, references into the first words, an end mark.
    packed = bytes.fromhex(
        "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
    )
    assert unpack_rtf(packed) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"


def test_zip_members_are_parts(tmp_path: Path) -> None:
    """Every readable file of an archive is a part under its name; the others are notes."""
    parts: dict[str, str | bytes] = {
        "docs/a.txt": "Alpha is first.",
        "docs/b.docx": zip_bytes(docx_parts(paragraph("Beta is second."))),
        "pic.bin": bytes(range(256)) * 8,
        "__MACOSX/a.txt": "furniture",
    }
    loaded = load(make_zip(tmp_path / "z.zip", parts))
    assert loaded.text == "docs/a.txt\n\nAlpha is first.\n\ndocs/b.docx\n\nBeta is second."
    assert [p.kind for p in loaded.places] == ["part", "part"]
    assert any("pic.bin" in note for note in loaded.notes)


def test_one_bad_member_does_not_stop_the_others(tmp_path: Path) -> None:
    """A damaged file in an archive becomes a note."""
    parts: dict[str, str | bytes] = {"bad.docx": b"PK\x03\x04 broken", "good.txt": "Good."}
    loaded = load(make_zip(tmp_path / "m.zip", parts))
    assert loaded.text.endswith("Good.")
    assert any("bad.docx" in note for note in loaded.notes)


def test_names_in_an_archive_never_become_paths(tmp_path: Path) -> None:
    """Members that name places outside are read as text and written nowhere."""
    names = ("../../escaped.txt", "/etc/escaped.txt", "..\\..\\escaped.txt", "C:\\escaped.txt", "a\x00b.txt")
    (tmp_path / "in").mkdir()
    path = make_zip(tmp_path / "in" / "t.zip", {name: f"Words {index}." for index, name in enumerate(names)})
    loaded = load(path)
    assert all(f"Words {index}." in loaded.text for index in range(len(names)))
    assert sorted(found.name for found in tmp_path.rglob("*")) == ["in", "t.zip"]


def test_archives_in_archives_end_somewhere(tmp_path: Path) -> None:
    """Files within files are read a few levels deep, then named in a note."""
    data: bytes = zip_bytes({"deep.txt": "Bottom."})
    for level in range(8):
        data = zip_bytes({f"{level}.zip": data, f"{level}.txt": f"Level {level}."})
    path = tmp_path / "nest.zip"
    path.write_bytes(data)
    loaded = load(path)
    assert "Level 7." in loaded.text
    assert "Bottom." not in loaded.text
    assert any("left out" in note for note in loaded.notes)


def test_an_encrypted_archive_opens_with_its_password(tmp_path: Path) -> None:
    """ZIP encryption asks for the password; a wrong one is no damage."""
    path = tmp_path / "e.zip"
    path.write_bytes(ENCRYPTED)
    with pytest.raises(PasswordNeeded):
        load(path)
    with pytest.raises(PasswordNeeded):
        load(path, LoadOptions(passwords=("wrong",)))
    assert "The code is 1234." in load(path, LoadOptions(passwords=("wrong", "swordfish"))).text


def zip_crypto(name: str, content: bytes, password: bytes) -> bytes:
    """Return a ZIP file with one member in the traditional encryption, stored."""
    from zipfile import crc32

    table = [0] * 256
    for n in range(256):
        c = n
        for _ in range(8):
            c = (c >> 1) ^ 0xEDB88320 if c & 1 else c >> 1
        table[n] = c
    keys = [0x12345678, 0x23456789, 0x34567890]

    def update(byte: int) -> None:
        keys[0] = (keys[0] >> 8) ^ table[(keys[0] ^ byte) & 0xFF]
        keys[1] = ((keys[1] + (keys[0] & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        keys[2] = (keys[2] >> 8) ^ table[(keys[2] ^ (keys[1] >> 24)) & 0xFF]

    for byte in password:
        update(byte)
    crc = crc32(content)
    out = bytearray()
    for byte in bytes(11) + bytes([crc >> 24]) + content:
        temporary = keys[2] | 2
        out.append(byte ^ (((temporary * (temporary ^ 1)) >> 8) & 0xFF))
        update(byte)
    head = struct.pack("<HHHHHIIIHH", 20, 1, 0, 0, 0x21, crc, len(out), len(content), len(name), 0)
    local = b"PK\x03\x04" + head + name.encode() + bytes(out)
    central = b"PK\x01\x02\x14\0" + head + struct.pack("<HHHII", 0, 0, 0, 0, 0) + name.encode()
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local), 0)
    return local + central + end


ENCRYPTED = zip_crypto("secret.txt", b"The code is 1234.", b"swordfish")


def test_an_empty_archive_is_said_to_be_empty(tmp_path: Path) -> None:
    """No member with text means no text, in words."""
    path = tmp_path / "empty.zip"
    with zipfile.ZipFile(path, "w"):
        pass
    with pytest.raises(NoText) as caught:
        load(path)
    assert isinstance(caught.value, LoadError)


def test_a_thread_stands_in_its_order(tmp_path: Path) -> None:
    """Answers follow what they answer, by date, whatever their order in the file; each names its writer and day."""

    def mail(who: str, day: int, subject: str, words: str) -> str:
        head = f"From: {who}\nSubject: {subject}\nDate: {day} Jan 2025 09:00:00 +0100"
        return f"From x@y Mon Jan  6 09:00:00 2025\n{head}\n\n{words}\n\n"

    path = tmp_path / "fair.mbox"
    path.write_text(
        mail("Lena Roth <l@y>", 7, "Re: Venue", "The hall it is.")
        + mail("Tom Ames <t@y>", 5, "Parking", "Where?")
        + mail("Tom Ames <t@y>", 6, "Venue", "Hall or brewery?")
    )
    loaded = load(path)
    assert [loaded.text[h.start : h.end] for h in loaded.headings] == [
        "Venue", "Tom Ames, 6 January 2025", "Re: Venue", "Lena Roth, 7 January 2025",
        "Parking", "Tom Ames, 5 January 2025",
    ]  # fmt: skip
