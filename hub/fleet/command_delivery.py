"""Commands on their way to kiosks: one after the other, again and again until obeyed, and never after they expired."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, func, select, update

from contract.codec import seal
from contract.command import Command
from contract.signing import SigningKey
from contract.topics import down
from hub.db import Database, table_of
from hub.fleet.command_models import KioskCommand
from hub.fleet.models import Kiosk
from hub.outgoing import Outgoing

RESEND_AFTER: Final = timedelta(seconds=30)
"""How long a kiosk has to obey and say so before the command is sent again."""

_commands = table_of(KioskCommand)
_kiosks = table_of(Kiosk)


class CommandDelivery:
    """Finds commands that kiosks have not obeyed yet, and says them.

    Each kiosk is told its oldest open command alone: a kiosk carries out nothing that is older than what it carried out
    last, so one that overtook another would make it void. Call `due` every second or so; one at a time is enough for a
    hub. now: aware.
    """

    def __init__(
        self, *, database: Database, hub_key: SigningKey, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._database = database
        self._hub_key = hub_key
        self._now = now

    def due(self) -> list[Outgoing]:
        """The messages to publish now; they are noted as sent."""
        now = self._now()
        with self._database.read() as session:
            if not self._expired(session.connection(), now) and not _to_send(session.connection(), now):
                return []
        with self._database.writing_connection() as connection:
            expired = self._expired(connection, now)
            if expired:
                connection.execute(
                    update(_commands).where(_commands.c.id.in_(expired)).values(outcome="expired", outcome_at=now)
                )
            sending = _to_send(connection, now)
            ids = _note_sent(connection, [row.id for row in sending], now)
        return [self._message(row) for row in sending if row.id in ids]

    def _expired(self, connection: Connection, now: datetime) -> list[str]:
        query = select(_commands.c.id).where(_commands.c.outcome.is_(None), _commands.c.expires_at <= now)
        return list(connection.scalars(query))

    def _message(self, row: Row[Any]) -> Outgoing:
        command = Command(version=row.version, action=row.action, text=row.text, expires_at=row.expires_at, id=row.id)
        return Outgoing(
            down(row.device, "command"), seal(command, key=self._hub_key, purpose="command", device=row.device)
        )


def _note_sent(connection: Connection, ids: list[str], now: datetime) -> set[str]:
    """Which of these are still open, noted as sent: one may be taken back at the same moment."""
    if not ids:
        return set()
    still = update(_commands).where(_commands.c.id.in_(ids), _commands.c.outcome.is_(None)).values(sent_at=now)
    return set(connection.scalars(still.returning(_commands.c.id)))


def _to_send(connection: Connection, now: datetime) -> list[Row[Any]]:
    """The oldest open command of each active kiosk, unless it was sent just now (or in a time to come: the clock was
    set)."""
    opened = (
        select(_commands.c.device, func.min(_commands.c.version).label("version"))
        .where(_commands.c.outcome.is_(None), _commands.c.expires_at > now)
        .group_by(_commands.c.device)
        .subquery()
    )
    query = (
        select(_commands)
        .join(opened, (opened.c.device == _commands.c.device) & (opened.c.version == _commands.c.version))
        .join(_kiosks, _kiosks.c.device == _commands.c.device)
        .where(_kiosks.c.state == "active")
        .order_by(_commands.c.device)
    )
    return [
        row
        for row in connection.execute(query)
        if row.sent_at is None or not timedelta(0) <= now - row.sent_at < RESEND_AFTER
    ]
