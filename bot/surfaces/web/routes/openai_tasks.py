"""What chat programs ask a model for their own use, as Open WebUI does after each turn: a title, tags, follow-ups.

These are no questions to the documents. They are recognised by the words that their prompts begin with, and get a short
answer in the form that they name, which searches nothing.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from bot.text.shown import one_line

if TYPE_CHECKING:
    from bot.surfaces.web.routes.openai_shapes import Message

TITLE_LENGTH = 60

# "### Task:" and the first words of Open WebUI's own prompts. Whoever rewrites a prompt keeps its first line, or is
# answered like a person.
_TASK = re.compile(
    r"### Task:\s*(?:"
    r"(?P<title>Generate a concise(?:, 3-5 word)? title)"
    r"|(?P<tags>Generate 1-3 broad tags)"
    r"|(?P<follow_ups>Suggest 3-5 relevant follow-up questions)"
    r"|(?P<queries>Analyze the chat history to determine the necessity of generating search queries)"
    r"|(?P<text>You are an autocompletion system)"
    r"|(?P<prompt>Generate a detailed prompt for)"
    r")"
)
_EMOJI = "Your task is to reflect the speaker's likely facial expression through a fitting emoji"
_FIRST_QUESTION = re.compile(
    r"<chat_history>.*?^USER:\s*(.*?)\s*(?:^ASSISTANT:|</chat_history>)", re.DOTALL | re.MULTILINE
)


def task_reply(messages: list[Message]) -> str | None:
    """Return the reply to a chat program's own task, or None where the last message is a person's question."""
    last = next((message.text() for message in reversed(messages) if message.role == "user"), "").lstrip()
    if last.startswith(_EMOJI):
        return "💬"
    match = _TASK.match(last)
    if match is None:
        return None
    kind = str(match.lastgroup)
    if kind == "title":
        asked = _FIRST_QUESTION.search(last)
        value: Any = (one_line(asked[1], limit=TITLE_LENGTH) if asked else "") or "Documents"
    else:
        value = "" if kind in ("text", "prompt") else []
    return json.dumps({kind: value}, ensure_ascii=False)
