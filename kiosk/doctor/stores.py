"""Judging what a kiosk keeps: journal, roster and model pack."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from contract.checkup.finding import NOTHING, Finding, Measure, Words, plain
from contract.errors import MalformedMessageError
from kiosk.doctor.journal_reading import JournalReading
from kiosk.errors import PackError, VaultError
from kiosk.recognizer.packs.card import read_card
from kiosk.recognizer.packs.model_check import condition, place_of, remedy
from kiosk.roster import CacheSummary, summarise_cache
from kiosk.vault import Vault

WAITS: Final = timedelta(hours=1)
WAITS_LONG: Final = timedelta(days=3)
"""After three days without the hub, the office's recaps are wrong."""
OLD_ROSTER: Final = timedelta(days=30)


def judge_journal(reading: JournalReading, now: datetime) -> Finding:
    """Bad when it is damaged or rows wait for days; a warning when they wait for an hour, or it was mended once."""
    if not reading.there:
        value = Words("belum ada: kios belum pernah berjalan", "none yet: the kiosk has never run")
        return Finding("warning", value, Words("Jalankan: presensi kiosk run.", "Start it: presensi kiosk run."))
    if reading.damage is not None:
        value = Words(f"RUSAK: {reading.damage}", f"DAMAGED: {reading.damage}")
        advice = Words(
            "Nyalakan ulang kios: ia memperbaiki sendiri. Ganti kartu.",
            "Restart the kiosk: it mends it. Replace the card.",
        )
        return Finding("bad", value, advice, {"damage": reading.damage, "in_use": reading.in_use})
    waited = now - reading.oldest_pending_at if reading.oldest_pending_at is not None else timedelta(0)
    rows, queue, epoch = reading.rows, reading.queue, reading.epoch[:8]
    value = Words(
        f"utuh, {rows} baris, {queue} belum terkirim, epoch {epoch}",
        f"whole, {rows} rows, {queue} unsent, epoch {epoch}",
    )
    measured: dict[str, Measure] = {
        "rows": rows,
        "queue": queue,
        "epoch": reading.epoch,
        "epochs": reading.epochs,
        "oldest_unsent_at": reading.oldest_pending_at.isoformat() if reading.oldest_pending_at else None,
        "damaged_before": reading.damaged_before,
        "in_use": reading.in_use,
    }
    if waited >= WAITS:
        hours = int(waited / timedelta(hours=1))
        value = Words(f"{value.id}, tertua {hours} jam", f"{value.en}, oldest {hours} h")
        advice = Words(
            "Pulihkan jaringan, atau: presensi kiosk journal export.",
            "Mend the network, or: presensi kiosk journal export.",
        )
        return Finding("bad" if waited >= WAITS_LONG else "warning", value, advice, measured)
    if reading.damaged_before:
        value = Words(f"{value.id}, pernah diperbaiki", f"{value.en}, was mended before")
        return Finding("warning", value, Words("Ganti kartu memori.", "Replace the memory card."), measured)
    return Finding("ok", value, NOTHING, measured)


@dataclass(frozen=True, slots=True)
class RosterReading:
    """summary: None where there is none; damage: why it cannot be read. age: since it was written."""

    summary: CacheSummary | None = None
    age: timedelta = timedelta(0)
    damage: str | None = None


def read_roster(path: Path, now: datetime, vault: Vault) -> RosterReading:
    """Look into the cache file. OSError when it may not be read."""
    try:
        age = timedelta(seconds=max(0.0, now.timestamp() - path.stat().st_mtime))
        return RosterReading(summarise_cache(path, vault), age)
    except FileNotFoundError:
        return RosterReading()
    except (MalformedMessageError, VaultError) as error:
        return RosterReading(damage=str(error))


def judge_roster(reading: RosterReading) -> Finding:
    """Bad without anybody to recognise; a warning when it is old."""
    fetch = Words("Sambungkan ke hub; roster datang sendiri.", "Connect it to the hub; the roster comes by itself.")
    if reading.damage is not None:
        return Finding("bad", Words(f"rusak: {reading.damage}", f"damaged: {reading.damage}"), fetch)
    found = reading.summary
    if found is None:
        return Finding("bad", Words("belum ada", "none yet"), fetch)
    days = reading.age.days
    value = Words(
        f"versi {found.version}, {days} hari, {found.people} orang, {found.templates} templat",
        f"version {found.version}, {days} days, {found.people} people, {found.templates} templates",
    )
    measured: dict[str, Measure] = {
        "version": found.version,
        "age_days": days,
        "pack": found.pack,
        "people": found.people,
        "enrolled": found.enrolled,
        "templates": found.templates,
    }
    if found.enrolled == 0:
        advice = Words("Daftarkan wajah: docs/enrolment.md.", "Enrol people: docs/enrolment.md.")
        return Finding("bad", value, advice, measured)
    return Finding(
        "warning" if reading.age > OLD_ROSTER else "ok", value, fetch if reading.age > OLD_ROSTER else NOTHING, measured
    )


@dataclass(frozen=True, slots=True)
class PackReading:
    """files: how many the card names. remedy: how to get those that are damaged or missing."""

    pack: str
    files: int
    damaged: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    remedy: str = ""


def read_pack(name: str) -> PackReading:
    """Every byte of a pack's files against the hashes of its card. PackError when there is no card of that name."""
    card = read_card(name)
    found: dict[str, list[str]] = {"damaged": [], "missing": [], "whole": []}
    for file in card.files:
        path = place_of(file)
        found["missing" if path is None else condition(file, path)].append(file.name)
    return PackReading(name, len(card.files), tuple(found["damaged"]), tuple(found["missing"]), remedy(card))


def judge_pack(reading: PackReading) -> Finding:
    """Bad when a file is damaged or missing."""
    measured: dict[str, Measure] = {
        "pack": reading.pack,
        "files": reading.files,
        "damaged": list(reading.damaged),
        "missing": list(reading.missing),
    }
    if reading.damaged or reading.missing:
        names = ", ".join((*reading.damaged, *reading.missing))
        value = Words(f"{reading.pack}: rusak/hilang: {names}", f"{reading.pack}: damaged or missing: {names}")
        return Finding("bad", value, plain(reading.remedy), measured)
    value = Words(f"{reading.pack}, {reading.files} berkas cocok", f"{reading.pack}, {reading.files} files match")
    return Finding("ok", value, NOTHING, measured)


def check_pack(name: str) -> Finding:
    """Read and judge; a pack without a card is bad, too."""
    try:
        return judge_pack(read_pack(name))
    except PackError as error:
        advice = plain(f"presensi models fetch {name}")
        return Finding("bad", Words(f"{name}: {error}", f"{name}: {error}"), advice, {"pack": name})
