"""Read a chat model's reply while it streams, and hand out its sentences one by one.

A reply is prose with markers, a list, Markdown, one long line, or JSON when the model was held to a schema;
which one shows as it arrives, since models do not keep to what they are asked for. A sentence is handed out
when what follows shows that it has ended and that no marker of its own is still to come.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from bot.written.reply_text import Draft, draft, ended, inline, is_ended, normalise_markers
from ingest.splitting.split import sentences

_HEADING = re.compile(r"^\s*#{1,6}\s")
_RULE = re.compile(r"^\s*(?:[-*_=]\s*){3,}$|^\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*$|^\s*(?:```|~~~)")
_BOLD_LINE = re.compile(r"^\s*(\*\*|__)[^*_]+\1:?\s*$")
_ITEM = re.compile(r"^\s*(?:[-*+•‣·]|\d{1,2}[.)]|[(（]?\d{1,2}[)）]|[a-z][.)]|[①-⑳])\s+")
_QUOTE = re.compile(r"^\s*>+\s?")
_HALF_TAG = re.compile(r"<[a-z/!-]{0,10}$", re.IGNORECASE)
_UNFINISHED_MARKER = re.compile(r"^\s*[\[【［(（][^\]】］)）]*$")
_ONLY_MARKERS = re.compile(r"^\s*(?:\[\d+(?:,\d+)*\]\s*)+\.?\s*$")
_LEADING_MARKER = re.compile(r"^\s*((?:\[\d+(?:,\d+)*\]\s*)+)(?=\S)")
_META_LEAD = re.compile(r"^(?:here|based|according|sure|the following|answer|in summary|以下)\b", re.IGNORECASE)
_LONGEST_FENCE = 12
_SHORT_ITEM_WORDS = 7
_SHORT_ITEM_CHARACTERS = 45


class ReplyReader:
    """Turns pieces of a reply into drafts.

    Args:
        passages: How many passages the prompt had.
    """

    def __init__(self, *, passages: int) -> None:
        self._passages = passages
        self._buffer = ""
        self._waiting = ""  # last sentence of a finished line: its marker may stand on the next one
        self._lead = ""
        self._items: list[str] = []
        self._json: _JsonReader | None = None
        self._begun = False
        self._declined = False

    @property
    def declined(self) -> bool:
        """Whether the reply is JSON without a single statement: "no answer" where a schema is used."""
        return self._declined

    def feed(self, piece: str) -> Iterator[Draft]:
        """Take the next piece; yield the sentences that it completes."""
        self._buffer += piece
        if not self._begun and not self._begin():
            return
        if self._json is not None:
            yield from self._drafts_of_objects(self._json.feed(self._buffer))
            self._buffer = ""
            return
        if _HALF_TAG.search(self._buffer):
            return
        while "\n" in self._buffer:
            line, self._buffer = self._buffer.split("\n", 1)
            yield from self._line(line)
        yield from self._early()

    def finish(self, *, cut: bool = False) -> Iterator[Draft]:
        """Take the end of the reply.

        Args:
            cut: Whether it ended before the model was done; an unfinished last sentence is then dropped.
        """
        if self._json is not None:
            yield from self._drafts_of_objects(self._json.feed(self._buffer))
            loose = self._json.loose()
            self._declined = self._json.empty
            self._buffer, self._json = loose, None
        if not self._begun and self._buffer.lstrip().startswith("{"):
            self._buffer = _JsonReader.text_of(self._buffer)
        rest, self._buffer = self._buffer, ""
        for line in rest.split("\n")[:-1]:
            yield from self._line(line)
        last = rest.rsplit("\n", 1)[-1]
        if cut:
            spans = sentences(normalise_markers(last))
            whole = normalise_markers(last)
            if spans and not is_ended(whole[spans[-1][0] : spans[-1][1]]):
                last = whole[: spans[-1][0]]
        yield from self._line(last)
        yield from self._list_done()
        yield from self._release()

    def _begin(self) -> bool:
        """Decide between JSON and prose; False while too little has arrived."""
        start = self._buffer.lstrip()
        if start.startswith("`"):
            fence, line_end, after_fence = start.partition("\n")
            if not line_end:
                return len(fence) > _LONGEST_FENCE
            start = after_fence.lstrip()
        if not start:
            return False
        if start.startswith("{"):
            after = start[1:].lstrip()
            if not after:
                return False
            if after.startswith('"'):
                self._json = _JsonReader()
                self._buffer = start
        self._begun = True
        return True

    def _line(self, line: str) -> Iterator[Draft]:
        """Take one whole line."""
        if not line.strip():
            return
        if _HEADING.match(line) or _RULE.match(line) or _BOLD_LINE.match(line):
            yield from self._list_done()
            return
        line = _QUOTE.sub("", line)
        item = _ITEM.match(line)
        text = normalise_markers(inline(_cells(line[item.end() :] if item else line))).strip()
        if not text:
            return
        if _ONLY_MARKERS.match(text):
            self._waiting += text if self._waiting else ""
            return
        if item:
            yield from self._item(text)
            return
        yield from self._list_done()
        if text.rstrip().endswith((":", "：")) and len(sentences(text)) == 1:
            yield from self._release()
            self._lead = text.rstrip()
            return
        yield from self._sentences(text)

    def _sentences(self, text: str) -> Iterator[Draft]:
        text = _forward(text)
        for start, end in sentences(text):
            yield from self._release()
            self._waiting = text[start:end]

    def _early(self) -> Iterator[Draft]:
        """Release sentences of a line that is still arriving, all but the last."""
        if self._items or self._lead or _odd_start(self._buffer):
            return
        line = self._buffer
        text = normalise_markers(line)
        if _UNFINISHED_MARKER.match(text) or _LEADING_MARKER.match(text):
            return
        spans = sentences(text)
        if len(spans) < 2 or _unclosed(text[: spans[-1][0]]):
            return
        rest = text[spans[-1][0] :]
        if _UNFINISHED_MARKER.match(rest) or not any(character.isalnum() for character in rest):
            return
        self._buffer = rest
        yield from self._sentences(inline(text[: spans[-1][0]]))
        yield from self._release()

    def _item(self, text: str) -> Iterator[Draft]:
        short = len(text.split()) < _SHORT_ITEM_WORDS and len(text) < _SHORT_ITEM_CHARACTERS
        if short and not is_ended(text):
            self._items.append(text)
            return
        if self._items:
            yield from self._list_done()
        self._lead = ""
        yield from self._sentences(ended(text) if len(sentences(text)) == 1 else text)

    def _list_done(self) -> Iterator[Draft]:
        """Make one sentence of a list of short items and the line that leads into it."""
        lead, items = self._lead, self._items
        self._lead, self._items = "", []
        if items:
            yield from self._release()
            joined = "; ".join(item.rstrip(".;,") for item in items)
            self._waiting = f"{lead} {joined}".strip()
        elif lead and not _META_LEAD.match(lead):
            yield from self._release()
            self._waiting = lead

    def _release(self) -> Iterator[Draft]:
        sentence, self._waiting = self._waiting, ""
        if sentence:
            found = draft(sentence, passages=self._passages)
            if found:
                yield found

    def _drafts_of_objects(self, objects: Iterator[tuple[str, tuple[int, ...]]]) -> Iterator[Draft]:
        for text, sources in objects:
            line = normalise_markers(inline(text.replace("\n", " ")))
            for start, end in sentences(line):
                found = draft(line[start:end], passages=self._passages, sources=sources)
                if found:
                    yield found


class _JsonReader:
    """Hands out the objects of {"statements": [{"text", "sources"}, …]} as they are completed."""

    def __init__(self) -> None:
        self._text = ""
        self._at = 0
        self._found = False
        self.empty = False

    def feed(self, piece: str) -> Iterator[tuple[str, tuple[int, ...]]]:
        self._text += piece
        if not self._found:
            opening = re.search(r'"statements"\s*:\s*\[', self._text)
            if not opening:
                return
            self._found = True
            self._at = opening.end()
        self.empty = bool(re.match(r"\s*\]", self._text[self._at :])) and self._text[self._at - 1] == "["
        while (start := self._text.find("{", self._at)) >= 0:
            try:
                value, end = json.JSONDecoder().raw_decode(self._text, start)
            except ValueError:
                return
            self._at = end
            text = value.get("text")
            if isinstance(text, str) and text.strip():
                sources = value.get("sources", ())
                numbers = sources if isinstance(sources, list) else [sources]
                yield text, tuple(n for n in numbers if isinstance(n, int) and not isinstance(n, bool))

    def loose(self) -> str:
        """Return what a reply that is JSON of another shape says, or "" when its statements were read."""
        return "" if self._found else self.text_of(self._text)

    @staticmethod
    def text_of(raw: str) -> str:
        try:
            value = json.JSONDecoder().raw_decode(raw.lstrip())[0]
        except ValueError:
            return ""
        texts = [v for v in value.values() if isinstance(v, str)] if isinstance(value, dict) else []
        return max(texts, key=len, default="")


def _odd_start(line: str) -> bool:
    """Tell whether a line that is still arriving may be something else than prose."""
    start = line.lstrip()
    if not start:
        return True
    marked = bool(_ITEM.match(line) or _HEADING.match(line) or _QUOTE.match(line))
    return marked or start[0] in "|`~#" or (start[0] in "-*+•>" and len(start) < 3)


def _unclosed(text: str) -> bool:
    """Tell whether Markdown that began in `text` ends after it."""
    return text.count("**") % 2 == 1 or text.count("`") % 2 == 1 or text.count("<!--") > text.count("-->")


def _forward(text: str) -> str:
    """Move markers behind their sentences where a line puts them in front: "[1] This. [2] That."."""
    if not _LEADING_MARKER.match(text):
        return text
    parts = re.split(r"((?:\[\d+(?:,\d+)*\]\s*)+)", text)
    moved = ""
    for marker, words in zip(parts[1::2], parts[2::2], strict=True):
        moved += words.rstrip() + marker.strip() + " "
    return moved.strip()


def _cells(line: str) -> str:
    """Write a row of a table as words."""
    if not line.lstrip().startswith("|"):
        return line
    return ", ".join(cell.strip() for cell in line.strip().strip("|").split("|") if cell.strip())
