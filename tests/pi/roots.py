"""Two unpacked Debians, Trixie on amd64 and on arm64, kept in the cache from one run to the next.

Each layer is a folder of its own, named after what it was made from, and appears whole or not at all:
    trixie-amd64, trixie-arm64    Debian's packages, from the mirror that this machine's apt uses
    venv                          /opt/venv of the first: every wheel of requirements.lock, and picamera2
    site                          /opt/site of the second: every wheel of requirements-kiosk.lock
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from provisioning.demo_photos import cache_folder
from tests.pi.lock import CAMERA_LOCK, KIOSK_LOCK, REFERENCE_LOCK, SOURCE_ONLY, TRIXIE_PC, TRIXIE_PI, WHOLE_LOCK, Pin
from tests.pi.lock import pins_for as pins_of
from tests.pi.wheels import fetch_wheels, unpack_wheels

SUITE = "trixie"
ENTER = Path(__file__).parent / "enter.sh"
_SCREEN = (
    "libegl1",
    "libgl1",
    "libxkbcommon0",
    "libfontconfig1",
    "libdbus-1-3",
    "libglib2.0-0t64",
    # One of the fonts that the screen was drawn for (kiosk.ui.window.FONTS); DejaVu Sans, the last of them, is too wide
    # for the landscape screen.
    "fonts-liberation",
)
_AMD64_PACKAGES = ("python3", "python3-venv", "python3-libcamera", "mosquitto", "git", *_SCREEN)
_ARM64_PACKAGES = ("python3", "libatomic1", *_SCREEN)
_EMULATOR = "usr/bin/qemu-aarch64-static"
_VERSION = "1"
"""Rises when what this file does to a root changes, so that older ones are made anew."""

_UNUSED_SECONDS = 7 * 86_400.0


class RootNotMadeError(Exception):
    """Raised when Debian's packages cannot be had or unpacked here; says why in one line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Root:
    """An unpacked Debian.

    folder: where. binds: (outside, inside) folders that belong to it. launcher: what runs a program of its processor.
    """

    folder: Path
    binds: tuple[tuple[Path, str], ...]
    launcher: tuple[str, ...] = ()


def make_amd64_root(say: Callable[[str], None]) -> Root:
    """Trixie for this machine's own processor, with the product's wheels and picamera2 in /opt/venv."""
    base = _keep("trixie-amd64", _key(_AMD64_PACKAGES), _bootstrap_amd64, say)
    locks = (WHOLE_LOCK, REFERENCE_LOCK, CAMERA_LOCK)
    pins = _once(pins_of(TRIXIE_PC, *locks))

    def install(folder: Path) -> None:
        with _scratch(folder) as wheels:
            fetch_wheels(TRIXIE_PC, pins, into=wheels)
            inside = Root(folder=base, binds=((folder, "/opt/venv"), (wheels, "/srv/wheels")))
            pip = ("/opt/venv/bin/pip", "install", "--quiet", "--no-index", "--find-links", "/srv/wheels", "--no-deps")
            enter(inside, ("python3", "-m", "venv", "--system-site-packages", "/opt/venv"))
            enter(inside, (*pip, "--require-hashes", "--requirement", "/srv/wheels/requirements.txt"))
            enter(inside, (*pip, *_made_here()))

    venv = _keep("venv", _key((base.name,), *locks), install, say)
    return Root(folder=base, binds=((venv, "/opt/venv"),))


def make_arm64_root(say: Callable[[str], None]) -> Root:
    """Trixie as a Pi has it, unpacked and not configured, with the kiosk's wheels in /opt/site; runs under qemu."""
    base = _keep("trixie-arm64", _key(_ARM64_PACKAGES), _bootstrap_arm64, say)
    pins = pins_of(TRIXIE_PI, KIOSK_LOCK)

    def install(folder: Path) -> None:
        with _scratch(folder) as wheels:
            fetch_wheels(TRIXIE_PI, pins, into=wheels)
            unpack_wheels(TRIXIE_PI, pins, wheels=wheels, into=folder)

    site = _keep("site", _key((base.name,), KIOSK_LOCK), install, say)
    return Root(folder=base, binds=((site, "/opt/site"),), launcher=(f"/{_EMULATOR}",))


def enter(
    root: Root,
    command: Sequence[str],
    *,
    binds: Sequence[tuple[Path, str]] = (),
    environment: dict[str, str] | None = None,
    devices: bool = False,
    timeout_seconds: float = 1800.0,
    check: bool = True,
) -> subprocess.CompletedProcess[str]:
    """Run a command inside; its output is shown as it comes. CalledProcessError when it fails and `check` is set."""
    done = subprocess.run(
        _entry(root, command, binds, environment or {}, devices=devices),
        text=True,
        timeout=timeout_seconds,
        check=False,
    )
    if check:
        done.check_returncode()
    return done


def ask(root: Root, command: Sequence[str], *, binds: Sequence[tuple[Path, str]], environment: dict[str, str]) -> str:
    """Run a command inside and return what it wrote; CalledProcessError when it fails."""
    entry = _entry(root, command, binds, environment, devices=False)
    return subprocess.run(entry, stdout=subprocess.PIPE, text=True, timeout=1800.0, check=True).stdout


def _entry(
    root: Root,
    command: Sequence[str],
    binds: Sequence[tuple[Path, str]],
    environment: dict[str, str],
    *,
    devices: bool,
) -> list[str]:
    given = {"PATH": "/opt/venv/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LANG": "C.UTF-8"} | environment
    mounts = [part for outside, inside in (*root.binds, *binds) for part in ("--bind", str(outside), inside)]
    variables = [f"{name}={value}" for name, value in given.items()]
    devices_shown = ["--sys"] if devices else []
    inside = [shutil.which("chroot") or "chroot", str(root.folder), *root.launcher, *command]
    return ["sh", str(ENTER), str(root.folder), *mounts, *devices_shown, "--", *variables, *inside]


def _bootstrap_amd64(folder: Path) -> None:
    _debootstrap(folder, _AMD64_PACKAGES, "--arch=amd64")
    (folder / "etc/hosts").write_text("127.0.0.1 localhost\n::1 localhost\n", encoding="ascii")


def _bootstrap_arm64(folder: Path) -> None:
    """Unpack every package and configure none: that would need this kernel to start arm64 programs by itself."""
    _debootstrap(folder, _ARM64_PACKAGES, "--arch=arm64", "--foreign")
    for package in sorted((folder / "var/cache/apt/archives").glob("*.deb")):
        subprocess.run(["dpkg-deb", "--extract", str(package), str(folder)], check=True)
        package.unlink()
    for name in ("proc", "dev", "tmp", "run"):
        # debootstrap leaves a link into the machine's own /proc, over which nothing can be mounted.
        if (folder / name).is_symlink():
            (folder / name).unlink()
        (folder / name).mkdir(exist_ok=True)
    (folder / "etc/hosts").write_text("127.0.0.1 localhost\n", encoding="ascii")
    emulator = shutil.which("qemu-aarch64-static")
    assert emulator is not None
    shutil.copy(emulator, folder / _EMULATOR)


def _debootstrap(folder: Path, packages: Sequence[str], *options: str) -> None:
    mirror = find_mirror()
    included = f"--include={','.join(('ca-certificates', *packages))}"
    command = ["debootstrap", "--variant=minbase", included, *options, SUITE, str(folder)]
    log = folder.with_name(f"{folder.name}.log")
    with log.open("w", encoding="utf-8") as output:
        done = subprocess.run([*command, *([mirror] if mirror else [])], stdout=output, stderr=output, check=False)
    if done.returncode != 0:
        tail = " / ".join(log.read_text(encoding="utf-8").splitlines()[-3:])
        raise RootNotMadeError(f"debootstrap could not make {SUITE} ({' '.join(options)}): {tail}")
    log.unlink()


def find_mirror() -> str | None:
    """Where this machine's apt gets Debian from; None (debootstrap then knows one) where it says nothing of Debian."""
    asked = [
        "apt-get",
        "indextargets",
        "--format",
        "$(REPO_URI)",
        "Created-By: Packages",
        "Origin: Debian",
        "Label: Debian",
    ]
    listed = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.split()
    return listed[0] if listed else None


def _keep(kind: str, key: str, make: Callable[[Path], None], say: Callable[[str], None]) -> Path:
    """The folder `kind-key` of the cache, made when it is not there; those that nobody used for long go."""
    shelf = cache_folder() / "pi"
    shelf.mkdir(parents=True, exist_ok=True)
    kept = shelf / f"{kind}-{key}"
    with (shelf / f".{kind}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if kept.is_dir():
            say(f"{kept.name} is there.")
        else:
            say(f"{kept.name} is being made …")
            making = shelf / f".making-{kind}"
            shutil.rmtree(making, ignore_errors=True)
            making.mkdir()
            make(making)
            making.rename(kept)
        kept.touch()
        for other in shelf.glob(f"{kind}-*"):
            # Another checkout, with other locks, may be running in a younger one.
            if time.time() - other.stat().st_mtime > _UNUSED_SECONDS:
                shutil.rmtree(other, ignore_errors=True)
    return kept


@contextmanager
def _scratch(beside: Path) -> Iterator[Path]:
    wheels = beside.with_name(f"{beside.name}-wheels")
    shutil.rmtree(wheels, ignore_errors=True)
    wheels.mkdir()
    try:
        yield wheels
    finally:
        shutil.rmtree(wheels, ignore_errors=True)


def _made_here() -> list[str]:
    return [f"{name}=={version}" for name, version in SOURCE_ONLY.items()]


def _once(pins: list[Pin]) -> list[Pin]:
    """Each package once: what two lock files share must be the same version."""
    chosen: dict[str, Pin] = {}
    for pin in pins:
        if chosen.setdefault(pin.name, pin).version != pin.version:
            raise SystemExit(f"{pin.requirement} and {chosen[pin.name].requirement} are both locked: resolve one anew.")
    return list(chosen.values())


def _key(words: Sequence[str], *files: Path) -> str:
    digest = hashlib.sha256("\n".join((_VERSION, *words)).encode())
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def why_not() -> str | None:
    """Why the roots cannot be made or entered on this machine, in one line; None when they can."""
    if sys.platform != "linux" or os.uname().machine != "x86_64":
        return f"this machine is {os.uname().machine}; the emulated Pi needs an x86-64 Linux"
    if os.geteuid() != 0:
        return "it needs root, for debootstrap and chroot"
    missing = [name for name in ("debootstrap", "qemu-aarch64-static", "unshare") if shutil.which(name) is None]
    if missing:
        return f"{', '.join(missing)} is not here: apt-get install debootstrap qemu-user-static"
    mount = ["mount", "-t", "tmpfs", "tmpfs", "/tmp"]
    alone = ["unshare", "--mount", "--propagation", "private", "--pid", "--fork"]
    tried = subprocess.run([*alone, *mount], capture_output=True, text=True, check=False)
    return None if tried.returncode == 0 else f"this machine lets nobody mount: {tried.stderr.strip()}"
