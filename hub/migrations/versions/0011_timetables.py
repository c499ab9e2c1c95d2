"""The timetables that rosters carry."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "timetable",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("sessions", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timetable")),
    )
    op.create_table(
        "person_timetable",
        sa.Column("employee_id", sa.String(length=64), nullable=False),
        sa.Column("timetable_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["employee_id"], ["employee.id"], name=op.f("fk_person_timetable_employee_id_employee")
        ),
        sa.PrimaryKeyConstraint("employee_id", name=op.f("pk_person_timetable")),
    )
    op.create_index("ix_person_timetable_timetable_id", "person_timetable", ["timetable_id"], unique=False)
    op.add_column("roster_clock", sa.Column("timetable_key", sa.String(length=64), nullable=True))


def downgrade() -> None:
    op.drop_column("roster_clock", "timetable_key")
    op.drop_table("person_timetable")
    op.drop_table("timetable")
