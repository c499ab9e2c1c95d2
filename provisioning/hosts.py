"""Names and addresses of machines, as people write them."""

from __future__ import annotations

import ipaddress
import re
from typing import Final

_DNS: Final = re.compile(r"(?=.{1,253}\Z)(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*\Z")


def is_address(text: str) -> bool:
    """Whether it is an IPv4 or IPv6 address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def is_dns_name(text: str) -> bool:
    """Whether it is a name such as hub.example.go.id; what is made of digits and dots alone is none."""
    return bool(_DNS.match(text.lower())) and not re.fullmatch(r"[0-9.]+", text)
