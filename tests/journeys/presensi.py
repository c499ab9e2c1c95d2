"""The `presensi` command in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

from tests.conftest import ROOT
from tests.journeys.world import PATIENCE_SECONDS

COMMAND = [sys.executable, "-c", "from cli import main; main()"]


def run_presensi(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
    )


def assert_one_sentence(finished: subprocess.CompletedProcess[str], *, code: int, naming: Sequence[str] = ()) -> None:
    """It ended with this code, and said why in one line on standard error, and nothing on standard output."""
    assert finished.returncode == code, finished.stderr
    assert finished.stdout == ""
    lines = finished.stderr.splitlines()
    assert len(lines) == 1, finished.stderr
    assert lines[0].startswith("presensi: ")
    assert lines[0].endswith((".", ".)")), lines[0]
    for each in naming:
        assert each in lines[0]
