"""The catalog's statements in PostgreSQL's words mean what they mean in SQLite."""

from __future__ import annotations

import sqlite3

import pytest
from hash_encoder import HashEncoder, make
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from postgresql import PostgresqlServer

pytest.importorskip("psycopg", reason="the extra postgres is not installed")

from vectorstore.catalog.homes.dialect import given_back, held, translated
from vectorstore.catalog.homes.home import Connection
from vectorstore.catalog.homes.named import home_of
from vectorstore.library import Library

SIGNS = st.text(alphabet=st.sampled_from("aAb-^]['\\.+(){}|$*?é日 \n"), max_size=8)


@pytest.fixture(scope="module")
def server(postgresql: PostgresqlServer) -> Connection:
    """A connection to a database."""
    return home_of(postgresql.library()).connect_writing()


@given(st.text(alphabet=st.characters(), max_size=20))
@example("\0\ud800\udfff\U0010fffe0\U0010fffe")
@example("plain")
def test_every_text_can_be_held_and_comes_back(text: str) -> None:
    """NUL, lone surrogates and the mark itself too; what has none of them is held as it is."""
    kept = held(text)
    assert given_back(kept) == text
    assert "\0" not in kept
    kept.encode()


@given(text=SIGNS, pattern=SIGNS)
@example(text="a/lease.pdf", pattern="*/lease.pdf")
@example(text="[x]", pattern="[[]x]")
@example(text="]", pattern="[]]")
@example(text="b", pattern="[^a]")
@example(text="a", pattern="[a")
@example(text="c", pattern="[a-d]")
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_pattern_matches_what_it_matches_in_sqlite(server: Connection, text: str, pattern: str) -> None:
    """GLOB's signs, sets and ranges, and every sign that only a regular expression knows."""
    statement = "SELECT CAST(? AS TEXT) GLOB CAST(? AS TEXT)"
    (here,) = sqlite3.connect(":memory:").execute(statement, (text, pattern)).fetchone()
    (there,) = server.execute(statement, (text, pattern)).fetchone()
    assert bool(here) == there


def test_marks_and_signs_in_quotation_marks_are_left_alone() -> None:
    """A question mark or a percent sign in a text is none of the statement's."""
    found = translated("SELECT 'a?%' FROM t WHERE a = ? AND b % 7 = 1 AND c LIKE '%x'")
    assert found.text == "SELECT 'a?%%' FROM t WHERE a = %s AND b %% 7 = 1 AND c LIKE '%%x'"
    assert found.kinds == ("plain",)


def test_an_odd_term_is_kept_however_long(place: str) -> None:
    """No ordered index holds a key of thousands of bytes; two such terms that begin alike are told apart."""
    one, other = "a" * 5_000 + "b", "a" * 5_000 + "c"
    library = Library.open(place, create=True, encoder=HashEncoder())
    library.add([make("x.txt", f"{one}. {other}.", title=f"{one} {other}")])
    assert library.lookup.postings(one).tolist() == [1]
    assert library.lookup.postings(other).tolist() == [2]
    assert library.lookup.title_postings(one).tolist() == [1]
    library.close(update_index=False)
