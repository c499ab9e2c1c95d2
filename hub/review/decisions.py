"""What people decide about punches: each decision a new row with its reason, none ever changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.attendance.dirty import mark_dirty
from hub.attendance.models import PunchDecision
from hub.attendance.months import check_open, reason_text
from hub.db import Database
from hub.errors import PaperError
from hub.ingest.models import StoredRow
from hub.review.models import DisavowedPunch, PunchCircumstance
from hub.review.standing import Key, Matter, concerns_of
from hub.roster.models import Employee
from hub.roster.officers import officer_name
from hub.roster.units import Memberships, UnitTree
from hub.roster.work_dates import work_dates_for


def decide_reviews(
    database: Database, keys: Sequence[str], *, confirmed: bool, by: str, reason: str, now: datetime
) -> int:
    """Say for punches that wait for the supervisor, all or none, whether they stand; how many.

    keys: as the review list shows them, or device/seq where that names one punch. A later decision takes the place of
    an earlier one. PaperError for a punch that is not here or needs nobody's look, and when its month is closed.
    """

    def matters_of(session: Session, row: StoredRow) -> tuple[Matter, ...]:
        circumstance = session.get(PunchCircumstance, (row.device, row.epoch, row.seq))
        if circumstance is None or not concerns_of(
            factor=circumstance.factor,
            duty=circumstance.duty,
            fix=circumstance.fix,
            beyond_m=circumstance.beyond_m,
        ):
            raise PaperError(
                f"The punch {row.device}/{row.seq} was made with the face alone and needs nobody's look; "
                "`presensi hub review list` shows those that do."
            )
        return ("review",)

    if not keys:
        raise PaperError("Say which punches; `presensi hub review list` shows those that wait.")
    return record_decisions(database, keys, matters_of, accepted=confirmed, by=by, reason=reason, now=now)


def record_decisions(
    database: Database,
    keys: Sequence[str],
    matters_of: Callable[[Session, StoredRow], tuple[Matter, ...]],
    *,
    accepted: bool,
    by: str,
    reason: str,
    now: datetime,
) -> int:
    """Write a decision about each punch and mark its days; how many punches. matters_of: what it is about."""
    officer, why = officer_name(by), reason_text(reason)
    with database.write() as session:
        rows: dict[Key, StoredRow] = {}
        for key in keys:
            row = find_punch(session, key)
            rows[row.device, row.epoch, row.seq] = row
        moments = [(row.person_id, row.placed_at) for row in rows.values() if row.person_id is not None]
        days = work_dates_for(session.connection(), moments)
        tree = UnitTree.load(session.connection())
        memberships = Memberships.load(session.connection(), {person for person, _ in moments})
        for employee_id, work_date in sorted(days):
            check_open(session, tree, work_date, memberships.unit_on(employee_id, work_date))
        for (device, epoch, seq), row in rows.items():
            for about in matters_of(session, row):
                session.add(
                    PunchDecision(
                        device=device,
                        epoch=epoch,
                        seq=seq,
                        employee_id=row.person_id,
                        about=about,
                        accepted=accepted,
                        reason=why,
                        decided_by=officer,
                        decided_at=now,
                    )
                )
        session.flush()
        mark_dirty(session.connection(), days, now=now)
    return len(rows)


def is_disavowed(session: Session, row: StoredRow) -> bool:
    """Whether somebody said at the kiosk that this punch was not theirs."""
    query = select(DisavowedPunch.seq).where(
        DisavowedPunch.device == row.device,
        DisavowedPunch.punch_epoch == row.epoch,
        DisavowedPunch.punch_seq == row.seq,
        DisavowedPunch.state == "effective",
    )
    return session.scalar(query.limit(1)) is not None


def find_punch(session: Session, key: str) -> StoredRow:
    """The punch of a key; PaperError when there is none, or the key names several."""
    device, _, rest = key.strip().partition("/")
    epoch, _, seq = rest.rpartition("/")
    if not (seq.isascii() and seq.isdigit() and len(seq) < 18):
        raise PaperError(f"'{key[:120]}' is no punch; write it as `presensi hub punch list` shows it.")
    query = select(StoredRow).where(StoredRow.device == device, StoredRow.seq == int(seq), StoredRow.kind == "punch")
    if epoch:
        query = query.where(StoredRow.epoch == epoch)
    rows = session.scalars(query.limit(2)).all()
    if not rows:
        raise PaperError(f"There is no punch '{key[:120]}'; `presensi hub punch list` shows those that wait.")
    if len(rows) > 1:
        raise PaperError(f"'{key[:120]}' could be several punches; write the whole key, DEVICE/EPOCH/NUMBER.")
    if rows[0].person_id is None or session.get(Employee, rows[0].person_id) is None:
        raise PaperError(f"The punch '{key[:120]}' is of nobody whom the hub knows; it counts for nobody.")
    return rows[0]
