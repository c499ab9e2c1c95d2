"""Calibration: thresholds computed from the staff, lookalikes, and who does the night's work."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hub.db import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calibration",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("device", sa.String(length=63), nullable=False),
        sa.Column("pack", sa.String(length=64), nullable=False),
        sa.Column("threshold", sa.Float(), nullable=True),
        sa.Column("computed", sa.Float(), nullable=True),
        sa.Column("low", sa.Float(), nullable=True),
        sa.Column("high", sa.Float(), nullable=True),
        sa.Column("scale", sa.Float(), nullable=True),
        sa.Column("previous", sa.Float(), nullable=True),
        sa.Column("target", sa.Float(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("gallery", sa.Integer(), nullable=False),
        sa.Column("frames", sa.Integer(), nullable=False),
        sa.Column("estimator", sa.String(length=200), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["device"], ["kiosk.device"], name="fk_calibration_device_kiosk"),
        sa.PrimaryKeyConstraint("id", name="pk_calibration"),
    )
    op.create_index("ix_calibration_device_pack_id", "calibration", ["device", "pack", "id"], unique=False)
    op.create_table(
        "lookalike",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first_id", sa.String(length=64), nullable=False),
        sa.Column("second_id", sa.String(length=64), nullable=False),
        sa.Column("pack", sa.String(length=64), nullable=False),
        sa.Column("similarity", sa.Float(), nullable=False),
        sa.Column("lead", sa.Float(), nullable=True),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("told_apart", sa.Boolean(), nullable=False),
        sa.Column("found_at", UtcDateTime(), nullable=False),
        sa.Column("gone_at", UtcDateTime(), nullable=True),
        sa.Column("settled_as", sa.String(length=16), nullable=True),
        sa.Column("settled_by", sa.String(length=64), nullable=True),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("kind IN ('same', 'alike')", name="ck_lookalike_kind"),
        sa.CheckConstraint("settled_as IN ('different', 'same')", name="ck_lookalike_settled_as"),
        sa.ForeignKeyConstraint(["first_id"], ["employee.id"], name="fk_lookalike_first_id_employee"),
        sa.ForeignKeyConstraint(["second_id"], ["employee.id"], name="fk_lookalike_second_id_employee"),
        sa.PrimaryKeyConstraint("id", name="pk_lookalike"),
        sa.UniqueConstraint("first_id", "second_id", "pack", name="uq_lookalike_first_id_second_id_pack"),
    )
    op.create_index("ix_lookalike_first_id", "lookalike", ["first_id"], unique=False)
    op.create_index("ix_lookalike_second_id", "lookalike", ["second_id"], unique=False)
    op.create_table(
        "nightly_run",
        sa.Column("job", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("claimed_by", sa.String(length=64), nullable=False),
        sa.Column("claimed_at", UtcDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("job", "day", name="pk_nightly_run"),
    )


def downgrade() -> None:
    for table in ("nightly_run", "lookalike", "calibration"):
        op.drop_table(table)
