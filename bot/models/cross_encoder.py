"""Opens cross-encoders of sentence-transformers, for the deeper check and for reranking; never downloads one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bot.errors import ExtraMissing, ModelError


def open_cross_encoder(name: str, *, purpose: str, setting: str) -> Any:
    """Return a cross-encoder that is on this machine.

    Args:
        name: Folder, or name on the hub of a model that has been downloaded before.
        purpose: What it is for, in a word, for the message.
        setting: The environment variable that named it, for the remedy.

    Raises:
        ExtraMissing: sentence-transformers is not installed.
        ModelError: It is not here, or is none.
    """
    try:
        from sentence_transformers import CrossEncoder
    except ModuleNotFoundError as error:
        raise ExtraMissing(
            f"A cross-encoder ({setting}) needs sentence-transformers and torch; {error.name} is not installed.",
            remedy='Run: pip install "footnote-bot[models]"',
        ) from None

    try:
        return CrossEncoder(name, local_files_only=True)
    except (OSError, ValueError) as error:
        kind = "folder" if Path(name).exists() else "model"
        raise ModelError(
            f"The {purpose} {kind} {name} cannot be loaded.",
            remedy=f"Give {setting} a folder that holds a cross-encoder, fetch the model first, or leave the "
            f"setting empty.",
        ) from error
