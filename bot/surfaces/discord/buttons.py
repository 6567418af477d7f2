"""Buttons under answers on Discord: two thumbs, and each footnote's whole quotation.

What a button means stands in its id, so that buttons of messages sent before a restart go on working.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import discord

from bot.surfaces.chat import words
from bot.surfaces.discord import render

if TYPE_CHECKING:
    from bot.answer import Answer
    from bot.surfaces.chat.store import ChatStore

QUOTES = 8


def answer_buttons(answer: Answer, reference: str) -> discord.ui.View | None:
    """Return the buttons of an answer, or None after a mere pleasantry."""
    if not answer.statements and not answer.abstained:
        return None
    view = discord.ui.View(timeout=None)
    for emoji, thumb in (("👍", "up"), ("👎", "down")):
        view.add_item(discord.ui.Button(emoji=emoji, custom_id=f"footnote:{thumb}:{reference}"))
    for citation in answer.citations[:QUOTES]:
        custom = f"footnote:quote:{reference}:{citation.number}"
        view.add_item(discord.ui.Button(label=f"Quote [{citation.number}]", custom_id=custom))
    view.stop()  # the library need not remember it: the ids say everything
    return view


async def press(interaction: discord.Interaction, custom: str, store: ChatStore) -> None:
    """Do what a button says, and answer the one who pressed it only."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    _, what, reference, *rest = custom.split(":")
    kept = await asyncio.to_thread(store.kept, reference)
    if kept is None:
        texts = [words.GONE]
    elif what == "quote":
        number = int(rest[0])
        cited = [citation for citation in kept.answer.citations if citation.number == number]
        texts = render.quote_messages(cited[0]) if cited else [words.GONE]
    else:
        person = f"discord:{interaction.user.id}"
        await asyncio.to_thread(lambda: store.rate(reference, person=person, thumb=what))
        texts = [words.THANKS]
    for text in texts:
        await interaction.followup.send(text, ephemeral=True, suppress_embeds=True)
