"""What was sent to pay: numbered, frozen, and followed by numbered deltas; a sent line is never written again."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import msgspec
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from hub.db import Database
from hub.errors import PayError
from hub.recap.models import PayRun, PayRunLine
from hub.recap.monthly import Month
from hub.recap.pay import PayLine, pay_lines
from hub.recap.people import UnitName, read_unit_names
from hub.roster.units import UnitTree
from hub.webhooks.events import PayRunFrozen, UnitRef
from hub.webhooks.telling import tell_pay_run

EVERYBODY = "SEMUA"
"""In place of the unit's name in the number of a run over all units."""

_Plain = dict[str, Any]
_Key = tuple[str, int | None]
_NAME_LENGTH = 40
_WORDS = frozenset({"forced", "reasons", "derivation", "lacking", "remarks"})
_NAMED: Mapping[str, tuple[str, ...]] = {"person": ("id", "nip"), "unit": ("id",), "paid_in": ("id",)}
"""Of these parts of a line only what identifies them: a position or a unit's name is not dated, and is no change."""


class RunSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A run or a delta as a list shows it. of_run: the number that a delta belongs to. total: of the amounts; of a
    delta: by how much the month's amounts changed; rupiah. forced: the reason; None: nothing was forced."""

    number: str
    kind: str
    of_run: str | None
    month: str
    unit: UnitName | None
    lines: int
    total: int
    forced: str | None
    digest: str
    made_by: str
    made_at: datetime


class SentLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line as it was sent. line None: a delta took it away. before: what it was until then; None: not there."""

    line: PayLine | None
    before: PayLine | None


class SentRun(msgspec.Struct, frozen=True, kw_only=True):
    """A run with its lines in order."""

    run: RunSummary
    lines: tuple[SentLine, ...]


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the lines of a run are what its digest says."""

    number: str
    whole: bool
    digest: str
    computed: str


@dataclass(frozen=True, slots=True)
class _Change:
    """A line that is to be written: as plain JSON types, with what it was."""

    key: _Key
    line: _Plain | None
    before: _Plain | None


def freeze(
    database: Database, month: Month, unit_id: int | None = None, *, by: str, now: datetime, force: str | None = None
) -> SentRun:
    """Send a month of a unit and those below it (None: everybody) to pay, under the next number.

    PayError when somebody of it was sent already, when there is nothing to send, and while lines are provisional or
    without an amount; `force` is the reason to send it all the same, and stands in those lines.
    """
    with database.write() as session:
        _lock(session)
        _refuse_second(session, month, unit_id)
        lines = pay_lines(session, month, unit_id)
        if not lines:
            raise PayError(f"There is nothing to send to pay for {month.text}: no day of it is assessed.")
        held = _hold_back(lines, force, what=f"The month {month.text}")
        changes = [_Change(_key_of(line), to_plain(line), None) for line in held]
        run = _write(
            session, changes, number=_next_number(session, month, unit_id), of_run=None, month=month, unit_id=unit_id,
            by=by, now=now,
        )  # fmt: skip
        return _read_sent(session, run)


def make_delta(database: Database, number: str, *, by: str, now: datetime, force: str | None = None) -> SentRun | None:
    """Write what changed since a run and its deltas; None when nothing did. PayError as for `freeze`."""
    with database.write() as session:
        _lock(session)
        run = find_run(session, number)
        if run.of_run is not None:
            run = session.get_one(PayRun, run.of_run)
        month = Month.of(run.month)
        before = replay(session, run)
        current = {_key_of(line): line for line in pay_lines(session, month, run.unit_id)}
        changed = [line for key, line in current.items() if key not in before or _differs(before[key], to_plain(line))]
        held = _hold_back(changed, force, what=f"The changes since {run.number}")
        changes = [_Change(_key_of(line), to_plain(line), before.get(_key_of(line))) for line in held]
        changes += [_Change(key, None, line) for key, line in before.items() if key not in current]
        if not changes:
            return None
        deltas = session.scalar(select(func.count()).select_from(PayRun).where(PayRun.of_run == run.id)) or 0
        delta = _write(
            session, changes, number=f"{run.number}/D{deltas + 1:02d}", of_run=run.id, month=month,
            unit_id=run.unit_id, by=by, now=now,
        )  # fmt: skip
        return _read_sent(session, delta)


def show_run(database: Database, number: str) -> SentRun:
    """A run or delta with its lines; PayError when there is none of this number."""
    with database.read() as session:
        return _read_sent(session, find_run(session, number))


def list_runs(database: Database, month: Month | None = None) -> tuple[RunSummary, ...]:
    """Every run and delta (month: of this one), by month and number."""
    with database.read() as session:
        query = select(PayRun).order_by(PayRun.month, PayRun.number)
        if month is not None:
            query = query.where(PayRun.month == month.first)
        units = read_unit_names(session)
        return tuple(_summary(session, run, _rows_of(session, run), units) for run in session.scalars(query))


def verify_runs(database: Database, number: str | None = None) -> tuple[Verified, ...]:
    """Hold the lines of a run (None: of every one) against its digest."""
    with database.read() as session:
        runs = (
            [find_run(session, number)]
            if number is not None
            else list(session.scalars(select(PayRun).order_by(PayRun.month, PayRun.number)))
        )
        return tuple(
            Verified(number=run.number, whole=run.digest == computed, digest=run.digest, computed=computed)
            for run in runs
            for computed in (_digest_of(_rows_of(session, run)),)
        )


def find_run(session: Session, number: str) -> PayRun:
    """The run or delta of a number; PayError when there is none."""
    run = session.scalar(select(PayRun).where(PayRun.number == number))
    if run is None:
        raise PayError(f"There is no run '{number}'; `presensi hub pay runs` shows them.")
    return run


def replay(session: Session, run: PayRun) -> dict[_Key, _Plain]:
    """The lines of a run with all its deltas applied, in order."""
    lines: dict[_Key, _Plain] = {}
    deltas = session.scalars(select(PayRun).where(PayRun.of_run == run.id).order_by(PayRun.id)).all()
    for each in (run, *deltas):
        for row in _rows_of(session, each):
            key = row.employee_id, row.unit_id
            if row.line is None:
                lines.pop(key, None)
            else:
                lines[key] = row.line
    return lines


def to_plain(line: PayLine) -> _Plain:
    """A line as JSON's own types, as it is stored: no floats."""
    plain: _Plain = msgspec.json.decode(msgspec.json.encode(line))
    return plain


def canonical(value: object) -> bytes:
    """JSON in one form: keys in order, no spaces, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _key_of(line: PayLine) -> _Key:
    return line.person.id, line.unit.id


def _differs(before: Mapping[str, Any], line: Mapping[str, Any]) -> bool:
    """Whether pay or attendance changed: neither sentences nor names do, nor what a later release added to a line."""
    facts = before.keys() - _WORDS - _NAMED.keys()
    return any(before[key] != line.get(key) for key in facts) or any(
        before[key].get(part) != line[key].get(part) for key, parts in _NAMED.items() for part in parts
    )


def _hold_back(lines: Sequence[PayLine], force: str | None, *, what: str) -> list[PayLine]:
    """The lines as they may go; PayError while some are not ready and no reason is given."""
    waiting = [line for line in lines if not line.is_ready]
    if not waiting:
        return list(lines)
    if force is None:
        provisional = sum(1 for line in waiting if line.provisional)
        unknown = sum(1 for line in waiting if line.bears_amount and line.amount is None and line.regime is not None)
        names = ", ".join(line.person.name for line in waiting[:3]) + (" …" if len(waiting) > 3 else "")
        raise PayError(
            f"{what} cannot be sent to pay: provisional lines: {provisional}, without an amount: {unknown} "
            f"({names}); settle the days and import what is missing, or send it with --force REASON."
        )
    reason = force.strip()
    if not reason:
        raise PayError("Write why it is sent all the same: --force REASON.")
    return [line if line.is_ready else msgspec.structs.replace(line, forced=reason) for line in lines]


def _lock(session: Session) -> None:
    """Let nobody else send anything before this ends; on SQLite a writing transaction is the lock."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE pay_run IN SHARE ROW EXCLUSIVE MODE"))


def _refuse_second(session: Session, month: Month, unit_id: int | None) -> None:
    """Nobody is sent to pay twice for a month: neither by the same unit nor by one above or below it."""
    tree = UnitTree.load(session.connection())
    sent = session.scalars(select(PayRun).where(PayRun.month == month.first, PayRun.kind == "run")).all()
    for run in sent:
        if unit_id is None or run.unit_id is None or _reaches(tree, run.unit_id, unit_id):
            raise PayError(
                f"{month.text} was sent to pay already as {run.number}; later changes are a delta: "
                f"presensi hub pay delta {run.number}."
            )


def _reaches(tree: UnitTree, one: int, other: int) -> bool:
    return one in tree.within(other) or other in tree.within(one)


def _next_number(session: Session, month: Month, unit_id: int | None) -> str:
    """YYYY-MM/UNIT/001; two units whose names are written alike count on."""
    name = EVERYBODY if unit_id is None else _short_name(read_unit_names(session)[unit_id].name)
    prefix = f"{month.text}/{name}/"
    taken = session.scalars(select(PayRun.number).where(PayRun.kind == "run", PayRun.month == month.first)).all()
    return f"{prefix}{1 + sum(1 for number in taken if number.startswith(prefix)):03d}"


def _short_name(name: str) -> str:
    """Capital letters and digits of a unit's name, joined by hyphens."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Z0-9]+", "-", plain.upper()).strip("-")[:_NAME_LENGTH].strip("-") or "UNIT"


def _write(
    session: Session,
    changes: Iterable[_Change],
    *,
    number: str,
    of_run: int | None,
    month: Month,
    unit_id: int | None,
    by: str,
    now: datetime,
) -> PayRun:
    ordered = sorted(changes, key=_order)
    run = PayRun(
        number=number,
        kind="run" if of_run is None else "delta",
        of_run=of_run,
        month=month.first,
        unit_id=unit_id,
        digest="",
        made_by=by,
        made_at=now,
    )
    rows = [
        PayRunLine(employee_id=change.key[0], unit_id=change.key[1], line=change.line, before=change.before)
        for change in ordered
    ]
    run.digest = _digest_of(rows)
    session.add(run)
    session.flush()
    for row in rows:
        row.run_id = run.id
    session.add_all(rows)
    session.flush()
    _tell(session, run, len(rows), now)
    return run


def _tell(session: Session, run: PayRun, lines: int, now: datetime) -> None:
    """Let webhooks know that a run or delta is there to be fetched."""

    def event(unit: UnitRef | None) -> PayRunFrozen:
        parent = session.get(PayRun, run.of_run) if run.of_run is not None else None
        return PayRunFrozen(
            number=run.number,
            kind=run.kind,
            of_run=parent.number if parent is not None else None,
            month=Month.of(run.month).text,
            unit=unit,
            lines=lines,
            digest=run.digest,
            fetch=f"/api/v1/pay/run?{urlencode({'number': run.number})}",
        )

    tell_pay_run(session, run.unit_id, event, now=now)


def _order(change: _Change) -> tuple[str, str, str, int]:
    line = change.line or change.before or {}
    return (line["unit"]["name"].casefold(), line["person"]["name"].casefold(), change.key[0], change.key[1] or 0)


def _digest_of(rows: Iterable[PayRunLine]) -> str:
    lines = [
        {"employee_id": row.employee_id, "unit_id": row.unit_id, "line": row.line, "before": row.before} for row in rows
    ]
    return hashlib.sha256(canonical(lines)).hexdigest()


def _rows_of(session: Session, run: PayRun) -> Sequence[PayRunLine]:
    return session.scalars(select(PayRunLine).where(PayRunLine.run_id == run.id).order_by(PayRunLine.id)).all()


def _read_sent(session: Session, run: PayRun) -> SentRun:
    rows = _rows_of(session, run)
    return SentRun(
        run=_summary(session, run, rows, read_unit_names(session)),
        lines=tuple(SentLine(line=_from_plain(row.line), before=_from_plain(row.before)) for row in rows),
    )


def _from_plain(line: _Plain | None) -> PayLine | None:
    return None if line is None else msgspec.convert(line, PayLine)


def _summary(
    session: Session, run: PayRun, rows: Collection[PayRunLine], units: Mapping[int | None, UnitName]
) -> RunSummary:
    parent = session.get(PayRun, run.of_run) if run.of_run is not None else None
    return RunSummary(
        number=run.number,
        kind=run.kind,
        of_run=parent.number if parent is not None else None,
        month=Month.of(run.month).text,
        unit=None if run.unit_id is None else units[run.unit_id],
        lines=len(rows),
        total=sum(_amount(row.line) - _amount(row.before) for row in rows),
        forced=next((row.line["forced"] for row in rows if row.line and row.line.get("forced")), None),
        digest=run.digest,
        made_by=run.made_by,
        made_at=run.made_at,
    )


def _amount(line: Mapping[str, Any] | None) -> int:
    return int((line or {}).get("amount") or 0)
