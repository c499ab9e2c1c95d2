"""The walk-up: what people see and what is recorded, for every order in which things can happen."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.events import (
    Ambiguous,
    CameraLost,
    Challenging,
    Closed,
    CommitFailed,
    Committed,
    Event,
    FaceSeen,
    LivenessFailed,
    LockChanged,
    Nobody,
    Recognised,
    Unrecognised,
    Verifying,
)
from kiosk.recognizer.consensus import Identity
from kiosk.remembered import LastPunch, Scan, ScanSettings
from kiosk.scan import remember, step
from kiosk.states import (
    Accepted,
    Action,
    AlreadyRecorded,
    Approach,
    CameraTrouble,
    Challenge,
    Idle,
    Locked,
    Record,
    Recording,
    Refused,
    Signal,
    Verify,
)

SETTINGS = ScanSettings()
NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)


def identity(person: str = "ayu", first_seen_at: float = 0.0) -> Identity:
    return Identity(person, 0.97, 0.93, 0.2, 3, first_seen_at)


class Walk:
    """One kiosk's walk-up, with a journal that takes every punch unless it is full."""

    def __init__(self, scan: Scan | None = None) -> None:
        self.scan = scan or Scan()
        self.now = 100.0
        self.journal_full = False
        self.recorded: list[tuple[str, float]] = []
        self.signals: list[str] = []

    def on(self, *events: Event | None, after: float = 0.1) -> Walk:
        """Let each event happen, so long after the one before."""
        for event in events:
            self.now += after
            pending: list[Event | None] = [event]
            while pending:
                self.scan, actions = step(self.scan, pending.pop(0), now=self.now, settings=SETTINGS)
                pending += self.answer(actions)
        return self

    def answer(self, actions: Sequence[Action]) -> list[Event | None]:
        answers: list[Event | None] = []
        for action in actions:
            match action:
                case Signal(kind):
                    self.signals.append(kind)
                case Record(who) if self.journal_full:
                    answers.append(CommitFailed(who.person))
                case Record(who):
                    self.recorded.append((who.person, self.now))
                    answers.append(Committed(who.person, NOON + timedelta(seconds=self.now)))
        return answers

    def show(self, event: Event, *, seconds: float) -> Walk:
        """The same event with every frame, ten a second."""
        return self.on(*[event] * round(seconds * 10))

    @property
    def people(self) -> list[str]:
        return [person for person, _ in self.recorded]


# One person ---------------------------------------------------------------------------------------------------------


def test_person_who_walks_up_is_accepted_once() -> None:
    walk = Walk().on(Nobody(), FaceSeen("nearer", 1.0))
    assert walk.scan.state == Approach("nearer")
    walk.on(Verifying(0.3, 1.0))
    assert walk.scan.state == Verify(0.3)
    walk.on(Recognised(identity(first_seen_at=1.0)))
    assert isinstance(walk.scan.state, Accepted)
    assert walk.scan.state.person == "ayu"
    assert walk.scan.state.until == pytest.approx(walk.now + SETTINGS.accepted_hold)
    assert (walk.people, walk.signals) == (["ayu"], ["accepted"])


def test_recognition_alone_accepts_nobody() -> None:
    scan, actions = step(Scan(), Recognised(identity()), now=1.0, settings=SETTINGS)
    assert scan.state == Recording(identity())
    assert actions == (Record(identity()),)
    for event in (Recognised(identity()), Recognised(identity("budi")), None, Nobody()):
        again, actions = step(scan, event, now=9.0, settings=SETTINGS)
        assert not isinstance(again.state, Accepted)
        assert not actions


def test_lingering_person_is_told_nothing_new_however_long() -> None:
    walk = Walk().show(Recognised(identity()), seconds=SETTINGS.repeat_window + 60)
    assert (walk.people, walk.signals) == (["ayu"], ["accepted"])
    assert walk.scan.state == Idle()
    walk.on(Verifying(0.5, 0.0), Unrecognised(0.0), FaceSeen("look", 0.0))
    assert walk.scan.state == Idle()
    assert walk.signals == ["accepted"]


def test_person_who_comes_back_within_the_window_is_told_so() -> None:
    walk = Walk().on(Recognised(identity()))
    taken_at = walk.scan.punches["ayu"].taken_at
    walk.show(Nobody(), seconds=5).on(Recognised(identity(first_seen_at=6.0)))
    assert isinstance(walk.scan.state, AlreadyRecorded)
    assert walk.scan.state.taken_at == taken_at
    walk.show(Recognised(identity(first_seen_at=6.0)), seconds=20)
    assert (walk.people, walk.signals) == (["ayu"], ["accepted", "already"])


@pytest.mark.parametrize(("seconds_later", "punches"), [(119.0, 1), (121.0, 2)])
def test_window_ends_after_its_time(seconds_later: float, punches: int) -> None:
    walk = Walk().on(Recognised(identity()), Nobody(), after=1.0).on(Nobody(), after=2.0)
    walk.on(Recognised(identity(first_seen_at=9.0)), after=seconds_later - 3.0)
    assert len(walk.recorded) == punches


def test_window_is_not_prolonged_by_coming_back() -> None:
    walk = Walk().on(Recognised(identity()))
    for _ in range(2):
        walk.on(Nobody(), after=2.0).on(Nobody(), after=40.0).on(Recognised(identity(first_seen_at=walk.now)))
    walk.on(Nobody(), after=2.0).on(Recognised(identity(first_seen_at=walk.now)), after=40.0)
    assert walk.people == ["ayu", "ayu"]


def test_short_gap_without_a_face_is_not_going_away() -> None:
    walk = Walk().on(Recognised(identity())).show(Nobody(), seconds=0.5).on(Recognised(identity(first_seen_at=9.0)))
    assert walk.signals == ["accepted"]


def test_result_goes_when_its_time_is_over_even_without_frames() -> None:
    walk = Walk().on(Recognised(identity())).on(None, after=SETTINGS.accepted_hold - 0.1)
    assert isinstance(walk.scan.state, Accepted)
    walk.on(None, after=0.2)
    assert walk.scan.state == Idle()


def test_approach_ends_when_nobody_is_there_any_more() -> None:
    walk = Walk().on(FaceSeen("centre", 1.0), Nobody())
    assert walk.scan.state == Approach("centre")
    walk.show(Nobody(), seconds=SETTINGS.gone_after + 0.1)
    assert walk.scan.state == Idle()


# Several people -----------------------------------------------------------------------------------------------------


def test_next_person_is_served_while_the_result_is_on_the_screen() -> None:
    walk = Walk().on(Recognised(identity("ayu", 1.0)), Verifying(0.3, 2.0))
    assert isinstance(walk.scan.state, Accepted)
    walk.on(Recognised(identity("budi", 2.0)))
    assert isinstance(walk.scan.state, Accepted)
    assert walk.scan.state.person == "budi"
    assert (walk.people, walk.signals) == (["ayu", "budi"], ["accepted", "accepted"])


def test_queue_of_people_is_served_one_by_one() -> None:
    walk = Walk()
    for number in range(20):
        walk.on(Verifying(0.3, float(number)), Recognised(identity(f"p{number}", float(number))))
    assert walk.people == [f"p{number}" for number in range(20)]


def test_stranger_after_an_accepted_person_gets_no_share_of_it() -> None:
    walk = Walk().on(Recognised(identity("ayu", 1.0)), Unrecognised(2.0))
    assert isinstance(walk.scan.state, Accepted)
    assert walk.scan.state.person == "ayu"
    walk.show(Verifying(0.5, 2.0), seconds=SETTINGS.accepted_hold)
    assert walk.scan.state == Verify(0.5)
    walk.on(Unrecognised(2.0))
    assert walk.scan.state == Refused("unrecognised", walk.now + SETTINGS.refused_hold)
    assert (walk.people, walk.signals) == (["ayu"], ["accepted", "refused"])


def test_stranger_is_refused_again_only_after_the_words_had_their_time() -> None:
    walk = Walk().show(Unrecognised(1.0), seconds=SETTINGS.refused_hold - 0.2)
    assert walk.signals == ["refused"]
    walk.show(Unrecognised(1.0), seconds=1.0)
    assert walk.signals == ["refused", "refused"]


def test_person_may_still_be_recognised_after_a_refusal() -> None:
    walk = Walk().on(Unrecognised(1.0), Recognised(identity("ayu", 1.0)))
    assert isinstance(walk.scan.state, Accepted)


def test_person_without_proof_of_liveness_is_not_recorded() -> None:
    walk = Walk().on(Closed(identity()))
    assert walk.scan.state == Refused("no_liveness", walk.now + SETTINGS.refused_hold)
    assert (walk.people, walk.signals) == ([], ["refused"])


def test_person_with_a_lookalike_is_sent_to_the_officer() -> None:
    walk = Walk().on(Ambiguous(identity()))
    assert walk.scan.state == Refused("second_factor", walk.now + SETTINGS.refused_hold)
    assert (walk.people, walk.signals) == ([], ["refused"])


# The kiosk's own troubles -------------------------------------------------------------------------------------------


def test_full_journal_refuses_with_words_and_asks_again_later() -> None:
    """Whoever stays is tried again when the words had their time: an idle screen would look as if all were well."""
    walk = Walk()
    walk.journal_full = True
    walk.on(Recognised(identity()))
    assert walk.scan.state == Refused("journal_full", walk.now + SETTINGS.refused_hold)
    walk.show(Recognised(identity()), seconds=SETTINGS.refused_hold * 3)
    assert 3 <= len(walk.signals) <= 4
    assert set(walk.signals) == {"trouble"}
    assert not walk.recorded
    walk.journal_full = False
    walk.show(Recognised(identity()), seconds=SETTINGS.refused_hold + 0.2)
    assert (walk.people, walk.signals[-1]) == (["ayu"], "accepted")


def test_full_journal_leaves_no_trace_in_the_window() -> None:
    walk = Walk()
    walk.journal_full = True
    walk.on(Recognised(identity())).on(Nobody(), after=2.0).on(Nobody(), after=2.0)
    walk.journal_full = False
    walk.on(Recognised(identity(first_seen_at=9.0)))
    assert walk.people == ["ayu"]


def test_camera_that_is_lost_says_so_once_and_comes_back() -> None:
    walk = Walk().on(Verifying(0.5, 1.0)).show(CameraLost(), seconds=5)
    assert walk.scan.state == CameraTrouble()
    assert walk.signals == ["trouble"]
    walk.on(None)
    assert walk.scan.state == CameraTrouble()
    walk.on(Nobody())
    assert walk.scan.state == Idle()
    walk.on(CameraLost(), FaceSeen("nearer", 3.0))
    assert walk.scan.state == Approach("nearer")
    assert walk.signals == ["trouble", "trouble"]


def test_person_in_view_of_a_camera_that_comes_back_is_not_recorded_twice() -> None:
    walk = Walk().on(Recognised(identity()), CameraLost(), Recognised(identity(first_seen_at=9.0)))
    assert walk.people == ["ayu"]
    assert isinstance(walk.scan.state, AlreadyRecorded)


def test_locked_kiosk_takes_nothing_until_it_is_unlocked() -> None:
    walk = Walk().on(LockChanged(True))
    walk.on(Recognised(identity()), Unrecognised(1.0), CameraLost(), Nobody(), None, Closed(identity()))
    assert walk.scan.state == Locked()
    assert (walk.people, walk.signals) == ([], [])
    walk.on(LockChanged(False))
    assert walk.scan.state == Idle()
    walk.on(Recognised(identity()))
    assert walk.people == ["ayu"]


def test_punch_that_was_under_way_when_the_lock_came_is_still_told() -> None:
    scan, _ = step(Scan(), Recognised(identity()), now=1.0, settings=SETTINGS)
    scan, _ = step(scan, LockChanged(True), now=1.1, settings=SETTINGS)
    scan, actions = step(scan, Committed("ayu", NOON), now=1.2, settings=SETTINGS)
    assert isinstance(scan.state, Accepted)
    assert actions == (Signal("accepted"),)
    scan, _ = step(scan, None, now=1.3, settings=SETTINGS)
    assert scan.state == Locked()


def test_restarted_machine_knows_the_punches_of_before() -> None:
    walk = Walk(remember(Scan(), {"ayu": LastPunch(NOON, 90.0)})).on(Recognised(identity()))
    assert walk.scan.state == AlreadyRecorded("ayu", NOON, walk.now + SETTINGS.accepted_hold)
    assert not walk.recorded


def test_machine_forgets_who_is_outside_the_window() -> None:
    walk = Walk()
    for number in range(500):
        walk.on(Recognised(identity(f"p{number}", float(number))), after=1.0)
    assert len(walk.scan.punches) <= SETTINGS.repeat_window + 1


# Anything at all ----------------------------------------------------------------------------------------------------

people = st.sampled_from(["ayu", "budi", "citra"])
faces = st.sampled_from([1.0, 2.0, 3.0])
identities = st.builds(identity, people, faces)
happenings = st.one_of(
    st.none(),
    st.just(Nobody()),
    st.just(CameraLost()),
    st.builds(FaceSeen, st.sampled_from(["nearer", "centre", "look", "still"]), faces),
    st.builds(Verifying, st.floats(0, 1), faces),
    st.builds(Recognised, identities),
    st.builds(Unrecognised, faces),
    st.builds(Closed, identities),
    st.builds(LockChanged, st.booleans()),
)
pauses = st.sampled_from([0.0, 0.07, 0.5, 1.0, 3.0, 60.0, 119.9, 121.0])


@given(st.lists(st.tuples(happenings, pauses, st.booleans()), max_size=60))
def test_any_course_of_events_records_once_and_accepts_only_what_is_recorded(
    course: list[tuple[Event | None, float, bool]],
) -> None:
    walk = Walk()
    locked = False
    for event, after, full in course:
        walk.journal_full = full
        before, recorded = walk.scan, len(walk.recorded)
        walk.on(event, after=after)
        locked = event.locked if isinstance(event, LockChanged) else locked
        newly = isinstance(walk.scan.state, Accepted) and walk.scan.state != before.state
        assert newly == (len(walk.recorded) > recorded)
        assert len(walk.recorded) <= recorded + 1
        if locked:
            assert walk.scan.state == Locked()
            assert len(walk.recorded) == recorded
        if newly:
            assert isinstance(event, Recognised)
            assert walk.people[-1] == event.identity.person
    for person in set(walk.people):
        times = [at for who, at in walk.recorded if who == person]
        assert all(after - earlier >= SETTINGS.repeat_window for earlier, after in itertools.pairwise(times))


stray = st.one_of(
    happenings,
    st.builds(Committed, people, st.just(NOON)),
    st.builds(CommitFailed, people),
)


@given(st.lists(st.tuples(stray, pauses), max_size=60))
def test_any_course_with_stray_answers_of_the_journal_raises_nothing(course: list[tuple[Event | None, float]]) -> None:
    """The machine is asked alone: nobody answers its Record, and answers come that belong to none."""
    scan, now = Scan(), 0.0
    for event, after in course:
        now += after
        before = scan
        scan, actions = step(scan, event, now=now, settings=SETTINGS)
        if isinstance(scan.state, Accepted) and scan.state != before.state:
            assert isinstance(event, Committed)
        assert len(actions) <= 1


# Liveness -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seconds_later", [1.0, SETTINGS.repeat_window - 1e-6, SETTINGS.repeat_window, 10_000.0])
def test_unproven_face_is_never_recorded_whenever_it_comes(seconds_later: float) -> None:
    walk = Walk().on(Recognised(identity()), Nobody(), after=1.0).on(Nobody(), after=2.0)
    taken = len(walk.recorded)
    walk.on(Recognised(identity(first_seen_at=9.0), proven=False), after=seconds_later)
    assert len(walk.recorded) == taken
    assert not isinstance(walk.scan.state, Recording)


def test_stranger_to_the_window_who_proves_nothing_is_not_recorded() -> None:
    scan, actions = step(Scan(), Recognised(identity(), proven=False), now=1.0, settings=SETTINGS)
    assert actions == ()
    assert isinstance(scan.state, Verify)


def test_refused_person_is_told_once_and_has_another_try_after_stepping_away() -> None:
    walk = Walk().on(LivenessFailed(identity(first_seen_at=1.0), final=False))
    assert isinstance(walk.scan.state, Refused)
    assert walk.scan.state.reason == "liveness"
    walk.show(Verifying(0.5, 1.0), seconds=SETTINGS.refused_hold + 2)
    assert isinstance(walk.scan.state, Idle)
    walk.show(Nobody(), seconds=2).on(Challenging("left", 1, 4, 0.9, 20.0))
    assert walk.scan.state == Challenge("left", 1, 4, 0.9)


def test_last_refusal_sends_to_an_officer() -> None:
    walk = Walk().on(LivenessFailed(identity(), final=True))
    assert isinstance(walk.scan.state, Refused)
    assert walk.scan.state.reason == "liveness_officer"
