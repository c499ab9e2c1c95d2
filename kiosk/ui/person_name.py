"""How a person's name is broken into lines: titles stay with the name, degrees with each other. Pure."""

from __future__ import annotations

from typing import Final

_TOGETHER: Final = 24
"""So many letters of degrees stay on one line; more would leave none for the name."""
_BOUND: Final = "\u00a0"


def name_text(name: str) -> str:
    """The name with spaces that do not break in "Dr. Hj. Siti" and in "S.Sos., M.Si."; otherwise as it is."""
    called, comma, degrees = name.strip().partition(", ")
    words = called.split(" ")
    titles = next((place for place, word in enumerate(words[:-1]) if not word.endswith(".")), len(words) - 1)
    called = " ".join([_BOUND.join(words[: titles + 1]), *words[titles + 1 :]])
    return called + comma + (degrees.replace(" ", _BOUND) if len(degrees) <= _TOGETHER else degrees)
