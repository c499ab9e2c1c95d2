"""What the interface answers: whole, in pages, named by its hash; and letters that are handed in once."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from hub.access.token_models import ApiAnswer
from hub.access.tokens import SCOPES, add_token
from hub.attendance.documents import verify
from hub.attendance.models import DocumentRow
from hub.db import Database
from hub.recap.monthly import Month
from hub.recap.pay_runs import freeze

from .conftest import JAKARTA, NOW, Visitor

RANGE = "from=2026-03-01&to=2026-03-02"
LETTER = {"type": "Surat Cuti", "covers": ["2026-03-04..2026-03-05"], "number": "800/1/2026"}


class Program:
    """A program with a token."""

    def __init__(self, port: int, token: str) -> None:
        self.browser, self.token = Visitor(port), token

    def get(self, path: str, **headers: str) -> Any:
        return self.browser.get(f"/api/v1{path}", Authorization=f"Bearer {self.token}", **headers)

    def all(self, path: str, limit: int) -> list[Any]:
        """Every item, page by page."""
        found, after = [], ""
        while True:
            said = json.loads(self.get(f"{path}limit={limit}&after={after}").text)
            assert len(said["items"]) <= limit
            found += said["items"]
            after = said["next"]
            if after is None:
                return found

    def post(self, body: Any, key: str = "letter-0001", path: str = "/documents") -> Any:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        text = body if isinstance(body, str | bytes) else json.dumps(body)
        return self.browser.ask("POST", f"/api/v1{path}", text, headers | ({"Idempotency-Key": key} if key else {}))

    def lists(self, path: str) -> list[list[Any]]:
        """Every page of a plain list, from link to link."""
        pages, query = [], path.partition("?")[2]
        while True:
            page = self.get(f"{path.partition('?')[0]}?{query}")
            assert page.status == 200, page.text
            pages.append(json.loads(page.text))
            if "link" not in page.headers:
                return pages
            query = page.headers["link"].removeprefix("<?").removesuffix('>; rel="next"')


@pytest.fixture
def program(database: Database, port: int) -> Program:
    return Program(port, add_token(database, "e-tpp", SCOPES, unit_id=None, days=30, by="budi", now=NOW))


def test_pages_give_everything_once(program: Program, furnished: Any, office: Any, settle: Callable[[], int]) -> None:
    people = [office.employee(f"Pegawai {number:02d}", unit=furnished.unit) for number in range(7)]
    for minute, person in enumerate(people):
        office.punch("kiosk-1", person, datetime(2026, 3, 2, 7, minute, tzinfo=JAKARTA))
    settle()
    for path, key in (
        ("/employees?", lambda each: each["id"]),
        (f"/punches?{RANGE}&", lambda each: (each["kiosk"], each["epoch"], each["seq"])),
        (f"/days?{RANGE}&", lambda each: (each["employee_id"], each["day"]["work_date"])),
    ):
        whole = program.all(path, 500)
        assert len(whole) >= 9, path
        for limit in (1, 2, 5):
            assert program.all(path, limit) == whole, path
        assert len({key(each) for each in whole}) == len(whole)


def test_link_asks_the_same_question_further_on(program: Program, furnished: Any) -> None:
    for path in (f"/punches?{RANGE}&employee={furnished.rina}&limit=1", f"/days?{RANGE}&limit=1", "/employees?limit=1"):
        page = program.get(path)
        link = page.headers["link"].removeprefix("<").removesuffix('>; rel="next"')
        further = program.get(path.partition("?")[0] + link)
        assert further.status == 200, further.text
        by_hand = program.get(f"{path}&after={json.loads(page.text)['next']}")
        assert json.loads(further.text) == json.loads(by_hand.text)


def test_records_say_what_stands_in_the_hub(program: Program, furnished: Any) -> None:
    rina = json.loads(program.get(f"/employees/{furnished.rina}").text)
    assert (rina["name"], rina["nip"], rina["unit"]["id"]) == ("Rina Wulandari", "198501012010011001", furnished.unit)
    punches = json.loads(program.get(f"/punches?{RANGE}&employee={furnished.rina}").text)["items"]
    assert [(each["kiosk"], each["clock"], each["at"]) for each in punches] == [
        ("kiosk-1", "ntp", "2026-03-02T00:12:00Z"),
        ("kiosk-1", "ntp", "2026-03-02T08:05:00Z"),
    ]
    assert not {"embedding", "row", "hash", "snapshot"} & set(punches[0])
    (day,) = json.loads(program.get(f"/days?from=2026-03-02&to=2026-03-02&employee={furnished.rina}").text)["items"]
    assert (day["day"]["status"], day["day"]["late_min"], day["day"]["explanation"]) == ("HADIR", 12, [])
    page = program.get(f"/days?from=2026-03-02&to=2026-03-02&employee={furnished.rina}&explain=true")
    assert json.loads(page.text)["items"][0]["day"]["explanation"]
    assert {each["device"] for each in json.loads(program.get("/kiosks").text)} == {"kiosk-1", "kiosk-new"}


def test_who_changed_since_is_found(program: Program, office: Any, furnished: Any, database: Database) -> None:
    def changed(since: datetime) -> set[str]:
        moment = since.isoformat().replace("+", "%2B")
        return {each["id"] for each in json.loads(program.get(f"/employees?changed_since={moment}").text)["items"]}

    first = datetime(2026, 2, 27, tzinfo=JAKARTA)
    assert furnished.rina in changed(first)
    assert changed(first + timedelta(days=1)) == set()
    from hub.roster.models import Membership

    with database.write() as session:
        row = session.scalars(select(Membership).where(Membership.employee_id == furnished.rina)).one()
        row.set_at = NOW
    assert changed(first + timedelta(days=1)) == {furnished.rina}
    assert program.get("/employees?changed_since=2026-03-02T07:00:00").status == 400


def test_answer_that_is_known_already_is_not_sent_again(
    program: Program, furnished: Any, office: Any, settle: Callable[[], int]
) -> None:
    path = f"/days?{RANGE}"
    page = program.get(path)
    tag = page.headers["etag"]
    for known in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        again = program.get(path, **{"If-None-Match": known})
        assert (again.status, again.text, again.headers["etag"]) == (304, "", tag), known
    office.punch("kiosk-1", furnished.rina, datetime(2026, 3, 2, 6, 50, tzinfo=JAKARTA))
    settle()
    changed = program.get(path, **{"If-None-Match": tag})
    assert changed.status == 200
    assert changed.headers["etag"] != tag


@pytest.mark.parametrize(
    "path",
    [
        "/days",
        "/days?from=2026-03-02&to=2026-03-01",
        "/days?from=2026-01-01&to=2026-12-31",
        "/days?from=0001-01-01&to=0001-01-02",
        "/days?from=9999-12-30&to=9999-12-31",
        "/days?from=x&to=y",
        "/punches?from=2026-03-01&to=2026-03-02&limit=0",
        "/punches?from=2026-03-01&to=2026-03-02&limit=501",
        "/punches?from=2026-03-01&to=2026-03-02&after=x",
        "/employees?after=WzFd",
        "/employees?unit=-1",
        "/recap/monthly?month=2026-13",
        "/documents?month=",
        "/documents?month=2026-03&state=lost",
        "/documents/99999999999999",
    ],
)
def test_wrong_question_is_answered_in_a_sentence(program: Program, furnished: Any, path: str) -> None:
    page = program.get(path)
    assert (page.status, page.headers["content-type"]) == (400, "application/json")
    assert len(json.loads(page.text)["error"]) > 10


def test_letter_is_handed_in_once(program: Program, furnished: Any, database: Database) -> None:
    letter = LETTER | {"employee": "198501012010011001"}
    first = program.post(letter)
    assert first.status == 201
    made = json.loads(first.text)
    assert (made["state"], made["submitted_by"], made["employee_id"]) == ("submitted", "token:e-tpp", furnished.rina)
    again = program.post(letter)
    assert (again.status, again.text) == (201, first.text)
    assert program.post(letter | {"number": "800/2/2026"}).status == 409
    assert program.post(letter, key="letter-0002").status == 400, "the same letter under another key"
    assert json.loads(program.get(f"/documents/{made['id']}").text) == made
    assert [each["id"] for each in json.loads(program.get("/documents?month=2026-03").text)] == [made["id"]]
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(DocumentRow)) == 1


def test_letter_is_taken_back_once_by_whoever_handed_it_in(
    program: Program, port: int, furnished: Any, database: Database
) -> None:
    number = json.loads(program.post(LETTER | {"employee": furnished.rina}).text)["id"]
    place, why = f"/documents/{number}/withdrawal", {"reason": "salah pegawai"}
    other = Program(port, add_token(database, "simpeg", SCOPES, unit_id=None, days=30, by="budi", now=NOW))
    refused = other.post(why, "back-0001", place)
    assert (refused.status, "Somebody else handed in" in refused.text) == (400, True)
    for body, key, path, status in (
        ({}, "back-0001", place, 400),
        ({"reason": ""}, "back-0001", place, 400),
        (why, "short", place, 400),
        (why, "back-0001", "/documents/4711/withdrawal", 404),
        (why, "back-0001", "/documents/0/withdrawal", 400),
    ):
        assert program.post(body, key, path).status == status, (body, key, path)
    first = program.post(why, "back-0001", place)
    said = json.loads(first.text)
    assert (first.status, said["state"], said["withdrawn_by"]) == (200, "withdrawn", "token:e-tpp")
    assert said["withdrawn_because"] == "salah pegawai"
    again = program.post(why, "back-0001", place)
    assert (again.status, again.text) == (200, first.text)
    assert program.post(why, "back-0001", f"/documents/{number + 1}/withdrawal").status == 409
    assert json.loads(program.get(f"/documents/{number}").text) == said
    later = json.loads(program.post(LETTER | {"employee": furnished.rina}, "letter-0002").text)["id"]
    verify(database, later, by="dewi", now=NOW)
    refused = program.post(why, "back-0002", f"/documents/{later}/withdrawal")
    assert (refused.status, "being worked on already" in refused.text) == (400, True)


def test_plain_lists_are_whole_or_in_pages(
    program: Program, office: Any, furnished: Any, database: Database, port: int, settle: Callable[[], int]
) -> None:
    for number in range(5):
        person = furnished.rina if number % 2 else furnished.hostile
        letter = LETTER | {"employee": person, "covers": [f"2026-03-0{number + 1}"]}
        assert program.post(letter, f"letter-000{number}").status == 201
    first, other = Month(2026, 2), office.unit("Dinas Lain")
    dewi = office.employee("Dewi", unit=other)
    office.punch("kiosk-1", dewi, datetime(2026, 2, 27, 7, 0, tzinfo=JAKARTA))
    settle()
    for unit in (furnished.unit, other):
        freeze(database, first, unit, by="budi", now=NOW, force="a test")
    freeze(database, Month(2026, 3), furnished.unit, by="budi", now=NOW, force="a test")
    for path, count in (("/documents?month=2026-03", 5), ("/pay/runs?", 3)):
        [whole] = program.lists(path)
        assert len(whole) == count, path
        for limit in (1, 2, 3, count):
            pages = program.lists(f"{path}&limit={limit}")
            assert [len(page) for page in pages[:-1]] == [limit] * (len(pages) - 1), path
            assert [each for page in pages for each in page] == whole, path
        for wrong in ("limit=0", "limit=501", "limit=1&after=x", "limit=1&after=Wy0xXQ"):
            assert program.get(f"{path}&{wrong}").status == 400, (path, wrong)
    of_rina = program.lists(f"/documents?month=2026-03&limit=1&employee={furnished.rina}")
    assert [page[0]["employee_id"] for page in of_rina] == [furnished.rina] * 2
    [of_unit] = program.lists(f"/pay/runs?unit={other}")
    assert [each["unit"]["id"] for each in of_unit] == [other]
    bound = Program(port, add_token(database, "rsud", SCOPES, unit_id=other, days=30, by="budi", now=NOW))
    assert bound.lists("/pay/runs?limit=1") == [of_unit]
    assert bound.get(f"/pay/runs?unit={furnished.unit}").status == 403


def test_two_that_hand_in_at_once_hand_in_one(program: Program, port: int, furnished: Any, database: Database) -> None:
    letter = LETTER | {"employee": furnished.rina}
    with ThreadPoolExecutor(4) as pool:
        pages = list(pool.map(lambda _: Program(port, program.token).post(letter), range(4)))
    assert {page.status for page in pages} <= {201, 409}
    assert len({page.text for page in pages if page.status == 201}) == 1
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(DocumentRow)) == 1


@pytest.mark.parametrize(
    ("body", "key", "status"),
    [
        (LETTER | {"employee": "nobody"}, "letter-0001", 404),
        (LETTER | {"employee": "198501012010011001", "type": "Surat Cinta"}, "letter-0001", 400),
        (LETTER | {"employee": "198501012010011001", "covers": []}, "letter-0001", 400),
        (LETTER | {"employee": "198501012010011001", "covers": ["2026-03-05..2026-03-04"]}, "letter-0001", 400),
        (LETTER | {"employee": "198501012010011001", "covers": ["\0"]}, "letter-0001", 400),
        (LETTER | {"employee": "198501012010011001", "handed_in": "2027-01-01"}, "letter-0001", 400),
        (LETTER | {"employee": "198501012010011001", "approved": True}, "letter-0001", 400),
        (LETTER | {"employee": 7}, "letter-0001", 400),
        ("{", "letter-0001", 400),
        (b"\xff\xfe", "letter-0001", 400),
        ("[" * 60_000, "letter-0001", 400),
        ("x" * 70_000, "letter-0001", 413),
        (LETTER | {"employee": "198501012010011001"}, "", 400),
        (LETTER | {"employee": "198501012010011001"}, "short", 400),
    ],
)
def test_letter_that_is_none_leaves_nothing(
    program: Program, furnished: Any, database: Database, body: Any, key: str, status: int
) -> None:
    page = program.post(body, key)
    assert page.status == status, page.text
    assert json.loads(page.text)["error"]
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(DocumentRow)) == 0
        assert session.scalar(select(func.count()).select_from(ApiAnswer)) == 0
    assert program.post(LETTER | {"employee": "198501012010011001"}).status == 201


def test_keys_are_forgotten_after_a_week(program: Program, furnished: Any, database: Database) -> None:
    letter = LETTER | {"employee": furnished.rina}
    assert program.post(letter).status == 201
    with database.write() as session:
        for row in session.scalars(select(ApiAnswer)):
            row.made_at = NOW - timedelta(days=8)
    assert program.post(LETTER | {"employee": furnished.rina, "covers": [str(date(2026, 3, 9))]}).status == 201
