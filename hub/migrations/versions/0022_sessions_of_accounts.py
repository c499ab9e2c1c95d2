"""Sessions that the hub remembers, so that it can end them; whoever is signed in signs in again, once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hub.db import UtcDateTime

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account_session",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("began_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["username"], ["account.username"], name=op.f("fk_account_session_username_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_session")),
    )
    op.create_index("ix_account_session_username", "account_session", ["username"], unique=False)


def downgrade() -> None:
    op.drop_table("account_session")
