"""From photos to people whom kiosks can recognise.

Photos are looked at first, outside any transaction; then each person is stored as a whole, or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.db import Database
from hub.errors import EnrolmentError
from hub.roster.changes import lock_roster, note_person
from hub.roster.deployment import deployed_pack
from hub.roster.employees import add_employee, ensure_unit, find_employee
from hub.roster.enrolment_report import EnrolledPerson, EnrolmentReport, RefusedPerson, SkippedPhoto
from hub.roster.face_check import FaceCheck, Findings
from hub.roster.frame_rows import Origin, known_photos, place_frame
from hub.roster.gallery import count_templates
from hub.roster.models import DEFAULT_TIMEZONE, DEFAULT_UNIT, Employee, EnrolmentFrame, Template, Unit
from hub.roster.newcomers import confirm_newcomer
from hub.roster.officers import is_same_officer, officer_name
from hub.roster.photos import Photo, PhotoStore, list_people, read_photo
from kiosk.camera.frame import Pixels
from kiosk.recognizer.enrolment import PhotoFault, choose_poses, embed_photo
from kiosk.recognizer.packs.pack import Pack
from kiosk.recognizer.quality.assessment import Quality

Progress = Callable[[int, int, str], None]
"""Called with photos done, photos in all, and the name of the person."""


UNLIKE_WORDS: Final = (
    "Wajah di foto ini tidak mirip dengan foto-foto lainnya; pakai foto orang yang benar. "
    "(The face is unlike those in the other photos; use a photo of the right person.)"
)
SEVERAL_WORDS: Final = (
    "Foto-foto ini tidak menunjukkan satu orang, atau bukan orang yang sudah terdaftar dengan nama ini; "
    "periksa foto satu per satu. "
    "(These photos do not show one person, or not the one who is enrolled under this name; look at each of them.)"
)


@dataclass(frozen=True, slots=True)
class _Seen:
    """A usable photo. embedding None: it was enrolled before; quality None: it was not measured."""

    photo: Photo
    embedding: bytes | None
    quality: Quality | None = None


class _RefusedError(Exception):
    """Raised when a person must not be stored; ends the transaction."""

    def __init__(self, person: RefusedPerson) -> None:
        super().__init__(person.words)
        self.person = person


class Enrolment:
    """Enrols people into one hub; what it enrols counts nowhere before a second person has approved it.

    data_folder: where photos are kept. unit: made when it is not there. author: who enrols. approved_by: the second
    person, who stands beside and approves at once; None: approval comes later (hub.roster.approval). EnrolmentError
    when both are one person. allow_lookalike: a face that is enrolled already is another person's who looks alike; this
    is noted in the author's name.
    """

    def __init__(
        self,
        *,
        database: Database,
        data_folder: Path,
        pack: Pack,
        author: str,
        approved_by: str | None = None,
        unit: str = DEFAULT_UNIT,
        allow_lookalike: bool = False,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._photos = PhotoStore(data_folder)
        self._pack = pack
        self._author = officer_name(author)
        self._approver = officer_name(approved_by) if approved_by is not None else None
        if self._approver is not None and is_same_officer(self._author, self._approver):
            raise EnrolmentError(f"{self._author} cannot both enrol and approve; a second person approves.")
        self._unit = unit
        self._allow_lookalike = allow_lookalike
        self._now = now
        self._check = FaceCheck(pack.name, pack.curve)

    def enrol_folder(self, folder: Path, *, progress: Progress = lambda _done, _all, _name: None) -> EnrolmentReport:
        """Enrol everybody in PERSON/photo; EnrolmentError names the folder when nobody can be enrolled from it."""
        people = list_people(folder)
        total = sum(len(files) for _, files in people)
        if total == 0:
            raise EnrolmentError(f"{folder} holds no photos; lay them out as {folder}/PERSON/photo.jpg.")
        report = EnrolmentReport(compared=self._check.compares)
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
                f"No photo in {folder} shows a face that can be enrolled. {report.first_words}".strip()
            )
        return report

    def enrol_frames(
        self, name: str, frames: Sequence[Pixels], *, origin: Origin = "webcam", most: int | None = None
    ) -> EnrolmentReport:
        """Enrol one person from BGR frames; EnrolmentError when none of them is usable.

        most: keep only so many of them, good ones in different poses; None keeps all.
        """
        report = EnrolmentReport(compared=self._check.compares)
        seen: list[_Seen] = []
        known = self._known_photos(name)
        for index, frame in enumerate(frames):
            photo = Photo.of_frame(frame, f"{index:03d}.png")
            seen += self._look(name, photo, photo.name, known, report)
        if most is not None:
            seen = [seen[index] for index in choose_poses([each.quality for each in seen], most)]
        self._enrol(name, seen, origin, report)
        if not report.people:
            raise EnrolmentError(f"None of the pictures of {name} can be enrolled. {report.first_words}".strip())
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
        return [_Seen(photo, np.asarray(found.embedding, dtype="<f4").tobytes(), found.quality)]

    def _known_photos(self, name: str) -> set[str]:
        """SHA-256 of the photos that this person is enrolled with in this pack."""
        with self._database.read() as session:
            employee = self._find(session, name)
            if employee is None:
                return set()
            return known_photos(session, employee.id, self._pack.name)

    def _find(self, session: Session, name: str) -> Employee | None:
        """The employee of this name in the unit; None: nobody yet."""
        unit_id = session.scalar(select(Unit.id).where(Unit.name == self._unit))
        return find_employee(session, name, unit_id, self._today()) if unit_id is not None else None

    def _enrol(self, name: str, seen: Sequence[_Seen], origin: Origin, report: EnrolmentReport) -> None:
        """Store one person with all usable photos, in one transaction; or a line in the report says why not."""
        if not seen:
            report.nobody.append(name)
            return
        new = {each.photo.sha256: each for each in seen if each.embedding is not None}
        try:
            with self._database.read() as session:
                unlike = self._examine(session, name, self._find(session, name), new).unlike
            for digest in unlike:
                report.skipped.append(SkippedPhoto(name, new.pop(digest).photo.name, UNLIKE_WORDS))
            files = {digest: self._photos.keep(each.photo) for digest, each in new.items()}
            with self._database.write() as session:
                person = self._store(session, name, seen=seen, new=new, files=files, origin=origin)
        except _RefusedError as refusal:
            report.refused.append(refusal.person)
        else:
            report.people.append(person)

    def _examine(self, session: Session, name: str, employee: Employee | None, new: Mapping[str, _Seen]) -> Findings:
        """Look whether the new photos show one person, and nobody else of ours; _RefusedError when not."""
        vectors = {digest: np.frombuffer(each.embedding or b"", "<f4") for digest, each in new.items()}
        findings = self._check.examine(session, employee.id if employee else None, vectors, self._today())
        if findings.several:
            raise _RefusedError(RefusedPerson(name, SEVERAL_WORDS))
        double = findings.double
        if double is not None and not self._allow_lookalike:
            raise _RefusedError(
                RefusedPerson(name, double.words, double.person_id, double.similarity, double.threshold)
            )
        return findings

    def _store(
        self,
        session: Session,
        name: str,
        *,
        seen: Sequence[_Seen],
        new: Mapping[str, _Seen],
        files: Mapping[str, str],
        origin: Origin,
    ) -> EnrolledPerson:
        """Write one person's new photos (kept in `files` by SHA-256) and templates; what was known may be approved."""
        now = self._now()
        lock_roster(session.connection())
        deployed = deployed_pack(session.connection())
        if deployed is not None and deployed != self._pack.name:
            # A template of the pack that was in force would reach nobody any more.
            raise EnrolmentError(f"The hub recognises with the pack {deployed} now; enrol {name} again.")
        unit = ensure_unit(session, self._unit, now=now, author=self._author)
        employee = find_employee(session, name, unit.id, self._today())
        # Once more: somebody may have been enrolled meanwhile, and nobody can be while the roster is locked.
        double = self._examine(session, name, employee, new).double
        if employee is None:
            employee = add_employee(session, name, unit.id, now=now, author=self._author)
        counts = False
        for digest, each in new.items():
            frame = self._frame(session, employee.id, each.photo, files[digest], origin)
            if double is not None:
                frame.resembles, frame.lookalike_allowed_by = double.person_id, self._author
            counts = counts or frame.state == "approved"
            session.add(
                Template(
                    frame_id=frame.id,
                    employee_id=employee.id,
                    pack=self._pack.name,
                    embedding=each.embedding,
                    made_at=now,
                )
            )
        session.flush()
        known = {each.photo.sha256 for each in seen if each.embedding is None}
        counts = self._approve_known(session, employee.id, known) or counts
        if counts:
            confirm_newcomer(session, employee.id, by=self._author, now=now)
            note_person(session.connection(), employee.id, now=now)
        states = count_templates(session, employee.id, self._pack.name)
        return EnrolledPerson(
            name=name,
            person_id=employee.id,
            added=len(new),
            known=sum(each.embedding is None for each in seen),
            total=sum(states.values()),
            waiting=states.get("proposed", 0),
        )

    def _frame(self, session: Session, employee_id: str, photo: Photo, file: str, origin: Origin) -> EnrolmentFrame:
        """The row of a photo, approved where two people stand here."""
        frame = place_frame(session, employee_id, photo, file=file, origin=origin, author=self._author, now=self._now())
        self._approve(frame)
        session.flush()
        return frame

    def _approve_known(self, session: Session, employee_id: str, photos: Collection[str]) -> bool:
        """Approve photos that were proposed earlier, when a second person stands beside; whether there were any."""
        if self._approver is None or not photos:
            return False
        proposed = session.scalars(
            select(EnrolmentFrame).where(
                EnrolmentFrame.employee_id == employee_id,
                EnrolmentFrame.sha256.in_(list(photos)),
                EnrolmentFrame.state == "proposed",
            )
        ).all()
        for frame in proposed:
            self._approve(frame)
        session.flush()
        return bool(proposed)

    def _approve(self, frame: EnrolmentFrame) -> None:
        """Approve a proposed photo, when two people stand here: the one who did not add it does."""
        if self._approver is None or frame.state != "proposed":
            return
        added_by_approver = is_same_officer(frame.added_by, self._approver)
        frame.approved_by = self._author if added_by_approver else self._approver
        frame.state, frame.approved_at = "approved", self._now()

    def _today(self) -> date:
        return self._now().astimezone(ZoneInfo(DEFAULT_TIMEZONE)).date()


def enrol_folder(
    database: Database,
    folder: Path,
    *,
    data_folder: Path,
    pack: Pack,
    author: str,
    approved_by: str | None = None,
    unit: str = DEFAULT_UNIT,
    allow_lookalike: bool = False,
    progress: Progress = lambda _done, _all, _name: None,
) -> EnrolmentReport:
    """Enrol everybody in a folder of PERSON/photo; see Enrolment."""
    enrolment = Enrolment(
        database=database,
        data_folder=data_folder,
        pack=pack,
        author=author,
        approved_by=approved_by,
        unit=unit,
        allow_lookalike=allow_lookalike,
    )
    return enrolment.enrol_folder(folder, progress=progress)
