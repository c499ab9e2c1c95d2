"""Disk, clock and heat, on good days and bad ones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from contract.checkup.machine import (
    ClockReading,
    DiskReading,
    HeatReading,
    judge_clock,
    judge_disk,
    judge_heat,
    read_disk,
)
from contract.checkup.versions import judge_versions, read_versions

NOW = datetime(2026, 11, 28, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("reading", "state"),
    [
        (DiskReading(20_000_000_000, 32_000_000_000, writable=True), "ok"),
        (DiskReading(900_000_000, 32_000_000_000, writable=True), "warning"),
        (DiskReading(20_000_000_000, 32_000_000_000, writable=True, worn_percent=90), "warning"),
        (DiskReading(0, 32_000_000_000, writable=False), "bad"),
        (DiskReading(20_000_000_000, 32_000_000_000, writable=False), "bad"),
    ],
)
def test_disk(reading: DiskReading, state: str) -> None:
    finding = judge_disk(reading)
    assert finding.state == state
    assert bool(finding.advice.id) == (state != "ok")


def test_reading_the_disk_leaves_nothing_and_makes_nothing(tmp_path: Path) -> None:
    reading = read_disk(tmp_path / "not" / "there")
    assert reading.writable
    assert reading.total_bytes > reading.free_bytes > 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("source", "known_at", "state"),
    [
        ("ntp", None, "ok"),
        ("ntp", NOW - timedelta(hours=1), "ok"),
        ("rtc", None, "warning"),
        ("free", None, "warning"),
        ("free", NOW + timedelta(days=200), "bad"),
    ],
)
def test_clock(source: str, known_at: datetime | None, state: str) -> None:
    assert judge_clock(ClockReading(NOW, source, has_rtc=True, known_at=known_at)).state == state


@pytest.mark.parametrize(
    ("heat", "bits", "state", "advice"),
    [
        (None, None, "not_fitted", ""),
        (51.0, 0, "ok", ""),
        (76.0, 0, "warning", "fan"),
        (60.0, 0x50000, "warning", "supply"),
        (60.0, 0x1, "bad", "supply"),
        (84.0, 0x4, "bad", "fan"),
    ],
)
def test_heat(heat: float | None, bits: int | None, state: str, advice: str) -> None:
    finding = judge_heat(HeatReading(heat, bits))
    assert (finding.state, advice in finding.advice.en) == (state, True)


def test_a_program_that_is_missing_is_named() -> None:
    versions = read_versions([("click", ["click"]), ("Qt", ["no-such-qt", "neither-this"])])
    assert versions["presensi"] != "-" != versions["click"]
    finding = judge_versions(versions)
    assert finding.state == "bad"
    assert "missing: Qt" in finding.advice.en
