"""What tests of the commands share."""

from __future__ import annotations

from pathlib import Path

import pytest

from provisioning.demo_photos import PHOTOS, cache_folder


@pytest.fixture(scope="session")
def demo_photos() -> Path:
    """The demo's photos (biden, obama) as set-up has fetched them; skips where it has not."""
    folder = cache_folder() / "demo-photos"
    if not all((folder / photo.person / photo.file).is_file() for photo in PHOTOS):
        pytest.skip("the demo's photos are not here: presensi provision demo-photos")
    return folder
