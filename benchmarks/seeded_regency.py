"""A large seeded regency on PostgreSQL that is made once, and kept in a temporary folder."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from datetime import time as clock
from hashlib import sha256
from pathlib import Path
from typing import Final

from sqlalchemy import create_engine, text

from benchmarks.servers import postgresql
from hub import migrations
from hub.access.accounts import generate_password
from hub.db import open_database, upgrade
from hub.seeding.order import SeedOrder
from hub.seeding.seed import seed_regency

UNTIL: Final = date(2026, 11, 25)
"""A Wednesday, at ten in the morning: the day still runs, as it does when people look."""
ASKED_AT: Final = clock(10)


@dataclass(frozen=True, slots=True)
class Regency:
    """url: of its database. order: what it was made of. password: of all its accounts."""

    url: str
    order: SeedOrder
    password: str


def folder_of(order: SeedOrder) -> Path:
    """Where a regency is kept; elsewhere once tables change, so that it is made anew."""
    steps = "/".join(sorted(path.name for path in Path(migrations.__file__).parent.glob("versions/*.py")))
    form = sha256(steps.encode()).hexdigest()[:8]
    name = f"presensi-regency-{form}-{order.employees}x{order.months}-seed{order.seed}-{order.until}"
    return Path(tempfile.gettempdir()) / name


@contextmanager
def seeded_regency(employees: int, months: int, seed: int = 1, *, cold: bool = False) -> Iterator[Regency]:
    """A PostgreSQL with the regency in it while the block lasts; made first where it is not kept already.

    Ten thousand people over a year take some twenty minutes on two cores and 8 GB of disk. cold: nothing of it is in
    memory when it starts, as after the machine was switched on.
    """
    order = SeedOrder(employees=employees, months=months, seed=seed, until=UNTIL, clock=ASKED_AT)
    folder = folder_of(order)
    whole = folder / "whole.json"
    if not whole.exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    if cold and whole.exists():
        _forget(folder)
    with postgresql(folder) as url:
        if not whole.exists():
            password = generate_password()
            _make(url, order, password)
            whole.write_text(json.dumps({"password": password}), encoding="ascii")
        yield Regency(url, order, json.loads(whole.read_text(encoding="ascii"))["password"])


def _make(url: str, order: SeedOrder, password: str) -> None:
    began = time.monotonic()
    told = -1

    def progress(done: int, total: int) -> None:
        nonlocal told
        share = 100 * done // max(1, total)
        if share // 5 > told:
            told = share // 5
            _say(f"{share} % of {total} days assessed after {time.monotonic() - began:.0f} s")

    _say(f"Making {order.employees} people over {order.months} months, once; kept in {folder_of(order)} …")
    with open_database(url) as database:
        upgrade(database)
        seed_regency(database, order, password=password, on_assessed=progress)
    # What PostgreSQL does by itself within minutes; a year of rows usually does not come at once.
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("VACUUM (ANALYZE)"))
    engine.dispose()
    _say(f"Made in {time.monotonic() - began:.0f} s.")


def _forget(folder: Path) -> None:
    """Let the system drop what it holds of these files; they stay on the disk as they are."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)
