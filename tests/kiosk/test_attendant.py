"""The attendant, from scripted frames to punches in a real journal."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from contract.punch import ClockAnchor, Punch
from kiosk.errors import CameraError, CameraStalledError, JournalFullError, SourceUnusableError
from kiosk.recognizer.recognizer import Usability
from kiosk.roster import RosterCache
from kiosk.states import Accepted, AlreadyRecorded, Approach, CameraTrouble, Idle, Locked, Recording, Refused, Verify
from tests.factories.journals import NOON
from tests.factories.scripted import (
    AYU,
    BUDI,
    DIMENSIONS,
    STRANGER,
    Nobody,
    Somebody,
    Terminal,
    during,
)
from tests.factories.terminal import write
from tests.factories.vaults import VAULT


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    built = Terminal(tmp_path)
    with built.journal:
        yield built


def test_walk_up_gives_exactly_one_punch(terminal: Terminal) -> None:
    terminal.see(during(1, Nobody()), Somebody("ayu", near=False), during(5, AYU), during(3, Nobody()))
    assert terminal.punches == ["ayu"]
    assert terminal.shown == [Idle, Approach, Verify, Recording, Accepted, Idle]
    assert list(terminal.panel.told) == ["idle", "accepted", "idle"]
    assert not terminal.source.running


def test_punch_says_why_and_when(terminal: Terminal) -> None:
    terminal.know("ayu", "budi", threshold=0.95)
    terminal.see(during(1, AYU))
    punch = next(row for row in terminal.journal.rows() if isinstance(row, Punch))
    assert (punch.device, punch.source, punch.roster, punch.liveness.policy) == ("kiosk-1", "webcam", 2, "off")
    assert (punch.recognition.pack, punch.recognition.threshold, punch.recognition.gallery) == ("builtin", 0.95, 2)
    assert punch.recognition.similarity == pytest.approx(1.0, abs=1e-4)
    assert punch.recognition.frames >= 3
    assert punch.clock == terminal.clock.read().stamp.__class__(
        boot="boot-1", monotonic_ms=punch.clock.monotonic_ms, source="ntp"
    )
    state = next(each for each in terminal.display.states if isinstance(each, Accepted))
    assert state.taken_at == punch.taken_at
    (taken,) = terminal.taken
    assert taken.punch == punch
    assert 0 < taken.committed_ms < 1_000


def test_punch_is_stamped_while_the_journal_is_held(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a heartbeat that goes out while the journal is busy could cover a punch that is not in it yet."""
    append = terminal.journal.append
    held_at = []

    def append_later(build: Any) -> Any:
        terminal.clock.advance(7)
        held_at.append(terminal.clock.wall)
        return append(build)

    monkeypatch.setattr(terminal.journal, "append", append_later)
    terminal.see(during(1, AYU))
    punch = next(row for row in terminal.journal.rows() if isinstance(row, Punch))
    assert punch.taken_at == held_at[-1]


def test_stranger_gives_no_punch(terminal: Terminal) -> None:
    terminal.see(during(4, STRANGER), during(4, Nobody()))
    assert terminal.punches == []
    assert terminal.shown == [Idle, Verify, Refused, Idle]
    assert "accepted" not in terminal.panel.told
    assert terminal.panel.told[-1] == "idle"


def test_empty_roster_recognises_nobody(terminal: Terminal) -> None:
    terminal.know()
    terminal.see(during(4, AYU))
    assert terminal.punches == []


def test_queue_of_people_is_recorded_one_by_one(terminal: Terminal) -> None:
    terminal.see(during(0.5, AYU), during(0.5, BUDI), during(3, STRANGER), during(0.5, Somebody("citra", place=3)))
    assert terminal.punches == ["ayu", "budi", "citra"]


def test_person_who_comes_back_is_told_so(terminal: Terminal) -> None:
    terminal.see(during(1, AYU), during(10, Nobody()), during(1, AYU))
    assert terminal.punches == ["ayu"]
    assert AlreadyRecorded in terminal.shown


@pytest.mark.parametrize("liveness", ["passive", "strict"])
def test_policy_that_asks_for_liveness_is_closed(terminal: Terminal, liveness: str) -> None:
    """The pack has no layer that could prove it; a kiosk that let people pass would make the policy a lie."""
    terminal.know("ayu", liveness=liveness)
    terminal.see(during(2, AYU))
    assert terminal.punches == []
    assert isinstance(terminal.display.states[-1], Refused)
    assert terminal.display.states[-1].reason == "no_liveness"


# Quality ------------------------------------------------------------------------------------------------------------

MASKED = Somebody("ayu", usability=Usability.TAKE_OFF_MASK)


def test_mask_is_asked_off_and_then_the_punch_is_taken(terminal: Terminal) -> None:
    terminal.see(during(1.5, MASKED), during(1.5, AYU))
    assert Approach("mask") in terminal.display.states
    assert terminal.punches == ["ayu"]


def test_doubt_is_not_held_against_anybody_for_ever(terminal: Terminal) -> None:
    """The measure may be wrong; after a few seconds what decides is the threshold."""
    terminal.see(during(3.5, MASKED))
    assert terminal.punches == []
    terminal.see(during(3, MASKED))
    assert terminal.punches == ["ayu"]


def test_face_at_the_picture_s_edge_is_never_recorded(terminal: Terminal) -> None:
    terminal.see(during(8, Somebody("ayu", usability=Usability.MOVE_TO_CENTRE)))
    assert terminal.punches == []
    assert terminal.display.states[-1] == Approach("centre")


@pytest.mark.parametrize("liveness", ["off", "active"])
def test_person_with_a_lookalike_is_sent_to_the_officer(terminal: Terminal, liveness: str) -> None:
    terminal.know("ayu", "budi", liveness=liveness, second_factor=("ayu",))
    terminal.see(during(2, AYU))
    assert terminal.punches == []
    assert isinstance(terminal.display.states[-1], Refused)
    assert terminal.display.states[-1].reason == "second_factor"


def test_others_are_recorded_beside_a_person_with_a_lookalike(terminal: Terminal) -> None:
    terminal.know("ayu", "budi", second_factor=("ayu",))
    terminal.see(during(2, BUDI))
    assert terminal.punches == ["budi"]


# Troubles -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [CameraStalledError("hung"), CameraError("unplugged")], ids=["stalled", "failed"])
def test_camera_that_fails_says_so_and_comes_back(
    terminal: Terminal, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kiosk.attendant.FRAME_PATIENCE_SECONDS", 0.01)
    working = []
    terminal.see(
        during(1, Nobody()),
        [error] * 3,
        lambda: working.append(terminal.attendant.camera_working),
        during(1, Nobody()),
        lambda: working.append(terminal.attendant.camera_working),
        during(1, AYU),
    )
    assert terminal.shown == [Idle, CameraTrouble, Idle, Verify, Recording, Accepted]
    assert list(terminal.panel.told) == ["idle", "trouble", "idle", "accepted"]
    assert working == [False, True]
    assert terminal.punches == ["ayu"]


def test_camera_that_takes_its_time_to_open_is_no_trouble_yet(terminal: Terminal) -> None:
    terminal.see([CameraStalledError("opening")] * 4, during(1, Nobody()))
    assert terminal.shown == [Idle]
    assert list(terminal.panel.told) == ["idle"]


def test_camera_that_never_opens_is_trouble(terminal: Terminal) -> None:
    terminal.see([CameraStalledError("opening")] * 15)
    assert terminal.shown == [Idle, CameraTrouble]


def test_frames_before_and_after_a_stall_are_not_added_up(terminal: Terminal) -> None:
    """Whoever stands there now need not be who stood there then."""
    terminal.see(AYU, AYU, CameraStalledError("hung"), AYU)
    assert terminal.punches == []


def test_source_without_anything_to_read_ends_the_run(terminal: Terminal) -> None:
    with pytest.raises(SourceUnusableError):
        terminal.see(SourceUnusableError("no such clip"))
    assert not terminal.source.running


def test_full_journal_refuses_and_takes_no_punch(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_build: object) -> None:
        raise JournalFullError("no room")

    with monkeypatch.context() as patch:
        patch.setattr(terminal.journal, "append", refuse)
        terminal.see(during(1, AYU))
        assert terminal.punches == []
        assert not terminal.taken
        refused = terminal.display.states[-1]
        assert isinstance(refused, Refused)
        assert refused.reason == "journal_full"
        assert list(terminal.panel.told) == ["idle", "trouble"]
    terminal.see(during(4, AYU))
    assert terminal.punches == ["ayu"]


def test_anchor_that_found_no_room_is_written_later(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it the hub could not place the rows that were taken before the clock was set."""
    terminal.clock.source = "free"
    terminal.see(during(1, Nobody()))

    def refuse(_build: object) -> None:
        raise JournalFullError("no room")

    with monkeypatch.context() as patch:
        patch.setattr(terminal.journal, "append", refuse)
        terminal.clock.set_wall(terminal.clock.wall + timedelta(hours=3))
        terminal.see(during(12, Nobody()))
    assert not list(terminal.journal.rows())
    terminal.see(during(12, Nobody()))
    (anchor,) = terminal.journal.rows()
    assert isinstance(anchor, ClockAnchor)
    assert (anchor.stepped_ms, anchor.clock.source) == (3 * 3_600_000, "ntp")


def test_clock_that_is_set_is_anchored_once(terminal: Terminal) -> None:
    terminal.see(during(20, Nobody()))
    terminal.clock.set_wall(terminal.clock.wall - timedelta(minutes=10))
    terminal.see(during(20, Nobody()))
    steps = [row.stepped_ms for row in terminal.journal.rows() if isinstance(row, ClockAnchor)]
    assert steps == pytest.approx([0, -600_000], abs=2)


# Locking, restarting, a new roster ----------------------------------------------------------------------------------


def test_locked_kiosk_takes_no_punch_until_it_is_unlocked(terminal: Terminal) -> None:
    terminal.see(
        Nobody(),
        lambda: terminal.attendant.lock(locked=True),
        during(3, AYU),
        lambda: terminal.attendant.lock(locked=True),
        during(1, Nobody()),
    )
    assert terminal.punches == []
    assert terminal.attendant.state == Locked()
    terminal.attendant.lock(locked=False)
    terminal.see(during(1, AYU))
    assert terminal.punches == ["ayu"]


def test_kiosk_that_is_locked_before_it_runs_stays_locked(terminal: Terminal) -> None:
    terminal.attendant.lock(locked=True)
    terminal.see(during(1, AYU))
    assert terminal.punches == []


def test_restart_within_the_window_remembers_the_punch(terminal: Terminal) -> None:
    terminal.see(during(1, AYU))
    terminal.clock.advance(60)
    terminal.start()
    terminal.see(during(1, AYU))
    assert terminal.punches == ["ayu"]
    assert AlreadyRecorded in terminal.shown
    terminal.clock.advance(61)
    terminal.start()
    terminal.see(during(1, AYU))
    assert terminal.punches == ["ayu", "ayu"]


def test_window_survives_a_clock_that_is_set_between(terminal: Terminal) -> None:
    """Within one boot the distance is known, whatever the wall clock says."""
    terminal.see(during(1, AYU))
    terminal.clock.advance(10)
    terminal.clock.set_wall(terminal.clock.wall - timedelta(days=300))
    terminal.start()
    terminal.see(during(1, AYU))
    assert terminal.punches == ["ayu"]
    terminal.clock.advance(120)
    terminal.start()
    terminal.see(during(1, AYU))
    assert terminal.punches == ["ayu", "ayu"]


def test_punch_from_a_clock_that_was_ahead_bars_nobody(terminal: Terminal) -> None:
    write(terminal.journal, "ayu", taken_at=NOON + timedelta(days=4_000))
    terminal.clock.boot = "boot-2"
    terminal.start()
    terminal.see(during(1, AYU))
    assert terminal.punches == ["ayu", "ayu"]


def test_morning_after_a_night_without_power_bars_nobody(terminal: Terminal) -> None:
    """Without a battery the clock wakes up at the last punch of yesterday."""
    terminal.see(during(1, AYU))
    terminal.clock.boot, terminal.clock.source = "boot-2", "free"
    terminal.start()
    terminal.see(during(1, AYU))
    assert terminal.punches == ["ayu", "ayu"]


def test_power_cut_with_a_clock_that_is_right_remembers_the_punch(terminal: Terminal) -> None:
    terminal.see(during(1, AYU))
    terminal.clock.advance(40)
    terminal.clock.boot, terminal.clock.seconds = "boot-2", 20.0
    terminal.start()
    terminal.see(during(1, AYU))
    assert terminal.punches == ["ayu"]


def test_new_roster_is_used_from_the_next_frame(terminal: Terminal) -> None:
    newcomer = Somebody("dewi", place=1)
    terminal.see(
        during(1, newcomer),
        lambda: terminal.know("dewi"),
        during(1, newcomer),
        during(3, AYU),
    )
    assert terminal.punches == ["dewi"]


class TwoPacks:
    """Names of two packs; their embeddings have one length, and otherwise nothing in common."""

    names = ("builtin", "strong")

    def dimensions(self, _name: str) -> int:
        return DIMENSIONS


@pytest.fixture
def switching(terminal: Terminal) -> Terminal:
    """A kiosk that can open a second pack, and has asked for no recogniser of it yet."""
    terminal.roster = RosterCache(terminal.folder / "roster", vault=VAULT, pack="builtin", packs=TwoPacks())
    terminal.start(recognizer_of=terminal.open_recognizer)
    return terminal


def test_roster_of_another_pack_brings_its_recogniser_from_the_next_frame(switching: Terminal) -> None:
    switching.see(AYU, AYU, lambda: switching.know("ayu", pack="strong"), during(3, AYU))
    [punch] = [row for row in switching.journal.rows() if isinstance(row, Punch)]
    assert (punch.recognition.pack, punch.recognition.threshold, punch.recognition.gallery) == ("strong", 0.5, 1)
    assert punch.recognition.frames <= 5
    assert switching.asked == ["strong"]


def test_frames_of_the_old_pack_make_no_identity_in_the_new_one(switching: Terminal) -> None:
    switching.see(AYU, AYU, lambda: switching.know("ayu", pack="strong"), AYU, AYU, during(3, Nobody()))
    assert switching.punches == []


def test_restart_recognises_with_the_pack_of_the_cached_roster(switching: Terminal) -> None:
    switching.know("ayu", pack="strong")
    switching.start(recognizer_of=switching.open_recognizer)
    assert switching.asked == ["strong"]
    switching.see(during(3, AYU))
    assert switching.punches == ["ayu"]


def test_way_back_to_the_old_pack_brings_its_recogniser(switching: Terminal) -> None:
    switching.know("ayu", pack="strong")
    switching.see(during(1, Nobody()), lambda: switching.know("ayu", "budi"), during(3, BUDI))
    assert switching.asked == ["strong", "builtin"]
    assert switching.punches == ["budi"]


def test_person_who_left_the_roster_is_not_recorded_from_earlier_frames(terminal: Terminal) -> None:
    terminal.know("ayu", "budi", threshold=0.9)
    terminal.see(AYU, AYU, lambda: terminal.know("budi", threshold=0.9), during(3, AYU))
    assert terminal.punches == []


def test_lingering_person_is_not_recorded_again_under_a_new_roster(terminal: Terminal) -> None:
    terminal.see(during(4, AYU), lambda: terminal.know("ayu", "eka"), during(150, AYU))
    assert terminal.punches == ["ayu"]
    assert list(terminal.panel.told) == ["idle", "accepted", "idle"]


def test_attendant_stops_when_it_is_told(terminal: Terminal) -> None:
    stop = threading.Event()
    terminal.source.script = iter([Nobody(), Nobody(), stop.set, *during(60, AYU)])
    terminal.attendant.run(stop)
    assert terminal.source.index <= 3
    assert terminal.punches == []
    assert not terminal.source.running
