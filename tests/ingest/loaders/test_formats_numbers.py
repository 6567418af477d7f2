"""Number formats of spreadsheets: what is shown is what people would read and ask for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.loaders.office.number_format import general, shown


@pytest.mark.parametrize(
    ("value", "code", "expected"),
    [
        (1234567.891, "#,##0.00", "1,234,567.89"),
        (0.025, "0%", "3%"),
        (0.025, "0.00%", "2.50%"),
        (198356388, "0.00E+00", "1.98E+08"),
        (-5, '0;(0);"zero"', "(5)"),
        (0, '0;(0);"zero"', "zero"),
        (-1234.5, '_($* #,##0.00_);_($* (#,##0.00);_($* "-"??_);_(@_)', "$(1,234.50)"),
        (0, '_($* #,##0.00_);_($* (#,##0.00);_($* "-"??_);_(@_)', "$-"),
        (1234567, '0.0,,"M"', "1.2M"),
        (2065551234, "(000) 000-0000", "(206) 555-1234"),
        (2.5, "# ?/?", "2 1/2"),
        (12, "[$€-407] #,##0.00", "€ 12.00"),
        (19.99, '0 "dollars and" .00 "cents"', "19 dollars and .99 cents"),
        (45415, "[$-409]mmmm d, yyyy;@", "May 3, 2024"),
        (45415, 'yyyy"年"m"月"d"日"', "2024年5月3日"),
        (45415.75, "yyyy-mm-dd hh:mm:ss", "2024-05-03 18:00:00"),
        (1.5, "[h]:mm", "36:00"),
        (0.5, "h:mm AM/PM", "12:00 PM"),
        (60, "yyyy-mm-dd", "1900-02-28"),
        (7, '"Q"0', "Q7"),
        (1, "00000", "00001"),
        (0.1 + 0.2, "General", "0.3"),
        (1e20, "General", "100000000000000000000"),
    ],
)
def test_a_value_is_shown_as_the_sheet_shows_it(value: float, code: str, expected: str) -> None:
    """Formats as they stand in real workbooks give what the program would draw."""
    assert shown(value, code) == expected


@given(st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=40))
def test_any_format_gives_some_text(value: float, code: str) -> None:
    """A format that makes no sense never fails: the number is shown somehow."""
    assert isinstance(shown(value, code), str)


@given(st.integers(min_value=-(10**14), max_value=10**14))
def test_whole_numbers_are_shown_in_full(value: int) -> None:
    """A plain whole number is never rounded or written with an exponent."""
    assert general(float(value)) == str(value)
