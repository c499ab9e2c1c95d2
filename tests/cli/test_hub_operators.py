"""Operators of kiosks, the key that they seal for, and what came from kiosks, on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from benchmarks.invented_office import InventedOffice
from contract.sealing import OpeningKey
from hub.access.accounts import add_account
from hub.access.roles import Role
from hub.db import Database
from hub.keys import load_enrol_key
from hub.roster.enrol_key import offer_enrol_key
from hub.roster.kiosk_enrolment_models import KioskEnrolment, SealedPart

Run = Callable[..., Result]
NIP = "198501012010011001"
NOW = datetime(2026, 11, 2, tzinfo=UTC)


@pytest.fixture
def rina(hub_database: Database) -> str:
    office = InventedOffice(hub_database, at=datetime(2026, 11, 1, tzinfo=UTC))
    person = office.employee("Rina Wulandari", unit=office.unit("Dinas Kesehatan"), nip=NIP)
    office.kiosk("kiosk-1")
    return person


def answer(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_operator_is_added_listed_and_ended(presensi_hub: Run, rina: str) -> None:
    unit = ("--unit", "Dinas Kesehatan", "--by", "budi")
    added = presensi_hub("kiosk", "operator", "add", NIP, *unit)
    assert added.exit_code == 0
    assert "no PIN" in added.stderr
    assert f"presensi hub pin set '{NIP}' --generate" in added.stderr
    presensi_hub("pin", "set", NIP, "--generate", "--by", "budi")
    [line] = answer(presensi_hub("kiosk", "operator", "list", "--json"))
    assert (line["employee_id"], line["unit"], line["set_by"], line["has_pin"]) == (
        rina,
        "Dinas Kesehatan",
        "budi",
        True,
    )
    assert line["valid_from"] == f"{datetime.now().astimezone():%Y-%m-%d}" or line["valid_from"]
    again = presensi_hub("kiosk", "operator", "add", NIP, *unit)
    assert (again.exit_code, "already" in again.stderr) == (2, True)
    assert answer(presensi_hub("kiosk", "operator", "end", NIP, *unit, "--json")) == {"employee_id": rina, "ended": 1}
    assert "There are no operators" in presensi_hub("kiosk", "operator", "list").stdout
    assert "Rina Wulandari" in presensi_hub("kiosk", "operator", "list", "--all").stdout
    assert presensi_hub("kiosk", "operator", "end", NIP, *unit).exit_code == 2
    assert presensi_hub("kiosk", "operator", "add", NIP, "--unit", "Nowhere").exit_code == 2


def test_operator_for_a_month_is_one_for_a_month(presensi_hub: Run, rina: str) -> None:
    dates = ("--from", "2026-12-01", "--to", "2026-12-31")
    presensi_hub("pin", "set", NIP, "--generate")
    added = presensi_hub("kiosk", "operator", "add", NIP, "--unit", "Dinas Kesehatan", *dates, "--json")
    assert answer(added) == {"employee_id": rina, "has_pin": True}
    assert added.stderr == ""
    assert "2026-12-31" in presensi_hub("kiosk", "operator", "list", "--unit", "Dinas Kesehatan").stdout


def test_account_says_which_employee_it_is(presensi_hub: Run, hub_database: Database, rina: str) -> None:
    add_account(hub_database, username="rina", password="kopi-tubruk-manis", role=Role.OPERATOR)
    assert presensi_hub("account", "link", "rina", NIP).exit_code == 0
    [line] = answer(presensi_hub("account", "list", "--json"))
    assert line["employee"] == "Rina Wulandari"
    assert presensi_hub("account", "link", "rina", "--nobody").exit_code == 0
    assert answer(presensi_hub("account", "list", "--json"))[0]["employee"] is None
    for wrong in (("rina",), ("rina", NIP, "--nobody"), ("nobody", NIP), ("rina", "Tono")):
        assert presensi_hub("account", "link", *wrong).exit_code == 2


def test_key_of_enrolments_is_shown_and_replaced_when_it_was_lost(
    presensi_hub: Run, hub_database: Database, hub_folder: Path
) -> None:
    assert "none yet" in presensi_hub("enrolment", "key").stdout
    lost = OpeningKey.generate().seal_key.text
    offer_enrol_key(hub_database, lost, by="hub", now=NOW)
    shown = presensi_hub("enrolment", "key")
    assert shown.stdout.strip() == lost
    assert "another one" in shown.stderr
    used = presensi_hub("enrolment", "key", "--use", "--by", "budi")
    own = load_enrol_key(hub_folder).seal_key.text
    assert (used.stdout.strip(), used.stderr) == (own, "")
    assert (hub_folder / "enrol.key").stat().st_mode & 0o777 == 0o600
    assert presensi_hub("enrolment", "key", "--use", "--by", "budi").exit_code == 2


def test_what_came_from_kiosks_is_listed_with_why_it_was_refused(
    presensi_hub: Run, hub_database: Database, rina: str
) -> None:
    fields: dict[str, Any] = {
        "device": "kiosk-1", "parts": 3, "name": "Tono", "operator_id": rina, "consent_wording": "2026-11",
        "consent_language": "id", "consented_at": NOW, "software": "", "taken_at": NOW, "first_at": NOW, "last_at": NOW,
    }  # fmt: skip
    with hub_database.write() as session:
        session.add(KioskEnrolment(enrolment="a" * 36, **fields))
        session.add(KioskEnrolment(enrolment="b" * 36, state="refused", reason="Kabur. (Blurred.)", **fields))
        session.flush()
        session.add(SealedPart(enrolment_id=1, part=2, sealed=b"x", received_at=NOW))
    [line] = answer(presensi_hub("enrolment", "kiosks", "--json"))
    assert (line["state"], line["held"], line["parts"], line["operator"]) == ("receiving", 1, 3, "Rina Wulandari")
    shown = presensi_hub("enrolment", "kiosks", "--all").stdout
    assert "Kabur. (Blurred.)" in shown
    assert "1 of 3" in shown
