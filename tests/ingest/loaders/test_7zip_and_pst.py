"""7-Zip archives, and stores of Outlook's, with what reads them and without."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ingest.document import LoadOptions
from ingest.errors import PasswordNeeded, TooLarge, Unreadable, UnsupportedType
from ingest.loaders.archives import seven_zip
from ingest.reading.load import load

STORE = b"!BDN" + bytes(600)


@pytest.mark.parametrize(
    ("name", "content", "module", "words"),
    [
        ("all.7z", b"7z\xbc\xaf\x27\x1c" + bytes(200), "py7zr", "unpack it and add the files"),
        ("mail.pst", STORE, "pypff", "as .mbox"),
    ],
)
def test_without_what_reads_it_the_refusal_says_how_to_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, content: bytes, module: str, words: str
) -> None:
    """The extra to install, and what to do without it."""
    monkeypatch.setitem(sys.modules, module, None)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UnsupportedType) as refused:
        load(tmp_path / name)
    assert "[archives]" in refused.value.remedy and words in refused.value.remedy


def _packed(path: Path, files: dict[str, str | bytes], **options: Any) -> Path:
    py7zr = pytest.importorskip("py7zr")
    with py7zr.SevenZipFile(path, "w", **options) as archive:
        for name, content in files.items():
            archive.writestr(content, name)
    return path


def test_files_of_a_7zip_archive_are_parts(tmp_path: Path) -> None:
    """By name, each read by its own loader; what is none of the author's is passed over, and a loss is said."""
    files: dict[str, str | bytes] = {
        "b/goods.csv": "Goods,Count\nApples,12\n", "a.txt": "The mill.", "noise.bin": bytes(range(256)),
        "__MACOSX/a.txt": "x",
    }  # fmt: skip
    loaded = load(_packed(tmp_path / "all.7z", files))
    assert loaded.text == "a.txt\n\nThe mill.\n\nb/goods.csv\n\nGoods | Count\nApples | 12"
    assert loaded.notes == ("noise.bin: noise.bin is a binary file, which is not read.",)


def test_an_encrypted_7zip_archive_asks_for_its_password(tmp_path: Path) -> None:
    """The right one among several opens it; none, or a wrong one, is said."""
    path = _packed(tmp_path / "all.7z", {"a.txt": "The mill."}, password="harbour")
    with pytest.raises(PasswordNeeded, match="is encrypted"):
        load(path)
    with pytest.raises(PasswordNeeded, match="None of the given"):
        load(path, LoadOptions(passwords=("pier",)))
    assert load(path, LoadOptions(passwords=("pier", "harbour"))).text == "a.txt\n\nThe mill."


def test_a_7zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the sizes that it names."""
    monkeypatch.setattr(seven_zip, "RATIO_FROM", 10_000)
    with pytest.raises(TooLarge, match="far beyond its size"):
        load(_packed(tmp_path / "bomb.7z", {"zeros.txt": "0" * 500_000}))


def test_a_7zip_archive_that_is_cut_short_is_damaged(tmp_path: Path) -> None:
    """It says so, and what to do."""
    path = _packed(tmp_path / "all.7z", {"a.txt": "The mill. " * 50})
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(Unreadable, match="damaged"):
        load(path)


@dataclass
class _Item:
    """A message of a store, with the names that the library uses."""

    subject: str = ""
    sender_name: str = ""
    plain_text_body: bytes | None = None
    html_body: bytes | None = None
    rtf_body: bytes | None = None
    transport_headers: str | None = None
    client_submit_time: datetime | None = None
    delivery_time: datetime | None = None
    kind: str = "IPM.Note"
    attachments: list[_Attached] = field(default_factory=list)

    @property
    def record_sets(self) -> list[Any]:
        return _records({0x001A: self.kind})

    @property
    def number_of_attachments(self) -> int:
        return len(self.attachments)

    def get_attachment(self, index: int) -> _Attached:
        return self.attachments[index]


@dataclass
class _Attached:
    name: str
    data: bytes

    @property
    def record_sets(self) -> list[Any]:
        return _records({0x3707: self.name})

    @property
    def size(self) -> int:
        return len(self.data)

    def read_buffer(self, size: int) -> bytes:
        return self.data[:size]


def _records(values: dict[int, str]) -> list[Any]:
    return [SimpleNamespace(entries=[SimpleNamespace(entry_type=k, data_as_string=v) for k, v in values.items()])]


class _Folder:
    def __init__(self, items: list[Any], folders: list[Any] | None = None) -> None:
        self.items, self.folders = items, folders or []
        self.number_of_sub_messages, self.number_of_sub_folders = len(self.items), len(self.folders)

    def get_sub_message(self, index: int) -> Any:
        if self.items[index] is None:
            raise OSError("a block is missing")
        return self.items[index]

    def get_sub_folder(self, index: int) -> Any:
        return self.folders[index]


def _store(monkeypatch: pytest.MonkeyPatch, root: _Folder) -> None:
    file = SimpleNamespace(open=lambda path: None, close=lambda: None, root_folder=root)
    monkeypatch.setitem(sys.modules, "pypff", SimpleNamespace(file=lambda: file))


def test_mails_of_a_store_are_read_as_mails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of a thread in order wherever they lie, with writer, day and attachments; what is lost is counted."""
    answer = _Item(
        "RE: Crane", "Rosa Lind", b"The crane comes on Thursday.\n\n> When does it come?\n",
        client_submit_time=datetime(2024, 5, 14, 9, 12),
        attachments=[_Attached("price.csv", b"Day,Price\nThursday,1480\n"), _Attached("lost.txt", b"")],
    )  # fmt: skip
    question = _Item(
        "Crane", "Karl", html_body=b"<p>When does it come?</p>",
        transport_headers="From: Karl Peters <karl@example.com>\r\nTo: Rosa <rosa@example.com>\r\n",
        client_submit_time=datetime(2024, 5, 13, 8, 0),
    )  # fmt: skip
    contact = _Item("Ada", kind="IPM.Contact")
    _store(monkeypatch, _Folder([answer, None], [_Folder([question, contact])]))
    (tmp_path / "mail.pst").write_bytes(STORE)
    loaded = load(tmp_path / "mail.pst")
    assert loaded.text == (
        "Crane\n\nFrom: Karl Peters <karl@example.com>\nTo: Rosa <rosa@example.com>\nDate: Mon, 13 May 2024 08:00 +0000"
        "\n\nKarl Peters, 13 May 2024\n\nWhen does it come?\n\n"
        'RE: Crane\n\nFrom: "Rosa Lind"\nDate: Tue, 14 May 2024 09:12 +0000\n\nRosa Lind, 14 May 2024\n\n'
        "The crane comes on Thursday.\n\n> When does it come?\n\nprice.csv\n\nDay | Price\nThursday | 1480"
    )
    assert set(loaded.notes) == {
        "1 attachment was not read.", "1 damaged mail was not read.",
        "1 contact was not read. Export it from Outlook to have it read.",
    }  # fmt: skip


def test_a_damaged_store_is_said_to_be_damaged(tmp_path: Path) -> None:
    """The library itself refuses it."""
    pytest.importorskip("pypff")
    (tmp_path / "mail.pst").write_bytes(STORE)
    with pytest.raises(Unreadable, match="damaged"):
        load(tmp_path / "mail.pst")
