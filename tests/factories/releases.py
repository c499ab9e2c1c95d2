"""Releases of a Presensi so small that pip installs it at once, and a kiosk's program that stands for it."""

from __future__ import annotations

import base64
import hashlib
import platform
import subprocess
import sys
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from contract.signing import SigningKey
from provisioning.releases.shelf import About, Shelf
from provisioning.wheelhouse import WHEELS, Manifest, seal

HERE = f"{platform.machine()} cp{sys.version_info.major}{sys.version_info.minor}"
SIGNED = datetime(2026, 11, 1, 8, tzinfo=UTC)

_PROGRAM = """
import json, os, sys, time
VERSION, ILLS = {version!r}, {ills!r}
def main():
    if "--version" in sys.argv:
        print("presensi, version " + VERSION); return
    if "dead" in ILLS:
        sys.exit("This release does not start.")
    folder = sys.argv[1]
    told = dict(software=VERSION, at="2026-11-02T07:00:00Z", camera="trouble" if "camera" in ILLS else "ok",
                journal="full" if "journal" in ILLS else "ok", roster=0 if "roster" in ILLS else 3,
                connected="hub" not in ILLS)
    while True:
        with open(folder + "/.new", "w") as file: json.dump(told, file)
        os.replace(folder + "/.new", folder + "/bulletin.json")
        time.sleep(0.05)
"""


def make_wheel(folder: Path, version: str, *ills: str, program: str = _PROGRAM) -> Path:
    """ills: what does not work in it, such as "dead", "camera", "hub". program: with {version!r} and {ills!r}."""
    about = f"presensi-{version}.dist-info"
    files = {
        "presensi_small.py": program.format(version=version, ills=ills),
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: presensi\nVersion: {version}\n",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nGenerator: presensi\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{about}/entry_points.txt": "[console_scripts]\npresensi = presensi_small:main\n",
    }
    record = [f"{name},sha256={_record_hash(text.encode())},{len(text.encode())}" for name, text in files.items()]
    files[f"{about}/RECORD"] = "\n".join([*record, f"{about}/RECORD,,", ""])
    path = folder / f"presensi-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as packed:
        for name, text in files.items():
            packed.writestr(name, text)
    return path


def lay_release(shelf: Shelf, version: str, *ills: str, days: int = 0) -> None:
    """As if it were installed: a program of this Python's, without an environment of its own."""
    program = shelf.room(version) / "bin" / "presensi"
    program.parent.mkdir(parents=True)
    text = _PROGRAM.format(version=version, ills=ills)
    program.write_text(f"#!{sys.executable}\n{text}\nmain()\n", encoding="ascii")
    program.chmod(0o755)
    shelf.note_whole(About(release=version, made_at=SIGNED + timedelta(days=days)))


def make_release_folder(
    folder: Path,
    version: str,
    *ills: str,
    key: SigningKey,
    days: int = 0,
    target: str = HERE,
    release: str | None = None,
    program: str = _PROGRAM,
) -> Manifest:
    """Such a release, signed so many days after SIGNED. release: the name in the manifest, where it is another."""
    (folder / WHEELS).mkdir(parents=True)
    wheel = make_wheel(folder / WHEELS, version, *ills, program=program)
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    listed = folder / f"requirements-{target.replace(' ', '-')}.txt"
    listed.write_text(f"presensi=={version} --hash=sha256:{digest}\n", encoding="ascii")
    return seal(
        folder,
        targets=[target],
        lock_sha256="0" * 64,
        key=key,
        now=SIGNED + timedelta(days=days),
        release=version if release is None else release,
    )


class SmallKiosk:
    """The kiosk's program as a service manager would run it: whatever FOLDER/current says."""

    def __init__(self, releases: Path, data: Path) -> None:
        self._program = releases / "current" / "bin" / "presensi"
        self._data = data
        self._process: subprocess.Popen[bytes] | None = None
        self.starts = 0

    def restart(self) -> None:
        self.stop()
        self.starts += 1
        self._process = subprocess.Popen([str(self._program), str(self._data)], stderr=subprocess.DEVNULL)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


def _record_hash(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
