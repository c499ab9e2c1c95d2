"""Many runs, one seed after the other."""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

from benchmarks.faults.clocks import BEGIN
from benchmarks.faults.plan import KINDS, PEOPLE, FaultKind, draw_plan, person
from benchmarks.faults.planted import planted
from benchmarks.faults.verdict import Verdict, judge
from hub.db import open_database, upgrade
from hub.roster.models import Employee, Membership, Unit

SEEDS_AT_ONCE: Final = 20
_MEMORY: Final = Path("/dev/shm")  # noqa: S108 (files of a simulation, in a folder of its own)


@contextmanager
def workshop() -> Iterator[Path]:
    """A folder in memory where there is one, with a hub's database in it that knows the people (template.db)."""
    root = _MEMORY if _MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="presensi-faults-", dir=root) as name:
        folder = Path(name)
        with open_database(f"sqlite:///{folder / 'template.db'}") as database:
            upgrade(database)
            added_at = BEGIN - timedelta(days=1)
            with database.write() as session:
                unit = Unit(name="Kantor", created_at=added_at)
                session.add(unit)
                session.flush()
                for number in range(PEOPLE):
                    who = person(number)
                    session.add(Employee(id=who, name=who, created_at=added_at, created_by="faults"))
                    session.flush()
                    session.add(Membership(employee_id=who, unit_id=unit.id, set_by="faults", set_at=added_at))
        yield folder


def run_one(seed: int, folder: Path, *, kinds: Sequence[FaultKind] = KINDS) -> Verdict:
    """One seed, in a folder of a workshop."""
    own = folder / f"run-{seed}"
    try:
        return judge(draw_plan(seed, kinds=kinds), own, folder / "template.db")
    finally:
        shutil.rmtree(own, ignore_errors=True)


def first_caught(bug: str, seeds: Sequence[int]) -> int | None:
    """The first seed whose run notices a planted bug; None: none of them does."""
    logging.disable(logging.CRITICAL)
    try:
        with workshop() as folder, planted(bug, folder / "template.db"):
            return next((seed for seed in seeds if run_one(seed, folder).failed), None)
    finally:
        logging.disable(logging.NOTSET)


def run_many(
    seeds: Sequence[int],
    *,
    kinds: Sequence[FaultKind] = KINDS,
    jobs: int = 1,
    on_verdict: Callable[[Verdict], None] = lambda _verdict: None,
) -> dict[str, Any]:
    """Every seed; plain JSON values. jobs: processes; what comes of a seed does not depend on them."""
    verdicts = []
    for verdict in _verdicts(seeds, kinds, jobs):
        verdicts.append(verdict)
        on_verdict(verdict)
    return report(verdicts)


def _verdicts(seeds: Sequence[int], kinds: Sequence[FaultKind], jobs: int) -> Iterator[Verdict]:
    if jobs > 1:
        parts = [seeds[start : start + SEEDS_AT_ONCE] for start in range(0, len(seeds), SEEDS_AT_ONCE)]
        with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
            for part in pool.map(run_part, parts, repeat(kinds)):
                yield from part
        return
    logging.disable(logging.CRITICAL)
    try:
        with workshop() as folder:
            for seed in seeds:
                yield run_one(seed, folder, kinds=kinds)
    finally:
        logging.disable(logging.NOTSET)


def run_part(seeds: Sequence[int], kinds: Sequence[FaultKind]) -> list[Verdict]:
    """Some seeds, in a process of their own."""
    return list(_verdicts(seeds, kinds, 1))


def report(verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """Sums over the runs."""
    sums = ("punches", "rows", "lost", "doubled", "days", "days_differ", "days_unsure", "clock_lost")
    more = ("card_lost", "card_lost_untold", "quarantined", "refused", "retired_early", "broken_chains", "unsettled")
    kills: Counter[str] = Counter()
    befell: Counter[str] = Counter()
    alarms: Counter[str] = Counter()
    for each in verdicts:
        kills.update(each.kills)
        befell.update(each.befell)
        alarms.update(each.alarms)
    return {
        "runs": len(verdicts),
        **{name: sum(getattr(each, name) for each in verdicts) for name in (*sums, *more)},
        "failed_seeds": [each.seed for each in verdicts if each.failed],
        "faults": dict(sorted(befell.items())),
        "kills": dict(sorted(kills.items())),
        "alarms": dict(sorted(alarms.items())),
    }
