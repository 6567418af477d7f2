"""The one limit of how often: bursts, waits between two, what is given back, and what counts as one address."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.surfaces.rate_limit import MOST_KEYS, RateLimit, address_key


class Clock:
    """Time that stands until it is set."""

    now = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


def test_a_bucket_gives_its_size_at_once_and_refills_evenly() -> None:
    """Six a minute: six at once, then one every ten seconds, each caller apart."""
    clock = Clock()
    limit = RateLimit(6, clock=clock)
    assert [limit.wait("a") for _ in range(7)] == [0] * 6 + [10]
    assert limit.wait("b") == 0
    clock.now = 9.0
    assert limit.wait("a") == 1
    clock.now = 10.0
    assert (limit.wait("a"), limit.wait("a")) == (0, 10)


def test_one_use_makes_everybody_wait_between_two() -> None:
    """One in five seconds, as in a chat: the second waits; another person never waited."""
    clock = Clock()
    limit = RateLimit(1, seconds=5, clock=clock)
    assert (limit.wait("a"), limit.wait("a"), limit.wait("b")) == (0, 5, 0)
    clock.now = 5.0
    assert limit.wait("a") == 0


@pytest.mark.parametrize("limit", [RateLimit(0), RateLimit(1, seconds=0)])
def test_no_limit_never_waits(limit: RateLimit) -> None:
    """No uses, or no time, is no limit."""
    assert not any(limit.wait("a") for _ in range(1_000))


def test_callers_are_forgotten_before_they_fill_the_memory() -> None:
    """The one that came longest ago is forgotten."""
    limit = RateLimit(1, clock=Clock())
    for n in range(MOST_KEYS + 10):
        limit.wait(str(n))
    assert limit.wait("0") == 0 and limit.wait(str(MOST_KEYS)) > 0


@given(st.lists(st.floats(0, 100), max_size=40), st.integers(1, 30))
def test_no_more_than_a_minute_allows(steps: list[float], uses: int) -> None:
    """Over any time, at most the size and what was refilled is given."""
    clock = Clock()
    limit = RateLimit(uses, clock=clock)
    given = 0
    for step in steps:
        clock.now += step
        given += limit.wait("a") == 0
    assert given <= uses + clock.now * uses / 60 + 1e-6


def test_what_is_taken_together_is_taken_whole_or_not_at_all() -> None:
    """Where one of two keys must wait, the other has lost nothing."""
    limit = RateLimit(2, clock=Clock())
    assert limit.take("a") == limit.take("a") == 0
    assert limit.take("a", "b") == 30
    assert limit.take("b") == limit.take("b") == 0 and limit.take("b") == 30


def test_what_is_given_back_can_be_taken_again_and_no_more() -> None:
    """Giving back fills a bucket to its size at most; an unknown key is ignored."""
    limit = RateLimit(2, clock=Clock())
    for _ in range(50):
        assert limit.take("a", "b") == 0
        limit.give_back("a", "b")
    limit.give_back("a", "nobody")
    assert [limit.wait("a") for _ in range(3)] == [0, 0, 30]


def test_many_threads_take_no_more_than_there_is() -> None:
    """Twenty threads at once get ten uses of ten."""
    limit = RateLimit(10, clock=Clock())
    together = threading.Barrier(20)

    def take(_: int) -> int:
        together.wait()
        return limit.take("a", "b")

    with ThreadPoolExecutor(20) as threads:
        waits = list(threads.map(take, range(20)))
    assert 1 <= waits.count(0) <= 10  # one that takes only to look may stand in another's way, never let it in


@pytest.mark.parametrize(
    ("client", "key"),
    [
        (("10.0.0.7", 1), "10.0.0.7"),
        (("::ffff:10.0.0.7", 1), "10.0.0.7"),
        (("2001:db8:1:2:aaaa::1", 1), "2001:db8:1:2::/64"),
        (("2001:db8:1:2:bbbb::2", 1), "2001:db8:1:2::/64"),
        (("2001:db8:1:3::1", 1), "2001:db8:1:3::/64"),
        (("testclient", 1), "testclient"),
        (None, ""),
    ],
)
def test_an_address_is_one_customer(client: tuple[str, int] | None, key: str) -> None:
    """An IPv4 address, however it is written; of IPv6 the network that one customer gets."""
    assert address_key(client) == key
