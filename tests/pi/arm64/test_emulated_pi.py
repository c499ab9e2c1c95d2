"""What the emulated Pi computes is what this machine computes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from kiosk.recognizer.enrolment import EnrolmentFrame, embed_photo
from kiosk.recognizer.packs.pack import open_pack
from provisioning.demo_photos import fetch
from tests.conftest import ROOT
from tests.pi import roots
from tests.pi.arm64 import on_the_pi
from tests.pi.arm64.elf import AARCH64, read_layout
from tests.pi.lock import KIOSK_LOCK, TRIXIE_PI, pins_for

PI5_PAGE_BYTES = 0x4000
PHOTO_WIDTH = 480
Run = Callable[[str, Path], dict[str, Any]]


@pytest.fixture(scope="module")
def root() -> roots.Root:
    return roots.make_arm64_root(print)


@pytest.fixture(scope="module")
def site(root: roots.Root) -> Path:
    return next(outside for outside, inside in root.binds if inside == "/opt/site")


@pytest.fixture(scope="module")
def on_pi(root: roots.Root) -> Run:
    """Run one task of on_the_pi.py on the emulated Pi."""

    def run(task: str, folder: Path) -> dict[str, Any]:
        answer = roots.ask(
            root,
            ("/usr/bin/python3.13", "-P", "-m", on_the_pi.__name__, task, "/srv/exchange"),
            binds=((ROOT, "/srv/presensi"), (folder, "/srv/exchange")),
            environment={
                "PYTHONPATH": "/srv/presensi:/opt/site",
                "PYTHONDONTWRITEBYTECODE": "yes",
                "QEMU_CPU": "cortex-a72",
            },
        )
        return _computed_by("aarch64", answer)

    return run


def run_here(task: str, folder: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", on_the_pi.__name__, task, str(folder)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, timeout=600, check=True)
    return _computed_by("x86_64", done.stdout)


def _computed_by(machine: str, answer: str) -> dict[str, Any]:
    computed: dict[str, Any] = json.loads(answer.splitlines()[-1])
    assert computed["machine"] == machine
    return computed


def test_everything_of_the_lock_imports(root: roots.Root, site: Path, tmp_path: Path) -> None:
    answer = roots.ask(
        root,
        ("/usr/bin/python3.13", "-P", "-m", on_the_pi.__name__, "imports", "/opt/site"),
        binds=((ROOT, "/srv/presensi"),),
        environment={"PYTHONPATH": "/srv/presensi:/opt/site", "QEMU_CPU": "cortex-a72"},
    )
    told = _computed_by("aarch64", answer)
    assert told["python"].startswith("3.13.")
    assert told["failures"] == {}
    assert set(told["packages"]) == {pin.name for pin in pins_for(TRIXIE_PI, KIOSK_LOCK)}
    empty = {name for name, modules in told["packages"].items() if not modules}
    assert empty == {"face-recognition-models"}


def test_embeddings_agree_with_this_machine(on_pi: Run, tmp_path: Path) -> None:
    pack = open_pack()
    chips = []
    for number, photo in enumerate(sorted(fetch().glob("*/*.jpg"))):
        picture = cv2.imread(str(photo))
        assert picture is not None
        small = cv2.resize(picture, None, fx=PHOTO_WIDTH / picture.shape[1], fy=PHOTO_WIDTH / picture.shape[1])
        frame = embed_photo(pack, np.asarray(small, np.uint8))
        assert isinstance(frame, EnrolmentFrame)
        chips.append(frame.chip)
        if number == 0:
            cv2.imwrite(str(tmp_path / "photo.png"), small)
    np.save(tmp_path / "chips.npy", np.stack(chips))
    here, there = run_here("embeddings", tmp_path), on_pi("embeddings", tmp_path)
    for part in ("chips", "photos"):
        ours, theirs = np.array(here[part]), np.array(there[part])
        assert ours.shape == theirs.shape
        assert len(ours) >= 1
        difference = float(np.abs(ours - theirs).max())
        print(f"{part}: largest difference {difference:.1e}")
        assert difference < 1e-5


def test_journal_chain_and_signature_agree_byte_for_byte(on_pi: Run, tmp_path: Path) -> None:
    here = run_here("journal", tmp_path)
    there = on_pi("journal", tmp_path)
    for part in ("rows", "chain", "signature"):
        assert there[part] == here[part]
    assert here["found"] == []
    assert there["found"] == here["left"]
    again = run_here("journal", tmp_path)
    assert again["found"] == there["left"]
    assert len(again["found"]) == 2


def test_window_shows_its_texts(on_pi: Run, tmp_path: Path) -> None:
    here, there = run_here("window", tmp_path), on_pi("window", tmp_path)
    assert there["texts"] == here["texts"]
    assert any("Siti Nurhaliza" in text for text in there["texts"])
    assert "Dinas Kesehatan" in there["texts"]
    drawn, ours = (cv2.imread(str(tmp_path / f"window-{machine}.png")) for machine in ("aarch64", "x86_64"))
    assert drawn is not None
    assert ours is not None
    assert drawn.shape == ours.shape
    # The letters' fonts are each system's own; the layout and its colours are ours.
    small = [cv2.resize(picture, (36, 64), interpolation=cv2.INTER_AREA).astype(int) for picture in (drawn, ours)]
    assert np.corrcoef(small[0].ravel(), small[1].ravel())[0, 1] > 0.95


def test_shared_libraries_fit_the_pages_of_a_pi_5(site: Path) -> None:
    layouts = {path: read_layout(path) for path in sorted(site.rglob("*.so*")) if path.is_file()}
    libraries = {path: layout for path, layout in layouts.items() if layout is not None}
    assert len(libraries) > 100
    assert {layout.machine for layout in libraries.values()} == {AARCH64}
    narrow = [
        str(path.relative_to(site)) for path, layout in libraries.items() if min(layout.alignments) < PI5_PAGE_BYTES
    ]
    assert narrow == []


def test_library_for_small_pages_is_noticed(site: Path, tmp_path: Path) -> None:
    library = next(path for path in sorted(site.rglob("*.so")) if read_layout(path) is not None)
    content = bytearray(library.read_bytes())
    table, size = int.from_bytes(content[32:40], "little"), int.from_bytes(content[54:56], "little")
    first = next(start for start in range(table, table + 64 * size, size) if content[start] == 1)
    content[first + 48 : first + 56] = (0x1000).to_bytes(8, "little")
    (tmp_path / "small.so").write_bytes(content)
    layout = read_layout(tmp_path / "small.so")
    assert layout is not None
    assert min(layout.alignments) == 0x1000
