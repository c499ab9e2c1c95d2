"""`presensi hub kiosk command` and `commands`."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import Result
from sqlalchemy import update

from contract.signing import SigningKey
from hub.db import Database
from hub.fleet.command_models import KioskCommand
from hub.fleet.kiosks import add_kiosk

Hub = Callable[..., Result]


@pytest.fixture(autouse=True)
def _kiosk(hub_database: Database) -> None:
    add_kiosk(hub_database, "kiosk-1", SigningKey.generate().verify_key.text)


def test_command_is_given_and_listed(presensi_hub: Hub) -> None:
    said = presensi_hub(
        "kiosk", "command", "kiosk-1", "message", "--text", "Apel pukul 07.30", "--for", "2h", "--by", "siti"
    )
    assert said.exit_code == 0, said.output
    assert "kiosk-1: message, command 1" in said.stdout
    assert presensi_hub("kiosk", "command", "kiosk-1", "lock", "--by", "budi").exit_code == 0
    listed = presensi_hub("kiosk", "commands", "kiosk-1").stdout
    assert "Apel pukul 07.30" in listed
    assert "waiting" in listed
    lock, message = json.loads(presensi_hub("kiosk", "commands", "kiosk-1", "--json").stdout)
    assert (lock["version"], lock["action"], lock["author"], lock["state"]) == (2, "lock", "budi", "waiting")
    holds = datetime.fromisoformat(message["expires_at"]) - datetime.fromisoformat(message["made_at"])
    assert holds == timedelta(hours=2)


def test_command_is_taken_back_by_its_number(presensi_hub: Hub, hub_database: Database) -> None:
    assert presensi_hub("kiosk", "command", "kiosk-1", "lock", "--by", "siti").exit_code == 0
    said = presensi_hub("kiosk", "take-back", "kiosk-1", "1", "--by", "budi")
    assert (said.exit_code, said.stdout) == (0, "Command 1 of kiosk-1 is sent no more.\n")
    [line] = json.loads(presensi_hub("kiosk", "commands", "kiosk-1", "--json").stdout)
    assert (line["state"], line["taken_back_by"]) == ("taken_back", "budi")
    assert "taken back by budi" in presensi_hub("kiosk", "commands", "kiosk-1").stdout
    again = presensi_hub("kiosk", "take-back", "kiosk-1", "1", "--by", "budi")
    assert (again.exit_code != 0, "budi took command 1 back already" in again.output) == (True, True)
    assert "no command 7" in presensi_hub("kiosk", "take-back", "kiosk-1", "7").output


def test_taking_back_what_was_sent_says_what_may_still_come(presensi_hub: Hub, hub_database: Database) -> None:
    assert presensi_hub("kiosk", "command", "kiosk-1", "lock").exit_code == 0
    with hub_database.write() as session:
        session.execute(update(KioskCommand).values(sent_at=datetime.now(UTC)))
    assert "it still carries it out" in presensi_hub("kiosk", "take-back", "kiosk-1", "1").stdout


def test_kiosk_without_commands_says_so(presensi_hub: Hub) -> None:
    assert "ordered nothing yet" in presensi_hub("kiosk", "commands", "kiosk-1").stdout


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("kiosk-9", "lock"), "no kiosk 'kiosk-9'"),
        (("kiosk-1", "lock", "--for", "soon"), "30m, 2h or 7d"),
        (("kiosk-1", "lock", "--text", "Halo"), "Only a message"),
        (("kiosk-1", "release"), "release"),
    ],
)
def test_command_that_cannot_be_given_says_why(presensi_hub: Hub, words: tuple[str, ...], complaint: str) -> None:
    said = presensi_hub("kiosk", "command", *words)
    assert said.exit_code != 0
    assert complaint in said.output


def test_swap_takes_two_people(presensi_hub: Hub, hub_database: Database) -> None:
    add_kiosk(hub_database, "kiosk-2", SigningKey.generate().verify_key.text)
    asked = presensi_hub("kiosk", "swap", "kiosk-1", "kiosk-2", "--because", "layar pecah", "--by", "siti")
    assert "Somebody else must confirm it" in asked.stdout
    assert presensi_hub("kiosk", "swap", "kiosk-1", "--confirm", "--by", "siti").exit_code != 0
    done = presensi_hub("kiosk", "swap", "kiosk-1", "--confirm", "--by", "budi", "--json")
    assert json.loads(done.stdout)["confirmed_by"] == "budi"
    assert "is revoked" in presensi_hub("kiosk", "swap", "kiosk-1").stdout
    assert presensi_hub("kiosk", "swap", "kiosk-1", "kiosk-2").exit_code != 0


def test_wipe_wants_the_kiosks_name_twice(presensi_hub: Hub) -> None:
    refused = presensi_hub("kiosk", "command", "kiosk-1", "wipe", "--by", "siti")
    assert refused.exit_code != 0
    assert "cannot be undone" in refused.output
    given = presensi_hub("kiosk", "command", "kiosk-1", "wipe", "--confirm", "kiosk-1", "--by", "siti", "--json")
    assert given.exit_code == 0, given.output
    assert json.loads(given.stdout)["action"] == "wipe"
