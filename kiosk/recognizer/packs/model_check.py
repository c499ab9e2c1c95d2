"""Whether the files of a pack are what its card says."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from kiosk.errors import PackError
from kiosk.recognizer.models.dlib_weights import INSTALL_AGAIN, file_sha256, model_path
from kiosk.recognizer.packs.card import ModelCard, ModelFile, models_folder

Condition = Literal["whole", "damaged", "missing"]


def locate(file: ModelFile) -> Path:
    """Where a file of a card is, or would be; PackError when the package that it comes with is not installed."""
    return model_path(file.name) if file.installed else models_folder() / file.name


def condition(file: ModelFile, path: Path) -> Condition:
    """How the file at that path compares with its card: every byte is read when the size is right.

    A file that cannot be read is damaged.
    """
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        return "missing"
    except OSError:
        return "damaged"
    try:
        whole = path.is_file() and size == file.size and file_sha256(path) == file.sha256
    except PackError:
        return "damaged"
    return "whole" if whole else "damaged"


def place_of(file: ModelFile) -> Path | None:
    """Where a file of a card is, or would be; None when the package that it comes with is not installed."""
    try:
        return locate(file)
    except PackError:
        return None


def is_installed(card: ModelCard) -> bool:
    """Whether every file of a pack is there, with the right size; nothing is read."""
    places = [(file, place_of(file)) for file in card.files]
    return all(path is not None and path.is_file() and path.stat().st_size == file.size for file, path in places)


def remedy(card: ModelCard) -> str:
    """How to get the files of a pack that are damaged or missing."""
    return INSTALL_AGAIN if all(file.installed for file in card.files) else f"`presensi models fetch {card.name}`"
