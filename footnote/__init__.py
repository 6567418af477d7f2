"""Ask your documents; every sentence of the answer carries a verbatim footnote.

>>> from footnote import ask
>>> print(ask("When was the deal signed?").text)  # doctest: +SKIP

This is the name that programs import. `import footnote` loads no model, no chat SDK and reads no file. It works also
where the person's own program is called bot.py, or where a module of theirs is called `ingest`: see `_make_ours`.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

_PACKAGES = ("vectorstore", "ingest", "bot")
"""What Footnote consists of; they stand in the folder in which this package stands."""


def _make_ours(name: str) -> None:
    """See to it that `import NAME.part` gives our part, whatever else is called NAME.

    A person's bot.py comes first on Python's path, since it stands beside the program that runs. Where it is not
    imported by that name, ours takes the name; where it is, ours lends it the folder in which its parts are looked for.
    """
    folder = Path(__file__).resolve().parents[1] / name
    loaded: Any = sys.modules.get(name)
    if loaded is None:
        file = folder / "__init__.py"
        spec = importlib.util.spec_from_file_location(name, file, submodule_search_locations=[str(folder)])
        assert spec is not None and spec.loader is not None  # a file that ends in .py always has both
        sys.modules[name] = module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    elif getattr(loaded, "__file__", None) != str(folder / "__init__.py"):
        loaded.__path__ = [str(folder), *getattr(loaded, "__path__", ())]


for _name in _PACKAGES:
    _make_ours(_name)

from bot.answer import Answer, Citation, Statement  # noqa: E402
from bot.ask import Bot, ask  # noqa: E402
from bot.exports.save import save  # noqa: E402
from bot.question.conversation import Conversation  # noqa: E402
from bot.settings.settings import Settings  # noqa: E402
from bot.survey.survey import survey  # noqa: E402
from vectorstore.errors import FootnoteError  # noqa: E402
from vectorstore.passage import Filter  # noqa: E402

__version__ = "0.1.0"
__all__ = [
    "Answer",
    "Bot",
    "Citation",
    "Conversation",
    "Filter",
    "FootnoteError",
    "Settings",
    "Statement",
    "__version__",
    "ask",
    "save",
    "survey",
]
