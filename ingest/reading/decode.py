"""From bytes to clean text: which encoding a file is in, and what is normalised.

Sure signs come first: a byte order mark, a charset that the file declares, valid UTF-8. Only then are
the bytes themselves judged, and that is always said in a note, so nothing is guessed silently.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass

from ingest.reading import euc_tw as euc_tw  # registers a codec
from ingest.reading.charset import SAMPLE, judged, wide_without_mark

_MARKS: tuple[tuple[bytes, str], ...] = (
    # The UTF-32 marks begin with the UTF-16 ones, so they are tried first.
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# What pages and mails call an encoding, and the superset that browsers really use for it.
_SUPERSETS = {
    "ascii": "cp1252",
    "us-ascii": "cp1252",
    "iso-8859-1": "cp1252",
    "latin-1": "cp1252",
    "latin1": "cp1252",
    "iso-8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "sjis": "cp932",
    "windows-31j": "cp932",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "big5": "big5hkscs",
    "x-x-big5": "big5hkscs",
    "windows-874": "cp874",
    "x-mac-roman": "mac-roman",
    "macintosh": "mac-roman",
}

_SHIFTS = re.compile(rb"\x1b\$(?:[@AB]|\([CD]|\)C)")
"""What ISO-2022 writes before characters of two bytes."""
_SURROGATES = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text of a file.

    Attributes:
        text: Decoded and normalised.
        encoding: The Python name of the encoding that was used.
        notes: Sentences for the report; empty when nothing was in doubt and nothing was dropped.
    """

    text: str
    encoding: str
    notes: tuple[str, ...] = ()


def decode(data: bytes, *, declared: str = "", nfc: bool = True) -> Decoded:
    """Decode a whole file and normalise it.

    Args:
        data: The bytes of the file.
        declared: The charset that the file names itself (a `meta` element, a mail header), or "".
        nfc: False leaves NFC to the builder, for source whose marks must not be composed with its signs.
    """
    raw, encoding, doubt = _decode_bytes(data, declared)
    text, dropped = normalise(raw, nfc=nfc)
    return Decoded(text, encoding, tuple(note for note in (doubt, dropped) if note))


def normalise(text: str, *, nfc: bool = True) -> tuple[str, str]:
    """Return `text` with \\n as line end, in NFC (unless `nfc` is false), without NUL and lone surrogates, and a note.

    The note says how many characters were dropped, and is "" when none was. Everything else stays.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.startswith("\ufeff"):
        text = text[1:]
    dropped = []
    if nulls := text.count("\0"):
        text = text.replace("\0", "")
        dropped.append(f"{nulls:,} NUL character" + "s" * (nulls > 1))
    if not text.isascii():
        text, halves = _SURROGATES.subn("", text)
        if halves:
            dropped.append(f"{halves:,} lone surrogate" + "s" * (halves > 1))
        if nfc and not unicodedata.is_normalized("NFC", text):
            text = unicodedata.normalize("NFC", text)
    return text, f"Dropped {' and '.join(dropped)}." if dropped else ""


def codec_named(label: str) -> str:
    """Return the Python codec for a charset label as pages and mails write it, or "" if unknown."""
    name = label.strip().strip("\"'").lower()
    name = _SUPERSETS.get(name, name)
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError):
        return ""
    # Codecs such as "rot13" or "zip" do not turn bytes into text.
    return found.name if getattr(found, "_is_text_encoding", True) else ""


def _decode_bytes(data: bytes, declared: str) -> tuple[str, str, str]:
    """Return text, encoding and a note that is "" where the encoding is certain."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            body = data[len(mark) :]
            try:
                return body.decode(name, "surrogatepass" if name != "utf-8" else "strict"), name, ""
            except UnicodeDecodeError:
                return body.decode(name, "replace"), name, _broken_note(body, name)
    doubt = ""
    if declared:
        codec = codec_named(declared)
        # A declaration that could be read as ASCII cannot be in UTF-16, whatever it says.
        if codec and not codec.startswith(("utf-16", "utf-32")):
            try:
                return data.decode(codec), codec, ""
            except UnicodeDecodeError:
                doubt = f"The declared encoding, {declared}, does not fit. "
        elif not codec:
            doubt = f"The declared encoding, {declared[:40]!r}, is unknown. "
    if _SHIFTS.search(data) and data.isascii():
        # Seven bits a byte: it would pass for ASCII, but only these encodings shift by escape signs.
        for codec in ("iso2022_jp_2", "iso2022_kr"):
            try:
                return data.decode(codec), codec, f"{doubt}No encoding is declared; read as {codec}."
            except UnicodeDecodeError:
                continue
    try:
        text = data.decode("utf-8")
        # Much of what is in UTF-16 is ASCII with NUL bytes in between.
        if not (text.isascii() and wide_without_mark(data)):
            return text, "utf-8", doubt and f"{doubt}Read as utf-8."
    except UnicodeDecodeError as error:
        good, bad = _utf8_sequences(data, error.start)
        if wide_without_mark(data):
            pass
        elif good > 8 * bad:
            return data.decode("utf-8", "replace"), "utf-8", doubt + _broken_note(data, "utf-8")
        elif good >= bad:
            note = f"{doubt}Read as utf-8, and what is not as cp1252: the file mixes encodings."
            return data.decode("utf-8", "footnote-cp1252"), "utf-8", note
    return _detect(data, doubt)


def _utf8_sequences(data: bytes, first_error: int) -> tuple[int, int]:
    """Return how many characters above ASCII are good UTF-8, and how many broken, around the first broken one.

    Read as UTF-8, another 8-bit encoding yields almost no good ones.
    """
    sample = data[max(0, first_error - SAMPLE) : first_error + SAMPLE]
    text = sample.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    return sum(character > "\x7f" for character in text) - bad, bad


def _as_cp1252(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error("footnote-cp1252", _as_cp1252)


def _broken_note(data: bytes, encoding: str) -> str:
    count = data.decode(encoding, "replace").count("\ufffd")
    return f"Read as {encoding}; {count:,} broken character{'s' * (count != 1)} shown as \ufffd."


def _detect(data: bytes, doubt: str) -> tuple[str, str, str]:
    """Judge the bytes themselves. The note always says what was taken."""
    if wide := wide_without_mark(data):
        return data.decode(wide, "replace"), wide, f"{doubt}No encoding is declared; read as {wide}."
    encoding, unsure = judged(data)
    how = "read, without certainty, as" if unsure else "read as"
    note = f"{doubt}No encoding is declared; {how} {encoding}."
    try:
        return data.decode(encoding), encoding, note
    except UnicodeDecodeError:
        text = data.decode(encoding, "replace")
        count = text.count("\ufffd")
        return text, encoding, f"{note} {count:,} broken character{'s' * (count != 1)} shown as \ufffd."
