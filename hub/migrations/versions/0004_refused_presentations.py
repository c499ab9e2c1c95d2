"""Refused presentations: journal rows of a third kind, the events that people settle, the snapshots to come."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

from hub.db import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# 0001 gave its checks names that the naming convention prefixed once more.
_KIND_OF_0001: Final = "ck_journal_row_ck_journal_row_kind"
_KIND: Final = "ck_journal_row_kind"


def upgrade() -> None:
    _change_kinds(_KIND_OF_0001, "kind IN ('punch', 'clock')", _KIND, "kind IN ('punch', 'clock', 'refusal')")
    op.create_table(
        "refused_presentation",
        sa.Column("device", sa.String(length=63), nullable=False),
        sa.Column("epoch", sa.String(length=36), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=True),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("policy", sa.String(length=16), nullable=False),
        sa.Column("layers", sa.JSON(), nullable=False),
        sa.Column("evidence", sa.String(length=64), nullable=True),
        sa.Column("seen_at", UtcDateTime(), nullable=True),
        sa.Column("seen_by", sa.String(length=64), nullable=True),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.Column("settled_by", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["device"], ["kiosk.device"], name="fk_refused_presentation_device_kiosk"),
        sa.PrimaryKeyConstraint("device", "epoch", "seq", name="pk_refused_presentation"),
    )
    op.create_index("ix_refused_presentation_settled_at", "refused_presentation", ["settled_at"], unique=False)
    op.create_table(
        "announced_snapshot",
        sa.Column("device", sa.String(length=63), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("announced_at", UtcDateTime(), nullable=False),
        sa.Column("stored_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["device"], ["kiosk.device"], name="fk_announced_snapshot_device_kiosk"),
        sa.PrimaryKeyConstraint("device", "sha256", name="pk_announced_snapshot"),
    )


def downgrade() -> None:
    # As the older hub would have done with them: kept to be looked at, and settled all the same.
    op.execute(
        'INSERT INTO quarantine (device, epoch, seq, hash, reason, detail, "row", received_at)'
        " SELECT device, epoch, seq, hash, 'unknown_kind', 'refusal', \"row\", received_at"
        " FROM journal_row WHERE kind = 'refusal'"
    )
    op.execute(
        "UPDATE epoch_progress SET quarantined = quarantined + (SELECT count(*) FROM journal_row"
        " WHERE journal_row.device = epoch_progress.device AND journal_row.epoch = epoch_progress.epoch"
        " AND journal_row.kind = 'refusal')"
    )
    op.execute("DELETE FROM journal_row WHERE kind = 'refusal'")
    op.drop_table("announced_snapshot")
    op.drop_table("refused_presentation")
    _change_kinds(_KIND, "kind IN ('punch', 'clock', 'refusal')", _KIND_OF_0001, "kind IN ('punch', 'clock')")


def _change_kinds(old: str, old_check: str, new: str, new_check: str) -> None:
    """Put one check in the place of another; SQLite copies the table for it, and knows its checks only from us."""
    with op.batch_alter_table("journal_row", copy_from=_journal(old, old_check)) as table:
        table.drop_constraint(op.f(old), type_="check")
        table.create_check_constraint(op.f(new), new_check)


def _journal(check: str, condition: str) -> sa.Table:
    """The table as it stands before this step."""
    return sa.Table(
        "journal_row",
        sa.MetaData(),
        sa.Column("device", sa.String(length=63), nullable=False),
        sa.Column("epoch", sa.String(length=36), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=True),
        sa.Column("taken_at", UtcDateTime(), nullable=False),
        sa.Column("corrected_at", UtcDateTime(), nullable=True),
        sa.Column("placed_at", UtcDateTime(), nullable=False),
        sa.Column("clock_source", sa.String(length=8), nullable=False),
        sa.Column("boot", sa.String(length=64), nullable=False),
        sa.Column("monotonic_ms", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=True),
        sa.Column("similarity", sa.Float(), nullable=True),
        sa.Column("threshold", sa.Float(), nullable=True),
        sa.Column("session_hint", sa.String(length=8), nullable=True),
        sa.Column("row", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(condition, name=op.f(check)),
        sa.ForeignKeyConstraint(["device"], ["kiosk.device"], name="fk_journal_row_device_kiosk"),
        sa.PrimaryKeyConstraint("device", "epoch", "seq", name="pk_journal_row"),
        sa.Index("ix_journal_row_device_boot_monotonic_ms", "device", "boot", "monotonic_ms"),
        sa.Index("ix_journal_row_person_id_placed_at", "person_id", "placed_at"),
        sa.Index("ix_journal_row_placed_at", "placed_at"),
    )
