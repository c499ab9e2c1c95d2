"""The wheels that pip chooses for a machine that is not this one, and a folder of them.

python -m tests.pi.wheels record    ask the package index, and write chosen-wheels.tsv anew (after `make lock`)
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from packaging.utils import canonicalize_name, parse_wheel_filename

from provisioning.errors import MissingWheelError
from provisioning.pip_wheels import make_wheel, run_pip, write_requirements
from tests.pi.lock import KIOSK_LOCK, SOURCE_ONLY, TARGETS, TRIXIE_PI, Pin, Target, pins_for

RECORD = Path(__file__).parent / "chosen-wheels.tsv"


@dataclass(frozen=True, slots=True, order=True)
class ChosenWheel:
    """One file that pip takes for a target; sha256 in hexadecimal."""

    target: str
    file: str
    sha256: str

    @property
    def name(self) -> str:
        return canonicalize_name(self.file.split("-")[0])

    @property
    def version(self) -> str:
        return str(parse_wheel_filename(self.file)[1])


def ask_index(target: Target, pins: list[Pin]) -> list[ChosenWheel]:
    """Let pip choose wheels for the target, without fetching them; MissingWheelError where there is none.

    What SOURCE_ONLY names is left out.
    """
    with tempfile.TemporaryDirectory() as scratch:
        report = Path(scratch) / "report.json"
        wanted = write_requirements(Path(scratch), (pin.requirement for pin in _published(pins)))
        # The hashes are compared with the lock by the caller: pip would fetch every file to do so.
        run_pip(target, "install", "--dry-run", "--ignore-installed", "--target", scratch, "--report", report, *wanted)
        chosen = json.loads(report.read_text(encoding="utf-8"))["install"]
    return sorted(_read_choice(target, entry["download_info"]) for entry in chosen)


def fetch_wheels(target: Target, pins: list[Pin], *, into: Path) -> Path:
    """Fill a folder with every wheel of the pins, SOURCE_ONLY included; return the list that pip installs from.

    pip compares each file with the lock. Raises MissingWheelError.
    """
    listed = write_requirements(into, (pin.hashed_requirement for pin in _published(pins)))
    run_pip(target, "download", "--require-hashes", "--dest", into, *listed)
    for pin in pins:
        if pin not in _published(pins):
            make_wheel(pin, into=into)
    return Path(listed[1])


def unpack_wheels(target: Target, pins: list[Pin], *, wheels: Path, into: Path) -> None:
    """Let pip choose from a folder of wheels for the target and unpack them; nothing is compiled, nothing is run."""
    options = ("--no-index", "--find-links", wheels, "--no-compile", "--target", into)
    run_pip(target, "install", *options, *(pin.requirement for pin in pins))


def reach_index() -> str | None:
    """Why pip cannot ask its index, in one line; None when it can. Asks for what every index has for a Pi."""
    try:
        with tempfile.TemporaryDirectory() as scratch:
            run_pip(TRIXIE_PI, "install", "--dry-run", "--ignore-installed", "--target", scratch, "numpy")
    except (MissingWheelError, subprocess.TimeoutExpired):
        return "pip does not reach a package index with wheels for a Pi"
    return None


def read_record() -> list[ChosenWheel]:
    """What the package index had for each target when requirements-kiosk.lock was made."""
    lines = RECORD.read_text(encoding="utf-8").splitlines()
    return [ChosenWheel(*line.split("\t")) for line in lines if line and not line.startswith("#")]


def write_record() -> None:
    """Ask the index for every target and write it down."""
    chosen = [wheel for target in TARGETS for wheel in ask_index(target, pins_for(target, KIOSK_LOCK))]
    head = (
        "# Made by `python -m tests.pi.wheels record`: what pip takes for requirements-kiosk.lock, and its SHA-256.\n"
    )
    lines = [f"{wheel.target}\t{wheel.file}\t{wheel.sha256}\n" for wheel in chosen]
    RECORD.write_text(head + "".join(lines), encoding="utf-8")


def _published(pins: list[Pin]) -> list[Pin]:
    return [pin for pin in pins if SOURCE_ONLY.get(pin.name) != pin.version]


def _read_choice(target: Target, download: dict[str, object]) -> ChosenWheel:
    name = unquote(urlsplit(str(download["url"])).path).rpartition("/")[2]
    archive = download["archive_info"]
    assert isinstance(archive, dict)
    return ChosenWheel(target.name, name, archive["hashes"]["sha256"])


if __name__ == "__main__":
    if sys.argv[1:] != ["record"]:
        raise SystemExit("usage: python -m tests.pi.wheels record")
    write_record()
