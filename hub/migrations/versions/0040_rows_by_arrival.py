"""Journal rows by when they came: live pages ask for the newest."""

from __future__ import annotations

from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_journal_row_received_at", "journal_row", ["received_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_journal_row_received_at", "journal_row")
