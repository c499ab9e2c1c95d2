"""hardware.toml: what can be named, and the sentence with line and key when it cannot be."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kiosk.errors import SettingsError
from kiosk.hardware.wiring import PanelWiring
from kiosk.hardware.wiring_file import line_of, read_wiring

FULL = """# A whole kiosk
[relay]
pin = 6
active_high = false
pulse_seconds = 5

[rgb]
red = 17
green = 27
blue = 22

[buzzer]
pin = 18

[tamper]
pin = 23

[presence]
pin = 24

[fill_light]
pin = 12

[backlight]
night_percent = 5
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "hardware.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_file_names_every_part(tmp_path: Path) -> None:
    wiring = read_wiring(write(tmp_path, FULL))
    assert dict(wiring.pins()) == {
        "relay.pin": 6, "rgb.red": 17, "rgb.green": 27, "rgb.blue": 22, "buzzer.pin": 18, "tamper.pin": 23,
        "presence.pin": 24, "fill_light.pin": 12,
    }  # fmt: skip
    assert wiring.relay is not None
    assert (wiring.relay.active_high, wiring.relay.pulse_seconds) == (False, 5.0)
    assert wiring.backlight is not None
    assert wiring.backlight.night_percent == 5


def test_empty_file_is_a_kiosk_without_hardware(tmp_path: Path) -> None:
    assert read_wiring(write(tmp_path, "")) == PanelWiring()


@pytest.mark.parametrize(
    ("change", "instead", "line", "words"),
    [
        ("pin = 23", "pin = 6", 16, r"tamper\.pin: GPIO6 already serves relay\.pin"),
        ("pin = 18", "pin = 28", 13, r"buzzer\.pin: GPIO28 is not on the header"),
        ("pin = 24", "pin = -1", 19, r"presence\.pin: GPIO-1 is not on the header"),
        ("pin = 24", "pin = 0", 19, r"presence\.pin: GPIO0 is reserved for the EEPROM"),
        ("pin = 12", "pin = 1", 22, r"fill_light\.pin: GPIO1 is reserved"),
        ("pin = 24", "pin = 2", 19, r"presence\.pin: GPIO2 is always pulled up"),
        ("pin = 6\nactive_high = false", "pin = 3\nactive_high = true", 3, r"relay\.pin: GPIO3 is always pulled up"),
        ("pulse_seconds = 5", "pulse_seconds = 31", 5, r"relay\.pulse_seconds: must be above 0 and at most 30, not 31"),
        ("pulse_seconds = 5", "pulse_seconds = nan", 5, r"relay\.pulse_seconds"),
        ("pulse_seconds = 5", "pulse_second = 5", 5, r"relay\.pulse_second: .*unknown field"),
        ("[tamper]", "[tampers]", 15, r"tampers: .*unknown field"),
        ("pin = 18", 'pin = "eighteen"', 13, r"buzzer\.pin: Expected `int`, got `str`"),
        ("red = 17\n", "", 7, r"rgb: .*missing required field `red`"),
        ("night_percent = 5", "night_percent = 101", 25, r"backlight\.night_percent"),
        ("[buzzer]", "[lamps]\nblue = 7\norange = 8\n[buzzer]", 12, r"lamps: the panel has one status light"),
    ],
)  # fmt: skip
def test_mistake_is_named_with_its_line(tmp_path: Path, change: str, instead: str, line: int, words: str) -> None:
    assert change in FULL
    path = write(tmp_path, FULL.replace(change, instead))
    with pytest.raises(SettingsError, match=words) as caught:
        read_wiring(path)
    assert str(caught.value).startswith(f"The hardware file {path}, line {line}: ")
    assert re.search(r"See docs/hardware\.md", str(caught.value))


def test_file_that_is_no_toml_is_named_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"not valid TOML: .*line 2"):
        read_wiring(write(tmp_path, "[relay]\npin = = 6\n"))


def test_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"Cannot read the hardware file .*none\.toml"):
        read_wiring(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("text", "key", "line"),
    [
        ("relay = { pin = 5 }", "relay.pin", 1),
        ("\nrelay.pin = 5", "relay.pin", 2),
        ("[relay]\n# pin = 9\npin = 5", "relay.pin", 3),
        ("[relay]\npin = 5", "buzzer.pin", None),
        ("pin = 5\n[buzzer]\npins = 1", "buzzer.pin", 2),
    ],
)
def test_line_is_found_however_it_is_written(text: str, key: str, line: int | None) -> None:
    assert line_of(text, key) == line
