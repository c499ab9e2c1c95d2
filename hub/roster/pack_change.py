"""The change to another pack: everybody's kept pictures are embedded anew, and only then kiosks are sent its rosters.

A template says nothing to another pack, so nothing is deployed before every picture has been looked at. Whoever enrols
meanwhile is picked up before the end; whoever kills the job loses the few pictures since its last commit, and whoever
asks for the same pack again goes on from there. Templates of the old pack stay: the way back is short.
"""

from __future__ import annotations

import fcntl
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
from sqlalchemy import Select, delete, exists, func, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from hub.bulk import Row, insert_new
from hub.db import Database, table_of
from hub.errors import PackChangeError
from hub.fleet.models import Kiosk
from hub.roster.changes import lock_roster, note_people
from hub.roster.deployment import deploy, deployed_pack
from hub.roster.models import Employee, EnrolmentFrame, PackChange, Template, UnusablePhoto
from hub.roster.officers import officer_name
from hub.roster.photos import Photo, PhotoStore
from hub.roster.thresholds import newest_calibrations
from kiosk.recognizer.enrolment import PhotoFault, embed_photo
from kiosk.recognizer.packs.pack import Pack

PICTURES_PER_COMMIT: Final = 16
"""So many embeddings are lost when the job is killed; about a second's work."""

LOCK_FILE: Final = "pack-change.lock"
POLL_SECONDS: Final = 0.5

Progress = Callable[[int, int], None]
"""Called with pictures looked at, and pictures in all."""

_templates, _unusable, _kiosks = table_of(Template), table_of(UnusablePhoto), table_of(Kiosk)
_COUNTED: Final = ("proposed", "approved")


class UnusableLine(msgspec.Struct, frozen=True, kw_only=True):
    """A picture that the new pack cannot use; words: why, in Indonesian and English."""

    person_id: str
    name: str
    photo: str
    words: str


class LeftPerson(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody whom no kiosk would recognise by the new pack."""

    person_id: str
    name: str


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a change came to.

    previous: the pack in force before. switched: `pack` is in force now. total, done, failed: pictures, those with a
    template, those that the pack cannot use. without: people who have approved pictures and none that the pack can use.
    calibrated: the pack has thresholds, by its card or for every kiosk; without them kiosks recognise nobody.
    """

    pack: str
    previous: str
    switched: bool
    total: int
    done: int
    failed: int
    unusable: tuple[UnusableLine, ...]
    without: tuple[LeftPerson, ...]
    calibrated: bool


class PackChangeJob:
    """Changes a hub's pack; one runs at a time for a data folder, whichever process it is in.

    initial: the pack of the settings, which is in force while none was deployed. by: who wants it, for the record.
    pause: waits so many seconds between looks at another process that is at work.
    """

    def __init__(
        self,
        *,
        database: Database,
        data_folder: Path,
        pack: Pack,
        initial: str,
        by: str,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        pause: Callable[[float], object] = time.sleep,
    ) -> None:
        self._database = database
        self._photos = PhotoStore(data_folder)
        self._lock = data_folder / LOCK_FILE
        self._pack = pack
        self._initial = initial
        self._by = officer_name(by)
        self._now = now
        self._pause = pause

    def run(self, *, anyway: bool = False, progress: Progress = lambda _done, _total: None) -> Outcome:
        """Embed what is missing and deploy the pack; idempotent. While another process does so, wait for it.

        anyway: deploy it even though people are left without templates, or the pack without thresholds; else both are
        for somebody to decide, and nothing is deployed. PackChangeError when database or folder refuse; what was
        embedded by then is kept.
        """
        with self._alone(progress):
            try:
                job = self._begin()
                while True:
                    self._embed_missing(job, progress)
                    outcome = self._finish(job, anyway=anyway)
                    if outcome is not None:
                        return outcome
            except DBAPIError as error:
                raise PackChangeError(
                    f"The database refused: {error.orig}. See to it, then ask for {self._pack.name} again: what was "
                    "done is kept."
                ) from error

    # One at a time ----------------------------------------------------------------------------------------------------

    @contextmanager
    def _alone(self, progress: Progress) -> Iterator[None]:
        """Hold the lock, which the system takes from a process that dies; meanwhile show how far the other one is."""
        try:
            file = self._lock.open("a")
        except OSError as error:
            raise PackChangeError(f"{self._lock} cannot be made: {error.strerror}; no change was begun.") from error
        with file:
            while not _try_lock(file.fileno()):
                self._show_other(progress)
                self._pause(POLL_SECONDS)
            yield

    def _show_other(self, progress: Progress) -> None:
        with self._database.read() as session:
            job = session.scalars(select(PackChange).order_by(PackChange.id.desc()).limit(1)).first()
        if job is not None:
            progress(job.done + job.failed, job.total)

    # Steps ------------------------------------------------------------------------------------------------------------

    def _begin(self) -> int:
        """The job's row: the one that was killed on the way to the same pack, or a new one, which tries all again."""
        now = self._now()
        with self._database.write() as session:
            running = session.scalars(select(PackChange).where(PackChange.state.in_(("running", "waiting")))).all()
            for job in running:
                if job.pack == self._pack.name and job.state == "running":
                    return job.id
                job.state, job.updated_at = "stopped", now
            session.execute(delete(UnusablePhoto).where(UnusablePhoto.pack == self._pack.name))
            job = PackChange(pack=self._pack.name, started_at=now, started_by=self._by, updated_at=now)
            session.add(job)
            session.flush()
            return job.id

    def _embed_missing(self, job: int, progress: Progress) -> None:
        while True:
            with self._database.read() as session:
                frames = session.scalars(_missing(self._pack.name).limit(PICTURES_PER_COMMIT)).all()
            rows: list[Row] = []
            failures: list[Row] = []
            for frame in frames:
                found = self._embed(frame)
                own = {"frame_id": frame.id, "pack": self._pack.name}
                if isinstance(found, str):
                    failures.append(own | {"words": found, "noted_at": self._now()})
                else:
                    rows.append(own | {"employee_id": frame.employee_id, "embedding": found, "made_at": self._now()})
            done, total = self._store(job, rows, failures)
            progress(done, total)
            if not frames:
                return

    def _embed(self, frame: EnrolmentFrame) -> bytes | str:
        """The embedding of a kept picture, or in words why there is none."""
        try:
            photo = Photo(frame.origin_name, self._photos.read(frame.file))
        except OSError as error:
            return (
                f"Berkas foto tidak dapat dibaca di hub: {error.strerror}. "
                f"(The photo's file cannot be read at the hub: {error.strerror}.)"
            )
        picture = photo.decode()
        if picture is None:
            return "Berkas tidak dapat dibaca sebagai foto. (The file cannot be read as a photo.)"
        # It was good enough when it was enrolled; who takes it away now takes away a person.
        found = embed_photo(self._pack, picture, gates=None)
        if isinstance(found, PhotoFault):
            return f"{found.explain('id')} ({found.explain('en')})"
        return np.asarray(found.embedding, "<f4").tobytes()

    def _store(self, job: int, rows: Sequence[Row], failures: Sequence[Row]) -> tuple[int, int]:
        """Write what was found and how far the job is; pictures looked at, and pictures in all."""
        now = self._now()
        with self._database.write() as session:
            connection = session.connection()
            insert_new(connection, _templates, rows)
            insert_new(connection, _unusable, failures)
            if rows and deployed_pack(connection) == self._pack.name:
                # Kiosks run this pack already: they hear of what it lacked so far.
                note_people(connection, sorted({row["employee_id"] for row in rows}), now=now)
            total, done, failed = _counts(session, self._pack.name)
            session.execute(
                update(PackChange)
                .where(PackChange.id == job)
                .values(total=total, done=done, failed=failed, updated_at=now)
            )
        return done + failed, total

    def _finish(self, job_id: int, *, anyway: bool) -> Outcome | None:
        """Deploy the pack, or leave the decision to somebody; None when somebody was enrolled in between."""
        pack, now = self._pack.name, self._now()
        with self._database.write() as session:
            # Nobody enrols from here to the commit; who comes after it finds another pack in force and says so.
            lock_roster(session.connection())
            if session.scalars(_missing(pack).limit(1)).first() is not None:
                return None
            job = session.get_one(PackChange, job_id)
            previous = deployed_pack(session.connection()) or self._initial
            without = _left_without(session, pack)
            calibrated = self._pack.curve is not None or _has_thresholds(session, pack)
            in_force = deployed_pack(session.connection()) == pack
            if in_force or anyway or (calibrated and not without):
                job.state = "done"
                if not in_force:
                    deploy(session, pack, by=self._by, now=now)
            else:
                job.state = "waiting"
            job.updated_at = now
            return Outcome(
                pack=pack,
                previous=previous,
                switched=job.state == "done",
                total=job.total,
                done=job.done,
                failed=job.failed,
                unusable=_unusable_lines(session, pack),
                without=without,
                calibrated=calibrated,
            )


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _missing(pack: str) -> Select[EnrolmentFrame]:
    """Pictures that count or may count, and that the pack has not looked at yet."""
    return (
        select(EnrolmentFrame)
        .where(
            EnrolmentFrame.state.in_(_COUNTED),
            ~exists().where(Template.frame_id == EnrolmentFrame.id, Template.pack == pack),
            ~exists().where(UnusablePhoto.frame_id == EnrolmentFrame.id, UnusablePhoto.pack == pack),
        )
        .order_by(EnrolmentFrame.id)
    )


def _counts(session: Session, pack: str) -> tuple[int, int, int]:
    """Pictures in all, those with a template, and those that the pack cannot use."""
    counted = EnrolmentFrame.state.in_(_COUNTED)
    total = session.scalar(select(func.count()).select_from(EnrolmentFrame).where(counted)) or 0
    done = select(func.count()).select_from(Template).join(EnrolmentFrame, EnrolmentFrame.id == Template.frame_id)
    failed = (
        select(func.count())
        .select_from(UnusablePhoto)
        .join(EnrolmentFrame, EnrolmentFrame.id == UnusablePhoto.frame_id)
    )
    return (
        total,
        session.scalar(done.where(counted, Template.pack == pack)) or 0,
        session.scalar(failed.where(counted, UnusablePhoto.pack == pack)) or 0,
    )


def _left_without(session: Session, pack: str) -> tuple[LeftPerson, ...]:
    """People with approved pictures of whom the pack has no approved template."""
    approved = EnrolmentFrame.state == "approved"
    has_pictures = exists().where(EnrolmentFrame.employee_id == Employee.id, approved)
    has_template = exists().where(
        Template.employee_id == Employee.id,
        Template.pack == pack,
        EnrolmentFrame.id == Template.frame_id,
        approved,
    )
    query = select(Employee.id, Employee.name).where(has_pictures, ~has_template).order_by(Employee.name, Employee.id)
    return tuple(LeftPerson(person_id=row.id, name=row.name) for row in session.execute(query))


def _has_thresholds(session: Session, pack: str) -> bool:
    """Whether every kiosk's threshold for this pack has been computed from its own staff, whose templates are here."""
    connection = session.connection()
    devices = connection.scalars(select(_kiosks.c.device).where(_kiosks.c.state == "active")).all()
    thresholds = newest_calibrations(connection)
    return bool(devices) and all(thresholds.get((device, pack)) is not None for device in devices)


def _unusable_lines(session: Session, pack: str) -> tuple[UnusableLine, ...]:
    query = (
        select(EnrolmentFrame.employee_id, Employee.name, EnrolmentFrame.origin_name, UnusablePhoto.words)
        .join(EnrolmentFrame, EnrolmentFrame.id == UnusablePhoto.frame_id)
        .join(Employee, Employee.id == EnrolmentFrame.employee_id)
        .where(UnusablePhoto.pack == pack, EnrolmentFrame.state.in_(_COUNTED))
        .order_by(Employee.name, EnrolmentFrame.id)
    )
    return tuple(
        UnusableLine(person_id=row.employee_id, name=row.name, photo=row.origin_name, words=row.words)
        for row in session.execute(query)
    )
