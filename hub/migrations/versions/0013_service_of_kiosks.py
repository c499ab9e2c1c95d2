"""How people were served at kiosks, day by day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hub.db import UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_COUNTS = ("visits", "recorded", "first_try", "challenged", "fallback", "refused", "disavowed")


def upgrade() -> None:
    op.create_table(
        "kiosk_service",
        sa.Column("device", sa.String(length=63), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in _COUNTS),
        sa.Column("seconds_median", sa.Float(), nullable=True),
        sa.Column("seconds_p95", sa.Float(), nullable=True),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["device"], ["kiosk.device"], name=op.f("fk_kiosk_service_device_kiosk")),
        sa.PrimaryKeyConstraint("device", "since", name=op.f("pk_kiosk_service")),
    )
    op.create_index("ix_kiosk_service_day_device", "kiosk_service", ["day", "device"], unique=False)


def downgrade() -> None:
    op.drop_table("kiosk_service")
