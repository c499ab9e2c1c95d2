"""What becomes of an enrolment from a kiosk that is as it should be: proposed, approved, on the roster."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select

from contract.enrolment import EnrolmentStanding
from hub.attendance.due import DueDays
from hub.attendance.models import DirtyDay
from hub.roster.approval import approve, refuse
from hub.roster.enrolment import Enrolment
from hub.roster.kiosk_enrolment_models import SealedPart
from hub.roster.models import Employee, EmploymentChange, EnrolmentFrame, Template
from hub.roster.newcomers import NOT_YET
from hub.roster.overview import list_employees
from hub.roster.photos import Photo
from tests.factories.flat_faces import embed_flat, flat_jpeg, flat_pack
from tests.factories.journals import NOON, SettableClock

from .conftest import TODAY, Registry


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
