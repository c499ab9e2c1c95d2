"""From photos to people whom kiosks can recognise.

Photos are looked at first, outside any transaction; then each person is stored as a whole, or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final, Literal
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hub.db import Database
from hub.errors import EnrolmentError
from hub.roster.changes import note_person
from hub.roster.employees import add_employee, ensure_unit, find_employee
from hub.roster.models import DEFAULT_TIMEZONE, DEFAULT_UNIT, EnrolmentFrame, Template, Unit
from hub.roster.photos import Photo, PhotoStore, list_people, read_photo
from kiosk.camera.frame import Pixels
from kiosk.recognizer.enrolment import PhotoFault, embed_photo
from kiosk.recognizer.pack import Pack

RECOMMENDED_FRAMES: Final = 5
"""Fewer enrol with a warning (DESIGN section 2, deciding)."""

Origin = Literal["folder", "webcam", "kiosk"]
Progress = Callable[[int, int, str], None]
"""Called with photos done, photos in all, and the name of the person."""


@dataclass(frozen=True, slots=True)
class SkippedPhoto:
    """A photo that was not used; `words` say why, in Indonesian and English."""

    person: str
    photo: str
    words: str


@dataclass(frozen=True, slots=True)
class EnrolledPerson:
    """What became of one person. added: new templates; known: photos enrolled before; total: templates now."""

    name: str
    person_id: str
    added: int
    known: int
    total: int

    @property
    def is_thin(self) -> bool:
        """Whether there are fewer frames than recommended."""
        return self.total < RECOMMENDED_FRAMES


@dataclass(slots=True)
class EnrolmentReport:
    """What an enrolment came to. nobody: people of whom no photo was usable; they were not enrolled."""

    people: list[EnrolledPerson] = field(default_factory=list)
    skipped: list[SkippedPhoto] = field(default_factory=list)
    nobody: list[str] = field(default_factory=list)

    @property
    def added(self) -> int:
        return sum(person.added for person in self.people)


@dataclass(frozen=True, slots=True)
class _Seen:
    """A usable photo. embedding None: it was enrolled before."""

    photo: Photo
    embedding: bytes | None


class Enrolment:
    """Enrols people into one hub.

    data_folder: where photos are kept. unit: made when it is not there. author: who did this; counts as approval too.
    """

    def __init__(
        self,
        *,
        database: Database,
        data_folder: Path,
        pack: Pack,
        author: str,
        unit: str = DEFAULT_UNIT,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._photos = PhotoStore(data_folder)
        self._pack = pack
        self._author = author
        self._unit = unit
        self._now = now

    def enrol_folder(self, folder: Path, *, progress: Progress = lambda _done, _all, _name: None) -> EnrolmentReport:
        """Enrol everybody in PERSON/photo; EnrolmentError names the folder when nobody can be enrolled from it."""
        people = list_people(folder)
        total = sum(len(files) for _, files in people)
        if total == 0:
            raise EnrolmentError(f"{folder} holds no photos; lay them out as {folder}/PERSON/photo.jpg.")
        report = EnrolmentReport()
        done = 0
        for name, files in people:
            seen: list[_Seen] = []
            known = self._known_photos(name)
            for file in files:
                seen += self._look(name, read_photo(file), file.name, known, report)
                done += 1
                progress(done, total, name)
            self._enrol(name, seen, "folder", report)
        if not report.people:
            raise EnrolmentError(
                f"No photo in {folder} shows a face that can be enrolled. {_first_words(report)}".strip()
            )
        return report

    def enrol_frames(self, name: str, frames: Sequence[Pixels], *, origin: Origin = "webcam") -> EnrolmentReport:
        """Enrol one person from BGR frames; EnrolmentError when none of them is usable."""
        report = EnrolmentReport()
        seen: list[_Seen] = []
        known = self._known_photos(name)
        for index, frame in enumerate(frames):
            photo = Photo.of_frame(frame, f"{index:03d}.png")
            seen += self._look(name, photo, photo.name, known, report)
        self._enrol(name, seen, origin, report)
        if not report.people:
            raise EnrolmentError(f"None of the pictures of {name} can be enrolled. {_first_words(report)}".strip())
        return report

    def _look(
        self, name: str, photo: Photo | None, file_name: str, known: set[str], report: EnrolmentReport
    ) -> list[_Seen]:
        """One usable photo, or none and a line in the report."""
        if photo is not None and photo.sha256 in known:
            return [_Seen(photo, None)]
        picture = photo.decode() if photo is not None else None
        if photo is None or picture is None:
            words = "Berkas tidak dapat dibaca sebagai foto. (The file cannot be read as a photo.)"
            report.skipped.append(SkippedPhoto(name, file_name, words))
            return []
        found = embed_photo(self._pack, picture)
        if isinstance(found, PhotoFault):
            words = f"{found.explain('id')} ({found.explain('en')})"
            report.skipped.append(SkippedPhoto(name, file_name, words))
            return []
        known.add(photo.sha256)
        return [_Seen(photo, np.asarray(found.embedding, dtype="<f4").tobytes())]

    def _known_photos(self, name: str) -> set[str]:
        """SHA-256 of the photos that this person is enrolled with in this pack."""
        with self._database.read() as session:
            unit_id = session.scalar(select(Unit.id).where(Unit.name == self._unit))
            employee = find_employee(session, name, unit_id, self._today()) if unit_id is not None else None
            if employee is None:
                return set()
            enrolled = (
                select(EnrolmentFrame.sha256)
                .join(Template, Template.frame_id == EnrolmentFrame.id)
                .where(
                    EnrolmentFrame.employee_id == employee.id,
                    EnrolmentFrame.state != "withdrawn",
                    Template.pack == self._pack.name,
                )
            )
            return set(session.scalars(enrolled))

    def _enrol(self, name: str, seen: Sequence[_Seen], origin: Origin, report: EnrolmentReport) -> None:
        """Store one person with all usable photos, in one transaction."""
        if not seen:
            report.nobody.append(name)
            return
        new = [(each.photo, each.embedding) for each in seen if each.embedding is not None]
        files = {photo.sha256: self._photos.keep(photo) for photo, _ in new}
        now = self._now()
        with self._database.write() as session:
            unit = ensure_unit(session, self._unit, now=now, author=self._author)
            employee = find_employee(session, name, unit.id, self._today())
            if employee is None:
                employee = add_employee(session, name, unit.id, now=now, author=self._author)
            for photo, embedding in new:
                frame = self._frame(session, employee.id, photo, files[photo.sha256], origin)
                session.add(
                    Template(
                        frame_id=frame.id,
                        employee_id=employee.id,
                        pack=self._pack.name,
                        embedding=embedding,
                        made_at=now,
                    )
                )
            session.flush()
            if new:
                note_person(session.connection(), employee.id, now=now)
            total = len(load_templates(session, employee.id, self._pack.name))
        report.people.append(EnrolledPerson(name, employee.id, len(new), len(seen) - len(new), total))

    def _frame(self, session: Session, employee_id: str, photo: Photo, file: str, origin: Origin) -> EnrolmentFrame:
        """The row of a photo: an earlier one (another pack's, or one that was withdrawn) or a new one, approved."""
        now = self._now()
        frame = session.scalar(
            select(EnrolmentFrame).where(
                EnrolmentFrame.employee_id == employee_id, EnrolmentFrame.sha256 == photo.sha256
            )
        )
        if frame is not None and frame.state == "approved":
            return frame
        if frame is None:
            frame = EnrolmentFrame(
                employee_id=employee_id, sha256=photo.sha256, file=file, origin=origin, origin_name=photo.name
            )
            session.add(frame)
        elif frame.state == "withdrawn":
            session.execute(delete(Template).where(Template.frame_id == frame.id))
        frame.added_by, frame.added_at = self._author, now
        # Whoever may run commands on the hub is both people at once; the page asks for a second one.
        frame.state, frame.approved_by, frame.approved_at = "approved", self._author, now
        session.flush()
        return frame

    def _today(self) -> date:
        return self._now().astimezone(ZoneInfo(DEFAULT_TIMEZONE)).date()


def load_templates(session: Session, employee_id: str, pack: str) -> Sequence[bytes]:
    """The approved templates of one person in one pack, oldest first."""
    query = (
        select(Template.embedding)
        .join(EnrolmentFrame, EnrolmentFrame.id == Template.frame_id)
        .where(Template.employee_id == employee_id, Template.pack == pack, EnrolmentFrame.state == "approved")
        .order_by(Template.id)
    )
    return session.scalars(query).all()


def enrol_folder(
    database: Database,
    folder: Path,
    *,
    data_folder: Path,
    pack: Pack,
    author: str,
    unit: str = DEFAULT_UNIT,
    progress: Progress = lambda _done, _all, _name: None,
) -> EnrolmentReport:
    """Enrol everybody in a folder of PERSON/photo; see Enrolment."""
    enrolment = Enrolment(database=database, data_folder=data_folder, pack=pack, author=author, unit=unit)
    return enrolment.enrol_folder(folder, progress=progress)


def _first_words(report: EnrolmentReport) -> str:
    return report.skipped[0].words if report.skipped else ""
