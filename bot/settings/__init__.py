"""What can be set, where it is read from, and how it is checked."""

from bot.settings.settings import Settings

__all__ = ["Settings"]
