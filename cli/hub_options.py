"""What the commands of `presensi hub` have in common: where the hub's data are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click
from sqlalchemy import or_, select
from sqlalchemy.engine import make_url

from contract.errors import BadInputError
from hub.db import Database
from hub.roster.models import Employee, Unit
from hub.service import open_hub_database
from hub.settings import HubSettings, read_settings

_Command = TypeVar("_Command", bound=Callable[..., Any])


def place_options(command: _Command) -> _Command:
    """--data, --db and --settings; the command gets the three as they were written."""
    for option in (
        click.option(
            "--settings", "settings_file", type=click.Path(path_type=Path), help="TOML file; options win over it."
        ),
        click.option("--db", envvar="PRESENSI_HUB_DB", metavar="URL", help="Database; default: hub.db in DIR."),
        click.option(
            "--data",
            envvar="PRESENSI_HUB_DATA",
            metavar="DIR",
            help="Folder of keys, photos and database; default: $PRESENSI_HUB_DATA or /var/lib/presensi/hub.",
        ),
    ):
        command = option(command)
    return command


def json_option(command: _Command) -> _Command:
    return click.option("--json", "as_json", is_flag=True, help="JSON on standard output.")(command)


def settings_of(settings_file: Path | None, data: str | None, db: str | None, **others: Any) -> HubSettings:
    """The file's settings with the options over them."""
    return read_settings(settings_file, data=data, database=db, **others)


@contextmanager
def opened(settings: HubSettings, *, create: bool = False) -> Iterator[Database]:
    """The hub's database; without `create`, BadInputError when there is none where the options point."""
    url = make_url(settings.database_url) if not create else None
    if url is not None and url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        raise BadInputError(
            f"There is no hub in {settings.data_folder}: check --data, or begin with `presensi hub run`."
        )
    database = open_hub_database(settings)
    try:
        yield database
    finally:
        database.close()


def find_unit(database: Database, name: str | None) -> int | None:
    """Number of a unit by its name; None for None; BadInputError when there is no such unit."""
    if name is None:
        return None
    with database.read() as session:
        unit_id = session.scalar(select(Unit.id).where(Unit.name == name))
    if unit_id is None:
        raise BadInputError(f"There is no unit '{name}'; `presensi hub unit list` shows them.")
    return unit_id


def find_employee_id(database: Database, text: str) -> str:
    """Id of the employee with this id, NIP or name; BadInputError when there is none, or more than one."""
    with database.read() as session:
        found = session.execute(
            select(Employee.id, Employee.name).where(
                or_(Employee.id == text, Employee.nip == text, Employee.name == text)
            )
        ).all()
    if not found:
        raise BadInputError(f"There is no employee '{text}'; `presensi hub employees` shows them.")
    if len(found) > 1:
        raise BadInputError(
            f"There are {len(found)} employees '{text}'; give the id that `presensi hub employees` shows."
        )
    return str(found[0].id)
