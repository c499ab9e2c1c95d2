"""Change of the pack: which one is deployed, the job that changes it, and the pack of a kiosk's own threshold.

A threshold that an administrator had set belongs to the pack that the kiosk ran when it was last heard of.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hub.db import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "deployed_pack",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("pack", sa.String(length=64), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("set_by", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deployed_pack")),
    )
    op.create_table(
        "pack_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pack", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("started_by", sa.String(length=64), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('running', 'waiting', 'done', 'stopped')", name=op.f("ck_pack_change_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pack_change")),
    )
    op.create_table(
        "unusable_photo",
        sa.Column("frame_id", sa.Integer(), nullable=False),
        sa.Column("pack", sa.String(length=64), nullable=False),
        sa.Column("words", sa.String(length=500), nullable=False),
        sa.Column("noted_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["frame_id"], ["enrolment_frame.id"], name=op.f("fk_unusable_photo_frame_id_enrolment_frame")
        ),
        sa.PrimaryKeyConstraint("frame_id", "pack", name=op.f("pk_unusable_photo")),
    )
    op.add_column("latest_heartbeat", sa.Column("packs", sa.JSON(), server_default="[]", nullable=False))
    op.add_column("kiosk", sa.Column("threshold_pack", sa.String(length=64), nullable=True))
    op.execute(
        "UPDATE kiosk SET threshold_pack = COALESCE("
        "(SELECT pack FROM latest_heartbeat WHERE latest_heartbeat.device = kiosk.device), 'builtin')"
        " WHERE threshold IS NOT NULL"
    )


def downgrade() -> None:
    op.drop_column("kiosk", "threshold_pack")
    op.drop_column("latest_heartbeat", "packs")
    for table in ("unusable_photo", "pack_change", "deployed_pack"):
        op.drop_table(table)
