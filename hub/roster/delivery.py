"""Rosters on their way to kiosks: the difference where that is enough, the whole where it is not.

What a kiosk holds is what its heartbeat says, never what was sent: messages may be lost. A kiosk whose version stays
behind gets the same again after a while, and not before, so that slow kiosks are not flooded.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Connection, bindparam, select, update

from contract.codec import seal
from contract.roster import PEOPLE_PER_PART, KioskPolicy, RosterPart, RosterPerson
from contract.signing import SigningKey
from contract.topics import down
from hub.db import Database, table_of
from hub.fleet.kiosks import read_areas
from hub.fleet.models import Kiosk, LatestHeartbeat
from hub.fleet.wiped import wiped_kiosks
from hub.outgoing import Outgoing
from hub.roster.changes import current_revision, dates_through, difference_since, note_passing_dates, note_reset
from hub.roster.deployment import deployed_pack
from hub.roster.enrol_key import enrol_key_in_force
from hub.roster.fallback import read_fallbacks
from hub.roster.gallery import load_people, name_people, people_in_scope, people_with_templates
from hub.roster.models import DEFAULT_TIMEZONE, Unit
from hub.roster.operators import operators_of
from hub.roster.thresholds import calibrated_threshold, partners_of, second_factors
from hub.roster.timetable_book import read_hours_of, refresh_timetables, stored_key, timetable_key

RESEND_AFTER: Final = timedelta(seconds=30)
"""How long a kiosk has to take a roster in before it is sent again; one heartbeat's pause."""

BYTES_PER_PART: Final = 500_000
"""Embeddings in one part; as base64 they hardly compress, and a payload may have 1 MiB (contract.codec)."""

REMOVED_PER_PART: Final = 2_000

NAMES_PER_PART: Final = 500
"""People who are not enrolled yet travel by name alone, and weigh a tenth of others at most."""

MOST_NAMES: Final = 2_000
"""So many of them a kiosk is told of, those with the lowest ids; an office that has more enrols from photographs."""

KIOSKS_AT_ONCE: Final = 8
"""So many kiosks are served in one transaction; on SQLite punches wait meanwhile."""

_FALLBACKS: Final[tuple[Literal["pin", "card"], ...]] = ("pin", "card")

_kiosks = table_of(Kiosk)
_latest = table_of(LatestHeartbeat)


@dataclass(frozen=True, slots=True)
class _Behind:
    """A kiosk that needs a roster.

    pack: whose templates it needs; runs_pack: it recognises with that pack already. holds: the version it says it has.
    """

    device: str
    unit_id: int | None
    pack: str
    runs_pack: bool
    holds: int
    sent: int
    policy: KioskPolicy


class RosterDelivery:
    """Finds kiosks whose roster is behind, and makes the parts that bring them up to date.

    Call `due` after heartbeats and every few seconds; one at a time is enough for a hub. now: aware.
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
        today = now.astimezone(ZoneInfo(DEFAULT_TIMEZONE)).date()
        with self._database.read() as session:
            connection = session.connection()
            nothing_new = dates_through(connection) == today and not self._hours_may_differ(connection, now)
            if nothing_new and not _kiosks_behind(connection, now):
                return []
        with self._database.writing_connection() as connection:
            note_passing_dates(connection, today, now=now)
            if current_revision(connection) > 0:
                refresh_timetables(connection, now)
            behind = _kiosks_behind(connection, now)[:KIOSKS_AT_ONCE]
            for kiosk in behind:
                unknown = kiosk.holds > kiosk.sent
                if unknown or (not kiosk.runs_pack and kiosk.holds == current_revision(connection)):
                    # It has a roster that this database never gave, and what is in it cannot be known; or it can follow
                    # to another pack only now, and takes in nothing that is not newer than what it has.
                    note_reset(connection, kiosk.device, now=now, beyond=kiosk.holds)
            revision = current_revision(connection)
            parts = [(kiosk.device, list(_parts_for(connection, kiosk, revision, today))) for kiosk in behind]
            _note_sent(connection, behind, revision=revision, now=now)
        return [
            Outgoing(down(device, "roster"), seal(part, key=self._hub_key, purpose="roster", device=device))
            for device, roster in parts
            for part in roster
        ]

    def _hours_may_differ(self, connection: Connection, now: datetime) -> bool:
        """Nobody is told of hours before anybody is enrolled or any kiosk has a policy."""
        return current_revision(connection) > 0 and stored_key(connection) != timetable_key(connection, now)


def _kiosks_behind(connection: Connection, now: datetime) -> list[_Behind]:
    """Active kiosks that spoke, are not at the newest revision, and are not about to take in what they were sent.

    None that was wiped.
    """
    revision = current_revision(connection)
    if revision == 0:
        # Nobody was ever enrolled and no kiosk's policy was ever set: version 0 is what every kiosk begins with.
        return []
    deployed = deployed_pack(connection)
    enrol_key = enrol_key_in_force(connection)
    query = (
        select(_kiosks, _latest.c.roster, _latest.c.pack, _latest.c.packs, Unit.name.label("unit_name"))
        .join(_latest, _latest.c.device == _kiosks.c.device)
        .join(Unit, Unit.id == _kiosks.c.unit_id, isouter=True)
        .where(_kiosks.c.state == "active")
        .order_by(_kiosks.c.device)
    )
    behind = []
    wiped = wiped_kiosks(connection)
    for row in connection.execute(query):
        if row.device in wiped:
            continue
        # A kiosk that cannot open the deployed pack goes on with its own.
        pack = deployed if deployed is not None and deployed in row.packs else row.pack
        runs_pack, was_sent = row.pack == pack, row.roster_pack == pack
        if row.roster == revision and row.roster <= row.roster_sent and runs_pack and was_sent:
            continue
        on_its_way = row.roster_sent > row.roster and was_sent
        if on_its_way and row.roster_sent_at is not None and timedelta(0) <= now - row.roster_sent_at < RESEND_AFTER:
            continue
        policy = KioskPolicy(
            liveness=row.liveness,
            threshold=row.threshold if row.threshold_pack == pack else None,
            demo=row.demo,
            unit=row.unit_name or "",
            message=row.message,
            choose=row.choose,
            fallback=tuple(each for each in _FALLBACKS if each in row.fallback),
            areas=read_areas(row.areas),
            enrol_key=enrol_key,
        )
        behind.append(_Behind(row.device, row.unit_id, pack, runs_pack, row.roster, row.roster_sent, policy))
    return behind


def _parts_for(connection: Connection, kiosk: _Behind, revision: int, today: date) -> Iterator[RosterPart]:
    in_scope = people_in_scope(connection, kiosk.unit_id, today)
    enrolled = in_scope & people_with_templates(connection, kiosk.pack)
    difference = difference_since(connection, kiosk.holds, kiosk.device)
    whole = difference.whole or not kiosk.runs_pack
    asked = second_factors(connection, in_scope, kiosk.pack)
    # When one of two lookalikes comes or leaves, the other may be asked for a second factor, or no longer.
    changed = difference.people | partners_of(connection, difference.people, kiosk.pack)
    people = load_people(connection, in_scope if whole else changed & in_scope, kiosk.pack, second_factor=asked)
    timetables = read_hours_of(connection, enrolled)
    operators = operators_of(connection, kiosk.unit_id, today)
    people = _completed(connection, people, timetables.of, operators)
    named, gone = _names_for(sorted(in_scope - enrolled), None if whole else changed)
    people += name_people(connection, named)
    present = {person.person for person in people}
    removed = [] if whole else sorted((changed | gone) - present)
    policy = _policy(connection, kiosk, enrolled)
    chunks = list(_chunks(people, removed))
    for number, (some, left) in enumerate(chunks, start=1):
        yield RosterPart(
            version=revision,
            base=None if whole else kiosk.holds,
            part=number,
            parts=len(chunks),
            pack=kiosk.pack,
            policy=policy,
            people=tuple(some),
            removed=tuple(left),
            hours=timetables.hours,
        )


def _names_for(unenrolled: Sequence[str], changed: Collection[str] | None) -> tuple[list[str], set[str]]:
    """Who of the unenrolled (by id) is told to the kiosk now, and who must be taken from it; changed None: the whole.

    A change of n people moves at most n others over the limit, in or out, and those are next to it.
    """
    if changed is None:
        return list(unenrolled[:MOST_NAMES]), set()
    edge = max(0, MOST_NAMES - len(changed))
    named = [person for person in unenrolled[:edge] if person in changed] + list(unenrolled[edge:MOST_NAMES])
    return named, set(unenrolled[MOST_NAMES : MOST_NAMES + len(changed)])


def _completed(
    connection: Connection, people: Sequence[RosterPerson], hours: Mapping[str, str], operators: Collection[str]
) -> list[RosterPerson]:
    """The people with their timetables, the hashes of their PINs and cards, and whether they are operators here."""
    found = read_fallbacks(connection, (person.person for person in people))
    return [
        msgspec.structs.replace(
            person,
            hours=hours.get(person.person, ""),
            pin=found[person.person].pin if person.person in found else "",
            cards=found[person.person].cards if person.person in found else (),
            operator=person.person in operators,
        )
        for person in people
    ]


def _policy(connection: Connection, kiosk: _Behind, enrolled: set[str]) -> KioskPolicy:
    """The kiosk's policy: an administrator's threshold, else the calibrated one, else none (the model card's)."""
    if kiosk.policy.threshold is not None:
        return kiosk.policy
    threshold = calibrated_threshold(connection, kiosk.device, kiosk.pack, people=len(enrolled))
    return msgspec.structs.replace(kiosk.policy, threshold=threshold)


def _chunks(
    people: Sequence[RosterPerson], removed: Sequence[str]
) -> Iterator[tuple[list[RosterPerson], Sequence[str]]]:
    """Divide so that every part stays below the size of a payload; at least one part, even when nobody is in it."""
    gone = [removed[start : start + REMOVED_PER_PART] for start in range(0, len(removed), REMOVED_PER_PART)]
    groups: list[list[RosterPerson]] = []
    size = room = 0
    for person in people:
        takes = NAMES_PER_PART // PEOPLE_PER_PART if person.count else 1
        if not groups or takes > room or size + len(person.embeddings) > BYTES_PER_PART:
            groups.append([])
            size, room = 0, NAMES_PER_PART
        groups[-1].append(person)
        size += len(person.embeddings)
        room -= takes
    for index in range(max(1, len(groups), len(gone))):
        yield groups[index] if index < len(groups) else [], gone[index] if index < len(gone) else []


def _note_sent(connection: Connection, kiosks: Iterable[_Behind], *, revision: int, now: datetime) -> None:
    changes = [{"of": kiosk.device, "with_pack": kiosk.pack} for kiosk in kiosks]
    if changes:
        statement = update(_kiosks).where(_kiosks.c.device == bindparam("of"))
        connection.execute(
            statement.values(roster_sent=revision, roster_sent_at=now, roster_pack=bindparam("with_pack")), changes
        )
