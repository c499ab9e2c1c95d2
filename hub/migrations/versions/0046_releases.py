"""How far kiosks are with a release of their software."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("latest_heartbeat", sa.Column("release", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("latest_heartbeat", "release")
