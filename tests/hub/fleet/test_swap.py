"""A kiosk takes another's place, by two people."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from contract.signing import SigningKey
from hub.db import Database
from hub.errors import FleetError
from hub.fleet.coverage import coverage_for
from hub.fleet.kiosks import PolicyChange, add_kiosk, change_policy, revoke_kiosk
from hub.fleet.lost import declare_lost
from hub.fleet.models import Kiosk
from hub.fleet.overview import kiosk_statuses
from hub.fleet.swap import Swap, confirm_swap, declare_swap, drop_swap, swap_of
from hub.roster.changes import current_revision
from tests.factories.journals import NOON, SettableClock
from tests.factories.people import add_unit


@pytest.fixture
def pair(database: Database, clock: SettableClock) -> Database:
    """kiosk-1 serves Dinas with a policy of its own; kiosk-2 is registered and serves everybody."""
    add_unit(database, "Dinas")
    for device, unit in (("kiosk-1", "Dinas"), ("kiosk-2", None)):
        add_kiosk(database, device, SigningKey.generate().verify_key.text, unit=unit, now=clock)
    change = PolicyChange(liveness="passive", message="Selamat pagi", choose=True, fallback=("pin",))
    change_policy(database, "kiosk-1", change, now=clock)
    return database


def ask(database: Database, **changes: str) -> Swap:
    fields = {"old": "kiosk-1", "new": "kiosk-2", "because": "layar pecah", "by": "siti"} | changes
    return declare_swap(database, fields["old"], fields["new"], because=fields["because"], by=fields["by"], now=NOON)


def test_second_person_gives_the_new_kiosk_the_place_of_the_old(pair: Database) -> None:
    asked = ask(pair)
    assert (asked.confirmed_by, asked.because) == (None, "layar pecah")
    assert {each.device: each.state for each in kiosk_statuses(pair)} == {"kiosk-1": "active", "kiosk-2": "active"}
    with pair.read() as session:
        before = current_revision(session.connection())
    done = confirm_swap(pair, "kiosk-1", by="budi", now=NOON + timedelta(minutes=5))
    assert (done.declared_by, done.confirmed_by) == ("siti", "budi")
    with pair.read() as session:
        old, new = session.get_one(Kiosk, "kiosk-1"), session.get_one(Kiosk, "kiosk-2")
        assert (old.state, new.state) == ("revoked", "active")
        assert new.unit_id == old.unit_id is not None
        assert (new.liveness, new.message, new.choose, new.fallback) == ("passive", "Selamat pagi", True, ["pin"])
        assert new.public_key != old.public_key
        assert current_revision(session.connection()) == before + 1
        assert set(coverage_for(session.connection())) == {"kiosk-2"}
    assert swap_of(pair, "kiosk-1") == done


def test_same_person_cannot_confirm(pair: Database) -> None:
    ask(pair)
    with pytest.raises(FleetError, match="somebody else must confirm"):
        confirm_swap(pair, "kiosk-1", by=" SITI ", now=NOON)
    assert all(each.state == "active" for each in kiosk_statuses(pair))


def test_swap_that_waits_is_told_and_can_be_dropped(pair: Database) -> None:
    ask(pair)
    assert [each.swap_declared_by for each in kiosk_statuses(pair)] == ["siti", None]
    drop_swap(pair, "kiosk-1", by="siti", now=NOON)
    assert swap_of(pair, "kiosk-1") is None
    assert [each.swap_declared_by for each in kiosk_statuses(pair)] == [None, None]
    assert ask(pair).confirmed_by is None


def revoke_the_new(database: Database) -> None:
    revoke_kiosk(database, "kiosk-2")


def lose_the_old(database: Database) -> None:
    declare_lost(database, "kiosk-1", because="hilang", by="siti", now=NOON)


def ask_before(database: Database) -> None:
    ask(database, by="budi")


def nothing(database: Database) -> None:
    """As it is."""


@pytest.mark.parametrize(
    ("before", "changes", "words"),
    [
        (nothing, {"new": "kiosk-9"}, "no kiosk 'kiosk-9'"),
        (nothing, {"new": "kiosk-1"}, "its own place"),
        (nothing, {"because": "  "}, "Say why"),
        (revoke_the_new, {}, "'kiosk-2' was revoked"),
        (lose_the_old, {}, "declared lost"),
        (ask_before, {}, "budi named 'kiosk-2'"),
    ],
)
def test_swap_that_cannot_be_is_refused(
    pair: Database, before: Callable[[Database], None], changes: dict[str, str], words: str
) -> None:
    before(pair)
    with pytest.raises(FleetError, match=words):
        ask(pair, **changes)


def test_nothing_to_confirm_is_said(pair: Database) -> None:
    for act in (confirm_swap, drop_swap):
        with pytest.raises(FleetError, match="No swap"):
            act(pair, "kiosk-1", by="budi", now=NOON)
