"""The account that a kiosk gives of itself: what its heartbeat says beyond the journal's own state."""

from __future__ import annotations

import importlib.metadata
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from contract.broker import certificate_end
from contract.heartbeat import Health, ReleaseProgress, Service
from kiosk.bulletin import PROGRESS, Bulletin, read_told
from kiosk.camera.source import FrameSource
from kiosk.camera.supervisor import CaptureSupervisor
from kiosk.evidence_folder import EvidenceFolder
from kiosk.hardware.fittings import Fittings
from kiosk.hardware.sounding_panel import SoundingPanel
from kiosk.journal import Journal
from kiosk.months import MonthCache
from kiosk.orders import Orders
from kiosk.packs import PackShelf
from kiosk.position import GpsdPosition
from kiosk.roster import RosterCache
from kiosk.uplink import Bearing
from kiosk.vault import Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Asks everybody how they are. `bearing` may be called from any thread.

    camera_working: whether frames come now. service: how people were served today; None: nobody could be yet.
    position: None for a kiosk that stays where it is. certificate: file of the one that the broker asks for.
    """

    data_folder: Path
    journal: Journal
    vault: Vault
    roster: RosterCache
    packs: PackShelf
    months: MonthCache
    orders: Orders
    source: FrameSource
    evidence: EvidenceFolder
    fittings: Fittings
    panel: SoundingPanel
    position: GpsdPosition | None
    camera_working: Callable[[], bool]
    service: Callable[[], Service | None]
    certificate: Path | None = None

    def bearing(self) -> Bearing:
        """How the kiosk is now."""
        roster = self.roster.current
        return Bearing(
            roster=0 if self.orders.refresh_wanted else roster.version,
            command=self.orders.newest,
            pack=roster.pack,
            packs=self.packs.names,
            software=importlib.metadata.version("presensi"),
            months=self.months.current.version,
            service=self.service(),
            health=self.health(),
            outcomes=self.orders.outcomes,
            release=read_told(self.data_folder / PROGRESS, ReleaseProgress),
            locked="hub" if self.orders.locked_by_hub else "here" if self.orders.locked_here else "",
        )

    def health(self) -> Health:
        """What of it works."""
        camera = self.source.health if isinstance(self.source, CaptureSupervisor) else None
        troubled = camera is not None and camera.reason
        return Health(
            camera="ok" if self.camera_working() else "trouble" if troubled else "starting",
            journal="full" if self.journal.full else "salvaged" if self.journal.alarms else "ok",
            camera_restarts=camera.restarts if camera is not None else 0,
            disk_free_mb=shutil.disk_usage(self.data_folder).free // 1_000_000,
            temperature_c=_temperature(),
            alarms=tuple(self._alarms()),
            # Read anew each time: it is renewed while the kiosk runs.
            certificate_until=certificate_end(self.certificate) if self.certificate is not None else None,
        )

    def bulletin(
        self, *, at: datetime, connected: bool, brightness: float | None = None, receipt_at: datetime | None = None
    ) -> Bulletin:
        """What of it other programs on this machine may know; nothing about a person."""
        health = self.health()
        return Bulletin(
            software=importlib.metadata.version("presensi"),
            at=at,
            camera=health.camera,
            journal=health.journal,
            roster=self.roster.current.version,
            connected=connected,
            camera_restarts=health.camera_restarts,
            brightness=brightness,
            panel=self.panel.fitted,
            panel_alarms=self.panel.alarms,
            receipt_at=receipt_at,
        )

    def _alarms(self) -> list[str]:
        position = self.position
        unplaced = position.trouble if position is not None and not position.place().fix else None
        return [
            *self.journal.alarms[-10:],
            *self.packs.alarms,
            *(each for each in (self.vault.trouble, self.roster.trouble, self.evidence.trouble) if each),
            *self.fittings.alarms,
            *self.panel.alarms,
            *([f"Punches are unplaced: {unplaced}."] if unplaced else []),
        ]


def _temperature() -> float | None:
    """Of the processor in degrees Celsius; None where the machine does not tell."""
    try:
        return int(Path("/sys/class/thermal/thermal_zone0/temp").read_text(encoding="ascii")) / 1000
    except (OSError, ValueError):
        return None
