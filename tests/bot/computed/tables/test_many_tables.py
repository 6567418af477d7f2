"""Documents with many tables, as annual reports have them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.ask import Bot
from bot.computed.tables import rows
from ingest.sync import sync
from vectorstore.library import Library

TABLE = """## Stock of {town}

| Article | Pieces | Shelf |
| --- | --- | --- |
| Lamps of {town} | {lamps} | A |
| Chairs of {town} | {chairs} | B |
"""


def test_of_many_tables_those_are_tried_that_were_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one asked about is computed with all the same, the others are not looked at."""
    towns = [f"Town{number}" for number in range(rows.MOST_TABLES + 20)]
    text = "\n".join(TABLE.format(town=town, lamps=10 + n, chairs=n) for n, town in enumerate(towns))
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "stock.md").write_text(f"# Stock\n\n{text}", encoding="utf-8")
    tried: list[str] = []
    real = rows.plan
    monkeypatch.setattr(
        rows, "plan", lambda text, table, **more: (tried.append(table.names[0]), real(text, table, **more))[1]
    )
    with Library.open(tmp_path / "library", create=True) as library:
        sync(library, [tmp_path / "papers"])
        answer = Bot(library).ask("How many pieces of Lamps of Town7 are there?")
    assert "17" in answer.text
    assert 0 < len(tried) < rows.MOST_TABLES
