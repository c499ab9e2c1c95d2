"""Activation codes on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from click.testing import Result

from benchmarks.invented_office import InventedOffice
from hub.access.activation import activate
from hub.db import Database

Run = Callable[..., Result]
NIP = "198501012010011001"


@pytest.fixture(autouse=True)
def _rina(hub_database: Database) -> None:
    office = InventedOffice(hub_database, at=datetime(2026, 3, 1, tzinfo=UTC))
    unit = office.unit("Dinas Kesehatan")
    office.employee("Rina Wulandari", unit=unit, nip=NIP)
    office.employee("Joko", unit=unit)


def test_code_from_the_command_line_makes_an_account(presensi_hub: Run, hub_database: Database) -> None:
    [slip] = json.loads(presensi_hub("account", "activation", NIP, "--by", "siti", "--json").stdout)
    now = datetime.now(UTC)
    assert activate(hub_database, NIP, slip["code"], "teh-poci-hangat", today=date.today(), now=now) == "rina.wulandari"
    again = presensi_hub("account", "activation", NIP)
    assert again.exit_code != 0
    assert "an account already" in again.output


def test_whole_unit_leaves_out_who_has_a_code_or_no_number(presensi_hub: Run) -> None:
    first = presensi_hub("account", "activation", "--unit", "Dinas Kesehatan")
    assert "Rina Wulandari" in first.stdout
    assert "Joko" not in first.stdout
    assert "or a code" in presensi_hub("account", "activation", "--unit", "Dinas Kesehatan").stdout
    assert "Joko" in presensi_hub("account", "activation", "--list").stdout


def test_names_or_a_unit_are_asked_for(presensi_hub: Run) -> None:
    for arguments in ((), (NIP, "--unit", "Dinas Kesehatan")):
        refused = presensi_hub("account", "activation", *arguments)
        assert refused.exit_code != 0
        assert "Name employees, or a unit" in refused.output
