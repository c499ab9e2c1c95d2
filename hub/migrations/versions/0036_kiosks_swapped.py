"""Kiosks that took another's place, by two people."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hub.db import UtcDateTime

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kiosk_swap",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("old_device", sa.String(length=63), nullable=False),
        sa.Column("new_device", sa.String(length=63), nullable=False),
        sa.Column("because", sa.String(length=500), nullable=False),
        sa.Column("declared_by", sa.String(length=64), nullable=False),
        sa.Column("declared_at", UtcDateTime(), nullable=False),
        sa.Column("confirmed_by", sa.String(length=64), nullable=True),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.Column("dropped_by", sa.String(length=64), nullable=True),
        sa.Column("dropped_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["new_device"], ["kiosk.device"], name=op.f("fk_kiosk_swap_new_device_kiosk")),
        sa.ForeignKeyConstraint(["old_device"], ["kiosk.device"], name=op.f("fk_kiosk_swap_old_device_kiosk")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kiosk_swap")),
    )
    op.create_index("ix_kiosk_swap_old_device", "kiosk_swap", ["old_device"], unique=False)


def downgrade() -> None:
    op.drop_table("kiosk_swap")
