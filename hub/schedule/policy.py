"""A policy: the hours of a week and how punches are held against them; presets are readable TOML files."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args

from hub.errors import PolicyError
from hub.schedule.allowance import AllowanceRule, read_allowance
from hub.schedule.hours import read_hours, refuse_unknown
from hub.schedule.plan import DAY_MINUTES, DayPlan, format_clock
from hub.schedule.reminding import USUAL, Reminding, read_reminding
from hub.schedule.weekdays import WEEKDAYS, parse_weekdays

PRESETS = Path(__file__).parent / "presets"
LEGAL_WEEK_MINUTES = 2250
"""Working hours without breaks, 37.5 a week: Perpres 21/2023."""

Kind = Literal["two-session", "sessions", "slot"]
OutOfWindow = Literal["queue", "count"]
EarlyFlag = Literal["PULANG_AWAL", "MELANGGAR"]

_SETTINGS = frozenset({"out_of_window", "subtract_break", "repeat_minutes"})
_KEYS = _SETTINGS | {
    "name",
    "title",
    "basis",
    "kind",
    "early_flag",
    "weekly_minutes",
    "rest",
    "hours",
    "letters_excuse_parts",
    "allowance",
    "reminders",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How one group of people is assessed.

    name: as in the preset's file name; title: Indonesian, for people; basis: the regulation.
    kind: `two-session` days have arrival and departure, `sessions` days any number from three on, `slot` days are paid
        by the minute up to a quota.
    week: seven days from Monday, None for a rest day; None altogether when the hours come with a roster or a case.
    out_of_window: `queue` stores a punch outside the windows for the operator, `count` counts it.
    subtract_break: whether late and early minutes leave out the break.
    repeat_minutes: punches less than this apart are one.
    early_flag: what leaving early is called.
    weekly_minutes: working minutes that the week must add up to; None when nobody declared them.
    letters_excuse_parts: whether a letter that covers the time between due and punch excuses being late or early.
    allowance: what pay is computed by; None when attendance does not change it.
    reminders: when people are reminded of its sessions.
    """

    name: str
    title: str = ""
    basis: str = ""
    kind: Kind = "two-session"
    week: tuple[DayPlan | None, ...] | None = None
    out_of_window: OutOfWindow = "queue"
    subtract_break: bool = False
    repeat_minutes: int = 30
    early_flag: EarlyFlag = "PULANG_AWAL"
    weekly_minutes: int | None = None
    letters_excuse_parts: bool = False
    allowance: AllowanceRule | None = None
    reminders: Reminding = USUAL

    def plan_of_weekday(self, weekday: int) -> DayPlan | None:
        """The hours of a weekday (0 is Monday); None on a rest day; PolicyError when the policy brings no hours."""
        if self.week is None:
            raise PolicyError(
                f"The policy '{self.name}' brings no hours of its own: add [[hours]] to a copy, or give a schedule "
                "(in_due, out_due)."
            )
        return self.week[weekday]

    def with_hours(self, plan: DayPlan) -> Policy:
        """The same rules with one plan: for every working day, or for all seven when the policy brings no hours.

        PolicyError when the plan is not of the policy's kind.
        """
        check_kind(self.kind, plan, field=f"the policy '{self.name}'")
        week = self.week or (plan,) * 7
        return replace(self, week=tuple(plan if day is not None else None for day in week), weekly_minutes=None)

    def with_week(self, week: Sequence[DayPlan | None]) -> Policy:
        """The same rules with other hours, Monday first; None for a rest day. PolicyError for hours of another kind."""
        for plan in week:
            if plan is not None:
                check_kind(self.kind, plan, field=f"the policy '{self.name}'")
        return replace(self, week=tuple(week), weekly_minutes=None)

    @property
    def week_minutes(self) -> int:
        """Minutes of work in the week's pattern, breaks left out; 0 when the policy brings no hours."""
        return sum(day.work_minutes for day in self.week or () if day is not None)

    def week_remark(self, legal_minutes: int = LEGAL_WEEK_MINUTES) -> str | None:
        """A warning for the administrator when the week is not as long as the law says; None when it is."""
        if self.week is None or self.week_minutes == legal_minutes:
            return None
        return (
            f"Jam kerja '{self.name}' {self.week_minutes / 60:g} jam seminggu, ketentuan {legal_minutes / 60:g} jam "
            f"(working week of {self.week_minutes / 60:g} hours, the law says {legal_minutes / 60:g})."
        )


def load_policy(name_or_path: str | Path) -> Policy:
    """The policy of a preset's name (`jember-5`) or of a TOML file; PolicyError names the file and the field."""
    path = Path(name_or_path)
    if path.suffix != ".toml":
        path = PRESETS / f"{name_or_path}.toml"
        if path.parent != PRESETS or not path.is_file():
            raise PolicyError(
                f"There is no policy '{name_or_path}'; known are {', '.join(preset_names())}, or a .toml file."
            )
    return parse_policy(read_policy_text(path), source=path.name)


def read_policy_text(path: Path) -> str:
    """What a policy's file says; PolicyError when it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise PolicyError(f"The policy {path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise PolicyError(f"{path.name}: {error}; save it as UTF-8 and try again.") from error


def parse_policy(text: str, *, source: str) -> Policy:
    """A policy from the text of a TOML file; PolicyError names `source`, the line or the field."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(f"{source}: {error}; correct the line and try again.") from error
    return read_policy(table, source=source)


def preset_names() -> list[str]:
    """Names of the presets that come with the product."""
    return sorted(path.stem for path in PRESETS.glob("*.toml"))


def read_policy(table: Mapping[str, Any], *, source: str) -> Policy:
    """A policy from a parsed TOML table; PolicyError names `source` and the field."""
    refuse_unknown(table, _KEYS, source)
    weekly_minutes = table.get("weekly_minutes")
    if weekly_minutes is not None and not _is_count(weekly_minutes):
        raise PolicyError(f"{source}: weekly_minutes must be a whole number of minutes, not {weekly_minutes!r}.")
    policy = Policy(
        name=_text(table, "name", source),
        title=_text(table, "title", source),
        basis=_text(table, "basis", source),
        kind=_one_of(table, "kind", get_args(Kind), "two-session", source),
        week=_read_week(table, source),
        early_flag=_one_of(table, "early_flag", get_args(EarlyFlag), "PULANG_AWAL", source),
        weekly_minutes=weekly_minutes,
        letters_excuse_parts=_truth(table, "letters_excuse_parts", source),
        allowance=(read_allowance(table["allowance"], field=f"{source}: allowance") if "allowance" in table else None),
        reminders=(read_reminding(table["reminders"], field=f"{source}: reminders") if "reminders" in table else USUAL),
    )
    for day, plan in enumerate(policy.week or ()):
        if plan is not None:
            check_kind(policy.kind, plan, field=f"{source}: hours of {WEEKDAYS[day]}")
    policy = change_settings(policy, {key: table[key] for key in _SETTINGS & table.keys()}, source=source)
    if policy.week is not None:
        _check_week(policy.week, source)
        if weekly_minutes is not None and policy.week_minutes != weekly_minutes:
            raise PolicyError(
                f"{source}: the hours add up to {policy.week_minutes} minutes a week, but weekly_minutes says "
                f"{weekly_minutes}; correct one of them."
            )
    return policy


def change_settings(policy: Policy, settings: Mapping[str, Any], *, source: str) -> Policy:
    """The policy with other decisions (out_of_window, subtract_break, repeat_minutes); PolicyError names the field."""
    refuse_unknown(settings, _SETTINGS, source)
    subtract_break = settings.get("subtract_break", policy.subtract_break)
    if not isinstance(subtract_break, bool):
        raise PolicyError(f"{source}: subtract_break must be true or false, not {subtract_break!r}.")
    repeat_minutes = settings.get("repeat_minutes", policy.repeat_minutes)
    if not _is_count(repeat_minutes):
        raise PolicyError(f"{source}: repeat_minutes must be a whole number of minutes, not {repeat_minutes!r}.")
    return replace(
        policy,
        out_of_window=_one_of(settings, "out_of_window", get_args(OutOfWindow), policy.out_of_window, source),
        subtract_break=subtract_break,
        repeat_minutes=repeat_minutes,
    )


def check_kind(kind: Kind, plan: DayPlan, *, field: str) -> None:
    """PolicyError when a day's plan is not what the kind of policy works with."""
    several = len(plan.sessions) > 2
    if several != (kind == "sessions"):
        wanted = "sessions, three or more" if kind == "sessions" else "arrival and departure, in_due and out_due"
        raise PolicyError(f"{field}: days of the kind {kind} have {wanted}.")
    if (plan.quota is None) == (kind == "slot"):
        wanted = "need a quota_min" if kind == "slot" else "have no quota_min"
        raise PolicyError(f"{field}: days of the kind {kind} {wanted}.")


def _read_week(table: Mapping[str, Any], source: str) -> tuple[DayPlan | None, ...] | None:
    if "hours" not in table:
        if "rest" in table or "weekly_minutes" in table:
            raise PolicyError(f"{source}: rest and weekly_minutes need [[hours]] beside them.")
        return None
    week: dict[int, DayPlan | None] = {}
    for day in parse_weekdays(table.get("rest", []), field=f"{source}: rest"):
        week[day] = None
    hours = table["hours"]
    if not isinstance(hours, list) or not all(isinstance(entry, dict) for entry in hours):
        raise PolicyError(f"{source}: write the hours as [[hours]] tables.")
    for number, entry in enumerate(hours, start=1):
        field = f"{source}: hours[{number}]"
        hours_given = {key: value for key, value in entry.items() if key != "days"}
        plan = read_hours(hours_given, field=field).on(None, field=field)
        for day in parse_weekdays(entry.get("days"), field=f"{field}.days"):
            if day in week:
                raise PolicyError(f"{field}.days: {WEEKDAYS[day]} has been given already; name every weekday once.")
            week[day] = plan
    holes = [name for day, name in enumerate(WEEKDAYS) if day not in week]
    if holes:
        raise PolicyError(f"{source}: {', '.join(holes)} in neither [[hours]] nor rest; name every weekday once.")
    return tuple(week[day] for day in range(7))


def _check_week(week: tuple[DayPlan | None, ...], source: str) -> None:
    """Refuse a shift whose last window runs into the first window of the next day."""
    for day, plan in enumerate(week):
        following = week[(day + 1) % 7]
        if plan is not None and following is not None and plan.closes - DAY_MINUTES >= following.opens:
            raise PolicyError(
                f"{source}: the windows of {WEEKDAYS[day]} (to {format_clock(plan.closes)}) and "
                f"{WEEKDAYS[(day + 1) % 7]} (from {format_clock(following.opens)}) overlap; move one of them."
            )


def _text(table: Mapping[str, Any], key: str, source: str) -> str:
    value = table.get(key)
    if not isinstance(value, str) or not value.strip():
        raise PolicyError(f"{source}: {key} is missing or empty; write it as text.")
    return value


def _one_of(table: Mapping[str, Any], key: str, choices: tuple[Any, ...], default: str, source: str) -> Any:
    value = table.get(key, default)
    if value not in choices:
        raise PolicyError(f"{source}: {key} must be one of {', '.join(choices)}, not {value!r}.")
    return value


def _truth(table: Mapping[str, Any], key: str, source: str) -> bool:
    value = table.get(key, False)
    if not isinstance(value, bool):
        raise PolicyError(f"{source}: {key} must be true or false, not {value!r}.")
    return value


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
