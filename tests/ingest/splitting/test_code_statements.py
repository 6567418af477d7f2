"""Source code is parted into statements, each whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.splitting.code import statements
from ingest.splitting.split import split
from vectorstore.document import Heading


def _texts(source: str) -> list[str]:
    return [source[block.start : block.end] for block in statements(source)]


@pytest.mark.parametrize(
    "statement",
    [
        "LIMIT = 50",
        "def price(\n    text: str,\n    mark: str = ',',\n) -> float:",
        '"""Read a price.\n\n    Blanks are dropped.\n    """',
        'return user ? user.name : "Guest";',
        "const name = user\n  ? user.name\n  : 'Guest';",
        "/* Kept\n   for a year. */",
        "// One thing\n// in two lines.",
    ],
)
def test_a_statement_is_whole(statement: str) -> None:
    """An assignment, a signature over lines, a docstring, a ternary and a comment are each one."""
    assert _texts(f"first = 1\n\n{statement}\n\nlast = 2\n") == ["first = 1", statement, "last = 2"]


def test_lines_that_follow_each_other_are_parted() -> None:
    """Nothing runs into the next line, and lone brackets say nothing."""
    source = 'function f() {\n  a = 1;\n  b = "it\'s (open";\n}\n'
    assert _texts(source) == ["function f() {", "a = 1;", 'b = "it\'s (open";']


def test_a_function_begins_a_chunk_and_its_signature_may_be_quoted() -> None:
    """Chunks hold lines of one function; the line that names it is code, not a heading only."""
    source = "def one():\n    return 1\ndef two():\n    return 2\n"
    headings = [Heading(0, 10, 1), Heading(source.index("def two"), source.index("def two") + 10, 1)]
    chunks = split(source, headings=headings, code=True)
    assert [source[c.start : c.end] for c in chunks] == ["def one():\n    return 1", "def two():\n    return 2"]
    assert {chunk.kind for chunk in chunks} == {"code"}


@given(st.text(alphabet="ab=(){}[]\"'`/*#:?.\n -\\"))
def test_any_text_is_parted_in_order(source: str) -> None:
    """Statements never overlap, and every letter stands in one."""
    end = 0
    held = ""
    for block in statements(source):
        assert end <= block.start < block.end <= len(source)
        held, end = held + source[block.start : block.end], block.end
    assert [c for c in held if c.isalpha()] == [c for c in source if c.isalpha()]
