"""Fixtures that every room's tests may use."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from hypothesis import settings

# How long an example takes says how busy the machine is, and nothing of the code.
settings.register_profile("presensi", deadline=None)
settings.load_profile("presensi")

# A shell that starts us in the background lets us ignore SIGINT, and every process that a test starts would inherit it.
signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of evaluation material (faces, clips, models); skips where it is not at hand.

    PRESENSI_SHARED names it; else a folder `shared` beside the checkout.
    """
    folder = Path(os.environ.get("PRESENSI_SHARED", ROOT.parent / "shared"))
    if not (folder / "data").is_dir():
        pytest.skip("no evaluation material here: set PRESENSI_SHARED to its folder")
    return folder


@pytest.fixture
def models(shared: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of real networks that the packs evaluation and standard are made of, as PRESENSI_MODELS names it."""
    folder = Path(os.environ.get("PRESENSI_MODELS") or shared / "models")
    if not (folder / "yunet").is_dir():
        pytest.skip("no networks here: set PRESENSI_MODELS to their folder")
    monkeypatch.setenv("PRESENSI_MODELS", str(folder))
    return folder
