"""Where portable kiosks were when somebody punched."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("punch_circumstance", sa.Column("fix", sa.Boolean(), nullable=True))
    for column in ("latitude", "longitude", "accuracy_m"):
        op.add_column("punch_circumstance", sa.Column(column, sa.Float(), nullable=True))


def downgrade() -> None:
    for column in ("accuracy_m", "longitude", "latitude", "fix"):
        op.drop_column("punch_circumstance", column)
