"""A camera that shows somebody who walks up, plugged in once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from provisioning.demo_photos import fetch
from tests.pi.camera.virtual_camera import adapt, plug_in


@pytest.fixture(scope="session")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """PERSON/file: two people, of whom `obama` walks up."""
    folder = tmp_path_factory.mktemp("gallery")
    for person in ("biden", "obama"):
        shutil.copytree(fetch() / person, folder / person)
    return folder


@pytest.fixture(scope="session")
def frames(gallery: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The JPEG files that the camera plays."""
    folder = tmp_path_factory.mktemp("frames")
    plug_in(gallery / "obama" / "obama.jpg", folder=folder)
    return folder


@pytest.fixture
def virtual_camera(frames: Path) -> None:
    """The camera, and picamera2 adapted to it in this process."""
    adapt()
