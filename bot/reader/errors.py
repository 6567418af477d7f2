"""The error of a reader that cannot be used."""

from __future__ import annotations

from bot.errors import BotError


class ReaderDamaged(BotError):
    """The reader's weights are missing, damaged, or not of the form that it reads."""
