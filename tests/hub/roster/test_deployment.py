"""Rosters of the deployed pack: to kiosks that can open it, in one whole piece, and never mixed with another pack's."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from hub.db import Database
from hub.fleet.kiosks import set_policy
from hub.roster.changes import note_person
from hub.roster.delivery import RESEND_AFTER
from hub.roster.deployment import deploy, deployed_pack, pack_in_force, show_deployment
from hub.roster.models import Employee, EnrolmentFrame, Template
from tests.factories.journals import NOON, SettableClock
from tests.factories.people import add_employee, embedding


def embed_anew(database: Database, pack: str = "new") -> None:
    """Give every picture a template of another pack."""
    with database.write() as session:
        for frame in session.scalars(select(EnrolmentFrame)).all():
            session.add(
                Template(
                    frame_id=frame.id, employee_id=frame.employee_id, pack=pack, embedding=embedding(), made_at=NOON
                )
            )


def set_pack(database: Database, pack: str, clock: SettableClock) -> None:
    with database.write() as session:
        deploy(session, pack, by="admin", now=clock())


@pytest.fixture
def following(database: Database, kiosk: Any) -> Any:
    """A kiosk with one person, that can open both packs and runs the old one."""
    add_employee(database, "rina", frames=2)
    kiosk.packs = ("builtin", "new")
    kiosk.register()
    kiosk.update()
    assert kiosk.people == {"rina": 2}
    return kiosk


def test_nothing_of_the_new_pack_is_sent_before_it_is_deployed(database: Database, following: Any) -> None:
    embed_anew(database)
    assert following.update() == []


def test_kiosk_that_can_open_the_pack_gets_its_roster_whole(
    database: Database, following: Any, clock: SettableClock
) -> None:
    embed_anew(database)
    set_pack(database, "new", clock)
    [part] = following.due()
    assert (part.base, part.pack, part.version > following.version) == (None, "new", True)
    following.take([part])
    following.speak()
    assert following.due() == []
    assert (following.pack, following.people) == ("new", {"rina": 2})


def test_kiosk_that_has_switched_gets_differences_of_the_new_pack(
    database: Database, following: Any, clock: SettableClock
) -> None:
    embed_anew(database)
    set_pack(database, "new", clock)
    following.update()
    add_employee(database, "wati", pack="new")
    [part] = following.update()
    assert (part.base is not None, part.pack) == (True, "new")
    assert following.people == {"rina": 2, "wati": 1}


def test_kiosk_that_cannot_open_the_pack_goes_on_with_its_own(
    database: Database, following: Any, clock: SettableClock
) -> None:
    following.packs = ("builtin",)
    following.speak()
    embed_anew(database)
    set_pack(database, "new", clock)
    [part] = following.update()
    assert part.pack == "builtin"
    with database.write() as session:
        session.get_one(Employee, "rina").employed_until = date(2026, 11, 1)
        session.flush()
        note_person(session.connection(), "rina", now=clock())
    [part] = following.update()
    assert (part.pack, part.removed) == ("builtin", ("rina",))


def test_kiosk_of_before_that_names_no_packs_goes_on_with_its_own(
    database: Database, following: Any, clock: SettableClock
) -> None:
    following.packs = ()
    following.speak()
    set_pack(database, "new", clock)
    assert [part.pack for part in following.update()] == ["builtin"]


def test_kiosk_that_can_open_the_pack_only_later_follows_then(
    database: Database, following: Any, clock: SettableClock
) -> None:
    """Nothing else has changed by then: the version must still be newer than what the kiosk holds."""
    following.packs = ("builtin",)
    following.speak()
    embed_anew(database)
    set_pack(database, "new", clock)
    following.update()
    held = following.version
    following.packs = ("builtin", "new")
    [part] = following.update()
    assert (part.base, part.pack) == (None, "new")
    assert following.version > held
    assert following.update() == []


def test_roster_of_the_new_pack_that_was_lost_is_sent_again(
    database: Database, following: Any, clock: SettableClock
) -> None:
    embed_anew(database)
    set_pack(database, "new", clock)
    first = following.due()
    assert first
    following.speak()
    assert following.due() == [], "it may be on its way"
    clock.advance(RESEND_AFTER.total_seconds() + 1)
    again = following.due()
    assert [(part.version, part.pack) for part in again] == [(part.version, part.pack) for part in first]


def test_kiosk_that_could_not_open_the_pack_after_all_is_sent_its_own_again(
    database: Database, following: Any, clock: SettableClock
) -> None:
    embed_anew(database)
    set_pack(database, "new", clock)
    assert [part.pack for part in following.due()] == ["new"]
    following.packs = ("builtin",)  # its files turned out to be damaged
    add_employee(database, "wati")
    following.update()
    assert (following.pack, following.people) == ("builtin", {"rina": 2, "wati": 1})
    assert following.update() == []


def test_kiosk_that_fell_back_to_what_it_starts_with_is_served(
    database: Database, following: Any, clock: SettableClock
) -> None:
    """It ran the new pack, and after a restart its files were gone."""
    embed_anew(database)
    set_pack(database, "new", clock)
    following.update()
    following.packs, following.pack = ("builtin",), "builtin"
    following.pretend(0, {})
    following.update()
    assert following.people == {"rina": 2}


def test_way_back_is_one_whole_roster(database: Database, following: Any, clock: SettableClock) -> None:
    embed_anew(database)
    set_pack(database, "new", clock)
    following.update()
    set_pack(database, "builtin", clock)
    [part] = following.update()
    assert (part.base, part.pack) == (None, "builtin")
    assert (following.pack, following.people) == ("builtin", {"rina": 2})


def test_hub_that_restarts_between_sends_what_is_missing(
    database: Database, following: Any, clock: SettableClock
) -> None:
    from hub.roster.delivery import RosterDelivery

    embed_anew(database)
    set_pack(database, "new", clock)
    assert following.due()  # lost with the hub that sent it
    following._delivery = RosterDelivery(database=database, hub_key=following.hub_key, now=clock)
    clock.advance(RESEND_AFTER.total_seconds() + 1)
    following.take(following.due())
    assert following.pack == "new"


def test_threshold_of_an_administrator_holds_for_its_pack_only(
    database: Database, following: Any, clock: SettableClock
) -> None:
    set_policy(database, "kiosk-1", liveness="off", threshold=0.97, message="", threshold_pack="builtin", now=clock)
    [part] = following.update()
    assert part.policy.threshold == 0.97
    embed_anew(database)
    set_pack(database, "new", clock)
    [part] = following.update()
    assert (part.pack, part.policy.threshold) == ("new", None)
    set_pack(database, "builtin", clock)
    [part] = following.update()
    assert (part.pack, part.policy.threshold) == ("builtin", 0.97)


# What is shown --------------------------------------------------------------------------------------------------------


def test_pack_of_the_settings_is_in_force_until_one_is_set(database: Database, clock: SettableClock) -> None:
    assert pack_in_force(database, "evaluation") == "evaluation"
    set_pack(database, "builtin", clock)
    assert pack_in_force(database, "evaluation") == "builtin"
    clock.advance(timedelta(days=1).total_seconds())
    set_pack(database, "evaluation", clock)
    with database.read() as session:
        assert deployed_pack(session.connection()) == "evaluation"
    shown = show_deployment(database, "builtin")
    assert (shown.pack, shown.set_by, shown.since, shown.change) == ("evaluation", "admin", clock(), None)


def test_kiosks_are_shown_with_what_they_run(database: Database, following: Any, clock: SettableClock) -> None:
    [line] = show_deployment(database, "builtin").kiosks
    assert (line.device, line.pack, line.can_open) == ("kiosk-1", "builtin", True)
    set_pack(database, "third", clock)
    [line] = show_deployment(database, "builtin").kiosks
    assert line.can_open is False
