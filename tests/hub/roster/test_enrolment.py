"""Enrolment from folders and frames: who is enrolled, what is kept, what is said."""

from __future__ import annotations

import hashlib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pytest
from sqlalchemy import func, select

from contract.errors import BadInputError
from hub.db import Database
from hub.errors import EnrolmentError
from hub.roster.changes import current_revision
from hub.roster.enrolment import Enrolment
from hub.roster.gallery import load_people
from hub.roster.models import Employee, EnrolmentFrame, Membership, Template, Unit
from kiosk.recognizer.enrolment import PhotoFault
from tests.factories.journals import SettableClock


def picture(shade: int) -> Any:
    """A grey card: the stand-in for the recogniser below "recognises" its shade."""
    return np.full((40, 30, 3), shade, np.uint8)


def write_photo(path: Path, shade: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), picture(shade))
    return path


def embed_shade(_pack: object, photo: Any) -> Any:
    """Below 10 there is no face, below 20 there are several; otherwise the shade is the person."""
    shade = int(photo.mean())
    if shade < 10:
        return PhotoFault.NO_FACE
    if shade < 20:
        return PhotoFault.SEVERAL_FACES
    vector = np.zeros(128, np.float32)
    vector[shade % 128] = 1
    return SimpleNamespace(embedding=vector, quality=None)


@pytest.fixture
def enrolment(database: Database, tmp_path: Path, clock: SettableClock, monkeypatch: pytest.MonkeyPatch) -> Enrolment:
    monkeypatch.setattr("hub.roster.enrolment.embed_photo", embed_shade)
    pack: Any = SimpleNamespace(name="builtin", curve=None)
    return Enrolment(
        database=database, data_folder=tmp_path / "data", pack=pack, author="siti", approved_by="budi", now=clock
    )


def count(database: Database, model: type) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_folder_enrols_each_person_with_all_photos(database: Database, enrolment: Enrolment, tmp_path: Path) -> None:
    for number in range(6):
        write_photo(tmp_path / "photos" / "Siti_Aminah" / f"{number}.png", 100 + number)
    write_photo(tmp_path / "photos" / "Budi" / "1.jpg", 200)
    (tmp_path / "photos" / "Budi" / "notes.txt").write_text("no photo")
    progress: list[tuple[int, int, str]] = []
    report = enrolment.enrol_folder(tmp_path / "photos", progress=lambda *seen: progress.append(seen))
    assert [(person.name, person.added, person.total, person.is_thin) for person in report.people] == [
        ("Budi", 1, 1, True),
        ("Siti Aminah", 6, 6, False),
    ]
    assert (report.skipped, report.nobody) == ([], [])
    assert progress[-1] == (7, 7, "Siti Aminah")
    with database.read() as session:
        people = load_people(session.connection(), [person.person_id for person in report.people], "builtin")
        assert sorted(person.count for person in people) == [1, 6]
        [unit] = session.scalars(select(Unit)).all()
        assert unit.name == "Kantor"
        assert count(database, Membership) == 2
        frame = session.scalars(select(EnrolmentFrame)).first()
        assert frame is not None
        assert (frame.state, frame.added_by, frame.approved_by) == ("approved", "siti", "budi")


def test_original_bytes_are_kept_by_their_hash(database: Database, enrolment: Enrolment, tmp_path: Path) -> None:
    photo = write_photo(tmp_path / "photos" / "Budi" / "1.jpg", 200)
    enrolment.enrol_folder(tmp_path / "photos")
    digest = hashlib.sha256(photo.read_bytes()).hexdigest()
    kept = tmp_path / "data" / "enrolment" / digest[:2] / f"{digest}.jpg"
    assert kept.read_bytes() == photo.read_bytes()
    with database.read() as session:
        frame = session.scalars(select(EnrolmentFrame)).one()
    assert (frame.sha256, frame.file, frame.origin_name) == (digest, f"{digest[:2]}/{digest}.jpg", "1.jpg")


def test_same_folder_again_adds_nothing(database: Database, enrolment: Enrolment, tmp_path: Path) -> None:
    write_photo(tmp_path / "photos" / "Budi" / "1.png", 200)
    write_photo(tmp_path / "photos" / "Budi" / "copy.png", 200)
    first = enrolment.enrol_folder(tmp_path / "photos")
    with database.read() as session:
        revision = current_revision(session.connection())
    again = enrolment.enrol_folder(tmp_path / "photos")
    assert [(person.added, person.known, person.total) for person in first.people] == [(1, 1, 1)]
    assert [(person.added, person.known, person.total) for person in again.people] == [(0, 2, 1)]
    assert again.people[0].person_id == first.people[0].person_id
    assert count(database, Template) == 1
    with database.read() as session:
        assert current_revision(session.connection()) == revision


def test_new_photos_of_a_known_person_are_added(database: Database, enrolment: Enrolment, tmp_path: Path) -> None:
    write_photo(tmp_path / "one" / "Budi" / "1.png", 200)
    write_photo(tmp_path / "two" / "Budi" / "1.png", 201)
    first = enrolment.enrol_folder(tmp_path / "one")
    second = enrolment.enrol_folder(tmp_path / "two")
    assert second.people[0].person_id == first.people[0].person_id
    assert second.people[0].total == 2
    assert count(database, Employee) == 1


def test_same_name_in_another_unit_is_somebody_else(
    database: Database, enrolment: Enrolment, tmp_path: Path, clock: SettableClock
) -> None:
    write_photo(tmp_path / "one" / "Budi" / "1.png", 200)
    write_photo(tmp_path / "two" / "Budi" / "1.png", 201)
    enrolment.enrol_folder(tmp_path / "one")
    pack: Any = SimpleNamespace(name="builtin", curve=None)
    other = Enrolment(
        database=database, data_folder=tmp_path / "data", pack=pack, author="siti", unit="Kecamatan", now=clock
    )
    other.enrol_folder(tmp_path / "two")
    assert count(database, Employee) == 2


def test_photos_that_cannot_be_used_are_reported_in_words(
    database: Database, enrolment: Enrolment, tmp_path: Path
) -> None:
    folder = tmp_path / "photos"
    write_photo(folder / "Budi" / "good.png", 200)
    write_photo(folder / "Budi" / "nobody.png", 0)
    write_photo(folder / "Budi" / "crowd.png", 15)
    (folder / "Budi" / "broken.jpg").write_bytes(b"\xff\xd8 no picture")
    (folder / "Budi" / "empty.png").write_bytes(b"")
    write_photo(folder / "Tanpa_Wajah" / "1.png", 0)
    (folder / "Kosong").mkdir()
    report = enrolment.enrol_folder(folder)
    assert [person.name for person in report.people] == ["Budi"]
    assert {(photo.person, photo.photo) for photo in report.skipped} == {
        ("Budi", "nobody.png"),
        ("Budi", "crowd.png"),
        ("Budi", "broken.jpg"),
        ("Budi", "empty.png"),
        ("Tanpa Wajah", "1.png"),
    }
    assert all("(" in photo.words for photo in report.skipped)
    assert report.nobody == ["Kosong", "Tanpa Wajah"]
    assert count(database, Employee) == 1


def test_folder_without_a_usable_face_names_the_folder(
    database: Database, enrolment: Enrolment, tmp_path: Path
) -> None:
    write_photo(tmp_path / "photos" / "Budi" / "1.png", 0)
    with pytest.raises(EnrolmentError, match="photos"):
        enrolment.enrol_folder(tmp_path / "photos")
    assert count(database, Employee) == 0


def test_folder_that_is_none_or_empty_names_it(enrolment: Enrolment, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "people" / "Budi").mkdir(parents=True)
    for folder in ("nowhere", "empty", "people"):
        with pytest.raises(BadInputError, match=folder):
            enrolment.enrol_folder(tmp_path / folder)


def test_frames_enrol_one_person(database: Database, enrolment: Enrolment) -> None:
    report = enrolment.enrol_frames("Siti", [picture(100 + number) for number in range(5)])
    assert [(person.name, person.total, person.is_thin) for person in report.people] == [("Siti", 5, False)]
    with database.read() as session:
        assert {frame.origin for frame in session.scalars(select(EnrolmentFrame))} == {"webcam"}
    with pytest.raises(EnrolmentError, match="Siti"):
        enrolment.enrol_frames("Siti", [picture(0)])


def test_person_is_stored_as_a_whole_or_not_at_all(
    database: Database, enrolment: Enrolment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_photo(tmp_path / "photos" / "Budi" / "1.png", 200)

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("power cut")

    with monkeypatch.context() as patch:
        patch.setattr("hub.roster.enrolment.count_templates", fail)
        with pytest.raises(RuntimeError):
            enrolment.enrol_folder(tmp_path / "photos")
    assert (count(database, Employee), count(database, Template), count(database, EnrolmentFrame)) == (0, 0, 0)
    assert enrolment.enrol_folder(tmp_path / "photos").added == 1


def test_another_pack_gets_templates_of_its_own_for_the_same_photos(
    database: Database, enrolment: Enrolment, tmp_path: Path, clock: SettableClock
) -> None:
    write_photo(tmp_path / "photos" / "Budi" / "1.png", 200)
    enrolment.enrol_folder(tmp_path / "photos")
    pack: Any = SimpleNamespace(name="standard", curve=None)
    other = Enrolment(database=database, data_folder=tmp_path / "data", pack=pack, author="wati", now=clock)
    [person] = other.enrol_folder(tmp_path / "photos").people
    # Two people have approved this photo already: its template of another pack needs no third.
    assert (person.added, person.total, person.waiting) == (1, 1, 0)
    assert (count(database, Employee), count(database, EnrolmentFrame), count(database, Template)) == (1, 1, 2)


def test_withdrawn_photo_that_is_enrolled_again_counts_again(
    database: Database, enrolment: Enrolment, tmp_path: Path
) -> None:
    write_photo(tmp_path / "photos" / "Budi" / "1.png", 200)
    enrolment.enrol_folder(tmp_path / "photos")
    with database.write() as session:
        session.query(EnrolmentFrame).update({"state": "withdrawn", "approved_by": None})
    [person] = enrolment.enrol_folder(tmp_path / "photos").people
    assert (person.added, person.total) == (1, 1)
    assert count(database, Template) == 1


def test_photo_store_that_cannot_be_written_says_so(database: Database, enrolment: Enrolment, tmp_path: Path) -> None:
    write_photo(tmp_path / "photos" / "Budi" / "1.png", 200)
    (tmp_path / "data").write_text("a file where the folder should be")
    with pytest.raises(BadInputError, match=r"1\.png"):
        enrolment.enrol_folder(tmp_path / "photos")
    assert count(database, Employee) == 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_real_faces_are_enrolled(database: Database, shared: Path, tmp_path: Path, clock: SettableClock) -> None:
    from kiosk.recognizer.packs.pack import open_pack

    enrolment = Enrolment(
        database=database,
        data_folder=tmp_path / "data",
        pack=open_pack("builtin"),
        author="siti",
        approved_by="budi",
        now=clock,
    )
    report = enrolment.enrol_folder(shared / "data" / "faces" / "demo")
    assert len(report.people) >= 2
    with database.read() as session:
        people = load_people(session.connection(), [person.person_id for person in report.people], "builtin")
    assert len(people) == len(report.people)
    for person in people:
        vectors = np.frombuffer(person.embeddings, "<f4").reshape(person.count, 128)
        assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)
