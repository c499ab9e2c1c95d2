"""An index of the days that are open: few among millions, asked for on every first page."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_CONDITION = "status IN ('MENUNGGU_DATA', 'BELUM_ADA_KETERANGAN')"


def upgrade() -> None:
    op.create_index(
        "ix_stored_day_pending",
        "stored_day",
        ["work_date", "unit_id"],
        sqlite_where=sa.text(_CONDITION),
        postgresql_where=sa.text(_CONDITION),
    )


def downgrade() -> None:
    op.drop_index("ix_stored_day_pending", "stored_day")
