"""Labelled lines: what their keys and values are."""

from __future__ import annotations

import pytest

from bot.question.plain import labelled


@pytest.mark.parametrize(
    ("line", "pair"),
    [
        ("Total: 128.40 GBP", (("Total",), "128.40 GBP")),
        ("cache: port: 6380", (("cache", "port"), "6380")),
        ("MAX_WORKERS = 8", (("MAX_WORKERS",), "8")),
        ("Badge number:\n7714", (("Badge number",), "7714")),
        ("Invoice Date      3 May 2024", (("Invoice Date",), "3 May 2024")),
        ("TOTAL $553.32", (("TOTAL",), "$553.32")),
        ("Amount due | 128.40", (("Amount due",), "128.40")),
    ],
)
def test_a_line_with_a_label(line: str, pair: tuple[tuple[str, ...], str]) -> None:
    """A colon, an equals sign, a gap, a cell or an amount at the end parts label and value."""
    assert labelled(line) == pair


@pytest.mark.parametrize("line", ["The mill was built in 1780.", "At 10:30 the train left.", "Chapter 4", ""])
def test_prose_has_no_label(line: str) -> None:
    """Times, numbers of chapters and sentences are no labels with values."""
    assert labelled(line) is None
