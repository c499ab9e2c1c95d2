"""Model files that the hub can pass on to kiosks that have no way to the internet."""

from __future__ import annotations

import re
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Final

from contract.errors import PresensiError

if TYPE_CHECKING:
    from kiosk.recognizer.packs.card import ModelFile

_SHA256: Final = re.compile(r"[0-9a-f]{64}")

_Signature = tuple[str, int, int, int]


class ModelFiles:
    """Finds model files by their SHA-256: those that a card here names, that are fetched, and that are whole.

    The cards say where a file is, so nothing that is asked for ever becomes a path. May be called from any thread.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # Hashed once, and again when the file has changed.
        self._whole: dict[str, _Signature] = {}

    def find(self, sha256: str) -> Path | None:
        """The file with that hash (64 small hexadecimal digits); None when no card names it or it is not whole."""
        if not _SHA256.fullmatch(sha256):
            return None
        # Here and not above: a hub that passes nothing on goes without the recogniser.
        from kiosk.recognizer.packs.card import card_names, read_card
        from kiosk.recognizer.packs.model_check import locate

        for name in card_names():
            try:
                files = read_card(name).files
            except PresensiError:  # a card of somebody's own that is broken: the others still count
                continue
            for file in files:
                if file.sha256 == sha256 and not file.installed and self._is_whole(file, locate(file)):
                    return locate(file)
        return None

    def _is_whole(self, file: ModelFile, path: Path) -> bool:
        from kiosk.recognizer.packs.model_check import condition

        try:
            status = path.stat()
        except OSError:
            return False
        signature = (str(path), status.st_ino, status.st_size, status.st_mtime_ns)
        with self._lock:
            if self._whole.get(file.sha256) != signature:
                if condition(file, path) != "whole":
                    return False
                self._whole[file.sha256] = signature
        return True
