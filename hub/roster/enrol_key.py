"""The key that enrolments at kiosks are sealed for: its public half is the same for every hub on a database."""

from __future__ import annotations

import logging
from datetime import datetime

from sqlalchemy import Connection, select

from hub.db import Database, table_of
from hub.errors import EnrolmentError
from hub.roster.changes import lock_roster, note_policy
from hub.roster.kiosk_enrolment_models import EnrolKey
from hub.roster.officers import officer_name

log = logging.getLogger(__name__)

_keys = table_of(EnrolKey)


def enrol_key_in_force(connection: Connection) -> str:
    """What rosters carry; empty: no hub has offered a key yet."""
    return connection.scalar(select(_keys.c.public).where(_keys.c.id == 1)) or ""


def offer_enrol_key(database: Database, public: str, *, by: str, now: datetime) -> bool:
    """Put a hub's key in force where there is none, which is one step of the roster; whether it is in force now.

    A hub on another machine that made a key of its own cannot open what is sealed for this database: it is told how
    to get the right one, and goes on with everything else.
    """
    with database.read() as session:
        held = enrol_key_in_force(session.connection())
    if not held:
        with database.write() as session:
            lock_roster(session.connection())
            held = enrol_key_in_force(session.connection())
            if not held:
                session.add(EnrolKey(id=1, public=public, since=now, set_by=by))
                session.flush()
                note_policy(session.connection(), now=now)
                held = public
    if held != public:
        log.error(
            "This hub cannot open what is enrolled at kiosks: its enrol.key is not the one that they seal for. "
            "Copy enrol.key from the hub that made it, or see `presensi hub enrolment key`."
        )
    return held == public


def replace_enrol_key(database: Database, public: str, *, by: str, now: datetime) -> None:
    """Let kiosks seal for another key from now on; what was sealed for the old one and is here no hub opens any more.

    EnrolmentError when it is the one in force already.
    """
    officer = officer_name(by)
    with database.write() as session:
        lock_roster(session.connection())
        row = session.get(EnrolKey, 1)
        if row is not None and row.public == public:
            raise EnrolmentError("Kiosks seal for this hub's key already; nothing was changed.")
        if row is None:
            session.add(EnrolKey(id=1, public=public, since=now, set_by=officer))
        else:
            row.public, row.since, row.set_by = public, now, officer
        session.flush()
        note_policy(session.connection(), now=now)
