"""Snapshots on the kiosk's disk, from the moment they are taken until the hub has said that it holds them.

One sealed file for each, named by the SHA-256 of the picture, readable by the kiosk only. Pictures are kept for
nothing else: a file without a row that announces it is removed.
"""

from __future__ import annotations

import contextlib
import logging
import re
import shutil
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from contract.evidence import snapshot_hash
from kiosk.durable import sync_folder, write_durably
from kiosk.errors import SealError, SnapshotError, VaultError
from kiosk.vault import Vault, shred_file

log = logging.getLogger(__name__)

MAX_SNAPSHOTS: Final = 200
"""Four megabytes. When so many wait, no new ones are taken (docs/decisions.md): those that wait are announced already,
and somebody who could push them out would only have to be refused often enough."""

MIN_FREE_BYTES: Final = 32 << 20
"""What a snapshot leaves of the disk: the last room is for punches."""

_NAME: Final = re.compile(r"[0-9a-f]{64}")


class EvidenceFolder:
    """The folder, and which of its snapshots wait to be sent; safe to use from several threads.

    A snapshot waits from `announce` on, when its row is committed. Nothing is made on the disk before the first one.
    trouble: why a picture is missing, for the heartbeat; empty once one was kept again, or all are delivered.
    """

    def __init__(self, folder: Path, *, vault: Vault) -> None:
        self._folder = folder
        self._vault = vault
        self._lock = threading.Lock()
        self._waiting: dict[str, tuple[str, int]] = {}
        self.trouble = ""

    @property
    def waiting(self) -> Mapping[str, tuple[str, int]]:
        """SHA-256 -> epoch and number of the row that announces it, oldest first."""
        with self._lock:
            return dict(self._waiting)

    @property
    def is_full(self) -> bool:
        return len(self._waiting) >= MAX_SNAPSHOTS

    @property
    def kept(self) -> list[str]:
        """SHA-256 of every snapshot on the disk, announced or not."""
        try:
            names = [path.stem for path in self._folder.glob("*.sealed")]
        except OSError as error:
            log.error("%s cannot be read: %s", self._folder, error)  # noqa: TRY400 (the sentence says all)
            return []
        return sorted(name for name in names if _NAME.fullmatch(name))

    def keep(self, jpeg: bytes) -> str:
        """Bring a snapshot to the disk and return its SHA-256; it does not wait to be sent yet.

        SnapshotError, and nothing half written, when the folder or the disk is full, or cannot be used.
        """
        name = snapshot_hash(jpeg)
        try:
            self._make_room()
            write_durably(self._path(name), self._vault.seal("snapshot", name, jpeg))
        except VaultError as error:
            self.trouble = f"A refusal was recorded without its picture. {error}"
            raise SnapshotError(self.trouble) from error
        except OSError as error:
            # A SnapshotError is one, and says all; others know only what the system calls it.
            sentence = str(error) if isinstance(error, SnapshotError) else f"{self._folder}: {error.strerror}."
            self.trouble = f"A refusal was recorded without its picture. {sentence}"
            raise SnapshotError(self.trouble) from error
        self.trouble = ""
        return name

    def announce(self, name: str, *, epoch: str, seq: int) -> None:
        """Its row is committed: let it wait to be sent, unless it is gone (the hub has the very same picture)."""
        with self._lock:
            if self._path(name).exists():
                self._waiting[name] = (epoch, seq)

    def read(self, name: str) -> bytes:
        """The bytes of a snapshot. SnapshotError when it is gone, or a card has changed it: then it waits no more.

        While there is no key it goes on waiting.
        """
        try:
            jpeg = self._vault.open("snapshot", name, self._path(name).read_bytes())
        except FileNotFoundError as error:
            raise self._lose(name, "is gone from the card") from error
        except SealError as error:
            raise self._lose(name, "was damaged on the card, or sealed with another key") from error
        except VaultError as error:
            raise SnapshotError(f"The snapshot {name} cannot be opened: {error}") from error
        except OSError as error:
            raise SnapshotError(f"The snapshot {name} cannot be read: {error.strerror}.") from error
        if snapshot_hash(jpeg) != name:
            raise self._lose(name, "was damaged on the card")
        return jpeg

    def remove(self, names: Iterable[str]) -> None:
        """Delete snapshots; those that are not there are no trouble.

        One that cannot be deleted is logged, and is sent again after the next start.
        """
        with self._lock:
            for name in names:
                self._waiting.pop(name, None)
                try:
                    self._path(name).unlink(missing_ok=True)
                except OSError as error:
                    log.error("the snapshot %s cannot be deleted: %s", name, error)  # noqa: TRY400 (says all)
            if not self._waiting:
                self.trouble = ""

    def clear_unfinished(self) -> None:
        """Remove what a power cut left half written."""
        with contextlib.suppress(OSError):
            for path in self._folder.glob(".*.writing"):
                path.unlink(missing_ok=True)

    def take_over(self) -> int:
        """Seal what earlier versions kept plain; how many are still plain, because the disk or the key does not let it.

        The plain file goes when the sealed one is on the disk: power that goes in between costs nothing. What is not
        what its name says is deleted.
        """
        left = 0
        try:
            plain = sorted(path for path in self._folder.glob("*.jpg") if _NAME.fullmatch(path.stem))
        except OSError as error:
            log.error("%s cannot be read: %s", self._folder, error)  # noqa: TRY400 (the sentence says all)
            return 1
        for path in plain:
            try:
                jpeg = path.read_bytes()
                if self._vault.takes_plain and snapshot_hash(jpeg) == path.stem:
                    write_durably(self._path(path.stem), self._vault.seal("snapshot", path.stem, jpeg))
                shred_file(path)
            except (OSError, VaultError) as error:
                left += 1
                self.trouble = f"A picture of a refusal is still plain on the card: {str(error).rstrip('.')}."
        return left

    def _lose(self, name: str, why: str) -> SnapshotError:
        self.remove([name])
        self.trouble = f"A picture of a refusal is lost: {name[:16]} {why}."
        return SnapshotError(self.trouble)

    def _make_room(self) -> None:
        """Make the folder when it is missing; SnapshotError when it or the disk is too full."""
        if self.is_full:
            raise SnapshotError(f"{MAX_SNAPSHOTS} pictures wait for the hub already; no more are kept.")
        if not self._folder.is_dir():
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            sync_folder(self._folder.parent)
        if shutil.disk_usage(self._folder).free < MIN_FREE_BYTES:
            raise SnapshotError("What is left of the disk is for punches: free some space.")

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.sealed"
