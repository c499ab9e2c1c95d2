"""Disavowals, punches with a PIN or a card, and what people decide about them."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_CHECK: Final = "ck_journal_row_kind"
_BEFORE: Final = "kind IN ('punch', 'clock', 'refusal')"
_AFTER: Final = "kind IN ('punch', 'clock', 'refusal', 'disavowal')"


def upgrade() -> None:
    _change_kinds(_BEFORE, _AFTER, length=16)
    op.create_table(
        "punch_circumstance",
        sa.Column("device", sa.String(length=63), nullable=False),
        sa.Column("epoch", sa.String(length=36), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("factor", sa.String(length=8), nullable=False),
        sa.Column("duty", sa.Boolean(), nullable=False),
        sa.Column("evidence", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["device"], ["kiosk.device"], name=op.f("fk_punch_circumstance_device_kiosk")),
        sa.PrimaryKeyConstraint("device", "epoch", "seq", name=op.f("pk_punch_circumstance")),
    )
    op.create_index("ix_punch_circumstance_person_id", "punch_circumstance", ["person_id"], unique=False)
    op.create_table(
        "disavowal",
        sa.Column("device", sa.String(length=63), nullable=False),
        sa.Column("epoch", sa.String(length=36), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("punch_epoch", sa.String(length=36), nullable=False),
        sa.Column("punch_seq", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.CheckConstraint("state IN ('awaited', 'effective', 'void')", name=op.f("ck_disavowal_state")),
        sa.ForeignKeyConstraint(["device"], ["kiosk.device"], name=op.f("fk_disavowal_device_kiosk")),
        sa.PrimaryKeyConstraint("device", "epoch", "seq", name=op.f("pk_disavowal")),
    )
    op.create_index("ix_disavowal_state_device", "disavowal", ["state", "device"], unique=False)
    op.create_index(
        "ix_disavowal_device_punch_epoch_punch_seq", "disavowal", ["device", "punch_epoch", "punch_seq"], unique=False
    )
    # Whatever was decided so far was about windows.
    op.add_column("punch_decision", sa.Column("about", sa.String(length=16), nullable=False, server_default="window"))


def downgrade() -> None:
    # As the older hub would have done with them: kept to be looked at, and settled all the same.
    op.execute(
        'INSERT INTO quarantine (device, epoch, seq, hash, reason, detail, "row", received_at)'
        " SELECT device, epoch, seq, hash, 'unknown_kind', 'disavowal', \"row\", received_at"
        " FROM journal_row WHERE kind = 'disavowal'"
    )
    op.execute(
        "UPDATE epoch_progress SET quarantined = quarantined + (SELECT count(*) FROM journal_row"
        " WHERE journal_row.device = epoch_progress.device AND journal_row.epoch = epoch_progress.epoch"
        " AND journal_row.kind = 'disavowal')"
    )
    op.execute("DELETE FROM journal_row WHERE kind = 'disavowal'")
    op.execute("DELETE FROM punch_decision WHERE about <> 'window'")
    op.drop_column("punch_decision", "about")
    op.drop_table("disavowal")
    op.drop_table("punch_circumstance")
    _change_kinds(_AFTER, _BEFORE, length=8)


def _change_kinds(old: str, new: str, *, length: int) -> None:
    """Let the journal hold other kinds of rows, without a copy of a table that may have millions."""
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(op.f(_CHECK), "journal_row", type_="check")
        op.alter_column("journal_row", "kind", type_=sa.String(length=length), existing_nullable=False)
        op.create_check_constraint(op.f(_CHECK), "journal_row", new)
        return
    _rewrite_text(old, new)
    _rewrite_text(f"kind VARCHAR({24 - length})", f"kind VARCHAR({length})")


def _rewrite_text(old: str, new: str) -> None:
    """Change the words of the journal's definition where it is kept.

    SQLite's documentation allows it for changes that leave the rows as they are (lang_altertable, section 7); the
    check's words and the length of a text are such. Raising the schema's version lets every connection read it anew.
    """
    connection = op.get_bind()
    kept = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE name = 'journal_row'").scalar_one()
    if kept.count(old) != 1:
        raise RuntimeError(f"the table journal_row is not as this migration knows it: {kept}")
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema=ON")
    connection.exec_driver_sql(
        "UPDATE sqlite_master SET sql = ? WHERE type = 'table' AND name = 'journal_row'", (kept.replace(old, new),)
    )
    connection.exec_driver_sql(f"PRAGMA schema_version={version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema=OFF")
