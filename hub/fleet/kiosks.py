"""Registering kiosks by hand, listing and revoking them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.area import MAX_AREAS, Area
from contract.signing import VerifyKey
from contract.topics import check_device
from hub.db import Database
from hub.errors import FleetError
from hub.fleet.models import Kiosk, LatestHeartbeat
from hub.roster.changes import note_kiosk, note_reset
from hub.roster.models import Unit
from hub.roster.units import check_open_unit

Now = Callable[[], datetime]

MAX_MESSAGE: Final = 500


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class KioskView:
    """A kiosk for lists. heard_at None: it never spoke; delivered_up_to None: coverage is not known; queue: rows that
    it says are still to come; roster: the version it holds."""

    device: str
    state: str
    demo: bool
    unit: str | None
    online: bool | None
    heard_at: datetime | None
    delivered_up_to: datetime | None
    queue: int | None
    roster: int | None
    pack: str | None
    software: str | None


class KioskSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How a kiosk shall behave, as an administrator set it; see contract.roster.KioskPolicy."""

    device: str
    liveness: str
    threshold: float | None
    message: str
    choose: bool
    fallback: tuple[str, ...]
    areas: tuple[Area, ...] = ()


def add_kiosk(
    database: Database,
    device: str,
    key_text: str,
    *,
    demo: bool = False,
    unit: str | None = None,
    liveness: str | None = None,
    now: Now = _now,
) -> None:
    """Trust a device with this public key (base64 or PEM).

    demo: clips and photos count as cameras. liveness: policy; None: `off` for a demo kiosk, else as it is (`active`).

    BadInputError for a name or key that cannot be and a closed unit, FleetError for one that is not there or a device
    that is registered with another key. Registering the same again changes only `demo`, `unit` and `liveness`.
    """
    key = VerifyKey.from_text(key_text)
    check_device(device)
    with database.write() as session:
        register_kiosk(session, device, key, demo=demo, unit=unit, liveness=liveness, now=now())


def register_kiosk(
    session: Session,
    device: str,
    key: VerifyKey,
    *,
    demo: bool = False,
    unit: str | None = None,
    liveness: str | None = None,
    now: datetime,
) -> None:
    """`add_kiosk` within a transaction."""
    kiosk = session.get(Kiosk, device)
    if kiosk is not None and kiosk.state != "active":
        raise FleetError(f"'{device}' was revoked; give the new kiosk a name of its own.")
    if kiosk is not None and kiosk.public_key != key.text:
        raise FleetError(f"'{device}' is registered with another key; revoke it first, or use another name.")
    unit_id = session.scalar(select(Unit.id).where(Unit.name == unit)) if unit is not None else None
    if unit is not None and unit_id is None:
        raise FleetError(f"There is no unit '{unit}'; create it first, or leave the unit out.")
    check_open_unit(session, unit_id, None)
    if kiosk is None:
        kiosk = Kiosk(device=device, public_key=key.text, added_at=now)
        session.add(kiosk)
    kiosk.demo, kiosk.unit_id = demo, unit_id
    if demo or liveness is not None:
        kiosk.liveness = liveness or "off"
    session.flush()
    note_reset(session.connection(), device, now=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyChange:
    """What to change about how a kiosk behaves; None: as it is. fallback, areas: see contract.roster.KioskPolicy."""

    liveness: str | None = None
    message: str | None = None
    choose: bool | None = None
    fallback: tuple[str, ...] | None = None
    areas: tuple[Area, ...] | None = None


def change_policy(database: Database, device: str, change: PolicyChange, *, now: Now = _now) -> KioskSettings:
    """Change some of how a kiosk shall behave; how it behaves then. It learns of it with its next roster."""
    with database.write() as session:
        kiosk = session.get(Kiosk, device)
        if kiosk is None:
            raise FleetError(f"There is no kiosk '{device}'; see the list of kiosks.")
        if change.message is not None and len(change.message) > MAX_MESSAGE:
            raise FleetError(f"A kiosk's message has at most {MAX_MESSAGE} characters.")
        for name in ("liveness", "message", "choose"):
            if getattr(change, name) is not None:
                setattr(kiosk, name, getattr(change, name))
        if change.fallback is not None:
            kiosk.fallback = sorted(set(change.fallback), reverse=True)
        if change.areas is not None and len(change.areas) > MAX_AREAS:
            raise FleetError(f"A kiosk has at most {MAX_AREAS} areas.")
        if change.areas is not None:
            kiosk.areas = [msgspec.to_builtins(area) for area in change.areas]
        session.flush()
        note_kiosk(session.connection(), device, now=now())
        return KioskSettings(
            device=device,
            liveness=kiosk.liveness,
            threshold=kiosk.threshold,
            message=kiosk.message,
            choose=kiosk.choose,
            fallback=tuple(kiosk.fallback),
            areas=read_areas(kiosk.areas),
        )


def read_areas(kept: Sequence[Any]) -> tuple[Area, ...]:
    """A kiosk's areas as its row keeps them."""
    return msgspec.convert(kept, tuple[Area, ...])


def set_policy(
    database: Database,
    device: str,
    *,
    liveness: str,
    threshold: float | None,
    message: str,
    threshold_pack: str = "builtin",
    now: Now = _now,
) -> None:
    """Change how a kiosk shall behave; it learns of it with its next roster.

    threshold_pack: the pack that the threshold is for; with rosters of another one it is not sent.
    """
    with database.write() as session:
        kiosk = session.get(Kiosk, device)
        if kiosk is None:
            raise FleetError(f"There is no kiosk '{device}'; see the list of kiosks.")
        kiosk.liveness, kiosk.threshold, kiosk.message = liveness, threshold, message
        kiosk.threshold_pack = threshold_pack if threshold is not None else None
        session.flush()
        note_kiosk(session.connection(), device, now=now())


def revoke_kiosk(database: Database, device: str, *, now: Now = _now) -> None:
    """Trust a device no more: nothing it sends is stored from now on. FleetError when there is no such kiosk."""
    with database.write() as session:
        kiosk = session.get(Kiosk, device)
        if kiosk is None:
            raise FleetError(f"There is no kiosk '{device}'; see the list of kiosks.")
        if kiosk.state == "active":
            kiosk.state, kiosk.revoked_at = "revoked", now()


def list_kiosks(database: Database) -> list[KioskView]:
    """All kiosks, by name."""
    query = (
        select(Kiosk, LatestHeartbeat, Unit.name)
        .join(LatestHeartbeat, LatestHeartbeat.device == Kiosk.device, isouter=True)
        .join(Unit, Unit.id == Kiosk.unit_id, isouter=True)
        .order_by(Kiosk.device)
    )
    with database.read() as session:
        return [_view(kiosk, heartbeat, unit) for kiosk, heartbeat, unit in session.execute(query)]


def _view(kiosk: Kiosk, heartbeat: LatestHeartbeat | None, unit: str | None) -> KioskView:
    return KioskView(
        device=kiosk.device,
        state=kiosk.state,
        demo=kiosk.demo,
        unit=unit,
        online=kiosk.online,
        heard_at=heartbeat.received_at if heartbeat else None,
        delivered_up_to=kiosk.delivered_up_to,
        queue=heartbeat.queue if heartbeat else None,
        roster=heartbeat.roster if heartbeat else None,
        pack=heartbeat.pack if heartbeat else None,
        software=heartbeat.software if heartbeat else None,
    )
