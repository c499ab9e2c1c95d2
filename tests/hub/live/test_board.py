"""The board: each page is told what its visitor may see, and one that comes back what it missed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from hub.live.board import MOST_WAITING, Board, Page
from hub.live.events import Event, Kind, KioskChange, PunchSeen, UnitCounts, View
from tests.factories.loops import run_apart

ALL = View(None, frozenset({"punch", "unit", "kiosk", "refusal"}))
HEALTH = View(frozenset({1}), frozenset({"punch", "unit", "kiosk"}))
TECHNICIAN = View(None, frozenset({"kiosk"}))


def punch(number: int, unit: int | None, name: str = "Rina") -> Event:
    seen = PunchSeen(
        person="p", name=name, unit="Dinas", kiosk="kiosk-1", at="07:00", zone="WIB", way="in", late_min=0,
        early_min=0, delayed=False,
    )  # fmt: skip
    return Event(number, "punch", unit, seen)


def counts(number: int, unit: int, present: int) -> Event:
    content = UnitCounts(id=unit, name="Dinas", expected=9, present=present, late=0)
    return Event(number, "unit", unit, content, f"unit:{unit}")


def kiosk(number: int, unit: int | None, name: str = "kiosk-1") -> Event:
    return Event(number, "kiosk", unit, KioskChange(kiosk=name, unit="", state="silent"), f"kiosk:{name}")


@pytest.mark.parametrize(
    ("view", "event", "shown"),
    [
        (ALL, punch(1, 2), True),
        (ALL, punch(1, None), True),
        (HEALTH, punch(1, 1), True),
        (HEALTH, punch(1, 2), False),
        (HEALTH, punch(1, None), False),
        (HEALTH, kiosk(1, None), True),
        (HEALTH, kiosk(1, 2), False),
        (HEALTH, counts(1, 2, 3), False),
        (TECHNICIAN, punch(1, 1), False),
        (TECHNICIAN, kiosk(1, 1), True),
    ],
)
def test_visitor_sees_what_role_and_unit_let_them(view: View, event: Event, shown: bool) -> None:
    assert view.shows(event) is shown


class Script:
    """A watcher that tells what the test wrote for its next step, or fails."""

    def __init__(self) -> None:
        self.next: list[list[Event] | Exception] = []
        self.steps = 0

    def step(self) -> list[Event]:
        self.steps += 1
        found = self.next.pop(0) if self.next else []
        if isinstance(found, Exception):
            raise found
        return found


BOARDS: list[Board] = []


def open_board(script: Script) -> Board:
    board = Board(lambda: script, every=0.01)  # type: ignore[arg-type,return-value]
    BOARDS.append(board)
    return board


@pytest.fixture(autouse=True)
def _close() -> Iterator[None]:
    """Nobody watches when the test is over."""
    yield
    for board in BOARDS:
        for page in list(board._pages):
            board.close(page)
    BOARDS.clear()


async def until(condition: Callable[[], Any]) -> None:
    for _ in range(3000):
        if condition():
            return
        await asyncio.sleep(0.01)
    pytest.fail("it never came")


def told(page: Page) -> list[str]:
    text = b"".join(each for each in page.waiting if each is not None).decode()
    return [part.split("\n")[0].rpartition("-")[2] for part in text.split("\n\n") if part]


def test_pages_are_told_once_each_what_they_may_see() -> None:
    async def scene() -> None:
        script = Script()
        board = open_board(script)
        loop = asyncio.get_running_loop()
        whole, health = board.open(ALL, loop), board.open(HEALTH, loop)
        script.next.append([punch(1, 1), punch(2, 2)])
        await until(lambda: len(told(whole)) == 2)
        assert told(health) == ["1"]
        for page in (whole, health):
            board.close(page)

    run_apart(scene())


def test_new_page_begins_with_how_things_stand_and_one_that_comes_back_with_what_it_missed() -> None:
    async def scene() -> None:
        script = Script()
        board = open_board(script)
        loop = asyncio.get_running_loop()
        first = board.open(ALL, loop)
        script.next += [[counts(1, 1, 0), punch(2, 1)], [counts(3, 1, 1), kiosk(4, None)]]
        await until(lambda: len(told(first)) == 4)
        assert told(board.open(ALL, loop)) == ["3", "4"]
        assert told(board.open(ALL, loop, after=f"{board._run}-2")) == ["3", "4"]
        assert told(board.open(HEALTH, loop, after=f"{board._run}-1")) == ["2", "3", "4"]
        assert told(board.open(ALL, loop, after="9-2")) == ["3", "4"], "another run: it begins anew"
        assert told(board.open(ALL, loop, after="nonsense")) == ["3", "4"]

    run_apart(scene())


def test_nobody_watches_while_nobody_looks() -> None:
    async def scene() -> None:
        script = Script()
        board = open_board(script)
        page = board.open(ALL, asyncio.get_running_loop())
        await until(lambda: script.steps > 2)
        board.close(page)
        await until(lambda: board._thread is None)
        steps = script.steps
        await asyncio.sleep(0.1)
        assert script.steps == steps
        board.open(ALL, asyncio.get_running_loop())
        await until(lambda: script.steps > steps)

    run_apart(scene())


def test_what_cannot_be_told_leaves_the_pages_with_what_comes_after() -> None:
    async def scene() -> None:
        script = Script()
        board = open_board(script)
        page = board.open(ALL, asyncio.get_running_loop())
        run = board._run
        script.next += [[punch(1, 1)], KeyError("unit 7"), OperationalError("select", {}, OSError()), [punch(1, 1)]]
        await until(lambda: len(told(page)) == 2)
        assert board._run != run, "its numbers are not those of before"

    run_apart(scene())


def test_page_that_does_not_read_is_let_go() -> None:
    async def scene() -> None:
        script = Script()
        board = open_board(script)
        page = board.open(ALL, asyncio.get_running_loop())
        script.next += [[punch(number, 1)] for number in range(1, MOST_WAITING + 20)]
        await until(lambda: None in page.waiting)

    run_apart(scene())


def test_kinds_are_those_of_the_stream() -> None:
    kinds: set[Kind] = {"punch", "unit", "kiosk", "refusal"}
    assert ALL.kinds == kinds
    assert punch(7, 1).encoded.startswith(b"id: 7\nevent: punch\ndata: {")
