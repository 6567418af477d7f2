"""Which encoding bytes are in that no mark and no declaration tells: by their letters, then by statistics."""

from __future__ import annotations

import re
from collections import Counter

# Where several encodings fit a text alike, the one that more files are in. DOS code pages come last.
_COMMON = (
    *("utf_8", "cp1252", "cp1251", "cp1250", "cp932", "gb18030", "cp949", "big5hkscs", "iso8859_2", "koi8_r"),
    *("mac_roman", "cp866", "cp500"),
)

SAMPLE = 256 * 1024
_NOT_ASCII = bytes(code for code in range(256) if not 32 <= code < 127 and code not in b"\t\n\r")
# The letters of a language beyond ASCII: read in the wrong encoding, a text has letters of no one language.
_LETTERS = tuple(
    frozenset(letters + letters.upper() + "ªº")
    for letters in (
        "áéíóúüñç",
        "àâçéèêëîïôùûüÿœæ",
        "áâãàçéêíóôõúü",
        "àèéìíòóùú",
        "äöüßé",
        "åäöæøéü",
        "áéíóúýðþæö",
        "çğıöşüâîûİ",
        "ăâîșțşţ",
        "ąćęłńóśźż",
        "áčďéěíňóřšťúůýžľĺŕôä",
        "áéíóöőúüű",
        "čćđšž",
        "āčēģīķļņšūžąęėįųõäöü",
    )
)
_PUNCTUATION = frozenset("‘’‚‛“”„«»‹›–—…•·¿¡€£°§№\xa0\xad")
# Encodings of Latin letters, the more usual first.
_LATIN = ("cp1252", "cp1250", "cp1254", "iso8859_2", "iso8859_15", "mac_roman", "cp1257")
_CYRILLIC = ("cp1251", "koi8_r", "cp866", "iso8859_5")
# Of every ten characters of a Chinese text in traditional signs two or three are among these.
_CHINESE = frozenset(
    "的一是不了人我在有他這為之大來以個中上們到說國和地也子時道出而要於就下得可你年生自會那後能對著事其裡所去行過家十用發天如然作方成者"
)
_RUSSIAN_WORD = re.compile(r"[А-ЯЁІЇЄҐ]?[а-яёіїєґ]+|[А-ЯЁІЇЄҐ]+")
# Hebrew in its 8-bit form: its letters alone, and the five final forms only at the end of a word.
_HEBREW = re.compile(rb"[\xe0-\xfa]")
_NOT_HEBREW = re.compile(
    rb"[\x80-\x90\x98-\x9f\xa1-\xaa\xac-\xba\xbc-\xdf\xfb-\xff]|[\xea\xed\xef\xf3\xf5](?=[\xe0-\xfa])"
    rb"|[A-Za-z][\xe0-\xfa]|[\xe0-\xfa][A-Za-z]"
)
_HEBREW_ENDING = re.compile(rb"[\xea\xed\xef\xf3\xf5](?![\xe0-\xfa])")


def wide_without_mark(data: bytes) -> str:
    """Return the UTF-16 or UTF-32 form of text without a byte order mark, or "".

    NUL bytes give it away: they stand at the same side of every pair, and what is decoded is text.
    """
    sample = data[:4096]
    sample = sample[: len(sample) - len(sample) % 4]
    nulls = [sample[i::4].count(0) for i in range(4)]
    if len(sample) < 8 or 20 * sum(nulls) < len(sample):
        return ""
    plain = len(sample.translate(None, _NOT_ASCII))
    if sum(nulls) < 0.3 * len(sample) and plain > 0.9 * (len(sample) - sum(nulls)):
        return ""  # text of one byte a character, with stray NUL bytes in it
    forms = {
        "utf-32-le": nulls[3] == len(sample) // 4 and nulls[2] > 0.9 * nulls[3],
        "utf-32-be": nulls[0] == len(sample) // 4 and nulls[1] > 0.9 * nulls[0],
        "utf-16-le": 20 * (nulls[0] + nulls[2]) < nulls[1] + nulls[3],
        "utf-16-be": 20 * (nulls[1] + nulls[3]) < nulls[0] + nulls[2],
    }
    name = next((name for name, fits in forms.items() if fits), "")
    # The last character may be cut in two.
    text = sample.decode(name, "replace")[:-1] if name else ""
    shown = sum(character.isprintable() or character in "\t\n\r\f" for character in text)
    broken = text.count("\ufffd")
    return name if shown - broken > 0.95 * len(text) else ""


def judged(data: bytes) -> tuple[str, bool]:
    """Return the encoding that the bytes themselves show, and whether others fit as well."""
    sample = _sample_with_letters(data)
    encoding = _by_letters(sample)
    return (encoding, False) if encoding else _by_statistics(sample)


def _by_letters(sample: bytes) -> str:
    """Return the encoding in which a text has the letters of one language and no others, or ""."""
    if _HEBREW_ENDING.search(sample) and not _NOT_HEBREW.search(sample) and len(_HEBREW.findall(sample)) > 7:
        return "cp1255"
    letters = len(re.findall(rb"[A-Za-z]", sample))
    high = sum(byte > 0x7F for byte in sample)
    if letters > 2 * high:
        known = [(name, share) for name in _LATIN if (share := _letters_of_a_language(sample, name)) > 0.95]
        return max(known, key=lambda pair: pair[1], default=("", 0.0))[0]
    if high > 2 * letters:
        known = [(name, share) for name in _CYRILLIC if (share := _russian_words(sample, name)) > 0.95]
        found = max(known, key=lambda pair: pair[1], default=("", 0.0))[0]
        return found or ("euc_tw" if _common_chinese(sample, "euc_tw") > 0.12 else "")
    return ""


def _common_chinese(sample: bytes, encoding: str) -> float:
    """Return the share of the characters beyond ASCII that the most usual ones of Chinese are."""
    try:
        text = sample.decode(encoding)
    except UnicodeDecodeError:
        return 0.0
    signs = [character for character in text if character > "\u2fff"]
    return sum(character in _CHINESE for character in signs) / len(signs) if len(signs) >= 20 else 0.0


def _letters_of_a_language(sample: bytes, encoding: str) -> float:
    """Return the share of the letters beyond ASCII that one language has, of the language with most."""
    try:
        text = sample.decode(encoding)
    except UnicodeDecodeError:
        return 0.0
    counts = Counter(character for character in text if character > "\x7f" and character not in _PUNCTUATION)
    whole = counts.total()
    # Nothing but quotation marks and dashes beyond ASCII fits every language.
    return max(sum(counts[c] for c in counts.keys() & letters) for letters in _LETTERS) / whole if whole else 1.0


def _russian_words(sample: bytes, encoding: str) -> float:
    """Return the share of words beyond ASCII that are written as Russian and its neighbours write them."""
    words = re.findall(r"[^\x00-\x7f«»—–…№\xa0]+", sample.decode(encoding, "replace"))
    right = sum(bool(_RUSSIAN_WORD.fullmatch(word)) for word in words)
    # Whole lines of capitals are rare; in KOI8 small letters stand where others have the capitals.
    return (right + sum(map(str.islower, words)) / 100) / len(words) if words else 0.0


def _by_statistics(sample: bytes) -> tuple[str, bool]:
    """Return the encoding that charset_normalizer finds, and whether others fit as well."""
    from charset_normalizer import from_bytes

    matches = from_bytes(sample)
    best = matches.best()
    close = [m for m in matches if best and m.chaos <= best.chaos + 0.01 and m.coherence >= best.coherence - 0.05]
    # One match stands for all encodings that give the very same text.
    names = {name for match in close for name in (match.encoding, *match.could_be_from_charset)}
    encoding = next((name for name in _COMMON if name in names), best.encoding if best else "cp1252")
    return encoding, best is None or best.chaos > 0.1 or len(close) > 1


def _sample_with_letters(data: bytes) -> bytes:
    """Return a part of `data` that shows the encoding: around the first bytes above ASCII."""
    if len(data) <= SAMPLE:
        return data
    found = re.search(rb"[\x80-\xff]", data)
    start = max(0, (found.start() if found else 0) - SAMPLE // 4)
    start = data.rfind(b"\n", 0, start) + 1 if start else 0
    start = start if found and found.start() - start < SAMPLE else max(0, found.start() - 64 if found else 0)
    end = data.find(b"\n", start + SAMPLE)
    return data[start : end if 0 <= end < start + 2 * SAMPLE else start + SAMPLE]
