"""The [allowance] table of a policy, and what is said of a wrong one."""

from __future__ import annotations

from decimal import Decimal

import pytest

from hub.errors import PolicyError
from hub.schedule.allowance import PointsAllowance, SessionAllowance, change_allowance, read_allowance


def test_rates_are_read_as_they_are_written():
    rule = read_allowance({"kind": "sessions", "attendance_share": 0.1, "deduct_per_miss": "day_share/4"}, field="a")
    assert rule == SessionAllowance(attendance_share=Decimal("0.1"), per_miss=Decimal(4))
    assert change_allowance(rule, {"deduct_per_miss": "day_share/sessions"}, field="a").per_miss is None
    assert read_allowance({"kind": "points", "target_points": 5000}, field="a") == PointsAllowance(
        target_points=Decimal(5000)
    )


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ([], "write it as a table"),
        ({}, r"a\.kind: None is not known; known are sessions, points, duration, brackets"),
        ({"kind": "points", "target": 1}, "a: unknown key 'target'"),
        ({"kind": "points", "target_points": 0}, r"a\.target_points: it must be more than 0"),
        ({"kind": "points", "individual_share": "60"}, r"a\.individual_share: '60' is no share"),
        ({"kind": "points", "individual_share": "-0.1"}, r"a\.individual_share: '-0.1' is no number"),
        ({"kind": "sessions", "deduct_per_miss": "half"}, r"a\.deduct_per_miss: 'half' is not known"),
        ({"kind": "brackets", "late": [{"percent": 1}]}, r"a\.early: write at least one"),
        ({"kind": "brackets", "late": [{"up_to": 30, "percent": 1}], "early": [{"percent": 1}]}, "last bracket"),
        (
            {"kind": "brackets", "late": [{"percent": 1}, {"percent": 2}], "early": [{"percent": 1}]},
            r"a\.late\[1\]: only the last bracket",
        ),
        (
            {
                "kind": "brackets",
                "late": [{"up_to": 30, "percent": 1}, {"up_to": 30, "percent": 2}, {"percent": 3}],
                "early": [{"percent": 1}],
            },
            r"a\.late\[2\]\.up_to: 30 is not more",
        ),
        ({"kind": "duration", "quota": 5}, "a: unknown key 'quota'"),
    ],
)
def test_wrong_table_is_told_with_its_key(table, message):
    with pytest.raises(PolicyError, match=message):
        read_allowance(table, field="a")
