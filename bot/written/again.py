"""What is asked of a chat model once more: to write again what was withheld, with what is missing named."""

from __future__ import annotations

from collections.abc import Sequence

from bot.models.chat_model import Message
from bot.text.fence import harmless
from bot.written.prompts import NO_ANSWER

LEAST_TOKENS = 48
"""Tokens that must be left of an answer for it to be worth asking: about one sentence."""
MOST_SENTENCES = 4
"""Sentences that are named; a model of which more were withheld has not understood the passages."""

AGAIN = f"""These sentences were not accepted, for the passages do not say all of it:
{{refused}}
Write each of them again so that it says only what the passages say, in words near to theirs, with the number of its
passage. Leave out what they do not say. If nothing is left, write only: {NO_ANSWER}"""


def again_messages(
    messages: Sequence[Message], refused: Sequence[tuple[str, str]], *, control_tokens: Sequence[str] = ()
) -> list[Message]:
    """Return a prompt that goes on from the first one, so that what a model has read of it need not be read again.

    Args:
        messages: The first prompt.
        refused: Each sentence that was withheld, and why.
        control_tokens: Those of the model, where they are known.
    """
    lines = "\n".join(f"- {text} ({reason})" for text, reason in refused[:MOST_SENTENCES])
    role, last = messages[-1]
    return [*messages[:-1], (role, f"{last}\n\n{AGAIN.format(refused=harmless(lines, control_tokens))}")]
