"""That the measurement of ingest measures what it says."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence

import pytest

from benchmarks.ingest import main
from tests.conftest import ROOT
from tests.journeys.world import MOSQUITTO


def _run(arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks.ingest", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)


@pytest.mark.journey
def test_ingest_counts_every_punch_once() -> None:
    if MOSQUITTO is None:
        pytest.skip("Mosquitto is not installed here")
    finished = _run(["--punches", "450", "--kiosks", "2", "--json"])
    assert finished.returncode == 0, finished.stderr
    report = json.loads(finished.stdout)
    assert (report["punches"], report["kiosks"], report["lost"], report["doubled"]) == (450, 2, 0, 0)
    assert report["receipts"] >= 2
    assert report["punches_per_s"] == pytest.approx(450 / report["seconds"], rel=0.01)


def test_measuring_nothing_is_bad_input(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--punches", "0"]) == 2
    assert capsys.readouterr().err == "presensi: Give at least one punch, one kiosk and one hub.\n"
