"""A query that somebody else wrote reads one table, and does nothing else."""

from __future__ import annotations

import pytest

from vectorstore.tables import query
from vectorstore.tables.query import QueryRefused, ask, column_names, parsed
from vectorstore.tables.table import InMemory, Table

TEXT = """Name | City | Turnover (EUR) | Since
Alder Clinic | Lunden | 12,400 | 2019-03-05
Bay Hotel | Tarn | 8,300 | 2021-06-01
City Library | Lunden | 5,150 | 2022-01-15
Dune Camping | Tarn | 970 | 2020-11-30
"""


@pytest.fixture
def table() -> Table:
    (found,) = InMemory().add(TEXT)
    return found


@pytest.mark.parametrize(
    ("sql", "lines", "used"),
    [
        ('SELECT sum("Turnover (EUR)") FROM rows WHERE "City" = \'Lunden\'', ((17550.0,),), [0, 2]),
        ('SELECT "Name" FROM rows ORDER BY "Turnover (EUR)" DESC LIMIT 1;', (("Alder Clinic",),), [0]),
        (
            "SELECT City, count(*) FROM rows GROUP BY City HAVING sum(\"Turnover (EUR)\") > 10000",
            (("Lunden", 2),),
            [0, 1, 2, 3],
        ),
        ("SELECT Name FROM rows WHERE Since >= '2021' AND Since < '2022'", (("Bay Hotel",),), [1]),
        ("SELECT round(100.0 * sum(City = 'Tarn') / count(*), 1) FROM rows", ((50.0,),), [0, 1, 2, 3]),
    ],
)  # fmt: skip
def test_a_query_is_asked(table: Table, sql: str, lines: tuple[tuple[object, ...], ...], used: list[int]) -> None:
    """Numbers are numbers, dates are texts of ISO 8601, and the rows that were used are told."""
    result = ask(table, parsed(sql))
    assert result.lines == lines
    assert [at.row for at in result.used] == used


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM rows",
        "UPDATE rows SET City = 'x'",
        "INSERT INTO rows SELECT * FROM rows",
        "DROP TABLE rows",
        "ATTACH '/tmp/other.sqlite3' AS other",
        "PRAGMA writable_schema = 1",
        "SELECT * FROM sqlite_schema",
        "SELECT * FROM rows; DROP TABLE rows",
        "SELECT * FROM rows, rows",
        "SELECT a.City FROM rows a, rows b, rows c, rows d",
        "SELECT * FROM rows JOIN rows",
        "SELECT City FROM rows UNION SELECT sql FROM sqlite_schema",
        "SELECT (SELECT count(*) FROM rows) FROM rows",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n",
        "SELECT load_extension('x') FROM rows",
        "SELECT readfile('/etc/passwd') FROM rows",
        "SELECT randomblob(1000000000) FROM rows",
        "SELECT group_concat(City) FROM rows",
        "SELECT \"Region\" FROM rows",
        "SELECT Region FROM rows",
        "SELECT City FROM rows -- WHERE City = 'Tarn'",
        "SELECT City /* x */ FROM rows",
        "SELECT City FROM rows WHERE City = ?",
        "SELECT City FROM rows WHERE City = 'Tarn",
        "SELECT " + "abs(" * 300 + "1" + ")" * 300 + " FROM rows",
        "",
    ],
)  # fmt: skip
def test_all_else_is_refused(table: Table, sql: str) -> None:
    """Writing, other tables, joins, subqueries, unknown columns, other functions, comments and marks are refused."""
    with pytest.raises(QueryRefused):
        ask(table, parsed(sql))


def test_a_query_that_takes_too_long_is_ended(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock is looked at while it runs; here the time is over at once."""
    monkeypatch.setattr(query, "SECONDS", -1.0)
    monkeypatch.setattr(query, "_STEPS", 1)
    with pytest.raises(QueryRefused, match="INTERRUPT"):
        ask(table, parsed("SELECT City FROM rows ORDER BY City"))


def test_too_many_rows_are_refused(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    """A result is an answer that a person reads; a long table is not copied."""
    monkeypatch.setattr(query, "MOST_RESULTS", 3)
    with pytest.raises(QueryRefused, match="too many rows"):
        ask(table, parsed("SELECT City FROM rows"))
    monkeypatch.setattr(query, "MOST_ROWS", 3)
    with pytest.raises(QueryRefused, match="too long"):
        ask(table, parsed("SELECT City FROM rows LIMIT 1"))


def test_columns_of_one_name_are_told_apart() -> None:
    """The second of two gets its number, and both can be asked."""
    (table,) = InMemory().add("Name | Total | Total\nA | 1 | 2\nB | 3 | 4\n")
    assert column_names(table) == ("Name", "Total", "Total 3")
    assert ask(table, parsed('SELECT sum("Total 3") FROM rows')).lines == ((6.0,),)
