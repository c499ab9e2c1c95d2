"""Which months kiosks were sent, and which they hold."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hub.db import UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("kiosk", sa.Column("months_sent", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("kiosk", sa.Column("months_digest", sa.String(length=64), nullable=True))
    op.add_column("kiosk", sa.Column("months_looked_at", UtcDateTime(), nullable=True))
    op.add_column("latest_heartbeat", sa.Column("months", sa.BigInteger(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("latest_heartbeat", "months")
    for column in ("months_looked_at", "months_digest", "months_sent"):
        op.drop_column("kiosk", column)
