"""How long a kiosk takes from its start to READY=1, and how much memory its processes hold together.

The command that systemd would run, as it is: `presensi kiosk run` with window (offscreen, Qt's software backend),
capture process, recogniser, journal and uplink; a clip of somebody who walks up, again and again, stands in for the
camera, and the broker cannot be reached. READY=1 is said when frames, journal and screen have all shown that they are
alive. PSS counts what processes share once (proc_pid_smaps_rollup(5)).
"""

from __future__ import annotations

import argparse
import json
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, get_args

from benchmarks.machine import machine
from benchmarks.memory import family, shared_bytes
from benchmarks.servers import child
from benchmarks.walkup import LivenessPolicy, gallery_roster, rendered_clip
from contract.errors import BadInputError, PresensiError
from contract.signing import SigningKey
from kiosk.recognizer.packs.pack import open_pack
from kiosk.roster import RosterCache
from kiosk.vault import open_vault
from provisioning.demo_photos import fetch

if TYPE_CHECKING:
    from collections.abc import Iterator
    from subprocess import Popen

READY_BAR_SECONDS: Final = 5.0
MEMORY_BAR_MB: Final = 350.0
PATIENCE_SECONDS: Final = 120.0
WINDOW: Final = {"QT_QPA_PLATFORM": "offscreen", "QT_QUICK_BACKEND": "software"}
NOWHERE: Final = "mqtt://127.0.0.1:9"
"""The discard port: nobody listens."""


@dataclass(frozen=True, slots=True)
class Start:
    """One start. Megabytes (10**6) of PSS: when it was ready, and at the end; processes: how many they are then."""

    ready_s: float
    ready_mb: float
    end_mb: float
    processes: int


def start_once(pack: str, gallery: Path, *, liveness: LivenessPolicy, seconds: float) -> Start:
    """Start a kiosk with this gallery in an empty folder, let it serve for so long, and end it."""
    with tempfile.TemporaryDirectory(prefix="presensi-start-") as name:
        folder = Path(name)
        (folder / "hub.pub").write_text(SigningKey.generate().verify_key.text, encoding="ascii")
        opened = open_pack(pack)
        roster = gallery_roster(gallery, opened, liveness=liveness)
        length = len(roster.people[0].embeddings) // roster.people[0].count // 4
        RosterCache(folder / "roster.msgpack", vault=open_vault(folder), pack=pack, dimensions=length).take(roster)
        settings = folder / "kiosk.toml"
        settings.write_text(f'pack = "{pack}"\n', encoding="ascii")
        command = _command(folder, rendered_clip(gallery, folder))
        own = {**WINDOW, "NOTIFY_SOCKET": str(folder / "notify")}
        with _ear(folder / "notify") as ear:
            begun = time.monotonic()
            with child(command, folder=folder, log="log", environment=own) as process:
                _await_ready(ear, process)
                ready = time.monotonic() - begun
                at_ready = shared_bytes(family(process.pid))
                time.sleep(seconds)
                if process.poll() is not None:
                    raise PresensiError(f"The kiosk ended by itself with {process.returncode}.")
                members = family(process.pid)
                return Start(ready, at_ready / 1e6, shared_bytes(members) / 1e6, len(members))


@contextmanager
def _ear(path: Path) -> Iterator[socket.socket]:
    """A service manager's socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(str(path))
        ear.settimeout(0.5)
        yield ear


def _command(folder: Path, clip: Path) -> list[str]:
    return [
        *(sys.executable, "-c", "from cli import main; main()", "kiosk", "run", "--windowed"),
        *("--settings", str(folder / "kiosk.toml")),
        *("--clip", str(clip), "--loop", "--data", str(folder), "--device", "kiosk-bench"),
        *("--hub-key", str(folder / "hub.pub"), "--broker", NOWHERE),
    ]


def _await_ready(ear: socket.socket, process: Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    said = b""
    while time.monotonic() < until:
        if process.poll() is not None:
            raise PresensiError(f"The kiosk ended with {process.returncode} before it was ready.")
        with suppress(TimeoutError):
            said = ear.recv(4096)
            if b"READY=1" in said.split(b"\n"):
                return
    raise PresensiError(f"The kiosk was not ready within {PATIENCE_SECONDS:.0f} s; it last said {said!r}.")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; see --help."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.start", description=__doc__)
    parser.add_argument("--pack", default="builtin")
    parser.add_argument("--gallery", type=Path, help="PERSON/photo.jpg; without it the demo's photos")
    parser.add_argument("--liveness", choices=get_args(LivenessPolicy), default="active")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=20.0, help="how long each kiosk serves after it is ready")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    try:
        gallery = options.gallery or fetch()
        starts = [
            start_once(options.pack, gallery, liveness=options.liveness, seconds=options.seconds)
            for _ in range(options.runs)
        ]
    except PresensiError as error:
        print(f"presensi: {error}", file=sys.stderr)
        return 2 if isinstance(error, BadInputError) else 1
    ready, memory = (statistics.median(values) for values in zip(*((s.ready_s, s.end_mb) for s in starts), strict=True))
    if options.json:
        runs = [{key: round(value, 2) for key, value in asdict(start).items()} for start in starts]
        figures = {
            "pack": options.pack,
            "liveness": options.liveness,
            "ready_s": round(ready, 2),
            "pss_mb": round(memory, 1),
        }
        print(json.dumps({"machine": machine(), **figures, "runs": runs}))
    else:
        print(f"{options.pack}: ready after {ready:.1f} s (bar {READY_BAR_SECONDS:.0f}), {memory:.0f} MB of PSS in")
        print(f"{starts[0].processes} processes (bar {MEMORY_BAR_MB:.0f}); medians of {len(starts)} starts")
    return 0


if __name__ == "__main__":
    sys.exit(main())
