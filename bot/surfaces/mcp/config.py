"""The lines that tell an MCP client how to start the server: with absolute paths, for clients start it anywhere."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from bot.settings.reading import FILE_NAME
from vectorstore.catalog.homes.named import scheme_of

if TYPE_CHECKING:
    from bot.settings.settings import Settings

ClientName = Literal["claude-desktop", "claude-code", "cursor", "vscode"]

_WHERE: dict[ClientName, str] = {
    "claude-desktop": "Claude Desktop: Settings, Developer, Edit Config (claude_desktop_config.json); then restart it.",
    "claude-code": "Claude Code: run this in a shell.",
    "cursor": "Cursor: ~/.cursor/mcp.json, or .cursor/mcp.json in a project.",
    "vscode": "VS Code: .vscode/mcp.json in a project, or the command MCP: Open User Configuration.",
}


def config_for(client: ClientName, settings: Settings, *, allow_ingest: bool = False) -> tuple[str, str]:
    """Return (where it belongs, the lines) of a client. Secrets are not written out.

    Args:
        client: Which program.
        settings: For the library, the model, and the footnote.toml that some of them came from: a client starts the
            server in a folder of its own, where that file would not be found.
        allow_ingest: Whether tools that change the library are offered.
    """
    line = [*own_command(), "mcp", "--library", _named(settings.library)]
    if settings.model != "quotes":
        line += ["--model", settings.model]
    if allow_ingest:
        line.append("--allow-ingest")
    environment = _environment(settings)
    if client == "claude-code":
        # Its scope `user` holds in every project; without it the server is there in the current folder only.
        given = [part for name, value in environment.items() for part in ("--env", f"{name}={value}")]
        line = ["claude", "mcp", "add", "--scope", "user", "footnote", *given, "--", *line]
        return _WHERE[client], subprocess.list2cmdline(line) if sys.platform == "win32" else shlex.join(line)
    server: dict[str, object] = {"command": line[0], "args": line[1:]}
    if environment:
        server["env"] = environment
    if client == "vscode":
        return _WHERE[client], json.dumps({"servers": {"footnote": {"type": "stdio", **server}}}, indent=2)
    return _WHERE[client], json.dumps({"mcpServers": {"footnote": server}}, indent=2)


def _named(library: str) -> str:
    """Return the name of a library from any folder; an address stays as it is, with what it holds."""
    return library if scheme_of(library) else str(Path(library).expanduser().absolute())


def _environment(settings: Settings) -> dict[str, str]:
    files = [origin for origin in settings.origins.values() if Path(origin).name == FILE_NAME]
    found = {"FOOTNOTE_CONFIG": files[0]} if files else {}
    if settings.page_url and settings.origin("page_url") not in files:
        found["FOOTNOTE_PAGE_URL"] = settings.page_url
    return found


def own_command() -> list[str]:
    """Return how this program is started from anywhere: the `footnote` beside this Python, or Python and the module."""
    beside = Path(sys.executable).with_name("footnote.exe" if sys.platform == "win32" else "footnote")
    if beside.exists():
        return [str(beside.absolute())]
    found = shutil.which("footnote")
    if found:
        return [str(Path(found).absolute())]
    return [str(Path(sys.executable).absolute()), "-m", "bot.surfaces.cli.app"]
