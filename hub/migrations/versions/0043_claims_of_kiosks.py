"""Kiosks that ask to be let in, and the certificates that they got."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hub.db import UtcDateTime

revision = "0043"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kiosk_claim",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("device", sa.String(length=63), nullable=False),
        sa.Column("keys", sa.String(length=64), nullable=False),
        sa.Column("public_key", sa.String(length=64), nullable=False),
        sa.Column("csr", sa.Text(), nullable=False),
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("software", sa.String(length=64), nullable=False),
        sa.Column("client", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("settled_by", sa.String(length=64), nullable=True),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.CheckConstraint("state IN ('open', 'approved', 'refused')", name=op.f("ck_kiosk_claim_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kiosk_claim")),
        sa.UniqueConstraint("device", "keys", name=op.f("uq_kiosk_claim_device_keys")),
    )
    op.create_index("ix_kiosk_claim_state_expires_at", "kiosk_claim", ["state", "expires_at"], unique=False)
    op.create_table(
        "kiosk_certificate",
        sa.Column("device", sa.String(length=63), nullable=False),
        sa.Column("chain", sa.Text(), nullable=False),
        sa.Column("signed_at", UtcDateTime(), nullable=False),
        sa.Column("due", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["device"], ["kiosk.device"], name=op.f("fk_kiosk_certificate_device_kiosk")),
        sa.PrimaryKeyConstraint("device", name=op.f("pk_kiosk_certificate")),
    )


def downgrade() -> None:
    op.drop_table("kiosk_certificate")
    op.drop_index("ix_kiosk_claim_state_expires_at", "kiosk_claim")
    op.drop_table("kiosk_claim")
