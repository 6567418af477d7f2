"""One line of a chat model's reply: take Markdown off, read the markers, leave the sentence.

Nothing here decides whether a sentence is true; that is `ground.py`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape

from bot.text.fence import visible


@dataclass(frozen=True, slots=True)
class Draft:
    """A sentence of a reply before its check.

    Attributes:
        text: The sentence, plain.
        cited: Numbers of passages that its markers name, from 1, each once.
        invented: Numbers of markers that name no passage.
    """

    text: str
    cited: tuple[int, ...] = ()
    invented: tuple[int, ...] = ()


_NAME = r"(?:passages?|sources?|documents?|docs?|refs?|no\.?|出典|文書)"
_NUMBERS = (
    rf"(?:{_NAME}|#|\^)?\s*[:#]?\s*\d{{1,4}}"
    rf"(?:\s*(?:[,;–-]|and|&|、|，)\s*(?:{_NAME}|#|\^)?\s*\d{{1,4}})*"
)
_MARKER = re.compile(rf"[\[【［]\s*({_NUMBERS})\s*(?:†[^\]】］]*)?[\]】］]", re.IGNORECASE)
_SPOKEN_MARKER = re.compile(
    r"\((?:see )?((?:passages?|sources?) \d{1,3}(?:\s*(?:,|and|&|-|–)\s*\d{1,3})*)\)", re.IGNORECASE
)
_SUPERSCRIPT = re.compile(r"(?<=[.,。”\"])([¹²³⁴⁵⁶⁷⁸⁹]+)")
_DIGITS = str.maketrans("¹²³⁴⁵⁶⁷⁸⁹", "123456789")
NORMAL_MARKER = re.compile(r"\[(\d+(?:,\d+)*)\]")
_LONGEST_RANGE = 20

_IMAGE = re.compile(r"!\[[^\]]*\]\([^)]*\)|!\[[^\]]*\]\[[^\]]*\]")
_LINK = re.compile(r"\[([^\]]+)\]\((?:[^()]|\([^)]*\))*\)")
_REFERENCE_LINK = re.compile(r"\[([^\]\d][^\]]*)\]\[[^\]]*\]")
_AUTOLINK = re.compile(r"<(?:https?|mailto|ftp):[^>]*>", re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?(?:-->|$)", re.DOTALL)
_TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9-]*(?:\s[^<>]*)?/?>")
_BOLD = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
_ITALIC = re.compile(
    r"(?<![\w*])\*(?=[^\s*])([^*\n]+?)(?<=[^\s*])\*(?![\w*])|(?<![\w_])_(?=[^\s_])([^_\n]+?)(?<=[^\s_])_(?![\w_])"
)
_CODE = re.compile(r"`+([^`\n]+?)`+")
_STRIKE = re.compile(r"~~(.+?)~~")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+.!|<>~-])")

_LABEL = re.compile(
    r"^(?:(?:here(?:'s| is) )?(?:the |my |your )?(?:final |short )?answer(?: is)?|response|reply|a"
    r"|回答|答え|答|antwort|réponse|respuesta)\s*[:：]\s*",
    re.IGNORECASE,
)
_ATTRIBUTION = re.compile(
    r"^(?:according to|based on|as (?:stated|mentioned|said|described) in|as per|in|from)\s+(?:the\s+)?"
    r"(?:provided\s+|given\s+|numbered\s+)?(?:passages?|sources?|documents?|context|text)"
    r"(?:\s+provided|\s+given|\s+above)?\s*(?:number\s+)?(?P<numbers>[\[#]?\d{1,3}\]?(?:\s*(?:,|and|&)\s*[\[#]?\d{1,3}\]?)*)?"
    r"\s*,\s*",
    re.IGNORECASE,
)
_SAYS = re.compile(
    r"^(?:the\s+)?passages?\s+(?:number\s+)?(?P<numbers>[\[#]?\d{1,3}\]?(?:\s*(?:,|and|&)\s*[\[#]?\d{1,3}\]?)*)\s+"
    r"(?:says?|states?|mentions?|explains?|notes?|describes?|tells? us)\s+that\s+",
    re.IGNORECASE,
)
_META = re.compile(
    r"^(?:(?:sure|certainly|of course|okay|ok|great question)[!.,]|here(?:'s| is| are)\b[^:]*:?\.?$"
    r"|i hope (?:this|that)\b|let me know\b|feel free\b|is there anything\b)",
    re.IGNORECASE,
)
_SPACE_BEFORE_MARK = re.compile(r"\s+([.,;:!?。、])")
_ENDS = ".!?…。！？｡؟।።"
_AFTER_END = "\"'”’»)]」』）】"


def inline(text: str) -> str:
    """Return a line without Markdown, HTML, links' addresses, images and invisible characters."""
    text = visible(_COMMENT.sub("", text))
    text = _IMAGE.sub("", text)
    text = _LINK.sub(r"\1", text)
    text = _REFERENCE_LINK.sub(r"\1", text)
    text = _TAG.sub("", _AUTOLINK.sub("", text))
    for pattern, put in ((_CODE, r"\1"), (_BOLD, r"\2"), (_STRIKE, r"\1")):
        text = pattern.sub(put, text)
    text = _ITALIC.sub(lambda match: match[1] or match[2], text)
    return visible(unescape(_ESCAPED.sub(r"\1", text)))


def normalise_markers(text: str) -> str:
    """Write every way of citing as "[1]" or "[1,2]", glued to the word or stop before it."""
    text = _SUPERSCRIPT.sub(lambda match: f"[{','.join(match[1].translate(_DIGITS))}]", text)
    text = _SPOKEN_MARKER.sub(lambda match: _normal(match[1]), text)
    text = _MARKER.sub(lambda match: _normal(match[1]), text)
    return re.sub(r"[ \t\u3000]+(?=\[\d+(?:,\d+)*\])", "", text)


def _normal(numbers: str) -> str:
    found: list[int] = []
    for part in re.finditer(r"(\d+)\s*[–-]\s*[a-z#^ ]*(\d+)|(\d+)", numbers, re.IGNORECASE):
        if part[1] and int(part[1]) <= int(part[2]) < int(part[1]) + _LONGEST_RANGE:
            found.extend(range(int(part[1]), int(part[2]) + 1))
        else:
            found.extend(int(number) for number in part.groups() if number)
    return f"[{','.join(str(number) for number in found)}]"


def draft(sentence: str, *, passages: int, sources: tuple[int, ...] = ()) -> Draft | None:
    """Return a sentence with its markers read and taken out, or None where nothing is said.

    Args:
        sentence: One sentence with normal markers.
        passages: How many passages there are; markers beyond name nothing.
        sources: Numbers that the model gave beside the text.
    """
    numbers = list(sources)
    text = NORMAL_MARKER.sub(lambda match: _take(match[1], numbers), sentence)
    text = re.sub(r"\[\d*(?:,\d*)*$", "", text)
    text = _LABEL.sub("", text.strip())
    for prefix in (_ATTRIBUTION, _SAYS):
        match = prefix.match(text)
        if match and len(text) > match.end():
            _take(match["numbers"] or "", numbers)
            text = text[match.end() :]
            text = text[:1].upper() + text[1:]
    text = _SPACE_BEFORE_MARK.sub(r"\1", re.sub(r"\s+", " ", text)).strip(" -–—•")
    if not any(character.isalnum() for character in text) or _META.match(text):
        return None
    kept = tuple(dict.fromkeys(n for n in numbers if 1 <= n <= passages))
    invented = tuple(dict.fromkeys(n for n in numbers if not 1 <= n <= passages))
    return Draft(ended(text), kept, invented)


def _take(found: str, numbers: list[int]) -> str:
    numbers.extend(int(number) for number in re.findall(r"\d+", found))
    return ""


def is_ended(text: str) -> bool:
    """Tell whether `text` ends as a sentence does, markers aside."""
    bare = NORMAL_MARKER.sub("", text).rstrip().rstrip(_AFTER_END)
    return bare[-1:] in tuple(_ENDS)


def ended(text: str) -> str:
    """Return a sentence with a full stop where it has no end of its own."""
    if is_ended(text) or not text:
        return text
    text = text.rstrip(",;:、：")
    return text + ("。" if ord(text[-1:] or " ") > 0x3000 else ".")
