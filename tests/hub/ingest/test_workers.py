"""Several ingest workers on one database, with the same batches at the same time."""

from __future__ import annotations

import random
import threading
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from hub.db import open_database
from tests.factories.journals import KioskJournal
from tests.factories.people import add_employee


def test_workers_that_get_the_same_batches_store_each_row_once(database_url: str, desk: Any, open_desk: Any) -> None:
    for number in range(5):
        add_employee(desk.database, f"person-{number}")
    journals = [desk.register(KioskJournal(device=f"kiosk-{number}")) for number in range(4)]
    for journal in journals:
        for number in range(60):
            journal.punch(person=f"person-{number % 5}")
    deliveries = [journal.delivery(first, first + 9) for journal in journals for first in range(1, 61, 10)]
    versions: list[tuple[str, int]] = []
    failures: list[Exception] = []
    barrier = threading.Barrier(3)

    def work(seed: int) -> None:
        shuffled = random.Random(seed).sample(deliveries, len(deliveries))
        with open_database(database_url) as database:
            worker = open_desk(database)
            barrier.wait()
            try:
                for start in range(0, len(shuffled), 4):
                    for receipt in worker.record(*shuffled[start : start + 4]):
                        versions.append((receipt.epoch, receipt.version))
            except SQLAlchemyError as error:
                failures.append(error)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert failures == []
    assert len(desk.stored()) == 240
    assert desk.quarantined() == []
    assert len(versions) == len(set(versions))
    final = {receipt.epoch: receipt.upto for receipt in desk.record(*(journal.delivery(1, 10) for journal in journals))}
    assert final == {journal.epoch: 60 for journal in journals}
