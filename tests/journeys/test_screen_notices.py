"""What is open for a person, read on the screen beside their punch; and what closes, read by everybody at rest."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.factories.theatre import Theatre  # isort: skip

from contract.month import MonthPart, Notice, PersonMonth
from contract.punch import Punch
from contract.roster import SessionWindow
from kiosk import clock

pytestmark = pytest.mark.usefixtures("left_empty")

VERSIONS = iter(range(1, 100))


@pytest.fixture(autouse=True)
def time_server(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The kiosk's clock can be trusted, whatever this machine's is."""
    monkeypatch.setattr(clock, "_kernel_says_synchronised", lambda: True)
    return monkeypatch


def send(theatre: Theatre, *, age: timedelta = timedelta(minutes=20)) -> None:
    """The hub's word that yesterday lacks a departure."""
    now = datetime.now(UTC)
    today = now.astimezone(ZoneInfo("Asia/Jakarta")).date()
    yesterday, until = str(today - timedelta(days=1)), str(today + timedelta(days=5))
    notice = Notice(kind="missed", day=yesterday, until=until, lacks="out")
    theatre.station.months.take(
        MonthPart(
            version=next(VERSIONS), part=1, parts=1, month=f"{now:%Y-%m}", as_of=now - age,
            people=(PersonMonth(person="biden", notice=notice), PersonMonth(person="obama")),
        )
    )  # fmt: skip


def come(theatre: Theatre, person: str) -> dict[str, Any]:
    """Somebody punches; on a busy machine they may be told that they have, which says the same beside it."""
    theatre.believe(person)
    theatre.stage.put(person)
    return theatre.until("accepted", "already")


def test_person_reads_what_is_open_beside_their_stored_punch_and_then_it_is_gone(theatre: Theatre) -> None:
    send(theatre)
    theatre.believe("biden")
    theatre.stage.put("biden")
    view = theatre.until("accepted")
    (*_, punch) = theatre.rows(Punch)
    assert punch.person == "biden"
    assert view["notice"].replace("\xa0", " ") == "Kemarin belum ada presensi pulang – lapor ke operator"
    assert view["notice_as_of"].startswith("Data dari pusat")
    assert "Yesterday: no departure scan" in view["second_line"]
    theatre.press("not_me")
    assert theatre.until("ask_not_me", "mistaken")["notice"] == ""
    theatre.empty()
    assert theatre.bridge.view["notice"] == ""


def test_nobody_reads_what_is_open_for_somebody_else(theatre: Theatre) -> None:
    send(theatre)
    assert come(theatre, "obama")["notice"] == ""


def test_kiosk_that_was_without_its_hub_says_nothing_of_days(theatre: Theatre) -> None:
    send(theatre, age=timedelta(days=3))
    assert come(theatre, "biden")["notice"] == ""


def test_kiosk_that_does_not_know_the_time_says_nothing(theatre: Theatre, time_server: pytest.MonkeyPatch) -> None:
    send(theatre)
    time_server.setattr(type(theatre.station), "clock_trusted", False)
    assert come(theatre, "biden")["notice"] == ""


def test_everybody_reads_at_rest_which_session_closes(theatre: Theatre) -> None:
    now = datetime.now(UTC)
    closes = now + timedelta(minutes=9)
    window = SessionWindow(way="out", opens=now - timedelta(hours=2), closes=closes, before=15)
    theatre.believe("biden", "obama", sessions=(window,))
    theatre.stage.put("biden", change=lambda picture: picture // 8)
    theatre.until("approach_dark", "accepted", "already")
    theatre.empty()
    local = closes.astimezone(ZoneInfo("Asia/Jakarta"))
    assert theatre.until("idle")["notice"] == f"Sesi PULANG ditutup {local:%H.%M}"
