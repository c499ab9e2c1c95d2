"""The set-up of system packages, run by the real shell against a Debian made of small scripts."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SETUP = Path(__file__).resolve().parents[2] / "provisioning" / "setup.sh"
WINDOW = ["cursor0", "icccm4", "image0", "keysyms1", "randr0", "render-util0", "shape0", "xkb1"]
DEMO = [
    *["libegl1", "libgl1", "libxkbcommon0", "libfontconfig1", "libdbus-1-3", "libglib2.0-0", "fonts-dejavu-core"],
    *[f"libxcb-{part}" for part in WINDOW],
    *["libxkbcommon-x11-0", "fonts-liberation"],
]

SCRIPTS = {
    "dpkg-query": 'grep -qx "$4" "$WORLD/installed" && echo installed',
    "apt-cache": 'grep -qx "$2" "$WORLD/lists" && echo "Package: $2"',
    "apt-get": """
        echo "apt-get $*" >> "$WORLD/log"
        case $1 in
            update) cp "$WORLD/archive" "$WORLD/lists" ;;
            install)
                shift
                for word; do
                    case $word in -*) continue ;; esac
                    grep -qx "$word" "$WORLD/lists" || { echo "E: Unable to locate package $word"; exit 100; }
                    echo "$word" >> "$WORLD/installed"
                done ;;
        esac""",
    "id": 'cat "$WORLD/uid"',
    "sudo": 'echo "sudo $*" >> "$WORLD/log"; [ -e "$WORLD/sudo" ] || exit 1; shift; exec "$@"',
    "ldconfig": ":",
    "fc-list": ":",
}


class World:
    """A Debian: what is installed, what its archive offers, who runs the script."""

    def __init__(self, folder: Path, *, installed: list[str], archive: list[str], uid: int = 0, sudo: bool = False):
        self.folder = folder
        for name, lines in {"installed": installed, "archive": archive, "lists": [], "uid": [str(uid)]}.items():
            (folder / name).write_text("".join(f"{line}\n" for line in lines))
        if sudo:
            (folder / "sudo").touch()
        self.bin = folder / "bin"
        self.bin.mkdir()
        for name, body in SCRIPTS.items():
            self.add(name, body)
        self.add("python3", f'exec "{sys.executable}" "$@"')
        for tool in ("sh", "grep", "sed", "cat", "cp", "env", "ls", "true"):
            real = shutil.which(tool)
            assert real is not None
            self.add(tool, f'exec "{real}" "$@"')

    def add(self, name: str, body: str) -> None:
        (self.bin / name).write_text(f"#!/bin/sh\n{body}\n")
        (self.bin / name).chmod(0o755)

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PATH": str(self.bin), "WORLD": str(self.folder)}
        environment.pop("PYTHON", None)
        return subprocess.run(
            ["/bin/sh", str(SETUP), *words], env=environment, capture_output=True, text=True, check=False, timeout=120
        )

    @property
    def log(self) -> str:
        path = self.folder / "log"
        return path.read_text() if path.exists() else ""


def test_setup_with_everything_in_place_touches_nothing(tmp_path):
    world = World(tmp_path, installed=DEMO, archive=DEMO)
    done = world.run("demo")
    assert (done.returncode, world.log) == (0, "")
    assert "lengkap" in done.stderr


def test_setup_as_root_updates_the_lists_and_installs_what_is_missing(tmp_path):
    world = World(tmp_path, installed=DEMO[2:], archive=DEMO)
    assert world.run("demo").returncode == 0
    update, install = world.log.splitlines()
    assert update == "apt-get update -q"
    assert install == "apt-get install -y -q --no-install-recommends libegl1 libgl1"


def test_setup_on_trixie_takes_glib_under_its_new_name(tmp_path):
    trixie = [*(name for name in DEMO if "glib" not in name), "libglib2.0-0t64"]
    fresh = World(tmp_path, installed=[], archive=trixie)
    assert fresh.run("demo").returncode == 0
    assert "libglib2.0-0t64" in fresh.log
    assert "libglib2.0-0 " not in fresh.log
    assert fresh.run("demo").returncode == 0
    assert fresh.log.count("apt-get install") == 1


def test_setup_with_passwordless_sudo_uses_it(tmp_path):
    world = World(tmp_path, installed=DEMO[1:], archive=DEMO, uid=1000, sudo=True)
    assert world.run("demo").returncode == 0
    assert "sudo -n apt-get update -q" in world.log


def test_setup_without_the_right_to_install_names_the_packages(tmp_path):
    world = World(tmp_path, installed=DEMO[1:], archive=DEMO, uid=1000)
    done = world.run("demo")
    assert done.returncode == 1
    assert "sudo apt-get update && sudo apt-get install libegl1\n" in done.stderr
    assert "apt-get" not in world.log


def test_setup_whose_installation_fails_says_what_is_missing(tmp_path):
    world = World(tmp_path, installed=DEMO[1:], archive=DEMO[1:])
    done = world.run("demo")
    assert done.returncode == 1
    assert "Paket yang belum ada (missing packages): libegl1 - apt-get install gagal" in done.stderr


def test_setup_elsewhere_than_debian_looks_for_the_libraries_themselves(tmp_path):
    world = World(tmp_path, installed=[], archive=[])
    (world.bin / "dpkg-query").unlink()
    done = world.run("demo")
    assert done.returncode == 1
    assert "bukan Debian" in done.stderr
    sonames = "EGL.so.1 GL.so.1 xkbcommon.so.0 xkbcommon-x11.so.0 fontconfig.so.1 dbus-1.so.3 glib-2.0.so.0"
    sonames += "".join(f" xcb-{part[:-1]}.so.{part[-1]}" for part in WINDOW)
    world.add("ldconfig", f'for name in {sonames}; do echo "lib$name"; done')
    world.add("fc-list", 'echo "DejaVu Sans"; echo "Liberation Sans"')
    assert world.run("demo").returncode == 0


def test_setup_with_an_old_python_says_so(tmp_path):
    world = World(tmp_path, installed=[*DEMO, "python3"], archive=DEMO)
    world.add("python3", "exit 1")
    done = world.run("demo")
    assert done.returncode == 1
    assert "Python 3.11 atau lebih baru belum ada" in done.stderr


@pytest.mark.parametrize("words", [(), ("all",)])
def test_setup_without_a_group_tells_its_usage(tmp_path, words):
    world = World(tmp_path, installed=[], archive=[])
    done = world.run(*words)
    assert done.returncode == 2
    assert "demo|test" in done.stderr
