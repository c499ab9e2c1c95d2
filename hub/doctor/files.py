"""Judging files of a hub: its keys' rights, and the revocation list that the broker reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509

from contract.checkup.finding import NOTHING, Finding, Measure, Words

OTHERS: Final = 0o077
LISTS: Final = (Path("/etc/mosquitto/presensi/crl.pem"), Path("/etc/mosquitto/crl.pem"))
SOON: Final = timedelta(days=2)
_BEGIN: Final = b"-----BEGIN X509 CRL-----"


def read_modes(folder: Path) -> dict[str, int]:
    """Names of the keys in the data folder, each with its mode; the folder itself is `.`."""
    if not folder.is_dir():
        return {}
    keys = {each.name: each.stat().st_mode & 0o777 for each in sorted(folder.glob("*.key"))}
    return {".": folder.stat().st_mode & 0o777, **keys}


def judge_keys(modes: Mapping[str, int]) -> Finding:
    """Bad when others may read a key."""
    keys = {name: mode for name, mode in modes.items() if name != "."}
    open_ = sorted(name for name, mode in keys.items() if mode & OTHERS)
    measured: dict[str, Measure] = {name: f"{mode:04o}" for name, mode in modes.items()}
    if "hub.key" not in keys:
        advice = Words("Jalankan hub, atau pulihkan cadangan.", "Start the hub, or restore a backup.")
        return Finding("bad", Words("hub.key belum ada", "there is no hub.key"), advice, measured)
    if open_:
        names = " ".join(open_)
        value = Words(f"dapat dibaca orang lain: {names}", f"others may read: {names}")
        return Finding(
            "bad", value, Words("chmod 600, lalu ganti kuncinya.", "chmod 600, then replace the keys."), measured
        )
    return Finding("ok", Words(f"{len(keys)} kunci, 0600", f"{len(keys)} keys, 0600"), NOTHING, measured)


@dataclass(frozen=True, slots=True)
class RevocationReading:
    """made_at, next_at: the oldest and the first to end of the lists in a file, aware UTC; None: they do not say."""

    lists: int
    revoked: int
    made_at: datetime
    next_at: datetime | None


def read_revocations(path: Path) -> RevocationReading:
    """All lists of a PEM file. OSError, ValueError when it cannot be read or holds none."""
    blocks = [_BEGIN + part for part in path.read_bytes().split(_BEGIN)[1:]]
    lists = [x509.load_pem_x509_crl(block) for block in blocks]
    if not lists:
        raise ValueError("no revocation list is in it")
    ends = [each.next_update_utc for each in lists if each.next_update_utc is not None]
    made = min(each.last_update_utc for each in lists)
    return RevocationReading(len(lists), sum(len(each) for each in lists), made, min(ends, default=None))


def judge_revocations(reading: RevocationReading | None, now: datetime) -> Finding:
    """Bad once it has ended: then the broker lets nobody in. reading None: there is no list on this machine."""
    if reading is None:
        value = Words("tidak ada di mesin ini (--crl)", "none on this machine (--crl)")
        return Finding("not_fitted", value)
    days = (now - reading.made_at).days
    left = None if reading.next_at is None else reading.next_at - now
    value = Words(
        f"{reading.revoked} dicabut, dibuat {days} hari lalu", f"{reading.revoked} revoked, made {days} days ago"
    )
    measured: dict[str, Measure] = {
        "revoked": reading.revoked,
        "age_days": days,
        "next_at": reading.next_at.isoformat() if reading.next_at else None,
    }
    advice = Words("Buat baru: presensi provision authority crl.", "Make it anew: presensi provision authority crl.")
    if left is not None and left <= timedelta(0):
        return Finding("bad", Words(f"{value.id}, BERAKHIR", f"{value.en}, ENDED"), advice, measured)
    return (
        Finding("warning", value, advice, measured)
        if left is not None and left < SOON
        else Finding("ok", value, NOTHING, measured)
    )
