"""What hands do at the screen: choosing, disowning, PIN and card, one's own month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.events import (
    Ambiguous,
    CameraLost,
    CardUnknown,
    Challenging,
    Chosen,
    Claimed,
    Closed,
    CommitFailed,
    Committed,
    Disavowed,
    Dismissed,
    Event,
    FaceSeen,
    Leaving,
    LivenessFailed,
    LockChanged,
    MonthShown,
    NamesFound,
    NameWanted,
    Nobody,
    NotMe,
    NotMine,
    PinAsked,
    Recognised,
    Touched,
    Unrecognised,
    Verifying,
)
from kiosk.journal_records import RowKey
from kiosk.proposal import Proposal
from kiosk.recognizer.consensus import Identity
from kiosk.remembered import Scan, ScanSettings
from kiosk.scan import step
from kiosk.states import (
    Accepted,
    Action,
    AlreadyRecorded,
    Approach,
    AskNotMe,
    Challenge,
    CheckFace,
    Choose,
    Disavow,
    EnterPin,
    FindName,
    Idle,
    Narrow,
    Record,
    Refused,
    ReportDiffering,
    ShowMonth,
    Signal,
    Updating,
    Verify,
    Widen,
    Withdrawn,
)

NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
BOTH = ScanSettings(fallback=("pin", "card"))
CHOOSING = ScanSettings(choose=True)


def identity(person: str = "ayu", first_seen_at: float = 0.0) -> Identity:
    return Identity(person, 0.97, 0.93, 0.2, 3, first_seen_at)


class Walk:
    """A walk-up with a journal that takes every row unless it is full; `rows` are what it took."""

    def __init__(self, settings: ScanSettings = BOTH) -> None:
        self.settings = settings
        self.scan = Scan()
        self.now = 100.0
        self.full = False
        self.rows: list[Record | Disavow] = []
        self.signals: list[str] = []
        self.reports: list[str] = []
        self.narrowed: str | None = None

    def on(self, *events: Event | None, after: float = 0.1) -> Walk:
        for event in events:
            self.now += after
            pending: list[Event | None] = [event]
            while pending:
                self.scan, actions = step(self.scan, pending.pop(0), now=self.now, settings=self.settings)
                pending += self.answer(actions)
        return self

    def answer(self, actions: Sequence[Action]) -> list[Event | None]:
        answers: list[Event | None] = []
        for action in actions:
            match action:
                case Signal(kind):
                    self.signals.append(kind)
                case Record(who) if self.full:
                    answers.append(CommitFailed(who.person))
                case Record(who, factor):
                    self.rows.append(action)
                    row = RowKey("kiosk-1", "epoch", len(self.rows))
                    taken_at = NOON + timedelta(seconds=self.now)
                    answers.append(Committed(who.person, taken_at, row, Proposal("in"), factor))
                case Disavow(person) if self.full:
                    answers.append(CommitFailed(person))
                case Disavow(person):
                    self.rows.append(action)
                    answers.append(Disavowed(person))
                case Narrow(person):
                    self.narrowed = person
                case Widen():
                    self.narrowed = None
                case ReportDiffering(person):
                    self.reports.append(person)
        return answers

    def show(self, event: Event, *, seconds: float) -> Walk:
        return self.on(*[event] * round(seconds * 10))

    def refuse_twice(self) -> Walk:
        """Somebody whom nobody knows, until another way is offered."""
        return self.on(Unrecognised(1.0)).show(Verifying(0.5, 1.0), seconds=3.2).on(Unrecognised(1.0))

    @property
    def state(self) -> object:
        return self.scan.state


# Another way than the face -------------------------------------------------------------------------------------------


def test_first_refusal_offers_nothing_and_the_second_what_the_policy_has() -> None:
    walk = Walk().on(Unrecognised(1.0))
    assert isinstance(walk.scan.state, Refused)
    assert walk.scan.state.offers == ()
    walk.show(Verifying(0.5, 1.0), seconds=3.2).on(Unrecognised(1.0))
    assert isinstance(walk.scan.state, Refused)
    assert walk.scan.state.offers == ("pin", "card")


def test_policy_without_fallback_never_offers_one() -> None:
    walk = Walk(ScanSettings()).refuse_twice()
    assert isinstance(walk.scan.state, Refused)
    assert walk.scan.state.offers == ()
    walk.on(NameWanted(), PinAsked("ayu", 5), Claimed("ayu", "pin"))
    assert isinstance(walk.scan.state, Refused)


@pytest.mark.parametrize("event", [Closed(identity()), Ambiguous(identity()), LivenessFailed(identity(), final=True)])
def test_refusal_that_no_other_try_can_mend_offers_at_once(event: Event) -> None:
    state = Walk().on(event).scan.state
    assert isinstance(state, Refused)
    assert state.offers == ("pin", "card")


def test_refusals_of_one_visit_do_not_count_for_the_next() -> None:
    walk = Walk().on(Unrecognised(1.0)).show(Nobody(), seconds=4).on(Unrecognised(9.0))
    assert isinstance(walk.scan.state, Refused)
    assert walk.scan.state.offers == ()


def test_pin_and_face_make_a_punch_with_its_factor() -> None:
    walk = Walk().refuse_twice().on(NameWanted())
    assert isinstance(walk.state, FindName)
    walk.on(NamesFound("ay", (("ayu", "Ayu"),)))
    assert walk.scan.state == FindName(walk.now + BOTH.touch_hold, "ay", (("ayu", "Ayu"),))
    walk.on(PinAsked("ayu", 5))
    assert isinstance(walk.state, EnterPin)
    walk.on(Claimed("ayu", "pin"))
    assert isinstance(walk.state, CheckFace)
    assert walk.narrowed == "ayu"
    walk.on(FaceSeen("nearer", 1.0))
    assert walk.state == Approach("nearer")
    walk.on(Nobody(), Verifying(0.6, 1.0), Recognised(identity()))
    assert isinstance(walk.scan.state, Accepted)
    assert walk.scan.state.factor == "pin"
    assert walk.rows == [Record(identity(), "pin")]
    assert walk.narrowed is None


def test_face_that_is_another_one_is_refused_and_reported() -> None:
    walk = Walk().refuse_twice().on(NameWanted(), PinAsked("ayu", 5), Claimed("ayu", "pin"), Unrecognised(1.0))
    assert isinstance(walk.scan.state, Refused)
    assert (walk.scan.state.reason, walk.reports, walk.rows, walk.narrowed) == ("face_differs", ["ayu"], [], None)


def test_face_that_never_comes_ends_the_claim() -> None:
    walk = Walk().refuse_twice().on(NameWanted(), PinAsked("ayu", 5), Claimed("ayu", "pin"))
    walk.show(Nobody(), seconds=BOTH.check_hold + 0.2)
    assert isinstance(walk.scan.state, Refused)
    assert (walk.reports, walk.narrowed) == (["ayu"], None)
    walk.on(Recognised(identity("budi", 300.0)))
    assert walk.rows == [Record(identity("budi", 300.0))]


def test_claim_lasts_as_long_as_its_challenge() -> None:
    walk = Walk().refuse_twice().on(NameWanted(), PinAsked("ayu", 5), Claimed("ayu", "pin"))
    walk.show(Challenging("left", 1, 3, 0.5, 1.0), seconds=BOTH.check_hold + 3)
    assert walk.state == Challenge("left", 1, 3, 0.5)
    walk.on(Recognised(identity()))
    assert walk.rows == [Record(identity(), "pin")]


def test_claim_stands_in_where_liveness_cannot_be_proven() -> None:
    """Policy `passive` without a model: closed, second factor and review (DESIGN section 2)."""
    walk = Walk().on(Closed(identity()), NameWanted(), PinAsked("ayu", 5), Claimed("ayu", "pin"), Closed(identity()))
    assert walk.rows == [Record(identity(), "pin")]


def test_claim_does_not_excuse_a_failed_liveness() -> None:
    walk = Walk().refuse_twice().on(NameWanted(), PinAsked("ayu", 5), Claimed("ayu", "pin"))
    walk.on(LivenessFailed(identity(), final=False))
    assert isinstance(walk.scan.state, Refused)
    assert (walk.scan.state.reason, walk.rows, walk.narrowed) == ("liveness", [], None)


def test_wrong_pins_end_in_a_bar() -> None:
    walk = Walk().refuse_twice().on(NameWanted(), PinAsked("ayu", 2), PinAsked("ayu", 1, wrong=True))
    assert walk.scan.state == EnterPin("ayu", 1, walk.now + BOTH.touch_hold, wrong=True)
    walk.on(PinAsked("ayu", 0, wrong=True))
    assert isinstance(walk.scan.state, Refused)
    assert walk.scan.state.reason == "pin_barred"


def test_card_is_taken_before_any_refusal() -> None:
    walk = Walk().on(Claimed("budi", "card"), Recognised(identity("budi")))
    assert walk.rows == [Record(identity("budi"), "card")]


def test_pin_is_taken_only_where_it_was_asked_for() -> None:
    walk = Walk().on(Claimed("budi", "pin"))
    assert walk.state == Idle()
    walk.refuse_twice().on(NameWanted(), PinAsked("ayu", 5), Claimed("budi", "pin"))
    assert isinstance(walk.scan.state, EnterPin)
    assert walk.narrowed is None


def test_unknown_card_says_so_and_goes() -> None:
    walk = Walk().on(CardUnknown())
    assert isinstance(walk.scan.state, Refused)
    assert walk.scan.state.reason == "unknown_card"
    assert walk.show(Nobody(), seconds=4).state == Idle()


def test_while_somebody_types_no_face_is_served() -> None:
    walk = Walk().refuse_twice().on(NameWanted()).show(Recognised(identity("budi")), seconds=5)
    assert isinstance(walk.state, FindName)
    assert walk.rows == []


def test_screen_waits_for_hands_but_not_for_ever() -> None:
    walk = Walk().refuse_twice().on(NameWanted()).show(Nobody(), seconds=15).on(Touched()).show(Nobody(), seconds=15)
    assert isinstance(walk.state, FindName)
    assert walk.show(Nobody(), seconds=6).state == Idle()


@pytest.mark.parametrize("event", [CameraLost(), LockChanged(locked=True), Leaving(), Dismissed()])
def test_whatever_comes_between_ends_the_claim(event: Event) -> None:
    walk = Walk().refuse_twice().on(NameWanted(), PinAsked("ayu", 5), Claimed("ayu", "pin"), event)
    assert (walk.scan.claim, walk.narrowed) == (None, None)


# That is not me ------------------------------------------------------------------------------------------------------


def test_not_me_is_a_second_row_and_only_then_shown() -> None:
    walk = Walk().on(Recognised(identity()), NotMe())
    assert walk.rows == [Record(identity())]
    walk.on(NotMine())
    assert isinstance(walk.scan.state, Withdrawn)
    assert walk.rows == [Record(identity()), Disavow("ayu", RowKey("kiosk-1", "epoch", 1))]


def test_not_me_that_could_not_be_written_is_not_shown_as_done() -> None:
    walk = Walk().on(Recognised(identity()))
    walk.full = True
    walk.on(NotMe(), NotMine())
    assert isinstance(walk.scan.state, Refused)
    assert walk.scan.state.reason == "journal_full"


def test_face_that_was_taken_for_another_is_not_taken_for_them_again_while_it_stays() -> None:
    walk = Walk().on(Recognised(identity()), NotMe(), NotMine()).show(Recognised(identity()), seconds=12)
    assert walk.rows == [Record(identity()), Disavow("ayu", RowKey("kiosk-1", "epoch", 1))]


def test_who_was_taken_for_another_may_say_who_they_are() -> None:
    walk = Walk().on(
        Recognised(identity()), NotMe(), NotMine(), NameWanted(), PinAsked("budi", 5), Claimed("budi", "pin")
    )
    walk.on(Recognised(identity("budi")))
    assert walk.rows[-1] == Record(identity("budi"), "pin")


def test_owner_of_a_disowned_punch_may_still_punch() -> None:
    walk = (
        Walk()
        .on(Recognised(identity()), NotMe(), NotMine())
        .show(Nobody(), seconds=10)
        .on(Recognised(identity("ayu", 200.0)))
    )
    assert walk.rows[-1] == Record(identity("ayu", 200.0))


@pytest.mark.parametrize("answer", [[], [Dismissed()]])
def test_not_me_that_is_not_said_again_leaves_the_punch_as_it_was(answer: list[Event]) -> None:
    walk = Walk().on(Recognised(identity()), NotMe())
    assert isinstance(walk.scan.state, AskNotMe)
    walk.on(*answer).show(Recognised(identity()), seconds=25)
    assert walk.state == Idle()
    assert walk.rows == [Record(identity())]


def test_who_steps_up_meanwhile_waits_for_the_answer() -> None:
    walk = Walk().on(Recognised(identity()), NotMe()).show(Recognised(identity("budi")), seconds=5)
    assert isinstance(walk.scan.state, AskNotMe)
    assert walk.on(NotMine()).rows == [Record(identity()), Disavow("ayu", RowKey("kiosk-1", "epoch", 1))]


@pytest.mark.parametrize("touched", [NotMe(), NotMine()])
@pytest.mark.parametrize("before", [[], [Verifying(0.2, 1.0)], [Unrecognised(1.0)]])
def test_not_me_without_a_punch_on_the_screen_does_nothing(before: list[Event], touched: Event) -> None:
    walk = Walk().on(*before)
    state = walk.state
    assert walk.on(touched).state == state
    assert walk.rows == []


# Choosing ------------------------------------------------------------------------------------------------------------


def test_person_is_asked_before_anything_is_written() -> None:
    proposal = Proposal("out")
    walk = Walk(CHOOSING).on(Recognised(identity(), proposal=proposal))
    assert walk.scan.state == Choose(identity(), walk.now + CHOOSING.choose_hold, proposal)
    assert walk.rows == []
    walk.on(Chosen("in"))
    assert walk.rows == [Record(identity(), "face", "in")]


def test_duty_elsewhere_travels_with_the_punch() -> None:
    assert Walk(CHOOSING).on(Recognised(identity()), Chosen(duty=True)).rows == [Record(identity(), duty=True)]


def test_without_an_answer_the_timetable_decides() -> None:
    walk = Walk(CHOOSING).on(Recognised(identity())).show(Nobody(), seconds=CHOOSING.choose_hold + 0.2)
    assert walk.rows == [Record(identity())]


def test_who_steps_up_while_somebody_chooses_does_not_lose_them_their_punch() -> None:
    walk = Walk(CHOOSING).on(Recognised(identity()), Recognised(identity("budi", 5.0)))
    assert walk.rows == [Record(identity())]
    walk.show(Recognised(identity("budi", 5.0)), seconds=1).on(Chosen("out"))
    assert walk.rows == [Record(identity()), Record(identity("budi", 5.0), "face", "out")]


def test_who_wants_no_punch_is_left_alone() -> None:
    walk = Walk(CHOOSING).on(Recognised(identity()), Dismissed()).show(Recognised(identity()), seconds=5)
    assert (walk.state, walk.rows) == (Idle(), [])


def test_late_touch_for_another_screen_is_dropped() -> None:
    walk = Walk().on(Recognised(identity()))
    state = walk.state
    walk.on(Chosen("in"), NamesFound("x", ()), PinAsked("ayu", 3), MonthShown("budi"))
    assert walk.state == state


# One's own month -----------------------------------------------------------------------------------------------------


def test_month_is_shown_and_hidden_again() -> None:
    walk = Walk().on(Recognised(identity()), MonthShown("ayu"))
    assert isinstance(walk.state, ShowMonth)
    walk.show(Recognised(identity()), seconds=2)
    assert isinstance(walk.state, ShowMonth)
    assert walk.show(Nobody(), seconds=BOTH.month_hold).state == Idle()


def test_month_gives_way_to_the_next_person() -> None:
    walk = Walk().on(Recognised(identity()), MonthShown("ayu"), Recognised(identity("budi", 7.0)))
    assert isinstance(walk.scan.state, Accepted)
    assert walk.scan.state.person == "budi"


def test_month_may_be_looked_at_again_after_being_told_already() -> None:
    walk = Walk().on(Recognised(identity())).show(Nobody(), seconds=5).on(Recognised(identity("ayu", 8.0)))
    assert isinstance(walk.state, AlreadyRecorded)
    assert isinstance(walk.on(MonthShown("ayu")).state, ShowMonth)


def test_updating_stays_until_the_end() -> None:
    walk = Walk().on(Leaving(), Recognised(identity()), NotMe(), Nobody())
    assert (walk.state, walk.rows) == (Updating(), [])


# Whatever happens ----------------------------------------------------------------------------------------------------

PEOPLE = st.sampled_from(["ayu", "budi"])
SEEN = st.sampled_from([1.0, 2.0])
EVENTS: st.SearchStrategy[Event | None] = st.one_of(
    st.sampled_from([None, Nobody(), NotMe(), NameWanted(), Dismissed(), Touched(), CardUnknown(), CameraLost()]),
    st.builds(Recognised, st.builds(identity, PEOPLE, SEEN), st.booleans()),
    st.builds(Unrecognised, SEEN),
    st.builds(Verifying, st.just(0.5), SEEN),
    st.builds(FaceSeen, st.just("look"), SEEN),
    st.builds(Closed, st.builds(identity, PEOPLE, SEEN)),
    st.builds(Ambiguous, st.builds(identity, PEOPLE, SEEN)),
    st.builds(LivenessFailed, st.builds(identity, PEOPLE, SEEN), st.booleans()),
    st.builds(LockChanged, st.booleans()),
    st.builds(Chosen, st.sampled_from(["in", "out", None]), st.booleans()),
    st.builds(PinAsked, PEOPLE, st.integers(0, 5), st.booleans()),
    st.builds(Claimed, PEOPLE, st.sampled_from(["pin", "card"])),
    st.builds(MonthShown, PEOPLE),
)


@given(st.lists(st.tuples(EVENTS, st.floats(0.01, 12.0)), max_size=60), st.booleans(), st.booleans())
def test_nothing_is_shown_as_stored_that_is_not(
    steps: list[tuple[Event | None, float]], choose: bool, full: bool
) -> None:
    walk = Walk(replace(BOTH, choose=choose))
    walk.full = full
    for event, after in steps:
        before = len(walk.rows)
        walk.on(event, after=after)
        state = walk.scan.state
        if isinstance(state, Accepted):
            taken = [row for row in walk.rows if isinstance(row, Record) and row.identity.person == state.person]
            assert taken
        if isinstance(state, Withdrawn):
            assert any(isinstance(row, Disavow) for row in walk.rows)
        claim = walk.scan.claim
        assert walk.narrowed == (claim.person if claim is not None else None)
        for row in walk.rows[before:]:
            if isinstance(row, Record):
                assert not walk.scan.locked
    assert not (full and walk.rows)


@given(st.lists(st.tuples(EVENTS, st.floats(0.01, 12.0)), max_size=40), st.booleans())
def test_every_screen_ends_by_itself(steps: list[tuple[Event | None, float]], choose: bool) -> None:
    walk = Walk(replace(BOTH, choose=choose))
    for event, after in steps:
        walk.on(event, after=after)
    walk.on(LockChanged(locked=False)).show(Nobody(), seconds=60)
    assert walk.state == Idle()
    assert isinstance(walk.on(Verifying(0.5, 5e5)).state, Verify)
