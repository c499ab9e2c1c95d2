"""Versions of days in the index that first pages add up: a month's hand-over asks for them too."""

from __future__ import annotations

from alembic import op

revision = "0031"
down_revision = "0029"
branch_labels = None
depends_on = None

_NAME = "ix_stored_day_unit_id_work_date"
_KEY = ["unit_id", "work_date"]
_BESIDE = ["employee_id", "status", "late_min", "early_min", "seen", "assessed_at"]


def upgrade() -> None:
    _replace([*_BESIDE, "version"])


def downgrade() -> None:
    _replace(_BESIDE)


def _replace(beside: list[str]) -> None:
    if op.get_bind().dialect.name != "postgresql":
        return  # SQLite's indexes have nothing beside their key
    op.drop_index(_NAME, "stored_day")
    op.create_index(_NAME, "stored_day", _KEY, postgresql_include=beside)
