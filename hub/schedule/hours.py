"""Hours as people write them: in a preset, in a circular, on a roster."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from hub.errors import PolicyError
from hub.schedule.plan import (
    DAY_MINUTES,
    DayPlan,
    Session,
    check_plan,
    format_clock,
    parse_clock,
    plan_two_sessions,
    read_window,
)

_TIMES = frozenset({"in_opens", "in_due", "out_due", "out_closes", "in", "out"})
_KEYS = _TIMES | {"break", "quota_min", "sessions"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Times of a day, whole or in part; minutes from midnight, None for what is not stated.

    quota: minutes that are paid for. sessions: all of the day's, where it has other ones than arrival and departure.
    """

    in_opens: int | None = None
    in_due: int | None = None
    out_due: int | None = None
    out_closes: int | None = None
    break_: tuple[int, int] | None = None
    quota: int | None = None
    sessions: tuple[Session, ...] = ()

    def on(self, base: DayPlan | None, *, field: str) -> DayPlan:
        """The day with these times in place of the base's.

        Without a base both due times must be stated, and a window end that is not stated does not exist. The base's
        break stays only where it still lies inside the working time, and its sessions between arrival and departure
        stay as they are. PolicyError names `field`.
        """
        if self.sessions:
            plan = DayPlan(self.sessions, break_=self.break_, quota=self.quota)
            check_plan(plan, field=field)
            return plan
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
        plan = plan_two_sessions(
            in_opens=self.in_opens if self.in_opens is not None or base is None else base.sessions[0].opens,
            in_due=in_due,
            out_due=out_due,
            out_closes=self.out_closes if self.out_closes is not None or base is None else base.sessions[-1].closes,
            break_=break_,
            quota=self.quota if self.quota is not None or base is None else base.quota,
            field=field,
        )
        return plan if base is None else _with_middle(plan, base, field=field)


def read_hours(table: Mapping[str, Any], *, field: str) -> Hours:
    """Hours from the keys `in_opens, in_due, out_due, out_closes, break, quota_min`, `in` and `out` for the due times.

    Or `sessions`, a table of windows: `{S1_masuk = "[06:30,08:00]", …}`. PolicyError names `field` and the key.
    """
    refuse_unknown(table, _KEYS, field)
    if "sessions" in table:
        beside = sorted(_TIMES & table.keys())
        if beside:
            raise PolicyError(f"{field}: give sessions or {beside[0]}, not both.")
        return Hours(
            sessions=read_sessions(table["sessions"], field=f"{field}.sessions"),
            break_=_read_break(table["break"], f"{field}.break") if "break" in table else None,
        )
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
        quota=_read_quota(table["quota_min"], f"{field}.quota_min") if "quota_min" in table else None,
    )


def read_sessions(table: object, *, field: str) -> tuple[Session, ...]:
    """Sessions in the order of the clock from a table of names and windows; PolicyError names `field` and the session.

    A minute that two windows share belongs to the later one.
    """
    if not isinstance(table, Mapping) or len(table) < 2:
        raise PolicyError(f'{field}: write two windows or more, {{masuk = "[06:30,08:00]", pulang = "[16:00,18:00]"}}.')
    windows = {name: read_window(text, field=f"{field}.{name}") for name, text in table.items()}
    return tuple(
        Session(name=name, opens=first, closes=last)
        for name, (first, last) in sorted(windows.items(), key=lambda each: each[1])
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


def _read_quota(value: object, field: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise PolicyError(f"{field}: write a whole number of minutes, not {value!r}.")
    return value


def _with_middle(plan: DayPlan, base: DayPlan, *, field: str) -> DayPlan:
    """The plan's arrival and departure around the base's other sessions, under the base's names."""
    first, last = base.sessions[0], base.sessions[-1]
    if len(base.sessions) == 2 and (first.name, last.name) == ("in", "out"):
        return plan
    arrival, departure = plan.sessions
    sessions = (replace(arrival, name=first.name), *base.sessions[1:-1], replace(departure, name=last.name))
    changed = replace(plan, sessions=sessions)
    check_plan(changed, field=field)
    return changed
