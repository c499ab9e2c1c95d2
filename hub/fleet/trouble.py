"""What is wrong with a kiosk, from what it last said and what the hub knows of it. Pure: `now` is an argument.

A trouble is a kind with facts; the words for it, and what to do, are in hub.web.phrases_fleet.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final, Literal

import msgspec

from hub.fleet.overview import KioskStatus

Severity = Literal["urgent", "soon", "note"]
"""urgent: people cannot be recorded there, or records may be lost; soon: it will come to that, or costs people time;
note: to know."""

SILENT: Final = timedelta(minutes=5)
SILENT_LONG: Final = timedelta(hours=1)
LAGS: Final = timedelta(minutes=15)
"""A kiosk that speaks and has a queue delivers within seconds."""
LAGS_LONG: Final = timedelta(hours=24)
NEW: Final = timedelta(days=1)
DISK_MB: Final = 1_000
DISK_FULL_MB: Final = 200
HOT_C: Final = 75.0
TOO_HOT_C: Final = 80.0
"""From here on a Raspberry Pi slows itself down."""
RESTARTS: Final = 5
FEW_PEOPLE: Final = 20
"""A rate over fewer says nothing."""
FIRST_TRY_PCT: Final = 85.0
ROSTER_LAGS: Final = timedelta(minutes=15)
DISOBEYS: Final = timedelta(minutes=5)
CERTIFICATE_ENDS: Final = timedelta(days=14)
"""A certificate of 90 days renews itself well before that; one that has not by now does not."""

_ALARMS: Final[dict[str, Severity]] = {
    "unstorable": "urgent",
    "fork": "urgent",
    "conflict": "urgent",
    "rows_lost": "urgent",
    "rolled_back": "urgent",
    "rows_missing": "soon",
    "bad_signature": "soon",
    "broken_chain": "soon",
    "malformed": "soon",
    "source": "soon",
    "refusals": "soon",
    "enrolments": "soon",
    "revoked_device": "soon",
    "unknown_device": "soon",
    "stray_disavowal": "note",
    "restored_backup": "note",
}
_ORDER: Final[dict[str, int]] = {"urgent": 0, "soon": 1, "note": 2}


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """kind: key of the words; since: when it began, where that is known; count, text: what the words name."""

    kind: str
    severity: Severity
    since: datetime | None = None
    count: float | None = None
    text: str = ""


class FleetView(msgspec.Struct, frozen=True, kw_only=True):
    """What a kiosk is held against.

    roster: the newest revision. pack: the deployed one; None: none is. software: the newest among the kiosks in use;
    empty: not known.
    """

    roster: int = 0
    pack: str | None = None
    software: str = ""


def find_troubles(status: KioskStatus, fleet: FleetView, now: datetime) -> list[Trouble]:
    """What is wrong with a kiosk, the worst first; nothing with one that was revoked, unless it still speaks."""
    found = list(_alarms(status))
    if status.state == "active":
        found += [*_presence(status, now), *_decisions(status), *_certificate(status, now)]
        if status.heard_at is not None:
            found += [*_delivery(status, now), *_health(status), *_standing(status, fleet, now), *_service(status)]
    elif status.state == "revoked":
        found = [each for each in found if each.kind == "alarm.revoked_device"]
    return sorted(found, key=lambda each: _ORDER[each.severity])


def worst(troubles: Iterable[Trouble]) -> int:
    """For sorting: 0 urgent, 1 soon, 2 to know, 3 nothing."""
    return min((_ORDER[each.severity] for each in troubles), default=3)


def is_silent(status: KioskStatus, now: datetime) -> bool:
    """Whether a kiosk in use has not been heard for a while, or never."""
    return status.state == "active" and (status.heard_at is None or now - status.heard_at > SILENT)


def newest_software(versions: Iterable[str]) -> str:
    """The highest of versions like 0.1.0; empty where none is one."""
    return max((each for each in versions if _numbers(each)), key=_numbers, default="")


def _presence(status: KioskStatus, now: datetime) -> Iterator[Trouble]:
    if status.heard_at is None:
        severity: Severity = "soon" if now - status.added_at > NEW else "note"
        yield Trouble(kind="never", severity=severity, since=status.added_at)
    elif now - status.heard_at > SILENT:
        severity = "urgent" if now - status.heard_at > SILENT_LONG else "soon"
        yield Trouble(kind="silent", severity=severity, since=status.heard_at)


def _delivery(status: KioskStatus, now: datetime) -> Iterator[Trouble]:
    if not status.queue or is_silent(status, now):
        return
    since = status.delivered_up_to
    if since is None or now - since > LAGS:
        severity: Severity = "urgent" if since is not None and now - since > LAGS_LONG else "soon"
        yield Trouble(kind="queue", severity=severity, since=since, count=status.queue)


def _health(status: KioskStatus) -> Iterator[Trouble]:
    if status.clock_source == "free" and not status.demo:
        yield Trouble(kind="clock", severity="soon")
    if status.camera == "trouble":
        yield Trouble(kind="camera", severity="urgent")
    elif status.camera_restarts >= RESTARTS:
        yield Trouble(kind="camera_restarts", severity="note", count=status.camera_restarts)
    if status.journal == "full":
        yield Trouble(kind="journal_full", severity="urgent")
    elif status.journal == "salvaged":
        yield Trouble(kind="journal_salvaged", severity="soon")
    if status.disk_free_mb is not None and status.disk_free_mb < DISK_MB:
        severity: Severity = "urgent" if status.disk_free_mb < DISK_FULL_MB else "soon"
        yield Trouble(kind="disk", severity=severity, count=status.disk_free_mb)
    if status.temperature_c is not None and status.temperature_c >= HOT_C:
        severity = "urgent" if status.temperature_c >= TOO_HOT_C else "soon"
        yield Trouble(kind="hot", severity=severity, count=round(status.temperature_c))
    for alarm in status.alarms:
        yield Trouble(kind="says", severity="soon", text=alarm)


def _standing(status: KioskStatus, fleet: FleetView, now: datetime) -> Iterator[Trouble]:
    """What it holds, against what it should; of a silent kiosk its silence says enough."""
    if status.locked:
        yield Trouble(kind=f"locked_{status.locked}", severity="soon")
    if is_silent(status, now):
        return
    if fleet.pack is not None and status.packs and fleet.pack not in status.packs:
        yield Trouble(kind="pack_missing", severity="soon", text=fleet.pack)
    elif fleet.pack is not None and status.pack != fleet.pack and status.packs:
        yield Trouble(kind="pack_behind", severity="soon", text=fleet.pack)
    behind = status.roster is not None and status.roster < fleet.roster
    if behind and status.roster_behind_since is not None and now - status.roster_behind_since > ROSTER_LAGS:
        yield Trouble(kind="roster", severity="soon", since=status.roster_behind_since)
    if status.release is not None and status.release.step in ("refused", "rolled_back"):
        text = f"{status.release.release}: {status.release.detail}"
        yield Trouble(kind=f"release_{status.release.step}", severity="soon", since=status.release.at, text=text)
    if _numbers(status.software or "") < _numbers(fleet.software):
        yield Trouble(kind="software", severity="note", text=f"{status.software} < {fleet.software}")
    if status.waits_to_obey_since is not None and now - status.waits_to_obey_since > DISOBEYS:
        yield Trouble(kind="disobeys", severity="soon", since=status.waits_to_obey_since)


def _service(status: KioskStatus) -> Iterator[Trouble]:
    service = status.service
    if service is None or service.first_try_pct is None or service.recorded < FEW_PEOPLE:
        return
    if service.first_try_pct < FIRST_TRY_PCT:
        yield Trouble(kind="first_try", severity="note", count=round(service.first_try_pct))


def _certificate(status: KioskStatus, now: datetime) -> Iterator[Trouble]:
    until = status.certificate_until
    if until is None or until - now > CERTIFICATE_ENDS:
        return
    if until <= now:
        yield Trouble(kind="certificate_over", severity="urgent", since=until)
    else:
        yield Trouble(kind="certificate", severity="soon", since=until)


def _decisions(status: KioskStatus) -> Iterator[Trouble]:
    """What one person decided and a second must confirm."""
    if status.lost_declared_by is not None:
        yield Trouble(kind="lost", severity="soon", text=status.lost_declared_by)
    if status.swap_declared_by is not None:
        yield Trouble(kind="swap", severity="soon", text=status.swap_declared_by)


def _alarms(status: KioskStatus) -> Iterator[Trouble]:
    for kind in status.open_alarms:
        yield Trouble(kind=f"alarm.{kind}", severity=_ALARMS.get(kind, "soon"))


def _numbers(version: str) -> tuple[int, ...]:
    """1.10.2 -> (1, 10, 2); empty for what is no version."""
    return tuple(int(each) for each in re.findall(r"[0-9]{1,9}", version)) if re.match(r"[0-9]", version) else ()
