"""Two cards of one kiosk: told apart from one card that went back in time.

A card that was rolled back begins a journal of its own, and the former is never heard again: that rings `rolled_back`.
Two that carry on the same journal are a copy and its original: when each has been heard after they parted, the kiosk
is locked, for nobody knows which is the right one. Two that report in turn, each with a journal of its own, ring alone.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, func, insert, select

from contract.heartbeat import Heartbeat
from hub.db import table_of
from hub.fleet.alarms import AlarmBook
from hub.fleet.command_models import KioskCommand
from hub.fleet.commands import HOLDS_FOR, next_version
from hub.fleet.models import LatestHeartbeat
from hub.ingest.models import QuarantinedRow
from hub.ingest.progress import EpochKey, Progress, ProgressBook

BOTH_WITHIN: Final = timedelta(days=1)
"""Both report when no more than this lies between them."""

AUTHOR: Final = "hub"

_quarantine = table_of(QuarantinedRow)
_commands = table_of(KioskCommand)
_latest = table_of(LatestHeartbeat)


def lock_clones(
    connection: Connection,
    grown: Iterable[tuple[EpochKey, int]],
    progress: ProgressBook,
    *,
    now: datetime,
    alarms: AlarmBook,
) -> None:
    """Lock kiosks whose journals have grown on both of two branches; the caller has locked their rows.

    grown: journals with the last row that was stored just now.
    """
    for (device, epoch), last_seq in grown:
        if progress.of(device, epoch).quarantined == 0:
            continue
        locked_at = connection.scalar(
            select(func.max(_commands.c.made_at)).where(
                _commands.c.device == device, _commands.c.action == "lock", _commands.c.author == AUTHOR
            )
        )
        # What it was locked for once, and somebody unlocked, is no news.
        since = now - BOTH_WITHIN if locked_at is None else max(now - BOTH_WITHIN, locked_at)
        parted_at = connection.scalar(
            select(func.min(_quarantine.c.seq)).where(
                _quarantine.c.device == device,
                _quarantine.c.epoch == epoch,
                _quarantine.c.reason == "conflict",
                _quarantine.c.received_at > since,
                _quarantine.c.received_at < now,
            )
        )
        if parted_at is None or last_seq <= parted_at:
            continue
        alarms.ring(device, "fork", f"journal {epoch} goes on twice from row {parted_at}; the kiosk is being locked.")
        _lock(connection, device, now)


def ring_for_turns(
    connection: Connection, device: str, heartbeat: Heartbeat, current: Progress, alarms: AlarmBook
) -> None:
    """Ring when a kiosk comes back to a journal after another that it does not know: two cards report in turn."""
    if current.last_seq_claimed == 0:
        return
    last = connection.scalar(select(_latest.c.epoch).where(_latest.c.device == device))
    if last is None or last in {heartbeat.epoch, *(each.epoch for each in heartbeat.older)}:
        return
    alarms.ring(
        device, "fork", f"journals {heartbeat.epoch} and {last} report in turn: two cards of this kiosk are in use."
    )


def _lock(connection: Connection, device: str, now: datetime) -> None:
    connection.execute(
        insert(_commands).values(
            id=str(uuid.uuid4()),
            device=device,
            version=next_version(connection, device),
            action="lock",
            text="",
            author=AUTHOR,
            made_at=now,
            expires_at=now + HOLDS_FOR["lock"],
            detail="",
        )
    )
