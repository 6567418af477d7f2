"""Which names and addresses are this machine itself: the one list that every guard goes by."""

from __future__ import annotations

import ipaddress

_NAMES = frozenset({"localhost", "localhost.localdomain", "ip6-localhost", "ip6-loopback"})


def is_loopback(host: object) -> bool:
    """Tell whether `host` is this machine itself.

    Args:
        host: A name or an address without its port, as text or bytes; an IPv6 address may stand in brackets.
            None and "" are no host, and so not this machine: to listen on, they mean every address.
    """
    if isinstance(host, (bytes, bytearray)):
        host = bytes(host).decode("ascii", "replace")
    name = str(host or "").strip("[]").rstrip(".").lower()
    if name in _NAMES:
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return address.is_loopback
