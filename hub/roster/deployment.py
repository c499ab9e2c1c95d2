"""Which recognition pack the hub's rosters are made of, and which kiosks can follow it."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from hub.db import Database, table_of
from hub.fleet.models import Kiosk, LatestHeartbeat
from hub.roster.changes import note_reset
from hub.roster.models import DeployedPack, PackChange

_deployed = table_of(DeployedPack)


class ChangeView(msgspec.Struct, frozen=True, kw_only=True):
    """The newest change of the pack; see hub.roster.models.PackChange."""

    pack: str
    state: str
    total: int
    done: int
    failed: int
    started_at: datetime
    started_by: str
    updated_at: datetime


class KioskPack(msgspec.Struct, frozen=True, kw_only=True):
    """What a kiosk said last: the pack it recognises with, and whether it can open the deployed one.

    pack None: it has never been heard of, so nobody knows.
    """

    device: str
    pack: str | None
    can_open: bool | None


class Deployment(msgspec.Struct, frozen=True, kw_only=True):
    """The pack in force. since, set_by None: it is the one that the settings name. change None: there was never one."""

    pack: str
    since: datetime | None
    set_by: str | None
    change: ChangeView | None
    kiosks: tuple[KioskPack, ...]


def deployed_pack(connection: Connection) -> str | None:
    """The deployed pack; None: none was ever set, so kiosks are sent rosters of whichever pack they run."""
    return connection.scalar(select(_deployed.c.pack).where(_deployed.c.id == 1))


def pack_in_force(database: Database, initial: str) -> str:
    """The deployed pack, or the one that the settings name as long as none was set."""
    with database.read() as session:
        return deployed_pack(session.connection()) or initial


def deploy(session: Session, pack: str, *, by: str, now: datetime) -> None:
    """Send rosters of this pack from now on; every kiosk gets a whole one. Call it when templates are complete."""
    row = session.get(DeployedPack, 1)
    if row is None:
        session.add(DeployedPack(id=1, pack=pack, since=now, set_by=by))
    else:
        row.pack, row.since, row.set_by = pack, now, by
    session.flush()
    note_reset(session.connection(), None, now=now)


def show_deployment(database: Database, initial: str) -> Deployment:
    """What is deployed, how far a change of it is, and what kiosks run."""
    kiosks = (
        select(Kiosk.device, LatestHeartbeat.pack, LatestHeartbeat.packs)
        .join(LatestHeartbeat, LatestHeartbeat.device == Kiosk.device, isouter=True)
        .where(Kiosk.state == "active")
        .order_by(Kiosk.device)
    )
    with database.read() as session:
        row = session.get(DeployedPack, 1)
        pack = initial if row is None else row.pack
        change = session.scalars(select(PackChange).order_by(PackChange.id.desc()).limit(1)).first()
        return Deployment(
            pack=pack,
            since=None if row is None else row.since,
            set_by=None if row is None else row.set_by,
            change=None if change is None else _view(change),
            kiosks=tuple(_kiosk_pack(*line, wanted=pack) for line in session.execute(kiosks)),
        )


def _view(change: PackChange) -> ChangeView:
    return ChangeView(**{name: getattr(change, name) for name in ChangeView.__struct_fields__})


def _kiosk_pack(device: str, pack: str | None, packs: list[str] | None, *, wanted: str) -> KioskPack:
    can_open = None if pack is None else wanted == pack or wanted in (packs or ())
    return KioskPack(device=device, pack=pack, can_open=can_open)
