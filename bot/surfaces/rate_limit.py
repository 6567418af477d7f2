"""How often somebody may do something: questions, wrong sign-ins, turns in a chat. Kept in memory."""

from __future__ import annotations

import ipaddress
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from math import ceil

MOST_KEYS = 10_000
"""How many are remembered by one limit; the one that came longest ago is forgotten first."""


class RateLimit:
    """A token bucket for each key: `uses` at once, refilled evenly over `seconds`.

    One use in five seconds makes everybody wait that long between two; 120 in sixty lets a burst through.

    Args:
        uses: Most uses at once; 0 for no limit.
        seconds: Time in which an empty bucket is full again; 0 for no limit.
        clock: Seconds that only grow.
    """

    def __init__(self, uses: int, *, seconds: float = 60.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._uses = float(uses)
        self._each = seconds / uses if uses else 0.0
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, key: str) -> int:
        """Take one use of `key` and return 0, or return the seconds (rounded up) until there is one."""
        if not self._each:
            return 0
        with self._lock:
            now = self._clock()
            left, then = self._buckets.pop(key, (self._uses, now))
            left = min(self._uses, left + (now - then) / self._each)
            free = left >= 1
            self._buckets[key] = (left - 1 if free else left, now)
            if len(self._buckets) > MOST_KEYS:
                self._buckets.popitem(last=False)
            return 0 if free else max(1, ceil((1 - left) * self._each))

    def take(self, *keys: str) -> int:
        """Take one use of each of `keys` and return 0, or take none and return the seconds to wait.

        For what may turn out not to count: take before it is looked at, or as many as come at once are all looked
        at, and give back afterwards.
        """
        waits = {key: self.wait(key) for key in keys}
        longest = max(waits.values())
        if longest:
            self.give_back(*(key for key, seconds in waits.items() if not seconds))
        return longest

    def give_back(self, *keys: str) -> None:
        """Undo one use of each of `keys`."""
        with self._lock:
            for key in keys:
                if key in self._buckets:
                    left, then = self._buckets[key]
                    self._buckets[key] = (min(self._uses, left + 1), then)


def address_key(client: Sequence[object] | None) -> str:
    """Return what stands for a client's address in a limit.

    Args:
        client: (address, port) as ASGI gives it, or None. An IPv6 address counts as its network of 64 bits, since
            one customer has all of it to choose from.
    """
    host = str(client[0]) if client else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is None:
        return str(ipaddress.ip_network((address.packed[:8] + bytes(8), 64)))
    return str(getattr(address, "ipv4_mapped", None) or address)
