"""A release becomes a virtual environment beside the running one: what is signed, and nothing else."""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final, Literal

from contract.signing import VerifyKey
from provisioning.errors import FolderError, ReleaseError
from provisioning.releases.shelf import About, Shelf
from provisioning.wheelhouse import WHEELS, Manifest, check

INSTALL_SECONDS: Final = 1800
"""A Pi 4 unpacks a hundred megabytes of wheels within minutes."""


Step = Literal["checking", "installing"]


def requirements_of(manifest: Manifest) -> str:
    """The list for this machine and Python; ReleaseError when the release holds none."""
    here = f"{platform.machine()} cp{sys.version_info.major}{sys.version_info.minor}"
    if here not in manifest.targets:
        given = " and ".join(manifest.targets)
        raise ReleaseError(f"The release {manifest.release} is for {given}, and not for {here}.")
    return f"requirements-{here.replace(' ', '-')}.txt"


def refuse_older(manifest: Manifest, shelf: Shelf) -> None:
    """ReleaseError for what is no release, and for one that was signed before the one in use."""
    if not manifest.release:
        raise ReleaseError("This wheelhouse holds no release: Presensi itself is not in it.")
    running = shelf.about(shelf.current) if shelf.current is not None else None
    if running is not None and manifest.made_at <= running.made_at and manifest.release != running.release:
        raise ReleaseError(
            f"{manifest.release} was signed before {running.release}, which runs ({manifest.made_at:%Y-%m-%d %H:%M}); "
            "to go back, sign the old version anew."
        )


def install(source: Path, shelf: Shelf, key: VerifyKey, *, told: Callable[[Step], None] = lambda _step: None) -> About:
    """Check the release in `source` and install it; what runs is not touched. told: "checking", "installing".

    Raises WheelhouseError for what was not signed or was changed since, ReleaseError, and FolderError. The same release
    again is not installed twice.
    """
    told("checking")
    manifest = check(source, key)
    refuse_older(manifest, shelf)
    about = About(release=manifest.release, made_at=manifest.made_at)
    listed = source / requirements_of(manifest)
    if shelf.about(manifest.release) == about:
        return about
    if manifest.release in (shelf.current, shelf.good):
        raise ReleaseError(f"{manifest.release} runs already, in another build: give the new one a version of its own.")
    told("installing")
    room = shelf.room(manifest.release)
    try:
        shelf.folder.mkdir(parents=True, exist_ok=True)
        if room.exists():  # what power or a full disk has left of an earlier attempt
            shutil.rmtree(room)
    except OSError as error:
        raise FolderError(f"{room} cannot be made: {error.strerror}.") from error
    # With the system's packages: picamera2 and lgpio come from there.
    _run([sys.executable, "-m", "venv", "--system-site-packages", str(room)], room, "The virtual environment")
    pip = [str(room / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "--isolated", "install", "--quiet"]
    offline = ["--no-index", "--require-hashes", "--only-binary", ":all:", "--find-links", str(source / WHEELS)]
    _run([*pip, *offline, "--ignore-installed", "--requirement", str(listed)], room, f"The release {about.release}")
    _run([str(room / "bin" / "presensi"), "--version"], room, f"The release {about.release}")
    shelf.note_whole(about)
    return about


def _run(command: list[str], room: Path, subject: str) -> None:
    try:
        done = subprocess.run(  # noqa: S603 words of ours, no shell
            command, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False
        )
        said = (done.stderr or done.stdout).strip().splitlines()
        failed = None if done.returncode == 0 else said[-1] if said else f"exit code {done.returncode}"
    except subprocess.TimeoutExpired:
        failed = f"not finished after {INSTALL_SECONDS // 60} minutes"
    except OSError as error:
        failed = error.strerror
    if failed is not None:
        shutil.rmtree(room, ignore_errors=True)
        raise ReleaseError(f"{subject} could not be installed: {failed}.")
