"""What a reasoning model thinks aloud is not its answer: it is taken out of the stream before anybody reads it.

Servers and llama.cpp mostly part thoughts from the answer, in fields that Footnote does not read. Where they don't,
thoughts stand in the text, each family of models in marks of its own:

    <think> … </think>                                DeepSeek, Qwen, and most others; also thinking, thought, reasoning
    [THINK] … [/THINK]                                Mistral
    ◁think▷ … ◁/think▷                                Kimi
    <|START_THINKING|> … <|END_THINKING|>             Cohere
    <|channel|>analysis<|message|> … <|end|>          gpt-oss, whose answer is in the channel "final"
    <|channel>thought … <channel|>                    Gemma
    Here is my thought process: … Here is my response:    Granite

A thought that has no end is dropped to the end of the reply. A thought without a beginning is common too, since some
templates write <think> into the prompt: a reply that begins as thoughts do is kept back until it is known what it is.
"""

from __future__ import annotations

import re
from typing import Literal

_TAGS = ("think", "thinking", "thought", "thoughts", "reasoning", "scratchpad", "seed:think")
_PAIRS = {
    **{f"<{tag}>": f"</{tag}>" for tag in _TAGS},
    "[think]": "[/think]",
    "◁think▷": "◁/think▷",
    "<|start_thinking|>": "<|end_thinking|>",
    "<|channel>thought": "<channel|>",
    "here is my thought process:": "here is my response:",
    "here's my thought process:": "here's my response:",
}
_CHANNEL, _MESSAGE = "<|channel|>", "<|message|>"
_CHANNEL_ENDS = ("<|end|>", "<|call|>", "<|start|>", _CHANNEL)
_BARE_CHANNEL, _BARE_ANSWER = "analysis", "assistantfinal"
"""How the channels of gpt-oss look where a server has dropped the control tokens."""
_NOISE = (
    "<|start|>assistant",
    "<|start_response|>",
    "<|end_response|>",
    "<|return|>",
    "<|end|>",
    "<|start|>",
    _MESSAGE,
)
"""Marks around an answer, never a part of it."""
_CLOSINGS = frozenset(_PAIRS.values())
_MARKS = tuple(sorted({*_PAIRS, *_CLOSINGS, _CHANNEL, *_NOISE}, key=len, reverse=True))
_MARK = re.compile("|".join(map(re.escape, _MARKS)), re.IGNORECASE)
_LIKE_A_THOUGHT = re.compile(
    r"\s*(?:(?:ok(?:ay)?|alright|all right|h+m+|wait|let me|let'?s|let us|first,? (?:i|let)|now|to answer|looking at"
    r"|we (?:need|have|are given|should)|i (?:need|should|have to|must)|so,? (?:the (?:user|question)|i|we)"
    r"|the (?:user|question))(?!\w)|好的|嗯|用户|首先)",
    re.IGNORECASE,
)
_ENOUGH = 18
"""Characters after which it is known whether a reply begins as thoughts do."""
_STRAY = 1
"""So many characters at the end are text, though a mark begins so: "x <"."""
_LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")
"""`str.lower` for marks: it changes the length of no text."""

_State = Literal["start", "kept back", "shown", "thought", "channel", "other channel", "bare channel"]


class ThoughtFilter:
    """Lets pass what of a reply is not thought."""

    def __init__(self) -> None:
        self._state: _State = "start"
        self._buffer = ""
        self._opening = ""
        self._depth = 0
        self._last = ""  # the last character that was shown

    def feed(self, piece: str) -> str:
        """Take the next piece of a reply; return what may be shown by now."""
        self._buffer += piece
        shown = ""
        while True:
            before = self._state, len(self._buffer)
            if text := self._step():
                shown, self._last = shown + text, text[-1]
            if before == (self._state, len(self._buffer)):
                return shown

    def finish(self, *, cut: bool = False) -> str:
        """Take the end of the reply; return what is still to be shown.

        Args:
            cut: Whether it ended before the model was done: what began as thoughts do is then taken for one.
        """
        shown = ""
        if self._state == "start":
            self._begin(whole=True)
            shown = self.feed("")
        rest, self._buffer = self._buffer, ""
        if self._state not in ("kept back", "shown"):
            return shown
        if cut and self._state == "kept back":
            return shown
        half = _beginning_of(_MARKS, rest)
        return shown + _MARK.sub("", rest[: len(rest) - half] if half > _STRAY else rest)

    def _step(self) -> str:
        """Go on by one mark, or as far as is certain; return what may be shown."""
        match self._state:
            case "start":
                self._begin()
            case "kept back" | "shown":
                return self._answer()
            case "thought":
                self._thought()
            case "channel":
                if (name := self._pass((_MESSAGE,))) is not None:
                    self._state = "shown" if name.strip().startswith("final") else "other channel"
            case "other channel":
                if self._pass(_CHANNEL_ENDS) is not None:
                    self._state = "channel" if self._opening == _CHANNEL else "shown"
            case "bare channel":
                if self._pass((_BARE_ANSWER,)) is not None:
                    self._state = "shown"
        return ""

    def _begin(self, *, whole: bool = False) -> None:
        """Decide, as soon as enough has arrived, whether the reply begins as thoughts do."""
        start = self._buffer.lstrip()
        if len(start) < _ENOUGH and not whole and not _MARK.match(start):
            return
        if start.startswith(_BARE_CHANNEL) and start[len(_BARE_CHANNEL) :][:1].isupper():
            self._state = "bare channel"
        else:
            self._state = "kept back" if _LIKE_A_THOUGHT.match(start) else "shown"

    def _answer(self) -> str:
        """Pass on text up to the next mark; text that is kept back stays."""
        found = _MARK.search(self._buffer)
        if found and _beginning_of(_MARKS, self._buffer[found.start() :]) == len(self._buffer) - found.start():
            found = None  # a longer mark may be arriving
        if found is None:
            if self._state == "kept back":
                return ""
            end = len(self._buffer) - _beginning_of(_MARKS, self._buffer)
            text, self._buffer = self._buffer[:end], self._buffer[end:]
            return text
        mark = found[0].translate(_LOWER)
        before, after = self._buffer[: found.start()], self._buffer[found.end() :]
        if (before or self._last).endswith("`"):  # a document may speak of such marks, as code
            self._state, self._buffer = "shown", after
            return before + found[0]
        if self._state == "kept back" and mark in _NOISE:
            self._buffer = before + after
            return ""
        self._buffer = after
        was, self._state = self._state, "shown"
        if mark in _PAIRS:
            self._opening, self._depth, self._state = mark, 1, "thought"
        elif mark == _CHANNEL:
            self._state = "channel"
        elif mark in _CLOSINGS and was == "kept back":
            return ""  # its beginning stood in the prompt: all before was thought
        return before

    def _thought(self) -> None:
        """Skip to where the thought ends; it may hold others of its kind."""
        opening = self._opening
        if self._pass((opening, _PAIRS[opening])) is None:
            return
        self._depth += 1 if self._opening == opening else -1
        self._opening = opening
        if not self._depth:
            self._state = "shown"

    def _pass(self, marks: tuple[str, ...]) -> str | None:
        """Take off everything up to the first of `marks` and with it, and note which it was; None where none is here.

        What is taken off without a mark is forgotten, but for the name of a channel, which is short.
        """
        lowered = self._buffer.translate(_LOWER)
        found = min(((at, mark) for mark in marks if (at := lowered.find(mark)) >= 0), default=None)
        if found is None:
            if self._state != "channel":
                self._buffer = self._buffer[len(self._buffer) - _beginning_of(marks, self._buffer) :]
            return None
        at, self._opening = found
        self._buffer = self._buffer[at + len(self._opening) :]
        return lowered[:at]


def _beginning_of(marks: tuple[str, ...], text: str) -> int:
    """Return how many characters at the end of `text` may be the beginning of one of `marks`, all of it excepted."""
    tail = text[-max(map(len, marks)) :].translate(_LOWER)
    for size in range(len(tail), 0, -1):
        if any(len(mark) > size and mark.startswith(tail[-size:]) for mark in marks):
            return size
    return 0
