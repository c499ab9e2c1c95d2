"""Enrolments at pages and archives of photos, on both databases and below the pages."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select

from hub.access.accounts import add_account, link_account
from hub.access.models import Account
from hub.access.roles import Role
from hub.db import Database
from hub.errors import EnrolmentError
from hub.roster import page_enrolment as pages
from hub.roster.approval import approve, list_waiting
from hub.roster.archive_import import begin_proposing, send_archive, take_step
from hub.roster.archive_report import archive_report
from hub.roster.models import EnrolmentFrame
from hub.roster.page_enrolment import Going, begin, going, propose_taken, take_file, take_frame
from hub.roster.page_enrolment_models import ArchivePerson
from hub.roster.photo_archive import ArchiveStore
from hub.roster.photos import Photo, PhotoStore
from hub.roster.picture_proposal import RefusedProposal
from hub.roster.recogniser import PASSIVE_FRAMES, Recogniser, Sight, Tools
from kiosk.errors import PackError
from tests.factories.journals import NOON
from tests.factories.people import add_employee, add_unit
from tests.factories.shades import archive, shade, shade_recogniser

TODAY = NOON.date()


@pytest.fixture
def rina(database: Database) -> str:
    return add_employee(database, "rina", unit=add_unit(database), frames=0)


@pytest.fixture
def recogniser(database: Database) -> Recogniser:
    return shade_recogniser(database)


def begun(database: Database, person: str, author: str = "siti") -> Going:
    begin(database, person, author=author, language="id", now=NOON)
    found = going(database, person, author, now=NOON)
    assert found is not None
    return found


def take(database: Database, recogniser: Recogniser, found: Going, count: int, tone: int = 100) -> None:
    for number in range(count):
        photo = Photo(f"{number}.jpg", shade(tone, number=number))
        assert take_file(database, recogniser, found, photo, now=NOON).fault is None


def states(database: Database) -> list[tuple[str, str]]:
    with database.read() as session:
        return [(frame.state, frame.added_by) for frame in session.scalars(select(EnrolmentFrame))]


def test_pictures_wait_for_a_second_person(
    database: Database, recogniser: Recogniser, rina: str, tmp_path: Path
) -> None:
    found = begun(database, rina)
    take(database, recogniser, found, 5)
    assert propose_taken(database, recogniser, PhotoStore(tmp_path), found, now=NOON, today=TODAY) == (5, 0)
    assert states(database) == [("proposed", "siti")] * 5
    [waiting] = list_waiting(database, TODAY)
    [origin] = waiting.page
    assert (origin.author, origin.photos, origin.webcam, origin.consented_at) == ("siti", 5, 0, NOON)
    with pytest.raises(EnrolmentError, match="somebody else must approve"):
        approve(database, [rina], by="Siti", now=NOON)
    approve(database, [rina], by="budi", now=NOON)
    assert states(database) == [("approved", "siti")] * 5


def test_an_enrolment_is_proposed_once(database: Database, recogniser: Recogniser, rina: str, tmp_path: Path) -> None:
    found = begun(database, rina)
    take(database, recogniser, found, 1)
    propose_taken(database, recogniser, PhotoStore(tmp_path), found, now=NOON, today=TODAY)
    with pytest.raises(RefusedProposal) as refused:
        propose_taken(database, recogniser, PhotoStore(tmp_path), found, now=NOON, today=TODAY)
    assert refused.value.code == "none"
    photo = Photo("late.jpg", shade(100, number=7))
    assert take_file(database, recogniser, found, photo, now=NOON).fault == "ended"


def test_pictures_are_limited(
    database: Database, recogniser: Recogniser, rina: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "MOST_PICTURES", 2)
    found = begun(database, rina)
    take(database, recogniser, found, 2)
    assert take_file(database, recogniser, found, Photo("x.jpg", shade(100, number=9)), now=NOON).fault == "enough"


def test_second_account_of_the_author_approves_nothing(
    database: Database, recogniser: Recogniser, rina: str, tmp_path: Path
) -> None:
    siti = add_employee(database, "siti aminah", frames=0)
    for name in ("siti", "petugas2"):
        add_account(database, username=name, password="kopi-tubruk-manis", role=Role.OPERATOR, unit="Kantor")
    link_account(database, "siti", siti)
    found = begun(database, rina)
    take(database, recogniser, found, 1)
    propose_taken(database, recogniser, PhotoStore(tmp_path), found, now=NOON, today=TODAY)
    with database.write() as session:
        session.get_one(Account, "petugas2").employee_id = siti
    with pytest.raises(EnrolmentError):
        approve(database, [rina], by="petugas2", now=NOON)
    assert states(database) == [("proposed", "siti")]


class PaperTools(Tools):
    """Somebody who holds up a picture of Rina."""

    def see_live(self, picture: Any, wanted: Any, straight: Any) -> Sight | str:
        vector = np.zeros(128, "<f4")
        vector[1] = 1
        return Sight(vector.tobytes(), 0.0, 0.05)


def test_paper_before_the_camera_is_refused(database: Database, rina: str, tmp_path: Path) -> None:
    passive = SimpleNamespace(verdict=lambda score: "attack" if score < 0.2 else "live")
    pack: Any = SimpleNamespace(name="builtin", curve=None, passive=passive)
    recogniser = Recogniser(database=database, initial_pack="builtin", open_=lambda _name: pack, tools=PaperTools)
    found = begun(database, rina)
    for number in range(PASSIVE_FRAMES):
        photo = Photo("kamera.jpg", shade(100, number=number))
        now_found = going(database, rina, "siti", now=NOON)
        assert now_found is not None
        assert take_frame(database, recogniser, now_found, photo, now=NOON).fault is None
    with pytest.raises(RefusedProposal) as refused:
        propose_taken(database, recogniser, PhotoStore(tmp_path), found, now=NOON, today=TODAY)
    assert refused.value.code == "attack"
    assert states(database) == []


def test_too_few_frames_say_nothing_about_paper() -> None:
    passive = SimpleNamespace(verdict=lambda _score: "attack")
    pack: Any = SimpleNamespace(passive=passive)
    tools = Tools(pack, None, "builtin")  # type: ignore[arg-type]
    assert not tools.is_attack([0.0] * (PASSIVE_FRAMES - 1))
    assert tools.is_attack([0.0] * PASSIVE_FRAMES)


def test_pack_that_cannot_be_opened_is_told(database: Database, rina: str) -> None:
    def fail(_name: str) -> Any:
        raise PackError("net.bin is missing")

    recogniser = Recogniser(database=database, initial_pack="standard", open_=fail)
    found = begun(database, rina)
    with pytest.raises(EnrolmentError, match=r"standard cannot be opened here: net\.bin is missing"):
        take_file(database, recogniser, found, Photo("x.jpg", shade(100)), now=NOON)


def test_refused_pictures_leave_no_files(
    database: Database, recogniser: Recogniser, rina: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = begun(database, rina)
    take(database, recogniser, found, 1)
    monkeypatch.setattr("hub.roster.picture_proposal.deployed_pack", lambda _connection: "another")
    with pytest.raises(RefusedProposal):
        propose_taken(database, recogniser, PhotoStore(tmp_path), found, now=NOON, today=TODAY)
    assert [path for path in (tmp_path / "enrolment").rglob("*") if path.is_file()] == []


def test_archive_goes_from_people_to_proposals(
    database: Database, recogniser: Recogniser, rina: str, tmp_path: Path
) -> None:
    store, photos = ArchiveStore(tmp_path), PhotoStore(tmp_path)
    sent = io.BytesIO(archive({f"Rina/{number}.jpg": shade(100, number=number) for number in range(3)}))
    number = send_archive(database, store, sent, "foto.zip", author="siti", unit_id=None, now=NOON, today=TODAY)

    def step() -> bool:
        return take_step(database, recogniser, photos, store, number, now=NOON, today=TODAY)

    assert step()
    assert not step()
    begin_proposing(database, number, by="siti")
    assert step()
    report = archive_report(database, number)
    assert report is not None
    assert (report.state, report.taken, report.people) == ("done", 3, 1)
    assert states(database) == [("proposed", "siti")] * 3


def test_person_who_is_being_looked_at_is_left_alone_for_a_while(
    database: Database, recogniser: Recogniser, rina: str, tmp_path: Path
) -> None:
    store, photos = ArchiveStore(tmp_path), PhotoStore(tmp_path)
    sent = io.BytesIO(archive({"Rina/1.jpg": shade(100)}))
    number = send_archive(database, store, sent, "foto.zip", author="siti", unit_id=None, now=NOON, today=TODAY)
    with database.write() as session:
        session.scalars(select(ArchivePerson)).one().claimed_at = NOON
    soon, later = NOON + timedelta(minutes=9), NOON + timedelta(minutes=11)
    assert not take_step(database, recogniser, photos, store, number, now=soon, today=TODAY)
    assert take_step(database, recogniser, photos, store, number, now=later, today=TODAY)
