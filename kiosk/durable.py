"""Files that are there whole or not at all, whatever the power does."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


def write_durably(target: Path, content: bytes) -> None:
    """Write beside, bring to the disk, rename; readable by the owner only. OSError, and nothing half written is left.

    What lies beside is named `.NAME.writing`: a power cut may leave it there, and the next try overwrites it.
    """
    temporary = target.with_name(f".{target.name}.writing")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
        sync_folder(target.parent)
    except OSError:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


def sync_folder(folder: Path) -> None:
    """Bring names that were made, changed or removed in a folder to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
