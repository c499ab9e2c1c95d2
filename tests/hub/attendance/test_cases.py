"""Worked cases: the regencies' own where they are at hand, and what happens to one that cannot be read."""

from __future__ import annotations

import json

import pytest

from hub.attendance.cases import run_case, run_cases
from hub.errors import CaseError

GIVEN = {
    "policy": "jember-5",
    "tz": "Asia/Jakarta",
    "date": "2026-11-10",
    "punches": ["06:50:00", "15:10:00"],
    "as_of": "2026-12-01T06:00:00+07:00",
}


def run(kind="day", **changes):
    given = {key: value for key, value in {**GIVEN, **changes}.items() if value is not ...}
    return run_case({"id": "X1", "kind": kind, "given": given}, name="X1")


def test_case_of_the_regencies_comes_out_as_expected(shared):
    cases = json.loads((shared / "rules" / "cases.json").read_text())
    assert len(cases) >= 33
    differing = {}
    for case, answer in zip(cases, run_cases(cases), strict=True):
        assert answer.error is None
        result = {key: sorted(value) if key == "flags" else value for key, value in answer.result.items()}
        expected = {key: sorted(value) if key == "flags" else value for key, value in case["expect"].items()}
        wrong = {
            key: (value, result.get(key, "absent")) for key, value in expected.items() if result.get(key, ...) != value
        }
        if wrong:
            differing[case["id"]] = wrong
    assert differing == {}


def test_case_with_several_dates_sums_them():
    result = run(kind="days", date=..., dates=["2026-11-10", "2026-11-11"], punches=["07:05", "15:00"])
    assert result["late_min"] == 5
    assert result["lampiran_ii"]["terlambat_menit"] == 10


def test_case_with_choices_settings_and_next_day_punches():
    assert run(punches=[{"at": "12:10", "hint": "in", "kiosk": "lobi"}])["late_min"] == 310
    assert run(punches=["04:40", "15:10"], config={"out_of_window": "count"})["status"] == "HADIR"
    night = {"in_opens": "19:00", "in_due": "21:00", "out_due": "07:00+1", "out_closes": "09:00+1"}
    assert run(policy="shift", schedule=night, punches=["20:48", "07:05:00+1"])["status"] == "HADIR"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"policy": "jembr"}, r"Case X1: given\.policy: There is no policy 'jembr'; known are demo, jember-5"),
        ({"polcy": 1}, r"Case X1: given: .*unknown field `polcy`"),
        ({"as_of": "kemarin"}, r"Case X1: given: .*as_of"),
        ({"as_of": "2026-12-01T06:00:00"}, r"given\.as_of: give it an offset"),
        ({"tz": "Asia/Jember"}, r"given\.tz: 'Asia/Jember' is no time zone"),
        ({"date": ...}, r"given\.date: give either date or dates"),
        ({"punches": ["7 pagi"]}, r"given\.punches: '7 pagi' is no time"),
        ({"punches": ["25:00"]}, r"given\.punches: '25:00' is no time"),
        ({"coverage": {"lobi": "2026-11-10T11:00:00"}}, r"given\.coverage: give the time of lobi an offset"),
        ({"documents": [{"type": "Surat Cuti", "covers": [{"from": "besok", "to": "lusa"}]}]}, r"'besok' is neither"),
        ({"documents": [{"typ": "Surat Cuti"}]}, r"documents\[0\]"),
        ({"schedule": {"in": "07:00"}}, r"given\.schedule: in_due and out_due are both needed"),
        ({"overrides": [{"from": "2026-11-01", "to": "x"}]}, r"given\.overrides\[1\]\.to: 'x' is no date"),
        ({"config": {"repeat": 1}}, r"given\.config: unknown key 'repeat'"),
        ({"policy": "pati"}, r"Case X1: The policy 'pati' brings no hours"),
    ],
)
def test_case_that_cannot_be_read_names_its_key(changes, message):
    with pytest.raises(CaseError, match=message):
        run(**changes)


def test_case_of_an_unknown_kind_does_not_keep_the_others_from_being_run():
    cases = [{"id": "A", "kind": "year", "given": {}}, 7, {"kind": "day"}, {"id": "B", "kind": "day", "given": GIVEN}]
    kind, number, nothing, good = run_cases(cases)
    assert kind.error == "Case A: kind 'year' is not known; known are day, days, month."
    assert number.error == "Case number 2: write it as an object with id, kind and given."
    assert nothing.error == "Case number 3: given is missing; write the facts of the case there."
    assert good.error is None
    assert good.result["status"] == "HADIR"
