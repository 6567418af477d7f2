"""Questions on Discord that a process left unanswered when it died, taken up by the next one."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import discord

if TYPE_CHECKING:
    from bot.surfaces.discord.surface import DiscordSurface

log = logging.getLogger(__name__)

RESUME_SECONDS = 900
"""A question that a dead process left behind is answered if it is at most so old."""
LOOKED_AT = 100


async def resume(surface: DiscordSurface) -> int:
    """Answer what is still unanswered; return how many questions that were."""
    count = 0
    for job, kept in surface.store.unfinished("discord", seconds=RESUME_SECONDS):
        try:
            message = await _message(surface, kept)
            answered = await _answered(message, surface)
        except discord.HTTPException as error:
            log.info("a question could not be looked up again (%s)", error.code)
            surface.store.finish(job)
            continue
        question = None if answered else surface.read(message)
        if question is None:
            surface.store.finish(job)
        else:
            surface.start_work(surface.answer_message(message, question, job))
            count += 1
    return count


async def _message(surface: DiscordSurface, kept: dict[str, Any]) -> discord.Message:
    channel: Any = surface.get_channel(kept["channel"]) or await surface.fetch_channel(kept["channel"])
    message: discord.Message = await channel.fetch_message(kept["message"])
    return message


async def _answered(message: discord.Message, surface: DiscordSurface) -> bool:
    """Whether a message of ours answers it: any in its own thread, elsewhere one that replies to it."""
    assert surface.user is not None
    thread = message.thread
    async for later in (thread or message.channel).history(after=message, limit=LOOKED_AT):
        replies = later.reference is not None and later.reference.message_id == message.id
        if later.author.id == surface.user.id and (thread or replies):
            return True
    return False
