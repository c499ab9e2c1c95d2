"""A rush of some minutes: everything that people do at a kiosk happens, and nothing of it is left lying about."""

from __future__ import annotations

import json
import subprocess
import sys

from benchmarks.endurance import slope

STATES = {
    *("Idle", "Approach", "Verify", "Recording", "Accepted", "AlreadyRecorded", "Refused", "Withdrawn", "Choose"),
    *("FindName", "EnterPin", "CheckFace", "ShowMonth", "CameraTrouble"),
}


def test_rush_leaves_no_file_and_no_thread_behind() -> None:
    command = [sys.executable, "-m", "benchmarks.endurance", "--hours", "4", "--hour-seconds", "240", "--json"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.stdout, ended.stderr
    report = json.loads(ended.stdout)
    assert set(report["states"]) >= STATES
    hours = report["hours"]
    assert [each["hour"] for each in hours] == [1, 2, 3, 4]
    assert {each["threads"] for each in hours} == {hours[0]["threads"]}
    assert max(each["files"] for each in hours) <= hours[0]["files"]
    assert hours[-1]["objects"] < hours[1]["objects"] * 1.02
    assert report["unsent"] == 0
    assert hours[-1]["punches"] > 100


def test_slope_is_that_of_a_line_and_no_odd_hour_moves_it() -> None:
    assert slope([]) == slope([7.0]) == 0.0
    assert abs(slope([1.0, 3.0, 5.0]) - 2.0) < 1e-9
    assert slope([4.0, 4.0, 40.0, 4.0, 4.0]) == 0.0
