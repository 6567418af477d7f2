"""From bytes to clean text: which encoding a file is in, and what is normalised.

Sure signs come first: a byte order mark, a charset that the file declares, valid UTF-8. Only then are
the bytes themselves judged, and that is always said in a note, so nothing is guessed silently.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass

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

# Where several encodings fit a text alike, the one that more files are in. DOS code pages come last.
_COMMON = ("utf_8", "cp1252", "cp1251", "cp1250", "cp932", "gb18030", "cp949", "big5hkscs", "cp866", "cp500")

_SAMPLE = 256 * 1024
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


def decode(data: bytes, *, declared: str = "") -> Decoded:
    """Decode a whole file and normalise it.

    Args:
        data: The bytes of the file.
        declared: The charset that the file names itself (a `meta` element, a mail header), or "".
    """
    raw, encoding, doubt = _decode_bytes(data, declared)
    text, dropped = normalise(raw)
    return Decoded(text, encoding, tuple(note for note in (doubt, dropped) if note))


def normalise(text: str) -> tuple[str, str]:
    """Return `text` with \\n as line end, in NFC, without NUL and lone surrogates, and a note.

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
        if not unicodedata.is_normalized("NFC", text):
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
    try:
        return data.decode("utf-8"), "utf-8", doubt and f"{doubt}Read as utf-8."
    except UnicodeDecodeError as error:
        if _nearly_utf8(data, error.start):
            return data.decode("utf-8", "replace"), "utf-8", doubt + _broken_note(data, "utf-8")
    return _detect(data, doubt)


def _nearly_utf8(data: bytes, first_error: int) -> bool:
    """Tell whether `data` is UTF-8 with a little damage: far more good sequences than bad ones."""
    sample = data[max(0, first_error - _SAMPLE) : first_error + _SAMPLE]
    text = sample.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    # Read as UTF-8, another 8-bit encoding yields almost no valid character above ASCII.
    good = sum(character > "\x7f" for character in text) - bad
    return good > 8 * bad


def _broken_note(data: bytes, encoding: str) -> str:
    count = data.decode(encoding, "replace").count("\ufffd")
    return f"Read as {encoding}; {count:,} broken character{'s' * (count != 1)} shown as \ufffd."


def _wide_without_mark(data: bytes) -> str:
    """Return the UTF-16 or UTF-32 form that NUL bytes at regular places give away, or ""."""
    sample = data[:4096]
    if len(sample) < 8 or b"\0" not in sample:
        return ""
    shares = [sample[i::4].count(0) / max(1, len(sample[i::4])) for i in range(4)]
    patterns = {
        "utf-32-le": shares[0] < 0.3 and min(shares[1:]) > 0.5 and shares[3] > 0.95,
        "utf-32-be": shares[3] < 0.3 and min(shares[:3]) > 0.5 and shares[0] > 0.95,
        "utf-16-le": min(shares[1], shares[3]) > 0.4 and max(shares[0], shares[2]) < 0.1,
        "utf-16-be": min(shares[0], shares[2]) > 0.4 and max(shares[1], shares[3]) < 0.1,
    }
    return next((name for name, fits in patterns.items() if fits), "")


def _detect(data: bytes, doubt: str) -> tuple[str, str, str]:
    """Judge the bytes themselves. The note always says what was taken."""
    wide = _wide_without_mark(data)
    if wide:
        return data.decode(wide, "replace"), wide, f"{doubt}No encoding is declared; read as {wide}."
    from charset_normalizer import from_bytes

    matches = from_bytes(_sample_with_letters(data))
    best = matches.best()
    close = [m for m in matches if best and m.chaos <= best.chaos + 0.01 and m.coherence >= best.coherence - 0.05]
    # One match stands for all encodings that give the very same text.
    names = {name for match in close for name in (match.encoding, *match.could_be_from_charset)}
    encoding = next((name for name in _COMMON if name in names), best.encoding if best else "cp1252")
    unsure = best is None or best.chaos > 0.1 or len(close) > 1
    how = "read, without certainty, as" if unsure else "read as"
    note = f"{doubt}No encoding is declared; {how} {encoding}."
    try:
        return data.decode(encoding), encoding, note
    except UnicodeDecodeError:
        text = data.decode(encoding, "replace")
        count = text.count("\ufffd")
        return text, encoding, f"{note} {count:,} broken character{'s' * (count != 1)} shown as \ufffd."


def _sample_with_letters(data: bytes) -> bytes:
    """Return a part of `data` that shows the encoding: around the first bytes above ASCII."""
    if len(data) <= _SAMPLE:
        return data
    found = re.search(rb"[\x80-\xff]", data)
    start = max(0, (found.start() if found else 0) - _SAMPLE // 4)
    start = data.rfind(b"\n", 0, start) + 1 if start else 0
    start = start if found and found.start() - start < _SAMPLE else max(0, found.start() - 64 if found else 0)
    end = data.find(b"\n", start + _SAMPLE)
    return data[start : end if 0 <= end < start + 2 * _SAMPLE else start + _SAMPLE]
