"""Which part of the panel hangs on which pin: the section [panel] of the settings.

Pins are BCM numbers, as on `pinout` and in gpiozero.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from kiosk.errors import SettingsError

HEADER_PINS = range(28)
"""BCM numbers on the 40-pin header of every Raspberry Pi since 2014."""


class RelayWiring(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The door relay.

    active_high: False for the common relay boards that close when the pin is pulled low.
    pulse_seconds: how long the door stays released.
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


class PanelWiring(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A kiosk's panel; None: the kiosk does not have that part. At most one kind of light.

    Raises SettingsError when a pin is not on the header or serves two parts, or when a pulse is not a time.
    """

    relay: RelayWiring | None = None
    rgb: RgbWiring | None = None
    lamps: LampWiring | None = None
    buzzer: BuzzerWiring | None = None

    def __post_init__(self) -> None:
        if self.rgb is not None and self.lamps is not None:
            raise SettingsError("the panel has one status light: give the pins of rgb or of lamps, not of both")
        if self.relay is not None and not 0 < self.relay.pulse_seconds <= 30:
            raise SettingsError(f"relay.pulse_seconds must be above 0 and at most 30, not {self.relay.pulse_seconds}")
        users: dict[int, str] = {}
        for part, pin in self.pins():
            if pin not in HEADER_PINS:
                raise SettingsError(f"{part}: GPIO{pin} is not on the header, give a BCM number from 0 to 27")
            if pin in users:
                raise SettingsError(f"{part}: GPIO{pin} already serves {users[pin]}, give each part its own pin")
            users[pin] = part

    def pins(self) -> Iterator[tuple[str, int]]:
        """Every pin in use, with the name of its part as in the settings."""
        if self.relay is not None:
            yield "relay.pin", self.relay.pin
        if self.rgb is not None:
            yield from (("rgb.red", self.rgb.red), ("rgb.green", self.rgb.green), ("rgb.blue", self.rgb.blue))
        if self.lamps is not None:
            yield from (("lamps.blue", self.lamps.blue), ("lamps.orange", self.lamps.orange))
        if self.buzzer is not None:
            yield "buzzer.pin", self.buzzer.pin
