"""docs/settings.md, written from the fields of `Settings`: `python -m bot.settings.reference`."""

from __future__ import annotations

from pathlib import Path

from bot.settings.reading import PREFIX, plain_value
from bot.settings.settings import setting_fields

_REFERENCE_HEAD = """# Settings

<!-- Written by `python -m bot.settings.reference`; edit the fields in bot/settings/settings.py instead. -->

A value is looked up in this order:

1. the option of the command or the argument in Python (`--library`, `Settings.load(library=…)`);
2. the environment variable; an empty one counts as not set;
3. `footnote.toml` in the current folder, or else the nearest one above it, up to the root of the git
   repository or your home folder. One above the current folder counts only if it is yours or root's.
   `FOOTNOTE_CONFIG=PATH` names another file;
4. the default.

`footnote.toml` has one `name = value` a line:

```toml
library = "notes/.footnote"
threshold = "strict"
ocr_languages = ["eng", "jpn"]
```

Relative folders in it start at the folder of the file. Unknown names are rejected, with the nearest
known one. Secrets are read from the environment only, and are never shown or logged. Keys of chat model
providers come from the provider's own variables (`OPENAI_API_KEY` …). `FOOTNOTE_DEBUG=1` shows
tracebacks. `footnote status` prints every value and where it came from."""


def reference() -> str:
    """Return docs/settings.md, made from the fields of `Settings`."""
    lines = [_REFERENCE_HEAD]
    group = ""
    for item in setting_fields():
        meta = item.metadata
        if meta["group"] != group:
            group = meta["group"]
            lines.append(f"\n## {group}\n\n| setting | variable | default | what it does |\n| --- | --- | --- | --- |")
        variables = ", ".join(f"`{name}`" for name in (PREFIX + item.name.upper(), *meta["also"]))
        default = f"`{plain_value(item.default)}`" if plain_value(item.default) else "empty"
        lines.append(f"| `{item.name}` | {variables} | {default} | {meta['doc']} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    Path("docs/settings.md").write_text(reference(), encoding="utf-8")
