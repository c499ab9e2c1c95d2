"""People who were enrolled at kiosks, and the key that they are sealed for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hub.db import UtcDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "enrol_key",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("public", sa.String(length=64), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("set_by", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrol_key")),
    )
    op.create_table(
        "kiosk_enrolment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("device", sa.String(length=63), nullable=False),
        sa.Column("enrolment", sa.String(length=36), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("operator_id", sa.String(length=64), nullable=False),
        sa.Column("operator_name", sa.String(length=64), nullable=True),
        sa.Column("consent_wording", sa.String(length=40), nullable=False),
        sa.Column("consent_language", sa.String(length=2), nullable=False),
        sa.Column("consented_at", UtcDateTime(), nullable=False),
        sa.Column("software", sa.String(length=64), nullable=False),
        sa.Column("taken_at", UtcDateTime(), nullable=False),
        sa.Column("first_at", UtcDateTime(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.Column("employee_id", sa.String(length=64), nullable=True),
        sa.Column("is_new", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("reason", sa.String(length=500), server_default="", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("claimed_by", sa.String(length=64), nullable=True),
        sa.Column("claimed_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "state IN ('receiving', 'complete', 'waiting', 'approved', 'refused')",
            name=op.f("ck_kiosk_enrolment_state"),
        ),
        sa.ForeignKeyConstraint(["device"], ["kiosk.device"], name=op.f("fk_kiosk_enrolment_device_kiosk")),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"], name=op.f("fk_kiosk_enrolment_employee_id_employee")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kiosk_enrolment")),
        sa.UniqueConstraint("device", "enrolment", name=op.f("uq_kiosk_enrolment_device_enrolment")),
    )
    op.create_index("ix_kiosk_enrolment_state", "kiosk_enrolment", ["state"], unique=False)
    op.create_index("ix_kiosk_enrolment_employee_id", "kiosk_enrolment", ["employee_id"], unique=False)
    op.create_table(
        "sealed_part",
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["kiosk_enrolment.id"], name=op.f("fk_sealed_part_enrolment_id_kiosk_enrolment")
        ),
        sa.PrimaryKeyConstraint("enrolment_id", "part", name=op.f("pk_sealed_part")),
    )
    op.create_table(
        "kiosk_picture",
        sa.Column("frame_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("pose", sa.String(length=8), nullable=False),
        sa.Column("taken_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["kiosk_enrolment.id"], name=op.f("fk_kiosk_picture_enrolment_id_kiosk_enrolment")
        ),
        sa.ForeignKeyConstraint(
            ["frame_id"], ["enrolment_frame.id"], name=op.f("fk_kiosk_picture_frame_id_enrolment_frame")
        ),
        sa.PrimaryKeyConstraint("frame_id", name=op.f("pk_kiosk_picture")),
    )
    op.create_index("ix_kiosk_picture_enrolment_id", "kiosk_picture", ["enrolment_id"], unique=False)


def downgrade() -> None:
    for table in ("kiosk_picture", "sealed_part", "kiosk_enrolment", "enrol_key"):
        op.drop_table(table)
