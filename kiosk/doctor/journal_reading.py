"""The journal, read beside a kiosk that is using it: nothing is locked, mended or made.

A closed journal is one file and is read as such. One that a crash left open has its log beside it: opening that would
write, so a copy of both is read. One in use is read as SQLite lets a second program read.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from contract.punch import decode_row, kind_of
from kiosk.errors import JournalDamagedError
from kiosk.journal_columns import check_row, read_settled
from kiosk.journal_epochs import measure

LOCKS: Final = Path("/proc/locks")


@dataclass(frozen=True, slots=True)
class JournalReading:
    """In figures. there: whether there is one. damage: what is wrong; None: nothing. queue: rows without a receipt.

    newest_at, oldest_pending_at: aware UTC; None: no such row. kinds: how many rows of each.
    """

    there: bool
    in_use: bool = False
    rows: int = 0
    epochs: int = 0
    epoch: str = ""
    queue: int = 0
    newest_at: datetime | None = None
    oldest_pending_at: datetime | None = None
    kinds: tuple[tuple[str, int], ...] = ()
    damage: str | None = None
    damaged_before: int = 0


def read_journal(path: Path) -> JournalReading:
    """Count and check every row. Damage is in the reading; OSError when the file may not be read."""
    if not path.exists():
        return JournalReading(there=False)
    in_use = is_in_use(path)
    before = sum(1 for each in path.parent.glob(f"{path.name}.damaged-*") if each.suffix not in {"-wal", "-shm"})
    try:
        with _opened(path, in_use=in_use) as connection:
            return _count(_Rows(connection), in_use=in_use, damaged_before=before)
    except JournalDamagedError as error:
        damage = str(error)
    except sqlite3.Error as error:
        # Python's own words about text that is none quote it.
        code = getattr(error, "sqlite_errorname", None)
        damage = f"{error} ({code})" if code else "text that is no text any more"
    except ValueError as error:
        damage = f"not what was written ({type(error).__name__})"
    return JournalReading(there=True, in_use=in_use, damage=damage, damaged_before=before)


def is_in_use(path: Path, *, locks: Path = LOCKS) -> bool:
    """Whether a kiosk holds the journal's lock, as the kernel's list says; the lock itself is not touched."""
    try:
        inode = os.stat(path.with_name(f"{path.name}.lock")).st_ino
        lines = locks.read_text(encoding="ascii").splitlines()
    except OSError:
        return False
    return any(" FLOCK " in line and line.split()[5].rpartition(":")[2] == str(inode) for line in lines)


class _Rows:
    """A connection as kiosk.journal_epochs reads one."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def fetch(self, statement: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        return self._connection.execute(statement, values).fetchall()

    def walk(self, statement: str) -> Iterator[tuple[Any, ...]]:
        yield from self._connection.execute(statement)


@contextmanager
def _opened(path: Path, *, in_use: bool) -> Iterator[sqlite3.Connection]:
    log = path.with_name(f"{path.name}-wal")
    with tempfile.TemporaryDirectory(prefix="presensi-doctor-") as room:
        if in_use:
            address = f"{path.resolve().as_uri()}?mode=ro"
        elif log.exists():
            copy = Path(room) / path.name
            shutil.copyfile(path, copy)
            shutil.copyfile(log, copy.with_name(f"{copy.name}-wal"))
            address = copy.as_uri()
        else:
            address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(address, uri=True, isolation_level=None, timeout=2)) as connection:
            yield connection


def _count(file: _Rows, *, in_use: bool, damaged_before: int) -> JournalReading:
    damage = file.fetch("PRAGMA quick_check(1)")[0][0]
    if damage != "ok":
        raise JournalDamagedError(str(damage))
    kinds: dict[str, int] = {}
    for columns in file.walk("SELECT epoch, seq, previous, hash, bytes FROM row LEFT JOIN epoch USING (ordinal)"):
        check_row(*columns)
        kind = kind_of(decode_row(columns[4]))
        kinds[kind] = kinds.get(kind, 0) + 1
    epochs = file.fetch("SELECT ordinal, epoch, settled FROM epoch ORDER BY ordinal DESC")
    measured = [
        measure(file, ordinal=ordinal, epoch=epoch, settled=read_settled(settled), grows=place == 0)
        for place, (ordinal, epoch, settled) in enumerate(epochs)
    ]
    pending = [each.oldest_pending for each in measured if each.oldest_pending is not None]
    ((newest,),) = file.fetch("SELECT max(taken_at) FROM row")
    return JournalReading(
        there=True,
        in_use=in_use,
        rows=sum(kinds.values()),
        epochs=len(epochs),
        epoch=epochs[0][1] if epochs else "",
        queue=sum(each.standing.queue for each in measured),
        newest_at=_moment(newest),
        oldest_pending_at=_moment(min(pending, default=None)),
        kinds=tuple(sorted(kinds.items())),
        damaged_before=damaged_before,
    )


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
