"""`presensi kiosk hardware`: every part is tried and confirmed on mock pins, and the housing's alarm is cleared."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli import main
from kiosk.hardware.tamper import TamperMemory

gpiozero = pytest.importorskip("gpiozero")

HARDWARE = """
[relay]
pin = 17
pulse_seconds = 30
[lamps]
blue = 22
orange = 27
[buzzer]
pin = 18
[tamper]
pin = 23
[presence]
pin = 24
[fill_light]
pin = 12
[backlight]
"""
PARTS = [
    "relay", "lamps-blue", "lamps-orange", "buzzer", "tamper", "presence", "fill_light", "backlight", "speaker",
]  # fmt: skip


@pytest.fixture(autouse=True)
def restored_pins() -> Iterator[None]:
    """Whatever pins the command put in place are taken away again."""
    before = gpiozero.Device.pin_factory
    yield
    if gpiozero.Device.pin_factory is not before:
        gpiozero.Device.pin_factory.reset()
        gpiozero.Device.pin_factory = before


@pytest.fixture
def hardware(tmp_path: Path) -> Path:
    path = tmp_path / "hardware.toml"
    path.write_text(HARDWARE, encoding="utf-8")
    return path


def run(*arguments: str, answers: str = "") -> Result:
    return CliRunner().invoke(main, ["kiosk", "hardware", *arguments], input=answers, catch_exceptions=False)


def outcomes(result: Result) -> dict[str, str]:
    return {each["part"]: each["outcome"] for each in json.loads(result.stdout)["parts"]}


def states(pin: int) -> list[Any]:
    return [each.state for each in gpiozero.Device.pin_factory.pin(pin).states]


def test_every_part_is_tried_on_its_pin_and_left_safe(hardware: Path) -> None:
    result = run("test", "--hardware", str(hardware), "--mock", "--yes", "--json")
    assert result.exit_code == 0, result.stderr
    shown = json.loads(result.stdout)
    assert (shown["ok"], shown["mock"]) == (True, True)
    assert [each["part"] for each in shown["parts"]] == PARTS
    assert shown["parts"][1]["pins"] == [22, 27]
    assert outcomes(result) == dict.fromkeys(PARTS, "ok") | {"backlight": "absent", "speaker": "absent"}
    assert states(17) == [0, 1, 0]
    assert states(22) == [0, 1, 0]
    assert states(12) == [0, 1, 0]
    assert {gpiozero.Device.pin_factory.pin(pin).function for pin in (17, 22, 27, 18, 23, 24, 12)} == {"input"}


def test_answer_no_is_a_failure_and_the_walk_goes_on(hardware: Path) -> None:
    result = run("test", "--hardware", str(hardware), "--mock", "--json", answers="ya\nt\nmaybe\ny\ny\nno\ny\ny\n")
    assert result.exit_code == 1
    assert outcomes(result) == dict.fromkeys(PARTS, "ok") | {
        "lamps-blue": "failed", "tamper": "failed", "backlight": "absent", "speaker": "absent",
    }  # fmt: skip
    assert json.loads(result.stdout)["parts"][1]["detail"] == "Does the light shine blue?"


@pytest.mark.parametrize(("language", "begins"), [("id", "Apakah relay"), ("en", "Did the relay")])
def test_questions_are_asked_in_both_languages(hardware: Path, tmp_path: Path, language: str, begins: str) -> None:
    settings = tmp_path / "kiosk.toml"
    settings.write_text(f'language = "{language}"\nhardware = "{hardware}"\n', encoding="utf-8")
    result = run("test", "--settings", str(settings), "--mock", answers="y\n" * 9)
    assert result.exit_code == 0
    assert result.stderr.startswith(begins)
    assert "Apakah relay" in result.stderr
    assert "Did the relay" in result.stderr
    assert "housing: OPEN" in result.stderr
    assert result.stdout.startswith("part ")


def test_part_whose_pin_is_busy_is_an_error_and_the_others_are_tried(
    hardware: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cli import kiosk_hardware

    taken: list[Any] = []
    take = kiosk_hardware._take_pins

    def take_and_occupy(*arguments: Any, **named: Any) -> None:
        take(*arguments, **named)
        taken.append(gpiozero.LED(18))

    monkeypatch.setattr(kiosk_hardware, "_take_pins", take_and_occupy)
    result = run("test", "--hardware", str(hardware), "--mock", "--yes", "--json")
    taken[0].close()
    assert result.exit_code == 1
    assert outcomes(result)["buzzer"] == "error"
    assert outcomes(result)["fill_light"] == "ok"
    assert "GPIO18" in json.loads(result.stdout)["parts"][3]["detail"]


def test_machine_without_pins_says_so_in_one_sentence(hardware: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpiozero.Device, "pin_factory", None)
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "absent")
    result = run("test", "--hardware", str(hardware), "--yes")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1
    assert "this machine has no usable pins" in result.stderr


def test_backlight_that_is_named_and_not_there_is_a_failure_on_a_real_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "hardware.toml"
    path.write_text('[backlight]\ndevice = "no-such-backlight"\n', encoding="utf-8")
    monkeypatch.setenv("PATH", str(tmp_path))
    result = run("test", "--hardware", str(path), "--yes", "--json")
    assert result.exit_code == 1
    assert outcomes(result) == {"backlight": "absent", "speaker": "absent"}


def test_nobody_to_answer_is_told(hardware: Path) -> None:
    result = run("test", "--hardware", str(hardware), "--mock")
    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1].endswith("presensi: Nobody answers: run it in a terminal, or give --yes.")


def test_kiosk_without_hardware_is_told() -> None:
    result = run("test", "--yes")
    assert result.exit_code == 2
    assert "No hardware is named" in result.stderr


def test_mistake_in_the_file_is_told_with_its_line(hardware: Path) -> None:
    hardware.write_text(HARDWARE.replace("pin = 24", "pin = 23"), encoding="utf-8")
    result = run("test", "--hardware", str(hardware), "--mock", "--yes")
    assert result.exit_code == 2
    assert "line 13: presence.pin: GPIO23 already serves tamper.pin" in result.stderr


def test_alarm_of_the_housing_is_shown_and_cleared(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path))
    assert "has not been opened" in run("tamper", *data).stdout
    assert json.loads(run("tamper", *data, "--json").stdout) == {"opening": None, "cleared": False}
    TamperMemory(tmp_path / "tamper.json").remember(datetime(2026, 11, 23, 7, 5, tzinfo=UTC))
    assert "first opened at 2026-11-23 07:05, 1x." in run("tamper", *data).stdout
    shown = json.loads(run("tamper", *data, "--clear", "--json").stdout)
    assert shown == {"opening": {"first_at": "2026-11-23T07:05:00Z", "times": 1}, "cleared": True}
    assert "has not been opened" in run("tamper", *data).stdout
