"""Which part of a kiosk hangs on which pin: hardware.toml, or the section [panel] of the settings.

Pins are BCM numbers, as on `pinout` and in gpiozero.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from kiosk.errors import WiringError

HEADER_PINS: Final = range(28)
"""BCM numbers on the 40-pin header of every Raspberry Pi since 2014."""
EEPROM_PINS: Final = range(2)
"""ID_SD and ID_SC: at the start the firmware talks there to the EEPROM of an add-on board."""
PULLED_UP_PINS: Final = range(2, 4)
"""SDA and SCL: 1.8 kilohm to 3.3 V are soldered to them."""
LONGEST_PULSE_SECONDS: Final = 30.0


class RelayWiring(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The door relay.

    active_high: False for the common relay boards that close when the pin is pulled low.
    pulse_seconds: how long the door stays released, at most 30.
    """

    pin: int
    active_high: bool = True
    pulse_seconds: float = 3.0


class RgbWiring(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One light with three colours; active_high: False for a common anode."""

    red: int
    green: int
    blue: int
    active_high: bool = True


class LampWiring(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Two lamps: blue (taken) and orange (not taken)."""

    blue: int
    orange: int
    active_high: bool = True


class BuzzerWiring(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """passive: a piezo that needs a frequency and can sing; else a buzzer that has one tone of its own."""

    pin: int
    passive: bool = False
    active_high: bool = True


class TamperWiring(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The loop around the housing: from the pin over its switches to ground; all are closed while nobody opens it."""

    pin: int


class PresenceWiring(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The motion sensor (PIR); active_high: False for one that pulls the pin low when somebody moves."""

    pin: int
    active_high: bool = True


class FillLightWiring(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The light for faces; active_high: False where the pin must be low for it to shine."""

    pin: int
    active_high: bool = True


class BacklightWiring(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The screen's backlight, which hangs on no pin.

    device: its name in /sys/class/backlight; None: the only one there. night_percent: how bright it is at night while
    nobody is there.
    """

    device: str | None = None
    night_percent: Annotated[int, Meta(ge=0, le=100)] = 10


class PanelWiring(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A kiosk's hardware; None: the kiosk does not have that part. At most one kind of light.

    Raises WiringError when a pin is not free to use or serves two parts, or when a pulse is not a time.
    """

    relay: RelayWiring | None = None
    rgb: RgbWiring | None = None
    lamps: LampWiring | None = None
    buzzer: BuzzerWiring | None = None
    tamper: TamperWiring | None = None
    presence: PresenceWiring | None = None
    fill_light: FillLightWiring | None = None
    backlight: BacklightWiring | None = None

    def __post_init__(self) -> None:
        if self.rgb is not None and self.lamps is not None:
            raise WiringError("lamps", "the panel has one status light, give the pins of rgb or of lamps, not of both")
        users: dict[int, str] = {}
        for part, pin in self.pins():
            _check_pin(part, pin)
            if pin in users:
                raise WiringError(part, f"GPIO{pin} already serves {users[pin]}, give each part its own pin")
            users[pin] = part
        if self.relay is not None:
            _check_relay(self.relay)
        if self.presence is not None and self.presence.active_high and self.presence.pin in PULLED_UP_PINS:
            raise WiringError(
                "presence.pin", f"GPIO{self.presence.pin} is always pulled up, take a pin from 4 to 27 for this sensor"
            )

    def pins(self) -> Iterator[tuple[str, int]]:
        """Every pin in use, with the name of its part as in the settings."""
        if self.relay is not None:
            yield "relay.pin", self.relay.pin
        if self.rgb is not None:
            yield from (("rgb.red", self.rgb.red), ("rgb.green", self.rgb.green), ("rgb.blue", self.rgb.blue))
        if self.lamps is not None:
            yield from (("lamps.blue", self.lamps.blue), ("lamps.orange", self.lamps.orange))
        for part, single in (
            ("buzzer", self.buzzer),
            ("tamper", self.tamper),
            ("presence", self.presence),
            ("fill_light", self.fill_light),
        ):
            if single is not None:
                yield f"{part}.pin", single.pin


def _check_pin(part: str, pin: int) -> None:
    if pin not in HEADER_PINS:
        raise WiringError(part, f"GPIO{pin} is not on the header, give a BCM number from 2 to 27")
    if pin in EEPROM_PINS:
        raise WiringError(
            part, f"GPIO{pin} is reserved for the EEPROM of add-on boards, give a BCM number from 2 to 27"
        )


def _check_relay(relay: RelayWiring) -> None:
    if not 0 < relay.pulse_seconds <= LONGEST_PULSE_SECONDS or math.isnan(relay.pulse_seconds):
        raise WiringError(
            "relay.pulse_seconds",
            f"must be above 0 and at most {LONGEST_PULSE_SECONDS:g}, not {relay.pulse_seconds:g}",
        )
    if relay.active_high and relay.pin in PULLED_UP_PINS:
        raise WiringError(
            "relay.pin",
            f"GPIO{relay.pin} is always pulled up and would release the door while the kiosk starts, take 9 to 27",
        )
