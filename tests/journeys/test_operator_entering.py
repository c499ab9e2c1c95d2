"""Who is let into the operator mode, and what everybody else is told: by finger, face and PIN."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.factories.counter import NEWCOMER, OPERATOR, PIN, Counter, open_counter  # isort: skip

from contract.punch import OperatorAct
from kiosk.errors import JournalFullError


@pytest.fixture(scope="module")
def counter(demo_photos: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    with open_counter(tmp_path_factory.mktemp("kiosk"), demo_photos) as made:
        yield made


@pytest.fixture(autouse=True)
def _clear(counter: Counter) -> Iterator[None]:
    yield
    counter.clear()


@pytest.mark.parametrize(
    ("person", "roster", "state"),
    [
        (NEWCOMER, {}, "op_denied_unknown"),
        (NEWCOMER, {"enrolled": (OPERATOR, NEWCOMER)}, "op_denied_not_operator"),
        (OPERATOR, {"twins": True}, "op_denied_twin"),
        (OPERATOR, {"liveness": "passive"}, "op_denied_liveness"),
        (
            OPERATOR,
            {"enrolled": (OPERATOR, NEWCOMER), "operators": (OPERATOR, NEWCOMER), "pinless": (OPERATOR,)},
            "op_denied_no_pin",
        ),
    ],
)
def test_who_is_not_let_in_is_told_why(counter: Counter, person: str, roster: dict[str, Any], state: str) -> None:
    changes = dict(roster)
    counter.know(*changes.pop("enrolled", (OPERATOR,)), **changes)
    before = counter.acts
    counter.call()
    counter.until("op_face")
    counter.stage.put(person)
    view = counter.until(state)
    assert [each["value"] for each in view["buttons"]] == ["device", ""]
    assert counter.acts == before


def test_kiosk_without_operators_says_who_can_change_that(counter: Counter) -> None:
    counter.know("nobody")
    counter.call()
    assert "Administrator di pusat menunjuk petugas" in counter.until("op_denied_nobody")["detail"]


def test_fifth_wrong_pin_bars(counter: Counter) -> None:
    counter.know(OPERATOR, NEWCOMER, operators=(NEWCOMER,))
    counter.call()
    counter.until("op_face")
    counter.stage.put(NEWCOMER)
    counter.until("op_pin")
    for _ in range(4):
        counter.bridge.touch("pin", "111222")
        counter.until("op_pin_wrong")
    counter.bridge.touch("pin", "111222")
    counter.until("op_denied_barred")
    assert counter.acts[-1] == (NEWCOMER, "pin_barred")


def test_nobody_is_let_in_who_cannot_be_written_down(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_build: object) -> None:
        raise JournalFullError("The disk is full.")

    counter.call()
    counter.until("op_face")
    counter.stage.put(OPERATOR)
    counter.until("op_pin")
    with monkeypatch.context() as patch:
        patch.setattr(counter.station.journal, "append", refuse)
        counter.bridge.touch("pin", PIN)
        counter.until("op_denied_journal")


def test_operator_moves_the_head_where_the_policy_asks_for_it(counter: Counter) -> None:
    counter.know(OPERATOR, named=(NEWCOMER,), liveness="active")
    counter.enter()
    row = [each for each in counter.station.journal.rows() if isinstance(each, OperatorAct)][-1]
    assert row.act == "entered"
    assert row.liveness is not None
    assert [each.verdict for each in row.liveness.layers] == ["live"]


def test_operator_locks_the_kiosk_and_it_stays_locked(counter: Counter) -> None:
    counter.enter()
    counter.press("lock")
    counter.wait(lambda: any(each["value"] == "unlock" for each in counter.bridge.view["buttons"]))
    counter.press("leave")
    counter.until("locked")
    assert counter.station.journal.fact("locked_here") == "yes"
    counter.stage.put(None)
    counter.rest_on_the_clock()
    counter.stage.put(OPERATOR)
    counter.until("op_pin")
    counter.bridge.touch("pin", PIN)
    counter.until("op_menu")
    counter.press("unlock")
    counter.press("leave")
    counter.until("idle")
