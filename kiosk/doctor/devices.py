"""Judging camera and panel: tried where nobody uses them, else as the running kiosk says."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from contract.checkup.finding import NOTHING, Finding, Measure, Words
from kiosk.bulletin import Bulletin
from kiosk.camera.source import SourceSettings
from kiosk.camera.supervisor import CaptureSupervisor
from kiosk.errors import CameraError
from kiosk.hardware.panel import Panel
from kiosk.hardware.wiring import PanelWiring

FRAME_SECONDS: Final = 12.0
FRESH: Final = timedelta(minutes=1)
"""The running kiosk writes its bulletin every ten seconds; with an older one, it hangs."""
STEADY_FRAMES: Final = 15
"""A camera needs about a second until its exposure has settled."""
DARK, BRIGHT = 40.0, 220.0
"""Mean grey, 0..255: outside, faces are lost in the dark or in glare (kiosk.recognizer.quality measures faces)."""


@dataclass(frozen=True, slots=True)
class CameraReading:
    """working: a frame came. brightness: mean grey, 0..255; None: not known. by_kiosk: the running kiosk says so."""

    working: bool
    brightness: float | None = None
    size: tuple[int, int] | None = None
    trouble: str = ""
    by_kiosk: bool = False
    restarts: int = 0


def ask_kiosk(bulletin: Bulletin | None, now: datetime) -> CameraReading:
    """What the kiosk that has the camera says of it."""
    if bulletin is None or now - bulletin.at > FRESH:
        return CameraReading(working=False, trouble="the running kiosk does not say", by_kiosk=True)
    trouble = "" if bulletin.camera == "ok" else bulletin.camera
    return CameraReading(
        bulletin.camera == "ok", bulletin.brightness, None, trouble, by_kiosk=True, restarts=bulletin.camera_restarts
    )


def try_camera(
    settings: SourceSettings, *, seconds: float = FRAME_SECONDS, now: Callable[[], float] = time.monotonic
) -> CameraReading:
    """Open the camera in a process of its own, so that a driver that hangs is killed; let go of it again."""
    until = now() + seconds
    brightness, size, trouble = None, None, "no frame came"
    with CaptureSupervisor(settings) as source:
        for _ in range(STEADY_FRAMES):
            try:
                frame = source.read(timeout_seconds=max(0.1, round(until - now(), 1)))
            except CameraError as error:
                trouble = str(error)
                if now() >= until:
                    break
                continue
            if frame is None:
                break
            brightness, size = float(frame.grey.mean()), (frame.main.shape[1], frame.main.shape[0])
            if now() >= until:
                break
    return CameraReading(brightness is not None, brightness, size, "" if brightness is not None else trouble)


def judge_camera(reading: CameraReading) -> Finding:
    """Bad without frames; a warning when they are too dark or too bright for faces."""
    measured: dict[str, Measure] = {
        "brightness": None if reading.brightness is None else round(reading.brightness, 1),
        "size": None if reading.size is None else f"{reading.size[0]}x{reading.size[1]}",
        "by_kiosk": reading.by_kiosk,
        "restarts": reading.restarts,
    }
    said = (", kata kios yang berjalan", ", says the running kiosk") if reading.by_kiosk else ("", "")
    if not reading.working:
        value = Words(f"tidak ada gambar: {reading.trouble}{said[0]}", f"no picture: {reading.trouble}{said[1]}")
        advice = Words(
            "Periksa kabel pita dan rpicam-hello --list-cameras.", "Check the cable and rpicam-hello --list-cameras."
        )
        return Finding("bad", value, advice, measured)
    level = reading.brightness
    size = f"{reading.size[0]}x{reading.size[1]}, " if reading.size else ""
    shown = ("?", "?") if level is None else (f"{level:.0f}/255", f"{level:.0f}/255")
    value = Words(f"{size}terang {shown[0]}{said[0]}", f"{size}brightness {shown[1]}{said[1]}")
    if level is not None and not DARK <= level <= BRIGHT:
        advice = (
            Words("Terlalu gelap: lampu, penutup lensa?", "Too dark: light, lens cap?")
            if level < DARK
            else Words("Terlalu terang: hindari menghadap jendela.", "Too bright: turn it away from the window.")
        )
        return Finding("warning", value, advice, measured)
    return Finding("ok", value, NOTHING, measured)


@dataclass(frozen=True, slots=True)
class PanelReading:
    """fitted: parts that answer. pins: those that the settings name, per part. troubles: sentences."""

    fitted: tuple[str, ...] = ()
    troubles: tuple[str, ...] = ()
    by_kiosk: bool = False
    known: bool = True


def try_panel(wiring: PanelWiring, open_panel: Callable[[PanelWiring], Panel]) -> PanelReading:
    """Claim the pins and let go of them in their safe state: nothing sounds or opens. HardwareError: see Panel."""
    with contextlib.closing(open_panel(wiring)) as panel:
        return PanelReading(panel.fitted, panel.alarms)


def ask_kiosk_of_panel(bulletin: Bulletin | None, now: datetime) -> PanelReading:
    """What the kiosk that has the pins says of them."""
    if bulletin is None or now - bulletin.at > FRESH:
        return PanelReading(by_kiosk=True, known=False)
    return PanelReading(bulletin.panel, bulletin.panel_alarms, by_kiosk=True)


def judge_part(part: str, *, wired: bool, reading: PanelReading | None, trouble: str | None) -> Finding:
    """One part of the panel: relay, lights or buzzer. trouble: why the pins could not be claimed."""
    if not wired:
        return Finding("not_fitted", Words("tidak disebut di pengaturan", "not named in the settings"))
    advice = Words("Coba: presensi kiosk hardware test.", "Try it: presensi kiosk hardware test.")
    if trouble is not None or reading is None:
        told = trouble or "?"
        return Finding("bad", Words(told, told), advice, {"trouble": told})
    measured: dict[str, Measure] = {"by_kiosk": reading.by_kiosk, "troubles": list(reading.troubles)}
    if not reading.known:
        return Finding(
            "warning", Words("kios yang berjalan tidak melapor", "the running kiosk does not say"), advice, measured
        )
    wanted = {"lights": {"blue", "orange"}}.get(part, {part})
    mine = [each for each in reading.troubles if part == "relay"]
    if mine:
        return Finding("bad", Words(mine[0], mine[0]), advice, measured)
    if not wanted <= set(reading.fitted):
        return Finding("warning", Words("terkunci atau tidak menjawab", "locked or does not answer"), advice, measured)
    said = (" kata kios yang berjalan", " says the running kiosk") if reading.by_kiosk else ("", "")
    return Finding("ok", Words(f"pin dikuasai{said[0]}", f"pins answer{said[1]}"), NOTHING, measured)
