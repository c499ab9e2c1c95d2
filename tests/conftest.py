"""Fixtures that every room's tests may use."""

from __future__ import annotations

import gc
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest
from hypothesis import settings

# How long an example takes says how busy the machine is, and nothing of the code. The same examples every time, so that
# what one change broke is not found out by the next one; `make search` looks for new ones.
settings.register_profile("presensi", deadline=None, derandomize="PRESENSI_SEARCH" not in os.environ)
settings.load_profile("presensi")

# A shell that starts us in the background lets us ignore SIGINT, and every process that a test starts would inherit it.
signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).resolve().parent.parent

MEMORY: Final = Path("/dev/shm")
"""Linux' folder in memory. What a test stores is synchronised to the disk again and again, and thrown away."""
ENOUGH_BYTES: Final = 3 << 30
"""More than a whole run keeps there at a time."""
WORKER_BYTES: Final = 1 << 30
"""What a worker, with the processes that it starts, may take of the memory."""


def _memory_bytes(name: str) -> int:
    """A line of /proc/meminfo; 0 where there is none."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) << 10 for line in lines if line.startswith(f"{name}:")), 0)


def _is_memory(folder: str) -> bool:
    """Whether a memory file system of its own is mounted there, as in the Pi's roots, where it goes with the run."""
    try:
        mounted = [line.split()[1:3] for line in Path("/proc/mounts").read_text(encoding="utf-8").splitlines()]
    except OSError:
        return False
    return [folder, "tmpfs"] in mounted


def _keep_folders_in_memory() -> None:
    """Let this process, and those it starts, make their temporary folders in memory, where there is room enough."""
    if "TMPDIR" in os.environ or _is_memory(tempfile.gettempdir()) or not os.access(MEMORY, os.W_OK):
        return
    room = os.statvfs(MEMORY)
    if room.f_flag & os.ST_NOEXEC or min(room.f_bavail * room.f_frsize, _memory_bytes("MemAvailable")) < ENOUGH_BYTES:
        return
    os.environ["TMPDIR"] = str(MEMORY)
    tempfile.tempdir = None  # it was asked before


_keep_folders_in_memory()


LONGEST: Final = (
    "tests/journeys/test_kill.py",
    "tests/journeys/test_demo.py",
    "tests/hub/ingest/with_a_kiosk/test_rows.py",
)
"""Files that keep a worker for longest: they begin first, so that nobody waits for one of them at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Journeys first: they wait for other processes, while the workers beside them compute."""

    def turn(item: pytest.Item) -> tuple[bool, bool]:
        file = item.path.relative_to(ROOT).as_posix()
        return file not in LONGEST, not file.startswith(("tests/journeys", "tests/cli"))

    items.sort(key=turn)


def pytest_collection_finish() -> None:
    """Thousands of tests stay until the end: let Python not look for garbage among them again and again."""
    gc.freeze()


def pytest_xdist_auto_num_workers() -> int:
    """Two for each processor, for the journeys wait for brokers and hubs half of the time; fewer in a small memory."""
    processors = len(os.sched_getaffinity(0))
    return max(1, min(2 * processors, _memory_bytes("MemAvailable") // WORKER_BYTES))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of evaluation material (faces, clips, models); skips where it is not at hand.

    PRESENSI_SHARED names it; else a folder `shared` beside the checkout.
    """
    folder = Path(os.environ.get("PRESENSI_SHARED", ROOT.parent / "shared"))
    if not (folder / "data").is_dir():
        pytest.skip("no evaluation material here: set PRESENSI_SHARED to its folder")
    return folder


@pytest.fixture(scope="session")
def model_folder(shared: Path) -> Path:
    """The folder of real networks that the packs evaluation and standard are made of; skips where it is not at hand."""
    folder = Path(os.environ.get("PRESENSI_MODELS") or shared / "models")
    if not (folder / "yunet").is_dir():
        pytest.skip("no networks here: set PRESENSI_MODELS to their folder")
    return folder


@pytest.fixture
def models(model_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same, as PRESENSI_MODELS names it."""
    monkeypatch.setenv("PRESENSI_MODELS", str(model_folder))
    return model_folder


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty, migrated database of a hub, to be copied."""
    from hub.db import open_database, upgrade

    path = tmp_path_factory.mktemp("template") / "hub.db"
    with open_database(f"sqlite:///{path}") as database:
        upgrade(database)
        with database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.fixture(scope="session")
def lay_database(sqlite_template: Path) -> Callable[[Path], Path]:
    """Lay an empty, migrated `hub.db` into a folder, which is made; returns its path."""

    def lay(folder: Path) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        return Path(shutil.copy(sqlite_template, folder / "hub.db"))

    return lay


@pytest.fixture
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a password cost little to hash; what it costs at work is the business of test_accounts."""
    from argon2 import PasswordHasher

    from hub.access import accounts

    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(accounts, "_hasher", lambda: cheap)


@pytest.fixture(scope="session")
def quick_face_detector(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let dlib unpack its face detector once: for every pack that is opened it takes half a second.

    Each caller gets a detector of its own, read from a file: two threads must not look with the same one.
    """
    import dlib

    saved = str(tmp_path_factory.mktemp("dlib") / "detector")
    dlib.get_frontal_face_detector().save(saved)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dlib, "get_frontal_face_detector", lambda: dlib.fhog_object_detector(saved))
        yield
