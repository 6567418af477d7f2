"""What counts as this machine: one list, for listening, for Host headers, for addresses of models, when offline."""

from __future__ import annotations

import pytest

from bot.loopback import is_loopback


@pytest.mark.parametrize(
    ("host", "inside"),
    [
        ("127.0.0.1", True),
        ("127.8.9.1", True),
        ("::1", True),
        ("[::1]", True),
        ("::ffff:127.0.0.1", True),
        ("localhost", True),
        (b"localhost", True),
        ("LOCALHOST.", True),
        ("10.0.0.1", False),
        ("0.0.0.0", False),
        ("::", False),
        ("::ffff:8.8.8.8", False),
        ("localhost.example.com", False),
        ("127.0.0.1.example.com", False),
        ("", False),
        (None, False),
        ("::1%lo", True),
        ("127.0.0.1%evil.example", False),
        ("127.0.0.1@evil.example", False),
        ("127.1", False),
    ],
)
def test_what_counts_as_this_machine(host: object, inside: bool) -> None:
    """Only loopback addresses and the names of them are this machine."""
    assert is_loopback(host) is inside
