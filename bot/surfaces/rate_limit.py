"""How often somebody may do something: questions, wrong sign-ins, turns in a chat.

Kept in memory, or for all servers of a library in its database.
"""

from __future__ import annotations

import ipaddress
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from hashlib import sha256
from math import ceil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.kept.database import Database

_TIDY_SECONDS = 3_600.0
"""No bucket takes longer to be full again."""
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


class SharedRateLimit(RateLimit):
    """A limit that counts over all servers of a library, by the clock of its database.

    Args:
        database: Keeps it.
        name: Of the limit.
        uses: Most uses at once; 0 for no limit.
        seconds: Time in which an empty bucket is full again; 0 for no limit.
    """

    _FULL = "least(?, limits.uses + greatest(0, extract(epoch FROM clock_timestamp()) - limits.at) / ?)"

    def __init__(self, database: Database, name: str, uses: int, *, seconds: float = 60.0) -> None:
        super().__init__(uses, seconds=seconds)
        self._db = database
        self._name = name
        self._tidied = 0.0

    def wait(self, key: str) -> int:
        """See `RateLimit.wait`."""
        if not self._each:
            return 0
        self._tidy()
        kept, left = self._kept_as(key), (self._uses, self._each)
        taken = self._db.run(
            "INSERT INTO limits VALUES (?, ?, extract(epoch FROM clock_timestamp())) ON CONFLICT (key) DO UPDATE "
            f"SET uses = {self._FULL} - 1, at = extract(epoch FROM clock_timestamp()) WHERE {self._FULL} >= 1",
            *(kept, self._uses - 1, *left, *left),
        )
        if taken:
            return 0
        row = self._db.row(f"SELECT {self._FULL} AS uses FROM limits WHERE key = ?", *left, kept)
        return max(1, ceil((1 - row["uses"]) * self._each)) if row else 1

    def give_back(self, *keys: str) -> None:
        """See `RateLimit.give_back`."""
        for key in keys:
            kept = self._kept_as(key)
            self._db.run("UPDATE limits SET uses = least(?, limits.uses + 1) WHERE key = ?", self._uses, kept)

    def _kept_as(self, key: str) -> str:
        """Return a digest: what somebody gave as a name may be a password."""
        return sha256(f"{self._name} {key}".encode("utf-8", "surrogatepass")).hexdigest()

    def _tidy(self) -> None:
        """Forget the buckets that are full again, once in a while."""
        if (now := self._clock()) - self._tidied > _TIDY_SECONDS:
            self._tidied = now
            self._db.run("DELETE FROM limits WHERE at < extract(epoch FROM clock_timestamp()) - ?", _TIDY_SECONDS)


def limit_of(database: Database, name: str, uses: int, *, seconds: float = 60.0) -> RateLimit:
    """Return a limit: over all processes that have the database together, or of this one alone."""
    if database.shared:
        return SharedRateLimit(database, name, uses, seconds=seconds)
    return RateLimit(uses, seconds=seconds)


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
