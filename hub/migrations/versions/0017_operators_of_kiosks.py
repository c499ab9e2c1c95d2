"""Who may open the operator mode of which kiosks, and which employee an account is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hub.db import UtcDateTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kiosk_operator",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("employee_id", sa.String(length=64), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("set_by", sa.String(length=64), nullable=False),
        sa.Column("set_at", UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"], name=op.f("fk_kiosk_operator_employee_id_employee")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_kiosk_operator_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kiosk_operator")),
    )
    op.create_index("ix_kiosk_operator_employee_id", "kiosk_operator", ["employee_id"], unique=False)
    op.create_index("ix_kiosk_operator_unit_id", "kiosk_operator", ["unit_id"], unique=False)
    # Without a foreign key: SQLite adds none to a table that is there. Employees are never deleted.
    op.add_column("account", sa.Column("employee_id", sa.String(length=64), nullable=True))


def downgrade() -> None:
    op.drop_column("account", "employee_id")
    op.drop_table("kiosk_operator")
