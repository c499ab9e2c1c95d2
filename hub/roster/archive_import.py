"""An archive of photos becomes pictures that wait for a second person: first looked through, then proposed.

One person at a time, by whoever takes the next step: the page that shows the archive, a hub in the background, or
another hub on the same database.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Final

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from hub.db import Database
from hub.errors import PaperError
from hub.roster.frame_rows import known_photos
from hub.roster.models import Employee
from hub.roster.nip import bare_nip
from hub.roster.page_enrolment_models import ArchivePerson, PhotoArchive
from hub.roster.photo_archive import ArchiveStore, Listed, list_people, read_photos
from hub.roster.photos import Photo, PhotoStore, person_name
from hub.roster.picture_proposal import NewPicture, RefusedProposal, examine, propose
from hub.roster.recogniser import Recogniser, Tools
from hub.roster.units import Memberships, UnitTree

CLAIM_LASTS: Final = timedelta(minutes=10)
"""Somebody whom a request looked at for so long is looked at by another: the first hub was ended."""
KEEP_ARCHIVES: Final = timedelta(days=7)
"""After so long a file that nobody went on with is let go; what was found stays on record."""


def send_archive(
    database: Database,
    store: ArchiveStore,
    file: BinaryIO,
    name: str,
    *,
    author: str,
    unit_id: int | None,
    now: datetime,
    today: date,
) -> int:
    """Keep an archive and find out whose photos it holds; its number. PaperError when it is not taken.

    unit_id: only people of this unit and of those below it; None: everybody.
    """
    end_old_archives(database, store, now=now)
    sha256 = store.keep(file, name)
    try:
        listed = list_people(store.path(sha256), name)
    except PaperError:
        store.remove(sha256)
        raise
    with database.write() as session:
        archive = PhotoArchive(author=author, unit_id=unit_id, name=name[:200], sha256=sha256, sent_at=now)
        session.add(archive)
        session.flush()
        known = _Directory(session, unit_id, today)
        # Two names of one person (the NIP here, the name there) are one line.
        merged: dict[str, ArchivePerson] = {}
        for each in listed:
            row = known.row(archive.id, each)
            first = merged.get(row.employee_id) if row.employee_id is not None else None
            if first is not None:
                first.files = [*first.files, *row.files]
                continue
            if row.employee_id is not None:
                merged[row.employee_id] = row
            session.add(row)
        session.flush()
        return archive.id


class _Directory:
    """Employees by number and by name, of a unit and those below it."""

    def __init__(self, session: Session, unit_id: int | None, today: date) -> None:
        within = None if unit_id is None else UnitTree.load(session.connection()).within(unit_id)
        memberships = Memberships.load(session.connection())
        self._found: dict[str, list[str]] = defaultdict(list)
        for row in session.execute(select(Employee.id, Employee.name, Employee.nip)):
            if within is not None and memberships.unit_on(row.id, today) not in within:
                continue
            self._found[row.name.casefold()].append(row.id)
            if row.nip:
                self._found[bare_nip(row.nip)].append(row.id)

    def row(self, archive: int, listed: Listed) -> ArchivePerson:
        found = self._found.get(bare_nip(listed.label)) or self._found.get(person_name(listed.label).casefold(), [])
        fault = None if len(found) == 1 else "ambiguous" if found else "unknown"
        return ArchivePerson(
            archive_id=archive,
            label=listed.label,
            files=list(listed.files),
            employee_id=found[0] if len(found) == 1 else None,
            fault=fault,
            done=fault is not None,
            faults=[],
        )


def take_step(
    database: Database,
    recogniser: Recogniser,
    photos: PhotoStore,
    store: ArchiveStore,
    number: int,
    *,
    now: datetime,
    today: date,
    told: Callable[[str], None] = lambda _employee: None,
    claimed: Callable[[Session, str], None] = lambda _session, _employee: None,
) -> bool:
    """Look at one more person of an archive. False: nobody is left, or somebody else is at the last of them.

    told: hears whom before anything is written; claimed: in the transaction that claims the person, as its last step.
    PaperError when the archive's file is gone.
    """
    with database.write() as session:
        archive = session.get_one(PhotoArchive, number, with_for_update=True)
        path = store.path(archive.sha256)
        waiting = _claim(session, archive, now=now)
        if waiting is None:
            _finish(session, archive, store, now=now)
            return False
        if not path.is_file():
            raise PaperError("The archive's file is not in this hub's folder any more; send it again.")
        person = _Claimed(waiting.id, waiting.employee_id or "", tuple(waiting.files))
        told(person.employee_id)
        author = archive.author if archive.state == "proposing" else None
        claimed(session, person.employee_id)
    try:
        with recogniser.tools() as tools:
            outcome = _look_at(database, tools, photos, person, path, proposing_for=author, now=now, today=today)
    except Exception:  # raised again: whatever it was, the person is there for the next step
        with database.write() as session:
            session.get_one(ArchivePerson, person.row).claimed_at = None
        raise
    with database.write() as session:
        row = session.get_one(ArchivePerson, person.row)
        row.done, row.claimed_at = True, None
        row.fault, row.other, row.faults = outcome.fault, outcome.other, outcome.faults
        row.taken, row.known = outcome.taken, outcome.known
        session.flush()
        _finish(session, session.get_one(PhotoArchive, number), store, now=now)
    return True


def begin_proposing(database: Database, number: int, *, by: str) -> None:
    """Go through it once more and propose what can be used, in the name of `by`; PaperError unless it was checked."""
    with database.write() as session:
        archive = session.get_one(PhotoArchive, number, with_for_update=True)
        if archive.state != "checked":
            raise PaperError("This archive is not ready to be proposed; look at it again.")
        archive.state, archive.author = "proposing", by
        session.execute(
            update(ArchivePerson)
            .where(ArchivePerson.archive_id == number, ArchivePerson.taken > 0)
            .values(done=False, claimed_at=None)
        )


def drop_archive(database: Database, store: ArchiveStore, number: int, *, now: datetime) -> None:
    """Let an archive go; what it proposed already waits on."""
    with database.write() as session:
        archive = session.get_one(PhotoArchive, number, with_for_update=True)
        if archive.state in {"done", "dropped"}:
            return
        archive.state, archive.ended_at = "dropped", now
        _let_go(session, archive, store)


def end_old_archives(database: Database, store: ArchiveStore, *, now: datetime) -> int:
    """Let go of the files that nobody went on with; how many."""
    query = select(PhotoArchive.id).where(PhotoArchive.ended_at.is_(None), PhotoArchive.sent_at < now - KEEP_ARCHIVES)
    with database.read() as session:
        numbers = session.scalars(query).all()
    for number in numbers:
        drop_archive(database, store, number, now=now)
    return len(numbers)


@dataclass(frozen=True, slots=True)
class _Claimed:
    row: int
    employee_id: str
    files: tuple[str, ...]


class _Outcome:
    """What came of one person, as it is gathered."""

    def __init__(self) -> None:
        self.taken = self.known = 0
        self.fault: str | None = None
        self.other: str | None = None
        self.faults: list[list[str]] = []


def _look_at(
    database: Database,
    tools: Tools,
    photos: PhotoStore,
    person: _Claimed,
    path: Path,
    *,
    proposing_for: str | None,
    now: datetime,
    today: date,
) -> _Outcome:
    """Look through one person's photos, and propose them in somebody's name (None: propose nothing)."""
    outcome, employee = _Outcome(), person.employee_id
    with database.read() as session:
        known = known_photos(session, employee, tools.pack.name)
    new = _look(tools, read_photos(path, person.files), known, outcome)
    if not new:
        outcome.fault = None if outcome.known else "none"
        return outcome
    try:
        if proposing_for is not None:
            done = propose(database, tools, photos, employee, new, author=proposing_for, now=now, today=today)
            outcome.taken, unlike = len(done.frames), done.unlike
        else:
            with database.read() as session:
                unlike = examine(session, tools, employee, new, today, lookalike=False).unlike
            outcome.taken = len(new) - len(unlike)
    except RefusedProposal as refusal:
        outcome.fault, outcome.other = refusal.code, refusal.other or None
    else:
        outcome.faults += [[new[digest].photo.name, "unlike"] for digest in unlike]
    return outcome


def _look(
    tools: Tools, read: Iterable[tuple[str, Photo | str]], known: set[str], outcome: _Outcome
) -> dict[str, NewPicture]:
    """The usable photos that are new, by SHA-256; the others into the outcome."""
    new: dict[str, NewPicture] = {}
    for name, photo in read:
        if isinstance(photo, str):
            outcome.faults.append([name, photo])
            continue
        if photo.sha256 in known or photo.sha256 in new:
            outcome.known += 1
            continue
        picture = photo.decode()
        seen = tools.see_photo(picture) if picture is not None else "unreadable"
        if isinstance(seen, str):
            outcome.faults.append([name, seen])
        else:
            new[photo.sha256] = NewPicture(photo, seen.embedding, "folder")
    return new


def _claim(session: Session, archive: PhotoArchive, *, now: datetime) -> ArchivePerson | None:
    if archive.state not in {"checking", "proposing"}:
        return None
    query = (
        select(ArchivePerson)
        .where(
            ArchivePerson.archive_id == archive.id,
            ArchivePerson.done.is_(False),
            or_(ArchivePerson.claimed_at.is_(None), ArchivePerson.claimed_at < now - CLAIM_LASTS),
        )
        .order_by(ArchivePerson.id)
        .limit(1)
    )
    found = session.scalar(query)
    if found is not None:
        found.claimed_at = now
        session.flush()
    return found


def _finish(session: Session, archive: PhotoArchive, store: ArchiveStore, *, now: datetime) -> None:
    """Go on to the next state when nobody is left."""
    left = select(ArchivePerson.id).where(ArchivePerson.archive_id == archive.id, ArchivePerson.done.is_(False))
    if archive.state not in {"checking", "proposing"} or session.scalar(left.limit(1)) is not None:
        return
    if archive.state == "checking":
        archive.state = "checked"
    else:
        archive.state, archive.ended_at = "done", now
        session.flush()
        _let_go(session, archive, store)
    session.flush()


def _let_go(session: Session, archive: PhotoArchive, store: ArchiveStore) -> None:
    """Delete the file, unless it was sent twice and the other needs it."""
    same = select(PhotoArchive.id).where(
        PhotoArchive.sha256 == archive.sha256, PhotoArchive.id != archive.id, PhotoArchive.ended_at.is_(None)
    )
    if session.scalar(same.limit(1)) is None:
        store.remove(archive.sha256)
