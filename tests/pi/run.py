"""The Raspberry Pi's platform without a Raspberry Pi: `make test-pi`.

python -m tests.pi.run              everything, and what passed where
python -m tests.pi.run --only amd64 -- -k walk_up    some parts; what follows the two dashes goes to its last pytest
python -m tests.pi.run --why-not    one line and exit 1 when this machine cannot; nothing and exit 0 when it can
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
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from xml.etree import ElementTree

from provisioning.demo_photos import fetch
from tests.pi import roots
from tests.pi.lock import ROOT

PARTS = ("wheels", "amd64", "arm64")
CHECKOUT = "/srv/presensi"
_PACKAGES = ("debootstrap", "qemu-user-static")
_SUITE_SECONDS = 2400.0
_SUITE = ("-m", "not browser", "-k", "not postgresql", "-n", "auto", "--dist", "loadfile")
"""No Pi serves a regency: what needs PostgreSQL runs in `make test` alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one pytest run came to. what: what ran, for people; ok: nothing failed and something passed."""

    what: str
    passed: int
    failed: int
    skipped: int
    seconds: float

    @property
    def ok(self) -> bool:
        return self.failed == 0 and self.passed > 0

    def __str__(self) -> str:
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
    parser.add_argument("--why-not", action="store_true", help="say whether this machine can, and do nothing else")
    parser.add_argument("pytest", nargs="*", help="options for pytest (after --)")
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the roots' processes are ended on the way out
    _install_tools()
    reason = roots.why_not()
    if reason is not None:
        say(f"left out: {reason}.")
        return 1
    if options.why_not:
        return 0
    began = time.monotonic()
    outcomes: list[Outcome] = []
    with tempfile.TemporaryDirectory(prefix="presensi-pi-") as name:
        if options.only:
            for part in options.only:
                outcomes += _RUNS[part](Path(name), options.pytest)
        else:
            outcomes = run_all(Path(name), options.pytest)
    if options.outcomes:
        options.outcomes.write_text(json.dumps([asdict(outcome) for outcome in outcomes]), encoding="utf-8")
    print()
    for outcome in outcomes:
        say(str(outcome))
    ok = all(outcome.ok for outcome in outcomes)
    say(f"{'everything passed' if ok else 'NOT everything passed'}, in {time.monotonic() - began:.0f} s.")
    return 0 if ok else 1


def run_all(scratch: Path, more: Sequence[str]) -> list[Outcome]:
    """Every part, in two lanes: the emulated Pi keeps one core busy, the suite on amd64 little more than another.

    What the second lane prints is shown when it has ended, so that the two do not mix.
    """
    told, outcomes = scratch / "beside.log", scratch / "beside.json"
    beside = [part for part in PARTS if part != "amd64"]
    lane = [sys.executable, "-m", "tests.pi.run", "--outcomes", str(outcomes)]
    lane += [word for part in beside for word in ("--only", part)]
    say(f"{' and '.join(beside)} run beside amd64; what they say comes when they have ended")
    with told.open("w", encoding="utf-8") as output:
        running = subprocess.Popen([*lane, "--", *more], cwd=ROOT, stdout=output, stderr=subprocess.STDOUT)
        try:
            here = test_amd64(scratch, more)
            running.wait(_SUITE_SECONDS)
        finally:
            if running.poll() is None:
                running.terminate()
                running.wait()
    print(f"\n{told.read_text(encoding='utf-8')}", flush=True)
    if not outcomes.is_file():
        return [Outcome(what=" and ".join(beside), passed=0, failed=1, skipped=0, seconds=0.0), *here]
    return [*(Outcome(**each) for each in json.loads(outcomes.read_text(encoding="utf-8"))), *here]


def test_wheels(scratch: Path, more: Sequence[str]) -> list[Outcome]:
    """The lock files against the package index, on this machine."""
    return [_test_here("every pin has a wheel, for every machine", ["tests/pi/test_wheels.py", *more], scratch)]


def test_amd64(scratch: Path, more: Sequence[str]) -> list[Outcome]:
    """Trixie's Python and libcamera, in a root that this machine's processor runs."""
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
    outcomes = []
    for what, options in (
        ("Trixie amd64, Python 3.13, unit and journey suite", [*_SUITE, "tests", "--ignore=tests/pi"]),
        ("Trixie amd64, real picamera2 on libcamera's virtual camera", ["tests/pi/camera", *more]),
    ):
        if more and "camera" not in what:
            continue
        say(what)
        script = f'cd {CHECKOUT} && {describe} && exec python -m pytest -p no:cacheprovider --junitxml=junit.xml "$@"'
        command = ("sh", "-c", script, "sh", *options)
        roots.enter(inside, command, environment=environment, devices=True, timeout_seconds=_SUITE_SECONDS, check=False)
        outcomes.append(_read_outcome(what, checkout / "junit.xml"))
    return outcomes


def test_arm64(scratch: Path, more: Sequence[str]) -> list[Outcome]:
    """The Pi 4's processor, emulated, with the wheels that a Pi installs."""
    roots.make_arm64_root(say)
    return [_test_here("Trixie arm64, Python 3.13, emulated Cortex-A72", ["tests/pi/arm64", *more], scratch)]


_RUNS = {"wheels": test_wheels, "amd64": test_amd64, "arm64": test_arm64}


def copy_checkout(to: Path) -> None:
    """The files that a commit of everything would hold, as they are now; nothing that runs inside reaches the tree."""
    asked = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, to / name)


def _test_here(what: str, options: Sequence[str], scratch: Path) -> Outcome:
    say(what)
    report = scratch / "junit.xml"
    command = [sys.executable, "-m", "pytest", f"--junitxml={report}", *options]
    subprocess.run(command, cwd=ROOT, env=os.environ | {"PRESENSI_TEST_PI": "yes"}, check=False)
    return _read_outcome(what, report)


def _read_outcome(what: str, report: Path) -> Outcome:
    """Read and remove pytest's report; none means that pytest did not come to its end."""
    if not report.is_file():
        return Outcome(what=what, passed=0, failed=1, skipped=0, seconds=0.0)
    suite = ElementTree.parse(report).getroot().find("testsuite")
    report.unlink()
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
