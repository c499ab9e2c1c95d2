"""Sends a reminder over its gateway, unless it has become of no use: apprise knows the gateways."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from string import Formatter
from typing import Any, Final
from urllib.parse import quote

import apprise
import msgspec
from sqlalchemy import Row, select

from hub.attendance.day import AttendanceDay
from hub.attendance.models import StoredDay
from hub.db import Database, table_of
from hub.errors import SettingsError
from hub.outbox.courier import Answer, Courier
from hub.reminders.models import Reminder, ReminderContact
from hub.reminders.moments import Moment, has_punch, is_expected

PATIENCE: Final = timedelta(days=1)
"""A gateway that is dead for so long has its reminders given up."""

TIMEOUT_SECONDS: Final = 5.0
_FIELDS: Final = frozenset({"to", "id"})

_days = table_of(StoredDay)
_contacts = table_of(ReminderContact)


class Gateways:
    """The hub's gateways: name to an address of apprise with {to}, and {id} where the gateway takes a key.

    The id of a reminder is the same each time it is sent, so that a gateway that keeps to keys drops a second one.
    """

    def __init__(self, addresses: Mapping[str, str]) -> None:
        """SettingsError names the gateway whose address cannot be used."""
        for name, address in addresses.items():
            _check(name, address)
        self.addresses = dict(addresses)

    def send(self, gateway: str, to: str, *, title: str, body: str, number: str) -> Answer:
        """One message; never raises for what a gateway does."""
        template = self.addresses.get(gateway)
        if template is None:
            return Answer("again", "this gateway is not among the hub's settings any more")
        asset = apprise.AppriseAsset(app_id="Presensi", app_desc="Presensi", plugin_paths=[])
        messenger = apprise.Apprise(asset=asset)
        separator = "&" if "?" in template else "?"
        address = template.format(to=quote(to, safe="@"), id=number)
        if not messenger.add(f"{address}{separator}cto={TIMEOUT_SECONDS}&rto={TIMEOUT_SECONDS}"):
            return Answer("refused", "the gateway's address cannot be used with this contact")
        result = messenger.notify(title=title, body=body)
        return Answer("delivered") if result else Answer("again", _last_words(result))


class ReminderSender:
    """What the courier calls for each reminder."""

    def __init__(self, database: Database, gateways: Gateways, *, now: Callable[[], datetime]) -> None:
        self._database = database
        self._gateways = gateways
        self._now = now

    def __call__(self, row: Row[Any]) -> Answer:
        if self._now() >= row.not_after:
            return Answer("moot", "it came too late to be of use")
        with self._database.read() as session:
            contact = session.execute(select(_contacts).where(_contacts.c.id == row.contact_id)).one()
            if contact.ended_at is not None:
                return Answer("moot", "the contact is in use no more")
            if row.kind == "closing" and _has_come(session.connection(), row.key):
                return Answer("moot", "the punch has come meanwhile")
        return self._gateways.send(
            row.lane, contact.address, title=row.title, body=row.body, number=f"presensi-{row.id}"
        )


def reminder_courier(
    database: Database, gateways: Gateways, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> Courier:
    """The courier of reminders; a dead gateway delays no other."""
    sender = ReminderSender(database, gateways, now=now)
    return Courier(database, table_of(Reminder), sender, patience=PATIENCE, now=now)


def _has_come(connection: Any, key: str) -> bool:
    """Whether the session of a `closing` key needs no reminder any more."""
    person, day, place = key.removeprefix("closing:").rsplit(":", 2)
    stored = connection.scalar(
        select(_days.c.day).where(_days.c.employee_id == person, _days.c.work_date == date.fromisoformat(day))
    )
    if stored is None:
        return False
    found = msgspec.convert(stored, AttendanceDay)
    return not is_expected(found) or has_punch(found, _moment(found, int(place)))


def _moment(day: AttendanceDay, place: int) -> Moment:
    never = datetime.max.replace(tzinfo=UTC)
    if day.sessions:
        name = day.sessions[place].name if place < len(day.sessions) else ""
        return Moment(place, name, "check", never, never)
    return Moment(place, "", "in" if place == 0 else "out", never, never)


def _check(name: str, address: str) -> None:
    try:
        fields = {field for _, field, _, _ in Formatter().parse(address) if field is not None}
    except ValueError as error:
        raise SettingsError(f"gateways.{name}: {error}; write a brace that is meant as such twice.") from error
    if "to" not in fields or not fields <= _FIELDS:
        raise SettingsError(f"gateways.{name}: the address needs {{to}}, and may have {{id}}; no other braces.")
    trial = address.format(to="6281234567890", id="1")
    if not apprise.Apprise().add(trial):
        raise SettingsError(f"gateways.{name}: this is no address that apprise knows; see its list of services.")


def _last_words(result: apprise.AppriseResult) -> str:
    """What the gateway's last failure was, as apprise tells it."""
    said = [entry.message for service in result.results for attempt in service.attempts for entry in attempt.logs]
    return said[-1] if said else "the gateway did not take it"
