"""Heartbeats as the hub keeps them: the newest of each kiosk."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, select

from contract import codec
from contract.errors import MalformedMessageError, SignatureError
from contract.heartbeat import Heartbeat, ReleaseProgress
from hub.bulk import Row, upsert
from hub.db import table_of
from hub.errors import RefusedHeartbeatError
from hub.fleet.models import LatestHeartbeat
from hub.ingest.quarantine import EARLIEST, LATEST
from hub.ingest.terminals import Terminal

CLOCK_AHEAD: Final = timedelta(minutes=5)
"""A heartbeat from further in the future than this came from a wrong clock, and makes no later one old."""

KNOWN_FOR: Final = timedelta(days=30)
"""Shorter than kiosks keep what they delivered."""

_latest = table_of(LatestHeartbeat)


@dataclass(frozen=True, slots=True)
class StoredHeartbeat:
    """What is needed of the last heartbeat to judge the next one. last_seq: of the epoch; queue: of all epochs."""

    boot: str
    monotonic_ms: int
    sent_at: datetime
    received_at: datetime
    epoch: str
    last_seq: int
    queue: int


def open_heartbeat(payload: bytes, terminal: Terminal) -> Heartbeat:
    """The heartbeat in a payload; RefusedHeartbeatError when it is none, or another's, or the kiosk is revoked."""
    if not terminal.active:
        raise RefusedHeartbeatError("revoked_device", f"{terminal.device} was revoked and still speaks.")
    try:
        heartbeat = codec.unseal(payload, Heartbeat, key=terminal.key, purpose="state", device=terminal.device)
    except SignatureError as error:
        raise RefusedHeartbeatError("bad_signature", str(error)) from error
    except MalformedMessageError as error:
        raise RefusedHeartbeatError("malformed", str(error)) from error
    if not all(EARLIEST <= moment <= LATEST for moment in (heartbeat.sent_at, heartbeat.as_of)):
        raise RefusedHeartbeatError("malformed", f"No clock shows {heartbeat.sent_at} or {heartbeat.as_of}.")
    return heartbeat


def is_stale(heartbeat: Heartbeat, stored: StoredHeartbeat | None, *, retained: bool) -> bool:
    """Whether a newer heartbeat of this kiosk is known.

    Within a boot the monotonic clock tells. Across boots the wall clock does, unless it cannot be relied on: a kiosk
    that starts without a battery may live in the past, but then it speaks itself and not the broker's memory.
    """
    if stored is None:
        return False
    if heartbeat.clock.boot == stored.boot:
        return heartbeat.clock.monotonic_ms < stored.monotonic_ms
    if stored.sent_at > stored.received_at + CLOCK_AHEAD:
        return False
    if heartbeat.clock.source == "free" and not retained:
        return False
    return heartbeat.sent_at < stored.sent_at


def is_of_another_card(heartbeat: Heartbeat, stored: StoredHeartbeat | None, *, now: datetime) -> bool:
    """Whether the journal that was heard of last is unknown to whoever speaks now.

    A kiosk names every epoch that still holds rows, and keeps its newest row of all. So the card is a new one, or there
    are two. A journal of which nothing was heard for long may have been forgotten, or stand behind too many boots.
    """
    if stored is None or stored.last_seq == 0 or now - stored.received_at > KNOWN_FOR:
        return False
    return stored.epoch not in {heartbeat.epoch, *(each.epoch for each in heartbeat.older)}


def stored_heartbeats(connection: Connection, devices: Iterable[str]) -> dict[str, StoredHeartbeat]:
    """The newest heartbeats of these kiosks."""
    names = ("boot", "monotonic_ms", "sent_at", "received_at", "epoch", "last_seq", "queue")
    columns = [_latest.c[name] for name in names]
    query = select(_latest.c.device, *columns).where(_latest.c.device.in_(list(devices)))
    return {row.device: StoredHeartbeat(*row[1:]) for row in connection.execute(query)}


def store_heartbeats(connection: Connection, heard: Sequence[tuple[str, Heartbeat]], *, now: datetime) -> None:
    """Put (device, heartbeat) in the place of each kiosk's last one."""
    rows = [_columns(device, heartbeat, now) for device, heartbeat in heard]
    names = [column.name for column in _latest.columns if column.name != "device"]
    upsert(connection, _latest, rows, key=("device",), changes=lambda new: {name: new[name] for name in names})


def _columns(device: str, heartbeat: Heartbeat, now: datetime) -> Row:
    clock, health = heartbeat.clock, heartbeat.health
    return {
        "device": device,
        "epoch": heartbeat.epoch,
        "first_kept": heartbeat.first_kept,
        "last_seq": heartbeat.last_seq,
        "queue": heartbeat.queue,
        "sent_at": heartbeat.sent_at,
        "as_of": heartbeat.as_of,
        "boot": _plain(clock.boot),
        "monotonic_ms": clock.monotonic_ms,
        "clock_source": clock.source,
        "camera": health.camera,
        "journal": health.journal,
        "camera_restarts": health.camera_restarts,
        "disk_free_mb": health.disk_free_mb,
        "temperature_c": health.temperature_c,
        "alarms": [_plain(alarm, 500) for alarm in health.alarms[:20]],
        "roster": heartbeat.roster,
        "months": heartbeat.months,
        "command": heartbeat.command,
        "receipt": heartbeat.receipt,
        "pack": _plain(heartbeat.pack),
        "packs": [_plain(pack) for pack in heartbeat.packs],
        "software": _plain(heartbeat.software),
        "locked": heartbeat.locked,
        "release": _release(heartbeat.release),
        "received_at": now,
    }


def _release(progress: ReleaseProgress | None) -> dict[str, Any] | None:
    if progress is None:
        return None
    told: dict[str, Any] = msgspec.to_builtins(progress)
    return told | {"release": _plain(progress.release), "detail": _plain(progress.detail, 200)}


def _plain(text: str, limit: int = 64) -> str:
    """Text that every database takes."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")[:limit]
