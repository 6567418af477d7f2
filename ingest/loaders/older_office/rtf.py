"""RTF: text in any code page, headings, lists, tables as rows, footnotes.

RTF is a stream of control words. Pictures, objects, field codes and hidden or deleted text are passed
over; nothing embedded is opened. No kept-up library reads code pages of fonts, so it is read here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path

from ingest.document import Loaded, LoadOptions
from ingest.errors import Unreadable
from ingest.loaders.builder import TextBuilder, add_table, one_line
from ingest.loaders.office.pictures import COMMENTS
from ingest.reading.decode import codec_named

MEDIA_TYPE = "application/rtf"
MAX_DEPTH = 2_000

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|([\r\n]+)|([^\\{}\r\n]+)",
    re.DOTALL,
)
_CHARSETS = {
    0: "cp1252", 2: "symbol", 77: "mac_roman", 78: "cp932", 79: "cp949", 80: "gb18030", 81: "big5hkscs",
    128: "cp932", 129: "cp949", 130: "johab", 134: "gb18030", 136: "big5hkscs", 161: "cp1253", 162: "cp1254",
    163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874",
    238: "cp1250", 254: "cp437", 255: "cp850",
}  # fmt: skip
_WORDS = {
    "par": "\n", "sect": "\n", "page": "\n", "line": "\v", "softline": "\v", "tab": "\t", "emdash": "—",
    "endash": "–", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”", "bullet": "•",
    "emspace": " ", "enspace": " ", "qmspace": " ", "zwj": "\u200d", "zwnj": "\u200c",
}  # fmt: skip
_SYMBOLS = {"~": " ", "-": "", "_": "‑", "\n": "\n", "\r": "\n", "\t": "\t"}
_SKIPPED = frozenset(
    ("aftnsep", "aftnsepc", "atndate", "atnicn", "atnid", "atnref", "atrfend", "atrfstart", "bkmkend",
     "bkmkstart", "blipuid", "colorschememapping", "colortbl", "datastore", "do", "docvar", "filetbl",
     "fldinst", "ftnsep", "ftnsepc", "generator", "latentstyles", "leveltext", "list", "listname",
     "listoverride", "listoverridetable", "listtable", "mhtmltag", "mmathPr", "nonesttables", "nonshppict", "objdata",
     "object", "oldcprops", "passwordhash", "pgdsctbl", "pict", "pnseclvl", "revtbl", "rsidtbl", "sn",
     "sp", "sv", "tc", "template", "themedata", "upr", "userprops", "wgrffmtfilter", "xe", "xmlnstbl")
)  # fmt: skip
_UNREAD = {"pict": "picture", "object": "embedded object"}
_READ_AFTER_STAR = frozenset(("shpinst", "shptxt", "ud", "annotation", "atnauthor", "footnote", "pntext"))
_ASIDE = {
    "header": "Header", "headerf": "Header", "headerl": "Header", "headerr": "Header", "footer": "Footer",
    "footerf": "Footer", "footerl": "Footer", "footerr": "Footer", "footnote": "Footnote",
    "annotation": "Comment",
}  # fmt: skip


@dataclass(slots=True)
class _State:
    """What a group inherits and restores."""

    target: str = "body"
    codec: str = ""
    skip_after_unicode: int = 1
    hidden: bool = False
    in_table: bool = False
    level: int = -1


@dataclass(slots=True)
class _Reader:
    builder: TextBuilder
    comments: bool
    default: str = "cp1252"
    fonts: dict[int, str] = field(default_factory=dict)
    default_font: int = 0
    headings: dict[int, int] = field(default_factory=dict)
    state: _State = field(default_factory=_State)
    stack: list[_State] = field(default_factory=list)
    raw: bytearray = field(default_factory=bytearray)
    texts: dict[str, list[str]] = field(default_factory=lambda: {"body": []})
    rows: list[list[str]] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    asides: list[str] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)
    font: int = 0
    style: int = 0
    in_list: bool = False
    to_skip: int = 0
    star: bool = False
    title: str = ""
    author: str = ""


def load(path: Path, options: LoadOptions) -> Loaded:
    """Read an RTF file."""
    data = path.read_bytes()
    if not data.lstrip().startswith(b"{\\rtf"):
        raise Unreadable("The file is not RTF.", remedy="Save it again as RTF, DOCX or PDF.")
    reader = _Reader(TextBuilder(MEDIA_TYPE), options.comments)
    _run(reader, data)
    _paragraph(reader)
    _rows(reader)
    for words in dict.fromkeys(reader.ends):
        reader.builder.paragraph(words)
    return reader.builder.finish(title=reader.title)


def _run(reader: _Reader, data: bytes) -> None:
    position, size = 0, len(data)
    while position < size:
        match = _TOKEN.match(data, position)
        if match is None:
            position += 1
            continue
        position = match.end()
        word, number, code, symbol, brace, _, plain = match.groups()
        if plain is not None:
            if reader.to_skip:
                skipped = min(reader.to_skip, len(plain))
                reader.to_skip -= skipped
                plain = plain[skipped:]
            reader.raw += plain
        elif code is not None:
            if reader.to_skip:
                reader.to_skip -= 1
            else:
                reader.raw.append(int(code, 16))
        elif word is not None:
            name = word.decode("ascii")
            value = int(number) if number is not None else None
            if name == "bin":
                position += max(0, min(value or 0, size - position))
            elif name == "u" and value is not None:
                _unicode(reader, value)
            else:
                _flush(reader)
                _word(reader, name, value)
        elif brace == b"{":
            _open(reader)
        elif brace == b"}":
            _close(reader)
        elif symbol is not None:
            _symbol(reader, symbol, first=data[match.start() - 1 : match.start()] == b"{")


def _symbol(reader: _Reader, symbol: bytes, *, first: bool) -> None:
    if symbol in (b"\\", b"{", b"}"):
        reader.raw += symbol
    elif symbol == b"*":
        _flush(reader)
        reader.star = first  # only at the beginning of a group does it mark one that may be passed over
    else:
        _flush(reader)
        _write(reader, _SYMBOLS.get(symbol.decode("latin-1"), ""))


def _open(reader: _Reader) -> None:
    _flush(reader)
    reader.to_skip = 0
    if len(reader.stack) > MAX_DEPTH:
        raise Unreadable("The file nests groups too deeply.", remedy="Open it in Word and save it as DOCX.")
    reader.stack.append(replace(reader.state))


def _close(reader: _Reader) -> None:
    _flush(reader)
    reader.to_skip = 0
    reader.star = False
    if not reader.stack:
        return
    ended, before = reader.state.target, reader.stack.pop()
    reader.state = before
    if ended == before.target:
        return
    words = one_line("".join(reader.texts.pop(ended, [])))
    if ended == "title":
        reader.title = words
    elif ended == "style":
        _style(reader, words)
    elif ended == "atnauthor":
        reader.author = words
    elif ended in _ASIDE and words:
        if ended == "footnote":
            reader.asides.append(f"Footnote: {words}")
        elif ended == "annotation":
            if not reader.comments:
                reader.builder.unread("comment", why=COMMENTS)
            else:
                by = f" by {reader.author}" if reader.author else ""
                reader.asides.append(f"Comment{by}: {words}")
        elif sum(character.isalpha() for character in words) > 2 and not words.lower().startswith("page "):
            reader.ends.append(f"{_ASIDE[ended]}: {words}")


def _style(reader: _Reader, words: str) -> None:
    """Note a style that is a heading by its name, as far as its entry does not say so."""
    match = re.match(r"heading (\d)", words.rstrip(";").lower())
    if match:
        reader.headings[reader.style] = int(match[1])


def _unicode(reader: _Reader, value: int) -> None:
    _flush(reader)
    value = value + 0x10000 if value < 0 else value
    if 0 <= value <= 0x10FFFF:
        _write(reader, chr(value) if not 0xF000 <= value <= 0xF0FF else _private(value))
    reader.to_skip = reader.state.skip_after_unicode


def _private(value: int) -> str:
    """Symbol fonts place their signs in the private area; only bullets mean something as text."""
    return "•" if value in (0xF0B7, 0xF0A7) else ""


def _flush(reader: _Reader) -> None:
    """Decode the bytes that were gathered in the code page that is on."""
    if not reader.raw:
        return
    raw = bytes(reader.raw)
    reader.raw.clear()
    if reader.state.target == "skip" or reader.state.hidden:
        return
    codec = reader.state.codec or reader.default
    if codec == "symbol":
        text = "".join("•" if byte in (0xB7, 0xA7) else chr(byte) if byte < 0x80 else "" for byte in raw)
    else:
        text = raw.decode("ascii") if raw.isascii() else raw.decode(codec, "replace")
    _write(reader, text)


def _write(reader: _Reader, text: str) -> None:
    state = reader.state
    if state.target == "skip" or state.hidden or not text:
        return
    # A half of a pair that is written as two control words is joined with its other half.
    pieces = reader.texts.setdefault(state.target, [])
    if pieces and "\udc00" <= text[:1] <= "\udfff" and "\ud800" <= pieces[-1][-1:] <= "\udbff":
        pair = pieces[-1][-1] + text[0]
        pieces[-1] = pieces[-1][:-1] + pair.encode("utf-16", "surrogatepass").decode("utf-16")
        text = text[1:]
    if text == "\n" and state.target == "body":
        _paragraph(reader)
    elif text:
        pieces.append(text if text != "\v" else "\n")


def _word(reader: _Reader, name: str, value: int | None) -> None:
    state = reader.state
    star, reader.star = reader.star, False
    if state.target == "skip":
        return
    if (star and name not in _READ_AFTER_STAR) or name in _SKIPPED:
        state.target = "skip"
        if name in _UNREAD:
            reader.builder.unread(_UNREAD[name])
    elif name in _WORDS:
        _write(reader, _WORDS[name])
    elif name in _ASIDE:
        state.target = name
        state.in_table = False
    elif name in ("fonttbl", "stylesheet", "info", "atnauthor"):
        state.target = name
    elif state.target == "fonttbl":
        _font_entry(reader, name, value)
    elif state.target in ("stylesheet", "style"):
        _style_entry(reader, name, value)
    elif state.target == "info":
        state.target = "title" if name == "title" else "skip"
    else:
        _format(reader, name, value)


def _font_entry(reader: _Reader, name: str, value: int | None) -> None:
    if name == "f" and value is not None:
        reader.font = value
    elif name == "fcharset" and value is not None and value in _CHARSETS:
        reader.fonts[reader.font] = _CHARSETS[value]
    elif name == "cpg" and value and (codec := codec_named(f"cp{value}")):
        reader.fonts[reader.font] = codec


def _style_entry(reader: _Reader, name: str, value: int | None) -> None:
    reader.state.target = "style"
    if name == "s" and value is not None:
        reader.style = value
    elif name == "outlinelevel" and value is not None and 0 <= value < 9:
        reader.headings[reader.style] = value + 1


def _format(reader: _Reader, name: str, value: int | None) -> None:
    """Apply a control word of the text itself."""
    state = reader.state
    match name:
        case "ansicpg" if value:
            reader.default = codec_named(f"cp{value}") or reader.default
        case "mac":
            reader.default = "mac_roman"
        case "pc":
            reader.default = "cp437"
        case "pca":
            reader.default = "cp850"
        case "deff":
            reader.default_font = value or 0
        case "f":
            state.codec = reader.fonts.get(value if value is not None else 0, "")
        case "plain":
            state.codec, state.hidden = reader.fonts.get(reader.default_font, ""), False
        case "uc":
            state.skip_after_unicode = max(0, min(value if value is not None else 1, 16))
        case "v" | "deleted":
            state.hidden = value != 0
        case "pard":
            state.level, state.in_table = -1, False
        case "s":
            state.level = reader.headings.get(value or 0, 0) - 1
        case "outlinelevel":
            state.level = value if value is not None and value < 9 else -1
        case "intbl":
            state.in_table = True
        case "cell" | "nestcell":
            reader.cells.append(one_line("".join(reader.texts["body"])))
            reader.texts["body"].clear()
        case "row" | "nestrow":
            if reader.cells:
                reader.rows.append(reader.cells)
            reader.cells = []


def _paragraph(reader: _Reader) -> None:
    """End a paragraph of the body."""
    text = "".join(reader.texts["body"])
    if reader.state.in_table:
        # The paragraphs of a cell stay together until the cell ends.
        reader.texts["body"].append(" ")
        return
    reader.texts["body"].clear()
    _rows(reader)
    label = re.match(r"\s*(?:[•▪◦·o-]|\(?\w{1,4}[.)])\t", text)
    if 0 <= reader.state.level < 9 and text.strip() and len(text) < 300:
        reader.builder.heading(text, reader.state.level + 1)
        reader.in_list = False
    elif text.strip():
        (reader.builder.line if label and reader.in_list else reader.builder.paragraph)(text)
        reader.in_list = bool(label)
    for aside in reader.asides:
        reader.builder.paragraph(aside)
        reader.in_list = False
    reader.asides.clear()


def _rows(reader: _Reader) -> None:
    """Write the rows of the table that has ended."""
    if reader.cells:
        reader.rows.append(reader.cells)
        reader.cells = []
    if reader.rows:
        rows, reader.rows = reader.rows, []
        add_table(reader.builder, rows, header=len(rows) > 1 and len(rows[0]) > 1)
        reader.in_list = False
