"""What needs a visitor today: counts of what waits for just them, each with the page on which it is done."""

from __future__ import annotations

import msgspec
from sqlalchemy import func, select

from hub.access.accounts import Visitor
from hub.access.roles import may
from hub.attendance.corrections import list_outside
from hub.attendance.day import Status
from hub.attendance.document_list import count_waiting
from hub.attendance.handover import State, count_handovers
from hub.attendance.manual import list_entries
from hub.attendance.models import StoredDay
from hub.attendance.month_pending import month_lines
from hub.attendance.outages import list_outages
from hub.fleet.faults import list_faults
from hub.recap.monthly import Month
from hub.recap.people import in_units
from hub.review.queue import count_reviews
from hub.roster.approval import list_waiting
from hub.roster.lookalike_pairs import count_pairs
from hub.roster.officers import is_same_officer
from hub.roster.units import UnitTree
from hub.web.office import FrontOffice
from hub.web.pages import address

CLOSED_MONTHS = 2
"""How many months before this one are looked at; older ones that are open are told on the months' page."""


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """name: key of the phrase `task.…`; count: at least one."""

    name: str
    count: int
    address: str
    symbol: str


def tasks_of(office: FrontOffice, visitor: Visitor) -> list[Task]:
    """What waits for the visitor, in the order in which a day is worked through; nothing that is already done."""
    found = [
        *_punches(office, visitor),
        *_letters(office, visitor),
        *_entries(office, visitor),
        *_outages(office, visitor),
        *_months(office, visitor),
        *_handovers(office, visitor),
        *_faults(office, visitor),
        *_enrolments(office, visitor),
        *_lookalikes(office, visitor),
        *_sessions(office, visitor),
    ]
    return [task for task in found if task.count]


def _punches(office: FrontOffice, visitor: Visitor) -> list[Task]:
    if not may(visitor.role, "review"):
        return []
    reviews = count_reviews(office.database, visitor.unit_id)
    tasks = [Task(name="review", count=reviews, address="/tinjauan", symbol="eye")]
    if may(visitor.role, "enter") and visitor.unit_id is not None:
        # Of a whole regency it takes too long to count for a first page; its own page tells.
        month = Month.of(office.today())
        outside = len(list_outside(office.database, month.first, month.last, unit_id=visitor.unit_id))
        where = address("/tinjauan", antrean="jendela")
        tasks.append(Task(name="window", count=outside, address=where, symbol="clock"))
    return tasks


def _letters(office: FrontOffice, visitor: Visitor) -> list[Task]:
    if not (may(visitor.role, "verify") or may(visitor.role, "enter")):
        return []
    counts = count_waiting(office.database, visitor.unit_id, on=office.today())
    tasks = []
    if may(visitor.role, "verify"):
        where = address("/surat", keadaan="submitted")
        tasks.append(Task(name="verify", count=counts["submitted"], address=where, symbol="file-circle-check"))
    if may(visitor.role, "enter"):
        where = address("/surat", keadaan="verified")
        tasks.append(Task(name="enter", count=counts["verified"], address=where, symbol="file-import"))
    return tasks


def _entries(office: FrontOffice, visitor: Visitor) -> list[Task]:
    if not may(visitor.role, "decide"):
        return []
    lines = list_entries(office.database, state="submitted", unit_id=visitor.unit_id)
    count = sum(not is_same_officer(line.entered_by, visitor.username) for line in lines)
    return [Task(name="decide", count=count, address="/manual", symbol="pen-to-square")]


def _outages(office: FrontOffice, visitor: Visitor) -> list[Task]:
    if not may(visitor.role, "outage"):
        return []
    lines = list_outages(office.database, running=True)
    if visitor.unit_id is not None:
        with office.database.read() as session:
            within = UnitTree.load(session.connection()).within(visitor.unit_id)
        lines = [line for line in lines if line.unit_id in within]
    return [Task(name="outage", count=len(lines), address="/gangguan", symbol="plug-circle-xmark")]


def _handovers(office: FrontOffice, visitor: Visitor) -> list[Task]:
    """Last month's hand-overs that wait for this visitor."""
    right = next((each for each in ("check", "sign", "receive") if may(visitor.role, each)), None)
    if right is None:
        return []
    month = Month.of(office.today()).shifted(-1)
    within = None
    if visitor.unit_id is not None:
        with office.database.read() as session:
            within = UnitTree.load(session.connection()).within(visitor.unit_id)
    states: dict[str, tuple[State, ...]] = {
        "check": ("open", "returned"),
        "sign": ("checked",),
        "receive": ("signed",),
    }
    count = count_handovers(office.database, month.first, states[right], within)
    where = address("/serah-terima", month=month.text)
    return [Task(name=right, count=count, address=where, symbol="handshake")]


def _faults(office: FrontOffice, visitor: Visitor) -> list[Task]:
    if not may(visitor.role, "handle"):
        return []
    within = None
    if visitor.unit_id is not None:
        with office.database.read() as session:
            within = UnitTree.load(session.connection()).within(visitor.unit_id)
    count = len(list_faults(office.database, within, unsolved=True))
    return [Task(name="fault", count=count, address="/laporan", symbol="screwdriver-wrench")]


def _months(office: FrontOffice, visitor: Visitor) -> list[Task]:
    if not may(visitor.role, "close"):
        return []
    this = Month.of(office.today())
    months = [this.shifted(-back).first for back in range(1, CLOSED_MONTHS + 1)]
    lines = month_lines(office.database, months, visitor.unit_id, counted=False)
    open_ones = sum(line.closed is None and line.has_days for line in lines)
    return [Task(name="close", count=open_ones, address="/bulan", symbol="calendar-check")]


def _enrolments(office: FrontOffice, visitor: Visitor) -> list[Task]:
    if not may(visitor.role, "approval"):
        return []
    count = len(list_waiting(office.database, office.today(), visitor.unit_id))
    return [Task(name="approval", count=count, address="/pegawai/persetujuan", symbol="user-check")]


def _lookalikes(office: FrontOffice, visitor: Visitor) -> list[Task]:
    if not may(visitor.role, "approval"):
        return []
    count = count_pairs(office.database, office.today(), visitor.unit_id)
    return [Task(name="lookalikes", count=count, address="/pegawai/mirip", symbol="user-group")]


def _sessions(office: FrontOffice, visitor: Visitor) -> list[Task]:
    """Days over which lack a punch; of a whole regency its own page tells."""
    if not may(visitor.role, "enter") or visitor.unit_id is None:
        return []
    today = office.today()
    with office.database.read() as session:
        query = select(func.count()).select_from(StoredDay)
        query = query.where(
            StoredDay.status == str(Status.TIDAK_LENGKAP),
            StoredDay.work_date.between(Month.of(today).first, today),
            *in_units(session, visitor.unit_id),
        )
        count = session.scalar(query) or 0
    where = address("/kehadiran", kind="tidak_lengkap")
    return [Task(name="sessions", count=count, address=where, symbol="user-clock")]
