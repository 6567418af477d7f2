"""Subtitles (SRT, WebVTT): the spoken words in whole sentences, each cue a place, times in the text.

Cues cut sentences anywhere, so the words of cues that follow closely are joined into one paragraph,
which begins with its time, "[00:01:05]". A cue that repeats the one before (rolling captions) is
written once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from ingest.document import Loaded, LoadOptions
from ingest.errors import Unreadable
from ingest.loaders.builder import TextBuilder, one_line
from ingest.reading.decode import decode

PAUSE = 2.5
"""Seconds of silence that begin a new paragraph."""
PARAGRAPH = 400
"""Characters after which a finished sentence ends the paragraph."""

_TIME = re.compile(
    r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[.,](\d{1,3})\s*-->\s*(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[.,](\d{1,3})"
)
_TAG = re.compile(r"</?(?:[bius]|font|c|v|lang|ruby|rt|\d\d:)[^<>]*>|\{\\[^{}]*\}", re.IGNORECASE)
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^<>]+)>")
_ENTITIES = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&nbsp;": " ", "&lrm;": "", "&rlm;": ""}


@dataclass(frozen=True, slots=True)
class _Cue:
    start: float
    end: float
    speaker: str
    words: str


def load(path: Path, options: LoadOptions) -> Loaded:  # noqa: ARG001
    """Read an SRT or WebVTT file in any encoding."""
    decoded = decode(path.read_bytes())
    vtt = decoded.text.lstrip().startswith("WEBVTT")
    builder = TextBuilder("text/vtt" if vtt else "application/x-subrip")
    for note in decoded.notes:
        builder.note(note)
    cues = _cues(decoded.text)
    if not cues:
        raise Unreadable("The file has no subtitles with times.", remedy="Name it .txt to add it as text.")
    _write(builder, cues)
    return builder.finish()


def _cues(text: str) -> list[_Cue]:
    cues: list[_Cue] = []
    lines = text.split("\n")
    index = 0
    while index < len(lines):
        match = _TIME.search(lines[index])
        index += 1
        if not match:
            continue
        words: list[str] = []
        while index < len(lines) and lines[index].strip():
            if _TIME.search(lines[index]):
                break
            words.append(lines[index])
            index += 1
        # The number of the next cue stands before its time when the empty line between is missing.
        if index < len(lines) and _TIME.search(lines[index]) and words and words[-1].strip().isdigit():
            words.pop()
        raw = " ".join(words)
        speaker = _VOICE.search(raw)
        plain = _TAG.sub("", _VOICE.sub("", raw))
        for entity, character in _ENTITIES.items():
            plain = plain.replace(entity, character)
        cues.append(_Cue(*_times(match), one_line(speaker[1]) if speaker else "", one_line(plain)))
    return cues


def _times(match: re.Match[str]) -> tuple[float, float]:
    numbers = [int(group or 0) for group in match.groups()]
    return _seconds(numbers[:4]), _seconds(numbers[4:])


def _seconds(parts: list[int]) -> float:
    hours, minutes, seconds, thousandths = parts
    return hours * 3600 + minutes * 60 + seconds + thousandths / 1000


def _stamp(seconds: float) -> str:
    whole = int(seconds)
    return f"[{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}]"


def _write(builder: TextBuilder, cues: list[_Cue]) -> None:
    # A place must begin where its words begin, so paragraphs are put together cue by cue.
    before: _Cue | None = None
    size = 0
    for number, cue in enumerate(cues, start=1):
        words = cue.words
        if before is not None and words == before.words:
            words = ""
        if not words:
            continue
        ended = before is None or before.words.endswith((".", "!", "?", "…", "。", "！", "？"))
        apart = before is not None and cue.start - before.end > PAUSE
        new_speaker = before is not None and cue.speaker != before.speaker
        builder.place("cue", number)
        if before is None or apart or new_speaker or (ended and size > PARAGRAPH):
            speaker = f"{cue.speaker}: " if cue.speaker else ""
            builder.paragraph(f"{_stamp(cue.start)} {speaker}{words}")
            size = 0
        else:
            builder.more(words)
        size += len(words)
        before = cue
