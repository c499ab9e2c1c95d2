"""Who ended an office, when, and what its last day was before; and units that got another time zone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hub.db import UtcDateTime

revision = "0032"
down_revision = "0037"
branch_labels = None
depends_on = None

_CHECK = "ck_unit_change_what"


def upgrade() -> None:
    op.add_column("office_holder", sa.Column("until_before", sa.Date(), nullable=True))
    op.add_column("office_holder", sa.Column("ended_by", sa.String(length=64), nullable=True))
    op.add_column("office_holder", sa.Column("ended_at", UtcDateTime(), nullable=True))
    before = "what IN ('made', 'renamed', 'moved', 'closed', 'reopened')"
    _check(before, "what IN ('made', 'renamed', 'moved', 'closed', 'reopened', 'zoned')")


def downgrade() -> None:
    op.execute("DELETE FROM unit_change WHERE what = 'zoned'")
    before = "what IN ('made', 'renamed', 'moved', 'closed', 'reopened', 'zoned')"
    _check(before, "what IN ('made', 'renamed', 'moved', 'closed', 'reopened')")
    for column in ("ended_at", "ended_by", "until_before"):
        op.drop_column("office_holder", column)


def _check(before: str, after: str) -> None:
    # SQLite copies the table, and knows its checks only from us.
    with op.batch_alter_table("unit_change", copy_from=_changes(before)) as table:
        table.drop_constraint(op.f(_CHECK), type_="check")
        table.create_check_constraint(op.f(_CHECK), after)


def _changes(check: str) -> sa.Table:
    table = sa.Table(
        "unit_change",
        sa.MetaData(),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("before", sa.String(length=200), nullable=True),
        sa.Column("after", sa.String(length=200), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("basis", sa.String(length=300), nullable=True),
        sa.Column("set_by", sa.String(length=64), nullable=False),
        sa.Column("set_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(check, name=op.f(_CHECK)),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_change_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_change")),
    )
    sa.Index("ix_unit_change_unit_id", table.c.unit_id)
    return table
