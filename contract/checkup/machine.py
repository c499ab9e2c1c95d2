"""The machine below: room and health of its disk, its clock, its heat."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from contract.checkup.finding import NOTHING, Finding, Measure, Words, plain

LITTLE_BYTES: Final = 1_000_000_000
NO_ROOM_BYTES: Final = 100_000_000
"""Below, a journal still takes some weeks of punches, but an update no longer unpacks."""
HOT_C: Final = 75.0
TOO_HOT_C: Final = 80.0
"""From here on a Raspberry Pi slows down; https://www.raspberrypi.com/documentation/computers/raspberry-pi.html"""
THROTTLED_NOW: Final = 0xF
LOW_VOLTAGE: Final = 0x10001
"""Bits of `vcgencmd get_throttled`: the low four are now, 16 higher the same since the start; 0 is low voltage."""
COMMAND_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class DiskReading:
    """free_bytes, total_bytes: of the file system. writable: a file could be written there just now.

    worn_percent: how much of its life the card says it has used; None: it does not say.
    """

    free_bytes: int
    total_bytes: int
    writable: bool
    worn_percent: int | None = None


def read_disk(folder: Path, *, root: Path = Path("/")) -> DiskReading:
    """Look at the disk of a folder, or of the nearest one above that is there. OSError when it cannot be read."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    usage = shutil.disk_usage(folder)
    return DiskReading(usage.free, usage.total, _can_write(folder), _read_wear(folder, root))


def judge_disk(reading: DiskReading) -> Finding:
    """Bad when nothing can be written, or hardly anything; a warning below a gigabyte or a worn card."""
    free, total, worn = reading.free_bytes, reading.total_bytes, reading.worn_percent
    sizes = f"{free / 1e9:.1f} / {total / 1e9:.1f} GB"
    wear = ("", "") if worn is None else (f", terpakai {worn} % umurnya", f", {worn} % of its life used")
    value = Words(f"{sizes} kosong{wear[0]}", f"{sizes} free{wear[1]}")
    measured: dict[str, Measure] = {
        "free_bytes": free,
        "total_bytes": total,
        "writable": reading.writable,
        "worn_percent": worn,
    }
    if free < NO_ROOM_BYTES:
        advice = Words("Kosongkan penyimpanan sekarang.", "Free space on the disk now.")
        return Finding("bad", value, advice, measured)
    if not reading.writable:
        value = Words(f"tidak dapat ditulisi; {value.id}", f"cannot be written; {value.en}")
        advice = Words(
            "Periksa mount (ro?), pemilik folder, dan kartunya.", "Look at the mount (ro?), the owner and the card."
        )
        return Finding("bad", value, advice, measured)
    if worn is not None and worn >= 80:
        advice = Words("Ganti kartu pada kunjungan berikut.", "Replace the card at the next visit.")
        return Finding("warning", value, advice, measured)
    if free < LITTLE_BYTES:
        advice = Words("Kosongkan penyimpanan segera.", "Free space on the disk soon.")
        return Finding("warning", value, advice, measured)
    return Finding("ok", value, NOTHING, measured)


def _can_write(folder: Path) -> bool:
    """A file without a name, so that nothing is left even when the power goes."""
    if not os.access(folder, os.W_OK | os.X_OK):
        return False
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"\0" * 4096)
            file.flush()
    except OSError:
        return False
    return True


def _read_wear(folder: Path, root: Path) -> int | None:
    """eMMC tells its use in steps of ten percent (life_time, JESD84-B51); SD cards and most others do not."""
    device = folder.stat().st_dev
    block = root / f"sys/dev/block/{os.major(device)}:{os.minor(device)}"
    for place in ("device/life_time", "../device/life_time"):
        try:
            steps = [int(word, 16) for word in (block / place).read_text(encoding="ascii").split()]
        except (OSError, ValueError):
            continue
        used = max(steps, default=0)
        return used * 10 if 0 < used <= 11 else None
    return None


@dataclass(frozen=True, slots=True)
class ClockReading:
    """now: aware. source: ntp, rtc or free, as in contract.punch.ClockSource. has_rtc: a clock with a battery is there.

    known_at: a moment that has certainly been (newest row, last receipt); None: none is known.
    """

    now: datetime
    source: str
    has_rtc: bool
    known_at: datetime | None = None


def has_rtc(root: Path = Path("/")) -> bool:
    """Whether the machine has a clock that goes on without power."""
    return (root / "sys/class/rtc/rtc0").exists()


def judge_clock(reading: ClockReading) -> Finding:
    """Bad when it stands before what has been; a warning when nobody sets it, or no battery keeps it."""
    rtc = ("RTC ada", "RTC present") if reading.has_rtc else ("tanpa RTC", "no RTC")
    shown = f"{reading.now:%Y-%m-%d %H:%M:%S} UTC"
    synced = ("sinkron", "synchronised") if reading.source == "ntp" else ("TIDAK sinkron", "NOT synchronised")
    value = Words(f"{shown}, {synced[0]}, {rtc[0]}", f"{shown}, {synced[1]}, {rtc[1]}")
    behind = (reading.known_at - reading.now).total_seconds() if reading.known_at is not None else 0.0
    measured: dict[str, Measure] = {
        "source": reading.source,
        "rtc": reading.has_rtc,
        "behind_seconds": round(max(behind, 0.0), 1),
    }
    if behind > 2:
        value = Words(
            f"{shown}, {behind:.0f} d di belakang catatan", f"{shown}, {behind:.0f} s behind what was recorded"
        )
        advice = Words(
            "Setel jam: timedatectl, server waktu, baterai RTC.", "Set it: timedatectl, time server, battery."
        )
        return Finding("bad", value, advice, measured)
    if reading.source != "ntp":
        advice = Words("Periksa server waktu: chronyc sources.", "Check the time server: chronyc sources.")
        return Finding("warning", value, advice, measured)
    return Finding("ok", value, NOTHING, measured)


@dataclass(frozen=True, slots=True)
class HeatReading:
    """Degrees Celsius and the bits of `vcgencmd get_throttled`; None: the machine does not tell."""

    temperature_c: float | None
    throttled: int | None


def read_heat(root: Path = Path("/")) -> HeatReading:
    """What the machine says of its processor; nothing on one that says nothing."""
    try:
        text = (root / "sys/class/thermal/thermal_zone0/temp").read_text(encoding="ascii")
        temperature: float | None = int(text) / 1000
    except (OSError, ValueError):
        temperature = None
    return HeatReading(temperature, _read_throttled())


def judge_heat(reading: HeatReading) -> Finding:
    """Bad while it is slowed down; a warning when it was since the start, or is nearly too hot."""
    heat, bits = reading.temperature_c, reading.throttled
    measured: dict[str, Measure] = {"temperature_c": heat, "throttled": bits}
    if heat is None and bits is None:
        return Finding("not_fitted", Words("mesin ini tidak melapor", "this machine does not tell"), NOTHING, measured)
    value = plain("" if heat is None else f"{heat:.0f} °C")
    bits = bits or 0
    power = Words("Periksa catu daya: pakai 5 V 5 A resmi.", "Check the supply: take the official 5 V 5 A one.")
    cool = Words("Periksa kipas dan ventilasi kotak.", "Check the fan and the air in the housing.")
    advice = power if bits & LOW_VOLTAGE else cool
    if bits & THROTTLED_NOW or (heat is not None and heat >= TOO_HOT_C):
        return Finding("bad", _beside(value, "diperlambat sekarang", "slowed down now"), advice, measured)
    if bits or (heat is not None and heat >= HOT_C):
        told = ("pernah diperlambat", "was slowed down before") if bits else ("panas", "hot")
        return Finding("warning", _beside(value, *told), advice, measured)
    return Finding("ok", value, NOTHING, measured)


def _beside(value: Words, indonesian: str, english: str) -> Words:
    return Words(", ".join(filter(None, (value.id, indonesian))), ", ".join(filter(None, (value.en, english))))


def _read_throttled() -> int | None:
    try:
        done = subprocess.run(
            ["vcgencmd", "get_throttled"],  # noqa: S607 (found where the system has it)
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            check=True,
        )
        return int(done.stdout.strip().partition("=")[2], 16)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
