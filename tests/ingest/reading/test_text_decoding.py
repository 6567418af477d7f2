"""Encodings: sure signs first, and what is only judged from the bytes is said."""

from __future__ import annotations

import codecs
import os
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.reading.decode import codec_named, decode, normalise
from ingest.reading.load import load

GERMAN = "Die Größe der Häuser in München übertrifft alle Erwartungen, sagte der Bürgermeister."
RUSSIAN = "Однажды, в студёную зимнюю пору, я из лесу вышел; был сильный мороз. Гляжу, поднимается медленно."
JAPANESE = "一人の下人が、羅生門の下で雨やみを待っていた。広い門の下には、この男のほかに誰もいない。"
KOREAN = "역사적 예수 연구자들은 복음서의 기록을 비판적으로 검토한다. 그들은 여러 자료를 비교한다."
HEBREW = "ההסכם נחתם בירושלים בחודש מאי. תוקף ההסכם הוא שלוש שנים."
ARABIC = "تم توقيع الاتفاق في القاهرة في شهر مايو. مدة الاتفاق ثلاث سنوات. وافق الطرفان على الشروط."
GREEK = "Η συμφωνία υπογράφηκε στην Αθήνα τον Μάιο. Η διάρκεια είναι τρία χρόνια."
FRENCH = "Le café est fermé à Noël. L’été, il ouvre à huit heures."
CZECH = "Příliš žluťoučký kůň úpěl ďábelské ódy. Část svitku s textem knihy je uložena v muzeu."


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
def test_a_byte_order_mark_decides(mark: bytes, encoding: str) -> None:
    """Text with a mark is read without any doubt, and the mark is no part of it."""
    decoded = decode(mark + (GERMAN + RUSSIAN + "😀").encode(encoding))
    assert (decoded.text, decoded.encoding, decoded.notes) == (GERMAN + RUSSIAN + "😀", encoding, ())


@pytest.mark.parametrize(
    ("text", "encoding"),
    [(GERMAN, "cp1252"), (RUSSIAN, "cp1251"), (JAPANESE, "cp932"), (KOREAN, "cp949"), (CZECH, "cp1250"),
     (RUSSIAN, "utf-16-le"), (RUSSIAN, "utf-16-be"), (HEBREW, "utf-16-le"), (HEBREW, "cp1255"), (CZECH, "iso8859_2"),
     (ARABIC, "cp1256"), (GREEK, "cp1253"), (RUSSIAN, "koi8_r"), (FRENCH, "mac_roman"), (JAPANESE, "euc_jp"), (GERMAN, "utf-16-le"), (GERMAN, "utf-16-be"), (GERMAN, "utf-32-le")],
)  # fmt: skip
def test_other_encodings_are_found_and_said(text: str, encoding: str) -> None:
    """Without a sign the bytes are judged; the note names what was taken."""
    decoded = decode(text.encode(encoding))
    assert decoded.text == text
    assert len(decoded.notes) == 1
    assert decoded.encoding in decoded.notes[0]


def test_a_file_of_two_encodings_is_read_as_both() -> None:
    """Lines of UTF-8 beside lines of cp1252, as logs and joined files have them, are both right, and it is said."""
    decoded = decode("First: café, crème brûlée.\n".encode() + "Then: déjà vu.\n".encode("cp1252"))
    assert decoded.text == "First: café, crème brûlée.\nThen: déjà vu.\n"
    assert "mixes" in decoded.notes[0]


def test_stray_nul_bytes_do_not_make_a_text_wide() -> None:
    """A NUL here and there is dropped and counted; the words stay."""
    decoded = decode(b"Some words.\0More words after it.\0The end.\n")
    assert decoded.text == "Some words.More words after it.The end.\n"
    assert decoded.notes == ("Dropped 2 NUL characters.",)


def test_utf8_needs_no_note() -> None:
    """Valid UTF-8 is UTF-8."""
    assert decode((GERMAN + JAPANESE).encode()).notes == ()
    assert decode(b"plain").encoding == "utf-8"


def test_nearly_utf8_is_utf8_with_a_note() -> None:
    """A few broken bytes do not turn a long UTF-8 text into another encoding."""
    data = RUSSIAN.encode() * 5
    decoded = decode(data[:16] + b"\xff" + data[16:])
    assert decoded.encoding == "utf-8"
    assert decoded.text.count("\ufffd") == 1
    assert "1 broken character" in decoded.notes[0]
    assert decode(RUSSIAN.encode()[:-1]).encoding == "utf-8"


def test_a_declared_charset_is_believed_if_it_fits() -> None:
    """The name that a page gives is taken as browsers take it; one that cannot be is said."""
    assert decode(RUSSIAN.encode("koi8-r"), declared="KOI8-R").text == RUSSIAN
    assert decode("“quotes”".encode("cp1252"), declared="iso-8859-1").text == "“quotes”"
    wrong = decode(GERMAN.encode("cp1252"), declared="utf-8")
    assert wrong.text == GERMAN
    assert "does not fit" in wrong.notes[0]
    assert "unknown" in decode(b"plain", declared="klingon").notes[0]
    assert codec_named("rot13") == codec_named("") == ""


def test_a_page_is_read_in_the_charset_it_declares(tmp_path: Path) -> None:
    """An HTML file's meta element names its encoding."""
    path = tmp_path / "page.html"
    path.write_bytes(b'<html><head><meta charset="windows-1251"></head><p>' + RUSSIAN.encode("cp1251"))
    loaded = load(path)
    assert loaded.text == unicodedata.normalize("NFC", RUSSIAN)
    assert loaded.notes == ()


def test_normalising_keeps_everything_that_is_shown() -> None:
    """Line ends become one kind, NUL and halves of characters go with a note, the rest stays."""
    text, note = normalise("\ufeffa\r\nb\rc\n\0\0d\ud800e\u00a0\u200bf e\u0301")
    assert text == "a\nb\nc\nde\u00a0\u200bf é"
    assert note == "Dropped 2 NUL characters and 1 lone surrogate."
    assert normalise("plain\n") == ("plain\n", "")


@given(st.text().filter(lambda text: not text.startswith("\ufeff")))
def test_utf8_text_is_never_changed_but_normalised(text: str) -> None:
    """For any text, decoding its UTF-8 gives its normal form, and normalising again changes nothing."""
    shown = text.encode("utf-8", "ignore").decode()
    once = decode(shown.encode()).text
    assert once == normalise(shown)[0]
    assert normalise(once.lstrip("\ufeff"))[0] == once.lstrip("\ufeff")
    assert "\r" not in once
    assert "\0" not in once


@given(st.binary(max_size=400))
def test_any_bytes_give_a_text(data: bytes) -> None:
    """Whatever the bytes are, decoding ends with a text that can be stored."""
    decoded = decode(data)
    decoded.text.encode()


def test_form_feeds_are_pages(tmp_path: Path) -> None:
    """A text of several pages has places; a form feed at the very end begins no page."""
    path = tmp_path / "paged.txt"
    path.write_bytes(b"First page.\nMore.\n\fSecond page.\f\r\nThird page.\n\f\n")
    loaded = load(path)
    assert loaded.text == "First page.\nMore.\n\nSecond page.\n\nThird page.\n\n\n"
    assert [(place.kind, place.number) for place in loaded.places] == [("page", 1), ("page", 2), ("page", 3)]
    assert [loaded.text[place.start :].strip()[:5] for place in loaded.places] == ["First", "Secon", "Third"]
    path.write_text("One page only.\f\n")
    assert load(path).places == ()


def test_real_files_in_old_encodings() -> None:
    """The sample files of the evaluation are read in the encoding that their makers say."""
    shared = Path(os.environ.get("FOOTNOTE_SHARED", Path(__file__).parents[4] / "shared")) / "eval" / "files"
    if not shared.is_dir():
        pytest.skip("the evaluation data is not beside the repository")
    for name, words in {
        "chardet__SHIFT_JIS__ude_1.txt": "一人の下人が、羅生門の下で雨やみを待っていた",
        "chardet__EUC-KR__ude_euc1.txt": "역사적 예수 연구자들은",
        "chardet__iso-8859-1__ude_1.txt": "direcção em que vae seguindo a arte contemporanea",
        "chardet__windows-1251-russian__ude_1.txt": "Осенью 1895 г. Альберт Эйнштейн прибыл в Швейцарию",
        "tika__english.cp500.txt": "Features & Benefits",
        "tika__russian.cp866.txt": "Однажды, в студеную зимнюю пору",
        "tika__testTXT_win-1252.txt": "“windows” encoding",
    }.items():
        loaded = load(shared / name)
        assert words in loaded.text, name
        assert any("No encoding is declared" in note for note in loaded.notes), name


EUC_TW = bytes.fromhex(
    "eac4d9d7c4cbcca8cfafa1a2eabde6fbd2b3f6f0a1a7e2f5c5b2c4b6cfa1a1a3c6bed6c0cbc6a1a3dcb8c4a9cab5a1a2d5f3"
    "c8cbd2efdbefa1a4dabec5c6c4a5c5b2c4b6c8b4cab5c7c1e1adc8d4c8a9a1a7c8b4e3f4c9b7c4e6a1a2defdeabde6fba1a3"
    "f2f1faacc9a2a1a2c4cbcca8d3c2dbefa1a48ea2f2c4c7f3c7a9c7e3cca7c4e3a1a2c4a18ea2f0b4c8d4c4d8a1a4"
)


def test_euc_tw_is_read_with_and_without_being_declared() -> None:
    """Characters of both of its levels; what cannot be in it is shown as broken, and other encodings are not it."""
    text = (
        "維基大典者，網路為礎；集天下知、四海言、眾人志，書百科焉。"
        "悉文乃天下有志共筆而成；有意助之，幾網路、隨纂作，大典茁焉。龘字亦在其中，一囍而已。"
    )
    assert decode(EUC_TW, declared="x-euc-tw").text == text
    found = decode(EUC_TW)
    assert (found.text, found.encoding) == (text, "euc_tw")
    assert b"\xc4\xa1\x8e\xa2\xff\xff\xc4\xb2".decode("euc_tw", "replace") == "一\ufffd十"
    with pytest.raises(UnicodeDecodeError):
        b"\xc4".decode("euc_tw")
    plain = "一个学生在图书馆里看书，他说今天的天气很好，我们可以去公园走走。中国的经济发展很快。"
    assert decode(plain.encode("gb2312")).encoding == "gb18030"
