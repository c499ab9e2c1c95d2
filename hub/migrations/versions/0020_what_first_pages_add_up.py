"""Whether somebody was seen on a day, and an index with all that first pages add up."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_NAME = "ix_stored_day_unit_id_work_date"
_KEY = ["unit_id", "work_date"]


def upgrade() -> None:
    op.add_column("stored_day", sa.Column("seen", sa.Boolean(), nullable=True))
    # Only on open days it decides how somebody is counted; those are few, and every other is noted when it changes.
    day = sa.table(
        "stored_day", sa.column("status", sa.String), sa.column("seen", sa.Boolean), sa.column("day", sa.JSON)
    )
    is_seen = day.c.day["first_seen"].as_string().is_not(None)
    op.execute(sa.update(day).where(day.c.status.in_(["BERJALAN", "BELUM_ADA_KETERANGAN"])).values(seen=is_seen))
    op.drop_index(_NAME, "stored_day")
    op.create_index(
        _NAME,
        "stored_day",
        _KEY,
        postgresql_include=["employee_id", "status", "late_min", "early_min", "seen", "assessed_at"],
    )


def downgrade() -> None:
    op.drop_index(_NAME, "stored_day")
    op.create_index(_NAME, "stored_day", _KEY)
    op.drop_column("stored_day", "seen")
