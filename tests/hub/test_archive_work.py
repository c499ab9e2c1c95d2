"""Archives of photos are worked on without their page, after a restart too, and nobody is looked at twice."""

from __future__ import annotations

import io
import json
import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from hub import archive_work
from hub.access.trail.append import entries
from hub.archive_work import ArchiveWorker
from hub.db import Database
from hub.errors import EnrolmentError
from hub.roster.archive_import import begin_proposing, send_archive
from hub.roster.archive_report import archive_report
from hub.roster.page_enrolment_models import ArchivePerson
from hub.roster.photo_archive import ArchiveStore
from hub.roster.photos import PhotoStore
from hub.roster.recogniser import Recogniser
from hub.service import read_zone
from tests.factories.journals import NOON
from tests.factories.people import add_employee, add_unit
from tests.factories.shades import archive, shade, shade_recogniser

ZONE = read_zone("Asia/Jakarta")
NAMES = ("ani", "budi", "citra")


class Hubs:
    """Hubs on one database and folder. at: what their clocks show."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.at = database, NOON
        self.photos, self.store = PhotoStore(folder), ArchiveStore(folder)
        self.recogniser = shade_recogniser(database)

    def worker(self, recogniser: Recogniser | None = None) -> ArchiveWorker:
        return ArchiveWorker(
            self.database, recogniser or self.recogniser, self.photos, self.store, zone=ZONE, now=lambda: self.at
        )

    def send(self, *names: str) -> int:
        tones = {name: 60 + 60 * NAMES.index(name) for name in names}
        photos = {f"{name}/1.jpg": shade(tone) for name, tone in tones.items()}
        return send_archive(
            self.database,
            self.store,
            io.BytesIO(archive(photos)),
            "foto.zip",
            author="siti",
            unit_id=None,
            now=self.at,
            today=self.at.date(),
        )

    def state(self, number: int) -> str:
        report = archive_report(self.database, number)
        assert report is not None
        return report.state


@pytest.fixture
def hubs(database: Database, tmp_path: Path) -> Hubs:
    unit = add_unit(database)
    for name in NAMES:
        add_employee(database, name, unit=unit, frames=0)
    return Hubs(database, tmp_path)


def looked_at(database: Database) -> list[tuple[str, str]]:
    """(author, employee) of every step in the trail."""
    with database.read() as session:
        rows = session.execute(select(entries.c.actor, entries.c.about).where(entries.c.act == "archive.step")).all()
    return [(actor, json.loads(about)["employees"][0]) for actor, about in rows]


def test_archive_goes_on_without_its_page(hubs: Hubs) -> None:
    number = hubs.send(*NAMES)
    worker = hubs.worker()
    assert [worker.step() for _ in range(4)] == [True, True, True, False]
    assert hubs.state(number) == "checked"
    begin_proposing(hubs.database, number, by="wati")
    while worker.step():
        pass
    assert hubs.state(number) == "done"
    authors = Counter(actor for actor, _ in looked_at(hubs.database))
    assert authors["siti"] == 3
    assert set(authors) == {"siti", "wati"}


def test_two_hubs_look_at_nobody_twice(hubs: Hubs) -> None:
    number = hubs.send(*NAMES)
    stop = threading.Event()
    threads = [threading.Thread(target=hubs.worker().run, args=(stop,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(600):
            if hubs.state(number) == "checked":
                break
            stop.wait(0.1)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert hubs.state(number) == "checked"
    assert sorted(Counter(who for _, who in looked_at(hubs.database)).values()) == [1, 1, 1]


def test_hub_that_was_killed_leaves_its_person_to_the_next(hubs: Hubs) -> None:
    number = hubs.send("ani")
    with hubs.database.write() as session:
        session.scalars(select(ArchivePerson)).one().claimed_at = NOON
    worker = hubs.worker()
    assert not worker.step()
    hubs.at = NOON + timedelta(minutes=11)
    assert worker.step()
    assert hubs.state(number) == "checked"


def test_archive_that_cannot_go_on_holds_up_no_other(
    hubs: Hubs, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    broken, fine = hubs.send("ani"), hubs.send("budi")
    original: Callable[..., bool] = archive_work.take_step

    def take(*given: Any, **named: Any) -> bool:
        if given[4] == broken and hubs.at == NOON:
            raise EnrolmentError("no pack")
        return original(*given, **named)

    monkeypatch.setattr(archive_work, "take_step", take)
    worker = hubs.worker()
    assert [worker.step(), worker.step()] == [True, False]
    assert (hubs.state(broken), hubs.state(fine)) == ("checking", "checked")
    assert "cannot go on now: no pack" in caplog.text
    hubs.at = NOON + timedelta(minutes=6)
    assert worker.step()
    assert hubs.state(broken) == "checked"


def test_archive_whose_file_lies_elsewhere_is_left_to_the_hub_that_has_it(hubs: Hubs, tmp_path: Path) -> None:
    number = hubs.send("ani")
    other = ArchiveWorker(
        hubs.database,
        hubs.recogniser,
        hubs.photos,
        ArchiveStore(tmp_path / "other"),
        zone=ZONE,
        now=lambda: hubs.at,
    )
    assert not other.step()
    assert hubs.state(number) == "checking"
    assert looked_at(hubs.database) == []
