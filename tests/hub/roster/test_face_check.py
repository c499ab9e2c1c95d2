"""One face under two names, and one name with two faces: refused at enrolment, with the other's name."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pytest
from sqlalchemy import func, select

from contract.signing import SigningKey
from hub.db import Database
from hub.errors import EnrolmentError
from hub.fleet.models import Kiosk
from hub.roster.approval import list_waiting, refuse
from hub.roster.enrolment import Enrolment
from hub.roster.models import Employee, EnrolmentFrame, StoredCalibration
from hub.roster.thresholds import staff_threshold
from kiosk.recognizer.decision import ThresholdCurve
from tests.factories.journals import SettableClock
from tests.factories.people import add_kiosk_row

CURVE = ThresholdCurve((1, 10, 1000), (0.6, 0.7, 0.8))
TODAY = date(2026, 11, 2)


def face(person: int, frame: int) -> Any:
    """A picture that the stand-in below sees as frame number `frame` of a person."""
    return np.full((4, 4, 3), (person, frame, 0), np.uint8)


def embed_face(_pack: object, picture: Any) -> Any:
    """Frames of one person have a cosine of about 0.9, those of two people of 0."""
    person, frame = int(picture[0, 0, 0]), int(picture[0, 0, 1])
    noise = np.random.default_rng(1000 * person + frame).standard_normal(64)
    vector = np.zeros(128, np.float32)
    vector[person] = np.sqrt(0.9)
    vector[64:] = np.sqrt(0.1) * noise / np.linalg.norm(noise)
    return SimpleNamespace(embedding=vector, quality=None)


Enrol = Callable[..., Any]


@pytest.fixture
def enrol(database: Database, tmp_path: Path, clock: SettableClock, monkeypatch: pytest.MonkeyPatch) -> Enrol:
    """Enrol a name with pictures of [(person, frame), …]; returns the report."""
    monkeypatch.setattr("hub.roster.enrolment.embed_photo", embed_face)

    def call(name: str, *faces: tuple[int, int], curve: ThresholdCurve | None = CURVE, **changes: Any) -> Any:
        pack: Any = SimpleNamespace(name="builtin", curve=curve)
        options = {"author": "siti", "approved_by": "budi", "now": clock} | changes
        enrolment = Enrolment(database=database, data_folder=tmp_path / "data", pack=pack, **options)
        return enrolment.enrol_frames(name, [face(*each) for each in faces])

    return call


def frames_of(person: int, *numbers: int) -> list[tuple[int, int]]:
    return [(person, number) for number in numbers or range(5)]


def names(database: Database) -> set[str]:
    with database.read() as session:
        return set(session.scalars(select(Employee.name)))


def kept_files(tmp_path: Path) -> int:
    return sum(path.is_file() for path in (tmp_path / "data").rglob("*"))


# One face under two names ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("approved_by", ["budi", None])
def test_face_that_is_enrolled_under_another_name_is_refused(
    database: Database, enrol: Enrol, tmp_path: Path, approved_by: str | None
) -> None:
    """Also while the other one still waits for approval."""
    enrol("Rina", *frames_of(1), approved_by=approved_by)
    before = kept_files(tmp_path)
    with pytest.raises(EnrolmentError, match=r"terdaftar sebagai Rina \(Kantor\).*enrolled already as Rina \(Kantor\)"):
        enrol("Wati", *frames_of(1, 11, 12, 13))
    assert names(database) == {"Rina"}
    assert kept_files(tmp_path) == before, "nothing of somebody who was not enrolled is kept"


def calibrated(database: Database, clock: SettableClock, threshold: float | None, **changes: Any) -> None:
    """What a night's calibration would have stored for a kiosk."""
    values: dict[str, Any] = {
        "device": "kiosk-1", "pack": "builtin", "threshold": threshold, "scale": 0.01, "target": 1e-3, "people": 100,
        "gallery": 100, "frames": 5, "estimator": "a test", "made_at": clock(), "made_by": "t",
    }  # fmt: skip
    values |= changes
    with database.read() as session:
        known = session.get(Kiosk, values["device"]) is not None
    if not known:
        add_kiosk_row(database, values["device"], SigningKey.generate().verify_key)
    with database.write() as session:
        session.add(StoredCalibration(**values))


def test_hubs_own_calibration_decides_where_there_is_one(
    database: Database, enrol: Enrol, clock: SettableClock
) -> None:
    """At 0.99 nobody is taken for anybody; the newest calibration counts, and another pack's says nothing."""
    enrol("Rina", *frames_of(1))
    calibrated(database, clock, 0.5)
    calibrated(database, clock, 0.99)
    calibrated(database, clock, 0.5, pack="another")
    enrol("Wati", *frames_of(1, 11, 12, 13))
    assert names(database) == {"Rina", "Wati"}


def test_card_decides_when_the_last_night_had_too_few_people(
    database: Database, enrol: Enrol, clock: SettableClock
) -> None:
    enrol("Rina", *frames_of(1))
    calibrated(database, clock, 0.99)
    calibrated(database, clock, None)
    with pytest.raises(EnrolmentError, match="enrolled already as Rina"):
        enrol("Wati", *frames_of(1, 11, 12, 13))


def test_kiosk_that_knows_most_people_decides_and_more_people_raise_it(
    database: Database, clock: SettableClock
) -> None:
    calibrated(database, clock, 0.4, device="kiosk-small", gallery=20)
    calibrated(database, clock, 0.6, device="kiosk-lobby", gallery=200)
    with database.read() as session:
        connection = session.connection()
        assert staff_threshold(connection, "builtin", people=10) == 0.6
        assert staff_threshold(connection, "builtin", people=200) == 0.6
        assert staff_threshold(connection, "builtin", people=400) == pytest.approx(0.6 + 0.01 * np.log(2))
        assert staff_threshold(connection, "builtin", people=10**9) <= 1.0
        assert staff_threshold(connection, "another", people=10) is None


def test_face_is_found_in_another_unit_as_well(database: Database, enrol: Enrol) -> None:
    enrol("Rina", *frames_of(1), unit="Dinas")
    with pytest.raises(EnrolmentError, match=r"Rina \(Dinas\)"):
        enrol("Rina", *frames_of(1, 11, 12, 13), unit="Kecamatan")
    assert names(database) == {"Rina"}


def test_second_of_two_names_in_one_folder_is_refused_and_the_others_are_enrolled(
    database: Database, enrol: Enrol, tmp_path: Path, clock: SettableClock
) -> None:
    for name, person in (("Adi", 1), ("Budi", 2), ("Cici", 1)):
        (tmp_path / "photos" / name).mkdir(parents=True)
        for number in range(3):
            # Other frames of the same face, not the same photos.
            picture = face(person, 10 * ord(name[0]) % 200 + number)
            assert cv2.imwrite(str(tmp_path / "photos" / name / f"{number}.png"), picture)
    pack: Any = SimpleNamespace(name="builtin", curve=CURVE)
    enrolment = Enrolment(database=database, data_folder=tmp_path / "data", pack=pack, author="siti", now=clock)
    report = enrolment.enrol_folder(tmp_path / "photos")
    assert [person.name for person in report.people] == ["Adi", "Budi"]
    [refused] = report.refused
    assert (refused.name, refused.double_of) == ("Cici", report.people[0].person_id)
    assert refused.similarity is not None
    assert refused.threshold == CURVE.at(10)
    assert refused.similarity > refused.threshold


def test_somebody_else_is_enrolled(database: Database, enrol: Enrol) -> None:
    enrol("Rina", *frames_of(1))
    report = enrol("Wati", *frames_of(2))
    assert (report.refused, report.compared) == ([], True)
    assert names(database) == {"Rina", "Wati"}


def test_further_photos_of_the_same_person_are_no_double(database: Database, enrol: Enrol) -> None:
    enrol("Rina", *frames_of(1))
    assert enrol("Rina", *frames_of(1, 11, 12)).people[0].total == 7


def test_lookalike_is_enrolled_when_somebody_answers_for_it(database: Database, enrol: Enrol) -> None:
    rina = enrol("Rina", *frames_of(1)).people[0]
    twin = enrol("Rani", *frames_of(1, 11, 12, 13), allow_lookalike=True, author="agus", approved_by=None).people[0]
    with database.read() as session:
        frames = session.scalars(select(EnrolmentFrame).where(EnrolmentFrame.employee_id == twin.person_id)).all()
    assert {(frame.resembles, frame.lookalike_allowed_by) for frame in frames} == {(rina.person_id, "agus")}
    [waiting] = list_waiting(database, TODAY)
    assert (waiting.name, waiting.resembles, waiting.lookalike_allowed_by) == ("Rani", "Rina", "agus")
    # What was said once holds for further photos of either.
    assert enrol("Rani", *frames_of(1, 21)).people[0].added == 1
    assert enrol("Rina", *frames_of(1, 22)).people[0].added == 1
    with pytest.raises(EnrolmentError, match=r"terdaftar sebagai R"):
        enrol("Orang Ketiga", *frames_of(1, 31, 32, 33))


def test_somebody_who_looks_like_nobody_is_noted_as_no_lookalike(database: Database, enrol: Enrol) -> None:
    enrol("Rina", *frames_of(1), allow_lookalike=True)
    with database.read() as session:
        assert set(session.scalars(select(EnrolmentFrame.resembles))) == {None}


def test_face_that_was_refused_is_free_again(database: Database, enrol: Enrol, clock: SettableClock) -> None:
    ghost = enrol("Hantu", *frames_of(1), approved_by=None).people[0]
    refuse(database, ghost.person_id, by="budi", reason="nobody knows him", now=clock())
    assert enrol("Rina", *frames_of(1, 11, 12, 13)).people[0].added == 3


def test_face_that_was_refused_meanwhile_is_free_for_an_enrolment_under_way(
    database: Database, enrol: Enrol, tmp_path: Path, clock: SettableClock
) -> None:
    pack: Any = SimpleNamespace(name="builtin", curve=CURVE)
    long_lived = Enrolment(database=database, data_folder=tmp_path / "data", pack=pack, author="siti", now=clock)
    ghost = long_lived.enrol_frames("Hantu", [face(*each) for each in frames_of(1)]).people[0]
    with pytest.raises(EnrolmentError):
        long_lived.enrol_frames("Rina", [face(*each) for each in frames_of(1, 11, 12, 13)])
    refuse(database, ghost.person_id, by="budi", reason="nobody knows him", now=clock())
    assert long_lived.enrol_frames("Rina", [face(*each) for each in frames_of(1, 11, 12, 13)]).added == 3


def test_double_that_was_enrolled_by_another_process_meanwhile_is_refused(
    database: Database, enrol: Enrol, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between looking and storing: the look inside the transaction finds it, and nothing of the person is stored."""
    from hub.roster.photos import Photo, PhotoStore

    keep = PhotoStore.keep
    intruding: list[bool] = []

    def intrude(store: PhotoStore, photo: Photo) -> str:
        if not intruding:
            intruding.append(True)
            enrol("Rina", *frames_of(1))
        return keep(store, photo)

    monkeypatch.setattr(PhotoStore, "keep", intrude)
    with pytest.raises(EnrolmentError, match="Rina"):
        enrol("Wati", *frames_of(1, 11, 12, 13))
    assert names(database) == {"Rina"}


# One name with two faces ----------------------------------------------------------------------------------------------


def test_photo_of_somebody_else_is_left_out_with_words(database: Database, enrol: Enrol) -> None:
    report = enrol("Rina", *frames_of(1, 1, 2, 3, 4), (2, 1))
    assert (report.people[0].added, [photo.photo for photo in report.skipped]) == (4, ["004.png"])
    assert "unlike" in report.skipped[0].words
    assert "tidak mirip" in report.skipped[0].words
    assert enrol("Wati", *frames_of(2, 2, 3, 4)).added == 3, "the photo that was left out counts nowhere"


def test_photos_of_two_people_in_equal_parts_are_refused(database: Database, enrol: Enrol, tmp_path: Path) -> None:
    with pytest.raises(EnrolmentError, match="do not show one person"):
        enrol("Rina", *frames_of(1, 1, 2, 3), *frames_of(2, 1, 2, 3))
    assert (names(database), kept_files(tmp_path)) == (set(), 0)


@pytest.mark.parametrize("own", [2, 5])
@pytest.mark.parametrize("foreign", [2, 5, 9])
def test_face_of_a_colleague_cannot_be_added_to_somebody_who_is_enrolled(
    database: Database, enrol: Enrol, own: int, foreign: int
) -> None:
    """However many photos there are: whoever is enrolled already is not outvoted."""
    enrol("Rina", *frames_of(1, *range(own)))
    with pytest.raises(EnrolmentError, match="not the one who is enrolled under this name"):
        enrol("Rina", *frames_of(2, *range(foreign)))
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(EnrolmentFrame)) == own


# Without thresholds ---------------------------------------------------------------------------------------------------


def test_pack_without_thresholds_compares_nobody_and_says_so(database: Database, enrol: Enrol) -> None:
    enrol("Rina", *frames_of(1), curve=None)
    report = enrol("Wati", *frames_of(1, 11, 12, 13), curve=None)
    assert not report.compared
    assert names(database) == {"Rina", "Wati"}


def test_very_same_photo_under_two_names_is_refused_even_so(database: Database, enrol: Enrol) -> None:
    enrol("Rina", *frames_of(1), curve=None)
    with pytest.raises(EnrolmentError, match=r"enrolled already as Rina"):
        enrol("Wati", (2, 7), (1, 3), curve=None)
    assert names(database) == {"Rina"}


# Real faces -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("name", "missed"), [("builtin", {"alex lacamoire two"}), ("evaluation", set())], ids=["builtin", "evaluation"]
)
def test_real_face_under_two_names_is_refused(
    database: Database, shared: Path, tmp_path: Path, clock: SettableClock, models: Path, name: str, missed: set[str]
) -> None:
    """The weak pack misses one of the three, whose photos lie years apart."""
    from kiosk.recognizer.packs.pack import open_pack

    faces = shared / "data" / "faces" / "demo"
    halves = {
        "obama": ("obama.jpg", "obama2.jpg"),
        "kit_harington": ("john1.jpeg",),
        "alex_lacamoire": ("alex-lacamoire.png",),
    }
    for person, first in halves.items():
        for file in (faces / person).iterdir():
            half = "one" if file.name in first else "two"
            to = tmp_path / half / f"{person}_{half}" / file.name
            to.parent.mkdir(parents=True, exist_ok=True)
            to.write_bytes(file.read_bytes())
    # Somebody to fall back on: a folder in which nobody can be enrolled is an error.
    shutil.copytree(faces / "biden", tmp_path / "two" / "biden")
    enrolment = Enrolment(
        database=database, data_folder=tmp_path / "data", pack=open_pack(name), author="siti", now=clock
    )
    assert len(enrolment.enrol_folder(tmp_path / "one").people) == 3
    report = enrolment.enrol_folder(tmp_path / "two")
    assert {person.name for person in report.people} == {"biden"} | missed
    assert {person.name for person in report.refused} == {
        "obama two", "kit harington two", "alex lacamoire two"
    } - missed  # fmt: skip
