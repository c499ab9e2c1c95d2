"""When a policy lets people be reminded. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from hub.errors import PolicyError
from hub.schedule.hours import refuse_unknown

MOST_MINUTES: Final = 240
_KEYS: Final = frozenset({"before", "missed", "kiosk"})


@dataclass(frozen=True, slots=True)
class Reminding:
    """before: minutes before a session closes, 0 for no reminder. missed: whether a session that passed is told.

    kiosk: whether the kiosk's screen says it, too.
    """

    before: int = 15
    missed: bool = True
    kiosk: bool = True


USUAL: Final = Reminding()
"""Where a policy says nothing."""


def read_reminding(table: object, *, field: str) -> Reminding:
    """From a policy's table `reminders`; PolicyError names the field."""
    if not isinstance(table, Mapping):
        raise PolicyError(f"{field} must be a table, [reminders], with before, missed and kiosk.")
    given: Mapping[str, Any] = table
    refuse_unknown(given, _KEYS, field)
    before = given.get("before", USUAL.before)
    if not isinstance(before, int) or isinstance(before, bool) or not 0 <= before <= MOST_MINUTES:
        raise PolicyError(f"{field}.before must be 0 to {MOST_MINUTES} minutes, not {before!r}.")
    return Reminding(before, missed=_flag(given, "missed", field), kiosk=_flag(given, "kiosk", field))


def _flag(given: Mapping[str, Any], key: str, field: str) -> bool:
    value = given.get(key, True)
    if not isinstance(value, bool):
        raise PolicyError(f"{field}.{key} must be true or false, not {value!r}.")
    return value
