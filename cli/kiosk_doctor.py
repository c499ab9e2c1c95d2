"""`presensi kiosk doctor`: one page on how this kiosk fares, with what to do about it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import click

from cli.commands import LoneCommand
from cli.doctor import doctor_options, finish, kept_quiet
from contract.checkup.finding import Language, carry_out
from kiosk.settings import read_settings


@click.command(
    cls=LoneCommand,
    epilog="Examples:\n\n"
    "  presensi kiosk doctor --settings /etc/presensi/kiosk.toml\n\n"
    "  presensi kiosk doctor --data ./k1 --json\n\n"
    "  presensi kiosk doctor --language en --bundle /media/usb/kiosk-1.zip",
)
@doctor_options
@click.option("--data", help="Folder of journal, roster and keys.", envvar="PRESENSI_KIOSK_DATA")
@click.option("--device", help="Name that the hub knows this kiosk by.")
@click.option("--settings", "settings_file", type=click.Path(path_type=Path), help="TOML file; options win over it.")
def doctor(
    *,
    settings_file: Path | None,
    data: str | None,
    device: str | None,
    as_json: bool,
    language: str | None,
    bundle: Path | None,
) -> None:
    """Check camera, panel, clock, disk, network, broker, roster, journal and models.

    May be used while the kiosk runs: it takes neither camera nor pins nor journal from it, and asks it instead. Ends
    with 1 when something is bad. --json: {ok, place, at, language, checks: [{name, state, title, value, advice,
    measured}]}, state being ok, warning, bad or not_fitted.
    """
    from kiosk.doctor.bundle import collect
    from kiosk.doctor.checks import Patient, kiosk_checks

    settings = read_settings(settings_file, data=data, device=device)
    now = datetime.now(UTC)
    patient = Patient(settings, now)
    spoken = cast("Language", language or settings.language)

    def write_bundle(path: Path, report: dict[str, Any]) -> None:
        from contract.checkup.bundle import write

        write(path, collect(patient, report))

    with kept_quiet():
        finish(
            settings.device,
            carry_out(kiosk_checks(patient)),
            at=now,
            language=spoken,
            as_json=as_json,
            bundle=bundle,
            write_bundle=write_bundle,
        )
