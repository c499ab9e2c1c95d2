"""Somebody is enrolled at a kiosk, approved at the hub, and known at the kiosk; whatever is killed on the way."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest
from sqlalchemy import func, select, update

from hub.db import Database, open_database
from hub.fleet.kiosks import add_kiosk
from hub.roster.approval import WaitingPerson, approve, list_waiting
from hub.roster.enrolment import enrol_folder
from hub.roster.fallback import set_pin
from hub.roster.finding import find_unit_id
from hub.roster.kiosk_enrolment_models import KioskEnrolment, KioskPicture, SealedPart
from hub.roster.models import Employee
from hub.roster.operators import add_operator
from kiosk.recognizer.enrolment import EnrolmentFrame, embed_photo
from kiosk.recognizer.packs.pack import Pack, open_pack
from kiosk.roster import Roster
from tests.journeys.enrolling_kiosk import EnrollingKiosk
from tests.journeys.steps import ENROLMENT_STEPS
from tests.journeys.world import Broker, HubAtWork, wait_until

DEVICE = "kiosk-dinkes-1"
FRAMES = 6


@pytest.fixture(scope="module")
def pack() -> Pack:
    return open_pack()


@pytest.fixture(scope="module")
def frames(clip: Path) -> list[bytes]:
    """JPEGs of one person, as a kiosk takes them; the last is not enrolled."""
    capture = cv2.VideoCapture(str(clip))
    length = int(capture.get(cv2.CAP_PROP_FRAME_COUNT))
    found = []
    for number in range(FRAMES + 1):
        capture.set(cv2.CAP_PROP_POS_FRAMES, int(length * (number + 0.5) / (FRAMES + 1)))
        shown, frame = capture.read()
        assert shown
        found.append(bytes(cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, 92])[1]))
    capture.release()
    return found


@pytest.fixture
def own_hub(broker: Broker, tmp_path: Path, lay_database: Callable[[Path], Path]) -> Iterator[HubAtWork]:
    """A hub with an operator of Dinas Kesehatan; not started."""
    made = HubAtWork(tmp_path / "hub", broker.url)
    lay_database(made.folder)
    yield made
    made.end()


@pytest.fixture
def kiosk(own_hub: HubAtWork, strangers: Path, tmp_path: Path, pack: Pack) -> Iterator[EnrollingKiosk]:
    """A kiosk of Dinas Kesehatan, of which biden is the operator."""
    photos = tmp_path / "photos"
    photos.mkdir()
    (photos / "biden").symlink_to(strangers / "biden")
    now = datetime.now(UTC)
    with EnrollingKiosk(own_hub, DEVICE, tmp_path, dimensions=128) as made:
        with database_of(own_hub) as database:
            report = enrol_folder(
                database,
                photos,
                data_folder=own_hub.folder,
                pack=pack,
                author="ani",
                approved_by="budi",
                unit="Dinas Kesehatan",
            )
            operator = report.people[0].person_id
            set_pin(database, operator, "402851", by="bkpp", now=now)
            with database.read() as session:
                unit = find_unit_id(session, "Dinas Kesehatan")
            add_operator(database, operator, unit, first=now.date() - timedelta(days=1), by="bkpp", now=now)
            add_kiosk(database, DEVICE, made.journal.key.verify_key.text, unit="Dinas Kesehatan")
        yield made


def database_of(hub: HubAtWork) -> Database:
    return open_database(f"sqlite:///{hub.folder / 'hub.db'}")


def waiting_at(hub: HubAtWork) -> list[WaitingPerson]:
    with database_of(hub) as database:
        return list_waiting(database, datetime.now(UTC).date())


def operator_of(kiosk: EnrollingKiosk) -> str:
    return next(person.person for person in kiosk.roster.people.values() if person.operator and person.pin)


def is_ready(roster: Roster) -> bool:
    return bool(roster.policy.enrol_key) and any(person.operator for person in roster.people.values())


def recognised(kiosk: EnrollingKiosk, pack: Pack, jpeg: bytes) -> str:
    """Whom the kiosk's roster takes a face for."""
    seen = embed_photo(pack, cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR))
    assert isinstance(seen, EnrolmentFrame)
    match = kiosk.roster.gallery.match(seen.embedding)
    assert match.similarity > 0.9
    assert match.person is not None
    return match.person


def let_the_lease_run_out(hub: HubAtWork) -> None:
    with database_of(hub) as database, database.write() as session:
        session.execute(update(KioskEnrolment).values(claimed_at=None))


def assert_enrolled_once(hub: HubAtWork, name: str) -> None:
    with database_of(hub) as database, database.read() as session:
        assert session.scalar(select(func.count()).where(Employee.name == name)) == 1
        assert session.scalar(select(func.count()).select_from(KioskPicture)) == FRAMES
        assert session.scalar(select(func.count()).select_from(SealedPart)) == 0


def test_newcomer_is_enrolled_approved_and_known_at_the_kiosk(
    own_hub: HubAtWork, kiosk: EnrollingKiosk, pack: Pack, frames: list[bytes]
) -> None:
    own_hub.start()
    kiosk.await_roster(is_ready)
    sent = kiosk.enrol(frames[:FRAMES], person=None, name="Lestari Wulandari", operator=operator_of(kiosk))
    kiosk.publish(sent, (5, 1, 5, 3))
    assert kiosk.await_outcome(sent, "receiving").held
    assert kiosk.await_outcome(sent, "waiting").held == tuple(range(1, FRAMES + 1))
    [person] = wait_until(lambda: waiting_at(own_hub), "the hub has looked")
    assert (person.name, person.photos, person.kiosk[0].operator) == ("Lestari Wulandari", FRAMES, "biden")
    assert all((own_hub.folder / "enrolment" / file).is_file() for file in person.files)
    assert len(kiosk.roster.people) == 1
    own_hub.run("enrolment", "approve", "Lestari Wulandari", "--by", "budi")
    kiosk.await_roster(lambda roster: len(roster.people) == 2)
    assert kiosk.roster.name_of(recognised(kiosk, pack, frames[FRAMES])) == "Lestari Wulandari"
    kiosk.await_outcome(sent, "approved")
    assert_enrolled_once(own_hub, "Lestari Wulandari")
    again = kiosk.enrol(frames[:FRAMES], person=None, name="Hantu", operator=operator_of(kiosk))
    refused = kiosk.await_outcome(again, "refused")
    assert "sudah terdaftar sebagai Lestari Wulandari" in refused.reason


@pytest.mark.parametrize("step", ENROLMENT_STEPS)
def test_hub_killed_at_a_step_enrols_once_all_the_same(
    step: str, own_hub: HubAtWork, kiosk: EnrollingKiosk, frames: list[bytes]
) -> None:
    own_hub.start(kill_at=f"{step}:{2 if step.startswith('parts') else 1}")
    kiosk.await_roster(is_ready)
    sent = kiosk.enrol(frames[:FRAMES], person=None, name="Lestari Wulandari", operator=operator_of(kiosk))
    kiosk.publish(sent, (2, 4))
    process = own_hub.process
    assert process is not None

    def ended() -> bool:
        if process.alive:
            kiosk.publish(sent, range(1, FRAMES + 1))
            time.sleep(0.5)  # another process: it tells us nothing
        return not process.alive

    wait_until(ended, f"the hub comes to {step}")
    assert process.finish() == -signal.SIGKILL
    let_the_lease_run_out(own_hub)
    own_hub.start()
    kiosk.await_outcome(sent, "waiting")
    wait_until(lambda: waiting_at(own_hub), "the hub has looked")
    with database_of(own_hub) as database:
        approve(database, None, by="budi", now=datetime.now(UTC))
    kiosk.await_outcome(sent, "approved")
    assert_enrolled_once(own_hub, "Lestari Wulandari")
