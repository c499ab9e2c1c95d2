"""`presensi hub seed`: what it prints, and what it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli import main
from hub.access.accounts import authenticate
from hub.access.roles import PAGE_ROLES
from hub.db import open_database

Run = Callable[..., Result]
ORDER = ("--employees", "40", "--months", "1", "--until", "2026-03-13")


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Call `presensi hub …` on a folder of the test's own."""

    def call(*arguments: str) -> Result:
        environment = {"PRESENSI_HUB_DATA": str(tmp_path / "hub"), "PRESENSI_HUB_DB": None}
        return CliRunner().invoke(main, ["hub", *arguments], env=environment)

    return call


def test_one_json_object_tells_what_was_written_and_who_can_sign_in(run: Run, tmp_path: Path) -> None:
    result = run("seed", *ORDER)
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert list(told) == [
        *("database", "employees", "units", "kiosks", "punches", "documents", "days", "from", "to", "accounts", "pins"),
        "operators",
    ]
    assert (told["employees"], told["units"], told["from"], told["to"]) == (40, 9, "2026-03-01", "2026-03-13")
    assert [account["role"] for account in told["accounts"]] == [str(role) for role in PAGE_ROLES]
    address = f"sqlite:///{tmp_path / 'hub' / 'hub.db'}"
    assert told["database"] == address
    with open_database(address) as database:
        for account in told["accounts"]:
            assert set(account) == {"username", "role", "password"}
            assert authenticate(database, account["username"], account["password"]) is not None
    recap = json.loads(run("recap", "--date", "2026-03-12", "--json").stdout)
    # One has retired by then, and one begins on the day after.
    assert len(recap["lines"]) == 38


def test_second_seed_is_refused_in_one_sentence(run: Run) -> None:
    run("seed", *ORDER, "--no-assess", "--password", "tidak-untuk-dipakai")
    again = run("seed", *ORDER)
    assert again.exit_code == 2
    assert "has people on record already (40); an invented regency needs an empty database" in again.output
    assert again.stdout == ""


def test_without_assessing_nothing_is_stored_yet(run: Run) -> None:
    told = json.loads(run("seed", *ORDER, "--no-assess", "--password", "tidak-untuk-dipakai").stdout)
    assert {account["password"] for account in told["accounts"]} == {"tidak-untuk-dipakai"}
    recap = json.loads(run("recap", "--date", "2026-03-12", "--json").stdout)
    assert recap["lines"] == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--employees", "3"), "is not in the range 40<=x<=200000"),
        (("--until", "kemarin"), "'kemarin' is no date: write 2026-12-31."),
        (("--clock", "25:00"), "'25:00' is no time of day: write 10:00."),
        (("--password", "pendek", "--employees", "40"), "10 to 200 characters"),
    ],
)
def test_wrong_option_is_told_and_writes_nothing(run: Run, arguments: tuple[str, ...], words: str) -> None:
    told = run("seed", *arguments)
    assert told.exit_code == 2
    assert words in " ".join(told.output.split())


def test_help_shows_examples(run: Run) -> None:
    text = run("seed", "--help").output
    assert "presensi hub seed --data ./hub" in text
    assert "--no-assess" in text
