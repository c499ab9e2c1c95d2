"""The Raspberry Pi's platform without a Raspberry Pi: `make test-pi`.

python -m tests.pi.run                  everything, and what passed where
python -m tests.pi.run --only camera -- -k walk_up    some parts; what follows the two dashes goes to their pytest
python -m tests.pi.run --if-possible    the same; a machine that cannot make the roots says why in a line, and exits 0
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from xml.etree import ElementTree

from provisioning.demo_photos import fetch
from provisioning.errors import DemoPhotosError
from tests.pi import roots
from tests.pi.lock import ROOT
from tests.pi.wheels import MissingWheelError, reach_index

LANES = (("suite",), ("wheels", "arm64", "camera"))
"""What runs at the same time: the emulated Pi and the camera keep one processor busy, the suite what is left."""
PARTS = tuple(part for lane in LANES for part in lane)
CHECKOUT = "/srv/presensi"
_PACKAGES = ("debootstrap", "qemu-user-static")
_PART_SECONDS = 2400.0
_LANE_SECONDS = 3000.0
_SUITE = ("-m", "not browser", "-k", "not postgresql", "-n", "auto", "--dist", "loadfile", "--no-loadscope-reorder")
"""No Pi serves a regency: what needs PostgreSQL runs in `make test` alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one part came to.

    what: what ran, for people; left_out: why it could not even begin; failed: tests, or 1 for a part that broke off.
    """

    what: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    left_out: str = ""

    @property
    def ok(self) -> bool:
        """Nothing failed, and something passed."""
        return self.failed == 0 and self.passed > 0

    def __str__(self) -> str:
        if self.left_out:
            return f"left out  {self.what}: {self.left_out}"
        sort = "passed" if self.ok else "FAILED"
        counts = f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"
        return f"{sort}  {self.what}: {counts}, {self.seconds:.0f} s"


def say(words: str) -> None:
    print(f"test-pi: {words}", flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the parts; exit 0 when all of them passed, 1 when not, or when this machine cannot run them."""
    parser = argparse.ArgumentParser(prog="python -m tests.pi.run", description=__doc__)
    parser.add_argument("--only", choices=PARTS, action="append", help="this part; may be given several times")
    parser.add_argument("--outcomes", type=Path, help="write what passed to this file too, as JSON")
    parser.add_argument("--if-possible", action="store_true", help="that this machine cannot run it is no failure")
    parser.add_argument("pytest", nargs="*", help="options for pytest (after --)")
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the roots' processes are ended on the way out
    _install_tools()
    began = time.monotonic()
    reason = roots.why_not() or reach_index()
    if reason is not None:
        say(f"left out: {reason}.")
        return 0 if options.if_possible else 1
    with tempfile.TemporaryDirectory(prefix="presensi-pi-") as name:
        if options.only:
            outcomes = run_lane(options.only, Path(name), options.pytest)
        else:
            outcomes = run_all(Path(name), options.pytest)
    if options.outcomes:
        options.outcomes.write_text(json.dumps([asdict(outcome) for outcome in outcomes]), encoding="utf-8")
    return report(outcomes, seconds=time.monotonic() - began, if_possible=options.if_possible)


def report(outcomes: Sequence[Outcome], *, seconds: float, if_possible: bool) -> int:
    """Say what passed in each root; the exit code."""
    print()
    for outcome in outcomes:
        say(str(outcome))
    began = [outcome for outcome in outcomes if not outcome.left_out]
    if not all(outcome.ok for outcome in began):
        say(f"NOT everything passed, in {seconds:.0f} s.")
        return 1
    if len(began) < len(outcomes):
        say(f"some was left out, what ran passed, in {seconds:.0f} s.")
        return 0 if if_possible else 1
    say(f"everything passed, in {seconds:.0f} s.")
    return 0


def run_all(scratch: Path, more: Sequence[str]) -> list[Outcome]:
    """Every part, in two lanes; what the second one prints is shown when it has ended, so that they do not mix."""
    told, outcomes = scratch / "beside.log", scratch / "beside.json"
    here, beside = LANES
    lane = [sys.executable, "-m", "tests.pi.run", "--outcomes", str(outcomes)]
    lane += [word for part in beside for word in ("--only", part)]
    say(f"{', '.join(beside)} run beside {', '.join(here)}; what they say comes when they have ended")
    with told.open("w", encoding="utf-8") as output:
        running = subprocess.Popen([*lane, "--", *more], cwd=ROOT, stdout=output, stderr=subprocess.STDOUT)
        try:
            done = run_lane(here, scratch, more)
            running.wait(_LANE_SECONDS)
        except subprocess.TimeoutExpired:
            say(f"{', '.join(beside)} did not end within {_LANE_SECONDS:.0f} s")
        finally:
            if running.poll() is None:
                running.terminate()
                running.wait()
    print(f"\n{told.read_text(encoding='utf-8')}", flush=True)
    if not outcomes.is_file():
        return [Outcome(what=", ".join(beside), failed=1), *done]
    return [*(Outcome(**each) for each in json.loads(outcomes.read_text(encoding="utf-8"))), *done]


def run_lane(parts: Sequence[str], scratch: Path, more: Sequence[str]) -> list[Outcome]:
    """Parts one after the other; one that cannot begin does not keep the next from it."""
    outcomes = []
    for part in parts:
        what, run = _RUNS[part]
        say(what)
        try:
            outcomes.append(run(what, scratch, more))
        except (roots.RootNotMadeError, DemoPhotosError) as error:
            outcomes.append(Outcome(what=what, left_out=str(error)))
        except (MissingWheelError, subprocess.SubprocessError) as error:
            say(f"{what}: {error}")
            outcomes.append(Outcome(what=what, failed=1))
    return outcomes


def test_wheels(what: str, scratch: Path, more: Sequence[str]) -> Outcome:
    """The lock files against the package index, on this machine."""
    return _test_here(what, ["tests/pi/test_wheels.py", *more], scratch)


def test_suite(what: str, scratch: Path, more: Sequence[str]) -> Outcome:
    """Trixie's Python, in a root that this machine's processor runs."""
    return _test_in_amd64(what, [*_SUITE, "tests", "--ignore=tests/pi", *more], scratch)


def test_camera(what: str, scratch: Path, more: Sequence[str]) -> Outcome:
    """Trixie's libcamera, in the same root."""
    return _test_in_amd64(what, ["tests/pi/camera", *more], scratch)


def test_arm64(what: str, scratch: Path, more: Sequence[str]) -> Outcome:
    """The Pi 4's processor, emulated, with the wheels that a Pi installs."""
    roots.make_arm64_root(say)
    return _test_here(what, ["tests/pi/arm64", *more], scratch)


_RUNS: dict[str, tuple[str, Callable[[str, Path, Sequence[str]], Outcome]]] = {
    "wheels": ("every pin has a wheel, for every machine", test_wheels),
    "arm64": ("Trixie arm64, Python 3.13, emulated Cortex-A72", test_arm64),
    "camera": ("Trixie amd64, real picamera2 on libcamera's virtual camera", test_camera),
    "suite": ("Trixie amd64, Python 3.13, unit and journey suite", test_suite),
}


def copy_checkout(to: Path) -> None:
    """The files that a commit of everything would hold, as they are now; nothing that runs inside reaches the tree."""
    asked = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, to / name)


def _test_in_amd64(what: str, options: Sequence[str], scratch: Path) -> Outcome:
    root = roots.make_amd64_root(say)
    checkout = scratch / "checkout"
    copy_checkout(checkout)
    binds = [(checkout, CHECKOUT), (fetch(), "/srv/cache/demo-photos")]
    environment = {"PRESENSI_TEST_PI": "yes", "PRESENSI_CACHE": "/srv/cache", "PYTHONPATH": CHECKOUT}
    shared = Path(os.environ.get("PRESENSI_SHARED", ROOT.parent / "shared"))
    if shared.is_dir():
        binds.append((shared, "/srv/shared"))
        environment["PRESENSI_SHARED"] = "/srv/shared"
    inside = roots.Root(folder=root.folder, binds=(*root.binds, *binds))
    # The product tells its own version from this; installing it would change the venv, which is kept.
    describe = "python -c 'import setuptools; setuptools.setup()' --quiet egg_info"
    script = f'cd {CHECKOUT} && {describe} && exec python -m pytest -p no:cacheprovider --junitxml=junit.xml "$@"'
    command = ("sh", "-c", script, "sh", *options)
    roots.enter(inside, command, environment=environment, devices=True, timeout_seconds=_PART_SECONDS, check=False)
    return _read_outcome(what, checkout / "junit.xml")


def _test_here(what: str, options: Sequence[str], scratch: Path) -> Outcome:
    written = scratch / "junit.xml"
    command = [sys.executable, "-m", "pytest", f"--junitxml={written}", *options]
    environment = os.environ | {"PRESENSI_TEST_PI": "yes"}
    subprocess.run(command, cwd=ROOT, env=environment, timeout=_PART_SECONDS, check=False)
    return _read_outcome(what, written)


def _read_outcome(what: str, written: Path) -> Outcome:
    """Read and remove pytest's report; none means that pytest did not come to its end."""
    if not written.is_file():
        return Outcome(what=what, failed=1)
    suite = ElementTree.parse(written).getroot().find("testsuite")
    written.unlink()
    assert suite is not None
    failed, skipped = int(suite.get("failures", 0)) + int(suite.get("errors", 0)), int(suite.get("skipped", 0))
    passed = int(suite.get("tests", 0)) - failed - skipped
    return Outcome(what=what, passed=passed, failed=failed, skipped=skipped, seconds=float(suite.get("time", 0)))


def _install_tools() -> None:
    """Debian's tools, where root can install them; why_not says what is missing where not."""
    needed = any(shutil.which(name) is None for name in ("debootstrap", "qemu-aarch64-static"))
    if needed and os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run(["apt-get", "update", "-q"], check=False, **quiet)
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "install", "-y", "-q", *_PACKAGES], env=environment, check=False, **quiet)


if __name__ == "__main__":
    sys.exit(main())
