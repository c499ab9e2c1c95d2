"""Where portable kiosks may stand, and how far outside of it somebody punched."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("kiosk", sa.Column("areas", sa.JSON(), server_default="[]", nullable=False))
    op.add_column("punch_circumstance", sa.Column("beyond_m", sa.Float(), nullable=True))


def downgrade() -> None:
    op.drop_column("punch_circumstance", "beyond_m")
    op.drop_column("kiosk", "areas")
