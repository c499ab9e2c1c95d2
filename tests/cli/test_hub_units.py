"""Units on the command line: renamed, moved and closed on the record, and refused with a sentence."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from click.testing import Result
from sqlalchemy import select

from benchmarks.invented_office import InventedOffice
from hub.access.trail.append import entries
from hub.db import Database
from hub.roster.unit_models import UnitChange

Run = Callable[..., Result]
LETTER = ("--letter", "Perbup 3/2026", "--by", "budi")


@pytest.fixture(autouse=True)
def _units(hub_database: Database) -> None:
    office = InventedOffice(hub_database, at=datetime(2026, 3, 1, tzinfo=UTC))
    top = office.unit("Dinas Kesehatan")
    office.unit("Puskesmas Sumber", parent=top)
    office.unit("Kantor Arsip")


def units(presensi_hub: Run) -> dict[str, str | None]:
    listed = presensi_hub("unit", "list", "--json")
    assert listed.exit_code == 0, listed.output
    return {unit["name"]: unit["parent"] for unit in json.loads(listed.stdout)}


def test_unit_is_renamed_and_moved(presensi_hub: Run, hub_database: Database) -> None:
    done = presensi_hub("unit", "rename", "Puskesmas Sumber", "Puskesmas Utama", "--by", "budi")
    assert done.exit_code == 0, done.output
    where = ("unit", "move", "Puskesmas Utama", "--from", "2027-01-01", *LETTER)
    assert presensi_hub(*where, "--below", "Kantor Arsip").exit_code == 0
    assert units(presensi_hub)["Puskesmas Utama"] == "Kantor Arsip"
    assert presensi_hub(*where, "--top").exit_code == 0
    assert units(presensi_hub)["Puskesmas Utama"] is None
    with hub_database.read() as session:
        changes = session.execute(select(UnitChange.what, UnitChange.set_by).order_by(UnitChange.id)).all()
        told = session.scalars(select(entries.c.act)).all()
    assert changes == [("renamed", "budi"), ("moved", "budi"), ("moved", "budi")]
    assert told == ["cli.unit.rename", "cli.unit.move", "cli.unit.move"]


def test_unit_is_closed_and_opened_again(presensi_hub: Run) -> None:
    close = ("unit", "close", "Kantor Arsip", "--last", "2026-12-31", *LETTER)
    assert presensi_hub(*close).exit_code == 0
    again = presensi_hub(*close)
    assert (again.exit_code != 0, "closed already" in again.stderr) == (True, True)
    assert presensi_hub("unit", "reopen", "Kantor Arsip").exit_code == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("rename", "Kantor Arsip", "Dinas Kesehatan"), "already"),
        (("rename", "Nirwana", "Baru"), "no unit 'Nirwana'"),
        (("move", "Dinas Kesehatan", "--below", "Puskesmas Sumber", "--from", "2027-01-01", *LETTER), "circle"),
        (("move", "Dinas Kesehatan", "--from", "2027-01-01", *LETTER), "--below NAME"),
        (("move", "Dinas Kesehatan", "--top", "--from", "besok", *LETTER), "besok"),
        (("close", "Dinas Kesehatan", "--last", "2026-12-31", *LETTER), "Puskesmas Sumber stands below"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(presensi_hub: Run, words: tuple[str, ...], told: str) -> None:
    before = units(presensi_hub)
    refused = presensi_hub("unit", *words)
    assert refused.exit_code != 0
    assert told in refused.stderr
    assert units(presensi_hub) == before


def test_zone_of_a_unit_without_days_is_put_right(presensi_hub: Run, hub_database: Database) -> None:
    done = presensi_hub("unit", "zone", "Kantor Arsip", "wita", "--by", "budi")
    assert (done.exit_code, "has the time zone Asia/Makassar now" in done.stdout) == (0, True), done.output
    again = presensi_hub("unit", "zone", "Kantor Arsip", "Asia/Makassar", "--by", "budi")
    assert (again.exit_code != 0, "already; nothing was changed" in again.stderr) == (True, True)
    with hub_database.read() as session:
        row = session.scalars(select(UnitChange)).one()
    assert (row.what, row.before, row.after, row.set_by) == ("zoned", "Asia/Jakarta", "Asia/Makassar", "budi")
