"""Filling a wheelhouse: pip chooses and fetches what the lock pins, for machines that are not this one."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from contract.signing import SigningKey
from provisioning.authority_files import read_file
from provisioning.errors import FolderError, MissingWheelError
from provisioning.lock_file import SOURCE_ONLY, Pin, Target, pins_for
from provisioning.pip_wheels import fetch_wheel, make_wheel
from provisioning.wheelhouse import MANIFEST, SIGNATURE, WHEELS, Manifest, requirements_name, seal
from provisioning.whole_files import FOR_EVERYBODY, write_whole

Progress = Callable[[str], None]
"""Told the requirement and target that is whole now."""

_OURS: Final = {MANIFEST, SIGNATURE, WHEELS}


def steps(lock: Path, targets: Sequence[Target]) -> int:
    """How often make_wheelhouse tells of progress."""
    return sum(len(pins_for(target, lock)) for target in targets)


def make_wheelhouse(
    folder: Path,
    lock: Path,
    targets: Sequence[Target],
    *,
    key: SigningKey,
    now: datetime,
    on_wheel: Progress,
    own: Path | None = None,
) -> Manifest:
    """Fetch, list and sign; wheels that a cut run has left here are not fetched again.

    own: the wheel of Presensi itself, which makes a release of it; it runs on every target.
    Raises MissingWheelError when a target would have to compile something, FolderError, LockFileError.
    """
    pinned = {target: pins_for(target, lock) for target in targets}
    wheels = _prepare(folder)
    taken: set[Path] = set()
    built: dict[Pin, Path] = {}
    ours = None if own is None else _take_own(own, wheels)
    for target, pins in pinned.items():
        chosen = [(pin, _wheel_of(target, pin, wheels, built, on_wheel)) for pin in pins]
        lines = [f"{pin.requirement} --hash=sha256:{_sha256(wheel)}\n" for pin, wheel in chosen]
        if ours is not None:
            lines.append(f"{ours.name.split('-')[0]}=={release_of(ours)} --hash=sha256:{_sha256(ours)}\n")
            taken.add(ours)
        write_whole(folder / requirements_name(target), "".join(lines).encode(), mode=FOR_EVERYBODY)
        taken |= {wheel for _, wheel in chosen}
    _drop_others(folder, {*taken, *(folder / requirements_name(target) for target in targets)})
    named = [target.name for target in targets]
    return seal(
        folder,
        targets=named,
        lock_sha256=hashlib.sha256(read_file(lock)).hexdigest(),
        key=key,
        now=now,
        release="" if ours is None else release_of(ours),
    )


def release_of(wheel: Path) -> str:
    """The version that a wheel's name says."""
    return wheel.name.split("-")[1]


def _take_own(own: Path, wheels: Path) -> Path:
    try:
        return Path(shutil.copy(own, wheels / own.name))
    except OSError as error:
        raise FolderError(f"{own} could not be copied into {wheels}: {error.strerror}.") from error


def _prepare(folder: Path) -> Path:
    """The folder for wheels; an earlier manifest is void from here on."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path in folder.iterdir():
            if path.name not in _OURS and not path.name.startswith("requirements-"):
                raise FolderError(f"{folder} holds something else ({path.name}); name another folder.")
        for name in (SIGNATURE, MANIFEST):
            (folder / name).unlink(missing_ok=True)
        (folder / WHEELS).mkdir(exist_ok=True)
    except OSError as error:
        raise FolderError(f"The folder {folder} cannot be used: {error.strerror}.") from error
    return folder / WHEELS


def _wheel_of(target: Target, pin: Pin, wheels: Path, built: dict[Pin, Path], on_wheel: Progress) -> Path:
    """built: what this run has made of archives; made again, it would be another file under the same name."""
    if SOURCE_ONLY.get(pin.name) == pin.version:
        wheel = built[pin] = built.get(pin) or _fetch(target, pin, wheels)
    else:
        wheel = _here(target, pin, wheels) or _fetch(target, pin, wheels)
    on_wheel(f"{pin.requirement} ({target.name})")
    return wheel


def _here(target: Target, pin: Pin, wheels: Path) -> Path | None:
    """The pin's wheel, where this or an earlier run has fetched it whole."""
    stem = f"{pin.name.replace('-', '_')}-{pin.version}-"
    for wheel in sorted(wheels.glob("*.whl")):
        if wheel.name.casefold().startswith(stem) and target.runs(wheel.name) and _sha256(wheel) in pin.hashes:
            return wheel
    return None


def _fetch(target: Target, pin: Pin, wheels: Path) -> Path:
    # Beside the wheels, so that the last step is a rename; hidden from pip, which looks for wheels in `wheels` itself.
    with tempfile.TemporaryDirectory(dir=wheels, prefix=".arriving-") as arriving:
        try:
            if SOURCE_ONLY.get(pin.name) == pin.version:
                made = make_wheel(pin, into=Path(arriving))
            else:
                fetch_wheel(target, pin, into=Path(arriving))
                (made,) = Path(arriving).glob("*.whl")
        except subprocess.TimeoutExpired as error:
            raise MissingWheelError(f"pip did not get {pin.requirement} for {target.name} in time.") from error
        except ValueError as error:
            raise MissingWheelError(f"pip did not fetch one wheel of {pin.requirement} for {target.name}.") from error
        return made.replace(wheels / made.name)


def _drop_others(folder: Path, kept: set[Path]) -> None:
    """Take away what earlier runs with another lock have left."""
    for path in (*(folder / WHEELS).iterdir(), *folder.glob("requirements-*.txt")):
        if path not in kept:
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


def _sha256(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
