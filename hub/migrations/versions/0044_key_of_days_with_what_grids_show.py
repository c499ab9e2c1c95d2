"""The key of stored days carries what a month's grid shows, so that PostgreSQL need not look at the days themselves."""

from __future__ import annotations

from alembic import op

revision = "0044"
down_revision = "0042"
branch_labels = None
depends_on = None

_BESIDE = "unit_id, status, late_min, early_min"


def upgrade() -> None:
    _remake(f" INCLUDE ({_BESIDE})")


def downgrade() -> None:
    _remake("")


def _remake(beside: str) -> None:
    """The new index is built before the old key goes: no row can come twice in between."""
    if op.get_bind().dialect.name != "postgresql":
        return
    op.execute(f"CREATE UNIQUE INDEX pk_stored_day_new ON stored_day (employee_id, work_date){beside}")
    op.execute("ALTER TABLE stored_day DROP CONSTRAINT pk_stored_day")
    op.execute("ALTER TABLE stored_day ADD CONSTRAINT pk_stored_day PRIMARY KEY USING INDEX pk_stored_day_new")
