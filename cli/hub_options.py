"""What the commands of `presensi hub` have in common: where the hub's data are."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar, cast
from zoneinfo import ZoneInfo

import click
from sqlalchemy.engine import make_url

from cli.hub_witness import CommandWitness, note_command
from contract.errors import BadInputError
from hub.db import Database, witnessed
from hub.roster.finding import find_person, find_unit_id
from hub.service import open_hub_database
from hub.settings import HubSettings, read_settings

_Command = TypeVar("_Command", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class HubPlace:
    """Where the hub is, as the options say: a file of settings, and what wins over it."""

    settings_file: Path | None
    data: str | None
    db: str | None

    def settings(self, **others: Any) -> HubSettings:
        """The file's settings with the options, and `others`, over them."""
        return read_settings(self.settings_file, data=self.data, database=self.db, **others)

    @contextmanager
    def opened(self, *, create: bool = False) -> Iterator[Database]:
        """The hub's database; without `create`, BadInputError when there is none where the options point."""
        with opened(self.settings(), create=create) as database:
            yield database


def place_options(command: _Command) -> _Command:
    """--data, --db and --settings; the command gets a HubPlace, `hub`."""

    @wraps(command)
    def with_place(
        *arguments: Any, settings_file: Path | None, data: str | None, db: str | None, **options: Any
    ) -> Any:
        return command(*arguments, hub=HubPlace(settings_file, data, db), **options)

    placed: Any = with_place
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
        placed = option(placed)
    return cast("_Command", placed)


def json_option(command: _Command) -> _Command:
    return click.option("--json", "as_json", is_flag=True, help="JSON on standard output.")(command)


def by_option(command: _Command) -> _Command:
    """--by; the command gets a name, always."""
    return click.option(
        "--by",
        default=getpass.getuser,
        metavar="NAME",
        help="Who does this, for the record; default: the name of this system's user.",
    )(command)


def because_option(command: _Command) -> _Command:
    return click.option("--because", required=True, metavar="TEXT", help="Why, for the record.")(command)


def read_local(text: str, zone: ZoneInfo) -> datetime:
    """A moment written YYYY-MM-DD HH:MM in a zone; BadInputError for anything else."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadInputError(f"'{text}' is no time: write 'YYYY-MM-DD HH:MM', like '2026-03-02 07:00'.") from error
    if moment.tzinfo is not None or len(text.strip()) < 13:
        raise BadInputError(f"'{text}' is no local time: write 'YYYY-MM-DD HH:MM', like '2026-03-02 07:00'.")
    return moment.replace(tzinfo=zone)


def today_of(settings: HubSettings) -> date:
    """The date where the hub is at home."""
    return datetime.now(ZoneInfo(settings.timezone)).date()


def has_hub(settings: HubSettings) -> bool:
    """Whether there is a database where the settings point; one on a server is taken to be there."""
    url = make_url(settings.database_url)
    return url.get_backend_name() != "sqlite" or Path(url.database or "").is_file()


@contextmanager
def opened(settings: HubSettings, *, create: bool = False) -> Iterator[Database]:
    """The hub's database; without `create`, BadInputError when there is none where the options point.

    What the command writes while it is open goes into the audit trail.
    """
    if not create and not has_hub(settings):
        raise BadInputError(
            f"There is no hub in {settings.data_folder}: check --data, or begin with `presensi hub run`."
        )
    context = click.get_current_context(silent=True)
    with ExitStack() as open_things:
        database = open_things.enter_context(open_hub_database(settings))
        if context is not None:
            open_things.enter_context(witnessed(CommandWitness.of(context)))
        yield database


def unit_named(database: Database, name: str) -> int:
    """Number of the unit of this name; BadInputError when there is none."""
    with database.read() as session:
        found = find_unit_id(session, name)
    note_command(unit=found)
    return found


def find_unit(database: Database, name: str | None) -> int | None:
    """Number of a unit by its name; None for None; BadInputError when there is no such unit."""
    return None if name is None else unit_named(database, name)


def find_employee_id(database: Database, text: str) -> str:
    """Id of the employee with this id, NIP or name; BadInputError when there is none, or more than one."""
    with database.read() as session:
        found = find_person(session, text)
    note_command(employees=[found])
    return found
