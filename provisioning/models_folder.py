"""The folder that holds the models: one writer at a time, and files that appear together, whole or not at all."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from kiosk.recognizer.packs.card import ModelFile
from provisioning.download import Say
from provisioning.errors import ModelsFolderError
from provisioning.part_file import PartFile

SPARE_BYTES: Final = 64_000_000
"""Left free on the disk: a kiosk whose disk is full cannot take a punch."""


class ModelsFolder:
    """A folder of models. What arrives waits in `.arriving` inside it, on the same disk, until all of it is there."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._arriving = path / ".arriving"

    @contextmanager
    def writing(self, say: Say) -> Iterator[None]:
        """Have the folder to oneself; `say` hears when somebody else has to finish first.

        What the disk refuses inside the block becomes ModelsFolderError; a full disk gets back what had arrived.
        """
        try:
            self._arriving.mkdir(parents=True, exist_ok=True)
            with (self._arriving / "lock").open("wb") as lock:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    say(f"Somebody else is writing to {self.path}; waiting until that has ended.")
                    fcntl.flock(lock, fcntl.LOCK_EX)
                yield
        except OSError as error:
            raise self._refusal(error) from error

    def part(self, file: ModelFile) -> PartFile:
        return PartFile(self._arriving, file)

    def target(self, file: ModelFile) -> Path:
        """Where a file of a card belongs; the card sees to it that this is inside the folder."""
        return self.path / file.name

    def require_space(self, needed: int) -> None:
        """ModelsFolderError when so many bytes would fill the disk."""
        free = shutil.disk_usage(self.path).free
        if free < needed + SPARE_BYTES:
            raise ModelsFolderError(
                f"{self.path} needs {needed + SPARE_BYTES:,} bytes of free space and its disk has {free:,}: free some, "
                "or name another folder with PRESENSI_MODELS."
            )

    def install(self, parts: Sequence[PartFile]) -> None:
        """Put whole parts where they belong, all or none: an OSError in the middle brings back what was there."""
        moved: list[tuple[PartFile, Path, Path | None]] = []
        try:
            for part in parts:
                target = self.target(part.file)
                target.parent.mkdir(parents=True, exist_ok=True)
                before = self._keep(target)
                moved.append((part, target, before))
                part.move_to(target)
                _settle(target.parent)
        except OSError:
            for part, target, before in reversed(moved):
                if not part.path.exists():
                    target.replace(part.path)
                if before is not None:
                    before.replace(target)
            raise
        for _, _, before in moved:
            if before is not None:
                before.unlink()

    def _keep(self, target: Path) -> Path | None:
        """A second name for what is there now, so that it can come back; None when nothing is."""
        if not target.exists():
            return None
        before = self._arriving / f"{target.name}.before"
        before.unlink(missing_ok=True)
        try:
            before.hardlink_to(target)
        except OSError:  # a disk without hard links
            shutil.copyfile(target, before)
        return before

    def _refusal(self, error: OSError) -> ModelsFolderError:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            with suppress(OSError):
                for part in self._arriving.glob("*.part"):
                    part.unlink()
            what_to_do = "free the disk and repeat the command"
        else:
            what_to_do = "mend that, or name another folder with PRESENSI_MODELS"
        return ModelsFolderError(
            f"The models' folder {self.path} cannot be written ({error.strerror or error}): {what_to_do}. "
            "What was installed before is as it was."
        )


def _settle(folder: Path) -> None:
    """Make the names in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
