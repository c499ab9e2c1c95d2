"""The attendant's display: states that become views."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np

from kiosk.recognizer.face import Box
from kiosk.states import Accepted, Approach, Idle
from kiosk.ui.bridge import Bridge
from kiosk.ui.presenter import Surroundings
from kiosk.ui.screen import Screen
from kiosk.ui.visit_language import REST_SECONDS

Until = Callable[[Callable[[], bool]], None]
CALM = Surroundings(online=True, queue=0, unit="Dinas")
TAKEN = datetime(2026, 11, 22, 23, 58, 20, tzinfo=UTC)


def test_screen_shows_a_state_and_keeps_its_clock_and_badges_current(until: Until) -> None:
    bridge = Bridge()
    around = [Surroundings(online=True, queue=0, unit="Dinas")]
    now = [TAKEN]
    screen = Screen(bridge, surroundings=lambda: around[0], now=lambda: now[0])
    screen.show_state(Accepted("p-1", TAKEN, 9.0), name="Budi")
    until(lambda: bridge.property("view")["name"] == "Budi")
    assert bridge.property("view")["badges"] == []
    now[0] += timedelta(minutes=2)
    around[0] = replace(around[0], online=False, queue=3)
    screen.refresh()
    until(lambda: bridge.property("view")["clock"] == "07:00")
    shown = bridge.property("view")
    assert (shown["name"], shown["time_text"]) == ("Budi", "06:58")
    assert [badge["text"] for badge in shown["badges"]] == ["Luring: 3 menunggu dikirim"]


def test_screen_passes_frames_on(until: Until) -> None:
    bridge = Bridge()
    screen = Screen(bridge, surroundings=lambda: Surroundings(online=True, queue=0, unit="Dinas"))
    screen.show_frame(np.zeros((8, 8, 3), np.uint8), Box(0, 0, 4, 4))
    until(lambda: bridge.picture is not None)
    assert bridge.picture is not None
    assert bridge.picture.box == Box(4, 0, 8, 4)


def test_screen_passes_on_who_waits(until: Until) -> None:
    bridge = Bridge()
    screen = Screen(bridge, surroundings=lambda: CALM)
    screen.show_frame(np.zeros((8, 8, 3), np.uint8), None, [Box(0, 0, 2, 2)])
    until(lambda: bridge.picture is not None)
    assert bridge.picture is not None
    assert bridge.picture.others == (Box(6, 0, 8, 2),)


def test_other_language_lasts_until_the_visit_is_over(until: Until) -> None:
    bridge = Bridge()
    now = [10.0]
    screen = Screen(bridge, surroundings=lambda: CALM, now=lambda: TAKEN, monotonic=lambda: now[0])
    screen.show_state(Approach("nearer"), name=None)
    stop = threading.Event()
    keeper = threading.Thread(target=screen.keep_fresh, args=(stop,))
    keeper.start()
    bridge.switch_language()
    until(lambda: bridge.property("view")["headline"] == "Come closer")
    stop.set()
    keeper.join()
    screen.show_state(Accepted("p-1", TAKEN, 9.0), name="Budi")
    until(lambda: bridge.property("view")["headline"] == "Recorded")
    screen.show_state(Idle(), name=None)
    until(lambda: bridge.property("view")["headline"] == "Good morning")
    now[0] += REST_SECONDS
    screen.refresh()
    until(lambda: bridge.property("view")["headline"] == "Selamat pagi")


def test_screen_rests_at_night_after_its_patience_and_wakes_with_a_face(until: Until) -> None:
    bridge, now = Bridge(), [10.0]
    night = replace(CALM, night_from=6, night_until=8)
    screen = Screen(bridge, surroundings=lambda: night, now=lambda: TAKEN, monotonic=lambda: now[0])
    screen.refresh()
    until(lambda: bridge.property("view")["dim"])
    screen.show_state(Approach("nearer"), name=None)
    until(lambda: not bridge.property("view")["dim"])
    screen.show_state(Idle(), name=None)
    now[0] += 29
    screen.refresh()
    until(lambda: bridge.property("view")["state"] == "idle")
    assert not bridge.property("view")["dim"]
    now[0] += 1
    screen.refresh()
    until(lambda: bridge.property("view")["dim"])
