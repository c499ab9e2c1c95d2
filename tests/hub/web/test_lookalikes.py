"""Faces that look alike: in the inbox of whoever decides, and settled on a page of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from hub.access.accounts import link_account
from hub.access.roles import Role
from hub.db import Database
from hub.roster.models import StoredLookalike

from .conftest import HOSTILE, NOW, Visitor


@pytest.fixture
def pairs(office: Any, database: Database) -> dict[str, str]:
    """Twins of one office, in two packs; a pair of two offices; one that is settled, and one that is gone."""
    health, school = office.unit("Dinas Kesehatan"), office.unit("Dinas Pendidikan")
    names = ("Rina Wulandari", "Rini Wulandari", "Budi Santoso", "Bagus Santoso", HOSTILE)
    ids = dict(zip(("rina", "rini", "budi", "bagus", "hostile"), [
        office.employee(name, unit=school if name == "Budi Santoso" else health) for name in names
    ], strict=True))  # fmt: skip
    office.enrol(ids["rina"], frames=2, at=NOW)

    def pair(one: str, other: str, pack: str, **changes: Any) -> None:
        first, second = sorted((ids[one], ids[other]))
        fields = {"kind": "alike", "told_apart": True, "similarity": 0.9, "lead": 0.1, "found_at": NOW} | changes
        with database.write() as session:
            session.add(StoredLookalike(first_id=first, second_id=second, pack=pack, **fields))

    pair("rina", "rini", "builtin")
    pair("rina", "rini", "evaluation", told_apart=False)
    pair("budi", "bagus", "builtin", kind="same")
    pair("rina", "bagus", "builtin", settled_as="different", settled_by="siti", settled_at=NOW)
    pair("rini", "hostile", "builtin", gone_at=NOW)
    return ids


def send(visitor: Visitor, one: str, other: str, verdict: str) -> Any:
    first, second = sorted((one, other))
    token = visitor.get("/pegawai/mirip").field("token")
    return visitor.post("/pegawai/mirip", token=token, one=first, other=second, putusan=verdict)


def settled(database: Database) -> list[tuple[str | None, str | None]]:
    query = select(StoredLookalike.settled_as, StoredLookalike.settled_by).order_by(StoredLookalike.id)
    with database.read() as session:
        return [(verdict, by) for verdict, by in session.execute(query)]


def test_inbox_counts_pairs_and_leads_to_them(admin: Visitor, as_role: Callable[..., Visitor], pairs: Any) -> None:
    home = admin.get("/")
    assert "2 pasangan wajah mirip menunggu putusan" in " ".join(home.words.split())
    assert "/pegawai/mirip" in home.links.addresses
    operator = as_role(Role.OPERATOR, "Dinas Kesehatan").get("/")
    assert "1 pasangan wajah mirip" in " ".join(operator.words.split())
    assert "/pegawai/mirip" not in as_role(Role.HEAD, "Dinas Kesehatan").get("/").links.addresses


def test_pair_is_shown_once_with_both_people(admin: Visitor, pairs: dict[str, str]) -> None:
    page = admin.get("/pegawai/mirip")
    words = " ".join(page.words.split())
    assert (page.status, page.text.count("<article")) == (200, 2)
    assert words.index("satu wajah dengan dua nama") < words.index("Dua wajah yang sangat mirip"), "the worse first"
    assert f"/tinjauan/wajah/{pairs['rina']}" in page.links.addresses
    assert f"/tinjauan/wajah/{pairs['rini']}" not in page.links.addresses, "no picture of hers is approved"
    assert "Wajah saja tetap tidak cukup" in words
    assert page.links.inside == []


def test_operator_decides_about_the_own_office_alone(
    as_role: Callable[..., Visitor], pairs: dict[str, str], database: Database, told: Callable[..., Any]
) -> None:
    operator = as_role(Role.OPERATOR, "Dinas Kesehatan")
    page = operator.get("/pegawai/mirip")
    assert ("Rini Wulandari" in page.words, "Budi" in page.words) == (True, False)
    assert send(operator, pairs["budi"], pairs["bagus"], "satu").status == 404
    assert send(operator, pairs["rina"], pairs["rini"], "tiga").status == 404
    assert settled(database)[:3] == [(None, None)] * 3
    assert send(operator, pairs["rina"], pairs["rini"], "dua").status == 303
    assert settled(database)[:3] == [("different", "operator"), ("different", "operator"), (None, None)]
    assert "Tidak ada pasangan" in operator.get("/pegawai/mirip?selesai=dua").words
    assert send(operator, pairs["rina"], pairs["rini"], "satu").status == 404, "decided already"
    entry = told("lookalikes.settle")[2]
    assert all(person in entry.about for person in (pairs["rina"], pairs["rini"]))
    for role in (Role.SUPERVISOR, Role.AUDITOR):
        assert as_role(role).get("/pegawai/mirip").status == 403


def test_nobody_decides_about_themselves(admin: Visitor, pairs: dict[str, str], database: Database) -> None:
    link_account(database, "admin", pairs["rina"])
    page = admin.get("/pegawai/mirip")
    assert "tentang diri Anda" in page.words
    answer = send(admin, pairs["rina"], pairs["rini"], "dua")
    assert (answer.status, "orang lain yang memutuskan" in answer.words) == (409, True)
    assert settled(database)[0] == (None, None)
    assert send(admin, pairs["budi"], pairs["bagus"], "satu").status == 303
    assert settled(database)[2] == ("same", "admin")


def test_form_without_token_changes_nothing(admin: Visitor, pairs: dict[str, str], database: Database) -> None:
    first, second = sorted((pairs["rina"], pairs["rini"]))
    assert admin.post("/pegawai/mirip", token="x", one=first, other=second, putusan="dua").status == 400
    assert settled(database)[0] == (None, None)
