"""A second step at sign-in, recovery codes, and failed attempts that a restart does not forget."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hub.db import UtcDateTime

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sign_in_failure",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sign_in_failure")),
    )
    op.create_index("ix_sign_in_failure_last_at", "sign_in_failure", ["last_at"], unique=False)
    op.create_table(
        "second_step",
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("sealed_secret", sa.String(length=200), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["username"], ["account.username"], name=op.f("fk_second_step_username_account")),
        sa.PrimaryKeyConstraint("username", name=op.f("pk_second_step")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["username"], ["account.username"], name=op.f("fk_recovery_code_username_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
    )
    op.create_index("ix_recovery_code_username", "recovery_code", ["username"], unique=False)


def downgrade() -> None:
    op.drop_table("recovery_code")
    op.drop_table("second_step")
    op.drop_table("sign_in_failure")
