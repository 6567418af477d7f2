"""Changes and reads a catalog behind its library's back, in whichever home it has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vectorstore.catalog.homes.named import home_of


def change(place: str, *statements: str, values: Sequence[Any] = (), form: int = 0) -> None:
    """Run statements in one transaction.

    Args:
        place: Where the library is.
        statements: As the catalog writes them.
        values: Of the marks in each.
        form: The form that the catalog is said to have afterwards; 0 for the one that it has.
    """
    connection = home_of(place).connect_writing()
    connection.execute("BEGIN")
    for statement in statements:
        connection.execute(statement, values)
    if form:
        connection.set_form(form)
    connection.commit()
    connection.close()


def read(place: str, query: str) -> list[Any]:
    """Return the rows of a SELECT."""
    connection = home_of(place).connect_writing()
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()
