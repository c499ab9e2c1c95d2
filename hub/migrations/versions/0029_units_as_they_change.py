"""Units that are closed, and what was changed about units."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hub.db import UtcDateTime

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("unit", sa.Column("valid_until", sa.Date(), nullable=True))
    op.create_table(
        "unit_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("before", sa.String(length=200), nullable=True),
        sa.Column("after", sa.String(length=200), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("basis", sa.String(length=300), nullable=True),
        sa.Column("set_by", sa.String(length=64), nullable=False),
        sa.Column("set_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "what IN ('made', 'renamed', 'moved', 'closed', 'reopened')", name=op.f("ck_unit_change_what")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_change_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_change")),
    )
    op.create_index("ix_unit_change_unit_id", "unit_change", ["unit_id"], unique=False)


def downgrade() -> None:
    op.drop_table("unit_change")
    op.drop_column("unit", "valid_until")
