"""`presensi kiosk hardware`: try the parts one by one, and look after the housing's alarm."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.commands import EXIT_TROUBLE, Commands
from cli.tables import show_json, show_table
from contract.errors import BadInputError
from kiosk.errors import HardwareError
from kiosk.settings import KioskSettings, read_settings

if TYPE_CHECKING:
    from kiosk.hardware.walk_through import Words, Workshop
    from kiosk.hardware.wiring import PanelWiring

HOLD_SECONDS = 1.0
YES, NO = {"y", "ya", "yes"}, {"t", "tidak", "n", "no"}


@click.group(cls=Commands, epilog="Start with: presensi kiosk hardware test --help")
def hardware() -> None:
    """Lights, door, housing: try them, and clear the housing's alarm."""


def _settings_options(command: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option("--data", help="Folder of journal, roster and keys.", envvar="PRESENSI_KIOSK_DATA"),
        click.option("--settings", "settings_file", type=click.Path(path_type=Path), help="The kiosk's TOML file."),
        click.option("--json", "as_json", is_flag=True, help="The result as JSON on standard output."),
    ):
        command = option(command)
    return command


@hardware.command(
    epilog="Examples:\n\n"
    "  presensi kiosk hardware test --settings /etc/presensi/kiosk.toml\n\n"
    "  presensi kiosk hardware test --hardware hardware.toml --mock --yes --json"
)
@_settings_options
@click.option("--hardware", "hardware_file", metavar="FILE", help="Try the parts of this hardware.toml instead.")
@click.option("--yes", is_flag=True, help="Answer every question with yes: nobody is there.")
@click.option("--mock", is_flag=True, help="Pins that do not exist: checks the file, and moves nothing.")
def test(
    settings_file: Path | None, data: str | None, as_json: bool, hardware_file: str | None, yes: bool, mock: bool
) -> None:
    """Walk through every part that is fitted, and ask whether it did what it should.

    End the kiosk first: two programs cannot hold the same pins. Exit code 1 when a part failed or could not be tried.
    --json: {ok, mock, parts: [{part, pins, outcome, detail}]}, outcome being ok, failed, absent or error.
    """
    from kiosk.hardware.walk_through import carry_out, plan

    settings = read_settings(settings_file, data=data, hardware=hardware_file)
    wiring = settings.wiring
    if wiring is None:
        raise BadInputError(
            "No hardware is named: give a file with --hardware, or the settings that name one with --settings."
        )
    _take_pins(wiring, mock=mock)
    confirm = partial(_pass, hold_seconds=0.0 if mock else HOLD_SECONDS) if yes else partial(_ask, settings)
    outcomes = [carry_out(trial, confirm) for trial in plan(wiring, _workshop(settings, mock=mock))]
    # Nobody names a loudspeaker; whatever else is not there stands in the file, and should be.
    fine = all(
        each.outcome == "ok" or (each.outcome == "absent" and (mock or each.part == "speaker")) for each in outcomes
    )
    if as_json:
        show_json({"ok": fine, "mock": mock, "parts": outcomes})
    else:
        rows = [(each.part, " ".join(map(str, each.pins)), each.outcome, each.detail) for each in outcomes]
        show_table(("part", "GPIO", "outcome", "detail"), rows, empty="")
    if not fine:
        sys.exit(EXIT_TROUBLE)


@hardware.command(epilog="Example:\n\n  presensi kiosk hardware tamper --clear --data /var/lib/presensi/kiosk")
@_settings_options
@click.option("--clear", is_flag=True, help="Forget it: somebody has looked at the housing.")
def tamper(settings_file: Path | None, data: str | None, as_json: bool, clear: bool) -> None:
    """Say whether the housing was opened; may be used while the kiosk runs.

    --json: {opening: {first_at, times} or null, cleared}.
    """
    from kiosk.equipment import tamper_memory

    memory = tamper_memory(read_settings(settings_file, data=data))
    try:
        opening = memory.clear() if clear else memory.opening
    except OSError as error:
        raise HardwareError(f"The alarm of the housing cannot be cleared: {error}.") from error
    if as_json:
        show_json({"opening": opening, "cleared": clear and opening is not None})
    elif opening is None:
        click.echo("The housing has not been opened.")
    else:
        cleared = " This is cleared now." if clear else ""
        click.echo(f"The housing was first opened at {opening.first_at:%Y-%m-%d %H:%M}, {opening.times}x.{cleared}")


def _take_pins(wiring: PanelWiring, *, mock: bool) -> None:
    """Make sure that there are pins to claim; HardwareError, in a sentence, when this machine has none."""
    from kiosk.hardware.pins import claiming, load_gpiozero

    if mock:
        from gpiozero.pins.mock import MockFactory, MockPWMPin

        load_gpiozero().Device.pin_factory = MockFactory(pin_class=MockPWMPin)
        return
    pins = [pin for _, pin in wiring.pins()]
    if pins:
        with claiming("the hardware", *pins) as gpiozero:
            gpiozero.Device.ensure_pin_factory()


def _workshop(settings: KioskSettings, *, mock: bool) -> Workshop:
    from datetime import UTC, datetime

    from kiosk.equipment import open_sounds
    from kiosk.hardware.backlight import Backlight
    from kiosk.hardware.door_relay import DoorRelay
    from kiosk.hardware.guarded_door import GuardedDoor
    from kiosk.hardware.speaker import NullSpeaker
    from kiosk.hardware.walk_through import Workshop

    nowhere = Path("/nonexistent")
    return Workshop(
        open_door=DoorRelay if mock else GuardedDoor,
        open_backlight=partial(Backlight, root=nowhere) if mock else Backlight,
        open_speaker=NullSpeaker if mock else partial(open_sounds, settings, now=lambda: datetime.now(UTC)),
        say=lambda words: click.echo(f"  {words.first(settings.language)}", err=True),
    )


def _pass(_question: Words, *, hold_seconds: float) -> bool:
    """Yes, after a part has been at work long enough to be seen on a camera or a meter."""
    time.sleep(hold_seconds)
    return True


def _ask(settings: KioskSettings, question: Words) -> bool:
    """Ask until the answer is one; on standard error, so that standard output is the result alone."""
    while True:
        try:
            answer: Any = click.prompt(f"{question.first(settings.language)} [y/t]", err=True)
        except click.Abort as error:
            raise BadInputError("Nobody answers: run it in a terminal, or give --yes.") from error
        if answer.strip().lower() in YES | NO:
            return answer.strip().lower() in YES
