"""What of a hub's data folder belongs into a backup."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path


def files_of(data_folder: Path, *, leave: Sequence[Path | None]) -> Iterator[tuple[str, Path]]:
    """Every file with its name within the folder, sorted; keys and pictures alike.

    Left out are the database and its companions, locks, files that are only being written (their names begin with a
    dot), and the folders in `leave`. Links are followed: pictures may have been moved to another disk.
    """
    left = {path.resolve() for path in leave if path is not None}
    left |= {path.with_name(path.name + end) for path in left for end in ("-wal", "-shm", "-journal")}
    seen: set[Path] = set()
    for here, folders, files in os.walk(data_folder, followlinks=True):
        real = Path(here).resolve()
        if real in seen or real in left:
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            path = Path(here) / name
            if name.startswith(".") or name.endswith(".lock") or path.resolve() in left or not path.is_file():
                continue
            yield path.relative_to(data_folder).as_posix(), path
