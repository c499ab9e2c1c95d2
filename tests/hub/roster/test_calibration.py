from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from sqlalchemy import select, update

from contract.errors import BadInputError
from hub.db import Database, table_of
from hub.errors import FleetError
from hub.fleet.models import Kiosk
from hub.roster.calibration import CARD, calibrate_kiosks
from hub.roster.changes import current_revision
from hub.roster.lookalikes import list_lookalikes, settle_lookalike
from hub.roster.models import EnrolmentFrame, StoredCalibration, Template
from hub.roster.thresholds import calibrated_threshold, second_factors
from kiosk.recognizer.calibration.threshold import MOST_LOWERED, MOST_RAISED
from tests.factories.people import add_employee, add_kiosk_row, add_unit

NOW = datetime(2026, 11, 26, 19, 5, tzinfo=UTC)
"""Five past two in the morning in Jakarta."""
JAKARTA = ZoneInfo("Asia/Jakarta")


def face(seed: int, frames: int = 5, spread: float = 0.35, dimensions: int = 128):
    rng = np.random.default_rng(seed)
    rows = rng.standard_normal(dimensions) + spread * rng.standard_normal((frames, dimensions))
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def enrol(database: Database, person: str, rows, *, unit: int | None = None) -> str:
    add_employee(database, person, frames=len(rows), unit=unit, valid_from=None)
    give_templates(database, person, rows)
    return person


def give_templates(database: Database, person: str, rows) -> None:
    with database.write() as session:
        found = session.scalars(select(Template).where(Template.employee_id == person).order_by(Template.id)).all()
        for template, row in zip(found, rows, strict=True):
            template.embedding = np.asarray(row, "<f4").tobytes()


@pytest.fixture
def key():
    from contract.signing import SigningKey

    return SigningKey.generate().verify_key


@pytest.fixture
def office(database: Database, key) -> Database:
    """35 people in a small unit and 15 in another; one kiosk for the unit, one for everybody."""
    small, other = add_unit(database, "Kecil"), add_unit(database, "Lain")
    for seed in range(50):
        enrol(database, f"p{seed:02d}", face(seed), unit=small if seed < 35 else other)
    add_kiosk_row(database, "small", key, unit_id=small)
    add_kiosk_row(database, "all", key)
    return database


def calibrate(database: Database, **changes):
    return {each.kiosk: each for each in calibrate_kiosks(database, made_by="test", now=lambda: NOW, **changes)}


def in_force(database: Database, device: str, people: int = 0) -> float | None:
    with database.read() as session:
        return calibrated_threshold(session.connection(), device, "builtin", people=people)


def asked(database: Database, in_scope: set[str]) -> set[str]:
    with database.read() as session:
        return second_factors(session.connection(), in_scope, "builtin")


def revision(database: Database) -> int:
    with database.read() as session:
        return current_revision(session.connection())


def test_each_kiosk_gets_the_threshold_of_its_own_gallery(office):
    found = calibrate(office)
    assert {name: (each.gallery, each.people) for name, each in found.items()} == {"small": (35, 50), "all": (50, 50)}
    assert found["small"].threshold <= found["all"].threshold
    assert in_force(office, "all") == found["all"].threshold
    assert found["all"].previous is None


def test_kiosk_learns_of_a_new_threshold_once(office):
    before = revision(office)
    calibrate(office)
    after = revision(office)
    assert after == before + 2
    calibrate(office)
    assert revision(office) == after


def test_too_few_people_leave_the_card_in_force(database, key):
    for seed in range(20):
        enrol(database, f"p{seed}", face(seed))
    add_kiosk_row(database, "all", key)
    (found,) = calibrate_kiosks(database, made_by="test", now=lambda: NOW)
    assert (found.threshold, found.estimator) == (None, CARD)
    assert in_force(database, "all") is None


@pytest.mark.parametrize("before", [0.2, 0.999])
def test_one_night_moves_a_threshold_only_so_far(office, before):
    calibrate(office)
    with office.write() as session:
        session.execute(update(table_of(StoredCalibration)).values(threshold=before))
        (scale, *_) = session.scalars(select(StoredCalibration.scale)).all()
    found = calibrate(office)["all"]
    moved = found.threshold - before
    assert -MOST_LOWERED * scale - 1e-3 <= moved <= MOST_RAISED * scale + 1e-3
    assert found.computed != pytest.approx(found.threshold, abs=1e-3)
    assert found.previous == before


def test_gallery_that_has_grown_since_gets_a_higher_threshold(office):
    calibrate(office)
    assert in_force(office, "all", 50) == in_force(office, "all", 10)
    assert in_force(office, "all", 500) > in_force(office, "all", 50)


def test_threshold_set_by_hand_wins_and_is_told(office):
    with office.write() as session:
        session.get(Kiosk, "all").threshold = 0.97
    before = revision(office)
    found = calibrate(office)
    assert found["all"].set_by_hand == 0.97
    assert revision(office) == before + 1  # only the other kiosk has something new


def test_unknown_kiosk_is_an_error(office):
    with pytest.raises(FleetError, match="nowhere"):
        calibrate(office, kiosk="nowhere")


# Lookalikes -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def with_double(office) -> Database:
    rows = face(900, 10)
    with office.read() as session:
        unit = session.get(Kiosk, "small").unit_id
    enrol(office, "ani", rows[:5], unit=unit)
    enrol(office, "budi", rows[5:], unit=unit)
    return office


@pytest.fixture
def with_twins(office) -> Database:
    """Two people alike enough to be taken for one another, and whose frames tell them apart."""
    ani, other = face(900), face(901)
    mean = ani.mean(axis=0) / np.linalg.norm(ani.mean(axis=0))
    budi = 0.7 * other + 0.7 * mean
    with office.read() as session:
        unit = session.get(Kiosk, "small").unit_id
    enrol(office, "ani", ani, unit=unit)
    enrol(office, "budi", budi / np.linalg.norm(budi, axis=1, keepdims=True), unit=unit)
    with office.write() as session:
        session.get(Kiosk, "small").threshold = 0.45
    return office


def test_one_face_under_two_names_is_found_and_asked_for_more(with_double):
    calibrate(with_double)
    (line,) = list_lookalikes(with_double)
    assert {line.first_id, line.second_id} == {"ani", "budi"}
    assert (line.kind, line.settled_as, line.second_factor) == ("same", None, True)
    assert asked(with_double, {"ani", "budi", "p01"}) == {"ani", "budi"}


def test_two_people_who_are_told_apart_need_no_more_where_both_are_known(with_twins):
    calibrate(with_twins)
    (line,) = list_lookalikes(with_twins)
    assert (line.kind, line.told_apart) == ("alike", True)
    assert asked(with_twins, {"ani", "budi"}) == {"ani", "budi"}
    settle_lookalike(with_twins, "budi", "ani", settled_as="different", settled_by="siti")
    assert asked(with_twins, {"ani", "budi"}) == set()
    assert asked(with_twins, {"ani"}) == {"ani"}  # the twin would be taken for her here
    calibrate(with_twins)
    (line,) = list_lookalikes(with_twins)
    assert (line.settled_as, line.settled_by) == ("different", "siti")


def test_two_people_whose_scores_cannot_tell_them_apart_stay_under_a_second_factor(with_double):
    calibrate(with_double)
    settle_lookalike(with_double, "ani", "budi", settled_as="different", settled_by="siti")
    assert asked(with_double, {"ani", "budi"}) == {"ani", "budi"}


def test_pair_is_gone_when_one_of_them_is_withdrawn(with_double):
    calibrate(with_double)
    settle_lookalike(with_double, "ani", "budi", settled_as="same", settled_by="siti")
    with with_double.write() as session:
        session.execute(
            update(table_of(EnrolmentFrame)).where(EnrolmentFrame.employee_id == "budi").values(state="withdrawn")
        )
    before = revision(with_double)
    calibrate(with_double, kiosk="all")
    assert asked(with_double, {"ani"}) == {"ani"}  # one kiosk's run looks for no lookalikes
    calibrate(with_double)
    assert asked(with_double, {"ani"}) == set()
    assert list_lookalikes(with_double) == []
    assert revision(with_double) > before


def test_settling_a_pair_that_is_none_is_refused(office):
    with pytest.raises(BadInputError, match="no pair of lookalikes"):
        settle_lookalike(office, "p01", "p02", settled_as="same", settled_by="siti")
    with pytest.raises(BadInputError, match="who"):
        settle_lookalike(office, "p01", "p02", settled_as="same", settled_by=" ")
