"""What of a hub goes into the support bundle."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from sqlalchemy import func, select

from contract.checkup import bundle, versions
from hub.access.models import Account
from hub.doctor.checks import PROGRAMS, Patient
from hub.fleet.models import Kiosk
from hub.ingest.models import QuarantinedRow, StoredRow
from hub.roster.models import Employee, Unit

UNIT: Final = "presensi*"
KEEP: Final = frozenset(
    {
        *("data", "broker", "broker_ca", "broker_cert", "host", "port", "share", "pack", "calibrate_at"),
        *("calibrate_target", "keep_refusals_days", "timezone", "second_step_roles", "metrics_on_loopback"),
        *("backup", "folder", "every_hours", "keep_days"),
    }
)
"""Keys whose values may be read by strangers. A new key is hidden until it stands here."""


def collect(patient: Patient, report: dict[str, Any]) -> dict[str, Any]:
    """Name of the file in the bundle -> its content. report: what the doctor found."""
    names, counts = _ask(patient)
    return {
        "doctor.json": bundle.scrub_report(report, names=names),
        "settings.json": bundle.harmless(msgspec.to_builtins(patient.settings), KEEP),
        "versions.json": versions.read_versions(PROGRAMS),
        "rows.json": counts,
        "log.txt": bundle.scrub_log(bundle.read_log(UNIT), names=names),
    }


def _ask(patient: Patient) -> tuple[frozenset[str], dict[str, int]]:
    """Names that the hub knows, to take them out of what leaves it; and how many rows there are."""
    if patient.database is None or not patient.standing.usable:
        return frozenset(), {}
    counted = {
        "employees": Employee,
        "units": Unit,
        "kiosks": Kiosk,
        "accounts": Account,
        "journal_rows": StoredRow,
        "quarantined": QuarantinedRow,
    }
    with patient.database.read() as session:
        people = session.execute(select(Employee.id, Employee.name, Employee.nip)).all()
        accounts = session.scalars(select(Account.username)).all()
        counts = {name: session.scalar(select(func.count()).select_from(of)) or 0 for name, of in counted.items()}
    return bundle.words_of([*(text for row in people for text in row if text), *accounts]), counts
