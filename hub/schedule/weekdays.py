"""Names of weekdays, as circulars and settings write them."""

from __future__ import annotations

from hub.errors import PolicyError

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""In the order of date.weekday()."""

INDONESIAN = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")

_ENGLISH = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_BY_NAME = {
    **{name: index for index, name in enumerate(WEEKDAYS)},
    **{name: index for index, name in enumerate(_ENGLISH)},
    **{name.lower(): index for index, name in enumerate(INDONESIAN)},
    "jum'at": 4,
    "ahad": 6,
}


def parse_weekdays(names: object, *, field: str) -> list[int]:
    """Weekdays of a list of names, in its order; `mon-thu` is a span. PolicyError names `field`."""
    if not isinstance(names, list):
        raise PolicyError(f'{field}: write a list of weekdays, ["mon", "tue"] or ["mon-thu"].')
    days: list[int] = []
    for name in names:
        first, dash, last = name.partition("-") if isinstance(name, str) else (name, "", "")
        start = parse_weekday(first, field=field)
        end = parse_weekday(last, field=field) if dash else start
        days += [(start + step) % 7 for step in range((end - start) % 7 + 1)]
    return days


def parse_weekday(name: object, *, field: str) -> int:
    """0 (Monday) to 6 for an English or Indonesian name, or for the ISO numbers 1 to 7; PolicyError names `field`."""
    if isinstance(name, int) and not isinstance(name, bool) and 1 <= name <= 7:
        return name - 1
    index = _BY_NAME.get(name.strip().lower()) if isinstance(name, str) else None
    if index is None:
        raise PolicyError(f"{field}: {name!r} is no weekday; write one of {', '.join(WEEKDAYS)}.")
    return index
