"""Camera, disk and power are pulled in the middle of each state: nobody is told what is not true, nothing is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from contract.punch import Disavowal, JournalRow, Punch
from kiosk.errors import CameraStalledError, JournalFullError
from kiosk.journal import Journal
from kiosk.states import (
    Accepted,
    AlreadyRecorded,
    Approach,
    AskNotMe,
    CameraTrouble,
    CheckFace,
    Choose,
    EnterPin,
    FindName,
    Idle,
    Locked,
    Refused,
    ShowMonth,
    State,
    Verify,
    Withdrawn,
)
from tests.factories.scripted import AYU, BUDI, STRANGER, Happening, Nobody, Somebody, Terminal, during

PINS = {"ayu": "402917"}
CARDS = {"ayu": "04A23F9C"}

Way = Callable[[Terminal], list[Happening | list[Happening]]]


def _typing(terminal: Terminal) -> list[Happening | list[Happening]]:
    return [during(6, STRANGER), terminal.touch("find_name"), STRANGER]


WAYS: dict[type[State], Way] = {
    Idle: lambda _: [during(1, Nobody())],
    Approach: lambda _: [during(1, Somebody("ayu", near=False))],
    Verify: lambda _: [AYU],
    Accepted: lambda _: [during(1, AYU)],
    AlreadyRecorded: lambda _: [during(1, AYU), during(4, Nobody()), during(1, AYU)],
    Refused: lambda _: [during(2.5, STRANGER)],
    FindName: _typing,
    EnterPin: lambda terminal: [*_typing(terminal), terminal.touch("pick", "ayu"), STRANGER],
    CheckFace: lambda terminal: [during(1, Nobody()), terminal.touch("card", CARDS["ayu"]), Nobody()],
    ShowMonth: lambda terminal: [during(1, AYU), terminal.touch("month"), AYU],
    AskNotMe: lambda terminal: [during(1, AYU), terminal.touch("not_me"), AYU],
    Withdrawn: lambda terminal: [during(1, AYU), terminal.touch("not_me"), AYU, terminal.touch("not_mine"), AYU],
    Choose: lambda terminal: [choosing(terminal), during(1, AYU)],
    Locked: lambda terminal: [lambda: terminal.attendant.lock(locked=True), AYU],
}


def choosing(terminal: Terminal) -> Happening:
    return lambda: terminal.know("ayu", "budi", pins=PINS, cards=CARDS, fallback=("pin", "card"), choose=True)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    built = Terminal(tmp_path)
    built.know("ayu", "budi", pins=PINS, cards=CARDS, fallback=("pin", "card"))
    yield built
    built.journal.close()


def reach(terminal: Terminal, state: type[State]) -> Terminal:
    terminal.see(*WAYS[state](terminal))
    assert isinstance(terminal.attendant.state, state)
    return terminal


def rows(terminal: Terminal) -> list[JournalRow]:
    return [row for row in terminal.journal.rows() if isinstance(row, Punch | Disavowal)]


def standing(terminal: Terminal) -> list[str]:
    """Whose punches stand: those that no later row disowns."""
    disowned = {(row.punch_epoch, row.punch_seq) for row in rows(terminal) if isinstance(row, Disavowal)}
    return [row.person for row in rows(terminal) if isinstance(row, Punch) and (row.epoch, row.seq) not in disowned]


@pytest.mark.parametrize("state", WAYS, ids=lambda state: state.__name__)
def test_camera_is_pulled(terminal: Terminal, state: type[State]) -> None:
    reach(terminal, state)
    before = rows(terminal)
    terminal.see(CameraStalledError("no frame"), CameraStalledError("no frame"))
    assert isinstance(terminal.attendant.state, Locked if state is Locked else CameraTrouble)
    assert rows(terminal) == before
    terminal.see(during(5, Nobody()))
    assert isinstance(terminal.attendant.state, Locked if state is Locked else Idle)
    terminal.clock.advance(300)
    terminal.see(during(1, BUDI), during(10, Nobody()))
    assert [row.person for row in rows(terminal)[len(before) :]] == ([] if state is Locked else ["budi"])


@pytest.mark.parametrize("state", WAYS, ids=lambda state: state.__name__)
def test_power_is_pulled(terminal: Terminal, state: type[State]) -> None:
    """What was shown as stored is in the file that the next start opens; what was not shown is not invented."""
    reach(terminal, state)
    shown = [each.person for each in terminal.display.states if isinstance(each, Accepted)]
    disowned = any(isinstance(each, Withdrawn) for each in terminal.display.states)
    terminal.journal.close()
    terminal.journal = Journal(terminal.folder / "journal.sqlite3", device="kiosk-1", now=terminal.clock.now)
    terminal.start()
    assert [row.person for row in rows(terminal) if isinstance(row, Punch)] == shown
    assert any(isinstance(row, Disavowal) for row in rows(terminal)) == disowned
    assert isinstance(terminal.attendant.state, Idle)
    terminal.see(during(1, BUDI), during(10, Nobody()))
    assert standing(terminal)[-1] == "budi"


@pytest.mark.parametrize("state", WAYS, ids=lambda state: state.__name__)
def test_disk_is_pulled(terminal: Terminal, state: type[State], monkeypatch: pytest.MonkeyPatch) -> None:
    reach(terminal, state)
    before = rows(terminal)
    shown = len(terminal.display.states)
    with monkeypatch.context() as patch:

        def refuse(_build: object) -> JournalRow:
            raise JournalFullError("The disk takes nothing.")

        patch.setattr(terminal.journal, "append", refuse)
        terminal.see(terminal.touch("not_me"), AYU, terminal.touch("not_mine"))
        terminal.see(during(25, Nobody()), during(1, BUDI), during(10, Nobody()))
    told = terminal.display.states[shown:]
    assert not any(
        isinstance(each, Accepted | Withdrawn) for each in told if each not in terminal.display.states[:shown]
    )
    assert rows(terminal) == before
    if state is not Locked:
        assert any(isinstance(each, Refused) and each.reason == "journal_full" for each in told)
        terminal.see(during(1, BUDI), during(10, Nobody()))
        assert standing(terminal)[-1] == "budi"


@pytest.mark.parametrize("state", WAYS, ids=lambda state: state.__name__)
def test_hub_locks(terminal: Terminal, state: type[State]) -> None:
    reach(terminal, state)
    before = rows(terminal)
    terminal.see(lambda: terminal.attendant.lock(locked=True), during(3, BUDI))
    assert isinstance(terminal.attendant.state, Locked)
    assert rows(terminal) == before
    terminal.see(
        lambda: terminal.attendant.lock(locked=False), during(1, Nobody()), during(1, BUDI), during(10, Nobody())
    )
    assert [row.person for row in rows(terminal)[len(before) :]] == ["budi"]
