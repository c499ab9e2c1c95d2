"""kill -9 of a hub while pages and the interface write: nothing is half there, untold, told in vain, or done twice."""

from __future__ import annotations

import http.client
import json
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec
import pytest
from sqlalchemy import select

from benchmarks.invented_office import InventedOffice
from hub.access.tokens import SCOPES, add_token
from hub.access.trail.append import entries
from hub.access.trail.verify import verify_chain
from hub.attendance.models import DocumentRow
from hub.db import Database, open_database
from tests.factories.postgresql import Slate, postgresql
from tests.hub.web.conftest import Page, Visitor
from tests.journeys.world import Process, wait_until

NOW: Final = datetime(2026, 3, 2, 10, 0, tzinfo=ZoneInfo("Asia/Jakarta"))
UNIT: Final = "Dinas Kesehatan"
LATER: Final = timedelta(minutes=2)
"""After that whoever was answering a request is taken to be dead."""


class PagesAtWork:
    """`presensi hub serve` in a process of its own; it can be killed and started anew on the same database."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self._folder, self._url = folder, database_url
        self._at = NOW
        self.process: Process | None = None

    def start(self, *, kill_at: str | None = None) -> None:
        """Returns when it answers; each time two minutes later than before."""
        command = [sys.executable, "-m", "tests.journeys.hub_process", "hub", "serve", "--data", str(self._folder)]
        command += ["--db", self._url, "--http", "127.0.0.1:0", "--at", f"{self._at:%Y-%m-%d %H:%M}"]
        self._at += LATER
        process = Process(command, folder=self._folder, name="pages", kill_at=kill_at)
        self.process = process
        wait_until(lambda: process.lines or not process.alive, "the pages answer")
        assert process.lines, f"the pages did not start:\n{process.tail}"

    @property
    def port(self) -> int:
        assert self.process is not None
        return int(self.process.lines[0].decode().strip().rpartition(":")[2])

    def end(self) -> None:
        if self.process is not None:
            self.process.end()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path, lay_database: Callable[[Path], Path]) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{lay_database(tmp_path / 'hub')}"
        return
    (tmp_path / "hub").mkdir()
    with postgresql() as server:
        slate = Slate(server)
        yield slate.url
        slate.close()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with open_database(database_url) as opened:
        yield opened


@pytest.fixture
def people(database: Database) -> list[str]:
    """Ids of staff whom nobody has handed in anything for; more than a test needs."""
    office = InventedOffice(database, at=NOW - timedelta(days=30))
    unit = office.unit(UNIT)
    return [office.employee(f"Pegawai {number:03d}", unit=unit) for number in range(200)]


@pytest.fixture
def pages(tmp_path: Path, database_url: str) -> Iterator[PagesAtWork]:
    made = PagesAtWork(tmp_path / "hub", database_url)
    yield made
    made.end()


class Program:
    """A program that hands in letters, each under a key of its own."""

    def __init__(self, database: Database, pages: PagesAtWork) -> None:
        self._token = add_token(database, "simpeg", SCOPES, unit_id=None, days=30, by="budi", now=NOW)
        self._pages = pages

    def hand_in(self, person: str) -> Page:
        """The key is the person's id; http.client.HTTPException or OSError when the hub dies meanwhile."""
        letter = {"employee": person, "type": "Surat Dokter", "covers": ["2026-03-02"]}
        headers = {
            "Authorization": f"Bearer {self._token}",
            "Content-Type": "application/json",
            "Idempotency-Key": person,
        }
        return Visitor(self._pages.port).ask("POST", "/api/v1/documents", json.dumps(letter), headers)


def letters_of(database: Database, by: str) -> Counter[str]:
    """How many letters somebody has handed in, by employee."""
    with database.read() as session:
        return Counter(session.scalars(select(DocumentRow.employee_id).where(DocumentRow.submitted_by == by)))


def told(database: Database, act: str, actor: str) -> list[Any]:
    """What entries of deeds that were done say they are about."""
    query = select(entries.c.about).where(entries.c.act == act, entries.c.actor == actor, entries.c.status < 400)
    with database.read() as session:
        return [msgspec.json.decode(about) for about in session.scalars(query)]


def told_letters(database: Database, actor: str) -> Counter[str]:
    """How many entries tell of a letter that was handed in, by employee; answers that were given again name nobody."""
    return Counter(person for about in told(database, "letter.hand_in", actor) for person in about.get("employees", ()))


@pytest.mark.parametrize("step", ["deed.before_commit", "deed.committed"])
def test_letter_of_a_program_whose_hub_died_is_answered_the_same_when_it_is_sent_again(
    step: str, pages: PagesAtWork, database: Database, people: list[str]
) -> None:
    program = Program(database, pages)
    pages.start(kill_at=f"{step}:1")
    assert pages.process is not None
    with pytest.raises((http.client.HTTPException, OSError)):
        program.hand_in(people[0])
    assert pages.process.finish() == -signal.SIGKILL
    assert letters_of(database, "token:simpeg") == ({people[0]: 1} if step == "deed.committed" else {})
    pages.start()
    again, once_more = program.hand_in(people[0]), program.hand_in(people[0])
    assert (again.status, once_more.status) == (201, 201), again.text
    assert again.text == once_more.text
    assert json.loads(again.text)["employee_id"] == people[0]
    assert letters_of(database, "token:simpeg") == told_letters(database, "api-token:simpeg") == {people[0]: 1}
    assert verify_chain(database).whole
