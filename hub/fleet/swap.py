"""A kiosk that takes another's place: named by one person, confirmed by another, and then it serves in its stead."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.attendance.dirty import mark_dirty
from hub.db import Database
from hub.errors import FleetError
from hub.fleet.command_models import KioskSwap
from hub.fleet.lost import LONGEST_REASON, waiting_days
from hub.fleet.models import Kiosk, LatestHeartbeat
from hub.roster.changes import note_reset
from hub.roster.officers import is_same_officer, officer_name

_TAKEN_OVER: Final = (
    "unit_id",
    "demo",
    "liveness",
    "threshold",
    "threshold_pack",
    "message",
    "choose",
    "fallback",
    "areas",
)
"""What the new kiosk has of the old one: its place, its unit and how it behaves."""


class Swap(msgspec.Struct, frozen=True, kw_only=True):
    """Where a swap stands. confirmed_by None: it waits for a second person, and nothing has changed.

    queue: rows that the old kiosk said, last, it had still to deliver: they are lost with it unless it delivers them
    before the swap is confirmed; None: not known.
    """

    old_device: str
    new_device: str
    because: str
    declared_by: str
    declared_at: datetime
    confirmed_by: str | None
    confirmed_at: datetime | None
    queue: int | None


def declare_swap(database: Database, old: str, new: str, *, because: str, by: str, now: datetime) -> Swap:
    """Say that `new` shall take the place of `old`, and why; somebody else must confirm it before anything changes.

    FleetError when one of them is unknown or revoked, or when a swap or a loss of the old one waits already.
    """
    officer, why = officer_name(by), " ".join(because.replace("\0", "").split())
    if not why or len(why) > LONGEST_REASON:
        raise FleetError(f"Say why the kiosk is swapped, in 1 to {LONGEST_REASON} characters.")
    with database.write() as session:
        kiosks = _locked(session, old, new)
        _check(kiosks, old, new)
        waiting = _waiting(session, old)
        if waiting is not None:
            raise FleetError(
                f"{waiting.declared_by} named '{waiting.new_device}' for the place of '{old}' already; somebody else "
                "confirms it with --confirm."
            )
        if kiosks[old].lost_declared_by is not None:
            raise FleetError(f"'{old}' is declared lost; confirm that first.")
        swap = KioskSwap(old_device=old, new_device=new, because=why, declared_by=officer, declared_at=now)
        session.add(swap)
        session.flush()
        return _to_swap(session, swap)


def confirm_swap(database: Database, old: str, *, by: str, now: datetime) -> Swap:
    """Confirm, as a second person: the new kiosk gets place, unit and policy, and the old one is revoked.

    What waited for the old one is assessed again. FleetError when nothing waits, or when `by` named the new one.
    """
    officer = officer_name(by)
    with database.write() as session:
        swap = _waiting(session, old)
        if swap is None:
            raise FleetError(f"No swap of '{old}' waits for a second person.")
        if is_same_officer(swap.declared_by, officer):
            raise FleetError(f"{swap.declared_by} asked for this swap; somebody else must confirm it.")
        kiosks = _locked(session, old, swap.new_device)
        _check(kiosks, old, swap.new_device)
        waiting = waiting_days(session, old)
        left, came = kiosks[old], kiosks[swap.new_device]
        for name in _TAKEN_OVER:
            setattr(came, name, getattr(left, name))
        left.state, left.revoked_at = "revoked", now
        swap.confirmed_by, swap.confirmed_at = officer, now
        session.flush()
        note_reset(session.connection(), came.device, now=now)
        mark_dirty(session.connection(), [(day.employee_id, day.work_date) for day in waiting], now=now)
        return _to_swap(session, swap)


def drop_swap(database: Database, old: str, *, by: str, now: datetime) -> None:
    """Take back a swap that waits; the first person may, too. FleetError when nothing waits."""
    officer = officer_name(by)
    with database.write() as session:
        swap = _waiting(session, old)
        if swap is None:
            raise FleetError(f"No swap of '{old}' waits for a second person.")
        swap.dropped_by, swap.dropped_at = officer, now


def swap_of(database: Database, old: str) -> Swap | None:
    """The swap of a kiosk that waits, or was confirmed; None when there is none."""
    query = (
        select(KioskSwap)
        .where(KioskSwap.old_device == old, KioskSwap.dropped_by.is_(None))
        .order_by(KioskSwap.id.desc())
        .limit(1)
    )
    with database.read() as session:
        swap = session.scalar(query)
        return None if swap is None else _to_swap(session, swap)


def _locked(session: Session, *devices: str) -> dict[str, Kiosk]:
    query = select(Kiosk).where(Kiosk.device.in_(sorted(devices))).order_by(Kiosk.device).with_for_update()
    return {kiosk.device: kiosk for kiosk in session.scalars(query)}


def _check(kiosks: dict[str, Kiosk], old: str, new: str) -> None:
    if old == new:
        raise FleetError("A kiosk cannot take its own place.")
    for device in (old, new):
        if device not in kiosks:
            raise FleetError(f"There is no kiosk '{device}'; register it first with its key, then swap.")
        if kiosks[device].state != "active":
            raise FleetError(f"'{device}' was revoked and takes part in no swap.")


def _waiting(session: Session, old: str) -> KioskSwap | None:
    query = select(KioskSwap).where(
        KioskSwap.old_device == old, KioskSwap.confirmed_by.is_(None), KioskSwap.dropped_by.is_(None)
    )
    return session.scalar(query.with_for_update())


def _to_swap(session: Session, swap: KioskSwap) -> Swap:
    return Swap(
        old_device=swap.old_device,
        new_device=swap.new_device,
        because=swap.because,
        declared_by=swap.declared_by,
        declared_at=swap.declared_at,
        confirmed_by=swap.confirmed_by,
        confirmed_at=swap.confirmed_at,
        queue=session.scalar(select(LatestHeartbeat.queue).where(LatestHeartbeat.device == swap.old_device)),
    )
