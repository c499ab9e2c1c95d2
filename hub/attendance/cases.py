"""Worked cases of attendance: `given` in, assessed day out, in the form in which a regency writes them down.

A case is {"id", "kind", "given": {...}}, its kind day, days or month; `expect` and other keys beside are not read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Literal, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from hub.attendance.assess import assess
from hub.attendance.day import COMPLETE, AttendanceDay, Cover, Coverage, Document, Hint, PunchSeen, to_plain
from hub.attendance.deduction import SessionPay
from hub.attendance.month_cases import GivenManual, GivenMonth, GivenSlot, read_session_pay, run_month, split_config
from hub.errors import CaseError, PolicyError
from hub.recap.summary import summarise
from hub.schedule.allowance import SessionAllowance
from hub.schedule.calendar import Override, read_override
from hub.schedule.hours import read_hours
from hub.schedule.policy import Policy, change_settings, load_policy

KINDS = ("day", "days", "month")
_Form = TypeVar("_Form", bound=msgspec.Struct)
_CLOCK = re.compile(r"(\d\d:\d\d(?::\d\d)?)([+-]1)?")


class GivenPunch(msgspec.Struct, forbid_unknown_fields=True):
    """A punch with what was chosen on the screen; `at` as in the plain form."""

    at: str
    hint: Literal["in", "out"] | None = None
    kiosk: str = ""


class GivenCover(msgspec.Struct, forbid_unknown_fields=True, rename={"start": "from", "end": "to"}):
    """A span of a letter, dates or times."""

    start: str
    end: str


class GivenDocument(msgspec.Struct, forbid_unknown_fields=True):
    """A letter as the case tells of it."""

    type: str
    reason: str | None = None
    covers: list[GivenCover] = []
    known_by: str | None = None
    handed_in: date | None = None
    verified: date | None = None
    entered_by_operator: date | None = None
    signed_by: list[str] = []
    witness_statements: int = 0
    reopened_because: str | None = None


class Given(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The facts of a case. `date` for the kind day, `dates` for the kind days."""

    policy: str
    tz: str
    as_of: datetime
    work_date: date | None = msgspec.field(name="date", default=None)
    dates: list[date] = []
    punches: list[str | GivenPunch] = []
    documents: list[GivenDocument] = []
    holidays: list[date] = []
    overrides: list[dict[str, Any]] = []
    schedule: dict[str, Any] | None = None
    sessions: dict[str, Any] | None = None
    slot: GivenSlot | None = None
    manual: GivenManual | list[GivenManual] | None = None
    config: dict[str, Any] = {}
    coverage: Literal["complete"] | dict[str, datetime | None] = "complete"
    month_closed: bool = False


class CaseAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a case came to: a result, or the sentence that says why it could not be run."""

    id: str
    result: dict[str, Any] | None = None
    error: str | None = None


def run_cases(cases: Sequence[object]) -> list[CaseAnswer]:
    """An answer for every case, in order; a case that cannot be run does not keep the others from being run."""
    answers = []
    for number, case in enumerate(cases, start=1):
        name = str(case["id"]) if isinstance(case, Mapping) and "id" in case else f"number {number}"
        try:
            answers.append(CaseAnswer(name, result=run_case(case, name=name)))
        except CaseError as error:
            answers.append(CaseAnswer(name, error=str(error)))
    return answers


def run_case(case: object, *, name: str) -> dict[str, Any]:
    """The day of a case as plain JSON types, with `lampiran_ii` over its day or days; CaseError names case and key.

    For the kind `days` the fields are those of the first date: the form is meant for days that are equal. The kind
    `month` has the amounts of its policy's regime of pay.
    """
    kind, table = _read_kind(case, name)
    try:
        if kind == "month":
            return run_month(_read(table, GivenMonth, name))
        given = _read(table, Given, name)
        policy, session_pay = _read_policy(given)
        days = [_assess(given, policy, work_date, session_pay) for work_date in _dates(given)]
    except (PolicyError, _UnreadableError) as error:
        raise CaseError(f"Case {name}: {error}") from error
    return {**to_plain(days[0]), "lampiran_ii": msgspec.to_builtins(summarise(days).lampiran_ii)}


class _UnreadableError(ValueError):
    """Raised inside this module when a value cannot be read; the text begins with its key."""


def _read_kind(case: object, name: str) -> tuple[str, Mapping[str, Any]]:
    if not isinstance(case, Mapping):
        raise CaseError(f"Case {name}: write it as an object with id, kind and given.")
    kind = case.get("kind")
    if kind not in KINDS:
        raise CaseError(f"Case {name}: kind {kind!r} is not known; known are {', '.join(KINDS)}.")
    given = case.get("given")
    if not isinstance(given, Mapping):
        raise CaseError(f"Case {name}: given is missing; write the facts of the case there.")
    return kind, given


def _read(given: Mapping[str, Any], form: type[_Form], name: str) -> _Form:
    try:
        load_policy(str(given.get("policy")))
        return msgspec.convert(given, form)
    except PolicyError as error:
        raise CaseError(f"Case {name}: given.policy: {error}") from error
    except msgspec.ValidationError as error:
        raise CaseError(f"Case {name}: given: {error}.") from error


def _read_policy(given: Given) -> tuple[Policy, SessionPay | None]:
    policy = load_policy(given.policy)
    rule, facts = split_config(policy, given.config, field="given.config")
    session_pay = None
    if "tpp_base" in facts and isinstance(rule, SessionAllowance):
        session_pay = read_session_pay(facts, field="given.config")
    facts = {key: value for key, value in facts.items() if key not in ("tpp_base", "workdays_in_month")}
    policy = change_settings(replace(policy, allowance=rule), facts, source="given.config")
    hours = [(key, table) for key, table in _hours_of(given) if table is not None]
    if len(hours) > 1:
        raise _UnreadableError(f"given.{hours[1][0]}: give {hours[0][0]} or {hours[1][0]}, not both.")
    if not hours:
        return policy, session_pay
    field = f"given.{hours[0][0]}"
    return policy.with_hours(read_hours(hours[0][1] or {}, field=field).on(None, field=field)), session_pay


def _hours_of(given: Given) -> list[tuple[str, Mapping[str, Any] | None]]:
    slot = given.slot
    return [
        ("schedule", given.schedule),
        ("sessions", None if given.sessions is None else {"sessions": given.sessions}),
        ("slot", None if slot is None else {"in": slot.start, "out": slot.end, "quota_min": slot.quota_min}),
    ]


def _dates(given: Given) -> list[date]:
    if (given.work_date is None) == (not given.dates):
        raise _UnreadableError("given.date: give either date or dates.")
    return [given.work_date] if given.work_date is not None else given.dates


def _assess(given: Given, policy: Policy, work_date: date, session_pay: SessionPay | None) -> AttendanceDay:
    try:
        tz = ZoneInfo(given.tz)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise _UnreadableError(f"given.tz: {given.tz!r} is no time zone, such as Asia/Jakarta.") from error
    if given.as_of.tzinfo is None:
        raise _UnreadableError("given.as_of: give it an offset, such as +07:00.")
    return assess(
        work_date=work_date,
        policy=policy,
        tz=tz,
        as_of=given.as_of,
        punches=[_read_punch(punch, work_date, tz) for punch in (*given.punches, *_manual_punches(given))],
        documents=[_read_document(document) for document in given.documents],
        holidays=given.holidays,
        overrides=[_read_override(table, number) for number, table in enumerate(given.overrides, start=1)],
        coverage=_read_coverage(given.coverage),
        month_closed=given.month_closed,
        session_pay=session_pay,
    )


def _manual_punches(given: Given) -> list[GivenPunch]:
    """What somebody entered by hand counts once its photo is approved."""
    entries = given.manual if isinstance(given.manual, list) else [given.manual] if given.manual is not None else []
    return [
        GivenPunch(at, hint, "manual") for entry in entries if entry.photo == "approved" for at, hint in _choices(entry)
    ]


def _choices(entry: GivenManual) -> tuple[tuple[str, Hint], tuple[str, Hint]]:
    return (entry.start, "in"), (entry.end, "out")


def _read_punch(given: str | GivenPunch, work_date: date, tz: ZoneInfo) -> PunchSeen:
    punch = GivenPunch(given) if isinstance(given, str) else given
    clock = _CLOCK.fullmatch(punch.at)
    try:
        taken_at = datetime.fromisoformat(f"{work_date}T{clock[1]}" if clock else punch.at)
    except ValueError as error:
        raise _UnreadableError(f"given.punches: {punch.at!r} is no time; write HH:MM:SS or date and time.") from error
    if clock and clock[2]:
        taken_at += timedelta(days=int(clock[2]))
    if taken_at.tzinfo is None:
        taken_at = taken_at.replace(tzinfo=tz)
    return PunchSeen(taken_at=taken_at, hint=punch.hint, device=punch.kiosk)


def _read_document(given: GivenDocument) -> Document:
    return Document(
        type=given.type,
        reason=given.reason,
        covers=tuple(Cover(start=_read_moment(span.start), end=_read_moment(span.end)) for span in given.covers),
        known_by=given.known_by,
        handed_in=given.handed_in,
        verified=given.verified,
        entered=given.entered_by_operator,
        signed_by=tuple(given.signed_by),
        witness_statements=given.witness_statements,
        reopened_because=given.reopened_because,
    )


def _read_moment(text: str) -> date | datetime:
    try:
        return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
    except ValueError as error:
        raise _UnreadableError(f"given.documents.covers: {text!r} is neither a date nor a date and time.") from error


def _read_override(table: Mapping[str, Any], number: int) -> Override:
    return read_override(table, field=f"given.overrides[{number}]")


def _read_coverage(given: Literal["complete"] | dict[str, datetime | None]) -> Coverage:
    if isinstance(given, str):
        return COMPLETE
    naive = [device for device, upto in given.items() if upto is not None and upto.tzinfo is None]
    if naive:
        raise _UnreadableError(f"given.coverage: give the time of {naive[0]} an offset, such as +07:00.")
    return Coverage(given)
