"""pip as it chooses wheels for a machine that is not this one; where it looks is its user's own configuration."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from provisioning.errors import MissingWheelError
from provisioning.lock_file import Pin, Target

PIP_SECONDS: Final = 1200
_PIP: Final = (sys.executable, "-m", "pip", "--disable-pip-version-check")


def fetch_wheel(target: Target, pin: Pin, *, into: Path) -> None:
    """Put the pin's wheel for the target into an empty folder; pip compares it with the lock.

    Raises MissingWheelError, and subprocess.TimeoutExpired when pip hangs.
    """
    with tempfile.TemporaryDirectory() as scratch:
        listed = write_requirements(Path(scratch), [pin.hashed_requirement])
        run_pip(target, "download", "--require-hashes", "--dest", into, *listed)


def make_wheel(pin: Pin, *, into: Path) -> Path:
    """Build the wheel of a package without code for any machine, from its archive, which pip compares with the lock."""
    with tempfile.TemporaryDirectory() as scratch:
        listed = write_requirements(Path(scratch), [pin.hashed_requirement])
        call_pip(["wheel", "--no-deps", "--require-hashes", "--wheel-dir", str(into), *listed], pin.requirement)
    built = list(into.glob(f"{pin.name.replace('-', '_')}-*.whl"))
    if len(built) != 1 or not built[0].name.endswith("-none-any.whl"):
        raise MissingWheelError(f"{pin.requirement} did not become a wheel for any machine: it must be compiled.")
    return built[0]


def make_own_wheel(source: Path, *, into: Path) -> Path:
    """Build Presensi's own wheel from its sources; it holds no code for a certain machine."""
    if not (source / "setup.cfg").is_file():
        raise MissingWheelError(f"{source} holds no sources of Presensi: there is no setup.cfg.")
    with tempfile.TemporaryDirectory() as scratch:
        # What an earlier build has left beside the sources would get into the wheel.
        clean = Path(scratch) / "sources"
        shutil.copytree(
            source, clean, ignore=shutil.ignore_patterns(".*", "build", "*.egg-info", "__pycache__", "tests")
        )
        call_pip(["wheel", "--no-deps", "--wheel-dir", str(into), str(clean)], str(source))
    built = list(into.glob("*.whl"))
    if len(built) != 1 or not built[0].name.endswith("-none-any.whl"):
        raise MissingWheelError(f"{source} did not become one wheel for any machine.")
    return built[0]


def write_requirements(folder: Path, lines: Iterable[str]) -> tuple[str, str]:
    """Write requirements.txt there; returns the options with which pip reads it."""
    path = folder / "requirements.txt"
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return "--requirement", str(path)


def run_pip(target: Target, command: str, *options: object) -> None:
    """Let pip choose wheels of the target; raises MissingWheelError with what pip says."""
    tag = "cp{}{}".format(*target.python)
    # pip holds Requires-Python against the Python that runs it, not the one it chooses for; the lock was resolved.
    chosen_for = ["--no-deps", "--only-binary", ":all:", "--ignore-requires-python", "--implementation", "cp"]
    chosen_for += ["--python-version", "{}.{}".format(*target.python), "--abi", tag, "--abi", "abi3", "--abi", "none"]
    for platform in target.platforms:
        chosen_for += ["--platform", platform]
    call_pip([command, *chosen_for, *(str(option) for option in options)], target.name)


def call_pip(arguments: list[str], subject: str) -> None:
    """Run pip; subject: what shall have a wheel, for the error's words."""
    done = subprocess.run(  # noqa: S603 words of ours, no shell
        [*_PIP, *arguments, "--quiet"], capture_output=True, text=True, timeout=PIP_SECONDS, check=False
    )
    if done.returncode != 0:
        complaints = [line for line in done.stderr.splitlines() if line.startswith("ERROR:")]
        reason = " ".join(complaints) or done.stderr[-2000:]
        raise MissingWheelError(f"pip has no wheel for {subject}: {reason}")
