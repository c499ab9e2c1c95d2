"""What of a kiosk goes into the support bundle."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from contract.checkup import bundle, versions
from contract.errors import MalformedMessageError
from kiosk.doctor.checks import PROGRAMS, Patient
from kiosk.errors import VaultError
from kiosk.roster import names_in_cache

UNIT: Final = "presensi*"
_NO_LOG: Final = "Left out: the roster cannot be read here, so nobody's name could be taken out of the log.\n"
KEEP: Final = frozenset(
    {
        *("device", "data", "broker", "broker_ca", "broker_cert", "pack", "timezone", "language", "portable", "gpsd"),
        *("repeat_seconds", "accepted_hold_seconds", "refused_hold_seconds", "heartbeat_seconds"),
        *("receipt_timeout_seconds", "keep_delivered_days", "keep_pictures_days", "panel_inches", "hardware"),
        *("camera", "kind", "width", "height", "fps", "pace", "loop", "rotation_degrees", "mains_hertz"),
        *("reset_command", "reboot_after", "night", "from_hour", "until_hour", "idle_seconds"),
        *("sound", "volume", "night_volume"),
        *("releases", "folder", "hub", "rate_kb", "restart"),
        *("panel", "relay", "rgb", "lamps", "buzzer", "tamper", "presence", "fill_light", "backlight"),
        *("pin", "red", "green", "blue", "orange", "active_high", "pulse_seconds", "passive", "night_percent"),
    }
)
"""Keys whose values may be read by strangers; `pin` is a pin of the board. A new key is hidden until it stands here."""


def collect(patient: Patient, report: dict[str, Any]) -> dict[str, Any]:
    """Name of the file in the bundle -> its content. report: what the doctor found."""
    found = _names(patient)
    names, knows_names = found or frozenset(), found is not None
    journal = patient.journal
    return {
        "doctor.json": bundle.scrub_report(report, names=names),
        "settings.json": bundle.harmless(msgspec.to_builtins(patient.settings), KEEP),
        "versions.json": versions.read_versions(PROGRAMS),
        "journal.json": {
            "rows": journal.rows,
            "epochs": journal.epochs,
            "queue": journal.queue,
            "kinds": dict(journal.kinds),
            "newest_at": journal.newest_at,
            "oldest_unsent_at": journal.oldest_pending_at,
            "damaged": journal.damage is not None,
            "damaged_before": journal.damaged_before,
        },
        "log.txt": bundle.scrub_log(bundle.read_log(UNIT), names=names) if knows_names else _NO_LOG,
    }


def _names(patient: Patient) -> frozenset[str] | None:
    """Names that this machine knows, to take them out of its logs; None: it has some, and they cannot be read."""
    try:
        return bundle.words_of(names_in_cache(patient.settings.data_folder / "roster.msgpack", patient.vault))
    except FileNotFoundError:
        return frozenset()
    except (OSError, MalformedMessageError, VaultError):
        return None
