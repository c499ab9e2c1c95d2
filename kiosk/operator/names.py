"""Names that are typed at the kiosk. Pure."""

from __future__ import annotations

from typing import Final

LEAST_NEW: Final = 3
"""Letters of a name that is not in the roster."""


def new_name(query: str) -> str:
    """A typed name as it is written: "Siti Aminah"; empty when it is too short for one."""
    words = query.split()
    return " ".join(word.capitalize() for word in words) if sum(map(len, words)) >= LEAST_NEW else ""
