"""Worked cases on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.hub_assess import assess

CASE = {
    "id": "X1",
    "kind": "day",
    "given": {
        "policy": "jember-5",
        "tz": "Asia/Jakarta",
        "date": "2026-11-02",
        "punches": ["07:05:00", "15:02:00"],
        "documents": [],
        "as_of": "2026-12-01T06:00:00+07:00",
        "coverage": "complete",
        "month_closed": True,
    },
    "expect": {"late_min": 99},
}


def test_assess_answers_each_case_and_ignores_what_it_expects(tmp_path: Path) -> None:
    file = tmp_path / "cases.json"
    file.write_text(json.dumps([CASE]))
    done = CliRunner().invoke(assess, [str(file)])
    (answer,) = json.loads(done.stdout)
    assert done.exit_code == 0
    assert answer["id"] == "X1"
    assert (answer["result"]["status"], answer["result"]["late_min"]) == ("HADIR", 5)


def test_assess_runs_the_others_when_one_case_cannot_be_run() -> None:
    broken = {**CASE, "id": "X2", "given": {**CASE["given"], "policy": "nowhere"}}
    done = CliRunner().invoke(assess, ["-"], input=json.dumps([broken, CASE]))
    first, second = json.loads(done.stdout)
    assert done.exit_code == 2
    assert "nowhere" in first["error"]
    assert "result" in second


@pytest.mark.parametrize("text", ["{", "{}", "null"])
def test_assess_says_what_is_wrong_with_the_file(text: str) -> None:
    done = CliRunner().invoke(assess, ["-"], input=text)
    assert done.exit_code == 2
    assert "JSON" in done.output
