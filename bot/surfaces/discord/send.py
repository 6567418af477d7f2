"""Messages on their way to Discord: in order, each once, with a sign that we type."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import discord


async def send(
    target: Any,
    texts: Sequence[str],
    *,
    answers: discord.Message | None = None,
    view: discord.ui.View | None = None,
    nonce: str = "",
) -> list[int]:
    """Send messages in order and return their ids.

    Args:
        target: A channel or thread.
        texts: The messages.
        answers: What the first replies to.
        view: Buttons under the last.
        nonce: Keeps a repeated request from doubling a message.
    """
    sent = []
    for index, text in enumerate(texts):
        more: dict[str, Any] = {}
        if answers is not None and index == 0:
            more["reference"] = answers.to_reference(fail_if_not_exists=False)
        if view is not None and index == len(texts) - 1:
            more["view"] = view
        if nonce:
            more["nonce"] = f"{nonce}-{index}"
        message = await target.send(text, suppress_embeds=True, mention_author=False, **more)
        sent.append(message.id)
    return sent


class Typing:
    """Shows that we type, where Discord lets us; an answer never fails for it."""

    def __init__(self, target: Any) -> None:
        self._typing = target.typing()

    async def __aenter__(self) -> None:
        try:
            await self._typing.__aenter__()
        except discord.HTTPException:
            self._typing = None

    async def __aexit__(self, *error: Any) -> None:
        if self._typing is not None:
            await self._typing.__aexit__(*error)
