"""How the kiosk is, line by line, for whoever stands at it. Nothing here names a person."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from zoneinfo import ZoneInfo

from contract.heartbeat import Health
from kiosk.operator.screens import Fact

LEAST_FREE_MB: Final = 200
_FAR_AWAY: Final = "203.0.113.1"
"""An address for examples (RFC 5737), which nobody has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What is known at one moment. address: of this machine, empty: none. receipt_at: of the newest, None: none yet.
    queue: rows that wait, None: the journal cannot be read.

    clock: how it was set. wall: aware. version: of the roster. enrolled, known: people with a face, and by name.
    """

    address: str
    broker: str
    online: bool
    wall: datetime
    clock: Literal["ntp", "rtc", "free"]
    health: Health
    queue: int | None
    version: int
    enrolled: int
    known: int
    pack: str
    packs: tuple[str, ...]
    receipt_at: datetime | None
    software: str
    locked: bool
    locked_by_hub: bool
    enrolments: int


def facts_of(now: Snapshot, zone: ZoneInfo) -> tuple[Fact, ...]:
    """The lines, in the order in which somebody with trouble reads them."""
    health = now.health
    disk = health.disk_free_mb if health.disk_free_mb is not None else 0
    low = health.journal == "full" or disk < LEAST_FREE_MB
    heat = f" \u00b7 {health.temperature_c:.0f}\u00a0\u00b0C" if health.temperature_c is not None else ""
    receipt = f"{now.receipt_at.astimezone(zone):%d/%m %H:%M:%S}" if now.receipt_at is not None else ""
    locked = "by_hub" if now.locked_by_hub else "here" if now.locked else "open"
    alarms = [Fact("alarms", text=each, bad=True) for each in health.alarms] or [Fact("alarms", "none")]
    return (
        Fact("network", "" if now.address else "none", now.address, bad=not now.address),
        Fact("broker", "online" if now.online else "offline", now.broker, bad=not now.online),
        Fact("clock", now.clock, f"{now.wall.astimezone(zone):%d/%m/%Y %H:%M:%S}", bad=now.clock == "free"),
        Fact("storage", health.journal, f"{disk / 1000:.1f} GB{heat}", bad=low),
        Fact("queue", "" if now.queue is not None else "trouble", str(now.queue or 0), bad=now.queue is None),
        Fact("roster", "none" if not now.version else "", str(now.version or ""), bad=not now.version),
        Fact("people", text=f"{now.enrolled} / {now.known}"),
        Fact("pack", text=now.pack + (f" ({', '.join(now.packs)})" if len(now.packs) > 1 else "")),
        Fact("receipt", "" if receipt else "none", receipt, bad=not receipt),
        Fact("camera", health.camera, str(health.camera_restarts or ""), bad=health.camera != "ok"),
        Fact("enrolments", text=str(now.enrolments)),
        Fact("locked", locked, bad=locked != "open"),
        Fact("software", text=now.software),
        *alarms[:3],
    )


def own_address(host: str) -> str:
    """The address from which this machine would reach the host; empty: from none. Nothing is sent, and no name asked.

    A name stands for something far away: looking it up takes seconds where the network is down.
    """
    try:
        target = str(ipaddress.IPv4Address(host))
    except ipaddress.AddressValueError:
        target = _FAR_AWAY
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect((target, 9))
            return str(probe.getsockname()[0])
    except OSError:
        return ""
