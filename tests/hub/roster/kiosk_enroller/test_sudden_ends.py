"""Enrolments from a kiosk where hubs die, come late, are several, or cannot: each person is enrolled once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from contract.sealing import OpeningKey
from hub.db import open_database
from hub.fleet.models import Alarm
from hub.roster import kiosk_enroller
from hub.roster.deployment import deploy
from hub.roster.enrolment_standing import settle_by_pictures
from hub.roster.kiosk_claims import LEASE, MOST_ATTEMPTS
from hub.roster.kiosk_enrolment_models import KioskEnrolment, KioskPicture, SealedPart
from hub.roster.kiosk_origin import frames_tied_to, origins_of
from hub.roster.models import Employee, EnrolmentFrame, Membership, Template
from hub.roster.photos import Photo
from kiosk.errors import PackError
from tests.factories.journals import SettableClock

from .conftest import Registry, refused


class KilledError(BaseException):
    """What a test raises where the power goes."""


def kill(monkeypatch: pytest.MonkeyPatch, name: str, *, after: bool = False) -> None:
    """Let the power go when that function of the enroller is called, or when it has returned."""
    original: Callable[..., Any] = getattr(kiosk_enroller, name)

    def wrapped(*args: Any, **keywords: Any) -> Any:
        if after:
            original(*args, **keywords)
        raise KilledError

    monkeypatch.setattr(kiosk_enroller, name, wrapped)


@pytest.mark.parametrize(
    ("where", "after"),
    [
        ("claim_next", True),
        ("find_subject", False),
        ("look_at", True),
        ("lock_roster", True),
        ("hold", True),
        ("propose", False),
        ("propose", True),
    ],
)
def test_hub_that_is_killed_at_any_point_enrols_once_all_the_same(
    registry: Registry, monkeypatch: pytest.MonkeyPatch, where: str, *, after: bool
) -> None:
    sent = registry.send(person=None, name="Rina")
    with monkeypatch.context() as patch:
        kill(patch, where, after=after)
        with pytest.raises(KilledError):
            registry.enroller.step()
    assert registry.count(SealedPart) == 3
    assert registry.standing(sent).outcome == "waiting"
    registry.enroller = registry.open_enroller()
    assert not registry.enroller.step()  # another hub may be at work on it
    registry.clock.advance(LEASE.total_seconds())
    registry.settle()
    [person] = registry.waiting()
    assert (person.name, person.photos) == ("Rina", 3)
    assert (registry.count(SealedPart), registry.count(KioskPicture), len(registry.files())) == (0, 3, 3)
    assert registry.count(Employee) == 3
    assert registry.count(Membership) == 3


def test_hub_that_is_killed_after_the_commit_does_nothing_twice(registry: Registry) -> None:
    registry.enrol()
    registry.clock.advance(LEASE.total_seconds())
    registry.enroller = registry.open_enroller()
    assert not registry.enroller.step()
    assert registry.waiting()[0].photos == 3


def test_hub_that_was_too_slow_leaves_it_to_who_has_taken_over(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = registry.send(person=None, name="Rina")
    keep = registry.enroller._photos.keep
    done: list[bool] = []

    def keep_late(photo: Photo) -> str:
        if not done:
            registry.clock.advance(LEASE.total_seconds())
            done.append(registry.open_enroller().step())
        return keep(photo)

    monkeypatch.setattr(registry.enroller._photos, "keep", keep_late)
    registry.enroller.step()
    assert done == [True]
    assert registry.standing(sent).outcome == "waiting"
    assert [(person.name, person.photos) for person in registry.waiting()] == [("Rina", 3)]
    assert registry.count(KioskPicture) == 3


def test_enrolment_over_which_hubs_die_is_refused_in_the_end(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    poison, sound = registry.send(), registry.send(((2, 0), (2, 1)), person=None, name="Rina")
    with monkeypatch.context() as patch:
        kill(patch, "look_at")
        for _ in range(MOST_ATTEMPTS):
            with pytest.raises(KilledError):
                registry.open_enroller().step()
            with registry.database.write() as session:  # as if the lease had run out for this one alone
                session.execute(
                    update(KioskEnrolment).where(KioskEnrolment.enrolment == poison.id).values(claimed_at=None)
                )
    registry.settle()
    assert "failed on this enrolment" in refused(registry.standing(poison))
    assert registry.standing(sound).outcome == "waiting"
    assert [person.name for person in registry.waiting()] == ["Rina"]
    with registry.database.read() as session:
        assert session.scalars(select(Alarm.kind)).all() == ["enrolments"]


def test_two_hubs_at_once_enrol_each_person_once(registry: Registry, database_url: str) -> None:
    sent = [registry.send(((n, 0), (n, 1)), person=None, name=f"Person {n}") for n in range(1, 9)]
    failures: list[Exception] = []
    barrier = threading.Barrier(2)

    def work() -> None:
        with open_database(database_url) as database:
            enroller = registry.open_enroller(database)
            barrier.wait()
            try:
                for _ in range(40):
                    enroller.step()
            except Exception as error:  # noqa: BLE001 (told below)
                failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert failures == []
    assert {registry.standing(each).outcome for each in sent} == {"waiting"}
    assert sorted((person.name, person.photos) for person in registry.waiting()) == [
        (f"Person {n}", 2) for n in range(1, 9)
    ]


def test_pack_that_cannot_be_opened_and_a_full_disk_let_enrolments_wait(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = registry.send()

    def missing(name: str) -> Any:
        raise PackError(f"{name} is not here")

    with pytest.raises(PackError):
        registry.open_enroller(open_=missing).step()
    with monkeypatch.context() as patch:
        patch.setattr("hub.roster.photos.os.fsync", lambda _file: (_ for _ in ()).throw(OSError(28, "No space left")))
        for _ in range(MOST_ATTEMPTS + 2):
            with pytest.raises(Exception, match="No space left"):
                registry.enroller.step()
    assert registry.standing(sent).outcome == "waiting"
    registry.settle()
    assert registry.waiting()[0].photos == 3


def test_what_a_kiosk_never_completed_is_let_go_though_it_is_never_heard_of_again(registry: Registry) -> None:
    sent = registry.send(complete=False)
    assert registry.count(SealedPart) == 2
    assert registry.enroller.sweep() == 0
    registry.clock.advance(timedelta(days=91).total_seconds())
    assert registry.enroller.sweep() == 1
    assert "never complete" in refused(registry.standing(sent))
    assert registry.count(SealedPart) == 0


def test_hub_without_the_key_leaves_enrolments_to_others(registry: Registry) -> None:
    registry.send()
    stranger = registry.open_enroller(opening_key=OpeningKey.generate())
    for _ in range(MOST_ATTEMPTS + 2):
        with pytest.raises(Exception, match=r"enrol\.key"):
            stranger.step()
    registry.settle()
    assert registry.waiting()[0].photos == 3


def test_pack_that_is_deployed_meanwhile_is_the_one_that_embeds(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry.send()

    def deploy_and_keep(photo: Photo) -> str:
        with registry.database.write() as session:
            deploy(session, "standard", by="bkpp", now=registry.clock())
        return keep(photo)

    keep = registry.enroller._photos.keep
    monkeypatch.setattr(registry.enroller._photos, "keep", deploy_and_keep)
    with pytest.raises(Exception, match="another pack"):
        registry.enroller.step()
    monkeypatch.setattr(registry.enroller._photos, "keep", keep)
    registry.settle()
    with registry.database.read() as session:
        query = select(Template.pack).where(Template.employee_id == "tono").distinct()
        assert session.scalars(query).all() == ["standard"]


def test_loop_works_off_what_waits_and_ends(registry: Registry) -> None:
    sent = registry.send()
    stop = threading.Event()
    thread = threading.Thread(target=registry.enroller.run, args=(stop,))
    thread.start()
    for _ in range(600):
        if registry.waiting():
            break
        registry.enroller.wake()
        stop.wait(0.05)
    stop.set()
    registry.enroller.wake()
    thread.join(30)
    assert not thread.is_alive()
    assert registry.standing(sent).outcome == "waiting"
    assert [person.photos for person in registry.waiting()] == [3]


def test_refused_double_found_late_leaves_no_picture_behind(
    registry: Registry, monkeypatch: pytest.MonkeyPatch, clock: SettableClock
) -> None:
    """Another hub enrols the same face between our look and our commit."""
    sent = registry.send()
    keep = registry.enroller._photos.keep
    rival = registry.open_enroller()
    done: list[bool] = []

    def keep_late(photo: Photo) -> str:
        if not done:
            done.append(True)
            registry.send(((1, 7), (1, 8)), person=None, name="Rina")
            rival.step()
        return keep(photo)

    monkeypatch.setattr(registry.enroller._photos, "keep", keep_late)
    clock.advance(timedelta(seconds=1).total_seconds())
    registry.enroller.step()
    assert "sudah terdaftar sebagai Rina" in refused(registry.standing(sent))
    assert len(registry.files()) == 2


def test_more_pictures_than_a_statement_takes_may_wait_from_an_import(registry: Registry) -> None:
    registry.enrol()
    frames = range(1, 300_000)
    with registry.database.write() as session:
        assert list(origins_of(session, frames)) == ["tono"]
        assert len(frames_tied_to(session, "siti rahma", frames)) == 3
        session.execute(update(EnrolmentFrame).values(state="approved", approved_by="budi"))
        settle_by_pictures(session, frames, by="budi", now=registry.clock())
    assert [row.state for row in registry.rows()] == ["approved"]
