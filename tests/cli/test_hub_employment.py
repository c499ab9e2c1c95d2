"""Employment, offices, places and lost kiosks on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from click.testing import Result

from benchmarks.invented_office import InventedOffice
from hub.db import Database

Run = Callable[..., Result]


@pytest.fixture
def run(presensi_hub: Run, hub_database: Database) -> Run:
    office = InventedOffice(hub_database, at=datetime(2026, 1, 1, tzinfo=UTC))
    top = office.unit("Dinas Kesehatan")
    office.employee("Rina Wulandari", unit=top)
    office.employee("Budi", unit=office.unit("Puskesmas Sumber", parent=top), nip="199203142021212017")
    office.kiosk("kiosk-1", unit=top)
    return presensi_hub


def answer(run: Run, *arguments: str) -> Any:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_employment_of_a_person_is_set_and_shown(run: Run) -> None:
    who = "rina wulandari"
    assert answer(run, "employee", "nip", who, "19850101 201001 1 001")["nip"] == "19850101 201001 1 001"
    assert run("employee", "employment", who, "--from", "2010-01-01").exit_code == 0
    term = ("--from", "2026-01-01", "--group", "PNS", "--rank", "Penata / III/c", "--tpp-base", "3500000")
    assert answer(run, "employee", "term", who, *term, "--by", "siti")["id"] == 1
    moved = ("employee", "transfer", who, "Puskesmas Sumber", "--from", "2026-06-01", "--letter", "800/1/2026")
    assert run(*moved).exit_code == 0
    assert run("location", "approve", who, "Dinas Kesehatan", "--from", "2026-06-01", "--letter", "ST 9").exit_code == 0
    shown = run("employee", "show", "198501012010011001").stdout
    for words in ("19850101 201001 1 001", "2010-01-01", "III/c", "800/1/2026", "ST 9"):
        assert words in shown
    file = answer(run, "employee", "show", who)
    assert [line["unit"] for line in file["units"]] == ["Puskesmas Sumber", "Dinas Kesehatan"]
    assert file["terms"][0]["tpp_base"] == 3_500_000
    assert run("location", "withdraw", "1").exit_code == 0
    assert answer(run, "employee", "show", who)["locations"][0]["withdrawn_by"]
    assert run("employee", "suspend", "Budi", "--from", "2026-06-01", "--letter", "SK 5").exit_code == 0


def test_bound_of_an_employment_that_is_not_named_stays(run: Run) -> None:
    assert run("employee", "employment", "Budi", "--from", "2010-01-01").exit_code == 0
    ended = answer(run, "employee", "employment", "Budi", "--until", "2026-12-31")
    assert (ended["employed_from"], ended["employed_until"]) == ("2010-01-01", "2026-12-31")
    assert "to further notice" in run("employee", "employment", "Budi", "--until", "none").stdout


def test_holder_of_an_office_stands_in_for_units_below(run: Run) -> None:
    holder = ("office", "set", "Dinas Kesehatan", "Kepala OPD", "Rina Wulandari", "--from", "2026-01-01")
    assert answer(run, *holder, "--by", "bkpp") == {"id": 1}
    acting = ("office", "set", "Dinas Kesehatan", "Kepala OPD", "Budi", "--from", "2026-11-10", "--acting", "Plh")
    assert "say until when" in run(*acting).stderr
    assert "say which, with its number" in run(*acting, "--until", "2026-11-20").stderr
    assert run(*acting, "--until", "2026-11-20", "--letter", "SP 7/2026").exit_code == 0

    def who(day: str) -> str:
        return run("office", "who", "Puskesmas Sumber", "kepala perangkat daerah", "--on", day).stdout.strip()

    assert who("2026-11-09") == "Rina Wulandari, Kepala Perangkat Daerah of Dinas Kesehatan"
    assert who("2026-11-20") == "Budi, Plh. Kepala Perangkat Daerah of Dinas Kesehatan"
    assert "Nobody holds it on 2025-12-31" in who("2025-12-31")
    assert run("office", "end", "1", "--last", "2026-10-31").exit_code == 0
    assert answer(run, "office", "list", "--on", "2026-11-01") == []
    assert "Plh" in run("office", "list", "--all", "--unit", "Dinas Kesehatan").stdout


def test_kiosk_is_declared_lost_by_two_people(run: Run) -> None:
    assert "Nobody declared kiosk-1 lost" in run("kiosk", "lost", "kiosk-1").stdout
    declared = run("kiosk", "lost", "kiosk-1", "--because", "stolen in the night", "--by", "siti")
    assert "Somebody else must confirm it" in declared.stdout
    assert "somebody else must confirm it" in run("kiosk", "lost", "kiosk-1", "--confirm", "--by", "Siti").stderr
    assert answer(run, "kiosk", "lost", "kiosk-1", "--confirm", "--by", "budi")["confirmed_by"] == "budi"
    assert answer(run, "kiosk", "list")[0]["state"] == "revoked"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("employee", "nip", "Budi", "19920314202121201"), "17 digits instead of 18"),
        (("employee", "nip", "Budi", "198513012010011001"), "no date of birth"),
        (("employee", "nip", "Rina Wulandari", "199203142021212017"), "is the number of Budi"),
        (("employee", "employment", "Budi"), "Say from when"),
        (("employee", "employment", "Budi", "--from", "2026-02-02", "--until", "2026-02-01"), "before it begins"),
        (("employee", "term", "Budi"), "Say what changes"),
        (("employee", "term", "Budi", "--tpp-base", "-1"), "no base of an allowance"),
        (("employee", "transfer", "Budi", "Dinas Lain", "--from", "2026-06-01", "--letter", "x"), "no unit"),
        (("employee", "transfer", "Budi", "Puskesmas Sumber", "--from", "2026-06-01", "--letter", "x"), "already on"),
        (("employee", "transfer", "Budi", "Dinas Kesehatan", "--from", "2026-06-01", "--letter", " "), "which letter"),
        (("employee", "show", "Nobody"), "no employee 'Nobody'"),
        (("location", "withdraw", "9"), "no approved place 9"),
        (("office", "set", "Dinas Kesehatan", "Satpam", "Budi", "--from", "2026-06-01"), "is no office"),
        (("office", "end", "9", "--last", "2026-06-01"), "no holder 9"),
        (("kiosk", "lost", "kiosk-9", "--because", "x"), "no kiosk 'kiosk-9'"),
        (("kiosk", "lost", "kiosk-1", "--confirm"), "declare it first"),
        (("kiosk", "lost", "kiosk-1", "--confirm", "--because", "x"), "One person declares it lost"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_2(run: Run, arguments: tuple[str, ...], words: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2, result.output
    assert words in result.stderr
    assert result.stderr.count("\n") == 1
