"""What kiosks say about themselves: stored, compared with what the hub holds, and answered where they differ."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, bindparam, select, update

from contract import ranges
from contract.heartbeat import EpochStanding, Heartbeat
from contract.ranges import Ranges
from contract.signing import SigningKey
from hub.db import Database, table_of
from hub.errors import RefusedHeartbeatError
from hub.fleet.alarms import NO_DEVICE, AlarmBook
from hub.fleet.command_outcomes import settle_commands
from hub.fleet.coverage import believed_up_to, covered_up_to, lost_rows, missing_rows
from hub.fleet.heartbeats import (
    StoredHeartbeat,
    is_of_another_card,
    is_stale,
    open_heartbeat,
    store_heartbeats,
    stored_heartbeats,
)
from hub.fleet.models import Kiosk
from hub.fleet.service import store_service
from hub.ingest.clones import ring_for_turns
from hub.ingest.locking import LockedKiosk, lock_kiosks, save_kiosks, still_holds
from hub.ingest.models import StoredRow
from hub.ingest.progress import Progress, ProgressBook, rejections_of
from hub.ingest.quarantine import EARLIEST, LATEST
from hub.ingest.storing import Answer
from hub.ingest.terminals import Terminal, Terminals
from hub.outgoing import Outgoing
from hub.roster.enrolment_standing import standings_of

log = logging.getLogger(__name__)

ANSWER_PAUSE: Final = timedelta(seconds=5)
"""A kiosk's heartbeats are answered at most this often: it may speak again as soon as it hears us."""

_kiosks = table_of(Kiosk)
_rows = table_of(StoredRow)


@dataclass(frozen=True, slots=True)
class StateDelivery:
    """A payload from a state topic. retained: the broker kept it, so it may be old."""

    device: str
    payload: bytes
    retained: bool = False


@dataclass(frozen=True, slots=True)
class _Heard:
    terminal: Terminal
    heartbeat: Heartbeat
    retained: bool


class HeartbeatRecorder:
    """Keeps each kiosk's newest heartbeat; answers those that show a lost receipt or lost rows, or ask of enrolments.

    Not thread-safe; each ingest worker has its own, on the same database.
    """

    def __init__(
        self,
        *,
        database: Database,
        hub_key: SigningKey,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        alarms: AlarmBook | None = None,
    ) -> None:
        self._database = database
        self._hub_key = hub_key
        self._now = now
        self._alarms = alarms or AlarmBook(now=now)
        self._terminals = Terminals(database)
        self.pause_ms = 0
        """Back-pressure: what the next receipts tell kiosks to wait; set by whoever sees the backlog."""

    def record(self, deliveries: Sequence[StateDelivery]) -> list[Outgoing]:
        """Store heartbeats; the receipts to publish, all of them committed. Database errors pass, as in Recorder."""
        heard = self._verify(deliveries)
        if not heard and not self._alarms.due:
            return []
        with self._database.writing_connection() as connection:
            answers = self._compare(connection, heard) if heard else []
            self._alarms.write(connection)
        return [answer.seal(self._hub_key, pause_ms=self.pause_ms) for answer in answers]

    def record_presence(self, presence: dict[str, bool]) -> None:
        """Store what the broker says of kiosks' connections: a hint for people, never evidence."""
        if presence:
            statement = update(_kiosks).where(_kiosks.c.device == bindparam("of"))
            changes = [
                {"of": device, "is_online": online, "at": self._now()} for device, online in sorted(presence.items())
            ]
            with self._database.writing_connection() as connection:
                connection.execute(statement.values(online=bindparam("is_online"), online_at=bindparam("at")), changes)

    def _verify(self, deliveries: Iterable[StateDelivery]) -> list[_Heard]:
        """The newest honest heartbeat of each kiosk."""
        newest = {delivery.device: delivery for delivery in deliveries}
        terminals = self._terminals.find(newest)
        heard = []
        for device, delivery in newest.items():
            terminal = terminals.get(device)
            if terminal is None:
                self._alarms.ring(NO_DEVICE, "unknown_device", f"{device} says how it is and is not registered.")
                continue
            try:
                heard.append(_Heard(terminal, open_heartbeat(delivery.payload, terminal), delivery.retained))
            except RefusedHeartbeatError as error:
                log.warning("dropped a heartbeat of %s: %s", device, error)
                self._alarms.ring(device, error.kind, str(error))
        return heard

    def _compare(self, connection: Connection, heard: Sequence[_Heard]) -> list[Answer]:
        now = self._now()
        kiosks = lock_kiosks(connection, (each.terminal.device for each in heard))
        stored = stored_heartbeats(connection, kiosks)
        fresh = [
            each
            for each in heard
            if still_holds(kiosks.get(each.terminal.device), each.terminal)
            and not is_stale(each.heartbeat, stored.get(each.terminal.device), retained=each.retained)
        ]
        progress = ProgressBook(connection, now)
        progress.load(
            (each.terminal.device, standing.epoch) for each in fresh for standing in _standings(each.heartbeat)
        )
        answers = []
        for each in fresh:
            kiosk = kiosks[each.terminal.device]
            journals = [
                _Journal(standing, progress.of(kiosk.device, standing.epoch)) for standing in _standings(each.heartbeat)
            ]
            self._ring_for_card(kiosk.device, each.heartbeat, stored.get(kiosk.device))
            answers += self._answer(connection, kiosk, each.heartbeat, journals)
        progress.save()
        told = [(each.terminal.device, each.heartbeat) for each in fresh]
        store_heartbeats(connection, told, now=now)
        store_service(connection, told, now=now)
        settle_commands(connection, told, now=now)
        save_kiosks(connection, [kiosks[each.terminal.device] for each in fresh])
        return answers

    def _answer(
        self, connection: Connection, kiosk: LockedKiosk, heartbeat: Heartbeat, journals: Sequence[_Journal]
    ) -> list[Answer]:
        """Note what the heartbeat changes about a kiosk; receipts where it has missed one, or we miss rows."""
        now = self._now()
        current, *older = journals
        self._ring(connection, kiosk, heartbeat, journals)
        receipt_lost = heartbeat.receipt != kiosk.receipt_version
        rolled_back = current.progress.last_settled > current.standing.last_seq
        kiosk.receipt_version = max(kiosk.receipt_version, heartbeat.receipt)
        until = heartbeat.health.certificate_until
        kiosk.certificate_until = until if until is not None and EARLIEST <= until <= LATEST else None
        kiosk.delivered_up_to = covered_up_to(
            heartbeat,
            complete=not any(each.missing for each in journals),
            demo=kiosk.demo,
            received_at=now,
            so_far=kiosk.delivered_up_to,
        )
        for each in journals:
            each.progress.claim(last_seq=each.standing.last_seq, first_kept=each.standing.first_kept)
        answered = [each for each in older if each.missing]
        # The current one last: with its receipt the kiosk has heard them all, or says that it has not.
        named = standings_of(connection, kiosk.device, heartbeat.enrolments)
        answered += [current] if answered or current.missing or receipt_lost or rolled_back or named else []
        if not answered:
            return []
        if kiosk.answered_at is not None and timedelta(0) <= now - kiosk.answered_at < ANSWER_PAUSE:
            return []
        kiosk.answered_at = now
        answers = []
        for each in answered:
            kiosk.receipt_version += 1
            rejected = rejections_of(connection, each.progress, ())
            enrolments = named if each is current else ()
            answers.append(Answer(each.progress, kiosk.receipt_version, rejected, each.missing, enrolments=enrolments))
        return answers

    def _ring(
        self, connection: Connection, kiosk: LockedKiosk, heartbeat: Heartbeat, journals: Sequence[_Journal]
    ) -> None:
        if heartbeat.receipt > kiosk.receipt_version or heartbeat.roster > kiosk.roster_sent:
            self._alarms.ring(
                kiosk.device,
                "restored_backup",
                f"The kiosk has seen receipt {heartbeat.receipt} and roster {heartbeat.roster}, beyond "
                f"{kiosk.receipt_version} and {kiosk.roster_sent}: the hub's database is an older copy.",
            )
        ring_for_turns(connection, kiosk.device, heartbeat, journals[0].progress, self._alarms)
        for journal in journals:
            self._ring_for_rows(kiosk.device, journal)
            progress, standing = journal.progress, journal.standing
            # An older epoch does not grow: that it ends too early is said once, when it is new.
            is_new = standing.last_seq != progress.last_seq_claimed
            if progress.last_settled > standing.last_seq and (
                is_new if journal is not journals[0] else _was_rolled_back(connection, kiosk.device, heartbeat)
            ):
                self._alarms.ring(
                    kiosk.device,
                    "rolled_back",
                    f"journal {standing.epoch} ends at {standing.last_seq}, and the hub holds row "
                    f"{progress.last_settled}: the card has lost rows, or an old copy of it is in use.",
                )

    def _ring_for_card(self, device: str, heartbeat: Heartbeat, before: StoredHeartbeat | None) -> None:
        if before is not None and is_of_another_card(heartbeat, before, now=self._now()):
            self._alarms.ring(
                device,
                "rolled_back",
                f"The kiosk does not know journal {before.epoch}, which had {before.last_seq} rows when last heard of "
                f"({before.queue} rows were not delivered then): another card is in use, or two of them are.",
            )

    def _ring_for_rows(self, device: str, journal: _Journal) -> None:
        standing, missing = journal.standing, journal.missing
        place = f"journal {standing.epoch}"
        lost = lost_rows(standing, journal.progress.settled)
        if lost:
            self._alarms.ring(device, "rows_lost", f"{place}: rows {_shown(lost)} are gone at the kiosk and here.")
        held = journal.progress.held_within(standing.last_seq)
        if missing and held + ranges.count(lost) < believed_up_to(standing):
            self._alarms.ring(device, "rows_missing", f"{place}: rows {_shown(missing)} were asked for again.")


@dataclass(frozen=True, slots=True)
class _Journal:
    """One epoch of a kiosk: what the kiosk says of it, and what is here."""

    standing: EpochStanding
    progress: Progress

    @property
    def missing(self) -> Ranges:
        return missing_rows(self.standing, self.progress.settled)


def _standings(heartbeat: Heartbeat) -> tuple[EpochStanding, ...]:
    """The epochs that a heartbeat speaks of, the current one first."""
    return heartbeat.current, *heartbeat.older


def _was_rolled_back(connection: Connection, device: str, heartbeat: Heartbeat) -> bool:
    """Whether a row beyond the journal's end was taken before the heartbeat; else the heartbeat is the old one."""
    beyond = (
        select(_rows.c.taken_at)
        .where(_rows.c.device == device, _rows.c.epoch == heartbeat.epoch, _rows.c.seq > heartbeat.last_seq)
        .order_by(_rows.c.seq)
        .limit(1)
    )
    taken_at = connection.scalar(beyond)
    return taken_at is not None and taken_at < heartbeat.sent_at


def _shown(rows: Ranges) -> str:
    shown = ", ".join(f"{first}-{last}" for first, last in rows[:10])
    return shown if len(rows) <= 10 else f"{shown} and more"
