"""Answers as Slack messages: pure functions from an Answer to the JSON that Slack takes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.answer import Answer, Citation, opening, shown, where
from bot.links import page_address
from bot.surfaces.chat import words
from bot.surfaces.chat.long import parts
from bot.surfaces.chat.markup import flows, mark, statement_blocks
from bot.surfaces.chat.split import shortened, split_text, utf16_size
from bot.surfaces.slack.mrkdwn import SECTION_LIMIT, Json, Text, block_texts, defused, escape, is_active
from bot.text.shown import visible

CONTEXT_LIMIT = 1_900
MESSAGE_LIMIT = 10_000
"""Characters of all blocks of a message: Slack refuses a little above 13,000 (msg_blocks_too_long)."""
BLOCK_LIMIT = 45
FALLBACK_LIMIT = 1_500
NOTE_LENGTH = 300
NAME_LENGTH = 160
PAGE_BUTTONS = 20


def answer_messages(
    answer: Answer, *, reference: str, page: str = "", question: bool = False, share: bool = False
) -> list[Json]:
    """Return the messages of an answer, in order: one, or several when it is long.

    Each has `blocks`, and `text` for notifications. Sources, notes and buttons stand in the last; of an answer of many
    statements the first ones are messages of their own, with their sources.

    Args:
        answer: What to show.
        reference: Id that the feedback buttons carry.
        page: Address of the chat page, or "".
        question: Whether to restate the question, as after a slash command.
        share: Whether to offer "Share in channel", as on an ephemeral answer.
    """
    answer = shown(answer)
    head = [_context([_literal(f"Question: {shortened(answer.question, NOTE_LENGTH)}")])] if question else []
    first, rest = parts(answer)
    body = [*head, *statement_sections(first)]
    if rest is None:
        messages = _messages(body, ending(answer, reference=reference, page=page, share=share))
    else:
        messages = _messages(body, closing_blocks(first, page))
        buttons = _buttons(answer, reference, page, share)
        messages += _messages(statement_sections(rest), [*closing_blocks(rest, page), buttons])
    return [{"text": fallback_text(answer), "mrkdwn": False, "blocks": blocks} for blocks in messages]


def ending(answer: Answer, *, reference: str, page: str = "", share: bool = False) -> list[Json]:
    """Return what follows the statements: notes, sources and buttons; nothing after a mere pleasantry."""
    if not answer.statements and not answer.abstained:
        return []
    return [*closing_blocks(answer, page), _buttons(answer, reference, page, share)]


def plain_message(text: str) -> Json:
    """Return a message with one sentence of ours."""
    return {"text": escape(text), "mrkdwn": False, "blocks": [_section(_literal(text))]}


def text_messages(text: str) -> list[Json]:
    """Return the messages of a text of many lines, in order, in which nothing of a document is markup."""
    pieces = split_text(text, lambda piece: utf16_size(escape(visible(piece))) <= SECTION_LIMIT)
    sections = [_section(_literal(piece)) for piece in pieces]
    return [
        {"text": as_text({"blocks": blocks}), "mrkdwn": False, "blocks": blocks} for blocks in _messages(sections, [])
    ]


def fallback_text(answer: Answer) -> str:
    """Return the answer's words for notifications and screen readers, shortened."""
    text = " ".join(" ".join(filter(None, (opening(answer, s), s.text))) + mark(s) for s in answer.statements)
    return escape(shortened(text or words.without_statements(answer), FALLBACK_LIMIT))


def as_text(message: Json) -> str:
    """Return a message's blocks as mrkdwn text, for the case that Slack refuses the blocks."""
    texts = [
        text["text"] if text["type"] == "mrkdwn" else defused(text["text"])
        for block in message["blocks"]
        if block["type"] != "actions"
        for text in block.get("elements") or [block["text"]]
    ]
    return "\n\n".join(texts)


def statement_sections(answer: Answer) -> list[Json]:
    """Return section blocks with the statements and their markers; one sentence when it abstained."""
    if not answer.statements:
        return [_section(_literal(words.without_statements(answer)))]
    texts: list[Text] = []
    for index, statement in enumerate(answer.statements):
        blocks = statement_blocks(answer, statement)
        first = len(texts)
        for block in blocks:
            texts += block_texts(block, mark(statement) if block is blocks[-1] else "")
        if flows(answer, index):
            texts[first] = replace(texts[first], joint=" ")
    return [_section(text) for text in _packed(texts, SECTION_LIMIT)]


def closing_blocks(answer: Answer, page: str = "") -> list[Json]:
    """Return notes and sources as context blocks: what follows the statements."""
    notes = [_literal(shortened(note, NOTE_LENGTH)) for note in words.notes(answer)]
    lines = [*notes, *(source_line(citation, page) for citation in answer.citations)]
    return [_context([text]) for text in _packed([replace(t, joint="\n") for t in lines], CONTEXT_LIMIT)]


def source_line(citation: Citation, page: str = "") -> Text:
    """Return the line of a source: number, title, place and the quotation, shortened."""
    name = shortened(where(citation), NAME_LENGTH)
    quote = shortened(citation.quote, words.QUOTE_LENGTH)
    if is_active(name) or is_active(quote):
        return Text(f"[{citation.number}] {name}: “{quote}”", plain=True)
    address = page_address(page, citation)
    title = f"<{address}|{escape(name).replace('|', '/')}>" if address else f"*{escape(name)}*"
    line = f"[{citation.number}] {title}: “{escape(quote)}”"
    if utf16_size(line) > CONTEXT_LIMIT:  # almost all of it is escapes
        return Text(f"[{citation.number}] {name}: “{quote}”", plain=True)
    return Text(line)


def _buttons(answer: Answer, reference: str, page: str, share: bool) -> Json:
    elements: list[Json] = [
        _button("👍", "footnote_up", reference, label="The answer helped"),
        _button("👎", "footnote_down", reference, label="The answer did not help"),
    ]
    if share:
        elements.append(_button("Share in channel", "footnote_share", reference))
    for citation in answer.citations[: PAGE_BUTTONS if page else 0]:
        button = _button(f"Open [{citation.number}]", f"footnote_open_{citation.number}", reference)
        elements.append({**button, "url": page_address(page, citation)})
    return {"type": "actions", "block_id": "footnote_buttons", "elements": elements}


def _button(text: str, action: str, value: str, *, label: str = "") -> Json:
    button = {
        "type": "button",
        "text": {"type": "plain_text", "text": text, "emoji": True},
        "action_id": action,
        "value": value,
    }
    return {**button, "accessibility_label": label} if label else button


def _literal(text: str) -> Text:
    text = visible(text)
    return Text(text, plain=True) if is_active(text) else Text(escape(text))


def _section(text: Text) -> Json:
    return {"type": "section", "text": text.json(), "expand": True}


def _context(texts: Sequence[Text]) -> Json:
    return {"type": "context", "elements": [text.json() for text in texts]}


def _packed(texts: Iterable[Text], limit: int) -> list[Text]:
    """Join neighbours of one kind as long as they fit. Each text is within the limit by itself."""
    result: list[Text] = []
    for text in texts:
        together = result[-1].text + text.joint + text.text if result else ""
        if result and result[-1].plain == text.plain and utf16_size(together) <= limit:
            result[-1] = replace(result[-1], text=together)
        else:
            result.append(text)
    return result


def _messages(body: Sequence[Json], tail: Sequence[Json]) -> list[list[Json]]:
    """Spread blocks over messages within Slack's limits; the tail follows the last part of the body."""
    messages: list[list[Json]] = [[]]
    for block in [*body, *tail]:
        current = [*messages[-1], block]
        if messages[-1] and (len(current) > BLOCK_LIMIT or _size(current) > MESSAGE_LIMIT):
            messages.append([block])
        else:
            messages[-1] = current
    return messages


def _size(blocks: Sequence[Json]) -> int:
    texts = (text for block in blocks for text in (block.get("text"), *block.get("elements", ())) if text)
    return sum(utf16_size(text["text"]) for text in texts if isinstance(text.get("text"), str))
