"""Presets and what is said about a policy that cannot be right."""

from __future__ import annotations

import pytest

from hub.errors import PolicyError
from hub.schedule.policy import PRESETS, load_policy, preset_names

HOURS = """
[[hours]]
days = ["mon", "tue", "wed", "thu", "fri"]
in_opens = "05:00"
in_due = "07:00"
out_due = "15:00"
out_closes = "18:00"
"""
HEAD = 'name = "unit"\ntitle = "Unit"\nbasis = "Surat edaran"\nrest = ["sat", "sun"]\n'


@pytest.fixture
def written(tmp_path):
    """Load a policy from this text."""

    def load(text: str):
        path = tmp_path / "unit.toml"
        path.write_text(text)
        return load_policy(path)

    return load


@pytest.mark.parametrize("name", preset_names())
def test_preset_loads_under_its_own_name(name):
    assert load_policy(name).name == name


@pytest.mark.parametrize(
    ("name", "hours"), [("jember-5", [8, 8, 8, 8, 5.5, 0, 0]), ("jember-6", [7, 7, 7, 7, 4, 5.5, 0])]
)
def test_jember_week_has_the_hours_of_the_regulation(name, hours):
    policy = load_policy(name)
    assert [day.work_minutes / 60 if day else 0 for day in policy.week] == hours
    assert policy.week_minutes == 2250
    assert policy.week_remark() is None


def test_policy_of_a_file_takes_defaults(written):
    policy = written(HEAD + HOURS)
    assert (policy.out_of_window, policy.subtract_break, policy.repeat_minutes) == ("queue", False, 30)
    assert "40 jam seminggu, ketentuan 37.5 jam" in policy.week_remark()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("rest =", "rset =", r"unit\.toml: unknown key 'rset'"),
        ('"sat", "sun"', '"sat"', r"unit\.toml: sun in neither \[\[hours\]\] nor rest"),
        ('"sat", "sun"', '"sat", "sun", "fri"', r"hours\[1\]\.days: fri has been given already"),
        ('"sat", "sun"', '"sat", "Sontag"', r"rest: 'Sontag' is no weekday"),
        ('"05:00"', '"5:00"', r"hours\[1\]\.in_opens: '5:00' is no time"),
        ('"05:00"', '"07:30"', r"hours\[1\]: the window of 'in' closes \(07:00\) before it opens \(07:30\)"),
        ('out_due = "15:00"', 'out_due = "07:00"', r"hours\[1\]: the windows of 'in' .* overlap"),
        ('out_closes = "18:00"', 'out_closes = "14:00"', r"window of 'out' closes \(14:00\) before it opens"),
        ('out_closes = "18:00"', 'out_closes = "05:00+1"', r"windows of mon \(to 05:00\+1\) and tue .* overlap"),
        ('in_due = "07:00"', "", r"hours\[1\]: in_due and out_due are both needed"),
        ('in_due = "07:00"', 'in_due = "07:00"\nin = "07:00"', r"give 'in' or 'in_due', not both"),
        ("in_due", "indue", r"hours\[1\]: unknown key 'indue'; known are"),
        ('in_due = "07:00"', 'in_due = "07:00"\nbreak = ["12:00"]', r"hours\[1\]\.break: write two times"),
        ('in_due = "07:00"', 'in_due = "07:00"\nbreak = ["06:00", "08:00"]', r"break 06:00-08:00 must lie inside"),
        ("rest =", "weekly_minutes = 2250\nrest =", r"add up to 2400 minutes a week, but weekly_minutes says 2250"),
        ("rest =", 'weekly_minutes = "37.5"\nrest =', r"weekly_minutes must be a whole number"),
        ("rest =", 'out_of_window = "drop"\nrest =', r"out_of_window must be one of queue, count, not 'drop'"),
        ("rest =", 'subtract_break = "no"\nrest =', r"subtract_break must be true or false"),
        ("rest =", "repeat_minutes = -1\nrest =", r"repeat_minutes must be a whole number"),
        ('name = "unit"', "", r"unit\.toml: name is missing"),
        ("rest =", "rest", r"unit\.toml: .*line 4"),
    ],
)
def test_policy_with_a_mistake_is_refused_by_file_and_field(written, old, new, message):
    text = HEAD + HOURS
    assert old in text
    with pytest.raises(PolicyError, match=message):
        written(text.replace(old, new))


@pytest.mark.parametrize("name", ["jember-7", "../hours", "", "jember-5/"])
def test_policy_nobody_knows_lists_the_known_ones(name):
    with pytest.raises(PolicyError, match=r"known are .*jember-5, jember-6"):
        load_policy(name)


def test_policy_file_that_is_not_there_says_so(tmp_path):
    with pytest.raises(PolicyError, match=r"missing\.toml cannot be read"):
        load_policy(tmp_path / "missing.toml")


def test_presets_stand_beside_the_module():
    assert sorted(path.stem for path in PRESETS.glob("*.toml")) == preset_names()
