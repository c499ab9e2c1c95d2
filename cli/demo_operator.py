"""The demo's operator: somebody whose face is enrolled, and a PIN that is printed, to try the operator mode with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from hub.db import Database
from hub.errors import EnrolmentError
from hub.roster.fallback import generate_pin, set_pin
from hub.roster.models import DEFAULT_TIMEZONE, Unit
from hub.roster.operators import add_operator


class DemoOperator:
    """The first who is enrolled becomes the operator; approving stays the work of a second person, even here."""

    def __init__(self, database: Database, unit: str, approvals: str, *, by: str, say: Callable[[str], None]) -> None:
        self._database = database
        self._unit = unit
        self._approvals = approvals
        self._by = by
        self._say = say
        self._named = False

    def name(self, person: str, name: str) -> None:
        """Make somebody the operator, unless there is one; the PIN is a new one each time."""
        if self._named:
            return
        self._named = True
        now = datetime.now(UTC)
        with self._database.read() as session:
            unit_id = session.scalars(select(Unit.id).where(Unit.name == self._unit)).one()
        today = now.astimezone(ZoneInfo(DEFAULT_TIMEZONE)).date()
        try:
            add_operator(self._database, person, unit_id, first=today, by=self._by, now=now)
        except EnrolmentError:
            self._say(f"{name} is the operator since the last time.")
        pin = generate_pin()
        set_pin(self._database, person, pin, by=self._by, now=now)
        self._say(
            f"Operator mode: the face of {name}, PIN {pin}. Whoever is enrolled there waits for a second person: "
            f"{self._approvals}"
        )
