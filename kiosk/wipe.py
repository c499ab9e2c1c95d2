"""Everything of people's faces taken from a kiosk, the key first: what a power cut leaves behind opens nowhere."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from kiosk.durable import sync_folder
from kiosk.vault import KEY_FILE, shred_file

_FOLDERS: Final = ("evidence", "enrolments")
_CACHES: Final = ("roster.msgpack", "months.msgpack")


def erase_faces(folder: Path) -> None:
    """Delete key, roster, months, pictures and enrolments that wait in a data folder; again and again does no harm.

    Rows of the journal stay: they hold opaque ids, and days of somebody's work. So do the keys by which the kiosk
    delivers them. OSError when something cannot be deleted; what comes before it is gone then.
    """
    shred_file(folder / KEY_FILE)
    for name in _CACHES:
        for each in (name, f".{name}.writing", f".{name}.new"):
            shred_file(folder / each)
    for name in (*_FOLDERS, f"{KEY_FILE}.damaged"):
        path = folder / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    sync_folder(folder)
