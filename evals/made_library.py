"""A library made for a set of questions of our own, and the bot that is asked of it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.ask import Bot


@contextmanager
def bot_over(write: Callable[[Path], object]) -> Iterator[Bot]:
    """Yield a bot with the default settings over a library in a temporary folder.

    Args:
        write: Writes the documents into a folder.
    """
    from bot.ask import Bot
    from bot.settings.settings import Settings
    from ingest.sync import sync
    from vectorstore.library import Library

    with tempfile.TemporaryDirectory() as folder:
        documents = Path(folder, "documents")
        documents.mkdir()
        write(documents)
        with Library.open(Path(folder, "library"), create=True) as library:
            sync(library, [documents])
            with Bot(library, settings=Settings()) as bot:
                yield bot
