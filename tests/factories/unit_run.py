"""A unit's command, run as its user in mount namespaces of its own: what systemd would do, where no systemd runs.

The system is read-only but for the unit's own folders, /home, /root and /tmp are others, no right is left but those
that the unit names, and memory that is written is never executed where the unit says so.
"""

from __future__ import annotations

import os
import re
import select
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from tests.factories.staged_root import Unit

ROOT: Final = Path(__file__).resolve().parents[2]
USER: Final = 64_999
PATIENCE_SECONDS: Final = 120.0
_TOOLS: Final = ("unshare", "mount", "setpriv")

_PROGRAM: Final = f"""#!{sys.executable}
import ctypes, os
if os.environ.pop("DENY_WRITE_EXECUTE", ""):
    assert ctypes.CDLL(None).prctl(65, 1, 0, 0, 0) == 0  # PR_SET_MDWE, Linux 6.3
from cli import main
main()
"""

_INSIDE: Final = """set -e
# A checkout may lie in one of the folders that are covered below.
mount --bind "$SOURCE" /mnt
mount -t tmpfs -o mode=755 tmpfs /home
mkdir /home/stage
mount --bind "$STAGE" /home/stage
STAGE=/home/stage
for part in etc opt var; do
    mount -t overlay overlay -o "lowerdir=$STAGE/$part:/$part" "/$part"
done
mount --bind /mnt /opt/source
if [ "${BASE#/root/}" != "$BASE" ]; then
    mount --bind "$BASE" /opt/base
    mount -t tmpfs -o mode=755 tmpfs /root
    mkdir -p "$BASE"
    mount --bind /opt/base "$BASE"
fi
mount -t tmpfs -o mode=1777 tmpfs /tmp
case $SOURCE in
    /tmp/* | /home/*) mkdir -p "$SOURCE"; mount --bind /opt/source "$SOURCE" ;;
esac
# Past the overlay: each mount of one has locks of its own.
for folder in $WRITABLE; do mount --bind "$STAGE$folder" "$folder"; done
mount -t tmpfs -o mode=755 tmpfs /run
[ -z "$RUNTIME" ] || install -d -m 0700 -o $USER_ID -g $USER_ID "/run/$RUNTIME"
mount -o remount,ro,bind /
cd "$PLACE"
umask 077
exec setpriv --reuid=$USER_ID --regid=$USER_ID --clear-groups --no-new-privs --inh-caps=-all$CAPS \
    --ambient-caps=-all$CAPS --bounding-set=-all$CAPS env -i PYTHONPATH=/opt/source PYTHONDONTWRITEBYTECODE=1 \
    PATH=/usr/local/bin:/usr/bin:/bin "$@"
"""


@dataclass(slots=True)
class Running:
    """What was started; lines: what it has said so far."""

    process: subprocess.Popen[str]
    lines: list[str]

    def wait_for(self, text: str) -> str:
        """The first line that holds `text`."""
        assert self.process.stdout is not None
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            if found := next((line for line in self.lines if text in line), None):
                return found
            assert time.monotonic() < deadline, self.lines
            if select.select([self.process.stdout], [], [], 1.0)[0]:
                line = self.process.stdout.readline()
                assert line, f"It ended: {''.join(self.lines)}"
                self.lines.append(line)


class StagedMachine:
    """Folders as the installation makes them, for the user with the number USER."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("opt/source", "opt/base", "opt/presensi/current/bin"):
            (folder / name).mkdir(parents=True)
        self.settings = folder / "etc/presensi"
        (folder / "var/cache").mkdir(parents=True)
        self.settings.mkdir(parents=True)
        for name in ("lib/presensi/hub", "lib/presensi/authority", "lib/presensi/kiosk", "backups/presensi"):
            self._own(folder / "var" / name)
        program = folder / "opt/presensi/current/bin/presensi"
        program.write_text(_PROGRAM, encoding="utf-8")
        program.chmod(0o755)

    def keep(self, name: str, content: str | bytes) -> None:
        """A file in /etc/presensi, which the hub's user may read."""
        place = self.settings / name
        place.write_bytes(content.encode() if isinstance(content, str) else content)
        os.chown(place, 0, USER)
        place.chmod(0o640)

    def give(self, folder: Path, to: str) -> None:
        """Copy a folder there, into the user's hands."""
        shutil.copytree(folder, self.folder / to, dirs_exist_ok=True)
        for path in (self.folder / to).rglob("*"):
            os.chown(path, USER, USER)

    def start(self, unit_name: str, instance: str = "", *, others: Mapping[str, str] | None = None) -> Running:
        """others: of the environment, over what the unit says."""
        unit = Unit.read(unit_name)
        written = {"%i": instance, "%C": "/var/cache", "%t": "/run"}

        def told(value: str) -> list[str]:
            filled = re.sub(r"%[a-zA-Z]", lambda found: written[found.group()], value)
            return [word.replace("$$", "$") for word in shlex.split(filled)]

        user = unit.one("User")
        environment = [f"USER={user}", f"LOGNAME={user}"]
        environment += [each for value in unit.all("Environment") for each in told(value)]
        if unit.one("MemoryDenyWriteExecute") == "yes":
            environment.append("DENY_WRITE_EXECUTE=1")
        folders = [f"/var/lib/{name}" for name in (unit.one("StateDirectory") or "").split()]
        writable = [each for value in unit.all("ReadWritePaths") for each in value.split()]
        folders += [each.lstrip("-") for each in writable if (self.folder / each.lstrip("-/")).is_dir()]
        if cache := unit.one("CacheDirectory"):
            self._own(self.folder / "var/cache" / cache)
            folders.append(f"/var/cache/{cache}")
        environment += [f"{name}={value}" for name, value in (others or {}).items()]
        (command,) = unit.all("ExecStart")
        rights = "".join(f",+{each.removeprefix('CAP_').lower()}" for each in unit.all("AmbientCapabilities"))
        words = ["unshare", "--mount", "sh", "-c", _INSIDE, "sh", *environment, *told(command)]
        outside = {"STAGE": self.folder, "SOURCE": ROOT, "BASE": sys.base_prefix, "USER_ID": USER, "CAPS": rights}
        outside |= {"RUNTIME": unit.one("RuntimeDirectory") or "", "PLACE": unit.one("WorkingDirectory") or "/"}
        outside |= {"WRITABLE": " ".join(folders), "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"}
        process = subprocess.Popen(
            words,
            env={name: str(value) for name, value in outside.items()},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return Running(process, [])

    @staticmethod
    def _own(folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        os.chown(folder, USER, USER)
        folder.chmod(0o700)

    @contextmanager
    def running(
        self, unit_name: str, instance: str = "", *, others: Mapping[str, str] | None = None
    ) -> Iterator[Running]:
        """Until the block ends; then it is told to end, and must do so without complaint."""
        started = self.start(unit_name, instance, others=others)
        try:
            yield started
            started.process.send_signal(signal.SIGTERM)
            rest = started.process.communicate(timeout=PATIENCE_SECONDS)[0]
            assert started.process.returncode == 0, "".join(started.lines) + rest
        finally:
            if started.process.poll() is None:
                started.process.kill()
                started.process.wait(PATIENCE_SECONDS)

    def run(self, unit_name: str) -> str:
        """To the end; what was said."""
        started = self.start(unit_name)
        said = started.process.communicate(timeout=PATIENCE_SECONDS)[0]
        assert started.process.returncode == 0, said
        return said


@contextmanager
def staged_machine() -> Iterator[StagedMachine]:
    """Skips where this cannot be: not as root, without the tools, or where nothing may be mounted."""
    if os.geteuid() != 0 or not all(map(shutil.which, _TOOLS)):
        pytest.skip("only root can run units as their user")
    # Not in memory as other tests: pytest's own folders are closed to others.
    folder = Path(tempfile.mkdtemp(prefix="presensi-stage-", dir="/tmp"))
    try:
        folder.chmod(0o755)
        tried = ["unshare", "--mount", "sh", "-c", f"mount -t overlay overlay -o lowerdir={folder}:/opt /opt"]
        if subprocess.run(tried, capture_output=True, check=False).returncode:
            pytest.skip("nothing can be mounted here")
        yield StagedMachine(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
