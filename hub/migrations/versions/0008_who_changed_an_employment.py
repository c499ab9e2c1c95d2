"""Who changed somebody's number and employment, and why a letter was withdrawn."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hub.db import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "employment_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("employee_id", sa.String(length=64), nullable=False),
        sa.Column("nip", sa.String(length=18), nullable=True),
        sa.Column("employed_from", sa.Date(), nullable=True),
        sa.Column("employed_until", sa.Date(), nullable=True),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("because", sa.String(length=300), nullable=True),
        sa.Column("set_by", sa.String(length=64), nullable=False),
        sa.Column("set_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["employee_id"], ["employee.id"], name=op.f("fk_employment_change_employee_id_employee")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_employment_change")),
    )
    op.create_index("ix_employment_change_employee_id", "employment_change", ["employee_id"], unique=False)
    op.add_column("document", sa.Column("withdrawn_because", sa.Text(), nullable=True))
    # Until now a withdrawal's reason stood where a refusal's does.
    op.execute(
        "UPDATE document SET withdrawn_because = refused_because, refused_because = NULL"
        " WHERE withdrawn_at IS NOT NULL AND refused_at IS NULL"
    )


def downgrade() -> None:
    op.execute(
        "UPDATE document SET refused_because = withdrawn_because WHERE withdrawn_at IS NOT NULL AND refused_at IS NULL"
    )
    op.drop_column("document", "withdrawn_because")
    op.drop_table("employment_change")
