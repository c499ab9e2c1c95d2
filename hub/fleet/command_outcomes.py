"""What heartbeats say of commands, noted beside them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import Connection, or_, select, update

from contract.command import CommandOutcome
from contract.heartbeat import Heartbeat
from hub.db import table_of
from hub.fleet.command_models import KioskCommand
from hub.fleet.commands import next_version

_commands = table_of(KioskCommand)

Verdict = Literal["open", "done", "expired", "refused", "unseen"]

_PLAIN: Final = str.maketrans({"\0": "\N{REPLACEMENT CHARACTER}"})


@dataclass(frozen=True, slots=True)
class SentCommand:
    """What is needed of a command to judge it by a heartbeat."""

    id: str
    version: int
    was_sent: bool


def judge(command: SentCommand, heartbeat: Heartbeat) -> Verdict:
    """What a heartbeat says of a command.

    unseen: the kiosk has gone beyond its version without it, so it would never carry it out: the version was given
    before, by a database that this one is an older copy of. A command waits for the one before it, so nothing of this
    database overtakes it.
    """
    named = _named(command.id, heartbeat)
    if named is not None:
        return named.outcome
    if heartbeat.command < command.version:
        return "open"
    if not command.was_sent or heartbeat.command > command.version or heartbeat.outcomes:
        return "unseen"
    # An older program says how far it obeyed, and no more.
    return "done"


def settle_commands(connection: Connection, heard: Sequence[tuple[str, Heartbeat]], *, now: datetime) -> None:
    """Note what (device, heartbeat) pairs say; the rows of these kiosks are locked by the caller."""
    beats = dict(heard)
    if not beats:
        return
    told = [outcome.id for beat in beats.values() for outcome in beat.outcomes if outcome.id]
    # One that has expired here, or was taken back, may have been carried out just before.
    closed_here = _commands.c.outcome.in_(("expired", "taken_back")) & _commands.c.id.in_(told)
    query = (
        select(_commands.c.id, _commands.c.device, _commands.c.version, _commands.c.sent_at, _commands.c.outcome)
        .where(_commands.c.device.in_(list(beats)), or_(_commands.c.outcome.is_(None), closed_here))
        .order_by(_commands.c.device, _commands.c.version)
    )
    unseen: dict[str, list[str]] = {}
    for row in connection.execute(query).all():
        beat = beats[row.device]
        verdict = judge(SentCommand(row.id, row.version, row.sent_at is not None), beat)
        if verdict == "unseen" and row.outcome is None:
            unseen.setdefault(row.device, []).append(row.id)
        elif verdict in ("done", "expired", "refused"):
            named = _named(row.id, beat)
            noted: dict[str, Any] = {"outcome": verdict, "outcome_at": named.at if named else now}
            noted["detail"] = named.detail.translate(_PLAIN) if named else ""
            _note(connection, row.id, noted)
    for device, ids in unseen.items():
        _renumber(connection, device, ids, seen=beats[device].command)


def _renumber(connection: Connection, device: str, ids: Iterable[str], *, seen: int) -> None:
    """Give commands, in their order, versions that the kiosk has not seen; they are sent anew."""
    first = max(next_version(connection, device), seen + 1)
    for version, each in enumerate(ids, start=first):
        _note(connection, each, {"version": version, "sent_at": None})


def _named(command_id: str, heartbeat: Heartbeat) -> CommandOutcome | None:
    return next((each for each in heartbeat.outcomes if each.id == command_id), None)


def _note(connection: Connection, command_id: str, noted: dict[str, Any]) -> None:
    connection.execute(update(_commands).where(_commands.c.id == command_id).values(**noted))
