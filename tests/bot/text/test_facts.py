"""Numbers, dates, names, negations and quotations: what is found, where, and what counts as the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text import facts


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("1,000 visitors", 1000, ""),
        ("1000 visitors", 1000, ""),
        ("one thousand visitors", 1000, ""),
        ("1.234.567,5 Stück", 1234567.5, ""),
        ("10 000 people", 10000, ""),
        ("one hundred and twenty-three", 123, ""),
        ("two and a half years", 30, "month"),
        ("2.5 years", 30, "month"),
        ("two-thirds of them", 2 / 3, ""),
        ("½ of it", 0.5, ""),
        ("$1.5bn", 1.5e9, "usd"),
        ("$ 12.6 million", 12.6e6, "usd"),
        ("12.6 million dollars", 12.6e6, "usd"),
        ("US$550 billion", 550e9, "usd"),
        ("5500億ドル", 550e9, "usd"),
        ("3億5千万円", 350e6, "jpy"),
        ("二十一人", 21, "person"),
        ("100万", 1e6, ""),
        ("50 %", 50, "%"),
        ("50 per cent", 50, "%"),
        ("５０％", 50, "%"),
        ("5割", 50, "%"),
        ("٣٤", 34, ""),
        ("3,5 Millionen", 3.5e6, ""),
        ("2 hours", 7200, "second"),
        ("120 minutes", 7200, "second"),
        ("5 GB", 5e9, "byte"),
        ("3 p.m.", 900, "clock"),
        ("15:00", 900, "clock"),
    ],
)
def test_a_number_has_one_value_however_it_is_written(text: str, value: float, unit: str) -> None:
    """Digits, words, magnitudes, scripts and units all come to the same value."""
    (number,) = facts.numbers(text)
    assert number.value == pytest.approx(value)
    assert number.unit == unit


@pytest.mark.parametrize(
    "text", ["COVID-19", "H1N1", "the A320", "一般的に", "十分に", "version 1.5.9", "millions of people"]
)
def test_digits_and_numerals_inside_words_are_no_numbers(text: str) -> None:
    """Codes and ordinary words that contain a numeral give no number."""
    assert facts.numbers(text) == []


def test_ranges_share_magnitude_and_unit() -> None:
    """In "5 to 10 million km" both ends are millions of kilometres; "10-15 %" is two percentages."""
    assert [n.value for n in facts.numbers("from 5 to 10 million km")] == [5e9, 10e9]
    assert [(n.value, n.unit) for n in facts.numbers("10-15 %")] == [(10, "%"), (15, "%")]


@pytest.mark.parametrize(
    ("claim", "source", "same"),
    [
        ("over 1,000", "1,023", True),
        ("over 1,000", "990", False),
        ("about 5 million", "4.9 million", True),
        ("5 million", "4.9 million", False),
        ("at least 3", "at most 3", False),
        ("5 years", "5 months", False),
        ("5 years", "5", True),
        ("2 hours", "120 minutes", True),
        ("5 %", "5", True),
        ("$5", "€5", False),
    ],
)
def test_same_number(claim: str, source: str, same: bool) -> None:
    """Hedges allow what they say and no more; units that contradict are not the same."""
    assert facts.same_number(facts.numbers(claim)[0], facts.numbers(source)[0]) is same


@pytest.mark.parametrize(
    "text",
    ["3 May 2019", "May 3, 2019", "3rd of May 2019", "May 3rd 2019", "2019-05-03", "2019/05/03", "03.05.2019", "2019年5月3日",
     "令和元年5月3日", "3 de mayo de 2019", "3. Mai 2019", "3 мая 2019", "2019년 5월 3일", "3 mai 2019"],
)  # fmt: skip
def test_a_date_is_the_same_in_every_order_and_format(text: str) -> None:
    """Each way to write the third of May 2019 holds each other."""
    (date,) = facts.dates(text)
    (claim,) = facts.dates("3 May 2019")
    assert facts.same_date(claim, date)
    assert facts.numbers(text) == []


@pytest.mark.parametrize(
    ("claim", "source", "same"),
    [
        ("in May 2019", "on 3 May 2019", True),
        ("on 3 May 2019", "in May 2019", False),
        ("in 2019", "May 2019", True),
        ("in 2019", "in 2018", False),
        ("in the 1990s", "in 1994", True),
        ("in 1994", "in the 1990s", False),
        ("19th century", "1850", True),
        ("Q3 2025", "third quarter of 2025", True),
        ("Q3 2025", "August 2025", True),
        ("Q3 2025", "Q2 2025", False),
        ("in 2007", "2007–2010", True),
        ("on Monday", "on Tuesday", False),
        ("300 BC", "in 300 BCE", True),
        ("1990年代", "the 1990s", True),
    ],
)
def test_same_date(claim: str, source: str, same: bool) -> None:
    """A source holds a claim when it gives at least the parts that the claim gives."""
    assert any(facts.same_date(facts.dates(claim)[0], date) for date in facts.dates(source)) is same


def test_verbs_and_amounts_are_no_dates() -> None:
    """ "may 3 times", "2000 people" and "1,500" are no dates."""
    assert facts.dates("You may 3 times ask 2000 people for 1,500") == []


def test_names_are_runs_without_the_words_that_open_a_sentence() -> None:
    """A leading "However, the" is no part of a name; initials and "of" are bridged; acronyms are names."""
    found = facts.names("However, the Office of General Services (OGS) hired Robert P. McCulloch in May.")
    assert [n.text for n in found] == ["Office of General Services", "OGS", "Robert P. McCulloch"]
    assert facts.names("Seasonality is a characteristic.")[0].soft


def test_japanese_names() -> None:
    """Katakana runs, places with their suffix and people with their title are names."""
    found = facts.names("トヨタは新潟県で山田氏とマイクロソフトに会った。")
    assert [n.text for n in found] == ["トヨタ", "新潟県", "山田", "マイクロソフト"]


@pytest.mark.parametrize(
    ("claim", "source", "same"),
    [
        ("the WHO", "the World Health Organization", True),
        ("the World Health Organization", "the WHO", True),
        ("the U.S.", "the United States", True),
        ("a Japanese firm", "in Japan", True),
        ("of McCulloch", "by Robert P. McCulloch", True),
        ("of Austria", "in Australia", False),
        ("New York", "New Jersey", False),
    ],
)
def test_same_name(claim: str, source: str, same: bool) -> None:
    """Acronyms, demonyms and surnames are the same name; look-alikes are not."""
    assert facts.same_name(facts.names(claim)[0], facts.names(source)[0]) is same


def test_negations_know_what_they_govern() -> None:
    """The scope is the stems after the negation (before it in Japanese); "not only" and "No." are none."""
    assert facts.negations("He did not buy the house")[0].scope == ("buy", "hous")
    assert facts.negations("彼は行かなかった")[0].scope[0] == "行か"
    assert facts.negations("It is not only big; see No. 5, no more than 3. No, thanks.") == []


def test_quotations_in_every_kind_of_mark() -> None:
    """Straight, curly, Japanese, French, German and typewriter quotation marks are read."""
    text = "\"we will win\" “we will win” «we will win» „we will win“ ``we will win''"
    assert {q.words for q in facts.quotations(text)} == {"we will win"}
    assert len(facts.quotations("彼は「必ず勝つ」と言った")) == 1


@given(st.text(max_size=200))
def test_spans_are_verbatim_for_any_text(text: str) -> None:
    """Whatever the text, every span lies in it and `text` is what stands there."""
    for extract in (facts.numbers, facts.dates, facts.names, facts.negations, facts.quotations):
        for fact in extract(text):
            assert 0 <= fact.start < fact.end <= len(text)
            assert text[fact.start : fact.end] == fact.text


@given(st.integers(min_value=11, max_value=999_999_999))
def test_separators_never_change_a_value(value: int) -> None:
    """A number with and without thousands separators is the same."""
    plain, grouped = facts.numbers(f"x {value} kg")[0], facts.numbers(f"x {value:,} kg")[0]
    assert facts.same_number(plain, grouped)
