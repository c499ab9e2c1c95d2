"""Rosters to kiosks: differences, wholes, and what is sent again."""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import Any

import pytest

from contract.codec import MAX_PACKED_BYTES
from contract.roster import PEOPLE_PER_PART
from hub.db import Database
from hub.fleet.command_models import KioskCommand
from hub.fleet.commands import Action, give_command
from hub.fleet.kiosks import add_kiosk, revoke_kiosk, set_policy
from hub.fleet.models import Kiosk
from hub.roster.approval import approve
from hub.roster.changes import current_revision, note_kiosk, note_person, note_reset
from hub.roster.employees import transfer_employee
from hub.roster.lookalikes import settle_lookalike, store_lookalikes
from hub.roster.models import ApprovedLocation, Employee, StoredCalibration
from kiosk.recognizer.calibration.lookalikes import Lookalike
from tests.factories.journals import SettableClock
from tests.factories.people import add_employee, add_unit


def set_employee(database: Database, person: str, clock: SettableClock, **changes: Any) -> None:
    with database.write() as session:
        employee = session.get(Employee, person)
        assert employee is not None
        for name, value in changes.items():
            setattr(employee, name, value)
        session.flush()
        note_person(session.connection(), person, now=clock())


def test_new_kiosk_gets_the_whole_roster(database: Database, kiosk: Any) -> None:
    add_employee(database, "person-1", frames=3)
    add_employee(database, "person-2")
    kiosk.register(demo=True, liveness="off", message="Selamat datang")
    [part] = kiosk.update()
    assert part.base is None
    assert (part.policy.demo, part.policy.liveness, part.policy.message) == (True, "off", "Selamat datang")
    assert kiosk.people == {"person-1": 3, "person-2": 1}
    assert kiosk.update() == []


def test_kiosk_that_never_spoke_is_sent_nothing(database: Database, kiosk: Any) -> None:
    add_employee(database, "person-1")
    kiosk.register()
    assert kiosk.due() == []


def test_kiosk_registered_before_anybody_is_enrolled_learns_its_policy(
    database: Database, kiosk: Any, clock: SettableClock
) -> None:
    add_kiosk(database, "kiosk-1", kiosk.journal.key.verify_key.text, demo=True, now=clock)
    [part] = kiosk.update()
    assert part.policy.demo
    assert kiosk.people == {}


def test_change_is_pushed_as_a_difference(database: Database, kiosk: Any) -> None:
    add_employee(database, "person-1")
    kiosk.register()
    kiosk.update()
    add_employee(database, "person-2", frames=2)
    [part] = kiosk.due()
    assert part.base == kiosk.version
    assert [person.person for person in part.people] == ["person-2"]
    kiosk.take([part])
    assert kiosk.people == {"person-1": 1, "person-2": 2}


def test_person_who_left_is_removed(database: Database, kiosk: Any, clock: SettableClock) -> None:
    add_employee(database, "person-1")
    add_employee(database, "person-2")
    kiosk.register()
    kiosk.update()
    set_employee(database, "person-1", clock, employed_until=date(2026, 11, 1))
    [part] = kiosk.update()
    assert part.removed == ("person-1",)
    assert kiosk.people == {"person-2": 1}


def test_employment_that_ends_on_a_date_ends_on_kiosks_the_day_after(
    database: Database, kiosk: Any, clock: SettableClock
) -> None:
    add_employee(database, "person-1", employed_until=date(2026, 11, 3))
    add_employee(database, "person-2", employed_from=date(2026, 11, 4))
    kiosk.register()
    kiosk.update()
    assert kiosk.people == {"person-1": 1}
    clock.advance(86_400)
    kiosk.update()
    assert kiosk.people == {"person-1": 1}
    clock.advance(86_400)
    kiosk.update()
    assert kiosk.people == {"person-2": 1}


def test_unapproved_templates_count_nowhere(database: Database, kiosk: Any, clock: SettableClock) -> None:
    add_employee(database, "ghost", state="proposed")
    kiosk.register()
    kiosk.update()
    assert kiosk.people == {}
    approve(database, ["ghost"], by="u", now=clock())
    kiosk.update()
    assert kiosk.people == {"ghost": 1}


def test_kiosk_of_a_unit_knows_that_unit_and_those_below(database: Database, kiosk: Any, clock: SettableClock) -> None:
    top = add_unit(database, "Dinas")
    below = add_unit(database, "Bidang", parent_id=top)
    elsewhere = add_unit(database, "Kecamatan")
    for person, unit in (("a", top), ("b", below), ("c", elsewhere), ("d", None)):
        add_employee(database, person, unit=unit)
    kiosk.register(unit_id=top)
    [part] = kiosk.update()
    assert part.policy.unit == "Dinas"
    assert set(kiosk.people) == {"a", "b"}
    with database.write() as session:
        person = session.get(Employee, "b")
        assert person is not None
        transfer_employee(session, person, elsewhere, from_day=date(2026, 11, 2), now=clock(), author="t")
    kiosk.update()
    assert set(kiosk.people) == {"a"}


def test_transfer_in_the_future_moves_on_its_day(database: Database, kiosk: Any, clock: SettableClock) -> None:
    here, there = add_unit(database, "Sini"), add_unit(database, "Sana")
    add_employee(database, "a", unit=here)
    kiosk.register(unit_id=here)
    kiosk.update()
    with database.write() as session:
        person = session.get(Employee, "a")
        assert person is not None
        transfer_employee(session, person, there, from_day=date(2026, 11, 3), now=clock(), author="t")
    kiosk.update()
    assert set(kiosk.people) == {"a"}
    clock.advance(86_400)
    kiosk.update()
    assert kiosk.people == {}


def test_person_with_an_approved_place_is_known_there_while_it_holds(
    database: Database, kiosk: Any, clock: SettableClock
) -> None:
    here, there = add_unit(database, "Kecamatan"), add_unit(database, "Dinas")
    add_employee(database, "a", unit=here)
    add_employee(database, "guest", unit=there)
    kiosk.register(unit_id=here)
    kiosk.update()
    assert set(kiosk.people) == {"a"}
    with database.write() as session:
        session.add(
            ApprovedLocation(
                employee_id="guest",
                unit_id=here,
                valid_from=date(2026, 11, 3),
                valid_until=date(2026, 11, 3),
                basis="ST 1",
                set_by="t",
                set_at=clock(),
            )
        )
    kiosk.update()
    assert set(kiosk.people) == {"a"}
    for known in ({"a", "guest"}, {"a"}):
        clock.advance(86_400)
        kiosk.update()
        assert set(kiosk.people) == known


def test_large_roster_travels_in_parts(database: Database, kiosk: Any) -> None:
    for number in range(PEOPLE_PER_PART * 2 + 1):
        add_employee(database, f"person-{number:03d}")
    kiosk.register()
    parts = kiosk.update()
    assert [len(part.people) for part in parts] == [PEOPLE_PER_PART, PEOPLE_PER_PART, 1]
    assert len(kiosk.people) == PEOPLE_PER_PART * 2 + 1


def test_part_of_people_with_many_templates_stays_below_the_size_of_a_payload(database: Database, kiosk: Any) -> None:
    for number in range(40):
        add_employee(database, f"person-{number:03d}", frames=70)
    kiosk.register()
    kiosk.speak()
    messages = kiosk._delivery.due()
    assert len(messages) > 1
    assert max(len(message.payload) for message in messages) < MAX_PACKED_BYTES
    kiosk.clock.advance(31)
    kiosk.update()
    assert set(kiosk.people.values()) == {64}


def test_lost_roster_is_sent_again_after_a_while_and_not_before(
    database: Database, kiosk: Any, clock: SettableClock
) -> None:
    add_employee(database, "person-1")
    kiosk.register()
    kiosk.speak()
    assert len(kiosk.due()) == 1
    kiosk.speak()
    assert kiosk.due() == []
    clock.advance(29)
    assert kiosk.due() == []
    clock.advance(2)
    kiosk.take(kiosk.due())
    assert set(kiosk.people) == {"person-1"}


def test_change_while_a_roster_is_on_its_way_follows_when_that_has_arrived(database: Database, kiosk: Any) -> None:
    add_employee(database, "person-1")
    kiosk.register()
    kiosk.speak()
    first = kiosk.due()
    add_employee(database, "person-2")
    assert kiosk.due() == []
    kiosk.take(first)
    assert [part.base for part in kiosk.update()] == [first[0].version]
    assert set(kiosk.people) == {"person-1", "person-2"}


def test_kiosk_with_another_pack_gets_the_whole_roster_of_that_pack(
    database: Database, kiosk: Any, clock: SettableClock
) -> None:
    add_employee(database, "person-1")
    add_employee(database, "person-2", pack="standard")
    kiosk.register()
    kiosk.update()
    assert set(kiosk.people) == {"person-1"}
    kiosk.version = 0  # a kiosk that opens another pack forgets the old one's roster
    kiosk.speak(pack="standard")
    parts = kiosk.due()
    assert [(part.base, part.pack) for part in parts] == [(None, "standard")]
    kiosk.take(parts)
    assert set(kiosk.people) == {"person-2"}


def test_policy_reaches_the_kiosk_without_people(database: Database, kiosk: Any, clock: SettableClock) -> None:
    add_employee(database, "person-1")
    kiosk.register()
    kiosk.update()
    set_policy(database, "kiosk-1", liveness="strict", threshold=0.93, message="Apel pukul 07.30", now=clock)
    [part] = kiosk.update()
    assert (part.base is not None, part.people, part.removed) == (True, (), ())
    assert (part.policy.liveness, part.policy.threshold, part.policy.message) == ("strict", 0.93, "Apel pukul 07.30")
    assert set(kiosk.people) == {"person-1"}


def calibrated(database: Database, clock: SettableClock, *, threshold: float | None, gallery: int) -> None:
    with database.write() as session:
        session.add(
            StoredCalibration(
                device="kiosk-1",
                pack="builtin",
                threshold=threshold,
                scale=0.01,
                target=1e-3,
                people=100,
                gallery=gallery,
                frames=1,
                estimator="a test",
                made_at=clock(),
                made_by="t",
            )
        )
        session.flush()
        note_kiosk(session.connection(), "kiosk-1", now=clock())


def test_calibrated_threshold_travels_and_an_administrators_wins(
    database: Database, kiosk: Any, clock: SettableClock
) -> None:
    add_employee(database, "person-1")
    kiosk.register()
    kiosk.update()
    calibrated(database, clock, threshold=0.91, gallery=1)
    [part] = kiosk.update()
    assert part.policy.threshold == pytest.approx(0.91)
    add_employee(database, "person-2")
    [part] = kiosk.update()
    assert part.policy.threshold == pytest.approx(0.91 + 0.01 * math.log(2))
    set_policy(database, "kiosk-1", liveness="active", threshold=0.8, message="", now=clock)
    [part] = kiosk.update()
    assert part.policy.threshold == pytest.approx(0.8)


def test_calibration_that_was_given_up_leaves_the_card(database: Database, kiosk: Any, clock: SettableClock) -> None:
    add_employee(database, "person-1")
    kiosk.register()
    kiosk.update()
    calibrated(database, clock, threshold=0.91, gallery=1)
    calibrated(database, clock, threshold=None, gallery=1)
    [part] = kiosk.update()
    assert part.policy.threshold is None


def test_lookalikes_are_marked_and_released_together(database: Database, kiosk: Any, clock: SettableClock) -> None:
    for person in ("person-1", "person-2", "person-3"):
        add_employee(database, person)
    kiosk.register()
    kiosk.update()
    pair = Lookalike("person-1", "person-2", 0.97, "alike", 0.1)
    with database.write() as session:
        store_lookalikes(session.connection(), [pair], pack="builtin", margin=0.02, now=clock())
    [part] = kiosk.update()
    assert {each.person for each in part.people if each.second_factor} == {"person-1", "person-2"}
    settle_lookalike(database, "person-1", "person-2", settled_as="different", settled_by="siti", now=clock)
    [part] = kiosk.update()
    assert {each.person for each in part.people} == {"person-1", "person-2"}
    assert not any(each.second_factor for each in part.people)
    # Where only one of them is known, the other would be taken for her.
    set_employee(database, "person-2", clock, employed_until=clock().date() - timedelta(days=1))
    [part] = kiosk.update()
    assert [(each.person, each.second_factor) for each in part.people] == [("person-1", True)]
    assert part.removed == ("person-2",)


def test_hub_restored_from_a_backup_counts_on_beyond_what_kiosks_have_seen(
    database: Database, kiosk: Any, clock: SettableClock
) -> None:
    add_employee(database, "person-1")
    kiosk.register()
    kiosk.update()
    kiosk.pretend(500, {"from-the-lost-time": 1})
    [part] = kiosk.update()
    assert part.base is None
    assert part.version > 500
    assert set(kiosk.people) == {"person-1"}
    assert kiosk.update() == []


def test_hub_restored_from_a_backup_trusts_no_version_that_it_never_sent(
    database: Database, kiosk: Any, clock: SettableClock
) -> None:
    add_employee(database, "person-1")
    kiosk.register()
    kiosk.update()
    sent = kiosk.version
    # The lost time gave this kiosk one more version; meanwhile the copy has counted up to the same number.
    kiosk.pretend(sent + 1, {"person-1": 1, "from-the-lost-time": 1})
    add_employee(database, "person-2")
    with database.read() as session:
        assert current_revision(session.connection()) == kiosk.version
    kiosk.update()
    assert set(kiosk.people) == {"person-1", "person-2"}


def test_reset_of_all_replaces_every_roster(database: Database, kiosk: Any, clock: SettableClock) -> None:
    add_employee(database, "person-1")
    kiosk.register()
    kiosk.update()
    with database.write() as session:
        note_reset(session.connection(), None, now=clock())
    assert [part.base for part in kiosk.update()] == [None]


def test_revoked_kiosk_is_sent_nothing(database: Database, kiosk: Any, clock: SettableClock) -> None:
    add_employee(database, "person-1")
    kiosk.register()
    kiosk.speak()
    revoke_kiosk(database, "kiosk-1", now=clock)
    assert kiosk.due() == []


def test_wiped_kiosk_is_sent_nothing_until_it_is_unlocked(database: Database, kiosk: Any, clock: SettableClock) -> None:
    add_employee(database, "person-1")
    kiosk.register()
    kiosk.speak()

    def obeyed(action: Action) -> None:
        given = give_command(database, "kiosk-1", action, by="siti", now=clock(), confirm="kiosk-1")
        with database.write() as session:
            session.get_one(KioskCommand, given.id).outcome = "done"

    obeyed("wipe")
    assert kiosk.due() == []
    obeyed("lock")
    assert kiosk.due() == []
    obeyed("unlock")
    assert kiosk.due() != []


def test_clock_that_was_set_back_does_not_silence_the_delivery(
    database: Database, kiosk: Any, clock: SettableClock
) -> None:
    add_employee(database, "person-1")
    kiosk.register()
    kiosk.speak()
    kiosk.due()
    clock.now -= timedelta(days=3)
    assert len(kiosk.due()) == 1


@pytest.mark.parametrize("count", [1, 7])
def test_revisions_rise_by_one_for_each_person(database: Database, clock: SettableClock, count: int) -> None:
    for number in range(count):
        add_employee(database, f"person-{number}")
    with database.read() as session:
        assert current_revision(session.connection()) == count


def test_roster_sent_is_remembered(database: Database, kiosk: Any) -> None:
    add_employee(database, "person-1")
    kiosk.register()
    kiosk.update()
    with database.read() as session:
        row = session.get(Kiosk, "kiosk-1")
        assert row is not None
        assert (row.roster_sent, row.roster_pack) == (kiosk.version, "builtin")
