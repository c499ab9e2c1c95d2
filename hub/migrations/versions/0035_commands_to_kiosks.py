"""Commands to kiosks with what became of them, whether a kiosk is locked, and until when its certificate holds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hub.db import UtcDateTime

revision = "0035"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kiosk_command",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("device", sa.String(length=63), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author", sa.String(length=64), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("outcome_at", UtcDateTime(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "action IN ('lock', 'unlock', 'restart', 'refresh', 'message', 'release')",
            name=op.f("ck_kiosk_command_action"),
        ),
        sa.CheckConstraint("outcome IN ('done', 'expired', 'refused')", name=op.f("ck_kiosk_command_outcome")),
        sa.ForeignKeyConstraint(["device"], ["kiosk.device"], name=op.f("fk_kiosk_command_device_kiosk")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kiosk_command")),
        sa.UniqueConstraint("device", "version", name=op.f("uq_kiosk_command_device_version")),
    )
    op.create_index("ix_kiosk_command_outcome_device", "kiosk_command", ["outcome", "device"], unique=False)
    op.add_column("latest_heartbeat", sa.Column("locked", sa.String(length=8), server_default="", nullable=False))
    op.add_column("kiosk", sa.Column("certificate_until", UtcDateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("kiosk", "certificate_until")
    op.drop_column("latest_heartbeat", "locked")
    op.drop_table("kiosk_command")
