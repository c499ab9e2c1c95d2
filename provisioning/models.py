"""Fetching a pack: its files from wherever they can be had, installed together once all of them are right.

Whatever goes wrong, what was installed before keeps working. This is a library as much as a command: it asks nothing,
prints nothing, and leaves nothing behind but parts that the next run resumes.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kiosk.recognizer.packs.card import ModelCard, ModelFile, models_folder
from kiosk.recognizer.packs.model_check import condition
from provisioning.download import Downloader, OnProgress, Patience, Say, quiet
from provisioning.errors import FetchError, ModelsError, SourceError
from provisioning.model_sources import Source
from provisioning.models_folder import ModelsFolder
from provisioning.part_file import PartFile


@dataclass(frozen=True, slots=True)
class FetchedFile:
    """A file that a pack needs and now has. name: below the models folder; source: None when it was there already."""

    name: str
    sha256: str
    size: int
    source: str | None


@dataclass(frozen=True, slots=True)
class FetchedPack:
    """A pack that is whole now.

    files: those that are fetched at all, so none for a pack that comes with installed packages.
    troubles: what was wrong with sources that were asked before the one that gave.
    """

    pack: str
    folder: Path
    files: tuple[FetchedFile, ...]
    troubles: tuple[str, ...]


def fetch_pack(
    card: ModelCard,
    sources: Sequence[Source],
    *,
    folder: Path | None = None,
    patience: Patience | None = None,
    on_progress: OnProgress = quiet,
    say: Say = lambda _: None,
) -> FetchedPack:
    """Get the files of a pack that are missing or damaged, from the first source that has each, and install them.

    sources: in the order to be asked; every file is checked against the card, whoever gave it. folder: None means
    `models_folder()`. say: hears what is waited for.
    Raises FetchError when no source has a file, ModelsFolderError when the folder cannot take it.
    """
    models = ModelsFolder(folder or models_folder())
    wanted = _fetched_files(card)
    found: dict[str, str | None] = {}
    troubles: list[str] = []
    # A pack that is whole needs no folder that can be written.
    if any(condition(file, models.target(file)) != "whole" for file in wanted):
        with models.writing(say), Downloader(patience, say=say) as downloader:
            parts = [models.part(file) for file in wanted if condition(file, models.target(file)) != "whole"]
            models.require_space(sum(part.file.size - min(part.size, part.file.size) for part in parts))
            asking = _Asking(card, sources, downloader, on_progress)
            found = {part.file.name: asking.bring(part) for part in parts}
            troubles = asking.troubles
            models.install(parts)
    files = tuple(FetchedFile(file.name, file.sha256, file.size, found.get(file.name)) for file in wanted)
    return FetchedPack(card.name, models.path, files, tuple(troubles))


class _Asking:
    """Goes from source to source; one that did not answer at all is not asked for the next file."""

    def __init__(
        self, card: ModelCard, sources: Sequence[Source], downloader: Downloader, on_progress: OnProgress
    ) -> None:
        self._card = card
        self._sources = sources
        self._downloader = downloader
        self._on_progress = on_progress
        self._unreachable: dict[Source, str] = {}
        self.troubles: list[str] = []

    def bring(self, part: PartFile) -> str | None:
        """Make the part whole; where it came from, None when all of it had arrived in an earlier run."""
        if part.is_whole():
            return None
        reasons: list[str] = []
        for source in self._sources:
            if not source.offers(part.file):
                continue
            if source in self._unreachable:
                reasons.append(self._unreachable[source])
                continue
            try:
                return source.bring(part, self._downloader, self._on_progress)
            except SourceError as error:
                reasons.append(str(error))
                self.troubles.append(str(error))
                if error.unreachable:
                    self._unreachable[source] = str(error)
        why = "; ".join(reasons) or "neither the card nor anybody else names a place that has it"
        raise FetchError(
            f"Pack {self._card.name} was not fetched, for want of {part.file.name} ({why}). What was installed before "
            "is as it was. Check the network and fetch again, or take the files from a mirror, a stick or the hub "
            "(--mirror, --hub; docs/models.md)."
        )


def _fetched_files(card: ModelCard) -> list[ModelFile]:
    """The files that come from elsewhere, each once even where it has two roles."""
    return list({file.name: file for file in card.files if not file.installed}.values())


def export_pack(card: ModelCard, to: Path, *, folder: Path | None = None) -> list[Path]:
    """Copy the files of a pack to a folder that can then be a mirror, on a stick or behind a web server.

    Raises ModelsError when a file is missing or damaged here, or the folder cannot be written.
    """
    models = ModelsFolder(folder or models_folder())
    wanted = _fetched_files(card)
    for file in wanted:
        if (state := condition(file, models.target(file))) != "whole":
            raise ModelsError(
                f"{models.target(file)} is {state}: `presensi models fetch {card.name}` first, then export it."
            )
    copies = [to / file.sha256 for file in wanted]
    try:
        to.mkdir(parents=True, exist_ok=True)
        for file, copy in zip(wanted, copies, strict=True):
            if condition(file, copy) != "whole":
                _copy_whole(models.target(file), copy)
    except OSError as error:
        raise ModelsError(f"{to} cannot be written ({error.strerror}): free it, or name another folder.") from error
    return copies


def _copy_whole(path: Path, copy: Path) -> None:
    scratch = copy.with_name(f"{copy.name}.part")
    try:
        with path.open("rb") as content, scratch.open("wb") as written:
            shutil.copyfileobj(content, written)
            written.flush()
            os.fsync(written.fileno())
        scratch.replace(copy)
    finally:
        scratch.unlink(missing_ok=True)
