"""What the trail says of letters, manual entries, outages and pictures: whom it was about, and what was decided."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from sqlalchemy import select

from benchmarks.invented_office import InventedOffice
from hub.access.roles import Role
from hub.access.trail.append import entries, to_entry
from hub.attendance.manual import list_entries
from hub.attendance.models import DocumentFile, DocumentRow
from hub.db import Database
from hub.recap.pay_runs import freeze
from hub.roster.portraits import portrait_files
from hub.web.office import FrontOffice
from tests.factories.doubted import doubted
from tests.factories.papers import jpeg, pdf
from tests.factories.pay import (
    NOVEMBER,
    SENT_AT,
    month_of_days,
    points_day,
    write_days,
    write_points,
    write_term,
)
from tests.factories.snapshots import jpeg as snapshot

MORNING = datetime(2026, 3, 2, 7, 12, tzinfo=ZoneInfo("Asia/Jakarta"))
UNIT = "Dinas Kesehatan"

Said = tuple[str, str, dict[str, Any]]


@pytest.fixture
def rina(office: InventedOffice) -> str:
    return office.employee("Rina Wulandari", unit=office.unit(UNIT), nip="198501012010011001")


@pytest.fixture
def said(database: Database) -> Callable[[], list[Said]]:
    """Act, actor and what it was about of the entries since the last call, sign-ins left out."""
    seen = 0

    def read() -> list[Said]:
        nonlocal seen
        with database.read() as session:
            query = select(entries).where(entries.c.seq > seen).order_by(entries.c.seq)
            found = [to_entry(row) for row in session.execute(query)]
        seen = found[-1].seq if found else seen
        return [
            (entry.act, entry.actor, msgspec.json.decode(entry.about))
            for entry in found
            if entry.act not in ("account.sign_in", "names.read")
        ]

    return read


def test_letter_is_told_from_hand_to_hand(
    as_role: Callable[..., Any], rina: str, said: Callable[[], list[Said]], database: Database
) -> None:
    operator, official = as_role(Role.OPERATOR, UNIT), as_role(Role.OFFICIAL, UNIT)
    token = operator.get("/surat/baru").field("token")
    fields = {"person": "Rina Wulandari", "kind": "Surat Dokter", "first": "2026-03-02", "known_by": "Atasan Langsung"}
    handed_in = operator.send("/surat/baru", [("token", token), *fields.items()], [("files", "surat.pdf", pdf())])
    assert handed_in.status == 303
    with database.read() as session:
        [number], [sha256] = session.scalars(select(DocumentRow.id)), session.scalars(select(DocumentFile.sha256))
    about_her = {"employees": [rina]}
    numbered = about_her | {"number": number}
    assert said() == [("letter.hand_in", "operator", about_her)]
    for path in (f"/surat/{number}", f"/surat/{number}/berkas/{sha256}", f"/surat/{number}/pratinjau/{sha256}"):
        assert official.get(path).status == 200
    token = official.get(f"/surat/{number}").field("token")
    assert official.post(f"/surat/{number}/verifikasi", token=token).status == 303
    assert [(act, about) for act, actor, about in said() if actor == "official"] == [
        ("letter.read", numbered),
        ("letter.file", numbered),
        ("letter.file", numbered),
        ("letter.read", numbered),
        ("letter.verify", numbered),
    ]
    assert operator.get(f"/surat/{number}/perbaiki").status == 200
    assert operator.get(f"/api/v1/documents/{number}").status == 200
    assert said() == [("letter.read", "operator", numbered)] * 2


def test_step_that_is_refused_is_told_as_such(
    as_role: Callable[..., Any], rina: str, database: Database, said: Callable[[], list[Said]]
) -> None:
    operator = as_role(Role.OPERATOR, UNIT)
    token = operator.get("/surat/baru").field("token")
    assert operator.post("/surat/1/verifikasi", token=token).status == 403
    with database.read() as session:
        entry = to_entry(session.execute(select(entries).order_by(entries.c.seq.desc()).limit(1)).one())
    assert (entry.act, entry.status) == ("letter.verify", 403)


def test_manual_entries_are_told_with_everybody_that_was_decided_about(
    as_role: Callable[..., Any], rina: str, said: Callable[[], list[Said]], database: Database
) -> None:
    operator, head = as_role(Role.OPERATOR, UNIT), as_role(Role.HEAD, UNIT)
    token = operator.get("/manual/baru").field("token")
    fields = {
        "person": "Rina Wulandari",
        "day": "2026-03-02",
        "arrival": "07:00",
        "departure": "15:00",
        "reason": "x y",
    }
    sent = operator.send("/manual/baru", [("token", token), *fields.items()], [("photo", "rina.jpg", jpeg())])
    assert sent.status == 303
    her_day = {"employees": [rina], "day": "2026-03-02"}
    assert said() == [("manual.enter", "operator", her_day)]
    [line] = list_entries(database)
    assert head.get(f"/manual/{line.id}/foto").status == 200
    assert said() == [("manual.photo", "head", her_day | {"number": line.id})]
    token = head.get("/manual").field("token")
    decided = head.send("/manual", [("token", token), ("putusan", "terima"), ("entry", str(line.id))])
    assert decided.status == 303
    assert [each[0::2] for each in said()][1:] == [("manual.approve", {"employees": [rina]})]


def test_pay_run_is_told_by_its_number(
    admin: Any, office: InventedOffice, rina: str, database: Database, said: Callable[[], list[Said]]
) -> None:
    write_days(database, rina, 1, month_of_days("kulon-progo", {}, **points_day()))
    write_term(database, rina, tpp_base=3_000_000)
    write_points(database, rina, "6000")
    run = freeze(database, NOVEMBER, None, by="bkpp", now=SENT_AT).run
    assert admin.get(f"/api/v1/pay/run?number={run.number}").status == 200
    assert said() == [("pay.read", "admin", {"run": run.number, "unit": None})]


def test_outage_is_told_by_number(admin: Any, rina: str, said: Callable[[], list[Said]]) -> None:
    token = admin.get("/gangguan").field("token")
    form = {"began": "2026-03-02T07:00", "reason": "listrik padam", "reported_to": "BKPP"}
    number = int(admin.post("/gangguan", token=token, **form).headers["location"].split("/")[2].split("?")[0])
    assert admin.get(f"/gangguan/{number}").status == 200
    assert [each[0::2] for each in said()] == [
        ("outage.declare", {"unit": None}),
        ("outage.read", {"number": number, "unit": None}),
    ]


def test_pictures_are_told_with_whose_they_are(
    admin: Any,
    office: InventedOffice,
    rina: str,
    settle: Callable[[], int],
    front: FrontOffice,
    said: Callable[[], list[Said]],
) -> None:
    assert front.snapshots is not None
    assert front.photos is not None
    office.kiosk("kiosk-1", delivered_up_to=MORNING)
    punch = doubted(office, "kiosk-1", rina, MORNING, factor="pin", evidence=front.snapshots.keep(snapshot(1)))
    event = office.refusal("kiosk-1", rina, MORNING, evidence=front.snapshots.keep(snapshot(2)), stored_at=MORNING)
    office.enrol(rina, frames=1, at=MORNING)
    settle()
    path = front.photos.path(portrait_files(front.database, [rina])[rina])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(jpeg())
    token = admin.get("/tinjauan").field("token")
    place = "/".join(map(str, event))
    for address in (f"/tinjauan/scan/{punch}", f"/tinjauan/wajah/{rina}", f"/penolakan/{place}/foto"):
        assert admin.get(address).status == 200, address
    assert admin.post("/tinjauan", token=token, antrean="wajah", punch=punch, putusan="terima").status == 303
    assert admin.post(f"/penolakan/{place}/dilihat", token=token).status == 303
    assert [each[0::2] for each in said()] == [
        ("review.read", {"unit": None}),
        ("review.picture", {"employees": [rina], "punches": [punch]}),
        ("review.portrait", {"employees": [rina]}),
        ("refusal.picture", {"employees": [rina], "event": place}),
        ("review.accept", {"employees": [rina], "punches": [punch], "unit": None}),
        ("refusal.see", {"employees": [rina], "event": place}),
    ]


def test_steps_of_a_month_and_of_a_report_are_told_by_their_names(
    admin: Any, office: InventedOffice, rina: str, said: Callable[[], list[Said]]
) -> None:
    token = admin.get("/gangguan").field("token")
    place = "/serah-terima/2026-02/1"
    assert admin.get(place).status == 200
    admin.post(f"{place}/kembalikan", token=token, note="x")
    form = {"unit": "1", "about": "kiosk", "text": "Layar kiosk mati."}
    assert admin.post("/laporan", token=token, **form).status == 400
    assert admin.post("/laporan", token=token, **(form | {"about": "terminal"})).status == 303
    assert admin.post("/laporan/1/tangani", token=token).status == 303
    assert [each[0::2] for each in said()] == [
        ("handover.read", {"month": "2026-02", "unit": 1}),
        ("handover.return", {"month": "2026-02", "unit": 1}),
        ("fault.report", {"unit": 1}),
        ("fault.report", {"unit": 1}),
        ("fault.take_up", {"number": 1, "unit": 1}),
    ]
