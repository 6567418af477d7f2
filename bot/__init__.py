"""Ask your documents; every sentence of the answer carries a verbatim footnote.

>>> from bot import ask
>>> print(ask("When was the deal signed?").text)  # doctest: +SKIP

`import bot` loads no model, no chat SDK and reads no file.
"""

from bot.answer import Answer, Citation, Conflict, Found, Statement

# Imported here and not on demand, since the module `bot.ask` would else stand where the function should.
from bot.ask import Bot, ask
from bot.question.conversation import Conversation, Turn
from bot.settings.settings import Settings

__all__ = ["Answer", "Bot", "Citation", "Conflict", "Conversation", "Found", "Settings", "Statement", "Turn", "ask"]
