"""What a policy says about pay: four regimes, each with its own numbers; the amounts are made in `hub.recap.allowance`.

Rates are Decimals, never floats: 0.1 has no float.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from hub.errors import PolicyError
from hub.schedule.hours import refuse_unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionAllowance:
    """A missed session costs a part of the day's share: tpp_base x attendance_share / working days / sessions.

    attendance_share: the part of the allowance that attendance decides, 0 to 1.
    per_miss: into how many parts a day's share is divided; None: as many as the day has sessions.
    """

    attendance_share: Decimal = Decimal("0.4")
    per_miss: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsAllowance:
    """An event (late, or left early, without a letter) takes percent_per_event of the month's earned points.

    individual_share of the allowance goes by effective points up to target_points, the rest by other_share_factor.
    """

    target_points: Decimal = Decimal(6000)
    percent_per_event: Decimal = Decimal(1)
    individual_share: Decimal = Decimal("0.6")
    other_share_factor: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class DurationAllowance:
    """Pay goes by minutes worked, up to each day's quota."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bracket:
    """Minutes up to and including `up_to` (None: without end) cost this percentage."""

    up_to: int | None
    percent: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class BracketAllowance:
    """Each late arrival (TL) and each early departure (PSW) costs its bracket's percentage, each absent day another.

    Percentages are of tpp_base x attendance_share. A missing side takes the top bracket.
    """

    late: tuple[Bracket, ...]
    early: tuple[Bracket, ...]
    absent_percent: Decimal = Decimal(0)
    attendance_share: Decimal = Decimal(1)


AllowanceRule = SessionAllowance | PointsAllowance | DurationAllowance | BracketAllowance


def read_allowance(table: object, *, field: str) -> AllowanceRule:
    """The rule from a policy's [allowance] table; PolicyError names `field` and the key."""
    if not isinstance(table, Mapping):
        raise PolicyError(f"{field}: write it as a table, [allowance].")
    kind = table.get("kind")
    if kind not in _READERS:
        raise PolicyError(f"{field}.kind: {kind!r} is not known; known are {', '.join(_READERS)}.")
    return _READERS[kind]({key: value for key, value in table.items() if key != "kind"}, field)


def change_allowance(rule: AllowanceRule, settings: Mapping[str, Any], *, field: str) -> AllowanceRule:
    """The rule with other numbers; PolicyError names `field` and the key that the rule does not know."""
    keys = _SETTINGS.get(type(rule), {})
    refuse_unknown(settings, frozenset(keys), field)
    changes = {_FIELDS.get(key, key): keys[key](value, f"{field}.{key}") for key, value in settings.items()}
    return replace(rule, **changes)


def allowance_keys(rule: AllowanceRule | None) -> frozenset[str]:
    """The settings that change_allowance takes for this rule."""
    return frozenset(_SETTINGS.get(type(rule), {})) if rule is not None else frozenset()


def read_decimal(value: object, field: str) -> Decimal:
    """A number of at least 0, from text or a number, taken as it is written; PolicyError names `field`."""
    try:
        number = Decimal(str(value)) if isinstance(value, str | int | float) and not isinstance(value, bool) else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite() or number < 0:
        raise PolicyError(f"{field}: {value!r} is no number of at least 0.")
    return number


def _share(value: object, field: str) -> Decimal:
    share = read_decimal(value, field)
    if share > 1:
        raise PolicyError(f"{field}: {value!r} is no share; write 0.4 for 40 percent.")
    return share


def _positive(value: object, field: str) -> Decimal:
    number = read_decimal(value, field)
    if not number:
        raise PolicyError(f"{field}: it must be more than 0.")
    return number


def _per_miss(value: object, field: str) -> Decimal | None:
    """`day_share/4`, or `day_share/sessions` for as many as the day has."""
    name, slash, parts = value.partition("/") if isinstance(value, str) else ("", "", "")
    if name.strip() != "day_share" or not slash:
        raise PolicyError(f"{field}: {value!r} is not known; write day_share/4 or day_share/sessions.")
    return None if parts.strip() == "sessions" else _positive(parts.strip(), field)


_Reader = Callable[[object, str], Any]
_FIELDS = {"deduct_per_miss": "per_miss"}
_SETTINGS: dict[type, dict[str, _Reader]] = {
    SessionAllowance: {"attendance_share": _share, "deduct_per_miss": _per_miss},
    PointsAllowance: {
        "target_points": _positive,
        "percent_per_event": read_decimal,
        "individual_share": _share,
        "other_share_factor": read_decimal,
    },
    DurationAllowance: {},
    BracketAllowance: {"attendance_share": _share, "absent_percent": read_decimal},
}


def _read_sessions(table: Mapping[str, Any], field: str) -> AllowanceRule:
    return change_allowance(SessionAllowance(), table, field=field)


def _read_points(table: Mapping[str, Any], field: str) -> AllowanceRule:
    return change_allowance(PointsAllowance(), table, field=field)


def _read_duration(table: Mapping[str, Any], field: str) -> AllowanceRule:
    return change_allowance(DurationAllowance(), table, field=field)


def _read_brackets(table: Mapping[str, Any], field: str) -> AllowanceRule:
    rule = BracketAllowance(
        late=_brackets(table.get("late"), f"{field}.late"), early=_brackets(table.get("early"), f"{field}.early")
    )
    rest = {key: value for key, value in table.items() if key not in ("late", "early")}
    return change_allowance(rule, rest, field=field)


def _brackets(tables: object, field: str) -> tuple[Bracket, ...]:
    if not isinstance(tables, list) or not tables or not all(isinstance(table, dict) for table in tables):
        raise PolicyError(f"{field}: write at least one [[{field.partition(': ')[2] or field}]] with percent.")
    brackets: list[Bracket] = []
    for number, table in enumerate(tables, start=1):
        where = f"{field}[{number}]"
        refuse_unknown(table, frozenset({"up_to", "percent"}), where)
        up_to = table.get("up_to")
        if up_to is None and number < len(tables):
            raise PolicyError(f"{where}: only the last bracket may be without up_to.")
        if up_to is not None and (not isinstance(up_to, int) or isinstance(up_to, bool) or up_to <= 0):
            raise PolicyError(f"{where}.up_to: {up_to!r} is no number of minutes.")
        if brackets and up_to is not None and up_to <= (brackets[-1].up_to or 0):
            raise PolicyError(f"{where}.up_to: {up_to} is not more than the bracket before it.")
        brackets.append(Bracket(up_to=up_to, percent=read_decimal(table.get("percent"), f"{where}.percent")))
    if brackets[-1].up_to is not None:
        raise PolicyError(f"{field}: leave up_to out of the last bracket: it holds whatever is longer.")
    return tuple(brackets)


_READERS: dict[str, Callable[[Mapping[str, Any], str], AllowanceRule]] = {
    "sessions": _read_sessions,
    "points": _read_points,
    "duration": _read_duration,
    "brackets": _read_brackets,
}
