"""What becomes of an enrolment from a kiosk: looked at, proposed or refused, and told to the kiosk."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from contract.enrolment import EnrolmentStanding
from contract.sealing import OpeningKey
from hub.access.accounts import add_account, link_account
from hub.access.roles import Role
from hub.attendance.due import DueDays
from hub.attendance.models import DirtyDay
from hub.db import Database, open_database
from hub.errors import EnrolmentError
from hub.fleet.kiosks import revoke_kiosk
from hub.fleet.models import Alarm
from hub.ingest.enrolments import EnrolmentRecorder
from hub.roster import kiosk_enroller
from hub.roster.approval import approve, list_waiting, people_tied_to, refuse
from hub.roster.deployment import deploy
from hub.roster.enrol_key import offer_enrol_key
from hub.roster.enrolment import Enrolment
from hub.roster.enrolment_standing import settle_by_pictures, standings_of
from hub.roster.kiosk_claims import LEASE, MOST_ATTEMPTS
from hub.roster.kiosk_enroller import KioskEnroller
from hub.roster.kiosk_enrolment_models import KioskEnrolment, KioskPicture, SealedPart
from hub.roster.kiosk_origin import frames_tied_to, origins_of
from hub.roster.models import Employee, EmploymentChange, EnrolmentFrame, Membership, Template
from hub.roster.newcomers import NOT_YET
from hub.roster.operators import add_operator, end_operator
from hub.roster.overview import list_employees
from hub.roster.photos import Photo
from hub.roster.terms import set_employment
from kiosk.errors import PackError
from tests.factories.enrolments import SentEnrolment
from tests.factories.flat_faces import embed_flat, flat_jpeg, flat_pack
from tests.factories.journals import NOON, SettableClock
from tests.factories.people import add_employee, add_unit

TODAY = date(2026, 11, 2)
KEY = OpeningKey.generate()


class KilledError(BaseException):
    """What a test raises where the power goes."""


class Registry:
    """A kiosk's enrolments from the message to the roster: siti is its operator, tono is not enrolled yet."""

    def __init__(self, database: Database, hub_key: Any, clock: SettableClock, kiosk: Any, folder: Path) -> None:
        self.database, self.clock, self.kiosk, self.folder = database, clock, kiosk, folder
        self.unit = add_unit(database, "Dinas")
        add_employee(database, "siti", unit=self.unit, name="Siti Rahma, S.E.")
        add_employee(database, "tono", unit=self.unit, name="Tono Hadi", frames=0)
        kiosk.register(unit_id=self.unit)
        offer_enrol_key(database, KEY.seal_key.text, by="hub", now=clock())
        add_operator(database, "siti", self.unit, first=date(2026, 1, 1), by="bkpp", now=clock())
        self.recorder = EnrolmentRecorder(database=database, hub_key=hub_key, opening_key=KEY, now=clock)
        self.enroller = self.open_enroller()

    def open_enroller(self, database: Database | None = None, **changes: Any) -> KioskEnroller:
        options: dict[str, Any] = {
            "database": database or self.database,
            "data_folder": self.folder,
            "opening_key": KEY,
            "initial_pack": "builtin",
            "now": self.clock,
            "open_": flat_pack,
        }
        return KioskEnroller(**(options | changes))

    def send(
        self, faces: Iterable[tuple[int, int]] = ((1, 0), (1, 1), (1, 2)), *, complete: bool = True, **changes: Any
    ) -> SentEnrolment:
        """Let an enrolment come, but for its last part unless it is complete; faces: (person, frame)."""
        journal = self.kiosk.journal
        own: dict[str, Any] = {"key": journal.key, "epoch": journal.epoch, "device": journal.device}
        own |= {"seal_key": KEY.seal_key, "frames": [flat_jpeg(*face) for face in faces]}
        sent = SentEnrolment(**(own | changes))
        payloads = sent.payloads() if complete else sent.payloads()[:-1]
        assert self.recorder.record([(journal.device, payload) for payload in payloads])
        return sent

    def enrol(self, *faces: tuple[int, int], **changes: Any) -> EnrolmentStanding:
        """Let one come and be looked at; how it stands then."""
        sent = self.send(faces or ((1, 0), (1, 1), (1, 2)), **changes)
        self.settle()
        return self.standing(sent)

    def settle(self) -> None:
        while self.enroller.step():
            pass

    def standing(self, sent: SentEnrolment) -> EnrolmentStanding:
        with self.database.read() as session:
            [standing] = standings_of(session.connection(), sent.device, [sent.id])
        return standing

    def waiting(self) -> list[Any]:
        return list_waiting(self.database, TODAY)

    def count(self, model: type) -> int:
        with self.database.read() as session:
            return session.scalar(select(func.count()).select_from(model)) or 0

    def rows(self) -> list[KioskEnrolment]:
        with self.database.read() as session:
            return list(session.scalars(select(KioskEnrolment).order_by(KioskEnrolment.id)))

    def files(self) -> list[Path]:
        return sorted(path for path in self.folder.rglob("*") if path.is_file())


@pytest.fixture
def registry(
    database: Database, hub_key: Any, clock: SettableClock, kiosk: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Registry:
    monkeypatch.setattr("hub.roster.kiosk_proposal.embed_photo", embed_flat)
    monkeypatch.setattr("hub.roster.enrolment.embed_photo", embed_flat)
    return Registry(database, hub_key, clock, kiosk, tmp_path / "data")


# What passes ----------------------------------------------------------------------------------------------------------


def test_known_person_waits_for_a_second_person_and_then_is_on_the_roster(registry: Registry, kiosk: Any) -> None:
    kiosk.update()
    assert kiosk.named == {"tono"}
    sent = registry.send()
    assert registry.standing(sent).outcome == "waiting"
    assert registry.waiting() == []
    registry.settle()
    assert registry.standing(sent) == EnrolmentStanding(id=sent.id, outcome="waiting", held=(1, 2, 3))
    assert registry.count(SealedPart) == 0
    [person] = registry.waiting()
    assert (person.person_id, person.photos, person.added_by) == ("tono", 3, ("Siti Rahma, S.E.",))
    [origin] = person.kiosk
    assert (origin.device, origin.operator, origin.photos) == ("kiosk-1", "Siti Rahma, S.E.", 3)
    assert (origin.consent_wording, origin.consent_language, origin.consented_at) == ("2026-11", "id", NOON)
    assert (origin.poses, origin.is_new, origin.namesake) == (("ahead", "left", "right"), False, False)
    kiosk.update()
    assert kiosk.people == {"siti": 1}
    approve(registry.database, ["tono"], by="budi", now=registry.clock())
    assert registry.standing(sent).outcome == "approved"
    kiosk.update()
    assert (kiosk.people, kiosk.named) == ({"siti": 1, "tono": 3}, set())
    with registry.database.read() as session:
        [template] = session.scalars(select(Template).where(Template.employee_id == "tono").limit(1))
        assert template.embedding == embed_flat(None, Photo("x", flat_jpeg(1, 0)).decode()).embedding.tobytes()
        frames = session.scalars(select(EnrolmentFrame).where(EnrolmentFrame.employee_id == "tono")).all()
        assert {(frame.origin, frame.added_by, frame.approved_by) for frame in frames} == {
            ("kiosk", "Siti Rahma, S.E.", "budi")
        }
        assert {path.name for path in registry.files()} == {f"{frame.sha256}.jpg" for frame in frames}


def test_somebody_new_is_nobody_anywhere_before_approval_and_employed_from_that_day(
    registry: Registry, kiosk: Any, clock: SettableClock
) -> None:
    kiosk.update()
    sent = registry.send(person=None, name="Rina Wulandari")
    registry.settle()
    [person] = registry.waiting()
    assert (person.name, person.unit) == ("Rina Wulandari", "Dinas")
    assert (person.kiosk[0].is_new, person.kiosk[0].namesake) == (True, False)
    assert kiosk.update() == []
    clock.advance(86_400)
    DueDays(registry.database).mark(clock())
    with registry.database.read() as session:
        assert person.person_id not in set(session.scalars(select(DirtyDay.employee_id)))
    approve(registry.database, [person.person_id], by="budi", now=clock())
    kiosk.update()
    assert kiosk.people == {"siti": 1, person.person_id: 3}
    assert kiosk.known[person.person_id].name == "Rina Wulandari"
    assert kiosk.known[person.person_id].hours
    assert registry.standing(sent).outcome == "approved"
    with registry.database.read() as session:
        employee = session.get_one(Employee, person.person_id)
        assert (employee.employed_from, employee.created_by) == (date(2026, 11, 3), "Siti Rahma, S.E.")
        change = session.scalars(select(EmploymentChange)).one()
        assert (change.set_by, change.before["employed_from"]) == ("budi", NOT_YET.isoformat())
    DueDays(registry.database).mark(clock())
    with registry.database.read() as session:
        query = select(DirtyDay.work_date).where(DirtyDay.employee_id == person.person_id)
        assert session.scalars(query).all() == [date(2026, 11, 3)]


def test_somebody_new_who_is_approved_on_the_same_day_has_hours_at_once(registry: Registry, kiosk: Any) -> None:
    kiosk.update()
    registry.enrol(person=None, name="Rina")
    kiosk.update()
    person = registry.waiting()[0].person_id
    approve(registry.database, [person], by="budi", now=registry.clock())
    kiosk.update()
    kiosk.update()
    assert kiosk.known[person].hours


def test_somebody_new_who_is_refused_stays_nobody(registry: Registry, kiosk: Any) -> None:
    kiosk.update()
    sent = registry.send(person=None, name="Hantu")
    registry.settle()
    [person] = registry.waiting()
    assert "Hantu" in {line.name for line in list_employees(registry.database, TODAY)}
    refuse(registry.database, person.person_id, by="budi", reason="tidak ada orang ini", now=registry.clock())
    standing = registry.standing(sent)
    assert (standing.outcome, standing.held) == ("refused", ())
    assert standing.reason == "Ditolak oleh budi: tidak ada orang ini (Refused by budi.)"
    assert kiosk.update() == []
    assert "Hantu" not in {line.name for line in list_employees(registry.database, TODAY)}
    # Somebody enrols the same name from photographs, with a second person beside: now they are somebody.
    enrolment = Enrolment(
        database=registry.database,
        data_folder=registry.folder,
        pack=flat_pack("builtin"),
        author="ani",
        approved_by="budi",
        unit="Dinas",
        now=registry.clock,
    )
    enrolment.enrol_frames("Hantu", [Photo("x", flat_jpeg(2, number)).decode() for number in range(2)])  # type: ignore[misc]
    kiosk.update()
    assert kiosk.people[person.person_id] == 2


def test_person_who_is_enrolled_gets_further_pictures_and_keeps_the_old_ones(registry: Registry, kiosk: Any) -> None:
    registry.enrol((1, 0), (1, 1), (1, 2))
    approve(registry.database, ["tono"], by="budi", now=registry.clock())
    assert registry.enrol((1, 3), (1, 4)).outcome == "waiting"
    kiosk.update()
    assert kiosk.people["tono"] == 3
    approve(registry.database, ["tono"], by="budi", now=registry.clock())
    kiosk.update()
    assert kiosk.people["tono"] == 5
    again = registry.enrol((1, 3), (1, 4))
    assert (again.outcome, "enrolled already" in again.reason) == ("refused", True)
    assert [row.state for row in registry.rows()] == ["approved", "approved", "refused"]


def test_enrolment_ends_when_the_last_of_its_pictures_was_looked_at(registry: Registry) -> None:
    sent = registry.send()
    registry.settle()
    frames = registry.waiting()[0].frames
    refuse(registry.database, "tono", by="budi", reason="kabur", now=registry.clock(), frames=frames[:1])
    assert registry.standing(sent).outcome == "waiting"
    approve(registry.database, ["tono"], by="budi", now=registry.clock(), frames=frames[1:])
    assert registry.standing(sent).outcome == "approved"


def test_pictures_that_were_refused_once_may_come_again_in_another_enrolment(registry: Registry) -> None:
    first = registry.send()
    registry.settle()
    refuse(registry.database, "tono", by="budi", reason="kabur", now=registry.clock())
    second = registry.send()
    registry.settle()
    assert registry.waiting()[0].refused_before == "budi: kabur"
    approve(registry.database, ["tono"], by="budi", now=registry.clock())
    assert [registry.standing(each).outcome for each in (first, second)] == ["refused", "approved"]


def test_picture_of_somebody_else_among_them_is_left_out(registry: Registry) -> None:
    assert registry.enrol((1, 0), (1, 1), (1, 2), (2, 0), (0, 0)).outcome == "waiting"
    assert registry.waiting()[0].photos == 3
    assert len(registry.files()) == 3


# What is refused ------------------------------------------------------------------------------------------------------


def refused(standing: EnrolmentStanding) -> str:
    """The reason, which names both languages."""
    assert (standing.outcome, standing.held) == ("refused", ())
    assert standing.reason.rstrip().endswith(")")
    return standing.reason


def test_face_that_is_enrolled_under_another_name_is_refused_with_that_name(registry: Registry) -> None:
    registry.enrol(person=None, name="Rina Wulandari")
    reason = refused(registry.enrol((1, 5), (1, 6)))
    assert "sudah terdaftar sebagai Rina Wulandari (Dinas)" in reason
    assert "--allow" not in reason
    assert [person.name for person in registry.waiting()] == ["Rina Wulandari"]
    assert len(registry.files()) == 3


def test_pictures_of_several_people_and_of_nobody_are_refused(registry: Registry) -> None:
    assert "do not show one person" in refused(registry.enrol((1, 0), (1, 1), (2, 0), (2, 1)))
    assert "Tidak ada wajah" in refused(registry.enrol((0, 0), (0, 1)))
    assert (registry.files(), registry.waiting(), registry.count(SealedPart)) == ([], [], 0)


def test_nobody_enrols_themself(registry: Registry) -> None:
    assert "enrols themself" in refused(registry.enrol(person="siti"))


def test_only_operators_of_the_kiosk_enrol_and_only_its_people(registry: Registry) -> None:
    add_employee(registry.database, "budi", unit=registry.unit)
    stranger = add_employee(registry.database, "stranger", unit=add_unit(registry.database, "Kecamatan"))
    assert "no operator" in refused(registry.enrol(operator="budi"))
    assert "no operator" in refused(registry.enrol(operator="nobody"))
    assert "does not know" in refused(registry.enrol(person="nobody"))
    assert "does not belong" in refused(registry.enrol(person=stranger))


def test_operator_whom_the_kiosk_does_not_know_enrols_nobody(registry: Registry) -> None:
    add_employee(registry.database, "budi", unit=add_unit(registry.database, "Kecamatan"))
    add_operator(registry.database, "budi", registry.unit, first=date(2026, 1, 1), by="bkpp", now=registry.clock())
    assert "no operator" in refused(registry.enrol(operator="budi"))


def test_operator_counts_as_of_the_day_on_which_the_pictures_were_taken(
    registry: Registry, clock: SettableClock
) -> None:
    late = registry.send(person=None, name="Rina", taken_at=NOON)
    end_operator(registry.database, "siti", registry.unit, by="bkpp", now=clock())
    set_employment(registry.database, "siti", first=None, last=TODAY, by="bkpp", now=clock())
    clock.advance(86_400 * 3)
    registry.settle()
    assert registry.standing(late).outcome == "waiting"
    reason = refused(registry.enrol((2, 0), taken_at=clock()))
    assert "2026-11-05" in reason


def test_kiosk_that_was_revoked_meanwhile_enrols_nobody(registry: Registry) -> None:
    sent = registry.send()
    revoke_kiosk(registry.database, "kiosk-1")
    registry.settle()
    assert "revoked" in refused(registry.standing(sent))


def test_two_enrolments_of_one_newcomer_become_one_person(registry: Registry) -> None:
    first, second = (registry.send(((1, base), (1, base + 1)), person=None, name="Rina") for base in (0, 2))
    registry.settle()
    assert registry.standing(first).outcome == "waiting"
    assert "sudah terdaftar sebagai Rina" in refused(registry.standing(second))


def test_namesake_in_the_unit_is_told_to_whoever_approves(registry: Registry) -> None:
    registry.enrol(person=None, name="tono hadi")
    assert registry.waiting()[0].kiosk[0].namesake


# The second person ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "by",
    ["Siti Rahma, S.E.", "siti rahma", "siti.rahma", "SITI", "Tono Hadi", "tono-hadi"],
)
def test_neither_the_operator_nor_the_person_approves_under_any_known_spelling(registry: Registry, by: str) -> None:
    registry.enrol()
    assert people_tied_to(registry.database, registry.waiting(), by) == {"tono"}
    with pytest.raises(EnrolmentError, match="somebody else"):
        approve(registry.database, ["tono"], by=by, now=registry.clock())
    with pytest.raises(EnrolmentError, match="somebody else"):
        approve(registry.database, None, by=by, now=registry.clock())
    assert registry.waiting()[0].photos == 3


def test_account_that_is_linked_to_the_operator_approves_nothing_of_theirs(registry: Registry) -> None:
    for name in ("petugas1", "siti"):
        add_account(registry.database, username=name, password="kopi-tubruk-manis", role=Role.OPERATOR)
    add_employee(registry.database, "another", unit=registry.unit)
    link_account(registry.database, "petugas1", "siti")
    link_account(registry.database, "siti", "another")
    registry.enrol()
    with pytest.raises(EnrolmentError, match="somebody else"):
        approve(registry.database, ["tono"], by="Petugas1", now=registry.clock())
    # Another Siti, as her account says.
    assert approve(registry.database, ["tono"], by="siti", now=registry.clock())[0].photos == 3


def test_operator_may_take_it_back(registry: Registry) -> None:
    sent = registry.send()
    registry.settle()
    refuse(registry.database, "tono", by="siti rahma", reason="salah orang", now=registry.clock())
    assert registry.standing(sent).outcome == "refused"


# When the hub is killed, or cannot ------------------------------------------------------------------------------------


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
