"""The checks of a kiosk, in the order in which a technician reads them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Final

from contract.broker import BrokerAddress, certificate_end
from contract.checkup import link, machine, versions
from contract.checkup.finding import Check, Finding, Words
from kiosk.bulletin import BULLETIN, Bulletin, read_told
from kiosk.clock import SystemClock
from kiosk.device_secret import FusedKey
from kiosk.doctor import devices, stores
from kiosk.doctor.journal_reading import JournalReading, read_journal
from kiosk.equipment import open_panel, source_settings
from kiosk.errors import HardwareError
from kiosk.settings import KioskSettings
from kiosk.vault import Vault, look_into_vault

PROGRAMS: Final = (
    ("OpenCV", ("opencv-python-headless", "opencv-python")),
    ("dlib", ("dlib-bin", "dlib")),
    ("PySide6", ("PySide6-Essentials", "PySide6")),
)
PARTS: Final[Mapping[str, Words]] = {
    "relay": Words("Relay pintu", "Door relay"),
    "lights": Words("Lampu", "Lights"),
    "buzzer": Words("Buzzer", "Buzzer"),
}


@dataclass
class Patient:
    """One kiosk that is looked at; what several checks need is read once. now: aware.

    camera: tries a camera that nobody uses; None: as the settings say. root: of the file system, for tests.
    """

    settings: KioskSettings
    now: datetime
    camera: Callable[[], devices.CameraReading] | None = None
    root: Path = field(default=Path("/"))

    @cached_property
    def journal(self) -> JournalReading:
        return read_journal(self.settings.data_folder / "journal.sqlite3")

    @cached_property
    def vault(self) -> Vault:
        return look_into_vault(self.settings.data_folder, device=FusedKey())

    @property
    def runs(self) -> bool:
        """Whether the kiosk runs, and has camera and pins."""
        return self.journal.in_use

    @cached_property
    def bulletin(self) -> Bulletin | None:
        return read_told(self.settings.data_folder / BULLETIN, Bulletin)

    @cached_property
    def link(self) -> link.LinkReading:
        return link.try_link(self.address, client_id=f"{self.settings.device}-doctor")

    @property
    def address(self) -> BrokerAddress:
        files = self.settings.broker_ca, self.settings.broker_cert, self.settings.broker_cert_key
        ca, cert, key = (Path(name) if name else None for name in files)
        return BrokerAddress.parse(self.settings.broker, ca_file=ca, cert_file=cert, key_file=key)

    @cached_property
    def panel(self) -> devices.PanelReading | HardwareError:
        if self.runs:
            return devices.ask_kiosk_of_panel(self.bulletin, self.now)
        try:
            return (
                devices.try_panel(self.settings.wiring, open_panel) if self.settings.wiring else devices.PanelReading()
            )
        except HardwareError as error:
            return error

    @property
    def pack(self) -> str:
        """The roster's, where there is one; else what the kiosk starts with."""
        reading = stores.read_roster(self.settings.data_folder / "roster.msgpack", self.now, self.vault)
        return reading.summary.pack if reading.summary else self.settings.pack


def kiosk_checks(patient: Patient) -> list[Check]:
    """Everything that is looked at; nothing is read before a check is carried out."""
    settings, now, root = patient.settings, patient.now, patient.root
    certificate = settings.broker_cert
    return [
        Check("camera", Words("Kamera", "Camera"), lambda: _camera(patient)),
        *(Check(part, title, _part(patient, part)) for part, title in PARTS.items()),
        Check("clock", Words("Jam", "Clock"), lambda: _clock(patient)),
        Check(
            "disk",
            Words("Penyimpanan", "Disk"),
            lambda: machine.judge_disk(machine.read_disk(settings.data_folder, root=root)),
        ),
        Check("heat", Words("Suhu", "Temperature"), lambda: machine.judge_heat(machine.read_heat(root))),
        Check("network", Words("Jaringan", "Network"), lambda: link.judge_network(patient.link)),
        Check("broker", Words("Broker", "Broker"), lambda: link.judge_broker(patient.link)),
        Check(
            "certificate",
            Words("Sertifikat", "Certificate"),
            lambda: link.judge_certificate(
                certificate_end(Path(certificate)) if certificate else None, now, named=bool(certificate)
            ),
        ),
        Check(
            "roster",
            Words("Roster", "Roster"),
            lambda: stores.judge_roster(
                stores.read_roster(settings.data_folder / "roster.msgpack", now, patient.vault)
            ),
        ),
        Check("journal", Words("Jurnal", "Journal"), lambda: stores.judge_journal(patient.journal, now)),
        Check("pack", Words("Paket model", "Model pack"), lambda: stores.check_pack(patient.pack)),
        Check(
            "versions", Words("Versi", "Versions"), lambda: versions.judge_versions(versions.read_versions(PROGRAMS))
        ),
    ]


def _camera(patient: Patient) -> Finding:
    if patient.runs:
        return devices.judge_camera(devices.ask_kiosk(patient.bulletin, patient.now))
    attempt = patient.camera or (lambda: devices.try_camera(source_settings(patient.settings)))
    return devices.judge_camera(attempt())


def _part(patient: Patient, part: str) -> Callable[[], Finding]:
    def look() -> Finding:
        wiring = patient.settings.wiring
        if wiring is None or not _is_wired(patient, part):
            return devices.judge_part(part, wired=False, reading=None, trouble=None)
        panel = patient.panel
        if isinstance(panel, HardwareError):
            return devices.judge_part(part, wired=True, reading=None, trouble=str(panel))
        return devices.judge_part(part, wired=True, reading=panel, trouble=None)

    return look


def _is_wired(patient: Patient, part: str) -> bool:
    wiring = patient.settings.wiring
    if wiring is None:
        return False
    named = {"relay": (wiring.relay,), "lights": (wiring.rgb, wiring.lamps), "buzzer": (wiring.buzzer,)}[part]
    return any(each is not None for each in named)


def _clock(patient: Patient) -> Finding:
    reading = SystemClock(state_root=patient.root).read()
    known = [patient.journal.newest_at, patient.bulletin.receipt_at if patient.bulletin else None]
    return machine.judge_clock(
        machine.ClockReading(
            now=patient.now,
            source=reading.stamp.source,
            has_rtc=machine.has_rtc(patient.root),
            known_at=max((each for each in known if each is not None), default=None),
        )
    )
