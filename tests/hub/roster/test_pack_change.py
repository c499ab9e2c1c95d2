"""Another pack for everybody: embedded from the kept photos, deployed when complete, whatever happens on the way."""

from __future__ import annotations

import fcntl
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError

from contract.signing import SigningKey
from hub.db import Database
from hub.errors import EnrolmentError, PackChangeError
from hub.roster.approval import approve, refuse
from hub.roster.changes import current_revision
from hub.roster.deployment import pack_in_force, show_deployment
from hub.roster.enrolment import Enrolment
from hub.roster.gallery import load_people
from hub.roster.models import EnrolmentFrame, PackChange, StoredCalibration, UnusablePhoto
from hub.roster.pack_change import LOCK_FILE, PICTURES_PER_COMMIT, PackChangeJob
from kiosk.recognizer.enrolment import PhotoFault
from tests.factories.journals import SettableClock
from tests.factories.people import add_kiosk_row

CURVE: Any = object()
"""Any curve: the job only asks whether there is one."""


def pack_named(name: str, *, curve: Any = None) -> Any:
    return SimpleNamespace(name=name, curve=curve)


@pytest.fixture
def embedded(monkeypatch: pytest.MonkeyPatch) -> Counter[tuple[str, int]]:
    """How often each picture was embedded by each pack; shades below 10 show no face to `new`."""
    seen: Counter[tuple[str, int]] = Counter()

    def embed(pack: Any, picture: Any) -> Any:
        shade = int(picture.mean())
        seen[pack.name, shade] += 1
        if pack.name == "new" and shade < 10:
            return PhotoFault.NO_FACE
        vector = np.zeros(16, np.float32)
        vector[shade % 16] = 1 if pack.name == "old" else -1
        return SimpleNamespace(embedding=vector, quality=None)

    def embed_kept(pack: Any, picture: Any, *, gates: Any = "those of enrolment") -> Any:
        assert gates is None, "pictures that were good enough once are not judged again"
        return embed(pack, picture)

    monkeypatch.setattr("hub.roster.enrolment.embed_photo", embed)
    monkeypatch.setattr("hub.roster.pack_change.embed_photo", embed_kept)
    return seen


Enrol = Callable[..., str]


@pytest.fixture
def enrol(database: Database, tmp_path: Path, clock: SettableClock, embedded: Counter[Any]) -> Enrol:
    """Enrol somebody with pictures of these shades, approved unless told otherwise; the id."""

    def call(name: str, *shades: int, pack: str = "old", approved_by: str | None = "budi") -> str:
        enrolment = Enrolment(
            database=database,
            data_folder=tmp_path,
            pack=pack_named(pack),
            author="siti",
            approved_by=approved_by,
            now=clock,
        )
        pictures = [np.full((8, 8, 3), shade, np.uint8) for shade in shades]
        return str(enrolment.enrol_frames(name, pictures).people[0].person_id)

    return call


MakeJob = Callable[..., PackChangeJob]


@pytest.fixture
def make_job(database: Database, tmp_path: Path, clock: SettableClock) -> MakeJob:
    def make(pack: str = "new", *, curve: Any = CURVE, **changes: Any) -> PackChangeJob:
        options: dict[str, Any] = {"data_folder": tmp_path, "initial": "old", "by": "admin", "now": clock}
        return PackChangeJob(database=database, pack=pack_named(pack, curve=curve), **(options | changes))

    return make


def in_force(database: Database) -> str:
    return pack_in_force(database, "old")


def templates(database: Database, pack: str) -> dict[str, int]:
    with database.read() as session:
        people = set(session.scalars(select(EnrolmentFrame.employee_id)))
        return {person.name: person.count for person in load_people(session.connection(), people, pack)}


def newest_job(database: Database) -> PackChange:
    with database.read() as session:
        return session.scalars(select(PackChange).order_by(PackChange.id.desc()).limit(1)).one()


# The good day ---------------------------------------------------------------------------------------------------------


def test_everybody_is_embedded_anew_and_then_the_pack_is_in_force(
    database: Database, enrol: Enrol, make_job: MakeJob
) -> None:
    enrol("Rina", 20, 21, 22)
    enrol("Wati", 30)
    enrol("Calon", 40, approved_by=None)
    with database.read() as session:
        before = current_revision(session.connection())
    steps: list[tuple[int, int]] = []
    outcome = make_job().run(progress=lambda done, total: steps.append((done, total)))
    assert (outcome.pack, outcome.previous, outcome.switched) == ("new", "old", True)
    assert (outcome.total, outcome.done, outcome.failed) == (5, 5, 0)
    assert (outcome.unusable, outcome.without) == ((), ())
    assert in_force(database) == "new"
    assert templates(database, "new") == templates(database, "old") == {"Rina": 3, "Wati": 1}
    assert steps[-1] == (5, 5)
    job = newest_job(database)
    assert (job.state, job.total, job.done, job.failed, job.started_by) == ("done", 5, 5, 0, "admin")
    with database.read() as session:
        assert current_revision(session.connection()) > before, "kiosks must be sent whole rosters"


def test_change_that_was_made_changes_nothing_more(
    database: Database, enrol: Enrol, make_job: MakeJob, embedded: Counter[Any]
) -> None:
    enrol("Rina", 20)
    make_job().run()
    with database.read() as session:
        before = current_revision(session.connection())
    embedded.clear()
    assert make_job().run().switched
    assert not embedded
    with database.read() as session:
        assert current_revision(session.connection()) == before


def test_way_back_embeds_only_who_came_since(
    database: Database, enrol: Enrol, make_job: MakeJob, embedded: Counter[Any]
) -> None:
    enrol("Rina", 20)
    make_job().run()
    enrol("Wati", 30, pack="new")
    embedded.clear()
    outcome = make_job("old").run()
    assert (outcome.switched, outcome.previous, in_force(database)) == (True, "new", "old")
    assert embedded == {("old", 30): 1}
    assert templates(database, "old") == templates(database, "new") == {"Rina": 1, "Wati": 1}


def test_pack_in_force_fills_its_own_gaps_and_kiosks_hear_of_it(
    database: Database, enrol: Enrol, make_job: MakeJob, tmp_path: Path
) -> None:
    enrol("Rina", 20, 21)
    photo = next(path for path in (tmp_path / "enrolment").rglob("*.png"))
    content = photo.read_bytes()
    photo.unlink()
    assert make_job().run().switched
    assert templates(database, "new") == {"Rina": 1}
    photo.write_bytes(content)
    with database.read() as session:
        before = current_revision(session.connection())
    assert make_job().run().failed == 0
    assert templates(database, "new") == {"Rina": 2}
    with database.read() as session:
        assert current_revision(session.connection()) == before + 1


def test_office_without_people_changes_its_pack(database: Database, make_job: MakeJob) -> None:
    outcome = make_job().run()
    assert (outcome.switched, outcome.total, in_force(database)) == (True, 0, "new")


def test_refused_and_withdrawn_pictures_are_left_alone(
    database: Database, enrol: Enrol, make_job: MakeJob, clock: SettableClock, embedded: Counter[Any]
) -> None:
    ghost = enrol("Hantu", 20, approved_by=None)
    refuse(database, ghost, by="budi", reason="nobody knows him", now=clock())
    embedded.clear()
    assert make_job().run().total == 0
    assert not embedded


# Photos that cannot be used -------------------------------------------------------------------------------------------


def test_people_left_without_templates_are_named_and_nothing_is_deployed(
    database: Database, enrol: Enrol, make_job: MakeJob
) -> None:
    enrol("Rina", 20, 5)
    enrol("Wati", 6, 7)
    enrol("Calon", 8, approved_by=None)
    outcome = make_job().run()
    assert (outcome.switched, outcome.done, outcome.failed) == (False, 1, 4)
    assert [person.name for person in outcome.without] == ["Wati"], "who counts nowhere loses nothing"
    assert [(photo.name, photo.photo) for photo in outcome.unusable] == [
        ("Calon", "000.png"),
        ("Rina", "001.png"),
        ("Wati", "000.png"),
        ("Wati", "001.png"),
    ]
    assert all("No face was found" in photo.words for photo in outcome.unusable)
    assert (in_force(database), newest_job(database).state) == ("old", "waiting")
    assert make_job().run(anyway=True).switched
    assert in_force(database) == "new"
    assert templates(database, "new") == {"Rina": 1}


def test_photo_whose_file_is_missing_or_damaged_is_reported(
    database: Database, enrol: Enrol, make_job: MakeJob, tmp_path: Path
) -> None:
    enrol("Rina", 20, 21, 22)
    first, second, _ = sorted((tmp_path / "enrolment").rglob("*.png"))
    first.unlink()
    second.write_bytes(b"no picture any more")
    outcome = make_job().run()
    assert (outcome.switched, outcome.done, outcome.failed) == (True, 1, 2)
    words = " ".join(photo.words for photo in outcome.unusable)
    assert "cannot be read at the hub: No such file or directory" in words
    assert "cannot be read as a photo" in words


def test_folder_of_photos_that_is_not_here_changes_nothing(
    database: Database, enrol: Enrol, make_job: MakeJob, tmp_path: Path
) -> None:
    enrol("Rina", 20)
    (tmp_path / "enrolment").rename(tmp_path / "elsewhere")
    assert not make_job().run().switched
    (tmp_path / "elsewhere").rename(tmp_path / "enrolment")
    assert make_job().run().switched, "each new change tries all photos again"


def test_pack_without_thresholds_is_not_deployed_by_accident(
    database: Database, enrol: Enrol, make_job: MakeJob
) -> None:
    enrol("Rina", 20)
    outcome = make_job(curve=None).run()
    assert (outcome.switched, outcome.calibrated, outcome.without) == (False, False, ())
    assert in_force(database) == "old"
    assert make_job(curve=None).run(anyway=True).switched


def test_pack_that_the_hub_has_calibrated_for_every_kiosk_is_deployed(
    database: Database, enrol: Enrol, make_job: MakeJob, clock: SettableClock
) -> None:
    """Its card has no thresholds; the templates are there after the first try, and so they could be computed."""
    enrol("Rina", 20)
    for device in ("kiosk-1", "kiosk-2"):
        add_kiosk_row(database, device, SigningKey.generate().verify_key)
    assert not make_job(curve=None).run().calibrated
    store_threshold(database, "kiosk-1", 0.5, clock)
    store_threshold(database, "kiosk-2", None, clock)
    assert not make_job(curve=None).run().switched, "too few people at one of them"
    store_threshold(database, "kiosk-2", 0.5, clock)
    assert make_job(curve=None).run().switched


def store_threshold(database: Database, device: str, threshold: float | None, clock: SettableClock) -> None:
    with database.write() as session:
        session.add(
            StoredCalibration(
                device=device,
                pack="new",
                threshold=threshold,
                target=0.001,
                people=1,
                gallery=1,
                frames=1,
                estimator="t",
                made_at=clock(),
                made_by="t",
            )
        )


# Killed, interrupted, refused -----------------------------------------------------------------------------------------


class KilledError(BaseException):
    """Not an error that anyone would handle."""


def test_job_that_was_killed_goes_on_where_it_was(
    database: Database, enrol: Enrol, make_job: MakeJob, embedded: Counter[Any]
) -> None:
    for number in range(5):
        enrol(f"Pegawai {number}", *range(20 + 10 * number, 29 + 10 * number))
    enrol("Rina", 5, 200)

    def die_after_two(done: int, _total: int) -> None:
        if done >= 2 * PICTURES_PER_COMMIT:
            raise KilledError

    with pytest.raises(KilledError):
        make_job().run(progress=die_after_two)
    job = newest_job(database)
    assert (job.state, job.done) == ("running", 2 * PICTURES_PER_COMMIT)
    assert in_force(database) == "old"
    shown = show_deployment(database, "old").change
    assert shown is not None
    assert (shown.pack, shown.state, shown.done, shown.total) == ("new", "running", 2 * PICTURES_PER_COMMIT, 47)
    outcome = make_job().run()
    assert (outcome.switched, outcome.done, outcome.failed) == (True, 46, 1)
    assert newest_job(database).id == job.id
    assert {count for (pack, _), count in embedded.items() if pack == "new"} == {1}, "nothing was done twice"


def test_pictures_found_unusable_before_the_kill_are_reported_after_it(
    database: Database, enrol: Enrol, make_job: MakeJob
) -> None:
    enrol("Rina", 5, 20)

    def die(done: int, _total: int) -> None:
        if done:
            raise KilledError

    with pytest.raises(KilledError):
        make_job().run(progress=die)
    assert [photo.name for photo in make_job().run().unusable] == ["Rina"]


def test_other_pack_that_is_wanted_meanwhile_stops_the_change(
    database: Database, enrol: Enrol, make_job: MakeJob
) -> None:
    enrol("Rina", 20)

    def die(_done: int, _total: int) -> None:
        raise KilledError

    with pytest.raises(KilledError):
        make_job().run(progress=die)
    assert make_job("third").run().switched
    with database.read() as session:
        assert [job.state for job in session.scalars(select(PackChange).order_by(PackChange.id))] == ["stopped", "done"]
    assert in_force(database) == "third"


def test_full_disk_is_one_sentence_and_what_was_done_is_kept(
    database: Database, enrol: Enrol, make_job: MakeJob, embedded: Counter[Any]
) -> None:
    enrol("Rina", *range(20, 20 + PICTURES_PER_COMMIT))
    enrol("Wati", 100)

    def refuse_second_commit(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "INSERT INTO" in statement and "template" in statement and embedded["new", 100]:
            raise OperationalError(statement, None, Exception("database or disk is full"))

    event.listen(database.engine, "before_cursor_execute", refuse_second_commit)
    try:
        with pytest.raises(PackChangeError, match=r"disk is full.*ask for new again"):
            make_job().run()
    finally:
        event.remove(database.engine, "before_cursor_execute", refuse_second_commit)
    assert in_force(database) == "old"
    assert newest_job(database).done == PICTURES_PER_COMMIT
    assert make_job().run().switched
    assert embedded["new", 20] == 1


def test_data_folder_that_is_missing_is_one_sentence(database: Database, make_job: MakeJob, tmp_path: Path) -> None:
    with pytest.raises(PackChangeError, match="no change was begun"):
        make_job(data_folder=tmp_path / "nowhere").run()
    assert in_force(database) == "old"


# Two at once, and people who come meanwhile ---------------------------------------------------------------------------


def test_second_process_waits_for_the_first_and_does_nothing_twice(
    database: Database, enrol: Enrol, make_job: MakeJob, tmp_path: Path, embedded: Counter[Any]
) -> None:
    enrol("Rina", 20, 21)
    held = (tmp_path / LOCK_FILE).open("a")
    fcntl.flock(held.fileno(), fcntl.LOCK_EX)
    waited: list[float] = []

    def first_finishes(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 2:
            held.close()
            assert make_job().run().switched

    shown: list[tuple[int, int]] = []
    outcome = make_job(pause=first_finishes).run(progress=lambda *step: shown.append(step))
    assert outcome.switched
    assert len(waited) == 2
    assert (embedded["new", 20], embedded["new", 21]) == (1, 1)
    assert shown[-1] == (2, 2)


def test_who_is_enrolled_while_the_job_runs_is_picked_up(database: Database, enrol: Enrol, make_job: MakeJob) -> None:
    enrol("Rina", 20)
    latecomers: list[str] = []

    def enrol_somebody(_done: int, _total: int) -> None:
        if not latecomers:
            latecomers.append(enrol("Wati", 30))

    assert make_job().run(progress=enrol_somebody).switched
    assert templates(database, "new") == {"Rina": 1, "Wati": 1}


def test_who_is_enrolled_just_before_the_end_is_picked_up(
    database: Database, enrol: Enrol, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    enrol("Rina", 20)
    finish = PackChangeJob._finish
    latecomers: list[str] = []

    def finish_late(job: PackChangeJob, number: int, *, anyway: bool) -> Any:
        if not latecomers:
            latecomers.append(enrol("Wati", 30))
        return finish(job, number, anyway=anyway)

    monkeypatch.setattr(PackChangeJob, "_finish", finish_late)
    assert make_job().run().switched
    assert templates(database, "new") == {"Rina": 1, "Wati": 1}


def test_enrolment_that_began_with_the_old_pack_is_told_of_the_new_one(
    database: Database, enrol: Enrol, make_job: MakeJob
) -> None:
    make_job().run()
    with pytest.raises(EnrolmentError, match=r"recognises with the pack new now; enrol Wati again"):
        enrol("Wati", 30, pack="old")
    assert templates(database, "old") == {}
    enrol("Wati", 30, pack="new")
    assert templates(database, "new") == {"Wati": 1}


def test_who_was_approved_after_the_change_is_in_the_new_pack(
    database: Database, enrol: Enrol, make_job: MakeJob, clock: SettableClock
) -> None:
    calon = enrol("Calon", 40, approved_by=None)
    make_job().run()
    approve(database, [calon], by="budi", now=clock())
    assert templates(database, "new") == {"Calon": 1}


def test_lock_is_free_after_a_failure(database: Database, enrol: Enrol, make_job: MakeJob, tmp_path: Path) -> None:
    enrol("Rina", 20)

    def die(_done: int, _total: int) -> None:
        raise KilledError

    with pytest.raises(KilledError):
        make_job().run(progress=die)
    with (tmp_path / LOCK_FILE).open("a") as file:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_unusable_photos_of_another_pack_are_no_matter(database: Database, enrol: Enrol, make_job: MakeJob) -> None:
    enrol("Rina", 5, 20)
    make_job().run()
    with database.read() as session:
        assert len(session.scalars(select(UnusablePhoto)).all()) == 1
    assert make_job("third").run().failed == 0
