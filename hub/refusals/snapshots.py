"""The folder that keeps the snapshots of refused presentations, by the SHA-256 of their bytes."""

from __future__ import annotations

from pathlib import Path

from hub.kept_files import KeptFiles


class SnapshotStore(KeptFiles):
    """Files `snapshots/ab/abcd….jpg` in the hub's data folder; the SHA-256 is `contract.evidence.snapshot_hash`."""

    def __init__(self, data_folder: Path) -> None:
        super().__init__(data_folder / "snapshots", ".jpg")
