"""A station with its window: Qt in the main thread, the attendant in another."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from kiosk.closing import closing_now
from kiosk.notices import Told, told_in
from kiosk.states import State
from kiosk.ui.bridge import Bridge
from kiosk.ui.presenter import Surroundings
from kiosk.ui.screen import Screen
from kiosk.ui.window import KioskWindow

if TYPE_CHECKING:
    from kiosk.station import Station

log = logging.getLogger(__name__)


def run_with_window(
    station: Station,
    *,
    windowed: bool,
    prepare: Callable[[Bridge], None] = lambda _bridge: None,
) -> None:
    """Serve people on a window until it is closed, the program is told to end, or the input ends.

    prepare: called with the bridge before the window opens (the demo connects its enrolment there).
    Whatever ends the attendant is raised here.
    """
    settings = station.settings
    bridge = Bridge()
    window = KioskWindow(bridge, windowed=windowed, language=settings.language, panel_inches=settings.panel_inches)
    screen = Screen(
        bridge,
        surroundings=lambda: surroundings_of(station),
        language=settings.language,
        dim_after_seconds=settings.night.idle_seconds,
        told=lambda state: told_by(station, state),
    )
    # Straight from the window's thread: the attendant only puts them where it finds them with the next frame.
    bridge.touched.connect(station.touch, Qt.ConnectionType.DirectConnection)
    prepare(bridge)
    trouble: list[BaseException] = []
    stop_refreshing = threading.Event()

    def serve() -> None:
        try:
            station.run(screen)
        except BaseException as error:  # noqa: BLE001 (whatever it is, a dead attendant must not look like a good end)
            trouble.append(error)
        finally:
            bridge.quit()

    threads = [
        threading.Thread(target=serve, name="attendant", daemon=True),
        threading.Thread(target=screen.keep_fresh, args=(stop_refreshing,), name="screen", daemon=True),
    ]
    for thread in threads:
        thread.start()
    try:
        window.run()
    finally:
        station.stop()
        stop_refreshing.set()
        for thread in threads:
            thread.join(10)
    if trouble:
        raise trouble[0]


def told_by(station: Station, state: State) -> Told | None:
    """What is open for the person in a state, as far as this kiosk has heard."""
    return told_in(state, station.months.current)


def surroundings_of(station: Station) -> Surroundings:
    """What the screen says beside the walk-up's state."""
    roster = station.roster.current
    policy = roster.policy
    return Surroundings(
        online=station.uplink.online,
        queue=station.journal.state.queue,
        unit=policy.unit,
        message=station.orders.message or policy.message,
        demo=policy.demo,
        liveness_off=policy.liveness == "off",
        clock_trusted=station.clock_trusted,
        unplaced=station.unplaced,
        timezone=station.settings.timezone,
        night_from=station.settings.night.from_hour,
        night_until=station.settings.night.until_hour,
        closing=closing_now(roster.closings, station.now) if roster.closings else None,
    )
