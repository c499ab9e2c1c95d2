"""Punches that somebody disavows or that a supervisor must look at, from the kiosk's rows to the day that counts."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from contract.codec import encode
from contract.evidence import snapshot_hash
from contract.punch import Place
from hub.attendance.corrections import decide_punches, list_outside
from hub.attendance.day import AttendanceDay, decode_day
from hub.attendance.dirty import mark_span
from hub.attendance.models import DirtyDay, PunchDecision, StoredDay
from hub.attendance.months import close_month
from hub.attendance.worker import AttendanceWorker
from hub.errors import PaperError
from hub.fleet.models import Kiosk
from hub.fleet.overview import open_alarms
from hub.ingest.models import StoredRow
from hub.ingest.snapshots import SnapshotRecorder
from hub.refusals.models import AnnouncedSnapshot
from hub.refusals.snapshots import SnapshotStore
from hub.review.decisions import decide_reviews
from hub.review.models import DisavowedPunch, PunchCircumstance
from hub.review.queue import count_reviews, find_review, list_reviews
from tests.factories.journals import KioskJournal
from tests.factories.people import add_employee, add_unit
from tests.factories.snapshots import jpeg, sealed_evidence

JAKARTA = ZoneInfo("Asia/Jakarta")
DAY = date(2026, 11, 10)
PERSON = "person-1"


def at(clock: str) -> datetime:
    return datetime.fromisoformat(f"{DAY} {clock}").replace(tzinfo=JAKARTA)


class Hub:
    """A desk with one employee whose day is looked at when it is over."""

    def __init__(self, desk: Any, folder: Path) -> None:
        self.desk, self.database = desk, desk.database
        self.store = SnapshotStore(folder)
        self.unit = add_unit(self.database, "Dinas Kesehatan")
        add_employee(self.database, PERSON, unit=self.unit)
        desk.clock.now = at("23:00") + timedelta(days=1)

    def day(self) -> AttendanceDay:
        """The day once everything that is marked was assessed, with every kiosk up to date."""
        with self.database.write() as session:
            for kiosk in session.scalars(select(Kiosk)):
                kiosk.delivered_up_to = self.desk.clock.now
        AttendanceWorker(self.database, now=self.desk.clock).settle()
        with self.database.read() as session:
            stored = session.get_one(StoredDay, (PERSON, DAY))
            return decode_day(encode(stored.day))

    def dirty(self) -> set[tuple[str, date]]:
        with self.database.read() as session:
            return {(row.employee_id, row.work_date) for row in session.scalars(select(DirtyDay))}

    def states(self) -> list[str]:
        with self.database.read() as session:
            return list(session.scalars(select(DisavowedPunch.state).order_by(DisavowedPunch.seq)))

    def decide(self, *keys: str, accepted: bool = True) -> int:
        now = self.desk.clock.now
        return decide_punches(self.database, keys, accepted=accepted, by="siti", reason="dilihat", now=now)

    def review(self, *keys: str, confirmed: bool = True) -> int:
        now = self.desk.clock.now
        return decide_reviews(self.database, keys, confirmed=confirmed, by="kasubag", reason="dilihat", now=now)

    def waiting(self, **wanted: Any) -> list[Any]:
        return list_outside(self.database, DAY, DAY, **wanted)


@pytest.fixture
def hub(desk: Any, tmp_path: Path) -> Hub:
    folder = tmp_path / "hub"
    folder.mkdir()
    return Hub(desk, folder)


@pytest.fixture
def working_day(journal: KioskJournal) -> KioskJournal:
    """In at 06:50, out at 15:10; the arrival is the first row."""
    journal.punch(taken_at=at("06:50"))
    journal.punch(taken_at=at("15:10"))
    return journal


def test_disavowed_punch_counts_for_nobody_and_says_so(hub: Hub, working_day: KioskJournal) -> None:
    hub.desk.record(working_day.delivery())
    assert hub.day().status == "HADIR"
    working_day.disavow(1, taken_at=at("06:51"))
    hub.desk.record(working_day.delivery())
    assert hub.dirty() == {(PERSON, DAY)}
    day = hub.day()
    assert (day.status, day.missing, day.flags) == ("TIDAK_LENGKAP", ("in",), ("TANPA_DATANG", "DISANGKAL"))
    assert day.first_seen == at("15:10")
    [said] = [each for each in day.explanation if "06:50" in each.en]
    assert "not them" in said.en
    assert "bukan dirinya" in said.id
    assert "06.50" in said.id
    assert hub.states() == ["effective"]
    assert hub.desk.alarms() == {}


def test_punch_itself_stays_and_its_row_is_stored_like_any(hub: Hub, working_day: KioskJournal) -> None:
    working_day.disavow(1)
    [receipt] = hub.desk.record(working_day.delivery())
    assert (receipt.upto, receipt.rejected) == (3, ())
    assert hub.desk.stored_bytes() == working_day.rows
    with hub.database.read() as session:
        row = session.get_one(StoredRow, (working_day.device, working_day.epoch, 3))
        assert (row.kind, row.person_id) == ("disavowal", PERSON)


@pytest.mark.parametrize("order", list(permutations((1, 2, 3))))
def test_order_of_arrival_does_not_matter(hub: Hub, working_day: KioskJournal, order: tuple[int, ...]) -> None:
    working_day.disavow(1, taken_at=at("06:51"))
    for seq in order:
        hub.desk.record(working_day.delivery(seq, seq))
    assert hub.states() == ["effective"]
    assert hub.day().flags == ("TANPA_DATANG", "DISANGKAL")
    assert hub.desk.alarms() == {}


def test_disavowal_of_an_older_journal_waits_for_its_punch(hub: Hub, journal: KioskJournal) -> None:
    newer = KioskJournal(key=journal.key)
    journal.punch(taken_at=at("06:50"))
    newer.disavow(1, punch_epoch=journal.epoch, taken_at=at("06:51"))
    hub.desk.record(newer.delivery())
    assert hub.states() == ["awaited"]
    assert set(hub.desk.alarms()) == {("kiosk-1", "stray_disavowal")}
    hub.desk.record(journal.delivery())
    assert hub.states() == ["effective"]
    assert hub.day().flags == ("DISANGKAL",)


def test_recomputed_day_is_the_same(hub: Hub, working_day: KioskJournal) -> None:
    working_day.disavow(1)
    hub.desk.record(working_day.delivery())
    before = hub.day()
    with hub.database.writing_connection() as connection:
        mark_span(connection, first=DAY, last=DAY, now=hub.desk.clock.now)
    assert hub.dirty() == {(PERSON, DAY)}
    assert hub.day() == before


def test_disavowal_sent_twice_is_one(hub: Hub, working_day: KioskJournal) -> None:
    working_day.disavow(1)
    for _ in range(2):
        hub.desk.record(working_day.delivery(), working_day.delivery(3, 3))
    assert hub.states() == ["effective"]


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ({"person": "person-2"}, "of somebody else"),
        ({"seq": 3}, "before it was made"),
        ({"seq": 900}, "before it was made"),
    ],
)
def test_disavowal_of_no_such_punch_is_kept_rings_and_changes_nothing(
    hub: Hub, working_day: KioskJournal, names: dict[str, Any], words: str
) -> None:
    add_employee(hub.database, "person-2")
    working_day.disavow(**({"seq": 1} | names))
    hub.desk.record(working_day.delivery())
    assert hub.states() == ["void"]
    assert hub.desk.alarms() == {("kiosk-1", "stray_disavowal"): 1}
    assert words in alarm_detail(hub)
    assert (hub.day().status, hub.day().flags) == ("HADIR", ())
    hub.desk.record(working_day.delivery())
    assert hub.desk.alarms() == {("kiosk-1", "stray_disavowal"): 1}


def test_disavowal_of_a_row_that_is_no_punch_changes_nothing(hub: Hub, working_day: KioskJournal) -> None:
    working_day.anchor(taken_at=at("15:11"))
    working_day.disavow(3)
    hub.desk.record(working_day.delivery())
    assert hub.states() == ["void"]
    assert "no punch" in alarm_detail(hub)


def test_disavowal_of_a_quarantined_punch_changes_nothing(hub: Hub, journal: KioskJournal) -> None:
    journal.punch(taken_at=at("06:50"), source="photo")
    journal.disavow(1)
    hub.desk.record(journal.delivery())
    assert hub.states() == ["void"]
    assert "quarantine" in alarm_detail(hub)


def test_disavowal_at_another_kiosk_reaches_no_punch(hub: Hub, working_day: KioskJournal) -> None:
    other = hub.desk.register(KioskJournal(device="kiosk-2"))
    other.disavow(1, punch_epoch=working_day.epoch)
    hub.desk.record(working_day.delivery(), other.delivery())
    assert hub.states() == ["awaited"]
    assert set(hub.desk.alarms()) == {("kiosk-2", "stray_disavowal")}
    assert (hub.day().status, hub.day().flags) == ("HADIR", ())


def test_operator_sees_a_disavowed_punch_and_may_overrule_it(hub: Hub, working_day: KioskJournal) -> None:
    working_day.disavow(1)
    hub.desk.record(working_day.delivery())
    hub.day()
    [line] = hub.waiting()
    assert (line.side, line.at, line.accepted) == ("disavowed", at("06:50"), None)
    hub.decide(line.key)
    assert (hub.day().status, hub.day().flags) == ("HADIR", ())
    assert hub.waiting() == []
    assert [each.accepted for each in hub.waiting(decided=True) if each.side == "disavowed"] == [True]
    hub.decide(line.key, accepted=False)
    day = hub.day()
    assert (day.status, day.flags) == ("TIDAK_LENGKAP", ("TANPA_DATANG",))
    assert any("operator agreed" in each.en for each in day.explanation)
    assert hub.waiting() == []
    with hub.database.read() as session:
        history = session.execute(select(PunchDecision.about, PunchDecision.accepted).order_by(PunchDecision.id)).all()
    assert [tuple(each) for each in history if each.about == "disavowal"] == [("disavowal", True), ("disavowal", False)]


def test_decision_about_a_window_says_nothing_of_a_later_disavowal(hub: Hub, working_day: KioskJournal) -> None:
    hub.desk.record(working_day.delivery())
    hub.decide(f"{working_day.device}/{working_day.epoch}/1")
    working_day.disavow(1)
    hub.desk.record(working_day.delivery())
    assert "DISANGKAL" in hub.day().flags


def test_punch_with_a_pin_counts_at_once_and_waits_for_the_supervisor(hub: Hub, journal: KioskJournal) -> None:
    journal.punch(taken_at=at("06:50"), factor="pin", evidence="a" * 64)
    journal.punch(taken_at=at("15:10"), factor="card")
    hub.desk.record(journal.delivery())
    day = hub.day()
    assert (day.status, day.late_min, day.flags) == ("HADIR", 0, ("PERLU_DITINJAU",))
    assert sum("waits for a look" in each.en for each in day.explanation) == 2
    first, second = list_reviews(hub.database, hub.store)
    assert (first.name, first.unit, first.work_date, first.at) == ("Person-1", "Dinas Kesehatan", DAY, at("06:50"))
    assert (first.concerns, second.concerns) == (("pin",), ("card",))
    assert (first.picture, second.picture, first.letter, first.confirmed) == ("awaited", "none", None, None)


def test_confirmed_punch_waits_no_longer_and_a_refused_one_counts_no_more(hub: Hub, journal: KioskJournal) -> None:
    journal.punch(taken_at=at("06:50"), factor="pin")
    journal.punch(taken_at=at("15:10"))
    hub.desk.record(journal.delivery())
    hub.day()
    hub.review("kiosk-1/1")
    assert (hub.day().status, hub.day().flags) == ("HADIR", ())
    assert list_reviews(hub.database) == []
    hub.review("kiosk-1/1", confirmed=False)
    day = hub.day()
    assert (day.status, day.flags) == ("TIDAK_LENGKAP", ("TANPA_DATANG",))
    assert any("refused after a look at it" in each.en for each in day.explanation)
    hub.review("kiosk-1/1")
    assert hub.day().status == "HADIR"
    [line] = list_reviews(hub.database, decided=True)
    assert (line.confirmed, line.decided_by, line.reason) == (True, "kasubag", "dilihat")
    with hub.database.read() as session:
        assert len(session.scalars(select(PunchDecision)).all()) == 3


def test_plain_punch_needs_nobodys_look_and_leaves_no_row(hub: Hub, working_day: KioskJournal) -> None:
    hub.desk.record(working_day.delivery())
    with hub.database.read() as session:
        assert session.scalars(select(PunchCircumstance)).all() == []
    with pytest.raises(PaperError, match="needs nobody's look"):
        hub.review("kiosk-1/1")
    with pytest.raises(PaperError, match="needs nobody's look"):
        find_review(hub.database, hub.store, "kiosk-1/1")
    with pytest.raises(PaperError, match="Say which punches"):
        hub.review()


def test_face_punch_with_a_picture_alone_waits_for_nobody(hub: Hub, journal: KioskJournal) -> None:
    journal.punch(taken_at=at("06:50"), evidence="a" * 64)
    hub.desk.record(journal.delivery())
    assert list_reviews(hub.database) == []
    assert "PERLU_DITINJAU" not in hub.day().flags


def test_duty_elsewhere_awaits_its_letter(hub: Hub, journal: KioskJournal) -> None:
    journal.punch(taken_at=at("06:50"), duty=True)
    hub.desk.record(journal.delivery())
    day = hub.day()
    assert any("letter awaited" in each.en for each in day.explanation)
    [line] = list_reviews(hub.database)
    assert (line.concerns, line.letter) == (("duty",), "awaited")
    with hub.database.write() as session:
        session.get_one(StoredDay, (PERSON, DAY)).status = "DL"
    [line] = list_reviews(hub.database)
    assert line.letter == "here"


def test_decision_of_a_closed_month_is_refused(hub: Hub, journal: KioskJournal) -> None:
    journal.punch(taken_at=at("06:50"), factor="pin")
    hub.desk.record(journal.delivery())
    hub.desk.clock.now = datetime(2026, 12, 2, 3, 0, tzinfo=JAKARTA)
    hub.day()
    close_month(hub.database, date(2026, 11, 1), None, by="admin", now=hub.desk.clock.now)
    with pytest.raises(PaperError, match="closed"):
        hub.review("kiosk-1/1")


def test_review_list_is_of_a_unit(hub: Hub, journal: KioskJournal) -> None:
    journal.punch(taken_at=at("06:50"), factor="pin")
    hub.desk.record(journal.delivery())
    assert len(list_reviews(hub.database, unit_id=hub.unit)) == 1
    other = add_unit(hub.database, "Lain")
    assert list_reviews(hub.database, unit_id=other) == []
    assert [count_reviews(hub.database, unit) for unit in (None, hub.unit, other)] == [1, 1, 0]


def test_punch_of_nobody_known_waits_for_no_supervisor(hub: Hub, journal: KioskJournal) -> None:
    journal.punch(taken_at=at("06:50"), factor="pin", person="ghost")
    journal.disavow(1, person="ghost")
    hub.desk.record(journal.delivery())
    assert list_reviews(hub.database) == []
    assert hub.states() == ["effective"]


def test_picture_of_a_punch_is_taken_in_once_its_row_is_here(hub: Hub, journal: KioskJournal) -> None:
    content, other = jpeg(3), jpeg(4)
    recorder = SnapshotRecorder(database=hub.database, hub_key=hub.desk.hub_key, store=hub.store, now=hub.desk.clock)

    def send(picture: bytes) -> list[Any]:
        payload = sealed_evidence(picture, key=journal.key, epoch=journal.epoch)
        return recorder.record([(journal.device, payload)])

    assert send(content) == []
    journal.punch(taken_at=at("06:50"), factor="pin", evidence=snapshot_hash(content))
    hub.desk.record(journal.delivery())
    assert send(other) == []
    [receipt] = [hub.desk._open(outgoing) for outgoing in send(content)]
    assert receipt.evidence == (snapshot_hash(content),)
    line = find_review(hub.database, hub.store, "kiosk-1/1")
    assert (line.picture, line.evidence) == ("here", snapshot_hash(content))
    assert hub.store.read(snapshot_hash(other)) is None


def test_picture_of_a_quarantined_punch_is_taken_in_too(hub: Hub, journal: KioskJournal) -> None:
    journal.punch(source="photo", factor="pin", evidence="b" * 64)
    hub.desk.record(journal.delivery())
    with hub.database.read() as session:
        assert [row.sha256 for row in session.scalars(select(AnnouncedSnapshot))] == ["b" * 64]
        assert session.scalars(select(PunchCircumstance)).all() == []


@given(
    seqs=st.lists(st.integers(1, 2**53), min_size=1, max_size=4),
    people=st.lists(st.sampled_from([PERSON, "person-2", "x" * 64]), min_size=4, max_size=4),
)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_disavowed_the_batch_is_stored_and_every_disavowal_settles(
    desk: Any, seqs: list[int], people: list[str]
) -> None:
    journal = KioskJournal(device=f"kiosk-{abs(hash((tuple(seqs), tuple(people))))}")
    desk.register(journal)
    journal.punch(person=PERSON)
    for seq, person in zip(seqs, people, strict=False):
        journal.disavow(seq, person=person)
    [receipt] = desk.record(journal.delivery())
    assert (receipt.upto, receipt.rejected) == (len(seqs) + 1, ())
    with desk.database.read() as session:
        query = select(DisavowedPunch).where(DisavowedPunch.device == journal.device)
        for row in session.scalars(query):
            good = row.punch_seq == 1 and row.person_id == PERSON
            assert row.state == ("effective" if good else "void")


def alarm_detail(hub: Hub) -> str:
    [detail] = [alarm.detail for alarm in open_alarms(hub.database) if alarm.kind == "stray_disavowal"]
    return detail


def test_punch_outside_the_areas_of_its_kiosk_counts_and_waits(hub: Hub, journal: KioskJournal) -> None:
    journal.punch(taken_at=at("06:50"), place=Place(fix=True, latitude=-8.17, longitude=113.7, beyond_m=347.2))
    journal.punch(taken_at=at("15:10"), place=Place(fix=True, latitude=-8.17, longitude=113.7))
    hub.desk.record(journal.delivery())
    day = hub.day()
    assert (day.status, day.flags) == ("HADIR", ("PERLU_DITINJAU",))
    assert any("di luar lokasi" in each.id for each in day.explanation)
    [line] = list_reviews(hub.database)
    assert (line.concerns, line.beyond_m) == (("misplaced",), 347.2)
    hub.review("kiosk-1/1", confirmed=False)
    assert hub.day().status == "TIDAK_LENGKAP"


def test_unplaced_punch_of_a_portable_kiosk_counts_and_waits(hub: Hub, journal: KioskJournal) -> None:
    journal.punch(taken_at=at("06:50"), place=Place(fix=False))
    journal.punch(taken_at=at("15:10"), place=Place(fix=True, latitude=-8.17, longitude=113.7, accuracy_m=12.0))
    hub.desk.record(journal.delivery())
    day = hub.day()
    assert (day.status, day.flags) == ("HADIR", ("PERLU_DITINJAU",))
    assert any("without a position" in each.en for each in day.explanation)
    [line] = list_reviews(hub.database)
    assert (line.concerns, line.latitude) == (("unplaced",), None)
    with hub.database.read() as session:
        placed = session.get_one(PunchCircumstance, (journal.device, journal.epoch, 2))
        assert (placed.fix, placed.latitude, placed.longitude, placed.accuracy_m) == (True, -8.17, 113.7, 12.0)
    hub.review("kiosk-1/1", confirmed=False)
    assert hub.day().status == "TIDAK_LENGKAP"


def test_picture_that_was_erased_by_age_is_missing_and_not_awaited(hub: Hub, journal: KioskJournal) -> None:
    journal.punch(taken_at=at("06:50"), factor="pin", evidence="a" * 64)
    hub.desk.record(journal.delivery())
    with hub.database.write() as session:
        session.query(AnnouncedSnapshot).delete()
    assert [line.picture for line in list_reviews(hub.database, hub.store)] == ["missing"]
