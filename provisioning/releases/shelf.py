"""The releases of a kiosk, side by side: FOLDER/NAME is a virtual environment, FOLDER/current a link to the one in use.

FOLDER/good links to the last that has proved itself; whoever switches releases runs from there, so that a release that
does not work cannot keep anybody from going back. FOLDER/trial.json stands while a release is on trial.
"""

from __future__ import annotations

import os
import secrets
import shutil
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from provisioning.errors import FolderError
from provisioning.wheelhouse import is_release_name
from provisioning.whole_files import FOR_EVERYBODY, write_whole

CURRENT: Final = "current"
GOOD: Final = "good"
_TRIAL: Final = "trial.json"
_ABOUT: Final = "release.json"
KEPT: Final = 3
"""Releases that stay: the one in use, the last good one, and one before."""


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of an installed release. made_at: when its manifest was signed."""

    release: str
    made_at: datetime


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """A release that must prove itself. former: which one runs again if it does not; starts: how often it was tried,
    since the power may go meanwhile."""

    release: str
    former: str
    starts: int = 1


class Shelf:
    """Methods raise FolderError when the disk refuses."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def current(self) -> str | None:
        """Name of the release in use; None: none was switched to yet."""
        return self._linked(CURRENT)

    @property
    def good(self) -> str | None:
        """Name of the last release that has proved itself."""
        return self._linked(GOOD)

    @property
    def trial(self) -> Trial | None:
        """The release on trial; None: none is."""
        try:
            return msgspec.json.decode((self.folder / _TRIAL).read_bytes(), type=Trial)
        except (FileNotFoundError, msgspec.DecodeError, UnicodeDecodeError):
            return None

    def about(self, release: str) -> About | None:
        """None: it is not installed whole."""
        try:
            return msgspec.json.decode((self.folder / release / _ABOUT).read_bytes(), type=About)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            return None

    def room(self, release: str) -> Path:
        """Where the release is installed; ValueError for what cannot be a name."""
        if not is_release_name(release):
            raise ValueError(release)
        return self.folder / release

    def note_whole(self, about: About) -> None:
        """From here on the release counts as installed."""
        write_whole(self.folder / about.release / _ABOUT, msgspec.json.encode(about), mode=FOR_EVERYBODY)

    def begin_trial(self, trial: Trial) -> None:
        """Switch to the release, after it was noted: power that goes in between leads back, not on."""
        write_whole(self.folder / _TRIAL, msgspec.json.encode(trial), mode=FOR_EVERYBODY)
        self._link(CURRENT, trial.release)

    def keep(self, trial: Trial) -> None:
        """The release has proved itself."""
        self._link(GOOD, trial.release)
        self._end_trial()
        self._drop_older({trial.release, trial.former})

    def roll_back(self, trial: Trial) -> None:
        """The former release runs again."""
        self._link(CURRENT, trial.former)
        self._end_trial()

    def adopt(self, release: str) -> None:
        """The first release of a kiosk, which has none to go back to."""
        self._link(CURRENT, release)
        self._link(GOOD, release)

    def _end_trial(self) -> None:
        (self.folder / _TRIAL).unlink(missing_ok=True)
        _sync(self.folder)

    def _drop_older(self, kept: set[str]) -> None:
        """Of what is installed whole, the newest stay."""
        installed = [about for path in self.folder.iterdir() if path.is_dir() and (about := self.about(path.name))]
        installed.sort(key=lambda about: about.made_at, reverse=True)
        for about in [each for each in installed if each.release not in kept][max(0, KEPT - len(kept)) :]:
            shutil.rmtree(self.folder / about.release, ignore_errors=True)

    def _linked(self, name: str) -> str | None:
        try:
            return os.readlink(self.folder / name)
        except OSError:
            return None

    def _link(self, name: str, release: str) -> None:
        temporary = self.folder / f".{name}.{secrets.token_hex(8)}"
        try:
            temporary.symlink_to(release)
            temporary.replace(self.folder / name)
            _sync(self.folder)
        except OSError as error:
            temporary.unlink(missing_ok=True)
            raise FolderError(f"{self.folder / name} could not be switched: {error.strerror}.") from error


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
