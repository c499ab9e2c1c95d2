"""Lookalikes: whom a newly enrolled face resembles, and who said that they are two people."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("enrolment_frame", sa.Column("resembles", sa.String(length=64), nullable=True))
    op.add_column("enrolment_frame", sa.Column("lookalike_allowed_by", sa.String(length=64), nullable=True))
    op.create_index("ix_enrolment_frame_resembles", "enrolment_frame", ["resembles"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_enrolment_frame_resembles", "enrolment_frame")
    op.drop_column("enrolment_frame", "lookalike_allowed_by")
    op.drop_column("enrolment_frame", "resembles")
