"""Months on their way from offices to the personnel agency, and faults that offices report."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hub.db import UtcDateTime

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "handover_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("step", sa.String(length=16), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("step IN ('checked', 'signed', 'received', 'returned')", name=op.f("ck_handover_step_step")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_handover_step_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover_step")),
    )
    op.create_index("ix_handover_step_month_unit_id", "handover_step", ["month", "unit_id"], unique=False)
    op.create_table(
        "fault_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("device", sa.String(length=63), nullable=True),
        sa.Column("about", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("reported_by", sa.String(length=64), nullable=False),
        sa.Column("reported_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("about IN ('terminal', 'network', 'power', 'other')", name=op.f("ck_fault_report_about")),
        sa.ForeignKeyConstraint(["device"], ["kiosk.device"], name=op.f("fk_fault_report_device_kiosk")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_fault_report_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fault_report")),
    )
    op.create_table(
        "fault_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=16), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("step IN ('taken_up', 'solved', 'reopened')", name=op.f("ck_fault_step_step")),
        sa.ForeignKeyConstraint(["report_id"], ["fault_report.id"], name=op.f("fk_fault_step_report_id_fault_report")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fault_step")),
    )
    op.create_index("ix_fault_step_report_id", "fault_step", ["report_id"], unique=False)


def downgrade() -> None:
    op.drop_table("fault_step")
    op.drop_table("fault_report")
    op.drop_table("handover_step")
