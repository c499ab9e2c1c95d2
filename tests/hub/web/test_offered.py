"""Nobody is offered what would be refused: every link and every form on every page, as each role sees it."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from hub.access.accounts import add_account, link_account
from hub.access.roles import PAGE_ROLES, Role
from hub.db import Database
from tests.factories.offers import Offers, Sending, offers_of
from tests.factories.role_walk import ASKED
from tests.hub.web.conftest import PASSWORD, Visitor
from tests.hub.web.test_roles import EVERYWHERE, World, furnish, read_table

HAS_THE_RIGHT = frozenset({"all", "unit", "own", "self", "public"})
LAST = ("/keluar", "/keluar/semua")
"""What ends the session; that these are offered is enough."""

WALKS = [(role, "" if role in EVERYWHERE else "Dinas Kesehatan") for role in PAGE_ROLES]
WALKS += [(role, "Dinas Kesehatan") for role in EVERYWHERE]


@cache
def patterns() -> list[tuple[str, re.Pattern[str]]]:
    """Rows of the table with the addresses that they are about, the most exact first."""
    found = []
    for row in ASKED:
        route, _, step = row.partition(" (")
        text = re.sub(r"\{(?:step|deed)\}", step.rstrip(")"), route) if step else route
        parts = re.split(r"(\{[^}]+\})", text)
        exact = "".join(
            (r"\d+" if part.endswith(":int}") else "[^/]+") if part.startswith("{") else re.escape(part)
            for part in parts
        )
        found.append((row, re.compile(exact)))
    return sorted(found, key=lambda each: each[0].count("{") - (" (" in each[0]))


def row_of(method: str, path: str) -> str:
    """The row of the table that an address belongs to; empty: none."""
    return next((row for row, pattern in patterns() if pattern.fullmatch(f"{method} {path}")), "")


def is_refused(status: int) -> bool:
    """What nobody should meet who did only what was offered."""
    return status in (403, 404, 405) or status >= 500


@dataclass
class Walk:
    """Everything offered to one visitor. others: the things of another office. asked: the answer of each address;
    links and sendings: with a page that they stand on; of those that are alike, such as the days of a month, one."""

    visitor: Visitor
    others: frozenset[str]
    asked: dict[str, int] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    sendings: dict[Sending, str] = field(default_factory=dict)
    _seen: set[Hashable] = field(default_factory=set)

    def go(self, starts: list[str]) -> None:
        """Open pages, and whatever they lead to; pages that are refused at the start were offered by nobody."""
        waiting = deque(starts)
        while waiting:
            path = waiting.popleft()
            for offers in self._look(path):
                leading = {each.address for each in offers.sendings if each.method == "GET"}
                for sending in sorted(offers.sendings):
                    if sending not in self.sendings and self._is_new(self._alike_forms(sending)):
                        self.sendings[sending] = path
                for link in sorted(offers.links | offers.pictures | leading):
                    if link not in self.links and self._is_new(self._alike_links(link)):
                        self.links[link] = path
                        waiting.append(link)

    def _is_new(self, kind: Hashable) -> bool:
        before = len(self._seen)
        self._seen.add(kind)
        return len(self._seen) > before

    def _alike_links(self, link: str) -> Hashable:
        """The row, what is asked beside it, and whether it is about another office."""
        place = urlsplit(link)
        asked = parse_qsl(place.query)
        strange = self.others.intersection([*place.path.split("/"), *(text for _, text in asked)])
        return "link", row_of("GET", place.path) or place.path, frozenset(name for name, _ in asked), strange

    def _alike_forms(self, sending: Sending) -> Hashable:
        """The row, the fields, the button, and whether it is about another office."""
        names, texts = zip(*sending.fields, strict=True) if sending.fields else ((), ())
        strange = self.others.intersection([*sending.path.split("/"), *texts])
        return sending.method, row_of(sending.method, sending.path), names, texts[-1:], strange

    def _look(self, path: str) -> list[Offers]:
        """What a page offers, in each language where it is the first of its kind; nothing where it was seen before."""
        if path in self.asked:
            return []
        found = []
        for code in ("id", "en") if self._is_new(("page", self._alike_links(path))) else ("id",):
            self.visitor.cookies["bahasa"] = code
            page = self.visitor.get(path)
            self.asked[path] = page.status
            if page.status == 200 and page.headers.get("content-type", "").startswith("text/html"):
                found.append(offers_of(page.text, path))
        return found

    def refused_links(self) -> list[str]:
        return [
            f"{link} on {page} answers {self.asked[link]}"
            for link, page in self.links.items()
            if is_refused(self.asked[link])
        ]

    def forms_without_right(self, role: Role) -> list[str]:
        table = read_table()
        return [
            f"{sending.method} {sending.path} on {page} is not for {role}"
            for sending, page in self.sendings.items()
            if table.get(row_of(sending.method, sending.path), {}).get(role) not in HAS_THE_RIGHT
        ]

    def refused_forms(self) -> list[str]:
        """Send each form as it stands, whatever it lacks, and go where that leads."""
        wrong = []
        for sending, page in self.sendings.items():
            if sending.method == "GET" or sending.path in LAST:
                continue
            answer = self.visitor.post(sending.path, **dict(sending.fields))
            if is_refused(answer.status) and self._still_offers(page, sending):
                wrong.append(f"{sending.path} on {page} answers {answer.status}")
            elif answer.status == 303 and is_refused(led := self.visitor.get(answer.headers["location"]).status):
                wrong.append(f"{sending.path} on {page} leads to {answer.headers['location']}, which answers {led}")
        return wrong

    def _still_offers(self, page: str, sending: Sending) -> bool:
        """Whether what was sent since has left the form where it was."""
        return sending in offers_of(self.visitor.get(page).text, page).sendings


@pytest.fixture
def starts(page_paths: list[str], world: World) -> list[str]:
    """Every page, with the things of an office."""
    asked = [asking.path for row, asking in ASKED.items() if row.startswith("GET ") and not row.startswith("GET /api/")]
    return page_paths + [path.format_map(world.own) for path in asked]


@pytest.fixture
def world(office: Any, front: Any, settle: Any, furnished: Any) -> World:
    """Beside the hostile office: a unit below the one that the roles belong to, and one beside it."""
    health = office.unit("Dinas Kesehatan")
    below, school = office.unit("Puskesmas", parent=health), office.unit("Dinas Pendidikan")
    found = World(
        furnish(office, front, below, "kiosk-3", 3) | {"office": str(health), "webhook": "1"},
        furnish(office, front, school, "kiosk-4", 4) | {"office": str(school), "webhook": "1"},
    )
    settle()
    return found


@pytest.mark.usefixtures("cheap_passwords")
@pytest.mark.parametrize(("role", "unit"), WALKS)
def test_whatever_is_offered_is_allowed(
    role: Role, unit: str, port: int, database: Database, world: World, starts: list[str]
) -> None:
    add_account(database, username="siti", password=PASSWORD, role=Role.HEAD)
    add_account(database, username="tester", password=PASSWORD, role=role, unit=unit or None)
    if role is Role.EMPLOYEE:
        link_account(database, "tester", world.own["person"])
    visitor = Visitor(port)
    assert visitor.sign_in("tester").status == 303
    walk = Walk(visitor, frozenset(world.other.values()) - frozenset(world.own.values()))
    walk.go(starts)
    wrong = walk.refused_links() + walk.forms_without_right(role) + walk.refused_forms()
    assert not wrong, "\n".join(wrong)
