"""`presensi hub doctor`: one page on how this hub fares, with what to do about it."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import click

from cli.commands import LoneCommand
from cli.doctor import doctor_options, finish, kept_quiet
from cli.hub_options import HubPlace, has_hub, place_options
from contract.checkup.finding import Language, carry_out


@click.command(
    cls=LoneCommand,
    epilog="Examples:\n\n"
    "  presensi hub doctor --settings /etc/presensi/hub.toml\n\n"
    "  presensi hub doctor --data ./hub --json\n\n"
    "  presensi hub doctor --language en --bundle hub.zip",
)
@doctor_options
@click.option("--crl", type=click.Path(path_type=Path), metavar="FILE", help="The revocation list the broker reads.")
@place_options
def doctor(*, hub: HubPlace, crl: Path | None, as_json: bool, language: str | None, bundle: Path | None) -> None:
    """Check database, ingest, jobs, backups, broker, certificates, clock, disk and keys.

    May be used while the hub runs; it migrates and changes nothing. Ends with 1 when something is bad. --json: {ok,
    place, at, language, checks: [{name, state, title, value, advice, measured}]}, state being ok, warning, bad or
    not_fitted.
    """
    from hub.db import open_database
    from hub.doctor.bundle import collect
    from hub.doctor.checks import Patient, hub_checks

    settings = hub.settings()
    now = datetime.now(UTC)
    with ExitStack() as open_things:
        open_things.enter_context(kept_quiet())
        there = has_hub(settings)
        database = open_things.enter_context(open_database(settings.database_url)) if there else None
        patient = Patient(settings, now, database, crl)

        def write_bundle(path: Path, report: dict[str, Any]) -> None:
            from contract.checkup.bundle import write

            write(path, collect(patient, report))

        finish(
            "hub",
            carry_out(hub_checks(patient)),
            at=now,
            language=cast("Language", language or "id"),
            as_json=as_json,
            bundle=bundle,
            write_bundle=write_bundle,
        )
