"""The operator mode by itself: who is let in, what may be done, and that it always ends."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.enrolment import Outcome
from kiosk.operator import happenings as h
from kiosk.operator import screens as s
from kiosk.operator import wishes as w
from kiosk.operator.machine import IDLE_SECONDS, TOLD_SECONDS, WARNED_SECONDS, Session, step
from kiosk.operator.poses import POSES, Shooting
from kiosk.operator.shooting import CAPTURE_SECONDS
from kiosk.recognizer.consensus import Identity

RUDI = Identity("rudi", 0.9, 0.6, 0.3, 4, 0.0)
SITI, NEW = s.Subject("siti", "Siti"), s.Subject(None, "Budi Baru")
STANDING = s.Standing("i-1", "Siti", None, 0, 6)
SHOOTING = Shooting(POSES, 0, 0, (), None, 0.0, CAPTURE_SECONDS)
TO_MENU: tuple[h.Happening, ...] = (
    h.Called(), h.FaceKnown(RUDI, operator=True, tries_left=5), h.PinTried("rudi", right=True, tries_left=5),
    h.Entered("rudi"),
)  # fmt: skip
TO_REVIEW: tuple[h.Happening, ...] = (
    *TO_MENU, h.Picked("enrol"), h.Opened(s.FindPerson()), h.Chosen(SITI), h.Agreed(), h.Shot(SHOOTING),
    h.Taken((b"1",) * 6),
)  # fmt: skip


def walk(*happenings: h.Happening | None, now: float = 10.0) -> tuple[Session, list[w.Wanted]]:
    session, wanted = Session(), []
    for each in happenings:
        session, more = step(session, each, now)
        wanted += more
    return session, wanted


def test_operator_comes_in_by_face_and_pin_and_only_when_it_is_written() -> None:
    session, wanted = walk(*TO_MENU[:-1])
    assert isinstance(session.screen, s.AskPin)
    assert wanted == [w.Enter(RUDI)]
    session, _ = step(session, TO_MENU[-1], 10.0)
    assert (session.screen, session.operator) == (s.Menu(), "rudi")


def test_whoever_is_in_is_told_before_the_mode_ends_by_itself() -> None:
    session, _ = walk(*TO_MENU)
    warned, _ = step(session, None, 10.0 + IDLE_SECONDS - WARNED_SECONDS)
    assert warned.screen == s.Ending(s.Menu(), round(WARNED_SECONDS))
    later, _ = step(warned, None, 10.0 + IDLE_SECONDS - 4.5)
    assert later.screen == s.Ending(s.Menu(), 5)
    stayed, _ = step(later, h.StillHere(), 10.0 + IDLE_SECONDS - 4.0)
    assert step(stayed, None, 10.0 + IDLE_SECONDS)[0].screen == s.Menu()
    assert not step(later, h.Picked("leave"), 10.0 + IDLE_SECONDS - 4.0)[0].on
    assert not step(later, None, 10.0 + IDLE_SECONDS)[0].on


def test_touch_on_the_warning_does_nothing_but_lead_back() -> None:
    """Whoever touches where a button stood before does not send photographs with it."""
    session, _ = walk(*TO_REVIEW)
    warned, _ = step(session, None, 10.0 + IDLE_SECONDS - 1.0)
    assert warned.screen == s.Ending(session.screen, 1, unsent=True)
    back, wanted = step(warned, h.SendWanted(), 10.0 + IDLE_SECONDS - 0.5)
    assert (back.screen, wanted) == (session.screen, ())


def test_capture_is_not_interrupted_and_leaves_time_to_read_what_came_of_it() -> None:
    session, _ = walk(*TO_REVIEW[:-1])
    going, _ = step(session, None, 10.0 + IDLE_SECONDS - 1.0)
    assert isinstance(going.screen, s.Capturing)
    ended, _ = step(going, h.Taken((b"1",) * 6), 10.0 + IDLE_SECONDS - 0.5)
    assert isinstance(step(ended, None, 10.0 + IDLE_SECONDS + 5.0)[0].screen, s.Reviewing)


def test_leaving_during_a_capture_keeps_nothing() -> None:
    session, _ = walk(*TO_REVIEW[:-1])
    assert isinstance(session.screen, s.Capturing)
    assert step(session, h.Picked("leave"), 11.0)[0] == Session()


def test_what_changes_behind_the_warning_is_there_afterwards() -> None:
    session, _ = walk(*TO_MENU)
    warned, _ = step(session, h.LockChanged(True, True), 10.0 + IDLE_SECONDS - 1.0)
    assert isinstance(warned.screen, s.Ending)
    assert step(warned, h.StillHere(), 10.0 + IDLE_SECONDS - 0.5)[0].screen == s.Menu(locked=True, locked_by_hub=True)


def test_full_journal_lets_nobody_in() -> None:
    session, _ = walk(*TO_MENU[:-1], h.NotEntered())
    assert (session.screen, session.operator) == (s.Denied("journal"), None)


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        (h.FaceKnown(RUDI, operator=False, tries_left=None), "not_operator"),
        (h.FaceKnown(RUDI, operator=True, tries_left=None), "no_pin"),
        (h.FaceKnown(RUDI, operator=True, tries_left=0), "barred"),
        (h.FaceRefused("liveness"), "liveness"),
        (h.CameraLost(), "camera"),
    ],
)
def test_who_may_not_come_in_is_told_why(known: h.Happening, reason: s.DenialReason) -> None:
    session, wanted = walk(h.Called(), known)
    assert session.screen == s.Denied(reason)
    assert wanted == []
    assert step(session, None, 10.0 + TOLD_SECONDS)[0].screen is None


def test_wrong_pin_is_told_and_the_last_one_bars_and_is_written() -> None:
    session, _ = walk(*TO_MENU[:2], h.PinTried("rudi", right=False, tries_left=1))
    assert session.screen == s.AskPin("rudi", 1, wrong=True)
    session, wanted = step(session, h.PinTried("rudi", right=False, tries_left=0), 10.0)
    assert session.screen == s.Denied("barred")
    assert wanted == (w.Write("rudi", "pin_barred"),)


def test_pin_of_somebody_else_lets_nobody_in() -> None:
    session, wanted = walk(*TO_MENU[:2], h.PinTried("siti", right=True, tries_left=5))
    assert wanted == []
    assert session.screen == s.AskPin("rudi", 5)


def test_state_of_the_device_can_be_seen_without_anybody_let_in() -> None:
    session, wanted = walk(h.Called("camera"), h.Picked("device"))
    assert wanted == [w.Open("device")]
    session, _ = step(session, h.Opened(s.Device((s.Fact("queue", text="3"),))), 10.0)
    assert isinstance(session.screen, s.Device)
    assert session.screen.outside
    for item in ("enrol", "logs", "lock", "parts", "test", "standings"):
        assert step(session, h.Picked(item), 10.0) == (session, ())  # type: ignore[arg-type]
    assert step(session, h.Back(), 10.0)[0].screen is None


def test_enrolment_goes_from_name_to_waiting() -> None:
    session, wanted = walk(*TO_REVIEW)
    assert session.screen == s.Reviewing(SITI, (b"1",) * 6)
    assert wanted[-1] == w.BeginCapture(SITI)
    session, sealing = step(session, h.SendWanted(), 10.0)
    assert sealing == (w.Seal(SITI, "rudi"),)
    session, after = step(session, h.Sealed(STANDING), 10.0)
    assert session.screen == s.Handed(STANDING)
    assert after == (w.Discard(),)
    outcomes: tuple[Outcome, ...] = ("waiting", "approved")
    for outcome in outcomes:
        session, _ = step(session, h.StandingChanged((replace(STANDING, outcome=outcome),)), 10.0)
        assert session.screen == s.Handed(replace(STANDING, outcome=outcome))


def test_what_cannot_be_sealed_is_said_and_can_be_tried_again() -> None:
    session, _ = walk(*TO_REVIEW, h.SendWanted(), h.NotSealed("disk"))
    assert session.screen == s.Reviewing(SITI, (b"1",) * 6, trouble="disk")
    assert step(session, h.SendWanted(), 10.0)[1] == (w.Seal(SITI, "rudi"),)


def test_without_consent_nothing_is_captured() -> None:
    session, wanted = walk(*TO_MENU, h.Picked("enrol"), h.Opened(s.FindPerson()), h.Chosen(SITI), h.Shot(SHOOTING))
    assert session.screen == s.AskConsent(SITI)
    assert not any(isinstance(each, w.BeginCapture) for each in wanted)
    assert step(session, h.Back(), 10.0)[0].screen == s.FindPerson()


def test_operator_does_not_enrol_themself() -> None:
    own = s.Subject("rudi", "Rudi", again=True)
    session, wanted = walk(*TO_MENU, h.Picked("enrol"), h.Opened(s.FindPerson()), h.Chosen(own), h.Agreed())
    assert session.screen == s.Unable("yourself")
    assert not any(isinstance(each, w.BeginCapture) for each in wanted)


@pytest.mark.parametrize("unfit", ["duplicate", "liveness"])
def test_unfit_pictures_are_forgotten(unfit: s.UnfitReason) -> None:
    session, _ = walk(*TO_REVIEW[:-1])
    session, wanted = step(session, h.Taken(unfit=unfit, other="Budi"), 10.0)
    assert session.screen == s.Unfit(SITI, unfit, "Budi")
    assert wanted == (w.Discard(),)
    assert step(session, h.SendWanted(), 10.0)[1] == ()


def test_capture_that_takes_too_long_ends() -> None:
    session, _ = walk(*TO_REVIEW[:-1])
    session, wanted = step(session, h.Shot(SHOOTING), CAPTURE_SECONDS)
    assert session.screen == s.Unfit(SITI, "slow")
    assert wanted == (w.Discard(),)


def test_lost_camera_ends_a_capture() -> None:
    session, _ = walk(*TO_REVIEW[:-1], h.CameraLost())
    assert session.screen == s.Unfit(SITI, "camera")


def test_parts_are_tried_one_after_the_other_and_the_result_is_written() -> None:
    session, _ = walk(*TO_MENU, h.Picked("parts"), h.Opened(s.TryingPart(("relay", "blue"))))
    assert step(session, h.PartJudged(fine=True), 10.0)[0] == session
    session, wanted = step(session, h.PartStarted(), 10.0)
    assert wanted == (w.TryPart("relay"),)
    session, _ = step(session, h.PartJudged(fine=True), 10.0)
    session, _ = step(session, h.PartStarted(), 10.0)
    session, wanted = step(session, h.PartJudged(fine=False), 10.0)
    assert wanted == (w.Write("rudi", "tested_parts", "relay:ok blue:failed"),)
    assert isinstance(session.screen, s.TryingPart)
    assert session.screen.part is None


def test_enrolments_that_ended_are_forgotten_once_they_were_read() -> None:
    session, wanted = walk(*TO_MENU, h.Picked("standings"), h.Opened(s.Standings((STANDING,))))
    assert wanted[-1] == w.Open("standings")
    session, wanted_then = step(session, h.Back(), 10.0)
    assert (session.screen, wanted_then) == (s.Menu(), (w.ForgetEnded(),))


def test_what_the_hub_has_locked_no_operator_unlocks() -> None:
    session, _ = walk(*TO_MENU[:-1], h.Entered("rudi", locked=False, locked_by_hub=True))
    assert step(session, h.Picked("unlock"), 10.0)[1] == ()
    session, _ = walk(*TO_MENU)
    assert step(session, h.Picked("lock"), 10.0)[1] == (w.SetLock(locked=True), w.Write("rudi", "locked"))


def test_mode_ends_by_itself_and_says_so() -> None:
    session, _ = walk(*TO_REVIEW)
    assert step(session, h.Measured(None), 10.0 + IDLE_SECONDS - 0.1)[0].on
    ended, wanted = step(session, None, 10.0 + IDLE_SECONDS)
    assert not ended.on
    assert wanted == (w.Discard(), w.Write("rudi", "left"))


SUBJECTS = st.sampled_from([SITI, NEW])
HAPPENINGS: st.SearchStrategy[h.Happening | None] = st.one_of(
    st.none(),
    st.builds(h.Called, st.sampled_from([None, "camera", "journal", "nobody"])),
    st.builds(h.FaceShown),
    st.builds(h.FaceKnown, st.just(RUDI), st.booleans(), st.sampled_from([None, 0, 3])),
    st.builds(h.FaceRefused, st.sampled_from(["unknown", "liveness", "twin"])),
    st.builds(h.PinTried, st.sampled_from(["rudi", "siti"]), st.booleans(), st.integers(0, 5)),
    st.builds(h.Entered, st.just("rudi"), st.booleans(), st.booleans()),
    st.builds(h.NotEntered),
    st.builds(
        h.Picked,
        st.sampled_from(["enrol", "standings", "test", "parts", "device", "logs", "lock", "unlock", "leave"]),
    ),
    st.builds(
        h.Opened,
        st.sampled_from(
            [s.FindPerson(), s.Standings(), s.TryingPart(("blue",)), s.Device(()), s.Logs(()), s.Unable("no_key")]
        ),
    ),
    st.builds(h.Found, st.text(max_size=3), st.just((SITI,))),
    st.builds(h.Chosen, SUBJECTS),
    st.builds(h.Agreed),
    st.builds(h.Shot, st.just(SHOOTING)),
    st.builds(h.Taken, st.just((b"1",)), st.booleans(), st.sampled_from([None, "duplicate", "liveness"])),
    st.builds(h.BareWanted),
    st.builds(h.SendWanted),
    st.builds(h.Sealed, st.just(STANDING)),
    st.builds(h.NotSealed, st.sampled_from(["disk", "journal", "no_key"])),
    st.builds(h.StandingChanged, st.just((STANDING,))),
    st.builds(h.Measured, st.none()),
    st.builds(h.PartStarted),
    st.builds(h.PartJudged, st.booleans()),
    st.builds(h.LockChanged, st.booleans(), st.booleans()),
    st.builds(h.Back),
    st.builds(h.StillHere),
    st.builds(h.CameraLost),
    st.builds(h.Ended),
)


@settings(max_examples=400, deadline=None)
@given(st.integers(0, len(TO_REVIEW)), st.lists(st.tuples(HAPPENINGS, st.integers(0, 30)), max_size=40))
def test_whatever_happens_nobody_is_enrolled_without_operator_pin_and_consent_and_it_ends(
    known: int, rest: list[tuple[h.Happening | None, int]]
) -> None:
    session, now = Session(), 0
    right_pin = entered = False
    agreed: s.Subject | None = None
    for happening, seconds in [*((each, 0) for each in TO_REVIEW[:known]), *rest]:
        now += seconds
        before = session
        if isinstance(happening, h.PinTried) and isinstance(before.screen, s.AskPin):
            right_pin = right_pin or (happening.right and happening.person == before.screen.person)
        if isinstance(happening, h.Agreed) and isinstance(before.screen, s.AskConsent):
            agreed = before.screen.subject
        session, wanted = step(session, happening, now)
        entered = entered or session.operator is not None
        for want in wanted:
            match want:
                case w.Enter():
                    assert right_pin
                case w.BeginCapture(subject):
                    assert entered
                    assert subject == agreed
                case w.Seal(subject, operator):
                    assert (subject, operator) == (agreed, "rudi")
                    assert isinstance(session.screen, s.Reviewing)
        seals = [want for want in wanted if isinstance(want, w.Seal)]
        assert len(seals) <= 1
        if not session.on:
            assert session == Session()
            if before.on:
                assert w.Discard() in wanted
                assert (w.Write("rudi", "left") in wanted) == (before.operator is not None)
            right_pin = entered = False
            agreed = None
        assert session.operator is None or right_pin
    assert not step(session, None, now + IDLE_SECONDS)[0].on
