"""What an operator is shown of the kiosk: no names in the log, nothing hidden in the state of the device."""

from __future__ import annotations

import errno
import logging
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from contract.heartbeat import Health
from contract.roster import RosterPerson
from kiosk.operator.device_facts import Snapshot, facts_of, own_address
from kiosk.operator.log_ring import KEPT_LINES, LogRing
from kiosk.operator.names import new_name
from kiosk.roster import Roster

JAKARTA = ZoneInfo("Asia/Jakarta")
ROSTER = Roster(
    people={
        "p-17": RosterPerson(person="p-17", name="Siti Aminah", count=0, embeddings=b""),
        "p-1": RosterPerson(person="p-1", name="Siti", count=0, embeddings=b""),
    }
)


@pytest.fixture
def ring() -> Iterator[LogRing]:
    made, root = LogRing(), logging.getLogger()
    level, root.level = root.level, logging.INFO
    root.addHandler(made)
    yield made
    root.removeHandler(made)
    root.level = level


def test_log_names_nobody_who_is_in_the_roster(ring: LogRing) -> None:
    logging.getLogger("kiosk.desk").error("the PIN of %s (%s) cannot be checked", "p-17", "Siti Aminah")
    logging.getLogger("somebody.else").error("Siti Aminah")
    [line] = ring.lines(10, roster=ROSTER, zone=JAKARTA)
    assert line.endswith(" E the PIN of *** (***) cannot be checked")


def test_log_keeps_the_newest_lines(ring: LogRing) -> None:
    for number in range(KEPT_LINES + 5):
        logging.getLogger("kiosk.uplink").warning("line %d", number)
    assert [line.split()[-1] for line in ring.lines(2, roster=ROSTER, zone=JAKARTA)] == ["63", "64"]


def snapshot(**changes: Any) -> Snapshot:
    fields: dict[str, Any] = {
        "address": "192.168.1.7", "broker": "hub:8883", "online": True,
        "wall": datetime(2026, 11, 22, 23, 58, 20, tzinfo=UTC), "clock": "ntp",
        "health": Health(camera="ok", disk_free_mb=21_400, temperature_c=51.2), "queue": 0, "version": 7,
        "enrolled": 4, "known": 5, "pack": "builtin", "packs": ("builtin",),
        "receipt_at": datetime(2026, 11, 22, 23, 58, tzinfo=UTC), "software": "0.1.0", "locked": False,
        "locked_by_hub": False, "enrolments": 0,
    }  # fmt: skip
    return Snapshot(**(fields | changes))


def test_kiosk_that_is_well_has_no_marks_and_local_times() -> None:
    facts = {each.name: each for each in facts_of(snapshot(), JAKARTA)}
    assert not any(each.bad for each in facts.values())
    assert facts["clock"].text == "23/11/2026 06:58:20"
    assert facts["storage"].text == "21.4 GB \u00b7 51\u00a0\u00b0C"
    assert facts["people"].text == "4 / 5"


@pytest.mark.parametrize(
    ("changes", "name", "code"),
    [
        ({"address": ""}, "network", "none"),
        ({"online": False}, "broker", "offline"),
        ({"clock": "free"}, "clock", "free"),
        ({"health": Health(journal="full", disk_free_mb=21_400)}, "storage", "full"),
        ({"health": Health(disk_free_mb=10)}, "storage", "ok"),
        ({"health": Health(camera="trouble", disk_free_mb=900)}, "camera", "trouble"),
        ({"receipt_at": None}, "receipt", "none"),
        ({"queue": None}, "queue", "trouble"),
        ({"version": 0}, "roster", "none"),
        ({"locked": True}, "locked", "here"),
        ({"locked": True, "locked_by_hub": True}, "locked", "by_hub"),
        ({"health": Health(camera="ok", disk_free_mb=900, alarms=("The housing is open.",))}, "alarms", ""),
    ],
)
def test_what_is_wrong_is_marked(changes: dict[str, Any], name: str, code: str) -> None:
    found = next(each for each in facts_of(snapshot(**changes), JAKARTA) if each.name == name)
    assert found.bad
    assert found.code == code


def test_address_is_known_without_sending_anything() -> None:
    assert own_address("127.0.0.1") == "127.0.0.1"


def test_no_name_is_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    class Probe(socket.socket):
        def connect(self, address: Any) -> None:
            asked.append(address)
            raise OSError(errno.ENETUNREACH, "Network is unreachable")

    monkeypatch.setattr(socket, "socket", Probe)
    assert own_address("hub.example.go.id") == ""
    assert asked == [("203.0.113.1", 9)]


@pytest.mark.parametrize(("typed", "name"), [("SITI AMINAH", "Siti Aminah"), ("  budi ", "Budi"), ("AB", ""), ("", "")])
def test_typed_name_is_written_as_names_are(typed: str, name: str) -> None:
    assert new_name(typed) == name
