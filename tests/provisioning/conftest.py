"""Small packs, and a server that has their files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk.recognizer.packs.card import InputNeeds, ModelCard, ModelFile
from provisioning.download import Patience
from tests.factories.file_server import FileServer, serve_files
from tests.factories.packs import LENGTHS, content_of, file_of


@pytest.fixture
def server() -> Iterator[FileServer]:
    with serve_files() as files:
        yield files


@pytest.fixture
def files(server: FileServer) -> tuple[ModelFile, ...]:
    """Two files that the server has at their upstream address and, as a mirror does, by their hash."""
    made = tuple(file_of(name, f"{server.url}/{name}") for name in LENGTHS)
    for name, file in zip(LENGTHS, made, strict=True):
        server.contents[f"/{name}"] = server.contents[f"/mirror/{file.sha256}"] = content_of(name)
    return made


@pytest.fixture
def card(files: tuple[ModelFile, ...]) -> ModelCard:
    """A pack of those two files."""
    needs = InputNeeds(chip="any", dimensions=2, smallest_face=80, smallest_eye_distance=28.0)
    return ModelCard(name="small", title="Small", notice="For tests.", input=needs, files=files)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "models"


@pytest.fixture
def pauses() -> list[float]:
    """How long was paused; nobody really waits."""
    return []


@pytest.fixture
def patience(pauses: list[float]) -> Patience:
    return Patience(connect_seconds=10, read_seconds=20, attempts=3, pause=pauses.append)


@pytest.fixture
def installed(folder: Path) -> Callable[[], dict[str, bytes]]:
    """What stands in the models folder, but for what is still arriving."""

    def look() -> dict[str, bytes]:
        return {
            str(path.relative_to(folder)): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file() and ".arriving" not in path.parts
        }

    return look
