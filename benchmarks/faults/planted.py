"""Mistakes that somebody could make in the product, put in on purpose: the runs must notice each of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from unittest import mock

from sqlalchemy import Connection, Table, insert

import hub.ingest.heartbeats
import hub.ingest.storing
import kiosk.journal_epochs
from contract import ranges
from contract.heartbeat import EpochStanding
from contract.ranges import Ranges
from hub.attendance.evidence import Evidence
from hub.fleet.coverage import believed_up_to
from hub.ingest.admission import AdmittedBatch
from hub.ingest.holdings import Holdings
from hub.ingest.recorder import Recorder
from hub.ingest.storing import Answer
from hub.ingest.subscriber import Subscriber
from kiosk.housekeeping import Housekeeping
from kiosk.journal import Journal
from kiosk.journal_columns import read_settled, write_settled
from kiosk.uplink import Uplink


@contextmanager
def planted(name: str, template: Path) -> Iterator[None]:
    """Let the product make this mistake while the block lasts. template: the database of a workshop."""
    with BUGS[name](template):
        yield


@contextmanager
def _retire_on_puback(_template: Path) -> Iterator[None]:
    """What the broker acknowledged counts as delivered."""
    send_next = Uplink._send_next

    def send(uplink: Any, now: float) -> bool:
        sent = send_next(uplink, now)
        if sent:
            batch = uplink._in_flight[-1]
            _settle(uplink._journal, batch.epoch, (batch.first, batch.last))
        return sent

    with mock.patch.object(Uplink, "_send_next", send):
        yield


def _settle(journal: Journal, epoch: str, rows: tuple[int, int]) -> None:
    file = journal._file
    ((before,),) = file.fetch("SELECT settled FROM epoch WHERE epoch = ?", (epoch,))
    with file.transaction():
        after = write_settled(ranges.union(read_settled(before), [rows]))
        file.change("UPDATE epoch SET settled = ? WHERE epoch = ?", (after, epoch))
    journal._older.clear()


@contextmanager
def _receipt_before_commit(_template: Path) -> Iterator[None]:
    """The kiosk hears that its rows are stored, and then they are."""
    make = Subscriber.__init__

    def init(subscriber: Any, *, transport: Any, recorder: Any, **others: Any) -> None:
        recorder.say = lambda said: transport.publish(said.topic, said.payload)
        make(subscriber, transport=transport, recorder=recorder, **others)

    def store(recorder: Any, batches: Sequence[AdmittedBatch]) -> list[Answer]:
        with recorder._database.writing_connection() as connection:
            for answer in recorder._store_within(connection, batches):
                recorder.say(answer.seal(recorder._hub_key))
            recorder._alarms.write(connection)
        return []

    with mock.patch.object(Subscriber, "__init__", init), mock.patch.object(Recorder, "_store", store):
        yield


@contextmanager
def _no_key(template: Path) -> Iterator[None]:
    """Nothing keeps a row from being stored twice."""
    kept = template.read_bytes()
    connection = sqlite3.connect(template, isolation_level=None)
    connection.execute("CREATE TABLE keyless AS SELECT * FROM journal_row")
    connection.execute("DROP TABLE journal_row")
    connection.execute("ALTER TABLE keyless RENAME TO journal_row")
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.close()

    def put(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
        if rows:
            statement = insert(table) if table.name == "journal_row" else insert(table).prefix_with("OR IGNORE")
            connection.execute(statement, rows)

    nothing: Callable[..., Holdings] = lambda *_arguments: Holdings()  # noqa: E731 (a method in a class's place)
    with mock.patch.object(hub.ingest.storing, "insert_new", put), mock.patch.object(Holdings, "load", nothing):
        yield
    template.write_bytes(kept)


@contextmanager
def _kept_range_begins_late(_template: Path) -> Iterator[None]:
    """`>` for `>=`: the first row that a kiosk keeps is never asked for again."""

    def missing_rows(standing: EpochStanding, settled: Ranges) -> Ranges:
        if standing.first_kept == 0:
            return ()
        believed = (standing.first_kept + 1, believed_up_to(standing))
        return ranges.subtract([believed], ranges.union(settled, standing.gaps))

    with mock.patch.object(hub.ingest.heartbeats, "missing_rows", missing_rows):
        yield


@contextmanager
def _forget_by_any_clock(_template: Path) -> Iterator[None]:
    """A kiosk forgets what a clock calls old that runs free (mended; seeds found it)."""
    make = Housekeeping.__init__

    def init(housekeeping: Any, **others: Any) -> None:
        make(housekeeping, **(others | {"clock_trusted": lambda: True}))

    everything: Callable[..., tuple[int, int]] = lambda *_arguments: (2**60, 0)  # noqa: E731 (a function's place)
    with (
        mock.patch.object(Housekeeping, "__init__", init),
        mock.patch.object(kiosk.journal_epochs, "_newest_surely_old", everything),
    ):
        yield


@contextmanager
def _days_left_behind(_template: Path) -> Iterator[None]:
    """A day that a wrong clock made stays when its punch has been placed (mended; seeds found it)."""
    with mock.patch.object(Evidence, "is_due", return_value=True):
        yield


BUGS: Final[dict[str, Callable[[Path], Any]]] = {
    "retire-on-puback": _retire_on_puback,
    "receipt-before-commit": _receipt_before_commit,
    "no-key": _no_key,
    "kept-range": _kept_range_begins_late,
    "forget-by-any-clock": _forget_by_any_clock,
    "days-left-behind": _days_left_behind,
}
