"""Kiosks that were wiped, and are told of nobody until somebody unlocks them."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, func, select

from hub.db import table_of
from hub.fleet.command_models import KioskCommand

_commands = table_of(KioskCommand)
_DECIDING: Final = ("wipe", "unlock")


def wiped_kiosks(connection: Connection) -> set[str]:
    """Their devices: those that carried out a wipe, and no unlock after it."""
    latest = (
        select(_commands.c.device, func.max(_commands.c.version).label("version"))
        .where(_commands.c.outcome == "done", _commands.c.action.in_(_DECIDING))
        .group_by(_commands.c.device)
        .subquery()
    )
    query = (
        select(_commands.c.device)
        .join(latest, (latest.c.device == _commands.c.device) & (latest.c.version == _commands.c.version))
        .where(_commands.c.action == "wipe")
    )
    return set(connection.scalars(query))
