"""The signs together: what is certain without weighing, and quotations."""

from __future__ import annotations

import pytest
from held import hold

from bot.check.signs import read_signs

SOURCE = "Anna Keller called it a great leap forward on 4 July 1889, after 12 years."


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ('Anna Keller called it "a great leap forward".', False),
        ('Anna Keller called it "a great step forward".', True),
        ("Anna Keller called it a great step forward.", False),
    ],
)
def test_a_quotation_must_stand_verbatim(statement: str, expected: bool) -> None:
    """Words in quotation marks stand so in a sentence; the same words without the marks need not."""
    assert read_signs(hold(statement, SOURCE)).quotation_missing is expected


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (SOURCE, False),
        ("Anna Keller called it a great leap forward on 4 July 1889, after 13 years.", True),
        ("Anna Keller called it a great leap forward on 5 July 1889, after 12 years.", True),
        ("Otto Braun called it a great leap forward on 4 July 1889, after 12 years.", True),
        ('Anna Keller called it "a great step forward" on 4 July 1889, after 12 years.', True),
        ("Anna Keller called it a great leap forward on 4 July 1889, before 12 years.", True),
        ("Anna Keller called it a small thing on 4 July 1889, after 12 years.", False),
    ],
)
def test_what_is_certainly_false(statement: str, expected: bool) -> None:
    """A number, date, name or quotation that is not there, or a contrary; a word that is not there needs weighing."""
    assert read_signs(hold(statement, SOURCE)).certainly_false is expected


def test_the_signs_of_a_kind_are_those_of_that_kind() -> None:
    """By kind and by attribute they are the same."""
    signs = read_signs(hold("Otto Braun called on 4 July 1889.", SOURCE))
    assert signs.of("name") is signs.names
    assert signs.of("date") is signs.dates
    assert signs.of("number") is signs.numbers
    assert signs.names.missing and not signs.dates.missing


def test_signs_are_read_of_what_is_held_against_nothing() -> None:
    """No sentence, no support; no error either."""
    signs = read_signs(hold("The mill opened in 1889."))
    assert signs.coverage.together == 0.0
    assert signs.dates.nowhere
