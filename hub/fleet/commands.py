"""Commands to kiosks: given by a person, listed with what became of them."""

from __future__ import annotations

import re
import uuid
from datetime import datetime, timedelta
from typing import Final, Literal, cast

import msgspec
from sqlalchemy import Connection, func, select

from hub.db import Database
from hub.errors import FleetError
from hub.fleet.command_models import KioskCommand
from hub.fleet.models import Kiosk, LatestHeartbeat
from hub.roster.officers import officer_name

Action = Literal["lock", "unlock", "restart", "refresh", "message", "release", "wipe"]
ACTIONS: Final[tuple[Action, ...]] = ("lock", "unlock", "restart", "refresh", "message", "release", "wipe")
CommandState = Literal["waiting", "delivered", "done", "expired", "refused", "taken_back"]

HOLDS_FOR: Final[dict[Action, timedelta]] = {
    "lock": timedelta(days=7),
    "unlock": timedelta(days=7),
    "restart": timedelta(hours=1),
    "refresh": timedelta(days=1),
    "message": timedelta(hours=12),
    "release": timedelta(days=30),
    "wipe": timedelta(days=90),
}
"""After so long a kiosk that was away no longer carries it out. A restart that comes late would surprise people; a lock
that somebody decided on still holds when the kiosk comes back, and a thief may keep it dark for long."""

_RELEASE: Final = re.compile(r"[0-9][A-Za-z0-9.+]{0,62}\Z")
SHORTEST: Final = timedelta(minutes=1)
LONGEST: Final = timedelta(days=90)
LONGEST_MESSAGE: Final = 200
"""Of what the kiosk's screen shows well; the contract allows more."""

MOST_OPEN: Final = 20
"""Commands of one kiosk that wait: so many are a mistake, and are carried out one after the other."""


class CommandLine(msgspec.Struct, frozen=True, kw_only=True):
    """A command and what became of it.

    state: waiting (nothing was sent yet), delivered (sent to the broker, and the kiosk has not said that it obeyed),
    done, expired, refused, taken_back. at: when that came about; None while it waits. detail: why it was refused.
    taken_back_by: also of one that the kiosk turned out to have carried out before it was taken back.
    """

    id: str
    device: str
    version: int
    action: str
    text: str
    author: str
    made_at: datetime
    expires_at: datetime
    state: CommandState
    at: datetime | None
    detail: str
    taken_back_by: str | None = None
    taken_back_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether something may still come of it."""
        return self.state in ("waiting", "delivered")


def give_command(
    database: Database,
    device: str,
    action: Action,
    *,
    by: str,
    now: datetime,
    text: str = "",
    holds_for: timedelta | None = None,
    confirm: str = "",
) -> CommandLine:
    """Order a kiosk to do something; it is sent within seconds, and again until the kiosk says that it obeyed.

    text: what a message says; empty: the kiosk shows none any more; for a release its name. holds_for: see HOLDS_FOR,
    the default. confirm: for a wipe, the kiosk's name once more.
    FleetError for a kiosk that is unknown or revoked, or for what cannot be ordered.
    """
    officer = officer_name(by)
    words = " ".join(text.replace("\0", "").split())
    if words and action not in ("message", "release"):
        raise FleetError("Only a message has a text.")
    if action == "release" and not _RELEASE.match(words):
        raise FleetError("Say which release, such as 0.2.0: `presensi hub release list` shows those that are here.")
    if len(words) > LONGEST_MESSAGE:
        raise FleetError(f"A message on a kiosk's screen has at most {LONGEST_MESSAGE} characters.")
    if action == "wipe" and confirm.strip() != device:
        raise FleetError(f"A wipe cannot be undone: write the kiosk's name, {device}, to confirm it.")
    holds = HOLDS_FOR[action] if holds_for is None else holds_for
    if not SHORTEST <= holds <= LONGEST:
        raise FleetError("A command holds for 1 minute at least and 90 days at most.")
    with database.write() as session:
        kiosk = session.scalar(select(Kiosk).where(Kiosk.device == device).with_for_update())
        if kiosk is None:
            raise FleetError(f"There is no kiosk '{device}'; see the list of kiosks.")
        if kiosk.state != "active":
            raise FleetError(f"'{device}' was revoked; it obeys nobody.")
        waiting = select(func.count()).where(KioskCommand.device == device, KioskCommand.outcome.is_(None))
        if (session.scalar(waiting) or 0) >= MOST_OPEN:
            raise FleetError(f"{MOST_OPEN} commands wait for '{device}' already; it is not heard, or not listening.")
        command = KioskCommand(
            id=str(uuid.uuid4()),
            device=device,
            version=next_version(session.connection(), device),
            action=action,
            text=words,
            author=officer,
            made_at=now,
            expires_at=now + holds,
        )
        session.add(command)
        session.flush()
        return _to_line(command)


def take_back_command(database: Database, device: str, command_id: str, *, by: str, now: datetime) -> CommandLine:
    """Send a command no more that the kiosk has not said anything of.

    One that was sent already may still be carried out; when the kiosk says so, that is what counts. FleetError when
    there is no such command, or nothing is left of it to take back.
    """
    officer = officer_name(by)
    with database.write() as session:
        # As where outcomes are noted: the kiosk's row first.
        session.scalar(select(Kiosk.device).where(Kiosk.device == device).with_for_update())
        command = session.get(KioskCommand, command_id)
        if command is None or command.device != device:
            raise FleetError(f"There is no such command of '{device}'; see its list of commands.")
        _check_open(command, now)
        command.outcome, command.outcome_at = "taken_back", now
        command.taken_back_by, command.taken_back_at = officer, now
        session.flush()
        return _to_line(command)


def _check_open(command: KioskCommand, now: datetime) -> None:
    """FleetError unless something may still come of a command."""
    match command.outcome:
        case "done":
            raise FleetError(f"Command {command.version} was carried out already; it cannot be taken back.")
        case "refused":
            raise FleetError(f"The kiosk refused command {command.version}; there is nothing to take back.")
        case "taken_back":
            raise FleetError(f"{command.taken_back_by} took command {command.version} back already.")
    if command.outcome == "expired" or command.expires_at <= now:
        raise FleetError(f"Command {command.version} has expired; it is sent no more.")


def next_version(connection: Connection, device: str) -> int:
    """Above every version that this database gave, and that the kiosk says it has seen."""
    given = connection.scalar(select(func.max(KioskCommand.version)).where(KioskCommand.device == device))
    seen = connection.scalar(select(LatestHeartbeat.command).where(LatestHeartbeat.device == device))
    return max(given or 0, seen or 0) + 1


def list_commands(database: Database, device: str, *, limit: int = 50) -> list[CommandLine]:
    """A kiosk's commands, the latest first. FleetError when there is no such kiosk."""
    query = (
        select(KioskCommand)
        .where(KioskCommand.device == device)
        .order_by(KioskCommand.made_at.desc(), KioskCommand.version.desc())
        .limit(limit)
    )
    with database.read() as session:
        if session.get(Kiosk, device) is None:
            raise FleetError(f"There is no kiosk '{device}'; see the list of kiosks.")
        return [_to_line(command) for command in session.scalars(query)]


def _to_line(command: KioskCommand) -> CommandLine:
    state = command.outcome or ("waiting" if command.sent_at is None else "delivered")
    return CommandLine(
        id=command.id,
        device=command.device,
        version=command.version,
        action=command.action,
        text=command.text,
        author=command.author,
        made_at=command.made_at,
        expires_at=command.expires_at,
        state=cast("CommandState", state),
        at=command.outcome_at or command.sent_at,
        detail=command.detail,
        taken_back_by=command.taken_back_by,
        taken_back_at=command.taken_back_at,
    )
