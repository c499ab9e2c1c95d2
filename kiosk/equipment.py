"""What a kiosk's settings say of its devices, made ready: camera, panel and fittings."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from kiosk.camera.recovery import Ladder, parse_reset_command
from kiosk.camera.source import SourceSettings
from kiosk.camera.supervisor import CaptureSupervisor
from kiosk.errors import JournalError, SettingsError
from kiosk.hardware.fittings import Fittings
from kiosk.hardware.guarded_door import GuardedDoor
from kiosk.hardware.lighting import LightingRules, is_night
from kiosk.hardware.null_panel import NullPanel
from kiosk.hardware.panel import Panel
from kiosk.hardware.speaker import Speaker, open_speaker
from kiosk.hardware.tamper import TamperMemory
from kiosk.hardware.wiring import PanelWiring
from kiosk.journal import Journal
from kiosk.recognizer.models.dlib_graph import cache_folder
from kiosk.settings import KioskSettings

log = logging.getLogger(__name__)

REBOOTS: Final = "camera_reboots"
"""The journal's fact of how often the machine was started anew for the camera's sake, without success so far."""


def open_panel(wiring: PanelWiring) -> Panel:
    """Lights, relay and buzzer where they are fitted; else a panel that does nothing."""
    if (wiring.relay, wiring.rgb, wiring.lamps, wiring.buzzer) == (None, None, None, None):
        return NullPanel()
    from kiosk.hardware.gpio_panel import GpioPanel

    return GpioPanel(wiring, open_door=GuardedDoor)


def open_sounds(settings: KioskSettings, *, now: Callable[[], datetime]) -> Speaker:
    """The loudspeaker, softer at night. now: aware. SettingsError for an unknown zone."""
    zone, night, sound = site_zone(settings), settings.night, settings.sound

    def volume() -> int:
        hour = now().astimezone(zone).hour
        at_night = is_night(hour, from_hour=night.from_hour, until_hour=night.until_hour)
        return sound.night_volume if at_night else sound.volume

    return open_speaker(cache_folder() / "sounds", volumes_percent=(sound.volume, sound.night_volume), volume=volume)


def fit(
    settings: KioskSettings, wiring: PanelWiring, *, now: Callable[[], datetime], on_alarm: Callable[[], None]
) -> Fittings:
    """What is fitted beside the panel, at work until it is closed. now: aware. SettingsError for an unknown zone."""
    zone, night = site_zone(settings), settings.night
    return Fittings(
        wiring,
        memory=tamper_memory(settings),
        rules=LightingRules(
            idle_seconds=night.idle_seconds,
            night_percent=wiring.backlight.night_percent if wiring.backlight is not None else 100,
            night_from_hour=night.from_hour,
            night_until_hour=night.until_hour,
        ),
        local_now=lambda: now().astimezone(zone),
        on_alarm=on_alarm,
    )


def supervise_camera(settings: KioskSettings, journal: Journal, *, on_reboot: Callable[[], None]) -> CaptureSupervisor:
    """The camera in its own process.

    on_reboot: called, in another thread, when only a new start of the machine is left; and only if that could be
    remembered, because what does not help shall be tried less and less often.
    """
    camera = settings.camera

    def ask() -> None:
        try:
            journal.set_fact(REBOOTS, str(reboots + 1))
        except JournalError as error:
            log.error("%s", error)  # noqa: TRY400 (the sentence says all)
            return
        on_reboot()

    reboots = int(journal.fact(REBOOTS) or 0)
    ladder = Ladder(reboot_after=camera.reboot_after, reboots=reboots)
    return CaptureSupervisor(
        source_settings(settings),
        # A clip that cannot be read is no device that a reset would mend.
        ladder=ladder if camera.kind in {"picamera", "webcam"} else None,
        reset=parse_reset_command(camera.reset_command, device=camera.device),
        on_reboot=ask,
    )


def forget_reboots(journal: Journal) -> None:
    """The camera works: the next trouble begins with the lowest rung. JournalError when it cannot be noted."""
    if journal.fact(REBOOTS) not in {None, "0"}:
        journal.set_fact(REBOOTS, "0")


def source_settings(settings: KioskSettings) -> SourceSettings:
    """What the capture process is told."""
    camera = settings.camera
    return SourceSettings(
        kind=camera.kind,
        path=camera.path,
        device=camera.device,
        size=(camera.width, camera.height),
        fps=camera.fps,
        pace=camera.pace,
        loop=camera.loop,
        rotation_degrees=camera.rotation_degrees,
        mains_hertz=camera.mains_hertz,
    )


def site_zone(settings: KioskSettings) -> ZoneInfo:
    """The site's time zone; SettingsError when there is none of that name."""
    try:
        return ZoneInfo(settings.timezone)
    except (KeyError, ValueError, OSError) as error:
        raise SettingsError(
            f"There is no time zone {settings.timezone!r}: write Asia/Jakarta, Asia/Makassar or Asia/Jayapura."
        ) from error


def tamper_memory(settings: KioskSettings) -> TamperMemory:
    """What this kiosk remembers of its housing."""
    return TamperMemory(settings.data_folder / "tamper.json")
