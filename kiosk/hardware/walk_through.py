"""Trying each fitted part in front of somebody who sees, hears and says whether it did what it should."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Final, Literal

from kiosk.errors import HardwareError
from kiosk.hardware.backlight import Backlight
from kiosk.hardware.buzzer import Chime, TonalChime
from kiosk.hardware.door_relay import Door
from kiosk.hardware.fill_light import FillLight
from kiosk.hardware.pins import claiming
from kiosk.hardware.presence import PresenceSensor
from kiosk.hardware.speaker import NullSpeaker, Speaker
from kiosk.hardware.status_light import LampPair, RgbLight, StatusLight
from kiosk.hardware.tamper import BOUNCE_SECONDS
from kiosk.hardware.wiring import (
    BacklightWiring,
    BuzzerWiring,
    FillLightWiring,
    PanelWiring,
    PresenceWiring,
    RelayWiring,
    TamperWiring,
)
from kiosk.states import SignalKind

Language = Literal["id", "en"]
Result = Literal["ok", "failed", "absent", "error"]


@dataclass(frozen=True, slots=True)
class Words:
    """What is said, in Indonesian and in English."""

    id: str
    en: str

    def first(self, language: Language) -> str:
        """Both, that of this language first."""
        return f"{self.id} / {self.en}" if language == "id" else f"{self.en} / {self.id}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one part did. ok, failed: as somebody said. absent: it is not there. error: it could not be tried.

    part: its section of hardware.toml, with the colour for a light; or speaker. pins: BCM numbers.
    """

    part: str
    pins: tuple[int, ...]
    outcome: Result
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Trial:
    """One thing to try: `at_work` does it while its block lasts; `asks` is what to answer yes to."""

    part: str
    pins: tuple[int, ...]
    asks: Words
    at_work: Callable[[], AbstractContextManager[None]]


class AbsentError(HardwareError):
    """Raised when a part is not there at all, so that nothing can be said about it."""


ASKS: Final[Mapping[str, Words]] = MappingProxyType(
    {
        "relay": Words("Apakah relay berbunyi klik dan pintu terbuka?", "Did the relay click and the door open?"),
        "blue": Words("Apakah lampu menyala biru?", "Does the light shine blue?"),
        "orange": Words("Apakah lampu berkedip jingga?", "Does the light blink orange?"),
        "buzzer": Words("Apakah terdengar satu bunyi pendek?", "Did you hear one short beep?"),
        "tamper": Words(
            "Buka kotaknya, lalu tutup lagi: apakah kedua perubahan tampil di atas?",
            "Open the housing and close it again: were both changes shown above?",
        ),
        "presence": Words(
            "Berjalanlah di depan kios: apakah perubahan tampil di atas?",
            "Walk past the kiosk: was the change shown above?",
        ),
        "fill_light": Words("Apakah lampu wajah menyala?", "Is the fill light on?"),
        "backlight": Words("Apakah layar meredup?", "Has the screen been dimmed?"),
        "speaker": Words("Apakah terdengar dua nada naik?", "Did you hear two rising notes?"),
    }
)


OPEN: Final = Words("kotak: TERBUKA", "housing: OPEN")
CLOSED: Final = Words("kotak: tertutup", "housing: closed")
SOMEBODY: Final = Words("gerak: ADA ORANG", "motion: SOMEBODY")
NOBODY: Final = Words("gerak: tidak ada orang", "motion: nobody")
Say = Callable[[Words], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """How the devices that are no pins of this process are opened, and how readings are told (in any thread)."""

    open_door: Callable[[RelayWiring], Door]
    open_backlight: Callable[[BacklightWiring], Backlight]
    open_speaker: Callable[[], Speaker]
    say: Say


def plan(wiring: PanelWiring, shop: Workshop) -> Iterator[Trial]:
    """What to try of a wiring, in the order of the file, and the loudspeaker last."""
    if (relay := wiring.relay) is not None:
        yield Trial("relay", (relay.pin,), ASKS["relay"], partial(_release, shop.open_door, relay))
    if (rgb := wiring.rgb) is not None:
        pins = (rgb.red, rgb.green, rgb.blue)
        yield Trial("rgb-blue", pins, ASKS["blue"], partial(_show, partial(RgbLight, rgb), "accepted"))
        yield Trial("rgb-orange", pins, ASKS["orange"], partial(_show, partial(RgbLight, rgb), "trouble"))
    if (lamps := wiring.lamps) is not None:
        pair = (lamps.blue, lamps.orange)
        yield Trial("lamps-blue", pair, ASKS["blue"], partial(_show, partial(LampPair, lamps), "accepted"))
        yield Trial("lamps-orange", pair, ASKS["orange"], partial(_show, partial(LampPair, lamps), "trouble"))
    if (buzzer := wiring.buzzer) is not None:
        yield Trial("buzzer", (buzzer.pin,), ASKS["buzzer"], partial(_beep, buzzer))
    if (tamper := wiring.tamper) is not None:
        yield Trial("tamper", (tamper.pin,), ASKS["tamper"], partial(_watch_loop, tamper, shop.say))
    if (presence := wiring.presence) is not None:
        yield Trial("presence", (presence.pin,), ASKS["presence"], partial(_sense, presence, shop.say))
    if (fill := wiring.fill_light) is not None:
        yield Trial("fill_light", (fill.pin,), ASKS["fill_light"], partial(_light_up, fill))
    if (screen := wiring.backlight) is not None:
        yield Trial("backlight", (), ASKS["backlight"], partial(_dim, shop.open_backlight, screen))
    yield Trial("speaker", (), ASKS["speaker"], partial(_play, shop.open_speaker))


def carry_out(trial: Trial, confirm: Callable[[Words], bool]) -> Outcome:
    """Try one part and have somebody confirm it; what goes wrong is an outcome, too."""
    try:
        with trial.at_work():
            fine = confirm(trial.asks)
    except AbsentError as error:
        return Outcome(trial.part, trial.pins, "absent", str(error))
    except HardwareError as error:
        return Outcome(trial.part, trial.pins, "error", str(error))
    return Outcome(trial.part, trial.pins, "ok" if fine else "failed", "" if fine else trial.asks.en)


@contextmanager
def _release(open_door: Callable[[RelayWiring], Door], relay: RelayWiring) -> Iterator[None]:
    with closing(open_door(relay)) as door:
        door.release()
        yield


@contextmanager
def _show(build: Callable[[], StatusLight], kind: SignalKind) -> Iterator[None]:
    with closing(build()) as light:
        light.show(kind)
        yield


@contextmanager
def _beep(wiring: BuzzerWiring) -> Iterator[None]:
    with closing(TonalChime(wiring) if wiring.passive else Chime(wiring)) as chime:
        chime.play("accepted")
        yield


@contextmanager
def _watch_loop(wiring: TamperWiring, say: Say) -> Iterator[None]:
    def tell() -> None:
        say(CLOSED if loop.value else OPEN)

    with claiming("the tamper loop", wiring.pin) as gpiozero:
        loop = gpiozero.DigitalInputDevice(wiring.pin, pull_up=True, bounce_time=BOUNCE_SECONDS)
    with closing(loop):
        tell()
        loop.when_activated = loop.when_deactivated = tell
        yield


@contextmanager
def _sense(wiring: PresenceWiring, say: Say) -> Iterator[None]:
    with closing(PresenceSensor(wiring, on_presence=lambda: say(SOMEBODY))) as sensor:
        say(SOMEBODY if sensor.present else NOBODY)
        yield


@contextmanager
def _light_up(wiring: FillLightWiring) -> Iterator[None]:
    with closing(FillLight(wiring)) as light:
        light.shine(True)
        yield


@contextmanager
def _dim(open_backlight: Callable[[BacklightWiring], Backlight], wiring: BacklightWiring) -> Iterator[None]:
    with closing(open_backlight(wiring)) as backlight:
        backlight.shine(wiring.night_percent)
        if not backlight.fitted:
            raise AbsentError("There is no backlight in /sys/class/backlight that obeys: the screen is never dimmed.")
        yield


@contextmanager
def _play(open_speaker: Callable[[], Speaker]) -> Iterator[None]:
    with closing(open_speaker()) as speaker:
        if isinstance(speaker, NullSpeaker):
            raise AbsentError("No sounds: install pw-play, paplay or aplay, or see sound.volume in the settings.")
        speaker.play("accepted")
        yield
