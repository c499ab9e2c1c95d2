"""PINs, cards, kiosks that take them, and the supervisor's list on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from sqlalchemy import select

from benchmarks.invented_office import EPOCH, InventedOffice
from contract.pin import pin_matches
from hub.db import Database
from hub.refusals.models import AnnouncedSnapshot
from hub.refusals.snapshots import SnapshotStore
from hub.review.models import PunchCircumstance
from hub.roster.fallback_models import FallbackPin
from tests.factories.snapshots import jpeg

Run = Callable[..., Result]
NIP = "198501012010011001"


@pytest.fixture
def office(hub_database: Database) -> InventedOffice:
    office = InventedOffice(hub_database, at=datetime(2026, 11, 1, tzinfo=UTC))
    office.employee("Rina Wulandari", unit=office.unit("Dinas Kesehatan"), nip=NIP)
    office.kiosk("kiosk-1")
    return office


def answer(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def hashed(database: Database) -> str:
    with database.read() as session:
        return session.scalars(select(FallbackPin.hashed).where(FallbackPin.ended_at.is_(None))).one()


def test_drawn_pin_is_shown_once(presensi_hub: Run, hub_database: Database, office: InventedOffice) -> None:
    drawn = answer(presensi_hub("pin", "set", NIP, "--generate", "--by", "siti", "--json"))["pin"]
    assert pin_matches(drawn, hashed(hub_database))
    listed = presensi_hub("pin", "list")
    assert "Rina Wulandari" in listed.stdout
    assert drawn not in listed.output
    again = presensi_hub("pin", "reset", NIP)
    assert again.stdout.startswith("PIN: ")
    assert not pin_matches(drawn, hashed(hub_database))


def test_pin_from_a_file_is_not_repeated(
    presensi_hub: Run, hub_database: Database, office: InventedOffice, tmp_path: Path
) -> None:
    file = tmp_path / "pin.txt"
    file.write_text("402917\n")
    result = presensi_hub("pin", "set", NIP, "--pin-file", str(file))
    assert result.exit_code == 0
    assert "402917" not in result.output
    assert pin_matches("402917", hashed(hub_database))
    assert answer(presensi_hub("pin", "clear", NIP, "--json"))["employee_id"]
    assert answer(presensi_hub("pin", "list", "--json")) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("pin", "set", NIP, "--pin-file", "x", "--generate"), "not both"),
        (("pin", "set", NIP, "--pin-file", "/nowhere/pin"), "cannot be read"),
        (("pin", "set", "Nobody", "--generate"), "no employee 'Nobody'"),
        (("pin", "clear", NIP), "no PIN"),
        (("card", "add", NIP, "1"), "4 to 32 letters"),
        (("card", "remove", NIP, "3F9C"), "no cards like that"),
        (("kiosk", "set", "kiosk-1", "--fallback", "finger"), "no fallback"),
        (("kiosk", "set", "kiosk-1", "--area", "Alun-alun,-8.1,113.7"), "no area"),
        (("kiosk", "set", "kiosk-1", "--area", "Alun-alun,-98.1,113.7,300"), "no area"),
        (("kiosk", "set", "kiosk-1", "--area", "Alun-alun,-8.1,113.7,3"), "no area"),
        (("kiosk", "set", "kiosk-7", "--choose"), "no kiosk 'kiosk-7'"),
        (("review", "confirm", "kiosk-1/1", "--because", "x"), "no punch"),
        (("review", "picture", "kiosk-1/1", "--out", "x.jpg"), "no punch"),
    ],
)
def test_wrong_request_says_what_to_do(
    presensi_hub: Run, office: InventedOffice, arguments: tuple[str, ...], words: str
) -> None:
    result = presensi_hub(*arguments)
    assert result.exit_code == 2, result.output
    assert words in result.stderr


def test_cards_are_listed_by_their_end(presensi_hub: Run, office: InventedOffice) -> None:
    assert "theirs" in presensi_hub("card", "add", NIP, "04A23F9C", "--by", "siti").stdout
    listed = presensi_hub("card", "list")
    assert "…3F9C" in listed.stdout
    assert "04A23F9C" not in listed.stdout
    assert answer(presensi_hub("card", "remove", NIP, "3F9C", "--json"))["ending"] == "3F9C"
    assert answer(presensi_hub("card", "list", "--employee", NIP, "--json")) == []
    assert len(answer(presensi_hub("card", "list", "--all", "--json"))) == 1


def test_kiosk_takes_what_it_is_set_to(presensi_hub: Run, office: InventedOffice) -> None:
    after = answer(presensi_hub("kiosk", "set", "kiosk-1", "--fallback", "pin,card", "--choose", "--json"))
    assert (after["choose"], after["fallback"]) == (True, ["pin", "card"])
    square = ("--area", "Alun-alun, Jember,-8.169,113.702,300")
    after = answer(presensi_hub("kiosk", "set", "kiosk-1", *square, "--json"))
    assert after["areas"] == [
        {"name": "Alun-alun, Jember", "latitude": -8.169, "longitude": 113.702, "radius_m": 300.0}
    ]
    assert answer(presensi_hub("kiosk", "set", "kiosk-1", "--choose", "--json"))["areas"] == after["areas"]
    assert "may stand: anywhere" in presensi_hub("kiosk", "set", "kiosk-1", "--area", "none").stdout
    after = answer(presensi_hub("kiosk", "set", "kiosk-1", "--message", "Apel 07.30", "--fallback", "none", "--json"))
    assert (after["choose"], after["fallback"], after["message"]) == (True, [], "Apel 07.30")
    assert "when the face fails: nothing" in presensi_hub("kiosk", "set", "kiosk-1", "--no-choose").stdout


def test_supervisor_looks_and_decides(
    presensi_hub: Run, hub_database: Database, office: InventedOffice, hub_folder: Path, tmp_path: Path
) -> None:
    content = jpeg(5)
    sha256 = SnapshotStore(hub_folder).keep(content)
    at = datetime(2026, 11, 9, 23, 50, tzinfo=UTC)
    with hub_database.read() as session:
        person = session.connection().exec_driver_sql("SELECT id FROM employee").scalar_one()
    office.punch("kiosk-1", person, at)
    with hub_database.write() as session:
        session.add(
            PunchCircumstance(
                device="kiosk-1", epoch=EPOCH, seq=1, person_id=person, factor="pin", duty=False, evidence=sha256
            )
        )
        session.add(AnnouncedSnapshot(device="kiosk-1", sha256=sha256, announced_at=at, stored_at=at))
    [line] = answer(presensi_hub("review", "list", "--json"))
    assert (line["name"], line["concerns"], line["picture"]) == ("Rina Wulandari", ["pin"], "here")
    assert "0.83 of 0.61" in presensi_hub("review", "list", "--unit", "Dinas Kesehatan").stdout
    target = tmp_path / "punch.jpg"
    assert presensi_hub("review", "picture", "kiosk-1/1", "--out", str(target)).exit_code == 0
    assert target.read_bytes() == content
    assert answer(
        presensi_hub("review", "refuse", "kiosk-1/1", "--because", "di rumah", "--by", "kasubag", "--json")
    ) == {
        "punches": 1,
        "confirmed": False,
    }
    assert answer(presensi_hub("review", "list", "--json")) == []
    assert "refused" in presensi_hub("review", "list", "--all").stdout
    assert (
        "1 punches confirmed by kasubag"
        in presensi_hub("review", "confirm", "kiosk-1/1", "--because", "keliru", "--by", "kasubag").stdout
    )
