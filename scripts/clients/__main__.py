"""Ask a served library with the clients that people use, and print what each showed as a table.

    python -m scripts.clients                  # those that are installed
    python -m scripts.clients --install        # the others too, into a folder that goes afterwards
    python -m scripts.clients openai-python mcp --install --keep /tmp/clients

The samples are served with an access token; each client runs in a process of its own, asks one question, whole and,
where it can, streamed. A client that is not here is a row that says so.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
FOOTNOTE = (sys.executable, "-c", "from bot.surfaces.cli.app import main; main()")
QUESTION = "Who signed the Technology Prosperity Deal for Japan?"
ANSWER = "Kimi Onoda"
TOKEN = "a-token-for-the-clients"
SECONDS = 180.0
"""So long one client may take to ask."""
INSTALL_SECONDS = 1_200.0


@dataclass(frozen=True, slots=True)
class Client:
    """A client.

    Attributes:
        name: What people call it.
        packages: What it is installed from, of PyPI for a `.py` file and the command `llm`, else of npm.
        script: File here that asks with it; "" where the client is a command.
        imports: The module that says whether a Python client is installed.
        command: The command, where it is one.
    """

    name: str
    packages: tuple[str, ...]
    script: str = ""
    imports: str = ""
    command: str = ""

    @property
    def of_node(self) -> bool:
        """Whether it runs in Node."""
        return not self.imports


CLIENTS = (
    Client("openai-python", ("openai",), "openai_python.py", "openai"),
    Client("openai-node", ("openai",), "openai_node.mjs"),
    Client("ai-sdk", ("ai", "@ai-sdk/openai"), "ai_sdk.mjs"),
    Client("langchain-openai", ("langchain-openai",), "langchain_chat.py", "langchain_openai"),
    Client("llama-index", ("llama-index-llms-openai-like",), "llama_index_chat.py", "llama_index.llms.openai_like"),
    Client("llm", ("llm",), imports="llm", command="llm"),
    Client("mcp", ("mcp",), "mcp_tool.py", "mcp.client.client"),
    Client("fastmcp", ("fastmcp",), "fastmcp_tool.py", "fastmcp"),
    Client("MCP inspector", ("@modelcontextprotocol/inspector",), command="mcp-inspector"),
)


@dataclass(frozen=True, slots=True)
class Result:
    """What a client showed.

    Attributes:
        client: Its name.
        version: Its version; "" where it is not here or failed before it said so.
        text: The text that it showed of the answer.
        pieces: The streamed pieces of it; None where the client does not stream.
        error: Why there is nothing: "not here", or how it failed.
    """

    client: str
    version: str = ""
    text: str = ""
    pieces: tuple[str, ...] | None = None
    error: str = ""

    @property
    def row(self) -> str:
        """The row of the table."""
        if self.error:
            return f"| {self.client} | {self.version} | {self.error} | | | |"
        streamed = "–" if self.pieces is None else _yes("".join(self.pieces).strip() == self.text.strip())
        marks = _yes("[1]" in self.text and re.search(r"“[^”]+”", self.text) is not None)
        links = _yes("/#document=" in self.text)
        return f"| {self.client} | {self.version} | {_yes(ANSWER in self.text)} | {streamed} | {marks} | {links} |"


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clients", nargs="*", metavar="CLIENT", help="only these")
    parser.add_argument("--install", action="store_true", help="install what is not here, outside this environment")
    parser.add_argument("--keep", type=Path, help="where to; kept, and used again")
    options = parser.parse_args(arguments)
    chosen = [client for client in CLIENTS if not options.clients or client.name in options.clients]
    with tempfile.TemporaryDirectory() as scratch, served(Path(scratch)) as environment:
        folder = options.keep or Path(scratch) / "clients"
        print("| client | version | answers | streams the same | footnotes with quotes | links |")
        print("| --- | --- | --- | --- | --- | --- |")
        for client in chosen:
            print(ask_with(client, environment, folder / client.name.replace(" ", "-"), install=options.install).row)


@contextmanager
def served(scratch: Path) -> Iterator[dict[str, str]]:
    """Serve the samples; yield the environment that a client runs in.

    Raises:
        RuntimeError: The server did not start; the message is what it said.
    """
    own = {key: value for key, value in os.environ.items() if not key.startswith("FOOTNOTE_") or key.endswith("CACHE")}
    own |= {"FOOTNOTE_LIBRARY": str(scratch / "library"), "PYTHONPATH": str(ROOT)}
    ingest = [*FOOTNOTE, "ingest", str(ROOT / "documents")]
    subprocess.run(ingest, env=own, check=True, capture_output=True, timeout=INSTALL_SECONDS)
    command = [*FOOTNOTE, "serve", "--port", "0"]
    token = {"FOOTNOTE_ACCESS_TOKEN": TOKEN}
    with subprocess.Popen(command, env={**own, **token}, stderr=subprocess.PIPE, text=True) as server:
        try:
            said = ""
            while (found := re.search(r"Footnote is at (\S+)", said)) is None:
                line = server.stderr.readline() if server.stderr else ""
                if not line:
                    raise RuntimeError(f"the server did not start: {said}")
                said += line
            address = found.group(1)
            yield {
                **own,
                "FOOTNOTE_PAGE_URL": address,
                "CLIENT_URL": f"{address}/v1",
                "CLIENT_KEY": TOKEN,
                "CLIENT_QUESTION": QUESTION,
                "CLIENT_ROOT": str(ROOT),
                "CLIENT_SERVER": json.dumps([*FOOTNOTE, "mcp"]),
            }
        finally:
            server.terminate()


def ask_with(client: Client, environment: dict[str, str], folder: Path, *, install: bool) -> Result:
    """Ask with a client in a process of its own.

    Args:
        client: The client.
        environment: As `served` yields it.
        folder: Where it is installed, if it is not in this environment.
        install: Whether it may be installed there.
    """
    own = {**environment, "PYTHONPATH": os.pathsep.join((str(folder), str(ROOT)))}
    try:
        if not _is_here(client, own, folder):
            if not install:
                return Result(client.name, error="not here")
            _install(client, folder)
        found = _run(client, own, folder)
    except (OSError, ValueError, KeyError, subprocess.SubprocessError) as error:
        said = str(getattr(error, "stderr", "") or error).strip().splitlines() or [type(error).__name__]
        why = next((line for line in reversed(said) if "Error" in line), said[-1])  # Node's own version comes last
        return Result(client.name, error=f"failed: {why.strip()[:200]}")
    pieces = found["pieces"]
    return Result(client.name, found["version"], found["text"], None if pieces is None else tuple(pieces))


def _is_here(client: Client, environment: dict[str, str], folder: Path) -> bool:
    if client.of_node:
        return shutil.which("node") is not None and all((folder / "node_modules" / p).is_dir() for p in client.packages)
    code = f"import importlib.util; importlib.util.find_spec({client.imports!r}) or exit(1)"
    return not subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, check=False
    ).returncode


def _install(client: Client, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if client.of_node:
        command = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(folder), *client.packages]
    else:
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder), *client.packages]
    subprocess.run(command, check=True, capture_output=True, text=True, timeout=INSTALL_SECONDS)


def _run(client: Client, environment: dict[str, str], folder: Path) -> dict[str, Any]:
    """Return version, text and pieces as a client's script prints them, or as its command shows them."""
    if client.command == "llm":
        return _llm(environment, folder)
    if client.command:
        return {"version": _version(client, folder), "text": _inspector(environment, folder), "pieces": None}
    script = HERE / client.script
    if client.of_node:  # Node looks for packages beside the file
        script = Path(shutil.copy(script, folder))
    said = _said(["node" if client.of_node else sys.executable, str(script)], environment)
    found: dict[str, Any] = json.loads(said.splitlines()[-1])
    return {"version": _version(client, folder), **found} if client.of_node else found


def _version(client: Client, folder: Path) -> str:
    package = folder / "node_modules" / client.packages[0] / "package.json"
    return str(json.loads(package.read_text(encoding="utf-8"))["version"])


def _llm(environment: dict[str, str], folder: Path) -> dict[str, Any]:
    """Ask with the command `llm`, whose models stand in a file of its own."""
    home = folder / "home"
    home.mkdir(parents=True, exist_ok=True)
    # Without a name for its key the model is asked with none, whatever --key says.
    entry = {"model_id": "footnote", "model_name": "footnote", "api_base": environment["CLIENT_URL"]}
    entry["api_key_name"] = "footnote"
    (home / "extra-openai-models.yaml").write_text(json.dumps([entry]), encoding="utf-8")  # JSON is YAML
    own = {**environment, "LLM_USER_PATH": str(home)}
    asked = [sys.executable, "-m", "llm", "-m", "footnote", "--key", environment["CLIENT_KEY"], QUESTION]
    text, streamed = _said([*asked, "--no-stream"], own), _said(asked, own)
    version = _said([sys.executable, "-m", "llm", "--version"], own).split()[-1]
    return {"version": version, "text": text.strip(), "pieces": [streamed.strip()]}


def _inspector(environment: dict[str, str], folder: Path) -> str:
    """Return the text of the tool's result, called by the inspector's command line, which starts the server."""
    command = [
        str(folder / "node_modules" / ".bin" / "mcp-inspector"),
        "--cli",
        *json.loads(environment["CLIENT_SERVER"]),
    ]
    call = ["--method", "tools/call", "--tool-name", "ask", "--tool-arg", f"question={QUESTION}"]
    result = json.loads(_said([*command, *call], environment))
    return "".join(block["text"] for block in result["content"] if block["type"] == "text")


def _said(command: Sequence[str], environment: dict[str, str]) -> str:
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True, timeout=SECONDS)
    return done.stdout


if __name__ == "__main__":
    main()
