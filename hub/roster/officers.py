"""Who did something to the roster, by name, and whether two names are two people."""

from __future__ import annotations

from typing import Final

from contract.errors import BadInputError

LONGEST_NAME: Final = 64

ONE_PERSON: Final = "(one person)"
"""Stands as approver where, before two people were needed, whoever enrolled somebody approved it too."""


def officer_name(text: str) -> str:
    """A name as it is kept, with single spaces; BadInputError when it is none."""
    name = " ".join(text.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable() or name == ONE_PERSON:
        raise BadInputError(f"'{text}' cannot stand for a person: write a name of 1 to {LONGEST_NAME} characters.")
    return name


def is_same_officer(one: str, other: str) -> bool:
    """Whether two names are one person's: neither capitals nor spaces make another person."""
    return "".join(one.split()).casefold() == "".join(other.split()).casefold()
