"""The checks of a hub, in the order in which somebody in charge of it reads them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Final

from contract.broker import BrokerAddress, certificate_end
from contract.checkup import link, machine, versions
from contract.checkup.finding import Check, Finding, Words
from contract.timekeeping import kernel_says_synchronised
from hub.backup.history import newest_backups
from hub.db import Database
from hub.doctor import files, flow
from hub.doctor.database import SEE_ABOVE, DatabaseReading, judge_database, read_database
from hub.errors import SettingsError
from hub.fleet.overview import KioskStatus, kiosk_statuses
from hub.reminders.sending import Gateways
from hub.scheduler.overview import list_jobs
from hub.settings import HubSettings

PROGRAMS: Final = (
    ("SQLAlchemy", ("sqlalchemy",)),
    ("FastAPI", ("fastapi",)),
    ("OpenCV", ("opencv-python-headless", "opencv-python")),
    ("dlib", ("dlib-bin", "dlib")),
)
CLIENT: Final = "presensi-hub-doctor"


@dataclass
class Patient:
    """One hub that is looked at; what several checks need is read once. now: aware.

    database: open, and not migrated; None: there is none where the settings point. crl: the broker's revocation list;
    None: where it usually is.
    """

    settings: HubSettings
    now: datetime
    database: Database | None
    crl: Path | None = None
    root: Path = field(default=Path("/"))

    @cached_property
    def standing(self) -> DatabaseReading:
        if self.database is None:
            return DatabaseReading("sqlite", there=False)
        return read_database(self.database)

    @cached_property
    def kiosks(self) -> list[KioskStatus]:
        return kiosk_statuses(self.database, counts=False) if self.database and self.standing.usable else []

    @cached_property
    def link(self) -> link.LinkReading:
        settings = self.settings
        named = settings.broker_ca, settings.broker_cert, settings.broker_cert_key
        ca, cert, key = (Path(name) if name else None for name in named)
        address = BrokerAddress.parse(settings.broker, ca_file=ca, cert_file=cert, key_file=key)
        return link.try_link(address, client_id=CLIENT)


def hub_checks(patient: Patient) -> list[Check]:
    """Everything that is looked at; nothing is read before a check is carried out."""
    settings, now = patient.settings, patient.now
    own = settings.broker_cert
    return [
        Check("database", Words("Basis data", "Database"), lambda: judge_database(patient.standing)),
        Check(
            "ingest", Words("Detak kios", "Ingest"), _asking(patient, lambda _: flow.judge_ingest(patient.kiosks, now))
        ),
        Check(
            "quarantine",
            Words("Karantina", "Quarantine"),
            _asking(patient, lambda found: flow.judge_quarantine(*flow.count_quarantine(found, now))),
        ),
        Check(
            "jobs",
            Words("Pekerjaan", "Jobs"),
            _asking(patient, lambda found: flow.judge_jobs(list_jobs(found, now=now))),
        ),
        Check("backup", Words("Cadangan", "Backup"), _asking(patient, lambda found: _backup(patient, found))),
        Check(
            "outbox",
            Words("Kotak keluar", "Outbox"),
            _asking(patient, lambda found: flow.judge_backlog(flow.read_backlog(found, now), now)),
        ),
        Check("gateways", Words("Gateway pesan", "Gateways"), lambda: judge_gateways(settings.gateways)),
        Check("network", Words("Jaringan", "Network"), lambda: link.judge_network(patient.link)),
        Check("broker", Words("Broker", "Broker"), lambda: link.judge_broker(patient.link)),
        Check(
            "certificate",
            Words("Sertifikat", "Certificate"),
            lambda: link.judge_certificate(certificate_end(Path(own)) if own else None, now, named=bool(own)),
        ),
        Check("server_certificate", Words("Sertifikat broker", "Broker's cert"), lambda: _server(patient)),
        Check("revocations", Words("Daftar cabut", "Revocations"), lambda: _revocations(patient)),
        Check("clock", Words("Jam", "Clock"), lambda: _clock(patient)),
        Check(
            "disk", Words("Penyimpanan", "Disk"), lambda: machine.judge_disk(machine.read_disk(settings.data_folder))
        ),
        Check("keys", Words("Kunci", "Keys"), lambda: files.judge_keys(files.read_modes(settings.data_folder))),
        Check(
            "versions", Words("Versi", "Versions"), lambda: versions.judge_versions(versions.read_versions(PROGRAMS))
        ),
    ]


def judge_gateways(addresses: dict[str, str]) -> Finding:
    """Whether reminders have a way to people; nothing is sent."""
    if not addresses:
        advice = Words("Bila perlu: docs/reminders.md.", "Where wanted: docs/reminders.md.")
        return Finding("not_fitted", Words("tidak diatur", "none set up"), advice, {"gateways": 0})
    try:
        Gateways(addresses)
    except SettingsError as error:
        return Finding("bad", Words(str(error), str(error)), Words("Perbaiki [gateways].", "Mend [gateways]."))
    names = ", ".join(sorted(addresses))
    return Finding("ok", Words(names, names), measured={"gateways": len(addresses)})


def _asking(patient: Patient, look: Callable[[Database], Finding]) -> Callable[[], Finding]:
    """A check that needs tables; where there are none to ask, it says so."""

    def ask() -> Finding:
        if patient.database is None or not patient.standing.usable:
            return Finding("bad", Words("tidak dapat ditanyakan", "cannot be asked"), SEE_ABOVE)
        return look(patient.database)

    return ask


def _backup(patient: Patient, database: Database) -> Finding:
    wanted = patient.settings.backup
    every = timedelta(hours=wanted.every_hours)
    return flow.judge_backup(newest_backups(database), patient.now, folder=wanted.folder, every=every)


def _server(patient: Patient) -> Finding:
    reading = patient.link
    if reading.server_until is None and reading.failed_at != "tls":
        return Finding("not_fitted", Words("tidak ditunjukkan", "none was shown"))
    if reading.server_until is None:
        advice = Words("Periksa sertifikat di broker.", "Check the certificate at the broker.")
        return Finding("bad", Words(reading.detail, reading.detail), advice)
    return link.judge_certificate(reading.server_until, patient.now, named=True)


def _revocations(patient: Patient) -> Finding:
    path = patient.crl or next((each for each in files.LISTS if each.exists()), None)
    return files.judge_revocations(None if path is None else files.read_revocations(path), patient.now)


def _clock(patient: Patient) -> Finding:
    synchronised = (patient.root / "run/systemd/timesync/synchronized").exists() or kernel_says_synchronised()
    heard = [each.heard_at for each in patient.kiosks if each.heard_at is not None]
    source = "ntp" if synchronised else "free"
    rtc = machine.has_rtc(patient.root)
    return machine.judge_clock(machine.ClockReading(patient.now, source, rtc, max(heard, default=None)))
