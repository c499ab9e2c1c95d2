"""A folder that looks like a machine on which the units were installed, for systemd's own checks."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

SYSTEMD: Final = Path(__file__).resolve().parents[2] / "systemd"
UNITS: Final = SYSTEMD / "system"
ETC: Final = SYSTEMD / "etc"
ANALYZE: Final = shutil.which("systemd-analyze")
OLDEST: Final = 250
"""The first systemd that looks at unit files without running them."""

SERVICES: Final = sorted(path.name for path in UNITS.glob("*.service"))

_OF_SYSTEMD: Final = Path("/usr/lib/systemd/system")
_FROM_ELSEWHERE: Final = ("seatd.service", "mosquitto.service", "postgresql.service")


def need_systemd() -> str:
    """Path of systemd-analyze; skips where there is none, or one that is too old."""
    if ANALYZE is None or not _OF_SYSTEMD.is_dir():
        pytest.skip("systemd is not installed here")
    said = subprocess.run([ANALYZE, "--version"], capture_output=True, text=True, check=True).stdout
    if int(said.split()[1].partition(".")[0]) < OLDEST:
        pytest.skip("systemd is too old here")
    return ANALYZE


@dataclass(frozen=True, slots=True)
class Unit:
    """lines: section and key to every value, in order; an empty value takes back those before it, as systemd has it."""

    name: str
    lines: dict[tuple[str, str], list[str]]

    @classmethod
    def read(cls, name: str) -> Unit:
        found: dict[tuple[str, str], list[str]] = {}
        section = ""
        for line in (UNITS / name).read_text(encoding="utf-8").splitlines():
            if line.startswith("["):
                section = line.strip("[]")
            elif line and not line.startswith(("#", ";")):
                key, _, value = line.partition("=")
                found.setdefault((section, key), []).append(value)
        return cls(name, found)

    def all(self, key: str, section: str = "Service") -> list[str]:
        return self.lines.get((section, key), [])

    def one(self, key: str, section: str = "Service") -> str | None:
        """The only value; None where the key does not stand."""
        values = self.all(key, section)
        assert len(values) <= 1, f"{self.name} has {key} more than once"
        return values[0] if values else None

    @property
    def programs(self) -> list[str]:
        """What its lines start."""
        starts = [value for key in ("ExecStart", "ExecStopPost") for value in self.all(key)]
        return [re.split(r"\s", start.lstrip("+-@!:"))[0] for start in starts]


def stage(root: Path) -> Path:
    """Install the units below `root`, beside systemd's own; the folder in which ours lie."""
    theirs, ours = root / "usr/lib/systemd/system", root / "etc/systemd/system"
    shutil.copytree(_OF_SYSTEMD, theirs, symlinks=True, ignore=shutil.ignore_patterns("*.wants", "*.d"))
    shutil.copytree(UNITS, ours)
    for name in _FROM_ELSEWHERE:
        if not (theirs / name).exists():
            (theirs / name).write_text("[Service]\nExecStart=/bin/true\n", encoding="utf-8")
    for program in {"/bin/true", *(each for name in SERVICES for each in Unit.read(name).programs)}:
        place = root / program.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text("#!/bin/sh\n", encoding="utf-8")
        place.chmod(0o755)
    return ours
