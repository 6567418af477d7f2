"""The script that asks with real clients: those that the tests are run with, and how a row is made."""

from __future__ import annotations

from pathlib import Path

import pytest
from clients.__main__ import CLIENTS, Client, Result, ask_with, served


def test_clients_that_are_installed_get_a_whole_answer_with_its_links(tmp_path: Path) -> None:
    """openai-python over HTTP, whole and streamed, and the MCP SDK over standard input and output."""
    chosen = {client.name: client for client in CLIENTS}
    with served(tmp_path) as environment:
        rows = [
            ask_with(chosen[name], environment, tmp_path / "none", install=False) for name in ("openai-python", "mcp")
        ]
    assert [row.error for row in rows] == ["", ""]
    assert rows[0].row.endswith("| yes | yes | yes | yes |")
    assert rows[1].row.endswith("| yes | – | yes | yes |")


def test_a_client_that_is_not_here_is_a_row(tmp_path: Path) -> None:
    """Nothing is installed unless that is asked for; a client that fails says how."""
    absent = Client("absent", ("absent",), "absent.py", "a_module_that_nobody_has")
    assert ask_with(absent, {}, tmp_path, install=False).row == "| absent |  | not here | | | |"
    broken = Client("broken", ("broken",), "absent.py", "json")
    assert "failed" in ask_with(broken, {}, tmp_path, install=False).row


@pytest.mark.parametrize(
    ("text", "pieces", "row"),
    [
        ("Kimi Onoda. [1]\n\n[1] [A](/#document=1) — “Kimi Onoda.”", ("Kimi Onoda.",), "| yes | no | yes | yes |"),
        ("The documents don't say.", None, "| no | – | no | no |"),
    ],
)
def test_a_row_tells_what_the_client_showed(text: str, pieces: tuple[str, ...] | None, row: str) -> None:
    """The answer, whether the streamed pieces make it whole, the footnotes with their quotes, the links."""
    assert Result("x", "1", text, pieces).row.endswith(row)
