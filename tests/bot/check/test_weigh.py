"""Five factors weighed from the signs, and which of them fail."""

from __future__ import annotations

import pytest
from held import hold

from bot.check import weigh
from bot.check.signs import read_signs
from bot.check.weigh import Factor
from bot.check.weights import COEFFICIENTS, THRESHOLDS

SOURCE = "The old mill of Anna Keller ground 12 tonnes of corn in 1889 and did not close."


def weighed(statement: str) -> dict[Factor, float]:
    return weigh.weigh(read_signs(hold(statement, SOURCE)))


def test_the_fitted_tables_match_the_columns() -> None:
    """Every column has its coefficient and every factor its threshold: the weights were fitted to this code."""
    assert set(COEFFICIENTS) == set(weigh.FACTORS)
    for factor in weigh.FACTORS:
        assert tuple(COEFFICIENTS[factor]) == ("constant", *weigh.columns(factor))
    assert set(THRESHOLDS) == {*weigh.FACTORS, "all"}


def test_a_column_without_a_coefficient_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Silence would weigh it as nothing: a misspelled column would go unseen."""
    monkeypatch.setitem(
        COEFFICIENTS, "date", {name: w for name, w in COEFFICIENTS["date"].items() if name != "missing"}
    )
    with pytest.raises(KeyError, match="missing"):
        weighed(SOURCE)


def test_a_row_has_a_value_for_each_column() -> None:
    """Numbers, whatever the type of the sign."""
    signs = read_signs(hold(SOURCE, SOURCE))
    for factor in weigh.FACTORS:
        values = weigh.row(factor, signs)
        assert len(values) == len(weigh.columns(factor))
        assert all(type(value) is float for value in values)


def test_the_source_s_own_sentence_stands_in_all_factors() -> None:
    """Each is a probability above its threshold."""
    found = weighed(SOURCE)
    assert tuple(found) == weigh.FACTORS
    assert all(0 < probability < 1 for probability in found.values())
    assert weigh.failing(found) == []


@pytest.mark.parametrize(
    ("factor", "statement"),
    [
        ("number", "The old mill of Anna Keller ground 15 tonnes of corn in 1889 and did not close."),
        ("date", "The old mill of Anna Keller ground 12 tonnes of corn in 1898 and did not close."),
        ("name", "The old mill of Otto Braun ground 12 tonnes of corn in 1889 and did not close."),
        ("polarity", "The old mill of Anna Keller never ground 12 tonnes of corn in 1889."),
        ("coverage", "Happy volunteers painted the mill green and sang beautiful songs."),
    ],
)
def test_each_factor_fails_by_what_it_is_about(factor: Factor, statement: str) -> None:
    """One change, and its factor is the weakest."""
    assert weigh.failing(weighed(statement))[0] == factor


def test_the_weakest_fails_where_only_the_product_is_too_low(monkeypatch: pytest.MonkeyPatch) -> None:
    """No factor is below its own threshold, but all together are below theirs."""
    found: dict[Factor, float] = {"coverage": 0.9, "number": 0.95, "date": 0.95, "name": 0.6, "polarity": 0.9}
    assert weigh.failing(found) == []
    monkeypatch.setitem(THRESHOLDS, "all", 0.5)
    assert weigh.failing(found) == ["name"]
