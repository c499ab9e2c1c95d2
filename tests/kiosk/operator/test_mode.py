"""The operator mode at the attendant's side: a scripted camera, a real journal, and a back room that a test fills."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from contract.punch import OperatorAct
from kiosk.attendant import Workplace
from kiosk.errors import CameraStalledError, JournalFullError
from kiosk.hardware.panel import Part
from kiosk.operator import happenings as h
from kiosk.operator import screens as s
from kiosk.operator import wishes as w
from kiosk.operator.counter import Counter
from kiosk.operator.machine import IDLE_SECONDS
from kiosk.operator.mode import Clocks, OperatorMode
from kiosk.operator.parcel import Permission
from kiosk.operator.poses import Shooting
from kiosk.operator.trial_run import TrialRun
from kiosk.states import Accepted, Attended, CameraTrouble, Idle, Locked
from tests.factories.scripted import AYU, BUDI, Nobody, Terminal, during

PIN = "402917"
CITRA_NEW = "dewi"


@dataclass
class Backroom:
    """Says what a test wants, and remembers what it was asked to do."""

    hindrance: s.DenialReason | None = None
    locks: tuple[bool, bool] = (False, False)
    sealed: list[tuple[w.Seal, Permission]] = field(default_factory=list)
    tried: list[Part] = field(default_factory=list)
    forgotten: bool = False
    lock_kiosk: Callable[[bool], None] = lambda _locked: None

    def open(self, item: h.MenuItem) -> h.Opened:
        return h.Opened({"enrol": s.FindPerson(), "parts": s.TryingPart(("blue",))}.get(item, s.Device(())))  # type: ignore[arg-type]

    def device(self) -> tuple[s.Fact, ...]:
        return (s.Fact("queue", text="7"),)

    def standings(self) -> tuple[s.Standing, ...]:
        return (s.Standing("i-1", "Dewi", "waiting", 6, 6),)

    def seal(self, studio: Any, want: w.Seal, permission: Permission) -> h.Sealed:
        self.sealed.append((want, permission))
        return h.Sealed(s.Standing("i-1", want.subject.name, None, 0, 6))

    def forget_ended(self) -> None:
        self.forgotten = True

    def try_part(self, part: Part) -> None:
        self.tried.append(part)

    def lock(self, *, locked: bool) -> None:
        self.locks = (locked, self.locks[1])
        self.lock_kiosk(locked)


@dataclass
class Studio:
    """Has all pictures after three frames."""

    frames: int = 0
    kept: int = 0

    def begin(self, subject: s.Subject, now: float, *, bare: bool = False) -> h.Shot:
        self.frames = 0
        return h.Shot(self._shooting(now))

    def look(self, view: Any, now: float) -> Any:
        self.frames += 1
        yield h.Shot(self._shooting(now))
        if self.frames == 3:
            self.kept = 6
            yield h.Taken((b"jpeg",) * 6)

    def discard(self) -> None:
        self.kept = 0

    def _shooting(self, now: float) -> Shooting:
        return Shooting(("ahead",), 0, self.frames, (), None, now, now + 60)


class Counterpart(Terminal):
    """A terminal with an operator, budi, whose PIN is PIN."""

    def start(self, **changes: Any) -> None:
        self.backroom, self.studio = Backroom(), Studio()
        super().start(open_operator=self.open_mode, **changes)
        self.backroom.lock_kiosk = lambda locked: self.attendant.lock(locked=locked)

    def open_mode(self, place: Workplace) -> OperatorMode:
        return OperatorMode(
            judge=place.judge,
            counter=Counter(roster=lambda: place.judge.roster, tries=place.tries),
            studio=self.studio,  # type: ignore[arg-type]
            trial_run=TrialRun(lambda: place.judge),
            register=place.register,
            backroom=self.backroom,
            clocks=Clocks(self.clock.monotonic, self.clock.now),
            show=place.show,
        )

    @property
    def acts(self) -> list[tuple[str, str]]:
        return [(row.operator, row.act) for row in self.journal.rows() if isinstance(row, OperatorAct)]

    @property
    def screen(self) -> Any:
        state = self.attendant.state
        return state.screen if isinstance(state, Attended) else state

    def enter(self) -> Counterpart:
        self.see(self.touch("operator"), during(1.0, BUDI), self.touch("pin", PIN), Nobody())
        return self


@pytest.fixture
def kiosk(tmp_path: Path) -> Counterpart:
    terminal = Counterpart(tmp_path)
    terminal.know("ayu", "budi", CITRA_NEW, pins={"budi": PIN}, operators=("budi",), unenrolled=(CITRA_NEW,))
    return terminal


def test_operator_enters_by_face_and_pin_and_nobody_punches_meanwhile(kiosk: Counterpart) -> None:
    kiosk.enter()
    assert kiosk.screen == s.Menu()
    assert kiosk.acts == [("budi", "entered")]
    [row] = [row for row in kiosk.journal.rows() if isinstance(row, OperatorAct)]
    assert row.similarity is not None
    assert (row.source, row.roster) == ("webcam", kiosk.version)
    kiosk.see(during(5.0, AYU))
    assert kiosk.punches == []
    kiosk.see(kiosk.touch("act", "leave"), Nobody())
    assert kiosk.acts == [("budi", "entered"), ("budi", "left")]
    kiosk.see(during(2.0, Nobody()), during(2.0, AYU))
    assert kiosk.punches == ["ayu"]


def test_operator_who_lingers_is_not_taken_for_somebody_who_arrives(kiosk: Counterpart) -> None:
    kiosk.enter()
    kiosk.see(during(1.0, BUDI), kiosk.touch("act", "leave"), during(3.0, BUDI))
    assert kiosk.punches == []
    kiosk.see(during(3.0, Nobody()), during(2.0, BUDI))
    assert kiosk.punches == ["budi"]


@pytest.mark.parametrize(
    ("who", "changes", "reason"),
    [
        (AYU, {}, "not_operator"),
        (BUDI, {"operators": ()}, "nobody"),
        (BUDI, {"pins": {}}, "nobody"),
        (BUDI, {"second_factor": ("budi",)}, "twin"),
        (BUDI, {"liveness": "passive"}, "liveness"),
    ],
)
def test_who_is_not_let_in_is_told_why(kiosk: Counterpart, who: Any, changes: dict[str, Any], reason: str) -> None:
    kiosk.know("ayu", "budi", **{"pins": {"budi": PIN}, "operators": ("budi",)} | changes)
    kiosk.see(Nobody(), kiosk.touch("operator"), during(1.0, who))
    assert kiosk.screen == s.Denied(reason)  # type: ignore[arg-type]
    assert kiosk.acts == []
    kiosk.see(kiosk.touch("dismiss"), Nobody())
    assert isinstance(kiosk.attendant.state, Idle)


def test_operator_of_a_roster_that_came_since_the_last_frame_is_known(kiosk: Counterpart) -> None:
    kiosk.know("ayu", "budi", pins={"budi": PIN})
    turns = count()

    def appoint_and_call() -> None:
        if next(turns) == 1:
            kiosk.know("ayu", "budi", pins={"budi": PIN}, operators=("budi",))
            kiosk.attendant.touch("operator")

    kiosk.start(on_turn=appoint_and_call)
    kiosk.see(Nobody())
    assert kiosk.screen == s.AskFace()


def test_camera_that_is_still_opening_is_no_trouble_to_an_operator(kiosk: Counterpart) -> None:
    kiosk.start()
    kiosk.attendant.touch("operator")
    kiosk.see(CameraStalledError("it opens"), during(1.0, BUDI))
    assert kiosk.screen == s.AskPin("budi", 5)


def test_wrong_pins_are_the_same_five_as_everywhere(kiosk: Counterpart) -> None:
    for left in (4, 3, 2):
        kiosk.see(kiosk.touch("operator"), during(1.0, BUDI), kiosk.touch("pin", "111222"), Nobody())
        assert kiosk.screen == s.AskPin("budi", left, wrong=True)
        kiosk.see(kiosk.touch("dismiss"), Nobody())
    kiosk.start()
    kiosk.see(kiosk.touch("operator"), during(1.0, BUDI), *[kiosk.touch("pin", "111222")] * 2, Nobody())
    assert kiosk.screen == s.Denied("barred")
    assert kiosk.acts == [("budi", "pin_barred")]
    kiosk.see(kiosk.touch("dismiss"), Nobody(), kiosk.touch("operator"), during(1.0, BUDI))
    assert kiosk.screen == s.Denied("barred")


def test_without_a_camera_only_the_device_can_be_seen(kiosk: Counterpart) -> None:
    lost = CameraStalledError("the cable is out")
    kiosk.see(during(0.5, Nobody()), lost, lost, kiosk.touch("operator"), lost)
    assert kiosk.screen == s.Denied("camera")
    kiosk.see(lost, kiosk.touch("act", "device"), lost)
    assert kiosk.screen == s.Device((s.Fact("queue", text="7"),), outside=True)
    kiosk.see(lost, kiosk.touch("act", "enrol"), kiosk.touch("dismiss"), lost)
    assert isinstance(kiosk.attendant.state, CameraTrouble)
    kiosk.see(during(1.0, Nobody()))
    assert isinstance(kiosk.attendant.state, Idle)


def test_camera_that_goes_while_the_face_is_wanted_lets_nobody_in(kiosk: Counterpart) -> None:
    kiosk.see(kiosk.touch("operator"), Nobody(), CameraStalledError("gone"), during(1.0, BUDI))
    assert kiosk.screen == s.Denied("camera")


def test_full_journal_lets_nobody_in(kiosk: Counterpart, monkeypatch: pytest.MonkeyPatch) -> None:
    kiosk.backroom.hindrance = "journal"
    kiosk.see(kiosk.touch("operator"), during(1.0, BUDI))
    assert kiosk.screen == s.Denied("journal")
    kiosk.backroom.hindrance = None
    kiosk.see(kiosk.touch("dismiss"), Nobody())

    def refuse(_build: object) -> Any:
        raise JournalFullError("no room")

    kiosk.see(kiosk.touch("operator"), during(1.0, BUDI))
    monkeypatch.setattr(kiosk.journal, "append", refuse)
    kiosk.see(kiosk.touch("pin", PIN), Nobody())
    assert kiosk.screen == s.Denied("journal")


def test_locked_kiosk_lets_an_operator_in_and_out_and_is_locked_after(kiosk: Counterpart) -> None:
    kiosk.backroom.locks = (False, True)
    kiosk.attendant.lock(locked=True)
    kiosk.see(Nobody())
    kiosk.enter()
    assert kiosk.screen == s.Menu(locked=False, locked_by_hub=True)
    kiosk.see(kiosk.touch("act", "unlock"), kiosk.touch("act", "leave"), Nobody())
    assert isinstance(kiosk.attendant.state, Locked)
    assert kiosk.acts == [("budi", "entered"), ("budi", "left")]


def test_operator_locks_and_unlocks(kiosk: Counterpart) -> None:
    kiosk.enter()
    kiosk.see(kiosk.touch("act", "lock"), Nobody(), Nobody())
    assert kiosk.screen == s.Menu(locked=True)
    kiosk.see(kiosk.touch("act", "leave"), during(2.0, AYU))
    assert isinstance(kiosk.attendant.state, Locked)
    assert kiosk.punches == []
    kiosk.enter()
    kiosk.see(kiosk.touch("act", "unlock"), Nobody(), kiosk.touch("act", "leave"), during(2.0, Nobody()))
    kiosk.see(during(2.0, AYU))
    assert kiosk.punches == ["ayu"]
    assert [act for _, act in kiosk.acts if "lock" in act] == ["locked", "unlocked"]


def test_person_is_enrolled_with_consent_in_the_language_that_was_read(kiosk: Counterpart) -> None:
    kiosk.enter()
    kiosk.see(kiosk.touch("act", "enrol"), kiosk.touch("search", "dew"), Nobody())
    assert kiosk.screen == s.FindPerson("dew", (s.Subject(CITRA_NEW, "Dewi"),))
    kiosk.see(kiosk.touch("pick", CITRA_NEW), kiosk.touch("act", "agree:en"), during(0.5, AYU))
    assert isinstance(kiosk.screen, s.Reviewing)
    assert kiosk.studio.kept == 6
    kiosk.see(kiosk.touch("act", "send"), Nobody())
    [(want, permission)] = kiosk.backroom.sealed
    assert (want.subject.person, want.operator, permission.language) == (CITRA_NEW, "budi", "en")
    assert isinstance(kiosk.screen, s.Handed)
    assert kiosk.studio.kept == 0
    kiosk.see(during(2.0, Nobody()))
    assert kiosk.screen.standing.outcome == "waiting"
    assert kiosk.punches == []


def test_another_try_needs_no_other_consent_and_keeps_the_words_that_were_read(kiosk: Counterpart) -> None:
    kiosk.enter()
    kiosk.see(kiosk.touch("act", "enrol"), kiosk.touch("search", "dew"), kiosk.touch("pick", CITRA_NEW), Nobody())
    kiosk.see(kiosk.touch("act", "agree:en"), Nobody(), CameraStalledError("gone"), Nobody())
    assert kiosk.screen == s.Unfit(s.Subject(CITRA_NEW, "Dewi"), "camera")
    kiosk.see(kiosk.touch("act", "again"), during(0.5, AYU), kiosk.touch("act", "agree:id"), kiosk.touch("act", "send"))
    kiosk.see(Nobody())
    [(_, permission)] = kiosk.backroom.sealed
    assert permission.language == "en"


def test_somebody_who_is_in_no_roster_is_enrolled_by_a_new_name(kiosk: Counterpart) -> None:
    kiosk.enter()
    kiosk.see(kiosk.touch("act", "enrol"), kiosk.touch("search", "XENA PUTRI"), kiosk.touch("act", "new"), Nobody())
    assert kiosk.screen == s.AskConsent(s.Subject(None, "Xena Putri"))


def test_mode_ends_by_itself_when_nobody_touches(kiosk: Counterpart) -> None:
    kiosk.enter()
    kiosk.see(during(IDLE_SECONDS - 5, Nobody()), kiosk.touch("alive"), during(IDLE_SECONDS - 5, Nobody()))
    assert kiosk.screen == s.Ending(s.Menu(), 6)
    kiosk.see(during(10, Nobody()))
    assert isinstance(kiosk.attendant.state, Idle)
    assert kiosk.acts[-1] == ("budi", "left")


def test_operator_who_is_none_any_more_is_out(kiosk: Counterpart) -> None:
    kiosk.enter()
    kiosk.know("ayu", "budi", pins={"budi": PIN})
    kiosk.see(during(0.3, Nobody()))
    assert isinstance(kiosk.attendant.state, Idle)


def test_test_of_recognition_leaves_nothing_behind(kiosk: Counterpart) -> None:
    kiosk.enter()
    rows = len(list(kiosk.journal.rows()))
    kiosk.see(kiosk.touch("act", "test"), during(2.0, AYU))
    assert isinstance(kiosk.screen, s.Testing)
    assert kiosk.screen.reading is not None
    assert (kiosk.screen.reading.name, kiosk.screen.reading.agreed) == ("Ayu", True)
    kiosk.see(Nobody())
    assert kiosk.screen.reading is None
    assert len(list(kiosk.journal.rows())) == rows + 1
    assert kiosk.acts[-1] == ("budi", "tested_recognition")


def test_parts_are_tried_by_hand(kiosk: Counterpart) -> None:
    kiosk.enter()
    kiosk.see(kiosk.touch("act", "parts"), kiosk.touch("act", "start"), kiosk.touch("act", "fine"), Nobody())
    assert kiosk.backroom.tried == ["blue"]
    assert kiosk.acts[-1] == ("budi", "tested_parts")


def test_nobody_comes_in_the_middle_of_somebody_else(kiosk: Counterpart) -> None:
    kiosk.know("ayu", "budi", pins={"budi": PIN}, operators=("budi",), choose=True)
    kiosk.see(during(1.0, AYU), kiosk.touch("operator"), AYU)
    assert not isinstance(kiosk.attendant.state, Attended)
    kiosk.see(kiosk.touch("choose", "in"), AYU)
    assert isinstance(kiosk.attendant.state, Accepted)
    kiosk.see(kiosk.touch("operator"), Nobody())
    assert kiosk.screen == s.AskFace()


def test_program_that_ends_writes_that_the_operator_left(kiosk: Counterpart) -> None:
    kiosk.enter()
    import threading

    stop = threading.Event()
    kiosk.source.script = iter([Nobody(), stop.set, Nobody()])
    kiosk.attendant.run(stop)
    assert kiosk.acts[-1] == ("budi", "left")
