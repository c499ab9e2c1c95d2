"""Hours as people write them: in a preset, in a circular, on a roster."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hub.errors import PolicyError
from hub.schedule.plan import DAY_MINUTES, DayPlan, format_clock, parse_clock, plan_two_sessions

_KEYS = frozenset({"in_opens", "in_due", "out_due", "out_closes", "in", "out", "break"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Times of a two-session day, whole or in part; minutes from midnight, None for what is not stated."""

    in_opens: int | None = None
    in_due: int | None = None
    out_due: int | None = None
    out_closes: int | None = None
    break_: tuple[int, int] | None = None

    def on(self, base: DayPlan | None, *, field: str) -> DayPlan:
        """The day with these times in place of the base's.

        Without a base both due times must be stated, and a window end that is not stated does not exist. The base's
        break stays only where it still lies inside the working time. PolicyError names `field`.
        """
        in_due = self.in_due if self.in_due is not None or base is None else base.in_due
        out_due = self.out_due if self.out_due is not None or base is None else base.out_due
        if in_due is None or out_due is None:
            raise PolicyError(f"{field}: in_due and out_due are both needed.")
        if not 0 <= in_due < DAY_MINUTES:
            raise PolicyError(f"{field}: in_due must lie on the work date itself, not at {format_clock(in_due)}.")
        break_ = self.break_
        if break_ is None and base is not None and base.break_ is not None:
            start, end = base.break_
            break_ = base.break_ if in_due <= start and end <= out_due else None
        return plan_two_sessions(
            in_opens=self.in_opens if self.in_opens is not None or base is None else base.sessions[0].opens,
            in_due=in_due,
            out_due=out_due,
            out_closes=self.out_closes if self.out_closes is not None or base is None else base.sessions[-1].closes,
            break_=break_,
            field=field,
        )


def read_hours(table: Mapping[str, Any], *, field: str) -> Hours:
    """Hours from the keys `in_opens, in_due, out_due, out_closes, break`, or `in` and `out` for the due times.

    PolicyError names `field` and the key.
    """
    refuse_unknown(table, _KEYS, field)
    for short, full in (("in", "in_due"), ("out", "out_due")):
        if short in table and full in table:
            raise PolicyError(f"{field}: give '{short}' or '{full}', not both.")

    def minute(*keys: str) -> int | None:
        return next((parse_clock(table[key], field=f"{field}.{key}") for key in keys if key in table), None)

    return Hours(
        in_opens=minute("in_opens"),
        in_due=minute("in_due", "in"),
        out_due=minute("out_due", "out"),
        out_closes=minute("out_closes"),
        break_=_read_break(table["break"], f"{field}.break") if "break" in table else None,
    )


def refuse_unknown(table: Mapping[str, Any], known: frozenset[str], where: str) -> None:
    """PolicyError that names the first key nobody knows, and the ones that are known."""
    unknown = sorted(table.keys() - known)
    if unknown:
        raise PolicyError(f"{where}: unknown key '{unknown[0]}'; known are {', '.join(sorted(known))}.")


def _read_break(value: object, field: str) -> tuple[int, int]:
    if not isinstance(value, list) or len(value) != 2:
        raise PolicyError(f'{field}: write two times, ["HH:MM", "HH:MM"].')
    return parse_clock(value[0], field=field), parse_clock(value[1], field=field)
