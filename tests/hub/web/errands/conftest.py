"""A seeded regency behind real pages, and people who visit it with a browser: both sizes, both languages."""

from __future__ import annotations

import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from argon2 import PasswordHasher
from fastapi import FastAPI
from sqlalchemy import select
from starlette.types import ASGIApp, Receive, Scope, Send

from hub.access import accounts
from hub.access.sessions import Sessions
from hub.attendance.dirty import mark_span
from hub.attendance.paper_files import PaperStore
from hub.attendance.worker import AttendanceWorker
from hub.db import Database, open_database
from hub.ingest.models import StoredRow
from hub.refusals.snapshots import SnapshotStore
from hub.review.models import PunchCircumstance
from hub.roster.models import Employee
from hub.roster.photos import PhotoStore
from hub.seeding.order import SeedOrder
from hub.seeding.seed import seed_regency
from hub.web.office import FrontOffice
from tests.factories.chromium import find_chromium
from tests.factories.somebody import SIZES, Somebody, new_desk

ORDER = SeedOrder(employees=60, months=2, seed=1, until=date(2026, 3, 31))
PASSWORD = "kopi-tubruk-manis"


@pytest.fixture(scope="session")
def regency(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of a seeded regency, to be copied: on a Tuesday at ten, with February closed."""
    file = Path(shutil.copy(sqlite_template, tmp_path_factory.mktemp("regency") / "hub.db"))
    with pytest.MonkeyPatch.context() as patch, open_database(f"sqlite:///{file}") as database:
        cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr(accounts, "_hasher", lambda: cheap)
        seed_regency(database, ORDER, password=PASSWORD)
        with database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return file


@dataclass
class Town:
    """The regency of one test, which it may change; `now` is what its pages take for the present."""

    database: Database
    folder: Path
    now: datetime = ORDER.as_of

    def pass_time(self, minutes: float) -> None:
        self.now += timedelta(minutes=minutes)

    def settle(self) -> None:
        """Assess the days that something has changed, as the hub's worker does."""
        AttendanceWorker(self.database, now=lambda: self.now).settle()

    def front(self) -> FrontOffice:
        return FrontOffice(
            database=self.database,
            sessions=Sessions(b"s" * 32),
            zone=ORDER.zone,
            snapshots=SnapshotStore(self.folder),
            photos=PhotoStore(self.folder),
            papers=PaperStore(self.folder),
            now=lambda: self.now,
            second_step_key=b"k" * 32,
        )


def doubt_last_punch(town: Town, name: str, *, factor: str = "face", fix: bool | None = None) -> None:
    """Give somebody's newest punch a reason to be looked at: a factor other than the face, or no place (fix False)."""
    query = (
        select(StoredRow.device, StoredRow.epoch, StoredRow.seq, StoredRow.person_id)
        .join(Employee, Employee.id == StoredRow.person_id)
        .where(Employee.name == name, StoredRow.kind == "punch")
        .order_by(StoredRow.placed_at.desc())
    )
    with town.database.write() as session:
        device, epoch, seq, person = session.execute(query.limit(1)).one()
        told = PunchCircumstance(
            device=device, epoch=epoch, seq=seq, person_id=person, factor=factor, duty=False, fix=fix, evidence=None
        )
        session.add(told)
        session.flush()
        mark_span(session.connection(), first=town.now.date(), last=None, now=town.now, people=[person])
    town.settle()


class Pages:
    """One address for the pages of one test after the other, so that browsers keep their style sheets and fonts."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.app is not None, "a page was asked for between two tests"
        await self.app(scope, receive, send)


@pytest.fixture(scope="session")
def pages() -> Iterator[Pages]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        served = Pages(f"http://127.0.0.1:{listener.getsockname()[1]}")
        server = uvicorn.Server(uvicorn.Config(served, log_config=None, lifespan="off", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield served
        server.should_exit = True
        thread.join(30)


@pytest.fixture
def town(
    regency: Path, pages: Pages, tmp_path: Path, app_of: Callable[[FrontOffice], FastAPI], cheap_passwords: None
) -> Iterator[Town]:
    """A regency of one's own, behind its pages."""
    shutil.copy(regency, tmp_path / "hub.db")
    with open_database(f"sqlite:///{tmp_path / 'hub.db'}") as database:
        found = Town(database, tmp_path)
        pages.app = app_of(found.front())
        yield found
        pages.app = None


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The system's Chromium, in the hands of Playwright."""
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed here")
    program = find_chromium()
    if program is None:
        pytest.skip("no Chromium here")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def desks(chromium: Any) -> Callable[[str, int], Any]:
    """Browsers with cookies of their own, by size and number; they are kept, for a new one would load everything."""
    return lru_cache(maxsize=None)(lambda size, number: new_desk(chromium, size))


@pytest.fixture(params=[(size, language) for size in SIZES for language in ("id", "en")], ids="-".join)
def somebody(
    request: pytest.FixtureRequest, town: Town, pages: Pages, desks: Callable[[str, int], Any]
) -> Iterator[Callable[..., Somebody]]:
    """Signs somebody in with the account of that name; each has a browser of their own, None has not signed in.

    At the end nobody's pages may have made an error in the console, or asked for anything outside the hub.
    """
    size, language = request.param
    people: list[Somebody] = []

    def arrive(account: str | None = None, password: str = PASSWORD) -> Somebody:
        person = Somebody(desks(size, len(people)), pages.url, size=size, language=language)
        people.append(person)
        if account is not None:
            person.enter(account, password)
        return person

    yield arrive
    for person in people:
        person.leave()
    assert [trouble for person in people for trouble in person.troubles] == []
