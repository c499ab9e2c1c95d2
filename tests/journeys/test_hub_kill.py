"""kill -9 of a hub while pages and the interface write: nothing is half there, untold, told in vain, or done twice."""

from __future__ import annotations

import http.client
import itertools
import json
import random
import signal
import sys
import threading
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
from hub.access.accounts import add_account
from hub.access.roles import Role
from hub.access.token_models import ApiAnswer
from hub.access.tokens import SCOPES, add_token
from hub.access.trail.append import entries
from hub.access.trail.verify import verify_chain
from hub.attendance.models import DocumentRow, Outage
from hub.db import Database, open_database
from tests.factories.postgresql import Slate, postgresql
from tests.hub.web.conftest import PASSWORD, Page, Visitor
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


class Writers:
    """An operator on the pages, an administrator, and a program, who write until the hub dies."""

    def __init__(self, pages: PagesAtWork, program: Program, people: Iterator[str]) -> None:
        self._pages, self._program, self._people = pages, program, people
        self._operator, self._admin = Visitor(0), Visitor(0)
        self.on_pages: list[str] = []
        self.by_program: list[str] = []
        self.asked: list[str] = []
        self.outages: list[str] = []
        self.trouble: list[Exception] = []
        self._number = itertools.count(1)

    @property
    def done(self) -> int:
        return len(self.on_pages) + len(self.by_program) + len(self.outages)

    def sign_in(self) -> None:
        for visitor, name in ((self._operator, "operator"), (self._admin, "admin")):
            visitor.port = self._pages.port
            assert visitor.get("/akun").status == 200 or visitor.sign_in(name).status == 303

    def begin(self) -> list[threading.Thread]:
        threads = [
            threading.Thread(target=self._until_it_dies, args=(write,), daemon=True)
            for write in (self._hand_in_on_a_page, self._hand_in_by_program, self._declare)
        ]
        for thread in threads:
            thread.start()
        return threads

    def _until_it_dies(self, write: Callable[[], None]) -> None:
        while True:
            try:
                write()
            except (http.client.HTTPException, OSError):
                return
            except Exception as error:  # noqa: BLE001 - what went wrong in a thread is told by the test
                self.trouble.append(error)
                return

    def _hand_in_on_a_page(self) -> None:
        person = next(self._people)
        form = {"person": person, "kind": "Surat Dokter", "first": "2026-03-02", "known_by": "Atasan Langsung"}
        token = self._operator.get("/surat/baru").field("token")
        page = self._operator.send("/surat/baru", [("token", token), *form.items()])
        assert page.status == 303, page.words
        self.on_pages.append(person)

    def _hand_in_by_program(self) -> None:
        person = next(self._people)
        self.asked.append(person)
        answer = self._program.hand_in(person)
        assert answer.status == 201, answer.text
        self.by_program.append(person)

    def _declare(self) -> None:
        number = next(self._number)
        began = NOW - timedelta(days=number)
        form = {
            "began": f"{began:%Y-%m-%dT%H:%M}",
            "ended": f"{began + timedelta(hours=1):%Y-%m-%dT%H:%M}",
            "reason": f"listrik padam {number}",
            "reported_to": "BKPP",
        }
        page = self._admin.post("/gangguan", token=self._admin.get("/gangguan").field("token"), **form)
        assert page.status == 303, page.words
        self.outages.append(form["reason"])


def test_hub_killed_under_writes_leaves_neither_deeds_untold_nor_entries_of_nothing(
    pages: PagesAtWork, database: Database, people: list[str]
) -> None:
    add_account(database, username="operator", password=PASSWORD, role=Role.OPERATOR, unit=UNIT)
    add_account(database, username="admin", password=PASSWORD, role=Role.ADMINISTRATOR)
    program, chance, staff = Program(database, pages), random.Random(20261128), iter(people)
    # Two threads take from it.
    lock = threading.Lock()

    def take() -> Iterator[str]:
        while True:
            with lock:
                person = next(staff)
            yield person

    writers = Writers(pages, program, take())
    for _ in range(3):
        pages.start()
        writers.sign_in()
        threads, goal = writers.begin(), writers.done + 12 + chance.randrange(12)
        wait_until(lambda goal=goal: writers.done >= goal or writers.trouble, "some writes are done")  # type: ignore[misc]
        assert pages.process is not None
        pages.process.kill()
        for thread in threads:
            thread.join(60)
            assert not thread.is_alive()
        assert writers.trouble == []
    pages.start()
    answers = {person: program.hand_in(person) for person in writers.asked}
    assert {page.status for page in answers.values()} == {201}

    assert verify_chain(database).whole
    on_pages, by_program = letters_of(database, "operator"), letters_of(database, "token:simpeg")
    assert set(writers.on_pages) <= set(on_pages)
    assert set(by_program) == set(writers.asked) >= set(writers.by_program)
    assert {*on_pages.values(), *by_program.values()} == {1}
    assert told_letters(database, "operator") == on_pages
    assert told_letters(database, "api-token:simpeg") == by_program
    with database.read() as session:
        outages = session.scalars(select(Outage.reason)).all()
        kept = {row.key: (row.status, row.body) for row in session.scalars(select(ApiAnswer))}
    assert len(told(database, "outage.declare", "admin")) == len(outages) >= len(writers.outages)
    assert set(writers.outages) <= set(outages)
    assert kept == {person: (201, page.text.encode()) for person, page in answers.items()}
