"""PINs and cards, and which kiosks take them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hub.db import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "fallback_pin",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("employee_id", sa.String(length=64), nullable=False),
        sa.Column("hashed", sa.String(length=200), nullable=False),
        sa.Column("set_by", sa.String(length=64), nullable=False),
        sa.Column("set_at", UtcDateTime(), nullable=False),
        sa.Column("ended_by", sa.String(length=64), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"], name=op.f("fk_fallback_pin_employee_id_employee")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fallback_pin")),
    )
    _index_in_force("ix_fallback_pin_in_force", "fallback_pin", "employee_id", "ended_at IS NULL")
    op.create_table(
        "fallback_card",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("employee_id", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("ending", sa.String(length=4), nullable=False),
        sa.Column("added_by", sa.String(length=64), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.Column("removed_by", sa.String(length=64), nullable=True),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"], name=op.f("fk_fallback_card_employee_id_employee")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fallback_card")),
    )
    op.create_index("ix_fallback_card_employee_id", "fallback_card", ["employee_id"], unique=False)
    _index_in_force("ix_fallback_card_in_force", "fallback_card", "sha256", "removed_at IS NULL")
    op.add_column("kiosk", sa.Column("choose", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("kiosk", sa.Column("fallback", sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    op.drop_column("kiosk", "fallback")
    op.drop_column("kiosk", "choose")
    op.drop_table("fallback_card")
    op.drop_table("fallback_pin")


def _index_in_force(name: str, table: str, column: str, condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, table, [column], unique=True, sqlite_where=where, postgresql_where=where)
