"""Reminders: where people are reached, what they wish to hear, and what was written for them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hub.db import UtcDateTime

revision = "0039"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reminder_contact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("employee_id", sa.String(length=64), nullable=True),
        sa.Column("account", sa.String(length=64), nullable=True),
        sa.Column("gateway", sa.String(length=32), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("added_by", sa.String(length=64), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.Column("ended_by", sa.String(length=64), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("(employee_id IS NULL) != (account IS NULL)", name=op.f("ck_reminder_contact_owner")),
        sa.ForeignKeyConstraint(
            ["employee_id"], ["employee.id"], name=op.f("fk_reminder_contact_employee_id_employee")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_contact")),
    )
    op.create_index("ix_reminder_contact_employee_id", "reminder_contact", ["employee_id"], unique=False)
    op.create_index("ix_reminder_contact_account", "reminder_contact", ["account"], unique=False)
    op.create_table(
        "reminder_wish",
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("without", sa.JSON(), nullable=False),
        sa.Column("quiet_from", sa.Integer(), nullable=False),
        sa.Column("quiet_until", sa.Integer(), nullable=False),
        sa.Column("set_by", sa.String(length=64), nullable=False),
        sa.Column("set_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["reminder_contact.id"], name=op.f("fk_reminder_wish_contact_id_reminder_contact")
        ),
        sa.PrimaryKeyConstraint("contact_id", name=op.f("pk_reminder_wish")),
    )
    op.create_table(
        "reminder",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("employee_id", sa.String(length=64), nullable=True),
        sa.Column("not_after", UtcDateTime(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("lane", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claimed_by", sa.String(length=64), nullable=True),
        sa.Column("claimed_until", UtcDateTime(), nullable=True),
        sa.Column("tried_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("detail", sa.String(length=300), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'delivered', 'refused', 'given_up', 'moot')", name=op.f("ck_reminder_state")
        ),
        sa.CheckConstraint("kind IN ('closing', 'missed', 'letter', 'month')", name=op.f("ck_reminder_kind")),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["reminder_contact.id"], name=op.f("fk_reminder_contact_id_reminder_contact")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint("key", "contact_id", name="uq_reminder_key_contact_id"),
    )
    op.create_index("ix_reminder_state_due_at", "reminder", ["state", "due_at"], unique=False)
    op.create_index("ix_reminder_made_at", "reminder", ["made_at"], unique=False)


def downgrade() -> None:
    for table in ("reminder", "reminder_wish", "reminder_contact"):
        op.drop_table(table)
