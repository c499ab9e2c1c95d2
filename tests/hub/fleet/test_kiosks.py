"""Registering, listing and revoking kiosks."""

from __future__ import annotations

import pytest

from contract.errors import BadInputError
from contract.signing import SigningKey
from hub.db import Database
from hub.errors import FleetError
from hub.fleet.coverage import coverage_for
from hub.fleet.kiosks import add_kiosk, list_kiosks, revoke_kiosk, set_policy
from hub.ingest.heartbeats import HeartbeatRecorder, StateDelivery
from tests.factories.journals import KioskJournal, SettableClock
from tests.factories.people import add_unit

KEY = SigningKey.generate().verify_key.text


def test_kiosk_is_added_and_listed(database: Database, clock: SettableClock, hub_key: SigningKey) -> None:
    add_unit(database, "Dinas Kesehatan")
    journal = KioskJournal(device="kiosk-dinkes-1")
    add_kiosk(database, journal.device, journal.key.verify_key.text + "\n", unit="Dinas Kesehatan", now=clock)
    [kiosk] = list_kiosks(database)
    assert (kiosk.device, kiosk.unit, kiosk.state, kiosk.demo) == ("kiosk-dinkes-1", "Dinas Kesehatan", "active", False)
    assert (kiosk.heard_at, kiosk.online, kiosk.queue, kiosk.delivered_up_to) == (None, None, None, None)
    recorder = HeartbeatRecorder(database=database, hub_key=hub_key, now=clock)
    recorder.record([StateDelivery(journal.device, journal.heartbeat(queue=0, software="1.0"))])
    [kiosk] = list_kiosks(database)
    assert (kiosk.heard_at, kiosk.queue, kiosk.software, kiosk.pack) == (clock.now, 0, "1.0", "builtin")


def test_kiosk_added_again_with_its_key_changes_only_its_settings(database: Database, clock: SettableClock) -> None:
    add_kiosk(database, "kiosk-1", KEY, now=clock)
    add_kiosk(database, "kiosk-1", KEY, demo=True, now=clock)
    assert [(kiosk.device, kiosk.demo) for kiosk in list_kiosks(database)] == [("kiosk-1", True)]


def test_name_that_is_taken_by_another_key_is_refused(database: Database, clock: SettableClock) -> None:
    add_kiosk(database, "kiosk-1", KEY, now=clock)
    with pytest.raises(FleetError, match="another key"):
        add_kiosk(database, "kiosk-1", SigningKey.generate().verify_key.text, now=clock)


@pytest.mark.parametrize(
    ("device", "key", "unit"),
    [("Kiosk 1", KEY, None), ("", KEY, None), ("kiosk-1", "not a key", None), ("kiosk-1", KEY, "Tidak Ada")],
    ids=["name with a blank", "no name", "no key", "no unit"],
)
def test_kiosk_that_cannot_be_is_refused_in_words(database: Database, device: str, key: str, unit: str | None) -> None:
    with pytest.raises(BadInputError):
        add_kiosk(database, device, key, unit=unit)
    assert list_kiosks(database) == []


def test_revoked_kiosk_is_not_waited_for_and_not_registered_again(database: Database, clock: SettableClock) -> None:
    add_kiosk(database, "kiosk-1", KEY, now=clock)
    add_kiosk(database, "kiosk-2", KEY, now=clock)
    revoke_kiosk(database, "kiosk-1", now=clock)
    with database.read() as session:
        assert coverage_for(session.connection()) == {"kiosk-2": None}
        assert coverage_for(session.connection(), ["kiosk-1", "kiosk-2"]) == {"kiosk-2": None}
    with pytest.raises(FleetError, match="revoked"):
        add_kiosk(database, "kiosk-1", KEY, now=clock)


def test_unknown_kiosk_is_named(database: Database) -> None:
    with pytest.raises(FleetError, match="kiosk-7"):
        revoke_kiosk(database, "kiosk-7")
    with pytest.raises(FleetError, match="kiosk-7"):
        set_policy(database, "kiosk-7", liveness="off", threshold=None, message="")
